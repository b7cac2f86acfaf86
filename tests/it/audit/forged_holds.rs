//! I9 broken one way at a time: holds and reversals. Each is found, named, and found alone.

use hourbook::audit::Invariant;
use hourbook::domain::{Action, AtDeadline, Command, Day, Kind, Line, Move, Outcome, Rest, Sequence};

use super::forge::{Forged, forge, forge_batch, line};
use super::played::{Network, capture, hold, reverse, seconds, take};
use super::{only_fault, verified};
use crate::support::{HOUR, START, post};

fn outcome<const L: usize, const M: usize>(lines: [Line; L], moves: [Move; M]) -> Forged {
    Forged(Outcome {
        lines: lines.into_iter().collect(),
        moves: moves.into_iter().collect(),
        ..Outcome::default()
    })
}

/// Books with one hold of 2 h between Ann and Bea, due ten minutes after the start, and a grant before it.
fn with_hold(at_deadline: AtDeadline) -> (Network, Sequence) {
    let network = Network::new();
    network.post(post(Kind::Grant, &[(network.issuance, network.ann, 10 * HOUR)]));
    let held = network.post(hold(&[(network.ann, network.bea, 2 * HOUR)], 600, at_deadline, &network.desk));
    (network, held)
}

fn moved(network: &Network, amount: i64) -> Move {
    Move { debit: network.ann, credit: network.bea, amount: seconds(amount), of: 0 }
}

