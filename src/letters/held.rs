//! What an export says of somebody, in words: the same facts as the answer has, in an order that can be read.

use super::said::{Block, Paper, Piece, Section, Sentence, day, given, ours};
use crate::api;
use crate::domain::balanced;
use crate::domain::hours::in_short;
use crate::words::export::{self as words, Fact, KeyTime};
use crate::words::letters::{FOR, KNOWN_AS, change, whole_day};

/// The paper.
#[must_use]
pub fn held(whole: &api::ExportMemberResponse) -> Paper {
    let person = whole.person.clone().unwrap_or_default();
    let profile = person.profile.clone().unwrap_or_default();
    let mut whom =
        vec![ours(FOR), if profile.name.is_empty() { ours(words::YOU) } else { given(&profile.name) }];
    if !profile.known_as.is_empty() {
        whom.extend([ours(","), ours(KNOWN_AS), given(&profile.known_as)]);
    }
    let first = [
        whom,
        vec![ours(words::position(person.owner_number, whole.sequence))],
        vec![ours(words::READ_FIRST)],
    ];
    let mut shown: Vec<Sentence> = person.cards.iter().map(card).collect();
    shown.extend(whole.codes.iter().map(code));
    shown.extend(whole.keys.iter().map(key));
    shown.extend(words::linked(whole.linked_sign_ins_count).map(|said| vec![ours(said)]));
    let sections = vec![
        section(None, first.into_iter().collect()),
        section(Some(words::KNOWN), known(whole, &person, &profile)),
        section(Some(words::ACCOUNTS), accounts(whole)),
        section(Some(words::SHOWN), shown),
        section(Some(words::MATTERS), whole.matters.iter().map(matter).collect()),
        section(Some(words::GROUPS), whole.groups.iter().map(group).collect()),
        section(Some(words::REFUSALS), whole.refusals.iter().map(refusal).collect()),
        section(Some(words::FORMER), whole.former_profiles.iter().flat_map(former).collect()),
        table(words::LINES, whole.lines.iter().map(line).collect()),
        table(words::HELP, whole.help.iter().map(help).collect()),
    ];
    Paper { title: words::TITLE.to_owned(), large_print: profile.large_print, sections }
}

/// Sentences below a heading; where there are none, that.
fn section(heading: Option<&'static str>, mut sentences: Vec<Sentence>) -> Section {
    if sentences.is_empty() {
        sentences.push(vec![ours(words::NOTHING)]);
    }
    Section { heading, blocks: sentences.into_iter().map(Block::Sentence).collect() }
}

fn table(heading: &'static str, rows: Vec<[Piece; 3]>) -> Section {
    if rows.is_empty() {
        return section(Some(heading), Vec::new());
    }
    Section { heading: Some(heading), blocks: vec![Block::Table(words::COLUMNS, rows)] }
}

fn known(whole: &api::ExportMemberResponse, person: &api::Person, profile: &api::Profile) -> Vec<Sentence> {
    let mut told = vec![
        fact(Fact::WhatYouAre, word(person.kind().as_str_name(), "PERSON_KIND_")),
        fact(Fact::TimeBank, person.bank_number.to_string()),
    ];
    told.extend(of_profile(profile));
    let accounts = [
        (Fact::PaidBy, person.paid_by_account_number),
        (Fact::HoursTo, person.hours_to_account_number),
        (Fact::RestToAccount, person.rest_to_account_number),
    ];
    told.extend(
        accounts
            .into_iter()
            .filter(|(_, number)| *number != 0)
            .map(|(what, number)| fact(what, number.to_string())),
    );
    if whole.rest_goes_to_somebody {
        told.push(fact(Fact::RestTo, words::SOMEBODY.to_owned()));
    }
    if let Some(until) = moment(person.paused_until) {
        told.push(fact(Fact::NothingNewUntil, until));
    }
    if person.is_to_be_forgotten {
        told.push(vec![ours(words::TO_BE_FORGOTTEN)]);
    }
    if let Some(at) = moment(person.erased_at) {
        told.push(fact(Fact::ForgottenOn, at));
    }
    told.extend(person.representatives.iter().map(|one| {
        let speaks = word(one.speaks().as_str_name(), "SPEAKS_");
        let last_day = one.last_day.map(|last| whole_day(day(Some(last))));
        let limit = Some(one.monthly_limit_seconds).filter(|limit| *limit != 0);
        vec![ours(words::represented(&speaks, limit, last_day.as_deref()))]
    }));
    told.extend(words::speaks_for(whole.speaks_for_count).map(|said| vec![ours(said)]));
    told
}

