//! `show` and `find`: who somebody is, and who there is.

use std::collections::{BTreeSet, HashSet};

use clap::Args;
use serde_json::{Value, json};

use super::who_words;
use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::commands::counted;
use crate::cli::connection::{Client, call};
use crate::cli::failure::Failure;
use crate::cli::figures::{day, short, short_time, time};
use crate::cli::lookup::{self, by_number};
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::whom::{Whom, whom};
use crate::words;

/// Below the help of `show`.
pub const EXAMPLES: &str = "\
Examples:
  hourbook member show 'ann ash'
  hourbook organisation show 10081
  hourbook staff show 'person 7'";

/// Below the help of `find`.
pub const FIND_EXAMPLES: &str = "\
Examples:
  hourbook member find ann
  hourbook partner find 01632
  hourbook member find --output csv > members.csv

Whoever fits best comes first: by number, by name, by how they are reached.";

/// Who is to be shown.
#[derive(Clone, Debug, Args)]
pub struct ShowFlags {
    /// Who: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
}

/// Who is to be found.
#[derive(Clone, Debug, Args)]
pub struct FindFlags {
    /// A part of a name, of a telephone number or an address, or a number; without it everybody is listed
    #[arg(value_name = "TEXT", default_value = "", hide_default_value = true)]
    text: String,
    /// In which bank [default: the profile's, or the only one your key reaches]
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: Option<u32>,
}

/// Shows somebody.
///
/// # Errors
/// [`Failure`].
pub async fn show(
    session: &mut Session<'_, '_>,
    flags: &ShowFlags,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    let person = lookup::person(session, &flags.who, flags.at.bank, Some(kind)).await?;
    let mut cells = head(&mut session.client, &person).await;
    let profile = person.profile.clone().unwrap_or_default();
    cells.extend(known(&profile, person.kind()));
    cells.extend(accounts(session, &person).await?);
    for (name, title, pot) in [
        ("paid_by_account_number", "Help they get is paid by", person.paid_by_account_number),
        ("hours_to_account_number", "Hours they earn go to", person.hours_to_account_number),
        ("rest_to_account_number", "What is left in the end goes to", person.rest_to_account_number),
    ] {
        let words = if pot == 0 { String::new() } else { session.names.of(pot).await };
        let cell = if pot == 0 { Cell::Nothing } else { Cell::Said(pot.into(), words) };
        cells.push((Column::words(name, title, 0), cell));
    }
    cells.extend(state(&person));
    cells.extend(cards(&person));
    cells.extend(sites(&person));
    let mut speakers = Vec::new();
    for one in &person.representatives {
        speakers.push(speaker_words(session, one).await);
    }
    let representatives: Vec<_> = person.representatives.iter().map(speaker_json).collect();
    let title = if speakers.is_empty() { "" } else { "For them speaks" };
    let words = Cell::Said(representatives.into(), speakers.join("; "));
    cells.push((Column::words("representatives", title, 0), words));
    Ok(session.screen.record(&cells)?)
}

/// What people of one sort are found by: number, name, account.
async fn head(client: &mut Client, person: &api::Person) -> Vec<(Column, Cell)> {
    let kind = person.kind().as_str_name();
    let number = |number: u32| Cell::Number(number.into());
    vec![
        (Column::figures("owner_number", "Person", 6), number(person.owner_number)),
        (Column::words("kind", "", 0), Cell::Word(short(kind, "PERSON_KIND_").into())),
        (Column::figures("bank_number", "Bank", 4), number(person.bank_number)),
        (Column::words("name", "Name", 16), name(client, person).await),
    ]
}

/// The name in their profile, else what their account is called.
async fn name(client: &mut Client, person: &api::Person) -> Cell {
    match (&person.profile, person.account_numbers.first()) {
        (Some(profile), _) => Cell::Text(profile.name.clone()),
        (None, _) if person.erased_at.is_some() => Cell::Said(Value::Null, "(forgotten)".to_owned()),
        (None, Some(account)) => {
            // A name that cannot be asked for is left out.
            let request = api::GetAccountRequest { account_number: *account, history_size: 0 };
            let answer = client.ledger.get_account(call(request)).await.ok();
            let account = answer.and_then(|answer| answer.into_inner().account);
            Cell::text_or_nothing(account.unwrap_or_default().label)
        }
        (None, None) => Cell::Nothing,
    }
}

