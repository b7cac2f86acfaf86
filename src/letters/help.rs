//! Which hours are somebody's help: by who gave it, wherever the hours went.
//!
//! Entries are shown to [`Occasions`] in their order, from the first that may count to the position asked about.
//!
//! - Help is what the kinds of help move: exchange, group, community. Gifts, grants and hours of other books are none.
//! - The giver is `given_by`, else who owns the account that gets the hours.
//! - An hour that runs through somebody else's account is one hour. Where all transfers of an entry run through one
//!   account, the transfers away from it say what was given, and only where none of these names the giver the others that
//!   do (as `exchange::rules::group` says); a transfer to an account between two banks is never help by itself.
//! - What is put right does not count, as far as it was put right; and counts again where that was put right in turn.
//! - Once there are more occasions than are counted nothing is learned any more: what is kept stays within its bound.

use std::collections::BTreeMap;

use crate::domain::{AccountNumber, Action, Correction, Day, Entry, Move, OwnerNumber, Sequence, Transfer};

/// At most this many moves of hours are counted for one person at once, those that put something right among them: some fifty
/// years of five a day. Memory is about 100 bytes each.
pub const OCCASIONS_MAX: usize = 100_000;

/// One activity's number, if any was said.
type Activity = Option<u16>;

/// More occasions than are counted at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany;

/// Help of one sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Help {
    /// Its number in the bank's list.
    pub activity: Activity,
    /// How much, seconds, above zero.
    pub seconds: i64,
    /// On how many occasions.
    pub times: u64,
}

/// Which accounts are whose, and which entries were before.
pub trait Books {
    /// Why they cannot be read.
    type Error;

    /// Who gets what this account gets; none for one that helps nobody: of another bank, or between two banks.
    fn owner(&self, account: AccountNumber) -> Option<OwnerNumber>;

    /// An earlier entry.
    ///
    /// # Errors
    /// It cannot be read.
    fn entry(&self, sequence: Sequence) -> Result<Option<Entry>, Self::Error>;
}

/// A transfer that is help of theirs, by what it adds to.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// The entry that was the help.
    occasion: Sequence,
    activity: Activity,
    /// 1, or −1 where it takes help back.
    sign: i64,
}

/// What one person gave between two days.
#[derive(Debug)]
pub struct Occasions {
    who: OwnerNumber,
    days: (Day, Day),
    /// Seconds of each occasion.
    seconds: BTreeMap<(Sequence, Activity), i64>,
    /// What each move of an entry adds to, by entry and place.
    pieces: BTreeMap<(Sequence, u16), Piece>,
}

impl Occasions {
    /// None so far, of what `who` gave from the first of `days` through the last.
    #[must_use]
    pub const fn new(who: OwnerNumber, days: (Day, Day)) -> Self {
        Self { who, days, seconds: BTreeMap::new(), pieces: BTreeMap::new() }
    }

    /// Goes one entry forward; `day` is its day of help.
    ///
    /// # Errors
    /// As of [`Books::entry`]; inside, [`TooMany`].
    pub fn learn<B: Books>(
        &mut self,
        entry: &Entry,
        day: Day,
        books: &B,
    ) -> Result<Result<(), TooMany>, B::Error> {
        if let Action::Reverse(reverse) = &entry.command.action {
            return Ok(self.put_right(entry, reverse.original));
        }
        if day < self.days.0 || day > self.days.1 {
            return Ok(Ok(()));
        }
        let mut hold = None;
        let Some(transfers) = help_in(entry, &mut hold, books)? else { return Ok(Ok(())) };
        let places = given(transfers, self.who, |account| books.owner(account));
        for moved in entry.moves() {
            let transfer = transfers.get(usize::from(moved.of)).filter(|_| places.contains(&moved.of));
            if let Some(transfer) = transfer
                && let Err(too_many) = self.count(entry.sequence, moved, transfer)
            {
                return Ok(Err(too_many));
            }
        }
        Ok(Ok(()))
    }

