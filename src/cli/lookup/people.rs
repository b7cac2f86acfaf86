//! The people of one bank, for a list in which many are named and nobody looks at each before hours move.
//!
//! - One is meant by all of their name, or by a part of it that begins a word: "ann" is never Hannah Moss. It is read past
//!   capitals and accents, as the server reads it.
//! - Where several fit, and where somebody whose account is open and somebody who left both do, nobody is meant: they are
//!   told with their numbers. Where nobody fits, the nearest names are, of those who left too.

use std::collections::HashMap;

use tonic::Code;

use super::fits::TOLD_MAX;
use super::{Among, SUGGESTED_MAX, each_account, with_number};
use crate::api;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::whom::Whom;
use crate::domain::Nearest;
use crate::domain::fold::folded;
use crate::words::finding as words;

/// Of a bank so many accounts are kept: the largest real one has 875 members.
const ACCOUNTS_MAX: usize = 100_000;

/// Somebody who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Someone {
    /// Their account.
    pub account: u32,
    /// What they are called; empty where that is not known here, as of an account of another bank.
    pub name: String,
}

/// The people of one bank and their accounts, listed once: whoever asks for everybody by name asks more often than one
/// caller may.
pub struct PeopleOf {
    bank: u32,
    /// By owner number.
    people: HashMap<u32, Named>,
    accounts: Vec<api::Account>,
}

/// Somebody, as they are called, and how that is compared.
struct Named {
    name: String,
    compared: [String; 2],
}

impl Named {
    fn of(profile: &api::Profile) -> Self {
        Self { name: profile.name.clone(), compared: [folded(&profile.name), folded(&profile.known_as)] }
    }
}

/// How well a name fits what was typed; all of it is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fitting {
    /// A word of it begins so.
    Part,
    /// It is all of it.
    Whole,
}

/// An account that may be meant.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    owner: u32,
    account: u32,
    name: &'a str,
    standing: api::Standing,
    fitting: Fitting,
}

impl PeopleOf {
    /// Those of a bank.
    ///
    /// # Errors
    /// The bank has more than [`ACCOUNTS_MAX`], or as the server says.
    pub async fn bank(session: &mut Session<'_, '_>, bank: u32) -> Result<Self, Failure> {
        let mut accounts = Vec::new();
        let mut others = 0_usize;
        each_account(session, bank, |account| {
            if accounts.len() < ACCOUNTS_MAX {
                accounts.push(account);
            } else {
                others = others.saturating_add(1);
            }
        })
        .await?;
        if others > 0 {
            return Err(Failure::Refused(words::too_many_accounts(bank, ACCOUNTS_MAX)));
        }
        accounts.retain(|account| Among::PeopleWhoLeft.has(account.kind()));
        Ok(Self { bank, people: everybody(session, bank).await?, accounts })
    }

    /// The one who is meant, also where their account is closed.
    ///
    /// # Errors
    /// [`Failure::Refused`] if none or several fit.
    pub fn meant(&self, whom: &Whom) -> Result<Someone, Failure> {
        let mut fit = match whom {
            Whom::Account(number) => {
                let account = self.accounts.iter().find(|account| account.account_number == *number);
                let name = account.map_or("", |account| self.name(account)).to_owned();
                return Ok(Someone { account: *number, name });
            }
            Whom::Person(owner) => {
                self.candidates(|account| Some(Fitting::Whole).filter(|_| account.owner_number == *owner))
            }
            Whom::Named(text) => {
                let text = folded(text);
                self.candidates(|account| self.fitting(account, &text))
            }
        };
        let best = fit.iter().map(|one| one.fitting).max();
        fit.retain(|one| Some(one.fitting) == best);
        // Somebody who came back has an old account beside the one they use.
        let open: Vec<_> =
            fit.iter().filter(|one| one.standing == api::Standing::Open).map(|one| one.owner).collect();
        fit.retain(|one| one.standing == api::Standing::Open || !open.contains(&one.owner));
        match *fit {
            [] => Err(Failure::Refused(self.nobody(whom))),
            [Candidate { account, name, .. }] => Ok(Someone { account, name: name.to_owned() }),
            _ => Err(Failure::Refused(self.several(whom, &fit))),
        }
    }

