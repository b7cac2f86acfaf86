//! What becomes of what was set aside and of what was taken: the table of states, through a socket.

use hourbook::api::{self, RedemptionState};

use super::{Cafe, why};
use crate::support::HOUR;
use crate::support::served::fresh;

const DAY_SECONDS: i64 = 86_400;

impl Cafe {
    pub fn refund(&self, redemption_sequence: u64, amount_seconds: i64) -> api::RefundRedemptionRequest {
        api::RefundRedemptionRequest {
            request_id: fresh(),
            redemption_sequence,
            amount_seconds,
            reason: "came only for a coat".into(),
            staff_initials: "EP".into(),
            validate_only: false,
        }
    }

    pub fn give_back(&self, who: &str, number: u64, seconds: i64) -> Result<api::Redemption, tonic::Status> {
        self.refund_redemption(who, self.refund(number, seconds)).map(|answer| answer.redemption.unwrap())
    }

    pub fn let_go(&self, who: &str, redemption_sequence: u64) -> Result<api::Redemption, tonic::Status> {
        let request =
            api::VoidRedemptionRequest { request_id: fresh(), redemption_sequence, validate_only: false };
        self.void_redemption(who, request).map(|answer| answer.redemption.unwrap())
    }

    pub fn take(
        &self,
        who: &str,
        redemption_sequence: u64,
        people: u32,
    ) -> Result<api::Redemption, tonic::Status> {
        let request = api::CaptureRedemptionRequest {
            request_id: fresh(),
            redemption_sequence,
            people,
            validate_only: false,
        };
        self.capture_redemption(who, request).map(|answer| answer.redemption.unwrap())
    }
}

/// Goal: what is set aside is taken, whole or for whoever came, let go, or runs out; and after that nothing, but that what
/// was taken is given back, never above it. Method: two seats, each way; every step that leads nowhere.
#[test]
fn set_aside_and_what_then() {
    let cafe = Cafe::selling();
    let two = |number| api::Sale { people: 2, ..cafe.sale(number, &cafe.code("Ann", "Ann")) };
    let held = cafe.set_aside(two(416)).unwrap();
    let number = held.redemption_sequence;
    assert_eq!((held.state(), held.amount_seconds), (RedemptionState::Authorized, 2 * HOUR));
    assert_eq!((cafe.stands("Ann"), cafe.stands("Cafe").0), ((10 * HOUR, 2 * HOUR), 0));
    assert_eq!(why(cafe.take("Till", number, 3)), "people");
    assert_eq!(why(cafe.give_back("Till", number, 0)), "HOLD_RESOLVED", "nothing was taken yet");
    let one_came = cafe.take("Till", number, 1).unwrap();
    assert_eq!(
        (one_came.state(), one_came.captured_seconds, one_came.amount_seconds),
        (RedemptionState::Captured, HOUR, 2 * HOUR)
    );
    assert_eq!((cafe.stands("Ann"), cafe.stands("Cafe").0), ((9 * HOUR, 0), HOUR));
    assert_eq!(cafe.by_receipt(416).unwrap(), one_came);
    for step in [cafe.take("Till", number, 0), cafe.let_go("Till", number)] {
        assert_eq!(why(step), "HOLD_RESOLVED");
    }
    let half = cafe.give_back("Till", number, HOUR / 2).unwrap();
    assert_eq!((half.state(), half.refunded_seconds), (RedemptionState::PartlyRefunded, HOUR / 2));
    assert_eq!(why(cafe.give_back("Till", number, HOUR)), "REVERSAL_EXCEEDS");
    let all = cafe.give_back("Till", number, 0).unwrap();
    assert_eq!((all.state(), all.refunded_seconds), (RedemptionState::Refunded, HOUR));
    assert_eq!(why(cafe.give_back("Till", number, 0)), "HOLD_RESOLVED");
    assert_eq!(cafe.by_receipt(416).unwrap(), all);

    let held = cafe.set_aside(two(417)).unwrap();
    assert_eq!(cafe.let_go("Till", held.redemption_sequence).unwrap().state(), RedemptionState::Voided);
    assert_eq!(cafe.by_receipt(417).unwrap().state(), RedemptionState::Voided);
    let again = cafe.sell(api::Sale { ..two(417) });
    assert_eq!(why(again), "RECEIPT_REUSED", "the next line is free, not this one");

    let held = cafe.set_aside(two(418)).unwrap();
    cafe.town.served.clock.advance_seconds(3_600);
    assert_eq!(why(cafe.take("Till", held.redemption_sequence, 0)), "HOLD_EXPIRED");
    assert_eq!(cafe.by_receipt(418).unwrap().state(), RedemptionState::Expired);
    assert_eq!((cafe.stands("Ann"), cafe.stands("Cafe").0), ((10 * HOUR, 0), 0));
}

