//! What brokers and members do all day, through a real socket, each with a key of their own.

pub mod again;
mod alone;
pub mod around;
mod bookings;
mod caps;
mod choices;
mod closing;
mod crowd;
mod grants;
mod lengths;
mod members;
mod neighbours;
mod overtaken;
mod pots;
mod random;
mod silence;
mod slips;
mod spending;
mod statements;
mod story;

use std::collections::BTreeMap;
use std::sync::Arc;

use hourbook::api::{self, entry::Action as Did};
use hourbook::ledger::ManualClock;
use hourbook::server::Options;
use tonic::{Response, Status};

use crate::access::{Office, folder, with};
use crate::support::served::{Served, floor, fresh};
use crate::support::{HOUR, START};

/// Two banks that agreed on 3 hours each way, their people, and keys for those who have one.
pub struct Town {
    pub served: Served,
    pub admin: String,
    /// Of both banks: opens accounts and writes what was before.
    integration: String,
    keys: BTreeMap<&'static str, String>,
    owners: BTreeMap<&'static str, u32>,
    accounts: BTreeMap<&'static str, u32>,
    folder: tempfile::TempDir,
}

macro_rules! calls {
    ($($service:ident $call:ident $request:ident $answer:ident),* $(,)?) => { $(
        pub fn $call(&self, key: &str, request: api::$request) -> Result<api::$answer, Status> {
            let request = with(self.key(key), request);
            self.served.block_on(self.served.$service().$call(request)).map(Response::into_inner)
        }
    )* };
}

impl Town {
    calls! {
        keys create_key CreateKeyRequest CreateKeyResponse,
        keys revoke_key RevokeKeyRequest RevokeKeyResponse,
        keys rotate_key RotateKeyRequest RotateKeyResponse,
        exchanges record_exchange RecordExchangeRequest RecordExchangeResponse,
        exchanges record_exchanges RecordExchangesRequest RecordExchangesResponse,
        exchanges propose_exchange ProposeExchangeRequest ProposeExchangeResponse,
        exchanges confirm_exchange ConfirmExchangeRequest ConfirmExchangeResponse,
        exchanges reject_exchange RejectExchangeRequest RejectExchangeResponse,
        exchanges dispute_exchange DisputeExchangeRequest DisputeExchangeResponse,
        exchanges resolve_dispute ResolveDisputeRequest ResolveDisputeResponse,
        exchanges record_group_exchange RecordGroupExchangeRequest RecordGroupExchangeResponse,
        exchanges book_hours BookHoursRequest BookHoursResponse,
        exchanges take_booking TakeBookingRequest TakeBookingResponse,
        exchanges cancel_booking CancelBookingRequest CancelBookingResponse,
        exchanges credit_member CreditMemberRequest CreditMemberResponse,
        exchanges grant_from_pot GrantFromPotRequest GrantFromPotResponse,
        exchanges claim_from_pot ClaimFromPotRequest ClaimFromPotResponse,
        exchanges set_clearing_cap SetClearingCapRequest SetClearingCapResponse,
        exchanges gift GiftRequest GiftResponse,
        exchanges donate DonateRequest DonateResponse,
        exchanges transfer_between_banks TransferBetweenBanksRequest TransferBetweenBanksResponse,
        exchanges get_net_position GetNetPositionRequest GetNetPositionResponse,
        exchanges put_right PutRightRequest PutRightResponse,
        exchanges list_waiting ListWaitingRequest ListWaitingResponse,
        exchanges approve ApproveRequest ApproveResponse,
        exchanges decline DeclineRequest DeclineResponse,
        directory create_person CreatePersonRequest CreatePersonResponse,
        keys who_am_i WhoAmIRequest WhoAmIResponse,
        directory link_identity LinkIdentityRequest LinkIdentityResponse,
        directory set_venue SetVenueRequest SetVenueResponse,
        directory set_till SetTillRequest SetTillResponse,
        directory close_till CloseTillRequest CloseTillResponse,
        directory close_member CloseMemberRequest CloseMemberResponse,
        directory set_member_standing SetMemberStandingRequest SetMemberStandingResponse,
        directory set_representative SetRepresentativeRequest SetRepresentativeResponse,
        directory erase_member EraseMemberRequest EraseMemberResponse,
        directory get_person GetPersonRequest GetPersonResponse,
        directory update_person UpdatePersonRequest UpdatePersonResponse,
        directory get_record_of_help GetRecordOfHelpRequest GetRecordOfHelpResponse,
        directory pause_member PauseMemberRequest PauseMemberResponse,
        directory lock_period LockPeriodRequest LockPeriodResponse,
        directory issue_card IssueCardRequest IssueCardResponse,
        directory set_pin SetPinRequest SetPinResponse,
        directory replace_card ReplaceCardRequest ReplaceCardResponse,
        directory block_card BlockCardRequest BlockCardResponse,
        directory open_pot OpenPotRequest OpenPotResponse,
        directory export_member ExportMemberRequest ExportMemberResponse,
        directory set_standing_group SetStandingGroupRequest SetStandingGroupResponse,
        directory end_standing_group EndStandingGroupRequest EndStandingGroupResponse,
        directory list_standing_groups ListStandingGroupsRequest ListStandingGroupsResponse,
        directory set_bank_policy SetBankPolicyRequest SetBankPolicyResponse,
        directory get_bank_policy GetBankPolicyRequest GetBankPolicyResponse,
        ledger get_balance GetBalanceRequest GetBalanceResponse,
        ledger add_activities AddActivitiesRequest AddActivitiesResponse,
        ledger get_entry GetEntryRequest GetEntryResponse,
        ledger list_statement ListStatementRequest ListStatementResponse,
        ledger open_bank OpenBankRequest OpenBankResponse,
        ledger open_clearing OpenClearingRequest OpenClearingResponse,
        ledger open_account OpenAccountRequest OpenAccountResponse,
        ledger set_limits SetLimitsRequest SetLimitsResponse,
        ledger close_account CloseAccountRequest CloseAccountResponse,
        ledger register_owners RegisterOwnersRequest RegisterOwnersResponse,
        ledger capture_hold CaptureHoldRequest CaptureHoldResponse,
        ledger void_hold VoidHoldRequest VoidHoldResponse,
        ledger reverse_entry ReverseEntryRequest ReverseEntryResponse,
        ledger post_entry PostEntryRequest PostEntryResponse,
    }

