//! Who is meant by what was typed: one person or account, or a list of those who fit.
//!
//! Owns how a name becomes a number, for every command. A name is looked for among the people of one bank, and among
//! what accounts of that bank are called, so that people of books taken over from elsewhere are found too.
//!
//! - One who fits is meant; of several, the only one whose whole name it is. Nobody else is guessed: those who fit, or
//!   else the nearest names, are told with their numbers, and nothing is done.
//! - How somebody is reached is no name: hours do not move by a part of an address.
//! - In a list of many ([`PeopleOf`]) nobody looks at each name before hours move: there a part counts where a word begins,
//!   and one whose account is closed is asked about beside one whose is open.
//! - Of a bank at most [`FITS_MAX`] who fit are kept, however many there are.

mod fits;
mod people;

use std::collections::{BTreeSet, HashMap};

use fits::{Fit, Fits};
pub use people::{PeopleOf, Someone};
use tonic::Code;

use super::connection::{Client, call};
use super::failure::Failure;
use super::figures::short;
use super::session::{PAGE_SIZE, Session};
use super::whom::Whom;
use crate::api;
use crate::words::finding as words;

/// So many who fit a name are kept.
const FITS_MAX: u32 = 20;
/// So many of the nearest names are told, where none fits.
pub const SUGGESTED_MAX: usize = 5;
/// What the community pot of a bank is called here, which has no name of its own.
const COMMUNITY_POT: &str = "the community pot";
/// How it is typed.
const THE_POT: &str = "pot";

/// Among what an account is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// People, organisations and partners.
    People,
    /// The same, and those whose account is closed, where nobody else fits: for help from before that.
    PeopleWhoLeft,
    /// Pots.
    Pots,
    /// All of these.
    Both,
}

impl Among {
    const fn has(self, kind: api::AccountKind) -> bool {
        match kind {
            api::AccountKind::Member | api::AccountKind::Organisation | api::AccountKind::Partner => {
                matches!(self, Self::People | Self::PeopleWhoLeft | Self::Both)
            }
            api::AccountKind::Pot => matches!(self, Self::Pots | Self::Both),
            api::AccountKind::Unspecified | api::AccountKind::Issuance | api::AccountKind::Clearing => false,
        }
    }

    /// None of them, and several.
    const fn words(self) -> [&'static str; 2] {
        match self {
            Self::People | Self::PeopleWhoLeft => ["nobody", "people"],
            Self::Pots => ["no pot", "pots"],
            Self::Both => ["nobody, and no pot,", "people and pots"],
        }
    }
}

/// The number of the one open account that is meant; names are looked for in `bank`, or where that is left out in the
/// bank that goes without saying.
///
/// # Errors
/// [`Failure`] if none or several fit, or as the server says.
pub async fn account(
    session: &mut Session<'_, '_>,
    whom: &Whom,
    bank: Option<u32>,
    among: Among,
) -> Result<u32, Failure> {
    if let Whom::Account(number) = whom {
        return Ok(*number);
    }
    let bank = session.bank_number(bank).await?;
    let has_pots = matches!(among, Among::Pots | Among::Both);
    // Whoever is called so too is typed by more of their name.
    if has_pots && matches!(whom, Whom::Named(text) if is_same(text, THE_POT)) {
        return Ok(session.bank(bank).await?.pot_account_number);
    }
    let pot = if has_pots { session.bank(bank).await?.pot_account_number } else { 0 };
    let mut looking = Looking::begun(session, whom, (bank, pot), among).await?;
    each_account(session, bank, |account| looking.look(&account)).await?;
    looking.found()
}

/// Somebody who is looked for, one account of a bank after the other.
struct Looking<'a> {
    whom: &'a Whom,
    bank: u32,
    /// The community pot, where that may be meant; else 0.
    pot: u32,
    among: Among,
    /// Who is called so, by owner number.
    known: HashMap<u32, Fit>,
    fits: Fits,
    /// Those whose account is closed.
    left: Fits,
}

impl<'a> Looking<'a> {
    async fn begun(
        session: &mut Session<'_, '_>,
        whom: &'a Whom,
        (bank, pot): (u32, u32),
        among: Among,
    ) -> Result<Self, Failure> {
        let mut known = HashMap::new();
        match whom {
            Whom::Named(text) if among != Among::Pots => {
                let people = people_called(session, text, bank).await?;
                known.extend(people.into_iter().map(|(_, fit)| (fit.owner, fit)));
            }
            Whom::Person(owner) => {
                known.insert(*owner, Fit::numbered(*owner));
            }
            Whom::Account(_) | Whom::Named(_) => {}
        }
        Ok(Self::with(whom, (bank, pot), among, known))
    }

