//! The way of a request of brokers and members: judged by what is in force, written, or kept for a second person.
//!
//! - What a request was answered before is its answer, whatever the rules say by now, and whoever may still ask (I6).
//! - Whose accounts somebody may move is for `exchange` to judge; here they are in banks in reach. What a member
//!   hears names nobody and tells no figure of accounts that are not theirs.

use std::collections::HashMap;

use super::neighbours::only_written;
use super::{figures, id::Id};
use crate::access::{Allowed, Caller, Capacity, Role};
use crate::api;
use crate::domain::{
    AccountNumber, Action, BankNumber, Command, Entry, Humans, Reason, SeenKeys, Sequence, Topic,
};
use crate::exchange::asked::Fingerprint;
use crate::exchange::plan::Plan;
use crate::exchange::sides::Sides;
use crate::exchange::sight::{Rank, Sight};
use crate::exchange::{Refusal, waiting};
use crate::ledger::{Decision, Detail, NoReceipt, Receipt, Repeated, Ticket};
use crate::service::answers;
use crate::service::asked::{accounts_named, act_as, asked_for};
use crate::service::installation::{Installation, nobody_forgotten, unreadable};
use crate::service::not_done::NotDone;
use crate::words::exchange as words;

/// What was written.
pub struct Done {
    /// The entry, or the note in which it waits.
    pub receipt: Receipt,
    /// Whether it waits.
    pub waits: bool,
}

