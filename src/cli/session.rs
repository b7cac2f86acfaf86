//! What every command has at hand: the screen, the server, and names for account numbers.

use std::collections::HashMap;

use super::connection::{Client, call};
use super::failure::Failure;
use super::screen::Screen;
use super::target::Target;
use crate::api;
use crate::words;

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
    /// The bank that goes without saying, once it was asked for.
    usual_bank: Option<u32>,
}

impl<'s, 'c> Session<'s, 'c> {
    /// A session with a connected server.
    #[must_use]
    pub fn new(screen: &'s mut Screen<'c>, client: Client, target: Target) -> Self {
        let names = Names { client: client.clone(), known: HashMap::new() };
        let usual_bank = target.bank;
        Self { screen, client, target, names, usual_bank }
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

    /// The bank typed, else the profile's, else the only one whoever asks reaches.
    ///
    /// # Errors
    /// [`Failure::Usage`] where there are several, or as the server says.
    pub async fn bank_number(&mut self, typed: Option<u32>) -> Result<u32, Failure> {
        if let Some(number) = typed.or(self.usual_bank) {
            return Ok(number);
        }
        let answer = self.client.access.who_am_i(call(api::WhoAmIRequest {})).await?.into_inner();
        let reach = answer.reach.unwrap_or_default();
        let mut banks = reach.bank_numbers;
        if reach.whole_network || answer.is_local_operator {
            // A second one is enough to hear of it.
            let request = api::ListBanksRequest { page_size: 2, page_token: String::new() };
            let listed = self.client.ledger.list_banks(call(request)).await?.into_inner().banks;
            banks = listed.into_iter().map(|bank| bank.bank_number).collect();
        }
        match banks.as_slice() {
            [number] => {
                self.usual_bank = Some(*number);
                Ok(*number)
            }
            _ => Err(Failure::Usage("say in which bank, with --bank or by a profile".to_owned())),
        }
    }

    /// One bank.
    ///
    /// # Errors
    /// [`Failure`] if there is none of that number, or as the server says.
    pub async fn bank(&mut self, bank_number: u32) -> Result<api::Bank, Failure> {
        let mut page_token = String::new();
        loop {
            let request = api::ListBanksRequest { page_size: PAGE_SIZE, page_token };
            let answer = self.client.ledger.list_banks(call(request)).await?.into_inner();
            if let Some(bank) = answer.banks.into_iter().find(|bank| bank.bank_number == bank_number) {
                return Ok(bank);
            }
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                return Err(Failure::Refused(words::finding::no_bank(bank_number)));
            }
        }
    }
}

/// What accounts are called, asked once each.
#[derive(Clone, Debug)]
pub struct Names {
    client: Client,
    known: HashMap<u32, String>,
}

impl Names {
    /// An account as people know it: "Ann (10035)", "the pot (10019)", or its number where it has no name.
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
        let answer = self.client.ledger.get_account(call(request)).await.ok();
        let account = answer.and_then(|answer| answer.into_inner().account).unwrap_or_default();
        let is_pot =
            account.kind() == api::AccountKind::Pot && account.label.is_empty() && !account.label_is_gone;
        let name = named(account_number, if is_pot { "the pot" } else { &account.label });
        self.known.insert(account_number, name.clone());
        name
    }
}

fn named(account_number: u32, label: &str) -> String {
    if label.is_empty() { account_number.to_string() } else { format!("{label} ({account_number})") }
}
