//! Rules of hooks, broken one after the other.

use hourbook::api;
use hourbook::domain::Reason;

use super::asking::hear;
use super::seen::{Refused, Seen};
use crate::access::with;
use crate::service::redemption::Cafe;
use crate::support::START;
use crate::support::served::fresh;

/// The calls of HookService that write, in the order of the API.
pub const HOOK_WRITES: [&str; 8] = [
    "CreateEndpoint",
    "UpdateEndpoint",
    "RotateEndpointKey",
    "PauseEndpoint",
    "ResumeEndpoint",
    "DeleteEndpoint",
    "ReplayDeliveries",
    "SendTestEvent",
];
const NOBODY: u32 = 9_999;

/// Asks a call that writes, with Una's key: about the first endpoint of a partner; to resume, about the second.
fn ask(cafe: &Cafe, call: &'static str, request_id: &str, partner: u32) -> Result<(), Refused> {
    let (request_id, partner_owner_number) = (request_id.to_owned(), partner);
    let (endpoint_number, validate_only) = (1, false);
    let endpoint = Some(api::Endpoint { partner_owner_number, endpoint_number, ..cafe.endpoint() });
    match call {
        "CreateEndpoint" => {
            let request = api::CreateEndpointRequest { request_id, endpoint, validate_only };
            hear(call, cafe.create_endpoint("Una", request))
        }
        "UpdateEndpoint" => {
            let request = api::UpdateEndpointRequest { request_id, endpoint, validate_only };
            hear(call, cafe.update_endpoint("Una", request))
        }
        "RotateEndpointKey" => {
            let request = api::RotateEndpointKeyRequest {
                request_id,
                partner_owner_number,
                endpoint_number,
                ..Default::default()
            };
            hear(call, cafe.rotate_endpoint_key("Una", request))
        }
        "PauseEndpoint" => {
            let request = api::PauseEndpointRequest {
                request_id,
                partner_owner_number,
                endpoint_number,
                validate_only,
            };
            hear(call, cafe.pause_endpoint("Una", request))
        }
        "ResumeEndpoint" => {
            let endpoint_number = 2;
            let request = api::ResumeEndpointRequest {
                request_id,
                partner_owner_number,
                endpoint_number,
                validate_only,
            };
            hear(call, cafe.resume_endpoint("Una", request))
        }
        "DeleteEndpoint" => {
            let request = api::DeleteEndpointRequest {
                request_id,
                partner_owner_number,
                endpoint_number,
                validate_only,
            };
            hear(call, cafe.delete_endpoint("Una", request))
        }
        "ReplayDeliveries" => {
            let request = api::ReplayDeliveriesRequest {
                request_id,
                partner_owner_number,
                endpoint_number,
                from_sequence: 1,
                ..Default::default()
            };
            hear(call, cafe.replay_deliveries("Una", request))
        }
        "SendTestEvent" => {
            let request = api::SendTestEventRequest {
                request_id,
                partner_owner_number,
                endpoint_number,
                validate_only,
            };
            hear(call, cafe.send_test_event("Una", request))
        }
        other => panic!("{other} is none of these"),
    }
}

/// Everything about hooks.
pub fn everything(seen: &mut Seen) {
    let mut cafe = Cafe::new();
    for _ in 0..2 {
        cafe.made("Cafe", cafe.endpoint()).unwrap();
    }
    cafe.pause("Cafe", 2).unwrap();
    cafe.town.reopened(|options| options.bounds.disk_headroom_bytes = u64::MAX);
    for call in HOOK_WRITES {
        let refused = ask(&cafe, call, &fresh(), cafe.cafe);
        seen.refused(refused, Reason::DiskLow, &[], &["the disk under the books is nearly full"]);
    }
    cafe.town.reopened(|_| {});
    let known = fresh();
    let budget = api::SetPartnerBudgetRequest {
        request_id: known.clone(),
        partner_owner_number: cafe.cafe,
        ..Default::default()
    };
    cafe.set_partner_budget("Una", budget).unwrap();
    for call in HOOK_WRITES {
        let refused = ask(&cafe, call, &known, cafe.cafe);
        seen.refused(
            refused,
            Reason::RequestIdReused,
            &[("fields", &"*")],
            &["this request id was used before"],
        );
        let refused = ask(&cafe, call, &fresh(), NOBODY);
        seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &NOBODY)], &["under number 9999"]);
    }
    cafe.town.served.clock.set_wall(START.plus_seconds(366 * 86_400));
    for call in HOOK_WRITES {
        let refused = ask(&cafe, call, &fresh(), cafe.cafe);
        seen.refused(refused, Reason::ClockUnsure, &[], &["the clock of the books has leapt"]);
    }
    cafe.town.served.clock.set_wall(START);
    reads(&cafe, seen);
    (2..8).for_each(|_| drop(cafe.made("Cafe", cafe.endpoint()).unwrap()));
    let figures: [(&str, &dyn ToString); 2] = [("what", &"endpoints"), ("most", &8)];
    let refused = ask(&cafe, "CreateEndpoint", &fresh(), cafe.cafe);
    seen.refused(refused, Reason::BooksFull, &figures, &["at most 8 endpoints", "delete one"]);
}

fn reads(cafe: &Cafe, seen: &mut Seen) {
    let (partner_owner_number, endpoint_number) = (NOBODY, 1);
    let list = cafe.list_endpoints("Una", api::ListEndpointsRequest { partner_owner_number });
    let request = api::ListDeliveriesRequest { partner_owner_number, endpoint_number, ..Default::default() };
    let deliveries = cafe.list_deliveries("Una", request);
    let watch = |partner_owner_number, after_sequence| {
        let request = api::WatchEventsRequest { partner_owner_number, endpoint_number, after_sequence };
        let served = &cafe.town.served;
        let request = with(cafe.town.key("Una"), request);
        hear("WatchEvents", served.block_on(served.hooks().watch_events(request)))
    };
    for refused in [hear("ListEndpoints", list), hear("ListDeliveries", deliveries), watch(NOBODY, None)] {
        seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &NOBODY)], &["under number 9999"]);
    }
    seen.not_reached(watch(cafe.cafe, Some(99_999)), 99_999, cafe.town.position());
}
