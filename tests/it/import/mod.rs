//! Importing through a real server: what is posted, once, and what is not.

mod again;
mod between;
mod cut;
mod killed;
mod refused;
mod server;
mod told;
mod town;

use hourbook::api::{Account, Entry, GetEntryRequest, ListAccountsRequest, ListBanksRequest};
use hourbook::client::Shown;
use hourbook::import::{self, ImportError, Missing, Options, Summary};

pub use server::Server;

const HEADER: &str = "bank,day,giver,receiver,hours,activity,note\n";

pub fn opening() -> Options {
    Options { missing: Missing::Open { time_zone: "Europe/London".into() }, ..Options::default() }
}

impl Server {
    pub fn import(&self, file: &str, options: &Options) -> Result<Summary, ImportError> {
        self.wait(import::run(Shown::NOTHING.on(self.channel()), file.as_bytes(), options, &mut |_| {}))
    }

    /// Every account of members: label, number, balance in seconds; by label.
    pub fn balances(&self) -> Vec<(String, u32, i64)> {
        let accounts = self.accounts().into_iter();
        let mut balances: Vec<_> = accounts
            .filter(|account| !account.label.is_empty())
            .map(|account| (account.label, account.account_number, account.balance.unwrap().posted_seconds))
            .collect();
        balances.sort();
        balances
    }

    pub fn accounts(&self) -> Vec<Account> {
        let request = ListAccountsRequest { page_size: 1_000, ..ListAccountsRequest::default() };
        self.wait(self.client().list_accounts(request)).unwrap().into_inner().accounts
    }

    pub fn bank_names(&self) -> Vec<String> {
        let banks =
            self.wait(self.client().list_banks(ListBanksRequest::default())).unwrap().into_inner().banks;
        banks.into_iter().map(|bank| bank.name).collect()
    }

    pub fn entry(&self, sequence: u64) -> Entry {
        let request = GetEntryRequest { sequence, min_sequence: 0 };
        self.wait(self.client().get_entry(request)).unwrap().into_inner().entry.unwrap()
    }
}

/// A file of `rows`.
pub fn file(rows: &[&str]) -> String {
    format!("{HEADER}{}\n", rows.join("\n"))
}
