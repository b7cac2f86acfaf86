//! What a write asks for, before its text is sealed: a command, words beside it, and whether it is meant.

use super::fields;
use super::not_done::NotDone;
use crate::access::{Allowed, Caller};
use crate::api;
use crate::domain::{AccountNumber, Action, Command, OwnerNumber, RequestKey, Sequence};
use crate::exchange::plan::{Plan, Said};
use crate::ledger::Mode;
use crate::seal::Text;

/// Who a command is from until it is known who calls.
pub const NOBODY_YET: OwnerNumber = OwnerNumber::OPERATOR;

/// A request's id, in its caller's scope, and whether it is meant.
#[derive(Clone, Copy)]
pub struct Id {
    /// The id.
    pub key: RequestKey,
    /// Whether it is written down.
    pub mode: Mode,
}

impl Id {
    /// Reads it.
    pub fn read(allowed: &Allowed, text: &str, validate_only: bool) -> Result<Self, NotDone> {
        let key = RequestKey { scope: allowed.caller().scope, ..fields::request_key(text)? };
        Ok(Self { key, mode: if validate_only { Mode::ValidateOnly } else { Mode::Write } })
    }
}

/// Says who asks for a command, before its words are sealed under its key.
pub fn act_as(command: &mut Command, caller: &Caller) {
    command.actor = caller.holder;
    if let Some(key) = &mut command.key {
        key.scope = caller.scope;
    }
}

/// A write.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The command, its texts still empty.
    pub command: Command,
    /// Memo, reason, what was typed, or a bank's name.
    pub text: Text,
    /// Whom the text is about, where the caller said so.
    pub about: Vec<OwnerNumber>,
    /// Labels of the accounts it opens, in their order.
    pub labels: Vec<String>,
    /// Whether it is written down.
    pub mode: Mode,
}

impl Asked {
    /// A write without words.
    pub fn new(key: RequestKey, action: Action, validate_only: bool) -> Self {
        let mode = if validate_only { Mode::ValidateOnly } else { Mode::Write };
        let command = Command::new(key, NOBODY_YET, action);
        Self { command, text: Text::default(), about: Vec::new(), labels: Vec::new(), mode }
    }

    /// Whether there is nothing to seal.
    pub fn has_no_words(&self) -> bool {
        self.text.is_empty() && self.labels.is_empty()
    }

    /// The same with what the caller says about the entry.
    pub fn with_details(mut self, details: Option<api::EntryDetails>) -> Result<Self, NotDone> {
        let Some(details) = details else { return Ok(self) };
        self.command.occurred_on = fields::day("details.occurred_on", details.occurred_on)?;
        self.command.second_person = fields::person(details.second_person);
        self.command.allowed_by = fields::person(details.allowed_by);
        if details.present_count > crate::domain::command::PRESENT_COUNT_MAX {
            return Err(NotDone::bad("details.present_count", "from 0 to 1,000,000"));
        }
        self.command.present_count = (details.present_count != 0).then_some(details.present_count);
        let some = |text: String| (!text.is_empty()).then_some(text);
        self.text = Text {
            memo: some(details.memo),
            reason: some(details.reason),
            typed: some(details.typed),
            label: None,
        };
        if details.text_about.len() > crate::seal::OWNERS_PER_TEXT_MAX {
            return Err(NotDone::bad("details.text_about", "at most 8 owner numbers"));
        }
        if details.text_about.contains(&0) {
            return Err(NotDone::bad("details.text_about", "owner numbers, from 1"));
        }
        self.about = details.text_about.into_iter().map(OwnerNumber::new).collect();
        Ok(self)
    }
}

/// A plan as a write under `key`, its words not sealed yet.
pub fn asked_for(key: RequestKey, mode: Mode, plan: Plan) -> Asked {
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
        waits_for: _,
        asked_by: _,
    } = plan;
    let command = Command {
        occurred_on,
        present_count,
        claims,
        attachment: attachment.map(Box::new),
        allowed_by,
        second_person,
        ..Command::new(key, NOBODY_YET, action)
    };
    let Said { memo, reason, typed } = said;
    let text = Text { memo, reason, typed, label: None };
    Asked { command, text, about, labels: Vec::new(), mode }
}

/// The accounts a command names itself.
pub fn accounts_named(action: &Action) -> Vec<AccountNumber> {
    match action {
        Action::Post(_) | Action::Hold(_) => {
            action.transfers().iter().flat_map(|transfer| [transfer.debit, transfer.credit]).collect()
        }
        Action::SetLimits(account, _) | Action::Reopen(account) => vec![*account],
        Action::Close(close) => vec![close.account, close.remainder_to],
        Action::Capture(_)
        | Action::Void(_)
        | Action::Expire(_)
        | Action::Reverse(_)
        | Action::RegisterOwners(_)
        | Action::OpenBank(_)
        | Action::OpenClearing(_)
        | Action::OpenAccounts(_)
        | Action::Note(_) => Vec::new(),
    }
}

/// The older entry whose accounts a command concerns: its hold, or its original.
pub fn entry_named(action: &Action) -> Option<Sequence> {
    if let Action::Reverse(reverse) = action { Some(reverse.original) } else { action.hold_named() }
}
