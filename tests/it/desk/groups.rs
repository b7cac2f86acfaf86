//! Sessions that come again.

use std::fs;
use std::path::Path;

use hourbook::api;

use super::verify;
use crate::service::exchange::{Town, approve_it, day, of_seconds, reason, sequence, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

const NAME: &str = "Thursday walk by the Heronsgate";

/// Bo leads, Ann and Cy walk.
fn town() -> Town {
    let mut town = Town::new();
    for name in ["Ann", "Bo", "Cy", "Dev"] {
        town.member(name, -20);
    }
    town.begin_with("A created", &[("A pot", 20 * HOUR)]);
    town
}

fn walk(town: &Town) -> api::SetStandingGroupRequest {
    api::SetStandingGroupRequest {
        request_id: fresh(),
        bank_number: 1,
        name: NAME.into(),
        rule: api::GroupRule::PotPaysProvider.into(),
        givers: vec![api::UsualGiver { account_number: town.of("Bo"), length_seconds: 3 * HOUR / 2 }],
        participant_account_numbers: vec![town.of("Ann"), town.of("Cy")],
        length_seconds: 0,
        keeper_account_number: town.of("A pot"),
        ..Default::default()
    }
}

fn listed(town: &Town, key: &str) -> Vec<api::StandingGroup> {
    let request = api::ListStandingGroupsRequest { bank_number: 1, ..Default::default() };
    town.list_standing_groups(key, request).unwrap().groups
}

fn accounts(people: &[api::UsualPerson]) -> Vec<u32> {
    people.iter().map(|person| person.account_number).collect()
}

/// Goal: a group is what was said of it last, its number is given once, the same request has one effect, and all of it is
/// there after a restart; what it is called stands nowhere in plain. Method: two groups, one said anew, one ended; every file
/// of the data directory looked through.
#[test]
fn a_group_is_as_it_was_said() {
    let mut town = town();
    let first = walk(&town);
    let set = town.set_standing_group("Tobias", first.clone()).unwrap();
    assert_eq!(set.group_number, 1);
    let again = town.set_standing_group("Tobias", first.clone()).unwrap();
    assert_eq!((again.group_number, again.receipt.unwrap().repeated), (1, true));
    let other = api::SetStandingGroupRequest { request_id: fresh(), name: "Choir".into(), ..walk(&town) };
    assert_eq!(town.set_standing_group("Una", other).unwrap().group_number, 2);
    let anew = api::SetStandingGroupRequest {
        group_number: 1,
        participant_account_numbers: vec![town.of("Cy"), town.of("Dev"), town.of("Ann")],
        length_seconds: 2 * HOUR,
        ..walk(&town)
    };
    let changed = town.set_standing_group("Tobias", anew).unwrap();
    let check = |town: &Town| {
        let groups = listed(town, "Tobias");
        assert_eq!(groups.iter().map(|group| group.group_number).collect::<Vec<_>>(), [1, 2]);
        let group = &groups[0];
        assert_eq!((group.name.as_str(), group.rule()), (NAME, api::GroupRule::PotPaysProvider));
        assert_eq!(accounts(&group.givers), [town.of("Bo")]);
        assert_eq!(group.givers[0].length_seconds, 3 * HOUR / 2);
        assert_eq!(accounts(&group.participants), ["Cy", "Dev", "Ann"].map(|name| town.of(name)));
        assert_eq!((group.length_seconds, group.keeper_account_number), (2 * HOUR, town.of("A pot")));
        assert_eq!(group.set_by_sequence, sequence(&changed.receipt));
        assert!(group.participants.iter().all(|person| person.stands() == api::UsualStands::In));
    };
    check(&town);
    town.reopened(|_| {});
    check(&town);
    let end = |group_number| api::EndStandingGroupRequest {
        request_id: fresh(),
        bank_number: 1,
        group_number,
        validate_only: false,
    };
    let ended = end(2);
    town.end_standing_group("Tobias", ended.clone()).unwrap();
    assert!(town.end_standing_group("Tobias", ended).unwrap().receipt.unwrap().repeated);
    assert_eq!(reason(town.end_standing_group("Tobias", end(2))), "group_number");
    let revived = api::SetStandingGroupRequest { group_number: 2, ..walk(&town) };
    assert_eq!(reason(town.set_standing_group("Tobias", revived)), "group_number");
    assert_eq!(town.set_standing_group("Tobias", walk(&town)).unwrap().group_number, 3);
    let page = |page_token| api::ListStandingGroupsRequest { bank_number: 1, page_size: 1, page_token };
    let one = town.list_standing_groups("Tobias", page(String::new())).unwrap();
    let two = town.list_standing_groups("Tobias", page(one.next_page_token)).unwrap();
    assert_eq!((one.groups[0].group_number, two.groups[0].group_number), (1, 3));
    assert!(two.next_page_token.is_empty());
    verify(&town);
    town.served.end().unwrap();
    no_file_says(town.path(), b"Heronsgate");
}

fn no_file_says(folder: &Path, word: &[u8]) {
    let mut looked_at = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            looked_at += bytes.len();
            assert!(!bytes.windows(word.len()).any(|some| some == word), "{}", path.display());
        }
    }
    assert!(looked_at > 10_000, "there are books");
}

