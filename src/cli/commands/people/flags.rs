//! What is said of a person or a group as it is typed, and laid over what is known of them.
//!
//! Owns the flags. What may be said, and how much, is for the server to judge.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::api;
use crate::cli::arguments::LimitFlags;
use crate::cli::values;

/// How somebody is called and reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct CalledFlags {
    /// What everybody calls them
    #[arg(long, value_name = "TEXT")]
    known_as: Option<String>,
    /// A telephone number; may be typed several times
    #[arg(long, value_name = "TEXT")]
    phone: Vec<String>,
    /// An email address; may be typed several times
    #[arg(long, value_name = "TEXT")]
    email: Vec<String>,
    /// Where letters go; may be typed several times
    #[arg(long, value_name = "TEXT")]
    post: Vec<String>,
    /// Any other way to reach them, such as a neighbour or a desk; may be typed several times
    #[arg(long, value_name = "TEXT")]
    other: Vec<String>,
    /// The way that reaches them best [default: the first of these four that is known]
    #[arg(long, value_name = "phone|email|post|other", value_parser = ways(), hide_possible_values = true)]
    best: Option<api::ContactKind>,
    /// The language they read, as a tag such as en, cy or zh-Hant
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

/// What is said of a person alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct PersonalFlags {
    /// Letters and statements are printed large
    #[arg(long)]
    large_print: bool,
    /// Whether they are under 18, as they say; not-asked takes it out
    #[arg(long, value_name = "yes|no|not-asked", value_parser = under_18(), hide_possible_values = true)]
    under_18: Option<api::Under18>,
    /// What they agree to: that the bank may phone, write emails or letters (post), that photos of them are shown,
    /// that reports say their name, that members see how to reach them; may be typed several times
    #[arg(long, value_name = PURPOSES, value_parser = purposes(), hide_possible_values = true)]
    consent: Vec<api::Purpose>,
    /// What they do not agree to, or no longer; may be typed several times
    #[arg(long, value_name = PURPOSES, value_parser = purposes(), hide_possible_values = true)]
    no_consent: Vec<api::Purpose>,
    /// The day they said so, like 2026-05-13 [default: today, where the bank is]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    said_on: Option<api::Date>,
}

/// What is no longer known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args)]
pub struct TakenOutFlags {
    /// Take out what everybody calls them
    #[arg(long, conflicts_with = "known_as")]
    no_known_as: bool,
    /// Take out all telephone numbers
    #[arg(long, conflicts_with = "phone")]
    no_phone: bool,
    /// Take out all email addresses
    #[arg(long, conflicts_with = "email")]
    no_email: bool,
    /// Take out where letters go
    #[arg(long, conflicts_with = "post")]
    no_post: bool,
    /// Take out all other ways to reach them
    #[arg(long, conflicts_with = "other")]
    no_other: bool,
    /// Take out the language
    #[arg(long, conflicts_with = "language")]
    no_language: bool,
}

/// What is no longer so of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Args)]
pub struct PersonalOutFlags {
    /// Letters and statements are not printed large any more
    #[arg(long, conflicts_with = "large_print")]
    no_large_print: bool,
}

/// A new member.
#[derive(Clone, Debug, Args)]
pub struct NewMember {
    #[command(flatten)]
    called: CalledFlags,
    #[command(flatten)]
    personal: PersonalFlags,
    #[command(flatten)]
    limits: LimitFlags,
}

/// A new organisation or partner.
#[derive(Clone, Debug, Args)]
pub struct NewGroup {
    #[command(flatten)]
    called: CalledFlags,
    #[command(flatten)]
    limits: LimitFlags,
}

/// Somebody new who has no account.
#[derive(Clone, Debug, Args)]
pub struct NewStaff {
    #[command(flatten)]
    called: CalledFlags,
}

/// A group, or somebody without an account, of whom something else is known now.
#[derive(Clone, Debug, Args)]
pub struct Changed {
    #[command(flatten)]
    called: CalledFlags,
    #[command(flatten)]
    out: TakenOutFlags,
}

/// A member of whom something else is known now.
#[derive(Clone, Debug, Args)]
pub struct ChangedMember {
    #[command(flatten)]
    called: CalledFlags,
    #[command(flatten)]
    out: TakenOutFlags,
    #[command(flatten)]
    personal: PersonalFlags,
    #[command(flatten)]
    personal_out: PersonalOutFlags,
}

/// All that can be typed about somebody, of whatever kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    called: CalledFlags,
    out: TakenOutFlags,
    personal: PersonalFlags,
    personal_out: PersonalOutFlags,
}

