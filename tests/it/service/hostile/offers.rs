//! Every field of every write about offers, at its bounds and one beyond; and each only checked.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine};
use tonic::Response;

use super::Books;
use super::fields::empty;
use super::only_checked::first_checked;
use super::table::{Row, Table};
use crate::support::HOUR;
use crate::support::served::{floor, fresh};

const NOBODY: u32 = 4_000_000_000;

/// The baths, which offer one thing.
struct Baths {
    books: Books,
    owner: u32,
    ann: u32,
}

impl Baths {
    fn new() -> Self {
        let books = Books::new();
        let served = &books.served;
        let baths = served.account(books.bank, api::AccountKind::Partner, "Ladle Street Baths", floor(0));
        let owner = |account_number| {
            let request = api::GetPersonRequest { owner_number: 0, account_number };
            let answer = served.block_on(served.directory().get_person(request)).unwrap().into_inner();
            answer.person.unwrap().owner_number
        };
        let (owner, ann) = (owner(baths), owner(books.ann));
        let baths = Self { owner, ann, books };
        baths.books.served.block_on(baths.books.served.redemptions().create_offer(baths.offer())).unwrap();
        baths
    }

    fn offer(&self) -> api::CreateOfferRequest {
        let offer = api::Offer {
            partner_owner_number: self.owner,
            kind: api::OfferKind::Activity.into(),
            wording: "a swim".into(),
            price_seconds: HOUR,
            price_per: api::PricePer::Person.into(),
            hours: Some(api::OfferHours::default()),
            caps: Some(api::OfferCaps::default()),
            ..Default::default()
        };
        api::CreateOfferRequest { request_id: fresh(), offer: Some(offer), validate_only: false }
    }

    fn retire(&self) -> api::RetireOfferRequest {
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        api::RetireOfferRequest { request_id, partner_owner_number, offer_number: 1, validate_only: false }
    }

    fn budget(&self) -> api::SetPartnerBudgetRequest {
        let month_seconds = Some(10 * HOUR);
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        api::SetPartnerBudgetRequest { request_id, partner_owner_number, month_seconds, validate_only: false }
    }

    fn staff(&self) -> api::SetTillStaffRequest {
        let people = vec![api::TillPerson { initials: "EP".into(), owner_number: self.ann }];
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        api::SetTillStaffRequest { request_id, partner_owner_number, people, validate_only: false }
    }
}

fn said(request: &mut api::CreateOfferRequest) -> &mut api::Offer {
    request.offer.as_mut().unwrap()
}

fn hours(request: &mut api::CreateOfferRequest) -> &mut api::OfferHours {
    said(request).hours.as_mut().unwrap()
}

fn caps(request: &mut api::CreateOfferRequest) -> &mut api::OfferCaps {
    said(request).caps.as_mut().unwrap()
}

