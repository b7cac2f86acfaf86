//! What becomes of sales: each step that leads nowhere, and who may not take it.

use hourbook::api;
use hourbook::domain::Reason;

use super::{close, member};
use crate::service::reasons::asking::hear;
use crate::service::reasons::seen::{Refused, Seen};
use crate::service::redemption::Cafe;
use crate::support::HOUR;
use crate::support::served::fresh;

const STEPS: [&str; 3] = ["CaptureRedemption", "VoidRedemption", "RefundRedemption"];

/// Asks for a step.
pub fn ask(
    cafe: &Cafe,
    (who, call): (&str, &'static str),
    request_id: String,
    redemption_sequence: u64,
) -> Result<(), Refused> {
    match call {
        "CaptureRedemption" => {
            let request =
                api::CaptureRedemptionRequest { request_id, redemption_sequence, ..Default::default() };
            hear(call, cafe.capture_redemption(who, request))
        }
        "VoidRedemption" => {
            let request =
                api::VoidRedemptionRequest { request_id, redemption_sequence, validate_only: false };
            hear(call, cafe.void_redemption(who, request))
        }
        "RefundRedemption" => {
            let request = api::RefundRedemptionRequest { request_id, ..cafe.refund(redemption_sequence, 0) };
            hear(call, cafe.refund_redemption(who, request))
        }
        other => panic!("{other} is none of these"),
    }
}

/// Everything about what was sold.
pub fn everything(seen: &mut Seen) {
    let mut cafe = Cafe::selling();
    member(&mut cafe, "Gone", -5);
    cafe.town.give_another_key("Ann at the desk", "Ann", api::Role::Broker);
    let sell = |number, whose: &str| {
        let sale = cafe.sale(number, &cafe.code("Tobias", whose));
        cafe.sell(sale).unwrap().redemption.unwrap().redemption_sequence
    };
    let (sold, of_gone) = (sell(1, "Ann"), sell(2, "Gone"));
    let held = [4, 5].map(|number| {
        cafe.set_aside(cafe.sale(number, &cafe.code("Ann", "Ann"))).unwrap().redemption_sequence
    });
    nowhere(&cafe, (sold, held[0]), seen);
    claimed_back(&mut cafe, seen);
    given_back(&cafe, (sold, of_gone), seen);
    cafe.town.served.clock.advance_seconds(86_400);
    for call in ["CaptureRedemption", "VoidRedemption"] {
        let refused = ask(&cafe, ("Tobias", call), fresh(), held[1]);
        let figures: [(&str, &dyn ToString); 2] =
            [("redemption_sequence", &held[1]), ("state", &"REDEMPTION_STATE_EXPIRED")];
        seen.refused(refused, Reason::HoldExpired, &figures, &["ran out"]);
    }
    let refused = ask(&cafe, ("Till", "RefundRedemption"), fresh(), sold);
    let says = ["a till gives back on the day of the sale only", "manager or a time broker"];
    seen.refused(refused, Reason::WindowPassed, &[("redemption_sequence", &sold)], &says);
}

/// Steps that lead nowhere.
fn nowhere(cafe: &Cafe, (sold, held): (u64, u64), seen: &mut Seen) {
    for call in STEPS {
        for who in ["Till", "Tobias"] {
            let refused = ask(cafe, (who, call), fresh(), 9_999);
            seen.refused(
                refused,
                Reason::EntryNotFound,
                &[("sequence", &9_999)],
                &["nothing under number 9999"],
            );
        }
        let number = if call == "RefundRedemption" { held } else { sold };
        let refused = ask(cafe, ("Till", call), fresh(), number);
        let figures: [(&str, &dyn ToString); 2] = [("redemption_sequence", &number), ("state", &"*")];
        seen.refused(refused, Reason::HoldResolved, &figures, &["cannot be done with them"]);
    }
}

/// What a hall claimed back from a pot.
fn claimed_back(cafe: &mut Cafe, seen: &mut Seen) {
    cafe.town.owner("Hall");
    cafe.town.account("Hall", (1, api::AccountKind::Organisation), "Hall", -5);
    cafe.give("A pot", HOUR);
    let sale = cafe.sale(6, &cafe.code("Tobias", "Hall"));
    let sold = cafe.sell(sale).unwrap().redemption.unwrap().redemption_sequence;
    let claim = api::ClaimFromPotRequest {
        request_id: fresh(),
        pot_account_number: cafe.town.of("A pot"),
        organisation_account_number: cafe.town.of("Hall"),
        line_sequences: vec![sold],
        reason: "the carers' lunch".into(),
        ..Default::default()
    };
    cafe.town.claim_from_pot("Tobias", claim).unwrap();
    let says = ["This cannot be done today", "talk to your time broker"];
    let refused = ask(cafe, ("Till", "RefundRedemption"), fresh(), sold);
    seen.refused(refused, Reason::NotToday, &[], &says);
    let figures: [(&str, &dyn ToString); 2] = [("line_sequence", &sold), ("claim_sequence", &"*")];
    let refused = ask(cafe, ("Tobias", "RefundRedemption"), fresh(), sold);
    seen.refused(refused, Reason::LineClaimed, &figures, &["right first."]);
}

/// What is not given back, and by whom not.
fn given_back(cafe: &Cafe, (sold, of_gone): (u64, u64), seen: &mut Seen) {
    let call = "RefundRedemption";
    let with = |who: &str, request| hear(call, cafe.refund_redemption(who, request));
    let more = with("Till", cafe.refund(sold, 2 * HOUR));
    let figures: [(&str, &dyn ToString); 3] =
        [("transfer_index", &0), ("left_seconds", &HOUR), ("requested_seconds", &(2 * HOUR))];
    seen.refused(more, Reason::ReversalExceeds, &figures, &["1 hour"]);
    let by_ann = || api::RefundRedemptionRequest { staff_initials: "AN".into(), ..cafe.refund(sold, 0) };
    seen.refused(with("Till", by_ann()), Reason::StaffAtTill, &[], &["while on the till"]);
    let says = ["nobody uses their own hours while on the till"];
    seen.refused(with("Tobias", by_ann()), Reason::StaffSelfRedemption, &[], &says);
    let refused = with("Ann at the desk", cafe.refund(sold, 0));
    seen.refused(refused, Reason::SecondPersonNeeded, &[], &["nobody else has agreed"]);

    close(cafe, "Gone");
    let says = ["This cannot be given back here", "talk to your time broker"];
    seen.refused(with("Till", cafe.refund(of_gone, 0)), Reason::CodeNotUsable, &[], &says);
    let gone = cafe.town.of("Gone");
    let figures: [(&str, &dyn ToString); 1] = [("account_number", &gone)];
    seen.refused(with("Tobias", cafe.refund(of_gone, 0)), Reason::AccountClosed, &figures, &[]);
}