impl Installation {
    /// What `caller` sees of the books and their people now, as `known` has them.
    pub(in crate::service) fn sight<'a>(
        &'a self,
        caller: &Caller,
        known: &'a crate::directory::Known,
        (humans, seen_keys): (&'a Humans, &'a SeenKeys),
    ) -> Sight<'a> {
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
        let views = self.network.ledger.views();
        Sight { views, known, humans, seen_keys, actor: caller.holder, rank, now }
    }

    /// Judges and writes. `bank` is that of the accounts named, if they are there for the caller. What this id did before
    /// is its answer, whatever the rules say by now, and also where the caller could not ask any more.
    pub(in crate::service) fn exchange<T>(
        &self,
        allowed: &Allowed,
        id: Id,
        bank: Result<BankNumber, NotDone>,
        plan: impl FnOnce(&Sight<'_>) -> Result<(Plan, T), Refusal>,
    ) -> Result<(Done, Option<T>), NotDone> {
        match bank.and_then(|bank| self.judged(allowed, id, bank, plan)) {
            Ok(submitted) => self.became_of(allowed, id, submitted),
            Err(not_done) => self.as_before(id, not_done),
        }
    }

    /// What became of what was judged. Waits for the ledger.
    pub(super) fn became_of<T>(
        &self,
        allowed: &Allowed,
        id: Id,
        (ticket, waits, with): (Ticket, bool, T),
    ) -> Result<(Done, Option<T>), NotDone> {
        let decided = ticket.wait().and_then(|decided| decided.each().next());
        let (command, decision) = decided.ok_or_else(|| self.gone())?;
        match self.decided(allowed, command, decision) {
            Ok(receipt) => Ok((Done { receipt, waits }, Some(with))),
            // What it would become has changed; what was asked may be the same.
            Err(NotDone::Refused { reason: Reason::RequestIdReused, figures, .. })
                if figures.get("fields").is_some_and(|fields| fields != "text") =>
            {
                self.as_before(id, self.gone())
            }
            Err(not_done) => Err(not_done),
        }
    }

    /// What this request was answered before; `not_done` if it never was.
    pub(super) fn as_before<T>(&self, id: Id, not_done: NotDone) -> Result<(Done, Option<T>), NotDone> {
        self.first_answer(id)?.map(|done| (done, None)).ok_or(not_done)
    }

    /// Judges, and gives the ledger what is to be written: an entry, or the note in which it waits.
    pub(super) fn judged<T>(
        &self,
        allowed: &Allowed,
        id: Id,
        bank: BankNumber,
        plan: impl FnOnce(&Sight<'_>) -> Result<(Plan, T), Refusal>,
    ) -> Result<(Ticket, bool, T), NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        // After that: nobody is linked while it is kept.
        let (humans, seen_keys) = (self.access.humans(), self.access.seen_keys());
        let sight = self.sight(allowed.caller(), &known, (&humans, &seen_keys));
        let planned = plan(&sight).and_then(|(plan, with)| {
            let (opens, hold) = (plan.opens_a_matter(), plan.action.hold_named());
            let Some(cause) = plan.waits_for else { return Ok((plan, with, None, opens)) };
            Ok((waiting::kept(&plan, bank, sight.actor, cause)?, with, Some(hold), opens))
        });
        let (plan, with, waits, opens) = planned.map_err(|refusal| self.not_exchanged(allowed, &refusal))?;
        // What is open is judged again when it ends, and whoever ends something keeps it before the directory: it is
        // never asked for the other way round.
        let known = Some(known).filter(|_| !opens);
        if opens {
            let hold = waits.flatten();
            self.may_be_opened(allowed, hold)?;
        }
        let asked_by = plan.asked_by;
        let mut asked = asked_for(id.key, id.mode, id.asked.kept_with(plan));
        act_as(&mut asked.command, allowed.caller());
        asked.command.actor = asked_by.unwrap_or(asked.command.actor);
        asked.command.check()?;
        self.banks_within_reach(allowed, &asked.command)?;
        if let Some(owner) = self.seal(&mut asked)? {
            return Err(nobody_forgotten(owner));
        }
        let ticket = self.network.ledger.submit(vec![asked.command], asked.mode, Detail::Outcomes);
        let ticket = ticket.map_err(|error| self.not_done(error))?;
        // It has its place before whatever the directory changes next.
        drop(known);
        Ok((ticket, waits.is_some(), with))
    }

    /// Whether one more matter may be open: of `hold`, if it is to take or end one, once at a time and not after it ended.
    fn may_be_opened(&self, allowed: &Allowed, hold: Option<Sequence>) -> Result<(), NotDone> {
        let refused = |refusal: Refusal| Err(self.not_exchanged(allowed, &refusal));
        let matters = self.matters.now(&self.network.ledger).map_err(unreadable)?;
        if let Err(full) = matters.check_room() {
            return refused(full.into());
        }
        let Some(hold) = hold else { return Ok(()) };
        if self.network.ledger.views().open_hold(hold).is_none() {
            return refused(crate::domain::Refusal::HoldResolved(hold).into());
        }
        let mut waiting = matters.all_waiting();
        match waiting.find(|one| one.command.action.hold_named() == Some(hold)) {
            Some(one) => refused(Refusal::WaitsAlready { number: one.number }),
            None => Ok(()),
        }
    }

    /// The receipt of a decision, or why there is none, as far as that is for the caller to hear.
    fn decided(&self, allowed: &Allowed, command: Command, decision: Decision) -> Result<Receipt, NotDone> {
        if let Decision::WouldBe(_) = &decision {
            return self.receipt(command, decision);
        }
        self.network.ledger.receipt(command, decision).map_err(|no_receipt| match no_receipt {
            NoReceipt::Refused(refusal) => self.refused_to(allowed, &refusal),
            NoReceipt::Invalid(_) | NoReceipt::Busy | NoReceipt::Unknown(_) => self.not_done(no_receipt),
        })
    }

    /// What this request was answered before, if its id was used; other content under it is refused.
    pub(in crate::service) fn first_answer(&self, id: Id) -> Result<Option<Done>, NotDone> {
        let before = self.network.ledger.find(id.key).map_err(|error| self.not_done(error))?;
        let Some(entry) = before else { return Ok(None) };
        if Fingerprint::in_entry(&entry) != Some(id.asked) {
            let fields = vec!["request"];
            return Err(self.refused(&crate::domain::Refusal::RequestIdReused { fields }));
        }
        let waits = is_kept(&entry);
        Ok(Some(Done { receipt: Receipt { entry, repeated: Repeated::Yes }, waits }))
    }

    /// The entry that a request names; it is there and in reach, or the answer says that it is not.
    pub(super) fn named(&self, allowed: &Allowed, sequence: Sequence) -> Result<Entry, NotDone> {
        let entry = self.network.ledger.books().durable(sequence).map_err(unreadable)?;
        let entry = entry.filter(|entry| {
            // A proposal or a booking may move a pot's hours in the place of one of the two.
            let named = accounts_named(&entry.command.action).into_iter();
            let mut accounts = named.chain(Sides::beside(entry).into_iter().flat_map(Sides::both));
            self.sees_entry(allowed, entry) || accounts.any(|account| self.speaks_for(allowed, account))
        });
        entry.ok_or_else(|| self.refused(&crate::domain::Refusal::EntryNotFound(sequence)))
    }

    /// The bank of an account that a request names first.
    pub(in crate::service) fn bank_of(
        &self,
        allowed: &Allowed,
        account: AccountNumber,
    ) -> Result<BankNumber, NotDone> {
        let view = self.network.ledger.views().account(account);
        match view.filter(|_| self.speaks_for(allowed, account)) {
            Some(view) => Ok(view.bank),
            None => Ok(self.account_in_reach(allowed, account)?.bank),
        }
    }

    /// Whether the caller speaks for whoever owns the account, in a bank in reach: a member's key shows their own
    /// accounts only, and serves for a group's as well.
    fn speaks_for(&self, allowed: &Allowed, account: AccountNumber) -> bool {
        let Some(view) = self.network.ledger.views().account(account) else { return false };
        let Ok(known) = self.directory.known_now(&self.network.ledger) else { return false };
        let (humans, seen_keys) = (self.access.humans(), self.access.seen_keys());
        let sight = self.sight(allowed.caller(), &known, (&humans, &seen_keys));
        allowed.sees_bank(view.bank) && sight.speaks_for(sight.actor, account)
    }

    /// A refusal of this capability in plain English, as far as it is for the caller to hear.
    pub(in crate::service) fn not_exchanged(&self, allowed: &Allowed, refusal: &Refusal) -> NotDone {
        if let Refusal::Ledger(refusal) = refusal {
            return self.refused_to(allowed, refusal);
        }
        if let Refusal::Paused { account } | Refusal::AfterClosing { account, .. } = refusal
            && !self.sees_account(allowed, *account)
        {
            return not_today();
        }
        let names = std::cell::RefCell::new(self.names());
        let name_of = |account: AccountNumber| {
            if self.sees_account(allowed, account) {
                names.borrow_mut().in_a_sentence(account)
            } else {
                format!("account {account}") // As they wrote it.
            }
        };
        match refusal.reason().zip(words::refusal_sentence(refusal, &name_of)) {
            Some((reason, sentence)) => {
                NotDone::Refused { reason, sentence, figures: figures::figures(refusal) }
            }
            None => NotDone::bad(figures::field(refusal), words::must_be(refusal)),
        }
    }

    /// A refusal of the ledger. How far somebody else can go, and that they left, is not for a member to hear.
    fn refused_to(&self, allowed: &Allowed, refusal: &crate::domain::Refusal) -> NotDone {
        let is_seen = |account: &AccountNumber| self.sees_account(allowed, *account);
        if told_of(refusal).iter().all(is_seen) { self.refused(refusal) } else { not_today() }
    }

    /// A receipt with what the caller sees of its entry: what it moves may be somebody else's.
    pub(super) fn written_as_seen(&self, allowed: &Allowed, receipt: &Receipt) -> api::Receipt {
        let api::Receipt { entry, repeated } = answers::receipt(receipt, &self.names());
        if !allowed.sees_own_side_only() && !self.sees_entry(allowed, &receipt.entry) {
            return api::Receipt { entry: entry.map(only_written), repeated };
        }
        api::Receipt { entry: entry.map(|entry| self.as_seen(allowed, entry)), repeated }
    }

    /// What a person hears of what was written.
    pub(in crate::service) fn done(&self, allowed: &Allowed, done: &Done) -> api::Done {
        let receipt = self.written_as_seen(allowed, &done.receipt);
        if done.waits {
            let waiting_number = done.receipt.entry.sequence.get();
            return api::Done { receipt: None, waiting_number, sentences: vec![words::WAITS.to_owned()] };
        }
        let sentences = self.sentences_about(allowed, &done.receipt.entry);
        api::Done { receipt: Some(receipt), waiting_number: 0, sentences }
    }

    /// Friendly notes about an entry: who is well below zero or has a lot to spend now, and that it is late.
    fn sentences_about(&self, allowed: &Allowed, entry: &Entry) -> Vec<String> {
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
        for line in entry.outcome.lines.iter().filter(|line| self.sees_account(allowed, line.account)) {
            let Ok(limits) = self.limits_of(line.account) else { continue };
            let name = names.in_a_sentence(line.account);
            sentences.extend(words::friendly_note(&name, line.posted, change(entry, line.account), &limits));
        }
        sentences
    }
}

