//! Calls about people, asked for something they would accept, and their rules broken one after the other.

use hourbook::api;
use hourbook::domain::{AccountNumber, Reason};

use super::asking::{Numbers, hear};
use super::seen::{Refused, Seen};
use crate::support::served::{Served, fresh};

const NOBODY: u32 = 9_999;

/// What somebody gave on a day that is over.
pub fn help(owner_number: u32) -> api::GetRecordOfHelpRequest {
    let day = Some(api::Date { year: 2026, month: 5, day: 4 });
    api::GetRecordOfHelpRequest { owner_number, from_day: day, through_day: day, ..Default::default() }
}

pub fn owner_of(served: &Served, account_number: u32) -> u32 {
    let request = api::GetPersonRequest { owner_number: 0, account_number };
    let answer = served.block_on(served.directory().get_person(request)).unwrap().into_inner();
    answer.person.unwrap().owner_number
}

/// Asks a call that writes for something the books would accept: about Kit, to whom nothing happens.
pub fn ask(
    served: &Served,
    numbers: &Numbers,
    call: &'static str,
    request_id: String,
) -> Result<(), Refused> {
    let mut directory = served.directory();
    let (owner_number, partner) = (owner_of(served, numbers.kit), owner_of(served, numbers.baths));
    match call {
        "CreatePerson" => {
            hear(call, served.block_on(directory.create_person(created(request_id, "Fern Flint"))))
        }
        "UpdatePerson" => {
            let request = api::UpdatePersonRequest { request_id, ..update(owner_number) };
            hear(call, served.block_on(directory.update_person(request)))
        }
        "SetMemberStanding" => {
            let request = api::SetMemberStandingRequest { request_id, ..standing(owner_number) };
            hear(call, served.block_on(directory.set_member_standing(request)))
        }
        "SetRepresentative" => {
            let request = api::SetRepresentativeRequest {
                request_id,
                ..representative(owner_number, owner_of(served, numbers.dev))
            };
            hear(call, served.block_on(directory.set_representative(request)))
        }
        "SetVenue" => {
            let request = api::SetVenueRequest { request_id, ..venue(partner) };
            hear(call, served.block_on(directory.set_venue(request)))
        }
        "CloseVenue" => {
            let request = api::CloseVenueRequest { request_id, ..close_venue(partner) };
            hear(call, served.block_on(directory.close_venue(request)))
        }
        "SetTill" => {
            let request = api::SetTillRequest { request_id, ..till(partner) };
            hear(call, served.block_on(directory.set_till(request)))
        }
        "CloseTill" => {
            let request = api::CloseTillRequest { request_id, ..close_till(partner) };
            hear(call, served.block_on(directory.close_till(request)))
        }
        "OpenPot" => hear(call, served.block_on(directory.open_pot(pot(request_id, 1)))),
        "SetStandingGroup" => {
            let request = api::SetStandingGroupRequest { request_id, ..walk(1, numbers.kit) };
            hear(call, served.block_on(directory.set_standing_group(request)))
        }
        "EndStandingGroup" => {
            let request = api::EndStandingGroupRequest { request_id, ..no_walk(1) };
            hear(call, served.block_on(directory.end_standing_group(request)))
        }
        "PauseMember" => {
            let request = api::PauseMemberRequest { request_id, ..pause(owner_number) };
            hear(call, served.block_on(directory.pause_member(request)))
        }
        "CloseMember" => {
            let request = api::CloseMemberRequest { request_id, ..close(numbers.kit, 0) };
            hear(call, served.block_on(directory.close_member(request)))
        }
        "EraseMember" => {
            let request = api::EraseMemberRequest { request_id, ..erase(owner_number) };
            hear(call, served.block_on(directory.erase_member(request)))
        }
        other => panic!("{other} does not write"),
    }
}

