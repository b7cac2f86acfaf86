//! Fields of ExchangeService at their bounds and beyond; and its writes only checked.

use hourbook::api;
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, Ok as Fine};
use tonic::Response;

use super::Books;
use super::fields::{LARGEST, empty};
use super::only_checked::first_checked;
use super::table::{Row, Table};
use crate::support::HOUR;
use crate::support::served::fresh;

fn day(month: i32, day: i32) -> Option<api::Date> {
    Some(api::Date { year: 2026, month, day })
}

fn length(amount_seconds: i64) -> Option<api::Length> {
    Some(api::Length { amount_seconds, typed: String::new() })
}

fn typed(text: &str) -> Option<api::Length> {
    Some(api::Length { amount_seconds: 0, typed: text.into() })
}

fn record(books: &Books) -> api::RecordExchangeRequest {
    api::RecordExchangeRequest {
        request_id: fresh(),
        giver_account_number: books.dev,
        receiver_account_number: books.ann,
        length: length(900),
        occurred_on: day(5, 4),
        ..Default::default()
    }
}

fn propose(books: &Books, on: i32) -> api::ProposeExchangeRequest {
    api::ProposeExchangeRequest {
        request_id: fresh(),
        giver_account_number: books.dev,
        receiver_account_number: books.ann,
        said_by: api::Side::Giver.into(),
        length: length(900),
        occurred_on: day(4, on),
        ..Default::default()
    }
}

fn book(books: &Books) -> api::BookHoursRequest {
    api::BookHoursRequest {
        request_id: fresh(),
        giver_account_number: books.dev,
        receiver_account_number: books.ann,
        length: length(900),
        day: day(5, 5),
        is_another: true,
        ..Default::default()
    }
}

fn session(books: &Books) -> api::RecordGroupExchangeRequest {
    api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::SplitProviderTime.into(),
        givers: vec![api::GroupGiver { account_number: books.dev, length: length(900) }],
        participant_account_numbers: vec![books.ann],
        occurred_on: day(5, 3),
        ..Default::default()
    }
}

