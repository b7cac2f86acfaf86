//! Everything that books tell, with names in place of numbers.

use std::collections::BTreeMap;

use hourbook::api::audit_service_client::AuditServiceClient;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::api::{
    Account, ListAccountsRequest, ListStatementRequest, StatementLine, Sums, TrialBalanceRequest,
};
use tonic::transport::Channel;

/// A bank's name, the kind of account, and the account's label.
pub type Name = (String, i32, String);

/// The sums of each kind of account in a bank, of all, and what moved, seconds.
type Bank = (Vec<(i32, Sums)>, Sums, i64);

/// What two servers with the same books tell alike, whatever numbers they gave to banks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// By name.
    pub banks: BTreeMap<String, Bank>,
    pub net_moved_seconds: i64,
    /// Posted, seconds.
    pub balances: BTreeMap<Name, i64>,
    /// Day, who is on the other side, by how much the balance changed, the balance after it; newest first.
    pub statements: BTreeMap<Name, Vec<String>>,
}

/// What the books behind `channel` tell, and the number of each account.
pub async fn told(channel: &Channel) -> (Told, BTreeMap<Name, u32>) {
    let mut ledger = LedgerServiceClient::new(channel.clone());
    let mut audit = AuditServiceClient::new(channel.clone());
    let sums = audit.trial_balance(TrialBalanceRequest::default()).await.unwrap().into_inner();
    assert!(sums.is_zero);
    let mut told = Told { net_moved_seconds: sums.net_moved_seconds, ..Told::default() };
    let mut bank_names = BTreeMap::new();
    for bank in sums.banks {
        bank_names.insert(bank.bank_number, bank.name.clone());
        let kinds = bank.kinds.into_iter().map(|kind| (kind.kind, kind.sums.unwrap())).collect();
        told.banks.insert(bank.name, (kinds, bank.all.unwrap(), bank.net_moved_seconds));
    }
    let request = ListAccountsRequest { page_size: 1_000, ..ListAccountsRequest::default() };
    let accounts = ledger.list_accounts(request).await.unwrap().into_inner();
    assert_eq!(accounts.next_page_token, "");
    let name =
        |account: &Account| (bank_names[&account.bank_number].clone(), account.kind, account.label.clone());
    let names: BTreeMap<u32, Name> =
        accounts.accounts.iter().map(|account| (account.account_number, name(account))).collect();
    for account in &accounts.accounts {
        let lines = lines(&mut ledger, account.account_number).await;
        let lines = lines.iter().map(|line| text(line, &names)).collect();
        told.balances.insert(name(account), account.balance.unwrap().posted_seconds);
        told.statements.insert(name(account), lines);
    }
    assert_eq!(told.balances.len(), names.len(), "two accounts have one name");
    (told, names.into_iter().map(|(number, name)| (name, number)).collect())
}

async fn lines(ledger: &mut LedgerServiceClient<Channel>, account_number: u32) -> Vec<StatementLine> {
    let (mut lines, mut page_token) = (Vec::new(), String::new());
    loop {
        let request =
            ListStatementRequest { account_number, page_size: 1_000, page_token, ..Default::default() };
        let page = ledger.list_statement(request).await.unwrap().into_inner();
        lines.extend(page.lines);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return lines;
        }
    }
}

fn text(line: &StatementLine, names: &BTreeMap<u32, Name>) -> String {
    let day = line.day.unwrap();
    let others: Vec<_> = line.other_account_numbers.iter().map(|number| &names[number]).collect();
    format!(
        "{}-{}-{} {others:?} {} {}",
        day.year, day.month, day.day, line.change_seconds, line.posted_seconds
    )
}
