//! Who joins, and what is known of them.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine};

use super::{NOBODY, People, named};
use crate::service::hostile::fields::{empty, limits};
use crate::service::hostile::table::{Row, Table};

pub fn profiles(table: &mut Table<'_>, people: &People) {
    let served = &people.books.served;
    fn of(request: &mut api::CreatePersonRequest) -> &mut api::Profile {
        request.profile.as_mut().unwrap()
    }
    let contact = |r: &mut api::CreatePersonRequest, kind, text: &str| {
        of(r).contacts = vec![api::Contact { kind, text: text.into() }];
    };
    let day = Some(api::Date { year: 2026, month: 5, day: 4 });
    let consent = |purpose, day| api::Consent { purpose, is_given: true, day };
    let ask = async |request| empty(served.directory().create_person(request).await);
    let rows: [Row<'_, api::CreatePersonRequest>; 39] = [
        ("bank 0", &|r| r.bank_number = 0, NotFound, "BANK_NOT_FOUND"),
        ("bank nobody's", &|r| r.bank_number = NOBODY, NotFound, "BANK_NOT_FOUND"),
        ("kind 0", &|r| r.kind = 0, InvalidArgument, "kind"),
        ("kind 4", &|r| r.kind = 4, Fine, ""),
        ("kind 5", &|r| r.kind = 5, InvalidArgument, "kind"),
        ("kind min", &|r| r.kind = i32::MIN, InvalidArgument, "kind"),
        ("no profile", &|r| r.profile = None, InvalidArgument, "profile"),
        ("no name", &|r| of(r).name.clear(), InvalidArgument, "profile.name"),
        ("a name of spaces", &|r| of(r).name = "  ".into(), InvalidArgument, "profile.name"),
        ("name of 200", &|r| of(r).name = "n".repeat(200), Fine, ""),
        ("name of 201", &|r| of(r).name = "n".repeat(201), InvalidArgument, "profile.name"),
        ("name of 200 kB", &|r| of(r).name = "n".repeat(200_000), InvalidArgument, "profile.name"),
        ("a name of two lines", &|r| of(r).name = "a\nb".into(), InvalidArgument, "profile.name"),
        ("known as 200", &|r| of(r).known_as = "k".repeat(200), Fine, ""),
        ("known as 201", &|r| of(r).known_as = "k".repeat(201), InvalidArgument, "profile.known_as"),
        ("contact 0", &|r| contact(r, 0, "x"), InvalidArgument, "profile.contacts.kind"),
        ("contact 4", &|r| contact(r, 4, "x"), Fine, ""),
        ("contact 5", &|r| contact(r, 5, "x"), InvalidArgument, "profile.contacts.kind"),
        ("contact empty", &|r| contact(r, 1, ""), InvalidArgument, "profile.contacts.text"),
        ("contact of 200", &|r| contact(r, 3, &"x".repeat(200)), Fine, ""),
        ("contact of 201", &|r| contact(r, 3, &"x".repeat(201)), InvalidArgument, "profile.contacts.text"),
        (
            "5 contacts",
            &|r| of(r).contacts = vec![api::Contact { kind: 1, text: "x".into() }; 5],
            InvalidArgument,
            "profile.contacts",
        ),
        (
            "10,000 contacts",
            &|r| of(r).contacts = vec![api::Contact { kind: 1, text: "x".into() }; 10_000],
            InvalidArgument,
            "profile.contacts",
        ),
        ("language", &|r| of(r).language = "zh-Hant".into(), Fine, ""),
        ("no language", &|r| of(r).language = "what they like".into(), InvalidArgument, "profile.language"),
        ("under 18: 2", &|r| of(r).under_18 = 2, Fine, ""),
        ("under 18: 3", &|r| of(r).under_18 = 3, InvalidArgument, "profile.under_18"),
        ("consent", &|r| of(r).consents = vec![consent(6, day)], Fine, ""),
        (
            "consent 0",
            &|r| of(r).consents = vec![consent(0, day)],
            InvalidArgument,
            "profile.consents.purpose",
        ),
        (
            "consent 7",
            &|r| of(r).consents = vec![consent(7, day)],
            InvalidArgument,
            "profile.consents.purpose",
        ),
        (
            "consent twice",
            &|r| of(r).consents = vec![consent(1, day); 2],
            InvalidArgument,
            "profile.consents.purpose",
        ),
        (
            "consent without a day",
            &|r| of(r).consents = vec![consent(1, None)],
            InvalidArgument,
            "profile.consents.day",
        ),
        ("nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("the bank itself", &|r| r.owner_number = 1, NotFound, "OWNER_NOT_FOUND"),
        ("Ann as a partner", &|r| (r.owner_number, r.kind) = (people.ann, 3), InvalidArgument, "kind"),
        ("limits", &|r| r.limits = limits(-5, 5), Fine, ""),
        ("floor 1", &|r| r.limits = limits(1, 0), InvalidArgument, "limits.floor_seconds"),
        ("ceiling max", &|r| r.limits = limits(0, i64::MAX), InvalidArgument, "limits.ceiling_seconds"),
        ("staff with limits", &|r| (r.kind, r.limits) = (4, limits(0, 5)), InvalidArgument, "limits"),
    ];
    table.write("CreatePerson", &people.created(), ask, &rows);

    let right = api::UpdatePersonRequest {
        owner_number: people.ann,
        profile: named("Ann Ash"),
        ..Default::default()
    };
    let ask = async |request| empty(served.directory().update_person(request).await);
    let rows: [Row<'_, api::UpdatePersonRequest>; 5] = [
        ("owner 0", &|r| r.owner_number = 0, InvalidArgument, "owner_number"),
        ("nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("the bank itself", &|r| r.owner_number = 1, NotFound, "OWNER_NOT_FOUND"),
        ("no profile", &|r| r.profile = None, InvalidArgument, "profile"),
        ("name of 201", &|r| r.profile = named(&"n".repeat(201)), InvalidArgument, "profile.name"),
    ];
    table.write("UpdatePerson", &right, ask, &rows);
}
