//! Codes, vouchers and settlements.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine};

use super::{Baths, NOBODY, day, nobodys};
use crate::service::hostile::fields::empty;
use crate::service::hostile::table::{Row, Table};

/// Goal: each field of codes, vouchers and settlements has the bounds it says, what is beyond is named, and nothing is
/// written by any of it. Method: requests that are taken, with one field bent at a time.
#[test]
fn fields_of_the_office() {
    let baths = Baths::new();
    let mut table = Table { books: &baths.books, wrong: Vec::new() };
    let before = baths.books.position();
    codes(&mut table, &baths);
    let redemptions = || baths.books.served.redemptions();
    let ask = async |r| empty(redemptions().issue_voucher(r).await);
    let (from, amount, last) = ("from_account_number", "amount_seconds", "last_day");
    let (member, card) = (baths.member, baths.account);
    let rows: [Row<'_, api::IssueVoucherRequest>; 16] = [
        ("account 0", &|r| r.from_account_number = 0, InvalidArgument, from),
        ("a slip", &|r| r.from_account_number += 1, InvalidArgument, from),
        ("nobody's", &|r| r.from_account_number = nobodys(), NotFound, "ACCOUNT_NOT_FOUND"),
        ("a member's", &|r| r.from_account_number = member, InvalidArgument, from),
        ("a partner's", &|r| r.from_account_number = card, InvalidArgument, from),
        ("nothing", &|r| r.amount_seconds = 0, InvalidArgument, amount),
        ("below nothing", &|r| r.amount_seconds = -1, InvalidArgument, amount),
        ("too much", &|r| r.amount_seconds = (1 << 40) + 1, InvalidArgument, amount),
        ("no day", &|r| r.last_day = None, InvalidArgument, last),
        ("today", &|r| r.last_day = Some(day(5)), Fine, ""),
        ("yesterday", &|r| r.last_day = Some(day(4)), InvalidArgument, last),
        ("366 days", &|r| r.last_day = Some(api::Date { year: 2027, month: 5, day: 6 }), Fine, ""),
        ("367", &|r| r.last_day = Some(api::Date { year: 2027, month: 5, day: 7 }), InvalidArgument, last),
        ("no reason", &|r| r.reason = " ".into(), InvalidArgument, "reason"),
        ("200 bytes", &|r| r.reason = "r".repeat(200), Fine, ""),
        ("201 bytes", &|r| r.reason = "r".repeat(201), InvalidArgument, "reason"),
    ];
    table.write("IssueVoucher", &baths.voucher(), ask, &rows);
    settlements(&mut table, &baths);
    table.judge();
    assert_eq!(baths.books.position(), before, "nothing is written");
}

fn codes(table: &mut Table<'_>, baths: &Baths) {
    let redemptions = || baths.books.served.redemptions();
    let ask = async |r| empty(redemptions().issue_code(r).await);
    let (account, partner, offer, life) =
        ("account_number", "partner_owner_number", "offer_number", "life_seconds");
    let (owner, member, pot) = (baths.owner, baths.owner_of(baths.member), baths.pot());
    let practice = |r: &mut api::IssueCodeRequest| {
        *r = api::IssueCodeRequest { is_practice: true, ..Default::default() };
    };
    let bound = |r: &mut api::IssueCodeRequest, number| {
        (r.partner_owner_number, r.offer_number) = (owner, number);
    };
    let rows: [Row<'_, api::IssueCodeRequest>; 24] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, account),
        ("a slip", &|r| r.account_number += 1, InvalidArgument, account),
        ("nobody's", &|r| r.account_number = nobodys(), NotFound, "ACCOUNT_NOT_FOUND"),
        ("a pot's", &|r| r.account_number = pot, InvalidArgument, account),
        ("a minute", &|r| r.life_seconds = 60, Fine, ""),
        ("less", &|r| r.life_seconds = 59, InvalidArgument, life),
        ("30 days", &|r| r.life_seconds = 30 * 86_400, Fine, ""),
        ("more", &|r| r.life_seconds = 30 * 86_400 + 1, InvalidArgument, life),
        ("for ever", &|r| r.life_seconds = u32::MAX, InvalidArgument, life),
        ("here only", &|r| r.partner_owner_number = owner, Fine, ""),
        ("nobody's", &|r| r.partner_owner_number = NOBODY, InvalidArgument, partner),
        ("a member's", &|r| r.partner_owner_number = member, InvalidArgument, partner),
        ("for one offer", &|r| bound(r, 1), Fine, ""),
        ("an offer there is not", &|r| bound(r, 2), InvalidArgument, offer),
        ("offer 65,537", &|r| bound(r, 65_537), InvalidArgument, offer),
        ("whose offer", &|r| r.offer_number = 1, InvalidArgument, partner),
        ("no voucher", &|r| (r.account_number, r.voucher_sequence) = (0, 9_999), NotFound, "HOLD_NOT_FOUND"),
        ("a voucher as well", &|r| r.voucher_sequence = 9_999, InvalidArgument, account),
        ("practice", &practice, Fine, ""),
        ("whose practice", &|r| r.is_practice = true, InvalidArgument, account),
        ("an hour", &|r| (practice(r), r.life_seconds = 3_600).1, Fine, ""),
        ("more", &|r| (practice(r), r.life_seconds = 3_601).1, InvalidArgument, life),
        ("practice here", &|r| (practice(r), bound(r, 0)).1, Fine, ""),
        ("of an offer", &|r| (practice(r), bound(r, 1)).1, InvalidArgument, offer),
    ];
    let right = api::IssueCodeRequest { account_number: baths.member, ..Default::default() };
    table.read("IssueCode", &right, ask, &rows);
}

