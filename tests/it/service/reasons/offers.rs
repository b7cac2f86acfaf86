//! Rules of offers, broken one after the other.

use hourbook::api;
use hourbook::domain::Reason;

use super::asking::hear;
use super::seen::{Refused, Seen};
use crate::service::redemption::Cafe;
use crate::support::START;
use crate::support::served::fresh;

/// The calls of RedemptionService that write, in the order of the API.
pub const OFFER_WRITES: [&str; 5] =
    ["CreateOffer", "ApproveOffer", "RetireOffer", "SetPartnerBudget", "SetTillStaff"];
const NOBODY: u32 = 9_999;

/// Asks a call that writes, about offer `offer_number` of a partner.
fn ask(
    cafe: &Cafe,
    (who, call): (&str, &'static str),
    request_id: &str,
    (partner, offer_number): (u32, u32),
) -> Result<(), Refused> {
    let request_id = request_id.to_owned();
    let (partner_owner_number, validate_only) = (partner, false);
    match call {
        "CreateOffer" => {
            let offer = Some(api::Offer { partner_owner_number, ..cafe.lunch() });
            hear(call, cafe.create_offer(who, api::CreateOfferRequest { request_id, offer, validate_only }))
        }
        "ApproveOffer" => {
            let (is_declined, reason) = (false, String::new());
            let request = api::ApproveOfferRequest {
                request_id,
                partner_owner_number,
                offer_number,
                is_declined,
                reason,
                validate_only,
            };
            hear(call, cafe.approve_offer(who, request))
        }
        "RetireOffer" => {
            let request =
                api::RetireOfferRequest { request_id, partner_owner_number, offer_number, validate_only };
            hear(call, cafe.retire_offer(who, request))
        }
        "SetPartnerBudget" => {
            let month_seconds = Some(36_000);
            let request = api::SetPartnerBudgetRequest {
                request_id,
                partner_owner_number,
                month_seconds,
                validate_only,
            };
            hear(call, cafe.set_partner_budget(who, request))
        }
        "SetTillStaff" => {
            let people = vec![api::TillPerson { initials: "EP".into(), owner_number: 0 }];
            let request =
                api::SetTillStaffRequest { request_id, partner_owner_number, people, validate_only };
            hear(call, cafe.set_till_staff(who, request))
        }
        other => panic!("{other} is none of these"),
    }
}

/// Everything about offers.
pub fn everything(seen: &mut Seen) {
    let mut cafe = Cafe::new();
    cafe.offer("Cafe", cafe.lunch()).unwrap();
    cafe.offer("Tobias", cafe.lunch()).unwrap();
    let (waits, open) = ((cafe.cafe, 1), (cafe.cafe, 2));
    let about = |call| if call == "RetireOffer" { open } else { waits };
    cafe.town.reopened(|options| options.bounds.disk_headroom_bytes = u64::MAX);
    for call in OFFER_WRITES {
        let refused = ask(&cafe, ("Tobias", call), &fresh(), about(call));
        seen.refused(refused, Reason::DiskLow, &[], &["the disk under the books is nearly full"]);
    }
    cafe.town.reopened(|_| {});
    let known = fresh();
    let budget = api::SetPartnerBudgetRequest {
        request_id: known.clone(),
        partner_owner_number: cafe.cafe,
        ..Default::default()
    };
    cafe.set_partner_budget("Tobias", budget).unwrap();
    for call in OFFER_WRITES {
        let refused = ask(&cafe, ("Tobias", call), &known, about(call));
        seen.refused(
            refused,
            Reason::RequestIdReused,
            &[("fields", &"*")],
            &["this request id was used before"],
        );
        let refused = ask(&cafe, ("Tobias", call), &fresh(), (NOBODY, 1));
        seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &NOBODY)], &["under number 9999"]);
    }
    cafe.town.served.clock.set_wall(START.plus_seconds(366 * 86_400));
    for call in OFFER_WRITES {
        let refused = ask(&cafe, ("Tobias", call), &fresh(), about(call));
        seen.refused(refused, Reason::ClockUnsure, &[], &["the clock of the books has leapt"]);
    }
    cafe.town.served.clock.set_wall(START);
    rules(&cafe, seen);
}

fn rules(cafe: &Cafe, seen: &mut Seen) {
    let speaks = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: cafe.cafe,
        representative: Some(api::Representative {
            owner_number: cafe.town.owner_number("Oswin"),
            speaks: api::Speaks::ForAll.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    cafe.town.set_representative("Tobias", speaks).unwrap();
    let refused = ask(cafe, ("Oswin", "ApproveOffer"), &fresh(), (cafe.cafe, 1));
    seen.refused(refused, Reason::SecondPersonNeeded, &[], &["somebody else has to do that"]);
    let look = api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 };
    let usual = cafe.town.get_bank_policy("Una", look).unwrap().policy.unwrap();
    let settle = |policy: api::BankPolicy| {
        let policy = Some(policy);
        let request =
            api::SetBankPolicyRequest { request_id: fresh(), bank_number: 1, policy, validate_only: false };
        cafe.town.set_bank_policy("Una", request).unwrap();
    };
    settle(api::BankPolicy { offer_kinds: Vec::new(), ..usual.clone() });
    for call in ["CreateOffer", "ApproveOffer"] {
        let refused = ask(cafe, ("Tobias", call), &fresh(), (cafe.cafe, 1));
        seen.refused(refused, Reason::GoodsNotAllowed, &[], &["takes no activities for hours"]);
    }
    settle(usual);
    (2..200).for_each(|_| drop(cafe.offer("Tobias", cafe.lunch()).unwrap()));
    let refused = ask(cafe, ("Tobias", "CreateOffer"), &fresh(), (cafe.cafe, 1));
    let figures: [(&str, &dyn ToString); 2] = [("what", &"offers"), ("most", &200)];
    seen.refused(refused, Reason::BooksFull, &figures, &["at most 200 offers"]);
}
