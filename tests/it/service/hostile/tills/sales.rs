//! Sales, slips, and what becomes of them.

use hourbook::api::{self, record_redemption_request::By};
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, Ok as Fine};
use tonic::{Response, Status};

use super::{Baths, NOBODY, code, day, nobodys};
use crate::service::hostile::fields::empty;
use crate::service::hostile::table::{Row, Table, Write};

/// A request that names a sale.
trait Sells: Write {
    fn sale(&mut self) -> &mut api::Sale;
}

impl Sells for api::RedeemRequest {
    fn sale(&mut self) -> &mut api::Sale {
        self.sale.as_mut().unwrap()
    }
}

impl Sells for api::AuthorizeRedemptionRequest {
    fn sale(&mut self) -> &mut api::Sale {
        self.sale.as_mut().unwrap()
    }
}

fn receipt<T: Sells>(request: &mut T) -> &mut api::SaleReceipt {
    request.sale().receipt.as_mut().unwrap()
}

fn till<T: Sells>(request: &mut T) -> &mut api::TillName {
    receipt(request).till.as_mut().unwrap()
}

fn card<T: Sells>(request: &mut T) -> &mut api::CardShown {
    let Some(api::shown::By::Card(card)) = &mut request.sale().shown.as_mut().unwrap().by else { panic!() };
    card
}

/// Goal: each field of what a till asks has the bounds it says, what is beyond is named as it stands in the request, and
/// nothing is written by any of it. Method: requests that are taken, with one field bent at a time.
#[test]
fn fields_of_sales() {
    let baths = Baths::new();
    let mut table = Table { books: &baths.books, wrong: Vec::new() };
    let before = baths.books.position();
    let redemptions = || baths.books.served.redemptions();
    steps(&mut table, &baths); // Before what is set aside runs out: what follows takes its time.
    sales(&mut table, "Redeem", &baths, &baths.redeem(), async |r| empty(redemptions().redeem(r).await));
    let ask = async |r| empty(redemptions().authorize_redemption(r).await);
    sales(&mut table, "AuthorizeRedemption", &baths, &baths.authorize(), ask);
    let rows: [Row<'_, api::AuthorizeRedemptionRequest>; 6] = [
        ("no sale", &|r| r.sale = None, InvalidArgument, "sale"),
        ("a minute", &|r| r.life_seconds = 60, Fine, ""),
        ("a day", &|r| r.life_seconds = 86_400, Fine, ""),
        ("less", &|r| r.life_seconds = 59, InvalidArgument, "life_seconds"),
        ("more", &|r| r.life_seconds = 86_401, InvalidArgument, "life_seconds"),
        ("for ever", &|r| r.life_seconds = u32::MAX, InvalidArgument, "life_seconds"),
    ];
    table.write("AuthorizeRedemption", &baths.authorize(), ask, &rows);
    slips(&mut table, &baths);
    table.judge();
    assert_eq!(baths.books.position(), before, "nothing is written");
}

