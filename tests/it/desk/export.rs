//! Everything that is held about one person, and nothing of anybody else.

use hourbook::api;

use crate::access::with;
use crate::service::exchange::{Town, day, of_seconds, reason, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Names that stand nowhere else.
const ANN: &str = "Annabel Quillfeather";
const BEN: &str = "Benedict Oakapple";
const CRESS: &str = "Cressida Thornbury";
const DOT: &str = "Dorothea Fernsby";

/// Ann helps, is helped, takes part, books, gives and is spoken for, with everybody of the town; Dot is of the other bank.
fn town() -> Town {
    let mut town = Town::new();
    for name in [ANN, BEN, CRESS] {
        town.member(name, -50);
    }
    town.owner(DOT);
    town.account(DOT, (2, api::AccountKind::Member), DOT, -50);
    town.owner("Lantern Hall");
    town.account("Lantern Hall", (1, api::AccountKind::Organisation), "Lantern Hall", -50);
    for name in [ANN, BEN] {
        town.give_key(name, api::Role::Member);
    }
    town.broker("Oswin");
    town.begin_with("A created", &[("A pot", 60 * HOUR), (ANN, 10 * HOUR)]);
    let memo = |request, memo: &str| api::RecordExchangeRequest { memo: memo.into(), ..request };
    town.recorded("Tobias", memo(town.helped(ANN, BEN, HOUR, day(4, 1)), "carried the quillwort"));
    town.recorded("Tobias", town.helped(CRESS, ANN, 2 * HOUR, day(4, 2)));
    town.recorded("Tobias", town.helped("Lantern Hall", ANN, HOUR, day(4, 3)));
    town.recorded("Una", town.helped(ANN, DOT, HOUR, day(4, 4)));
    let paid = town.helped(ANN, CRESS, HOUR, day(4, 5));
    town.recorded("Tobias", api::RecordExchangeRequest { paid_by_account_number: town.of(BEN), ..paid });
    let session = api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::SplitProviderTime.into(),
        givers: vec![api::GroupGiver { account_number: town.of(BEN), length: of_seconds(2 * HOUR) }],
        participant_account_numbers: [ANN, CRESS].map(|name| town.of(name)).to_vec(),
        occurred_on: Some(day(4, 6)),
        ..Default::default()
    };
    town.record_group_exchange("Tobias", session).unwrap();
    town.proposed("Tobias", town.said((BEN, ANN), api::Side::Giver, HOUR, day(4, 7)));
    town.book_hours("Tobias", town.booking(ANN, CRESS, HOUR)).unwrap();
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of(ANN),
        to_account_number: town.of(BEN),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    town.gift("Tobias", gift).unwrap();
    let speaks = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: town.owner_number(ANN),
        representative: Some(api::Representative {
            owner_number: town.owner_number(CRESS),
            speaks: api::Speaks::ForAll.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    town.set_representative("Tobias", speaks).unwrap();
    let choice = api::SetMemberStandingRequest {
        request_id: fresh(),
        owner_number: town.owner_number(ANN),
        rest_to_account_number: town.of(BEN),
        ..Default::default()
    };
    town.set_member_standing("Tobias", choice).unwrap();
    let card =
        api::IssueCardRequest { request_id: fresh(), account_number: town.of(ANN), ..Default::default() };
    town.issue_card("Tobias", card).unwrap();
    let long = api::RecordExchangeRequest {
        confirmed_amount_seconds: 41 * HOUR,
        ..town.helped(ANN, BEN, 41 * HOUR, day(4, 8))
    };
    waits(town.record_exchange("Oswin", long).unwrap().done);
    town
}

/// All pages, as they come.
fn pages(town: &Town, key: &str, page_size: u32) -> Vec<api::ExportMemberResponse> {
    let mut pages: Vec<api::ExportMemberResponse> = Vec::new();
    loop {
        let page_token = pages.last().map(|page| page.next_page_token.clone()).unwrap_or_default();
        let owner_number = town.owner_number(ANN);
        let request = api::ExportMemberRequest { owner_number, page_size, page_token };
        pages.push(town.export_member(key, request).unwrap());
        if pages.last().unwrap().next_page_token.is_empty() {
            return pages;
        }
    }
}

/// Goal: everything held about one person is in it, and no other person's name or number. Method: a town where everybody has
/// a name and numbers that stand nowhere else; all that is answered is looked through, for Ann herself and for a broker.
#[test]
fn nobody_else_is_in_it() {
    let town = town();
    for key in [ANN, "Tobias", "Una"] {
        let all = pages(&town, key, 1_000);
        assert_eq!(all.len(), 1);
        let whole = &all[0];
        let said = format!("{whole:?}");
        assert!(said.contains(ANN) && said.contains("Lantern Hall"));
        assert!(said.contains("carried the quillwort"), "what was typed is held about Ann too");
        for other in [BEN, CRESS, DOT] {
            for word in other.split(' ') {
                assert!(!said.contains(word), "{word} for {key}: {said}");
            }
            assert!(!said.contains(&town.of(other).to_string()), "the account of {other} for {key}: {said}");
        }
        let person = whole.person.as_ref().unwrap();
        assert_eq!(person.owner_number, town.owner_number(ANN));
        assert_eq!((person.representatives.len(), person.representatives[0].owner_number), (1, 0));
        assert_eq!((person.rest_to_account_number, whole.rest_goes_to_somebody), (0, true));
        assert_eq!((person.cards.len(), whole.keys.len(), whole.accounts.len()), (1, 1, 1));
        assert_eq!((whole.keys[0].role.as_str(), whole.keys[0].is_live), ("member", true));
        let account = &whole.accounts[0];
        assert_eq!((account.posted_seconds, account.bank_number), (town.posted(ANN), 1));
        assert_eq!(account.limits.unwrap().floor_seconds, Some(-50 * HOUR));
        assert_eq!(whole.matters.len(), 3, "one waits, and two are set aside: {:?}", whole.matters);
        let sentences: Vec<_> =
            whole.lines.iter().map(|line| line.line.as_ref().unwrap().sentence.as_str()).collect();
        for begins in [
            "gave 1 h to somebody, on 1 April",
            "received 2 h from somebody, on 2 April",
            "received 1 h from Lantern Hall, on 3 April",
            "gave 1 h to somebody in Quillmere, on 4 April",
            "made a gift of 1 h to somebody",
        ] {
            assert!(sentences.iter().any(|one| one.starts_with(begins)), "{begins}: {sentences:#?}");
        }
    }
}

/// Goal: everything that is held is in it: help whose hours moved the accounts of others, given and received, as far as it was not
/// put right; what was known before; sessions they come to; and notes, with nobody else's name in any case or accent. Method: one
/// of each in the town, whole and page by page.
#[test]
fn what_is_in_no_line_is_in_it() {
    let town = town();
    let known = |who: &str, known_as: &str, phone: &str| {
        let profile = api::Profile {
            name: who.into(),
            known_as: known_as.into(),
            contacts: vec![api::Contact { kind: api::ContactKind::Phone.into(), text: phone.into() }],
            ..Default::default()
        };
        let request = api::UpdatePersonRequest {
            request_id: fresh(),
            owner_number: town.owner_number(who),
            profile: Some(profile),
            ..Default::default()
        };
        town.update_person("Tobias", request).unwrap();
    };
    known(ANN, "Nan", "01632 960 001");
    known(ANN, "Nan", "01632 960 002");
    known(BEN, "Benjy", "01632 960 003");
    let memo = "took BENEDICT  Oa\u{301}kapple, benjy and Cressida Thornbury's dog to the clinic; Nan sang";
    let told = "took somebody, somebody and somebody's dog to the clinic; Nan sang";
    let with = |request| api::RecordExchangeRequest { memo: memo.into(), ..request };
    town.recorded("Tobias", with(town.helped(ANN, CRESS, HOUR, day(4, 20))));
    town.chooses(ANN, "", "A pot");
    let original_sequence = town.recorded("Tobias", with(town.helped(ANN, CRESS, 2 * HOUR, day(4, 21))));
    let request = api::PutRightRequest {
        request_id: fresh(),
        original_sequence,
        parts: vec![api::ReversedPart { transfer_index: 0, amount_seconds: HOUR / 2 }],
        reason: "it was Benedict Oakapple".into(),
        ..Default::default()
    };
    town.put_right("Tobias", request).unwrap();
    town.chooses(ANN, "A pot", "");
    town.recorded("Tobias", town.helped(BEN, ANN, HOUR, day(4, 22)));
    let hall = api::RecordExchangeRequest {
        in_the_name_of_account_number: town.of("Lantern Hall"),
        ..town.helped(ANN, BEN, HOUR, day(4, 23))
    };
    town.recorded("Tobias", hall);
    let group = |name: &str, givers: Vec<api::UsualGiver>, usual: &[&str]| {
        let request = api::SetStandingGroupRequest {
            request_id: fresh(),
            bank_number: 1,
            name: name.into(),
            rule: api::GroupRule::PotPaysProvider.into(),
            givers,
            participant_account_numbers: usual.iter().map(|who| town.of(who)).collect(),
            keeper_account_number: town.of("A pot"),
            ..Default::default()
        };
        town.set_standing_group("Tobias", request).unwrap();
    };
    let gives = |who: &str| vec![api::UsualGiver { account_number: town.of(who), length_seconds: HOUR }];
    group("Benedict Oakapple's walk", gives(BEN), &[ANN, CRESS]);
    group("Choir", gives(ANN), &[CRESS]);
    group("Not hers", gives(BEN), &[CRESS]);

    let whole = pages(&town, "Tobias", 1_000).remove(0);
    let line =
        whole.lines.iter().map(|line| line.line.as_ref().unwrap()).find(|line| line.memo.contains("clinic"));
    assert_eq!(line.unwrap().memo, told);
    let help: Vec<_> = whole
        .help
        .iter()
        .map(|one| (one.is_given, one.seconds, one.sentence.as_str(), one.memo.as_str()))
        .collect();
    assert_eq!(
        help,
        [
            (true, 2 * HOUR, "gave 2 h, on 21 April 2026; the hours went to a pot", told),
            (true, -HOUR / 2, "gave 30 min less, put right on 5 May 2026; the hours went to a pot", ""),
            (false, HOUR, "received 1 h, on 22 April 2026; others paid", ""),
            (true, HOUR, "gave 1 h, on 23 April 2026; the hours went to others", ""),
        ]
    );
    assert_eq!(whole.help[1].reason, "it was somebody");
    assert_eq!(whole.former_profiles.len(), 1);
    let former = whole.former_profiles[0].profile.as_ref().unwrap();
    assert_eq!((former.name.as_str(), former.contacts[0].text.as_str()), (ANN, "01632 960 001"));
    let now = whole.person.as_ref().unwrap().profile.as_ref().unwrap();
    assert_eq!(now.contacts[0].text, "01632 960 002");
    let groups: Vec<_> = whole.groups.iter().map(|one| (one.name.as_str(), one.gives_seconds)).collect();
    assert_eq!(groups, [("somebody's walk", 0), ("Choir", HOUR)]);
    assert_eq!((whole.linked_sign_ins_count, whole.refusals.len()), (0, 0));
    let said = format!("{whole:?}").to_lowercase();
    for word in ["benedict", "oakapple", "benjy", "cressida", "thornbury", "dorothea", "960 003"] {
        assert!(!said.contains(word), "{word}: {said}");
    }

    for size in [1, 2, 3, 7] {
        let pages = pages(&town, "Tobias", size);
        let rows = |page: &api::ExportMemberResponse| {
            page.lines.len() + page.help.len() + page.former_profiles.len()
        };
        assert!(pages.iter().all(|page| rows(page) <= size as usize), "{size}");
        let help: Vec<_> = pages.iter().flat_map(|page| page.help.clone()).collect();
        let former: Vec<_> = pages.iter().flat_map(|page| page.former_profiles.clone()).collect();
        assert_eq!((help, former), (whole.help.clone(), whole.former_profiles.clone()), "{size} a page");
    }
    // A page for people has it too.
    let page = hourbook::letters::page(&hourbook::letters::held(&whole));
    for part in
        [told, "gave 2 h, on 21 April 2026; the hours went to a pot", "01632 960 001", "somebody's walk"]
    {
        assert!(page.contains(part), "{part} in {page}");
    }
}

/// Goal: pages of any size say the same lines, each once, and what is no line on the first alone. Method: one line a page,
/// two, and all.
#[test]
fn pages_make_one_whole() {
    let town = town();
    let whole = pages(&town, "Tobias", 0).remove(0);
    for size in [1, 2, 7] {
        let pages = pages(&town, "Tobias", size);
        assert!(pages.iter().all(|page| page.lines.len() <= size as usize));
        assert!(pages.iter().skip(1).all(|page| page.person.is_none() && page.accounts.is_empty()));
        let lines: Vec<_> = pages.iter().flat_map(|page| page.lines.clone()).collect();
        assert_eq!(lines, whole.lines, "{size} a page");
    }
    let other = api::ExportMemberRequest {
        owner_number: town.owner_number(BEN),
        page_token: pages(&town, "Tobias", 1).remove(0).next_page_token,
        ..Default::default()
    };
    assert_eq!(reason(town.export_member("Tobias", other)), "page_token");
}

/// Goal: nobody exports anybody but themselves, whom their bank has, or nobody. Method: each with another's number, and the
/// keys of others.
#[test]
fn who_may() {
    let mut town = town();
    town.broker_of(2, "Wilma");
    let of =
        |who: &str| api::ExportMemberRequest { owner_number: town.owner_number(who), ..Default::default() };
    for (key, who) in [(BEN, ANN), ("Wilma", ANN), ("Tobias", DOT)] {
        assert_eq!(reason(town.export_member(key, of(who))), "OWNER_NOT_FOUND", "{key} of {who}");
    }
    for key in ["admin", "integration"] {
        let request = with(town.key(key), of(ANN));
        let answer = town.served.block_on(town.served.directory().export_member(request));
        assert_eq!(reason(answer.map(drop)), "BEYOND_REACH", "{key}");
    }
    town.export_member("Wilma", of(DOT)).unwrap();
    assert_eq!(reason(town.export_member("Tobias", api::ExportMemberRequest::default())), "owner_number");
}
