//! Notes: facts without hours that the ledger keeps in order and does not read.

/// A note's body may be this long, in bytes.
pub const NOTE_BYTES_MAX: usize = 4_096;
/// An attachment's body may be this long, in bytes.
pub const ATTACHMENT_BYTES_MAX: usize = 1_024;

/// What a note is about. The one table of topics; each belongs to the module named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(u16);

impl Topic {
    /// A person's key is destroyed; subject = owner number, no body. Belongs to `seal`.
    pub const ERASURE: Self = Self(1);
    /// Names added to a bank's list of activities; subject = bank. Belongs to `directory`.
    pub const ACTIVITIES: Self = Self(2);
    /// The network and its credentials: begun, made, rotated, revoked; subject = credential number, 0 for
    /// the network itself. Belongs to `access`.
    pub const CREDENTIAL: Self = Self(3);
    /// A bank's policy from here on, whole; subject = bank. Belongs to `directory`.
    pub const POLICY: Self = Self(4);
    /// A month of a bank is closed; subject = bank. Belongs to `directory`.
    pub const PERIOD_LOCK: Self = Self(5);
    /// Who a person or a group is, begun or changed; subject = owner. Belongs to `directory`, as do all down
    /// to [`Self::POT`].
    pub const PERSON: Self = Self(6);
    /// Who pays for a person, and where their hours go; subject = owner.
    pub const STANDING: Self = Self(7);
    /// Who speaks for a person or a group; subject = owner represented.
    pub const REPRESENTATIVE: Self = Self(8);
    /// Nothing new for a while, or again; subject = owner.
    pub const PAUSE: Self = Self(9);
    /// Venues and tills of a partner; subject = the partner's owner.
    pub const VENUE: Self = Self(10);
    /// What a pot is for and who may open it; subject = slot of the account.
    pub const POT: Self = Self(11);
    // 12 is free: of which banks somebody is broker or lead is said by their credentials.

    /// Help that one side said was given: beside its hold, beside what ends or settles it; in a note, subject = the
    /// proposal, where it is settled without hours. Belongs to `exchange`.
    pub const PROPOSAL: Self = Self(13);
    /// A booking: beside its hold. Belongs to `exchange`.
    pub const BOOKING: Self = Self(14);
    /// What waits for a second person; subject = bank; beside the entry, or in the note, that ends it. Belongs to
    /// `exchange`.
    pub const WAITING: Self = Self(15);
    /// Beside any other entry that `exchange` writes: what it was asked.
    pub const EXCHANGE: Self = Self(16);
    /// What a partner gives for hours, and whether its bank approves; subject = the partner's owner. Belongs to
    /// `directory`, as do `BUDGET`, `CARD` and `STAFF`.
    pub const OFFER: Self = Self(17);
    /// How many hours a partner takes in a month; subject = the partner's owner.
    pub const BUDGET: Self = Self(18);
    /// The cards of a member or an organisation and their PINs; subject = owner.
    pub const CARD: Self = Self(19);
    /// Beside the entry that takes or sets aside hours at a till: which sale it is. Belongs to `redemption`.
    pub const SALE: Self = Self(20);
    /// Beside what takes, lets go or gives back a sale: who was at the till. Belongs to `redemption`.
    pub const SALE_STEP: Self = Self(24);
    /// A partner's period made final: beside the entry that moves its hours, or in a note, subject = the partner's owner; and
    /// that it was paid.
    pub const SETTLEMENT: Self = Self(21);
    /// Who stands at a partner's tills; subject = the partner's owner.
    pub const STAFF: Self = Self(22);

    /// Beside the entry by which an organisation gets back from a pot what lines of it took: which lines. Belongs to
    /// `exchange`.
    pub const CLAIM: Self = Self(31);
    /// A session that comes again, and who usually comes to it; subject = bank. Belongs to `directory`.
    pub const STANDING_GROUP: Self = Self(32);
    /// Where a partner's software is told of events; subject = the partner's owner. Belongs to `directory`.
    pub const HOOK: Self = Self(23);

    /// The topic `number`.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// A fact in order, without hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub topic: Topic,
    /// Whom or what it concerns: a bank, account, owner or sequence, as the topic says.
    pub subject: u64,
    /// At most 4 KiB; its format belongs to the topic's module.
    pub body: Box<[u8]>,
}

/// What a capability adds to an entry of another form; the rules of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it is about.
    pub topic: Topic,
    /// At most 1 KiB.
    pub body: Box<[u8]>,
}
