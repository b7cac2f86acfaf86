//! People taken in, found, and said anew.

use hourbook::api::{self, ContactKind, PersonKind};
use tonic::Code;
use tonic_types::StatusExt;

use super::{contact, create, found, label, member, person, taken_in};
use crate::service::hostile::named;
use crate::support::HOUR;
use crate::support::served::{Served, exchange, floor, fresh};

fn position(served: &Served) -> u64 {
    let request = api::GetBalanceRequest { account_number: 10_019, ..Default::default() };
    served.block_on(served.ledger().get_balance(request)).unwrap().into_inner().sequence
}

/// Goal: a name is enough; the account goes as far as the policy says; it is called by the person's name wherever
/// it has one; asking again gives the same person, and only checking gives none. Method: checked, written, asked
/// again; the account read; a sentence that names it provoked.
#[test]
fn a_name_is_enough() {
    let served = Served::new();
    served.bank("Ashenford");
    let ann = member("Ann Ash");
    let before = position(&served);
    let checked = create(&served, api::CreatePersonRequest { validate_only: true, ..ann.clone() }).unwrap();
    assert_eq!((checked.owner_number, position(&served)), (0, before));
    let made = create(&served, ann.clone()).unwrap();
    assert_eq!(position(&served), before + 2, "a number for her, then her account with what is known of her");
    let again = create(&served, ann.clone()).unwrap();
    assert_eq!((again.owner_number, again.account_number), (made.owner_number, made.account_number));
    assert!(again.receipt.unwrap().repeated && !made.receipt.unwrap().repeated);
    let checked = create(&served, api::CreatePersonRequest { validate_only: true, ..ann.clone() }).unwrap();
    assert_eq!(checked.owner_number, made.owner_number, "an id that has its answer");
    let other = create(&served, api::CreatePersonRequest { limits: Some(floor(-1)), ..ann }).unwrap_err();
    assert_eq!((other.code(), named(&other)), (Code::AlreadyExists, "REQUEST_ID_REUSED".into()));

    assert_eq!(label(&served, made.account_number), ("Ann Ash".to_owned(), false));
    let known = person(&served, made.owner_number);
    assert_eq!(known.profile.unwrap().name, "Ann Ash");
    assert_eq!((known.bank_number, known.account_numbers), (1, vec![made.account_number]));
    let (_, ben) = taken_in(&served, member("Benedict Oake"));
    let refused = served.exchange(made.account_number, ben, 11 * HOUR).unwrap_err();
    assert!(
        refused.message().contains("Ann Ash is at zero and can go to 10 hours below zero"),
        "{refused:?}"
    );

    let staff = api::CreatePersonRequest { kind: PersonKind::Staff.into(), ..member("Clerk of the till") };
    let (owner, account) = taken_in(&served, staff.clone());
    assert!(owner > 0 && account == 0);
    assert_eq!(taken_in(&served, staff), (owner, 0));
    assert_eq!(person(&served, owner).kind(), PersonKind::Staff);
}

/// Goal: the limits a person was taken in with answer the same request after the policy changed.
#[test]
fn asked_again_under_another_policy() {
    let served = Served::new();
    served.bank("Ashenford");
    let ann = member("Ann Ash");
    let first = create(&served, ann.clone()).unwrap();
    let policy = api::BankPolicy { member_limits: Some(floor(-25)), ..served.policy(1) };
    super::super::set(&served, super::super::set_policy(1, policy)).unwrap();
    let again = create(&served, ann).unwrap();
    assert_eq!(again.account_number, first.account_number);
    assert!(again.receipt.unwrap().repeated);
}

/// Goal: somebody alike is asked about, by number and without a name; the same request with the answer is done, and
/// a request that was done before is not asked about again. Method: the same words in another order, a slip, a
/// telephone written in another way; another bank's people do not count.
#[test]
fn the_same_person_is_asked_about() {
    let served = Served::new();
    served.bank("Ashenford");
    served.bank("Quillmere");
    let mut ann = member("Annabel Ashgrove");
    ann.profile.as_mut().unwrap().contacts = vec![contact(ContactKind::Phone, "07700 900 123")];
    let (owner, _) = taken_in(&served, ann.clone());
    let mut by_phone = member("Tom Teasel");
    by_phone.profile.as_mut().unwrap().contacts = vec![contact(ContactKind::Phone, "+44 7700 900123")];
    for alike in [member("ashgrove, ANNABEL"), member("Annabel Ashgrofe"), by_phone] {
        let refused = create(&served, alike.clone()).unwrap_err();
        assert_eq!((refused.code(), named(&refused)), (Code::FailedPrecondition, "SAME_PERSON".into()));
        let info = refused.get_error_details().error_info().unwrap().metadata.clone();
        assert_eq!((info["persons_count"].as_str(), &info["owner_number"]), ("1", &owner.to_string()));
        assert!(refused.message().contains(&format!("person {owner}")), "{refused:?}");
        assert!(!refused.message().to_lowercase().contains("ashgro"), "{refused:?}");
        let elsewhere = api::CreatePersonRequest { bank_number: 2, validate_only: true, ..alike };
        create(&served, elsewhere).unwrap();
    }
    let other = api::CreatePersonRequest { is_somebody_else: true, ..member("Annabel Ashgrove") };
    assert_ne!(taken_in(&served, other).0, owner);
    assert_eq!(taken_in(&served, ann).0, owner, "answered before, and asked about by now");
    let refused = create(&served, member("Annabel Ashgrove")).unwrap_err();
    assert_eq!(refused.get_error_details().error_info().unwrap().metadata["persons_count"], "2");
}

