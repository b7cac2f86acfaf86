//! What banks and accounts are called, read from the entries that named them.

use std::sync::Arc;

use crate::domain::{AccountKind, AccountNumber, Action, BankNumber, Entry, Opened, Sequence};
use crate::ledger::recovery::RecoveryError;
use crate::ledger::{AccountView, Ledger};
use crate::seal::{self, Keyring, OpenError, Place, Text};

/// A name, as far as its key still exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// It was given none.
    None,
    /// This.
    Known(String),
    /// Its key was destroyed, or is damaged in the keyring.
    Gone,
}

/// Reads names. Blocking: each is a read of the journal and of the keyring.
pub struct Names<'a> {
    ledger: &'a Ledger,
    keyring: &'a Arc<Keyring>,
    /// The entry read last: accounts are opened several at once and listed in a row.
    last: Option<(Sequence, Entry)>,
}

impl<'a> Names<'a> {
    /// Names in these books, as far as this keyring can read them.
    #[must_use]
    pub const fn new(ledger: &'a Ledger, keyring: &'a Arc<Keyring>) -> Self {
        Self { ledger, keyring, last: None }
    }

    /// The label of an account.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn label(&mut self, account: AccountNumber, view: &AccountView) -> Result<Name, RecoveryError> {
        let mut next = view.standing_entry;
        while let Some(entry) = self.entry(next)? {
            if let (Action::OpenAccounts(accounts), Opened::Accounts(first)) =
                (&entry.command.action, entry.outcome.opened)
            {
                let place =
                    account.slot().checked_sub(first.slot()).and_then(|place| u8::try_from(place).ok());
                let Some(place) = place else { return Ok(Name::None) };
                let label = accounts.get(usize::from(place)).map(|account| account.label.clone());
                return Ok(self.open(next, Place::Account(place), &label.unwrap_or_default()));
            }
            next = entry.outcome.standing_before;
        }
        Ok(Name::None)
    }

    /// The name of a bank.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn bank(&mut self, number: BankNumber) -> Result<Name, RecoveryError> {
        let Some(bank) = self.ledger.views().bank(number) else { return Ok(Name::None) };
        let Some(text) = self.entry(bank.opened)?.map(|entry| entry.command.text.clone()) else {
            return Ok(Name::None);
        };
        Ok(self.open(bank.opened, Place::Entry, &text))
    }

    /// What an account is called in the middle of a sentence: its label, else what it is for, else its
    /// number. For an account between two time banks, the one that keeps it.
    #[must_use]
    pub fn in_a_sentence(&mut self, account: AccountNumber) -> String {
        let number = || format!("account {account}");
        let Some(view) = self.ledger.views().account(account) else { return number() };
        if let Ok(Name::Known(label)) = self.label(account, &view) {
            return label;
        }
        let bank = match self.bank(view.bank) {
            Ok(Name::Known(name)) => name,
            Ok(Name::None | Name::Gone) | Err(_) => format!("time bank {}", view.bank),
        };
        match view.kind {
            AccountKind::Pot => format!("the pot of {bank}"),
            AccountKind::Issuance => format!("what {bank} can make"),
            AccountKind::Clearing => bank,
            AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => number(),
        }
    }

    /// Memo, reason and what was typed, as far as the keys still exist; and whether some are gone.
    #[must_use]
    pub fn text_of(&self, entry: &Entry) -> (Text, bool) {
        let Some(key) = entry.command.key.filter(|_| !entry.command.text.is_empty()) else {
            return (Text::default(), false);
        };
        match seal::open(self.keyring, &key, Place::Entry, &entry.command.text) {
            Ok(text) => (text, false),
            Err(error) => (Text::default(), is_gone(&error)),
        }
    }

    fn open(&self, sequence: Sequence, place: Place, sealed: &[u8]) -> Name {
        let key =
            self.last.as_ref().filter(|(last, _)| *last == sequence).and_then(|(_, entry)| entry.command.key);
        let Some(key) = key.filter(|_| !sealed.is_empty()) else { return Name::None };
        match seal::open(self.keyring, &key, place, sealed) {
            Ok(text) => text.label.map_or(Name::None, Name::Known),
            Err(_) => Name::Gone,
        }
    }

    fn entry(&mut self, sequence: Sequence) -> Result<Option<&Entry>, RecoveryError> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != sequence) {
            self.last = self.ledger.books().durable(sequence)?.map(|entry| (sequence, entry));
        }
        Ok(self.last.as_ref().map(|(_, entry)| entry))
    }
}

/// Gone for good, or not to be read for another reason, which an operator hears of elsewhere.
fn is_gone(error: &OpenError) -> bool {
    matches!(error, OpenError::Erased { .. })
}
