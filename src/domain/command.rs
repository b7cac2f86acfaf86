//! Commands: what a caller asks the ledger to write down.
//!
//! A command is checked here for everything that no state of the books could make right (`Invalid`);
//! whether the books allow it is decided by the ledger.

use smallvec::SmallVec;

use super::account::{Limits, NewAccount};
use super::claim::{CLAIMS_MAX, Claim};
use super::note::{ATTACHMENT_BYTES_MAX, Attachment, NOTE_BYTES_MAX, Note};
use super::transfer::{TRANSFERS_MAX, Transfer};
use super::{
    AccountKind, AccountNumber, Amount, BankNumber, Day, Invalid, Kind, OwnerNumber, RequestKey, Sequence,
    Timestamp,
};

/// Sealed text of an entry may be this long, in bytes: 1 KiB of text and what sealing adds.
pub const SEALED_TEXT_BYTES_MAX: usize = 1_152;
/// At most this many accounts are opened by one entry.
pub const ACCOUNTS_PER_ENTRY_MAX: usize = 32;
/// At most this many owners are registered by one entry.
pub const OWNERS_PER_ENTRY_MAX: u16 = 1_024;
/// At most this many people are counted without hours by one entry.
pub const PRESENT_COUNT_MAX: u32 = 1_000_000;
/// A time zone's name may be this long, in bytes.
pub const TIME_ZONE_BYTES_MAX: usize = 64;

/// At most this many transfers in one hold; two where it crosses banks.
pub const HOLD_TRANSFERS_MAX: usize = 2;

/// Transfers of one entry; one of them needs no allocation.
pub type Transfers = SmallVec<[Transfer; 1]>;

/// Everything a caller says; the entry keeps all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Under which id the answer is kept. Only what the ledger does by itself, an expiry, has none.
    pub key: Option<RequestKey>,
    /// Who wrote it; 0 for the local operator.
    pub actor: OwnerNumber,
    /// Who approved it.
    pub second_person: Option<OwnerNumber>,
    /// Who allows it to pass a floor or ceiling of a member, organisation, partner or pot.
    pub allowed_by: Option<OwnerNumber>,
    /// The day the help was given, where the bank is.
    pub occurred_on: Option<Day>,
    /// People counted without hours.
    pub present_count: Option<u32>,
    /// Memo, reason and what was typed, sealed; empty for none.
    pub text: Box<[u8]>,
    /// What a capability keeps with the entry.
    pub attachment: Option<Box<Attachment>>,
    /// What it takes from counters, in the order in which they may refuse. At most [`CLAIMS_MAX`].
    pub claims: Vec<Claim>,
    /// What is to be done.
    pub action: Action,
}

/// What is to be done, by the form the entry will have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Move hours: 1..=256 transfers, all or nothing.
    Post(Post),
    /// Set hours aside until a deadline.
    Hold(Hold),
    /// Turn (part of) a hold into a transfer.
    Capture(Capture),
    /// End a hold without moving hours.
    Void(Sequence),
    /// End a hold by time; the ledger's own.
    Expire(Sequence),
    /// Put an earlier entry right: a post with the sides swapped.
    Reverse(Reverse),
    /// Hand out owner numbers, so that keys can be made and names sealed before they are used.
    RegisterOwners(u16),
    /// Open a bank with its pot and its issuance account.
    OpenBank(Box<OpenBank>),
    /// Open the pair of mirrored accounts between two banks.
    OpenClearing(OpenClearing),
    /// Open accounts, 1..=32.
    OpenAccounts(Vec<NewAccount>),
    /// Set how far an account may go; never fails because of its present balance. On one side of a
    /// clearing pair it sets both.
    SetLimits(AccountNumber, Limits),
    /// Close an account; what is left goes to, or is made good by, the one named.
    Close(Close),
    /// Open a closed account again.
    Reopen(AccountNumber),
    /// Keep a fact in order.
    Note(Note),
}

/// Transfers to post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// What for; not reversal, refund or closing, which have actions of their own.
    pub kind: Kind,
    /// 1..=256.
    pub transfers: Transfers,
    /// A hold this post takes from in the same decision, and mostly ends.
    pub ends: Option<Ends>,
}

/// A hold that a post stands in for: its hours go where the post says, perhaps to somebody who was not known when they
/// were set aside. What it claimed stays taken, as with a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The sequence of the hold's entry.
    pub hold: Sequence,
    /// What happens to what is left of it. Released, all of it is let go, however much the post moves. Kept, it falls by
    /// what the post takes ([`Post::taken_from`]), at least a second and no more than was left, and ends with its last
    /// second.
    pub rest: Rest,
}

