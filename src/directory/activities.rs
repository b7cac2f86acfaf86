//! Banks' lists of activities: notes that add names, folded into numbers.
//!
//! A note of topic `ACTIVITIES` holds names for the bank it names; each that is not in the bank's list yet
//! gets the next number. So the numbers follow from the journal alone.
//!
//! The fold is brought up to date when it is asked, from where it was: nothing waits for it and it keeps no
//! thread. It remembers itself in a small checksummed file that may be deleted, so that a start need not
//! read the journal from its beginning.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::note::NOTE_BYTES_MAX;
use crate::domain::{Action, BankNumber, Note, Sequence, Topic};
use crate::journal::{JournalReader, files};
use crate::ledger::checkpoint::batch_hash_at;
use crate::ledger::recovery::{self, RecoveryError};

/// At most this many activities in a bank's list.
pub const ACTIVITIES_MAX: usize = 1_000;
/// At most this many names in one note.
pub const NAMES_PER_NOTE_MAX: usize = 50;
/// A name has at most this many bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// The fold remembers itself after reading this many entries.
const REMEMBERED_EVERY: u64 = 100_000;
const MAGIC: &str = "hourbook activities 1";

const _: () = assert!(NAMES_PER_NOTE_MAX * (NAME_BYTES_MAX + 1) <= NOTE_BYTES_MAX);
const _: () = assert!(ACTIVITIES_MAX <= u16::MAX as usize);

/// Why names cannot be added, or a list not be read.
#[derive(Debug, thiserror::Error)]
pub enum ActivitiesError {
    /// Not 1 to 50 names.
    #[error("names must be 1 to 50")]
    Count,
    /// A name that is empty, too long, padded or not printable.
    #[error("a name must be 1 to 64 bytes without control characters, and no spaces around it")]
    Name,
    /// The list would pass its maximum.
    #[error("a bank's list holds at most {ACTIVITIES_MAX} activities")]
    Full,
    /// The journal cannot be read.
    #[error(transparent)]
    Unreadable(#[from] RecoveryError),
}

/// Every bank's list.
pub struct Activities {
    reader: Arc<dyn JournalReader>,
    file: PathBuf,
    fold: Mutex<Fold>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fold {
    position: Sequence,
    remembered: Sequence,
    lists: BTreeMap<BankNumber, Vec<String>>,
}

impl Activities {
    /// Lists of the books that `reader` reads, remembered in `file`.
    #[must_use]
    pub fn new(reader: Arc<dyn JournalReader>, file: PathBuf) -> Self {
        let fold = std::fs::read(&file).ok().and_then(|bytes| remembered(&bytes, &*reader));
        Self { reader, file, fold: Mutex::new(fold.unwrap_or_default()) }
    }

    /// The list of `bank`, through entry `position`; the number of a name is its place, from 1.
    ///
    /// # Errors
    /// [`ActivitiesError::Unreadable`].
    pub fn list(&self, bank: BankNumber, position: Sequence) -> Result<Vec<String>, ActivitiesError> {
        let fold = self.through(position)?;
        Ok(fold.lists.get(&bank).cloned().unwrap_or_default())
    }

    /// The note that adds `names` to the list of `bank`. One at a time: whoever asks holds a lock until
    /// the note is written down, or two could pass the maximum together.
    ///
    /// # Errors
    /// [`ActivitiesError`].
    pub fn add(
        &self,
        bank: BankNumber,
        names: &[String],
        position: Sequence,
    ) -> Result<Note, ActivitiesError> {
        if !(1..=NAMES_PER_NOTE_MAX).contains(&names.len()) {
            return Err(ActivitiesError::Count);
        }
        let fits = |name: &String| {
            (1..=NAME_BYTES_MAX).contains(&name.len())
                && name.trim() == name
                && !name.contains(char::is_control)
        };
        if !names.iter().all(fits) {
            return Err(ActivitiesError::Name);
        }
        let mut lists = self.through(position)?.lists.clone();
        let list = lists.entry(bank).or_default();
        add_new(list, names.iter().map(String::as_str));
        if list.len() > ACTIVITIES_MAX {
            return Err(ActivitiesError::Full);
        }
        let body = names.join("\n").into_bytes().into_boxed_slice();
        Ok(Note { topic: Topic::ACTIVITIES, subject: u64::from(bank.get()), body })
    }

