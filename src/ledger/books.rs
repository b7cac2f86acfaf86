//! Reading the books: entries, statements, how a hold ended, what limits were.
//!
//! Everything here is read from the journal at the acknowledged position; nothing waits for the
//! poster. Cost is in reads of the journal, and does not grow with the length of history beyond its
//! logarithm.
//!
//! Progress: every operation is blocking, on the disk where a page is not in memory, on the journal's
//! locks (held for a look-up, or for the opening of a volume that is not open), and never on the poster.

use std::sync::Arc;

use super::balances::Head;
use super::chain::reach;
use super::recovery::RecoveryError;
use super::state::apply::clearing_limits;
use super::views::Views;
use super::work::AccountView;
use crate::domain::{
    AccountKind, AccountNumber, Action, Balance, Entry, Form, Hold, Kind, Limits, Line, Move, Opened,
    Sequence, Timestamp, Transfer,
};
use crate::journal::{JournalReader, codec};

/// A statement page has at most this many lines.
pub const PAGE_LINES_MAX: usize = 1_000;

/// Reads entries and statements. Cheap to clone; any number of threads.
#[derive(Clone)]
pub struct Books {
    reader: Arc<dyn JournalReader>,
    views: Arc<Views>,
}

/// A line of an account's statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    /// Its number on this account, from 1 for the oldest.
    pub number: u64,
    /// The line itself: figures afterwards, limits passed.
    pub line: Line,
    /// The entry it belongs to.
    pub entry: Entry,
}

/// How a hold stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldStanding {
    /// Something is left of it.
    Open {
        /// How much, seconds.
        left: i64,
    },
    /// Taken, perhaps at its deadline, or let go; by this entry.
    Resolved(Sequence),
    /// Ran out: ended by time with nothing more taken; by this entry.
    Expired(Sequence),
}

impl Books {
    pub(crate) fn new(reader: Arc<dyn JournalReader>, views: Arc<Views>) -> Self {
        Self { reader, views }
    }

    /// The journal behind the books.
    #[must_use]
    pub fn journal(&self) -> &Arc<dyn JournalReader> {
        &self.reader
    }

    /// What can be seen beside the journal, at the same position.
    #[must_use]
    pub fn views(&self) -> &Views {
        &self.views
    }

