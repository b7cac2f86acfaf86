//! What goes from the model's poster to its committer.

use super::asked::Asked;

/// Entries by their numbers, and who waits.
#[derive(Debug, Default)]
pub struct Batch {
    pub entries: Vec<u64>,
    /// With the position each answer rests on.
    pub asked: Vec<(Asked, u64)>,
    /// Which buffer this is, from 1; zero for one that was never filled.
    pub buffer: usize,
}