/// Goal: every field of an exchange is answered clearly at its bounds and beyond, and nothing is half done. Method:
/// right requests, bent in one place a row.
#[test]
fn every_field_of_an_exchange() {
    let books = Books::new();
    let before = books.position();
    let mut table = Table { books: &books, wrong: Vec::new() };
    let slip = books.dev + 1;
    let far = books.far;
    let client = || books.served.exchanges();
    let ask = async |request| empty(client().record_exchange(request).await);
    let (giver, receiver) = ("giver_account_number", "receiver_account_number");
    let rows: [Row<'_, api::RecordExchangeRequest>; 33] = [
        ("giver 0", &|r| r.giver_account_number = 0, InvalidArgument, giver),
        ("giver a slip", &|r| r.giver_account_number = slip, InvalidArgument, giver),
        ("receiver a slip", &|r| r.receiver_account_number = slip, InvalidArgument, receiver),
        ("one person", &|r| r.receiver_account_number = r.giver_account_number, InvalidArgument, receiver),
        ("another bank", &|r| r.receiver_account_number = far, FailedPrecondition, "CROSS_BANK"),
        ("no length", &|r| r.length = None, InvalidArgument, "length"),
        ("neither", &|r| r.length = length(0), InvalidArgument, "length"),
        (
            "both",
            &|r| r.length = Some(api::Length { amount_seconds: 900, typed: "15m".into() }),
            InvalidArgument,
            "length",
        ),
        ("below zero", &|r| r.length = length(-1), InvalidArgument, "length.amount_seconds"),
        ("too long", &|r| r.length = length(LARGEST + 1), InvalidArgument, "length.amount_seconds"),
        ("longest", &|r| r.length = length(LARGEST), InvalidArgument, "length"),
        ("unusual", &|r| r.length = length(25 * HOUR), FailedPrecondition, "UNUSUAL_AMOUNT"),
        ("typed", &|r| r.length = typed("1:45"), Fine, ""),
        ("typed in two ways", &|r| r.length = typed("1.30"), InvalidArgument, "length"),
        ("with a comma", &|r| r.length = typed("1,5"), InvalidArgument, "length"),
        ("nonsense", &|r| r.length = typed("an afternoon"), InvalidArgument, "length"),
        ("typed 33 bytes", &|r| r.length = typed(&"1".repeat(33)), InvalidArgument, "length.typed"),
        ("no day", &|r| r.occurred_on = None, InvalidArgument, "occurred_on"),
        ("no such day", &|r| r.occurred_on = day(2, 30), InvalidArgument, "occurred_on"),
        ("tomorrow", &|r| r.occurred_on = day(5, 6), FailedPrecondition, "DAY_IN_FUTURE"),
        ("activity 65,535", &|r| r.activity_number = 65_535, InvalidArgument, "activity_number"),
        ("an activity there is not", &|r| r.activity_number = 1, InvalidArgument, "activity_number"),
        ("activity 65,536", &|r| r.activity_number = 65_536, InvalidArgument, "activity_number"),
        ("payer a slip", &|r| r.paid_by_account_number = slip, InvalidArgument, "paid_by_account_number"),
        (
            "hours to no pot",
            &|r| r.hours_to_account_number = r.receiver_account_number,
            InvalidArgument,
            "hours_to_account_number",
        ),
        (
            "in a person's name",
            &|r| r.in_the_name_of_account_number = r.receiver_account_number,
            InvalidArgument,
            "in_the_name_of_account_number",
        ),
        ("memo 900", &|r| r.memo = "m".repeat(900), Fine, ""),
        ("memo 901", &|r| r.memo = "m".repeat(901), InvalidArgument, "memo"),
        ("reason 901", &|r| r.limit_reason = "m".repeat(901), InvalidArgument, "limit_reason"),
        (
            "confirmed below zero",
            &|r| r.confirmed_amount_seconds = -1,
            InvalidArgument,
            "confirmed_amount_seconds",
        ),
        (
            "another figure repeated",
            &|r| r.confirmed_amount_seconds = 60,
            FailedPrecondition,
            "UNUSUAL_AMOUNT",
        ),
        ("another one", &|r| r.is_another = true, Fine, ""),
        ("past the floor", &|r| r.length = length(8 * HOUR), FailedPrecondition, "BELOW_FLOOR"),
    ];
    table.write("RecordExchange", &record(&books), ask, &rows);

    let ask = async |request| empty(client().propose_exchange(request).await);
    let rows: [Row<'_, api::ProposeExchangeRequest>; 4] = [
        ("nobody says it", &|r| r.said_by = 0, InvalidArgument, "said_by"),
        ("a third side", &|r| r.said_by = 3, InvalidArgument, "said_by"),
        ("another bank", &|r| r.receiver_account_number = far, FailedPrecondition, "CROSS_BANK"),
        ("tomorrow", &|r| r.occurred_on = day(5, 6), FailedPrecondition, "DAY_IN_FUTURE"),
    ];
    table.write("ProposeExchange", &propose(&books, 1), ask, &rows);

    let ask = async |request| empty(client().book_hours(request).await);
    let rows: [Row<'_, api::BookHoursRequest>; 4] = [
        ("yesterday", &|r| r.day = day(5, 4), InvalidArgument, "day"),
        ("today", &|r| r.day = day(5, 5), Fine, ""),
        ("366 days ahead", &|r| r.day = Some(api::Date { year: 2027, month: 5, day: 6 }), Fine, ""),
        (
            "367 days ahead",
            &|r| r.day = Some(api::Date { year: 2027, month: 5, day: 7 }),
            InvalidArgument,
            "day",
        ),
    ];
    table.write("BookHours", &book(&books), ask, &rows);

    let ask = async |request| empty(client().record_group_exchange(request).await);
    let rows: [Row<'_, api::RecordGroupExchangeRequest>; 11] = [
        ("a length that changes nothing", &|r| r.length = length(900), InvalidArgument, "length"),
        (
            "a giver who takes part",
            &|r| r.participant_account_numbers.push(r.givers[0].account_number),
            InvalidArgument,
            "participant_account_numbers",
        ),
        ("no rule", &|r| r.rule = 0, InvalidArgument, "rule"),
        ("rule 7", &|r| r.rule = 7, InvalidArgument, "rule"),
        (
            "nobody",
            &|r| (r.givers, r.participant_account_numbers) = Default::default(),
            InvalidArgument,
            "givers",
        ),
        (
            "257 who took part",
            &|r| r.participant_account_numbers = vec![r.givers[0].account_number; 257],
            InvalidArgument,
            "givers and participant_account_numbers",
        ),
        ("a giver without length", &|r| r.givers[0].length = None, InvalidArgument, "givers.length"),
        ("a group there is not", &|r| r.standing_group_number = 1, InvalidArgument, "standing_group_number"),
        ("group 65,536", &|r| r.standing_group_number = 65_536, InvalidArgument, "standing_group_number"),
        ("group max", &|r| r.standing_group_number = u32::MAX, InvalidArgument, "standing_group_number"),
        (
            "no pot keeps it",
            &|r| r.keeper_account_number = r.givers[0].account_number,
            InvalidArgument,
            "keeper_account_number",
        ),
    ];
    table.write("RecordGroupExchange", &session(&books), ask, &rows);

    let right = api::PutRightRequest {
        original_sequence: books.entry,
        reason: "a slip".into(),
        ..Default::default()
    };
    let ask = async |request| empty(client().put_right(request).await);
    let rows: [Row<'_, api::PutRightRequest>; 4] = [
        ("no reason", &|r| r.reason.clear(), InvalidArgument, "reason"),
        ("blanks", &|r| r.reason = "  ".into(), InvalidArgument, "reason"),
        ("nothing", &|r| r.original_sequence = 1 << 40, NotFound, "ENTRY_NOT_FOUND"),
        ("an opening", &|r| r.original_sequence = 1, NotFound, "ENTRY_NOT_FOUND"),
    ];
    table.write("PutRight", &right, ask, &rows);
    table.judge();
    assert_eq!(books.position(), before);
    books.verify();
}

