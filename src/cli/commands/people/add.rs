//! `add`: somebody taken in, "same person?", and what to do next.

use std::collections::HashMap;

use clap::Args;
use tonic_types::StatusExt;

use super::flags::{New, Typed};
use crate::api;
use crate::cli::arguments::{LimitFlags, WriteFlags};
use crate::cli::commands::{counted, made_at, receipt};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::Failure;
use crate::cli::lookup::{by_number, called};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::domain::RequestId;
use crate::words;

/// So many who look alike are told.
const ALIKE_MAX: u32 = 10;

/// Below the help of `member add`.
pub const MEMBER_EXAMPLES: &str = "\
Examples:
  hourbook member add --name 'Ann Ash'
  hourbook member add --name 'Ann Ash' --known-as Annie --phone '01632 960 001' --language cy --large-print \\
      --consent phone --no-consent photo

Where somebody like that is here already, they are named and nothing is written down: if it is somebody else, the same
command with --somebody-else is done. How far the account may go is as the bank has agreed, in hours.";

/// Below the help of `organisation add` and `partner add`.
pub const GROUP_EXAMPLES: &str = "\
Examples:
  hourbook organisation add --name 'Lantern Hall' --email hall@example.org
  hourbook partner add --name 'Saucer & Spoon' --post '3 Ladle Street'

Where one like that is here already, it is named and nothing is written down: if it is another one, the same command
with --somebody-else is done. How far the account may go is as the bank has agreed, in hours.";

/// Below the help of `staff add`.
pub const STAFF_EXAMPLES: &str = "\
Examples:
  hourbook staff add --name 'Imelda Iver' --phone '01632 960 002'
  hourbook staff add --name 'Imelda Iver' --person 8   who acts as owner 8 by a key";

/// Who is to be taken in.
#[derive(Clone, Debug, Args)]
pub struct Flags<P: Args> {
    /// In which bank [default: the profile's, or the only one your key reaches]
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: Option<u32>,
    /// What they are called; kept encrypted, as is all that is said of them
    #[arg(long, value_name = "TEXT")]
    name: String,
    #[command(flatten)]
    said: P,
    /// Their number in the network, if they have one already: whoever acts by a key, or has an account elsewhere
    #[arg(long, value_name = "NUMBER", value_parser = counted)]
    person: Option<u32>,
    /// Answer the question whether they are here already: it is somebody else
    #[arg(long)]
    somebody_else: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// Who is to be taken in, whatever they are.
#[derive(Debug)]
pub struct Adding {
    bank: Option<u32>,
    name: String,
    new: New,
    person: Option<u32>,
    somebody_else: bool,
    write: WriteFlags,
}

impl<P: Args + Into<New>> From<Flags<P>> for Adding {
    fn from(flags: Flags<P>) -> Self {
        let Flags { bank, name, said, person, somebody_else, write } = flags;
        Self { bank, name, new: said.into(), person, somebody_else, write }
    }
}

/// Takes them in.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Adding, kind: api::PersonKind) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let bank_number = session.bank_number(flags.bank).await?;
    let New { typed, limits } = flags.new;
    let said_on = said_on(session, &typed, bank_number, id).await?;
    let mut profile = api::Profile { name: flags.name, ..api::Profile::default() };
    typed.over(&mut profile, said_on);
    let request = api::CreatePersonRequest {
        request_id: id.to_string(),
        bank_number,
        kind: kind.into(),
        profile: Some(profile),
        owner_number: flags.person.unwrap_or_default(),
        limits: limits_over_usual(session, limits, bank_number, kind).await?,
        is_somebody_else: flags.somebody_else,
        validate_only,
    };
    let answer = match session.client.directory.create_person(call(request)).await {
        Ok(answer) => answer.into_inner(),
        Err(status) => return Err(asked(session, status, id).await),
    };
    let (account, owner) = (answer.account_number, answer.owner_number);
    let welcome = if validate_only || kind != api::PersonKind::Member || account == 0 {
        0
    } else {
        welcome_seconds(session, bank_number).await
    };
    let extra = vec![
        (Column::figures("account_number", "Account", 0), Cell::number_or_nothing(account.into())),
        (Column::figures("owner_number", "Person", 0), Cell::number_or_nothing(owner.into())),
        (Column::figures("welcome_grant_seconds", "", 0), Cell::Seconds(welcome)),
    ];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await?;
    if welcome > 0 && session.screen.is_for_people() {
        session.screen.say(&format!(
            "Who joins is welcomed with {}: hourbook credit --to {account} --from pot --hours {} --reason welcome",
            words::hours(welcome),
            values::as_typed(welcome)
        ))?;
    }
    Ok(())
}

/// What everybody who joins is welcomed with, seconds; 0 for nothing, or where it cannot be asked for: it is an extra.
async fn welcome_seconds(session: &mut Session<'_, '_>, bank_number: u32) -> i64 {
    let request = api::GetBankPolicyRequest { bank_number, at_sequence: 0 };
    let answer = session.client.directory.get_bank_policy(call(request)).await.ok();
    answer.and_then(|answer| answer.into_inner().policy).map_or(0, |policy| policy.welcome_grant_seconds)
}

