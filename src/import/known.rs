//! From names to numbers: what the books know already.
//!
//! Banks are known by their name, accounts by their label in their bank, activities by their name in
//! their bank's list; letter for letter, spaces around them aside. Where a closed account and an open one
//! share a label the open one is meant; two that stand alike are ambiguous, and nobody guesses. A label
//! whose key was destroyed names nobody.

use tonic::{Code, Status};

use super::asking::asked;
use super::book::Book;
use super::columns::shown;
use super::error::{AmbiguousName, AmbiguousNames, Named, UnknownName, UnknownNames, list};
use super::names::{NO_SCOPE, Names};
use super::nearest::nearest;
use super::{Client, Fault};
use crate::api::{Account, ListAccountsRequest, ListActivitiesRequest, ListBanksRequest, Standing};

/// As large as the service allows.
const PAGE_SIZE: u32 = 1_000;

/// The number of each name of the file, by its number in the book; 0 while it is unknown, for the
/// service counts from 1.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) banks: Vec<u32>,
    pub(super) accounts: Vec<u32>,
    pub(super) activities: Vec<u32>,
}

/// What looking up found.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) numbers: Numbers,
    pub(super) unknown: UnknownNames,
    pub(super) ambiguous: AmbiguousNames,
}

/// What a label led to so far.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    number: u32,
    is_open: bool,
    /// Another that stands alike.
    twin: u32,
}

impl Numbers {
    pub(super) fn of(numbers: &[u32], place: u32) -> u32 {
        usize::try_from(place).ok().and_then(|place| numbers.get(place)).copied().unwrap_or_default()
    }

    pub(super) fn set(numbers: &mut [u32], place: u32, number: u32) {
        if let Some(slot) = usize::try_from(place).ok().and_then(|place| numbers.get_mut(place)) {
            *slot = number;
        }
    }
}

impl Found {
    fn see(&mut self, number: u32, is_open: bool) {
        if self.number == 0 || (is_open && !self.is_open) {
            *self = Self { number, is_open, twin: 0 };
        } else if is_open == self.is_open && self.twin == 0 {
            self.twin = number;
        }
    }
}

impl Known {
    /// Looks all names of the file up.
    pub(super) async fn look_up(client: &Client, book: &Book) -> Result<Self, Fault> {
        let mut known = Self::default();
        known.numbers.accounts = no_numbers(&book.accounts);
        known.numbers.activities = no_numbers(&book.activities);
        known.banks(client, book).await?;
        let members = by_bank(&book.accounts, book);
        let lists = by_bank(&book.activities, book);
        let banks = (0..book.banks.count()).zip(&members).zip(&lists);
        for ((bank, members), lists) in banks {
            let number = Numbers::of(&known.numbers.banks, bank);
            if number != 0 {
                known.accounts(client, book, bank, number, members).await?;
                known.activities(client, book, bank, number, lists).await?;
            }
        }
        Ok(known)
    }

    async fn banks(&mut self, client: &Client, book: &Book) -> Result<(), Fault> {
        let mut found = vec![Found::default(); no_numbers(&book.banks).len()];
        let (mut names, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = ListBanksRequest { page_size: PAGE_SIZE, page_token: page_token.clone() };
            let page = asked(|| {
                let (mut client, request) = (client.clone(), request.clone());
                async move { client.list_banks(request).await }
            });
            let page = page.await?;
            for bank in page.banks {
                let place = book.banks.find(NO_SCOPE, bank.name.trim());
                if let Some(found) = place.and_then(|place| found.get_mut(usize::try_from(place).ok()?)) {
                    found.see(bank.bank_number, true);
                }
                names.push(bank.name);
            }
            page_token = next(&page_token, page.next_page_token)?;
            if page_token.is_empty() {
                break;
            }
        }
        for (place, found) in (0..).zip(&found) {
            self.numbers.banks.push(found.number);
            let name = || shown(book.banks.text(place));
            if found.number == 0 {
                self.unknown(Named::Bank, name(), name(), book.banks.first_line(place), || {
                    nearest(book.banks.text(place), names.iter().map(String::as_str))
                });
            }
            self.ambiguous(Named::Bank, *found, name, name);
        }
        Ok(())
    }

    async fn accounts(
        &mut self,
        client: &Client,
        book: &Book,
        bank: u32,
        bank_number: u32,
        members: &[u32],
    ) -> Result<(), Fault> {
        let mut found = hashbrown::HashMap::<u32, Found>::new();
        let (mut labels, mut page_token) = (Vec::new(), String::new());
        loop {
            let page = accounts_page(client, bank_number, &page_token).await?;
            for Account { label, account_number, standing, .. } in page.0 {
                if let Some(place) = book.accounts.find(bank, label.trim()) {
                    let is_open = standing != i32::from(Standing::Closed);
                    found.entry(place).or_default().see(account_number, is_open);
                } else if !label.is_empty() {
                    labels.push(label); // Only those not in the file are worth suggesting first.
                }
            }
            page_token = next(&page_token, page.1)?;
            if page_token.is_empty() {
                break;
            }
        }
        let bank_name = || shown(book.banks.text(bank));
        let known: Vec<_> = found.keys().map(|place| book.accounts.text(*place)).collect();
        for &place in members {
            let name = book.accounts.text(place);
            let found = found.get(&place).copied().unwrap_or_default();
            Numbers::set(&mut self.numbers.accounts, place, found.number);
            if found.number == 0 {
                let line = book.accounts.first_line(place);
                self.unknown(Named::Account, shown(name), bank_name(), line, || {
                    nearest(name, labels.iter().map(String::as_str).chain(known.iter().copied()))
                });
            }
            self.ambiguous(Named::Account, found, || shown(name), bank_name);
        }
        Ok(())
    }

