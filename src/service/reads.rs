//! Reading the books for callers: accounts, banks, holds, entries, statements. Blocking.

use super::answers;
use super::fields;
use super::installation::{Installation, unreadable};
use super::not_done::NotDone;
use super::pages::Page;
use crate::access::{Allowed, Words};
use crate::api;
use crate::directory::Names;
use crate::directory::names::Name;
use crate::domain::{
    AccountKind, AccountNumber, Action, BankNumber, Entry, Opened, OwnerNumber, Refusal, RequestKey, Sequence,
};
use crate::ledger::books::limits_set_by;
use crate::ledger::state::{Bank, OpenHold};
use crate::ledger::{AccountView, HoldStanding};
use crate::words::statement;

/// Accounts looked at for one page: a filter that fits few gets shorter pages, not a longer wait.
const ACCOUNTS_LOOKED_AT_MAX: usize = 100_000;
/// Changes of an account's standing in one answer.
const HISTORY_MAX: usize = 100;

impl Installation {
    /// ListBanks.
    pub fn list_banks(
        &self,
        allowed: &Allowed,
        request: api::ListBanksRequest,
    ) -> Result<api::ListBanksResponse, NotDone> {
        let page = Page::read(request.page_size, &request.page_token, "banks")?;
        let after = u32::try_from(page.after.unwrap_or_default()).unwrap_or(u32::MAX);
        let mut found =
            self.network.ledger.views().banks(BankNumber::new(after), page.size.saturating_add(1));
        let more = found.len() > page.size;
        found.truncate(page.size);
        let last = found.last().map_or(0, |(number, _)| u64::from(number.get()));
        let next_page_token = if more { page.token_after(last) } else { String::new() };
        found.retain(|(number, _)| allowed.sees_bank(*number));
        let mut names = self.names();
        let banks = found.into_iter().map(|(number, bank)| self.bank(number, &bank, &mut names));
        Ok(api::ListBanksResponse { banks: banks.collect::<Result<_, _>>()?, next_page_token })
    }

    fn bank(&self, number: BankNumber, bank: &Bank, names: &mut Names<'_>) -> Result<api::Bank, NotDone> {
        let name = names.bank(number).map_err(unreadable)?;
        let issuance = AccountNumber::from_slot(bank.pot.slot().saturating_add(1));
        Ok(api::Bank {
            bank_number: number.get(),
            owner_number: bank.owner.get(),
            name: if let Name::Known(name) = name { name } else { String::new() },
            time_zone: self.zone_name(bank)?,
            pot_account_number: bank.pot.printed(),
            issuance_account_number: issuance.map_or(0, AccountNumber::printed),
            opened_sequence: bank.opened.get(),
        })
    }

    fn zone_name(&self, bank: &Bank) -> Result<String, NotDone> {
        let entry = self.network.ledger.books().durable(bank.opened).map_err(unreadable)?;
        let Some(Action::OpenBank(opened)) = entry.map(|entry| entry.command.action) else {
            return Ok(String::new());
        };
        Ok(opened.time_zone.into())
    }

    /// GetAccount.
    pub fn get_account(
        &self,
        allowed: &Allowed,
        request: api::GetAccountRequest,
    ) -> Result<api::GetAccountResponse, NotDone> {
        let number = fields::account("account_number", request.account_number)?;
        let most = usize::try_from(request.history_size).ok().filter(|most| *most <= HISTORY_MAX);
        let most = most.ok_or_else(|| NotDone::bad("history_size", "from 0 to 100"))?;
        let view = self.account_in_reach(allowed, number)?;
        let books = self.network.ledger.books();
        let limits = books.limits(number).map_err(unreadable)?.map(answers::limits);
        let history = books.standing_history(number, most).map_err(unreadable)?;
        let account = self.account(allowed, number, &view, &mut self.names())?;
        Ok(api::GetAccountResponse {
            account: Some(api::Account { limits, ..account }),
            history: history.iter().map(|entry| standing_change(entry, number, &view)).collect(),
        })
    }

    fn account(
        &self,
        allowed: &Allowed,
        number: AccountNumber,
        view: &AccountView,
        names: &mut Names<'_>,
    ) -> Result<api::Account, NotDone> {
        let is_told = allowed.sees_names();
        let name = if is_told { names.label(number, view).map_err(unreadable)? } else { Name::None };
        let balance = self.network.ledger.balance(number).unwrap_or_default();
        let is_pot = view.kind == AccountKind::Pot;
        Ok(api::Account {
            pot: if is_pot { self.pot_terms(allowed, number)? } else { None },
            account_number: number.printed(),
            bank_number: view.bank.get(),
            kind: i32::from(view.kind.number()).saturating_add(1),
            owner_number: view.owner.get(),
            label_is_gone: name == Name::Gone,
            label: if let Name::Known(label) = name { label } else { String::new() },
            standing: answers::standing(view.standing).into(),
            standing_sequence: view.standing_entry.get(),
            limits: None,
            balance: Some(api::Balance { posted_seconds: balance.posted, held_seconds: Some(balance.held) }),
        })
    }