    /// The entry at `sequence`, if it is there to see.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn entry(&self, sequence: Sequence) -> Result<Option<Entry>, RecoveryError> {
        if sequence > self.views.position() {
            return Ok(None);
        }
        self.durable(sequence)
    }

    /// The entry at `sequence`, if it is on disk. Heads and standings are shown before the position
    /// moves on, so what they name is on disk and may be past the position for a moment.
    pub(crate) fn durable(&self, sequence: Sequence) -> Result<Option<Entry>, RecoveryError> {
        if sequence.is_zero() {
            return Ok(None);
        }
        let Some(record) = self.reader.record(sequence)? else { return Ok(None) };
        codec::decode(&record.bytes, record.sequence, record.recorded_at)
            .map(Some)
            .map_err(|source| RecoveryError::Entry { sequence, source })
    }

    /// An account's lines, newest first: at most `page_size` (and 1,000), those numbered below
    /// `below` (all if none).
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn statement(
        &self,
        account: AccountNumber,
        below: Option<u64>,
        page_size: usize,
    ) -> Result<Vec<StatementLine>, RecoveryError> {
        let head = self.views.balances.head(account);
        let newest = below.map_or(head.lines, |below| head.lines.min(below.saturating_sub(1)));
        let mut lines = Vec::new();
        let mut next = self.line_numbered(account, head, newest)?;
        while let Some(line) = next {
            let (number, previous) = (line.number, line.line.previous);
            lines.push(line);
            if lines.len() >= page_size.min(PAGE_LINES_MAX) {
                break;
            }
            next = self.line_of(account, number.saturating_sub(1), previous)?;
        }
        Ok(lines)
    }

    /// The last line of an account that `is_after` does not hold for, where it holds for all lines
    /// from some line on: the newest line not after a position, a time, a day of writing.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn last_line_before(
        &self,
        account: AccountNumber,
        is_after: impl Fn(&Entry) -> bool,
    ) -> Result<Option<StatementLine>, RecoveryError> {
        let head = self.views.balances.head(account);
        let mut at = self.line_of(account, head.lines, head.sequence)?;
        while let Some(line) = at {
            if !is_after(&line.entry) {
                return Ok(Some(line));
            }
            // Leap as far as the line leapt to is still after; else go one back.
            let leapt = line.number.saturating_sub(reach(line.number));
            let further = self.line_of(account, leapt, line.line.jump)?;
            at = match further {
                Some(further) if is_after(&further.entry) => Some(further),
                Some(_) | None => self.line_of(account, line.number.saturating_sub(1), line.line.previous)?,
            };
        }
        Ok(None)
    }

    /// Posted and held of an account right after entry `sequence`.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn balance_at(&self, account: AccountNumber, sequence: Sequence) -> Result<Balance, RecoveryError> {
        let line = self.last_line_before(account, |entry| entry.sequence > sequence)?;
        Ok(line.map_or_else(Balance::default, |found| Balance {
            posted: found.line.posted,
            held: found.line.held,
        }))
    }

    /// Posted and held of an account at the last moment before `time`.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn balance_before(&self, account: AccountNumber, time: Timestamp) -> Result<Balance, RecoveryError> {
        let line = self.last_line_before(account, |entry| entry.recorded_at >= time)?;
        Ok(line.map_or_else(Balance::default, |found| Balance {
            posted: found.line.posted,
            held: found.line.held,
        }))
    }

    /// What an entry moved, if it moved hours.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn moved_by(&self, sequence: Sequence) -> Result<Option<Vec<Move>>, RecoveryError> {
        let moves = self.entry(sequence)?.map(|entry| entry.moves().collect::<Vec<_>>());
        Ok(moves.filter(|moves| !moves.is_empty()))
    }

    /// How the hold of entry `hold` stands; none if that is no hold.
    ///
    /// An ended hold is looked up on the statement of its debit account, which its end has a line
    /// on: a few reads for each line that account got while the hold was open.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn hold(&self, hold: Sequence) -> Result<Option<HoldStanding>, RecoveryError> {
        if let Some(open) = self.views.open_hold(hold) {
            return Ok(Some(HoldStanding::Open { left: open.left }));
        }
        let Some(entry) = self.entry(hold)? else { return Ok(None) };
        let Action::Hold(asked) = &entry.command.action else { return Ok(None) };
        let Some(first) = asked.transfers.first() else { return Ok(None) };
        self.ending(hold, asked, first).map(Some)
    }

    fn ending(&self, hold: Sequence, asked: &Hold, first: &Transfer) -> Result<HoldStanding, RecoveryError> {
        let (account, amount) = (first.debit, first.amount);
        let Some(mut number) =
            self.last_line_before(account, |entry| entry.sequence > hold)?.map(|line| line.number)
        else {
            return Ok(HoldStanding::Open { left: amount.seconds() });
        };
        let head = self.views.balances.head(account);
        let mut left = amount.seconds();
        // Forward from the hold: most end within a few lines.
        while number < head.lines {
            number = number.saturating_add(1);
            let Some(line) = self.line_numbered(account, head, number)? else { break };
            let entry = &line.entry;
            if entry.command.action.hold_named() != Some(hold) {
                continue;
            }
            let taken = if let Action::Post(post) = &entry.command.action {
                post.taken_from(asked.transfers.iter().map(|transfer| transfer.debit)).unwrap_or(0)
            } else {
                entry.outcome.moves.first().map_or(0, |first| first.amount.seconds())
            };
            left = left.saturating_sub(taken);
            if entry.command.action.keeps_rest() && left > 0 {
                continue;
            }
            // What was taken at its deadline did not run out.
            let ran_out = entry.form() == Form::Expire && taken == 0;
            let by = entry.sequence;
            return Ok(if ran_out { HoldStanding::Expired(by) } else { HoldStanding::Resolved(by) });
        }
        Ok(HoldStanding::Open { left })
    }

    /// Why the hours of an entry moved: its own kind, or that of the hold it ended.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn kind(&self, entry: &Entry) -> Result<Option<Kind>, RecoveryError> {
        match (entry.kind(), entry.command.action.hold_named()) {
            (None, Some(hold)) => Ok(self.durable(hold)?.and_then(|hold| hold.kind())),
            (kind, _) => Ok(kind),
        }
    }

    /// Every change of an account's standing, newest first: limits set, closed, reopened, and last
    /// its opening. At most `most`.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn standing_history(&self, account: AccountNumber, most: usize) -> Result<Vec<Entry>, RecoveryError> {
        let mut history = Vec::new();
        let mut next = self.views.account(account).map_or(Sequence::ZERO, |view| view.standing_entry);
        while history.len() < most {
            let Some(entry) = self.durable(next)? else { break };
            next = entry.outcome.standing_before;
            history.push(entry);
        }
        Ok(history)
    }

    /// The limits of an account as they are.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn limits(&self, account: AccountNumber) -> Result<Option<Limits>, RecoveryError> {
        let Some(AccountView { kind, standing_entry: mut next, .. }) = self.views.account(account) else {
            return Ok(None);
        };
        while let Some(entry) = self.durable(next)? {
            if let Some(limits) = limits_set_by(&entry, account, kind) {
                return Ok(Some(limits));
            }
            next = entry.outcome.standing_before;
        }
        Ok(None)
    }

    /// Line `wanted` of an account, by leaps from its head.
    fn line_numbered(
        &self,
        account: AccountNumber,
        head: Head,
        wanted: u64,
    ) -> Result<Option<StatementLine>, RecoveryError> {
        if wanted == 0 {
            return Ok(None);
        }
        let mut at = self.line_of(account, head.lines, head.sequence)?;
        while let Some(line) = at {
            if line.number <= wanted {
                return Ok((line.number == wanted).then_some(line));
            }
            let leapt = line.number.saturating_sub(reach(line.number));
            at = if leapt >= wanted {
                self.line_of(account, leapt, line.line.jump)?
            } else {
                self.line_of(account, line.number.saturating_sub(1), line.line.previous)?
            };
        }
        Ok(None)
    }

    fn line_of(
        &self,
        account: AccountNumber,
        number: u64,
        sequence: Sequence,
    ) -> Result<Option<StatementLine>, RecoveryError> {
        if number == 0 {
            return Ok(None);
        }
        let found = self.durable(sequence)?;
        Ok(found.and_then(|entry| Some(StatementLine { number, line: *entry.line(account)?, entry })))
    }
}

