//! A statement's lines in words: who is on the other side of each, and what they are called for whoever reads it.
//!
//! Names are for those who may read words. A member hears with whom they exchanged hours if somebody else says so too: a
//! broker, or the other side. Otherwise anybody could learn who has a number by a small gift. They do not hear who
//! paid for somebody else, nor whose account was closed. Of a person in a time bank that is out of reach, the time bank
//! alone is named. A partner hears of nobody: members stand on the other side of what it took.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::super::installation::{Installation, unreadable};
use super::super::not_done::NotDone;
use crate::access::{Allowed, Words};
use crate::directory::people::terms::PersonKind;
use crate::directory::{Activity, Names};
use crate::domain::{
    AccountNumber, Action, BankNumber, Day, Entry, Humans, Kind, OwnerNumber, People, Transfer,
};
use crate::exchange::claimed_lines::ClaimedLines;
use crate::words::statement::{self, What, Whose};

/// What an entry did to one account, and who was behind it.
#[derive(Clone, Debug, Default)]
pub struct Sides {
    others: Vec<AccountNumber>,
    people: People,
    came: i64,
    went: i64,
    set_aside: i64,
    /// Who says so.
    said_by: Vec<OwnerNumber>,
}

/// What others are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Called {
    /// By their names.
    Names,
    /// Accounts and people by their numbers.
    Numbers,
    /// Accounts by their numbers; of other people nothing is said.
    AccountNumbers,
    /// Accounts in reach by their numbers; of all others it is said how many they are.
    OwnNumbers,
    /// Groups, shops, pots and banks by their names; people are somebody.
    Houses,
}

/// How lines are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// With the names that whoever reads it may hear.
    AsTheyMay,
    /// With nobody's name but those of groups, shops, pots and banks.
    WithoutPeople,
}

impl Sides {
    /// Of an entry and the hold it names, for `account`.
    fn of(account: AccountNumber, entry: &Entry, hold: Option<&Entry>) -> Self {
        let mut sides = Self::default();
        for moved in entry.moves() {
            let seconds = moved.amount.seconds();
            if moved.credit == account {
                sides.came = sides.came.saturating_add(seconds);
            }
            if moved.debit == account {
                sides.went = sides.went.saturating_add(seconds);
            }
        }
        // A post that ends a hold may do no more to the account than that.
        let own = [Some(entry), hold]
            .into_iter()
            .flatten()
            .map(|entry| own_transfers(account, &entry.command.action))
            .find(|own| !own.is_empty())
            .unwrap_or_default();
        if matches!(entry.command.action, Action::Hold(_)) {
            let from = own.iter().filter(|transfer| transfer.debit == account);
            sides.set_aside = from.fold(0, |sum, transfer| sum.saturating_add(transfer.amount.seconds()));
        }
        // The clock says nothing.
        let acted = Some(entry).filter(|entry| !matches!(entry.command.action, Action::Expire(_)));
        sides.said_by = acted.into_iter().chain(hold).map(|entry| entry.command.actor).collect();
        let named = own.iter().map(|transfer| (transfer.debit, transfer.credit));
        let moved = entry.moves().map(|moved| (moved.debit, moved.credit));
        sides.others = named
            .chain(moved)
            .filter_map(|(debit, credit)| match (debit == account, credit == account) {
                (true, _) => Some(credit),
                (_, true) => Some(debit),
                (false, false) => None,
            })
            .collect();
        sides.others.sort_unstable();
        sides.others.dedup();
        let people = || own.iter().map(|transfer| transfer.people);
        sides.people = People {
            activity: the_same(people().map(|people| people.activity)),
            given_by: the_same(people().map(|people| people.given_by)),
            received_by: the_same(people().map(|people| people.received_by)),
            paid_by: the_same(people().map(|people| people.paid_by)),
            in_the_name_of: the_same(people().map(|people| people.in_the_name_of)),
            correction: people().next().unwrap_or_default().correction,
        };
        sides
    }

    /// The accounts on the other side of what it moved or set aside, in the order of their numbers.
    pub fn others(&self) -> &[AccountNumber] {
        &self.others
    }

    /// What came to the account, and what went.
    pub const fn came_and_went(&self) -> (i64, i64) {
        (self.came, self.went)
    }

    /// Who was behind it and what for, as far as all that moved for the account says the same.
    pub const fn people(&self) -> &People {
        &self.people
    }
}

/// What all say; nothing where they differ.
fn the_same<T: Copy + PartialEq>(mut all: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = all.next()?;
    if all.all(|other| other == first) { first } else { None }
}

/// What an action moves or sets aside for an account as it stands.
fn own_transfers(account: AccountNumber, action: &Action) -> Vec<Transfer> {
    let own = |transfer: &&Transfer| transfer.debit == account || transfer.credit == account;
    action.transfers().iter().filter(own).copied().collect()
}