fn settlements(table: &mut Table<'_>, baths: &Baths) {
    let redemptions = || baths.books.served.redemptions();
    let ask = async |r| empty(redemptions().settle_partner(r).await);
    let (partner, account, period) = ("partner_owner_number", "account_number", "period_number");
    let (to, due, reference) = ("to_account_number", "due_day", "reference");
    let (own, member, member_account, pot) =
        (baths.account, baths.owner_of(baths.member), baths.member, baths.pot());
    let back = |r: &mut api::SettlePartnerRequest, number| {
        (r.model, r.to_account_number) = (api::SettlementModel::GivenBack.into(), number);
    };
    let paid = |r: &mut api::SettlePartnerRequest, bytes: usize, days| {
        (r.model, r.to_account_number) = (api::SettlementModel::PaidOutside.into(), pot);
        (r.reference, r.due_day) = ("r".repeat(bytes), days);
    };
    let rows: [Row<'_, api::SettlePartnerRequest>; 24] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = member, InvalidArgument, partner),
        ("its account", &|r| r.account_number = own, Fine, ""),
        ("another's", &|r| r.account_number = member_account, InvalidArgument, account),
        ("a slip", &|r| r.account_number = own + 1, InvalidArgument, account),
        ("period 0", &|r| r.period_number = 0, InvalidArgument, period),
        ("period 1", &|r| r.period_number = 1, InvalidArgument, period),
        ("period 3", &|r| r.period_number = 3, InvalidArgument, period),
        ("no model", &|r| r.model = 0, InvalidArgument, "model"),
        ("a model there is not", &|r| r.model = 9, InvalidArgument, "model"),
        ("kept, and where to", &|r| r.to_account_number = pot, InvalidArgument, to),
        ("given back", &|r| back(r, pot), Fine, ""),
        ("nowhere", &|r| back(r, 0), InvalidArgument, to),
        ("to a member", &|r| back(r, member_account), InvalidArgument, to),
        ("to nobody", &|r| back(r, nobodys()), NotFound, "ACCOUNT_NOT_FOUND"),
        ("due, and kept", &|r| r.due_day = Some(day(20)), InvalidArgument, due),
        ("named, and kept", &|r| r.reference = "May".into(), InvalidArgument, reference),
        ("64 bytes", &|r| paid(r, 64, Some(day(5))), Fine, ""),
        ("65 bytes", &|r| paid(r, 65, Some(day(5))), InvalidArgument, reference),
        ("no name", &|r| paid(r, 0, Some(day(5))), InvalidArgument, reference),
        ("due on no day", &|r| paid(r, 3, None), InvalidArgument, due),
        ("due yesterday", &|r| paid(r, 3, Some(day(4))), InvalidArgument, due),
        (
            "two lines",
            &|r| (paid(r, 3, Some(day(5))), r.reference = "a\nb".into()).1,
            InvalidArgument,
            reference,
        ),
    ];
    table.write("SettlePartner", &baths.settle(), ask, &rows);
    let ask = async |r| empty(redemptions().record_settlement_paid(r).await);
    let on = "paid_day";
    let rows: [Row<'_, api::RecordSettlementPaidRequest>; 10] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = member, InvalidArgument, partner),
        ("another's", &|r| r.account_number = member_account, InvalidArgument, account),
        ("period 0", &|r| r.period_number = 0, InvalidArgument, period),
        ("the one that runs", &|r| r.period_number = 2, InvalidArgument, period),
        ("no day", &|r| r.paid_day = None, InvalidArgument, on),
        ("yesterday", &|r| r.paid_day = Some(day(4)), InvalidArgument, on),
        ("tomorrow", &|r| r.paid_day = Some(day(6)), InvalidArgument, on),
        ("no day there is", &|r| r.paid_day = Some(day(32)), InvalidArgument, on),
    ];
    table.write("RecordSettlementPaid", &baths.paid(), ask, &rows);
}