fn sales<T: Sells>(
    table: &mut Table<'_>,
    call: &str,
    baths: &Baths,
    right: &T,
    ask: impl AsyncFn(T) -> Result<Response<()>, Status>,
) {
    let (partner, number) = ("sale.receipt.till.partner_owner_number", "sale.receipt.till.till_number");
    let (on, shown, offer) = ("sale.receipt.day", "sale.shown", "sale.offer_number");
    let (people, staff) = ("sale.people", "sale.staff_initials");
    let member = baths.owner_of(baths.member);
    let rows: [Row<'_, T>; 38] = [
        ("no receipt", &|r| r.sale().receipt = None, InvalidArgument, partner),
        ("no till", &|r| receipt(r).till = None, InvalidArgument, partner),
        ("nobody's till", &|r| till(r).partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member's till", &|r| till(r).partner_owner_number = member, InvalidArgument, partner),
        ("till 0", &|r| till(r).till_number = 0, InvalidArgument, number),
        ("till 2", &|r| till(r).till_number = 2, InvalidArgument, number),
        ("till 65,537", &|r| till(r).till_number = 65_537, InvalidArgument, number),
        ("today", &|r| receipt(r).day = Some(day(5)), Fine, ""),
        ("yesterday", &|r| receipt(r).day = Some(day(4)), Fine, ""),
        ("the day before", &|r| receipt(r).day = Some(day(3)), InvalidArgument, on),
        ("tomorrow", &|r| receipt(r).day = Some(day(6)), InvalidArgument, on),
        ("no day there is", &|r| receipt(r).day = Some(day(32)), InvalidArgument, on),
        ("the highest number", &|r| receipt(r).number = 999_999_999, Fine, ""),
        ("one above", &|r| receipt(r).number = 1_000_000_000, InvalidArgument, "sale.receipt.number"),
        ("line 99", &|r| receipt(r).line = 99, Fine, ""),
        ("line 100", &|r| receipt(r).line = 100, InvalidArgument, "sale.receipt.line"),
        ("line 257", &|r| receipt(r).line = 257, InvalidArgument, "sale.receipt.line"),
        ("nothing shown", &|r| r.sale().shown = None, InvalidArgument, shown),
        ("nothing said", &|r| r.sale().shown = Some(api::Shown::default()), InvalidArgument, shown),
        ("letters", &|r| r.sale().shown = code("nine digits"), InvalidArgument, "sale.shown.code"),
        ("a slip", &|r| r.sale().shown = code("000 000 001"), InvalidArgument, "sale.shown.code"),
        ("a long one", &|r| r.sale().shown = code(&"0".repeat(100_000)), InvalidArgument, "sale.shown.code"),
        ("no card", &|r| card(r).number.clear(), InvalidArgument, "sale.shown.card.number"),
        ("a short PIN", &|r| card(r).pin = "258".into(), InvalidArgument, "sale.shown.card.pin"),
        ("a long PIN", &|r| card(r).pin = "258025802".into(), InvalidArgument, "sale.shown.card.pin"),
        ("offer 0", &|r| r.sale().offer_number = 0, InvalidArgument, offer),
        ("offer 65,537", &|r| r.sale().offer_number = 65_537, InvalidArgument, offer),
        ("nobody said", &|r| r.sale().people = 0, Fine, ""),
        ("a hundred", &|r| r.sale().people = 100, Fine, ""),
        ("one more", &|r| r.sale().people = 101, InvalidArgument, people),
        ("65,537 people", &|r| r.sale().people = 65_537, InvalidArgument, people),
        ("no initials", &|r| r.sale().staff_initials.clear(), InvalidArgument, staff),
        ("five letters", &|r| r.sale().staff_initials = "ABCDE".into(), InvalidArgument, staff),
        ("small letters", &|r| r.sale().staff_initials = "ep".into(), InvalidArgument, staff),
        ("nobody's initials", &|r| r.sale().staff_initials = "XX".into(), InvalidArgument, staff),
        ("beyond the budget", &|r| r.sale().is_beyond_budget = true, Fine, ""),
        ("practice", &|r| r.sale().is_practice = true, Fine, ""),
        ("all of it", &|r| *r.sale() = api::Sale::default(), InvalidArgument, partner),
    ];
    table.write(call, right, ask, &rows);
}

fn steps(table: &mut Table<'_>, baths: &Baths) {
    let redemptions = || baths.books.served.redemptions();
    let (number, reason, staff) = ("redemption_sequence", "reason", "staff_initials");
    let none = "ENTRY_NOT_FOUND";
    let entry = baths.books.entry;
    let ask = async |r| empty(redemptions().capture_redemption(r).await);
    let rows: [Row<'_, api::CaptureRedemptionRequest>; 7] = [
        ("nothing", &|r| r.redemption_sequence = 0, InvalidArgument, number),
        ("no sale", &|r| r.redemption_sequence = entry, NotFound, none),
        ("beyond the books", &|r| r.redemption_sequence = u64::MAX, NotFound, none),
        ("one came", &|r| r.people = 1, Fine, ""),
        ("two came", &|r| r.people = 2, Fine, ""),
        ("more than booked", &|r| r.people = 3, InvalidArgument, "people"),
        ("many more", &|r| r.people = u32::MAX, InvalidArgument, "people"),
    ];
    table.write("CaptureRedemption", &baths.capture(), ask, &rows);
    let ask = async |r| empty(redemptions().void_redemption(r).await);
    let rows: [Row<'_, api::VoidRedemptionRequest>; 3] = [
        ("nothing", &|r| r.redemption_sequence = 0, InvalidArgument, number),
        ("no sale", &|r| r.redemption_sequence = entry, NotFound, none),
        ("beyond the books", &|r| r.redemption_sequence = u64::MAX, NotFound, none),
    ];
    table.write("VoidRedemption", &baths.void(), ask, &rows);
    let ask = async |r| empty(redemptions().refund_redemption(r).await);
    let amount = "amount_seconds";
    let rows: [Row<'_, api::RefundRedemptionRequest>; 13] = [
        ("nothing", &|r| r.redemption_sequence = 0, InvalidArgument, number),
        ("no sale", &|r| r.redemption_sequence = entry, NotFound, none),
        ("a second", &|r| r.amount_seconds = 1, Fine, ""),
        ("below nothing", &|r| r.amount_seconds = -1, InvalidArgument, amount),
        ("too much", &|r| r.amount_seconds = (1 << 40) + 1, InvalidArgument, amount),
        ("the least there is", &|r| r.amount_seconds = i64::MIN, InvalidArgument, amount),
        ("no reason", &|r| r.reason.clear(), InvalidArgument, reason),
        ("no words", &|r| r.reason = "  ".into(), InvalidArgument, reason),
        ("200 bytes", &|r| r.reason = "r".repeat(200), Fine, ""),
        ("201 bytes", &|r| r.reason = "r".repeat(201), InvalidArgument, reason),
        ("somebody", &|r| r.staff_initials = "EP".into(), Fine, ""),
        ("five letters", &|r| r.staff_initials = "ABCDE".into(), InvalidArgument, staff),
        ("nobody's initials", &|r| r.staff_initials = "XX".into(), InvalidArgument, staff),
    ];
    table.write("RefundRedemption", &baths.refund(), ask, &rows);
}

fn slips(table: &mut Table<'_>, baths: &Baths) {
    let redemptions = || baths.books.served.redemptions();
    let (on, account) = ("receipt.day", "account_number");
    let ask = async |r| empty(redemptions().record_redemption(r).await);
    let dated = |r: &mut api::RecordRedemptionRequest, date| r.receipt.as_mut().unwrap().day = date;
    let long_ago = |day| api::Date { year: 2026, month: 3, day };
    let (member, pot, shown) = (baths.member, baths.pot(), baths.shown().unwrap());
    let by_code = |r: &mut api::RecordRedemptionRequest| r.by = Some(By::Shown(code("slip").unwrap()));
    let rows: [Row<'_, api::RecordRedemptionRequest>; 20] = [
        ("no receipt", &|r| r.receipt = None, InvalidArgument, "receipt.till.partner_owner_number"),
        ("no day", &|r| dated(r, None), InvalidArgument, on),
        ("tomorrow", &|r| dated(r, Some(day(6))), InvalidArgument, on),
        ("60 days ago", &|r| dated(r, Some(long_ago(6))), FailedPrecondition, "OFFER_NOT_NOW"),
        ("61", &|r| dated(r, Some(long_ago(5))), InvalidArgument, on),
        ("line 100", &|r| r.receipt.as_mut().unwrap().line = 100, InvalidArgument, "receipt.line"),
        ("nobody's hours", &|r| r.by = None, InvalidArgument, "shown"),
        ("nothing shown", &|r| r.by = Some(By::Shown(api::Shown::default())), InvalidArgument, "shown"),
        ("letters", &by_code, InvalidArgument, "shown.code"),
        ("a card", &|r| r.by = Some(By::Shown(shown.clone())), Fine, ""),
        ("account 0", &|r| r.by = Some(By::AccountNumber(0)), InvalidArgument, account),
        ("a slip", &|r| r.by = Some(By::AccountNumber(member + 1)), InvalidArgument, account),
        ("nobody's", &|r| r.by = Some(By::AccountNumber(nobodys())), NotFound, "ACCOUNT_NOT_FOUND"),
        ("a pot's", &|r| r.by = Some(By::AccountNumber(pot)), InvalidArgument, account),
        ("offer 0", &|r| r.offer_number = 0, InvalidArgument, "offer_number"),
        ("a hundred", &|r| r.people = 100, Fine, ""),
        ("one more", &|r| r.people = 101, InvalidArgument, "people"),
        ("nobody's initials", &|r| r.staff_initials = "XX".into(), InvalidArgument, "staff_initials"),
        ("200 bytes", &|r| r.limit_reason = "r".repeat(200), Fine, ""),
        ("201 bytes", &|r| r.limit_reason = "r".repeat(201), InvalidArgument, "limit_reason"),
    ];
    table.write("RecordRedemption", &baths.slip(), ask, &rows);
}
