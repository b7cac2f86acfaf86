//! Rows for holds, and for how accounts stand; the test is in `fields.rs`.

use hourbook::api::{self, Kind};
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, Ok as Fine};

use super::fields::{LARGEST, WIDEST, about, claims, empty, limits};
use super::table::{Row, Table};
use super::{NOW, hold};
use crate::support::HOUR;
use crate::support::served::transfer;

pub fn holds(table: &mut Table<'_>) {
    let books = table.books;
    let (far, closed, [wide, wim]) = (books.far, books.closed, books.wide);
    let right = hold(wide, wim);
    let ask = async |request| empty(books.served.ledger().place_hold(request).await);
    let until = |r: &mut api::PlaceHoldRequest, seconds, nanos| {
        r.deadline = Some(prost_types::Timestamp { seconds, nanos });
    };
    let far_off = NOW + 400 * 86_400;
    let rows: [Row<'_, api::PlaceHoldRequest>; 21] = [
        ("kind 0", &|r| r.kind = 0, InvalidArgument, "kind"),
        ("kind 16", &|r| r.kind = 16, InvalidArgument, "kind"),
        ("refund", &|r| r.kind = Kind::Refund.into(), InvalidArgument, "kind"),
        ("no transfers", &|r| r.transfers.clear(), InvalidArgument, "transfers"),
        ("3 transfers", &|r| r.transfers = vec![transfer(wide, wim, 1); 3], InvalidArgument, "transfers"),
        ("257 transfers", &|r| r.transfers = vec![transfer(wide, wim, 1); 257], InvalidArgument, "transfers"),
        (
            "2 amounts",
            &|r| r.transfers = vec![transfer(wide, wim, 1), transfer(wide, wim, 2)],
            InvalidArgument,
            "transfers.amount_seconds",
        ),
        ("amount 0", &|r| r.transfers[0].amount_seconds = 0, InvalidArgument, "transfers[0].amount_seconds"),
        ("same account", &|r| r.transfers[0].debit_account_number = wim, FailedPrecondition, "SAME_ACCOUNT"),
        ("across banks", &|r| r.transfers[0].debit_account_number = far, FailedPrecondition, "CROSS_BANK"),
        ("closed", &|r| r.transfers[0].credit_account_number = closed, FailedPrecondition, "ACCOUNT_CLOSED"),
        ("deadline absent", &|r| r.deadline = None, InvalidArgument, "deadline"),
        ("deadline now", &|r| until(r, NOW, 0), FailedPrecondition, "DEADLINE_OUT_OF_REACH"),
        ("a microsecond from now", &|r| until(r, NOW, 1_000), Fine, ""),
        ("400 days", &|r| until(r, far_off, 0), Fine, ""),
        ("and a second", &|r| until(r, far_off + 1, 0), FailedPrecondition, "DEADLINE_OUT_OF_REACH"),
        ("deadline max", &|r| until(r, i64::MAX, i32::MAX), InvalidArgument, "deadline"),
        ("at deadline 0", &|r| r.at_deadline = 0, InvalidArgument, "at_deadline"),
        ("at deadline 3", &|r| r.at_deadline = 3, InvalidArgument, "at_deadline"),
        ("at deadline min", &|r| r.at_deadline = i32::MIN, InvalidArgument, "at_deadline"),
        ("9 claims", &|r| r.claims = claims(9), InvalidArgument, "claims"),
    ];
    table.write("PlaceHold", &right, ask, &rows);
    about(table, "PlaceHold", &right, |r| &mut r.details, ask);

    let right = api::CaptureHoldRequest { hold_sequence: books.hold, ..Default::default() };
    let ask = async |request| empty(books.served.ledger().capture_hold(request).await);
    let rows: [Row<'_, api::CaptureHoldRequest>; 9] = [
        ("hold 0", &|r| r.hold_sequence = 0, InvalidArgument, "hold_sequence"),
        ("hold max", &|r| r.hold_sequence = u64::MAX, NotFound, "HOLD_NOT_FOUND"),
        ("no hold", &|r| r.hold_sequence = 1, NotFound, "HOLD_NOT_FOUND"),
        ("amount 0", &|r| r.amount_seconds = Some(0), InvalidArgument, "amount_seconds"),
        ("amount -1", &|r| r.amount_seconds = Some(-1), InvalidArgument, "amount_seconds"),
        ("all of it", &|r| r.amount_seconds = Some(HOUR), Fine, ""),
        ("more", &|r| r.amount_seconds = Some(HOUR + 1), FailedPrecondition, "CAPTURE_EXCEEDS_HOLD"),
        ("2^40", &|r| r.amount_seconds = Some(LARGEST), FailedPrecondition, "CAPTURE_EXCEEDS_HOLD"),
        ("beyond", &|r| r.amount_seconds = Some(i64::MAX), InvalidArgument, "amount_seconds"),
    ];
    table.write("CaptureHold", &right, ask, &rows);
    about(table, "CaptureHold", &right, |r| &mut r.details, ask);

    let right = api::VoidHoldRequest { hold_sequence: books.hold, ..Default::default() };
    let ask = async |request| empty(books.served.ledger().void_hold(request).await);
    let rows: [Row<'_, api::VoidHoldRequest>; 3] = [
        ("hold 0", &|r| r.hold_sequence = 0, InvalidArgument, "hold_sequence"),
        ("hold max", &|r| r.hold_sequence = u64::MAX, NotFound, "HOLD_NOT_FOUND"),
        ("no hold", &|r| r.hold_sequence = 1, NotFound, "HOLD_NOT_FOUND"),
    ];
    table.write("VoidHold", &right, ask, &rows);
    about(table, "VoidHold", &right, |r| &mut r.details, ask);
}

