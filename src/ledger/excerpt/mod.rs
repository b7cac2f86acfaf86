//! Excerpts: the few entries that one fold reads of the books, copied out, so that a start need not look through
//! millions of others for them.
//!
//! Whoever makes state of some entries (keys, people, what is open) begins with an excerpt and reads on in the journal
//! from there. Kept are records as they stand in the journal, and not what was made of them: folding them again
//! cannot disagree with the fold, and what is sealed in them stays sealed.
//!
//! - Derived: a file may be deleted at any time. One that is damaged, of other books or of another choice of entries is
//!   not believed; then everything is read from the journal, and one log line says so.
//! - A file says through which entry it has everything. The hash of the batch that holds this entry vouches that these
//!   are the books it was made of.
//! - A kill may cut it anywhere: what is whole before that counts.
//! - A file is added to and grows with what is chosen. Whoever keeps only what is open writes it anew now and then.
//! - It proves nothing to anybody who can write in the data directory, nor does the journal beside it.
//!
//! Memory: a mebibyte and one record wait to be written.

mod bytes;
#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::checkpoint::batch_hash_over;
use super::recovery::{self, RecoveryError};
use crate::domain::{Entry, Form, Sequence, Topic};
use crate::journal::{Hash, JournalReader, Record, StoredRecord, codec, files};
use bytes::{Found, NotBelieved, SEGMENT_BYTES};

/// Raised whenever the bytes of a file change their meaning.
const FORMAT: u32 = 1;
/// What is open is written anew once more than one of so many was taken since.
const TAKEN_SHARE: u64 = 8;

/// Which entries a fold reads: by their form, or by the topic of their note or of what is kept beside them.
///
/// It stands at the start of a file: with another choice the file is another one.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Whose it is.
    pub name: &'static str,
    /// Entries of these forms, whatever they say.
    pub forms: &'static [Form],
    /// Entries with one of these topics, whatever their form.
    pub topics: &'static [Topic],
}

impl Choice {
    fn takes(&self, record: &StoredRecord<'_>) -> Result<bool, RecoveryError> {
        let unread = |source| RecoveryError::Entry { sequence: record.sequence, source };
        let seen = codec::glance(&record.bytes, record.recorded_at).map_err(unread)?;
        let mut topics = [seen.note, seen.beside].into_iter().flatten();
        Ok(self.forms.contains(&seen.form) || topics.any(|topic| self.topics.contains(&topic)))
    }

    fn first_line(&self) -> String {
        let forms = self.forms.iter().map(|form| format!(" {form:?}")).collect::<String>();
        let topics = self.topics.iter().map(|topic| format!(" {}", topic.get())).collect::<String>();
        format!("hourbook excerpt {FORMAT}, {}: forms{forms}; topics{topics}\n", self.name)
    }
}

/// An excerpt in its file, and how far it was read on.
#[derive(Debug)]
pub struct Excerpt {
    choice: Choice,
    file: PathBuf,
    /// The last entry that was looked at.
    seen: Sequence,
    /// Through which entry the file has everything; zero for no file.
    written: Sequence,
    /// Where the next segment goes, bytes from the start of the file.
    end: u64,
    /// Records that are not in the file yet.
    waiting: Vec<u8>,
    /// How many entries were taken since the file was written.
    taken: u64,
    /// Records that were to be written could not: the file stays as it is until the next start.
    is_given_up: bool,
}

impl Excerpt {
    /// Folds what `file` keeps, if it is of the books that `reader` reads; else nothing. Read on from there.
    pub fn open<T: Default, E: Display>(
        choice: Choice,
        file: PathBuf,
        reader: &dyn JournalReader,
        mut fold: impl FnMut(&mut T, &Entry) -> Result<(), E>,
    ) -> (Self, T) {
        let mut folded = T::default();
        let read = bytes::read(&file, &choice.first_line(), reader, |record| {
            let entry = recovery::decode(record).map_err(|error| error.to_string())?;
            fold(&mut folded, &entry).map_err(|error| error.to_string())
        });
        let (through, end) = match read {
            Ok(Found { through, end, was_cut }) => {
                if was_cut {
                    tracing::warn!(file = %file.display(), %through, "the file is cut off; what follows is read from the journal");
                }
                (through, end)
            }
            Err(why) => {
                say_why(&file, &why, reader);
                folded = T::default();
                (Sequence::ZERO, 0)
            }
        };
        let excerpt = Self {
            choice,
            file,
            seen: through,
            written: through,
            end,
            waiting: Vec::new(),
            taken: 0,
            is_given_up: false,
        };
        (excerpt, folded)
    }

    /// The last entry that was looked at.
    #[must_use]
    pub const fn seen(&self) -> Sequence {
        self.seen
    }

    /// Shows `visit` what was chosen of the entries through `position`. After an error it stands before the entry that
    /// is bad.
    ///
    /// # Errors
    /// What `visit` says, or that the journal cannot be read.
    pub fn read_on<E: From<RecoveryError>>(
        &mut self,
        reader: &dyn JournalReader,
        position: Sequence,
        mut visit: impl FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut bad = None;
        recovery::each_record(reader, self.seen.next(), position, |record| {
            if bad.is_some() {
                return Ok(());
            }
            let is_chosen = self.choice.takes(&record)?;
            if is_chosen && let Err(error) = visit(&recovery::decode(&record)?) {
                bad = Some(error);
                return Ok(());
            }
            self.seen = record.sequence;
            if is_chosen {
                self.take(reader, &record);
            }
            Ok(())
        })?;
        bad.map_or(Ok(()), Err)
    }