    fn through(&self, position: Sequence) -> Result<std::sync::MutexGuard<'_, Fold>, ActivitiesError> {
        let mut fold = self.fold.lock().unwrap_or_else(PoisonError::into_inner);
        let from = fold.position.next();
        recovery::each_record(&*self.reader, from, position, |record| {
            if let Some(entry) = recovery::decode_unless_plain(&record)?
                && let Action::Note(note) = entry.command.action
            {
                fold.apply(&note);
            }
            fold.position = record.sequence;
            Ok(())
        })?;
        if fold.position.get().saturating_sub(fold.remembered.get()) >= REMEMBERED_EVERY {
            self.remember(&mut fold);
        }
        Ok(fold)
    }

    /// Only saves time at the next start: a file that cannot be written is written another time.
    fn remember(&self, fold: &mut Fold) {
        // Everybody's position is the end of a batch, whose hash vouches for the books up to it.
        let Ok(Some(hash)) = batch_hash_at(&*self.reader, fold.position) else { return };
        let mut text = format!("{MAGIC}\n{}\n{}\n", fold.position, files::hex(&hash));
        for (bank, list) in &fold.lists {
            text.extend(list.iter().map(|name| format!("{bank} {name}\n")));
        }
        if files::replace(&self.file, &files::with_checksum(&text)).is_ok() {
            fold.remembered = fold.position;
        }
    }
}

impl Fold {
    fn apply(&mut self, note: &Note) {
        let (Ok(bank), Ok(names)) = (u32::try_from(note.subject), std::str::from_utf8(&note.body)) else {
            return; // Not ours: `add` makes none like it.
        };
        if note.topic == Topic::ACTIVITIES {
            add_new(self.lists.entry(BankNumber::new(bank)).or_default(), names.lines());
        }
    }
}

fn add_new<'a>(list: &mut Vec<String>, names: impl Iterator<Item = &'a str>) {
    for name in names {
        if !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }
}

