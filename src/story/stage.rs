//! Where the story is played: the clients, the clock, who is who, and how a step is said.
//!
//! Speaks to the books only through the API, as any client does. Until the network begins every call acts as the
//! local operator; from then on everybody who calls shows a key of their own.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tonic::{Response, Status};
use tonic_types::StatusExt;

use super::served::Served;
use super::{LINE_LETTERS, StoryError, say, show};
use crate::api;
use crate::api::access_service_client::AccessServiceClient;
use crate::api::audit_service_client::AuditServiceClient;
use crate::api::directory_service_client::DirectoryServiceClient;
use crate::api::exchange_service_client::ExchangeServiceClient;
use crate::api::hook_service_client::HookServiceClient;
use crate::api::ledger_service_client::LedgerServiceClient;
use crate::api::redemption_service_client::RedemptionServiceClient;
use crate::client::{Shown, Wire};
use crate::domain::{Amount, Day, KeyText, Reason, RequestId, Timestamp};
use crate::hooks::receiver::Received;
use crate::hooks::signing::Verifier;
use crate::ledger::{Clock, ManualClock};
use crate::words;

/// Below the step and the day.
const INDENT: &str = "                 ";

/// Who looks at balances and has the books verified, once there are keys.
pub const AUDITOR: &str = "Una";

/// An hour in seconds.
pub const HOUR: i64 = 3_600;
/// A minute in seconds.
pub const MINUTE: i64 = 60;

/// Hours on their way: who received, who gave or got it, seconds.
pub type Moving = (&'static str, &'static str, i64);

/// The stage.
pub struct Stage<'a> {
    served: &'a mut Served,
    clock: &'a ManualClock,
    out: &'a mut dyn Write,
    /// Account numbers, check digit included.
    accounts: BTreeMap<&'static str, u32>,
    /// Who people are in the books.
    owners: BTreeMap<&'static str, u32>,
    /// Whose keys there are.
    keys: BTreeMap<&'static str, Shown>,
    /// Numbers in Ashenford's list.
    activities: BTreeMap<&'static str, u32>,
    /// Numbers that a later step needs.
    kept: BTreeMap<&'static str, u64>,
    step: u8,
    requests: u128,
}

impl<'a> Stage<'a> {
    pub fn new(served: &'a mut Served, clock: &'a ManualClock, out: &'a mut dyn Write) -> Self {
        let (accounts, owners) = (BTreeMap::new(), BTreeMap::new());
        let (keys, activities) = (BTreeMap::new(), BTreeMap::new());
        Self {
            served,
            clock,
            out,
            accounts,
            owners,
            keys,
            activities,
            kept: BTreeMap::new(),
            step: 0,
            requests: 0,
        }
    }

    pub fn ledger(&self) -> LedgerServiceClient<Wire> {
        LedgerServiceClient::new(self.wire(AUDITOR))
    }

    pub fn audit(&self) -> AuditServiceClient<Wire> {
        AuditServiceClient::new(self.wire(AUDITOR))
    }

    /// Exchanges, as somebody who has a key.
    pub fn exchanges(&self, who: &'static str) -> ExchangeServiceClient<Wire> {
        ExchangeServiceClient::new(self.wire(who))
    }

    /// The directory, as somebody who has a key.
    pub fn directory(&self, who: &'static str) -> DirectoryServiceClient<Wire> {
        DirectoryServiceClient::new(self.wire(who))
    }

    /// The books, as somebody who has a key.
    pub fn ledger_of(&self, who: &'static str) -> LedgerServiceClient<Wire> {
        LedgerServiceClient::new(self.wire(who))
    }

    /// Hours at the till, as somebody who has a key, or as a till.
    pub fn redemptions(&self, who: &'static str) -> RedemptionServiceClient<Wire> {
        RedemptionServiceClient::new(self.wire(who))
    }

    /// Hooks, as somebody who has a key.
    pub fn hooks(&self, who: &'static str) -> HookServiceClient<Wire> {
        HookServiceClient::new(self.wire(who))
    }

    /// Somewhere on this machine to receive events.
    pub fn ear(&self) -> Result<(TcpListener, SocketAddr), StoryError> {
        self.served.ear()
    }

    /// Receives events there that are signed with a key.
    pub fn receive(&self, listener: TcpListener, key: Verifier) -> mpsc::Receiver<Received> {
        self.served.receive(listener, key)
    }

    /// The same over a line of their own, which is cut before the first answer comes.
    pub fn redemptions_cut_off(
        &self,
        who: &'static str,
    ) -> Result<RedemptionServiceClient<Wire>, StoryError> {
        let shown = self.keys.get(who).cloned().unwrap_or(Shown::NOTHING);
        Ok(RedemptionServiceClient::new(shown.on(self.served.cut_line()?)))
    }

