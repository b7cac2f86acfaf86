//! What happens to a ledger without being asked: time, a full disk, a wrong clock, the end of a process.

use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use hourbook::domain::Action;
use hourbook::journal::Fault;
use hourbook::ledger::{Checkpoints, NoReceipt};

use super::naive::Verdict;
use super::play::{PLENTY, Play, count, open_with};

/// A fault, and whether what was being written is there after a kill and after a power cut.
const FAULTS: [(Fault, bool, bool); 4] = [
    (Fault::BeforeWrite, false, false),
    (Fault::MidWrite, false, false),
    (Fault::BeforeSync, true, false),
    (Fault::AfterWrite, true, true),
];

/// Whether what was derived from the journal is still there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Derived {
    There,
    Lost,
}

/// What is in a folder now; its owner may be adding to it and removing from it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let _gone_meanwhile = fs::copy(file.path(), to.join(file.file_name()));
    }
}

impl Play {
    pub fn let_time_pass(&mut self) {
        let seconds = match self.make.random.below(50) {
            // Exactly to a moment when something ends.
            10..20 => self.seconds_until_an_end(),
            20 => 600,
            0 => self.make.random.between(3_600, 20 * 86_400),
            1..10 => self.make.random.between(200, 1_500),
            _ => self.make.random.between(0, 60),
        };
        self.clock.advance_seconds(seconds);
        self.ledger.tick().unwrap();
        self.model.now = self.model.now.plus_seconds(seconds);
        if !self.model.disk_low {
            self.expire();
        }
    }

    fn seconds_until_an_end(&mut self) -> i64 {
        let now = self.model.now;
        let counters = self.model.counters.alive(now).into_iter();
        let ends = counters.filter_map(|key| self.model.counters.standing(&key, now)).map(|known| known.1);
        let ends: Vec<_> = ends.chain(self.model.open_holds().map(|hold| hold.deadline)).collect();
        self.make.random.of(&ends).map_or(0, |end| end.micros_since(now) / 1_000_000)
    }

    /// Every hold due has ended, in order of deadline, with one entry each.
    fn expire(&mut self) {
        while let Some(hold) = self.model.next_due() {
            let expected = self.model.expiry(hold);
            let label = if expected.moves.is_empty() { "expiry, let go" } else { "expiry, taken" };
            let entry = self.ledger.books().entry(self.model.position.next()).unwrap();
            let entry = entry.unwrap_or_else(|| panic!("seed {}: hold {hold} did not expire", self.seed));
            let story = format!("seed {} operation {}: expiry {entry:?}", self.seed, self.operations);
            assert_eq!((entry.command.key, &entry.command.action), (None, &Action::Expire(hold)), "{story}");
            let of_hold = self.ledger.books().entry(hold).unwrap().unwrap().command.occurred_on;
            let day = of_hold.filter(|_| !expected.moves.is_empty());
            assert_eq!(entry.command.occurred_on, day, "{story}: taken, it is of the day that the hold said");
            self.model.apply(&entry.command, &expected);
            self.compare_entry(&entry.command, &expected, &entry, self.model.position, &story);
            count(&mut self.accepted, label);
        }
        assert_eq!(
            self.ledger.position(),
            self.model.position,
            "seed {}: no more than what is due",
            self.seed
        );
    }

    fn ask_a_few(&mut self) {
        for _ in 0..4 {
            let (command, names) = self.something();
            self.ask(command, names);
        }
    }

    pub fn disk_runs_low(&mut self) {
        self.free_bytes.store(1, Ordering::Relaxed);
        self.ledger.tick().unwrap(); // The committer looks at the disk with every batch.
        self.model.disk_low = true;
        self.ask_a_few();
        self.let_time_pass();
        self.ask_a_few();
        self.free_bytes.store(PLENTY, Ordering::Relaxed);
        self.ledger.tick().unwrap();
        self.ledger.tick().unwrap(); // Now there is room to record what ended meanwhile.
        self.model.disk_low = false;
        self.expire();
    }

    pub fn clock_leaps(&mut self) {
        let wall = self.model.now;
        if self.make.random.percent(30) {
            // Set back: time stands still.
            self.clock.set_wall(wall.plus_seconds(-5_000));
            self.ledger.tick().unwrap();
            self.ask_a_few();
            self.clock.set_wall(wall);
            self.ledger.tick().unwrap();
            return;
        }
        let leap = self.make.random.between(61, 400 * 86_400);
        self.clock.set_wall(wall.plus_seconds(leap));
        self.ledger.tick().unwrap();
        self.model.clock_unsure = true;
        self.ask_a_few();
        if leap < 3_000 {
            self.ledger.accept_clock().unwrap();
            self.model.now = wall.plus_seconds(leap);
        } else {
            self.clock.set_wall(wall);
        }
        self.ledger.tick().unwrap();
        self.model.clock_unsure = false;
        self.expire();
    }

    /// The process ends, by itself or in the middle of a write, and the next one opens the books.
    pub fn restart(&mut self, checkpoints: Checkpoints, derived: Derived) {
        let power_cut = self.make.random.percent(50);
        let fault = if self.make.random.percent(60) { self.make.random.of(&FAULTS).copied() } else { None };
        let mut open_question = None;
        if let Some((fault, kill_keeps, cut_keeps)) = fault {
            let command = self.make.command(&self.model);
            if let verdict @ Verdict::Accept(_) = self.model.answer(&command, self.model.position) {
                self.journal.fail_next(fault);
                let answer = self.ledger.post(command.clone());
                assert!(matches!(answer, Err(NoReceipt::Unknown(_))), "seed {}: {answer:?}", self.seed);
                if (power_cut && cut_keeps) || (!power_cut && kill_keeps) {
                    self.model.heard(&command, &verdict);
                }
                open_question = Some(command);
            }
        } else if self.make.random.percent(50) {
            self.ledger.checkpoint().unwrap();
        }
        self.journal = if power_cut { self.journal.power_cut() } else { self.journal.kill() };
        self.model.refused.clear();
        // The old process still writes runs while the new one opens: it gets what a crash would leave.
        let request_ids = self.folder.path().join(format!("request-ids-{}", self.operations));
        if derived == Derived::There {
            copy(&self.request_ids, &request_ids);
        }
        self.request_ids = request_ids;
        self.ledger = open_with(&self.journal, &self.clock, checkpoints, &self.request_ids, &self.free_bytes);
        assert_eq!(self.ledger.position(), self.model.position, "seed {}", self.seed);
        count(&mut self.accepted, "restart");
        if let Some(command) = open_question {
            self.ask(command, Vec::new());
        }
    }

    pub fn restart_as_usual(&mut self) {
        self.restart(Checkpoints::in_folder(self.folder.path().to_owned()), Derived::There);
    }

    /// Opens the books from the first entry on: nothing that is derived is there.
    pub fn restart_from_the_first_entry(&mut self) {
        self.restart(Checkpoints::none(), Derived::Lost);
    }
}
