//! Finding people: against a naive search, forgetting, and how long it takes.

use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use proptest::collection::vec;
use proptest::prelude::*;

use super::contact::{Contact, ContactKind};
use super::note::Said;
use super::person::seal_profile;
use super::profile::{Draft, Profile};
use super::register::People;
use super::same::{Candidate, SameBecause};
use super::search::{Found, NameIndex, PAGE_MAX, Rank};
use super::terms::PersonKind;
use super::{Written, search};
use crate::domain::fold::{folded, squashed};
use crate::domain::{BankNumber, OwnerNumber, RequestId, RequestKey, Scope, Sequence, Timestamp};
use crate::seal::{Keyring, Place};

const HERE: BankNumber = BankNumber::new(1);

struct Desk {
    _folder: tempfile::TempDir,
    keyring: Keyring,
    people: People,
    index: NameIndex,
}

impl Desk {
    fn new(owners: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(&folder.path().join("keyring")).unwrap();
        keyring.ensure((1..=owners).map(OwnerNumber::new), &SystemRandom::new()).unwrap();
        Self { _folder: folder, keyring, people: People::default(), index: NameIndex::default() }
    }

    /// Writes down who somebody is; the index does not know yet.
    fn write(&mut self, owner: u32, bank: u32, profile: &Profile) {
        let (owner, place) = (OwnerNumber::new(owner), Place::Note);
        let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::fresh() };
        let sealed = seal_profile(&self.keyring, owner, &key, place, profile).unwrap();
        let profile = sealed.into_bytes().into_boxed_slice();
        let said = Said::Person { kind: PersonKind::Member, bank: BankNumber::new(bank), profile };
        let (sequence, recorded_at, actor) =
            (Sequence::new(1), Timestamp::from_micros(0), OwnerNumber::OPERATOR);
        let (topic, subject, body) = (said.topic(), u64::from(owner.get()), &*said.encode());
        self.people
            .apply(&Written { sequence, key, recorded_at, actor, place, topic, subject, body })
            .unwrap();
    }

    fn put(&mut self, owner: u32, bank: u32, profile: &Profile) {
        self.write(owner, bank, profile);
        self.index.take_in(self.people.person(OwnerNumber::new(owner)).unwrap(), &self.keyring).unwrap();
    }

    fn find(&self, text: &str) -> Vec<Found> {
        self.index.search(&self.people, HERE, text, None, PAGE_MAX)
    }

    fn owners(&self, text: &str) -> Vec<u32> {
        self.find(text).iter().map(|found| found.owner.get()).collect()
    }
}

fn profile(name: &str, known_as: &str, contacts: &[&str]) -> Profile {
    let contacts = contacts.iter().map(|text| Contact::new(ContactKind::Other, text).unwrap()).collect();
    let draft = Draft { name: name.to_owned(), known_as: known_as.to_owned(), contacts, ..Draft::default() };
    Profile::new(draft).unwrap()
}

/// Goal: the order is number, whole, beginning, word, anywhere, contact; a bank sees its own only; pages
/// follow each other.
/// Method: a table over one small bank.
#[test]
fn found_in_order() {
    let mut desk = Desk::new(20);
    for (owner, name, known_as, contacts) in [
        (1, "Joanna Reed", "", vec!["01632 960 001"]),
        (2, "Mary Anne Hill", "", vec!["+44 1632 960002"]),
        (3, "Anna Ash", "", vec!["anna.ash@example.org"]),
        (4, "Ann", "", vec!["12 Mill Lane"]),
        (5, "Élodie Müller", "Ann", vec![]),
        (6, "Ruth Wren", "", vec!["c/o Ann, 3 Mill Lane"]),
        (7, "O’Brien", "", vec![]),
    ] {
        desk.put(owner, 1, &profile(name, known_as, &contacts));
    }
    desk.put(8, 2, &profile("Ann Elsewhere", "", &[]));
    for (text, expected) in [
        ("ann", vec![4, 5, 3, 2, 1, 6]),
        (" ANN ", vec![4, 5, 3, 2, 1, 6]),
        ("anne hill", vec![2]),
        ("elodie mu", vec![5]),
        ("obrien", vec![7]),
        ("o'b", vec![7]),
        ("3", vec![3]),
        ("01632960002", vec![2]),
        ("1632 960", vec![1, 2]),
        ("mill-lane", vec![4, 6]),
        ("Anna.Ash@", vec![3]),
        ("ash@example", vec![3]),
        ("ashanna", vec![]),
        ("reed 01632", vec![]),
        ("elsewhere", vec![]),
        ("", vec![]),
        ("…", vec![]),
        ("00", vec![]),
        (&"a".repeat(search::QUERY_BYTES_MAX + 1), vec![]),
    ] {
        assert_eq!(desk.owners(text), expected, "{text:?}");
    }
    assert_eq!(desk.find("3")[0].rank, Rank::Number);
    let all = desk.find("ann");
    let mut after = None;
    for expected in all.chunks(2) {
        let page = desk.index.search(&desk.people, HERE, "ann", after, 2);
        assert_eq!(page, expected);
        after = page.last().copied();
    }
    assert!(desk.index.search(&desk.people, HERE, "ann", after, 2).is_empty());
    assert!(desk.index.search(&desk.people, HERE, "ann", None, 0).is_empty());
}