impl Post {
    /// What it takes of each transfer of a hold, seconds above zero, where `debits` are the accounts that the hold's one
    /// or two transfers debit. None if it takes nothing, or not the same of each.
    ///
    /// What an account gives is all that the post debits from it; where both transfers of the hold debit one account,
    /// half of that is of each.
    #[must_use]
    pub fn taken_from(&self, debits: impl Iterator<Item = AccountNumber> + Clone) -> Option<i64> {
        let mut shares = debits.clone().map(|debit| {
            let sides = i64::try_from(debits.clone().filter(|other| *other == debit).count()).ok()?;
            let given = self.debited_from(debit);
            if given.checked_rem(sides)? == 0 { given.checked_div(sides) } else { None }
        });
        let first = shares.next().flatten().filter(|share| *share > 0)?;
        shares.all(|share| share == Some(first)).then_some(first)
    }

    /// All that its transfers debit from an account, seconds: at most 2^48.
    #[must_use]
    pub fn debited_from(&self, account: AccountNumber) -> i64 {
        let debits = self.transfers.iter().filter(|transfer| transfer.debit == account);
        debits.fold(0, |given: i64, transfer| given.saturating_add(transfer.amount.seconds()))
    }
}

/// What happens to a hold at its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AtDeadline {
    /// It runs out; nothing is taken.
    Release,
    /// All that is left of it is taken.
    Capture,
}

/// Hours to set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What for.
    pub kind: Kind,
    /// One or two transfers of the same amount; two where it crosses banks.
    pub transfers: Transfers,
    /// Until when; later than now and at most 400 days ahead.
    pub deadline: Timestamp,
    /// What happens then.
    pub at_deadline: AtDeadline,
}

/// What happens to the part of a hold that a capture, or a post in its place, leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rest {
    /// It stays set aside.
    Keep,
    /// It is let go in the same entry.
    Release,
}

/// A hold to turn into transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The sequence of the hold's entry.
    pub hold: Sequence,
    /// How much; all that is left if absent.
    pub amount: Option<Amount>,
    /// What happens to the rest.
    pub rest: Rest,
}

/// Whether hours are put right by the bank or given back by a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReversalKind {
    /// Put right.
    Reversal,
    /// Given back.
    Refund,
}

impl ReversalKind {
    /// The kind the entry carries.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Reversal => Kind::Reversal,
            Self::Refund => Kind::Refund,
        }
    }
}

/// Which part of an original is reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReversedPart {
    /// Place of the transfer in the original, from 0.
    pub transfer: u16,
    /// How much of it.
    pub amount: Amount,
}

/// An entry to put right. Several may name one original, together never above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reverse {
    /// The sequence of the original.
    pub original: Sequence,
    /// Put right or given back.
    pub kind: ReversalKind,
    /// Which part; empty for all that is left of it.
    pub parts: Vec<ReversedPart>,
}

/// A bank to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenBank {
    /// The bank as an owner, registered before; its name is the sealed text of the command.
    pub owner: OwnerNumber,
    /// IANA name of its time zone.
    pub time_zone: Box<str>,
    /// Limits of its pot.
    pub pot: Limits,
    /// Limits of its issuance account; the floor is the cap on hours made.
    pub issuance: Limits,
}

/// A pair of clearing accounts to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenClearing {
    /// One bank.
    pub first: BankNumber,
    /// The other bank.
    pub second: BankNumber,
    /// How much the first may owe the second.
    pub first_may_owe: Amount,
    /// How much the second may owe the first.
    pub second_may_owe: Amount,
}

/// An account to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    /// Which.
    pub account: AccountNumber,
    /// Takes what is left, or makes good what is missing; in the same bank.
    pub remainder_to: AccountNumber,
}

impl Command {
    /// A command by `actor` that says nothing beyond its action.
    #[must_use]
    pub fn new(key: RequestKey, actor: OwnerNumber, action: Action) -> Self {
        Self { key: Some(key), ..Self::without_key(actor, action) }
    }

    /// What is not asked for by a request: by the ledger itself, or not yet.
    pub(crate) fn without_key(actor: OwnerNumber, action: Action) -> Self {
        Self {
            key: None,
            actor,
            second_person: None,
            allowed_by: None,
            occurred_on: None,
            present_count: None,
            text: Box::default(),
            attachment: None,
            claims: Vec::new(),
            action,
        }
    }

