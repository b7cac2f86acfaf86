//! One rule broken at a time: I1, I2, I3, I5, I6, I8. Each is found, named, and found alone.

use hourbook::audit::Invariant;
use hourbook::domain::{
    AccountNumber, Action, AtDeadline, CeilingRule, Claim, ClaimFate, ClaimUnit, ClaimWord, Close, Command,
    Kind, Limits, Move, Note, Opened, Outcome, OwnerNumber, Passed, Sequence, Topic,
};

use super::forge::{Forged, Switch, forge, forge_batch, line};
use super::played::{Network, hold, seconds};
use super::{fault, only_fault, verified};
use crate::support::{HOUR, START, post};

const FORGED: &str = "Hourbook writes no such entry: keep a copy of the journal, find the newest backup that verifies, and \
                      ask who had access to the journal since.";

fn note() -> Action {
    Action::Note(Note { topic: Topic::new(9), subject: 1, body: Box::default() })
}

fn nothing() -> Forged {
    Forged(Outcome::default())
}

/// Goal: I1, a transfer that leaves its bank. Method: lines and all else are right.
#[test]
fn i1_transfer_between_banks() {
    let Network { desk, ann, cafe, .. } = Network::new();
    let state = desk.ledger.copy_state().unwrap();
    let command = desk.command(post(Kind::Exchange, &[(ann, cafe, HOUR)]));
    let desk = forge(desk, &[(command, [line(&state, ann, -HOUR, 0), line(&state, cafe, HOUR, 0)].into())]);
    let report = verified(&desk.ledger);
    assert_eq!(
        only_fault(&report, Invariant::ZeroSum),
        format!(
            "Entry 12 moves 1 h from account {ann} of bank 1 to account {cafe} of bank 2: a transfer stays in one bank. {FORGED}"
        )
    );
    assert_eq!(
        report.check(Invariant::ZeroSum).unwrap().faults,
        3,
        "the transfer, and the sums of two banks"
    );
}

/// Goal: I1, an account that no entry opened. Method: the ledger ignores its line, so the sums part as well.
#[test]
fn i1_account_nobody_opened() {
    let Network { desk, ann, .. } = Network::new();
    let state = desk.ledger.copy_state().unwrap();
    let unknown = AccountNumber::from_slot(500).unwrap();
    let command = desk.command(post(Kind::Exchange, &[(ann, unknown, HOUR)]));
    let [debit, credit] = [line(&state, ann, -HOUR, 0), line(&state, ann, 0, 0)];
    let credit = hourbook::domain::Line { account: unknown, ..credit };
    let desk = forge(desk, &[(command, [debit, credit].into())]);
    assert_eq!(
        only_fault(&verified(&desk.ledger), Invariant::ZeroSum),
        format!(
            "Entry 12 moves 1 h from account {ann} to account {unknown}, but no entry before it opened account {unknown}. {FORGED}"
        )
    );
}

/// Goal: I1, hours out of nothing. Method: the line of the receiver is an hour too high, so I8 sees it too.
#[test]
fn i1_hours_out_of_nothing() {
    let Network { desk, ann, bea, .. } = Network::new();
    let state = desk.ledger.copy_state().unwrap();
    let command = desk.command(post(Kind::Exchange, &[(ann, bea, HOUR)]));
    let desk =
        forge(desk, &[(command, [line(&state, ann, -HOUR, 0), line(&state, bea, 2 * HOUR, 0)].into())]);
    desk.ledger.post(desk.command(note())).unwrap();
    let report = verified(&desk.ledger);
    assert_eq!(
        fault(&report, Invariant::ZeroSum),
        format!(
            "After entry 12 the balances of bank 1 add up to 1 h, and before it to 0 h: they must add up to zero. {FORGED}"
        )
    );
    assert_eq!(
        fault(&report, Invariant::Derived),
        format!(
            "Entry 12 says that account {bea} is at 2 h with 0 h held afterwards; added up from the entries it is at 1 h with 0 h held. {FORGED}"
        )
    );
    // One wrong line is one fault, not one for all that rests on it.
    assert_eq!(report.checks.iter().map(|check| check.faults).sum::<u64>(), 2, "{report}");
}