/// What `search` promises, in the plainest words.
fn naive(people: &[(u32, Profile)], text: &str) -> Vec<(Rank, u32)> {
    let (name, mut contact) = (folded(text), squashed(text));
    if contact.chars().all(|letter| letter.is_ascii_digit()) {
        contact = contact.trim_start_matches('0').to_owned();
    }
    let rank = |owner: u32, profile: &Profile| {
        if text.trim().parse() == Ok(owner) {
            return Some(Rank::Number);
        }
        let names: Vec<_> =
            [Some(profile.name()), profile.known_as()].into_iter().flatten().map(folded).collect();
        let any = |test: &dyn Fn(&str) -> bool| !name.is_empty() && names.iter().any(|own| test(own));
        let starts_word = |own: &str| {
            let letters: Vec<_> = own.char_indices().collect();
            letters.windows(2).any(|pair| pair[0].1 == ' ' && own[pair[1].0..].starts_with(&name))
        };
        if any(&|own| own == name) {
            Some(Rank::Whole)
        } else if any(&|own| own.starts_with(&name)) {
            Some(Rank::Beginning)
        } else if any(&starts_word) {
            Some(Rank::Word)
        } else if any(&|own| own.contains(&name)) {
            Some(Rank::Anywhere)
        } else {
            let is_part = profile.contacts().iter().any(|known| squashed(known.text()).contains(&contact));
            (contact.chars().count() >= 3 && is_part).then_some(Rank::Contact)
        }
    };
    let mut found: Vec<_> =
        people.iter().filter_map(|(owner, profile)| Some((rank(*owner, profile)?, *owner))).collect();
    found.sort_unstable();
    found
}

/// Goal: the index finds what a search one by one finds, whoever changed their name or was forgotten since,
/// and every page of it.
/// Method: few letters, so that much is found; random changes; random words looked for.
#[test]
fn as_one_by_one() {
    let name = || "[abé][ab' -]{0,5}[bA]";
    let somebody = (1_u32..12, name(), "([a][b ]{0,2}a)?", vec("[0a][0a7 .]{0,5}7", 0..3));
    proptest!(ProptestConfig::with_cases(64), |(
        steps in vec((somebody, 0_u8..5), 1..25),
        texts in vec(prop_oneof!["[abé0 ]{0,4}", "[07 ]{2,5}", "[1-9]"], 1..12),
        size in 1_usize..6,
    )| {
        let mut desk = Desk::new(12);
        let mut known: Vec<(u32, Profile)> = Vec::new();
        for ((owner, name, known_as, contacts), step) in steps {
            known.retain(|(other, _)| *other != owner);
            let contacts: Vec<_> = contacts.iter().map(String::as_str).collect();
            let new = profile(&name, &known_as, &contacts);
            if step == 0 {
                desk.index.forget(OwnerNumber::new(owner));
            } else {
                desk.put(owner, 1, &new);
                known.push((owner, new));
            }
        }
        for text in texts {
            // By number people are found whether they have a name here or not.
            let with_name = |found: &&Found| known.iter().any(|(owner, _)| *owner == found.owner.get());
            let all = desk.find(&text);
            let found: Vec<_> = all.iter().filter(with_name).map(|found| (found.rank, found.owner.get())).collect();
            prop_assert_eq!(found, naive(&known, &text), "{:?}", text);
            let (mut pages, mut after) = (Vec::<Found>::new(), None);
            loop {
                let page = desk.index.search(&desk.people, HERE, &text, after, size);
                prop_assert!(page.len() <= size);
                after = page.last().copied();
                pages.extend(page.iter().copied());
                if page.len() < size { break; }
            }
            prop_assert_eq!(pages, all);
        }
    });
}

/// Goal: nothing of somebody forgotten is left in the index, nor of a name that was changed; others stay
/// found, also when the text is written anew.
/// Method: look into the text itself, for one of many who leave one after the other.
#[test]
fn forgotten_is_gone() {
    let mut desk = Desk::new(600);
    let name = |owner: u32| format!("Person {owner} {}", "abcdefghij".repeat(15));
    for owner in 1..=600 {
        desk.put(owner, 1, &profile(&name(owner), "", &[&format!("x{owner}y")]));
    }
    let text = |desk: &Desk| desk.index.shelf(HERE).unwrap().plain().to_owned();
    desk.put(600, 1, &profile("Changed", "", &[]));
    assert!(!text(&desk).contains("person 600") && text(&desk).contains("changed"));
    for owner in 1..=590 {
        desk.index.forget(OwnerNumber::new(owner));
        assert!(
            !text(&desk).contains(&format!("person {owner} "))
                && !text(&desk).contains(&format!("x{owner}y"))
        );
        assert_eq!(desk.owners("person 595"), [595], "after {owner}");
    }
    assert!(text(&desk).len() < 160 * 350, "written anew on the way");
    assert_eq!(desk.owners("x591y"), [591]);
    assert_eq!(desk.owners("abcdefghij").len(), 9);
    desk.put(1, 1, &profile("Ann", "", &[]));
    assert_eq!(desk.owners("ann"), [1]);
    let shown = format!("{:?} {:?}", desk.index, desk.people.person(OwnerNumber::new(1)));
    assert!(!shown.contains("Ann") && !shown.contains("ann"), "{shown}");
    // With the key gone there is nothing to read, and the index says so.
    desk.keyring.erase(OwnerNumber::new(595)).unwrap();
    let (again, unread) = NameIndex::build(&desk.people, &desk.keyring);
    assert_eq!(unread.iter().map(|(owner, _)| owner.get()).collect::<Vec<_>>(), [595]);
    assert!(!format!("{again:?}").contains("595"));
}

