//! Pots and standing groups.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine};

use super::{NOBODY, People};
use crate::service::hostile::fields::{LARGEST, empty, limits};
use crate::service::hostile::table::{Row, Table};
use crate::support::served::fresh;

pub fn pots(table: &mut Table<'_>, people: &People) {
    let served = &people.books.served;
    let ask = async |request| empty(served.directory().open_pot(request).await);
    let brokers = |r: &mut api::OpenPotRequest, line| {
        (r.opens, r.broker_line_seconds) = (api::PotOpens::Brokers.into(), line);
    };
    let line = "broker_line_seconds";
    let rows: [Row<'_, api::OpenPotRequest>; 14] = [
        ("bank 0", &|r| r.bank_number = 0, NotFound, "BANK_NOT_FOUND"),
        ("bank nobody's", &|r| r.bank_number = NOBODY, NotFound, "BANK_NOT_FOUND"),
        ("no purpose", &|r| r.purpose = "  ".into(), InvalidArgument, "purpose"),
        ("purpose of 200", &|r| r.purpose = "p".repeat(200), Fine, ""),
        ("purpose of 201", &|r| r.purpose = "p".repeat(201), InvalidArgument, "purpose"),
        ("opens 0", &|r| r.opens = 0, InvalidArgument, "opens"),
        ("opens 4", &|r| r.opens = 4, InvalidArgument, "opens"),
        ("brokers up to 2^40", &|r| brokers(r, LARGEST), Fine, ""),
        ("brokers up to 0", &|r| brokers(r, 0), InvalidArgument, line),
        ("brokers beyond", &|r| brokers(r, LARGEST + 1), InvalidArgument, line),
        ("a panel's line", &|r| r.broker_line_seconds = 1, InvalidArgument, line),
        ("the day 0", &|r| r.last_day = Some(api::Date::default()), InvalidArgument, "last_day"),
        ("limits", &|r| r.limits = limits(-5, 5), Fine, ""),
        ("floor min", &|r| r.limits = limits(i64::MIN, 0), InvalidArgument, "limits.floor_seconds"),
    ];
    table.write("OpenPot", &people.opened(), ask, &rows);
    let ask = async |request| empty(served.directory().set_standing_group(request).await);
    let (gives, parts) = ("givers.account_number", "participant_account_numbers");
    let both = "givers and participant_account_numbers";
    let (far, closed, pot) = (people.books.far, people.books.closed, people.pot);
    let rows: [Row<'_, api::SetStandingGroupRequest>; 26] = [
        ("bank 0", &|r| r.bank_number = 0, NotFound, "BANK_NOT_FOUND"),
        ("a group there is not", &|r| r.group_number = 2, InvalidArgument, "group_number"),
        ("group 65,536", &|r| r.group_number = 65_536, InvalidArgument, "group_number"),
        ("no name", &|r| r.name = "  ".into(), InvalidArgument, "name"),
        ("name of 200", &|r| r.name = "n".repeat(200), Fine, ""),
        ("name of 201", &|r| r.name = "n".repeat(201), InvalidArgument, "name"),
        ("two lines", &|r| r.name = "one\ntwo".into(), InvalidArgument, "name"),
        ("rule 0", &|r| r.rule = 0, InvalidArgument, "rule"),
        ("rule 6", &|r| r.rule = 6, Fine, ""),
        ("rule 7", &|r| r.rule = 7, InvalidArgument, "rule"),
        ("rule min", &|r| r.rule = i32::MIN, InvalidArgument, "rule"),
        ("a slip", &|r| r.givers[0].account_number += 1, InvalidArgument, gives),
        ("gives nothing", &|r| r.givers[0].length_seconds = 0, InvalidArgument, "givers.length_seconds"),
        ("gives most", &|r| r.givers[0].length_seconds = LARGEST, Fine, ""),
        ("too much", &|r| r.givers[0].length_seconds = LARGEST + 1, InvalidArgument, "givers.length_seconds"),
        ("twice", &|r| r.participant_account_numbers[0] = r.givers[0].account_number, InvalidArgument, parts),
        ("a pot comes", &|r| r.participant_account_numbers[0] = pot, InvalidArgument, parts),
        ("who left", &|r| r.participant_account_numbers[0] = closed, InvalidArgument, parts),
        ("from elsewhere", &|r| r.participant_account_numbers[0] = far, NotFound, "ACCOUNT_NOT_FOUND"),
        ("256 people", &|r| r.participant_account_numbers = vec![far; 256], InvalidArgument, both),
        ("length below zero", &|r| r.length_seconds = -1, InvalidArgument, "length_seconds"),
        ("length", &|r| r.length_seconds = 3_600, Fine, ""),
        ("keeper", &|r| r.keeper_account_number = pot, Fine, ""),
        ("keeper no pot", &|r| r.keeper_account_number = far, InvalidArgument, "keeper_account_number"),
        ("activity 65,536", &|r| r.activity_number = 65_536, InvalidArgument, "activity_number"),
        ("activity there is not", &|r| r.activity_number = 9, InvalidArgument, "activity_number"),
    ];
    table.write("SetStandingGroup", &people.walk(), ask, &rows);
    let nobody = |r: &mut api::SetStandingGroupRequest| {
        r.givers.clear();
        r.participant_account_numbers.clear();
    };
    let ask = async |request| empty(served.directory().set_standing_group(request).await);
    table.write("SetStandingGroup", &people.walk(), ask, &[("nobody", &nobody, InvalidArgument, both)]);
    let end = api::EndStandingGroupRequest {
        request_id: fresh(),
        bank_number: people.books.bank,
        group_number: 1,
        validate_only: false,
    };
    let ask = async |request| empty(served.directory().end_standing_group(request).await);
    let rows: [Row<'_, api::EndStandingGroupRequest>; 4] = [
        ("bank nobody's", &|r| r.bank_number = NOBODY, NotFound, "BANK_NOT_FOUND"),
        ("group 0", &|r| r.group_number = 0, InvalidArgument, "group_number"),
        ("group 2", &|r| r.group_number = 2, InvalidArgument, "group_number"),
        ("group max", &|r| r.group_number = u32::MAX, InvalidArgument, "group_number"),
    ];
    table.write("EndStandingGroup", &end, ask, &rows);
}
