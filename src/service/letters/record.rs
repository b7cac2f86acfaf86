//! GetRecordOfHelp: what somebody gave between two days.
//!
//! Help is found by who gave it, and its hours may be anybody's: the entries are read from the first that was written down
//! on the first day or later, because no help is written down before its day, to the position asked about. So it costs what
//! the time between costs, not what the books do.

use std::cell::RefCell;

use super::making::BanksKnown;
use crate::access::Allowed;
use crate::api::{GetRecordOfHelpRequest, GetRecordOfHelpResponse, HelpGiven};
use crate::directory::names::Name;
use crate::directory::people::Person;
use crate::domain::{AccountKind, AccountNumber, BankNumber, Day, Entry, OwnerNumber, Refusal, Sequence};
use crate::ledger::recovery::{self, RecoveryError};
use crate::letters::{Books, OCCASIONS_MAX, Occasions};
use crate::past::day_of;
use crate::service::fields;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;

/// The accounts of one bank.
pub struct OfBank<'a> {
    books: &'a Installation,
    bank: BankNumber,
    /// The hold read last: several parts of one are often taken in a row.
    last: RefCell<Option<Entry>>,
}

impl<'a> OfBank<'a> {
    pub const fn new(books: &'a Installation, bank: BankNumber) -> Self {
        Self { books, bank, last: RefCell::new(None) }
    }
}

impl Books for OfBank<'_> {
    type Error = RecoveryError;

    fn owner(&self, account: AccountNumber) -> Option<OwnerNumber> {
        let view = self.books.network.ledger.views().account(account)?;
        let is_here = view.bank == self.bank && view.kind != AccountKind::Clearing;
        is_here.then_some(view.owner)
    }

    fn entry(&self, sequence: Sequence) -> Result<Option<Entry>, RecoveryError> {
        let mut last = self.last.borrow_mut();
        if last.as_ref().is_none_or(|last| last.sequence != sequence) {
            *last = self.books.network.ledger.books().entry(sequence)?;
        }
        Ok(last.clone())
    }
}

impl Installation {
    /// GetRecordOfHelp.
    pub fn get_record_of_help(
        &self,
        allowed: &Allowed,
        request: GetRecordOfHelpRequest,
    ) -> Result<GetRecordOfHelpResponse, NotDone> {
        let owner = fields::person(request.owner_number);
        let owner =
            owner.ok_or_else(|| NotDone::bad("owner_number", "the owner number of somebody, from 1"))?;
        let from =
            fields::day("from_day", request.from_day)?.ok_or_else(|| NotDone::bad("from_day", "given"))?;
        let through = fields::day("through_day", request.through_day)?;
        let through = through.ok_or_else(|| NotDone::bad("through_day", "given"))?;
        let position = self.network.ledger.position();
        let at = request.at_sequence.map_or(position, Sequence::new);
        if at > position {
            return Err(NotDone::NotReached { asked: at, position });
        }
        let bank = self.bank_of_record(allowed, owner, fields::bank_or_any(request.bank_number))?;
        let mut banks = BanksKnown::default();
        let (zone, bank_name) = banks.of(self, bank)?;
        let today = Day::at(self.access.now(), zone);
        if through < from || through > today {
            let limit = "not before from_day, and not to come where the bank is";
            return Err(NotDone::bad("through_day", limit));
        }
        let before =
            self.past.position_before(from.begins(zone)).map_err(crate::service::moments::derived)?;
        let books = OfBank::new(self, bank);
        let (mut occasions, mut too_many) = (Occasions::new(owner, (from, through)), false);
        let reader = &**self.network.ledger.books().journal();
        recovery::each_record(reader, before.next(), at, |record| {
            if too_many {
                return Ok(()); // The answer is known.
            }
            let entry = recovery::decode(&record)?;
            let learned = occasions.learn(&entry, day_of(&entry, zone), &books)?;
            too_many = learned.is_err();
            Ok(())
        })
        .map_err(unreadable)?;
        if too_many {
            let limit = format!("fewer days: more than {OCCASIONS_MAX} occasions lie between them");
            return Err(NotDone::bad("through_day", &limit));
        }
        let (help, times) = occasions.help();
        let names = self.activities.list(bank, position);
        let names = names.map_err(|error| NotDone::Unreadable(error.to_string()))?;
        let help: Vec<_> = help
            .into_iter()
            .map(|one| {
                let place = one.activity.and_then(|number| usize::from(number).checked_sub(1));
                let name = place.and_then(|place| names.get(place)).map(|activity| activity.name.clone());
                HelpGiven {
                    activity_number: one.activity.map_or(0, u32::from),
                    activity_name: name.unwrap_or_default(),
                    seconds: one.seconds,
                    times: one.times,
                }
            })
            .collect();
        Ok(GetRecordOfHelpResponse {
            owner_number: owner.get(),
            name: self.whole_name(owner)?,
            bank_number: bank.get(),
            bank_name: bank_name.clone(),
            from_day: request.from_day,
            through_day: request.through_day,
            total_seconds: help.iter().fold(0, |sum, one| sum.saturating_add(one.seconds)),
            help,
            times,
            said_on: Some(crate::service::answers::date(today)),
            sequence: at.get(),
        })
    }

    /// The bank whose books say it: as asked, else the one they belong to, else one of their accounts' in reach.
    fn bank_of_record(
        &self,
        allowed: &Allowed,
        owner: OwnerNumber,
        asked: Option<BankNumber>,
    ) -> Result<BankNumber, NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        let person = self.person_in_reach(allowed, &known, owner)?;
        let banks = std::iter::once(person.bank).chain(person.accounts.iter().map(|account| account.bank));
        let bank = asked.or_else(|| banks.into_iter().find(|bank| allowed.sees_bank(*bank)));
        let bank = bank.ok_or_else(|| self.refused(&Refusal::OwnerNotFound(owner)))?;
        self.bank_in_reach(allowed, bank)?;
        Ok(bank)
    }

    /// What somebody is called, uncut; empty where that was never said or cannot be read any more.
    fn whole_name(&self, owner: OwnerNumber) -> Result<String, NotDone> {
        let account = self.directory.known().people.person(owner).and_then(first_account);
        let mut names = self.names();
        let (mut name, views) = (names.person(owner).map_err(unreadable)?, self.network.ledger.views());
        if let (Name::None, Some((account, view))) =
            (&name, account.and_then(|account| Some((account, views.account(account)?))))
        {
            name = names.label(account, &view).map_err(unreadable)?;
        }
        Ok(if let Name::Known(name) = name { name } else { String::new() })
    }
}

fn first_account(person: &Person) -> Option<AccountNumber> {
    person.accounts.first().map(|account| account.number)
}
