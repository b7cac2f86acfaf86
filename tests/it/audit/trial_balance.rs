//! The trial balance against sums taken by hand.

use std::collections::HashMap;

use hourbook::audit::{Sums, TrialBalance, TrialBalanceError, trial_balance};
use hourbook::domain::{AccountKind, AccountNumber, BankNumber, Day, Kind, Sequence};
use hourbook::journal::DataDirectory;
use hourbook::ledger::Ledger;
use hourbook::past::{At, Moment, Past};

use super::clean::entries;
use super::forge::{forge, line};
use super::played::Network;
use crate::support::{Desk, HOUR, START, post, wait_until};

/// Opens the past of a ledger and waits until it has seen everything.
fn with_past<T>(ledger: &Ledger, ask: impl FnOnce(&Past) -> T) -> T {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let past = Past::open(ledger, &DataDirectory::open(folder.path()).unwrap()).unwrap();
    wait_until("the past is there", || past.position() == ledger.position());
    ask(&past)
}

fn now(ledger: &Ledger) -> TrialBalance {
    with_past(ledger, |past| trial_balance(past, At::Recorded(Moment::Now)).unwrap())
}

fn nothing() -> Sums {
    Sums { held: Some(0), ..Sums::default() }
}

/// Goal: at every position the sums of every bank and kind are those of the entries up to there.
/// Method: books with every form; each line of each entry is added up by hand; accounts count from
/// the entry that opened them.
#[test]
fn sums_at_every_position() {
    let network = Network::new();
    network.play_every_form();
    with_past(&network.desk.ledger, |past| compare_every_position(&network.desk.ledger, past));
}

fn compare_every_position(ledger: &Ledger, past: &Past) {
    let mut figures: HashMap<AccountNumber, (i64, i64)> = HashMap::new();
    for entry in entries(ledger) {
        for line in &entry.outcome.lines {
            figures.insert(line.account, (line.posted, line.held));
        }
        let balance = trial_balance(past, At::Recorded(Moment::After(entry.sequence))).unwrap();
        assert_eq!((balance.position, balance.recorded_at), (entry.sequence, Some(entry.recorded_at)));
        assert!(balance.is_zero());
        let mut accounts = 0;
        for bank in &balance.banks {
            assert_eq!(bank.kinds.iter().map(|kind| kind.kind).collect::<Vec<_>>(), AccountKind::ALL);
            let mut all = nothing();
            for kind in &bank.kinds {
                let expected = by_hand(&figures, ledger, bank.bank, kind.kind);
                assert_eq!(
                    Sums { accounts: 0, ..kind.sums },
                    expected,
                    "entry {} bank {}",
                    entry.sequence,
                    bank.bank
                );
                add(&mut all, &kind.sums);
            }
            assert_eq!(bank.all, all);
            assert_eq!(bank.all.positive, -bank.all.negative);
            accounts += all.accounts;
        }
        assert_eq!(balance.all.accounts, accounts);
        if entry.sequence == ledger.position() {
            assert_eq!(accounts, 9);
            assert_eq!(trial_balance(past, At::Recorded(Moment::Now)).unwrap(), balance);
        }
    }
}

fn add(sums: &mut Sums, more: &Sums) {
    sums.accounts += more.accounts;
    sums.posted += more.posted;
    *sums.held.as_mut().unwrap() += more.held.unwrap();
    sums.positive += more.positive;
    sums.negative += more.negative;
}

fn by_hand(
    figures: &HashMap<AccountNumber, (i64, i64)>,
    ledger: &Ledger,
    bank: BankNumber,
    kind: AccountKind,
) -> Sums {
    let mut sums = nothing();
    for (number, (posted, held)) in figures {
        let view = ledger.views().account(*number).unwrap();
        if view.bank == bank && view.kind == kind {
            sums.posted += i128::from(*posted);
            *sums.held.as_mut().unwrap() += i128::from(*held);
            sums.positive += i128::from(*posted.max(&0));
            sums.negative += i128::from(*posted.min(&0));
        }
    }
    sums
}

/// Goal: before the first entry there is nothing, past the last one the answer says where the books end.
#[test]
fn positions_at_both_ends() {
    let desk = Desk::new();
    desk.bank();
    let after = |at| At::Recorded(Moment::After(Sequence::new(at)));
    let (first, error) = with_past(&desk.ledger, |past| {
        (trial_balance(past, after(0)).unwrap(), trial_balance(past, after(3)).unwrap_err())
    });
    assert_eq!((first.banks.len(), first.recorded_at, first.all), (0, None, nothing()));
    assert!(matches!(error, TrialBalanceError::NotWritten { .. }));
    assert_eq!(error.to_string(), "there is no entry 3 yet: the books end at 2. Ask for 2 or an earlier one");
}

/// Goal: a bank whose balances do not add up is named in the table; one whose do is too.
/// Method: a forged transfer between banks, without clearing.
#[test]
fn the_table_says_plainly() {
    let network = Network::new();
    let zero = now(&network.desk.ledger).to_string();
    assert!(zero.contains("  The balances of bank 2 add up to zero.\n"), "{zero}");
    let state = network.desk.ledger.copy_state().unwrap();
    let (ann, cafe) = (network.ann, network.cafe);
    let command = network.desk.command(post(Kind::Exchange, &[(ann, cafe, HOUR)]));
    let lines = [line(&state, ann, -HOUR, 0), line(&state, cafe, HOUR, 0)];
    let desk = forge(network.desk, &[(command, lines.into())]);
    let balance = now(&desk.ledger);
    assert!(!balance.is_zero());
    let table = balance.to_string();
    assert!(table.contains("THE BALANCES OF BANK 1 ADD UP TO \u{2212}1 h, NOT TO ZERO (I1)."), "{table}");
    assert!(
        table.lines().any(|row| row.split_whitespace().collect::<Vec<_>>()
            == ["partner", "1", "1:00", "0:00", "1:00", "0:00"]),
        "{table}"
    );
}

/// Goal: by day of help the table says which day, what is not known, and what moved by then.
/// Method: one exchange of the day before and one of the day; each day asked for.
#[test]
fn the_table_by_day_of_help() {
    let desk = Desk::new();
    let (bank, _, _) = desk.bank();
    let (ann, bea) = (desk.member(bank, -5), desk.member(bank, -5));
    let today = START.utc_day();
    let yesterday = Day::from_days(today.days() - 1);
    for (day, seconds) in [(today, HOUR), (yesterday, 2 * HOUR)] {
        let mut command = desk.command(post(Kind::Exchange, &[(ann, bea, seconds)]));
        command.occurred_on = Some(day);
        desk.ledger.post(command).unwrap();
    }
    let drawn =
        |day| with_past(&desk.ledger, |past| trial_balance(past, At::ThroughDay(day, Moment::Now)).unwrap());
    assert_eq!((drawn(today).net_moved, drawn(yesterday).net_moved), (3 * 3_600, 2 * 3_600));
    let table = drawn(yesterday).to_string();
    assert!(table.contains(&format!("By day of help: what happened on {yesterday} or before\n")), "{table}");
    assert!(table.contains("  Net hours moved in bank 1: 2:00.\n"), "{table}");
    assert!(
        table.lines().any(|row| row.split_whitespace().collect::<Vec<_>>()
            == ["member", "2", "0:00", "\u{2013}", "2:00", "\u{2212}2:00"]),
        "{table}"
    );
}
