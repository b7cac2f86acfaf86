//! Rules of tills, broken one after the other: `heard` is what a till and a partner hear, `slips` what a broker hears in
//! full, `later` what becomes of sales, `office` codes, vouchers and settlements.
//!
//! Asked with keys, as tills do: the local operator of a network without keys hears all of it from every call.

mod heard;
mod later;
mod office;
mod slips;

use hourbook::api;
use hourbook::domain::Reason;

use super::asking::hear;
use super::seen::{Refused, Seen};
use crate::access::with;
use crate::service::exchange::day;
use crate::service::redemption::{Cafe, shown};
use crate::support::served::fresh;
use crate::support::{HOUR, START};

/// The calls about sales that write, in the order of the API. IssueCode and LookUpCode write nothing down.
pub const TILL_WRITES: [&str; 9] = [
    "IssueVoucher",
    "Redeem",
    "AuthorizeRedemption",
    "CaptureRedemption",
    "VoidRedemption",
    "RefundRedemption",
    "RecordRedemption",
    "SettlePartner",
    "RecordSettlementPaid",
];
/// Those that name a receipt.
const SALES: [&str; 3] = ["Redeem", "AuthorizeRedemption", "RecordRedemption"];
const NOBODY: u32 = 9_999;

/// The café with a sale, hours set aside, and a period that was settled and is to be paid.
struct Tills {
    cafe: Cafe,
    sold: u64,
    held: u64,
    /// The receipt number of the next sale; of one that is refused it is not used up.
    next: std::cell::Cell<u32>,
}

/// What a call that writes is about, but for steps: they are about the sale there is.
#[derive(Clone)]
struct About {
    /// The partner, whose first till it is.
    partner: u32,
    sale: api::Sale,
    /// The day of a slip, and the last of a voucher.
    on: api::Date,
}

impl Tills {
    fn new() -> Self {
        let cafe = Cafe::selling();
        cafe.give("A pot", 20 * HOUR);
        let sold = cafe.sell(cafe.sale(1, &cafe.code("Ann", "Ann"))).unwrap().redemption.unwrap();
        let held = cafe.set_aside(cafe.sale(2, &cafe.code("Ann", "Ann"))).unwrap();
        let settle = api::SettlePartnerRequest {
            due_day: Some(day(5, 19)),
            reference: "May, invoice 12".into(),
            ..cafe.settlement(1, api::SettlementModel::PaidOutside, "A pot")
        };
        cafe.settle_partner("Tobias", settle).unwrap();
        Self { sold: sold.redemption_sequence, held: held.redemption_sequence, next: 1_000.into(), cafe }
    }

    /// A seat at lunch with Ann's hours.
    fn about(&self) -> About {
        self.next.set(self.next.get() + 1);
        About {
            partner: self.cafe.cafe,
            sale: self.cafe.sale(self.next.get(), &self.cafe.code("Tobias", "Ann")),
            on: day(5, 5),
        }
    }

    /// Asks a call that writes. Only a till sells; all else is asked by the broker, unless `who` says otherwise.
    fn ask(&self, who: &str, call: &'static str, request_id: &str, about: &About) -> Result<(), Refused> {
        let (cafe, request_id, validate_only) = (&self.cafe, request_id.to_owned(), false);
        let partner_owner_number = about.partner;
        let mut sale = about.sale.clone();
        let receipt = sale.receipt.as_mut().unwrap();
        receipt.till = Some(api::TillName { partner_owner_number, till_number: 1 });
        match call {
            "IssueVoucher" => {
                let voucher = api::IssueVoucherRequest { last_day: Some(about.on), ..cafe.voucher(HOUR) };
                hear(call, cafe.issue_voucher(who, api::IssueVoucherRequest { request_id, ..voucher }))
            }
            "Redeem" => {
                let request = api::RedeemRequest { request_id, sale: Some(sale), validate_only };
                hear(call, cafe.redeem(who, request))
            }
            "AuthorizeRedemption" => {
                let request =
                    api::AuthorizeRedemptionRequest { request_id, sale: Some(sale), ..Default::default() };
                hear(call, cafe.authorize_redemption(who, request))
            }
            "RecordRedemption" => {
                receipt.day = Some(about.on);
                let request = api::RecordRedemptionRequest {
                    request_id,
                    receipt: sale.receipt,
                    by: sale.shown.map(api::record_redemption_request::By::Shown),
                    offer_number: sale.offer_number,
                    people: sale.people,
                    staff_initials: sale.staff_initials,
                    ..Default::default()
                };
                hear(call, cafe.record_redemption(who, request))
            }
            "SettlePartner" => {
                let settle = cafe.settlement(2, api::SettlementModel::Kept, "");
                let request = api::SettlePartnerRequest { request_id, partner_owner_number, ..settle };
                hear(call, cafe.settle_partner(who, request))
            }
            "RecordSettlementPaid" => {
                let request = api::RecordSettlementPaidRequest {
                    request_id,
                    partner_owner_number,
                    period_number: 1,
                    paid_day: Some(day(5, 5)),
                    ..Default::default()
                };
                hear(call, cafe.record_settlement_paid(who, request))
            }
            step => {
                let number = if step == "RefundRedemption" { self.sold } else { self.held };
                later::ask(cafe, (who, step), request_id, number)
            }
        }
    }

