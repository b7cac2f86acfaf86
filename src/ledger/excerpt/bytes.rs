//! The bytes of an excerpt.
//!
//! ```text
//! file      a line of text that says which entries | segment | segment | …
//! segment   length of the rest u32 LE | its CRC-32 u32 LE | through varint | hash | record | record | …
//! record    sequence varint | recorded_at zigzag varint | length varint | bytes as in the journal
//! ```
//!
//! A segment says that it and those before it have everything through one entry; the hash is that of the batch which
//! holds this entry. Sequences only rise. What comes after the last whole segment is not there.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::domain::{Sequence, Timestamp};
use crate::journal::codec::wire::{DecodeError, Reader, Writer};
use crate::journal::{Hash, JournalReader, RECORD_BYTES_MAX, StoredRecord};
use crate::ledger::checkpoint::batch_hash_over;

/// A segment is written at the latest when its records are so long, in bytes.
pub const SEGMENT_BYTES: usize = 1 << 20;
/// The longest there is: one record more, and what stands before records.
const SEGMENT_BYTES_MAX: usize = SEGMENT_BYTES + RECORD_BYTES_MAX + 128;
/// Length and checksum.
const HEAD_BYTES: u64 = 8;

const _: () = assert!(SEGMENT_BYTES_MAX < u32::MAX as usize);

/// Why a file is not believed.
#[derive(Debug, thiserror::Error)]
pub enum NotBelieved {
    /// There is none.
    #[error("there is none")]
    Missing,
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(io::Error),
    /// Its first line is another.
    #[error("another version wrote it, or it is of other entries")]
    Another,
    /// It has no whole segment.
    #[error("it is damaged")]
    Damaged,
    /// The journal has another batch there, or none.
    #[error("it is of other books")]
    Foreign,
    /// Its entries cannot be folded.
    #[error("what it says does not follow: {0}")]
    Nonsense(String),
}

/// A file that is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Everything through this entry is in it.
    pub through: Sequence,
    /// Where the next segment goes, bytes from its start: a last segment without records is written over.
    pub end: u64,
    /// Whether something came after the last whole segment.
    pub was_cut: bool,
}

/// Adds a record to the records of a segment.
pub fn put(records: &mut Vec<u8>, sequence: Sequence, recorded_at: Timestamp, record: &[u8]) {
    let mut writer = Writer::new(records);
    writer.unsigned(sequence.get());
    writer.signed(recorded_at.micros());
    writer.block(record);
}

/// A segment of these records.
pub fn segment(through: Sequence, hash: &Hash, records: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(records.len().saturating_add(64));
    let mut writer = Writer::new(&mut body);
    writer.unsigned(through.get());
    writer.raw(hash);
    writer.raw(records);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX); // At most SEGMENT_BYTES_MAX.
    [&length.to_le_bytes()[..], &crc32fast::hash(&body).to_le_bytes(), &body].concat()
}

/// Reads a file whose first line must be `first_line`, and shows `visit` each record.
///
/// # Errors
/// [`NotBelieved`]; records may have been visited before.
pub fn read(
    file: &Path,
    first_line: &str,
    reader: &dyn JournalReader,
    mut visit: impl FnMut(&StoredRecord<'_>) -> Result<(), String>,
) -> Result<Found, NotBelieved> {
    let file = File::open(file).map_err(|error| {
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        if is_missing { NotBelieved::Missing } else { NotBelieved::Io(error) }
    })?;
    let mut bytes = BufReader::with_capacity(SEGMENT_BYTES, file);
    let mut line = vec![0; first_line.len()];
    if bytes.read_exact(&mut line).is_err() || line != first_line.as_bytes() {
        return Err(NotBelieved::Another);
    }
    let mut offset = u64::try_from(line.len()).unwrap_or(u64::MAX);
    let mut end = offset;
    let mut last: Option<(Sequence, Hash)> = None;
    let mut newest = Sequence::ZERO;
    let was_cut = loop {
        let body = match next_body(&mut bytes).map_err(NotBelieved::Io)? {
            Next::End => break false,
            Next::NotWhole => break true,
            Next::Body(body) => body,
        };
        let mut records = Reader::new(&body);
        let Some((through, hash)) = start(&mut records, last.map_or(Sequence::ZERO, |(before, _)| before))
        else {
            return Err(NotBelieved::Damaged);
        };
        let has_none = records.finish().is_ok();
        while records.finish().is_err() {
            let record = record(&mut records).map_err(|_| NotBelieved::Damaged)?;
            if record.sequence <= newest || record.sequence > through {
                return Err(NotBelieved::Damaged);
            }
            newest = record.sequence;
            visit(&record).map_err(NotBelieved::Nonsense)?;
        }
        last = Some((through, hash));
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
        let start_of_it = offset;
        offset = offset.saturating_add(HEAD_BYTES).saturating_add(length);
        end = if has_none { start_of_it } else { offset };
    };
    let (through, hash) = last.ok_or(NotBelieved::Damaged)?;
    let is_ours = through <= reader.tip().position
        && matches!(batch_hash_over(reader, through), Ok(Some(found)) if found == hash);
    if is_ours { Ok(Found { through, end, was_cut }) } else { Err(NotBelieved::Foreign) }
}

enum Next {
    Body(Vec<u8>),
    End,
    NotWhole,
}

fn next_body(bytes: &mut impl Read) -> io::Result<Next> {
    let mut head = Vec::new();
    bytes.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let Some((length, checksum)) = head.split_first_chunk::<4>() else {
        return Ok(if head.is_empty() { Next::End } else { Next::NotWhole });
    };
    let Ok(checksum) = <[u8; 4]>::try_from(checksum) else { return Ok(Next::NotWhole) };
    let length = u32::from_le_bytes(*length);
    let wanted = usize::try_from(length).unwrap_or(usize::MAX);
    if wanted > SEGMENT_BYTES_MAX {
        return Ok(Next::NotWhole);
    }
    let mut body = Vec::with_capacity(wanted);
    bytes.by_ref().take(u64::from(length)).read_to_end(&mut body)?;
    let is_whole = body.len() == wanted && crc32fast::hash(&body) == u32::from_le_bytes(checksum);
    Ok(if is_whole { Next::Body(body) } else { Next::NotWhole })
}

/// Through which entry a segment goes, not less than the one before it, and what vouches for that.
fn start(records: &mut Reader<'_>, before: Sequence) -> Option<(Sequence, Hash)> {
    let through = Sequence::new(records.unsigned("through").ok()?);
    let hash = records.array("hash").ok()?;
    (through >= before && !through.is_zero()).then_some((through, hash))
}

fn record<'a>(records: &mut Reader<'a>) -> Result<StoredRecord<'a>, DecodeError> {
    Ok(StoredRecord {
        sequence: Sequence::new(records.unsigned("sequence")?),
        recorded_at: Timestamp::from_micros(records.signed("recorded at")?),
        bytes: records.block(RECORD_BYTES_MAX, "record")?.into(),
    })
}