/// Goal: a step asked again is done once and answers as the sale stands; another content under its id is refused. Method:
/// each step twice.
#[test]
fn each_step_once() {
    let cafe = Cafe::selling();
    let held = cafe.set_aside(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap();
    let number = held.redemption_sequence;
    let capture = api::CaptureRedemptionRequest {
        request_id: fresh(),
        redemption_sequence: number,
        ..Default::default()
    };
    let checked = api::CaptureRedemptionRequest { validate_only: true, ..capture.clone() };
    assert!(!cafe.capture_redemption("Till", checked).unwrap().repeated);
    assert_eq!(cafe.stands("Cafe").0, 0);
    let first = cafe.capture_redemption("Till", capture.clone()).unwrap();
    let again = cafe.capture_redemption("Till", capture.clone()).unwrap();
    assert_eq!((first.repeated, again.repeated), (false, true));
    assert_eq!(first.redemption, again.redemption);
    let other = api::CaptureRedemptionRequest { people: 1, ..capture };
    assert_eq!(why(cafe.capture_redemption("Till", other)), "REQUEST_ID_REUSED");
    let refund = cafe.refund(number, 0);
    assert!(!cafe.refund_redemption("Till", refund.clone()).unwrap().repeated);
    let again = cafe.refund_redemption("Till", refund).unwrap();
    assert_eq!((again.repeated, again.redemption.unwrap().state()), (true, RedemptionState::Refunded));
    assert_eq!((cafe.stands("Ann"), cafe.stands("Cafe").0), ((10 * HOUR, 0), 0));
}

/// Goal: a till gives back on its business day, the partner and a broker on any; another till, another partner and another
/// bank's broker find no such sale. Method: a sale, that day and the next.
#[test]
fn who_gives_back_and_when() {
    let cafe = Cafe::selling();
    let sale = |number| cafe.sell(cafe.sale(number, &cafe.code("Ann", "Ann"))).unwrap().redemption.unwrap();
    let numbers = [1, 2, 3, 4].map(|number| sale(number).redemption_sequence);
    cafe.give_back("Till", numbers[0], 0).unwrap();
    cafe.town.served.clock.advance_seconds(DAY_SECONDS);
    assert_eq!(why(cafe.give_back("Till", numbers[1], 0)), "WINDOW_PASSED");
    for who in ["Baths", "Oyin"] {
        assert_eq!(why(cafe.give_back(who, numbers[1], 0)), "ENTRY_NOT_FOUND", "{who}");
    }
    assert_eq!(why(cafe.give_back("Ann", numbers[1], 0)), "BEYOND_REACH");
    cafe.give_back("Cafe", numbers[1], 0).unwrap();
    let by_broker = cafe.give_back("Tobias", numbers[2], 0).unwrap();
    assert_eq!(by_broker.account_number, cafe.town.of("Ann"), "the bank knows whose hours they are");
    assert_eq!(cafe.stands("Cafe").0, HOUR);
    let put_right = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: numbers[3],
        reason: "a slip".into(),
        ..Default::default()
    };
    assert_eq!(
        why(cafe.town.put_right("Tobias", put_right)),
        "original_sequence",
        "it is given back instead"
    );
}

/// Goal: nobody moves a sale on behind its shop's back: what its statement and its software say would be wrong. Method: the calls
/// of the ledger that end a hold or put an entry right, on a sale that is set aside and on both entries of one that was taken;
/// nothing is written, and the sales go on as they do.
#[test]
fn the_ledger_moves_no_sale_on() {
    let cafe = Cafe::selling();
    let held = cafe.set_aside(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap().redemption_sequence;
    let taken = cafe.set_aside(cafe.sale(2, &cafe.code("Ann", "Ann"))).unwrap().redemption_sequence;
    cafe.take("Till", taken, 0).unwrap();
    let position = cafe.town.position();
    let capture = api::CaptureHoldRequest { request_id: fresh(), hold_sequence: held, ..Default::default() };
    assert_eq!(why(cafe.town.capture_hold("integration", capture)), "hold_sequence");
    let void = api::VoidHoldRequest { request_id: fresh(), hold_sequence: held, ..Default::default() };
    assert_eq!(why(cafe.town.void_hold("integration", void)), "hold_sequence");
    for original_sequence in [taken, position] {
        let reverse =
            api::ReverseEntryRequest { request_id: fresh(), original_sequence, ..Default::default() };
        assert_eq!(why(cafe.town.reverse_entry("integration", reverse)), "original_sequence");
    }
    assert_eq!(cafe.town.position(), position);
    cafe.take("Till", held, 0).unwrap();
    cafe.give_back("Till", taken, 0).unwrap();
}
