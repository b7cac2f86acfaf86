//! What is missing, opened: banks, lists of activities, accounts.
//!
//! Ids of these requests are derived from names alone, so that an import that was killed and runs again
//! opens nothing twice:
//!
//! - A bank: one owner number and the bank, under ids of its name. Killed between the two, the second
//!   run asks for the same owner number.
//! - Accounts: the bank's names of the file, sorted, in groups of 32. Of each group what is missing is
//!   opened in one entry, after one registration of as many owner numbers, both under ids of the bank
//!   and the missing names. An entry is written whole or not at all, so until it is written the same
//!   names are missing, and the second run asks for the same numbers and the same entry; afterwards
//!   none of them is missing. Why not one registration for the whole bank: the second run would miss
//!   fewer names, and register others.
//! - Another file in between can make other groups. Owner numbers may then stay unused; accounts do
//!   not appear twice, because what is open is known by name.

use tonic::Status;

use super::asking::{asked, at_once};
use super::book::Book;
use super::columns::shown;
use super::ids::opening_id;
use super::known::{Numbers, by_bank};
use super::names::Names;
use super::stream::Stream;
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
    let missing = (0..book.banks.count()).filter(|bank| Numbers::of(&numbers.banks, *bank) == 0);
    let jobs = missing.map(|bank| {
        let (client, name) = (client.clone(), book.banks.text(bank).to_owned());
        let time_zone = time_zone.to_owned();
        async move {
            let what = format!("the bank {}", shown(&name));
            let id = |what| opening_id(what, std::iter::once(&*name));
            let owner_number = register(&client, id("bank owner"), 1, &what).await?;
            let request = OpenBankRequest {
                request_id: id("bank").to_string(),
                owner_number,
                name: name.clone(),
                time_zone,
                ..OpenBankRequest::default()
            };
            let answer = asked(|| {
                let (mut client, request) = (client.clone(), request.clone());
                async move { client.open_bank(request).await }
            });
            let answer = answer.await.map_err(|status| refused(&what, status))?;
            match opened(answer.receipt) {
                (Some(entry::Action::BankOpened(opened)), repeated) => {
                    Ok((bank, opened.bank_number, repeated))
                }
                _ => Err(no_answer(&what)),
            }
        }
    });
    let jobs: Vec<_> = jobs.collect();
    for (bank, number, repeated) in at_once::<_, Fault, _>(jobs).await? {
        Numbers::set(&mut numbers.banks, bank, number);
        summary.banks_opened += u64::from(!repeated);
    }
    Ok(())
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
            let id = named_id("activities", bank_name, places, &book.activities);
            let request =
                AddActivitiesRequest { request_id: id.to_string(), bank_number, names, validate_only: false };
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

/// Accounts of one bank that are opened in one entry.
struct Group {
    request_id: RequestId,
    bank_number: u32,
    places: Vec<u32>,
    first_owner_number: u32,
}

async fn open_accounts(
    client: &Client,
    book: &Book,
    numbers: &mut Numbers,
    summary: &mut Summary,
) -> Result<(), Fault> {
    let mut jobs = Vec::new();
    for (bank, mut places) in (0..).zip(by_bank(&book.accounts, book)) {
        places.sort_unstable_by_key(|place| book.accounts.text(*place));
        let (bank_name, bank_number) = (book.banks.text(bank), Numbers::of(&numbers.banks, bank));
        for places in places.chunks(ACCOUNTS_MAX) {
            let missing = places.iter().copied().filter(|place| Numbers::of(&numbers.accounts, *place) == 0);
            let places: Vec<_> = missing.collect();
            if places.is_empty() {
                continue;
            }
            let owners_id = named_id("account owners", bank_name, &places, &book.accounts);
            let request_id = named_id("accounts", bank_name, &places, &book.accounts);
            let (client, what) = (client.clone(), format!("accounts of the bank {}", shown(bank_name)));
            jobs.push(async move {
                let first_owner_number = register(&client, owners_id, places.len(), &what).await?;
                Ok(Group { request_id, bank_number, places, first_owner_number })
            });
        }
    }
    let groups: Vec<Group> = at_once::<_, Fault, _>(jobs).await?;
    let group = |place: u32| usize::try_from(place).ok().and_then(|place| groups.get(place));
    let mut refusal = None;
    let make = |place| group(place).map_or_else(BatchEntry::default, |group| group.entry(book));
    let mut answered = |place, answer: super::stream::Answer| {
        let opened = &answer.result.opened_account_numbers;
        let places = group(place).map_or(&[][..], |group| &group.places);
        for (&place, &number) in places.iter().zip(opened) {
            Numbers::set(&mut numbers.accounts, place, number);
            summary.accounts_opened += u64::from(!answer.result.repeated || answer.asked_before);
        }
        if opened.len() != places.len() {
            let words = answer.result.error.map(|error| error.message);
            refusal = Some(words.unwrap_or_else(|| "the answer names other accounts".to_owned()));
        }
    };
    let count = u32::try_from(groups.len()).unwrap_or(u32::MAX);
    Stream::new(client.clone(), count, &make, &mut answered).send().await?;
    match refusal {
        None => Ok(()),
        Some(message) => Err(Fault::NotOpened { what: "accounts".to_owned(), message }),
    }
}

impl Group {
    fn entry(&self, book: &Book) -> BatchEntry {
        let accounts =
            (self.first_owner_number..).zip(&self.places).map(|(owner_number, place)| NewAccount {
                bank_number: self.bank_number,
                kind: AccountKind::Member.into(),
                owner_number,
                label: book.accounts.text(*place).to_owned(),
                // As far as the books go: history is taken as it is, and who imports sets limits afterwards.
                limits: Some(Limits::default()),
            });
        let accounts = BatchAccounts { accounts: accounts.collect() };
        BatchEntry {
            request_id: self.request_id.bytes().to_vec(),
            action: Some(batch_entry::Action::OpenAccounts(accounts)),
            details: None,
        }
    }
}

/// Registers `count` owners and gives the first number.
async fn register(client: &Client, id: RequestId, count: usize, what: &str) -> Result<u32, Fault> {
    let count = u32::try_from(count).unwrap_or(u32::MAX); // At most a group.
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

fn named_id(what: &str, bank: &str, places: &[u32], names: &Names) -> RequestId {
    opening_id(what, std::iter::once(bank).chain(places.iter().map(|place| names.text(*place))))
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
