//! Reading the small formats of this folder: what is not exactly what was written is an error.

use crate::domain::OwnerNumber;

/// Why bytes are not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBytes {
    /// Written by a later Hourbook.
    #[error("format {0} is newer than this program")]
    Newer(u8),
    /// Not what was written.
    #[error("it is damaged")]
    Damaged,
}

/// Bytes, read from the front. Numbers are little-endian.
pub(in crate::directory) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// What follows the number of `format`, the only one this program knows.
    pub(in crate::directory) fn new(bytes: &'a [u8], format: u8) -> Result<Self, BadBytes> {
        match bytes.split_first() {
            Some((found, rest)) if *found == format => Ok(Self(rest)),
            Some((newer, _)) if *newer > format => Err(BadBytes::Newer(*newer)),
            Some(_) | None => Err(BadBytes::Damaged),
        }
    }

    pub(in crate::directory) const fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::directory) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(in crate::directory) fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(in crate::directory) fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    pub(in crate::directory) fn signed(&mut self) -> Option<i32> {
        self.take().map(i32::from_le_bytes)
    }

    pub(in crate::directory) fn short(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    pub(in crate::directory) fn long(&mut self) -> Option<i64> {
        self.take().map(i64::from_le_bytes)
    }

    /// Not the operator, who is nobody's representative and nobody's member.
    pub(in crate::directory) fn owner(&mut self) -> Option<OwnerNumber> {
        self.number().map(OwnerNumber::new).filter(|owner| *owner != OwnerNumber::OPERATOR)
    }

    /// Length u8, then UTF-8.
    pub(in crate::directory) fn text(&mut self) -> Option<&'a str> {
        let length = usize::from(self.byte()?);
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    /// All that is left.
    pub(in crate::directory) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}

/// The number of a value in the journal: its place in the list of all, from 1.
pub(in crate::directory) fn number_of<T: PartialEq>(all: &[T], value: T) -> u8 {
    let place = all.iter().position(|one| *one == value).unwrap_or_default(); // All are in their list.
    u8::try_from(place.saturating_add(1)).unwrap_or(u8::MAX)
}

/// The value with a number in the journal.
pub(in crate::directory) fn one_of<T: Copy>(all: &[T], number: u8) -> Option<T> {
    all.get(usize::from(number.checked_sub(1)?)).copied()
}
