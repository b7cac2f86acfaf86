//! Who has a pause, who asks for somebody else, and who decides about themselves: each call of ExchangeService and
//! DirectoryService that hears of it.

use hourbook::api;
use hourbook::domain::Reason;

use super::asking::hear;
use super::desk::{About, ask, town};
use super::people;
use super::seen::{Refused, Seen};
use crate::access::with;
use crate::service::exchange::{Town, day};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Calls that begin something. What was agreed before is finished also in a pause.
const BEGINNING: [&str; 8] = [
    "RecordExchange",
    "ProposeExchange",
    "RecordGroupExchange",
    "BookHours",
    "CreditMember",
    "Gift",
    "Donate",
    "TransferBetweenBanks",
];

/// Everything about other people.
pub fn everything(seen: &mut Seen) {
    let (mut town, about) = town();
    town.give_key("Ann", api::Role::Member);
    // Whoever works for a time bank is one of its members too.
    town.give_another_key("Dev at the desk", "Dev", api::Role::Broker);
    town.give_another_key("Dev in the lead", "Dev", api::Role::Lead);
    for_somebody_else(&town, &about, seen);
    about_oneself(&town, &about, seen);
    in_a_pause(&town, &about, seen);
}

/// Ann says what Kit received, and spends for Cap: for Kit she spends nothing, for Cap she says nothing.
fn for_somebody_else(town: &Town, about: &About, seen: &mut Seen) {
    let ann = town.owner_number("Ann");
    for (owner, speaks) in [("Kit", api::Speaks::ToReceive), ("Cap", api::Speaks::ToSpend)] {
        let mut request = people::representative(town.owner_number(owner), ann);
        request.representative.as_mut().unwrap().speaks = speaks.into();
        town.set_representative("Tobias", request).unwrap();
    }
    let little = About { seconds: HOUR / 4, on: day(4, 28), ..about.clone() };
    let said = town.said(("Dev", "Cap"), api::Side::Receiver, HOUR / 4, day(4, 28));
    let answers = ["BookHours", "Gift", "Donate"].map(|call| ask(town, "Ann", call, &fresh(), &little));
    let said = hear("ProposeExchange", town.propose_exchange("Ann", said));
    for refused in answers.into_iter().chain([said]) {
        seen.refused(refused, Reason::NotYours, &[], &["you do not speak for", "talk to your time broker"]);
    }
}

/// Dev decides about hours and rights of his own.
fn about_oneself(town: &Town, about: &About, seen: &mut Seen) {
    let refused = ask(town, "Dev at the desk", "ResolveDispute", &fresh(), about);
    seen.refused(refused, Reason::SecondPersonNeeded, &[], &["you said it or disputed it yourself"]);
    let dev = town.owner_number("Dev");
    for (key, not_by_oneself) in [
        ("Dev at the desk", &["CreatePerson", "SetMemberStanding", "SetRepresentative"][..]),
        ("Dev in the lead", &["EraseMember", "PauseMember"]),
    ] {
        let answers = people_calls(town, key, dev).into_iter();
        for (_, refused) in answers.filter(|(call, _)| not_by_oneself.contains(call)) {
            seen.refused(
                refused,
                Reason::SecondPersonNeeded,
                &[],
                &["it is about you, or about whom you speak for"],
            );
        }
    }
}

/// Kit has a pause: whoever helps or thanks Kit, and is helped or thanked, hears of it.
fn in_a_pause(town: &Town, about: &About, seen: &mut Seen) {
    town.pause_member("Una", people::pause(town.owner_number("Kit"))).unwrap();
    let little = About { seconds: HOUR / 4, on: day(4, 30), ..about.clone() };
    let by_kit = About { giver: "Kit", receiver: "Dev", ..little.clone() };
    for call in BEGINNING {
        let about = if matches!(call, "CreditMember" | "TransferBetweenBanks") { &by_kit } else { &little };
        let refused = ask(town, "Tobias", call, &fresh(), about);
        let says = ["there is a pause for Kit", "Ask again when it is over"];
        seen.refused(refused, Reason::Paused, &[], &says);
    }
}

/// Each call that says something of a person, asked about `owner`.
fn people_calls(town: &Town, key: &str, owner: u32) -> Vec<(&'static str, Result<(), Refused>)> {
    let key = town.key(key);
    let mut directory = town.served.directory();
    let mut heard = Vec::new();
    macro_rules! ask {
        ($call:literal, $method:ident, $request:expr) => {
            heard.push(($call, hear($call, town.served.block_on(directory.$method(with(key, $request))))))
        };
    }
    let taken_in = api::CreatePersonRequest { owner_number: owner, ..people::created(fresh(), "Dev Dale") };
    let speaks_for_zoe = people::representative(town.owner_number("Zoe"), owner);
    ask!("CreatePerson", create_person, taken_in);
    ask!("UpdatePerson", update_person, people::update(owner));
    ask!("SetMemberStanding", set_member_standing, people::standing(owner));
    ask!("SetRepresentative", set_representative, people::representative(owner, town.owner_number("Kit")));
    ask!("SetRepresentative", set_representative, speaks_for_zoe);
    ask!("PauseMember", pause_member, people::pause(owner));
    ask!("CloseMember", close_member, people::close(town.of("Dev"), 0));
    ask!("EraseMember", erase_member, people::erase(owner));
    heard
}
