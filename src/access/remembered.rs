//! The notes of ours in a derived file, so that a start need not read the journal from its beginning.
//!
//! The file says up to which entry it knows all notes of the topic, with the hash of the batch that ends
//! there, which vouches that these are the books it was made of. It may be deleted at any time.
//!
//! It proves nothing to anybody who can write in the data directory, nor does the journal beside it: who can
//! write there owns the network.

use std::path::Path;

use super::register::Written;
use crate::domain::{Action, Note, OwnerNumber, Sequence, Timestamp, Topic};
use crate::journal::{JournalReader, files};
use crate::ledger::checkpoint::batch_hash_at;
use crate::ledger::recovery::{self, RecoveryError};

const MAGIC: &str = "hourbook credentials 2";

/// All notes of ours up to an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The end of a batch; zero for nothing.
    pub through: Sequence,
    /// In the order they were written.
    pub notes: Vec<Written>,
}

impl Remembered {
    /// What the file says, if it is whole and of these books; else nothing.
    #[must_use]
    pub fn read(file: &Path, reader: &dyn JournalReader) -> Self {
        std::fs::read(file).ok().and_then(|bytes| parse(&bytes, reader)).unwrap_or_default()
    }

    /// Reads on in the journal through entry `position`.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal cannot be read.
    pub fn read_on(&mut self, reader: &dyn JournalReader, position: Sequence) -> Result<(), RecoveryError> {
        recovery::each_record(reader, self.through.next(), position, |record| {
            if let Some(entry) = recovery::decode_unless_plain(&record)?
                && let Action::Note(note) = &entry.command.action
                && note.topic == Topic::CREDENTIAL
            {
                self.notes.push(Written::of(&entry, note));
            }
            self.through = record.sequence;
            Ok(())
        })
    }

    /// Writes the file. That it cannot be written only makes the next start longer, so nobody is told; says
    /// whether it was.
    #[must_use]
    pub fn write(&self, file: &Path, reader: &dyn JournalReader) -> bool {
        // Everybody's position is the end of a batch.
        let Ok(Some(hash)) = batch_hash_at(reader, self.through) else { return false };
        let mut text = format!("{MAGIC}\n{}\n{}\n", self.through, files::hex(&hash));
        for Written { sequence, recorded_at, actor, note } in &self.notes {
            let (micros, body) = (recorded_at.micros(), files::hex(&note.body));
            text.push_str(&format!("{sequence} {micros} {actor} {} {body}\n", note.subject));
        }
        files::replace(file, &files::with_checksum(&text)).is_ok()
    }
}

fn parse(bytes: &[u8], reader: &dyn JournalReader) -> Option<Remembered> {
    let mut lines = files::without_checksum(bytes)?.lines();
    if lines.next()? != MAGIC {
        return None;
    }
    let through = Sequence::new(lines.next()?.parse().ok()?);
    let hash = files::hash_from_hex(lines.next()?)?;
    if through > reader.tip().position || batch_hash_at(reader, through).ok()?? != hash {
        return None;
    }
    let notes = lines.map(note_of).collect::<Option<_>>()?;
    Some(Remembered { through, notes })
}

fn note_of(line: &str) -> Option<Written> {
    let mut words = line.split(' ');
    let sequence = Sequence::new(words.next()?.parse().ok()?);
    let recorded_at = Timestamp::from_micros(words.next()?.parse().ok()?);
    let actor = OwnerNumber::new(words.next()?.parse().ok()?);
    let subject = words.next()?.parse().ok()?;
    let (pairs, rest) = words.next()?.as_bytes().as_chunks::<2>();
    let body = pairs.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    let body = body.collect::<Option<Vec<_>>>()?.into_boxed_slice();
    let is_all = words.next().is_none() && rest.is_empty();
    is_all.then_some(Written {
        sequence,
        recorded_at,
        actor,
        note: Note { topic: Topic::CREDENTIAL, subject, body },
    })
}
