//! What every command has at hand: the screen, the server, and names for account numbers.

use std::collections::HashMap;

use super::connection::{Client, call};
use super::failure::Failure;
use super::screen::Screen;
use super::target::Target;
use crate::api;

/// Names kept; from here on accounts are called by their numbers alone, so that a long list asks a
/// bounded number of questions.
const NAMES_MAX: usize = 1_000;
/// The largest page of a list.
pub const PAGE_SIZE: u32 = 1_000;

/// A command at work.
pub struct Session<'s, 'c> {
    /// Where answers go.
    pub screen: &'s mut Screen<'c>,
    /// Whom to ask.
    pub client: Client,
    /// Who that is.
    pub target: Target,
    /// What accounts are called.
    pub names: Names,
}

impl<'s, 'c> Session<'s, 'c> {
    /// A session with a connected server.
    #[must_use]
    pub fn new(screen: &'s mut Screen<'c>, client: Client, target: Target) -> Self {
        let names = Names { client: client.clone(), known: HashMap::new() };
        Self { screen, client, target, names }
    }

    /// One account.
    ///
    /// # Errors
    /// As the server says.
    pub async fn account(&mut self, account_number: u32) -> Result<api::Account, Failure> {
        let request = api::GetAccountRequest { account_number, history_size: 0 };
        let answer = self.client.ledger.get_account(call(request)).await?.into_inner();
        answer
            .account
            .ok_or_else(|| Failure::Unreachable("the server answered without the account".to_owned()))
    }
}

/// What accounts are called, asked once each.
#[derive(Debug)]
pub struct Names {
    client: Client,
    known: HashMap<u32, String>,
}

impl Names {
    /// An account as people know it: "Ann (10035)", or its number where it has no name.
    ///
    /// A name that cannot be asked for is left out: it is an extra, never a reason to fail.
    pub async fn of(&mut self, account_number: u32) -> String {
        if let Some(name) = self.known.get(&account_number) {
            return name.clone();
        }
        if self.known.len() >= NAMES_MAX {
            return account_number.to_string();
        }
        let request = api::GetAccountRequest { account_number, history_size: 0 };
        let account = self.client.ledger.get_account(call(request)).await.ok();
        let label = account.and_then(|answer| answer.into_inner().account).map(|account| account.label);
        let name = named(account_number, label.as_deref().unwrap_or_default());
        self.known.insert(account_number, name.clone());
        name
    }
}

fn named(account_number: u32, label: &str) -> String {
    if label.is_empty() { account_number.to_string() } else { format!("{label} ({account_number})") }
}