/// Goal: who may be the same is asked, who may not is not; the likeliest first and at most ten.
/// Method: a table over one bank.
#[test]
fn same_person() {
    let mut desk = Desk::new(40);
    desk.put(1, 1, &profile("Ann Lee", "", &["01632 960001", "ann@x"]));
    desk.put(2, 1, &profile("Élodie Müller-Brandt", "Ellie", &["no"]));
    desk.put(3, 2, &profile("Ann Lee", "", &[]));
    let same = |desk: &Desk, name: &str, contacts: &[&str]| {
        let contacts: Vec<_> =
            contacts.iter().map(|text| Contact::new(ContactKind::Phone, text).unwrap()).collect();
        let found = desk.index.same_person(HERE, name, &contacts);
        found.into_iter().map(|Candidate { because, owner }| (because, owner.get())).collect::<Vec<_>>()
    };
    use SameBecause::{Contact as ByContact, Name, NearlyName};
    for (name, contacts, expected) in [
        ("ANN  LEE", vec![], vec![(Name, 1)]),
        ("Lee, Ann", vec![], vec![(Name, 1)]),
        ("Ann Lea", vec![], vec![(NearlyName, 1)]),
        ("Anna Lee", vec![], vec![(NearlyName, 1)]),
        ("Nan Lee", vec![], vec![(NearlyName, 1)]),
        ("Bob Lee", vec![], vec![]),
        ("Ellie", vec![], vec![(Name, 2)]),
        ("Elli", vec![], vec![]),
        ("Elodie Muler Brandt", vec![], vec![(NearlyName, 2)]),
        ("Somebody", vec!["+44 (0)1632 960001"], vec![(ByContact, 1)]),
        ("Somebody", vec!["01632 960002"], vec![]),
        ("Somebody", vec!["ann@x"], vec![]),
        ("Somebody", vec!["no"], vec![]),
        ("…", vec![], vec![]),
    ] {
        assert_eq!(same(&desk, name, &contacts), expected, "{name} {contacts:?}");
    }
    for owner in 10..30 {
        desk.put(owner, 1, &profile("Sam Reed", "", &[]));
    }
    let many = same(&desk, "Sam Reed", &[]);
    assert_eq!(many, (10..20).map(|owner| (Name, owner)).collect::<Vec<_>>());
}

/// Goal: the figures of 20,000 people in one bank are known: building at most 2 s, a search 20 ms.
/// Method: made up names; times are printed and not judged, as the machine has other work.
#[test]
fn twenty_thousand_people() {
    const COUNT: u32 = 20_000;
    let mut desk = Desk::new(COUNT);
    let (firsts, lasts) =
        (["Ann", "Bernard", "Cora", "Dévi", "Esme"], ["Ash", "Brook", "Hill", "Wren", "Noon"]);
    for owner in 1..=COUNT {
        let at = |list: &[&'static str; 5], by: u32| list[usize::try_from(owner / by % 5).unwrap()];
        let name = format!("{} {}{} {}", at(&firsts, 1), at(&lasts, 5), owner / 25, at(&lasts, 25));
        let phone = format!("01632 9{owner:05}");
        desk.write(owner, 1, &profile(&name, at(&firsts, 5), &[&phone, "12 Mill Lane, Ashenford AB1 2CD"]));
    }
    let begun = Instant::now();
    let (index, unread) = NameIndex::build(&desk.people, &desk.keyring);
    println!("built for {COUNT} people in {:?}, {unread:?} unread", begun.elapsed());
    assert!(unread.is_empty());
    desk.index = index;
    let shelf = desk.index.shelf(HERE).unwrap();
    println!("{} bytes of text, {} bytes a person beside it", shelf.plain().len(), shelf.bytes_a_person());
    assert!(shelf.bytes_a_person() < 200);
    for text in ["a", "ash", "hill799", "wren12 ash", "0163290", "mill lane", "zz", "17"] {
        let begun = Instant::now();
        let page = desk.index.search(&desk.people, HERE, text, None, 50);
        println!("{text:?}: {:?}, {} on the page", begun.elapsed(), page.len());
    }
    let begun = Instant::now();
    let same = desk.index.same_person(
        HERE,
        "Bernard Wren77 Hil",
        &[Contact::new(ContactKind::Phone, "01632 900007").unwrap()],
    );
    println!("same person: {:?}, {} asked about", begun.elapsed(), same.len());
    assert!(!same.is_empty());
}