/// Banks, people and accounts that are not there; people who are there already, who are paused or leave; accounts
/// that cannot close.
pub fn rules(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let create = |request| hear("CreatePerson", served.block_on(served.directory().create_person(request)));
    let pot_of = |bank| hear("OpenPot", served.block_on(served.directory().open_pot(pot(fresh(), bank))));
    let letters =
        |request| hear("StreamLetters", served.block_on(served.directory().stream_letters(request)));
    let record =
        |request| hear("GetRecordOfHelp", served.block_on(served.directory().get_record_of_help(request)));
    let month = api::StreamLettersRequest { year: 2026, month: 5, ..Default::default() };
    let search = api::SearchMembersRequest { bank_number: 9, ..Default::default() };
    for refused in [
        create(api::CreatePersonRequest { bank_number: 9, ..created(fresh(), "Fern Flint") }),
        hear("SearchMembers", served.block_on(served.directory().search_members(search))),
        pot_of(9),
        letters(api::StreamLettersRequest { bank_number: 9, ..month }),
        record(api::GetRecordOfHelpRequest { bank_number: 9, ..help(owner_of(served, numbers.kit)) }),
        hear(
            "SetStandingGroup",
            served.block_on(served.directory().set_standing_group(walk(9, numbers.kit))),
        ),
        hear("EndStandingGroup", served.block_on(served.directory().end_standing_group(no_walk(9)))),
        hear("ListStandingGroups", served.block_on(served.directory().list_standing_groups(walks(9)))),
    ] {
        seen.refused(refused, Reason::BankNotFound, &[("bank_number", &9)], &["9"]);
    }
    let says =
        |request| hear("SetRepresentative", served.block_on(served.directory().set_representative(request)));
    let paused = |request| hear("PauseMember", served.block_on(served.directory().pause_member(request)));
    let erased = |request| hear("EraseMember", served.block_on(served.directory().erase_member(request)));
    let get = |owner_number, account_number| {
        let request = api::GetPersonRequest { owner_number, account_number };
        hear("GetPerson", served.block_on(served.directory().get_person(request)))
    };
    for refused in [
        create(api::CreatePersonRequest { owner_number: NOBODY, ..created(fresh(), "Fern Flint") }),
        hear("UpdatePerson", served.block_on(served.directory().update_person(update(NOBODY)))),
        get(NOBODY, 0),
        letters(api::StreamLettersRequest { owner_number: NOBODY, ..month }),
        record(help(NOBODY)),
        hear("ExportMember", served.block_on(served.directory().export_member(export(NOBODY)))),
        hear("SetMemberStanding", served.block_on(served.directory().set_member_standing(standing(NOBODY)))),
        says(representative(NOBODY, 1)),
        paused(pause(NOBODY)),
        erased(erase(NOBODY)),
        hear("SetVenue", served.block_on(served.directory().set_venue(venue(NOBODY)))),
        hear("CloseVenue", served.block_on(served.directory().close_venue(close_venue(NOBODY)))),
        hear("SetTill", served.block_on(served.directory().set_till(till(NOBODY)))),
        hear("CloseTill", served.block_on(served.directory().close_till(close_till(NOBODY)))),
    ] {
        seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &NOBODY)], &["under number 9999"]);
    }
    let closed = |request| hear("CloseMember", served.block_on(served.directory().close_member(request)));
    let nowhere = AccountNumber::from_slot(9_000_000).unwrap().printed();
    let walk_of = walk(1, nowhere);
    let usual = hear("SetStandingGroup", served.block_on(served.directory().set_standing_group(walk_of)));
    for refused in [get(0, nowhere), closed(close(nowhere, 0)), usual] {
        seen.refused(refused, Reason::AccountNotFound, &[("account_number", &nowhere)], &[]);
    }
    for (request, reason) in [
        (close(numbers.zoe, 0), Reason::AccountClosed),
        (close(numbers.kit, numbers.kit), Reason::SameAccount),
        (close(numbers.kit, numbers.quin), Reason::CrossBank),
    ] {
        seen.refused(closed(request), reason, &[("account_number", &"*")], &[]);
    }

    create(created(fresh(), "Fern Flint")).unwrap();
    let figures: [(&str, &dyn ToString); 2] = [("persons_count", &1), ("owner_number", &"*")];
    seen.refused(create(created(fresh(), "Flint Fern")), Reason::SamePerson, &figures, &["is here already"]);

    as_many_as_there_can_be(served, owner_of(served, numbers.baths), seen);
    let kit = owner_of(served, numbers.kit);
    let dev = owner_of(served, numbers.dev);
    let of = |owner: &'static str| [(owner, &"*" as &dyn ToString)];
    let over = api::SetRepresentativeRequest { is_over: true, ..representative(kit, dev) };
    seen.refused(says(over), Reason::NothingWaits, &of("owner_number"), &["do not speak for them"]);
    let over = || api::PauseMemberRequest { is_over: true, ..pause(kit) };
    seen.refused(paused(over()), Reason::NothingWaits, &of("owner_number"), &["no pause now"]);
    let back = || api::EraseMemberRequest { is_taken_back: true, ..erase(kit) };
    seen.refused(erased(back()), Reason::NothingWaits, &of("owner_number"), &["nobody asked to forget them"]);
    paused(pause(kit)).unwrap();
    seen.refused(paused(pause(kit)), Reason::SecondPersonNeeded, &[], &["Ask a second person"]);
    erased(erase(kit)).unwrap();
    seen.refused(paused(over()), Reason::Paused, &[], &["take that back first"]);
    seen.refused(erased(erase(kit)), Reason::Paused, &of("owner_number"), &["as they asked"]);
    erased(back()).unwrap();
}