pub fn standing(table: &mut Table<'_>) {
    let books = table.books;
    let (dev, far, closed, [wide, wim]) = (books.dev, books.far, books.closed, books.wide);
    let right = api::SetLimitsRequest { account_number: wide, limits: limits(0, HOUR), ..Default::default() };
    let ask = async |request| empty(books.served.ledger().set_limits(request).await);
    let warn = |r: &mut api::SetLimitsRequest, below, above| {
        let limits = r.limits.as_mut().unwrap();
        (limits.warn_below_seconds, limits.warn_above_seconds) = (Some(below), Some(above));
    };
    let rows: [Row<'_, api::SetLimitsRequest>; 14] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, "account_number"),
        ("account max", &|r| r.account_number = u32::MAX, InvalidArgument, "account_number"),
        ("closed", &|r| r.account_number = closed, FailedPrecondition, "ACCOUNT_CLOSED"),
        ("absent", &|r| r.limits = None, InvalidArgument, "limits"),
        ("empty", &|r| r.limits = Some(api::Limits::default()), Fine, ""),
        ("widest", &|r| r.limits = limits(-WIDEST, WIDEST), Fine, ""),
        ("floor beyond", &|r| r.limits = limits(-WIDEST - 1, 0), InvalidArgument, "limits.floor_seconds"),
        ("floor min", &|r| r.limits = limits(i64::MIN, 0), InvalidArgument, "limits.floor_seconds"),
        ("ceiling beyond", &|r| r.limits = limits(0, WIDEST + 1), InvalidArgument, "limits.ceiling_seconds"),
        ("ceiling min", &|r| r.limits = limits(0, i64::MIN), InvalidArgument, "limits.ceiling_seconds"),
        ("floor above ceiling", &|r| r.limits = limits(1, 0), InvalidArgument, "limits.floor_seconds"),
        ("warnings at the ends", &|r| warn(r, -WIDEST, WIDEST), Fine, ""),
        ("warn below beyond", &|r| warn(r, i64::MIN, 0), InvalidArgument, "limits.warn_below_seconds"),
        ("warn above beyond", &|r| warn(r, 0, i64::MAX), InvalidArgument, "limits.warn_above_seconds"),
    ];
    table.write("SetLimits", &right, ask, &rows);
    about(table, "SetLimits", &right, |r| &mut r.details, ask);

    let right = api::CloseAccountRequest {
        account_number: wide,
        remainder_to_account_number: wim,
        ..Default::default()
    };
    let ask = async |request| empty(books.served.ledger().close_account(request).await);
    let rows: [Row<'_, api::CloseAccountRequest>; 7] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, "account_number"),
        (
            "remainder 0",
            &|r| r.remainder_to_account_number = 0,
            InvalidArgument,
            "remainder_to_account_number",
        ),
        ("closed", &|r| r.account_number = closed, FailedPrecondition, "ACCOUNT_CLOSED"),
        (
            "to a closed one",
            &|r| r.remainder_to_account_number = closed,
            FailedPrecondition,
            "ACCOUNT_CLOSED",
        ),
        ("to itself", &|r| r.remainder_to_account_number = wide, FailedPrecondition, "SAME_ACCOUNT"),
        ("to another bank", &|r| r.remainder_to_account_number = far, FailedPrecondition, "CROSS_BANK"),
        ("with a hold", &|r| r.account_number = dev, FailedPrecondition, "HOLDS_OPEN"),
    ];
    table.write("CloseAccount", &right, ask, &rows);
    about(table, "CloseAccount", &right, |r| &mut r.details, ask);

    let right = api::ReopenAccountRequest { account_number: closed, ..Default::default() };
    let ask = async |request| empty(books.served.ledger().reopen_account(request).await);
    let rows: [Row<'_, api::ReopenAccountRequest>; 2] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, "account_number"),
        ("account max", &|r| r.account_number = u32::MAX, InvalidArgument, "account_number"),
    ];
    table.write("ReopenAccount", &right, ask, &rows);
    about(table, "ReopenAccount", &right, |r| &mut r.details, ask);
}