    /// The same for whoever wrote the only entry that was chosen since, and has folded it.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal cannot be read; then nothing is known of it here.
    pub fn take_written(
        &mut self,
        reader: &dyn JournalReader,
        sequence: Sequence,
    ) -> Result<(), RecoveryError> {
        let missing = RecoveryError::NotDense { expected: sequence, found: Sequence::ZERO };
        let Record { sequence, recorded_at, bytes } = reader.record(sequence)?.ok_or(missing)?;
        self.seen = self.seen.max(sequence);
        self.take(reader, &StoredRecord { sequence, recorded_at, bytes: bytes.into() });
        Ok(())
    }

    /// The same where nothing was chosen of the entries through `position`.
    pub fn pass(&mut self, position: Sequence) {
        self.seen = self.seen.max(position);
    }

    /// Adds to the file what is not in it yet, if there is something, or if `every` other entries were seen since.
    /// That it cannot be written only makes the next start longer, so nobody is told.
    pub fn add(&mut self, reader: &dyn JournalReader, every: u64) {
        if !self.waiting.is_empty() || self.is_far(every) {
            let _tried_again_next_time = self.append(reader);
        }
    }

    /// Writes the file anew with the entries `open` alone, in their order, if much has changed, or if `every` other
    /// entries were seen since. For whoever keeps what is open.
    pub fn keep_only(&mut self, reader: &dyn JournalReader, every: u64, open: &[Sequence]) {
        let share = self.taken.saturating_mul(TAKEN_SHARE);
        let much = self.taken > 0 && share >= u64::try_from(open.len()).unwrap_or(u64::MAX);
        if much || self.is_far(every) {
            let _tried_again_next_time = self.write_anew(reader, open);
        }
    }

    fn is_far(&self, every: u64) -> bool {
        self.seen.get().saturating_sub(self.written.get()) >= every.max(1)
    }

    fn take(&mut self, reader: &dyn JournalReader, record: &StoredRecord<'_>) {
        self.taken = self.taken.saturating_add(1);
        if self.is_given_up {
            return;
        }
        bytes::put(&mut self.waiting, record.sequence, record.recorded_at, &record.bytes);
        if self.waiting.len() >= SEGMENT_BYTES && self.append(reader).is_none() {
            self.is_given_up = true;
            self.waiting = Vec::new();
        }
    }

    fn hash_at(&self, reader: &dyn JournalReader, position: Sequence) -> Option<Hash> {
        if position.is_zero() { None } else { batch_hash_over(reader, position).ok().flatten() }
    }

    fn append(&mut self, reader: &dyn JournalReader) -> Option<()> {
        if self.is_given_up {
            return None;
        }
        let hash = self.hash_at(reader, self.seen)?;
        let segment = bytes::segment(self.seen, &hash, &self.waiting);
        let mut start = self.end;
        if start == 0 {
            let first_line = self.choice.first_line().into_bytes();
            start = u64::try_from(first_line.len()).ok()?;
            files::replace(&self.file, &[first_line, segment.clone()].concat()).ok()?;
        } else {
            write_at(&self.file, start, &segment).ok()?;
        }
        // One without records is written over by the next.
        let length = if self.waiting.is_empty() { 0 } else { u64::try_from(segment.len()).ok()? };
        self.end = start.saturating_add(length);
        self.written = self.seen;
        self.waiting.clear();
        self.taken = 0;
        Some(())
    }

    fn write_anew(&mut self, reader: &dyn JournalReader, open: &[Sequence]) -> Option<()> {
        let (seen, last_hash) = (self.seen, self.hash_at(reader, self.seen)?);
        let unreadable = || io::Error::other("an entry that is open cannot be read");
        let mut end = 0;
        files::replace_with(&self.file, |file| {
            file.write_all(self.choice.first_line().as_bytes())?;
            let mut records = Vec::new();
            for sequence in open {
                let record = reader.record(*sequence).ok().flatten().ok_or_else(unreadable)?;
                bytes::put(&mut records, *sequence, record.recorded_at, &record.bytes);
                if records.len() >= SEGMENT_BYTES {
                    // By itself it goes no further: what ended later is not in it.
                    let hash = self.hash_at(reader, *sequence).ok_or_else(unreadable)?;
                    file.write_all(&bytes::segment(*sequence, &hash, &records))?;
                    records.clear();
                }
            }
            file.write_all(&bytes::segment(seen, &last_hash, &records))?;
            end = file.stream_position()?;
            Ok(())
        })
        .ok()?;
        (self.written, self.end, self.taken) = (seen, end, 0);
        self.waiting.clear();
        self.is_given_up = false; // What could not be added is in it.
        Some(())
    }
}

/// Writes a segment where the last one ended; what was behind it is gone first.
fn write_at(file: &Path, start: u64, segment: &[u8]) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).open(file)?;
    file.set_len(start)?;
    file.seek(SeekFrom::Start(start))?;
    file.write_all(segment)?;
    file.sync_data()
}

fn say_why(file: &Path, why: &NotBelieved, reader: &dyn JournalReader) {
    if matches!(why, NotBelieved::Missing) && reader.tip().position.is_zero() {
        return; // Books nobody has written in yet have none.
    }
    tracing::warn!(file = %file.display(), %why, "a derived file is made anew from the journal");
}
