//! Rules of ExchangeService, broken one after the other, by brokers and members.

use hourbook::api;
use hourbook::domain::Reason;

use super::asking::hear;
use super::desk::{About, EXCHANGE_WRITES, ask, book, town};
use super::seen::Seen;
use crate::service::exchange::{Town, day, of_seconds};
use crate::support::served::fresh;
use crate::support::{HOUR, START};

/// A number nobody has.
const FAR: u64 = 1 << 40;

/// Every reason of ExchangeService.
pub fn everything(seen: &mut Seen) {
    let (mut town, about) = town();
    town.reopened(|options| options.bounds.disk_headroom_bytes = u64::MAX);
    for call in EXCHANGE_WRITES {
        let refused = ask(&town, "Tobias", call, &fresh(), &about);
        seen.refused(refused, Reason::DiskLow, &[], &["the disk under the books is nearly full"]);
    }
    town.reopened(|options| options.bounds.holds_per_account_max = 4);
    let (known, known_of_una) = (fresh(), fresh());
    ask(&town, "Tobias", "Donate", &known, &About { seconds: HOUR / 4, ..about.clone() }).unwrap();
    ask(&town, "Una", "Donate", &known_of_una, &About { seconds: HOUR / 4, ..about.clone() }).unwrap();
    for call in EXCHANGE_WRITES {
        let id = if call == "TransferBetweenBanks" { &known_of_una } else { &known };
        let says = ["this request id was used before"];
        seen.refused(
            ask(&town, "Tobias", call, id, &about),
            Reason::RequestIdReused,
            &[("fields", &"*")],
            &says,
        );
    }
    town.served.clock.set_wall(START.plus_seconds(366 * 86_400));
    let next_year = About { booked_for: api::Date { year: 2027, ..day(5, 20) }, ..about.clone() };
    for call in EXCHANGE_WRITES {
        let key = if call == "PutRight" { "Una" } else { "Tobias" }; // It would be long ago.
        let refused = ask(&town, key, call, &fresh(), &next_year);
        seen.refused(refused, Reason::ClockUnsure, &[], &["the clock of the books has leapt"]);
    }
    town.served.clock.set_wall(START);
    not_there(&town, &about, seen);
    questions(&town, &about, seen);
    in_the_way(&town, &about, seen);
    of_two(&town, &about, seen);
    over(&town, &about, seen);
}