fn of_profile(profile: &api::Profile) -> Vec<Sentence> {
    let mut told = Vec::new();
    let mut typed = |what: &str, text: &str| {
        if !text.is_empty() {
            told.push(vec![ours(format!("{what}:")), given(text)]);
        }
    };
    typed(Fact::Name.words(), &profile.name);
    typed(Fact::KnownAs.words(), &profile.known_as);
    for contact in &profile.contacts {
        typed(&words::reached_by(&word(contact.kind().as_str_name(), "CONTACT_KIND_")), &contact.text);
    }
    typed(Fact::Language.words(), &profile.language);
    told.push(fact(Fact::LargePrint, words::yes_or_no(profile.large_print).to_owned()));
    if profile.under_18() != api::Under18::Unspecified {
        told.push(fact(Fact::Under18, word(profile.under_18().as_str_name(), "UNDER18_")));
    }
    told.extend(profile.consents.iter().map(|consent| {
        let purpose = word(consent.purpose().as_str_name(), "PURPOSE_");
        vec![ours(words::consent(consent.is_given, &purpose, &whole_day(day(consent.day))))]
    }));
    told
}

fn accounts(whole: &api::ExportMemberResponse) -> Vec<Sentence> {
    let mut told = Vec::new();
    for one in &whole.accounts {
        let standing = word(one.standing().as_str_name(), "STANDING_");
        let stands = (standing.as_str(), one.posted_seconds, one.held_seconds);
        let [before, after] = words::account(one.account_number, one.bank_number, stands);
        told.push(vec![ours(before), given(&one.bank_name), ours(after)]);
        if !one.label.is_empty() {
            told.push(vec![ours(words::CALLED), given(&one.label)]);
        }
        let limits = one.limits.unwrap_or_default();
        let notes = (limits.warn_below_seconds, limits.warn_above_seconds);
        told.push(vec![ours(words::limits(limits.floor_seconds, limits.ceiling_seconds, notes))]);
    }
    if whole.accounts_elsewhere_count > 0 {
        told.push(vec![ours(words::elsewhere(whole.accounts_elsewhere_count))]);
    }
    told
}

fn card(card: &api::Card) -> Sentence {
    let (issued, blocked) = (moment(card.issued_at).unwrap_or_default(), moment(card.blocked_at));
    vec![ours(words::card(card.account_number, &issued, blocked.as_deref(), card.has_pin, card.is_locked))]
}

fn code(code: &api::ExportedCode) -> Sentence {
    let only = (code.partner_owner_number, code.offer_number);
    vec![ours(words::code(
        code.account_number,
        &moment(code.ends_at).unwrap_or_default(),
        code.is_voucher,
        only,
    ))]
}

fn key(key: &api::ExportedKey) -> Sentence {
    let times = [
        (KeyTime::Made, key.made_at),
        (KeyTime::Rotated, key.rotated_at),
        (KeyTime::Ends, key.expires_at),
        (KeyTime::Revoked, key.revoked_at),
        (KeyTime::Used, key.last_used_at),
    ];
    let times: Vec<_> = times.into_iter().filter_map(|(what, at)| Some((what, moment(at)?))).collect();
    let [before, after] = words::key(key.credential_number, &key.role, key.is_live, &times);
    vec![ours(before), given(&key.name), ours(after)]
}

fn matter(matter: &api::ExportedMatter) -> Sentence {
    let (when, until) = (moment(matter.recorded_at), moment(matter.deadline));
    vec![ours(words::matter(matter.number, when.as_deref(), until.as_deref())), given(&matter.sentence)]
}

