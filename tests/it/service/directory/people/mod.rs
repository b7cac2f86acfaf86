//! People and pots, through a real socket.

mod cards;
mod creating;
mod forgetting;
mod seen;
mod sites;
mod terms;

use hourbook::api::exchange_service_client::ExchangeServiceClient;
use hourbook::api::{self, ContactKind, PersonKind};
use tonic::Status;

use crate::service::hostile::named;
use crate::support::HOUR;
use crate::support::served::{Served, fresh};

/// A member of bank 1 of whom nothing but the name is said.
fn member(name: &str) -> api::CreatePersonRequest {
    api::CreatePersonRequest {
        request_id: fresh(),
        bank_number: 1,
        kind: PersonKind::Member.into(),
        profile: Some(api::Profile { name: name.into(), ..Default::default() }),
        ..Default::default()
    }
}

fn contact(kind: ContactKind, text: &str) -> api::Contact {
    api::Contact { kind: kind.into(), text: text.into() }
}

fn create(served: &Served, request: api::CreatePersonRequest) -> Result<api::CreatePersonResponse, Status> {
    served.block_on(served.directory().create_person(request)).map(|answer| answer.into_inner())
}

/// Somebody taken in: their owner number and their account.
fn taken_in(served: &Served, request: api::CreatePersonRequest) -> (u32, u32) {
    let made = create(served, request).unwrap();
    (made.owner_number, made.account_number)
}

fn person(served: &Served, owner_number: u32) -> api::Person {
    let request = api::GetPersonRequest { owner_number, account_number: 0 };
    served.block_on(served.directory().get_person(request)).unwrap().into_inner().person.unwrap()
}

/// The owner numbers of whoever is found in bank 1.
fn found(served: &Served, text: &str) -> Vec<u32> {
    let request = api::SearchMembersRequest { bank_number: 1, text: text.into(), ..Default::default() };
    let people = served.block_on(served.directory().search_members(request)).unwrap().into_inner().people;
    people.into_iter().map(|person| person.owner_number).collect()
}

/// What an account is called.
fn label(served: &Served, account_number: u32) -> (String, bool) {
    let request = api::GetAccountRequest { account_number, ..Default::default() };
    let account =
        served.block_on(served.ledger().get_account(request)).unwrap().into_inner().account.unwrap();
    (account.label, account.label_is_gone)
}

/// Help given by one to the other on the day the clock began, written down by a broker.
fn help(served: &Served, giver: u32, receiver: u32, hours: i64) -> Result<api::Done, String> {
    let request = api::RecordExchangeRequest {
        request_id: fresh(),
        giver_account_number: giver,
        receiver_account_number: receiver,
        length: Some(api::Length { amount_seconds: hours * HOUR, typed: String::new() }),
        occurred_on: Some(api::Date { year: 2026, month: 5, day: 5 }),
        memo: "carried the quillwort upstairs".into(),
        is_another: true,
        ..Default::default()
    };
    let mut exchanges = ExchangeServiceClient::new(served.channel.clone());
    match served.block_on(exchanges.record_exchange(request)) {
        Ok(answer) => Ok(answer.into_inner().done.unwrap()),
        Err(status) => Err(named(&status)),
    }
}
