//! The words of one place in an entry before they are sealed.
//!
//! Knows no keys. Encoding: for each text there is, in the order of the tags, tag u8, length u16
//! little-endian, UTF-8. One text has one encoding, because an honest retry must seal to the same
//! bytes.

use std::fmt;

/// The most bytes the texts of one place in an entry have together, in UTF-8.
pub const TEXT_BYTES_MAX: usize = 1024;
/// Tag and length before each text.
const PREFIX_BYTES: usize = 3;
/// The most bytes a [`Text`] is encoded to.
pub const TEXT_ENCODED_BYTES_MAX: usize = TEXT_BYTES_MAX + 4 * PREFIX_BYTES;

const _: () = assert!(TEXT_BYTES_MAX <= u16::MAX as usize);

/// What people wrote on an entry. Absent and empty are two things.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// What the help was.
    pub memo: Option<String>,
    /// Why it was put right, allowed or declined.
    pub reason: Option<String>,
    /// What was typed, beside what was posted.
    pub typed: Option<String>,
    /// A name or a contact, where the entry opens or renames something.
    pub label: Option<String>,
}

/// The texts are too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the texts of an entry have {bytes} bytes together, {TEXT_BYTES_MAX} are possible; the longest is {field}"
)]
pub struct TextTooLong {
    /// The longest text, which is the one to shorten.
    pub field: &'static str,
    /// What all have together.
    pub bytes: usize,
}

/// Bytes that are no encoded [`Text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextDecodeError {
    /// A tag this program does not know.
    #[error("unknown text tag {0}")]
    UnknownTag(u8),
    /// A tag twice, or not in order.
    #[error("text tag {0} is out of order")]
    OutOfOrder(u8),
    /// A prefix or a text that ends too early, or bytes after the last text.
    #[error("the text is cut off")]
    CutOff,
    /// Not UTF-8.
    #[error("text {0} is not UTF-8")]
    NotUtf8(u8),
    /// Above [`TEXT_BYTES_MAX`].
    #[error("the text is longer than {TEXT_BYTES_MAX} bytes")]
    TooLong,
}

impl Text {
    /// True if there is nothing to seal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().iter().all(|(_, _, text)| text.is_none())
    }

    /// The bytes to seal.
    ///
    /// # Errors
    /// [`TextTooLong`] above [`TEXT_BYTES_MAX`] bytes.
    pub fn encode(&self) -> Result<Vec<u8>, TextTooLong> {
        let fields = self.fields();
        let lengths = fields.iter().map(|(_, field, text)| (text.map_or(0, str::len), *field));
        let bytes = lengths.clone().fold(0_usize, |sum, (length, _)| sum.saturating_add(length));
        let field = lengths.max().map_or("", |(_, field)| field);
        if bytes > TEXT_BYTES_MAX {
            return Err(TextTooLong { field, bytes });
        }
        let mut encoded = Vec::with_capacity(TEXT_ENCODED_BYTES_MAX);
        for (tag, field, text) in fields {
            let Some(text) = text else { continue };
            let length = u16::try_from(text.len()).map_err(|_| TextTooLong { field, bytes })?;
            encoded.push(tag);
            encoded.extend(length.to_le_bytes());
            encoded.extend(text.as_bytes());
        }
        Ok(encoded)
    }

    /// Reads what [`Self::encode`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`TextDecodeError`] for any other bytes.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, TextDecodeError> {
        let mut decoded = Self::default();
        let mut total: usize = 0;
        let mut last_tag = 0;
        while !bytes.is_empty() {
            let (&[tag, low, high], rest) =
                bytes.split_first_chunk::<PREFIX_BYTES>().ok_or(TextDecodeError::CutOff)?;
            let place = match tag {
                1 => &mut decoded.memo,
                2 => &mut decoded.reason,
                3 => &mut decoded.typed,
                4 => &mut decoded.label,
                unknown => return Err(TextDecodeError::UnknownTag(unknown)),
            };
            if tag <= last_tag {
                return Err(TextDecodeError::OutOfOrder(tag));
            }
            last_tag = tag;
            let length = usize::from(u16::from_le_bytes([low, high]));
            let (text, rest) = rest.split_at_checked(length).ok_or(TextDecodeError::CutOff)?;
            let text = std::str::from_utf8(text).map_err(|_| TextDecodeError::NotUtf8(tag))?;
            *place = Some(text.to_owned());
            total = total.saturating_add(length);
            bytes = rest;
        }
        if total > TEXT_BYTES_MAX { Err(TextDecodeError::TooLong) } else { Ok(decoded) }
    }

    /// Tag, name and text of each, by rising tag.
    fn fields(&self) -> [(u8, &'static str, Option<&str>); 4] {
        [
            (1, "memo", self.memo.as_deref()),
            (2, "reason", self.reason.as_deref()),
            (3, "typed", self.typed.as_deref()),
            (4, "label", self.label.as_deref()),
        ]
    }
}

