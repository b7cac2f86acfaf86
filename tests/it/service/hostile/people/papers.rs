//! What is printed for people, and what they may have of what is held.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine, Unavailable};
use tonic::Response;

use super::{NOBODY, People};
use crate::service::hostile::fields::empty;
use crate::service::hostile::table::{Row, Table};

pub fn papers(table: &mut Table<'_>, people: &People) {
    let (books, served) = (&people.books, &people.books.served);
    let ask = async |r| served.directory().stream_letters(r).await.map(|_| Response::new(()));
    let right = api::StreamLettersRequest { bank_number: books.bank, owner_number: 0, year: 2026, month: 5 };
    let rows: [Row<'_, api::StreamLettersRequest>; 16] = [
        ("of nobody, of no bank", &|r| r.bank_number = 0, InvalidArgument, "bank_number"),
        ("no such bank", &|r| r.bank_number = u32::MAX, NotFound, "BANK_NOT_FOUND"),
        ("Ann's", &|r| r.owner_number = people.ann, Fine, ""),
        ("Ann's, of all banks", &|r| (r.owner_number, r.bank_number) = (people.ann, 0), Fine, ""),
        ("nobody's", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("the bank's own", &|r| r.owner_number = 1, NotFound, "OWNER_NOT_FOUND"),
        ("a partner's", &|r| r.owner_number = people.partner, InvalidArgument, "owner_number"),
        ("in 1899", &|r| r.year = 1899, InvalidArgument, "year"),
        ("in 1900", &|r| r.year = 1900, Fine, ""),
        ("in 2200", &|r| r.year = 2200, InvalidArgument, "year"),
        ("in year min", &|r| r.year = i32::MIN, InvalidArgument, "year"),
        ("in month 0", &|r| r.month = 0, InvalidArgument, "month"),
        ("in month 13", &|r| r.month = 13, InvalidArgument, "month"),
        ("in month -1", &|r| r.month = -1, InvalidArgument, "month"),
        ("in a month to come", &|r| r.month = 6, InvalidArgument, "month"),
        ("in a year to come", &|r| r.year = 2199, InvalidArgument, "month"),
    ];
    table.read("StreamLetters", &right, ask, &rows);

    let date = |year, month, day| Some(api::Date { year, month, day });
    let ask = async |r| empty(served.directory().get_record_of_help(r).await);
    let right = api::GetRecordOfHelpRequest {
        owner_number: people.ann,
        bank_number: books.bank,
        from_day: date(2026, 5, 1),
        through_day: date(2026, 5, 4),
        at_sequence: None,
    };
    let (from, through) = ("from_day", "through_day");
    let rows: [Row<'_, api::GetRecordOfHelpRequest>; 16] = [
        ("owner 0", &|r| r.owner_number = 0, InvalidArgument, "owner_number"),
        ("nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("the bank itself", &|r| r.owner_number = 1, NotFound, "OWNER_NOT_FOUND"),
        ("of their bank", &|r| r.bank_number = 0, Fine, ""),
        ("no such bank", &|r| r.bank_number = u32::MAX, NotFound, "BANK_NOT_FOUND"),
        ("from no day", &|r| r.from_day = None, InvalidArgument, from),
        ("through no day", &|r| r.through_day = None, InvalidArgument, through),
        ("from 1900", &|r| r.from_day = date(1900, 1, 1), Fine, ""),
        ("from 1899", &|r| r.from_day = date(1899, 12, 31), InvalidArgument, from),
        ("from 29 February", &|r| r.from_day = date(2026, 2, 29), InvalidArgument, from),
        ("through today", &|r| r.through_day = date(2026, 5, 5), Fine, ""),
        ("through tomorrow's tomorrow", &|r| r.through_day = date(2026, 5, 7), InvalidArgument, through),
        ("through 2200", &|r| r.through_day = date(2200, 1, 1), InvalidArgument, through),
        ("the wrong way round", &|r| r.from_day = date(2026, 5, 5), InvalidArgument, through),
        ("before the first entry", &|r| r.at_sequence = Some(0), Fine, ""),
        ("not written yet", &|r| r.at_sequence = Some(u64::MAX), Unavailable, "SEQUENCE_NOT_REACHED"),
    ];
    table.read("GetRecordOfHelp", &right, ask, &rows);

    let ask = async |r| empty(served.directory().export_member(r).await);
    let right = api::ExportMemberRequest { owner_number: people.ann, ..Default::default() };
    let first = api::ExportMemberRequest { page_size: 1, ..right.clone() };
    let first = served.block_on(served.directory().export_member(first)).unwrap().into_inner();
    let (anns, token) = (first.next_page_token, "page_token");
    assert!(!anns.is_empty(), "Ann has more than one line");
    let rows: [Row<'_, api::ExportMemberRequest>; 12] = [
        ("owner 0", &|r| r.owner_number = 0, InvalidArgument, "owner_number"),
        ("nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("beyond all numbers", &|r| r.owner_number = u32::MAX, NotFound, "OWNER_NOT_FOUND"),
        ("the bank itself", &|r| r.owner_number = 1, NotFound, "OWNER_NOT_FOUND"),
        ("1,000 lines", &|r| r.page_size = 1_000, Fine, ""),
        ("1,001 lines", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("most lines", &|r| r.page_size = u32::MAX, InvalidArgument, "page_size"),
        ("the next page", &|r| r.page_token.clone_from(&anns), Fine, ""),
        (
            "a page of somebody else's",
            &|r| (r.owner_number, r.page_token) = (people.dev, anns.clone()),
            InvalidArgument,
            token,
        ),
        ("a page of nothing", &|r| r.page_token = "x".into(), InvalidArgument, token),
        ("a page cut off", &|r| r.page_token = anns[1..].into(), InvalidArgument, token),
        ("a page of 200 kB", &|r| r.page_token = "x".repeat(200_000), InvalidArgument, token),
    ];
    table.read("ExportMember", &right, ask, &rows);
}
