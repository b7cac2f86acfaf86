//! What a caller reaches, asked of the books: the other half of the gate (I10).
//!
//! Whatever lies outside is answered as if it were not there, with the same words as a number that nobody
//! has. An entry is seen by who sees one of its accounts, or its bank; of an entry between banks each sees
//! their own side.

use super::asked::{accounts_named, entry_named};
use super::installation::{Installation, unreadable};
use super::not_done::NotDone;
use crate::access::{Allowed, Words};
use crate::api;
use crate::domain::{
    AccountNumber, Action, BankNumber, Command, Entry, Opened, OwnerNumber, Refusal, Sequence, Topic,
};
use crate::ledger::AccountView;

impl Installation {
    /// Whether the account is there and in reach.
    pub fn sees_account(&self, allowed: &Allowed, account: AccountNumber) -> bool {
        let view = self.network.ledger.views().account(account);
        view.is_some_and(|view| allowed.sees_account(view.bank, view.kind, view.owner))
    }

    /// Whether either side of a transfer is.
    pub fn sees_a_side(&self, allowed: &Allowed, sides: &[AccountNumber; 2]) -> bool {
        allowed.sees_everything() || sides.iter().any(|side| self.sees_account(allowed, *side))
    }

    /// The account, if it is there and in reach.
    ///
    /// # Errors
    /// The refusal that there is none.
    pub fn account_in_reach(
        &self,
        allowed: &Allowed,
        account: AccountNumber,
    ) -> Result<AccountView, NotDone> {
        let view = self.network.ledger.views().account(account);
        let seen = view.filter(|view| allowed.sees_account(view.bank, view.kind, view.owner));
        seen.ok_or_else(|| self.refused(&Refusal::AccountNotFound(account)))
    }

    /// The bank is there and in reach.
    ///
    /// # Errors
    /// The refusal that it is not there.
    pub fn bank_in_reach(&self, allowed: &Allowed, bank: BankNumber) -> Result<(), NotDone> {
        let found = self.network.ledger.views().bank(bank).filter(|_| allowed.sees_bank(bank));
        found.map(|_| ()).ok_or_else(|| self.refused(&Refusal::BankNotFound(bank)))
    }

    /// Whether everything a command names is there and in reach. May read a disk where it names an older entry.
    ///
    /// # Errors
    /// The refusal of what is named and not in reach: that it is not there.
    pub fn within_reach(&self, allowed: &Allowed, command: &Command) -> Result<(), NotDone> {
        if allowed.sees_everything() {
            return Ok(());
        }
        for account in accounts_named(&command.action) {
            self.account_in_reach(allowed, account)?;
        }
        match &command.action {
            Action::OpenAccounts(accounts) => {
                accounts.iter().try_for_each(|account| self.bank_in_reach(allowed, account.bank))
            }
            Action::OpenClearing(pair) => {
                self.bank_in_reach(allowed, pair.first)?;
                self.bank_in_reach(allowed, pair.second)
            }
            Action::Note(note) if is_about_somebody(note.topic) => {
                let owner = u32::try_from(note.subject).map_or(OwnerNumber::OPERATOR, OwnerNumber::new);
                let is_seen = self.banks_of(owner).into_iter().any(|bank| allowed.sees_bank(bank));
                if is_seen { Ok(()) } else { Err(self.refused(&Refusal::OwnerNotFound(owner))) }
            }
            Action::Note(note) => {
                let bank = u32::try_from(note.subject).map_or(BankNumber::default(), BankNumber::new);
                self.bank_in_reach(allowed, bank)
            }
            Action::Capture(_) | Action::Void(_) | Action::Expire(_) | Action::Reverse(_) => {
                self.older_entry_in_reach(allowed, &command.action)
            }
            Action::Post(_) => self.older_entry_in_reach(allowed, &command.action),
            Action::Hold(_)
            | Action::RegisterOwners(_)
            | Action::OpenBank(_)
            | Action::SetLimits(..)
            | Action::Close(_)
            | Action::Reopen(_) => Ok(()),
        }
    }

