//! Vouchers: used in parts, and what is left returns by itself.

use hourbook::api;

use super::{Cafe, why};
use crate::support::HOUR;
use crate::support::served::fresh;

impl Cafe {
    pub fn voucher(&self, seconds: i64) -> api::IssueVoucherRequest {
        api::IssueVoucherRequest {
            request_id: fresh(),
            from_account_number: self.town.of("A pot"),
            amount_seconds: seconds,
            last_day: Some(api::Date { year: 2026, month: 5, day: 31 }),
            reason: "spoke at the citizens' panel".into(),
            validate_only: false,
        }
    }
}

/// Goal: a voucher's hours are set aside from the pot, used in parts and never above them; what is left goes back by itself;
/// a lost paper is replaced, and the old one works no more. Method: 3 hours, used for 1 and 1; a new code; the month's end.
#[test]
fn used_in_parts() {
    let cafe = Cafe::selling();
    cafe.give("A pot", 20 * HOUR);
    let request = cafe.voucher(3 * HOUR);
    let made = cafe.issue_voucher("Una", request.clone()).unwrap();
    let number = made.done.unwrap().receipt.unwrap().entry.unwrap().sequence;
    assert_eq!(cafe.stands("A pot"), (20 * HOUR, 3 * HOUR));
    let again = cafe.issue_voucher("Una", request).unwrap();
    assert_eq!(
        (again.code.as_str(), again.done.unwrap().receipt.unwrap().repeated),
        ("", true),
        "shown once"
    );
    let sale = |number, code: &str| cafe.sale(number, code);
    assert_eq!(why(cafe.set_aside(sale(1, &made.code))), "sale.shown");
    cafe.sell(sale(1, &made.code)).unwrap();
    assert_eq!((cafe.stands("A pot"), cafe.stands("Cafe").0), ((19 * HOUR, 2 * HOUR), HOUR));
    let three = api::Sale { people: 3, ..sale(2, &made.code) };
    assert_eq!(why(cafe.sell(three)), "NOT_TODAY", "2 hours are left");
    let lost = api::IssueCodeRequest { voucher_sequence: number, ..Default::default() };
    let fresh_code = cafe.issue_code("Tobias", lost).unwrap().code;
    assert_eq!(why(cafe.sell(sale(2, &made.code))), "CODE_NOT_USABLE");
    let sold = cafe.sell(sale(2, &fresh_code)).unwrap().redemption.unwrap();
    cafe.give_back("Till", sold.redemption_sequence, 0).unwrap();
    assert_eq!(cafe.stands("A pot"), (19 * HOUR, HOUR), "given back to the pot, not to the voucher");
    cafe.town.served.clock.advance_seconds(27 * 86_400);
    cafe.town.served.block_on(async {}); // The clock has moved: what is due has ended when the next write is decided.
    assert_eq!(why(cafe.sell(sale(3, &fresh_code))), "CODE_NOT_USABLE");
    cafe.give("Ann", HOUR);
    assert_eq!(cafe.stands("A pot"), (19 * HOUR, 0));
    assert_eq!(why(cafe.issue_code("Tobias", lost)), "HOLD_NOT_FOUND");
}

/// Goal: a voucher above what a broker hands out alone waits for somebody else, and then has its code made. Method: the bank's
/// line is 10 hours; Tobias asks, Oswin agrees.
#[test]
fn above_the_line_somebody_agrees() {
    let cafe = Cafe::selling();
    cafe.give("A pot", 200 * HOUR);
    let look = api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 };
    let line = cafe.town.get_bank_policy("Una", look).unwrap().policy.unwrap().broker_grant_line_seconds;
    let waits = cafe.issue_voucher("Tobias", cafe.voucher(line + HOUR)).unwrap();
    assert_eq!(waits.code, "");
    let waiting_number = waits.done.unwrap().waiting_number;
    let approve = api::ApproveRequest { request_id: fresh(), waiting_number, ..Default::default() };
    let voucher = cafe.town.approve("Oswin", approve).unwrap().receipt.unwrap().entry.unwrap().sequence;
    let code = api::IssueCodeRequest { voucher_sequence: voucher, ..Default::default() };
    cafe.sell(cafe.sale(1, &cafe.issue_code("Tobias", code).unwrap().code)).unwrap();
    assert_eq!(cafe.stands("A pot"), (199 * HOUR, line));
    let of_member =
        api::IssueVoucherRequest { from_account_number: cafe.town.of("Ann"), ..cafe.voucher(HOUR) };
    assert_eq!(why(cafe.issue_voucher("Tobias", of_member)), "from_account_number");
    let far = api::Date { year: 2027, month: 5, day: 7 };
    let far = api::IssueVoucherRequest { last_day: Some(far), ..cafe.voucher(HOUR) };
    assert_eq!(why(cafe.issue_voucher("Tobias", far)), "last_day");
}