    /// The same, of the café's own sale, by whoever does that.
    fn own(&self, call: &'static str, request_id: &str) -> Result<(), Refused> {
        self.ask(asking(call), call, request_id, &self.about())
    }
}

fn asking(call: &str) -> &'static str {
    if matches!(call, "Redeem" | "AuthorizeRedemption") { "Till" } else { "Tobias" }
}

/// Everything about tills.
pub fn everything(seen: &mut Seen) {
    let mut tills = Tills::new();
    before_the_books(&mut tills, seen);
    nobody_there(&tills, seen);
    heard::everything(&mut tills, seen);
    slips::everything(seen);
    later::everything(seen);
    office::everything(seen);
}

/// What is asked of every write: the disk, its id, the clock.
fn before_the_books(tills: &mut Tills, seen: &mut Seen) {
    tills.cafe.town.reopened(|options| options.bounds.disk_headroom_bytes = u64::MAX);
    for call in TILL_WRITES {
        let says = ["the disk under the books is nearly full"];
        seen.refused(tills.own(call, &fresh()), Reason::DiskLow, &[], &says);
    }
    tills.cafe.town.reopened(|_| {});
    let known = fresh();
    let budget = api::SetPartnerBudgetRequest {
        request_id: known.clone(),
        partner_owner_number: tills.cafe.cafe,
        ..Default::default()
    };
    tills.cafe.set_partner_budget("Tobias", budget).unwrap();
    for call in TILL_WRITES.into_iter().filter(|call| !SALES.contains(call)) {
        let says = ["this request id was used before"];
        seen.refused(tills.own(call, &known), Reason::RequestIdReused, &[("fields", &"*")], &says);
    }
    for call in SALES {
        let attempt = fresh();
        tills.own(call, &attempt).unwrap();
        let figures: [(&str, &dyn ToString); 3] = [("why", &"REQUEST_ID_REUSED"), ("left", &0), ("take", &1)];
        let says = ["this request id was accepted for another receipt", "a new one for each attempt"];
        seen.refused(tills.own(call, &attempt), Reason::RequestIdReused, &figures, &says);
    }
    tills.cafe.town.served.clock.set_wall(START.plus_seconds(366 * 86_400));
    for call in TILL_WRITES {
        let about = About { on: api::Date { year: 2027, month: 5, day: 6 }, ..tills.about() };
        let refused = tills.ask(asking(call), call, &fresh(), &about);
        seen.refused(refused, Reason::ClockUnsure, &[], &["the clock of the books has leapt"]);
    }
    tills.cafe.town.served.clock.set_wall(START);
}

