//! The names of other people, to be put out of what was typed before it is told to somebody.

use std::collections::BTreeSet;

use super::super::installation::{Installation, unreadable};
use super::super::not_done::NotDone;
use crate::directory::names::Name;
use crate::directory::people::{Naming, Person};
use crate::domain::{AccountNumber, BankNumber, OwnerNumber};
use crate::words::export::SOMEBODY;

/// What others are called; made once for all lines of a page.
#[derive(Debug)]
pub struct Others {
    naming: Naming,
    own: OwnerNumber,
    /// Accounts whose names are in it, beside those of people whom the directory knows by name.
    read: BTreeSet<AccountNumber>,
}

impl Others {
    /// With somebody for each of them.
    pub fn replaced(&self, typed: &str) -> String {
        self.naming.without_others(typed, SOMEBODY).into_owned()
    }
}

impl Installation {
    /// Everybody of these banks but `person`, whose own names stay.
    pub fn others_than(&self, person: &Person, banks: &[BankNumber]) -> Result<Others, NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        let naming = Naming::of(&known.people, &known.names, banks, person.owner);
        drop(known); // Names are read from the disk.
        let mut others = Others { naming, own: person.owner, read: BTreeSet::new() };
        for account in &person.accounts {
            if let Some(label) = self.label_of(account.number)? {
                others.naming.add_own(&label);
            }
        }
        Ok(others)
    }

    /// Takes in what those are called whose accounts these are: books taken over from elsewhere have names on accounts alone.
    pub fn also_named(&self, accounts: &[AccountNumber], others: &mut Others) -> Result<(), NotDone> {
        for account in accounts {
            let view = self.network.ledger.views().account(*account);
            let is_anothers =
                view.is_some_and(|view| view.owner != others.own) && self.is_somebodys(*account);
            if is_anothers
                && others.read.insert(*account)
                && let Some(label) = self.label_of(*account)?
            {
                others.naming.add_another(&label);
            }
        }
        Ok(())
    }

    fn label_of(&self, account: AccountNumber) -> Result<Option<String>, NotDone> {
        let Some(view) = self.network.ledger.views().account(account) else { return Ok(None) };
        Ok(match self.names().label(account, &view).map_err(unreadable)? {
            Name::Known(label) => Some(label),
            Name::None | Name::Gone => None,
        })
    }
}