/// What an entry adds to an account, seconds; negative for what it takes.
pub(super) fn change(entry: &Entry, account: AccountNumber) -> i64 {
    entry.moves().fold(0, |sum, moved| {
        let seconds = moved.amount.seconds();
        let sum = if moved.credit == account { i64::saturating_add(sum, seconds) } else { sum };
        if moved.debit == account { sum.saturating_sub(seconds) } else { sum }
    })
}

fn is_kept(entry: &Entry) -> bool {
    matches!(&entry.command.action, Action::Note(note) if note.topic == Topic::WAITING)
}

/// The reason is another person's.
fn not_today() -> NotDone {
    let (sentence, figures) = (words::NOT_TODAY.to_owned(), HashMap::new());
    NotDone::Refused { reason: Reason::Paused, sentence, figures }
}

/// The accounts whose state a refusal tells.
fn told_of(refusal: &crate::domain::Refusal) -> Vec<AccountNumber> {
    use crate::domain::Refusal as Ledger;
    match refusal {
        Ledger::Limits(passed) => passed.iter().map(|passed| passed.account).collect(),
        Ledger::AccountClosed(account)
        | Ledger::SameAccount(account)
        | Ledger::CrossBank(account)
        | Ledger::AlreadyThere(account)
        | Ledger::HoldsOpen { account, .. }
        | Ledger::TooManyHolds { account: Some(account), .. } => vec![*account],
        Ledger::RequestIdReused { .. }
        | Ledger::EntryNotFound(_)
        | Ledger::HoldNotFound(_)
        | Ledger::BankNotFound(_)
        | Ledger::AccountNotFound(_)
        | Ledger::OwnerNotFound(_)
        | Ledger::HoldResolved(_)
        | Ledger::HoldExpired(_)
        | Ledger::TooManyHolds { account: None, .. }
        | Ledger::DeadlineOutOfReach
        | Ledger::CaptureExceedsHold { .. }
        | Ledger::ReversalExceeds { .. }
        | Ledger::Claim { .. }
        | Ledger::BooksFull { .. }
        | Ledger::DayInFuture
        | Ledger::DiskLow
        | Ledger::ClockUnsure => Vec::new(),
    }
}
