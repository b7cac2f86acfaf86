//! Pots after their last day.

use hourbook::api;

use super::{Town, approve_it, day, entry_of, number, of_seconds, reason, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

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
    let open = api::OpenPotRequest {
        request_id: fresh(),
        bank_number: 1,
        purpose: "warm rooms".into(),
        opens: api::PotOpens::Panel.into(),
        last_day: Some(day(5, 5)),
        ..Default::default()
    };
    let pot = town.open_pot("Una", open).unwrap().account_number;
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