/// Somebody new, and how far their account may go.
#[derive(Clone, Debug)]
pub struct New {
    /// What is said of them.
    pub typed: Typed,
    /// How far; none for whoever has no account.
    pub limits: Option<LimitFlags>,
}

impl From<NewMember> for New {
    fn from(NewMember { called, personal, limits }: NewMember) -> Self {
        Self { typed: Typed { called, personal, ..Typed::default() }, limits: Some(limits) }
    }
}

impl From<NewGroup> for New {
    fn from(NewGroup { called, limits }: NewGroup) -> Self {
        Self { typed: Typed { called, ..Typed::default() }, limits: Some(limits) }
    }
}

impl From<NewStaff> for New {
    fn from(NewStaff { called }: NewStaff) -> Self {
        Self { typed: Typed { called, ..Typed::default() }, limits: None }
    }
}

impl From<ChangedMember> for Typed {
    fn from(ChangedMember { called, out, personal, personal_out }: ChangedMember) -> Self {
        Self { called, out, personal, personal_out }
    }
}

impl From<Changed> for Typed {
    fn from(Changed { called, out }: Changed) -> Self {
        Self { called, out, ..Self::default() }
    }
}

impl Typed {
    /// Whether a day belongs to what was typed, and which one if that was typed too.
    #[must_use]
    pub const fn needs_day(&self) -> bool {
        let PersonalFlags { consent, no_consent, .. } = &self.personal;
        !consent.is_empty() || !no_consent.is_empty()
    }

    /// The day that was typed.
    #[must_use]
    pub const fn said_on(&self) -> Option<api::Date> {
        self.personal.said_on
    }

    /// Lays what was typed over `profile`; what was not typed stays. `said_on` is the day of what was agreed to.
    pub fn over(self, profile: &mut api::Profile, said_on: Option<api::Date>) {
        let Self { called, out, personal, personal_out } = self;
        let text = |typed: Option<String>, is_out: bool, present: &mut String| {
            if is_out {
                present.clear();
            }
            if let Some(typed) = typed {
                *present = typed;
            }
        };
        text(called.known_as, out.no_known_as, &mut profile.known_as);
        text(called.language, out.no_language, &mut profile.language);
        for (kind, typed, is_out) in [
            (api::ContactKind::Phone, called.phone, out.no_phone),
            (api::ContactKind::Email, called.email, out.no_email),
            (api::ContactKind::Post, called.post, out.no_post),
            (api::ContactKind::Other, called.other, out.no_other),
        ] {
            reach(&mut profile.contacts, kind, typed, is_out);
        }
        if let Some(best) = called.best {
            profile.contacts.sort_by_key(|contact| contact.kind() != best); // Stable.
        }
        profile.large_print = (profile.large_print || personal.large_print) && !personal_out.no_large_print;
        profile.under_18 = personal.under_18.map_or(profile.under_18, i32::from);
        let given = personal.consent.into_iter().map(|purpose| (purpose, true));
        for (purpose, is_given) in
            given.chain(personal.no_consent.into_iter().map(|purpose| (purpose, false)))
        {
            profile.consents.retain(|consent| consent.purpose() != purpose);
            profile.consents.push(api::Consent { purpose: purpose.into(), is_given, day: said_on });
        }
    }
}

/// Puts what was typed in the place of the first contact of its kind, or behind the others.
fn reach(contacts: &mut Vec<api::Contact>, kind: api::ContactKind, typed: Vec<String>, is_out: bool) {
    if typed.is_empty() && !is_out {
        return;
    }
    let place = contacts.iter().take_while(|contact| contact.kind() != kind).count();
    contacts.retain(|contact| contact.kind() != kind);
    let typed = typed.into_iter().map(|text| api::Contact { kind: kind.into(), text });
    contacts.splice(place..place, typed);
}

/// The purposes as they are typed.
const PURPOSES: &str = "phone|email|post|photo|reports-with-name|shown-to-members";

fn purposes() -> impl TypedValueParser<Value = api::Purpose> {
    PossibleValuesParser::new(PURPOSES.split('|').collect::<Vec<_>>()).try_map(|typed| {
        let name = format!("PURPOSE_{}", typed.to_ascii_uppercase().replace('-', "_"));
        api::Purpose::from_str_name(&name).ok_or("the API has no such purpose")
    })
}

fn ways() -> impl TypedValueParser<Value = api::ContactKind> {
    PossibleValuesParser::new(["phone", "email", "post", "other"]).try_map(|typed| {
        let name = format!("CONTACT_KIND_{}", typed.to_ascii_uppercase());
        api::ContactKind::from_str_name(&name).ok_or("the API has no such way")
    })
}

