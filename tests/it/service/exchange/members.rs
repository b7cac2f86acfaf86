//! What members may say, and what they hear of others by it.

use hourbook::api;
use hourbook::domain::AccountNumber;
use tonic::Code;

use super::{Town, day, of_seconds, reason};
use crate::support::HOUR;
use crate::support::served::{floor, fresh, transfer};

/// Goal: a member says what concerns their own account, with anybody of their bank; hears no name and no figure of
/// the other, nor why it cannot be done with them; and speaks for nobody else. Method: Dev with Greta, who is at her
/// floor, and with Kit, who left.
#[test]
fn a_member_hears_nothing_of_others() {
    let mut town = Town::new();
    for name in ["Dev", "Greta", "Kit"] {
        town.member(name, -2);
    }
    town.owner("Maud");
    town.account("Maud", (2, api::AccountKind::Member), "Maud", -5);
    for name in ["Dev", "Greta"] {
        town.give_key(name, api::Role::Member);
    }
    town.begin_with("A created", &[("Greta", -HOUR), ("Dev", 5 * HOUR)]);
    let close = api::CloseAccountRequest {
        request_id: fresh(),
        account_number: town.of("Kit"),
        remainder_to_account_number: town.of("A pot"),
        ..Default::default()
    };
    town.close_account("integration", close).unwrap();
    let said = |other: &str, hours: i64| town.said(("Dev", other), api::Side::Giver, hours * HOUR, day(5, 4));
    for (other, hours) in [("Greta", 2), ("Kit", 1)] {
        let refused = town.propose_exchange("Dev", said(other, hours)).unwrap_err();
        let expected =
            "Not done: this cannot be done today. Nothing was written down. Please talk to your time broker.";
        assert_eq!((refused.code(), refused.message()), (Code::FailedPrecondition, expected));
        assert!(!format!("{refused:?}").contains("Greta"));
        assert_eq!(reason::<()>(Err(refused)), "PAUSED");
        let to_broker = town.propose_exchange("Tobias", said(other, hours)).unwrap_err();
        assert!(to_broker.message().contains(other), "{to_broker:?}");
    }
    assert_eq!(reason(town.propose_exchange("Dev", said("Maud", 1))), "ACCOUNT_NOT_FOUND");
    let proposal_sequence = town.proposed("Dev", said("Greta", 1));
    let own = town.get_entry("Dev", api::GetEntryRequest { sequence: proposal_sequence, min_sequence: 0 });
    let own = own.unwrap().entry.unwrap();
    assert_eq!((own.lines.len(), own.actor), (0, town.owners["Dev"]), "the line is Greta's");
    let of_greta = town.said(("Dev", "Greta"), api::Side::Receiver, HOUR, day(5, 3));
    assert_eq!(reason(town.propose_exchange("Dev", of_greta)), "ACCOUNT_NOT_FOUND");
    let confirm =
        || api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    assert_eq!(reason(town.confirm_exchange("Dev", confirm())), "SECOND_PERSON_NEEDED");
    let confirmed = town.confirm_exchange("Greta", confirm()).unwrap();
    let entry = confirmed.receipt.unwrap().entry.unwrap();
    assert_eq!(entry.lines.iter().map(|line| line.account_number).collect::<Vec<_>>(), [town.of("Greta")]);

    // By a broker's word for Dev, only Greta answers; to Dev her name is not told.
    let by_broker = town.said(("Dev", "Greta"), api::Side::Receiver, HOUR, day(5, 2));
    let set = api::SetLimitsRequest {
        request_id: fresh(),
        account_number: town.of("Greta"),
        limits: Some(floor(-10)),
        ..Default::default()
    };
    let set = crate::access::with(town.key("integration"), set);
    town.served.block_on(town.served.ledger().set_limits(set)).unwrap();
    let proposal_sequence = town.proposed("Tobias", by_broker);
    let confirm =
        api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    let not_hers = town.confirm_exchange("Greta", confirm).unwrap_err();
    assert!(!not_hers.message().contains("Dev"), "{not_hers:?}");
    assert_eq!(reason::<()>(Err(not_hers)), "NOT_YOURS");

    let gift = |from: &str, to: &str| api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of(from),
        to_account_number: town.of(to),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    assert_eq!(reason(town.gift("Dev", gift("Greta", "Dev"))), "ACCOUNT_NOT_FOUND");
    let given = town.gift("Dev", gift("Dev", "Greta")).unwrap().done.unwrap();
    let entry = given.receipt.unwrap().entry.unwrap();
    assert_eq!(entry.lines.iter().map(|line| line.account_number).collect::<Vec<_>>(), [town.of("Dev")]);
    assert_eq!(entry.moves[0], api::Transfer { ..transfer(town.of("Dev"), town.of("Greta"), HOUR) });
}

