//! Ways around what a pot is for, and pots after their last day.

use hourbook::api;

use super::around::town;
use super::{Town, approve_it, day, entry_of, number, of_seconds, reason, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Goal: a pot is opened as its purpose says by whichever call, and a broker takes no more than their line alone; a
/// pot that pays for whoever writes it down waits. Method: a pot for leads, one that is over, and the community pot,
/// as payer and as keeper.
#[test]
fn a_pot_is_opened_as_it_says() {
    let town = town();
    let open = |opens: api::PotOpens, last_day| {
        let line = if opens == api::PotOpens::Brokers { HOUR } else { 0 };
        town.opened_pot(opens, line, last_day).unwrap()
    };
    let (of_leads, of_brokers) =
        (open(api::PotOpens::Lead, None), open(api::PotOpens::Brokers, Some(day(5, 30))));
    let paid = |receiver: &str, paid_by_account_number, hours: i64| api::RecordExchangeRequest {
        paid_by_account_number,
        is_another: true,
        ..town.helped("Jonah", receiver, hours * HOUR, day(5, 4))
    };
    assert_eq!(reason(town.record_exchange("Tobias", paid("Ivy", of_leads, 1))), "POT_NOT_OPEN");
    waits(town.record_exchange("Tobias", paid("Ivy", of_brokers, 2)).unwrap().done);
    waits(town.record_exchange("Tobias", paid("Ivy", town.of("A pot"), 6)).unwrap().done);
    waits(town.record_exchange("Imelda", paid("Imelda", town.of("A pot"), 1)).unwrap().done);
    assert_eq!(town.posted("Jonah"), 0);
    town.recorded("Tobias", paid("Imelda", town.of("A pot"), 5));
    assert_eq!((town.posted("Jonah"), town.posted("Imelda")), (5 * HOUR, 0));
    let walk = |keeper_account_number, hours: i64| api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::PotPaysProvider.into(),
        givers: vec![api::GroupGiver { account_number: town.of("Jonah"), length: of_seconds(hours * HOUR) }],
        participant_account_numbers: vec![town.of("Ivy")],
        keeper_account_number,
        occurred_on: Some(day(5, 4)),
        is_another: true,
        ..Default::default()
    };
    assert_eq!(reason(town.record_group_exchange("Tobias", walk(of_leads, 1))), "POT_NOT_OPEN");
    waits(town.record_group_exchange("Tobias", walk(0, 6)).unwrap().done);
    let of_panel = open(api::PotOpens::Panel, None);
    let refused = town.record_exchange("Una", paid("Ivy", of_panel, 1)).unwrap_err();
    assert!(refused.message().contains("decisions are not kept here yet"), "{refused:?}");
    assert_eq!(reason::<()>(Err(refused)), "POT_NOT_OPEN");
    let waiting = waits(town.record_exchange("Tobias", paid("Ivy", of_brokers, 3)).unwrap().done);
    town.served.clock.advance_seconds(31 * 86_400);
    assert_eq!(reason(town.record_exchange("Tobias", paid("Ivy", of_brokers, 1))), "POT_NOT_OPEN");
    assert_eq!(reason(town.approve("Una", approve_it(waiting))), "POT_NOT_OPEN", "over since it was asked");
}

/// Goal: above the line up to which brokers open a pot a lead agrees and no second broker, whatever else it waits for.
/// Method: two hours of help from a pot for one, for somebody else and for whoever asks; and from the community pot.
#[test]
fn above_a_pots_line_a_lead_agrees() {
    let mut town = town();
    town.broker("Oswin");
    let warm = town.opened_pot(api::PotOpens::Brokers, HOUR, None).unwrap();
    let fill = api::CreditMemberRequest {
        request_id: fresh(),
        account_number: warm,
        from_account_number: town.of("A pot"),
        length: of_seconds(20 * HOUR),
        ..Default::default()
    };
    town.credit_member("Una", fill).unwrap();
    let paid = |giver: &str, paid_by_account_number, hours: i64| api::RecordExchangeRequest {
        paid_by_account_number,
        ..town.helped(giver, "Ivy", hours * HOUR, day(5, 4))
    };
    let waiting = [
        waits(town.record_exchange("Tobias", paid("Jonah", warm, 2)).unwrap().done),
        waits(town.record_exchange("Imelda", paid("Imelda", warm, 2)).unwrap().done),
    ];
    let list = api::ListWaitingRequest { bank_number: 1, ..Default::default() };
    for one in town.list_waiting("Oswin", list).unwrap().waiting {
        assert!(one.sentence.ends_with("a lead has to agree."), "{}", one.sentence);
    }
    for one in waiting {
        assert_eq!(reason(town.approve("Oswin", approve_it(one))), "SECOND_PERSON_NEEDED");
        town.approve("Una", approve_it(one)).unwrap();
    }
    assert_eq!((town.posted("Jonah"), town.posted("Imelda")), (2 * HOUR, 2 * HOUR));
    let much = waits(town.record_exchange("Tobias", paid("Jonah", town.of("A pot"), 6)).unwrap().done);
    town.approve("Oswin", approve_it(much)).unwrap();
}

