//! What the property test found: each a rule that was broken once, with its story.

use std::sync::Arc;

use hourbook::domain::{
    AccountNumber, Action, Amount, AtDeadline, Capture, Claim, ClaimFate, ClaimUnit, ClaimWord, Close,
    Command, Hold, Kind, Note, OpenClearing, OwnerNumber, Refusal, Rest, ReversalKind, Reverse, ReversedPart,
    Sequence, Topic, Transfer,
};
use hourbook::journal::MemoryJournal;
use hourbook::ledger::decide::{Case, ReadAhead, decide};
use hourbook::ledger::{Bounds, ManualClock, NoReceipt, Receipt, Repeated};

use crate::support::{Desk, HOUR, START, open, post};

fn refusal(answer: Result<Receipt, NoReceipt>) -> Refusal {
    match answer {
        Err(NoReceipt::Refused(refusal)) => *refusal,
        other => panic!("{other:?}"),
    }
}

fn desk_with(bounds: Bounds) -> Desk {
    Desk::with(MemoryJournal::new(), Arc::new(ManualClock::new(START)), |options| options.bounds = bounds)
}

fn hold(transfers: &[(AccountNumber, AccountNumber, i64)], seconds: i64, at_deadline: AtDeadline) -> Action {
    let transfers = transfers
        .iter()
        .map(|(debit, credit, amount)| Transfer::new(*debit, *credit, Amount::new(*amount).unwrap()));
    let deadline = START.plus_seconds(seconds);
    Action::Hold(Hold { kind: Kind::Exchange, transfers: transfers.collect(), deadline, at_deadline })
}

fn note() -> Action {
    Action::Note(Note { topic: Topic::new(40), subject: 1, body: Box::default() })
}

/// Goal: a hold that was taken at its deadline is resolved, before its end is recorded and after.
/// Story: while the expiry waited for its batch the answer was HOLD_RESOLVED; once it was recorded,
/// the same question heard HOLD_EXPIRED, as if nothing had been taken.
/// Method: the decision at the deadline on the state before it; then time passes and it is asked.
#[test]
fn a_hold_taken_at_its_deadline_is_resolved() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -9), desk.member(bank, -9));
    let hold = desk.post(hold(&[(ann, bea, HOUR)], 10, AtDeadline::Capture)).unwrap().entry.sequence;
    let (state, command) = (desk.ledger.copy_state().unwrap(), desk.command(Action::Void(hold)));
    let (now, bounds) = (START.plus_seconds(10), Bounds::default());
    let case = Case { state: &state, command: &command, ahead: &ReadAhead::HoldExists, now, bounds: &bounds };
    assert_eq!(decide(case), Err(Refusal::HoldResolved(hold)));
    desk.clock.advance_seconds(10);
    desk.ledger.tick().unwrap();
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, HOUR);
    assert_eq!(refusal(desk.ledger.post(command)), Refusal::HoldResolved(hold));
}

/// Goal: full counters refuse only who needs a new one, and only while they count.
/// Story: a claim on a counter that was there was refused with BOOKS_FULL; and counters that had
/// ended were forgotten with the next entry only, so that if every request claimed, none was ever
/// accepted again.
/// Method: room for two counters; both taken, one taken again, a third refused; then both end.
#[test]
fn ended_counters_make_room() {
    let desk = desk_with(Bounds { counters_max: 2, ..Bounds::default() });
    let claiming = |counter: u8, seconds: i64| {
        let mut command = desk.command(note());
        command.claims.push(Claim {
            key: [counter; 16],
            take: 1,
            max: 5,
            until: START.plus_seconds(seconds),
            unit: ClaimUnit::Times,
            fate: ClaimFate::Kept,
            word: ClaimWord::CodeUsed,
        });
        desk.ledger.post(command)
    };
    claiming(1, 60).unwrap();
    claiming(2, 60).unwrap();
    claiming(1, 60).unwrap();
    assert_eq!(refusal(claiming(3, 900)), Refusal::BooksFull { what: "counters", most: 2 });
    desk.clock.advance_seconds(60);
    desk.ledger.tick().unwrap();
    claiming(3, 900).unwrap();
}