    /// ListAccounts.
    pub fn list_accounts(
        &self,
        allowed: &Allowed,
        request: api::ListAccountsRequest,
    ) -> Result<api::ListAccountsResponse, NotDone> {
        let kind = fields::account_kind_or_any("kind", request.kind)?;
        let (bank, owner) = (fields::bank_or_any(request.bank_number), fields::person(request.owner_number));
        let question = format!("accounts {bank:?} {kind:?} {owner:?}");
        let page = Page::read(request.page_size, &request.page_token, &question)?;
        let from = u32::try_from(page.after.unwrap_or_default()).unwrap_or(u32::MAX);
        let fits = |view: &AccountView| {
            allowed.sees_account(view.bank, view.kind, view.owner)
                && bank.is_none_or(|bank| view.bank == bank)
                && kind.is_none_or(|kind| view.kind == kind)
                && owner.is_none_or(|owner| view.owner == owner)
        };
        let views = self.network.ledger.views();
        let (found, next) = views.accounts(from, fits, page.size, ACCOUNTS_LOOKED_AT_MAX);
        let mut names = self.names();
        let accounts = found.iter().map(|(number, view)| self.account(allowed, *number, view, &mut names));
        Ok(api::ListAccountsResponse {
            accounts: accounts.collect::<Result<_, _>>()?,
            next_page_token: next.map_or_else(String::new, |next| page.token_after(u64::from(next))),
        })
    }

    /// GetHold.
    pub fn get_hold(
        &self,
        allowed: &Allowed,
        request: api::GetHoldRequest,
    ) -> Result<api::GetHoldResponse, NotDone> {
        let number = fields::sequence("hold_sequence", request.hold_sequence)?;
        let ledger = &self.network.ledger;
        let sequence = ledger.position();
        let standing = ledger.books().hold(number).map_err(unreadable)?;
        let standing = standing.ok_or_else(|| self.refused(&Refusal::HoldNotFound(number)))?;
        let entry = ledger.books().durable(number).map_err(unreadable)?;
        let Some(Entry { command: crate::domain::Command { action: Action::Hold(hold), .. }, .. }) = entry
        else {
            return Err(self.refused(&Refusal::HoldNotFound(number)));
        };
        let (state, left, ended_by) = match standing {
            HoldStanding::Open { left } => (api::HoldState::Open, left, Sequence::ZERO),
            HoldStanding::Resolved(by) => (api::HoldState::Resolved, 0, by),
            HoldStanding::Expired(by) => (api::HoldState::Expired, 0, by),
        };
        let amount = hold.transfers.first().map_or(0, |first| first.amount.seconds());
        // Between two banks each sees the transfer in its own.
        let sides = hold.transfers.iter().map(|transfer| [transfer.debit, transfer.credit]);
        let sides: Vec<AccountNumber> =
            sides.filter(|sides| self.sees_a_side(allowed, sides)).flatten().collect();
        if sides.is_empty() {
            return Err(self.refused(&Refusal::HoldNotFound(number)));
        }
        let hold = api::Hold {
            hold_sequence: number.get(),
            state: state.into(),
            amount_seconds: amount,
            left_seconds: left,
            account_numbers: self.numbers_as_seen(allowed, &sides),
            deadline: Some(answers::timestamp(hold.deadline)),
            at_deadline: answers::at_deadline(hold.at_deadline).into(),
            kind: answers::kind(Some(hold.kind)),
            ended_by_sequence: ended_by.get(),
        };
        Ok(api::GetHoldResponse { hold: Some(hold), sequence: sequence.get() })
    }

    /// ListHolds.
    pub fn list_holds(
        &self,
        allowed: &Allowed,
        request: api::ListHoldsRequest,
    ) -> Result<api::ListHoldsResponse, NotDone> {
        let account = fields::account_or_any("account_number", request.account_number)?;
        account.map_or(Ok(()), |account| self.account_in_reach(allowed, account).map(drop))?;
        let page = Page::read(request.page_size, &request.page_token, &format!("holds {account:?}"))?;
        let after = Sequence::new(page.after.unwrap_or_default());
        let views = self.network.ledger.views();
        let mut found = views.open_holds(account, after, page.size.saturating_add(1));
        let more = found.len() > page.size;
        found.truncate(page.size);
        let last = found.last().map_or(0, |(hold, _)| hold.get());
        let seen = found.iter().filter_map(|(hold, open)| {
            let sides = open.sides.iter().map(|sides| [sides.debit, sides.credit]);
            let sides = sides.filter(|sides| self.sees_a_side(allowed, sides)).flatten().collect::<Vec<_>>();
            (!sides.is_empty()).then(|| open_hold(*hold, open, self.numbers_as_seen(allowed, &sides)))
        });
        Ok(api::ListHoldsResponse {
            holds: seen.collect(),
            next_page_token: if more { page.token_after(last) } else { String::new() },
        })
    }

