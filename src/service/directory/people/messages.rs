//! Messages about people become words of the directory here, and the other way round.
//!
//! A field that cannot be meant is named under `profile`, with its limit; what fits together
//! [`Profile::new`] says.

use std::collections::BTreeMap;

use crate::access::Allowed;
use crate::api;
use crate::directory::people::person::Person;
use crate::directory::people::sites::{InUse, Till};
use crate::directory::people::terms::{PauseCause, PersonKind, Representative};
use crate::directory::people::{
    Consent, Contact, ContactKind, Draft, HoursTo, LargePrint, Pays, Profile, Purpose, RestTo, Speaks,
    Under18,
};
use crate::domain::{AccountNumber, Amount, Day, Timestamp};
use crate::service::not_done::NotDone;
use crate::service::{answers, fields};

/// The profile that a message says.
pub fn read_profile(said: Option<api::Profile>) -> Result<Profile, NotDone> {
    let said = said.ok_or_else(|| NotDone::bad("profile", "given: at least a name"))?;
    let inside = |not_done: NotDone| not_done.inside("profile");
    // One more than there may be is enough to hear of it.
    let most = crate::directory::people::profile::CONTACTS_MAX.saturating_add(1);
    let contacts = said.contacts.into_iter().take(most).map(|contact| read_contact(&contact));
    let draft = Draft {
        name: said.name,
        known_as: said.known_as,
        contacts: contacts.collect::<Result<_, _>>().map_err(inside)?,
        language: said.language,
        large_print: if said.large_print { LargePrint::Yes } else { LargePrint::No },
        under_18: read_under_18(said.under_18)?,
        consents: read_consents(&said.consents)?,
    };
    Profile::new(draft).map_err(|invalid| match invalid.field {
        "profile" => invalid.into(),
        _ => NotDone::from(invalid).inside("profile"),
    })
}

fn read_contact(said: &api::Contact) -> Result<Contact, NotDone> {
    let place = usize::try_from(said.kind).ok().and_then(|number| number.checked_sub(1));
    let kind = place.and_then(|place| ContactKind::ALL.get(place)).copied();
    let kind = kind.ok_or_else(|| NotDone::bad("contacts.kind", "one of the ways there are, from 1 to 4"))?;
    Ok(Contact::new(kind, &said.text)?)
}

fn read_under_18(number: i32) -> Result<Under18, NotDone> {
    match api::Under18::try_from(number) {
        Ok(api::Under18::Unspecified) => Ok(Under18::Unknown),
        Ok(api::Under18::No) => Ok(Under18::No),
        Ok(api::Under18::Yes) => Ok(Under18::Yes),
        Err(_) => Err(NotDone::bad("profile.under_18", "from 0 to 2")),
    }
}

fn read_consents(said: &[api::Consent]) -> Result<BTreeMap<Purpose, Consent>, NotDone> {
    let mut consents = BTreeMap::new();
    for one in said {
        let place = usize::try_from(one.purpose).ok().and_then(|number| number.checked_sub(1));
        let purpose = place.and_then(|place| Purpose::ALL.get(place)).copied();
        let purpose = purpose
            .ok_or_else(|| NotDone::bad("profile.consents.purpose", "one of those there are, from 1 to 6"))?;
        let day = fields::day("profile.consents.day", one.day)?;
        let day = day.ok_or_else(|| NotDone::bad("profile.consents.day", "given"))?;
        let consent = if one.is_given { Consent::Given(day) } else { Consent::Withdrawn(day) };
        if consents.insert(purpose, consent).is_some() {
            return Err(NotDone::bad("profile.consents.purpose", "said once each"));
        }
    }
    Ok(consents)
}

/// The message that says a profile.
pub fn profile(profile: &Profile) -> api::Profile {
    let contacts = profile
        .contacts()
        .iter()
        .map(|one| api::Contact { kind: number_of(&ContactKind::ALL, one.kind()), text: one.text().into() });
    let consents = profile.consents().map(|(purpose, consent)| api::Consent {
        purpose: number_of(&Purpose::ALL, purpose),
        is_given: matches!(consent, Consent::Given(_)),
        day: Some(answers::date(consent.day())),
    });
    api::Profile {
        name: profile.name().to_owned(),
        known_as: profile.known_as().unwrap_or_default().to_owned(),
        contacts: contacts.collect(),
        language: profile.language().unwrap_or_default().to_owned(),
        large_print: profile.large_print() == LargePrint::Yes,
        under_18: match profile.under_18() {
            Under18::Unknown => api::Under18::Unspecified,
            Under18::No => api::Under18::No,
            Under18::Yes => api::Under18::Yes,
        }
        .into(),
        consents: consents.collect(),
    }
}

/// Numbers on the wire are places in the list of all, from 1.
fn number_of<T: PartialEq>(all: &[T], one: T) -> i32 {
    let place = all.iter().position(|other| *other == one).and_then(|place| i32::try_from(place).ok());
    place.map_or(0, |place| place.saturating_add(1)) // All are in their list.
}