    /// Whether everything a command names is in banks in reach; who may move which of it was judged before.
    ///
    /// # Errors
    /// The refusal of what is named and not in reach: that it is not there.
    pub fn banks_within_reach(&self, allowed: &Allowed, command: &Command) -> Result<(), NotDone> {
        let mut accounts = accounts_named(&command.action);
        if let Some(sequence) = entry_named(&command.action) {
            let entry = self.network.ledger.books().entry(sequence).map_err(unreadable)?;
            accounts.extend(entry.as_ref().map(accounts_of).unwrap_or_default());
        }
        self.in_banks_within_reach(allowed, accounts)
    }

    /// Whether these accounts are in banks in reach, whoever owns them. Of others nobody hears more than that they are not
    /// there: not what they are for, and not whether they could.
    ///
    /// # Errors
    /// The refusal of the first that is not in reach: that it is not there.
    pub fn in_banks_within_reach(
        &self,
        allowed: &Allowed,
        accounts: impl IntoIterator<Item = AccountNumber>,
    ) -> Result<(), NotDone> {
        accounts.into_iter().try_for_each(|account| {
            let view = self.network.ledger.views().account(account);
            let is_in_reach = view.is_some_and(|view| allowed.moves_in_bank(view.bank));
            if is_in_reach { Ok(()) } else { Err(self.refused(&Refusal::AccountNotFound(account))) }
        })
    }

    /// All accounts of the hold or original that an action names are in reach: who ends it moves all of them.
    fn older_entry_in_reach(&self, allowed: &Allowed, action: &Action) -> Result<(), NotDone> {
        let Some(sequence) = entry_named(action) else { return Ok(()) };
        let entry = self.network.ledger.books().entry(sequence).map_err(unreadable)?;
        // One that is not published may be decided already: whoever guesses its number ends what is not theirs.
        let is_theirs =
            |entry: &Entry| accounts_of(entry).into_iter().all(|account| self.sees_account(allowed, account));
        if entry.as_ref().is_some_and(is_theirs) {
            return Ok(());
        }
        Err(self.refused(&if action.hold_named().is_some() {
            Refusal::HoldNotFound(sequence)
        } else {
            Refusal::EntryNotFound(sequence)
        }))
    }

    /// Whether anything of an entry is in reach.
    pub fn sees_entry(&self, allowed: &Allowed, entry: &Entry) -> bool {
        if allowed.sees_everything() {
            return true;
        }
        let of_a_bank = !allowed.sees_own_side_only()
            && self.banks_concerned(entry).into_iter().any(|bank| allowed.sees_bank(bank));
        of_a_bank || accounts_of(entry).into_iter().any(|account| self.sees_account(allowed, account))
    }

    /// Whether an entry is about an account, as far as that is in reach: of an entry with many, nobody learns
    /// who else was in it by asking for them.
    pub fn concerns_account(&self, allowed: &Allowed, entry: &Entry, account: AccountNumber) -> bool {
        accounts_of(entry).contains(&account) && self.sees_account(allowed, account)
    }

    /// Whether an entry is about a bank, or about an account in it, as far as these are in reach.
    pub fn concerns_bank(&self, allowed: &Allowed, entry: &Entry, bank: BankNumber) -> bool {
        let views = self.network.ledger.views();
        let is_in = |account| {
            let view = views.account(account).filter(|view| view.bank == bank);
            view.is_some_and(|view| allowed.sees_account(view.bank, view.kind, view.owner))
        };
        let is_named = allowed.sees_bank(bank) && self.banks_concerned(entry).contains(&bank);
        is_named || accounts_of(entry).into_iter().any(is_in)
    }

    /// The banks an entry is about by name, and those whose people it says something of. A short look at the
    /// directory: not while that is kept for a change.
    fn banks_concerned(&self, entry: &Entry) -> Vec<BankNumber> {
        if let Action::Note(note) = &entry.command.action
            && is_about_somebody(note.topic)
        {
            return u32::try_from(note.subject)
                .map_or_else(|_| Vec::new(), |owner| self.banks_of(OwnerNumber::new(owner)));
        }
        if let Action::Note(note) = &entry.command.action
            && note.topic == Topic::PROPOSAL
        {
            // It settles without hours what two of these banks' people remember differently.
            let proposal = self.network.ledger.books().durable(Sequence::new(note.subject));
            let proposal = proposal.ok().flatten();
            let accounts = proposal.iter().flat_map(accounts_of);
            return accounts
                .filter_map(|account| Some(self.network.ledger.views().account(account)?.bank))
                .collect();
        }
        banks_named(entry)
    }

