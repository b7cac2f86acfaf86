//! Banks' lists of activities: notes that add names, folded into numbers.
//!
//! A note of topic `ACTIVITIES` holds names for the bank it names, one a line; each that is not in the bank's list
//! yet gets the next number. So the numbers follow from the journal alone.
//!
//! The list has two levels. A line that begins with a tab is under the last line before it that does not:
//!
//! ```text
//! gardening
//! \tmowing
//! \thedges
//! transport
//! ```
//!
//! - A name stands in a list once, whichever its level, and keeps its number and its place.
//! - What would be on a third level is under the parent of the activity it was put under.
//!
//! The fold is brought up to date when it is asked, from where it was: nothing waits for it and it keeps no
//! thread. A start begins with an excerpt of the books (`derived/activities`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::default_activities::DEFAULT_ACTIVITIES;
use crate::domain::note::NOTE_BYTES_MAX;
use crate::domain::{Action, BankNumber, Entry, Note, Sequence, Topic};
use crate::journal::JournalReader;
use crate::ledger::Ledger;
use crate::ledger::excerpt::{Choice, Excerpt};
use crate::ledger::recovery::RecoveryError;

/// At most this many activities in a bank's list.
pub const ACTIVITIES_MAX: usize = 1_000;
/// At most this many names in one note.
pub const NAMES_PER_NOTE_MAX: usize = 50;
/// A name has at most this many bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// What is read of the books.
const CHOICE: Choice = Choice { name: "activities", forms: &[], topics: &[Topic::ACTIVITIES] };
/// The excerpt says anew how far it goes after so many entries without anything for it.
const REMEMBERED_EVERY: u64 = 100_000;
/// Begins the line of a name under another; no name has one.
const UNDER: char = '\t';

const _: () =
    assert!((NAMES_PER_NOTE_MAX + 1) * (NAME_BYTES_MAX + 2) <= NOTE_BYTES_MAX, "with the parent's name");
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
    /// The parent is not in the list, or is under another itself.
    #[error("a parent must be in the bank's list and not be under another itself")]
    Parent,
    /// A name to be under one parent that is elsewhere in the list already.
    #[error("a name is in the bank's list already, and not under this parent")]
    Elsewhere,
    /// The list would pass its maximum.
    #[error("a bank's list holds at most {ACTIVITIES_MAX} activities")]
    Full,
    /// The journal cannot be read.
    #[error(transparent)]
    Unreadable(#[from] RecoveryError),
}

/// What help is for, in one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// What it is called; nothing else in the list is called the same.
    pub name: String,
    /// The number of the activity it is under, which is under none itself.
    pub parent: Option<u16>,
}

/// Every bank's list.
pub struct Activities {
    reader: Arc<dyn JournalReader>,
    fold: Mutex<(Fold, Excerpt)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fold {
    lists: BTreeMap<BankNumber, Vec<Activity>>,
}

impl Activities {
    /// Lists of the books that `reader` reads, as far as can be from the excerpt in `file`.
    #[must_use]
    pub fn open(reader: Arc<dyn JournalReader>, file: PathBuf) -> Self {
        let (excerpt, fold) = Excerpt::open(CHOICE, file, &*reader, Fold::apply_entry);
        Self { reader, fold: Mutex::new((fold, excerpt)) }
    }

    /// The list of `bank`, through entry `position`; the number of an activity is its place, from 1.
    ///
    /// # Errors
    /// [`ActivitiesError::Unreadable`].
    pub fn list(&self, bank: BankNumber, position: Sequence) -> Result<Vec<Activity>, ActivitiesError> {
        let fold = self.through(position)?;
        Ok(fold.0.lists.get(&bank).cloned().unwrap_or_default())
    }

    /// The note that adds `names` to the list of `bank`, under no other; those that are in it already keep their
    /// place. One at a time: whoever asks holds a lock until the note is written down, or two could pass the
    /// maximum together. The same for the two below.
    ///
    /// # Errors
    /// [`ActivitiesError`].
    pub fn add(
        &self,
        bank: BankNumber,
        names: &[String],
        position: Sequence,
    ) -> Result<Note, ActivitiesError> {
        check_names(names)?;
        self.note(bank, names.join("\n"), position)
    }

    /// The note that adds `names` to the list of `bank`, under the activity with the number `parent`.
    ///
    /// # Errors
    /// [`ActivitiesError`].
    pub fn add_under(
        &self,
        bank: BankNumber,
        parent: u16,
        names: &[String],
        position: Sequence,
    ) -> Result<Note, ActivitiesError> {
        check_names(names)?;
        let list = self.list(bank, position)?;
        let above = usize::from(parent).checked_sub(1).and_then(|place| list.get(place));
        let above = above.filter(|above| above.parent.is_none()).ok_or(ActivitiesError::Parent)?;
        let is_elsewhere = |known: &Activity| known.parent != Some(parent) && names.contains(&known.name);
        if list.iter().any(is_elsewhere) {
            return Err(ActivitiesError::Elsewhere);
        }
        let lines = names.iter().map(|name| format!("\n{UNDER}{name}"));
        self.note(bank, std::iter::once(above.name.clone()).chain(lines).collect(), position)
    }