/// Goal: a reversal is judged on what it moves.
/// Story: when one person of a group had left, nobody else's part could be put right either:
/// ACCOUNT_CLOSED named an account that the reversal did not touch.
/// Method: two transfers, the account of one closes, the other is reversed in part and in whole.
#[test]
fn who_left_stops_nobody_elses_reversal() {
    let desk = Desk::new();
    let (bank, pot, _) = desk.bank();
    let (ann, bea, cat) = (desk.member(bank, -9), desk.member(bank, -9), desk.member(bank, -9));
    let group = post(Kind::Group, &[(ann, cat, HOUR), (bea, cat, HOUR)]);
    let original = desk.post(group).unwrap().entry.sequence;
    let reverse = |transfer, seconds| {
        let parts = vec![ReversedPart { transfer, amount: Amount::new(seconds).unwrap() }];
        desk.post(Action::Reverse(Reverse { original, kind: ReversalKind::Reversal, parts }))
    };
    reverse(0, HOUR).unwrap();
    desk.post(Action::Close(Close { account: ann, remainder_to: pot })).unwrap();
    reverse(1, 60).unwrap();
    assert_eq!(refusal(reverse(0, 60)), Refusal::AccountClosed(ann));
    // All that is left is Bea's.
    let rest = Reverse { original, kind: ReversalKind::Reversal, parts: Vec::new() };
    desk.post(Action::Reverse(rest.clone())).unwrap();
    assert_eq!(desk.ledger.balance(bea).unwrap().posted, 0);
    let nothing = Refusal::ReversalExceeds { transfer: 0, left: 0, requested: None };
    assert_eq!(refusal(desk.post(Action::Reverse(rest))), nothing);
}

/// Goal: half of a pair between banks is said before how much is left of it.
/// Story: REVERSAL_EXCEEDS (rank 7) answered where CROSS_BANK (rank 5) applied as well.
/// Method: one side of a pair, and more than it had.
#[test]
fn half_a_pair_is_said_before_its_amount() {
    let desk = Desk::new();
    let ((one, _, _), (two, _, _)) = (desk.bank(), desk.bank());
    let (ann, cafe) = (desk.member(one, -9), desk.member(two, -9));
    let cap = Amount::new(9 * HOUR).unwrap();
    let pair = OpenClearing { first: one, second: two, first_may_owe: cap, second_may_owe: cap };
    desk.post(Action::OpenClearing(pair)).unwrap();
    // The pair was opened last.
    let next = |account: AccountNumber, by| AccountNumber::from_slot(account.slot() + by).unwrap();
    let (here, there) = (next(cafe, 1), next(cafe, 2));
    let visit = post(Kind::Redemption, &[(ann, here, HOUR), (there, cafe, HOUR)]);
    let original = desk.post(visit).unwrap().entry.sequence;
    let parts = vec![ReversedPart { transfer: 0, amount: Amount::new(2 * HOUR).unwrap() }];
    let half = Action::Reverse(Reverse { original, kind: ReversalKind::Refund, parts });
    assert_eq!(refusal(desk.post(half)), Refusal::CrossBank(here));
}

/// Goal: a hold counts once for an account.
/// Story: a hold whose two transfers both name an account counted twice there, so HOLDS_OPEN said
/// two where one was open, and the room for holds was half as large.
/// Method: hours set aside that pass through one account; it cannot close.
#[test]
fn a_hold_counts_once_for_an_account() {
    let desk = Desk::new();
    let (bank, pot, _) = desk.bank();
    let (ann, bea, cat) = (desk.member(bank, -9), desk.member(bank, -9), desk.member(bank, -9));
    let through = hold(&[(ann, bea, HOUR), (bea, cat, HOUR)], 60, AtDeadline::Release);
    let hold = desk.post(through).unwrap().entry.sequence;
    let close = || desk.post(Action::Close(Close { account: bea, remainder_to: pot }));
    assert_eq!(refusal(close()), Refusal::HoldsOpen { account: bea, open: 1 });
    let half = Capture { hold, amount: Amount::new(60), rest: Rest::Release };
    desk.post(Action::Capture(half)).unwrap();
    close().unwrap();
}