    /// Keys, as somebody who has one.
    pub fn access(&self, who: &'static str) -> AccessServiceClient<Wire> {
        AccessServiceClient::new(self.wire(who))
    }

    /// A connection that shows the key of `who`, once the network has keys.
    fn wire(&self, who: &'static str) -> Wire {
        self.keys.get(who).cloned().unwrap_or(Shown::NOTHING).on(self.served.channel())
    }

    /// The network begins, with the key of its first admin.
    pub fn begin(&mut self, name: &str, admin: &'static str) -> Result<KeyText, StoryError> {
        let key = self.served.begin(name)?;
        self.keys.insert(admin, Shown::key(&key));
        Ok(key)
    }

    /// Somebody has a key.
    pub fn give_key(&mut self, who: &'static str, key: &KeyText) {
        self.keys.insert(who, Shown::key(key));
    }

    /// Gives somebody their number in the books.
    pub fn own(&mut self, name: &'static str, owner: u32) {
        self.owners.insert(name, owner);
    }

    /// Who somebody is in the books; 0 for nobody.
    pub fn owner(&self, name: &'static str) -> u32 {
        self.owners.get(name).copied().unwrap_or_default()
    }

    /// The number of an activity in the list of Ashenford.
    pub fn activity(&self, name: &'static str) -> Result<u32, StoryError> {
        self.activities.get(name).copied().ok_or_else(|| self.otherwise("an activity", "none"))
    }

    /// Keeps a number for a later step.
    pub fn keep(&mut self, what: &'static str, number: u64) {
        self.kept.insert(what, number);
    }

    /// A number that an earlier step kept.
    pub fn kept(&self, what: &'static str) -> Result<u64, StoryError> {
        self.kept.get(what).copied().ok_or_else(|| self.otherwise(what, "nothing was kept"))
    }

    /// Where files beside the books may stand.
    pub fn folder(&self) -> &Path {
        self.served.folder()
    }

    /// A step begins, on a day at a time in UTC; the clock goes there.
    pub fn step(&mut self, step: u8, moment: Timestamp) {
        self.step = step;
        self.clock.advance_to(moment);
    }

    /// What is said at this step.
    pub fn say(&mut self, sentence: &str) -> Result<(), StoryError> {
        let start = format!("{:>3}  {}  ", self.step, self.now().utc_day());
        let options = textwrap::Options::new(LINE_LETTERS).initial_indent(&start).subsequent_indent(INDENT);
        say(self.out, &textwrap::fill(sentence, options))
    }

    /// A line of its own.
    pub fn line(&mut self, text: &str) -> Result<(), StoryError> {
        say(self.out, text)
    }

    /// Something shown below a step.
    pub fn show(&mut self, text: &str) -> Result<(), StoryError> {
        show(self.out, text)
    }

    /// The day of this step.
    pub fn today(&self) -> Day {
        self.now().utc_day()
    }