/// Goal: whoever is paused or left stands there as that, also where the group is said anew; whoever is forgotten stands in no
/// group any more, neither before nor after a restart, and nobody who left is put into one. Method: Ann is paused, Cy's
/// account closed, Dev forgotten; the group in which Cy is said anew, and another.
#[test]
fn who_left_and_who_is_forgotten() {
    let mut town = town();
    let everybody = api::SetStandingGroupRequest {
        givers: vec![
            api::UsualGiver { account_number: town.of("Bo"), length_seconds: HOUR },
            api::UsualGiver { account_number: town.of("Dev"), length_seconds: HOUR },
        ],
        ..walk(&town)
    };
    town.set_standing_group("Tobias", everybody.clone()).unwrap();
    let with_dev = api::SetStandingGroupRequest {
        request_id: fresh(),
        participant_account_numbers: vec![town.of("Dev"), town.of("Ann")],
        ..walk(&town)
    };
    town.set_standing_group("Tobias", with_dev).unwrap();
    let pause = api::PauseMemberRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Ann"),
        ..Default::default()
    };
    town.pause_member("Una", pause).unwrap();
    let close = api::CloseMemberRequest {
        request_id: fresh(),
        account_number: town.of("Cy"),
        reason: "moved away".into(),
        ..Default::default()
    };
    let waiting = waits(town.close_member("Una", close).unwrap().done);
    town.approve("Tobias", approve_it(waiting)).unwrap();
    let group = listed(&town, "Tobias").remove(0);
    let stands: Vec<_> = group.participants.iter().map(api::UsualPerson::stands).collect();
    assert_eq!(stands, [api::UsualStands::Paused, api::UsualStands::Left]);
    assert_eq!(accounts(&group.givers), [town.of("Bo"), town.of("Dev")]);
    let anew = |group_number| api::SetStandingGroupRequest {
        request_id: fresh(),
        group_number,
        length_seconds: HOUR,
        ..everybody.clone()
    };
    for group_number in [0, 2] {
        let refused = town.set_standing_group("Tobias", anew(group_number));
        assert_eq!(reason(refused), "participant_account_numbers", "Cy was in another one");
    }
    town.set_standing_group("Tobias", anew(1)).unwrap();
    let group = listed(&town, "Tobias").remove(0);
    let stands: Vec<_> = group.participants.iter().map(api::UsualPerson::stands).collect();
    assert_eq!((group.length_seconds, stands[1]), (HOUR, api::UsualStands::Left));
    let as_giver = api::SetStandingGroupRequest {
        givers: vec![api::UsualGiver { account_number: town.of("Cy"), length_seconds: HOUR }],
        participant_account_numbers: vec![town.of("Ann")],
        ..anew(1)
    };
    let only_checked = api::SetStandingGroupRequest { validate_only: true, ..as_giver };
    town.set_standing_group("Tobias", only_checked).unwrap();

    let forget = api::EraseMemberRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Dev"),
        ..Default::default()
    };
    town.erase_member("Una", forget).unwrap();
    assert_eq!(listed(&town, "Tobias")[0].givers[1].stands(), api::UsualStands::Paused, "not yet");
    town.served.clock.advance_seconds(14 * 86_400);
    for _ in 0..2 {
        town.reopened(|_| {});
        let groups = listed(&town, "Tobias");
        assert_eq!(accounts(&groups[0].givers), [town.of("Bo")]);
        assert_eq!(accounts(&groups[1].participants), [town.of("Ann")]);
    }
    let with_dev = api::SetStandingGroupRequest {
        request_id: fresh(),
        participant_account_numbers: vec![town.of("Dev")],
        ..walk(&town)
    };
    assert_eq!(reason(town.set_standing_group("Tobias", with_dev)), "participant_account_numbers");
    verify(&town);
}

/// Goal: a bank has as many groups as it may, ended ones too, and another bank's are its own. Method: 1,000 are set, each
/// ended; one more of this bank and the first of the other.
#[test]
fn a_bank_has_a_thousand_groups_ever() {
    let mut town = town();
    town.owner("Quin");
    let quin = town.account("Quin", (2, api::AccountKind::Member), "Quin", -5);
    for number in 1..=1_000 {
        let request = api::SetStandingGroupRequest { request_id: fresh(), ..walk(&town) };
        assert_eq!(town.set_standing_group("Una", request).unwrap().group_number, number);
        let end = api::EndStandingGroupRequest {
            request_id: fresh(),
            bank_number: 1,
            group_number: number,
            validate_only: false,
        };
        town.end_standing_group("Una", end).unwrap();
    }
    assert_eq!(reason(town.set_standing_group("Una", walk(&town))), "BOOKS_FULL");
    let elsewhere = api::SetStandingGroupRequest {
        bank_number: 2,
        givers: vec![api::UsualGiver { account_number: quin, length_seconds: HOUR }],
        participant_account_numbers: Vec::new(),
        keeper_account_number: 0,
        ..walk(&town)
    };
    assert_eq!(town.set_standing_group("Una", elsewhere.clone()).unwrap().group_number, 1);
    let not_theirs = api::SetStandingGroupRequest { request_id: fresh(), ..elsewhere };
    assert_eq!(reason(town.set_standing_group("Tobias", not_theirs)), "BANK_NOT_FOUND");
}

