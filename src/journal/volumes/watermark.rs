//! How far the books were acknowledged, beside the volumes: `position u64 | hash 32 | crc32 u32`.
//!
//! Why: sled takes a damaged message in its log for the torn end of a crash and silently drops it
//! and everything after it. A volume that is still being written has no digest, so without this
//! word from outside a flipped bit could shorten the books, and nobody would know.
//!
//! Written after the sync of the batch and never synced itself, so it costs two microseconds and
//! is never ahead of the truth: after a power cut it may say less than is there, which is no
//! matter. A backup leaves it out; who puts older books back by hand deletes it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::super::{Hash, Tip, files};
use crate::domain::Sequence;

const FILE: &str = "acknowledged";
const BYTES: usize = 8 + 32 + 4;

/// The open file.
#[derive(Debug)]
pub(super) struct Watermark {
    file: File,
}

impl Watermark {
    /// Opens or creates the file in `journal`.
    pub fn open(journal: &Path) -> io::Result<Self> {
        let path = journal.join(FILE);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        files::sync_parent(&path)?;
        Ok(Self { file })
    }

    /// What it says; nothing if it was never written or was torn by a power cut.
    pub fn read(&self) -> io::Result<Option<(Sequence, Hash)>> {
        let mut bytes = [0; BYTES];
        match self.file.read_exact_at(&mut bytes, 0) {
            Ok(()) => Ok(parse(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// `tip` is acknowledged.
    pub fn write(&self, tip: &Tip) -> io::Result<()> {
        let mut bytes = [0; BYTES];
        let (body, crc) = bytes.split_at_mut(40);
        let (position, hash) = body.split_at_mut(8);
        position.copy_from_slice(&tip.position.get().to_le_bytes());
        hash.copy_from_slice(&tip.hash);
        crc.copy_from_slice(&crc32fast::hash(body).to_le_bytes());
        self.file.write_all_at(&bytes, 0)
    }
}

fn parse(bytes: &[u8; BYTES]) -> Option<(Sequence, Hash)> {
    let (body, crc) = bytes.split_last_chunk::<4>()?;
    let (position, hash) = body.split_first_chunk::<8>()?;
    let valid = crc32fast::hash(body) == u32::from_le_bytes(*crc);
    valid.then_some((Sequence::new(u64::from_le_bytes(*position)), hash.try_into().ok()?))
}
