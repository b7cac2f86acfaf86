//! The plain bytes of a profile, as they are before sealing.
//!
//! ```text
//! format u8 (1), name, known-as, language      each length u8, UTF-8; length 0 for none
//! large print u8 (0 no, 1 yes), under 18 u8 (0 not asked, 1 no, 2 yes)
//! contacts u8, each: kind u8, length u8, UTF-8
//! consents u8, each: purpose u8, said u8 (1 given, 2 withdrawn), day i32
//! ```
//!
//! Numbers are little-endian; purposes rise. One profile has one form, because an honest retry must seal to
//! the same bytes. What is not exactly this is an error and never skipped.

use std::collections::BTreeMap;

use super::contact::{Contact, ContactKind};
use super::profile::{
    CONTACTS_MAX, Consent, Draft, LargePrint, PROFILE_BYTES_MAX, Profile, Purpose, Under18,
};
use crate::directory::reading::{BadBytes, Reader, number_of, one_of};
use crate::domain::Day;

const FORMAT: u8 = 1;
const GIVEN: u8 = 1;
const WITHDRAWN: u8 = 2;

impl Profile {
    /// The bytes to seal, at most [`PROFILE_BYTES_MAX`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        bytes_of(self)
    }

    /// Reads what [`Self::encode`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`BadBytes`] for any other bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadBytes> {
        let mut reader = Reader::new(bytes, FORMAT)?;
        let profile = read(&mut reader).ok_or(BadBytes::Damaged)?;
        if reader.is_at_end() && profile.encode() == bytes { Ok(profile) } else { Err(BadBytes::Damaged) }
    }
}

/// How many bytes `profile` is encoded to.
pub(super) fn length(profile: &Profile) -> usize {
    bytes_of(profile).len()
}

fn bytes_of(profile: &Profile) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(PROFILE_BYTES_MAX);
    bytes.push(FORMAT);
    text_into(&mut bytes, profile.name());
    text_into(&mut bytes, profile.known_as().unwrap_or_default());
    text_into(&mut bytes, profile.language().unwrap_or_default());
    bytes.push(match profile.large_print() {
        LargePrint::No => 0,
        LargePrint::Yes => 1,
    });
    bytes.push(match profile.under_18() {
        Under18::Unknown => 0,
        Under18::No => 1,
        Under18::Yes => 2,
    });
    bytes.push(small(profile.contacts().len()));
    for contact in profile.contacts() {
        bytes.push(number_of(&ContactKind::ALL, contact.kind()));
        text_into(&mut bytes, contact.text());
    }
    bytes.push(small(profile.consents().count()));
    for (purpose, consent) in profile.consents() {
        let said = match consent {
            Consent::Given(_) => GIVEN,
            Consent::Withdrawn(_) => WITHDRAWN,
        };
        bytes.extend([number_of(&Purpose::ALL, purpose), said]);
        bytes.extend(consent.day().days().to_le_bytes());
    }
    bytes
}

fn read(reader: &mut Reader<'_>) -> Option<Profile> {
    let (name, known_as, language) = (reader.text()?, reader.text()?, reader.text()?);
    let large_print = match reader.byte()? {
        0 => LargePrint::No,
        1 => LargePrint::Yes,
        _ => return None,
    };
    let under_18 = match reader.byte()? {
        0 => Under18::Unknown,
        1 => Under18::No,
        2 => Under18::Yes,
        _ => return None,
    };
    let count = usize::from(reader.byte()?);
    if count > CONTACTS_MAX {
        return None;
    }
    let mut contacts = Vec::with_capacity(count);
    for _ in 0..count {
        let kind = one_of(&ContactKind::ALL, reader.byte()?)?;
        contacts.push(Contact::new(kind, reader.text()?).ok()?);
    }
    let mut consents = BTreeMap::new();
    for _ in 0..reader.byte()? {
        let (purpose, said) = (one_of(&Purpose::ALL, reader.byte()?)?, reader.byte()?);
        let day = Day::from_days(reader.signed()?);
        let consent = match said {
            GIVEN => Consent::Given(day),
            WITHDRAWN => Consent::Withdrawn(day),
            _ => return None,
        };
        consents.insert(purpose, consent);
    }
    let (name, known_as, language) = (name.to_owned(), known_as.to_owned(), language.to_owned());
    Profile::new(Draft { name, known_as, contacts, language, large_print, under_18, consents }).ok()
}

fn text_into(bytes: &mut Vec<u8>, text: &str) {
    bytes.push(small(text.len()));
    bytes.extend(text.as_bytes());
}

fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX) // Texts have at most 200 bytes, lists at most six members.
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::testing::any_profile;
    use super::*;

    /// Goal: the bytes are those of the module header, for ever. Method: one profile written by hand.
    #[test]
    fn the_format() {
        let consents = BTreeMap::from([
            (Purpose::Photo, Consent::Withdrawn(Day::from_days(-2))),
            (Purpose::Phone, Consent::Given(Day::from_days(20_000))),
        ]);
        let draft = Draft {
            name: " Zoë ".to_owned(),
            contacts: vec![Contact::new(ContactKind::Email, "z@x").unwrap()],
            language: "cy".to_owned(),
            under_18: Under18::Yes,
            consents,
            ..Draft::default()
        };
        let profile = Profile::new(draft).unwrap();
        let expected = [
            [1, 4, b'Z', b'o', 0xc3, 0xab, 0, 2, b'c', b'y', 0, 2].as_slice(),
            &[1, 2, 3, b'z', b'@', b'x'],
            &[2, 1, 1, 0x20, 0x4e, 0, 0, 4, 2, 0xfe, 0xff, 0xff, 0xff],
        ];
        assert_eq!(profile.encode(), expected.concat());
        let mut newer = expected.concat();
        newer[0] = 2;
        assert_eq!(Profile::decode(&newer), Err(BadBytes::Newer(2)));
        assert_eq!(Profile::decode(&[]), Err(BadBytes::Damaged));
    }

    proptest! {
        /// Goal: every profile comes back, and damaged bytes are another profile or an error, never two forms
        /// of one. Method: random profiles, each cut, lengthened and with one byte changed.
        #[test]
        fn round_trip_and_damage(profile in any_profile(), place: prop::sample::Index, bit in 0_u8..8) {
            let bytes = profile.encode();
            prop_assert!(bytes.len() <= PROFILE_BYTES_MAX);
            prop_assert_eq!(&Profile::decode(&bytes).unwrap(), &profile);
            let at = place.index(bytes.len());
            prop_assert!(Profile::decode(&bytes[..at]).is_err());
            let mut longer = bytes.clone();
            longer.push(bit);
            prop_assert_eq!(Profile::decode(&longer), Err(BadBytes::Damaged));
            let mut bent = bytes.clone();
            bent[at] ^= 1 << bit;
            if let Ok(other) = Profile::decode(&bent) {
                prop_assert_ne!(&other, &profile);
                let again = other.encode();
                prop_assert_eq!(again, bent);
            }
        }

        /// Goal: bytes near the format never panic and decode to one form.
        #[test]
        fn noise(texts in vec("[ a\n]{0,3}", 3), rest in vec(0_u8..4, 0..30)) {
            let mut bytes = vec![FORMAT];
            texts.iter().for_each(|text| text_into(&mut bytes, text));
            bytes.extend(rest);
            if let Ok(profile) = Profile::decode(&bytes) {
                let again = profile.encode();
                prop_assert_eq!(again, bytes);
            }
        }
    }
}