    /// Checks every bound that does not depend on the books.
    ///
    /// # Errors
    /// [`Invalid`] with the first field that is out of bounds.
    pub fn check(&self) -> Result<(), Invalid> {
        ensure(self.key.is_some(), "request_id", "given")?;
        ensure(
            self.occurred_on.is_none_or(|day| (Day::MIN..=Day::MAX).contains(&day)),
            "occurred_on",
            "from 1900-01-01 to 2199-12-31",
        )?;
        ensure(
            self.present_count.is_none_or(|count| (1..=PRESENT_COUNT_MAX).contains(&count)),
            "present_count",
            "from 1 to 1,000,000",
        )?;
        ensure(self.text.len() <= SEALED_TEXT_BYTES_MAX, "text", "at most 1 KiB")?;
        let attachment_fits =
            self.attachment.as_ref().is_none_or(|attachment| attachment.body.len() <= ATTACHMENT_BYTES_MAX);
        ensure(attachment_fits, "attachment.body", "at most 1 KiB")?;
        self.check_claims()?;
        self.action.check()
    }

    fn check_claims(&self) -> Result<(), Invalid> {
        ensure(self.claims.len() <= CLAIMS_MAX, "claims", "at most 100")?;
        let may_claim = matches!(
            self.action,
            Action::Post(_) | Action::Hold(_) | Action::Capture(_) | Action::Reverse(_) | Action::Note(_)
        );
        let limit = "on posts, holds, captures, reversals and notes only";
        ensure(self.claims.is_empty() || may_claim, "claims", limit)?;
        for (place, claim) in self.claims.iter().enumerate() {
            let bound = Amount::MAX.seconds();
            ensure(
                claim.take != 0 && (-bound..=bound).contains(&claim.take),
                "claims.take",
                "not zero, within -2^40 to 2^40",
            )?;
            ensure((0..=bound).contains(&claim.max), "claims.max", "from 0 to 2^40")?;
            // One counter twice in an entry would make "the order named" and giving back ambiguous.
            let repeated = self.claims.iter().take(place).any(|earlier| earlier.key == claim.key);
            ensure(!repeated, "claims.key", "named once in an entry")?;
        }
        Ok(())
    }
}