fn known(profile: &api::Profile, kind: api::PersonKind) -> Vec<(Column, Cell)> {
    let contacts: Vec<_> = profile.contacts.iter().map(contact_json).collect();
    let consents: Vec<_> = profile.consents.iter().map(consent_json).collect();
    let under_18 = match profile.under_18() {
        api::Under18::Unspecified => Cell::Nothing,
        api::Under18::No => Cell::Said(false.into(), "no".to_owned()),
        api::Under18::Yes => Cell::Said(true.into(), "yes".to_owned()),
    };
    let personal = |title| if kind == api::PersonKind::Member { title } else { "" };
    vec![
        (Column::words("known_as", "Known as", 0), Cell::text_or_nothing(profile.known_as.clone())),
        (
            Column::words("contacts", if contacts.is_empty() { "" } else { "Reached by" }, 0),
            Cell::Said(contacts.into(), reached_by(profile)),
        ),
        (Column::words("language", "Language", 0), Cell::text_or_nothing(profile.language.clone())),
        (Column::words("large_print", personal("Large print"), 0), Cell::Flag(profile.large_print)),
        (Column::words("under_18", personal("Under 18"), 0), under_18),
        (
            Column::words("consents", if consents.is_empty() { "" } else { "Agreed to" }, 0),
            Cell::Said(consents.into(), agreed_to(profile)),
        ),
    ]
}

/// "phone 01632 960 001; email ann@example.org", the best way first.
fn reached_by(profile: &api::Profile) -> String {
    let ways = profile.contacts.iter().map(|contact| match contact.kind() {
        api::ContactKind::Other | api::ContactKind::Unspecified => contact.text.clone(),
        api::ContactKind::Phone => format!("phone {}", contact.text),
        api::ContactKind::Email => format!("email {}", contact.text),
        api::ContactKind::Post => format!("post {}", contact.text),
    });
    ways.collect::<Vec<_>>().join("; ")
}

pub fn contact_json(contact: &api::Contact) -> Value {
    json!({ "kind": short(contact.kind().as_str_name(), "CONTACT_KIND_"), "text": contact.text })
}

/// "phone, since 2026-05-13; not photo, since 2026-05-13".
fn agreed_to(profile: &api::Profile) -> String {
    let consents = profile.consents.iter().map(|consent| {
        let purpose = short(consent.purpose().as_str_name(), "PURPOSE_").replace('_', " ");
        let not = if consent.is_given { "" } else { "not " };
        format!("{not}{purpose}, since {}", day(consent.day).unwrap_or_default())
    });
    consents.collect::<Vec<_>>().join("; ")
}

pub fn consent_json(consent: &api::Consent) -> Value {
    json!({
        "purpose": short(consent.purpose().as_str_name(), "PURPOSE_"),
        "is_given": consent.is_given,
        "day": day(consent.day),
    })
}

/// Their open accounts, and what is on each; and those that were closed.
async fn accounts(
    session: &mut Session<'_, '_>,
    person: &api::Person,
) -> Result<Vec<(Column, Cell)>, Failure> {
    let (mut numbers, mut told) = (Vec::new(), Vec::new());
    for number in &person.account_numbers {
        let account = session.account(*number).await?;
        let balance = account.balance.unwrap_or_default();
        let aside = balance.held_seconds.filter(|held| *held > 0);
        let aside = aside.map_or_else(String::new, |held| format!(", with {} set aside", words::hours(held)));
        told.push(format!("{number}: {}{aside}", words::balance(balance.posted_seconds)));
        numbers.push(json!({
            "account_number": number,
            "bank_number": account.bank_number,
            "posted_seconds": balance.posted_seconds,
            "held_seconds": balance.held_seconds,
        }));
    }
    let title = match told.len() {
        0 => "",
        1 => "Account",
        _ => "Accounts",
    };
    let closed: Vec<_> = person.closed_account_numbers.iter().map(u32::to_string).collect();
    let title_of_closed = if closed.is_empty() { "" } else { "Closed account" };
    Ok(vec![
        (Column::words("accounts", title, 0), Cell::Said(numbers.into(), told.join("; "))),
        (
            Column::words("closed_account_numbers", title_of_closed, 0),
            Cell::Said(json!(person.closed_account_numbers), closed.join(", ")),
        ),
    ])
}