    /// The banks that count somebody among their people.
    fn banks_of(&self, owner: OwnerNumber) -> Vec<BankNumber> {
        let known = self.directory.known();
        let Some(person) = known.people.person(owner) else { return Vec::new() };
        person.accounts.iter().map(|account| account.bank).chain([person.bank]).collect()
    }

    /// What a caller sees of an entry that they see: balances and transfers of accounts in reach, and the words
    /// that are theirs to read.
    pub fn as_seen(&self, allowed: &Allowed, mut entry: api::Entry) -> api::Entry {
        if !allowed.sees_everything() {
            self.without_others(allowed, &mut entry);
        }
        in_own_words(allowed, entry)
    }

    /// The same of what a caller wrote.
    pub fn as_written(&self, allowed: &Allowed, command: &Command, entry: api::Entry) -> api::Entry {
        match &command.action {
            // All it moves it names, and nothing is named that is out of reach: looking again is dear.
            Action::Post(post) if post.ends.is_none() => in_own_words(allowed, entry),
            Action::Post(_)
            | Action::Hold(_)
            | Action::Capture(_)
            | Action::Void(_)
            | Action::Expire(_)
            | Action::Reverse(_)
            | Action::RegisterOwners(_)
            | Action::OpenBank(_)
            | Action::OpenClearing(_)
            | Action::OpenAccounts(_)
            | Action::SetLimits(..)
            | Action::Close(_)
            | Action::Reopen(_)
            | Action::Note(_) => self.as_seen(allowed, entry),
        }
    }

    /// The number of an account as far as it is for the caller to hear: for a till and a partner 0 where it is not the
    /// partner's own.
    pub fn number_as_seen(&self, allowed: &Allowed, account: AccountNumber) -> u32 {
        let is_told = !allowed.knows_no_members() || self.sees_account(allowed, account);
        if is_told { account.printed() } else { 0 }
    }

    /// Nothing of accounts out of reach; for a till and a partner not even their numbers.
    fn without_others(&self, allowed: &Allowed, entry: &mut api::Entry) {
        let sees = |printed: u32| {
            let account = AccountNumber::from_printed(printed);
            account.is_ok_and(|account| self.sees_account(allowed, account))
        };
        entry.lines.retain(|line| sees(line.account_number));
        let of_theirs = |transfer: &api::Transfer| {
            sees(transfer.debit_account_number) || sees(transfer.credit_account_number)
        };
        match &mut entry.action {
            Some(api::entry::Action::Reversed(reversed)) => {
                // Part for part, what went back is in the moves.
                let mut moves = entry.moves.iter();
                reversed.parts.retain(|_| moves.next().is_some_and(of_theirs));
            }
            Some(api::entry::Action::Held(held)) => held.transfers.retain(of_theirs),
            Some(api::entry::Action::AccountsOpened(opened)) => {
                opened.account_numbers.retain(|number| sees(*number));
            }
            Some(api::entry::Action::ClearingOpened(opened)) => {
                for number in [&mut opened.first_account_number, &mut opened.second_account_number] {
                    *number = if sees(*number) { *number } else { 0 };
                }
            }
            Some(_) | None => {}
        }
        entry.moves.retain(of_theirs);
        if allowed.knows_no_members() {
            each_side(entry, |number| *number = if sees(*number) { *number } else { 0 });
        }
    }
}

/// Each number of an account on a side of what an entry moves, sets aside or closes.
fn each_side(entry: &mut api::Entry, change: impl Fn(&mut u32)) {
    let held = match &mut entry.action {
        Some(api::entry::Action::Held(held)) => held.transfers.as_mut_slice(),
        Some(api::entry::Action::AccountClosed(closed)) => {
            change(&mut closed.account_number);
            change(&mut closed.remainder_to_account_number);
            &mut []
        }
        Some(_) | None => &mut [],
    };
    for transfer in entry.moves.iter_mut().chain(held) {
        change(&mut transfer.debit_account_number);
        change(&mut transfer.credit_account_number);
    }
}