    async fn activities(
        &mut self,
        client: &Client,
        book: &Book,
        bank: u32,
        bank_number: u32,
        wanted: &[u32],
    ) -> Result<(), Fault> {
        let list = asked(|| {
            let mut client = client.clone();
            async move { client.list_activities(ListActivitiesRequest { bank_number }).await }
        });
        let list = list.await?.activities;
        for activity in &list {
            if let Some(place) = book.activities.find(bank, activity.name.trim()) {
                Numbers::set(&mut self.numbers.activities, place, activity.activity_number);
            }
        }
        for &place in wanted {
            let name = book.activities.text(place);
            if !name.is_empty() && Numbers::of(&self.numbers.activities, place) == 0 {
                let (bank, line) = (shown(book.banks.text(bank)), book.activities.first_line(place));
                self.unknown(Named::Activity, shown(name), bank, line, || {
                    nearest(name, list.iter().map(|known| known.name.as_str()))
                });
            }
        }
        Ok(())
    }

    fn unknown(
        &mut self,
        named: Named,
        name: String,
        bank: String,
        line: u32,
        nearest: impl FnOnce() -> Vec<String>,
    ) {
        let UnknownNames { total, listed } = &mut self.unknown;
        list(total, listed, || UnknownName { named, name, bank, line, nearest: nearest() });
    }

    fn ambiguous(
        &mut self,
        named: Named,
        found: Found,
        name: impl FnOnce() -> String,
        bank: impl FnOnce() -> String,
    ) {
        if found.twin != 0 {
            let AmbiguousNames { total, listed } = &mut self.ambiguous;
            let (first, second) = (found.number, found.twin);
            list(total, listed, || AmbiguousName { named, name: name(), bank: bank(), first, second });
        }
    }
}

async fn accounts_page(
    client: &Client,
    bank_number: u32,
    page_token: &str,
) -> Result<(Vec<Account>, String), Fault> {
    let request = ListAccountsRequest {
        bank_number,
        page_size: PAGE_SIZE,
        page_token: page_token.to_owned(),
        ..ListAccountsRequest::default()
    };
    let page = asked(|| {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.list_accounts(request).await }
    });
    let page = page.await?;
    Ok((page.accounts, page.next_page_token))
}

/// The next page's token. One that does not move would be asked for without end.
fn next(before: &str, token: String) -> Result<String, Fault> {
    if !token.is_empty() && token == before {
        return Err(Status::new(Code::DataLoss, "the same page twice").into());
    }
    Ok(token)
}

fn no_numbers(names: &Names) -> Vec<u32> {
    (0..names.count()).map(|_| 0).collect()
}

/// The names of each bank of the file, in the order of the banks.
pub(super) fn by_bank(names: &Names, book: &Book) -> Vec<Vec<u32>> {
    let mut banks: Vec<Vec<u32>> = (0..book.banks.count()).map(|_| Vec::new()).collect();
    for place in 0..names.count() {
        if let Some(bank) = usize::try_from(names.scope(place)).ok().and_then(|bank| banks.get_mut(bank)) {
            bank.push(place);
        }
    }
    banks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: of accounts with one label the open one is meant, and two that stand alike are told apart
    /// by nobody. Method: every order of open and closed, as the pages may bring them.
    #[test]
    fn open_accounts_come_first() {
        let found = |accounts: &[(u32, bool)]| {
            let mut found = Found::default();
            accounts.iter().for_each(|(number, is_open)| found.see(*number, *is_open));
            (found.number, found.twin)
        };
        assert_eq!(found(&[(1, true)]), (1, 0));
        assert_eq!(found(&[(1, false)]), (1, 0));
        assert_eq!(found(&[(1, false), (2, true)]), (2, 0));
        assert_eq!(found(&[(1, true), (2, false)]), (1, 0));
        assert_eq!(found(&[(1, false), (2, false), (3, true)]), (3, 0));
        assert_eq!(found(&[(1, true), (2, false), (3, true)]), (1, 3));
        assert_eq!(found(&[(1, false), (2, false)]), (1, 2));
    }

    /// Goal: a service that gives the same page for ever is found out.
    #[test]
    fn pages_move_on() {
        assert_eq!(next("a", "b".into()).ok().as_deref(), Some("b"));
        assert_eq!(next("", String::new()).ok().as_deref(), Some(""));
        assert!(next("a", "a".into()).is_err());
    }
}