/// What is not there.
fn not_there(town: &Town, about: &About, seen: &mut Seen) {
    let far = About {
        proposal: FAR,
        dispute: FAR,
        booking: FAR,
        waiting: FAR,
        entry: FAR,
        line: FAR,
        ..about.clone()
    };
    for call in [
        "ConfirmExchange",
        "RejectExchange",
        "DisputeExchange",
        "ResolveDispute",
        "TakeBooking",
        "CancelBooking",
        "ClaimFromPot",
        "PutRight",
        "Approve",
        "Decline",
    ] {
        let refused = ask(town, "Tobias", call, &fresh(), &far);
        seen.refused(refused, Reason::EntryNotFound, &[("sequence", &FAR)], &["under number"]);
    }
    let of_others = About { proposal: about.entry, booking: about.entry, ..about.clone() };
    for call in ["ConfirmExchange", "RejectExchange", "DisputeExchange", "TakeBooking", "CancelBooking"] {
        let refused = ask(town, "Tobias", call, &fresh(), &of_others);
        let figures: [(&str, &dyn ToString); 1] = [("hold_sequence", &about.entry)];
        seen.refused(refused, Reason::HoldNotFound, &figures, &["nothing is open under number"]);
    }
    let settled = About { dispute: about.proposal, waiting: about.entry, ..about.clone() };
    for (call, number) in
        [("ResolveDispute", about.proposal), ("Approve", about.entry), ("Decline", about.entry)]
    {
        let refused = ask(town, "Tobias", call, &fresh(), &settled);
        let figures: [(&str, &dyn ToString); 1] = [("waiting_number", &number)];
        seen.refused(
            refused,
            Reason::NothingWaits,
            &figures,
            &["nothing waits for a second person under number"],
        );
    }
    // Of another bank, which Tobias does not reach.
    for call in [
        "RecordExchange",
        "ProposeExchange",
        "RecordGroupExchange",
        "BookHours",
        "CreditMember",
        "GrantFromPot",
        "ClaimFromPot",
        "Gift",
        "Donate",
    ] {
        let refused =
            ask(town, "Tobias", call, &fresh(), &About { giver: "Quin", receiver: "Quin", ..about.clone() });
        let figures: [(&str, &dyn ToString); 1] = [("account_number", &town.of("Quin"))];
        seen.refused(refused, Reason::AccountNotFound, &figures, &["there is no account"]);
    }
    let far = 9_999;
    let list = api::ListWaitingRequest { bank_number: far, ..Default::default() };
    let pair = api::GetNetPositionRequest { first_bank_number: far, second_bank_number: far };
    for refused in [
        hear("ListWaiting", town.list_waiting("Tobias", list)),
        hear("GetNetPosition", town.get_net_position("Tobias", pair)),
    ] {
        seen.refused(refused, Reason::BankNotFound, &[("bank_number", &far)], &["no time bank 9999"]);
    }
    let pair = api::GetNetPositionRequest { first_bank_number: 1, second_bank_number: 1 };
    let refused = hear("GetNetPosition", town.get_net_position("Tobias", pair));
    seen.refused(refused, Reason::CrossBank, &[], &["have not agreed to help each other"]);
    let cap = api::SetClearingCapRequest {
        request_id: fresh(),
        first_bank_number: 1,
        second_bank_number: 1,
        first_may_owe_seconds: HOUR,
        second_may_owe_seconds: HOUR,
        validate_only: false,
    };
    let refused = hear("SetClearingCap", town.set_clearing_cap("admin", cap));
    seen.refused(refused, Reason::CrossBank, &[], &["have not agreed to help each other"]);
}

/// What is asked about.
fn questions(town: &Town, about: &About, seen: &mut Seen) {
    let long = About { seconds: 25 * HOUR, ..about.clone() };
    for call in [
        "RecordExchange",
        "ProposeExchange",
        "RecordGroupExchange",
        "BookHours",
        "CreditMember",
        "GrantFromPot",
        "Gift",
        "Donate",
        "TransferBetweenBanks",
    ] {
        let refused = ask(town, "Tobias", call, &fresh(), &long);
        let figures: [(&str, &dyn ToString); 1] = [("amount_seconds", &(25 * HOUR))];
        seen.refused(refused, Reason::UnusualAmount, &figures, &["really 25 hours?"]);
    }
    let written = About { on: day(4, 20), ..about.clone() };
    ask(town, "Tobias", "RecordExchange", &fresh(), &written).unwrap();
    ask(town, "Tobias", "RecordGroupExchange", &fresh(), &written).unwrap();
    for call in ["RecordExchange", "ProposeExchange", "RecordGroupExchange"] {
        seen.also(ask(town, "Tobias", call, &fresh(), &written), Reason::AlreadyHere, &[]);
    }
    let tomorrow = About { on: day(5, 7), ..about.clone() };
    for call in ["RecordExchange", "ProposeExchange", "RecordGroupExchange", "CreditMember", "GrantFromPot"] {
        let refused = ask(town, "Tobias", call, &fresh(), &tomorrow);
        seen.refused(refused, Reason::DayInFuture, &[], &["that day has not begun yet"]);
    }
}

