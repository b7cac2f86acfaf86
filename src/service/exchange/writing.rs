//! The way of a request of brokers and members: judged by what is in force, written, or kept for a second person.

use super::words;
use crate::access::{Allowed, Caller, Capacity, Role};
use crate::api;
use crate::domain::{AccountNumber, BankNumber, Command, Entry, RequestKey, Sequence};
use crate::exchange::plan::{Plan, Said};
use crate::exchange::sight::{Rank, Sight};
use crate::exchange::{Refusal, waiting};
use crate::ledger::{Detail, Mode, Receipt, Repeated};
use crate::seal::Text;
use crate::service::asked::{Asked, act_as};
use crate::service::fields;
use crate::service::installation::{Installation, nobody_forgotten, unreadable};
use crate::service::not_done::NotDone;

/// A request's id and whether it is meant.
#[derive(Clone, Copy)]
pub struct Id {
    /// In its caller's scope.
    pub key: RequestKey,
    /// Whether it is written down.
    pub mode: Mode,
}

impl Id {
    /// Reads both.
    pub fn read(allowed: &Allowed, text: &str, validate_only: bool) -> Result<Self, NotDone> {
        let key = RequestKey { scope: allowed.caller().scope, ..fields::request_key(text)? };
        Ok(Self { key, mode: if validate_only { Mode::ValidateOnly } else { Mode::Write } })
    }
}

/// What was written.
pub struct Done {
    /// The entry, or the note in which it waits.
    pub receipt: Receipt,
    /// Whether it waits.
    pub waits: bool,
}

impl Installation {
    /// What `caller` sees of the books and their people now, as `known` has them.
    fn sight<'a>(&'a self, caller: &Caller, known: &'a crate::directory::Known) -> Sight<'a> {
        let rank = match caller.capacity {
            Capacity::LocalOperator | Capacity::Role(Role::Lead | Role::Admin) => Rank::Lead,
            Capacity::Role(Role::Broker) => Rank::Broker,
            Capacity::Role(
                Role::Member
                | Role::Till
                | Role::Partner
                | Role::Auditor
                | Role::Reporter
                | Role::Integration,
            ) => Rank::Member,
        };
        let now = self.access.now();
        Sight { views: self.network.ledger.views(), known, actor: caller.holder, rank, now }
    }

