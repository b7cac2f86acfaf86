//! Entries: the atomic, immutable facts of the books.
//!
//! An entry is what was asked (the command) and what the ledger added: its place, its time, the
//! lines it put on accounts, and numbers it handed out. It is the stored answer to its request.

use smallvec::SmallVec;

use super::command::{Action, Command};
use super::transfer::Transfer;
use super::{AccountNumber, Balance, BankNumber, Kind, OwnerNumber, Sequence, Timestamp};

/// A fact in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place; dense (I3).
    pub sequence: Sequence,
    /// When the ledger wrote it down; one moment a batch, never going back.
    pub recorded_at: Timestamp,
    /// What was asked, unchanged.
    pub command: Command,
    /// What the ledger added.
    pub outcome: Outcome,
}

/// An entry by reference: what a fact says, wherever its parts are kept.
#[derive(Clone, Copy, Debug)]
pub struct Fact<'a> {
    /// Its place.
    pub sequence: Sequence,
    /// When the ledger wrote it down.
    pub recorded_at: Timestamp,
    /// What was asked.
    pub command: &'a Command,
    /// What the ledger added.
    pub outcome: &'a Outcome,
}

/// What the ledger adds to a command it accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// One line for each account whose posted or held changed or that passed a limit, in order of
    /// first appearance.
    pub lines: Lines,
    /// Transfers worked out by the ledger (capture, expiry, reversal, closing); a post's are its own.
    pub moves: Moves,
    /// Numbers handed out.
    pub opened: Opened,
    /// The earlier entry that set up or changed the same account (`SetLimits`, `Close`, `Reopen`).
    pub standing_before: Sequence,
    /// What the counter of each claim holds afterwards, in the order of the claims; 0 for one that has ended.
    pub counted: Vec<i64>,
}

impl Outcome {
    /// Forgets everything and keeps the room for it.
    pub fn clear(&mut self) {
        self.lines.clear();
        self.moves.clear();
        self.opened = Opened::Nothing;
        self.standing_before = Sequence::ZERO;
        self.counted.clear();
    }
}

/// Lines of one entry; two need no allocation.
pub type Lines = SmallVec<[Line; 2]>;
/// Moves of one entry; one needs no allocation.
pub type Moves = SmallVec<[Move; 1]>;

/// What an entry did to one account, and how to find that account's earlier lines.
///
/// `previous` is the line before; `jump` skips further back (skew-binary), so that any line, day or
/// position of an account is found in O(log n) reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Whose line.
    pub account: AccountNumber,
    /// Entry with the line before; zero for an account's first line.
    pub previous: Sequence,
    /// Entry with a line further back; zero where there is none.
    pub jump: Sequence,
    /// Posted afterwards, seconds.
    pub posted: i64,
    /// Held afterwards, seconds, never negative.
    pub held: i64,
    /// Which limits this entry passed on this account.
    pub passed: Passed,
}

impl Line {
    /// The account's balance afterwards.
    #[must_use]
    pub const fn balance(&self) -> Balance {
        Balance { posted: self.posted, held: self.held }
    }
}

/// Limits an entry passed on an account in the direction it moved it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Passed(u8); // Invariant: only the two lowest bits are used.

impl Passed {
    /// None.
    pub const NOTHING: Self = Self(0);
    /// The balance fell and is below the floor.
    pub const FLOOR: Self = Self(1);
    /// The balance rose and is, or may come, above the ceiling.
    pub const CEILING: Self = Self(2);

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `other` is among them.
    #[must_use]
    pub const fn includes(self, other: Self) -> bool {
        other.0 != 0 && self.0 & other.0 == other.0
    }

    /// The bits in the journal.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The limits with these bits, if there are such.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits <= 3 { Some(Self(bits)) } else { None }
    }
}

/// A transfer the ledger worked out. People and activity stand in the entry it comes from: the hold,
/// or the original of a reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its balance falls.
    pub debit: AccountNumber,
    /// Its balance rises.
    pub credit: AccountNumber,
    /// Seconds, above zero.
    pub amount: super::Amount,
    /// Place of the transfer it comes from, in the hold or the original; 0 for a closing.
    pub of: u16,
}

/// Numbers handed out by an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opened {
    /// None.
    #[default]
    Nothing,
    /// Owners from this number on, as many as the command asked for.
    Owners(OwnerNumber),
    /// A bank, with its pot and, one number further, its issuance account.
    Bank(BankNumber, AccountNumber),
    /// Accounts from this number on, one for each the command named.
    Accounts(AccountNumber),
}

/// What an entry is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Moves hours.
    Post,
    /// Sets hours aside.
    Hold,
    /// Turns (part of) a hold into transfers.
    Capture,
    /// Ends a hold without moving hours.
    Void,
    /// Ends a hold by time.
    Expire,
    /// Owners, banks, accounts: opening, limits, closing, reopening.
    Account,
    /// A fact without hours.
    Note,
}

impl Entry {
    /// The same by reference.
    #[must_use]
    pub const fn fact(&self) -> Fact<'_> {
        let Self { sequence, recorded_at, command, outcome } = self;
        Fact { sequence: *sequence, recorded_at: *recorded_at, command, outcome }
    }

    /// What it is, in one word.
    #[must_use]
    pub const fn form(&self) -> Form {
        match self.command.action {
            Action::Post(_) | Action::Reverse(_) => Form::Post,
            Action::Hold(_) => Form::Hold,
            Action::Capture(_) => Form::Capture,
            Action::Void(_) => Form::Void,
            Action::Expire(_) => Form::Expire,
            Action::RegisterOwners(_)
            | Action::OpenBank(_)
            | Action::OpenClearing(_)
            | Action::OpenAccounts(_)
            | Action::SetLimits(..)
            | Action::Close(_)
            | Action::Reopen(_) => Form::Account,
            Action::Note(_) => Form::Note,
        }
    }

    /// What it was for, as far as the entry itself says; captures and expiries carry their hold's.
    #[must_use]
    pub const fn kind(&self) -> Option<Kind> {
        self.command.action.kind()
    }

    /// The hours this entry moved, transfer by transfer. A hold moves none.
    pub fn moves(&self) -> impl Iterator<Item = Move> + '_ {
        posted_transfers(&self.command.action)
            .iter()
            .zip(0u16..)
            .map(|(transfer, of)| Move {
                debit: transfer.debit,
                credit: transfer.credit,
                amount: transfer.amount,
                of,
            })
            .chain(self.outcome.moves.iter().copied())
    }

    /// The line of `account`, if this entry has one.
    #[must_use]
    pub fn line(&self, account: AccountNumber) -> Option<&Line> {
        self.outcome.lines.iter().find(|line| line.account == account)
    }
}

/// The transfers an action posts as it stands; a hold sets aside and posts none.
pub(crate) fn posted_transfers(action: &Action) -> &[Transfer] {
    if let Action::Post(post) = action { &post.transfers } else { &[] }
}
