//! Files out of the page cache, so that what is read next comes from the disk.

/// Whether the page cache could be emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    Yes,
    /// Only root may; figures after it are warm.
    NotAllowed,
}

impl Dropped {
    /// For the output.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Yes => "page cache dropped",
            Self::NotAllowed => "page cache NOT dropped (only root may): these figures are warm",
        }
    }
}

/// Writes everything out, then drops clean pages, directory entries and inodes of the whole machine.
pub fn drop_caches() -> Dropped {
    rustix::fs::sync();
    if std::fs::write("/proc/sys/vm/drop_caches", "3\n").is_ok() { Dropped::Yes } else { Dropped::NotAllowed }
}
