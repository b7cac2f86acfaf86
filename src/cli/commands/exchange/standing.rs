//! `group standing set|list|end`: sessions that come again, with the people who usually come.

use clap::{Args, Subcommand};

use super::group::{giver_seconds, rule};
use crate::api;
use crate::cli::activities;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::telling::{Under, tell_receipt};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures;
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values;
use crate::cli::whom::{Whom, whom};
use crate::words::groups as words;

/// What can be done with standing groups.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what is usual: another group, or one there is
    Set(Box<SetFlags>),
    /// The groups of a bank, and who usually comes
    List(ListFlags),
    /// End a group; its number is not given again
    End(EndFlags),
}

/// What is usual in a group.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook group standing set 'Thursday walk' --rule pot-pays-provider --gives bo=1:30 --takes-part ann --takes-part cy
  hourbook group standing set 'Thursday walk' --change 1 --takes-part ann --takes-part cy --takes-part dev

With --change, what is not typed stays as it was; whoever is typed stands instead of those who were.")]
pub struct SetFlags {
    /// What it is called; kept encrypted
    #[arg(value_name = "NAME")]
    name: String,
    /// Say anew what is usual in the group of this number or name
    #[arg(long, value_name = "NUMBER|NAME")]
    change: Option<String>,
    /// How the hours are shared
    #[arg(long, value_name = "NAME", value_parser = rule(), required_unless_present = "change")]
    rule: Option<api::GroupRule>,
    /// Who usually gives, and for how many hours; may be typed for several
    #[arg(long, value_name = "NAME|ACCOUNT=HOURS", value_parser = giver_seconds)]
    gives: Vec<(Whom, i64)>,
    /// Who usually takes part; may be typed for several
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    takes_part: Vec<Whom>,
    #[command(flatten)]
    at: BankFlag,
    /// How long a session is, in hours, where the rule asks for it
    #[arg(long, value_name = "HOURS", value_parser = values::hours)]
    length: Option<i64>,
    /// The pot that keeps or covers what is over [default: the community pot]
    #[arg(long, value_name = "POT", value_parser = whom)]
    keeper: Option<Whom>,
    /// What it is, by its name or number in the bank's list
    #[arg(long, value_name = "NAME|NUMBER")]
    activity: Option<String>,
    #[command(flatten)]
    write: WriteFlags,
}

/// Which groups.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "\
Example:
  hourbook group standing list")]
pub struct ListFlags {
    #[command(flatten)]
    at: BankFlag,
}

/// A group to end.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook group standing end 'Thursday walk'")]
pub struct EndFlags {
    /// Which: its number or its name
    #[arg(value_name = "NUMBER|NAME")]
    group: String,
    #[command(flatten)]
    at: BankFlag,
    #[command(flatten)]
    write: WriteFlags,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Set(flags) => set(session, *flags).await,
        Command::List(flags) => list(session, flags).await,
        Command::End(flags) => end(session, flags).await,
    }
}

async fn set(session: &mut Session<'_, '_>, flags: SetFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let bank_number = session.bank_number(flags.at.bank).await?;
    let before = match &flags.change {
        Some(typed) => called(session, typed, bank_number).await?,
        None => api::StandingGroup::default(),
    };
    let mut request = api::SetStandingGroupRequest {
        request_id: under.id.to_string(),
        bank_number,
        group_number: before.group_number,
        name: flags.name,
        rule: flags.rule.map_or(before.rule, Into::into),
        givers: before.givers.iter().map(usual_giver).collect(),
        participant_account_numbers: before.participants.iter().map(|one| one.account_number).collect(),
        length_seconds: flags.length.unwrap_or(before.length_seconds),
        keeper_account_number: before.keeper_account_number,
        activity_number: before.activity_number,
        validate_only: under.validate_only,
    };
    if !flags.gives.is_empty() {
        request.givers.clear();
        for (giver, length_seconds) in &flags.gives {
            let account_number = lookup::account(session, giver, Some(bank_number), Among::People).await?;
            request.givers.push(api::UsualGiver { account_number, length_seconds: *length_seconds });
        }
    }
    if !flags.takes_part.is_empty() {
        request.participant_account_numbers.clear();
        for one in &flags.takes_part {
            let account_number = lookup::account(session, one, Some(bank_number), Among::People).await?;
            request.participant_account_numbers.push(account_number);
        }
    }
    if let Some(keeper) = &flags.keeper {
        request.keeper_account_number =
            lookup::account(session, keeper, Some(bank_number), Among::Pots).await?;
    }
    if let Some(activity) = &flags.activity {
        request.activity_number = activities::number(session, activity, bank_number).await?;
    }
    let answer = session.client.directory.set_standing_group(call(request)).await.asking(under.id)?;
    let number = Cell::number_or_nothing(answer.group_number.into());
    let extra = vec![(Column::figures("group_number", "Group", 0), number)];
    tell_receipt(session, answer.receipt, under, extra).await
}

const fn usual_giver(person: &api::UsualPerson) -> api::UsualGiver {
    api::UsualGiver { account_number: person.account_number, length_seconds: person.length_seconds }
}