    /// Whoever has an account: what the story calls them.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.accounts.keys().copied()
    }

    fn now(&self) -> Timestamp {
        self.clock.now().wall
    }

    /// Every request of the story has its own id, the same in every telling.
    pub fn request_id(&mut self) -> String {
        self.requests += 1;
        RequestId::derived(self.requests.to_be_bytes()).to_string()
    }

    /// Waits for an answer; a status ends the story.
    pub fn call<T>(&self, call: impl Future<Output = Result<Response<T>, Status>>) -> Result<T, StoryError> {
        let answer = self.served.answer(call)?.map_err(|status| self.failed(status));
        answer.map(Response::into_inner)
    }

    /// Waits for something that is to come.
    pub fn wait<T>(&self, coming: impl Future<Output = Result<T, Status>>) -> Result<T, StoryError> {
        self.served.answer(coming)?.map_err(|status| self.failed(status))
    }

    /// The sentence of a refusal that the story expects, as the server says it.
    pub fn refused<T>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<String, StoryError> {
        match self.served.answer(call)? {
            Ok(_) => Err(self.otherwise("not done", "it was done")),
            // A refusal names its rule; anything else went wrong.
            Err(status) if status.get_details_error_info().is_some() => Ok(status.message().to_owned()),
            Err(status) => Err(self.failed(status)),
        }
    }

    /// The sentence of a refusal for this reason.
    pub fn refused_for<T>(
        &self,
        reason: Reason,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<String, StoryError> {
        match self.served.answer(call)? {
            Ok(_) => Err(self.otherwise(reason.word(), "it was done")),
            Err(status)
                if status.get_details_error_info().is_some_and(|info| info.reason == reason.word()) =>
            {
                Ok(status.message().to_owned())
            }
            Err(status) => Err(self.failed(status)),
        }
    }

    /// A call to which no answer comes, as the line was cut.
    pub fn unanswered<T>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Result<(), StoryError> {
        match self.served.answer(call)? {
            Ok(_) => Err(self.otherwise("no answer", "one came")),
            Err(status) if status.get_details_error_info().is_some() => Err(self.failed(status)),
            Err(_) => Ok(()),
        }
    }

    fn failed(&self, status: Status) -> StoryError {
        StoryError::Call { step: self.step, source: Box::new(status) }
    }

    /// The entry of a write.
    pub fn written(&self, receipt: Option<api::Receipt>) -> Result<api::Entry, StoryError> {
        let entry = receipt.and_then(|receipt| receipt.entry);
        entry.ok_or_else(|| self.otherwise("a receipt with its entry", "none"))
    }

    /// It was done, and did not wait for anybody: what a person hears of it.
    pub fn done(&self, done: Option<api::Done>) -> Result<Vec<String>, StoryError> {
        let done = done.unwrap_or_default();
        if done.receipt.is_none() {
            return Err(self.otherwise("it is done", format!("{done:?}")));
        }
        Ok(done.sentences)
    }

    /// Gives an account its name in the story.
    pub fn enter(&mut self, name: &'static str, account: u32) {
        self.accounts.insert(name, account);
    }

    /// Gives an activity its number.
    pub fn list(&mut self, activity: &'static str, number: u32) {
        self.activities.insert(activity, number);
    }

    /// The account of somebody the cast names.
    pub fn account(&self, name: &'static str) -> Result<u32, StoryError> {
        let known = self.accounts.get(name).copied();
        known.ok_or_else(|| self.otherwise(format!("{name} has an account"), "nobody of that name"))
    }

    /// What an account has.
    pub fn balance(&self, name: &'static str) -> Result<api::GetBalanceResponse, StoryError> {
        let request = api::GetBalanceRequest {
            account_number: self.account(name)?,
            ..api::GetBalanceRequest::default()
        };
        self.call(self.ledger().get_balance(request))
    }

    /// A balance in words.
    pub fn has(&self, name: &'static str) -> Result<String, StoryError> {
        Ok(words::balance(self.balance(name)?.balance.unwrap_or_default().posted_seconds))
    }

    /// Help given on the day of this step.
    pub fn details(&self) -> api::EntryDetails {
        api::EntryDetails { occurred_on: Some(date(self.now().utc_day())), ..api::EntryDetails::default() }
    }

    /// Hours from one to another.
    pub fn transfer(&self, (debit, credit, seconds): Moving) -> Result<api::Transfer, StoryError> {
        Ok(api::Transfer {
            debit_account_number: self.account(debit)?,
            credit_account_number: self.account(credit)?,
            amount_seconds: seconds,
            ..api::Transfer::default()
        })
    }

    /// Writes down that hours moved.
    pub fn transfers(
        &mut self,
        kind: api::Kind,
        activity: Option<&'static str>,
        moving: &[Moving],
    ) -> Result<api::Entry, StoryError> {
        let activity_number = activity.map_or(Some(0), |activity| self.activities.get(activity).copied());
        let activity_number = activity_number.ok_or_else(|| self.otherwise("an activity", "none"))?;
        let transfers = moving.iter().map(|moving| {
            let transfer = self.transfer(*moving)?;
            Ok(api::Transfer { activity_number, ..transfer })
        });
        let transfers = transfers.collect::<Result<_, StoryError>>()?;
        let request = api::PostEntryRequest {
            request_id: self.request_id(),
            kind: kind.into(),
            transfers,
            details: Some(self.details()),
            ..api::PostEntryRequest::default()
        };
        let answer = self.call(self.ledger().post_entry(request))?;
        self.written(answer.receipt)
    }

    pub fn amount(&self, seconds: i64) -> Result<Amount, StoryError> {
        Amount::new(seconds).ok_or_else(|| self.otherwise("an amount above zero", seconds))
    }

    pub fn otherwise(&self, expected: impl ToString, found: impl ToString) -> StoryError {
        StoryError::Otherwise { step: self.step, expected: expected.to_string(), found: found.to_string() }
    }
}

/// A day as the wire has it.
pub fn date(day: Day) -> api::Date {
    let (year, month, day) = day.calendar();
    api::Date { year: i32::from(year), month: i32::from(month), day: i32::from(day) }
}

/// A moment of the story, in UTC.
pub fn utc(year: i16, month: i8, day: i8, hour: i64, minute: i64) -> Timestamp {
    let days = Day::from_calendar(year, month, day).map_or(0, Day::days);
    Timestamp::from_micros(0).plus_seconds(i64::from(days) * 86_400 + hour * HOUR + minute * MINUTE)
}