/// Goal: a deadline out of reach is said before a missing person.
/// Story: OWNER_NOT_FOUND (rank 3) answered where DEADLINE_OUT_OF_REACH (rank 2) applied as well.
/// Method: both at once.
#[test]
fn a_deadline_is_said_before_a_missing_person() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -9), desk.member(bank, -9));
    let mut command = desk.command(hold(&[(ann, bea, HOUR)], -1, AtDeadline::Release));
    command.actor = OwnerNumber::new(999);
    assert_eq!(refusal(desk.ledger.post(command)), Refusal::DeadlineOutOfReach);
}

/// Goal: whoever shares a scope goes on with what another of them began: the same request by somebody else gets the
/// first answer, and the entry keeps who wrote it.
/// Story: an import that was read again under another integration's key was told that its rows had been read
/// otherwise before.
/// Method: one command twice, the second time by another actor.
#[test]
fn a_request_is_the_same_whoever_asks() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -9), desk.member(bank, -9));
    let command = desk.command(post(Kind::Exchange, &[(ann, bea, HOUR)]));
    let first = desk.ledger.post(command.clone()).unwrap();
    let again = desk.ledger.post(Command { actor: OwnerNumber::new(1), ..command.clone() }).unwrap();
    assert_eq!((again.repeated, again.entry.sequence), (Repeated::Yes, first.entry.sequence));
    assert_eq!(again.entry.command.actor, command.actor);
}

/// Goal: that there is no room for another id is said last, and not as a refusal: it passes.
/// Story: it was asked before every rule, so that a command which could never be accepted was told to
/// come back when there is room.
/// Method: no room for another id; a hold that is not there, and a note, which is decided once there is.
#[test]
fn no_room_for_an_id_is_said_last() {
    let bounds = Bounds { recent_ids_max: 1, ..Bounds::default() };
    let desk = desk_with(bounds);
    desk.post(note()).unwrap();
    let nowhere = Sequence::new(77);
    assert_eq!(refusal(desk.post(Action::Void(nowhere))), Refusal::HoldNotFound(nowhere));
    let second = desk.command(note());
    assert_eq!(desk.ledger.post(second.clone()), Err(NoReceipt::Busy));
    assert_eq!(desk.ledger.validate(second.clone()), Err(NoReceipt::Busy));
    let (next, clock) = (desk.journal.kill(), Arc::clone(&desk.clock));
    drop(desk);
    let ledger = open(&next, &clock, |options| options.bounds.recent_ids_max = 2);
    assert_eq!(ledger.post(second).unwrap().entry.sequence, Sequence::new(2));
}

/// Goal: full books open again.
/// Story: expiries have no request id and are written when there is no room for ids any more; the
/// next start counted them as one id too many and refused to open.
/// Method: fill the ids with a hold as the last, let it expire, kill, open.
#[test]
fn full_books_open_again() {
    let bounds = Bounds { recent_ids_max: 7, ..Bounds::default() };
    let desk = desk_with(bounds);
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -9), desk.member(bank, -9));
    desk.post(hold(&[(ann, bea, HOUR)], 60, AtDeadline::Release)).unwrap();
    desk.clock.advance_seconds(60);
    desk.ledger.tick().unwrap();
    let next = desk.journal.kill();
    let clock = Arc::clone(&desk.clock);
    drop(desk);
    let ledger = open(&next, &clock, |options| options.bounds = bounds);
    assert_eq!(ledger.position(), Sequence::new(8));
}
