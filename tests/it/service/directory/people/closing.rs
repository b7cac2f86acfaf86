//! Accounts closed by a lead.

use hourbook::api;

use super::{help, member, taken_in};
use crate::service::hostile::{hold, named};
use crate::support::HOUR;
use crate::support::served::{Served, fresh};

fn close(account_number: u32, remainder_to_account_number: u32) -> api::CloseMemberRequest {
    api::CloseMemberRequest {
        request_id: fresh(),
        account_number,
        remainder_to_account_number,
        reason: "moved away".into(),
        validate_only: false,
    }
}

fn ask(served: &Served, request: api::CloseMemberRequest) -> Result<api::Receipt, String> {
    let answer = served.block_on(served.directory().close_member(request));
    answer.map(|answer| answer.into_inner().done.unwrap().receipt.unwrap()).map_err(|status| named(&status))
}

/// Goal: what is set aside is let go, what is left goes where the person wished or to the pot, what is missing the
/// pot makes good and nobody else, and asking again gives the same answer. Method: three people, one with hours and
/// a hold, one with hours, one below zero who wished their hours to a friend.
#[test]
fn the_pot_makes_good() {
    let served = Served::new();
    let (_, pot, issuance) = served.bank("Ashenford");
    served.exchange(issuance, pot, 5 * HOUR).unwrap();
    let account = |name: &str| taken_in(&served, member(name)).1;
    let (ann, ben, cat, dev) =
        (account("Ann Ash"), account("Benedict Oake"), account("Cat Cole"), account("Dev Das"));
    help(&served, ann, cat, 3).unwrap();
    help(&served, ben, cat, 2).unwrap();
    served.block_on(served.ledger().place_hold(hold(ann, dev))).unwrap();
    let checked = api::CloseMemberRequest { validate_only: true, ..close(ann, 0) };
    assert_eq!(ask(&served, checked).unwrap_err(), "HOLDS_OPEN");

    let of_ann = close(ann, dev);
    ask(&served, of_ann.clone()).unwrap();
    assert_eq!([ann, dev].map(|account| served.posted(account)), [0, 3 * HOUR]);
    assert!(ask(&served, of_ann).unwrap().repeated);
    ask(&served, close(ben, 0)).unwrap();
    assert_eq!([ben, pot].map(|account| served.posted(account)), [0, 7 * HOUR]);
    let of_cat = close(cat, dev);
    ask(&served, of_cat.clone()).unwrap();
    assert_eq!([cat, dev, pot].map(|account| served.posted(account)), [0, 3 * HOUR, 2 * HOUR]);
    assert!(ask(&served, of_cat).unwrap().repeated);
    for (request, expected) in [
        (close(ann, 0), "ACCOUNT_CLOSED"),
        (close(pot, dev), "account_number"),
        (close(dev, dev), "SAME_ACCOUNT"),
        (close(90_007, 0), "account_number"),
        (api::CloseMemberRequest { reason: "x".repeat(901), ..close(dev, 0) }, "reason"),
    ] {
        assert_eq!(ask(&served, request.clone()).unwrap_err(), expected, "{request:?}");
    }
    // Help from before still counts: the pot pays for who left.
    help(&served, dev, ann, 1).unwrap();
    assert_eq!([pot, dev].map(|account| served.posted(account)), [HOUR, 4 * HOUR]);
}

/// Goal: one call lets go a hundred holds and no more, says that there is more, and the next goes on; nothing is let
/// go where something else is in the way. Method: 101 holds.
#[test]
fn a_hundred_at_a_time() {
    let served = Served::new();
    let (_, pot, issuance) = served.bank("Ashenford");
    let (_, ann) = taken_in(&served, member("Ann Ash"));
    let (_, ben) = taken_in(&served, member("Benedict Oake"));
    served.exchange(issuance, ann, 110 * HOUR).unwrap();
    for _ in 0..101 {
        served.block_on(served.ledger().place_hold(hold(ann, ben))).unwrap();
    }
    let open = || {
        let request = api::ListHoldsRequest { account_number: ann, page_size: 1_000, ..Default::default() };
        served.block_on(served.ledger().list_holds(request)).unwrap().into_inner().holds.len()
    };
    assert_eq!(ask(&served, close(ann, ann)).unwrap_err(), "SAME_ACCOUNT");
    assert_eq!(open(), 101);
    let request = close(ann, 0);
    assert_eq!(ask(&served, request.clone()).unwrap_err(), "HOLDS_OPEN");
    assert_eq!(open(), 1);
    ask(&served, request).unwrap();
    assert_eq!((open(), served.posted(pot)), (0, 110 * HOUR));
}
