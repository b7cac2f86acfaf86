//! Every field of every write about people, at its bounds and one beyond; and each only checked.

use hourbook::api::{self, PersonKind};
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, Ok as Fine, Unavailable};
use tonic::Response;

use super::Books;
use super::fields::{LARGEST, empty, limits};
use super::only_checked::first_checked;
use super::table::{Row, Table};
use crate::support::served::{floor, fresh};

/// Not a number of an owner or bank anybody has.
const NOBODY: u32 = 4_000_000_000;

/// People of the books: owner numbers, and accounts.
struct People {
    books: Books,
    ann: u32,
    dev: u32,
    pot: u32,
    /// With a venue and a till.
    partner: u32,
}

impl People {
    fn new() -> Self {
        let books = Books::new();
        let served = &books.served;
        let owner = |account_number| {
            let request = api::GetPersonRequest { owner_number: 0, account_number };
            let answer = served.block_on(served.directory().get_person(request)).unwrap().into_inner();
            answer.person.unwrap().owner_number
        };
        let baths = served.account(books.bank, api::AccountKind::Partner, "Ladle Street Baths", floor(0));
        let (ann, dev, partner) = (owner(books.ann), owner(books.dev), owner(baths));
        let banks = served.block_on(served.ledger().list_banks(api::ListBanksRequest::default())).unwrap();
        let pot = banks.into_inner().banks[0].pot_account_number;
        let people = Self { ann, dev, pot, partner, books };
        let directory = || people.books.served.directory();
        people.books.served.block_on(directory().set_venue(people.venue(0))).unwrap();
        people.books.served.block_on(directory().set_till(people.till(0))).unwrap();
        people.books.served.block_on(directory().set_standing_group(people.walk())).unwrap();
        people
    }

    fn created(&self) -> api::CreatePersonRequest {
        api::CreatePersonRequest {
            request_id: fresh(),
            bank_number: self.books.bank,
            kind: PersonKind::Member.into(),
            profile: named("Fern Flint"),
            ..Default::default()
        }
    }

    fn walk(&self) -> api::SetStandingGroupRequest {
        api::SetStandingGroupRequest {
            request_id: fresh(),
            bank_number: self.books.bank,
            name: "Thursday walk".into(),
            rule: api::GroupRule::PotPaysProvider.into(),
            givers: vec![api::UsualGiver { account_number: self.books.dev, length_seconds: 900 }],
            participant_account_numbers: vec![self.books.ann],
            ..Default::default()
        }
    }

