//! What a representative may not take any more, and what is in the way when an account is to be closed.

use hourbook::api;
use hourbook::domain::Reason;

use super::asking::hear;
use super::seen::Seen;
use crate::service::exchange::{Town, approve_it, day, of_seconds, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Every call by which a representative takes hours, beyond their month; and more set aside than one call lets go.
pub fn everything(seen: &mut Seen) {
    let mut town = Town::new();
    town.owner("Wayside");
    town.account("Wayside", (1, api::AccountKind::Organisation), "Wayside", -200);
    for name in ["Dev", "Ivy"] {
        town.member(name, -10);
        town.give_key(name, api::Role::Member);
    }
    let representative = api::Representative {
        owner_number: town.owner_number("Dev"),
        speaks: api::Speaks::ForAll.into(),
        monthly_limit_seconds: HOUR,
        last_day: None,
    };
    let request = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Wayside"),
        representative: Some(representative),
        ..Default::default()
    };
    town.set_representative("Tobias", request).unwrap();
    let (from_account_number, length) = (town.of("Wayside"), || of_seconds(2 * HOUR));
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number,
        to_account_number: town.of("Ivy"),
        length: length(),
        ..Default::default()
    };
    let donation = api::DonateRequest {
        request_id: fresh(),
        from_account_number,
        pot_account_number: 0,
        length: length(),
        ..Default::default()
    };
    let said = |side| town.said(("Ivy", "Wayside"), side, 2 * HOUR, day(5, 4));
    let proposal_sequence = town.proposed("Ivy", said(api::Side::Giver));
    let confirm =
        api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    let received = api::ProposeExchangeRequest { is_another: true, ..said(api::Side::Receiver) };
    for refused in [
        hear("Gift", town.gift("Dev", gift)),
        hear("Donate", town.donate("Dev", donation)),
        hear("BookHours", town.book_hours("Dev", town.booking("Ivy", "Wayside", 2 * HOUR))),
        hear("ProposeExchange", town.propose_exchange("Dev", received)),
        hear("ConfirmExchange", town.confirm_exchange("Dev", confirm)),
    ] {
        let says = ["in a month has 1 hour left, and 2 hours would be needed"];
        seen.refused(
            refused,
            Reason::BudgetSpent,
            &[("claim_index", &"*"), ("left", &HOUR), ("take", &(2 * HOUR))],
            &says,
        );
    }

    for _ in 0..101 {
        let booking = town.booking("Ivy", "Wayside", HOUR);
        town.book_hours("Tobias", api::BookHoursRequest { is_another: true, ..booking }).unwrap();
    }
    let account_number = town.of("Wayside");
    let close = api::CloseMemberRequest { request_id: fresh(), account_number, ..Default::default() };
    let waiting = waits(town.close_member("Una", close).unwrap().done);
    let refused = hear("Approve", town.approve("Tobias", approve_it(waiting)));
    seen.refused(refused, Reason::HoldsOpen, &[("account_number", &account_number)], &["and there is more"]);
}
