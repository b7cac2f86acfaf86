//! What somebody chose, who speaks for them, and how they leave.

use hourbook::api;
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, Ok as Fine};

use super::{NOBODY, People};
use crate::service::hostile::fields::{LARGEST, empty};
use crate::service::hostile::table::{Row, Table};

pub fn terms(table: &mut Table<'_>, people: &People) {
    let (books, served) = (&people.books, &people.books.served);
    let right = api::SetMemberStandingRequest { owner_number: people.ann, ..Default::default() };
    let ask = async |request| empty(served.directory().set_member_standing(request).await);
    let (pays, hours, rest) = ("paid_by_account_number", "hours_to_account_number", "rest_to_account_number");
    let rows: [Row<'_, api::SetMemberStandingRequest>; 15] = [
        ("owner 0", &|r| r.owner_number = 0, InvalidArgument, "owner_number"),
        ("nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a partner", &|r| r.owner_number = people.partner, InvalidArgument, "owner_number"),
        ("the pot pays", &|r| r.paid_by_account_number = people.pot, Fine, ""),
        ("a wrong digit pays", &|r| r.paid_by_account_number = people.pot + 1, InvalidArgument, pays),
        ("Dev pays", &|r| r.paid_by_account_number = books.dev, InvalidArgument, pays),
        ("hours to the pot", &|r| r.hours_to_account_number = people.pot, Fine, ""),
        ("hours to max", &|r| r.hours_to_account_number = u32::MAX, InvalidArgument, hours),
        ("hours to Dev", &|r| r.hours_to_account_number = books.dev, InvalidArgument, hours),
        ("the rest to the pot", &|r| r.rest_to_account_number = people.pot, Fine, ""),
        ("the rest to Dev", &|r| r.rest_to_account_number = books.dev, Fine, ""),
        ("the rest to oneself", &|r| r.rest_to_account_number = books.ann, InvalidArgument, rest),
        ("the rest to another bank", &|r| r.rest_to_account_number = books.far, InvalidArgument, rest),
        ("the rest to what is closed", &|r| r.rest_to_account_number = books.closed, InvalidArgument, rest),
        ("the rest to a wrong digit", &|r| r.rest_to_account_number = books.dev + 1, InvalidArgument, rest),
    ];
    table.write("SetMemberStanding", &right, ask, &rows);

    let ask = async |request| empty(served.directory().set_representative(request).await);
    fn one(request: &mut api::SetRepresentativeRequest) -> &mut api::Representative {
        request.representative.as_mut().unwrap()
    }
    let (speaker, speaks) = ("representative.owner_number", "representative.speaks");
    let (limit, last) = ("representative.monthly_limit_seconds", "representative.last_day");
    let rows: [Row<'_, api::SetRepresentativeRequest>; 15] = [
        ("owner 0", &|r| r.owner_number = 0, InvalidArgument, "owner_number"),
        ("for nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("none", &|r| r.representative = None, InvalidArgument, "representative"),
        ("speaker 0", &|r| one(r).owner_number = 0, InvalidArgument, speaker),
        ("nobody speaks", &|r| one(r).owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("for oneself", &|r| one(r).owner_number = people.ann, InvalidArgument, speaker),
        ("speaks 0", &|r| one(r).speaks = 0, InvalidArgument, speaks),
        ("speaks 4", &|r| one(r).speaks = 4, InvalidArgument, speaks),
        ("speaks max", &|r| one(r).speaks = i32::MAX, InvalidArgument, speaks),
        ("limit 2^40", &|r| one(r).monthly_limit_seconds = LARGEST, Fine, ""),
        ("limit beyond", &|r| one(r).monthly_limit_seconds = LARGEST + 1, InvalidArgument, limit),
        ("limit -1", &|r| one(r).monthly_limit_seconds = -1, InvalidArgument, limit),
        (
            "29 February 2026",
            &|r| one(r).last_day = Some(api::Date { year: 2026, month: 2, day: 29 }),
            InvalidArgument,
            last,
        ),
        ("2199", &|r| one(r).last_day = Some(api::Date { year: 2199, month: 12, day: 31 }), Fine, ""),
        ("over, and never was", &|r| r.is_over = true, NotFound, "NOTHING_WAITS"),
    ];
    table.write("SetRepresentative", &people.representative(), ask, &rows);
}

pub fn leaving(table: &mut Table<'_>, people: &People) {
    let (books, served) = (&people.books, &people.books.served);
    let right = api::PauseMemberRequest { owner_number: people.ann, ..Default::default() };
    let ask = async |request| empty(served.directory().pause_member(request).await);
    let rows: [Row<'_, api::PauseMemberRequest>; 3] = [
        ("owner 0", &|r| r.owner_number = 0, InvalidArgument, "owner_number"),
        ("nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("over, and never was", &|r| r.is_over = true, NotFound, "NOTHING_WAITS"),
    ];
    table.write("PauseMember", &right, ask, &rows);

    let right = api::EraseMemberRequest { owner_number: people.ann, ..Default::default() };
    let ask = async |request| empty(served.directory().erase_member(request).await);
    let rows: [Row<'_, api::EraseMemberRequest>; 3] = [
        ("owner 0", &|r| r.owner_number = 0, InvalidArgument, "owner_number"),
        ("nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("taken back, and never asked", &|r| r.is_taken_back = true, NotFound, "NOTHING_WAITS"),
    ];
    table.write("EraseMember", &right, ask, &rows);

    let ask = async |request| empty(served.directory().close_member(request).await);
    let (account, rest) = ("account_number", "remainder_to_account_number");
    let rows: [Row<'_, api::CloseMemberRequest>; 10] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, account),
        ("a wrong digit", &|r| r.account_number += 1, InvalidArgument, account),
        ("closed", &|r| r.account_number = books.closed, FailedPrecondition, "ACCOUNT_CLOSED"),
        ("the rest to Dev", &|r| r.remainder_to_account_number = books.dev, Fine, ""),
        (
            "the rest to a wrong digit",
            &|r| r.remainder_to_account_number = books.dev + 1,
            InvalidArgument,
            rest,
        ),
        (
            "the rest to itself",
            &|r| r.remainder_to_account_number = books.wide[0],
            FailedPrecondition,
            "SAME_ACCOUNT",
        ),
        (
            "the rest to another bank",
            &|r| r.remainder_to_account_number = books.far,
            FailedPrecondition,
            "CROSS_BANK",
        ),
        ("a reason of 900", &|r| r.reason = "r".repeat(900), Fine, ""),
        ("a reason of 901", &|r| r.reason = "r".repeat(901), InvalidArgument, "reason"),
        ("a reason of 200 kB", &|r| r.reason = "r".repeat(200_000), InvalidArgument, "reason"),
    ];
    table.write("CloseMember", &people.closed(), ask, &rows);
}
