//! What a bank knows of a person or a group, besides their hours.
//!
//! Only a name is required. There is no room for notes, and that is meant: what is not asked for cannot
//! get lost, and nothing about health belongs here.
//!
//! - Checked once, here: a [`Profile`] that exists is within its bounds and fits an attachment when sealed.
//! - Nothing of it is printed by a `{:?}`.

use std::collections::BTreeMap;
use std::fmt;

use super::contact::Contact;
use super::profile_bytes;
use crate::domain::note::ATTACHMENT_BYTES_MAX;
use crate::domain::{Day, Invalid};
use crate::seal::sealed_length;

/// A name, and what somebody is known as, has at most this many bytes.
pub const NAME_BYTES_MAX: usize = 200;
/// At most this many ways to reach somebody.
pub const CONTACTS_MAX: usize = 4;
/// A language tag has at most this many bytes, as BCP 47 advises.
pub const LANGUAGE_BYTES_MAX: usize = 35;
/// A profile is encoded to at most this many bytes. Four contacts of 200 bytes do not fit beside a name
/// of 200; all that people are called and where they live does.
pub const PROFILE_BYTES_MAX: usize = 960;
/// What stands before the sealed profile in its note or attachment, at most.
pub(super) const PREFIX_BYTES_MAX: usize = 16;

const _: () = assert!(PREFIX_BYTES_MAX + sealed_length(1, PROFILE_BYTES_MAX) <= ATTACHMENT_BYTES_MAX);
const _: () = assert!(NAME_BYTES_MAX <= u8::MAX as usize);

/// Whether somebody reads large print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LargePrint {
    /// As everybody.
    #[default]
    No,
    /// Letters and statements are printed large.
    Yes,
}

/// Whether somebody is under 18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Under18 {
    /// Nobody asked.
    #[default]
    Unknown,
    /// 18 or older.
    No,
    /// Younger.
    Yes,
}

/// What somebody agrees to or not, each by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// The bank may phone.
    Phone,
    /// The bank may write emails.
    Email,
    /// The bank may write letters.
    Post,
    /// Photos they are on may be shown.
    Photo,
    /// Reports may say their name.
    ReportsWithName,
    /// Other members of the bank may see how to reach them.
    ShownToMembers,
}

impl Purpose {
    /// All, in the order of their numbers in the journal, from 1.
    pub const ALL: [Self; 6] =
        [Self::Phone, Self::Email, Self::Post, Self::Photo, Self::ReportsWithName, Self::ShownToMembers];
}

/// What somebody last said about a purpose, and on which day. Not asked yet is no consent at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Consent {
    /// Yes, on this day.
    Given(Day),
    /// No, or no longer, on this day.
    Withdrawn(Day),
}

/// A profile as it is typed; [`Profile::new`] says whether it can be meant.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// What the person or group is called.
    pub name: String,
    /// What everybody calls them; empty for nothing else.
    pub known_as: String,
    /// How to reach them, the best way first.
    pub contacts: Vec<Contact>,
    /// The language they read, as a tag: `en`, `cy`, `zh-Hant`; empty for not asked.
    pub language: String,
    /// How their letters are printed.
    pub large_print: LargePrint,
    /// Whether they are under 18.
    pub under_18: Under18,
    /// What they agreed to.
    pub consents: BTreeMap<Purpose, Consent>,
}

/// What is known of a person or a group.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile(Draft); // Invariant: within the bounds that `new` checks. Nothing changes it.