/// Goal: what is usual can be recorded as it stands. Method: the people of a group, as it is listed, in one session.
#[test]
fn a_usual_session_is_recorded() {
    let town = town();
    town.set_standing_group("Tobias", walk(&town)).unwrap();
    let group = listed(&town, "Tobias").remove(0);
    let giver = |person: &api::UsualPerson| api::GroupGiver {
        account_number: person.account_number,
        length: of_seconds(person.length_seconds),
    };
    let request = api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: group.rule,
        givers: group.givers.iter().map(giver).collect(),
        participant_account_numbers: accounts(&group.participants),
        keeper_account_number: group.keeper_account_number,
        occurred_on: Some(day(5, 5)),
        guest_count: 3,
        ..Default::default()
    };
    town.record_group_exchange("Tobias", request).unwrap();
    assert_eq!(["Bo", "Ann", "A pot"].map(|name| town.posted(name)), [3 * HOUR / 2, 0, 37 * HOUR / 2]);
    verify(&town);
}

/// Goal: two brokers who count differently who walked do not enter one walk twice: the second is asked, can answer that it is
/// another one, and is not asked of another day, another group, or after the first was put right. Method: two walkers, then
/// three, of one group and one day; the question in each of its ways, also where somebody agrees later.
#[test]
fn one_walk_is_entered_once() {
    let mut town = town();
    for name in ["Walk", "Choir"] {
        let group = api::SetStandingGroupRequest { request_id: fresh(), name: name.into(), ..walk(&town) };
        town.set_standing_group("Tobias", group).unwrap();
    }
    let came = |standing_group_number, people: &[&str], on| api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::PotPaysProvider.into(),
        givers: vec![api::GroupGiver { account_number: town.of("Bo"), length: of_seconds(HOUR) }],
        participant_account_numbers: people.iter().map(|who| town.of(who)).collect(),
        occurred_on: Some(day(5, on)),
        standing_group_number,
        ..Default::default()
    };
    let [two, three] = [&["Ann", "Cy"][..], &["Ann", "Cy", "Dev"]];
    let record = |request| town.record_group_exchange("Tobias", request);
    let first = sequence(&record(came(1, two, 5)).unwrap().done.unwrap().receipt);
    let second = came(1, three, 5);
    assert_eq!(reason(record(second.clone())), "ALREADY_HERE");
    let checked = api::RecordGroupExchangeRequest { validate_only: true, ..came(1, three, 5) };
    assert_eq!(reason(record(checked)), "ALREADY_HERE");
    record(came(2, &["Ann", "Dev"], 5)).unwrap();
    record(came(1, three, 4)).unwrap();
    let put_right = |original_sequence| api::PutRightRequest {
        request_id: fresh(),
        original_sequence,
        reason: "counted twice".into(),
        ..Default::default()
    };
    town.put_right("Tobias", put_right(first)).unwrap();
    let anew = sequence(&record(came(1, three, 5)).unwrap().done.unwrap().receipt);
    assert_eq!(reason(record(came(1, two, 5))), "ALREADY_HERE");
    let another = api::RecordGroupExchangeRequest { is_another: true, ..came(1, two, 5) };
    let another = sequence(&record(another).unwrap().done.unwrap().receipt);
    town.put_right("Tobias", put_right(anew)).unwrap();
    assert_eq!(reason(record(came(1, &["Cy"], 5))), "ALREADY_HERE", "the other is still here");
    town.put_right("Tobias", put_right(another)).unwrap();
    record(came(1, &["Cy"], 5)).unwrap();

    for number in [3, 1_001, 70_000] {
        assert_eq!(reason(record(came(number, two, 3))), "standing_group_number");
    }
    let end = api::EndStandingGroupRequest {
        request_id: fresh(),
        bank_number: 1,
        group_number: 2,
        validate_only: false,
    };
    town.end_standing_group("Tobias", end).unwrap();
    assert_eq!(reason(record(came(2, two, 3))), "standing_group_number");
    let long = api::RecordGroupExchangeRequest {
        givers: vec![api::GroupGiver { account_number: town.of("Bo"), length: of_seconds(6 * HOUR) }],
        ..came(1, two, 2)
    };
    let waiting = waits(record(long).unwrap().done);
    record(came(1, three, 2)).unwrap();
    let agree = approve_it(waiting);
    assert_eq!(reason(town.approve("Una", agree.clone())), "ALREADY_HERE");
    town.approve("Una", api::ApproveRequest { is_another: true, ..agree }).unwrap();
    town.reopened(|_| {});
    verify(&town);
}