/// A venue of the baths, and a till in it.
pub fn open_baths(served: &Served, account: u32) {
    let baths = owner_of(served, account);
    served.block_on(served.directory().set_venue(venue(baths))).unwrap();
    served.block_on(served.directory().set_standing_group(walk(1, account))).unwrap();
    served.block_on(served.directory().set_till(till(baths))).unwrap();
}

fn as_many_as_there_can_be(served: &Served, partner: u32, seen: &mut Seen) {
    let one_more = || hear("SetVenue", served.block_on(served.directory().set_venue(venue(partner))));
    (1..50).for_each(|_| one_more().unwrap());
    seen.refused(
        one_more(),
        Reason::BooksFull,
        &[("what", &"venues"), ("most", &50)],
        &["at most 50 venues"],
    );
    let one_more = || hear("SetTill", served.block_on(served.directory().set_till(till(partner))));
    (1..200).for_each(|_| one_more().unwrap());
    seen.refused(
        one_more(),
        Reason::BooksFull,
        &[("what", &"tills"), ("most", &200)],
        &["at most 200 tills"],
    );
}

fn venue(partner_owner_number: u32) -> api::SetVenueRequest {
    let name = "Ladle Street".into();
    api::SetVenueRequest { request_id: fresh(), partner_owner_number, name, ..Default::default() }
}

fn close_venue(partner_owner_number: u32) -> api::CloseVenueRequest {
    let request_id = fresh();
    api::CloseVenueRequest { request_id, partner_owner_number, venue_number: 1, validate_only: false }
}

fn till(partner_owner_number: u32) -> api::SetTillRequest {
    let request_id = fresh();
    api::SetTillRequest { request_id, partner_owner_number, venue_number: 1, ..Default::default() }
}

fn close_till(partner_owner_number: u32) -> api::CloseTillRequest {
    let request_id = fresh();
    api::CloseTillRequest { request_id, partner_owner_number, till_number: 1, validate_only: false }
}

pub fn created(request_id: String, name: &str) -> api::CreatePersonRequest {
    let profile = Some(api::Profile { name: name.into(), ..Default::default() });
    let kind = api::PersonKind::Member.into();
    api::CreatePersonRequest { request_id, bank_number: 1, kind, profile, ..Default::default() }
}

pub fn update(owner_number: u32) -> api::UpdatePersonRequest {
    let profile = Some(api::Profile { name: "Kit Kestrel".into(), ..Default::default() });
    api::UpdatePersonRequest { request_id: fresh(), owner_number, profile, validate_only: false }
}

pub fn standing(owner_number: u32) -> api::SetMemberStandingRequest {
    api::SetMemberStandingRequest { request_id: fresh(), owner_number, ..Default::default() }
}

pub fn representative(owner_number: u32, speaker: u32) -> api::SetRepresentativeRequest {
    let speaks = api::Speaks::ToSpend.into();
    let representative = Some(api::Representative { owner_number: speaker, speaks, ..Default::default() });
    api::SetRepresentativeRequest { request_id: fresh(), owner_number, representative, ..Default::default() }
}

fn walk(bank_number: u32, account_number: u32) -> api::SetStandingGroupRequest {
    api::SetStandingGroupRequest {
        request_id: fresh(),
        bank_number,
        name: "Thursday walk".into(),
        rule: api::GroupRule::PotPaysProvider.into(),
        givers: vec![api::UsualGiver { account_number, length_seconds: 5_400 }],
        ..Default::default()
    }
}

fn no_walk(bank_number: u32) -> api::EndStandingGroupRequest {
    api::EndStandingGroupRequest { request_id: fresh(), bank_number, group_number: 1, validate_only: false }
}

fn walks(bank_number: u32) -> api::ListStandingGroupsRequest {
    api::ListStandingGroupsRequest { bank_number, ..Default::default() }
}

fn export(owner_number: u32) -> api::ExportMemberRequest {
    api::ExportMemberRequest { owner_number, ..Default::default() }
}

fn pot(request_id: String, bank_number: u32) -> api::OpenPotRequest {
    let opens = api::PotOpens::Panel.into();
    api::OpenPotRequest { request_id, bank_number, purpose: "Lifts".into(), opens, ..Default::default() }
}

pub fn pause(owner_number: u32) -> api::PauseMemberRequest {
    api::PauseMemberRequest { request_id: fresh(), owner_number, ..Default::default() }
}

pub fn close(account_number: u32, remainder_to_account_number: u32) -> api::CloseMemberRequest {
    api::CloseMemberRequest {
        request_id: fresh(),
        account_number,
        remainder_to_account_number,
        ..Default::default()
    }
}

pub fn erase(owner_number: u32) -> api::EraseMemberRequest {
    api::EraseMemberRequest { request_id: fresh(), owner_number, ..Default::default() }
}