    fn candidates(&self, fitting: impl Fn(&api::Account) -> Option<Fitting>) -> Vec<Candidate<'_>> {
        let candidate = |account| {
            let fitting = fitting(account)?;
            let (owner, standing, name) = (account.owner_number, account.standing(), self.name(account));
            Some(Candidate { owner, account: account.account_number, name, standing, fitting })
        };
        self.accounts.iter().filter_map(candidate).collect()
    }

    /// By what somebody is called in the directory, or by what their account is: books taken over from elsewhere have that
    /// alone.
    fn fitting(&self, account: &api::Account, text: &str) -> Option<Fitting> {
        let person = self.people.get(&account.owner_number);
        let by_name =
            person.and_then(|named| named.compared.iter().filter_map(|name| fitting(name, text)).max());
        by_name.or_else(|| fitting(&folded(&account.label), text))
    }

    fn name<'a>(&'a self, account: &'a api::Account) -> &'a str {
        self.people.get(&account.owner_number).map_or(&*account.label, |named| &*named.name)
    }

    fn nobody(&self, whom: &Whom) -> String {
        let text = match whom {
            Whom::Named(text) => text,
            Whom::Account(_) | Whom::Person(_) => {
                return words::no_open_account(&whom.to_string(), self.bank);
            }
        };
        let without_account = self
            .people
            .iter()
            .filter(|(_, named)| named.compared.iter().any(|name| fitting(name, &folded(text)).is_some()));
        if let Some((owner, named)) = without_account.min_by_key(|(owner, _)| **owner) {
            return words::no_open_account(&format!("{} (person {owner})", named.name), self.bank);
        }
        let mut nearest = Nearest::to(text, SUGGESTED_MAX);
        for account in &self.accounts {
            let name = self.name(account);
            if !name.is_empty() {
                nearest.offer(name, with_number(name, account.account_number, account.standing()));
            }
        }
        let [nobody, _] = Among::PeopleWhoLeft.words();
        words::nobody_fits(nobody, &whom.to_string(), self.bank, &nearest.into_told())
    }

    fn several(&self, whom: &Whom, fit: &[Candidate<'_>]) -> String {
        let told = fit.iter().take(TOLD_MAX).map(|one| {
            let closed = if one.standing == api::Standing::Closed { ", closed" } else { "" };
            format!("{}: {}{closed}", one.account, one.name)
        });
        let [_, several] = Among::PeopleWhoLeft.words();
        words::several_fit(several, &whom.to_string(), self.bank, fit.len(), &told.collect::<Vec<_>>())
    }
}

/// How well a name fits a text; both as they are compared.
fn fitting(name: &str, text: &str) -> Option<Fitting> {
    if text.is_empty() || name.is_empty() {
        return None;
    }
    if name == text {
        return Some(Fitting::Whole);
    }
    let words = name
        .match_indices(text)
        .filter(|(at, _)| name.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(' ')));
    words.map(|_| Fitting::Part).next()
}

