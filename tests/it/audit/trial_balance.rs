//! The trial balance against sums taken by hand.

use std::collections::HashMap;

use hourbook::audit::{Sums, TrialBalanceError, trial_balance};
use hourbook::domain::{AccountKind, AccountNumber, BankNumber, Kind, Sequence};

use super::clean::entries;
use super::forge::{forge, line};
use super::played::Network;
use crate::support::{Desk, HOUR, post};

/// Goal: at every position the sums of every bank and kind are those of the entries up to there.
/// Method: books with every form; each line of each entry is added up by hand; accounts count from
/// the entry that opened them.
#[test]
fn sums_at_every_position() {
    let network = Network::new();
    network.play_every_form();
    let ledger = &network.desk.ledger;
    let mut figures: HashMap<AccountNumber, (i64, i64)> = HashMap::new();
    for entry in entries(ledger) {
        for line in &entry.outcome.lines {
            figures.insert(line.account, (line.posted, line.held));
        }
        let balance = trial_balance(ledger, Some(entry.sequence)).unwrap();
        assert_eq!((balance.position, balance.recorded_at), (entry.sequence, Some(entry.recorded_at)));
        assert!(balance.is_zero());
        let mut accounts = 0;
        for bank in &balance.banks {
            assert_eq!(bank.kinds.iter().map(|kind| kind.kind).collect::<Vec<_>>(), AccountKind::ALL);
            let mut all = Sums::default();
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
            assert_eq!(trial_balance(ledger, None).unwrap(), balance);
        }
    }
}

fn add(sums: &mut Sums, more: &Sums) {
    sums.accounts += more.accounts;
    sums.posted += more.posted;
    sums.held += more.held;
    sums.positive += more.positive;
    sums.negative += more.negative;
}

fn by_hand(
    figures: &HashMap<AccountNumber, (i64, i64)>,
    ledger: &hourbook::ledger::Ledger,
    bank: BankNumber,
    kind: AccountKind,
) -> Sums {
    let mut sums = Sums::default();
    for (number, (posted, held)) in figures {
        let view = ledger.views().account(*number).unwrap();
        if view.bank == bank && view.kind == kind {
            sums.posted += i128::from(*posted);
            sums.held += i128::from(*held);
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
    let nothing = trial_balance(&desk.ledger, Some(Sequence::ZERO)).unwrap();
    assert_eq!((nothing.banks.len(), nothing.recorded_at, nothing.all), (0, None, Sums::default()));
    let error = trial_balance(&desk.ledger, Some(Sequence::new(3))).unwrap_err();
    assert!(matches!(error, TrialBalanceError::NotWritten { .. }));
    assert_eq!(error.to_string(), "there is no entry 3 yet: the books end at 2. Ask for 2 or an earlier one");
}

/// Goal: a bank whose balances do not add up is named in the table; one whose do is too.
/// Method: a forged transfer between banks, without clearing.
#[test]
fn the_table_says_plainly() {
    let network = Network::new();
    let zero = trial_balance(&network.desk.ledger, None).unwrap().to_string();
    assert!(zero.contains("  The balances of bank 2 add up to zero.\n"), "{zero}");
    let state = network.desk.ledger.copy_state().unwrap();
    let (ann, cafe) = (network.ann, network.cafe);
    let command = network.desk.command(post(Kind::Exchange, &[(ann, cafe, HOUR)]));
    let lines = [line(&state, ann, -HOUR, 0), line(&state, cafe, HOUR, 0)];
    let desk = forge(network.desk, &[(command, lines.into())]);
    let balance = trial_balance(&desk.ledger, None).unwrap();
    assert!(!balance.is_zero());
    let table = balance.to_string();
    assert!(table.contains("THE BALANCES OF BANK 1 ADD UP TO \u{2212}1 h, NOT TO ZERO (I1)."), "{table}");
    assert!(
        table.lines().any(|row| row.split_whitespace().collect::<Vec<_>>()
            == ["partner", "1", "1:00", "0:00", "1:00", "0:00"]),
        "{table}"
    );
}