/// Says the lines of one account's statement. Reads each name once.
pub struct Said<'a> {
    /// Who reads it.
    pub allowed: &'a Allowed,
    manner: Manner,
    books: &'a Installation,
    humans: Arc<Humans>,
    names: Names<'a>,
    account: AccountNumber,
    owner: Option<OwnerNumber>,
    zone: &'a TimeZone,
    /// The day it is read; the first there is for paper.
    today: Day,
    activities: Vec<Activity>,
    accounts: BTreeMap<AccountNumber, String>,
    people: BTreeMap<OwnerNumber, String>,
}

impl<'a> Said<'a> {
    /// For `account`, read by whoever is `allowed` to, in the time zone of its bank.
    pub fn new(
        books: &'a Installation,
        allowed: &'a Allowed,
        account: AccountNumber,
        zone: &'a TimeZone,
    ) -> Result<Self, NotDone> {
        let view = books.network.ledger.views().account(account);
        let position = books.network.ledger.position();
        let activities = view.map(|view| books.activities.list(view.bank, position)).transpose();
        Ok(Self {
            allowed,
            manner: Manner::AsTheyMay,
            books,
            humans: books.access.humans(),
            names: books.names(),
            account,
            owner: view.map(|view| view.owner),
            zone,
            today: Day::at(books.access.now(), zone),
            activities: activities
                .map_err(|error| NotDone::Unreadable(error.to_string()))?
                .unwrap_or_default(),
            accounts: BTreeMap::new(),
            people: BTreeMap::new(),
        })
    }

    /// The same for paper, which is kept: names are whole, and days have their year whenever it is read.
    pub fn on_paper(
        books: &'a Installation,
        allowed: &'a Allowed,
        account: AccountNumber,
        zone: &'a TimeZone,
    ) -> Result<Self, NotDone> {
        let said = Self::new(books, allowed, account, zone)?;
        Ok(Self { names: books.names().whole(), today: Day::MIN, ..said })
    }

    /// The same with no other person in it, whoever reads it.
    pub fn without_people(
        books: &'a Installation,
        allowed: &'a Allowed,
        account: AccountNumber,
        zone: &'a TimeZone,
    ) -> Result<Self, NotDone> {
        Ok(Self { manner: Manner::WithoutPeople, ..Self::on_paper(books, allowed, account, zone)? })
    }

    /// Whether other people are somebody.
    pub fn names_no_people(&self) -> bool {
        self.manner == Manner::WithoutPeople
    }

    /// What an entry did to the account.
    pub fn sides(&self, entry: &Entry) -> Result<Sides, NotDone> {
        let books = self.books.network.ledger.books();
        let hold = entry.command.action.hold_named();
        let hold = hold.map(|hold| books.durable(hold)).transpose().map_err(unreadable)?.flatten();
        Ok(Sides::of(self.account, entry, hold.as_ref()))
    }

    /// The line in words. `let_go` is by how much less is set aside than on the line before, seconds.
    pub fn line(
        &mut self,
        entry: &Entry,
        sides: &Sides,
        (kind, let_go, day): (Option<Kind>, i64, Day),
    ) -> String {
        let what = self.what(entry, sides, (kind, let_go));
        let people = sides.people;
        let called = self.called(entry, sides);
        let is_told_where = called != Called::OwnNumbers;
        let mut far = sides.others.iter().filter(|_| is_told_where);
        let elsewhere = far.find_map(|other| self.in_another_bank(*other));
        let is_help = kind.is_some_and(Kind::is_help_given);
        let (giver, receiver, others) = match elsewhere {
            Some(bank) if is_help => self.between(bank, sides, called),
            Some(bank) => (None, None, vec![self.bank(bank)]),
            None => {
                let (giver, receiver) =
                    (self.another(people.given_by, called), self.another(people.received_by, called));
                // A member who helped somebody hears whom, and not who paid.
                let hears_whom = sides.came > 0 && self.allowed.words() == Words::Memo;
                let others = match receiver.as_ref().filter(|_| hears_whom) {
                    Some(receiver) => vec![receiver.clone()],
                    None => self.first_of(&sides.others, called),
                };
                (giver, receiver, others)
            }
        };
        let line = statement::Line {
            what,
            others_count: if elsewhere.is_some() { 1 } else { sides.others.len() },
            others,
            giver,
            receiver,
            in_the_name_of: self.another(people.in_the_name_of, called),
            activity: self.activity(people.activity),
            claimed_lines: ClaimedLines::beside(entry).map(|claimed| claimed.lines.len()),
            day,
            entered: Day::at(entry.recorded_at, self.zone),
            today: self.today,
        };
        line.sentence()
    }

    /// Giver, receiver, and who is on the other side of help between this bank and `bank`. Hours that came are for help
    /// that somebody over there was given, and those that went for help that somebody there gave; whoever it is here
    /// is named where another account stands in for theirs.
    fn between(
        &mut self,
        bank: BankNumber,
        sides: &Sides,
        called: Called,
    ) -> (Option<String>, Option<String>, Vec<String>) {
        let people = sides.people;
        if sides.came > 0 {
            let receiver = self.somebody_in(bank, people.received_by);
            (self.another(people.given_by, called), Some(receiver.clone()), vec![receiver])
        } else {
            let giver = self.somebody_in(bank, people.given_by);
            (Some(giver.clone()), self.another(people.received_by, called), vec![giver])
        }
    }