/// Goal: I1, one half of a transfer between banks. Method: only the clearing account of one bank is touched.
#[test]
fn i1_clearing_without_its_mirror() {
    let Network { desk, ann, clearing, .. } = Network::new();
    let state = desk.ledger.copy_state().unwrap();
    let command = desk.command(post(Kind::Exchange, &[(ann, clearing[0], HOUR)]));
    let desk =
        forge(desk, &[(command, [line(&state, ann, -HOUR, 0), line(&state, clearing[0], HOUR, 0)].into())]);
    let [here, there] = clearing;
    assert_eq!(
        only_fault(&verified(&desk.ledger), Invariant::ZeroSum),
        format!(
            "Entry 12 changes clearing account {here} by 1 h and its mirror {there} in the other bank by 0 h, what is set aside counted: what one gains the other must lose. {FORGED}"
        )
    );
}

/// Goal: I2, each way past a limit: nobody's leave, leave nobody may give, no mark, a mark too many, a
/// hard ceiling of who is only promised hours.
/// Method: one forged entry each.
#[test]
fn i2_past_a_limit() {
    let by_somebody = Some(OwnerNumber::new(1));
    let floor = |network: &Network, allowed_by, passed| {
        let state = network.desk.ledger.copy_state().unwrap();
        let command = network.desk.command(post(Kind::Exchange, &[(network.ann, network.bea, 6 * HOUR)]));
        let debit = hourbook::domain::Line { passed, ..line(&state, network.ann, -6 * HOUR, 0) };
        (Command { allowed_by, ..command }, Forged::from([debit, line(&state, network.bea, 6 * HOUR, 0)]))
    };
    let network = Network::new();
    let (command, forged) = floor(&network, None, Passed::FLOOR);
    let ann = network.ann;
    let desk = forge(network.desk, &[(command, forged)]);
    assert_eq!(
        only_fault(&verified(&desk.ledger), Invariant::Limits),
        format!(
            "Entry 12 takes account {ann} (member) down to \u{2212}6 h, past its floor of \u{2212}5 h, and nobody is named who allowed it. {FORGED}"
        )
    );

    let network = Network::new();
    let (command, forged) = floor(&network, by_somebody, Passed::NOTHING);
    let desk = forge(network.desk, &[(command, forged)]);
    assert_eq!(
        only_fault(&verified(&desk.ledger), Invariant::Limits),
        format!(
            "Entry 12 leaves account {ann} at \u{2212}6 h with 0 h held, floor \u{2212}5 h, ceiling none: it should be \
             marked below its floor and is marked with nothing. {FORGED}"
        )
    );

    // A mark nothing gives reason for.
    let network = Network::new();
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(post(Kind::Exchange, &[(ann, network.bea, HOUR)]));
    let debit = hourbook::domain::Line { passed: Passed::FLOOR, ..line(&state, ann, -HOUR, 0) };
    let desk = forge(network.desk, &[(command, [debit, line(&state, network.bea, HOUR, 0)].into())]);
    assert!(
        only_fault(&verified(&desk.ledger), Invariant::Limits)
            .contains("marked with nothing and is marked below its floor")
    );

    // The cap on hours made is a promise to others.
    let network = Network::new();
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(post(Kind::Grant, &[(network.issuance, ann, 1_001 * HOUR)]));
    let debit =
        hourbook::domain::Line { passed: Passed::FLOOR, ..line(&state, network.issuance, -1_001 * HOUR, 0) };
    let credit = line(&state, ann, 1_001 * HOUR, 0);
    let desk =
        forge(network.desk, &[(Command { allowed_by: by_somebody, ..command }, [debit, credit].into())]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Limits);
    assert!(
        words.contains(
            "(issuance) down to \u{2212}1001 h, past its floor of \u{2212}1000 h, and nobody may allow that"
        ),
        "{words}"
    );

    // The café's ceiling is 20 h and stops; what is promised to it has no line.
    let network = Network::new();
    let cafe = network.cafe;
    let wide = Limits::from_floor(-100 * HOUR).unwrap().with_ceiling(100 * HOUR, CeilingRule::Hard).unwrap();
    network.post(Action::SetLimits(network.ann, wide));
    let state = network.desk.ledger.copy_state().unwrap();
    let command = network.desk.command(hold(
        &network.across(network.ann, 21 * HOUR),
        600,
        AtDeadline::Release,
        &network.desk,
    ));
    let lines = [line(&state, network.ann, 0, 21 * HOUR), line(&state, network.clearing[1], 0, 21 * HOUR)];
    let desk = forge(network.desk, &[(command, lines.into())]);
    assert_eq!(
        only_fault(&verified(&desk.ledger), Invariant::Limits),
        format!(
            "Entry 13 takes account {cafe} (partner) up to 21 h, past its ceiling of 20 h, and nobody is named who allowed it. {FORGED}"
        )
    );
}