    /// Ashenford (1) and Quillmere (2), broker Tobias, and lead Una of the network; quarter hours, rounded up.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same, its server with other options.
    pub fn with(change: fn(&mut Options)) -> Self {
        let folder = folder();
        let (office, admin) = Office::begun(folder.path());
        drop(office);
        let served = Served::in_folder(folder.path(), Arc::new(ManualClock::new(START)), change);
        let mut town = Self {
            served,
            admin,
            integration: String::new(),
            keys: BTreeMap::new(),
            owners: BTreeMap::new(),
            accounts: BTreeMap::new(),
            folder,
        };
        for (name, pot, issuance) in
            [("Ashenford", "A pot", "A created"), ("Quillmere", "Q pot", "Q created")]
        {
            town.bank(name, (pot, issuance));
        }
        let pair = api::OpenClearingRequest {
            request_id: fresh(),
            first_bank_number: 1,
            second_bank_number: 2,
            first_may_owe_seconds: 3 * HOUR,
            second_may_owe_seconds: 3 * HOUR,
            validate_only: false,
        };
        let opened = town.open_clearing("admin", pair).unwrap().receipt.unwrap().entry.unwrap();
        let Some(Did::ClearingOpened(pair)) = opened.action else { panic!() };
        town.accounts.insert("A between", pair.first_account_number);
        town.accounts.insert("Q between", pair.second_account_number);
        town.integration = town.key_of(api::Role::Integration, vec![1, 2], 0);
        for (name, role, banks) in
            [("Tobias", api::Role::Broker, vec![1]), ("Una", api::Role::Lead, Vec::new())]
        {
            let holder = town.staff(name, 1);
            let key = town.key_of(role, banks, holder);
            town.keys.insert(name, key);
        }
        town
    }

    /// One more bank.
    pub fn bank(&mut self, name: &'static str, (pot, issuance): (&'static str, &'static str)) -> u32 {
        let request = api::OpenBankRequest {
            request_id: fresh(),
            owner_number: self.owner(name),
            name: name.into(),
            time_zone: "Europe/London".into(),
            issuance_limits: Some(floor(-1_000)),
            ..Default::default()
        };
        let opened = self.open_bank("admin", request).unwrap();
        let Some(Did::BankOpened(bank)) = opened.receipt.unwrap().entry.unwrap().action else { panic!() };
        self.accounts.insert(pot, bank.pot_account_number);
        self.accounts.insert(issuance, bank.issuance_account_number);
        bank.bank_number
    }

    /// Where the books are.
    pub fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The same books, served with other options.
    pub fn reopened(&mut self, change: impl FnOnce(&mut hourbook::server::Options)) {
        self.served.end().unwrap();
        let clock = Arc::clone(&self.served.clock);
        self.served = Served::in_folder(self.folder.path(), clock, change);
    }

    /// Makes a key.
    fn key_of(&self, role: api::Role, bank_numbers: Vec<u32>, holder_owner_number: u32) -> String {
        let request = api::CreateKeyRequest {
            request_id: fresh(),
            role: role.into(),
            reach: Some(api::Reach {
                // A lead is one of a bank, or of the network.
                whole_network: bank_numbers.is_empty(),
                bank_numbers,
                ..Default::default()
            }),
            name: "made".into(),
            holder_owner_number,
            expires_at: (role == api::Role::Auditor).then_some(prost_types::Timestamp {
                seconds: START.micros() / 1_000_000 + 1_000_000,
                nanos: 0,
            }),
            ..Default::default()
        };
        self.served
            .block_on(self.served.access(Some(&self.admin)).create_key(request))
            .unwrap()
            .into_inner()
            .key
    }

