//! Every figure the poster holds or shows is compared: each one changed alone is named.

use std::sync::Arc;

use super::served::{Compared, published, state};
use super::{Pass, report::Faults};
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, Balance, BankNumber, CeilingRule, Claim,
    ClaimFate, ClaimUnit, ClaimWord, Command, Day, Hold, Kind, Limits, NewAccount, OpenBank, OpenClearing,
    OwnerNumber, Post, RequestId, RequestKey, ReversalKind, Reverse, Scope, Sequence, Timestamp, Transfer,
};
use crate::journal::MemoryJournal;
use crate::ledger::balances::Head;
use crate::ledger::state::claims::Counter;
use crate::ledger::state::{Standing, State};
use crate::ledger::{Ledger, ManualClock, Options};

const NOW: Timestamp = Timestamp::from_micros(1_777_971_600_000_000);

fn account(slot: u32) -> AccountNumber {
    AccountNumber::from_slot(slot).unwrap()
}

/// Two banks with a pair (slots 0 to 5), two members (6, 7), an exchange put right in part, and an open
/// hold with a claim (entry 9).
fn played() -> Ledger {
    let options = Options {
        clock: Arc::new(ManualClock::new(NOW)),
        on_failure: Box::new(|_| {}),
        ..Options::default()
    };
    let ledger = Ledger::open(Box::new(MemoryJournal::new()), options).unwrap();
    let bank = || {
        Action::OpenBank(Box::new(OpenBank {
            owner: OwnerNumber::new(1),
            time_zone: "Europe/London".into(),
            pot: Limits::WIDEST,
            issuance: Limits::WIDEST,
        }))
    };
    let hour = Amount::new(3_600).unwrap();
    let pair = OpenClearing {
        first: BankNumber::new(1),
        second: BankNumber::new(2),
        first_may_owe: hour,
        second_may_owe: hour,
    };
    let member = || NewAccount {
        bank: BankNumber::new(1),
        kind: AccountKind::Member,
        owner: OwnerNumber::new(2),
        limits: Limits::WIDEST,
        label: Box::default(),
    };
    let exchange = || Post {
        kind: Kind::Exchange,
        transfers: [Transfer::new(account(6), account(7), hour)].into_iter().collect(),
        ends: None,
    };
    let hold = Hold {
        kind: Kind::Exchange,
        transfers: exchange().transfers,
        deadline: NOW.plus_seconds(600),
        at_deadline: AtDeadline::Release,
    };
    let actions = [
        Action::RegisterOwners(3),
        bank(),
        bank(),
        Action::OpenClearing(pair),
        Action::OpenAccounts(vec![member(), member()]),
        Action::Post(exchange()),
        Action::Post(exchange()),
        Action::Reverse(Reverse {
            original: Sequence::new(6),
            kind: ReversalKind::Reversal,
            parts: Vec::new(),
        }),
        Action::Hold(hold),
    ];
    for (action, id) in actions.into_iter().zip(1_u128..) {
        let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::derived(id.to_be_bytes()) };
        let is_hold = matches!(action, Action::Hold(_));
        let mut command = Command::new(key, OwnerNumber::OPERATOR, action);
        if is_hold {
            command.claims.push(claim());
        }
        ledger.post(command).unwrap();
    }
    ledger
}

fn claim() -> Claim {
    Claim {
        key: [4; 16],
        take: 1,
        max: 9,
        until: NOW.plus_seconds(900),
        unit: ClaimUnit::Times,
        fate: ClaimFate::GivenBack,
        word: ClaimWord::BudgetSpent,
    }
}

/// The words a change of the poster's state must lead to, and the change.
type Change<'a> = (&'a str, &'a dyn Fn(&mut State));

fn pass_over(ledger: &Ledger) -> Pass<'_> {
    let mut pass = Pass::new(&**ledger.books().journal(), ledger.position());
    pass.read(&mut |_| {});
    pass
}