    /// The note that adds the default list, [`DEFAULT_ACTIVITIES`], to that of `bank`. Names that are in it already
    /// keep their place, and so does what is under them.
    ///
    /// # Errors
    /// [`ActivitiesError::Full`], [`ActivitiesError::Unreadable`].
    pub fn add_default(&self, bank: BankNumber, position: Sequence) -> Result<Note, ActivitiesError> {
        let mut lines = Vec::new();
        for (parent, children) in DEFAULT_ACTIVITIES {
            lines.push((*parent).to_owned());
            lines.extend(children.iter().map(|child| format!("{UNDER}{child}")));
        }
        self.note(bank, lines.join("\n"), position)
    }

    fn note(&self, bank: BankNumber, body: String, position: Sequence) -> Result<Note, ActivitiesError> {
        let mut list = self.list(bank, position)?;
        add_new(&mut list, &body);
        if list.len() > ACTIVITIES_MAX {
            return Err(ActivitiesError::Full);
        }
        let body = body.into_bytes().into_boxed_slice();
        Ok(Note { topic: Topic::ACTIVITIES, subject: u64::from(bank.get()), body })
    }

    /// Writes what is new into the excerpt, or how far it goes if that is much further now. Blocking. That it could
    /// not be done only makes the next start longer.
    pub fn remember(&self, ledger: &Ledger) {
        self.remember_through(ledger.position(), REMEMBERED_EVERY);
    }

    fn remember_through(&self, position: Sequence, every: u64) {
        let mut fold = self.fold.lock().unwrap_or_else(PoisonError::into_inner);
        if position.get().saturating_sub(fold.1.seen().get()) >= every {
            let _told_to_who_asks = self.read_on(&mut fold, position);
        }
        fold.1.add(&*self.reader, every);
    }

    fn through(&self, position: Sequence) -> Result<MutexGuard<'_, (Fold, Excerpt)>, ActivitiesError> {
        let mut fold = self.fold.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_on(&mut fold, position)?;
        Ok(fold)
    }

    fn read_on(
        &self,
        (fold, excerpt): &mut (Fold, Excerpt),
        position: Sequence,
    ) -> Result<(), RecoveryError> {
        excerpt.read_on(&*self.reader, position, |entry| fold.apply_entry(entry))
    }
}

impl Drop for Activities {
    /// The next start is quick.
    fn drop(&mut self) {
        self.remember_through(self.reader.tip().position, 1);
    }
}

impl Fold {
    fn apply_entry(&mut self, entry: &Entry) -> Result<(), RecoveryError> {
        if let Action::Note(note) = &entry.command.action {
            self.apply(note);
        }
        Ok(())
    }

    fn apply(&mut self, note: &Note) {
        let (Ok(bank), Ok(body)) = (u32::try_from(note.subject), std::str::from_utf8(&note.body)) else {
            return; // Not ours: `add` makes none like it.
        };
        if note.topic == Topic::ACTIVITIES {
            add_new(self.lists.entry(BankNumber::new(bank)).or_default(), body);
        }
    }
}

fn check_names(names: &[String]) -> Result<(), ActivitiesError> {
    if !(1..=NAMES_PER_NOTE_MAX).contains(&names.len()) {
        return Err(ActivitiesError::Count);
    }
    let fits = |name: &String| {
        (1..=NAME_BYTES_MAX).contains(&name.len()) && name.trim() == name && !name.contains(char::is_control)
    };
    if names.iter().all(fits) { Ok(()) } else { Err(ActivitiesError::Name) }
}

/// Adds what a note says and is not in the list yet.
fn add_new(list: &mut Vec<Activity>, body: &str) {
    let mut above = None;
    for line in body.lines() {
        match line.strip_prefix(UNDER) {
            Some(name) => {
                listed(list, name, above);
            }
            None => above = listed(list, line, None),
        }
    }
}

/// Lists `name` where it is not yet. The number of the activity that whatever follows is under: its own, or that
/// of its parent.
fn listed(list: &mut Vec<Activity>, name: &str, parent: Option<u16>) -> Option<u16> {
    let known = list.iter().zip(1..).find(|(known, _)| known.name == name);
    if let Some((known, number)) = known {
        return known.parent.or(Some(number));
    }
    list.push(Activity { name: name.to_owned(), parent });
    parent.or(u16::try_from(list.len()).ok())
}

#[cfg(test)]
#[path = "activities_tests.rs"]
mod tests;