    fn numbers_as_seen(&self, allowed: &Allowed, accounts: &[AccountNumber]) -> Vec<u32> {
        accounts.iter().map(|account| self.number_as_seen(allowed, *account)).collect()
    }

    /// GetEntry.
    pub fn get_entry(
        &self,
        allowed: &Allowed,
        request: api::GetEntryRequest,
    ) -> Result<api::GetEntryResponse, NotDone> {
        let sequence = fields::sequence("sequence", request.sequence)?;
        let entry = self.network.ledger.books().entry(sequence).map_err(unreadable)?;
        let entry = entry.filter(|entry| self.sees_entry(allowed, entry));
        let entry = entry.ok_or_else(|| self.refused(&Refusal::EntryNotFound(sequence)))?;
        let entry = self.as_seen(allowed, answers::entry(&entry, &self.names()));
        Ok(api::GetEntryResponse { sentences: self.who_stands_behind(allowed, &entry), entry: Some(entry) })
    }

    /// FindEntry.
    pub fn find_entry(
        &self,
        allowed: &Allowed,
        request: api::FindEntryRequest,
    ) -> Result<api::FindEntryResponse, NotDone> {
        let key = fields::request_key(&request.request_id)?;
        let key = RequestKey { scope: allowed.caller().scope, ..key };
        let entry = self.network.ledger.find(key).map_err(|error| self.not_done(error))?;
        // What one did oneself is one's own, also where it names no account: owners, keys.
        let own = allowed.caller().holder;
        let entry = entry.filter(|entry| entry.command.actor == own || self.sees_entry(allowed, entry));
        let entry = entry.ok_or_else(|| NotDone::no_entry_of(key.id))?;
        let entry = self.as_seen(allowed, answers::entry(&entry, &self.names()));
        Ok(api::FindEntryResponse { sentences: self.who_stands_behind(allowed, &entry), entry: Some(entry) })
    }

    /// What somebody is called in the middle of a sentence.
    pub fn called(&self, names: &mut Names<'_>, owner: OwnerNumber) -> String {
        let known = self.directory.known();
        let account = known.people.person(owner).and_then(|person| person.accounts.first());
        let account = account.map(|account| account.number);
        drop(known); // Names are read from the disk.
        names.person_in_a_sentence(owner, account)
    }

    /// Who allowed an entry to pass a limit and who was the second person, in words; of an entry as it is seen.
    fn who_stands_behind(&self, allowed: &Allowed, seen: &api::Entry) -> Vec<String> {
        let Some(details) = &seen.details else { return Vec::new() };
        let mut names = self.names();
        let mut name = |number: u32| {
            let owner = OwnerNumber::new(number);
            let is_named = allowed.words() == Words::All;
            if is_named { self.called(&mut names, owner) } else { format!("person {owner}") }
        };
        let reason = Some(details.reason.as_str()).filter(|reason| !reason.is_empty());
        let allowed_by =
            (details.allowed_by > 0).then(|| statement::allowed_by(&name(details.allowed_by), reason));
        let approved_by =
            (details.second_person > 0).then(|| statement::approved_by(&name(details.second_person)));
        allowed_by.into_iter().chain(approved_by).collect()
    }
}

fn open_hold(hold: Sequence, open: &OpenHold, account_numbers: Vec<u32>) -> api::Hold {
    api::Hold {
        hold_sequence: hold.get(),
        state: api::HoldState::Open.into(),
        amount_seconds: open.amount,
        left_seconds: open.left,
        account_numbers,
        deadline: Some(answers::timestamp(open.deadline)),
        at_deadline: answers::at_deadline(open.at_deadline).into(),
        kind: answers::kind(Some(open.kind)),
        ended_by_sequence: 0,
    }
}

fn standing_change(entry: &Entry, number: AccountNumber, view: &AccountView) -> api::StandingChange {
    let closed = matches!(entry.command.action, Action::Close(_)) && entry.outcome.opened == Opened::Nothing;
    api::StandingChange {
        sequence: entry.sequence.get(),
        recorded_at: Some(answers::timestamp(entry.recorded_at)),
        limits: limits_set_by(entry, number, view.kind).map(answers::limits),
        standing: if closed { api::Standing::Closed } else { api::Standing::Open }.into(),
    }
}
