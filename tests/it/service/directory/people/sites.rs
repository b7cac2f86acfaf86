//! Venues and tills of a partner, and the keys of tills.

use std::sync::Arc;

use hourbook::api::{self, PersonKind};
use hourbook::ledger::ManualClock;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::super::over;
use super::forgetting::{files, holds};
use super::seen::{Town, heard, nobody};
use super::{member, person, taken_in};
use crate::access::{folder, with};
use crate::service::hostile::named;
use crate::support::START;
use crate::support::served::{Served, fresh};

fn cafe() -> api::CreatePersonRequest {
    api::CreatePersonRequest { kind: PersonKind::Partner.into(), ..member("Teasel Café") }
}

fn venue(partner_owner_number: u32, venue_number: u32, name: &str) -> api::SetVenueRequest {
    api::SetVenueRequest {
        request_id: fresh(),
        partner_owner_number,
        venue_number,
        name: name.into(),
        address: "1 Mill Lane".into(),
        validate_only: false,
    }
}

fn till(partner_owner_number: u32, till_number: u32, venue_number: u32) -> api::SetTillRequest {
    api::SetTillRequest {
        request_id: fresh(),
        partner_owner_number,
        till_number,
        venue_number,
        validate_only: false,
    }
}

/// As the local operator.
struct Cafe {
    served: Served,
    owner: u32,
}

/// What each is, and whether it is in use.
type Open<T> = Vec<(T, bool)>;

impl Cafe {
    fn new() -> Self {
        let served = Served::new();
        served.bank("Ashenford");
        let (owner, _) = taken_in(&served, cafe());
        Self { served, owner }
    }

    fn venue(&self, request: api::SetVenueRequest) -> Result<u32, Status> {
        let answer = self.served.block_on(self.served.directory().set_venue(request));
        answer.map(|answer| answer.into_inner().venue_number)
    }

    fn till(&self, request: api::SetTillRequest) -> Result<u32, Status> {
        let answer = self.served.block_on(self.served.directory().set_till(request));
        answer.map(|answer| answer.into_inner().till_number)
    }

    fn close_venue(&self, venue_number: u32) -> Result<(), Status> {
        let request = api::CloseVenueRequest {
            request_id: fresh(),
            partner_owner_number: self.owner,
            venue_number,
            validate_only: false,
        };
        self.served.block_on(self.served.directory().close_venue(request)).map(drop)
    }

    fn close_till(&self, till_number: u32) -> Result<(), Status> {
        let request = api::CloseTillRequest {
            request_id: fresh(),
            partner_owner_number: self.owner,
            till_number,
            validate_only: false,
        };
        self.served.block_on(self.served.directory().close_till(request)).map(drop)
    }

    /// Its venues and tills: names with whether they are open, and where tills stand with whether they are used.
    fn sites(&self) -> (Open<String>, Open<u32>) {
        let cafe = person(&self.served, self.owner);
        let numbers: Vec<_> = cafe.venues.iter().map(|venue| venue.venue_number).collect();
        assert_eq!(numbers, (1..).take(numbers.len()).collect::<Vec<_>>());
        let numbers: Vec<_> = cafe.tills.iter().map(|till| till.till_number).collect();
        assert_eq!(numbers, (1..).take(numbers.len()).collect::<Vec<_>>());
        let venues = cafe.venues.into_iter().map(|venue| (venue.name, venue.is_open));
        (venues.collect(), cafe.tills.iter().map(|till| (till.venue_number, till.is_in_use)).collect())
    }
}

