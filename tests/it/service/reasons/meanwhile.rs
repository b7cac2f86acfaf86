//! What became of pots, bookings, people and their hours while something waited, or before its slip came.

use hourbook::api;
use hourbook::domain::Reason;

use super::asking::hear;
use super::desk::{About, ask, book, town};
use super::people;
use super::seen::Seen;
use crate::service::exchange::{Town, day, of_seconds, sequence, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Everything of the kind.
pub fn everything(seen: &mut Seen) {
    let (mut town, about) = town();
    town.account("Zoe in Quillmere", (2, api::AccountKind::Member), "Zoe", -5);
    left(&town, &about, seen);
    below(&town, &about, seen);
    written_already(&town, &about, seen);
    pots(&town, &about, seen);
    booked(&town, &about, seen);
    paused(&town, &about, seen);
}

/// Zoe, whose account in Ashenford is closed.
fn left(town: &Town, about: &About, seen: &mut Seen) {
    let of_zoe = About { giver: "Zoe", elsewhere: "Zoe in Quillmere", ..about.clone() };
    let refused = ask(town, "Una", "TransferBetweenBanks", &fresh(), &of_zoe);
    let figures: [(&str, &dyn ToString); 1] = [("account_number", &town.of("Zoe"))];
    seen.refused(refused, Reason::AccountClosed, &figures, &["the account of Zoe is closed"]);
}

/// Ann has an hour, and not a quarter more.
fn below(town: &Town, about: &About, seen: &mut Seen) {
    town.begin_with("A created", &[("Ann", HOUR)]);
    let said = |on| town.proposed("Dev", town.said(("Dev", "Ann"), api::Side::Giver, HOUR, day(4, on)));
    let dispute = said(10);
    let disputed = About { proposal: dispute, dispute, seconds: HOUR + HOUR / 4, ..about.clone() };
    ask(town, "Tobias", "DisputeExchange", &fresh(), &disputed).unwrap();
    let settled = ask(town, "Oswin", "ResolveDispute", &fresh(), &disputed);
    let confirm = api::ConfirmExchangeRequest {
        request_id: fresh(),
        proposal_sequence: said(11),
        length: of_seconds(HOUR + HOUR / 4),
        ..Default::default()
    };
    let confirmed = hear("ConfirmExchange", town.confirm_exchange("Tobias", confirm));
    for refused in [settled, confirmed] {
        seen.also(refused, Reason::BelowFloor, &["Ann"]);
    }
}

/// The slip came first.
fn written_already(town: &Town, about: &About, seen: &mut Seen) {
    let slip = |seconds, on| {
        ask(town, "Tobias", "RecordExchange", &fresh(), &About { seconds, on, ..about.clone() }).unwrap();
    };
    slip(HOUR, day(4, 2));
    seen.also(ask(town, "Oswin", "ResolveDispute", &fresh(), about), Reason::AlreadyHere, &[]);
    slip(HOUR + HOUR / 4, day(4, 1));
    let middle = api::ConfirmExchangeRequest {
        request_id: fresh(),
        proposal_sequence: about.proposal,
        length: of_seconds(HOUR + HOUR / 4),
        ..Default::default()
    };
    seen.also(hear("ConfirmExchange", town.confirm_exchange("Kit", middle)), Reason::AlreadyHere, &[]);
    let again = api::BookHoursRequest { day: Some(day(5, 5)), ..town.booking("Dev", "Kit", HOUR) };
    seen.also(hear("BookHours", town.book_hours("Tobias", again)), Reason::AlreadyHere, &[]);
    slip(HOUR / 2, day(5, 5));
    let part = About { seconds: HOUR / 2, ..about.clone() };
    seen.also(ask(town, "Tobias", "TakeBooking", &fresh(), &part), Reason::AlreadyHere, &[]);
    let much = api::BookHoursRequest {
        day: Some(day(5, 5)),
        confirmed_amount_seconds: 41 * HOUR,
        ..town.booking("Kit", "Dev", 41 * HOUR)
    };
    let booking = sequence(&town.book_hours("Tobias", much).unwrap().receipt);
    let take = || {
        let take =
            api::TakeBookingRequest { request_id: fresh(), booking_sequence: booking, ..Default::default() };
        town.take_booking("Tobias", take)
    };
    let waiting = waits(take().unwrap().done);
    let says = ["it waits for somebody already"];
    seen.refused(
        hear("TakeBooking", take()),
        Reason::SecondPersonNeeded,
        &[("waiting_number", &waiting)],
        &says,
    );
    let let_go =
        api::CancelBookingRequest { request_id: fresh(), booking_sequence: booking, ..Default::default() };
    town.cancel_booking("Tobias", let_go).unwrap();
    let twice = waits(town.record_exchange("Oswin", long(town, 4)).unwrap().done);
    ask(town, "Una", "Approve", &fresh(), about).unwrap();
    let twice = About { waiting: twice, ..about.clone() };
    seen.also(ask(town, "Una", "Approve", &fresh(), &twice), Reason::BelowFloor, &["Dev"]);
    town.begin_with("A created", &[("Dev", 60 * HOUR)]);
    seen.also(ask(town, "Una", "Approve", &fresh(), &twice), Reason::AlreadyHere, &[]);
}

/// So much help that it waits.
fn long(town: &Town, on: i32) -> api::RecordExchangeRequest {
    api::RecordExchangeRequest {
        confirmed_amount_seconds: 41 * HOUR,
        ..town.helped("Kit", "Dev", 41 * HOUR, day(4, on))
    }
}

/// A pot that a lead opens, one for a panel, and one that is over the day after tomorrow.
fn pots(town: &Town, about: &About, seen: &mut Seen) {
    let open = |opens, line, last_day| town.opened_pot(opens, line, last_day).unwrap();
    let paid = |paid_by_account_number| api::RecordExchangeRequest {
        paid_by_account_number,
        ..town.helped("Dev", "Kit", 2 * HOUR, day(4, 12))
    };
    let of_leads = open(api::PotOpens::Lead, 0, None);
    let walk = api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::PotPaysProvider.into(),
        givers: vec![api::GroupGiver { account_number: town.of("Dev"), length: of_seconds(HOUR) }],
        keeper_account_number: of_leads,
        occurred_on: Some(day(4, 12)),
        ..Default::default()
    };
    for refused in [
        hear("RecordExchange", town.record_exchange("Tobias", paid(of_leads))),
        hear("RecordGroupExchange", town.record_group_exchange("Tobias", walk)),
    ] {
        seen.refused(refused, Reason::PotNotOpen, &[], &["is opened by a lead"]);
    }
    let of_panel = paid(open(api::PotOpens::Panel, 0, None));
    let refused = hear("RecordExchange", town.record_exchange("Una", of_panel));
    seen.refused(refused, Reason::PotNotOpen, &[], &["is opened by what a panel decides"]);
    let of_brokers = open(api::PotOpens::Brokers, HOUR, Some(day(5, 6)));
    let waiting = waits(town.record_exchange("Tobias", paid(of_brokers)).unwrap().done);
    town.served.clock.advance_seconds(2 * 86_400);
    let donation = api::DonateRequest {
        request_id: fresh(),
        from_account_number: town.of("Kit"),
        pot_account_number: of_brokers,
        length: of_seconds(HOUR / 4),
        ..Default::default()
    };
    for refused in [
        hear("Donate", town.donate("Tobias", donation)),
        ask(town, "Una", "Approve", &fresh(), &About { waiting, ..about.clone() }),
    ] {
        let says = ["was for use until 2026-05-06", "Nothing moved."];
        seen.refused(refused, Reason::PotNotOpen, &[("last_day", &"2026-05-06")], &says);
    }
}

/// Booked for tomorrow, and for the day before yesterday. It is 7 May.
fn booked(town: &Town, about: &About, seen: &mut Seen) {
    let tomorrow = About { booking: book(town, day(5, 8)), ..about.clone() };
    let refused = ask(town, "Tobias", "TakeBooking", &fresh(), &tomorrow);
    seen.refused(refused, Reason::DayInFuture, &[], &["that day has not begun yet"]);
    let refused = ask(town, "Kit", "CancelBooking", &fresh(), about);
    let says = ["is let go after its day by who gives"];
    seen.refused(refused, Reason::NotYours, &[("day", &"2026-05-05")], &says);
}

/// Kit has a pause since it was asked.
fn paused(town: &Town, about: &About, seen: &mut Seen) {
    let waiting = waits(town.record_exchange("Oswin", long(town, 5)).unwrap().done);
    town.pause_member("Una", people::pause(town.owner_number("Kit"))).unwrap();
    let refused = ask(town, "Tobias", "Approve", &fresh(), &About { waiting, ..about.clone() });
    seen.refused(refused, Reason::Paused, &[], &["there is a pause for Kit"]);
}