impl Action {
    fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Post(post) => {
                let own_action = matches!(post.kind, Kind::Reversal | Kind::Refund | Kind::Closing);
                ensure(
                    !own_action,
                    "kind",
                    "one that is posted; reversals, refunds and closings have calls of their own",
                )?;
                ensure((1..=TRANSFERS_MAX).contains(&post.transfers.len()), "transfers", "from 1 to 256")
            }
            Self::Hold(hold) => {
                let own_action = matches!(hold.kind, Kind::Reversal | Kind::Refund | Kind::Closing);
                ensure(
                    !own_action,
                    "kind",
                    "one that is posted; reversals, refunds and closings have calls of their own",
                )?;
                ensure(
                    (1..=HOLD_TRANSFERS_MAX).contains(&hold.transfers.len()),
                    "transfers",
                    "one, or two where the hold crosses banks",
                )?;
                let same = hold
                    .transfers
                    .iter()
                    .all(|one| Some(one.amount) == hold.transfers.first().map(|first| first.amount));
                ensure(same, "transfers.amount_seconds", "the same on both transfers of a hold")
            }
            Self::Reverse(reverse) => {
                ensure(reverse.parts.len() <= TRANSFERS_MAX, "parts", "at most 256")?;
                let rising = reverse.parts.is_sorted_by(|one, next| one.transfer < next.transfer);
                ensure(rising, "parts.transfer_index", "in rising order, each named once")
            }
            Self::RegisterOwners(count) => {
                ensure((1..=OWNERS_PER_ENTRY_MAX).contains(count), "count", "from 1 to 1,024")
            }
            Self::OpenBank(bank) => {
                ensure(bank.owner != OwnerNumber::OPERATOR, "owner_number", "a registered owner number")?;
                let known = bank.time_zone.len() <= TIME_ZONE_BYTES_MAX
                    && jiff::tz::TimeZone::get(&bank.time_zone).is_ok();
                ensure(known, "time_zone", "an IANA name such as Europe/London, at most 64 bytes")
            }
            Self::OpenClearing(pair) => {
                ensure(pair.first != pair.second, "second_bank_number", "another bank than the first")
            }
            Self::OpenAccounts(accounts) => {
                ensure((1..=ACCOUNTS_PER_ENTRY_MAX).contains(&accounts.len()), "accounts", "from 1 to 32")?;
                for account in accounts {
                    let opened_alone = !matches!(account.kind, AccountKind::Issuance | AccountKind::Clearing);
                    ensure(
                        opened_alone,
                        "accounts.kind",
                        "member, organisation, partner or pot; the others come with a bank or a pair",
                    )?;
                    ensure(
                        account.owner != OwnerNumber::OPERATOR,
                        "accounts.owner_number",
                        "a registered owner number",
                    )?;
                    ensure(account.label.len() <= SEALED_TEXT_BYTES_MAX, "accounts.label", "at most 1 KiB")?;
                }
                Ok(())
            }
            Self::Note(note) => ensure(note.body.len() <= NOTE_BYTES_MAX, "body", "at most 4 KiB"),
            Self::Expire(_) => {
                ensure(false, "action", "one a caller may ask for; holds expire by themselves")
            }
            Self::Capture(_) | Self::Void(_) | Self::SetLimits(..) | Self::Close(_) | Self::Reopen(_) => {
                Ok(())
            }
        }
    }

    /// The transfers it names: those of a post, and what a hold sets aside.
    #[must_use]
    pub fn transfers(&self) -> &[Transfer] {
        if let Self::Post(Post { transfers, .. }) | Self::Hold(Hold { transfers, .. }) = self {
            transfers
        } else {
            &[]
        }
    }

    /// The hold it takes from or ends, if it names one.
    #[must_use]
    pub const fn hold_named(&self) -> Option<Sequence> {
        if let Self::Capture(Capture { hold, .. }) | Self::Void(hold) | Self::Expire(hold) = self {
            Some(*hold)
        } else if let Self::Post(Post { ends: Some(Ends { hold, .. }), .. }) = self {
            Some(*hold)
        } else {
            None
        }
    }

    /// Whether what it leaves of the hold it takes from stays set aside; if it leaves nothing, the hold has ended.
    #[must_use]
    pub const fn keeps_rest(&self) -> bool {
        matches!(
            self,
            Self::Capture(Capture { rest: Rest::Keep, .. })
                | Self::Post(Post { ends: Some(Ends { rest: Rest::Keep, .. }), .. })
        )
    }

    /// The kind an entry of this action carries, if it moves or sets aside hours of its own accord.
    /// A capture and an expiry carry the kind of their hold.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        match self {
            Self::Post(post) => Some(post.kind),
            Self::Hold(hold) => Some(hold.kind),
            Self::Reverse(reverse) => Some(reverse.kind.kind()),
            Self::Close(_) => Some(Kind::Closing),
            Self::Capture(_)
            | Self::Void(_)
            | Self::Expire(_)
            | Self::RegisterOwners(_)
            | Self::OpenBank(_)
            | Self::OpenClearing(_)
            | Self::OpenAccounts(_)
            | Self::SetLimits(..)
            | Self::Reopen(_)
            | Self::Note(_) => None,
        }
    }
}

fn ensure(holds: bool, field: &'static str, limit: &'static str) -> Result<(), Invalid> {
    if holds { Ok(()) } else { Err(Invalid { field, limit }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what a post takes of a hold is alike of each of its transfers, or nothing.
    /// Method: rows of transfers, the accounts that a hold debits, and what is taken of it; the widest last.
    #[test]
    fn a_post_takes_alike_of_each_transfer() {
        let account = |slot| AccountNumber::from_slot(slot).unwrap();
        let (one, two, three) = (account(1), account(2), account(3));
        let most = vec![(one, two, Amount::MAX.seconds()); TRANSFERS_MAX];
        for (transfers, debits, taken) in [
            (&[(one, two, 60)][..], &[one][..], Some(60)),
            (&[(one, two, 60), (one, three, 30), (two, one, 5)], &[one], Some(90)),
            (&[(two, one, 60)], &[one], None),
            (&[(one, two, 60), (two, three, 60)], &[one, two], Some(60)),
            (&[(one, two, 60), (two, three, 61)], &[one, two], None),
            (&[(one, three, 60)], &[one, two], None),
            (&[(one, two, 60)], &[one, one], Some(30)),
            (&[(one, two, 61)], &[one, one], None),
            (&[(one, two, 60)], &[], None),
            (&most, &[one], Some(1 << 48)),
        ] {
            let each = transfers.iter().map(|(debit, credit, seconds)| {
                Transfer::new(*debit, *credit, Amount::new(*seconds).unwrap())
            });
            let post = Post { kind: Kind::Redemption, transfers: each.collect(), ends: None };
            assert_eq!(post.taken_from(debits.iter().copied()), taken, "{transfers:?} of {debits:?}");
        }
    }
}