/// Goal: people are found by any part of a name, by number, by part of a contact, in their own bank, in pages.
#[test]
fn people_are_found() {
    let served = Served::new();
    served.bank("Ashenford");
    served.bank("Quillmere");
    let mut zoe = member("Zoë O'Brien");
    let profile = zoe.profile.as_mut().unwrap();
    profile.known_as = "Zee".into();
    profile.contacts = vec![contact(ContactKind::Email, "zoe.ob@example.org")];
    let (zoe, account) = taken_in(&served, zoe);
    let (ann, _) = taken_in(&served, member("Ann Zouche"));
    let (quin, _) = taken_in(&served, api::CreatePersonRequest { bank_number: 2, ..member("Zoltan Quin") });
    for (text, expected) in [
        ("zoe", vec![zoe]),
        ("obrien", vec![zoe]),
        ("zee", vec![zoe]),
        ("ouch", vec![ann]),
        ("zo", vec![zoe, ann]),
        ("ob@example", vec![zoe]),
        (&account.to_string(), vec![zoe]),
        (&zoe.to_string(), vec![zoe]),
        ("", vec![zoe, ann]),
        ("quin", vec![]),
        (&quin.to_string(), vec![]),
    ] {
        assert_eq!(found(&served, text), expected, "{text:?}");
    }
    let page = |text: &str, page_token: String| {
        let request =
            api::SearchMembersRequest { bank_number: 1, text: text.into(), page_size: 1, page_token };
        served.block_on(served.directory().search_members(request)).unwrap().into_inner()
    };
    for text in ["zo", ""] {
        let first = page(text, String::new());
        let second = page(text, first.next_page_token);
        assert_eq!((first.people[0].owner_number, second.people[0].owner_number), (zoe, ann));
        assert_eq!(second.next_page_token, "");
    }
    let request = api::SearchMembersRequest { bank_number: 1, text: "z".repeat(201), ..Default::default() };
    assert_eq!(named(&served.block_on(served.directory().search_members(request)).unwrap_err()), "text");
}

/// Goal: what is said anew is said as a whole: name, contacts and consents read back, the name before is not found
/// any more, and sentences say the new one.
#[test]
fn said_anew() {
    let served = Served::new();
    served.bank("Ashenford");
    let (owner, account) = taken_in(&served, member("Ann Ash"));
    let day = Some(api::Date { year: 2026, month: 5, day: 4 });
    let consent = |purpose: api::Purpose, is_given| api::Consent { purpose: purpose.into(), is_given, day };
    let profile = api::Profile {
        name: "Ann Birch".into(),
        known_as: "Annie".into(),
        contacts: vec![contact(ContactKind::Post, "1 Mill Lane"), contact(ContactKind::Other, "at the desk")],
        language: "cy".into(),
        large_print: true,
        under_18: api::Under18::No.into(),
        consents: vec![consent(api::Purpose::Phone, true), consent(api::Purpose::Photo, false)],
    };
    let update = api::UpdatePersonRequest {
        request_id: fresh(),
        owner_number: owner,
        profile: Some(profile.clone()),
        validate_only: false,
    };
    let ask = |request| served.block_on(served.directory().update_person(request));
    assert!(!ask(update.clone()).unwrap().into_inner().receipt.unwrap().repeated);
    assert!(ask(update.clone()).unwrap().into_inner().receipt.unwrap().repeated);
    assert_eq!(person(&served, owner).profile.unwrap(), profile);
    assert_eq!(label(&served, account).0, "Ann Birch");
    assert_eq!((found(&served, "ash"), found(&served, "birch")), (vec![], vec![owner]));
    type Bend = fn(&mut api::Profile);
    let rows: [(Bend, &str); 9] = [
        (|p| p.name = " ".into(), "profile.name"),
        (|p| p.name = "a".repeat(201), "profile.name"),
        (|p| p.contacts[0].kind = 5, "profile.contacts.kind"),
        (|p| p.contacts[1].text.clear(), "profile.contacts.text"),
        (|p| p.contacts = vec![p.contacts[0].clone(); 5], "profile.contacts"),
        (|p| p.language = "not a tag".into(), "profile.language"),
        (|p| p.under_18 = 3, "profile.under_18"),
        (|p| p.consents[1].purpose = 1, "profile.consents.purpose"),
        (|p| p.consents[0].day = None, "profile.consents.day"),
    ];
    for (bend, field) in rows {
        let mut bent = profile.clone();
        bend(&mut bent);
        let request = api::UpdatePersonRequest { request_id: fresh(), profile: Some(bent), ..update.clone() };
        let status = ask(request).unwrap_err();
        assert_eq!((status.code(), named(&status)), (Code::InvalidArgument, field.to_owned()));
    }
    let nobody = api::UpdatePersonRequest { request_id: fresh(), owner_number: 99, ..update };
    assert_eq!(named(&ask(nobody).unwrap_err()), "OWNER_NOT_FOUND");
    let shown = format!("{:?}", person(&served, owner));
    assert!(!shown.contains("Ann") && !shown.contains("Mill Lane"), "{shown}");
}

