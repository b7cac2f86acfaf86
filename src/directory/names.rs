//! What banks and accounts are called, read from the entries that named them.

use std::sync::Arc;

use super::desk::ProfileEntries;
use super::people::{Said, Sealed};
use crate::domain::{
    AccountKind, AccountNumber, Action, BankNumber, Entry, Opened, OwnerNumber, Sequence, Topic,
};
use crate::ledger::recovery::RecoveryError;
use crate::ledger::{AccountView, Ledger};
use crate::seal::{self, Keyring, OpenError, Place, Text};

/// Letters of a name in the middle of a sentence; a longer one ends with "…" there.
const SENTENCE_LETTERS_MAX: usize = 64;

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
    profiles: &'a ProfileEntries,
    /// The entry read last: accounts are opened several at once and listed in a row.
    last: Option<(Sequence, Entry)>,
}

impl<'a> Names<'a> {
    /// Names in these books, as far as this keyring can read them.
    #[must_use]
    pub const fn new(ledger: &'a Ledger, keyring: &'a Arc<Keyring>, profiles: &'a ProfileEntries) -> Self {
        Self { ledger, keyring, profiles, last: None }
    }

    /// The label of an account, or the name of whoever owns it where it has none.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn label(&mut self, account: AccountNumber, view: &AccountView) -> Result<Name, RecoveryError> {
        match (self.own_label(account, view)?, view.kind) {
            (Name::None, AccountKind::Member | AccountKind::Organisation | AccountKind::Partner) => {
                self.person(view.owner)
            }
            (name, _) => Ok(name),
        }
    }

    /// The name in somebody's newest profile.
    ///
    /// # Errors
    /// [`RecoveryError`] if the journal is damaged there.
    pub fn person(&mut self, owner: OwnerNumber) -> Result<Name, RecoveryError> {
        let Some(sequence) = self.profiles.of(owner) else { return Ok(Name::None) };
        let Some(sealed) = self.entry(sequence)?.and_then(sealed_profile) else { return Ok(Name::None) };
        let profile = sealed.profile(self.keyring);
        Ok(profile.map_or(Name::Gone, |profile| Name::Known(profile.name().to_owned())))
    }

    fn own_label(&mut self, account: AccountNumber, view: &AccountView) -> Result<Name, RecoveryError> {
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
    /// number. For an account between two time banks, the one that keeps it. A long name is cut.
    #[must_use]
    pub fn in_a_sentence(&mut self, account: AccountNumber) -> String {
        let number = || format!("account {account}");
        let Some(view) = self.ledger.views().account(account) else { return number() };
        if let Ok(Name::Known(label)) = self.label(account, &view) {
            return cut(label);
        }
        let bank = self.bank_in_a_sentence(view.bank);
        match view.kind {
            AccountKind::Pot => format!("the pot of {bank}"),
            AccountKind::Issuance => format!("what {bank} can make"),
            AccountKind::Clearing => bank,
            AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => number(),
        }
    }

    /// What somebody is called in the middle of a sentence: their name, else what the account that is theirs is called,
    /// else their number.
    #[must_use]
    pub fn person_in_a_sentence(&mut self, owner: OwnerNumber, account: Option<AccountNumber>) -> String {
        match (self.person(owner), account) {
            (Ok(Name::Known(name)), _) => cut(name),
            (Ok(Name::None), Some(account)) => self.in_a_sentence(account),
            (Ok(Name::None | Name::Gone) | Err(_), _) => format!("person {owner}"),
        }
    }

    /// What a bank is called in the middle of a sentence: its name, else its number.
    #[must_use]
    pub fn bank_in_a_sentence(&mut self, bank: BankNumber) -> String {
        match self.bank(bank) {
            Ok(Name::Known(name)) => cut(name),
            Ok(Name::None | Name::Gone) | Err(_) => format!("time bank {bank}"),
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

/// The profile that an entry says.
fn sealed_profile(entry: &Entry) -> Option<Sealed> {
    let (body, place) = match (&entry.command.action, &entry.command.attachment) {
        (Action::Note(note), _) => (&note.body, Place::Note),
        (_, Some(beside)) => (&beside.body, Place::Attachment),
        (_, None) => return None,
    };
    match Said::decode(Topic::PERSON, body) {
        Ok(Some(Said::Person { profile, .. })) => {
            Some(Sealed { bytes: profile, key: entry.command.key?, place })
        }
        Ok(_) | Err(_) => None,
    }
}

/// A name that fits into a sentence.
fn cut(name: String) -> String {
    let Some((end, _)) = name.char_indices().nth(SENTENCE_LETTERS_MAX - 1) else { return name };
    if name.chars().nth(SENTENCE_LETTERS_MAX).is_none() {
        return name;
    }
    format!("{}…", name.split_at(end).0.trim_end())
}

/// Gone for good, or not to be read for another reason, which an operator hears of elsewhere.
fn is_gone(error: &OpenError) -> bool {
    matches!(error, OpenError::Erased { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a name that fits is said whole, a longer one has 64 letters with its "…", whatever the letters.
    #[test]
    fn long_names_are_cut() {
        for letter in ["a", "ö", "𐌰"] {
            let name = |letters: usize| letter.repeat(letters);
            for fits in [0, 1, 63, 64] {
                assert_eq!(cut(name(fits)), name(fits));
            }
            assert_eq!(cut(name(65)), name(63) + "…");
            assert_eq!(cut(name(512)), name(63) + "…");
        }
        assert_eq!(cut("word ".repeat(20)), "word ".repeat(12) + "wor…");
        assert_eq!(cut(format!("{} {}", "a".repeat(62), "b".repeat(9))), "a".repeat(62) + "…");
    }
}