/// Goal: a pot that is over takes no hours any more, by whichever call or choice, and locks none in: a lead hands what is
/// left to the community pot, and nobody hands it anywhere else. Method: the last day of a pot and the day after; what
/// waited meanwhile.
#[test]
fn a_pot_that_is_over_locks_nothing_in() {
    let mut town = Town::new();
    for name in ["Jonah", "Ivy"] {
        town.member(name, -200);
    }
    town.broker("Oswin");
    town.give_another_key("Oswin in the lead", "Oswin", api::Role::Lead);
    let pot = town.opened_pot(api::PotOpens::Panel, 0, Some(day(5, 5))).unwrap();
    let donate = |hours: i64| api::DonateRequest {
        request_id: fresh(),
        from_account_number: town.of("Jonah"),
        pot_account_number: pot,
        length: of_seconds(hours * HOUR),
        confirmed_amount_seconds: hours * HOUR,
        ..Default::default()
    };
    let grant = |to_account_number, hours: i64| api::CreditMemberRequest {
        request_id: fresh(),
        account_number: to_account_number,
        from_account_number: pot,
        length: of_seconds(hours * HOUR),
        confirmed_amount_seconds: hours * HOUR,
        ..Default::default()
    };
    let in_pot = || {
        let request = api::GetBalanceRequest { account_number: pot, ..Default::default() };
        town.get_balance("Una", request).unwrap().balance.unwrap().posted_seconds
    };
    let choice = api::SetMemberStandingRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Ivy"),
        hours_to_account_number: pot,
        ..Default::default()
    };
    town.set_member_standing("Tobias", choice).unwrap();
    town.donate("Tobias", donate(40)).unwrap();
    town.donate("Tobias", donate(3)).unwrap();
    let to_wait = waits(town.donate("Tobias", donate(41)).unwrap().done);
    let helped = |seconds, on| town.helped("Ivy", "Jonah", seconds, day(4, on));
    town.recorded("Tobias", helped(HOUR, 1));
    let community_pot = town.of("A pot");
    assert_eq!((in_pot(), reason(town.credit_member("Una", grant(community_pot, 1)))), (44 * HOUR, over()));

    town.served.clock.advance_seconds(86_400);
    assert_eq!(reason(town.donate("Tobias", donate(1))), over());
    assert_eq!(reason(town.approve("Una", approve_it(to_wait))), over(), "over since it was asked");
    let named = api::RecordExchangeRequest { hours_to_account_number: pot, ..helped(HOUR, 2) };
    assert_eq!(reason(town.record_exchange("Tobias", named)), over());
    let into = api::CreditMemberRequest { from_account_number: community_pot, ..grant(pot, 1) };
    assert_eq!(reason(town.credit_member("Una", into)), over());
    let chosen = town.record_exchange("Tobias", helped(HOUR, 2)).unwrap().done.unwrap();
    let moved = &entry_of(&chosen).moves[0];
    assert_eq!(
        (moved.credit_account_number, moved.given_by),
        (community_pot, town.owner_number("Ivy")),
        "the community pot stands in"
    );
    assert_eq!((in_pot(), town.posted("A pot")), (44 * HOUR, HOUR));

    let as_help = api::CreditMemberRequest { is_help: true, ..grant(community_pot, 1) };
    for (who, request) in
        [("Tobias", grant(community_pot, 1)), ("Una", grant(town.of("Jonah"), 1)), ("Una", as_help)]
    {
        assert_eq!(reason(town.credit_member(who, request)), over(), "{who}");
    }
    number(&town.credit_member("Una", grant(community_pot, 3)).unwrap().done.unwrap());
    // Above the second line another lead agrees.
    let rest = waits(town.credit_member("Una", grant(community_pot, 41)).unwrap().done);
    assert_eq!(reason(town.approve("Tobias", approve_it(rest))), over());
    town.approve("Oswin in the lead", approve_it(rest)).unwrap();
    assert_eq!((in_pot(), town.posted("A pot")), (0, 45 * HOUR));
}

fn over() -> String {
    "POT_NOT_OPEN".to_owned()
}