/// What was remembered, if it is whole and belongs to these books.
fn remembered(bytes: &[u8], reader: &dyn JournalReader) -> Option<Fold> {
    let mut lines = files::without_checksum(bytes)?.lines();
    if lines.next()? != MAGIC {
        return None;
    }
    let position = Sequence::new(lines.next()?.parse().ok()?);
    let hash = files::hash_from_hex(lines.next()?)?;
    if position > reader.tip().position || batch_hash_at(reader, position).ok()?? != hash {
        return None;
    }
    let mut fold = Fold { position, remembered: position, lists: BTreeMap::new() };
    for line in lines {
        let (bank, name) = line.split_once(' ')?;
        fold.lists.entry(BankNumber::new(bank.parse().ok()?)).or_default().push(name.to_owned());
    }
    Some(fold)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Command, OwnerNumber, RequestId, RequestKey, Scope};
    use crate::journal::MemoryJournal;
    use crate::ledger::{Ledger, Options};

    /// Books in memory, and what is asked of them.
    struct Desk {
        ledger: Ledger,
        folder: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let journal = Box::new(MemoryJournal::new());
            let options = Options { on_failure: Box::new(|_| {}), ..Options::default() };
            let ledger = Ledger::open(journal, options).unwrap();
            Self { ledger, folder: tempfile::tempdir().unwrap() }
        }

        fn activities(&self) -> Activities {
            let file = self.folder.path().join("activities");
            Activities::new(Arc::clone(self.ledger.books().journal()), file)
        }

        fn write(&self, note: Note) {
            let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::fresh() };
            self.ledger.post(Command::new(key, OwnerNumber::OPERATOR, Action::Note(note))).unwrap();
        }

        fn add(&self, activities: &Activities, bank: u32, names: &[&str]) {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            let note = activities.add(BankNumber::new(bank), &names, self.ledger.position());
            self.write(note.unwrap());
        }

        fn list(&self, activities: &Activities, bank: u32) -> Vec<String> {
            activities.list(BankNumber::new(bank), self.ledger.position()).unwrap()
        }
    }

    /// Goal: a name gets the next number of its bank's list and keeps it; other notes change nothing.
    #[test]
    fn names_keep_their_numbers() {
        let desk = Desk::new();
        let activities = desk.activities();
        desk.add(&activities, 1, &["gardening", "transport"]);
        desk.add(&activities, 2, &["transport"]);
        desk.write(Note { topic: Topic::new(9), subject: 1, body: b"cooking".as_slice().into() });
        desk.add(&activities, 1, &["transport", "befriending", "befriending"]);
        assert_eq!(desk.list(&activities, 1), ["gardening", "transport", "befriending"]);
        assert_eq!(desk.list(&activities, 2), ["transport"]);
        assert!(desk.list(&activities, 3).is_empty());
        assert_eq!(desk.list(&desk.activities(), 1), desk.list(&activities, 1), "read from the beginning");
    }

    /// Goal: what cannot be a name, or would be one too many, is said before anything is written.
    /// Method: the values next to each bound.
    #[test]
    fn bounds_of_names_and_lists() {
        let desk = Desk::new();
        let activities = desk.activities();
        let add = |names: &[String]| activities.add(BankNumber::new(1), names, desk.ledger.position());
        let many =
            |from: usize, count: usize| (from..from + count).map(|n| n.to_string()).collect::<Vec<_>>();
        for bad in ["", " a", "a\n", &"x".repeat(65)] {
            assert!(matches!(add(&[bad.to_owned()]), Err(ActivitiesError::Name)), "{bad:?}");
        }
        assert!(add(&["x".repeat(64)]).is_ok());
        assert!(matches!(add(&[]), Err(ActivitiesError::Count)));
        assert!(matches!(add(&many(0, 51)), Err(ActivitiesError::Count)));
        for from in (0..1_000).step_by(50) {
            desk.write(add(&many(from, 50)).unwrap());
        }
        assert!(add(&many(999, 1)).is_ok(), "it is in the list already");
        assert!(matches!(add(&many(1_000, 1)), Err(ActivitiesError::Full)));
    }

    /// Goal: what is remembered is believed only of these books and as it was written.
    /// Method: the file of these books, of others with the same position, and with a changed byte.
    #[test]
    fn only_its_own_books_are_believed() {
        let (desk, other) = (Desk::new(), Desk::new());
        let remember = |desk: &Desk, name: &str| {
            let activities = desk.activities();
            desk.add(&activities, 1, &[name]);
            let mut fold = activities.through(desk.ledger.position()).unwrap();
            activities.remember(&mut fold);
        };
        remember(&desk, "gardening");
        remember(&other, "cooking");
        let file = desk.folder.path().join("activities");
        let (own, reader) = (std::fs::read(&file).unwrap(), Arc::clone(desk.ledger.books().journal()));
        assert_eq!(remembered(&own, &*reader).unwrap().position, Sequence::new(1));
        let others = std::fs::read(other.folder.path().join("activities")).unwrap();
        assert_eq!(remembered(&others, &*reader), None);
        for place in 0..own.len() {
            let mut bent = own.clone();
            bent[place] ^= 1;
            assert_eq!(remembered(&bent, &*reader), None, "byte {place}");
        }
        std::fs::write(&file, others).unwrap();
        assert_eq!(desk.list(&desk.activities(), 1), ["gardening"]);
    }
}
