//! Bytes that must not be printed and are overwritten when they go.
//!
//! Limit: safe Rust cannot reach what the compiler left in registers, what was swapped out, or
//! copies inside the crypto library. Boxed, so that a move copies a pointer and not the secret.

use std::fmt;

/// `N` secret bytes on the heap.
pub struct Secret<const N: usize>(Box<[u8; N]>);

impl<const N: usize> Secret<N> {
    /// All zero, to be filled in place.
    #[must_use]
    pub fn zeroed() -> Self {
        Self(Box::new([0; N]))
    }

    /// The bytes, to read.
    #[must_use]
    pub fn bytes(&self) -> &[u8; N] {
        &self.0
    }

    /// The bytes, to fill.
    #[must_use]
    pub fn bytes_mut(&mut self) -> &mut [u8; N] {
        &mut self.0
    }
}

impl<const N: usize> Drop for Secret<N> {
    fn drop(&mut self) {
        self.0.fill(0);
        // Without this the compiler may leave out a write that nobody reads.
        std::hint::black_box(&self.0);
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} secret bytes")
    }
}
