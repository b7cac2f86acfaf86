//! People at random, for the tests of this folder.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::contact::{Contact, ContactKind};
use super::profile::{Consent, Draft, LargePrint, Profile, Purpose, Under18};
use crate::domain::Day;

/// Contacts that can be meant.
fn any_contact() -> impl Strategy<Value = Contact> {
    let kinds = prop::sample::select(ContactKind::ALL.to_vec());
    (kinds, "[a-z0-9@+é][a-z0-9@+é ()-]{0,20}[0-9x]")
        .prop_map(|(kind, text)| Contact::new(kind, &text).unwrap())
}

fn any_consents() -> impl Strategy<Value = BTreeMap<Purpose, Consent>> {
    let purposes = prop::sample::select(Purpose::ALL.to_vec());
    let days = (Day::MIN.days()..=Day::MAX.days()).prop_map(Day::from_days);
    let said = (days, any::<bool>())
        .prop_map(|(day, given)| if given { Consent::Given(day) } else { Consent::Withdrawn(day) });
    btree_map(purposes, said, 0..7)
}

/// Profiles with everything in them or nothing but a name.
pub(super) fn any_profile() -> impl Strategy<Value = Profile> {
    let names = ("[A-ZÉa-z李][A-Za-zéö' -]{0,20}[a-z]", "([A-Za-z][a-zé ]{0,8}[a-z])?", "(en|cy|zh-Hant)?");
    let large_print = prop::sample::select(vec![LargePrint::No, LargePrint::Yes]);
    let under_18 = prop::sample::select(vec![Under18::Unknown, Under18::No, Under18::Yes]);
    let all = (names, vec(any_contact(), 0..5), large_print, under_18, any_consents());
    all.prop_map(|((name, known_as, language), contacts, large_print, under_18, consents)| {
        let draft = Draft { name, known_as, contacts, language, large_print, under_18, consents };
        Profile::new(draft).unwrap()
    })
}
