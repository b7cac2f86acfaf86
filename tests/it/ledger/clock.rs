//! The clock: backwards, a year ahead, standing still.

use std::sync::Arc;

use hourbook::domain::Reason;
use hourbook::journal::{Journal, MemoryJournal};
use hourbook::ledger::{AcceptClock, Ledger, ManualClock, NoReceipt, OpenError, Options};

use crate::support::{Desk, HOUR, START, stay};

const DAY: i64 = 24 * HOUR;

/// Goal: recorded_at never goes back, and a clock set back or standing still stops nobody.
#[test]
fn backwards_and_standing_still() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -50), desk.member(bank, -50));
    let recorded_at = || desk.exchange(ann, bea, HOUR).unwrap().entry.recorded_at;
    desk.clock.advance_seconds(HOUR);
    let before = recorded_at();
    desk.clock.set_wall(START);
    assert_eq!(recorded_at(), before, "set back an hour: time stands still");
    desk.clock.advance_seconds(10);
    assert_eq!(recorded_at(), before);
    desk.clock.advance_seconds(2 * HOUR);
    assert_eq!(recorded_at(), START.plus_seconds(2 * HOUR + 10), "and goes on when the clock is past it");
}

/// Goal: a leap of a year accepts nothing, ends no hold, and still answers what was accepted before.
#[test]
fn a_year_ahead_needs_an_operator() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -50), desk.member(bank, -50));
    let hold = hourbook::domain::Hold {
        kind: hourbook::domain::Kind::Exchange,
        transfers: smallvec::smallvec![hourbook::domain::Transfer::new(
            ann,
            bea,
            hourbook::domain::Amount::new(HOUR).unwrap()
        )],
        deadline: START.plus_seconds(DAY),
        at_deadline: hourbook::domain::AtDeadline::Capture,
    };
    let command = desk.command(hourbook::domain::Action::Hold(hold));
    let held = desk.ledger.post(command.clone()).unwrap();
    desk.clock.set_wall(START.plus_seconds(365 * DAY));
    desk.ledger.tick().unwrap();
    assert_eq!(desk.ledger.balance(ann).unwrap().held, HOUR, "nothing is captured by a leap");
    let Err(NoReceipt::Refused(refusal)) = desk.exchange(ann, bea, HOUR) else { panic!("accepted") };
    assert_eq!(refusal.reason(), Reason::ClockUnsure);
    assert_eq!(desk.ledger.post(command).unwrap().entry, held.entry, "what was answered is answered again");
    desk.clock.set_wall(START.plus_seconds(10));
    assert!(desk.exchange(ann, bea, HOUR).is_ok(), "corrected");
    desk.clock.set_wall(START.plus_seconds(365 * DAY));
    assert!(desk.exchange(ann, bea, HOUR).is_err());
    desk.ledger.accept_clock().unwrap();
    desk.ledger.tick().unwrap();
    assert_eq!(desk.ledger.balance(ann).unwrap().held, 0, "accepted: now the hold is due");
    assert!(desk.exchange(ann, bea, HOUR).is_ok());
}

/// Goal: at start a clock behind the books is refused, and one 30 days ahead needs a word.
#[test]
fn at_start_the_clock_must_fit_the_books() {
    let desk = Desk::new();
    desk.bank();
    let journal = desk.journal.kill();
    drop(desk);
    let open = |seconds: i64, accept_clock: AcceptClock| {
        let clock = Arc::new(ManualClock::new(START.plus_seconds(seconds)));
        let journal: MemoryJournal = journal.kill();
        let options = Options { clock, accept_clock, on_failure: Box::new(stay), ..Options::default() };
        Ledger::open(Box::new(journal) as Box<dyn Journal>, options)
    };
    assert!(open(-5, AcceptClock::IfNear).is_ok());
    assert!(matches!(open(-6, AcceptClock::IfNear), Err(OpenError::ClockBehind { .. })));
    assert!(
        matches!(open(-6, AcceptClock::Yes), Err(OpenError::ClockBehind { .. })),
        "entries never go back"
    );
    assert!(open(30 * DAY, AcceptClock::IfNear).is_ok());
    assert!(matches!(open(30 * DAY + 1, AcceptClock::IfNear), Err(OpenError::ClockAhead { .. })));
    assert!(open(365 * DAY, AcceptClock::Yes).is_ok());
}