    fn what(&self, entry: &Entry, sides: &Sides, (kind, let_go): (Option<Kind>, i64)) -> What {
        let (came, went) = (sides.came, sides.went);
        match (&entry.command.action, kind) {
            (Action::Hold(_), _) => What::SetAside(sides.set_aside),
            (Action::Void(_), _) => What::LetGo(let_go),
            (Action::Expire(_), _) if came == 0 && went == 0 => What::RanOut(let_go),
            (_, _) if came == 0 && went == 0 && let_go > 0 => What::LetGo(let_go),
            (_, _) if came == 0 && went == 0 => What::NoHours,
            (Action::Close(close), _) => {
                let whose = if close.account == self.account { Whose::Own } else { Whose::Other };
                What::Closed { whose, came, went }
            }
            (Action::Reverse(reverse), Some(Kind::Reversal)) => {
                What::PutRight { original: reverse.original, came, went }
            }
            (_, Some(kind)) => What::Moved { kind, came, went },
            (_, None) => What::NoHours,
        }
    }

    /// What others are called for whoever reads it.
    fn called(&self, entry: &Entry, sides: &Sides) -> Called {
        let reader = self.allowed.caller().holder;
        let is_anothers_word = |by: &OwnerNumber| !self.humans.are_one(*by, reader);
        match self.allowed.words() {
            _ if self.names_no_people() => Called::Houses,
            Words::All => Called::Names,
            Words::Memo if matches!(entry.command.action, Action::Close(_)) => Called::AccountNumbers,
            Words::Memo if sides.said_by.iter().any(is_anothers_word) => Called::Names,
            Words::None if self.allowed.knows_no_members() => Called::OwnNumbers,
            Words::None if !self.allowed.sees_own_side_only() => Called::Numbers,
            Words::Memo | Words::None => Called::AccountNumbers,
        }
    }

    fn first_of(&mut self, accounts: &[AccountNumber], called: Called) -> Vec<String> {
        let is_named = |account: &&AccountNumber| {
            let is_in_reach = || self.books.sees_account(self.allowed, **account);
            let is_a_house = || !self.books.is_somebodys(**account);
            (called != Called::OwnNumbers || is_in_reach()) && (called != Called::Houses || is_a_house())
        };
        let named: Vec<_> = accounts.iter().filter(is_named).take(statement::NAMED_MAX).collect();
        named.into_iter().map(|account| self.account_name(*account, called)).collect()
    }

    fn account_name(&mut self, account: AccountNumber, called: Called) -> String {
        match called {
            Called::Numbers | Called::AccountNumbers | Called::OwnNumbers => format!("account {account}"),
            Called::Names | Called::Houses => {
                let names = &mut self.names;
                self.accounts.entry(account).or_insert_with(|| names.in_a_sentence(account)).clone()
            }
        }
    }

    /// The time bank that an account of this one is kept for.
    fn in_another_bank(&self, account: AccountNumber) -> Option<BankNumber> {
        self.books.directory.known().banks.kept_for(account)
    }

    fn bank(&mut self, bank: BankNumber) -> String {
        self.names.bank_in_a_sentence(bank)
    }

    /// Somebody of another time bank, as far as their people are in reach.
    fn somebody_in(&mut self, bank: BankNumber, owner: Option<OwnerNumber>) -> String {
        let reads_names = self.allowed.words() == Words::All && !self.names_no_people();
        let is_theirs_to_hear = reads_names && self.allowed.sees_bank(bank);
        match owner.filter(|_| is_theirs_to_hear) {
            Some(owner) => self.person_name(owner),
            None => format!("somebody in {}", self.bank(bank)),
        }
    }

    fn activity(&self, number: Option<u16>) -> Option<String> {
        let place = usize::from(number?).checked_sub(1)?;
        self.activities.get(place).map(|activity| activity.name.clone())
    }

    /// Somebody who is not the one whose account it is.
    fn another(&mut self, owner: Option<OwnerNumber>, called: Called) -> Option<String> {
        let owner = owner.filter(|owner| Some(*owner) != self.owner)?;
        match called {
            Called::Names => Some(self.person_name(owner)),
            Called::Numbers => Some(format!("person {owner}")),
            Called::Houses if self.is_a_house(owner) => Some(self.person_name(owner)),
            Called::Houses => Some("somebody".to_owned()),
            Called::AccountNumbers | Called::OwnNumbers => None,
        }
    }

    /// Whether an owner is a group or a shop.
    fn is_a_house(&self, owner: OwnerNumber) -> bool {
        let known = self.books.directory.known();
        let person = known.people.person(owner);
        person.is_some_and(|person| matches!(person.kind, PersonKind::Organisation | PersonKind::Partner))
    }

    fn person_name(&mut self, owner: OwnerNumber) -> String {
        let (books, names) = (self.books, &mut self.names);
        self.people.entry(owner).or_insert_with(|| books.called(names, owner)).clone()
    }
}