    /// The same where it is known who is called so.
    fn with(whom: &'a Whom, (bank, pot): (u32, u32), among: Among, known: HashMap<u32, Fit>) -> Self {
        Self { whom, bank, pot, among, known, fits: Fits::of(whom), left: Fits::of(whom) }
    }

    fn look(&mut self, account: &api::Account) {
        let is_open = account.standing() == api::Standing::Open;
        if !self.among.has(account.kind()) || !(is_open || self.among == Among::PeopleWhoLeft) {
            return;
        }
        let (owner, number) = (account.owner_number, account.account_number);
        if !is_open {
            // Whoever left is offered beside the others where nobody fits.
            self.fits.near(&account.label, with_number(&account.label, number, account.standing()));
        }
        let fits = if is_open { &mut self.fits } else { &mut self.left };
        // Pots are the bank's own.
        match self.known.get(&owner).filter(|_| account.kind() != api::AccountKind::Pot) {
            Some(fit) => fits.keep(Fit { account: number, ..fit.clone() }),
            None if number == self.pot && account.label.is_empty() => {
                fits.offer(owner, number, COMMUNITY_POT);
            }
            None => fits.offer(owner, number, &account.label),
        }
    }

    fn found(mut self) -> Result<u32, Failure> {
        let bank = self.bank;
        if self.fits.kept.is_empty() && !self.left.kept.is_empty() {
            self.fits = self.left;
        }
        let is_without = |fit: &Fit| self.fits.kept.is_empty() && !fit.name.is_empty();
        if let Some(fit) = self.known.into_values().filter(is_without).min_by_key(|fit| fit.owner) {
            let Fit { name, owner, .. } = fit;
            return Err(Failure::Refused(words::no_open_account(&format!("{name} (person {owner})"), bank)));
        }
        self.fits.one(self.whom, bank, self.among.words()).map(|fit| fit.account)
    }
}

/// The one person or group that is meant, as they are now; of `kind`, if they are named. Whoever is meant by number may
/// be of any kind.
///
/// # Errors
/// [`Failure`] if none or several fit, or as the server says.
pub async fn person(
    session: &mut Session<'_, '_>,
    whom: &Whom,
    bank: Option<u32>,
    kind: Option<api::PersonKind>,
) -> Result<api::Person, Failure> {
    let text = match whom {
        Whom::Account(number) => return by_number(&mut session.client, 0, *number).await,
        Whom::Person(owner) => return by_number(&mut session.client, *owner, 0).await,
        Whom::Named(text) => text,
    };
    let bank = session.bank_number(bank).await?;
    let mut fits = Fits::of(whom);
    let mut of_another_kind = None;
    for (of_kind, fit) in people_called(session, text, bank).await? {
        if kind.is_none_or(|kind| kind == of_kind) {
            fits.keep(fit);
        } else {
            of_another_kind.get_or_insert((of_kind, fit));
        }
    }
    each_account(session, bank, |account| {
        let is_of_kind = kind.is_none_or(|kind| is_of(account.kind(), kind));
        if is_of_kind && Among::People.has(account.kind()) && !fits.has(account.owner_number) {
            fits.offer(account.owner_number, account.account_number, &account.label);
        }
    })
    .await?;
    if let Some((kind, Fit { name, owner, .. })) = of_another_kind.filter(|_| fits.kept.is_empty()) {
        let command = short(kind.as_str_name(), "PERSON_KIND_");
        let who = format!("{name} (person {owner})");
        return Err(Failure::Refused(words::of_another_kind(&whom.to_string(), bank, &who, &command)));
    }
    let fit = fits.one(whom, bank, Among::People.words())?;
    by_number(&mut session.client, fit.owner, 0).await
}

/// Somebody by a number; one of the two is 0.
///
/// # Errors
/// As the server says.
pub async fn by_number(
    client: &mut Client,
    owner_number: u32,
    account_number: u32,
) -> Result<api::Person, Failure> {
    let request = api::GetPersonRequest { owner_number, account_number };
    let answer = client.directory.get_person(call(request)).await?.into_inner();
    answer.person.ok_or_else(|| Failure::Unreachable("the server answered without the person".to_owned()))
}