fn under_18() -> impl TypedValueParser<Value = api::Under18> {
    PossibleValuesParser::new(["yes", "no", "not-asked"]).map(|typed| match typed.as_str() {
        "yes" => api::Under18::Yes,
        "no" => api::Under18::No,
        _ => api::Under18::Unspecified,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        changed: ChangedMember,
    }

    const DAY: api::Date = api::Date { year: 2026, month: 5, day: 13 };

    fn contact(kind: api::ContactKind, text: &str) -> api::Contact {
        api::Contact { kind: kind.into(), text: text.to_owned() }
    }

    fn consent(purpose: api::Purpose, is_given: bool, day: api::Date) -> api::Consent {
        api::Consent { purpose: purpose.into(), is_given, day: Some(day) }
    }

    fn present() -> api::Profile {
        let before = api::Date { year: 2020, ..DAY };
        api::Profile {
            name: "Ann Ash".into(),
            known_as: "Annie".into(),
            contacts: vec![
                contact(api::ContactKind::Email, "ann@example.org"),
                contact(api::ContactKind::Phone, "1"),
                contact(api::ContactKind::Other, "the desk"),
            ],
            language: "cy".into(),
            large_print: true,
            under_18: api::Under18::No.into(),
            consents: vec![
                consent(api::Purpose::Phone, true, before),
                consent(api::Purpose::Photo, false, before),
            ],
        }
    }

    /// Goal: each flag changes its own part of what is known and nothing else, and each part can be taken out; no part
    /// is said twice. Method: one flag after the other, and what it should have changed done by hand.
    #[test]
    fn only_what_is_typed_changes() {
        type Change = fn(&mut api::Profile);
        let rows: [(&str, Change); 18] = [
            ("--known-as=Nan", |p| p.known_as = "Nan".into()),
            ("--no-known-as", |p| p.known_as.clear()),
            ("--phone=2 --phone=3", |p| {
                p.contacts[1].text = "2".into();
                p.contacts.insert(2, contact(api::ContactKind::Phone, "3"));
            }),
            ("--no-phone", |p| drop(p.contacts.remove(1))),
            ("--no-email", |p| drop(p.contacts.remove(0))),
            ("--no-post", |_| {}),
            ("--no-other", |p| drop(p.contacts.remove(2))),
            ("--post=here", |p| p.contacts.push(contact(api::ContactKind::Post, "here"))),
            ("--best=other", |p| p.contacts.rotate_right(1)),
            ("--language=en", |p| p.language = "en".into()),
            ("--no-language", |p| p.language.clear()),
            ("--no-large-print", |p| p.large_print = false),
            ("--under-18=yes", |p| p.under_18 = 2),
            ("--under-18=not-asked", |p| p.under_18 = 0),
            ("--consent=email", |p| p.consents.push(consent(api::Purpose::Email, true, DAY))),
            ("--consent=photo", |p| p.consents[1] = consent(api::Purpose::Photo, true, DAY)),
            ("--no-consent=photo", |p| p.consents[1] = consent(api::Purpose::Photo, false, DAY)),
            ("--no-consent=reports-with-name", |p| {
                p.consents.push(consent(api::Purpose::ReportsWithName, false, DAY));
            }),
        ];
        for (line, change) in rows {
            let typed: Typed =
                Line::try_parse_from(format!("change {line}").split(' ')).unwrap().changed.into();
            assert_ne!(typed, Typed::default(), "{line}");
            assert_eq!(typed.needs_day(), line.contains("consent"), "{line}");
            let (mut expected, mut changed) = (present(), present());
            change(&mut expected);
            typed.over(&mut changed, Some(DAY));
            assert_eq!(changed, expected, "{line}");
        }
        for slip in
            ["--phone=1 --no-phone", "--large-print --no-large-print", "--consent=tea", "--under-18=17"]
        {
            assert!(Line::try_parse_from(format!("change {slip}").split(' ')).is_err(), "{slip}");
        }
    }

    /// Goal: every purpose of the API can be typed. Method: all of them.
    #[test]
    fn every_purpose_can_be_typed() {
        for number in 1..=6 {
            let purpose = api::Purpose::try_from(number).unwrap();
            let word = purpose.as_str_name().trim_start_matches("PURPOSE_").to_lowercase().replace('_', "-");
            let line = Line::try_parse_from(["change", "--consent", &word]).unwrap();
            assert_eq!(line.changed.personal.consent, [purpose], "{word}");
        }
        assert!(api::Purpose::try_from(7).is_err());
    }
}
