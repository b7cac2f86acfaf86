//! Where the bytes of a data directory are.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use hourbook::journal::DataDirectory;
use serde::Serialize;

/// `st_blocks` counts these, whatever the file system's blocks are.
const BLOCK_BYTES: u64 = 512;

/// Bytes on disk by part: what is allocated, not how long files say they are.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Disk {
    pub journal_bytes: u64,
    pub derived_bytes: u64,
    pub checkpoints_bytes: u64,
    pub other_bytes: u64,
}

impl Disk {
    pub fn of(directory: &DataDirectory) -> Self {
        let [journal, derived, checkpoints] =
            [directory.journal(), directory.derived(), directory.checkpoints()].map(|path| allocated(&path));
        let all = allocated(directory.path());
        Self {
            journal_bytes: journal,
            derived_bytes: derived,
            checkpoints_bytes: checkpoints,
            other_bytes: all.saturating_sub(journal + derived + checkpoints),
        }
    }

    pub const fn total_bytes(self) -> u64 {
        self.journal_bytes + self.derived_bytes + self.checkpoints_bytes + self.other_bytes
    }
}

/// Of a file, or of everything in a folder. A file that goes away meanwhile counts nothing.
fn allocated(path: &Path) -> u64 {
    let Ok(about) = path.symlink_metadata() else { return 0 };
    let inside = if about.is_dir() { std::fs::read_dir(path).ok() } else { None };
    let inside: u64 = inside.into_iter().flatten().flatten().map(|entry| allocated(&entry.path())).sum();
    about.blocks() * BLOCK_BYTES + inside
}