impl fmt::Debug for Text {
    /// Lengths only: what people wrote must not reach a log by way of a `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lengths = f.debug_struct("Text");
        for (_, field, text) in self.fields() {
            lengths.field(field, &text.map(str::len));
        }
        lengths.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Goal: absent and empty stay apart, and each kind of wrong bytes has its answer.
    /// Method: one encoding by hand, then one wrong byte at a time.
    #[test]
    fn one_encoding_and_no_other() {
        let text = Text { memo: Some("ab".to_owned()), label: Some(String::new()), ..Text::default() };
        assert_eq!(text.encode().unwrap(), [1, 2, 0, b'a', b'b', 4, 0, 0]);
        assert_eq!(Text::decode(&[1, 2, 0, b'a', b'b', 4, 0, 0]), Ok(text));
        assert_eq!(Text::decode(&[]), Ok(Text::default()));
        assert!(Text::default().is_empty() && !Text::decode(&[4, 0, 0]).unwrap().is_empty());
        assert_eq!(Text::decode(&[5, 0, 0]), Err(TextDecodeError::UnknownTag(5)));
        assert_eq!(Text::decode(&[0, 0, 0]), Err(TextDecodeError::UnknownTag(0)));
        assert_eq!(Text::decode(&[1, 0, 0, 1, 0, 0]), Err(TextDecodeError::OutOfOrder(1)));
        assert_eq!(Text::decode(&[2, 0, 0, 1, 0, 0]), Err(TextDecodeError::OutOfOrder(1)));
        assert_eq!(Text::decode(&[1, 0, 0, 9]), Err(TextDecodeError::CutOff));
        assert_eq!(Text::decode(&[1, 2, 0, b'a']), Err(TextDecodeError::CutOff));
        assert_eq!(Text::decode(&[3, 1, 0, 0xff]), Err(TextDecodeError::NotUtf8(3)));
        let mut long = vec![1, 1, 4];
        long.extend([b'x'; TEXT_BYTES_MAX + 1]);
        assert_eq!(Text::decode(&long), Err(TextDecodeError::TooLong));
    }

    proptest! {
        /// Goal: bytes that decode are the bytes their text encodes to.
        /// Method: random bytes near the format.
        #[test]
        fn decoding_is_the_inverse(
            parts in prop::collection::vec((0_u8..6, prop::collection::vec(any::<u8>(), 0..4)), 0..6),
            slip in 0_u8..8,
        ) {
            let mut bytes = Vec::new();
            for (tag, text) in parts {
                let length = u8::try_from(text.len()).unwrap();
                bytes.extend([tag, if slip == 0 { length + 1 } else { length }, 0]);
                bytes.extend(text);
            }
            if let Ok(text) = Text::decode(&bytes) {
                prop_assert_eq!(text.encode().unwrap(), bytes);
            }
        }
    }

    /// Goal: what people wrote does not show in a debug print.
    /// Method: print it.
    #[test]
    fn debug_shows_lengths_only() {
        let shown = format!("{:?}", Text { memo: Some("Ann's knee".to_owned()), ..Text::default() });
        assert!(shown.contains("10") && !shown.contains("knee"), "{shown}");
    }
}