    fn representative(&self) -> api::SetRepresentativeRequest {
        let speaks = api::Speaks::ForAll.into();
        api::SetRepresentativeRequest {
            request_id: fresh(),
            owner_number: self.ann,
            representative: Some(api::Representative {
                owner_number: self.dev,
                speaks,
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    fn opened(&self) -> api::OpenPotRequest {
        api::OpenPotRequest {
            request_id: fresh(),
            bank_number: self.books.bank,
            purpose: "Lifts".into(),
            opens: api::PotOpens::Panel.into(),
            ..Default::default()
        }
    }

    fn venue(&self, venue_number: u32) -> api::SetVenueRequest {
        api::SetVenueRequest {
            request_id: fresh(),
            partner_owner_number: self.partner,
            venue_number,
            name: "Ladle Street".into(),
            ..Default::default()
        }
    }

    fn till(&self, till_number: u32) -> api::SetTillRequest {
        api::SetTillRequest {
            request_id: fresh(),
            partner_owner_number: self.partner,
            till_number,
            venue_number: 1,
            validate_only: false,
        }
    }

    fn close_venue(&self) -> api::CloseVenueRequest {
        let (request_id, partner_owner_number) = (fresh(), self.partner);
        api::CloseVenueRequest { request_id, partner_owner_number, venue_number: 1, validate_only: false }
    }

    fn close_till(&self) -> api::CloseTillRequest {
        let (request_id, partner_owner_number) = (fresh(), self.partner);
        api::CloseTillRequest { request_id, partner_owner_number, till_number: 1, validate_only: false }
    }

    fn closed(&self) -> api::CloseMemberRequest {
        let account_number = self.books.wide[0];
        api::CloseMemberRequest { request_id: fresh(), account_number, ..Default::default() }
    }
}

fn named(name: &str) -> Option<api::Profile> {
    Some(api::Profile { name: name.into(), ..Default::default() })
}

/// Goal: every field of every write about people is answered clearly at its bounds and beyond, and nothing is half
/// done. Method: a right request of each call, bent in one place a row; afterwards the books stand where they stood,
/// and add up.
#[test]
fn every_field_about_people() {
    let people = People::new();
    let before = people.books.position();
    let mut table = Table { books: &people.books, wrong: Vec::new() };
    profiles(&mut table, &people);
    terms(&mut table, &people);
    sites(&mut table, &people);
    pots(&mut table, &people);
    leaving(&mut table, &people);
    papers(&mut table, &people);
    table.judge();
    assert_eq!(people.books.position(), before);
    people.books.verify();
    people.books.others_are_served();
}

fn profiles(table: &mut Table<'_>, people: &People) {
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

fn papers(table: &mut Table<'_>, people: &People) {
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
}

fn terms(table: &mut Table<'_>, people: &People) {
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

fn sites(table: &mut Table<'_>, people: &People) {
    let served = &people.books.served;
    let (partner, venue, till) = ("partner_owner_number", "venue_number", "till_number");
    let ask = async |request| empty(served.directory().set_venue(request).await);
    let rows: [Row<'_, api::SetVenueRequest>; 16] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = people.ann, InvalidArgument, partner),
        ("venue 1", &|r| r.venue_number = 1, Fine, ""),
        ("venue 2", &|r| r.venue_number = 2, InvalidArgument, venue),
        ("venue 256", &|r| r.venue_number = 256, InvalidArgument, venue),
        ("venue 257", &|r| r.venue_number = 257, InvalidArgument, venue),
        ("venue max", &|r| r.venue_number = u32::MAX, InvalidArgument, venue),
        ("no name", &|r| r.name.clear(), InvalidArgument, "name"),
        ("name of 100", &|r| r.name = "n".repeat(100), Fine, ""),
        ("name of 101", &|r| r.name = "n".repeat(101), InvalidArgument, "name"),
        ("name of 200 kB", &|r| r.name = "n".repeat(200_000), InvalidArgument, "name"),
        ("a name of two lines", &|r| r.name = "a\nb".into(), InvalidArgument, "name"),
        ("address of 200", &|r| r.address = "a".repeat(200), Fine, ""),
        ("address of 201", &|r| r.address = "a".repeat(201), InvalidArgument, "address"),
        ("an address of two lines", &|r| r.address = "a\nb".into(), InvalidArgument, "address"),
    ];
    table.write("SetVenue", &people.venue(0), ask, &rows);

    let ask = async |request| empty(served.directory().close_venue(request).await);
    let rows: [Row<'_, api::CloseVenueRequest>; 6] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = people.ann, InvalidArgument, partner),
        ("venue 0", &|r| r.venue_number = 0, InvalidArgument, venue),
        ("venue 2", &|r| r.venue_number = 2, InvalidArgument, venue),
        ("venue 257", &|r| r.venue_number = 257, InvalidArgument, venue),
    ];
    table.write("CloseVenue", &people.close_venue(), ask, &rows);

    let ask = async |request| empty(served.directory().set_till(request).await);
    let rows: [Row<'_, api::SetTillRequest>; 9] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = people.ann, InvalidArgument, partner),
        ("till 1", &|r| r.till_number = 1, Fine, ""),
        ("till 2", &|r| r.till_number = 2, InvalidArgument, till),
        ("till 65,537", &|r| r.till_number = 65_537, InvalidArgument, till),
        ("venue 0", &|r| r.venue_number = 0, InvalidArgument, venue),
        ("venue 2", &|r| r.venue_number = 2, InvalidArgument, venue),
        ("venue 257", &|r| r.venue_number = 257, InvalidArgument, venue),
    ];
    table.write("SetTill", &people.till(0), ask, &rows);

    let ask = async |request| empty(served.directory().close_till(request).await);
    let rows: [Row<'_, api::CloseTillRequest>; 5] = [
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = people.ann, InvalidArgument, partner),
        ("till 0", &|r| r.till_number = 0, InvalidArgument, till),
        ("till 2", &|r| r.till_number = 2, InvalidArgument, till),
        ("till 65,537", &|r| r.till_number = 65_537, InvalidArgument, till),
    ];
    table.write("CloseTill", &people.close_till(), ask, &rows);
}

fn pots(table: &mut Table<'_>, people: &People) {
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

fn leaving(table: &mut Table<'_>, people: &People) {
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

macro_rules! ask {
    ($people:ident, $call:ident) => {
        async |request| {
            let answer = $people.books.served.directory().$call(request).await;
            answer.map(Response::into_inner).map(|answer| answer.receipt.unwrap())
        }
    };
}

/// Goal: every write about people that is only checked answers as if it had been written, writes nothing, and leaves
/// its id free. Method: each is checked twice, then written with the same id, then asked again.
#[test]
fn every_write_about_people_first_checked() {
    let people = People::new();
    let (books, request_id) = (&people.books, fresh);
    // Somebody who has a number, so that it is one entry.
    let owner_number = books.served.owners(1)[0];
    let created = api::CreatePersonRequest { owner_number, ..people.created() };
    first_checked(books, created, ask!(people, create_person));
    let owner_number = people.ann;
    let update = api::UpdatePersonRequest {
        request_id: request_id(),
        owner_number,
        profile: named("Ann Ash"),
        validate_only: false,
    };
    first_checked(books, update, ask!(people, update_person));
    let standing = api::SetMemberStandingRequest {
        request_id: request_id(),
        owner_number,
        paid_by_account_number: people.pot,
        ..Default::default()
    };
    first_checked(books, standing, ask!(people, set_member_standing));
    first_checked(books, people.representative(), ask!(people, set_representative));
    first_checked(books, people.venue(0), ask!(people, set_venue));
    first_checked(books, people.venue(1), ask!(people, set_venue));
    first_checked(books, people.till(0), ask!(people, set_till));
    first_checked(books, people.close_till(), ask!(people, close_till));
    first_checked(books, people.close_venue(), ask!(people, close_venue));
    first_checked(books, people.opened(), ask!(people, open_pot));
    first_checked(books, people.walk(), ask!(people, set_standing_group));
    let end = api::EndStandingGroupRequest {
        request_id: request_id(),
        group_number: 1,
        bank_number: books.bank,
        validate_only: false,
    };
    first_checked(books, end, ask!(people, end_standing_group));
    let pause = api::PauseMemberRequest { request_id: request_id(), owner_number, ..Default::default() };
    first_checked(books, pause, ask!(people, pause_member));
    let erase = api::EraseMemberRequest { request_id: request_id(), owner_number, ..Default::default() };
    first_checked(books, erase, ask!(people, erase_member));

    let (close, before) = (people.closed(), books.position());
    let ask = |validate_only| {
        let request = api::CloseMemberRequest { validate_only, ..close.clone() };
        let answer = books.served.block_on(books.served.directory().close_member(request)).unwrap();
        answer.into_inner().done.unwrap()
    };
    let checked = ask(true);
    assert_eq!((checked.waiting_number, books.position()), (0, before));
    assert_eq!(checked.sentences, ask(false).sentences, "it waits");
    assert_eq!(books.position(), before + 1);
    assert_eq!(ask(true).waiting_number, before + 1, "an id that has its answer");
    books.verify();
}
