//! What is missing, opened: banks, lists of activities, accounts.
//!
//! Ids of these requests are derived from names alone, so that an import that was killed and runs again
//! opens nothing twice and finds the owner numbers that were registered for it:
//!
//! - Banks: numbers are registered for all banks of the file, sorted, and a bank is opened under an id of
//!   its name. The second run asks for the same numbers, whichever banks were opened by then.
//! - Accounts: the missing names of the file, sorted by bank and name, go in portions of 1,024: register
//!   as many numbers, open that portion in one batch, then the next. What a killed run leaves missing begins
//!   with the portion it was at, so the second run makes the same portions of the rest.
//! - Why not register for one account or bank at a time: each waits for the keyring to be on disk.
//! - Only where something else opened part of a portion in between do numbers stay unused. Nothing is
//!   ever opened twice even then, because what is open is known by its name.

use tonic::Status;

use super::asking::{asked, at_once};
use super::book::Book;
use super::columns::shown;
use super::ids::opening_id;
use super::known::{Numbers, by_bank};
use super::stream::{Answer, Stream};
use super::summary::Summary;
use super::{Client, Fault};
use crate::api::{
    AccountKind, AddActivitiesRequest, BatchAccounts, BatchEntry, Entry, Limits, NewAccount, OpenBankRequest,
    Receipt, RegisterOwnersRequest, batch_entry, entry,
};
use crate::domain::RequestId;

/// Names added to a list at once: what the service takes.
const ACTIVITIES_MAX: usize = 50;
/// Accounts opened in one entry: what the service takes.
const ACCOUNTS_MAX: usize = 32;
/// Owners registered at once: what the service takes.
const OWNERS_MAX: usize = 1_024;

/// Opens what has no number yet.
pub(super) async fn open_missing(
    client: &Client,
    book: &Book,
    time_zone: &str,
    numbers: &mut Numbers,
    summary: &mut Summary,
) -> Result<(), Fault> {
    open_banks(client, book, time_zone, numbers, summary).await?;
    add_activities(client, book, numbers, summary).await?;
    open_accounts(client, book, numbers, summary).await
}

async fn open_banks(
    client: &Client,
    book: &Book,
    time_zone: &str,
    numbers: &mut Numbers,
    summary: &mut Summary,
) -> Result<(), Fault> {
    let mut banks: Vec<u32> = (0..book.banks.count()).collect();
    banks.sort_unstable_by_key(|bank| book.banks.text(*bank));
    let is_missing = |bank: &u32| Numbers::of(&numbers.banks, *bank) == 0;
    let mut jobs = Vec::new();
    for portion in banks.chunks(OWNERS_MAX).filter(|portion| portion.iter().any(is_missing)) {
        let names = portion.iter().map(|bank| book.banks.text(*bank));
        let first = register(client, opening_id("bank owners", names), portion.len(), "banks").await?;
        let missing = (first..).zip(portion).filter(|(_, bank)| is_missing(bank));
        jobs.extend(missing.map(|(owner_number, bank)| {
            let name = book.banks.text(*bank).to_owned();
            open_bank(client.clone(), *bank, owner_number, name, time_zone.to_owned())
        }));
    }
    for (bank, number, repeated) in at_once::<_, Fault, _>(jobs).await? {
        Numbers::set(&mut numbers.banks, bank, number);
        summary.banks_opened += u64::from(!repeated);
    }
    Ok(())
}

/// Opens a bank and gives its place in the file, its number, and whether it was there before.
async fn open_bank(
    client: Client,
    bank: u32,
    owner_number: u32,
    name: String,
    time_zone: String,
) -> Result<(u32, u32, bool), Fault> {
    let what = format!("the bank {}", shown(&name));
    let request = OpenBankRequest {
        request_id: opening_id("bank", std::iter::once(&*name)).to_string(),
        owner_number,
        name,
        time_zone,
        ..OpenBankRequest::default()
    };
    let answer = asked(|| {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.open_bank(request).await }
    });
    let answer = answer.await.map_err(|status| refused(&what, status))?;
    match opened(answer.receipt) {
        (Some(entry::Action::BankOpened(opened)), repeated) => Ok((bank, opened.bank_number, repeated)),
        _ => Err(no_answer(&what)),
    }
}

async fn add_activities(
    client: &Client,
    book: &Book,
    numbers: &mut Numbers,
    summary: &mut Summary,
) -> Result<(), Fault> {
    let mut jobs = Vec::new();
    for (bank, mut places) in (0..).zip(by_bank(&book.activities, book)) {
        places.retain(|place| {
            !book.activities.text(*place).is_empty() && Numbers::of(&numbers.activities, *place) == 0
        });
        let (bank_name, bank_number) = (book.banks.text(bank), Numbers::of(&numbers.banks, bank));
        for places in places.chunks(ACTIVITIES_MAX) {
            let names: Vec<_> = places.iter().map(|place| book.activities.text(*place).to_owned()).collect();
            let id =
                opening_id("activities", std::iter::once(bank_name).chain(names.iter().map(|name| &**name)));
            let request_id = id.to_string();
            let request = AddActivitiesRequest { request_id, bank_number, names, ..Default::default() };
            let what = format!("activities of the bank {}", shown(bank_name));
            let (client, places) = (client.clone(), places.to_vec());
            jobs.push(async move {
                let answer = asked(|| {
                    let (mut client, request) = (client.clone(), request.clone());
                    async move { client.add_activities(request).await }
                });
                let answer = answer.await.map_err(|status| refused(&what, status))?;
                let (_, repeated) = opened(answer.receipt);
                let added: Vec<_> =
                    answer.activities.iter().map(|activity| activity.activity_number).collect();
                if added.len() == places.len() {
                    Ok((places, added, repeated))
                } else {
                    Err(no_answer(&what))
                }
            });
        }
    }
    for (places, added, repeated) in at_once::<_, Fault, _>(jobs).await? {
        for (place, number) in places.into_iter().zip(added) {
            Numbers::set(&mut numbers.activities, place, number);
            summary.activities_opened += u64::from(!repeated);
        }
    }
    Ok(())
}