    /// Judges and writes. What this id did before is its answer, whatever the rules say by now.
    pub(in crate::service) fn exchange<T>(
        &self,
        allowed: &Allowed,
        id: Id,
        bank: BankNumber,
        plan: impl FnOnce(&Sight<'_>) -> Result<(Plan, T), Refusal>,
    ) -> Result<(Done, Option<T>), NotDone> {
        let known = self.directory.known();
        let sight = self.sight(allowed.caller(), &known);
        let planned = plan(&sight).and_then(|(plan, with)| {
            let Some(cause) = plan.waits_for else { return Ok((plan, with, false)) };
            Ok((waiting::kept(&plan, bank, sight.actor, cause)?, with, true))
        });
        let (plan, with, waits) = match planned {
            Ok(planned) => planned,
            Err(refusal) => {
                let before = self.network.ledger.find(id.key).map_err(|error| self.not_done(error))?;
                let Some(entry) = before else { return Err(self.not_exchanged(&refusal)) };
                let waits = is_kept(&entry);
                return Ok((Done { receipt: Receipt { entry, repeated: Repeated::Yes }, waits }, None));
            }
        };
        let mut asked = asked(id, plan);
        act_as(&mut asked.command, allowed.caller());
        asked.command.check()?;
        self.within_reach(allowed, &asked.command)?;
        if let Some(owner) = self.seal(&mut asked)? {
            return Err(nobody_forgotten(owner));
        }
        let ticket = self.network.ledger.submit(vec![asked.command], asked.mode, Detail::Outcomes);
        let ticket = ticket.map_err(|error| self.not_done(error))?;
        // It has its place before whatever the directory changes next.
        drop(known);
        let decided = ticket.wait().and_then(|decided| decided.each().next());
        let (command, decision) = decided.ok_or_else(|| self.gone())?;
        Ok((Done { receipt: self.receipt(command, decision)?, waits }, Some(with)))
    }

    /// The entry that a request names; it is there and in reach, or the answer says that it is not.
    pub(super) fn named(&self, allowed: &Allowed, sequence: Sequence) -> Result<Entry, NotDone> {
        let entry = self.network.ledger.books().durable(sequence).map_err(unreadable)?;
        let entry = entry.filter(|entry| self.sees_entry(allowed, entry));
        entry.ok_or_else(|| self.refused(&crate::domain::Refusal::EntryNotFound(sequence)))
    }

    /// The bank of an account that a request names first.
    pub(super) fn bank_of(&self, allowed: &Allowed, account: AccountNumber) -> Result<BankNumber, NotDone> {
        Ok(self.account_in_reach(allowed, account)?.bank)
    }

    /// A refusal of this capability in plain English.
    pub(super) fn not_exchanged(&self, refusal: &Refusal) -> NotDone {
        if let Refusal::Ledger(refusal) = refusal {
            return self.refused(refusal);
        }
        let names = std::cell::RefCell::new(self.names());
        let name_of = |account: AccountNumber| names.borrow_mut().in_a_sentence(account);
        match refusal.reason() {
            Some(reason) => NotDone::Refused {
                reason,
                sentence: words::sentence(refusal, &name_of),
                figures: words::figures(refusal),
            },
            None => {
                let (field, must) = words::field(refusal);
                NotDone::bad(field, must)
            }
        }
    }

    /// What a person hears of what was written.
    pub(in crate::service) fn done(&self, allowed: &Allowed, done: &Done) -> api::Done {
        let receipt = self.receipt_as_seen(allowed, &done.receipt);
        if done.waits {
            let waiting_number = done.receipt.entry.sequence.get();
            return api::Done { receipt: None, waiting_number, sentences: vec![words::WAITS.to_owned()] };
        }
        let sentences = self.sentences_about(&done.receipt.entry);
        api::Done { receipt: Some(receipt), waiting_number: 0, sentences }
    }

    /// Friendly notes about an entry: who is well below zero or has a lot to spend now, and that it is late.
    fn sentences_about(&self, entry: &Entry) -> Vec<String> {
        let mut sentences = Vec::new();
        let known = self.directory.known();
        let mut names = self.names();
        for line in &entry.outcome.lines {
            let Some(view) = self.network.ledger.views().account(line.account) else { continue };
            if let Some(day) = entry.command.occurred_on
                && sentences.is_empty()
                && known.locks.is_late(view.bank, day, entry.sequence)
            {
                sentences.push(words::late(day));
            }
        }
        drop(known);
        for line in &entry.outcome.lines {
            let Ok(limits) = self.limits_of(line.account) else { continue };
            let name = names.in_a_sentence(line.account);
            sentences.extend(words::friendly_note(&name, line.posted, change(entry, line.account), &limits));
        }
        sentences
    }
}

/// What an entry adds to an account, seconds; negative for what it takes.
fn change(entry: &Entry, account: AccountNumber) -> i64 {
    entry.moves().fold(0, |sum, moved| {
        let seconds = moved.amount.seconds();
        let sum = if moved.credit == account { i64::saturating_add(sum, seconds) } else { sum };
        if moved.debit == account { sum.saturating_sub(seconds) } else { sum }
    })
}

fn is_kept(entry: &Entry) -> bool {
    matches!(&entry.command.action, crate::domain::Action::Note(note) if note.topic == crate::domain::Topic::WAITING)
}

fn asked(id: Id, plan: Plan) -> Asked {
    let Plan {
        action,
        occurred_on,
        present_count,
        claims,
        attachment,
        allowed_by,
        second_person,
        said,
        about,
        ..
    } = plan;
    let command = Command {
        occurred_on,
        present_count,
        claims,
        attachment: attachment.map(Box::new),
        allowed_by,
        second_person,
        ..Command::new(id.key, crate::service::asked::NOBODY_YET, action)
    };
    let Said { memo, reason, typed } = said;
    let text = Text { memo, reason, typed, label: None };
    Asked { command, text, about, labels: Vec::new(), mode: id.mode }
}