/// Limits, closed accounts, one account twice, two banks.
fn in_the_way(town: &Town, about: &About, seen: &mut Seen) {
    let from_ann = About { receiver: "Ann", ..about.clone() };
    for call in ["RecordExchange", "ProposeExchange", "RecordGroupExchange", "BookHours", "Gift", "Donate"] {
        seen.also(ask(town, "Tobias", call, &fresh(), &from_ann), Reason::BelowFloor, &["Ann is at zero"]);
    }
    let to_cap = About { giver: "Cap", ..about.clone() };
    for call in [
        "RecordExchange",
        "ProposeExchange",
        "RecordGroupExchange",
        "BookHours",
        "CreditMember",
        "GrantFromPot",
        "Gift",
    ] {
        let says = ["30 minutes can still come in"];
        seen.also(ask(town, "Tobias", call, &fresh(), &to_cap), Reason::AboveCeiling, &says);
    }
    let by_zoe = About { giver: "Zoe", ..about.clone() };
    for call in ["ProposeExchange", "BookHours", "CreditMember", "GrantFromPot", "Gift"] {
        let refused = ask(town, "Tobias", call, &fresh(), &by_zoe);
        let figures: [(&str, &dyn ToString); 1] = [("account_number", &town.of("Zoe"))];
        seen.refused(refused, Reason::AccountClosed, &figures, &["the account of Zoe is closed"]);
    }
    let twice = About { giver: "Kit", ..about.clone() };
    for call in ["ProposeExchange", "BookHours", "Gift"] {
        let refused = ask(town, "Tobias", call, &fresh(), &twice);
        let figures: [(&str, &dyn ToString); 1] = [("account_number", &town.of("Kit"))];
        seen.refused(refused, Reason::SameAccount, &figures, &["Kit is named on both sides"]);
    }
    let abroad = About { giver: "Quin", ..about.clone() };
    for call in ["ProposeExchange", "BookHours", "CreditMember", "GrantFromPot", "Gift"] {
        seen.also(
            ask(town, "Una", call, &fresh(), &abroad),
            Reason::CrossBank,
            &["hours would leave one time bank"],
        );
    }
    let more = About { seconds: 4 * HOUR, ..abroad };
    let far = About { seconds: 4 * HOUR, ..about.clone() };
    seen.also(ask(town, "Una", "RecordExchange", &fresh(), &more), Reason::ClearingCap, &["3 hours"]);
    seen.also(ask(town, "Una", "TransferBetweenBanks", &fresh(), &far), Reason::ClearingCap, &["3 hours"]);
    let take = About { seconds: 2 * HOUR, ..about.clone() };
    seen.also(ask(town, "Tobias", "TakeBooking", &fresh(), &take), Reason::CaptureExceedsHold, &[]);
    while ask(town, "Tobias", "BookHours", &fresh(), about).is_ok() {}
    for call in ["ProposeExchange", "BookHours"] {
        seen.also(ask(town, "Tobias", call, &fresh(), about), Reason::TooManyHolds, &[]);
    }
    // The day after: help until yesterday can still be written down.
    town.served.clock.advance_seconds(86_400);
    let late = About { on: day(5, 6), ..by_zoe };
    for call in ["RecordExchange", "RecordGroupExchange"] {
        let refused = ask(town, "Tobias", call, &fresh(), &late);
        let figures: [(&str, &dyn ToString); 1] = [("closed_on", &"2026-05-05")];
        let says = ["the account of Zoe was closed on 2026-05-05"];
        seen.refused(refused, Reason::AccountClosed, &figures, &says);
    }
}

