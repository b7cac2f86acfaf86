//! `group came`: a session of a standing group, by who came.

use clap::Args;

use super::group::giver;
use super::{ConfirmFlag, said, standing};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::telling::Under;
use crate::cli::failure::Failure;
use crate::cli::lookup::{self, Among};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};
use crate::words::groups as words;

/// Who came.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook group came 'Thursday walk' --on 2026-05-14
  hourbook group came 1 --on 2026-05-14 --without cy --also dev --gave bo=2 --guests 3

Everybody who usually comes came, but for those left out, and whoever usually gives gave as long as usual, but for those
whose hours are typed. Whoever left or is paused is named, and left out only where that is typed.")]
pub struct Flags {
    /// Which group: its number or its name
    #[arg(value_name = "NUMBER|NAME")]
    group: String,
    /// The day, where the bank is, like 2026-05-14; not in the future
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    on: api::Date,
    /// Who usually comes and did not; may be typed for several
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    without: Vec<Whom>,
    /// Who took part beside them; may be typed for several
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    also: Vec<Whom>,
    /// Who gave another time than usual, or gave beside those who do, and how long; may be typed for several
    #[arg(long, value_name = "NAME|ACCOUNT=HOURS", value_parser = giver)]
    gave: Vec<(Whom, String)>,
    #[command(flatten)]
    at: BankFlag,
    /// People counted without hours, 0 to 1,000,000
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true)]
    guests: u32,
    /// How long it was this time, in hours like 1.5, 1:30 or '1h 30m' [default: as usual]
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    length: Option<String>,
    /// Words for whoever reads the lines; kept encrypted. Nothing about health, please
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    memo: String,
    /// Why it may pass a limit; you allow that in your own name. Kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    limit_reason: String,
    #[command(flatten)]
    confirm: ConfirmFlag,
    /// Answer the question whether it is here already: it is another one
    #[arg(long)]
    another_one: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let bank_number = session.bank_number(flags.at.bank).await?;
    let bank = Some(bank_number);
    let mut group = standing::called(session, &flags.group, bank_number).await?;
    for one in &flags.without {
        let account = usual(session, one, &group, bank).await?;
        group.givers.retain(|person| person.account_number != account);
        group.participants.retain(|person| person.account_number != account);
    }
    all_can_come(session, &group).await?;
    let mut givers: Vec<_> = group.givers.iter().map(as_usual).collect();
    for (giver, hours) in flags.gave {
        let account_number = lookup::account(session, &giver, bank, Among::PeopleWhoLeft).await?;
        gave_instead(&mut givers, api::GroupGiver { account_number, length: said(hours) });
    }
    let gave = |account: &u32| givers.iter().any(|giver| giver.account_number == *account);
    let mut took_part: Vec<_> = group.participants.iter().map(|person| person.account_number).collect();
    for one in &flags.also {
        let account = lookup::account(session, one, bank, Among::PeopleWhoLeft).await?;
        if !took_part.contains(&account) {
            took_part.push(account);
        }
    }
    // Whoever gives this time does not take part as well.
    took_part.retain(|account| !gave(account));
    if givers.is_empty() && took_part.is_empty() {
        return Err(Failure::Refused(words::nobody_came(&group.name)));
    }
    let usual_length = Some(group.length_seconds).filter(|seconds| *seconds > 0);
    let as_usual = usual_length.map(|amount_seconds| api::Length { amount_seconds, typed: String::new() });
    let request = api::RecordGroupExchangeRequest {
        request_id: under.id.to_string(),
        rule: group.rule,
        givers,
        participant_account_numbers: took_part,
        guest_count: flags.guests,
        length: flags.length.map_or(as_usual, said),
        keeper_account_number: group.keeper_account_number,
        occurred_on: Some(flags.on),
        activity_number: group.activity_number,
        memo: flags.memo,
        limit_reason: flags.limit_reason,
        confirmed_amount_seconds: flags.confirm.seconds(),
        is_another: flags.another_one,
        standing_group_number: group.group_number,
        validate_only: under.validate_only,
    };
    super::group::record(session, request, under).await
}

/// What somebody gave in place of what is usual for them, or beside the others. Whoever is typed twice stands there twice,
/// for the server to refuse.
fn gave_instead(givers: &mut Vec<api::GroupGiver>, one: api::GroupGiver) {
    let is_usual = |giver: &&mut api::GroupGiver| {
        giver.account_number == one.account_number
            && giver.length.as_ref().is_some_and(|length| length.typed.is_empty())
    };
    match givers.iter_mut().find(is_usual) {
        Some(usual) => *usual = one,
        None => givers.push(one),
    }
}

fn as_usual(person: &api::UsualPerson) -> api::GroupGiver {
    let length = api::Length { amount_seconds: person.length_seconds, typed: String::new() };
    api::GroupGiver { account_number: person.account_number, length: Some(length) }
}

/// The account of somebody who usually comes.
async fn usual(
    session: &mut Session<'_, '_>,
    one: &Whom,
    group: &api::StandingGroup,
    bank: Option<u32>,
) -> Result<u32, Failure> {
    let account = lookup::account(session, one, bank, Among::PeopleWhoLeft).await?;
    let mut people = group.givers.iter().chain(&group.participants);
    if people.any(|person| person.account_number == account) {
        return Ok(account);
    }
    let name = session.names.of(account).await;
    Err(Failure::Refused(words::not_usual(&name, &group.name)))
}

/// Everybody who is left can come; else those who cannot are named.
async fn all_can_come(session: &mut Session<'_, '_>, group: &api::StandingGroup) -> Result<(), Failure> {
    let (mut left, mut paused) = (Vec::new(), Vec::new());
    for person in group.givers.iter().chain(&group.participants) {
        match person.stands() {
            api::UsualStands::Left => left.push(session.names.of(person.account_number).await),
            api::UsualStands::Paused => paused.push(session.names.of(person.account_number).await),
            api::UsualStands::In | api::UsualStands::Unspecified => {}
        }
    }
    if left.is_empty() && paused.is_empty() {
        return Ok(());
    }
    Err(Failure::Refused(words::cannot_come(&group.name, &left, &paused)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: what one of several gave leaves the others as usual, whoever is new comes after them, and nobody typed twice
    /// is dropped. Method: two who usually give; one of them, somebody else, and that one again.
    #[test]
    fn only_whoever_is_named_gave_otherwise() {
        let usually = |account_number, length_seconds| {
            as_usual(&api::UsualPerson { account_number, length_seconds, ..Default::default() })
        };
        let typed =
            |account_number, hours: &str| api::GroupGiver { account_number, length: said(hours.to_owned()) };
        let mut givers = vec![usually(1, 5_400), usually(2, 3_600)];
        gave_instead(&mut givers, typed(1, "2"));
        assert_eq!(givers, [typed(1, "2"), usually(2, 3_600)]);
        gave_instead(&mut givers, typed(3, "1"));
        assert_eq!(givers, [typed(1, "2"), usually(2, 3_600), typed(3, "1")]);
        gave_instead(&mut givers, typed(1, "3"));
        assert_eq!(givers, [typed(1, "2"), usually(2, 3_600), typed(3, "1"), typed(1, "3")]);
    }
}