/// Who of `bank` has an account of `kind` that is called so: people of books taken over from
/// elsewhere among them, whom a search does not find.
///
/// # Errors
/// As the server says.
pub async fn labelled(
    session: &mut Session<'_, '_>,
    bank: u32,
    text: &str,
    kind: api::PersonKind,
) -> Result<BTreeSet<u32>, Failure> {
    let mut found = BTreeSet::new();
    each_account(session, bank, |account| {
        let owner = account.owner_number;
        if is_of(account.kind(), kind) && has(&account.label, text) {
            found.insert(owner);
        }
    })
    .await?;
    Ok(found)
}

/// Whether an account of one kind is somebody's of another.
const fn is_of(account: api::AccountKind, person: api::PersonKind) -> bool {
    match person {
        api::PersonKind::Member => matches!(account, api::AccountKind::Member),
        api::PersonKind::Organisation => matches!(account, api::AccountKind::Organisation),
        api::PersonKind::Partner => matches!(account, api::AccountKind::Partner),
        api::PersonKind::Staff | api::PersonKind::Unspecified => false,
    }
}

/// The people of `bank` whose name, or what they are known as, has `text` in it; the server reads past capitals and
/// accents.
async fn people_called(
    session: &mut Session<'_, '_>,
    text: &str,
    bank_number: u32,
) -> Result<Vec<(api::PersonKind, Fit)>, Failure> {
    let request = api::SearchMembersRequest {
        bank_number,
        text: text.to_owned(),
        page_size: FITS_MAX,
        page_token: String::new(),
    };
    let found = match session.client.directory.search_members(call(request)).await {
        Ok(answer) => answer.into_inner().people,
        Err(status) if status.code() == Code::PermissionDenied => {
            return Err(Failure::Refused(words::names_are_for_staff()));
        }
        Err(status) => return Err(status.into()),
    };
    let by_name = found.into_iter().filter_map(|person| {
        let kind = person.kind();
        let owner = person.owner_number;
        let profile = person.profile?;
        let is_whole = is_same(&profile.name, text) || is_same(&profile.known_as, text);
        let fit = Fit { owner, account: 0, name: called(&profile), is_whole };
        Some((kind, fit)).filter(|_| is_by_name(&profile, text))
    });
    Ok(by_name.collect())
}

/// A name, with what everybody calls them.
#[must_use]
pub fn called(profile: &api::Profile) -> String {
    if profile.known_as.is_empty() {
        profile.name.clone()
    } else {
        format!("{}, known as {}", profile.name, profile.known_as)
    }
}

/// A name with the number of its account, and that it is closed.
fn with_number(name: &str, number: u32, standing: api::Standing) -> String {
    match standing {
        api::Standing::Closed => format!("{name} ({number}, closed)"),
        api::Standing::Open | api::Standing::Unspecified => format!("{name} ({number})"),
    }
}

fn is_same(name: &str, text: &str) -> bool {
    let words = |text: &str| text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    words(name) == words(text)
}

fn has(name: &str, text: &str) -> bool {
    name.to_lowercase().contains(&text.to_lowercase())
}

/// Whether somebody the server found is called so, and not only reached so.
fn is_by_name(profile: &api::Profile, text: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let text_of_contact = bare(text);
    let is_reached = |contact: &api::Contact| has(&bare(&contact.text), &text_of_contact);
    has(&profile.name, text) || has(&profile.known_as, text) || !profile.contacts.iter().any(is_reached)
}

/// Shows every account of a bank to `look`, a page at a time.
async fn each_account(
    session: &mut Session<'_, '_>,
    bank_number: u32,
    mut look: impl FnMut(api::Account),
) -> Result<(), Failure> {
    let mut page_token = String::new();
    loop {
        let request = api::ListAccountsRequest {
            bank_number,
            kind: api::AccountKind::Unspecified.into(),
            owner_number: 0,
            page_size: PAGE_SIZE,
            page_token,
        };
        let answer = session.client.ledger.list_accounts(call(request)).await?.into_inner();
        answer.accounts.into_iter().for_each(&mut look);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a part of an address is no name, and a name is one whatever its accents. Method: somebody found by each.
    #[test]
    fn an_address_is_no_name() {
        let contact = api::Contact { kind: 2, text: "green-house@example.org".to_owned() };
        let profile =
            api::Profile { name: "Zoë Ash".into(), contacts: vec![contact], ..api::Profile::default() };
        for (text, is_name) in
            [("green", false), ("house@ex", false), ("zoë", true), ("zoe", true), ("ash", true)]
        {
            assert_eq!(is_by_name(&profile, text), is_name, "{text}");
        }
        assert_eq!(called(&profile), "Zoë Ash");
    }
}