/// Goal: nobody hears of another bank's account whether it is paused, whose it is or what it is for: it is not there,
/// whichever way it is named (I10). Method: every call that names an account beside one's own, by a member and by a
/// broker: with an account there that is open, one that is paused and a pot, and with a number that nobody has.
#[test]
fn another_banks_accounts_are_not_there() {
    let mut town = Town::new();
    for name in ["Dev", "Greta"] {
        town.member(name, -10);
    }
    for name in ["Maud", "Nia"] {
        town.owner(name);
        town.account(name, (2, api::AccountKind::Member), name, -5);
    }
    town.give_key("Dev", api::Role::Member);
    let pause = api::PauseMemberRequest {
        request_id: fresh(),
        owner_number: town.owners["Nia"],
        ..Default::default()
    };
    town.pause_member("Una", pause).unwrap();
    let helped = || town.helped("Dev", "Greta", HOUR, day(5, 4));
    let session = || api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::SplitProviderTime.into(),
        givers: vec![api::GroupGiver { account_number: town.of("Dev"), length: of_seconds(HOUR) }],
        participant_account_numbers: vec![town.of("Greta")],
        occurred_on: Some(day(5, 4)),
        ..Default::default()
    };
    let heard = |account: u32| {
        let said = |side, own: &str| town.said((own, own), side, HOUR, day(5, 4));
        let gift = api::GiftRequest {
            request_id: fresh(),
            from_account_number: town.of("Dev"),
            to_account_number: account,
            length: of_seconds(HOUR),
            ..Default::default()
        };
        let donation = api::DonateRequest {
            request_id: fresh(),
            from_account_number: town.of("Dev"),
            pot_account_number: account,
            length: of_seconds(HOUR),
            ..Default::default()
        };
        let mut heard = Vec::new();
        for key in ["Dev", "Tobias"] {
            let to = api::ProposeExchangeRequest {
                receiver_account_number: account,
                ..said(api::Side::Giver, "Dev")
            };
            heard.push((key, "receiver", town.propose_exchange(key, to).map(drop)));
            let by = api::ProposeExchangeRequest {
                giver_account_number: account,
                ..said(api::Side::Receiver, "Dev")
            };
            heard.push((key, "giver", town.propose_exchange(key, by).map(drop)));
            let booked =
                api::BookHoursRequest { giver_account_number: account, ..town.booking("Dev", "Dev", HOUR) };
            heard.push((key, "booked", town.book_hours(key, booked).map(drop)));
            heard.push((key, "gift", town.gift(key, gift.clone()).map(drop)));
            heard.push((key, "donation", town.donate(key, donation.clone()).map(drop)));
        }
        let paid = api::RecordExchangeRequest { paid_by_account_number: account, ..helped() };
        let pot = api::RecordExchangeRequest { hours_to_account_number: account, ..helped() };
        let name = api::RecordExchangeRequest { in_the_name_of_account_number: account, ..helped() };
        for (what, request) in [("paid by", paid), ("hours to", pot), ("in the name of", name)] {
            heard.push(("Tobias", what, town.record_exchange("Tobias", request).map(drop)));
        }
        let kept = api::RecordGroupExchangeRequest { keeper_account_number: account, ..session() };
        heard.push(("Tobias", "keeper", town.record_group_exchange("Tobias", kept).map(drop)));
        let told = heard.into_iter().map(|(key, what, answer)| {
            let refused = answer.unwrap_err();
            let sentence = refused.message().replace(&account.to_string(), "...");
            (key, what, refused.code(), sentence, reason::<()>(Err(refused)))
        });
        Vec::from_iter(told)
    };
    let nobodys = heard(AccountNumber::from_slot(9_000).unwrap().printed());
    assert!(nobodys.iter().all(|(.., why)| why == "ACCOUNT_NOT_FOUND"), "{nobodys:?}");
    for name in ["Maud", "Nia", "Q pot", "Q created"] {
        assert_eq!(heard(town.of(name)), nobodys, "{name}");
    }
}

/// Goal: a friendly note about somebody is for whoever sees their account. Method: a gift by a member that lifts
/// somebody over the line, and the same by a broker.
#[test]
fn friendly_notes_are_for_who_sees() {
    let mut town = Town::new();
    town.member("Dev", -20);
    town.owner("Greta");
    let limits = api::Limits { warn_above_seconds: Some(HOUR), ..floor(-5) };
    let account = api::NewAccount {
        bank_number: 1,
        kind: api::AccountKind::Member.into(),
        owner_number: town.owners["Greta"],
        label: "Greta".into(),
        limits: Some(limits),
    };
    let request =
        api::OpenAccountRequest { request_id: fresh(), account: Some(account), validate_only: false };
    let opened = town.open_account("integration", request).unwrap().receipt.unwrap().entry.unwrap();
    let Some(api::entry::Action::AccountsOpened(opened)) = opened.action else { panic!() };
    let to_account_number = opened.account_numbers[0];
    town.give_key("Dev", api::Role::Member);
    let gift = |from: &str| api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of(from),
        to_account_number,
        length: of_seconds(2 * HOUR),
        validate_only: true,
        ..Default::default()
    };
    let heard = |key: &str| town.gift(key, gift("Dev")).unwrap().done.unwrap().sentences;
    assert_eq!(heard("Tobias"), ["Greta has 2 hours to spend, where a friendly note starts."]);
    assert_eq!(heard("Dev"), Vec::<String>::new());
}
