//! Where the story is played: the installation, the clock, who is who, and how a step is said.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use super::StoryError;
use crate::audit::{self, Report, TrialBalance};
use crate::domain::{
    AccountNumber, Action, Amount, Command, Day, Kind, OwnerNumber, Post, RequestId, RequestKey, Scope,
    Timestamp, Transfer,
};
use crate::ledger::{ManualClock, NoReceipt, Receipt};
use crate::network::Network;
use crate::past::{At, Moment, Past};
use crate::seal::{self, Place, Text};
use crate::words;

/// How long a line of the story is.
const LINE_LETTERS: usize = 100;
/// Below the step and the day.
const INDENT: &str = "                 ";

/// An hour in seconds.
pub const HOUR: i64 = 3_600;
/// A minute in seconds.
pub const MINUTE: i64 = 60;

/// Somebody with an account.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// As an owner.
    pub owner: OwnerNumber,
    /// Where their hours are kept.
    pub account: AccountNumber,
}

/// The stage.
pub struct Stage<'a> {
    pub network: Network,
    clock: Arc<ManualClock>,
    out: &'a mut dyn Write,
    parts: BTreeMap<&'static str, Part>,
    /// People who write entries and have no account.
    staff: BTreeMap<&'static str, OwnerNumber>,
    step: u8,
    requests: u128,
}

impl<'a> Stage<'a> {
    pub fn new(network: Network, clock: Arc<ManualClock>, out: &'a mut dyn Write) -> Self {
        Self { network, clock, out, parts: BTreeMap::new(), staff: BTreeMap::new(), step: 0, requests: 0 }
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
        self.print(&textwrap::fill(sentence, options))
    }

    /// Something shown below a step.
    pub fn show(&mut self, text: &str) -> Result<(), StoryError> {
        self.print(&textwrap::indent(text, "     "))
    }

    fn print(&mut self, text: &str) -> Result<(), StoryError> {
        writeln!(self.out, "{}", text.trim_end()).map_err(StoryError::io("printing"))
    }

    pub fn now(&self) -> Timestamp {
        use crate::ledger::Clock;
        self.clock.now().wall
    }

    /// Every request of the story has its own id, the same in every telling.
    pub fn key(&mut self) -> RequestKey {
        self.requests += 1;
        RequestKey { scope: Scope::OPERATOR, id: RequestId::derived(self.requests.to_be_bytes()) }
    }

    pub fn enter(&mut self, name: &'static str, part: Part) {
        self.parts.insert(name, part);
    }

    pub fn hire(&mut self, name: &'static str, owner: OwnerNumber) {
        self.staff.insert(name, owner);
    }

    pub fn part(&self, name: &str) -> Option<Part> {
        self.parts.get(name).copied()
    }

    /// The account of somebody the cast names.
    pub fn account(&self, name: &'static str) -> Result<AccountNumber, StoryError> {
        self.part(name)
            .map(|part| part.account)
            .ok_or_else(|| self.otherwise(format!("{name} is there"), "nobody of that name"))
    }

    /// The number of somebody who writes entries.
    pub fn staff(&self, name: &'static str) -> Result<OwnerNumber, StoryError> {
        let known = self.staff.get(name).copied().or_else(|| self.part(name).map(|part| part.owner));
        known.ok_or_else(|| self.otherwise(format!("{name} is there"), "nobody of that name"))
    }

    /// Who an account belongs to, as the story calls them.
    pub fn name_of(&self, account: AccountNumber) -> String {
        let found = self.parts.iter().find(|(_, part)| part.account == account);
        found.map_or_else(|| format!("account {account}"), |(name, _)| (*name).to_owned())
    }

    /// A balance in words, read from the books.
    pub fn has(&self, name: &'static str) -> Result<String, StoryError> {
        let balance = self.network.ledger.balance(self.account(name)?).unwrap_or_default();
        Ok(words::balance(balance.posted))
    }

    /// A command by `actor`, for help given on the day of this step.
    pub fn command(&mut self, actor: &'static str, action: Action) -> Result<Command, StoryError> {
        let actor = self.staff(actor)?;
        let occurred_on = Some(self.now().utc_day());
        Ok(Command { occurred_on, ..Command::new(self.key(), actor, action) })
    }

    /// Writes a command down.
    pub fn write(&mut self, command: Command) -> Result<Receipt, StoryError> {
        let step = self.step;
        self.network.ledger.post(command).map_err(|source| StoryError::Step { step, source })
    }

    /// Writes down that hours moved: (who received, who gave or got it, seconds).
    pub fn transfers(
        &mut self,
        actor: &'static str,
        kind: Kind,
        activity: Option<u16>,
        who: &[(&'static str, &'static str, i64)],
    ) -> Result<Receipt, StoryError> {
        let mut transfers = smallvec::SmallVec::new();
        for (debit, credit, seconds) in who {
            let mut transfer =
                Transfer::new(self.account(debit)?, self.account(credit)?, self.amount(*seconds)?);
            transfer.people.activity = activity;
            transfers.push(transfer);
        }
        let command = self.command(actor, Action::Post(Post { kind, transfers, ends: None }))?;
        self.write(command)
    }

    pub fn amount(&self, seconds: i64) -> Result<Amount, StoryError> {
        Amount::new(seconds).ok_or_else(|| self.otherwise("an amount above zero", seconds))
    }

    /// The sentence of a refusal that the story expects.
    pub fn refused(&mut self, command: Command) -> Result<String, StoryError> {
        let step = self.step;
        match self.network.ledger.post(command) {
            Err(NoReceipt::Refused(refusal)) => {
                Ok(words::refusal_sentence(&refusal, &|account| self.name_of(account)))
            }
            Err(source) => Err(StoryError::Step { step, source }),
            Ok(receipt) => Err(self.otherwise("not done", format!("entry {}", receipt.entry.sequence))),
        }
    }

    /// Seals a text under the keys of those it concerns.
    pub fn seal(
        &self,
        about: &[OwnerNumber],
        key: &RequestKey,
        text: &Text,
    ) -> Result<Box<[u8]>, StoryError> {
        Ok(seal::seal(&self.network.keyring, about, key, Place::Entry, text)?.into_bytes().into_boxed_slice())
    }

    pub fn trial_balance(&self) -> Result<TrialBalance, StoryError> {
        let past = Past::open(&self.network.ledger, self.network.directory())?;
        Ok(audit::trial_balance(&past, At::Recorded(Moment::After(self.network.ledger.position())))?)
    }

    /// Verifies the books; whatever is wrong ends the story.
    pub fn verify(&self) -> Result<Report, StoryError> {
        let report = audit::verify(&self.network.ledger, &mut |_| {});
        if report.is_clean() { Ok(report) } else { Err(self.otherwise("nothing wrong", report)) }
    }

    pub fn otherwise(&self, expected: impl ToString, found: impl ToString) -> StoryError {
        StoryError::Otherwise { step: self.step, expected: expected.to_string(), found: found.to_string() }
    }
}

/// A moment of the story, in UTC.
pub fn utc(year: i16, month: i8, day: i8, hour: i64, minute: i64) -> Timestamp {
    let days = Day::from_calendar(year, month, day).map_or(0, Day::days);
    Timestamp::from_micros(0).plus_seconds(i64::from(days) * 86_400 + hour * HOUR + minute * MINUTE)
}