/// Goal: I3, time that goes back. Method: a batch an hour earlier than the one before.
#[test]
fn i3_time_goes_back() {
    let network = Network::new();
    let now = network.desk.ledger.copy_state().unwrap().recorded_at;
    let command = network.desk.command(note());
    let desk = forge_batch(network.desk, now.plus_seconds(-HOUR), Sequence::new(11), &[(command, nothing())]);
    desk.ledger.post(desk.command(note())).unwrap();
    let report = verified(&desk.ledger);
    assert_eq!(
        only_fault(&report, Invariant::Dense),
        format!(
            "Entry 12 says it was written down at 2026-05-05T08:00:00Z, but entries before it were at 2026-05-05T09:00:00Z: time goes back. {FORGED}"
        )
    );
    assert_eq!(report.check(Invariant::Dense).unwrap().faults, 1, "a leap is one fault");
}

/// Goal: I3, an entry that is missing and one that is there twice. Method: a journal that leaves out a
/// batch, and one that repeats one; what rests on a missing entry is not judged.
#[test]
fn i3_gap_and_double() {
    let (ledger, shown) = Switch::open(Network::new().desk);
    shown.tamper(|batches| {
        batches.retain(|batch| batch.first() != Sequence::new(5));
        Ok(())
    });
    let report = verified(&ledger);
    let words = fault(&report, Invariant::Dense);
    assert!(words.starts_with("Entry 5 should follow entry 4, but 6 does: 1 are missing."), "{words}");
    assert_eq!(report.check(Invariant::ZeroSum).unwrap().faults, 0, "{report}");
    let unchecked = report.check(Invariant::ZeroSum).unwrap().not_checked.clone().unwrap();
    assert!(unchecked.starts_with("Not checked from entry 5 on"), "{unchecked}");

    let (ledger, shown) = Switch::open(Network::new().desk);
    shown.tamper(|batches| {
        batches.insert(4, batches[3].clone());
        Ok(())
    });
    let report = verified(&ledger);
    let words = fault(&report, Invariant::Dense);
    assert!(
        words.starts_with("Entry 4 is there twice: the batch of entries 4 to 4 follows entry 4."),
        "{words}"
    );
    assert!(
        report.check(Invariant::Derived).unwrap().is_clean(),
        "what is there twice is added up once\n{report}"
    );
}