/// What of an entry is a caller's to read.
fn in_own_words(allowed: &Allowed, mut entry: api::Entry) -> api::Entry {
    if allowed.sees_own_side_only() {
        own_side(&mut entry, allowed.caller().holder.get());
    }
    if let Some(details) = &mut entry.details {
        match allowed.words() {
            Words::All => {}
            Words::Memo => (details.reason, details.typed) = Default::default(),
            Words::None => (details.memo, details.reason, details.typed) = Default::default(),
        }
    }
    entry
}

/// Nothing of an entry tells a member or a partner who else was concerned.
fn own_side(entry: &mut api::Entry, own: u32) {
    let own_or_nobody = |owner: &mut u32| *owner = if *owner == own { own } else { 0 };
    own_or_nobody(&mut entry.actor);
    entry.claims.clear();
    if let Some(details) = &mut entry.details {
        details.text_about.clear();
        own_or_nobody(&mut details.second_person);
        own_or_nobody(&mut details.allowed_by);
    }
    let held = match &mut entry.action {
        Some(api::entry::Action::Held(held)) => held.transfers.as_mut_slice(),
        Some(_) | None => &mut [],
    };
    for transfer in entry.moves.iter_mut().chain(held) {
        let people = [
            &mut transfer.given_by,
            &mut transfer.received_by,
            &mut transfer.paid_by,
            &mut transfer.in_the_name_of,
        ];
        people.into_iter().for_each(own_or_nobody);
    }
}

/// The banks an entry is about by name.
fn banks_named(entry: &Entry) -> Vec<BankNumber> {
    match &entry.command.action {
        Action::OpenBank(_) => {
            if let Opened::Bank(number, _) = entry.outcome.opened {
                vec![number]
            } else {
                Vec::new()
            }
        }
        Action::OpenClearing(pair) => vec![pair.first, pair.second],
        Action::OpenAccounts(accounts) => accounts.iter().map(|account| account.bank).collect(),
        Action::Note(note) if is_about_a_bank(note.topic) => {
            u32::try_from(note.subject).map_or_else(|_| Vec::new(), |bank| vec![BankNumber::new(bank)])
        }
        Action::Post(_)
        | Action::Hold(_)
        | Action::Capture(_)
        | Action::Void(_)
        | Action::Expire(_)
        | Action::Reverse(_)
        | Action::RegisterOwners(_)
        | Action::SetLimits(..)
        | Action::Close(_)
        | Action::Reopen(_)
        | Action::Note(_) => Vec::new(),
    }
}

/// Whether the subject of a note on this topic is a bank. Whoever sees the bank sees the note.
fn is_about_a_bank(topic: Topic) -> bool {
    [Topic::ACTIVITIES, Topic::POLICY, Topic::PERIOD_LOCK, Topic::WAITING].contains(&topic)
}

/// Whether the subject of a note on this topic is the owner number of somebody. Whoever sees a bank whose people
/// they are of sees the note.
fn is_about_somebody(topic: Topic) -> bool {
    [
        Topic::ERASURE,
        Topic::PERSON,
        Topic::STANDING,
        Topic::REPRESENTATIVE,
        Topic::PAUSE,
        Topic::VENUE,
        Topic::OFFER,
        Topic::BUDGET,
        Topic::CARD,
        Topic::STAFF,
        Topic::SETTLEMENT,
        Topic::HOOK,
    ]
    .contains(&topic)
}

/// Every account an entry names, moves or opens.
fn accounts_of(entry: &Entry) -> Vec<AccountNumber> {
    let mut accounts = accounts_named(&entry.command.action);
    accounts.extend(entry.outcome.lines.iter().map(|line| line.account));
    accounts.extend(entry.moves().flat_map(|part| [part.debit, part.credit]));
    let opened = match (&entry.command.action, entry.outcome.opened) {
        (Action::OpenAccounts(new), Opened::Accounts(first)) => Some((first, new.len())),
        (_, Opened::Accounts(first) | Opened::Bank(_, first)) => Some((first, 2)),
        (_, Opened::Nothing | Opened::Owners(_)) => None,
    };
    if let Some((first, count)) = opened {
        let slots = (first.slot()..).take(count);
        accounts.extend(slots.filter_map(AccountNumber::from_slot));
    }
    accounts
}