/// Goal: venues and tills get the next number, once; they get other words and other places; what is closed stays
/// there, takes its tills with it and is not opened again; the same request has one effect. Method: a café that
/// moves.
#[test]
fn venues_and_tills() {
    let cafe = Cafe::new();
    let owner = cafe.owner;
    let first = venue(owner, 0, "By the bridge");
    let checked = api::SetVenueRequest { validate_only: true, ..first.clone() };
    assert_eq!((cafe.venue(checked).unwrap(), cafe.sites().0.len()), (1, 0));
    assert_eq!(cafe.venue(first.clone()).unwrap(), 1);
    assert_eq!(cafe.venue(venue(owner, 0, "At the market")).unwrap(), 2);
    assert_eq!(cafe.venue(first.clone()).unwrap(), 1, "asked again");
    let other = api::SetVenueRequest { name: "Elsewhere".into(), ..first };
    assert_eq!(named(&cafe.venue(other).unwrap_err()), "REQUEST_ID_REUSED");
    assert_eq!(cafe.venue(venue(owner, 1, "By the old bridge")).unwrap(), 1);
    assert_eq!(
        named(&cafe.venue(venue(owner, 3, "Ahead")).unwrap_err()),
        "venue_number",
        "0 is for the next"
    );

    let one = till(owner, 0, 1);
    assert_eq!(cafe.till(one.clone()).unwrap(), 1);
    assert_eq!(cafe.till(till(owner, 0, 1)).unwrap(), 2);
    assert_eq!(cafe.till(one).unwrap(), 1, "asked again");
    assert_eq!(cafe.till(till(owner, 2, 2)).unwrap(), 2, "moved");
    let bridge = ("By the old bridge".to_owned(), true);
    let market = ("At the market".to_owned(), true);
    assert_eq!(cafe.sites(), (vec![bridge.clone(), market.clone()], vec![(1, true), (2, true)]));

    cafe.close_venue(1).unwrap();
    assert_eq!(cafe.sites(), (vec![(bridge.0, false), market], vec![(1, false), (2, true)]));
    for (refused, field) in [
        (cafe.close_venue(1), "venue_number"),
        (cafe.venue(venue(owner, 1, "Again")).map(drop), "venue_number"),
        (cafe.till(till(owner, 0, 1)).map(drop), "venue_number"),
        (cafe.till(till(owner, 1, 2)).map(drop), "till_number"),
        (cafe.close_till(1), "till_number"),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!((refused.code(), named(&refused)), (Code::InvalidArgument, field.to_owned()));
    }
    cafe.close_till(2).unwrap();
    assert_eq!(cafe.sites().1, [(1, false), (2, false)]);
    assert_eq!(cafe.till(till(owner, 0, 2)).unwrap(), 3, "numbers are given once");
}

/// Goal: a partner has 50 venues and 200 tills and no more; whoever wants another hears how many there are, and
/// those that are there can still be changed. Method: as many as there can be.
#[test]
fn as_many_as_there_can_be() {
    let cafe = Cafe::new();
    for number in 1..=50 {
        assert_eq!(cafe.venue(venue(cafe.owner, 0, "Stall")).unwrap(), number);
    }
    for number in 1..=200 {
        assert_eq!(cafe.till(till(cafe.owner, 0, 50)).unwrap(), number);
    }
    for (refused, what, most) in [
        (cafe.venue(venue(cafe.owner, 0, "Stall")), "venues", "50"),
        (cafe.till(till(cafe.owner, 0, 1)), "tills", "200"),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!((refused.code(), named(&refused)), (Code::FailedPrecondition, "BOOKS_FULL".into()));
        let info = refused.get_error_details().error_info().unwrap().metadata.clone();
        assert_eq!((info["what"].as_str(), info["most"].as_str()), (what, most));
        assert!(refused.message().contains(&format!("at most {most} {what}")), "{refused:?}");
    }
    cafe.venue(venue(cafe.owner, 50, "The last stall")).unwrap();
    cafe.till(till(cafe.owner, 200, 1)).unwrap();
}

/// Goal: the partner's own key, and brokers and leads of its bank, say where its venues are; whoever is of another
/// bank, and another partner, hear that nobody is there; a till and a member may not at all. A till's key is made
/// for a till that is in use. Method: each key at the same partner.
#[test]
fn whose_venues_they_are() {
    let town = Town::new();
    let made = town.create(&town.broker, cafe()).unwrap();
    let other = api::CreatePersonRequest { is_somebody_else: true, ..cafe() };
    let (cafe, other) = (made.owner_number, town.create(&town.broker, other).unwrap().owner_number);
    let key = |role: api::Role, partner: u32, till_number: u32| {
        let request = api::CreateKeyRequest {
            request_id: fresh(),
            role: role.into(),
            reach: Some(api::Reach { partner_owner_numbers: vec![partner], ..Default::default() }),
            till_number,
            name: "made".into(),
            ..Default::default()
        };
        let answer = town.served.block_on(town.served.access(Some(&town.admin)).create_key(request));
        answer.map(|answer| answer.into_inner().key)
    };
    let own = key(api::Role::Partner, cafe, 0).unwrap();
    let others = key(api::Role::Partner, other, 0).unwrap();
    let says = |key: &str, request: api::SetVenueRequest| {
        let answer = town.served.block_on(town.served.directory().set_venue(with(key, request)));
        answer.map(|answer| answer.into_inner().venue_number).map_err(heard)
    };
    for (number, key) in (1..).zip([&own, &town.broker, &town.lead]) {
        assert_eq!(says(key, venue(cafe, 0, "Stall")).unwrap(), number);
        says(key, venue(cafe, number, "By the bridge")).unwrap();
    }
    for key in [&others, &town.other_lead] {
        assert_eq!(says(key, venue(cafe, 0, "Stall")).unwrap_err(), nobody());
        assert_eq!(says(key, venue(cafe, 1, "Stall")).unwrap_err(), nobody());
        assert_eq!(town.person(key, cafe).unwrap_err(), nobody());
    }
    let seen = town.person(&own, cafe).unwrap();
    assert_eq!((seen.venues.len(), seen.venues[0].name.as_str()), (3, "By the bridge"));
    assert_eq!(seen.profile.unwrap().name, "Teasel Café");
    assert_eq!(
        says(&town.broker, venue(made_member(&town), 0, "Stall")).unwrap_err().1,
        "partner_owner_number"
    );

    let stands = |key: &str, request: api::SetTillRequest| {
        let answer = town.served.block_on(town.served.directory().set_till(with(key, request)));
        answer.map(|answer| answer.into_inner().till_number).map_err(heard)
    };
    let no_till = (Code::InvalidArgument, "till_number".to_owned());
    assert_eq!(key(api::Role::Till, cafe, 1).map_err(heard).unwrap_err(), no_till);
    assert_eq!(stands(&own, till(cafe, 0, 1)).unwrap(), 1);
    let at_the_till = key(api::Role::Till, cafe, 1).unwrap();
    assert_eq!(says(&at_the_till, venue(cafe, 1, "Ours")).unwrap_err().0, Code::PermissionDenied);
    assert_eq!(key(api::Role::Till, other, 1).map_err(heard).unwrap_err(), no_till);
    let close = api::CloseTillRequest {
        request_id: fresh(),
        partner_owner_number: cafe,
        till_number: 1,
        validate_only: false,
    };
    town.served.block_on(town.served.directory().close_till(with(&own, close))).unwrap();
    assert_eq!(key(api::Role::Till, cafe, 1).map_err(heard).unwrap_err(), no_till);
}