/// Goal: a number somebody has already is taken, a bank's own is nobody's; who is here already keeps their kind and
/// bank. Method: a registered number, then a second account in another bank.
#[test]
fn a_number_there_is() {
    let served = Served::new();
    served.bank("Ashenford");
    served.bank("Quillmere");
    let holder = served.owners(1)[0];
    let numbered = |owner_number| api::CreatePersonRequest { owner_number, ..member("Holly Holder") };
    let (owner, first) = taken_in(&served, numbered(holder));
    assert_eq!(owner, holder);
    for nobody in [1, 99] {
        assert_eq!(named(&create(&served, numbered(nobody)).unwrap_err()), "OWNER_NOT_FOUND");
    }
    let other = api::CreatePersonRequest { kind: PersonKind::Partner.into(), ..numbered(holder) };
    assert_eq!(named(&create(&served, other).unwrap_err()), "kind");
    let (_, second) = taken_in(&served, api::CreatePersonRequest { bank_number: 2, ..numbered(holder) });
    let known = person(&served, holder);
    assert_eq!((known.bank_number, known.account_numbers), (1, vec![first, second]));
}

/// Goal: a pot has its purpose for a name, wherever it is named; lists say until when and by whom it is opened; and
/// what may be done with it is bounded. Method: a pot for a lead, one for brokers, and fields that cannot be meant.
#[test]
fn pots_are_opened() {
    let served = Served::new();
    served.bank("Ashenford");
    let pot = api::OpenPotRequest {
        request_id: fresh(),
        bank_number: 1,
        purpose: "Lifts to the clinic".into(),
        opens: api::PotOpens::Lead.into(),
        ..Default::default()
    };
    let ask =
        |request| served.block_on(served.directory().open_pot(request)).map(|answer| answer.into_inner());
    let made = ask(pot.clone()).unwrap();
    assert_eq!(ask(pot.clone()).unwrap().account_number, made.account_number);
    assert_eq!(label(&served, made.account_number).0, "Lifts to the clinic");
    let lifts = api::PotTerms {
        purpose: "Lifts to the clinic".into(),
        opens: api::PotOpens::Lead.into(),
        ..Default::default()
    };
    let garden = api::OpenPotRequest {
        request_id: fresh(),
        purpose: "garden 2026".into(),
        last_day: Some(api::Date { year: 2026, month: 12, day: 31 }),
        opens: api::PotOpens::Brokers.into(),
        broker_line_seconds: 3 * HOUR,
        ..pot.clone()
    };
    let garden_terms = api::PotTerms {
        purpose: garden.purpose.clone(),
        last_day: garden.last_day,
        opens: garden.opens,
        broker_line_seconds: 3 * HOUR,
    };
    ask(garden).unwrap();
    let list = api::ListAccountsRequest { bank_number: 1, ..Default::default() };
    let listed = served.block_on(served.ledger().list_accounts(list)).unwrap().into_inner().accounts;
    // The community pot and the issuance account of the bank were opened for no purpose.
    let terms: Vec<_> = listed.into_iter().map(|account| account.pot).collect();
    assert_eq!(terms, [None, None, Some(lifts), Some(garden_terms)]);
    let request = exchange(made.account_number, taken_in(&served, member("Ann Ash")).1, HOUR);
    let refused = served.block_on(served.ledger().post_entry(request)).unwrap_err();
    assert!(refused.message().contains("Lifts to the clinic is at zero"), "{refused:?}");
    let again = |bend: fn(&mut api::OpenPotRequest)| {
        let mut request = api::OpenPotRequest { request_id: fresh(), ..pot.clone() };
        bend(&mut request);
        named(&ask(request).unwrap_err())
    };
    assert_eq!(again(|pot| pot.purpose = " ".into()), "purpose");
    assert_eq!(again(|pot| pot.opens = 0), "opens");
    assert_eq!(again(|pot| pot.broker_line_seconds = 1), "broker_line_seconds");
    assert_eq!(again(|pot| pot.opens = api::PotOpens::Brokers.into()), "broker_line_seconds");
    assert_eq!(again(|pot| pot.bank_number = 9), "BANK_NOT_FOUND");
}