    fn count(&mut self, occasion: Sequence, moved: Move, transfer: &Transfer) -> Result<(), TooMany> {
        let activity = transfer.people.activity;
        self.add(occasion, moved, Piece { occasion, activity, sign: sign_of(transfer) })
    }

    fn put_right(&mut self, entry: &Entry, original: Sequence) -> Result<(), TooMany> {
        for moved in entry.moves() {
            if let Some(piece) = self.pieces.get(&(original, moved.of)).copied() {
                self.add(entry.sequence, moved, Piece { sign: piece.sign.saturating_neg(), ..piece })?;
            }
        }
        Ok(())
    }

    /// Changes nothing where there is no room.
    fn add(&mut self, sequence: Sequence, moved: Move, piece: Piece) -> Result<(), TooMany> {
        if self.pieces.len() >= OCCASIONS_MAX {
            return Err(TooMany);
        }
        let seconds = self.seconds.entry((piece.occasion, piece.activity)).or_default();
        *seconds = seconds.saturating_add(moved.amount.seconds().saturating_mul(piece.sign));
        self.pieces.insert((sequence, moved.of), piece);
        Ok(())
    }

    /// What is left by activity, the most hours first; and on how many occasions in all.
    #[must_use]
    pub fn help(&self) -> (Vec<Help>, u64) {
        let mut help: BTreeMap<Activity, Help> = BTreeMap::new();
        let mut occasions: Vec<Sequence> = Vec::new();
        for ((occasion, activity), seconds) in self.seconds.iter().filter(|(_, seconds)| **seconds != 0) {
            let one = help.entry(*activity).or_insert(Help { activity: *activity, seconds: 0, times: 0 });
            one.seconds = one.seconds.saturating_add(*seconds);
            if *seconds > 0 {
                one.times = one.times.saturating_add(1);
                occasions.push(*occasion);
            }
        }
        occasions.dedup(); // They rise.
        let mut help: Vec<_> = help.into_values().filter(|help| help.seconds > 0).collect();
        help.sort_by_key(|help| (std::cmp::Reverse(help.seconds), help.activity));
        (help, u64::try_from(occasions.len()).unwrap_or(u64::MAX))
    }
}

/// The transfers of an entry that moved help, its own or those of the hold that it took from, which is kept in `hold`; none
/// where it moved no help.
pub(super) fn help_in<'a, B: Books>(
    entry: &'a Entry,
    hold: &'a mut Option<Entry>,
    books: &B,
) -> Result<Option<&'a [Transfer]>, B::Error> {
    if entry.moves().next().is_none() {
        return Ok(None);
    }
    let own = entry.kind().zip(Some(entry.command.action.transfers()).filter(|own| !own.is_empty()));
    let (kind, transfers) = match (own, entry.command.action.hold_named()) {
        (Some(own), _) => own,
        // A capture, or a proposal that was accepted by silence.
        (None, Some(named)) => {
            *hold = books.entry(named)?;
            let Some((kind, hold)) = hold.as_ref().and_then(|hold| Some((hold.kind()?, hold))) else {
                return Ok(None);
            };
            (kind, hold.command.action.transfers())
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(transfers).filter(|_| kind.is_help_given()))
}

/// 1, or −1 for a line of other books that takes help back.
pub(super) const fn sign_of(transfer: &Transfer) -> i64 {
    match transfer.people.correction {
        Correction::No => 1,
        Correction::Yes => -1,
    }
}

/// The places of the transfers of one entry that say what `who` gave.
pub(super) fn given(
    transfers: &[Transfer],
    who: OwnerNumber,
    owner: impl Fn(AccountNumber) -> Option<OwnerNumber>,
) -> Vec<u16> {
    let names = |transfer: &Transfer| {
        owner(transfer.credit).is_some_and(|own| transfer.people.given_by.unwrap_or(own) == who)
    };
    let all: Vec<(u16, &Transfer)> = (0..).zip(transfers).filter(|(_, transfer)| names(transfer)).collect();
    let keeper = keeper(transfers, |account| owner(account) == Some(who));
    let away = all.iter().filter(|(_, transfer)| Some(transfer.credit) != keeper);
    let away: Vec<u16> = away.map(|(place, _)| *place).collect();
    if away.is_empty() { all.into_iter().map(|(place, _)| place).collect() } else { away }
}

