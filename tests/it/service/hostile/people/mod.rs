//! Every field of every write about people, at its bounds and one beyond; and each only checked.

mod groups;
mod papers;
mod profiles;
mod sites;
mod terms;

use hourbook::api::{self, PersonKind};
use tonic::Response;

use super::Books;
use super::only_checked::first_checked;
use super::table::Table;
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
    profiles::profiles(&mut table, &people);
    terms::terms(&mut table, &people);
    terms::leaving(&mut table, &people);
    sites::sites(&mut table, &people);
    groups::pots(&mut table, &people);
    papers::papers(&mut table, &people);
    table.judge();
    assert_eq!(people.books.position(), before);
    people.books.verify();
    people.books.others_are_served();
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
