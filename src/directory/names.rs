//! What banks and accounts are called, read from the entries that named them.

use std::sync::Arc;

use super::desk::ProfileEntries;
use super::people::{Said, Sealed};
use crate::domain::{
    AccountKind, AccountNumber, Action, BankNumber, Entry, Opened, OwnerNumber, Sequence, Topic, balanced,
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
    /// Letters of a name in a sentence.
    letters_max: usize,
}

impl<'a> Names<'a> {
    /// Names in these books, as far as this keyring can read them.
    #[must_use]
    pub const fn new(ledger: &'a Ledger, keyring: &'a Arc<Keyring>, profiles: &'a ProfileEntries) -> Self {
        Self { ledger, keyring, profiles, last: None, letters_max: SENTENCE_LETTERS_MAX }
    }

    /// The same, with names whole in a sentence too, as they are printed on paper: a profile bounds them.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { letters_max: usize::MAX, ..self }
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
            return cut(&label, self.letters_max);
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
            (Ok(Name::Known(name)), _) => cut(&name, self.letters_max),
            (Ok(Name::None), Some(account)) => self.in_a_sentence(account),
            (Ok(Name::None | Name::Gone) | Err(_), _) => format!("person {owner}"),
        }
    }

    /// What a bank is called in the middle of a sentence: its name, else its number.
    #[must_use]
    pub fn bank_in_a_sentence(&mut self, bank: BankNumber) -> String {
        match self.bank(bank) {
            Ok(Name::Known(name)) => cut(&name, self.letters_max),
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

/// The profile that an entry says, of whoever that is.
fn sealed_profile(entry: &Entry) -> Option<Sealed> {
    profile_in(entry).map(|(_, sealed)| sealed)
}

/// The profile that an entry says, and of whom.
#[must_use]
pub fn profile_in(entry: &Entry) -> Option<(OwnerNumber, Sealed)> {
    let (subject, topic, body, place) = if let Action::Note(note) = &entry.command.action {
        (u32::try_from(note.subject).ok()?, note.topic, &note.body, Place::Note)
    } else if let Action::OpenAccounts(accounts) = &entry.command.action {
        let beside = entry.command.attachment.as_ref()?;
        (accounts.first()?.owner.get(), beside.topic, &beside.body, Place::Attachment)
    } else {
        return None;
    };
    if topic != Topic::PERSON {
        return None;
    }
    match Said::decode(Topic::PERSON, body) {
        Ok(Some(Said::Person { profile, .. })) => {
            Some((OwnerNumber::new(subject), Sealed { bytes: profile, key: entry.command.key?, place }))
        }
        Ok(_) | Err(_) => None,
    }
}

/// A name that fits into a sentence of so many letters for it, and turns nothing around it.
fn cut(name: &str, letters_max: usize) -> String {
    let name = balanced(name);
    let is_longer = name.chars().nth(letters_max).is_some();
    let end = name.char_indices().nth(letters_max.saturating_sub(1)).filter(|_| is_longer);
    match end {
        // What the rest would have closed is closed here.
        Some((end, _)) => balanced(&format!("{}…", name.split_at(end).0.trim_end())).into_owned(),
        None => name.into_owned(),
    }
}

/// Gone for good, or not to be read for another reason, which an operator hears of elsewhere.
fn is_gone(error: &OpenError) -> bool {
    matches!(error, OpenError::Erased { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a name that fits is said whole, a longer one has 64 letters with its "…", whatever the letters; on paper each is
    /// whole; none turns what follows it.
    #[test]
    fn long_names_are_cut() {
        let cut = |name: String| super::cut(&name, SENTENCE_LETTERS_MAX);
        for letter in ["a", "ö", "𐌰"] {
            let name = |letters: usize| letter.repeat(letters);
            for fits in [0, 1, 63, 64] {
                assert_eq!(cut(name(fits)), name(fits));
            }
            assert_eq!(cut(name(65)), name(63) + "…");
            assert_eq!(cut(name(512)), name(63) + "…");
            assert_eq!(super::cut(&name(512), usize::MAX), name(512));
        }
        assert_eq!(cut("word ".repeat(20)), "word ".repeat(12) + "wor…");
        assert_eq!(cut(format!("{} {}", "a".repeat(62), "b".repeat(9))), "a".repeat(62) + "…");
        assert_eq!(cut("\u{202e}Bo".to_owned()), "\u{202e}Bo\u{202c}");
        assert_eq!(
            cut(format!("\u{2067}{}\u{2069}", "a".repeat(80))),
            format!("\u{2067}{}…\u{2069}", "a".repeat(62))
        );
    }
}
