//! Newest ids and runs together, as poster and callers use them, against a map.

use std::fs;
use std::path::Path;

use hashbrown::HashMap;
use proptest::prelude::*;

use super::super::testing::{Books, key, key_in_time};
use super::super::{GoOn, Keeper, Recent, Seed};
use crate::domain::{RequestId, RequestKey, Scope, Sequence};
use crate::journal::Journal;

const RUN_ENTRIES: u64 = 60;
const SEED: Seed = Seed::new([5, 6]);

#[derive(Clone, Debug)]
enum Step {
    /// A batch of so many entries: every n-th without an id; of version 7, 8, or one id in many scopes.
    Batch(u64, u64, u8),
    /// The background thread gets its turn.
    KeepUp,
    /// It gets its turn and is stopped after so many questions.
    KeepUpCut(u32),
    /// A byte of some file changes while it is in use, and then.
    Damage(usize, usize),
    /// Some file is lost.
    Lose(usize),
    /// The process is killed.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (1..50_u64, 2..9_u64, 0..3_u8).prop_map(|(entries, without, kind)| Step::Batch(entries, without, kind)),
        4 => Just(Step::KeepUp),
        1 => (0..6_u32).prop_map(Step::KeepUpCut),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(file, byte)| Step::Damage(file, byte)),
        1 => any::<usize>().prop_map(Step::Lose),
        1 => Just(Step::Reopen),
    ]
}

struct Played {
    folder: tempfile::TempDir,
    books: Books,
    keeper: Keeper,
    recent: Recent,
    model: HashMap<RequestKey, u64>,
}

impl Played {
    fn new() -> Self {
        let (folder, books) = (tempfile::tempdir().unwrap(), Books::new());
        let keeper = open(folder.path(), &books);
        let recent = Recent::new(SEED, Sequence::ZERO, 1_000_000);
        Self { folder, books, keeper, recent, model: HashMap::new() }
    }

    fn batch(&mut self, entries: u64, without: u64, kind: u8) {
        let first = self.books.tip.position.get() + 1;
        let key = |number: u64| match kind {
            0 => key_in_time(number),
            1 => key(number),
            _ => RequestKey {
                scope: Scope::new(u32::try_from(number).unwrap()),
                id: RequestId::derived([1; 16]),
            },
        };
        let keys: Vec<_> =
            (first..first + entries).map(|number| (number % without != 0).then(|| key(number))).collect();
        self.books.append(&keys);
        for (key, number) in keys.iter().zip(first..) {
            if let Some(key) = key {
                self.recent.insert(*key, Sequence::new(number));
                self.model.insert(*key, number);
            }
        }
    }

    fn keep_up(&mut self, questions: u32) {
        let left = std::cell::Cell::new(questions);
        let go_on = || match left.get().checked_sub(1) {
            Some(fewer) => {
                left.set(fewer);
                GoOn::Yes
            }
            None => GoOn::No,
        };
        // A damaged run is found out while it is merged: then it is written again at the next turn.
        let _tried_again = self.keeper.keep_up(&*self.books.journal.reader(), &go_on);
        self.forget();
    }

    /// As the poster does.
    fn forget(&mut self) {
        let through = self.keeper.runs().through().get().saturating_sub(RUN_ENTRIES);
        self.recent.forget(Sequence::new(through));
    }

    fn reopen(&mut self) {
        self.keeper = open(self.folder.path(), &self.books);
        self.keeper.keep_up(&*self.books.journal.reader(), &|| GoOn::Yes).unwrap();
        let through = self.keeper.runs().through();
        self.recent = Recent::new(SEED, through, 1_000_000);
        let mut later: Vec<_> =
            self.model.iter().filter(|(_, sequence)| **sequence > through.get()).collect();
        later.sort_by_key(|(_, sequence)| **sequence);
        later.into_iter().for_each(|(key, sequence)| self.recent.insert(*key, Sequence::new(*sequence)));
    }

    fn file(&self, number: usize) -> Option<std::path::PathBuf> {
        let mut files: Vec<_> =
            fs::read_dir(self.folder.path()).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        (!files.is_empty()).then(|| files.swap_remove(number % files.len()))
    }

    /// What a caller and the poster find out together; none if they do not know.
    fn look(&self, key: &RequestKey) -> Option<Option<u64>> {
        let runs = self.keeper.runs().now();
        let found = runs.look(std::slice::from_ref(key)).ok()?;
        if runs.through() < self.recent.after() {
            return None;
        }
        Some(found[0].or_else(|| self.recent.get(key)).map(Sequence::get))
    }

    fn check(&self, must_know: bool) -> Result<(), TestCaseError> {
        for (key, sequence) in &self.model {
            let found = self.look(key);
            prop_assert!(
                found == Some(Some(*sequence)) || (found.is_none() && !must_know),
                "{key:?}: {found:?}"
            );
        }
        for number in 1_000_000..1_000_200 {
            for new in [key(number), key_in_time(number)] {
                let found = self.look(&new);
                prop_assert!(found == Some(None) || (found.is_none() && !must_know), "{new:?}: {found:?}");
            }
        }
        Ok(())
    }
}

fn open(folder: &Path, books: &Books) -> Keeper {
    Keeper::open(folder.to_owned(), &*books.journal.reader(), SEED, RUN_ENTRIES).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Goal: I6: whatever happens to the files, an accepted id is found with its entry and no other is,
    /// or nobody says anything; and once the background thread has had its turns, everything is known.
    /// Method: random batches, turns, damage, losses and restarts against a map.
    #[test]
    fn ids_are_as_in_a_map(steps in prop::collection::vec(step(), 1..60)) {
        let mut played = Played::new();
        for step in steps {
            match step {
                Step::Batch(entries, without, kind) => played.batch(entries, without, kind),
                Step::KeepUp => played.keep_up(u32::MAX),
                Step::KeepUpCut(questions) => played.keep_up(questions),
                Step::Damage(file, byte) => {
                    if let Some(path) = played.file(file) {
                        let mut bytes = fs::read(&path).unwrap();
                        let at = byte % bytes.len();
                        bytes[at] ^= 0x40;
                        fs::write(&path, bytes).unwrap();
                    }
                }
                Step::Lose(file) => {
                    if let Some(path) = played.file(file) {
                        fs::remove_file(path).unwrap();
                    }
                }
                Step::Reopen => played.reopen(),
            }
            played.check(false)?;
        }
        // Looking found every damaged page; one turn lets go of them, merges may find others.
        (0..8).for_each(|_| played.keep_up(u32::MAX));
        played.check(false)?;
        (0..8).for_each(|_| played.keep_up(u32::MAX));
        played.check(true)?;
        played.reopen();
        played.check(true)?;
    }
}