    pub fn key(&self, who: &str) -> &str {
        match who {
            "admin" => &self.admin,
            "integration" => &self.integration,
            who => self.keys.get(who).unwrap_or_else(|| panic!("{who} has no key")),
        }
    }

    /// A key for somebody who owns accounts.
    pub fn give_key(&mut self, who: &'static str, role: api::Role) {
        let key = self.key_of(role, vec![1], self.owners[who]);
        self.keys.insert(who, key);
    }

    /// One more key for `holder`, kept as `name`'s.
    pub fn give_another_key(&mut self, name: &'static str, holder: &str, role: api::Role) {
        let key = self.key_of(role, vec![1], self.owners[holder]);
        self.keys.insert(name, key);
    }

    /// One more broker, who owns nothing.
    pub fn broker(&mut self, who: &'static str) {
        self.broker_of(1, who);
    }

    /// One more broker of a bank.
    pub fn broker_of(&mut self, bank_number: u32, who: &'static str) {
        let holder = self.staff(who, bank_number);
        self.keep_key(who, self.key_of(api::Role::Broker, vec![bank_number], holder));
    }

    /// `who` comes with this key.
    pub fn keep_key(&mut self, who: &'static str, key: String) {
        self.keys.insert(who, key);
    }

    /// Somebody new who works for a bank: their number.
    pub fn staff(&mut self, who: &'static str, bank_number: u32) -> u32 {
        let request = api::CreatePersonRequest {
            request_id: fresh(),
            bank_number,
            kind: api::PersonKind::Staff.into(),
            profile: Some(api::Profile { name: who.into(), ..Default::default() }),
            ..Default::default()
        };
        let owner = self.create_person("admin", request).unwrap().owner_number;
        self.owners.insert(who, owner);
        owner
    }

    /// A number for somebody new.
    pub fn owner(&mut self, who: &'static str) -> u32 {
        let request = api::RegisterOwnersRequest { request_id: fresh(), count: 1, ..Default::default() };
        let entry = self.register_owners("admin", request).unwrap().receipt.unwrap().entry.unwrap();
        let Some(Did::OwnersRegistered(owners)) = entry.action else { panic!() };
        self.owners.insert(who, owners.first_owner_number);
        owners.first_owner_number
    }

    /// Somebody new in bank 1, whose account may go so many hours below zero.
    pub fn member(&mut self, who: &'static str, floor_hours: i64) -> u32 {
        self.owner(who);
        self.account(who, (1, api::AccountKind::Member), who, floor_hours)
    }

    /// An account of an owner, called `name`: friendly notes from −3 hours.
    pub fn account(
        &mut self,
        name: &'static str,
        (bank_number, kind): (u32, api::AccountKind),
        of: &'static str,
        floor_hours: i64,
    ) -> u32 {
        let limits = api::Limits {
            floor_seconds: Some(floor_hours * HOUR),
            warn_below_seconds: Some(-3 * HOUR),
            ..Default::default()
        };
        let account = api::NewAccount {
            bank_number,
            kind: kind.into(),
            owner_number: self.owners[of],
            label: of.into(),
            limits: Some(limits),
        };
        let request =
            api::OpenAccountRequest { request_id: fresh(), account: Some(account), validate_only: false };
        let entry = self.open_account("integration", request).unwrap().receipt.unwrap().entry.unwrap();
        let Some(Did::AccountsOpened(opened)) = entry.action else { panic!() };
        self.accounts.insert(name, opened.account_numbers[0]);
        opened.account_numbers[0]
    }

    pub fn owner_number(&self, name: &str) -> u32 {
        self.owners[name]
    }

    /// Una opens a pot of bank 1: its account.
    pub fn opened_pot(
        &self,
        opens: api::PotOpens,
        broker_line_seconds: i64,
        last_day: Option<api::Date>,
    ) -> Result<u32, Status> {
        let request = api::OpenPotRequest {
            request_id: fresh(),
            bank_number: 1,
            purpose: "warm rooms".into(),
            opens: opens.into(),
            broker_line_seconds,
            last_day,
            ..Default::default()
        };
        self.open_pot("Una", request).map(|answer| answer.account_number)
    }

    /// An hour or more of `giver`, booked for 9 May by `receiver`.
    pub fn booking(&self, giver: &str, receiver: &str, seconds: i64) -> api::BookHoursRequest {
        api::BookHoursRequest {
            request_id: fresh(),
            giver_account_number: self.of(giver),
            receiver_account_number: self.of(receiver),
            length: of_seconds(seconds),
            day: Some(day(5, 9)),
            ..Default::default()
        }
    }

