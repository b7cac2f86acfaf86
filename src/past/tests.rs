//! Answers before the follower's first step, which no test from outside can be sure to meet.

use super::days::Served;
use super::*;
use crate::domain::{Command, OwnerNumber, RequestId, RequestKey, Scope};
use crate::journal::MemoryJournal;
use crate::ledger::Options;

/// Goal: right after a start nobody is told of an empty network by day of help, unless it is empty; what
/// was at an entry is answered from the journal. Method: a past whose follower never runs, before the
/// first entry and after it; then totals that are believed but stand before the first entry.
#[test]
fn nothing_is_said_before_totals_are_read() {
    let ledger = Ledger::open(
        Box::new(MemoryJournal::new()),
        Options { on_failure: Box::new(|_| {}), ..Options::default() },
    )
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let directory = DataDirectory::open(folder.path()).unwrap();
    let past = Past::unfollowed(&ledger, &directory, PastBounds::default()).unwrap();
    let (day, account) = (Day::MAX, AccountNumber::from_slot(0).unwrap());
    assert_eq!(past.through_day(day, None).unwrap().position, Sequence::ZERO);
    assert_eq!(past.balance_through_day(account, day, None).unwrap(), (0, Sequence::ZERO));

    let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::derived([1; 16]) };
    ledger.post(Command::new(key, OwnerNumber::OPERATOR, Action::RegisterOwners(1))).unwrap();
    let end = Sequence::new(1);
    let nothing =
        Served { position: Sequence::ZERO, recorded_at: Timestamp::default(), accounts: 0, banks: 0 };
    for served in [None, Some(nothing)] {
        past.shared.days.write().unwrap().served = served;
        for error in [
            past.through_day(day, None).unwrap_err(),
            past.balance_through_day(account, day, None).unwrap_err(),
        ] {
            assert!(matches!(error, PastError::NotYet { position } if position == end), "{error}");
        }
        for at in [Sequence::ZERO, end] {
            assert_eq!(past.through_day(day, Some(at)).unwrap().position, at);
            assert_eq!(past.balance_through_day(account, day, Some(at)).unwrap(), (0, at));
        }
    }
}