async fn list(session: &mut Session<'_, '_>, flags: ListFlags) -> Result<(), Failure> {
    let bank_number = session.bank_number(flags.at.bank).await?;
    let groups = all(session, bank_number).await?;
    let has_activity = groups.iter().any(|group| group.activity_number != 0);
    let activities = if has_activity { activities::list(session, bank_number).await? } else { Vec::new() };
    let mut rows = Vec::new();
    for group in groups {
        let about = about(session, &group, &activities).await;
        let mut people = Vec::new();
        for person in group.givers.iter().chain(&group.participants) {
            let name = session.names.of(person.account_number).await;
            let stands = match person.stands() {
                api::UsualStands::Paused => Cell::Word("paused".into()),
                api::UsualStands::Left => Cell::Word("left".into()),
                api::UsualStands::In | api::UsualStands::Unspecified => Cell::Nothing,
            };
            let gives = Some(person.length_seconds).filter(|seconds| *seconds > 0);
            let who = Cell::Said(person.account_number.into(), name);
            people.push([who, Cell::seconds_or_nothing(gives), stands]);
        }
        rows.extend(rows_of(&about, people));
    }
    let columns = vec![
        Column::figures("group_number", "Group", 5),
        Column::words("name", "Called", 10),
        Column::words("rule", "Shared by", 9),
        Column::figures("length_seconds", "Length", 6),
        Column::words("keeper", "Pot", 8),
        Column::words("activity", "What it is", 10),
        Column::words("account", "Who usually comes", 12),
        Column::figures("gives_seconds", "Gives", 5),
        Column::words("stands", "Now", 6),
    ];
    let mut listing = Listing::begin(session.screen, columns)?;
    for row in rows {
        listing.row(row)?;
    }
    Ok(listing.end()?)
}

/// A row for each who usually comes; one for a group that nobody comes to any more.
fn rows_of(about: &[Cell], mut people: Vec<[Cell; 3]>) -> Vec<Vec<Cell>> {
    if people.is_empty() {
        people.push([Cell::Nothing, Cell::Nothing, Cell::Nothing]);
    }
    people.into_iter().map(|person| [about, &person].concat()).collect()
}

/// What is usual in a group, whoever comes: its number, name, rule, length, pot and activity.
async fn about(
    session: &mut Session<'_, '_>,
    group: &api::StandingGroup,
    activities: &[api::Activity],
) -> Vec<Cell> {
    let keeper = match group.keeper_account_number {
        0 => Cell::Nothing,
        keeper => Cell::Said(keeper.into(), session.names.of(keeper).await),
    };
    let activity = match group.activity_number {
        0 => Cell::Nothing,
        number => {
            let named = activities.iter().find(|activity| activity.activity_number == number);
            Cell::Said(number.into(), named.map_or_else(|| number.to_string(), |named| named.name.clone()))
        }
    };
    let rule = figures::short(group.rule().as_str_name(), "GROUP_RULE_");
    vec![
        Cell::Number(group.group_number.into()),
        Cell::Text(group.name.clone()),
        Cell::Said(rule.clone().into(), rule.replace('_', " ")),
        Cell::seconds_or_nothing(Some(group.length_seconds).filter(|seconds| *seconds > 0)),
        keeper,
        activity,
    ]
}

async fn end(session: &mut Session<'_, '_>, flags: EndFlags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let bank_number = session.bank_number(flags.at.bank).await?;
    let group_number = called(session, &flags.group, bank_number).await?.group_number;
    let request = api::EndStandingGroupRequest {
        request_id: under.id.to_string(),
        bank_number,
        group_number,
        validate_only: under.validate_only,
    };
    let answer = session.client.directory.end_standing_group(call(request)).await.asking(under.id)?;
    tell_receipt(session, answer.receipt, under, Vec::new()).await
}

/// The groups of a bank that have not ended: 1,000 at most.
async fn all(session: &mut Session<'_, '_>, bank_number: u32) -> Result<Vec<api::StandingGroup>, Failure> {
    let mut groups = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = api::ListStandingGroupsRequest { bank_number, page_size: PAGE_SIZE, page_token };
        let answer = session.client.directory.list_standing_groups(call(request)).await?.into_inner();
        groups.extend(answer.groups);
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(groups);
        }
    }
}

/// The one group that has this number, is called so, or has this in its name.
///
/// # Errors
/// [`Failure`] where none or several fit.
pub async fn called(
    session: &mut Session<'_, '_>,
    typed: &str,
    bank_number: u32,
) -> Result<api::StandingGroup, Failure> {
    let groups = all(session, bank_number).await?;
    let lower = typed.trim().to_lowercase();
    let fits: [&dyn Fn(&api::StandingGroup) -> bool; 3] = [
        &|group| group.group_number.to_string() == lower,
        &|group| group.name.to_lowercase() == lower,
        &|group| group.name.to_lowercase().contains(&lower),
    ];
    for fits in fits {
        let found: Vec<_> = groups.iter().filter(|group| fits(group)).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok((*one).clone()),
            several => {
                let named: Vec<_> =
                    several.iter().map(|one| format!("{} ({})", one.name, one.group_number)).collect();
                return Err(Failure::Refused(words::several_groups(typed, bank_number, &named)));
            }
        }
    }
    Err(Failure::Refused(words::no_group(typed, bank_number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a group has a row for each who comes, and one when all of them were forgotten. Method: two, and nobody.
    #[test]
    fn a_group_without_people_has_a_row() {
        let about = [Cell::Number(1), Cell::Text("Thursday walk".into())];
        let person = |account| [Cell::Number(account), Cell::Nothing, Cell::Nothing];
        let two = rows_of(&about, vec![person(10_035), person(10_043)]);
        assert_eq!(
            two.iter().map(|row| &row[2]).collect::<Vec<_>>(),
            [&Cell::Number(10_035), &Cell::Number(10_043)]
        );
        assert!(two.iter().all(|row| row[..2] == about && row.len() == 5));
        let nobody = rows_of(&about, Vec::new());
        assert_eq!((nobody.len(), &nobody[0][..2], nobody[0].len()), (1, &about[..], 5));
    }
}