/// What somebody is; must be said.
pub fn read_kind(number: i32) -> Result<PersonKind, NotDone> {
    match api::PersonKind::try_from(number) {
        Ok(api::PersonKind::Member) => Ok(PersonKind::Member),
        Ok(api::PersonKind::Organisation) => Ok(PersonKind::Organisation),
        Ok(api::PersonKind::Partner) => Ok(PersonKind::Partner),
        Ok(api::PersonKind::Staff) => Ok(PersonKind::Staff),
        Ok(api::PersonKind::Unspecified) | Err(_) => {
            Err(NotDone::bad("kind", "one of the kinds of people there are, from 1 to 4"))
        }
    }
}

const fn kind(kind: PersonKind) -> api::PersonKind {
    match kind {
        PersonKind::Member => api::PersonKind::Member,
        PersonKind::Organisation => api::PersonKind::Organisation,
        PersonKind::Partner => api::PersonKind::Partner,
        PersonKind::Staff => api::PersonKind::Staff,
    }
}

/// Who speaks, and how far.
pub fn read_representative(said: &api::Representative) -> Result<Representative, NotDone> {
    let speaks = match api::Speaks::try_from(said.speaks) {
        Ok(api::Speaks::ToSpend) => Speaks::ToSpend,
        Ok(api::Speaks::ToReceive) => Speaks::ToReceive,
        Ok(api::Speaks::ForAll) => Speaks::ForAll,
        Ok(api::Speaks::Unspecified) | Err(_) => {
            return Err(NotDone::bad("representative.speaks", "one of the words there are, from 1 to 3"));
        }
    };
    let seconds = said.monthly_limit_seconds;
    let limit = || fields::amount("representative.monthly_limit_seconds", seconds);
    Ok(Representative {
        owner: super::owner("representative.owner_number", said.owner_number)?,
        speaks,
        monthly_limit: if seconds == 0 { None } else { Some(limit()?) },
        last_day: fields::day("representative.last_day", said.last_day)?,
    })
}

fn representative(one: &Representative) -> api::Representative {
    let speaks = match one.speaks {
        Speaks::ToSpend => api::Speaks::ToSpend,
        Speaks::ToReceive => api::Speaks::ToReceive,
        Speaks::ForAll => api::Speaks::ForAll,
    };
    api::Representative {
        owner_number: one.owner.get(),
        speaks: speaks.into(),
        monthly_limit_seconds: one.monthly_limit.map_or(0, Amount::seconds),
        last_day: one.last_day.map(answers::date as fn(Day) -> api::Date),
    }
}

/// Somebody as `allowed` sees them at `now`, with what is known of them; without their venues, whose words are sealed, and
/// without their cards.
pub fn person(
    allowed: &Allowed,
    person: &Person,
    profile: Option<api::Profile>,
    now: Timestamp,
    sees_account: impl Fn(AccountNumber) -> bool,
) -> api::Person {
    let numbers = |in_use| {
        let accounts = person.accounts.iter().filter(move |account| account.in_use() == in_use);
        let seen = accounts.map(|account| account.number).filter(|number| sees_account(*number));
        seen.map(AccountNumber::printed).collect()
    };
    // All of the bank they belong to.
    let of_bank = |account: Option<AccountNumber>| {
        account.filter(|_| allowed.sees_bank(person.bank)).map_or(0, AccountNumber::printed)
    };
    let pause = person.pause.filter(|pause| pause.holds(now));
    api::Person {
        owner_number: person.owner.get(),
        kind: kind(person.kind).into(),
        bank_number: person.bank.get(),
        profile,
        account_numbers: numbers(InUse::Yes),
        closed_account_numbers: numbers(InUse::NoLonger),
        paid_by_account_number: of_bank(match person.standing.pays {
            Pays::Themselves => None,
            Pays::Pot(pot) => Some(pot),
        }),
        hours_to_account_number: of_bank(match person.standing.hours_to {
            HoursTo::Themselves => None,
            HoursTo::Pot(pot) => Some(pot),
        }),
        rest_to_account_number: of_bank(match person.standing.rest_to {
            RestTo::CommunityPot => None,
            RestTo::Account(account) => Some(account),
        }),
        paused_until: pause.map(|pause| answers::timestamp(pause.until)),
        erased_at: person.erased_at.map(answers::timestamp),
        representatives: person.representatives.iter().map(representative).collect(),
        is_to_be_forgotten: pause.is_some_and(|pause| pause.cause == PauseCause::ToBeForgotten),
        venues: Vec::new(),
        tills: person.sites.tills.iter().map(till).collect(),
        cards: Vec::new(),
    }
}

fn till((number, till): (&u16, &Till)) -> api::Till {
    api::Till {
        till_number: u32::from(*number),
        venue_number: u32::from(till.venue),
        is_in_use: till.in_use == InUse::Yes,
    }
}
