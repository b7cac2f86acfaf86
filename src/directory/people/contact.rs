//! How somebody can be reached.

use std::fmt;

use crate::domain::Invalid;

/// A contact has at most this many bytes.
pub const CONTACT_BYTES_MAX: usize = 200;

/// By which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactKind {
    /// By phone, mobile or not.
    Phone,
    /// By email.
    Email,
    /// By letter, or at the door.
    Post,
    /// In another way: through a neighbour, at the café on Tuesdays.
    Other,
}

impl ContactKind {
    /// All, in the order of their numbers in the journal, from 1.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Email, Self::Post, Self::Other];
}

/// One way to reach somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    // Invariant: 1..=CONTACT_BYTES_MAX bytes, no spaces around, no control characters.
    kind: ContactKind,
    text: Box<str>,
}

impl Contact {
    /// What was typed, without the spaces around it.
    ///
    /// # Errors
    /// [`Invalid`] unless it has 1 to 200 bytes without control characters.
    pub fn new(kind: ContactKind, typed: &str) -> Result<Self, Invalid> {
        let text = typed.trim();
        let fits = (1..=CONTACT_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control);
        if fits {
            Ok(Self { kind, text: text.into() })
        } else {
            Err(Invalid { field: "contacts.text", limit: "1 to 200 bytes without control characters" })
        }
    }

    /// By which way.
    #[must_use]
    pub const fn kind(&self) -> ContactKind {
        self.kind
    }

    /// The number or address.
    #[must_use]
    pub const fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Contact {
    /// The length only: a contact must not reach a log by way of a `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {} bytes", self.kind, self.text.len())
    }
}