impl Profile {
    /// What was typed, without spaces around names.
    ///
    /// # Errors
    /// [`Invalid`] with the first field that is out of bounds.
    pub fn new(mut draft: Draft) -> Result<Self, Invalid> {
        trim(&mut draft.name);
        trim(&mut draft.known_as);
        trim(&mut draft.language);
        let is_plain = |text: &str| text.len() <= NAME_BYTES_MAX && !text.contains(char::is_control);
        if draft.name.is_empty() || !is_plain(&draft.name) {
            return Err(Invalid { field: "name", limit: "1 to 200 bytes without control characters" });
        }
        if !is_plain(&draft.known_as) {
            return Err(Invalid { field: "known_as", limit: "at most 200 bytes without control characters" });
        }
        if draft.contacts.len() > CONTACTS_MAX {
            return Err(Invalid { field: "contacts", limit: "at most 4" });
        }
        if !draft.language.is_empty() && !is_language_tag(&draft.language) {
            let limit = "a language tag of at most 35 bytes, such as en or zh-Hant";
            return Err(Invalid { field: "language", limit });
        }
        let days = draft.consents.values().map(|consent| consent.day());
        if !days.into_iter().all(|day| (Day::MIN..=Day::MAX).contains(&day)) {
            return Err(Invalid { field: "consents.day", limit: "from 1900-01-01 to 2199-12-31" });
        }
        let profile = Self(draft);
        if profile_bytes::length(&profile) > PROFILE_BYTES_MAX {
            let limit = "at most 960 bytes with names and contacts together; shorten a contact";
            return Err(Invalid { field: "profile", limit });
        }
        Ok(profile)
    }

    /// What the person or group is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// What everybody calls them, if it is something else.
    #[must_use]
    pub fn known_as(&self) -> Option<&str> {
        Some(self.0.known_as.as_str()).filter(|known_as| !known_as.is_empty())
    }

    /// How to reach them, the best way first.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        &self.0.contacts
    }

    /// The language they read, if they were asked.
    #[must_use]
    pub fn language(&self) -> Option<&str> {
        Some(self.0.language.as_str()).filter(|language| !language.is_empty())
    }

    /// How their letters are printed.
    #[must_use]
    pub const fn large_print(&self) -> LargePrint {
        self.0.large_print
    }

    /// Whether they are under 18.
    #[must_use]
    pub const fn under_18(&self) -> Under18 {
        self.0.under_18
    }

    /// What they last said about a purpose.
    #[must_use]
    pub fn consent(&self, purpose: Purpose) -> Option<Consent> {
        self.0.consents.get(&purpose).copied()
    }

    /// All they said, by purpose.
    pub fn consents(&self) -> impl Iterator<Item = (Purpose, Consent)> + '_ {
        self.0.consents.iter().map(|(purpose, consent)| (*purpose, *consent))
    }

    /// A draft with the same in it, to change.
    #[must_use]
    pub fn draft(&self) -> Draft {
        self.0.clone()
    }
}

impl Consent {
    /// The day it was said.
    #[must_use]
    pub const fn day(self) -> Day {
        match self {
            Self::Given(day) | Self::Withdrawn(day) => day,
        }
    }
}

impl fmt::Debug for Draft {
    /// Lengths only: what is known of people must not reach a log by way of a `{:?}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft(name of {} bytes, {} contacts)", self.name.len(), self.contacts.len())
    }
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile(name of {} bytes, {} contacts)", self.0.name.len(), self.0.contacts.len())
    }
}

fn trim(text: &mut String) {
    let trimmed = text.trim();
    if trimmed.len() != text.len() {
        *text = trimmed.to_owned();
    }
}

