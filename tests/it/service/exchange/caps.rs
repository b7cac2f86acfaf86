//! How much two time banks may owe each other, as an admin sets it.

use hourbook::api;
use tonic::Code;

use super::{Town, day, reason};
use crate::support::HOUR;
use crate::support::served::fresh;

fn cap(first: u32, second: u32, [first_owes, second_owes]: [i64; 2]) -> api::SetClearingCapRequest {
    api::SetClearingCapRequest {
        request_id: fresh(),
        first_bank_number: first,
        second_bank_number: second,
        first_may_owe_seconds: first_owes * HOUR,
        second_may_owe_seconds: second_owes * HOUR,
        validate_only: false,
    }
}

/// Goal: an admin sets the caps of both banks, whichever is named first, and they hold from then on; nobody else does.
/// Method: help up to a cap and beyond it, before and after; the same request twice, one only checked, bad ones.
#[test]
fn an_admin_sets_what_two_banks_may_owe() {
    let mut town = Town::new();
    town.member("Dev", -20);
    town.owner("Maud");
    town.account("Maud", (2, api::AccountKind::Member), "Maud", -20);
    let help = |hours: i64| town.helped("Dev", "Maud", hours * HOUR, day(5, 4));
    let owed = || {
        let pair = api::GetNetPositionRequest { first_bank_number: 2, second_bank_number: 1 };
        let answer = town.get_net_position("Una", pair).unwrap();
        [answer.first_owes_seconds, answer.first_may_owe_seconds, answer.second_may_owe_seconds]
            .map(|seconds| seconds / HOUR)
    };
    assert_eq!(reason(town.record_exchange("Una", help(4))), "CLEARING_CAP");

    let set = cap(1, 2, [2, 5]);
    for key in ["Una", "Tobias", "integration"] {
        assert_eq!(
            town.set_clearing_cap(key, set.clone()).unwrap_err().code(),
            Code::PermissionDenied,
            "{key}"
        );
    }
    let checked = api::SetClearingCapRequest { validate_only: true, ..set.clone() };
    town.set_clearing_cap("admin", checked).unwrap();
    assert_eq!(owed(), [0, 3, 3]);
    let receipt = town.set_clearing_cap("admin", set.clone()).unwrap().receipt.unwrap();
    let again = town.set_clearing_cap("admin", set.clone()).unwrap().receipt.unwrap();
    assert!(!receipt.repeated && again.repeated && receipt.entry == again.entry);
    assert_eq!(owed(), [0, 5, 2]);
    town.recorded("Una", help(4));
    assert_eq!(reason(town.record_exchange("Una", help(2))), "CLEARING_CAP");
    town.set_clearing_cap("admin", cap(2, 1, [1, 9])).unwrap();
    assert_eq!(owed(), [4, 1, 9], "what is owed stays owed");
    assert_eq!(reason(town.record_exchange("Una", help(1))), "CLEARING_CAP");

    let none = cap(1, 2, [0, 5]);
    assert_eq!(reason(town.set_clearing_cap("admin", none)), "first_may_owe_seconds");
    assert_eq!(reason(town.set_clearing_cap("admin", cap(1, 1, [1, 1]))), "CROSS_BANK");
    assert_eq!(
        reason(
            town.set_clearing_cap("admin", api::SetClearingCapRequest { first_may_owe_seconds: HOUR, ..set })
        ),
        "REQUEST_ID_REUSED"
    );
}
