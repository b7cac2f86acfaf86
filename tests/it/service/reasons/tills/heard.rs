//! What tills and partners hear: four answers, and what is for everybody.

use hourbook::api;
use hourbook::domain::Reason;

use super::{About, Tills};
use crate::service::reasons::asking::hear;
use crate::service::reasons::seen::Seen;
use crate::service::redemption::shown;
use crate::support::HOUR;
use crate::support::served::fresh;

const UNKNOWN: &str = "000 000 000";

/// Everything a till hears of a sale, and a partner of a slip.
pub fn everything(tills: &mut Tills, seen: &mut Seen) {
    offers(tills);
    for call in ["Redeem", "AuthorizeRedemption", "RecordRedemption"] {
        let who = if call == "RecordRedemption" { "Cafe" } else { "Till" };
        of_the_code(tills, (who, call), seen);
        of_the_shop(tills, (who, call), seen);
    }
    let unknown = api::LookUpCodeRequest { shown: shown(UNKNOWN), ..Default::default() };
    let refused = hear("LookUpCode", tills.cafe.look_up_code("Till", unknown));
    seen.refused(refused, Reason::CodeNotUsable, &[], &["This code or card cannot be used"]);
    too_much(tills, seen);
}

/// Offer 2 is for Thursdays, 3 for one a month.
fn offers(tills: &Tills) {
    let cafe = &tills.cafe;
    let thursdays = api::OfferHours { weekdays: vec![4], ..Default::default() };
    let few = api::OfferCaps { month: 1, ..Default::default() };
    cafe.offer("Tobias", api::Offer { hours: Some(thursdays), ..cafe.lunch() }).unwrap();
    cafe.offer("Tobias", api::Offer { caps: Some(few), ..cafe.lunch() }).unwrap();
    cafe.give("Ann", 20 * HOUR);
}

fn of_the_code(tills: &Tills, (who, call): (&str, &'static str), seen: &mut Seen) {
    let about = tills.about();
    let with = |sale: api::Sale| tills.ask(who, call, &fresh(), &About { sale, ..about.clone() });
    let sale = &about.sale;
    let refused = with(super::showing(sale, UNKNOWN));
    seen.refused(refused, Reason::CodeNotUsable, &[], &["This code or card cannot be used"]);
    let refused = with(api::Sale { people: 100, ..sale.clone() });
    seen.refused(refused, Reason::NotToday, &[], &["This cannot be done today", "talk to your time broker"]);
    let refused = with(api::Sale { staff_initials: "AN".into(), ..sale.clone() });
    seen.refused(refused, Reason::StaffAtTill, &[], &["while on the till"]);
    let receipt = api::SaleReceipt { number: 1, ..sale.receipt.unwrap() };
    let refused = with(api::Sale { receipt: Some(receipt), people: 2, ..sale.clone() });
    let says = ["this receipt was accepted before", "people", "Use the next number or line"];
    seen.refused(refused, Reason::ReceiptReused, &[("fields", &"*")], &says);
}

fn of_the_shop(tills: &Tills, (who, call): (&str, &'static str), seen: &mut Seen) {
    let about = tills.about();
    let with = |sale: api::Sale| tills.ask(who, call, &fresh(), &About { sale, ..about.clone() });
    let sale = &about.sale;
    let unavailable = Reason::OfferNotAvailable;
    let refused = with(api::Sale { offer_number: 9, ..sale.clone() });
    seen.refused(refused, unavailable, &[("why", &"OFFER_NOT_OPEN")], &["This offer cannot be taken now"]);
    if call == "RecordRedemption" {
        let refused = with(api::Sale { offer_number: 2, ..sale.clone() });
        seen.refused(refused, unavailable, &[("why", &"OFFER_NOT_NOW")], &["This offer cannot be taken"]);
        return; // What happened counts, and is not refused.
    }
    let refused = with(api::Sale { offer_number: 2, ..sale.clone() });
    let figures: [(&str, &dyn ToString); 2] = [("why", &"OFFER_NOT_NOW"), ("opens_on", &"2026-05-07")];
    seen.refused(refused, unavailable, &figures, &["for other days or hours: next on 2026-05-07"]);
    let refused = with(api::Sale { offer_number: 3, people: 2, ..sale.clone() });
    let figures: [(&str, &dyn ToString); 3] = [("why", &"OFFER_EXHAUSTED"), ("left", &1), ("take", &2)];
    seen.refused(refused, unavailable, &figures, &["used up for now: 1 left"]);
    let budget = |month_seconds| {
        let request = api::SetPartnerBudgetRequest {
            request_id: fresh(),
            partner_owner_number: tills.cafe.cafe,
            month_seconds,
            validate_only: false,
        };
        tills.cafe.set_partner_budget("Cafe", request).unwrap();
    };
    budget(Some(0));
    let refused = with(api::Sale { ..sale.clone() });
    let figures: [(&str, &dyn ToString); 3] = [("why", &"BUDGET_SPENT"), ("left", &"*"), ("take", &HOUR)];
    seen.refused(refused, unavailable, &figures, &["The shop's hours of this month are used up", "on us"]);
    budget(None);
}

/// As many counters and holds as the books keep.
fn too_much(tills: &mut Tills, seen: &mut Seen) {
    tills.cafe.town.reopened(|options| options.bounds.counters_max = 1);
    for (who, call) in [("Till", "Redeem"), ("Till", "AuthorizeRedemption"), ("Tobias", "RecordRedemption")] {
        let figures: [(&str, &dyn ToString); 2] = [("what", &"counters"), ("most", &1)];
        let refused = tills.ask(who, call, &fresh(), &tills.about());
        seen.refused(refused, Reason::BooksFull, &figures, &["they keep 1 counters"]);
    }
    tills.cafe.town.reopened(|options| options.bounds.holds_max = 1);
    for call in ["AuthorizeRedemption", "IssueVoucher"] {
        let says = ["as often as they can be", "let some go first"];
        seen.refused(tills.own(call, &fresh()), Reason::TooManyHolds, &[("most", &1)], &says);
    }
    tills.cafe.town.reopened(|_| {});
}