/// Goal: I5, a writer that took for durable what was not, or no longer what was.
/// Method: the word in the seal, too high and too low.
#[test]
fn i5_durable_too_early() {
    let network = Network::new();
    let now = network.desk.ledger.copy_state().unwrap().recorded_at;
    let command = network.desk.command(note());
    let desk = forge_batch(network.desk, now, Sequence::new(12), &[(command, nothing())]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Visible);
    assert!(
        words.starts_with(
            "The writer of the batch of entries 12 to 12 took entry 12 for durable, but only entry 11 was written before: answers may \
             have rested on what was not on disk."
        ),
        "{words}"
    );

    let network = Network::new();
    let command = network.desk.command(note());
    let desk = forge_batch(network.desk, now, Sequence::new(3), &[(command, nothing())]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Visible);
    assert!(
        words.contains("took entry 3 for durable, less than entry 10, which an earlier batch did"),
        "{words}"
    );
}

/// Goal: I6, one request written twice. Method: a note with the id of another.
#[test]
fn i6_twice() {
    let network = Network::new();
    let command = network.desk.command(note());
    let first = network.desk.ledger.post(command.clone()).unwrap().entry;
    let desk = forge(network.desk, &[(command, nothing())]);
    let words = only_fault(&verified(&desk.ledger), Invariant::Once);
    let id = first.command.key.unwrap().id;
    assert!(words.starts_with(&format!("Entries 12 and 13 carry the same request id {id} of scope 0: what was asked once was written twice.")), "{words}");
}

/// Goal: I8, what the ledger adds to an entry and does not follow from the entries before it.
/// Method: one wrong thing a forged entry: pointers, held, a line too few or too many, numbers handed
/// out, the change before, what a closing moves.
#[test]
fn i8_not_derived() {
    let played = || {
        let network = Network::new();
        network.post(post(Kind::Exchange, &[(network.ann, network.bea, HOUR)]));
        network
    };
    let network = played();
    let (ann, bea, pot) = (network.ann, network.bea, network.pot);
    let hold_of = |network: &Network| {
        network.desk.command(hold(&[(ann, bea, HOUR)], 600, AtDeadline::Release, &network.desk))
    };
    let state = network.desk.ledger.copy_state().unwrap();
    let right = line(&state, ann, 0, HOUR);
    let exchange = network.desk.command(post(Kind::Exchange, &[(ann, bea, HOUR)]));
    let other = hourbook::domain::Line {
        previous: Sequence::new(5),
        jump: Sequence::new(3),
        ..line(&state, ann, -HOUR, 0)
    };
    let opening = Action::RegisterOwners(2);
    let opened = Outcome { opened: Opened::Owners(OwnerNumber::new(9)), ..Outcome::default() };
    let closing = Action::Close(Close { account: bea, remainder_to: pot });
    let half = Move { debit: bea, credit: pot, amount: seconds(HOUR / 2), of: 0 };
    let closed = Outcome {
        lines: [line(&state, bea, -HOUR / 2, 0), line(&state, pot, HOUR / 2, 0)].into_iter().collect(),
        moves: [half].into_iter().collect(),
        standing_before: state.account(bea).unwrap().standing_entry,
        ..Outcome::default()
    };
    let limits = Outcome { standing_before: Sequence::new(3), ..Outcome::default() };
    let claim = Claim {
        key: [7; 16],
        take: 1,
        max: 5,
        until: START.plus_seconds(1_000_000),
        unit: ClaimUnit::Times,
        fate: ClaimFate::Kept,
        word: ClaimWord::CodeUsed,
    };
    let counting = Command { claims: vec![claim], ..network.desk.command(note()) };
    let counted = Outcome { counted: vec![2], ..Outcome::default() };
    let cases = [
        (
            hold_of(&network),
            Forged::from([line(&state, ann, 0, HOUR + 60)]),
            format!(
                "Entry 13 says that account {ann} is at \u{2212}1 h with 1 h 1 min held afterwards; added up from the entries it is at \u{2212}1 h with 1 h held."
            ),
        ),
        (
            hold_of(&network),
            Forged(Outcome::default()),
            format!("Entry 13 touches account {ann} and has no line for it."),
        ),
        (
            hold_of(&network),
            Forged::from([right, line(&state, pot, 0, 0)]),
            format!("Entry 13 has a line for account {pot} that nothing in it gives reason for."),
        ),
        (
            exchange,
            Forged::from([other, line(&state, bea, HOUR, 0)]),
            format!(
                "Line 2 of account {ann}, in entry 13, points back to entries 5 and 3; its earlier lines are in entries 12 and 12. Statements of that account are cut."
            ),
        ),
        (
            counting,
            Forged(counted),
            "Entry 13 says that the counters it takes from hold [2] afterwards; counted from the entries they hold [1]."
                .to_owned(),
        ),
        (
            network.desk.command(opening),
            Forged(opened),
            "Entry 13 hands out owners from number 9 on; the next in order is owners from number 6 on."
                .to_owned(),
        ),
        (
            network.desk.command(closing),
            Forged(closed),
            format!(
                "Entry 13 closes account {bea} at 1 h, but what it moves to or from account {pot} is not that."
            ),
        ),
        (
            network.desk.command(Action::SetLimits(ann, Limits::WIDEST)),
            Forged(limits),
            "Entry 13 names entry 3 as the one that changed the same account before; it was entry 7."
                .to_owned(),
        ),
    ];
    for (command, forged, words) in cases {
        let desk = forge(played().desk, &[(command, forged)]);
        let report = verified(&desk.ledger);
        // An entry without the line it owes leaves the poster and the entries apart as well.
        assert_eq!(only_fault(&report, Invariant::Derived), format!("{words} {FORGED}"));
    }
}