/// The places of those that say what `who` received: where all run through one account, the transfers to it, and only where
/// none of these names them the others that do.
pub(super) fn received(
    transfers: &[Transfer],
    who: OwnerNumber,
    owner: impl Fn(AccountNumber) -> Option<OwnerNumber>,
) -> Vec<u16> {
    let names = |transfer: &Transfer| {
        owner(transfer.debit).is_some_and(|own| transfer.people.received_by.unwrap_or(own) == who)
    };
    let all: Vec<(u16, &Transfer)> = (0..).zip(transfers).filter(|(_, transfer)| names(transfer)).collect();
    let keeper = keeper(transfers, |account| owner(account) == Some(who));
    let to = all.iter().filter(|(_, transfer)| Some(transfer.debit) != keeper);
    let to: Vec<u16> = to.map(|(place, _)| *place).collect();
    if to.is_empty() { all.into_iter().map(|(place, _)| place).collect() } else { to }
}

/// The account through which all of several transfers run, and that is not one's own.
fn keeper(transfers: &[Transfer], is_own: impl Fn(AccountNumber) -> bool) -> Option<AccountNumber> {
    let first = transfers.first()?;
    let runs_through = |account: &AccountNumber| {
        let all = transfers.iter().all(|one| one.debit == *account || one.credit == *account);
        let gets = transfers.iter().any(|one| one.credit == *account);
        let gives = transfers.iter().any(|one| one.debit == *account);
        all && gets && gives && !is_own(*account)
    };
    [first.debit, first.credit].into_iter().find(runs_through)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::domain::{
        Amount, Command, Kind, Outcome, People, Post, RequestId, RequestKey, Scope, Timestamp, Transfers,
    };

    /// Accounts that are their owners'.
    struct Own;

    impl Books for Own {
        type Error = Infallible;

        fn owner(&self, account: AccountNumber) -> Option<OwnerNumber> {
            Some(OwnerNumber::new(account.slot()))
        }

        fn entry(&self, _sequence: Sequence) -> Result<Option<Entry>, Infallible> {
            Ok(None)
        }
    }

    /// Goal: of more occasions than are counted none is kept, however many are shown. Method: one more than the named maximum,
    /// and a thousand after it.
    #[test]
    fn the_maximum_is_one() {
        let account = |slot| AccountNumber::from_slot(slot).unwrap();
        let (debit, credit, amount) = (account(7), account(8), Amount::new(60).unwrap());
        let transfer = Transfer { debit, credit, amount, people: People::default() };
        let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::derived([1; 16]) };
        let post = Post { kind: Kind::Exchange, transfers: Transfers::from_slice(&[transfer]), ends: None };
        let command = Command::new(key, OwnerNumber::new(1), Action::Post(post));
        let mut entry = Entry {
            sequence: Sequence::ZERO,
            recorded_at: Timestamp::from_micros(0),
            command,
            outcome: Outcome::default(),
        };
        let day = Day::from_calendar(2026, 5, 3).unwrap();
        let mut occasions = Occasions::new(OwnerNumber::new(8), (day, day));
        for number in 1..=OCCASIONS_MAX + 1_000 {
            entry.sequence = entry.sequence.next();
            let learned = occasions.learn(&entry, day, &Own).unwrap();
            assert_eq!(learned, if number <= OCCASIONS_MAX { Ok(()) } else { Err(TooMany) }, "{number}");
        }
        assert_eq!((occasions.pieces.len(), occasions.seconds.len()), (OCCASIONS_MAX, OCCASIONS_MAX));
    }
}