/// The shape of a BCP 47 tag: letters first, then parts of letters and digits. Which languages there are is
/// not our business.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    tag.len() <= LANGUAGE_BYTES_MAX
        && (2..=8).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::people::contact::{CONTACT_BYTES_MAX, ContactKind};

    fn field(change: impl FnOnce(&mut Draft)) -> Option<&'static str> {
        let mut draft = Draft { name: "Ann Ash".to_owned(), ..Draft::default() };
        change(&mut draft);
        Profile::new(draft).err().map(|invalid| invalid.field)
    }

    /// Goal: each bound of a profile, on both sides; only a name is required.
    /// Method: a good one, bent in one field at a time.
    #[test]
    fn bounds_of_a_profile() {
        assert_eq!(field(|_| {}), None);
        for bad in ["", "   ", "a\nb", "a\u{7f}b", &"x".repeat(201), &"é".repeat(101)] {
            assert_eq!(field(|draft| draft.name = bad.to_owned()), Some("name"), "{bad:?}");
        }
        for good in ["x", &"é".repeat(100), &format!("  {}  ", "x".repeat(200)), "李小龍"] {
            assert_eq!(field(|draft| draft.name = good.to_owned()), None, "{good:?}");
        }
        assert_eq!(field(|draft| draft.known_as = "x".repeat(201)), Some("known_as"));
        assert_eq!(field(|draft| draft.known_as = "x\ty".to_owned()), Some("known_as"));
        assert_eq!(field(|draft| draft.known_as = "x".repeat(200)), None);
        for (tag, good) in [
            ("en", true),
            ("cy", true),
            ("zh-Hant-TW", true),
            ("de-CH-1901", true),
            ("e", false),
            ("english-", false),
            ("-en", false),
            ("1n", false),
            ("en_GB", false),
            ("en-abcdefghi", false),
            (&format!("en{}", "-abcde12".repeat(4)), true),
            (&format!("eng{}", "-abcde12".repeat(4)), true),
            (&format!("engl{}", "-abcde12".repeat(4)), false),
        ] {
            let expected = (!good).then_some("language");
            assert_eq!(field(|draft| draft.language = tag.to_owned()), expected, "{tag}");
        }
        let contact = |bytes| Contact::new(ContactKind::Phone, &"1".repeat(bytes)).unwrap();
        assert_eq!(field(|draft| draft.contacts = vec![contact(1); 4]), None);
        assert_eq!(field(|draft| draft.contacts = vec![contact(1); 5]), Some("contacts"));
        let on = |draft: &mut Draft, days| {
            draft.consents.insert(Purpose::Photo, Consent::Given(Day::from_days(days)));
        };
        assert_eq!(field(|draft| on(draft, Day::MAX.days())), None);
        assert_eq!(field(|draft| on(draft, Day::MAX.days() + 1)), Some("consents.day"));
        assert_eq!(field(|draft| on(draft, Day::MIN.days() - 1)), Some("consents.day"));
        // Everything at its longest is too long together, by as much as the bytes say.
        let long = |draft: &mut Draft, last| {
            draft.known_as = "x".repeat(200);
            draft.contacts = vec![contact(200), contact(200), contact(200), contact(last)];
        };
        assert_eq!(field(|draft| long(draft, 137)), None);
        assert_eq!(field(|draft| long(draft, 138)), Some("profile"));
    }

    /// Goal: a contact is trimmed and bounded. Method: both sides of each bound.
    #[test]
    fn bounds_of_a_contact() {
        for bad in ["", "  ", "a\nb", &"x".repeat(CONTACT_BYTES_MAX + 1)] {
            assert_eq!(Contact::new(ContactKind::Email, bad).unwrap_err().field, "contacts.text");
        }
        let contact = Contact::new(ContactKind::Post, " 12 Mill Lane ").unwrap();
        assert_eq!((contact.kind(), contact.text()), (ContactKind::Post, "12 Mill Lane"));
        assert!(Contact::new(ContactKind::Other, &"x".repeat(CONTACT_BYTES_MAX)).is_ok());
    }

    /// Goal: nothing of a person shows in a debug print. Method: print everything there is of one.
    #[test]
    fn debug_shows_no_text() {
        let contacts = vec![Contact::new(ContactKind::Phone, "07700 900123").unwrap()];
        let draft = Draft {
            name: "Ann Ash".to_owned(),
            known_as: "Annie".to_owned(),
            contacts,
            language: "cy".to_owned(),
            ..Draft::default()
        };
        let shown = format!("{draft:?} {:?} {:?}", draft.contacts, Profile::new(draft.clone()).unwrap());
        for secret in ["Ann", "Ash", "07700", "900", "cy"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains('7') && shown.contains("12 bytes"), "{shown}");
    }
}