/// Pauses, and being forgotten.
fn state(person: &api::Person) -> Vec<(Column, Cell)> {
    let moment = |at| {
        time(at).map_or(Cell::Nothing, |text| Cell::Said(text.into(), format!("{} UTC", short_time(at))))
    };
    let until = if person.is_to_be_forgotten { "To be forgotten on" } else { "Paused until" };
    vec![
        (Column::words("paused_until", until, 0), moment(person.paused_until)),
        (Column::words("is_to_be_forgotten", "", 0), Cell::Flag(person.is_to_be_forgotten)),
        (Column::words("erased_at", "Forgotten on", 0), moment(person.erased_at)),
    ]
}

/// Their cards, as far as anybody may know them; people read of what is in use alone.
fn cards(person: &api::Person) -> Vec<(Column, Cell)> {
    let in_use = person.cards.iter().filter(|card| card.blocked_at.is_none());
    let told: Vec<_> = in_use.map(|card| card_words(card, person.account_numbers.len() > 1)).collect();
    let all: Vec<_> = person.cards.iter().map(card_json).collect();
    let title = if told.is_empty() { "" } else { "Card" };
    vec![(Column::words("cards", title, 0), Cell::Said(all.into(), told.join("; ")))]
}

/// "since 2026-05-13, with a PIN".
fn card_words(card: &api::Card, has_others: bool) -> String {
    let of = if has_others { format!("of {}, ", card.account_number) } else { String::new() };
    let since = time(card.issued_at).unwrap_or_default();
    let since = since.split('T').next().unwrap_or_default();
    let pin = match (card.is_locked, card.has_pin) {
        (true, _) => "with a PIN that was wrong too often: set a new one",
        (false, true) => "with a PIN",
        (false, false) => "without a PIN",
    };
    format!("{of}since {since}, {pin}")
}

fn card_json(card: &api::Card) -> Value {
    json!({
        "account_number": card.account_number,
        "issued_at": time(card.issued_at),
        "blocked_at": time(card.blocked_at),
        "has_pin": card.has_pin,
        "is_locked": card.is_locked,
    })
}

/// Where a partner takes hours; people read of what is open alone.
fn sites(person: &api::Person) -> Vec<(Column, Cell)> {
    let open = person.venues.iter().filter(|venue| venue.is_open);
    let venues: Vec<_> = open.map(venue_words).collect();
    let tills = person.tills.iter().filter(|till| till.is_in_use);
    let tills: Vec<_> =
        tills.map(|till| format!("{} in venue {}", till.till_number, till.venue_number)).collect();
    let all_venues: Vec<_> = person.venues.iter().map(venue_json).collect();
    let all_tills: Vec<_> = person.tills.iter().map(till_json).collect();
    let titled = |title, words: &[String]| if words.is_empty() { "" } else { title };
    vec![
        (
            Column::words("venues", titled("Venues", &venues), 0),
            Cell::Said(all_venues.into(), venues.join("; ")),
        ),
        (Column::words("tills", titled("Tills", &tills), 0), Cell::Said(all_tills.into(), tills.join("; "))),
    ]
}

fn venue_words(venue: &api::Venue) -> String {
    let at = if venue.address.is_empty() { String::new() } else { format!(", {}", venue.address) };
    format!("{}: {}{at}", venue.venue_number, venue.name)
}

fn venue_json(venue: &api::Venue) -> Value {
    json!({
        "venue_number": venue.venue_number,
        "name": venue.name,
        "address": (!venue.address.is_empty()).then_some(&venue.address),
        "is_open": venue.is_open,
    })
}

fn till_json(till: &api::Till) -> Value {
    json!({
        "till_number": till.till_number,
        "venue_number": till.venue_number,
        "is_in_use": till.is_in_use,
    })
}