/// Goal: nothing happens to a hold after its end, and nothing to one that never was.
/// Method: a capture after a void; a void of a note's number.
#[test]
fn after_its_end_nothing() {
    let (network, held) = with_hold(AtDeadline::Release);
    network.post(Action::Void(held));
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(capture(held, Some(HOUR), Rest::Release));
    let lines = [line(&state, network.ann, -HOUR, 0), line(&state, network.bea, HOUR, 0)];
    let forged = outcome(lines, [moved(&network, HOUR)]);
    let desk = forge(network.desk, &[(command, forged)]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(
        words.starts_with("Entry 15 is about hold 13, which entry 14 ended. Hourbook writes no such entry"),
        "{words}"
    );

    let (network, _) = with_hold(AtDeadline::Release);
    let command = network.desk.command(Action::Void(Sequence::new(12)));
    let desk = forge(network.desk, &[(command, outcome([], []))]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(
        words.starts_with("Entry 14 is about hold 12, but no entry of that number set hours aside."),
        "{words}"
    );
}

/// Goal: parts together are never above the hold, and both transfers are captured alike.
/// Method: 3 h of a hold of 2 h; 1 h here and 30 min there of a hold between banks; another account.
#[test]
fn never_above_never_apart() {
    let (network, held) = with_hold(AtDeadline::Release);
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(capture(held, Some(3 * HOUR), Rest::Release));
    let lines = [line(&state, network.ann, -3 * HOUR, -2 * HOUR), line(&state, network.bea, 3 * HOUR, 0)];
    let forged = outcome(lines, [moved(&network, 3 * HOUR)]);
    let desk = forge(network.desk, &[(command, forged)]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(words.starts_with("Entry 14 takes 3 h of hold 13, of which 2 h of 2 h was left."), "{words}");

    let (network, held) = with_hold(AtDeadline::Release);
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(capture(held, Some(HOUR), Rest::Release));
    let lines = [line(&state, network.ann, 0, -2 * HOUR), line(&state, network.bea, 0, 0)];
    let swapped = Move { debit: network.bea, credit: network.ann, ..moved(&network, HOUR) };
    let lines = [
        Line { posted: lines[0].posted + HOUR, ..lines[0] },
        Line { posted: lines[1].posted - HOUR, ..lines[1] },
    ];
    let (ann, bea) = (network.ann, network.bea);
    let desk = forge(network.desk, &[(command, outcome(lines, [swapped]))]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(
        words.starts_with(&format!(
            "Entry 14 should take 1 h on every transfer of hold 13, and takes 1 h from {bea} to {ann}."
        )),
        "{words}"
    );
}

/// Goal: a post that keeps the rest of a hold takes no more than is left, and takes something, alike of both transfers.
/// Method: 3 h of 2 h left; nothing of it; an hour here and two there of a hold between banks.
#[test]
fn a_post_takes_no_more_than_is_left() {
    let (network, held) = with_hold(AtDeadline::Release);
    let (ann, bea, pot) = (network.ann, network.bea, network.pot);
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(take(held, &[(ann, pot, 3 * HOUR)]));
    let lines = [line(&state, ann, -3 * HOUR, -2 * HOUR), line(&state, pot, 3 * HOUR, 0)];
    let desk = forge(network.desk, &[(command, outcome(lines, []))]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(words.starts_with("Entry 14 takes 3 h of hold 13, of which 2 h of 2 h was left."), "{words}");

    let (network, held) = with_hold(AtDeadline::Release);
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(take(held, &[(bea, pot, HOUR)]));
    let lines = [line(&state, bea, -HOUR, 0), line(&state, pot, HOUR, 0), line(&state, ann, 0, 0)];
    let desk = forge(network.desk, &[(command, outcome(lines, []))]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    let said =
        "Entry 14 should take alike of every transfer of hold 13, whose rest stays set aside, and takes";
    assert!(words.starts_with(&format!("{said} 0 h from {ann}.")), "{words}");

    let network = Network::new();
    network.post(post(Kind::Grant, &[(network.issuance, ann, 10 * HOUR)]));
    let held = network.post(hold(&network.across(ann, 2 * HOUR), 600, AtDeadline::Release, &network.desk));
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(take(held, &[(ann, pot, HOUR)]));
    let far = network.clearing[1];
    let lines = [line(&state, ann, -HOUR, -HOUR), line(&state, pot, HOUR, 0), line(&state, far, 0, -HOUR)];
    let desk = forge(network.desk, &[(command, outcome(lines, []))]);
    let words = super::fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(words.contains(&format!("takes 1 h from {ann} and 0 h from {far}.")), "{words}");
}

/// Goal: the two transfers of a hold between banks are captured alike.
/// Method: an hour in one bank, half an hour in the other; the clearing accounts part with it, so I1 sees it too.
#[test]
fn both_transfers_alike() {
    let network = Network::new();
    network.post(post(Kind::Grant, &[(network.issuance, network.ann, 10 * HOUR)]));
    let held =
        network.post(hold(&network.across(network.ann, 2 * HOUR), 600, AtDeadline::Release, &network.desk));
    let state = network.desk.ledger.copy_state().unwrap();
    let [near, far] = network.clearing;
    let command = network.desk.command(capture(held, Some(HOUR), Rest::Release));
    let half = HOUR / 2;
    let forged = outcome(
        [
            line(&state, network.ann, -HOUR, -2 * HOUR),
            line(&state, near, HOUR, 0),
            line(&state, far, -half, -2 * HOUR),
            line(&state, network.cafe, half, 0),
        ],
        [
            Move { debit: network.ann, credit: near, amount: seconds(HOUR), of: 0 },
            Move { debit: far, credit: network.cafe, amount: seconds(half), of: 1 },
        ],
    );
    let (ann, cafe) = (network.ann, network.cafe);
    let desk = forge(network.desk, &[(command, forged)]);
    let report = verified(&desk.ledger);
    let words = super::fault(&report, Invariant::Resolved);
    assert!(
        words.starts_with(&format!(
            "Entry 14 should take 1 h on every transfer of hold 13, and takes 1 h from {ann} to {near} and 0.5 h from {far} to {cafe}."
        )),
        "{words}"
    );
    let words = super::fault(&report, Invariant::ZeroSum);
    assert!(
        words.starts_with(&format!("Entry 14 changes clearing account {near} by \u{2212}1 h and its mirror {far} in the other bank by 1.5 h")),
        "{words}"
    );
}

/// Goal: a hold runs out at its deadline, not before, and nothing is taken from it afterwards.
/// Method: an expiry right away; a capture an hour later, in books that nobody ticked.
#[test]
fn deadlines_are_met_by_time() {
    let (network, held) = with_hold(AtDeadline::Release);
    let state = network.desk.ledger.copy_state().unwrap();
    let command = Command { key: None, ..network.desk.command(Action::Expire(held)) };
    let desk = forge(network.desk, &[(command, outcome([line(&state, network.ann, 0, -2 * HOUR)], []))]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(
        words.starts_with(
            "Entry 14 of 2026-05-05T09:00:00Z lets hold 13 run out before its deadline, 2026-05-05T09:10:00Z."
        ),
        "{words}"
    );

    let (network, held) = with_hold(AtDeadline::Release);
    let command = network.desk.command(capture(held, None, Rest::Keep));
    let lines = [line(&state, network.ann, -2 * HOUR, -2 * HOUR), line(&state, network.bea, 2 * HOUR, 0)];
    let forged = outcome(lines, [moved(&network, 2 * HOUR)]);
    network.desk.clock.advance_seconds(HOUR);
    let desk = forge_batch(network.desk, START.plus_seconds(HOUR), Sequence::new(13), &[(command, forged)]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(
        words.starts_with("Entry 14 of 2026-05-05T10:00:00Z takes from or ends hold 13 after its deadline, 2026-05-05T09:10:00Z."),
        "{words}"
    );
}

/// Goal: a hold sets aside one amount, until later than now. Method: a deadline in the past; two amounts.
#[test]
fn holds_that_cannot_be() {
    // Two amounts in one hold cannot even be decoded.
    let with_deadline = |after| {
        let amounts = [HOUR, HOUR];
        let network = Network::new();
        let [(from, near, _), (far, cafe, _)] = network.across(network.ann, HOUR);
        let transfers = [(from, near, amounts[0]), (far, cafe, amounts[1])];
        let state = network.desk.ledger.copy_state().unwrap();
        let command = network.desk.command(hold(&transfers, after, AtDeadline::Release, &network.desk));
        let lines = [line(&state, from, 0, amounts[0]), line(&state, far, 0, amounts[1])];
        verified(&forge(network.desk, &[(command, lines.into())]).ledger)
    };
    let words = super::fault(&with_deadline(0), Invariant::Resolved);
    assert!(
        words.starts_with(
            "Hold 12 of 1 h and 1 h until 2026-05-05T09:00:00Z cannot be: it sets aside one amount"
        ),
        "{words}"
    );
}

/// Goal: at its deadline a hold does what it said. Method: one that captures is let go.
#[test]
fn at_its_deadline_as_it_said() {
    let (network, held) = with_hold(AtDeadline::Capture);
    let state = network.desk.ledger.copy_state().unwrap();
    let command = Command { key: None, ..network.desk.command(Action::Expire(held)) };
    network.desk.clock.advance_seconds(HOUR);
    let forged = outcome([line(&state, network.ann, 0, -2 * HOUR)], []);
    let desk = forge_batch(network.desk, START.plus_seconds(HOUR), Sequence::new(13), &[(command, forged)]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Resolved);
    assert!(
        words.starts_with("Entry 14 should take 2 h on every transfer of hold 13, and takes nothing."),
        "{words}"
    );
}

/// Goal: what silence takes is of the day that its hold said, and no other. Method: taken in time and in full, as of
/// another day; and as of none.
#[test]
fn taken_on_the_day_of_its_hold() {
    for (said, words) in [(Some(Day::from_days(20_000)), "2024-10-04"), (None, "no day")] {
        let network = Network::new();
        network.post(post(Kind::Grant, &[(network.issuance, network.ann, 10 * HOUR)]));
        let aside = hold(&[(network.ann, network.bea, 2 * HOUR)], 600, AtDeadline::Capture, &network.desk);
        let command = Command { occurred_on: Some(Day::from_days(20_001)), ..network.desk.command(aside) };
        let held = network.desk.ledger.post(command).unwrap().entry.sequence;
        let state = network.desk.ledger.copy_state().unwrap();
        let expiry = network.desk.command(Action::Expire(held));
        let expiry = Command { key: None, occurred_on: said, ..expiry };
        network.desk.clock.advance_seconds(HOUR);
        let lines = [line(&state, network.ann, -2 * HOUR, -2 * HOUR), line(&state, network.bea, 2 * HOUR, 0)];
        let forged = outcome(lines, [moved(&network, 2 * HOUR)]);
        let later = START.plus_seconds(HOUR);
        let desk = forge_batch(network.desk, later, Sequence::new(13), &[(expiry, forged)]);
        let fault = only_fault(&verified(&desk.ledger), Invariant::Resolved);
        let expected =
            format!("Entry 14 ends hold 13 by time as of {words}; by its hold it is of 2024-10-05.");
        assert!(fault.starts_with(&expected), "{fault}");
    }
}

/// Goal: reversals together are never above their original, go back the same way, and do what was asked.
/// Method: 2 h of an exchange of 1 h; the same direction again; less than asked; an original that moved nothing.
#[test]
fn reversals_never_above() {
    let with_exchange = || {
        let network = Network::new();
        let original = network.post(post(Kind::Exchange, &[(network.ann, network.bea, HOUR)]));
        network.post(reverse(original, &[(0, HOUR / 2)]));
        (network, original)
    };
    let (network, original) = with_exchange();
    let (ann, bea) = (network.ann, network.bea);
    let state = network.desk.ledger.copy_state().unwrap();
    let back = |amount| Move { debit: bea, credit: ann, amount: seconds(amount), of: 0 };
    let lines = |amount: i64| [line(&state, bea, -amount, 0), line(&state, ann, amount, 0)];
    let asked = |parts: &[(u16, i64)], of| network.desk.command(reverse(of, parts));
    let again = Move { debit: ann, credit: bea, ..back(HOUR / 2) };
    let cases = [
        (
            asked(&[(0, HOUR)], original),
            outcome(lines(HOUR), [back(HOUR)]),
            "Entry 14 reverses 1 h of transfer 0 of entry 12, of which 0.5 h of 1 h was left.".to_owned(),
        ),
        (
            asked(&[(0, HOUR / 2)], original),
            outcome([line(&state, ann, -HOUR / 2, 0), line(&state, bea, HOUR / 2, 0)], [again]),
            format!(
                "Entry 14 reverses transfer 0 of entry 12 from account {ann} to {bea}, not from account {bea} back to {ann}."
            ),
        ),
        (
            asked(&[(0, HOUR / 2)], original),
            outcome(lines(60), [back(60)]),
            "Entry 14 does not reverse the parts of entry 12 it was asked to.".to_owned(),
        ),
        (
            asked(&[], original),
            outcome(lines(60), [back(60)]),
            "Entry 14 does not reverse the parts of entry 12 it was asked to.".to_owned(),
        ),
        (
            asked(&[(0, 60)], Sequence::new(3)),
            outcome(lines(60), [back(60)]),
            "Entry 14 reverses entry 3, which cannot be read or moved nothing.".to_owned(),
        ),
        (
            asked(&[(7, 60)], original),
            outcome(lines(60), [Move { of: 7, ..back(60) }]),
            "Entry 14 reverses transfer 7 of entry 12, which has no such transfer.".to_owned(),
        ),
    ];
    for (command, forged, words) in cases {
        let desk = forge(with_exchange().0.desk, &[(command, forged)]);
        let found = only_fault(&verified(&desk.ledger), Invariant::Resolved);
        assert!(found.starts_with(&words), "{found}");
    }
}