/// The limits an entry of an account's standing gave it, if it did.
#[must_use]
pub fn limits_set_by(entry: &Entry, account: AccountNumber, kind: AccountKind) -> Option<Limits> {
    let place = |first: AccountNumber| account.slot().checked_sub(first.slot());
    match (&entry.command.action, entry.outcome.opened) {
        (Action::SetLimits(number, limits), _) => Some(match kind {
            AccountKind::Clearing if *number == account => limits.of_clearing(),
            AccountKind::Clearing => limits.mirrored(), // Set on the other side of its pair.
            AccountKind::Member
            | AccountKind::Organisation
            | AccountKind::Partner
            | AccountKind::Pot
            | AccountKind::Issuance => *limits,
        }),
        (Action::OpenBank(bank), Opened::Bank(_, pot)) => match place(pot)? {
            0 => Some(bank.pot),
            1 => Some(bank.issuance),
            _ => None,
        },
        (Action::OpenClearing(pair), Opened::Accounts(first)) => match place(first)? {
            0 => Some(clearing_limits(pair).0),
            1 => Some(clearing_limits(pair).1),
            _ => None,
        },
        (Action::OpenAccounts(accounts), Opened::Accounts(first)) => {
            accounts.get(usize::try_from(place(first)?).ok()?).map(|account| account.limits)
        }
        _ => None,
    }
}