/// What everybody of a bank is called, a page at a time.
async fn everybody(session: &mut Session<'_, '_>, bank_number: u32) -> Result<HashMap<u32, Named>, Failure> {
    let (mut all, mut page_token) = (HashMap::new(), String::new());
    loop {
        let text = String::new();
        let request = api::SearchMembersRequest { bank_number, text, page_size: PAGE_SIZE, page_token };
        let answer = match session.client.directory.search_members(call(request)).await {
            Ok(answer) => answer.into_inner(),
            Err(status) if status.code() == Code::PermissionDenied => {
                return Err(Failure::Refused(words::names_are_for_staff()));
            }
            Err(status) => return Err(status.into()),
        };
        let named = |person: api::Person| Some((person.owner_number, Named::of(person.profile.as_ref()?)));
        all.extend(answer.people.into_iter().filter_map(named));
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::whom::whom;

    /// A bank of these, each with a standing; the first has number 1. `*` in front: an account without a profile.
    fn people(all: &[(&str, api::Standing)]) -> PeopleOf {
        let mut bank = PeopleOf { bank: 1, people: HashMap::new(), accounts: Vec::new() };
        for (number, (name, standing)) in (1..).zip(all) {
            let label = name.strip_prefix('*');
            if label.is_none() {
                let profile = api::Profile { name: (*name).to_owned(), ..api::Profile::default() };
                bank.people.insert(number, Named::of(&profile));
            }
            bank.accounts.push(api::Account {
                owner_number: number,
                account_number: number,
                kind: api::AccountKind::Member.into(),
                standing: (*standing).into(),
                label: label.unwrap_or_default().to_owned(),
                ..api::Account::default()
            });
        }
        bank
    }

    fn meant(bank: &PeopleOf, text: &str) -> Result<u32, String> {
        let found = bank.meant(&whom(text).unwrap());
        found.map(|someone| someone.account).map_err(|failure| failure.to_string())
    }

    /// Goal: a part of a name counts where a word begins, whatever its capitals and accents, and nowhere else. Method: parts
    /// at the beginning, of a later word, in the middle of one; a name of books from elsewhere; whole names beside longer ones.
    #[test]
    fn parts_begin_words() {
        let open = api::Standing::Open;
        let bank =
            people(&["Hannah Moss", "Zoë O'Brien", "*Ivy Green", "Bo", "Bo Birch"].map(|name| (name, open)));
        for (text, number) in [
            ("hann", 1),
            ("MOSS", 1),
            ("zoe", 2),
            ("obr", 2),
            ("ivy gr", 3),
            ("green", 3),
            ("bo", 4),
            ("bo b", 5),
        ] {
            assert_eq!(meant(&bank, text), Ok(number), "{text}");
        }
        for text in ["ann", "nah", "oss", "birc h", "rien"] {
            let why = meant(&bank, text).unwrap_err();
            assert!(why.contains(&format!("nobody of bank 1 is called '{text}'")), "{why}");
        }
        assert!(meant(&bank, "ann").unwrap_err().contains("Hannah Moss (1)"));
        assert_eq!(bank.meant(&Whom::Account(5)).unwrap().name, "Bo Birch");
        assert_eq!(bank.meant(&Whom::Account(77)).unwrap().name, "");
        assert_eq!(bank.meant(&Whom::Person(3)).unwrap().name, "Ivy Green");
    }

    /// Goal: one who left and one who is here are asked about, and whoever left is offered where a name is misspelt, said as
    /// closed. Method: both by a part and by a whole name; each by more of it; somebody who came back; a slip.
    #[test]
    fn who_left_is_asked_about() {
        let (open, closed) = (api::Standing::Open, api::Standing::Closed);
        let bank = people(&[("Hugo Boss", open), ("Hugo Moss", closed), ("Kit", open), ("Kit", closed)]);
        let several = meant(&bank, "hugo").unwrap_err();
        assert!(several.contains("  1: Hugo Boss\n  2: Hugo Moss, closed\n"), "{several}");
        assert!(meant(&bank, "kit").unwrap_err().contains("fits 2 people"));
        assert_eq!((meant(&bank, "hugo b"), meant(&bank, "moss")), (Ok(1), Ok(2)));
        let slip = meant(&bank, "huggo mosss").unwrap_err();
        assert!(slip.contains("Hugo Moss (2, closed)"), "{slip}");
        let mut back = people(&[("Wren Kew", closed), ("Wren Kew", open)]);
        back.accounts[1].owner_number = 1;
        assert_eq!(meant(&back, "wren"), Ok(2));
    }
}
