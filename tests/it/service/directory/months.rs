//! Months closed in order, by the day it is where the bank is.

use std::sync::Arc;

use hourbook::api;
use hourbook::ledger::ManualClock;
use tonic::Code;

use super::{close, month, over, sequence};
use crate::service::hostile::named;
use crate::support::START;
use crate::support::served::{Served, fresh};

fn answer(served: &Served, request: api::LockPeriodRequest) -> String {
    close(served, request).map_or_else(|status| named(&status), |_| "ok".to_owned())
}

/// Goal: months are closed in order, once over where the bank is, and stay closed across a restart; what was asked
/// before is answered as then. Method: rows on a clock that goes on, each acting on what the rows above left; the
/// bank is in London, an hour ahead of the clock in May.
#[test]
fn months_are_closed_in_order() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clock = Arc::new(ManualClock::new(START));
    let mut served = over(folder.path(), &clock);
    served.bank("Ashenford");
    let april = month(2026, 4);
    let rows = [
        (month(2026, 5), "PERIOD_NOT_OVER"),
        (month(2026, 3), "ok"),
        (month(2026, 2), "PERIOD_CLOSED"),
        (month(2026, 3), "PERIOD_CLOSED"),
        (month(2026, 5), "PERIOD_NOT_NEXT"),
        (api::LockPeriodRequest { validate_only: true, ..month(2026, 4) }, "ok"),
        (api::LockPeriodRequest { validate_only: true, ..april.clone() }, "ok"),
        (april.clone(), "ok"),
        (month(2026, 4), "PERIOD_CLOSED"),
        (month(2026, 5), "PERIOD_NOT_OVER"),
        (api::LockPeriodRequest { bank_number: 9, ..month(2026, 4) }, "BANK_NOT_FOUND"),
        (
            api::LockPeriodRequest { request_id: april.request_id.clone(), ..month(2026, 5) },
            "REQUEST_ID_REUSED",
        ),
    ];
    for (place, (request, expected)) in rows.into_iter().enumerate() {
        assert_eq!(answer(&served, request.clone()), expected, "row {place}: {request:?}");
    }
    let again = close(&served, april.clone()).unwrap();
    assert!(again.repeated, "the request id comes before the rule");
    let checked = close(&served, api::LockPeriodRequest { validate_only: true, ..april.clone() }).unwrap();
    assert_eq!(checked, again);

    // 22:30 on the last day of May by the clock is half past eleven in London.
    clock.advance_seconds(26 * 86_400 + 13 * 3_600 + 1_800);
    assert_eq!(answer(&served, month(2026, 5)), "PERIOD_NOT_OVER");
    clock.advance_seconds(3_600);
    assert_eq!(answer(&served, month(2026, 5)), "ok");
    served.end().unwrap();
    served = over(folder.path(), &clock);
    assert_eq!(close(&served, april).unwrap(), again);
    assert_eq!(answer(&served, month(2026, 5)), "PERIOD_CLOSED");
    assert_eq!(answer(&served, month(2026, 7)), "PERIOD_NOT_NEXT");
    assert_eq!(answer(&served, month(2026, 6)), "PERIOD_NOT_OVER");
}

/// Goal: of many who close one month at once, one does; no other entry is written. Method: eight at once, each
/// with an id of its own, then the next month by one.
#[test]
fn one_of_many_closes_a_month() {
    let served = Served::new();
    served.bank("Ashenford");
    let before = sequence(&close(&served, month(2026, 2)).unwrap());
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let mut directory = served.directory();
            served.runtime.spawn(async move { directory.lock_period(month(2026, 3)).await })
        })
        .collect();
    let heard: Vec<_> = asking.into_iter().map(|one| served.block_on(one).unwrap()).collect();
    let (done, refused): (Vec<_>, Vec<_>) = heard.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refused.len()), (1, 7));
    for status in refused.into_iter().map(Result::unwrap_err) {
        assert_eq!((status.code(), named(&status)), (Code::FailedPrecondition, "PERIOD_CLOSED".to_owned()));
    }
    let next = api::LockPeriodRequest { request_id: fresh(), ..month(2026, 4) };
    assert_eq!(sequence(&close(&served, next).unwrap()), before + 2);
}
