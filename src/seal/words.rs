//! Plain bytes of a capability, before they are sealed and after they were opened.
//!
//! Knows no keys and no format: what the bytes mean is for their capability to say.

use std::fmt;

/// The most plain bytes of a capability that are sealed together; with eight owners they and their seal
/// are 4,066 bytes, which leaves a note 30 for what shows without a key. An attachment holds fewer: its
/// capability sees to that with [`super::sealed_length`].
pub const WORDS_BYTES_MAX: usize = 4_000;

/// What a capability says of people in a format of its own. Overwritten when it goes, never printed.
#[derive(PartialEq, Eq)]
pub struct Words(Vec<u8>); // Invariant: at most WORDS_BYTES_MAX.

/// More than is sealed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes are too many to seal together: at most {WORDS_BYTES_MAX}")]
pub struct WordsTooLong {
    /// How many.
    pub bytes: usize,
}

impl Words {
    /// These bytes, to seal.
    ///
    /// # Errors
    /// [`WordsTooLong`] above [`WORDS_BYTES_MAX`].
    pub fn new(bytes: Vec<u8>) -> Result<Self, WordsTooLong> {
        let words = Self(bytes);
        let bytes = words.0.len();
        if bytes > WORDS_BYTES_MAX { Err(WordsTooLong { bytes }) } else { Ok(words) }
    }

    /// The bytes, to read.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn take(mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Words {
    fn drop(&mut self) {
        self.0.fill(0);
        // Without this the compiler may leave out a write that nobody reads.
        std::hint::black_box(&self.0);
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} bytes)", self.0.len())
    }
}