/// Goal: nothing the poster decides by can differ from the entries unseen.
/// Method: a copy of its state, right at first, then with one thing changed at a time.
#[test]
fn each_figure_of_the_poster_is_compared() {
    let ledger = played();
    let pass = pass_over(&ledger);
    let right = ledger.copy_state().unwrap();
    let first_fault = |served: &State| {
        let (mut faults, mut compared) = (Faults::default(), Compared::default());
        state(&pass.books, served, &mut faults, &mut compared);
        assert_eq!(compared.accounts, u64::try_from(served.accounts.len()).unwrap());
        faults.check(super::Invariant::Derived, &[]).first_fault
    };
    assert_eq!(first_fault(&right), None);
    let nine = Sequence::new(9);
    let changes: [Change<'_>; 26] = [
        ("owners: 4;", &|state| state.owners = 4),
        ("banks: [", &|state| state.banks[1].pot = account(1)),
        ("number of accounts: 7;", &|state| drop(state.accounts.pop())),
        ("posted of account 10070 at \u{2212}2 h; the entries add up to \u{2212}1 h", &|state| {
            state.accounts[6].posted -= 3_600
        }),
        ("held of account 10070", &|state| state.accounts[6].held = 0),
        ("promised of account 10081", &|state| state.accounts[7].promised = 0),
        ("floor of account 10070", &|state| state.accounts[6].floor = 0),
        ("ceiling of account 10070", &|state| state.accounts[6].ceiling = 0),
        ("bank of account 10070", &|state| state.accounts[6].bank = BankNumber::new(2)),
        ("kind of account 10070: Pot; by the entries it is Member", &|state| {
            state.accounts[6].kind = AccountKind::Pot
        }),
        ("owner of account 10070", &|state| state.accounts[6].owner = OwnerNumber::new(3)),
        ("rule of the ceiling of account 10070", &|state| state.accounts[6].ceiling_rule = CeilingRule::Hard),
        ("standing of account 10070: Closed", &|state| state.accounts[6].standing = Standing::Closed),
        ("last change of account 10070", &|state| state.accounts[6].standing_entry = nine),
        ("number of open holds of account 10070: 2;", &|state| state.accounts[6].open_holds = 2),
        ("number of lines of account 10070: 5;", &|state| state.accounts[6].chain.push(nine)),
        ("thread through the lines of account 10070", &|state| {
            let mut chain = crate::ledger::chain::Chain::default();
            (1..=4).for_each(|at| chain.push(Sequence::new(at)));
            state.accounts[6].chain = chain;
        }),
        ("mirror of clearing account", &|state| {
            state.mirrors.remove(&account(4));
        }),
        ("reversed seconds of transfer", &|state| {
            state.reversed.insert((Sequence::new(6), 0), 60);
        }),
        ("number of open holds: 0;", &|state| drop(state.holds.take(nine, 0, true))),
        ("hold 8 open; by the entries it is not", &|state| {
            let open = state.holds.take(nine, 0, true).unwrap();
            state.holds.insert(Sequence::new(8), open);
        }),
        ("hold 9: (", &|state| drop(state.holds.take(nine, 60, false))),
        ("hold 9: (", &|state| {
            let mut open = state.holds.take(nine, 0, true).unwrap();
            open.occurred_on = Some(Day::MIN);
            state.holds.insert(nine, open);
        }),
        ("accounts of hold 9:", &|state| {
            let mut open = state.holds.take(nine, 0, true).unwrap();
            open.sides[0].credit = account(0);
            state.holds.insert(nine, open);
        }),
        ("counter [4, 4", &|state| {
            state.counters.restore([4; 16], Counter { taken: 2, until: NOW.plus_seconds(900) })
        }),
        ("counter [5, 5", &|state| {
            state.counters.restore([5; 16], Counter { taken: 2, until: NOW.plus_seconds(900) })
        }),
    ];
    for (words, change) in changes {
        let mut served = right.clone();
        change(&mut served);
        let fault = first_fault(&served).unwrap_or_else(|| panic!("nobody saw: {words}"));
        assert!(fault.starts_with(&format!("At entry 9 the ledger has {words}")), "{fault}\nnot {words}");
    }
}

/// Goal: nothing anybody is shown can differ from the entries unseen.
/// Method: a balance, a head, a number of lines published wrong; an account nobody can see; a head that
/// is newer than the position, which is left out.
#[test]
fn each_published_figure_is_compared() {
    let shown = |account_number, balance, head| {
        let ledger = played();
        let mut pass = pass_over(&ledger);
        ledger.views().balances.publish(account_number, balance, head);
        if account_number == account(8) {
            let unseen = pass.books.accounts.remove(7);
            pass.books.accounts.extend([unseen, super::own_books::tests_account()]);
        }
        let (mut faults, mut compared) = (Faults::default(), Compared::default());
        published(&pass.books, &ledger, ledger.position(), &mut faults, &mut compared);
        (faults.check(super::Invariant::Derived, &[]).first_fault.unwrap_or_default(), compared.balances)
    };
    let right = Balance { posted: -3_600, held: 3_600 };
    let head = |sequence, lines| Head { sequence: Sequence::new(sequence), lines };
    assert_eq!(shown(account(6), right, head(9, 4)), (String::new(), 8));
    let (words, _) = shown(account(6), Balance { posted: 0, held: 3_600 }, head(9, 4));
    assert!(
        words.starts_with("Account 10070 is shown at 0 h with 1 h held; at entry 9 the entries add up to \u{2212}1 h with 1 h held."),
        "{words}"
    );
    let (words, _) = shown(account(6), right, head(8, 4));
    assert!(
        words.starts_with("At entry 9 the ledger has newest line of account 10070: Sequence(8);"),
        "{words}"
    );
    let (words, _) = shown(account(6), right, head(9, 3));
    assert!(words.starts_with("At entry 9 the ledger has published lines of account 10070: 3;"), "{words}");
    let (words, _) = shown(account(8), Balance::default(), Head::default());
    assert!(words.starts_with("Account 10097 was opened by the entries, but nobody can see it."), "{words}");
    assert_eq!(shown(account(6), Balance::default(), head(10, 5)), (String::new(), 7));
}