async fn open_accounts(
    client: &Client,
    book: &Book,
    numbers: &mut Numbers,
    summary: &mut Summary,
) -> Result<(), Fault> {
    let missing = (0..book.accounts.count()).filter(|place| Numbers::of(&numbers.accounts, *place) == 0);
    let mut missing: Vec<u32> = missing.collect();
    missing.sort_unstable_by_key(|place| names_of(book, *place));
    for portion in missing.chunks(OWNERS_MAX) {
        let owners_id = named_id("account owners", book, portion);
        let first_owner_number = register(client, owners_id, portion.len(), "accounts").await?;
        open_portion(client, book, portion, first_owner_number, numbers, summary).await?;
    }
    Ok(())
}

/// Opens accounts in entries of [`ACCOUNTS_MAX`], all of which fit into one batch.
async fn open_portion(
    client: &Client,
    book: &Book,
    portion: &[u32],
    first_owner_number: u32,
    numbers: &mut Numbers,
    summary: &mut Summary,
) -> Result<(), Fault> {
    let mut entries = Vec::new();
    let mut owners = first_owner_number..;
    for places in portion.chunks(ACCOUNTS_MAX) {
        let accounts = places.iter().zip(&mut owners).map(|(place, owner_number)| NewAccount {
            bank_number: Numbers::of(&numbers.banks, book.accounts.scope(*place)),
            kind: AccountKind::Member.into(),
            owner_number,
            label: book.accounts.text(*place).to_owned(),
            // As far as the books go: history is taken as it is, and who imports sets limits afterwards.
            limits: Some(Limits::default()),
        });
        let accounts = BatchAccounts { accounts: accounts.collect() };
        entries.push(BatchEntry {
            request_id: named_id("accounts", book, places).bytes().to_vec(),
            action: Some(batch_entry::Action::OpenAccounts(accounts)),
            details: None,
        });
    }
    let at = |place: u32| usize::try_from(place).unwrap_or(usize::MAX);
    let make = |place| entries.get(at(place)).cloned().unwrap_or_default();
    let mut refusal = None;
    let mut answered = |place, answer: Answer| {
        let places = portion.chunks(ACCOUNTS_MAX).nth(at(place)).unwrap_or_default();
        let opened = &answer.result.opened_account_numbers;
        for (&place, &number) in places.iter().zip(opened) {
            Numbers::set(&mut numbers.accounts, place, number);
            summary.accounts_opened += u64::from(!answer.result.repeated || answer.asked_before);
        }
        if opened.len() != places.len() {
            let words = answer.result.error.map(|error| error.message);
            refusal = Some(words.unwrap_or_else(|| "the answer names other accounts".to_owned()));
        }
    };
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX); // At most a portion.
    Stream::new(client.clone(), count, &make, &mut answered).send().await?;
    match refusal {
        None => Ok(()),
        Some(message) => Err(Fault::NotOpened { what: "accounts".to_owned(), message }),
    }
}

/// Registers `count` owners and gives the first number.
async fn register(client: &Client, id: RequestId, count: usize, what: &str) -> Result<u32, Fault> {
    let count = u32::try_from(count).unwrap_or(u32::MAX); // At most a portion.
    let request = RegisterOwnersRequest { request_id: id.to_string(), count, validate_only: false };
    let answer = asked(|| {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.register_owners(request).await }
    });
    let answer = answer.await.map_err(|status| refused(what, status))?;
    match opened(answer.receipt).0 {
        Some(entry::Action::OwnersRegistered(owners)) => Ok(owners.first_owner_number),
        _ => Err(no_answer(what)),
    }
}

/// The names of an account's bank and of the account.
fn names_of(book: &Book, account: u32) -> [&str; 2] {
    [book.banks.text(book.accounts.scope(account)), book.accounts.text(account)]
}

fn named_id(what: &str, book: &Book, accounts: &[u32]) -> RequestId {
    opening_id(what, accounts.iter().flat_map(|account| names_of(book, *account)))
}

/// What a receipt's entry did, and whether it was there before.
fn opened(receipt: Option<Receipt>) -> (Option<entry::Action>, bool) {
    let Receipt { entry, repeated } = receipt.unwrap_or_default();
    (entry.and_then(|entry: Entry| entry.action), repeated)
}

/// A no is about what was asked for; everything else is the service's trouble.
fn refused(what: &str, status: Status) -> Fault {
    if super::asking::is_refusal(&status) {
        Fault::NotOpened { what: what.to_owned(), message: status.message().to_owned() }
    } else {
        status.into()
    }
}

fn no_answer(what: &str) -> Fault {
    Fault::NotOpened { what: what.to_owned(), message: "the answer does not say what was opened".to_owned() }
}