fn made_member(town: &Town) -> u32 {
    town.create(&town.broker, member("Ann Ash")).unwrap().owner_number
}

/// Goal: what a partner's venues are called lies nowhere in plain, and is forgotten with the partner; nobody says
/// anything new of them. Method: words that stand nowhere else; every file of the data directory, the server
/// stopped; a partner forgotten after its 14 days.
#[test]
fn forgotten_with_the_partner() {
    let folder = folder();
    let clock = Arc::new(ManualClock::new(START));
    let served = over(folder.path(), &clock);
    served.bank("Ashenford");
    let (owner, _) = taken_in(&served, cafe());
    let mut cafe = Cafe { served, owner };
    let request = venue(cafe.owner, 0, "By the quillwort");
    cafe.venue(request.clone()).unwrap();
    let erase =
        api::EraseMemberRequest { request_id: fresh(), owner_number: cafe.owner, ..Default::default() };
    cafe.served.block_on(cafe.served.directory().erase_member(erase)).unwrap();
    assert_eq!(person(&cafe.served, cafe.owner).venues[0].name, "By the quillwort");
    cafe.served.end().unwrap();
    for (path, bytes) in files(folder.path()) {
        assert!(!holds(&bytes, b"quillwort") && !holds(&bytes, b"Mill Lane"), "{path}");
    }
    clock.advance_seconds(14 * 86_400);
    cafe.served = over(folder.path(), &clock);
    assert!(person(&cafe.served, cafe.owner).venues.is_empty());
    assert_eq!(named(&cafe.venue(venue(cafe.owner, 0, "Stall")).unwrap_err()), "OWNER_NOT_FOUND");
    assert_eq!(cafe.venue(request).unwrap(), 1, "asked again: the first answer");
}

/// Goal: an admin takes in who works for a time bank and sees them, and nobody else; a lead does both. Method: each
/// kind with the admin's key.
#[test]
fn admins_take_in_staff() {
    let town = Town::new();
    let staff = |name| api::CreatePersonRequest { kind: PersonKind::Staff.into(), ..member(name) };
    let tobias = town.create(&town.admin, staff("Tobias Broker")).unwrap();
    assert_eq!(tobias.account_number, 0);
    let una = town.create(&town.lead, staff("Una Lead")).unwrap().owner_number;
    for key in [&town.admin, &town.lead] {
        for (owner, name) in [(tobias.owner_number, "Tobias Broker"), (una, "Una Lead")] {
            let seen = town.person(key, owner).unwrap();
            assert_eq!((seen.kind(), seen.profile.unwrap().name.as_str()), (PersonKind::Staff, name));
        }
    }
    for request in [member("Ann Ash"), cafe()] {
        let refused = town.create(&town.admin, request).map_err(heard).unwrap_err();
        assert_eq!(refused, (Code::PermissionDenied, "BEYOND_REACH".to_owned()));
    }
    assert_eq!(town.person(&town.admin, made_member(&town)).unwrap_err(), nobody());
}