/// "Bo Birch (person 3), to spend up to 5:00 a month, until 2026-12-31".
async fn speaker_words(session: &mut Session<'_, '_>, one: &api::Representative) -> String {
    // A name that cannot be asked for is left out.
    let person = by_number(&mut session.client, one.owner_number, 0).await.unwrap_or_default();
    let name = who_words(&api::Person { owner_number: one.owner_number, ..person });
    format!("{name}, {}", terms_words(one))
}

/// "to spend, up to 5 hours a month, until 2026-12-31".
pub fn terms_words(one: &api::Representative) -> String {
    let mut told = speaks_words(one.speaks()).to_owned();
    if one.monthly_limit_seconds > 0 {
        told.push_str(&format!(", up to {} a month", words::hours(one.monthly_limit_seconds)));
    }
    if let Some(last) = day(one.last_day) {
        told.push_str(&format!(", until {last}"));
    }
    told
}

const fn speaks_words(speaks: api::Speaks) -> &'static str {
    match speaks {
        api::Speaks::ToSpend => "to spend",
        api::Speaks::ToReceive => "to say and confirm what was received",
        api::Speaks::ForAll => "for all",
        api::Speaks::Unspecified => "",
    }
}

fn speaker_json(one: &api::Representative) -> Value {
    json!({
        "owner_number": one.owner_number,
        "speaks": short(one.speaks().as_str_name(), "SPEAKS_"),
        "monthly_limit_seconds": (one.monthly_limit_seconds > 0).then_some(one.monthly_limit_seconds),
        "last_day": day(one.last_day),
    })
}

/// Lists who fits, best first; without a text everybody.
///
/// # Errors
/// [`Failure`].
pub async fn find(
    session: &mut Session<'_, '_>,
    flags: FindFlags,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    let bank_number = session.bank_number(flags.bank).await?;
    let text = flags.text.trim().to_owned();
    let labelled = if text.is_empty() {
        BTreeSet::new() // Everybody is listed in any case.
    } else {
        lookup::labelled(session, bank_number, &text, kind).await?
    };
    let mut client = session.client.clone();
    let mut told = HashSet::new();
    let mut listing = Listing::begin(session.screen, columns())?;
    let mut page_token = String::new();
    loop {
        let request =
            api::SearchMembersRequest { bank_number, text: text.clone(), page_size: PAGE_SIZE, page_token };
        let answer = client.directory.search_members(call(request)).await?.into_inner();
        for person in answer.people.iter().filter(|person| person.kind() == kind) {
            told.insert(person.owner_number);
            listing.row(row(&mut client, person).await)?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    for owner in labelled.into_iter().filter(|owner| !told.contains(owner)) {
        let person = by_number(&mut client, owner, 0).await?;
        listing.row(row(&mut client, &person).await)?;
    }
    Ok(listing.end()?)
}

fn columns() -> Vec<Column> {
    vec![
        Column::figures("owner_number", "Person", 6),
        Column::words("account_numbers", "Account", 7),
        Column::words("name", "Name", 16),
        Column::words("known_as", "Known as", 8),
        Column::words("contacts", "Reached by", 16),
        Column::words("state", "State", 6),
    ]
}

/// A row of a list; a cell a column.
async fn row(client: &mut Client, person: &api::Person) -> Vec<Cell> {
    let profile = person.profile.clone().unwrap_or_default();
    let accounts: Vec<_> = person.account_numbers.iter().map(u32::to_string).collect();
    let contacts: Vec<_> = profile.contacts.iter().map(contact_json).collect();
    let state = if person.erased_at.is_some() {
        Cell::Word("forgotten".into())
    } else if person.is_to_be_forgotten {
        Cell::Said("to_be_forgotten".into(), "to be forgotten".to_owned())
    } else if person.paused_until.is_some() {
        Cell::Word("paused".into())
    } else {
        Cell::Nothing
    };
    vec![
        Cell::Number(person.owner_number.into()),
        Cell::Said(json!(person.account_numbers), accounts.join(", ")),
        name(client, person).await,
        Cell::text_or_nothing(profile.known_as.clone()),
        Cell::Said(contacts.into(), reached_by(&profile)),
        state,
    ]
}