/// Goal: I8, a process that serves something else than its journal says: figures, holds, counters.
/// Method: after opening, the readers see books that went another way at the end, every entry of them right.
#[test]
fn i8_served_something_else() {
    let served = |last: &dyn Fn(&Network) -> Action, other: &dyn Fn(&Network) -> Action| {
        let (here, there) = (Network::new(), Network::new());
        here.post(last(&here));
        there.post(other(&there));
        let (ledger, shown) = Switch::open(here.desk);
        shown.exchange(&there.desk.journal);
        let report = verified(&ledger);
        (only_fault(&report, Invariant::Derived), report.check(Invariant::Derived).unwrap().faults)
    };
    let network = Network::new();
    let (ann, bea) = (network.ann, network.bea);
    let exchange = |seconds| move |_: &Network| post(Kind::Exchange, &[(ann, bea, seconds)]);
    let serves = "The journal counts: restart the server, which works everything out from it again. If it is found again, keep a copy \
                  of the journal and report it as a defect.";
    let (words, faults) = served(&exchange(HOUR), &exchange(2 * HOUR));
    assert_eq!(
        words,
        format!(
            "At entry 12 the ledger has posted of account {ann} at \u{2212}1 h; the entries add up to \u{2212}2 h. {serves}"
        )
    );
    assert_eq!(faults, 4, "two accounts, in the poster's state and as everybody sees them");
    let until =
        |after| move |network: &Network| hold(&[(ann, bea, HOUR)], after, AtDeadline::Release, &network.desk);
    let (words, _) = served(&until(600), &until(900));
    assert!(words.starts_with("At entry 12 the ledger has hold 12:"), "{words}");
    let limits =
        |hours: i64| move |_: &Network| Action::SetLimits(ann, Limits::from_floor(-hours * HOUR).unwrap());
    let (words, _) = served(&limits(2), &limits(3));
    assert!(
        words.contains(&format!("floor of account {ann} at \u{2212}2 h; the entries add up to \u{2212}3 h")),
        "{words}"
    );
    let (words, _) = served(&|_| Action::RegisterOwners(1), &|_| Action::RegisterOwners(2));
    assert!(words.starts_with("At entry 12 the ledger has owners: 6; by the entries it is 7."), "{words}");
}