/// Partners, accounts and positions there are not.
fn nobody_there(tills: &Tills, seen: &mut Seen) {
    let cafe = &tills.cafe;
    let about = About { partner: NOBODY, ..tills.about() };
    for call in SALES.into_iter().chain(["SettlePartner", "RecordSettlementPaid"]) {
        let refused = tills.ask(asking(call), call, &fresh(), &about);
        seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &NOBODY)], &["under number 9999"]);
    }
    let till = Some(api::TillName { partner_owner_number: NOBODY, till_number: 1 });
    let look = api::LookUpCodeRequest { till, shown: about.sale.shown.clone(), people: 0 };
    let receipt = Some(api::SaleReceipt { till, number: 1, ..Default::default() });
    let of_receipt = api::GetRedemptionByReceiptRequest { receipt };
    let practice =
        api::IssueCodeRequest { partner_owner_number: NOBODY, is_practice: true, ..Default::default() };
    let partner_owner_number = NOBODY;
    let list = api::ListRedemptionsRequest { partner_owner_number, ..Default::default() };
    let totals = api::DayTotalsRequest { partner_owner_number, day: None };
    let statement = api::GetPartnerStatementRequest { partner_owner_number, ..Default::default() };
    for refused in [
        hear("IssueCode", cafe.issue_code("Till", practice)),
        hear("LookUpCode", cafe.look_up_code("Till", look)),
        hear("GetRedemptionByReceipt", cafe.get_redemption_by_receipt("Tobias", of_receipt)),
        hear("ListRedemptions", cafe.list_redemptions("Tobias", list)),
        watch(cafe, api::WatchRedemptionsRequest { partner_owner_number, after_sequence: None }),
        hear("DayTotals", cafe.day_totals("Tobias", totals)),
        hear("GetPartnerStatement", cafe.get_partner_statement("Tobias", statement)),
    ] {
        seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &NOBODY)], &["under number 9999"]);
    }
    let refused = hear("GetRedemptionByReceipt", cafe.by_receipt(999));
    seen.refused(refused, Reason::EntryNotFound, &[], &["nothing was accepted under this receipt"]);
    let position = cafe.town.position();
    let ahead = api::WatchRedemptionsRequest {
        partner_owner_number: cafe.cafe,
        after_sequence: Some(position + 100),
    };
    seen.not_reached(watch(cafe, ahead), position + 100, position);
}

fn watch(cafe: &Cafe, request: api::WatchRedemptionsRequest) -> Result<(), Refused> {
    let request = with(cafe.town.key("Tobias"), request);
    let answer = cafe.town.served.block_on(cafe.town.served.redemptions().watch_redemptions(request));
    hear("WatchRedemptions", answer)
}

/// One more who has hours, an account and a key: a member who may go so many hours below zero.
fn member(cafe: &mut Cafe, who: &'static str, floor_hours: i64) {
    cafe.town.member(who, floor_hours);
    cafe.town.give_key(who, api::Role::Member);
}

/// Somebody who speaks for somebody else, so far a month; 0 for as far as the account goes.
fn speaks(cafe: &Cafe, (who, of): (&str, u32), speaks: api::Speaks, monthly_limit_seconds: i64) {
    let representative = api::Representative {
        owner_number: cafe.town.owner_number(who),
        speaks: speaks.into(),
        monthly_limit_seconds,
        last_day: None,
    };
    let request = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: of,
        representative: Some(representative),
        ..Default::default()
    };
    cafe.town.set_representative("Tobias", request).unwrap();
}

/// An account goes to nobody.
fn close(cafe: &Cafe, who: &str) {
    let request = api::CloseAccountRequest {
        request_id: fresh(),
        account_number: cafe.town.of(who),
        remainder_to_account_number: cafe.town.of("A pot"),
        ..Default::default()
    };
    cafe.town.close_account("integration", request).unwrap();
}

/// An account that takes no more than this.
fn full_at(cafe: &Cafe, account_number: u32, ceiling_seconds: i64) {
    let limits = api::Limits {
        ceiling_seconds: Some(ceiling_seconds),
        ceiling_is_hard: true,
        ..crate::support::served::floor(-20)
    };
    let request = api::SetLimitsRequest {
        request_id: fresh(),
        account_number,
        limits: Some(limits),
        ..Default::default()
    };
    cafe.town.set_limits("integration", request).unwrap();
}

/// A sale that shows this code.
fn showing(sale: &api::Sale, code: &str) -> api::Sale {
    api::Sale { shown: shown(code), ..sale.clone() }
}
