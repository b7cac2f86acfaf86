//! Books to post into: a bank, a café, and as many members as a workload wants, none near a limit.

use std::path::Path;
use std::time::Instant;

use hourbook::domain::{
    AccountKind, AccountNumber, Action, BankNumber, Command, Limits, NewAccount, OpenBank, OwnerNumber,
    RequestId, RequestKey, Scope, Sequence,
};
use hourbook::journal::codec;
use hourbook::ledger::{Bounds, Ledger};
use hourbook::network::{Network, NetworkOptions};

use super::plain_file::Records;
use super::posting;
use super::workload::Accounts;

/// Accounts that one entry opens.
pub const ACCOUNTS_PER_ENTRY: u32 = 32;
/// Such entries that are submitted together.
const FURNISHING_ENTRIES: usize = 1_000;
/// The place of the café: after the bank's pot and issuance account.
pub const CAFE: u32 = 2;
/// Entries from which the bytes for the plain file are taken.
const SAMPLE_ENTRIES: u64 = 8_192;

/// Opens books in `folder`, with the usual settings but for `bounds`.
pub fn open(folder: &Path, bounds: Bounds) -> Network {
    Network::open(folder, NetworkOptions { bounds, ..NetworkOptions::default() }).unwrap()
}

/// A key of no entry of any workload: made for the call.
pub fn fresh_key() -> RequestKey {
    RequestKey { scope: Scope::OPERATOR, id: RequestId::fresh() }
}

/// Opens a bank, its café and `members` accounts in an empty ledger.
pub fn furnish(ledger: &Ledger, members: u32) -> Accounts {
    let accounts = furnish_with(members, &mut |actions| {
        let command = |action| Command::new(fresh_key(), OwnerNumber::OPERATOR, action);
        let commands = actions.into_iter().map(command).collect();
        posting::settle(posting::submit(ledger, commands, 0, Instant::now()));
    });
    assert_eq!(ledger.views().accounts_len(), (accounts.first + members) as usize);
    accounts
}

/// The same with `post`, which must accept everything. Numbers are handed out in order, so they are known.
pub fn furnish_with(members: u32, post: &mut dyn FnMut(Vec<Action>)) -> Accounts {
    let (owner, wide) = (OwnerNumber::new(1), Limits::WIDEST);
    post(vec![Action::RegisterOwners(1)]);
    let bank = OpenBank { owner, time_zone: "Europe/London".into(), pot: wide, issuance: wide };
    post(vec![Action::OpenBank(Box::new(bank))]);
    let open = |kind, count: u32| {
        let bank = BankNumber::new(1);
        let new = NewAccount { bank, kind, owner, limits: wide, label: Box::default() };
        Action::OpenAccounts(vec![new; count as usize])
    };
    post(vec![open(AccountKind::Partner, 1)]);
    let entries = (0..members).step_by(ACCOUNTS_PER_ENTRY as usize);
    let mut entries =
        entries.map(|before| open(AccountKind::Member, ACCOUNTS_PER_ENTRY.min(members - before))).peekable();
    while entries.peek().is_some() {
        post(entries.by_ref().take(FURNISHING_ENTRIES).collect());
    }
    Accounts { cafe: CAFE, first: CAFE + 1, count: members }
}

/// The newest records, as they are in the journal.
pub fn newest_records(ledger: &Ledger) -> Records {
    let tip = ledger.position().get();
    let mut records = Records { bytes: Vec::new(), count: 0 };
    for sequence in tip.saturating_sub(SAMPLE_ENTRIES) + 1..=tip {
        let entry = ledger.books().entry(Sequence::new(sequence)).unwrap().unwrap();
        let (outcome, at) = (&entry.outcome, entry.recorded_at);
        codec::encode(&entry.command, outcome, entry.sequence, at, &mut records.bytes);
        records.count += 1;
    }
    records
}

/// A member, by its place among them.
pub fn member(accounts: Accounts, place: u32) -> AccountNumber {
    AccountNumber::from_slot(accounts.first + place % accounts.count).unwrap()
}