/// The limits typed, over those that the bank's policy gives; none where none were typed.
///
/// # Errors
/// As the server says.
pub async fn limits_over_usual(
    session: &mut Session<'_, '_>,
    typed: Option<LimitFlags>,
    bank_number: u32,
    kind: api::PersonKind,
) -> Result<Option<api::Limits>, Failure> {
    let Some(typed) = typed.filter(LimitFlags::is_typed) else { return Ok(None) };
    let request = api::GetBankPolicyRequest { bank_number, at_sequence: 0 };
    let policy = session.client.directory.get_bank_policy(call(request)).await?.into_inner().policy;
    let policy = policy.unwrap_or_default();
    let usual = match kind {
        api::PersonKind::Member => policy.member_limits,
        api::PersonKind::Organisation => policy.organisation_limits,
        api::PersonKind::Partner => policy.partner_limits,
        api::PersonKind::Staff | api::PersonKind::Unspecified => None,
    };
    let zero = api::Limits { floor_seconds: Some(0), ..api::Limits::default() };
    Ok(Some(typed.over(usual.unwrap_or(zero))))
}

/// The day of what they agreed to: as typed, else the day at the bank when the id was made, so that asking again with
/// the same id says the same.
///
/// # Errors
/// [`Failure::Usage`] if the id does not say when it was made, or as the server says.
pub async fn said_on(
    session: &mut Session<'_, '_>,
    typed: &Typed,
    bank_number: u32,
    id: RequestId,
) -> Result<Option<api::Date>, Failure> {
    if !typed.needs_day() || typed.said_on().is_some() {
        return Ok(typed.said_on());
    }
    let made = made_at(id).ok_or_else(|| {
        Failure::Usage(
            "type --said-on with this --request-id: only an id of version 7 says when it was made".to_owned(),
        )
    })?;
    let bank = session.bank(bank_number).await?;
    let zone = jiff::tz::TimeZone::get(&bank.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let day = made.to_zoned(zone).date();
    Ok(Some(api::Date { year: day.year().into(), month: day.month().into(), day: day.day().into() }))
}

/// "Same person?", with who looks alike; any other answer as it came.
async fn asked(session: &mut Session<'_, '_>, status: tonic::Status, id: RequestId) -> Failure {
    let details = status.get_error_details();
    let info = details.error_info().filter(|info| info.domain == "hourbook" && info.reason == "SAME_PERSON");
    let Some(info) = info else { return Failure::Status(Box::new(status), Some(id)) };
    let mut alike = Vec::new();
    for owner in alike_in(&info.metadata) {
        // That somebody cannot be looked up is no reason to leave the question out.
        let person = by_number(&mut session.client, owner, 0).await.unwrap_or_default();
        alike.push((owner, in_a_line(owner, &person)));
    }
    Failure::SamePerson { status: Box::new(status), id, alike }
}

/// The owner numbers of a question, in its order.
fn alike_in(metadata: &HashMap<String, String>) -> Vec<u32> {
    let numbers = (1..=ALIKE_MAX).map(|place| match place {
        1 => metadata.get("owner_number"),
        place => metadata.get(&format!("{place}.owner_number")),
    });
    numbers.map_while(|number| number?.parse().ok()).collect()
}

/// Somebody with what tells them apart from others of their name.
fn in_a_line(owner: u32, person: &api::Person) -> String {
    let mut parts = vec![format!("person {owner}")];
    if let Some(profile) = &person.profile {
        parts.push(called(profile));
        parts.extend(profile.contacts.iter().map(|contact| contact.text.clone()));
    }
    let accounts: Vec<_> = person.account_numbers.iter().map(u32::to_string).collect();
    if !accounts.is_empty() {
        parts.push(format!("account {}", accounts.join(", ")));
    }
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: all who are asked about are told, in the server's order, and a gap or a bad number ends it. Method: none,
    /// three, a gap, and more than are told.
    #[test]
    fn all_who_look_alike_are_told() {
        let of = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, number)| ((*name).to_owned(), (*number).to_owned()));
            alike_in(&pairs.collect())
        };
        assert!(of(&[]).is_empty());
        assert_eq!(of(&[("owner_number", "7"), ("2.owner_number", "3"), ("3.owner_number", "9")]), [7, 3, 9]);
        assert_eq!(of(&[("owner_number", "7"), ("3.owner_number", "9")]), [7]);
        assert_eq!(of(&[("owner_number", "7"), ("2.owner_number", "x")]), [7]);
        let many: Vec<_> =
            (1..=20).map(|place| (format!("{place}.owner_number"), place.to_string())).collect();
        let mut many: HashMap<_, _> = many.into_iter().collect();
        many.insert("owner_number".to_owned(), "1".to_owned());
        assert_eq!(alike_in(&many).len(), 10);
    }
}