macro_rules! ask {
    ($books:ident, $call:ident) => {
        async |request| {
            let answer = $books.served.exchanges().$call(request).await;
            answer.map(Response::into_inner).map(|answer| answer.receipt.unwrap())
        }
    };
    ($books:ident, $call:ident, done) => {
        async |request| {
            let answer = $books.served.exchanges().$call(request).await;
            answer.map(Response::into_inner).map(|answer| answer.done.unwrap().receipt.unwrap())
        }
    };
}

/// Goal: every exchange that is only checked answers as if it had been written, writes nothing, and leaves its id
/// free. Method: each is checked twice, then written with the same id, then asked again.
#[test]
fn every_exchange_first_checked() {
    let books = Books::new();
    let (request_id, dev, ann) = (fresh, books.dev, books.ann);
    let proposal = |on| {
        let answer = books.served.block_on(books.served.exchanges().propose_exchange(propose(&books, on)));
        answer.unwrap().into_inner().receipt.unwrap().entry.unwrap().sequence
    };
    let booking = || {
        let answer = books.served.block_on(books.served.exchanges().book_hours(book(&books)));
        answer.unwrap().into_inner().receipt.unwrap().entry.unwrap().sequence
    };
    let with_memo = api::RecordExchangeRequest { memo: "the fence".into(), ..record(&books) };
    first_checked(&books, with_memo, ask!(books, record_exchange, done));
    first_checked(&books, propose(&books, 1), ask!(books, propose_exchange));
    first_checked(&books, session(&books), ask!(books, record_group_exchange, done));
    first_checked(&books, book(&books), ask!(books, book_hours));
    let proposal_sequence = proposal(2);
    let no = api::RejectExchangeRequest { request_id: request_id(), proposal_sequence, ..Default::default() };
    first_checked(&books, no, ask!(books, reject_exchange));
    let proposal_sequence = proposal(3);
    let differs = api::DisputeExchangeRequest {
        request_id: request_id(),
        proposal_sequence,
        reason: "shorter".into(),
        ..Default::default()
    };
    first_checked(&books, differs, ask!(books, dispute_exchange));
    let settled = api::ResolveDisputeRequest {
        request_id: request_id(),
        proposal_sequence,
        length: length(900),
        ..Default::default()
    };
    first_checked(&books, settled, ask!(books, resolve_dispute));
    let booking_sequence = booking();
    let take = api::TakeBookingRequest { request_id: request_id(), booking_sequence, ..Default::default() };
    first_checked(&books, take, ask!(books, take_booking, done));
    let booking_sequence = booking();
    let cancel =
        api::CancelBookingRequest { request_id: request_id(), booking_sequence, ..Default::default() };
    first_checked(&books, cancel, ask!(books, cancel_booking));
    let gift = api::GiftRequest {
        request_id: request_id(),
        from_account_number: ann,
        to_account_number: dev,
        length: length(900),
        ..Default::default()
    };
    first_checked(&books, gift, ask!(books, gift, done));
    let donation = api::DonateRequest {
        request_id: request_id(),
        from_account_number: ann,
        length: length(900),
        ..Default::default()
    };
    first_checked(&books, donation, ask!(books, donate, done));
    let right = api::PutRightRequest {
        request_id: request_id(),
        original_sequence: books.entry,
        reason: "a slip".into(),
        ..Default::default()
    };
    first_checked(&books, right, ask!(books, put_right, done));
    books.verify();
}