/// What needs another person, and what a member does not hear.
fn of_two(town: &Town, about: &About, seen: &mut Seen) {
    for (key, call) in [("Dev", "ConfirmExchange"), ("Oswin", "Approve")] {
        let refused = ask(town, key, call, &fresh(), about);
        seen.refused(refused, Reason::SecondPersonNeeded, &[], &["Nothing moved."]);
    }
    let leads = api::OpenPotRequest {
        request_id: fresh(),
        bank_number: 1,
        purpose: "Lifts".into(),
        opens: api::PotOpens::Lead.into(),
        ..Default::default()
    };
    let thanks = api::CreditMemberRequest {
        request_id: fresh(),
        account_number: town.of(about.giver),
        from_account_number: town.open_pot("Una", leads).unwrap().account_number,
        length: of_seconds(HOUR / 4),
        ..Default::default()
    };
    let refused = hear("CreditMember", town.credit_member("Tobias", thanks));
    seen.refused(refused, Reason::PotNotOpen, &[], &["is opened by a lead", "Nothing was taken."]);
    ask(town, "Tobias", "ClaimFromPot", &fresh(), about).unwrap();
    let refused = ask(town, "Tobias", "ClaimFromPot", &fresh(), about);
    let figures: [(&str, &dyn ToString); 1] = [("line_sequence", &about.line)];
    let says = format!("entry {} was claimed back from a pot before", about.line);
    seen.refused(refused, Reason::LineClaimed, &figures, &[&says]);
    let refused = ask(town, "Tobias", "PutRight", &fresh(), &About { entry: about.line, ..about.clone() });
    let figures: [(&str, &dyn ToString); 2] = [("line_sequence", &about.line), ("claim_sequence", &"*")];
    seen.refused(refused, Reason::LineClaimed, &figures, &["right first."]);
    let back =
        api::ReverseEntryRequest { request_id: fresh(), original_sequence: about.line, ..Default::default() };
    let refused = hear("ReverseEntry", town.reverse_entry("integration", back));
    seen.also(refused, Reason::LineClaimed, &["Put that claim right first."]);
    let by_broker = town.said(("Dev", "Kit"), api::Side::Receiver, HOUR / 4, day(4, 25));
    let free = api::CancelBookingRequest {
        request_id: fresh(),
        booking_sequence: about.booking,
        ..Default::default()
    };
    town.cancel_booking("Tobias", free).unwrap();
    let proposal = town.proposed("Oswin", by_broker);
    let not_theirs = About { proposal, ..about.clone() };
    for call in ["ConfirmExchange", "RejectExchange"] {
        let refused = ask(town, "Kit", call, &fresh(), &not_theirs);
        seen.refused(refused, Reason::NotYours, &[], &["you do not speak for account"]);
    }
    // Whoever said it takes it back: Dev has a place for another one.
    ask(town, "Oswin", "RejectExchange", &fresh(), &not_theirs).unwrap();
    let to_ann = About { receiver: "Ann", ..about.clone() };
    let refused = ask(town, "Dev", "ProposeExchange", &fresh(), &to_ann);
    seen.refused(refused, Reason::Paused, &[], &["this cannot be done today"]);
}

/// What is over: bookings let go, proposals that ran out, entries that were put right, or are too old for it.
fn over(town: &Town, about: &About, seen: &mut Seen) {
    for call in ["TakeBooking", "CancelBooking"] {
        seen.also(ask(town, "Tobias", call, &fresh(), about), Reason::HoldResolved, &[]);
    }
    ask(town, "Tobias", "PutRight", &fresh(), about).unwrap();
    seen.also(ask(town, "Tobias", "PutRight", &fresh(), about), Reason::ReversalExceeds, &[]);
    let entry = town.recorded("Tobias", town.helped("Kit", "Dev", HOUR, day(4, 26)));
    let rejected = town.proposed("Dev", town.said(("Dev", "Kit"), api::Side::Giver, HOUR / 4, day(4, 27)));
    let rejected = About { proposal: rejected, ..about.clone() };
    ask(town, "Tobias", "RejectExchange", &fresh(), &rejected).unwrap();
    let answers = ["ConfirmExchange", "RejectExchange", "DisputeExchange"];
    for call in answers {
        seen.also(ask(town, "Tobias", call, &fresh(), &rejected), Reason::HoldResolved, &[]);
    }
    let booking = book(town, day(5, 9));
    town.served.clock.advance_seconds(31 * 86_400);
    for call in answers {
        seen.also(ask(town, "Tobias", call, &fresh(), about), Reason::HoldExpired, &["Nothing was taken"]);
    }
    for call in ["TakeBooking", "CancelBooking"] {
        let refused = ask(town, "Tobias", call, &fresh(), &About { booking, ..about.clone() });
        seen.also(refused, Reason::HoldExpired, &["Nothing was taken"]);
    }
    let refused = ask(town, "Tobias", "PutRight", &fresh(), &About { entry, ..about.clone() });
    let figures: [(&str, &dyn ToString); 1] = [("reversal_window_days", &30)];
    seen.refused(refused, Reason::WindowPassed, &figures, &["more than 30 days old"]);
}
