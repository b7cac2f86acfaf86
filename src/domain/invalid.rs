//! A field that cannot be meant: told apart from a refusal, because no state of the books could
//! make it acceptable.

/// Which field is out of bounds, and the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {limit}")]
pub struct Invalid {
    /// The path of the field, in the words of the API.
    pub field: &'static str,
    /// What it must be, with units.
    pub limit: &'static str,
}