fn group(group: &api::ExportedGroup) -> Sentence {
    let [before, after] = words::group(group.bank_number, group.group_number, group.gives_seconds);
    vec![ours(before), given(&group.name), ours(after)]
}

fn refusal(refusal: &api::ExportedRefusal) -> Sentence {
    let place = (refusal.partner_owner_number, refusal.till_number, refusal.offer_number, refusal.people);
    let when = moment(refusal.refused_at).unwrap_or_default();
    vec![ours(words::refusal(refusal.account_number, &when, place)), given(&refusal.sentence)]
}

fn former(former: &api::FormerProfile) -> Vec<Sentence> {
    let when = moment(former.said_at).unwrap_or_default();
    let profile = former.profile.clone().unwrap_or_default();
    std::iter::once(vec![ours(words::former(former.sequence, &when))]).chain(of_profile(&profile)).collect()
}

fn line(exported: &api::ExportedLine) -> [Piece; 3] {
    let line = exported.line.clone().unwrap_or_default();
    let what = words::line(exported.account_number, line.sequence, &line.sentence);
    let what = with_text(what, &line.memo, &line.reason);
    [ours(whole_day(day(line.day))), given(&what), ours(change(line.change_seconds))]
}

fn help(help: &api::ExportedHelp) -> [Piece; 3] {
    let what = with_text(words::help(help.sequence, &help.sentence), &help.memo, &help.reason);
    [ours(whole_day(day(help.day))), given(&what), ours(in_short(help.seconds))]
}

/// With what was typed, where something was.
fn with_text(mut what: String, memo: &str, reason: &str) -> String {
    for (name, typed) in words::TYPED.into_iter().zip([memo, reason]) {
        if !typed.is_empty() {
            what.push_str(&format!("; {name}: {}", balanced(typed)));
        }
    }
    what
}

fn fact(what: Fact, is: String) -> Sentence {
    vec![ours(format!("{}: {is}", what.words()))]
}

/// A name of the API as words.
fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix).unwrap_or(name).to_ascii_lowercase().replace('_', " ")
}

/// "4 May 2026, 10:11 UTC"; none where there is none.
fn moment(at: Option<prost_types::Timestamp>) -> Option<String> {
    let at = jiff::Timestamp::new(at?.seconds, 0).ok()?;
    Some(at.strftime("%-d %B %Y, %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::super::{page, text};
    use super::*;

    /// Goal: what is given is text wherever it stands, and turns nothing. Method: an export whose names, notes and contacts are
    /// tags, formulas and controls that nobody closes.
    #[test]
    fn what_is_given_is_text() {
        let hostile = "<script>run</script>\u{202e}";
        let line =
            api::StatementLine { memo: hostile.into(), sentence: "gave 1 h".into(), ..Default::default() };
        let profile = api::Profile { name: hostile.into(), known_as: "=1+1".into(), ..Default::default() };
        let profile = api::Profile {
            contacts: vec![api::Contact { kind: api::ContactKind::Post.into(), text: hostile.into() }],
            ..profile
        };
        let whole = api::ExportMemberResponse {
            person: Some(api::Person { profile: Some(profile.clone()), ..Default::default() }),
            lines: vec![api::ExportedLine { account_number: 10_035, line: Some(line) }],
            groups: vec![api::ExportedGroup { name: hostile.into(), ..Default::default() }],
            former_profiles: vec![api::FormerProfile { profile: Some(profile), ..Default::default() }],
            ..Default::default()
        };
        let paper = held(&whole);
        let (text, page) = (text(&paper), page(&paper));
        assert!(!page.contains("<script"), "{page}");
        for told in [&text, &page] {
            let opened = told.matches('\u{202e}').count();
            assert!(opened >= 6 && told.matches("\u{202e}\u{202c}").count() == opened, "{told}");
        }
        assert!(text.contains("=1+1") && text.contains("note: <script>run</script>"), "{text}");
    }
}