    pub fn of(&self, name: &str) -> u32 {
        *self.accounts.get(name).unwrap_or_else(|| panic!("{name} has no account"))
    }

    pub fn posted(&self, name: &str) -> i64 {
        self.balance(name).posted_seconds
    }

    pub fn held(&self, name: &str) -> i64 {
        self.balance(name).held_seconds.unwrap()
    }

    fn balance(&self, name: &str) -> api::Balance {
        let request = api::GetBalanceRequest { account_number: self.of(name), ..Default::default() };
        self.get_balance("Una", request).unwrap().balance.unwrap()
    }

    /// The numbers of all accounts.
    pub fn accounts(&self) -> Vec<u32> {
        self.accounts.values().copied().collect()
    }

    /// The names of everybody.
    pub fn names(&self) -> Vec<&'static str> {
        self.owners.keys().copied().collect()
    }

    /// The newest entry.
    pub fn position(&self) -> u64 {
        let request = api::GetBalanceRequest { account_number: self.of("A pot"), ..Default::default() };
        self.get_balance("Una", request).unwrap().sequence
    }

    /// Hours made, so that these accounts of a bank stand where they are said to.
    pub fn begin_with(&self, created: &str, balances: &[(&str, i64)]) {
        let made = self.of(created);
        let transfers = balances.iter().map(|(name, seconds)| {
            let (debit, credit) = if *seconds > 0 { (made, self.of(name)) } else { (self.of(name), made) };
            crate::support::served::transfer(debit, credit, seconds.abs())
        });
        let request = api::PostEntryRequest {
            request_id: fresh(),
            kind: api::Kind::Opening.into(),
            transfers: transfers.collect(),
            ..Default::default()
        };
        self.post_entry("integration", request).unwrap();
    }

    /// Help that `giver` gave `receiver`, of so many seconds.
    pub fn helped(
        &self,
        giver: &str,
        receiver: &str,
        seconds: i64,
        day: api::Date,
    ) -> api::RecordExchangeRequest {
        api::RecordExchangeRequest {
            request_id: fresh(),
            giver_account_number: self.of(giver),
            receiver_account_number: self.of(receiver),
            length: of_seconds(seconds),
            occurred_on: Some(day),
            ..Default::default()
        }
    }

    /// The same, as one side says it.
    pub fn said(
        &self,
        (giver, receiver): (&str, &str),
        said_by: api::Side,
        seconds: i64,
        day: api::Date,
    ) -> api::ProposeExchangeRequest {
        api::ProposeExchangeRequest {
            request_id: fresh(),
            giver_account_number: self.of(giver),
            receiver_account_number: self.of(receiver),
            said_by: said_by.into(),
            length: of_seconds(seconds),
            occurred_on: Some(day),
            ..Default::default()
        }
    }

    /// Records it, and gives its number.
    pub fn recorded(&self, key: &str, request: api::RecordExchangeRequest) -> u64 {
        number(&self.record_exchange(key, request).unwrap().done.unwrap())
    }

    /// Proposes it, and gives its number.
    pub fn proposed(&self, key: &str, request: api::ProposeExchangeRequest) -> u64 {
        sequence(&self.propose_exchange(key, request).unwrap().receipt)
    }
}

pub fn of_seconds(amount_seconds: i64) -> Option<api::Length> {
    Some(api::Length { amount_seconds, typed: String::new() })
}

pub fn typed(text: &str) -> Option<api::Length> {
    Some(api::Length { amount_seconds: 0, typed: text.into() })
}

/// A day of 2026.
pub fn day(month: i32, day: i32) -> api::Date {
    api::Date { year: 2026, month, day }
}

pub fn sequence(receipt: &Option<api::Receipt>) -> u64 {
    receipt.as_ref().unwrap().entry.as_ref().unwrap().sequence
}

/// What was written.
pub fn entry_of(done: &api::Done) -> api::Entry {
    done.receipt.as_ref().unwrap().entry.clone().unwrap()
}

/// The number of what was written.
pub fn number(done: &api::Done) -> u64 {
    assert_eq!(done.waiting_number, 0, "{done:?}");
    sequence(&done.receipt)
}

/// The number under which something waits.
pub fn waits(done: Option<api::Done>) -> u64 {
    let done = done.unwrap();
    assert!(done.receipt.is_none() && done.waiting_number > 0, "{done:?}");
    done.waiting_number
}

/// Why something is not done.
pub fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    crate::service::hostile::named(&answer.unwrap_err())
}

pub fn approve_it(waiting_number: u64) -> api::ApproveRequest {
    api::ApproveRequest { request_id: fresh(), waiting_number, ..Default::default() }
}
