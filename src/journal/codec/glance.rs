//! What a record is about, at a glance: for whoever looks for a few among millions.
//!
//! Everything else is passed over, a post with what `exchange` keeps beside it in a tenth of the time that its entry
//! takes. So this is not as strict as reading the entry: damage behind what is looked at is found by whoever reads on.

use super::action;
use super::head;
use super::wire::{DecodeError, Reader};
use crate::domain::{Form, Timestamp, Topic};

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance {
    /// What its entry is.
    pub form: Form,
    /// The topic of its note, if it is one.
    pub note: Option<Topic>,
    /// The topic of what is kept beside it.
    pub beside: Option<Topic>,
}

/// Looks at the record of an entry recorded at `recorded_at`.
///
/// # Errors
/// [`DecodeError`] where what is looked at, or stands before it, is damaged.
pub fn glance(bytes: &[u8], recorded_at: Timestamp) -> Result<Glance, DecodeError> {
    let mut reader = Reader::new(bytes);
    let (tag, beside) = head::pass_over(&mut reader, recorded_at)?;
    let form = reader.known(action::form(tag), "tag")?;
    let note = match form {
        Form::Note => Some(Topic::new(reader.small("topic")?)),
        Form::Post | Form::Hold | Form::Capture | Form::Void | Form::Expire | Form::Account => None,
    };
    Ok(Glance { form, note, beside })
}
