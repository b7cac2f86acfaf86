//! Owners, banks and accounts: numbers are handed out here, dense and in order.

use super::super::state::{Account, Standing, holds::Sides};
use super::Case;
use super::effects::{Effects, sides_fit};
use super::limits::{self, Judgement};

use crate::domain::numbers::OWNERS_MAX;
use crate::domain::{
    AccountNumber, Amount, BankNumber, Close, Move, Moves, NewAccount, OpenBank, OpenClearing, Opened,
    Outcome, OwnerNumber, Refusal,
};

/// Hands out owner numbers, so that keys can be made before anything is sealed under them.
pub fn register_owners(case: &Case<'_>, count: u16) -> Result<Outcome, Refusal> {
    if case.state.owners.saturating_add(u32::from(count)) > OWNERS_MAX {
        return Err(Refusal::BooksFull { what: "owners", most: u64::from(OWNERS_MAX) });
    }
    let first = OwnerNumber::new(case.state.owners.saturating_add(1));
    Ok(opened(Opened::Owners(first)))
}

/// Opens a bank with its pot and, next to it, its issuance account.
pub fn open_bank(case: &Case<'_>, bank: &OpenBank) -> Result<Outcome, Refusal> {
    owner_exists(case, bank.owner)?;
    let number = u32::try_from(case.state.banks.len()).unwrap_or(u32::MAX).saturating_add(1);
    if number > case.bounds.banks_max {
        return Err(Refusal::BooksFull { what: "banks", most: u64::from(case.bounds.banks_max) });
    }
    let pot = next_accounts(case, 2)?;
    Ok(opened(Opened::Bank(BankNumber::new(number), pot)))
}

/// Opens the pair of mirrored accounts between two banks.
pub fn open_clearing(case: &Case<'_>, pair: &OpenClearing) -> Result<Outcome, Refusal> {
    bank_exists(case, pair.first)?;
    bank_exists(case, pair.second)?;
    if let Some(account) = case.state.clearing(pair.first, pair.second) {
        return Err(Refusal::AlreadyThere(account));
    }
    Ok(opened(Opened::Accounts(next_accounts(case, 2)?)))
}

/// Opens several accounts at once.
pub fn open_accounts(case: &Case<'_>, accounts: &[NewAccount]) -> Result<Outcome, Refusal> {
    for account in accounts {
        bank_exists(case, account.bank)?;
        owner_exists(case, account.owner)?;
    }
    Ok(opened(Opened::Accounts(next_accounts(case, accounts.len())?)))
}

/// Sets limits; never refused because of the present balance.
pub fn set_limits(case: &Case<'_>, number: AccountNumber) -> Result<Outcome, Refusal> {
    let account = case.state.account(number).ok_or(Refusal::AccountNotFound(number))?;
    if account.standing == Standing::Closed {
        return Err(Refusal::AccountClosed(number));
    }
    Ok(changed(account))
}

/// Closes an account, but no side of a clearing pair: what is left goes where the closing says; what is missing is made good there.
pub fn close(case: &Case<'_>, close: &Close) -> Result<Outcome, Refusal> {
    sides_fit(case.state, std::iter::once(Sides { debit: close.account, credit: close.remainder_to }))?;
    let account = case.state.account(close.account).ok_or(Refusal::AccountNotFound(close.account))?;
    if case.state.mirrors.contains_key(&close.account) {
        return Err(Refusal::CrossBank(close.account)); // One side of a pair never ends alone.
    }
    let mut effects = Effects::default();
    let mut moves = Moves::new();
    if let Some(amount) = Amount::of_balance(account.posted) {
        let (debit, credit) = if account.posted > 0 {
            (close.account, close.remainder_to)
        } else {
            (close.remainder_to, close.account)
        };
        effects.transfer(debit, credit, amount.seconds());
        moves.push(Move { debit, credit, amount, of: 0 });
    }
    effects.clearing_is_mirrored(case.state)?;
    if account.open_holds > 0 {
        return Err(Refusal::HoldsOpen { account: close.account, open: account.open_holds });
    }
    limits::judge(case.state, &mut effects, Judgement::NotJudged)?;
    Ok(Outcome { lines: effects.lines(case.state), moves, ..changed(account) })
}

/// Opens a closed account again.
pub fn reopen(case: &Case<'_>, number: AccountNumber) -> Result<Outcome, Refusal> {
    let account = case.state.account(number).ok_or(Refusal::AccountNotFound(number))?;
    match account.standing {
        Standing::Closed => Ok(changed(account)),
        Standing::Open => Err(Refusal::AlreadyThere(number)),
    }
}

fn opened(opened: Opened) -> Outcome {
    Outcome { opened, ..Outcome::default() }
}

fn changed(account: &Account) -> Outcome {
    Outcome { standing_before: account.standing_entry, ..Outcome::default() }
}

fn bank_exists(case: &Case<'_>, bank: BankNumber) -> Result<(), Refusal> {
    case.state.bank(bank).map(|_| ()).ok_or(Refusal::BankNotFound(bank))
}

fn owner_exists(case: &Case<'_>, owner: OwnerNumber) -> Result<(), Refusal> {
    if case.state.has_owner(owner) { Ok(()) } else { Err(Refusal::OwnerNotFound(owner)) }
}

/// The first of `count` numbers that follow the accounts there are.
fn next_accounts(case: &Case<'_>, count: usize) -> Result<AccountNumber, Refusal> {
    let full = Refusal::BooksFull { what: "accounts", most: u64::from(AccountNumber::ACCOUNTS_MAX) };
    let first = u32::try_from(case.state.accounts.len()).map_err(|_| full.clone())?;
    let last = u32::try_from(case.state.accounts.len().saturating_add(count).saturating_sub(1))
        .map_err(|_| full.clone())?;
    AccountNumber::from_slot(last).ok_or_else(|| full.clone())?;
    AccountNumber::from_slot(first).ok_or(full)
}
