//! Request ids: what makes asking again safe (I6).
//!
//! An id is a UUID, version 7 when made for the call and version 8 when derived from data, filed
//! under the scope of the credential that used it. Nothing depends on the time inside a version 7 id.

use std::fmt;

/// A UUID of version 7 or 8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId([u8; 16]); // Invariant: version nibble 7 or 8, variant bits 10.

/// Why something is no request id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestIdError {
    /// Not the text of a UUID.
    #[error("request_id is not a UUID written as 8-4-4-4-12 hexadecimal digits")]
    NotAUuid,
    /// A UUID of another kind, which would not be unique in the way we need.
    #[error("request_id must be a UUID of version 7 (made for the call) or 8 (derived from data)")]
    OtherVersion,
}

impl RequestId {
    /// Reads the 36-character text form.
    ///
    /// # Errors
    /// [`RequestIdError`] if it is no UUID, or not of version 7 or 8.
    pub fn parse(text: &str) -> Result<Self, RequestIdError> {
        if text.len() != 36 {
            return Err(RequestIdError::NotAUuid);
        }
        let uuid = uuid::Uuid::try_parse(text).map_err(|_| RequestIdError::NotAUuid)?;
        Self::from_bytes(uuid.into_bytes())
    }

    /// Takes the 16 bytes of a UUID.
    ///
    /// # Errors
    /// [`RequestIdError::OtherVersion`] unless it is of version 7 or 8.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, RequestIdError> {
        let uuid = uuid::Uuid::from_bytes(bytes);
        if uuid.get_variant() == uuid::Variant::RFC4122 && matches!(uuid.get_version_num(), 7 | 8) {
            Ok(Self(bytes))
        } else {
            Err(RequestIdError::OtherVersion)
        }
    }

    /// A version 8 id around 16 bytes derived from data; version and variant bits are set.
    #[must_use]
    pub fn derived(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid().into_bytes())
    }

    /// A fresh version 7 id, made for one call.
    #[must_use]
    pub fn fresh() -> Self {
        Self(uuid::Uuid::now_v7().into_bytes())
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        uuid::Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whose ids these are: 0 for the local operator and all `integration` keys, one per till, member
/// or other holder. Survives the rotation of a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(u32);

impl Scope {
    /// The local operator and all integration keys.
    pub const OPERATOR: Self = Self(0);
    /// Sales, whose ids are made from their receipts: no credential's, as there are never so many.
    pub const RECEIPTS: Self = Self(u32::MAX);

    /// The scope `number`.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Whether a request that was refused hears the same again for a while, so that copies of it in flight hear one answer.
    ///
    /// Not so for sales: their id is their receipt, so whoever tries again asks under the same one, and must be told at
    /// once what has become possible in between, such as by a broker's top-up. Two copies in flight may then hear two
    /// answers; still one of them is accepted at most.
    #[must_use]
    pub const fn remembers_refusals(self) -> bool {
        self.0 != Self::RECEIPTS.0
    }

    /// The plain number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A request id in its scope: the key under which an answer is kept for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey {
    /// Whose id.
    pub scope: Scope,
    /// Which id.
    pub id: RequestId,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: only versions 7 and 8 in the full text form are taken, and they print as they came.
    #[test]
    fn versions_seven_and_eight_only() {
        for good in ["01890a5d-ac96-774b-bcce-b302099a8057", "00000000-0000-8000-8000-000000000000"] {
            assert_eq!(RequestId::parse(good).map(|id| id.to_string()), Ok(good.to_owned()));
        }
        let other = Err(RequestIdError::OtherVersion);
        assert_eq!(RequestId::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479"), other);
        assert_eq!(RequestId::parse("00000000-0000-0000-0000-000000000000"), other);
        assert_eq!(RequestId::parse("01890a5d-ac96-774b-fcce-b302099a8057"), other);
        assert_eq!(RequestId::parse("01890a5dac96774bbcceb302099a8057"), Err(RequestIdError::NotAUuid));
        assert_eq!(RequestId::parse(""), Err(RequestIdError::NotAUuid));
        assert!(RequestId::from_bytes(RequestId::derived([0xff; 16]).bytes()).is_ok());
        assert!(RequestId::from_bytes(RequestId::fresh().bytes()).is_ok());
    }
}
