//! When keys were used last: a small file of this machine, written at most once a minute.
//!
//! Losing it costs nothing, so nothing waits for the disk, and what cannot be read or written is left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::caller::CredentialNumber;
use crate::journal::files;

const MAGIC: &str = "hourbook last used 1";

/// Minutes since 1970 by credential.
pub type Minutes = BTreeMap<CredentialNumber, u32>;

/// The file.
#[derive(Debug)]
pub struct LastUsed {
    path: PathBuf,
    written: Minutes,
}

impl LastUsed {
    /// What the file at `path` says; nothing if it is not there or not whole.
    #[must_use]
    pub fn open(path: PathBuf) -> Self {
        let written = std::fs::read(&path).ok().and_then(|bytes| parse(&bytes)).unwrap_or_default();
        Self { path, written }
    }

    /// When `number` was used last, in minutes since 1970.
    #[must_use]
    pub fn minutes(&self, number: CredentialNumber) -> Option<u32> {
        self.written.get(&number).copied()
    }

    /// Writes the file, if there is something new.
    pub fn write(&mut self, now: Minutes) {
        if now == self.written {
            return;
        }
        let lines = now.iter().map(|(number, minutes)| format!("{} {minutes}\n", number.get()));
        let text = lines.fold(format!("{MAGIC}\n"), |text, line| text + &line);
        if put(&self.path, &files::with_checksum(&text)).is_ok() {
            self.written = now;
        }
    }
}

/// Whole or not at all for readers, but not synced: a power cut may take it.
fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = files::temporary(path);
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}

fn parse(bytes: &[u8]) -> Option<Minutes> {
    let lines = files::without_checksum(bytes)?.strip_prefix(MAGIC)?.strip_prefix('\n')?.lines();
    let read = |line: &str| {
        let (number, minutes) = line.split_once(' ')?;
        Some((CredentialNumber::new(number.parse().ok()?), minutes.parse().ok()?))
    };
    lines.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what was written is read; a file that is not whole says nothing and is no obstacle.
    #[test]
    fn the_file_is_read_or_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("last-used");
        let (one, two) = (CredentialNumber::new(1), CredentialNumber::new(2));
        let mut used = LastUsed::open(path.clone());
        assert_eq!(used.minutes(one), None);
        used.write(Minutes::from([(one, 29_000_000), (two, 1)]));
        let again = LastUsed::open(path.clone());
        assert_eq!((again.minutes(one), again.minutes(two)), (Some(29_000_000), Some(1)));
        let mut bent = std::fs::read(&path).unwrap();
        bent[25] ^= 1;
        std::fs::write(&path, bent).unwrap();
        let mut used = LastUsed::open(path.clone());
        assert_eq!(used.minutes(one), None);
        used.write(Minutes::from([(two, 5)]));
        assert_eq!(LastUsed::open(path).minutes(two), Some(5));
    }
}