/// Goal: each field of a write about offers has the bounds it says, and what is beyond is named. Method: requests that are
/// taken, with one field bent at a time.
#[test]
fn fields_of_offers() {
    let baths = Baths::new();
    let mut table = Table { books: &baths.books, wrong: Vec::new() };
    offers(&mut table, &baths);
    let served = &baths.books.served;
    let (partner, number) = ("partner_owner_number", "offer_number");
    let ask = async |request| empty(served.redemptions().retire_offer(request).await);
    let rows: [Row<'_, api::RetireOfferRequest>; 6] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = baths.ann, InvalidArgument, partner),
        ("offer 0", &|r| r.offer_number = 0, InvalidArgument, number),
        ("offer 2", &|r| r.offer_number = 2, InvalidArgument, number),
        ("offer max", &|r| r.offer_number = u32::MAX, InvalidArgument, number),
    ];
    table.write("RetireOffer", &baths.retire(), ask, &rows);
    let ask = async |request| empty(served.redemptions().set_partner_budget(request).await);
    let month = "month_seconds";
    let rows: [Row<'_, api::SetPartnerBudgetRequest>; 7] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("a member", &|r| r.partner_owner_number = baths.ann, InvalidArgument, partner),
        ("none", &|r| r.month_seconds = None, Fine, ""),
        ("nothing", &|r| r.month_seconds = Some(0), Fine, ""),
        ("2^40", &|r| r.month_seconds = Some(1 << 40), Fine, ""),
        ("above", &|r| r.month_seconds = Some((1 << 40) + 1), InvalidArgument, month),
        ("below nothing", &|r| r.month_seconds = Some(-1), InvalidArgument, month),
    ];
    table.write("SetPartnerBudget", &baths.budget(), ask, &rows);
    let ask = async |request| empty(served.redemptions().set_till_staff(request).await);
    let initials = "people.initials";
    let many = |count: u8| {
        let person = |n: u8| String::from_utf8(vec![b'A' + n / 26, b'A' + n % 26]).unwrap();
        let people = (0..count).map(|n| api::TillPerson { initials: person(n), owner_number: 0 });
        people.collect::<Vec<_>>()
    };
    let rows: [Row<'_, api::SetTillStaffRequest>; 9] = [
        ("a member", &|r| r.partner_owner_number = baths.ann, InvalidArgument, partner),
        ("nobody there", &|r| r.people.clear(), Fine, ""),
        ("a hundred", &|r| r.people = many(100), Fine, ""),
        ("one too many", &|r| r.people = many(101), InvalidArgument, initials),
        ("no letters", &|r| r.people[0].initials.clear(), InvalidArgument, initials),
        ("five letters", &|r| r.people[0].initials = "ABCDE".into(), InvalidArgument, initials),
        ("small letters", &|r| r.people[0].initials = "ep".into(), InvalidArgument, initials),
        ("the same twice", &|r| r.people.push(r.people[0].clone()), InvalidArgument, initials),
        ("nobody's number", &|r| r.people[0].owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
    ];
    table.write("SetTillStaff", &baths.staff(), ask, &rows);
    let ask = async |request| empty(served.redemptions().list_offers(request).await);
    let rows: [Row<'_, api::ListOffersRequest>; 5] = [
        ("a page of 1,000", &|r| r.page_size = 1_000, Fine, ""),
        ("a page of 1,001", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("a token of nobody's", &|r| r.page_token = "x".into(), InvalidArgument, "page_token"),
        ("nobody's", &|r| r.partner_owner_number = NOBODY, Fine, ""),
        ("no bank's", &|r| r.bank_number = u32::MAX, Fine, ""),
    ];
    table.read("ListOffers", &api::ListOffersRequest::default(), ask, &rows);
    table.judge();
}

fn offers(table: &mut Table<'_>, baths: &Baths) {
    let served = &baths.books.served;
    let ask = async |request| empty(served.redemptions().create_offer(request).await);
    let day = |year, month, day| Some(api::Date { year, month, day });
    let rows: [Row<'_, api::CreateOfferRequest>; 32] = [
        ("nothing", &|r| r.offer = None, InvalidArgument, "offer"),
        ("partner 0", &|r| said(r).partner_owner_number = 0, InvalidArgument, "offer.partner_owner_number"),
        ("nobody", &|r| said(r).partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| said(r).partner_owner_number = baths.ann, InvalidArgument, "partner_owner_number"),
        ("venue 1", &|r| said(r).venue_number = 1, InvalidArgument, "offer.venue_number"),
        ("venue 256", &|r| said(r).venue_number = 256, InvalidArgument, "offer.venue_number"),
        ("no kind", &|r| said(r).kind = 0, InvalidArgument, "offer.kind"),
        ("a kind there is not", &|r| said(r).kind = 9, InvalidArgument, "offer.kind"),
        ("120 bytes", &|r| said(r).wording = "w".repeat(120), Fine, ""),
        ("121 bytes", &|r| said(r).wording = "w".repeat(121), InvalidArgument, "offer.wording"),
        ("no words", &|r| said(r).wording.clear(), InvalidArgument, "offer.wording"),
        ("two lines", &|r| said(r).wording = "a\nb".into(), InvalidArgument, "offer.wording"),
        ("a second", &|r| said(r).price_seconds = 1, Fine, ""),
        ("1,000 hours", &|r| said(r).price_seconds = 1_000 * HOUR, Fine, ""),
        ("more", &|r| said(r).price_seconds = 1_000 * HOUR + 1, InvalidArgument, "offer.price_seconds"),
        ("for nothing", &|r| said(r).price_seconds = 0, InvalidArgument, "offer.price_seconds"),
        ("the whole", &|r| said(r).price_per = 2, Fine, ""),
        ("per nothing", &|r| said(r).price_per = 3, InvalidArgument, "offer.price_per"),
        ("always", &|r| said(r).hours = None, Fine, ""),
        ("a day", &|r| hours(r).first_day = day(2026, 2, 29), InvalidArgument, "offer.hours.first_day"),
        (
            "the last before the first",
            &|r| (hours(r).first_day, hours(r).last_day) = (day(2026, 6, 2), day(2026, 6, 1)),
            InvalidArgument,
            "offer.hours.last_day",
        ),
        ("all week", &|r| hours(r).weekdays = vec![1, 2, 3, 4, 5, 6, 7], Fine, ""),
        ("day 8", &|r| hours(r).weekdays = vec![8], InvalidArgument, "offer.hours.weekdays"),
        ("twice", &|r| hours(r).weekdays = vec![1, 1], InvalidArgument, "offer.hours.weekdays"),
        ("midnight", &|r| hours(r).until_minute = 1_440, Fine, ""),
        ("after it", &|r| hours(r).until_minute = 1_441, InvalidArgument, "offer.hours.until_minute"),
        ("no time", &|r| hours(r).from_minute = 1_440, InvalidArgument, "offer.hours.until_minute"),
        ("no caps", &|r| said(r).caps = None, Fine, ""),
        ("1,000 a day", &|r| caps(r).member_day = 1_000, Fine, ""),
        ("1,001 a day", &|r| caps(r).member_day = 1_001, InvalidArgument, "offer.caps.member_day"),
        ("1,001 a month", &|r| caps(r).member_month = 1_001, InvalidArgument, "offer.caps.member_day"),
        ("a million and one", &|r| caps(r).month = 1_000_001, InvalidArgument, "offer.caps.total"),
    ];
    table.write("CreateOffer", &baths.offer(), ask, &rows);
}

macro_rules! ask {
    ($baths:ident, $call:ident) => {
        async |request| {
            let answer = $baths.books.served.redemptions().$call(request).await;
            answer.map(Response::into_inner).map(|answer| answer.receipt.unwrap())
        }
    };
}

/// Goal: every write about offers that is only checked answers as if it had been written, writes nothing, and leaves its id
/// free. Method: each is checked twice, then written with the same id, then asked again.
#[test]
fn every_write_about_offers_first_checked() {
    let baths = Baths::new();
    let books = &baths.books;
    first_checked(books, baths.offer(), ask!(baths, create_offer));
    first_checked(books, baths.retire(), ask!(baths, retire_offer));
    first_checked(books, baths.budget(), ask!(baths, set_partner_budget));
    first_checked(books, baths.staff(), ask!(baths, set_till_staff));
}
