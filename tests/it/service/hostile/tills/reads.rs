//! What is only read.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine, Unavailable};
use tonic::Response;

use super::{Baths, NOBODY, code, day, nobodys};
use crate::service::hostile::fields::empty;
use crate::service::hostile::table::{Row, Table};

/// Goal: each field of what is read about sales has the bounds it says, and what is beyond is named. Method: requests that are
/// answered, with one field bent at a time.
#[test]
fn fields_of_reads_at_tills() {
    let baths = Baths::new();
    let mut table = Table { books: &baths.books, wrong: Vec::new() };
    let redemptions = || baths.books.served.redemptions();
    let (owner, member) = (baths.owner, baths.owner_of(baths.member));
    let (partner, nobody) = ("partner_owner_number", "OWNER_NOT_FOUND");
    let ask = async |r| empty(redemptions().look_up_code(r).await);
    let look = api::LookUpCodeRequest { till: baths.till(), shown: baths.shown(), people: 0 };
    let rows: [Row<'_, api::LookUpCodeRequest>; 7] = [
        ("no till", &|r| r.till = None, InvalidArgument, "till.partner_owner_number"),
        ("till 2", &|r| r.till.as_mut().unwrap().till_number = 2, InvalidArgument, "till.till_number"),
        ("nobody's", &|r| r.till.as_mut().unwrap().partner_owner_number = NOBODY, NotFound, nobody),
        ("nothing shown", &|r| r.shown = None, InvalidArgument, "shown"),
        ("letters", &|r| r.shown = code("abc"), InvalidArgument, "shown.code"),
        ("a hundred", &|r| r.people = 100, Fine, ""),
        ("one more", &|r| r.people = 101, InvalidArgument, "people"),
    ];
    table.read("LookUpCode", &look, ask, &rows);
    let ask = async |r| empty(redemptions().get_redemption_by_receipt(r).await);
    let numbered = api::SaleReceipt { till: baths.till(), number: 7, ..Default::default() };
    let right = api::GetRedemptionByReceiptRequest { receipt: Some(numbered) };
    let slip = api::RecordRedemptionRequest {
        receipt: Some(api::SaleReceipt { day: Some(day(5)), ..numbered }),
        ..baths.slip()
    };
    baths.books.served.block_on(redemptions().record_redemption(slip)).unwrap();
    let of = |r: &mut api::GetRedemptionByReceiptRequest, number, line| {
        let receipt = r.receipt.as_mut().unwrap();
        (receipt.number, receipt.line) = (number, line);
    };
    let till = "receipt.till.till_number";
    let rows: [Row<'_, api::GetRedemptionByReceiptRequest>; 8] = [
        ("no receipt", &|r| r.receipt = None, InvalidArgument, "receipt.till.partner_owner_number"),
        ("no number", &|r| of(r, 0, 0), InvalidArgument, "receipt.number"),
        ("another", &|r| of(r, 8, 0), NotFound, "ENTRY_NOT_FOUND"),
        ("one made for a till", &|r| of(r, 1_000_000_000, 0), NotFound, "ENTRY_NOT_FOUND"),
        ("the highest", &|r| of(r, u32::MAX, 0), NotFound, "ENTRY_NOT_FOUND"),
        ("line 100", &|r| of(r, 7, 100), InvalidArgument, "receipt.line"),
        ("day 32", &|r| r.receipt.as_mut().unwrap().day = Some(day(32)), InvalidArgument, "receipt.day"),
        (
            "till 0",
            &|r| r.receipt.as_mut().unwrap().till.as_mut().unwrap().till_number = 0,
            InvalidArgument,
            till,
        ),
    ];
    table.read("GetRedemptionByReceipt", &right, ask, &rows);
    let ask = async |r| empty(redemptions().list_till_refusals(r).await);
    let rows: [Row<'_, api::ListTillRefusalsRequest>; 3] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, "account_number"),
        ("a slip", &|r| r.account_number += 1, InvalidArgument, "account_number"),
        ("nobody's", &|r| r.account_number = nobodys(), NotFound, "ACCOUNT_NOT_FOUND"),
    ];
    table.read(
        "ListTillRefusals",
        &api::ListTillRefusalsRequest { account_number: baths.member },
        ask,
        &rows,
    );
    let ask = async |r| empty(redemptions().list_redemptions(r).await);
    let rows: [Row<'_, api::ListRedemptionsRequest>; 10] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, nobody),
        ("a member", &|r| r.partner_owner_number = member, InvalidArgument, partner),
        ("till 65,537", &|r| r.till_number = 65_537, InvalidArgument, "till_number"),
        ("till 9", &|r| r.till_number = 9, Fine, ""),
        ("from day 32", &|r| r.from_day = Some(day(32)), InvalidArgument, "from_day"),
        ("through day 32", &|r| r.through_day = Some(day(32)), InvalidArgument, "through_day"),
        ("a page of 1,000", &|r| r.page_size = 1_000, Fine, ""),
        ("a page of 1,001", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("a token of nobody's", &|r| r.page_token = "x".into(), InvalidArgument, "page_token"),
    ];
    let right = api::ListRedemptionsRequest { partner_owner_number: owner, ..Default::default() };
    table.read("ListRedemptions", &right, ask, &rows);
    let ask = async |r| redemptions().watch_redemptions(r).await.map(|_| Response::new(()));
    let rows: [Row<'_, api::WatchRedemptionsRequest>; 4] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, nobody),
        ("from the beginning", &|r| r.after_sequence = Some(0), Fine, ""),
        ("beyond the books", &|r| r.after_sequence = Some(u64::MAX), Unavailable, "SEQUENCE_NOT_REACHED"),
    ];
    let right = api::WatchRedemptionsRequest { partner_owner_number: owner, after_sequence: None };
    table.read("WatchRedemptions", &right, ask, &rows);
    let ask = async |r| empty(redemptions().day_totals(r).await);
    let rows: [Row<'_, api::DayTotalsRequest>; 5] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, nobody),
        ("tomorrow", &|r| r.day = Some(day(6)), InvalidArgument, "day"),
        ("62 days ago", &|r| r.day = Some(api::Date { year: 2026, month: 3, day: 4 }), Fine, ""),
        ("63", &|r| r.day = Some(api::Date { year: 2026, month: 3, day: 3 }), InvalidArgument, "day"),
    ];
    table.read("DayTotals", &api::DayTotalsRequest { partner_owner_number: owner, day: None }, ask, &rows);
    let ask = async |r| empty(redemptions().get_partner_statement(r).await);
    let other = baths.member;
    let rows: [Row<'_, api::GetPartnerStatementRequest>; 9] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, nobody),
        ("a member", &|r| r.partner_owner_number = member, InvalidArgument, partner),
        ("another's", &|r| r.account_number = other, InvalidArgument, "account_number"),
        ("period 1", &|r| r.period_number = 1, Fine, ""),
        ("period 2", &|r| r.period_number = 2, Fine, ""),
        ("period 3", &|r| r.period_number = 3, InvalidArgument, "period_number"),
        ("a page of 1,001", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("a token of nobody's", &|r| r.page_token = "x".into(), InvalidArgument, "page_token"),
    ];
    let right = api::GetPartnerStatementRequest { partner_owner_number: owner, ..Default::default() };
    table.read("GetPartnerStatement", &right, ask, &rows);
    table.judge();
}
