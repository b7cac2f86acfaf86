//! One ledger and its naive model, asked the same things in the same order.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hourbook::domain::{
    Action, Amount, BankNumber, Command, Entry, OpenClearing, OwnerNumber, Refusal, Sequence,
};
use hourbook::journal::MemoryJournal;
use hourbook::ledger::{
    AcceptClock, Bounds, Checkpoints, Detail, Ledger, ManualClock, Mode, NoReceipt, Options, Receipt,
    Repeated,
};

use super::change::change;
use super::generate::Generator;
use super::naive::{Expected, Naive, Verdict};
use crate::support::{HOUR, START, open};

/// How often each operation and each refusal was reached.
pub type Counts = BTreeMap<&'static str, u64>;

pub struct Play {
    pub seed: u64,
    pub ledger: Ledger,
    pub journal: MemoryJournal,
    pub clock: Arc<ManualClock>,
    pub model: Naive,
    pub make: Generator,
    pub operations: u64,
    pub accepted: Counts,
    pub refused: Counts,
    pub free_bytes: Arc<AtomicU64>,
    pub folder: tempfile::TempDir,
    /// Where the ledger keeps older request ids.
    pub request_ids: PathBuf,
    recently_refused: Vec<Command>,
}

/// A command, and the fields in which it differs from the one its id was used for.
type Asked = (Command, Vec<&'static str>);

pub const PLENTY: u64 = u64::MAX;

pub fn bounds() -> Bounds {
    Bounds {
        batch_entries_max: 7,
        expiries_per_batch_max: 2,
        holds_per_account_max: 3,
        holds_max: 11,
        counters_max: 12,
        banks_max: 12,
        checkpoint_entries: 900,
        run_entries: 150,
        ..Bounds::default()
    }
}

impl Play {
    pub fn new(seed: u64) -> Self {
        let (journal, clock) = (MemoryJournal::new(), Arc::new(ManualClock::new(START)));
        let (free_bytes, folder) = (Arc::new(AtomicU64::new(PLENTY)), tempfile::tempdir().unwrap());
        let checkpoints = Checkpoints::in_folder(folder.path().to_owned());
        let request_ids = folder.path().join("request-ids");
        let ledger = open_with(&journal, &clock, checkpoints, &request_ids, &free_bytes);
        let mut play = Self {
            seed,
            ledger,
            journal,
            clock,
            model: Naive::new(bounds(), START),
            make: Generator::new(seed),
            operations: 0,
            accepted: Counts::new(),
            refused: Counts::new(),
            free_bytes,
            folder,
            request_ids,
            recently_refused: Vec::new(),
        };
        play.set_up();
        play
    }

    fn set_up(&mut self) {
        self.ask_action(Action::RegisterOwners(25));
        for _ in 0..3 {
            let mut bank = self.make.bank(&self.model);
            bank.owner = OwnerNumber::new(1);
            self.ask_action(Action::OpenBank(Box::new(bank)));
        }
        let cap = |hours: i64| Amount::new(hours * HOUR).unwrap();
        for (first, second) in [(1, 2), (1, 3)] {
            let (first, second) = (BankNumber::new(first), BankNumber::new(second));
            self.ask_action(Action::OpenClearing(OpenClearing {
                first,
                second,
                first_may_owe: cap(8),
                second_may_owe: cap(12),
            }));
        }
        for bank in 1..=3 {
            let accounts = (0..7)
                .map(|place| self.make.new_account(BankNumber::new(bank), OwnerNumber::new(place + 2)))
                .collect();
            self.ask_action(Action::OpenAccounts(accounts));
        }
    }

    fn ask_action(&mut self, action: Action) {
        let command = Command::new(self.make.key(), OwnerNumber::OPERATOR, action);
        self.ask(command, Vec::new());
    }

    /// One move of the game.
    pub fn step(&mut self) {
        match self.make.random.below(10_000) {
            0..900 => self.let_time_pass(),
            900..920 => self.disk_runs_low(),
            920..940 => self.clock_leaps(),
            940..1_400 => {
                let count = 2 + self.make.random.below(25);
                self.ask_many(count);
            }
            1_400..1_800 => {
                let (command, names) = self.something();
                self.validate(&command, &names);
                if self.make.random.percent(70) {
                    self.ask(command, names);
                } else if names.is_empty() {
                    self.recently_refused.push(command); // To be asked for the first time later.
                }
            }
            _ => {
                let (command, names) = self.something();
                self.ask(command, names);
            }
        }
    }

    /// Mostly a new command; else one that was sent before, as it was or changed.
    pub fn something(&mut self) -> Asked {
        match self.make.random.below(100) {
            0..4 => (self.sent_before(), Vec::new()),
            4..8 => {
                let mut command = self.sent_before();
                let names = change(&mut command, &mut self.make.random);
                (command, names)
            }
            8..16 if !self.recently_refused.is_empty() => {
                let mut command = self.make.random.of(&self.recently_refused).unwrap().clone();
                if self.make.random.percent(25) {
                    change(&mut command, &mut self.make.random);
                }
                // It may have been accepted since, with whatever it said then.
                match self.model.stored.get(&command.key.unwrap()) {
                    Some((_, stored)) if *stored != command => (stored.clone(), Vec::new()),
                    _ => (command, Vec::new()),
                }
            }
            _ => (self.make.command(&self.model), Vec::new()),
        }
    }

    fn sent_before(&mut self) -> Command {
        let place = self.make.random.below(self.model.stored.len());
        // Ids count up, so late ones are found near the end.
        let place =
            if self.make.random.percent(50) { place } else { self.model.stored.len() - 1 - place % 20 };
        self.model.stored.values().nth(place).unwrap().1.clone()
    }

    /// Asks one thing and compares the answers.
    pub fn ask(&mut self, command: Command, names: Vec<&'static str>) {
        let verdict = self.model.answer(&command, self.model.position);
        let label = self.model.label(&command);
        self.model.heard(&command, &verdict);
        let answer = self.ledger.post(command.clone());
        self.compare(&command, &names, &verdict, answer, self.model.position, label);
    }

    /// Asks many things at once; the ledger reads old entries before it decides any of them.
    fn ask_many(&mut self, count: usize) {
        let visible = self.model.position;
        let mut asked = Vec::new();
        for _ in 0..count {
            let (command, names) = self.something();
            let (verdict, label) = (self.model.answer(&command, visible), self.model.label(&command));
            self.model.heard(&command, &verdict);
            asked.push((command, names, verdict, self.model.position, label));
        }
        let commands = asked.iter().map(|one| one.0.clone()).collect();
        let decisions =
            self.ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap().wait().unwrap().decisions;
        assert_eq!(decisions.len(), asked.len());
        for ((command, names, verdict, position, label), decision) in asked.into_iter().zip(decisions) {
            let answer = self.ledger.receipt(command.clone(), decision);
            self.compare(&command, &names, &verdict, answer, position, label);
        }
    }

    fn compare(
        &mut self,
        command: &Command,
        names: &[&'static str],
        verdict: &Verdict,
        answer: Result<Receipt, NoReceipt>,
        position: Sequence,
        label: &'static str,
    ) {
        self.operations += 1;
        let story = self.story(command, verdict, &answer);
        match (verdict, answer) {
            (Verdict::Accept(expected), Ok(Receipt { entry, repeated: Repeated::No })) => {
                self.compare_entry(command, expected, &entry, position, &story);
                // What was answered from memory is what anybody reads back.
                assert_eq!(
                    self.ledger.books().entry(entry.sequence).unwrap().as_ref(),
                    Some(&entry),
                    "{story}"
                );
                count(&mut self.accepted, label);
                if entry.outcome.lines.iter().any(|line| line.passed.bits() != 0) {
                    count(&mut self.accepted, "past a limit, marked");
                }
            }
            (Verdict::Repeat(sequence), Ok(Receipt { entry, repeated: Repeated::Yes })) => {
                assert_eq!((entry.sequence, &entry.command), (*sequence, command), "{story}");
                count(&mut self.accepted, "asked again, the same");
            }
            (Verdict::Reused, Err(NoReceipt::Refused(refusal))) => {
                assert_eq!(*refusal, Refusal::RequestIdReused { fields: names.to_vec() }, "{story}");
                count(&mut self.refused, refusal.reason().word());
            }
            (Verdict::Refuse(expected), Err(NoReceipt::Refused(refusal))) => {
                assert_eq!(*refusal, *expected, "{story}");
                count(&mut self.refused, refusal.reason().word());
                self.recently_refused.push(command.clone());
                if self.recently_refused.len() > 40 {
                    self.recently_refused.remove(0);
                }
            }
            _ => panic!("{story}"),
        }
    }

    pub fn compare_entry(
        &self,
        command: &Command,
        expected: &Expected,
        entry: &Entry,
        position: Sequence,
        story: &str,
    ) {
        assert_eq!((entry.sequence, entry.recorded_at), (position, self.model.now), "{story}");
        assert_eq!(entry.command, *command, "{story}");
        assert_eq!(super::check::outcome(&entry.outcome), *expected, "{story}");
    }

    /// The answer beforehand is the answer afterwards, and leaves no trace.
    fn validate(&mut self, command: &Command, names: &[&'static str]) {
        let verdict = self.model.answer(command, self.model.position);
        let before = self.ledger.position();
        let answer = self.ledger.validate(command.clone());
        let story = format!(
            "seed {} operation {}: beforehand {command:?}\nmodel {verdict:?}\nledger {answer:?}",
            self.seed, self.operations
        );
        assert_eq!(self.ledger.position(), before, "{story}");
        match (verdict, answer) {
            (Verdict::Accept(expected), Ok(outcome)) => {
                assert_eq!(super::check::outcome(&outcome), expected, "{story}")
            }
            (Verdict::Repeat(sequence), Ok(outcome)) => {
                assert_eq!(outcome, self.ledger.books().entry(sequence).unwrap().unwrap().outcome, "{story}");
            }
            (Verdict::Reused, Err(NoReceipt::Refused(refusal))) => {
                assert_eq!(*refusal, Refusal::RequestIdReused { fields: names.to_vec() }, "{story}");
            }
            (Verdict::Refuse(expected), Err(NoReceipt::Refused(refusal))) => {
                assert_eq!(*refusal, expected, "{story}")
            }
            _ => panic!("{story}"),
        }
        count(&mut self.accepted, "asked beforehand");
    }

    fn story(&self, command: &Command, verdict: &Verdict, answer: &dyn std::fmt::Debug) -> String {
        format!(
            "seed {} operation {}: {command:?}\nmodel {verdict:?}\nledger {answer:?}",
            self.seed, self.operations
        )
    }
}

pub fn count(counts: &mut Counts, what: &'static str) {
    *counts.entry(what).or_default() += 1;
}

pub fn open_with(
    journal: &MemoryJournal,
    clock: &Arc<ManualClock>,
    checkpoints: Checkpoints,
    request_ids: &Path,
    free_bytes: &Arc<AtomicU64>,
) -> Ledger {
    let free_bytes = Arc::clone(free_bytes);
    open(journal, clock, |options: &mut Options| {
        options.bounds = bounds();
        options.request_ids = Some(request_ids.to_owned());
        options.accept_clock = AcceptClock::Yes;
        options.checkpoints = checkpoints;
        options.free_bytes = Box::new(move || Ok(free_bytes.load(Ordering::Relaxed)));
    })
}
