//! Opening ledgers in tests, and a small bank to play with.

pub mod certificates;
pub mod served;
pub mod table;

use std::sync::Arc;

use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, BankNumber, Command, Kind, Limits, NewAccount, OpenBank,
    Opened, OwnerNumber, Post, RequestId, RequestKey, Scope, Timestamp, Transfer,
};
use hourbook::journal::{Journal, MemoryJournal};
use hourbook::ledger::{Failure, Ledger, ManualClock, NoReceipt, Options, Receipt};

/// 2026-05-05T09:00:00Z, when the story begins.
pub const START: Timestamp = Timestamp::from_micros(1_777_971_600_000_000);
pub const HOUR: i64 = 3_600;

/// Waits until something comes true that another thread brings about. Two minutes are only a net for
/// what never comes.
pub fn wait_until(what: &str, comes_true: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !comes_true() {
        assert!(began.elapsed().as_secs() < 120, "never came true: {what}");
        std::thread::yield_now();
    }
}

/// Says so where nobody can overlook it: the test harness hides what a passing test prints.
pub fn skipped(test: &str, why: &str) {
    // Not `eprintln!`: that is what the harness captures.
    let line = format!("\nSKIPPED {test}: {why}\n");
    let _nobody_listens = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}

/// Does nothing when a ledger stops: the test looks at `failure`.
pub fn stay(_failure: &Failure) {}

/// A ledger on a memory journal, with the journal and the clock in the test's hands.
pub struct Desk {
    pub ledger: Ledger,
    pub journal: MemoryJournal,
    pub clock: Arc<ManualClock>,
    next_id: std::cell::Cell<u128>,
}

impl Desk {
    pub fn new() -> Self {
        Self::with(MemoryJournal::new(), Arc::new(ManualClock::new(START)), |_| {})
    }

    pub fn with(journal: MemoryJournal, clock: Arc<ManualClock>, change: impl FnOnce(&mut Options)) -> Self {
        Self::around(open(&journal, &clock, change), journal, clock)
    }

    /// Around a ledger that is open on `journal` already.
    pub fn around(ledger: Ledger, journal: MemoryJournal, clock: Arc<ManualClock>) -> Self {
        Self { ledger, journal, clock, next_id: std::cell::Cell::new(1) }
    }

    /// The process is killed and the next one opens the same books.
    pub fn kill_and_reopen(self) -> Self {
        let next = self.journal.kill();
        let (clock, next_id) = (Arc::clone(&self.clock), self.next_id.clone());
        drop(self);
        Self { ledger: open(&next, &clock, |_| {}), journal: next, clock, next_id }
    }

    /// The clock's time.
    pub fn clock_now(&self) -> Timestamp {
        hourbook::ledger::Clock::now(&*self.clock).wall
    }

    pub fn key(&self) -> RequestKey {
        let number = self.next_id.get();
        self.next_id.set(number + 1);
        key(number)
    }

    pub fn command(&self, action: Action) -> Command {
        Command::new(self.key(), OwnerNumber::OPERATOR, action)
    }

    pub fn post(&self, action: Action) -> Result<Receipt, NoReceipt> {
        self.ledger.post(self.command(action))
    }

    /// Opens a bank whose owner is new.
    pub fn bank(&self) -> (BankNumber, AccountNumber, AccountNumber) {
        let owner = self.owner();
        let (pot, issuance) = (Limits::from_floor(0).unwrap(), Limits::from_floor(-1_000 * HOUR).unwrap());
        let bank = OpenBank { owner, time_zone: "Europe/London".into(), pot, issuance };
        match self.post(Action::OpenBank(Box::new(bank))).unwrap().entry.outcome.opened {
            Opened::Bank(bank, pot) => (bank, pot, AccountNumber::from_slot(pot.slot() + 1).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    pub fn owner(&self) -> OwnerNumber {
        match self.post(Action::RegisterOwners(1)).unwrap().entry.outcome.opened {
            Opened::Owners(first) => first,
            other => panic!("{other:?}"),
        }
    }

    pub fn account(&self, bank: BankNumber, kind: AccountKind, limits: Limits) -> AccountNumber {
        let new = NewAccount { bank, kind, owner: self.owner(), limits, label: Box::default() };
        match self.post(Action::OpenAccounts(vec![new])).unwrap().entry.outcome.opened {
            Opened::Accounts(first) => first,
            other => panic!("{other:?}"),
        }
    }

    pub fn member(&self, bank: BankNumber, floor_hours: i64) -> AccountNumber {
        self.account(bank, AccountKind::Member, Limits::from_floor(floor_hours * HOUR).unwrap())
    }

    pub fn exchange(
        &self,
        debit: AccountNumber,
        credit: AccountNumber,
        seconds: i64,
    ) -> Result<Receipt, NoReceipt> {
        self.post(post(Kind::Exchange, &[(debit, credit, seconds)]))
    }
}

/// Opens a bank without limits, whose owner is registered.
pub fn wide_bank(owner: OwnerNumber) -> Action {
    let wide = Limits::WIDEST;
    let bank = OpenBank { owner, time_zone: "Europe/London".into(), pot: wide, issuance: wide };
    Action::OpenBank(Box::new(bank))
}

/// Opens member accounts without limits in bank 1.
pub fn wide_members(owner: OwnerNumber, count: usize) -> Action {
    let (bank, kind, label) = (BankNumber::new(1), AccountKind::Member, Box::default());
    Action::OpenAccounts(vec![NewAccount { bank, kind, owner, limits: Limits::WIDEST, label }; count])
}

pub fn open(journal: &MemoryJournal, clock: &Arc<ManualClock>, change: impl FnOnce(&mut Options)) -> Ledger {
    let mut options =
        Options { clock: Arc::clone(clock) as _, on_failure: Box::new(stay), ..Options::default() };
    change(&mut options);
    Ledger::open(Box::new(journal.clone()) as Box<dyn Journal>, options).unwrap()
}

pub fn key(number: u128) -> RequestKey {
    RequestKey { scope: Scope::OPERATOR, id: RequestId::derived(number.to_be_bytes()) }
}

pub fn post(kind: Kind, transfers: &[(AccountNumber, AccountNumber, i64)]) -> Action {
    let transfers = transfers
        .iter()
        .map(|(debit, credit, seconds)| Transfer::new(*debit, *credit, Amount::new(*seconds).unwrap()))
        .collect();
    Action::Post(Post { kind, transfers, ends: None })
}
