//! `group`: several people at once, by one of the named rules, in one entry; and `group came`, `group standing`.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::{ConfirmFlag, account_or_none, activity, came, said, standing};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::telling::{Under, tell_done};
use crate::cli::connection::call;
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures;
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// The rules as they are typed, as the API spells them, and what each does.
const RULES: [(&str, &str, &str); 6] = [
    (
        "split-provider-time",
        "split_provider_time",
        "What was given is shared equally among all who took part",
    ),
    (
        "split-provider-time-ceil",
        "split_provider_time_ceil",
        "The same, each share rounded up; the keeper has what is over",
    ),
    (
        "each-pays-session",
        "each_pays_session",
        "Each who took part pays the length of the session; the keeper has what is over",
    ),
    ("many-providers-one-recipient", "many_providers_one_recipient", "Several helped one"),
    ("pot-pays-provider", "pot_pays_provider", "The keeper pays who gave; who took part pays nothing"),
    ("pot-pays-everyone", "pot_pays_everyone", "The keeper thanks everybody who came"),
];

/// A session, or something about those that come again.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Group {
    /// About a session that comes again.
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    flags: Flags,
}

/// What can be done with sessions that come again.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write down a session of a standing group, by who came
    Came(Box<came::Flags>),
    /// Sessions that come again, and who usually comes
    #[command(subcommand)]
    Standing(standing::Command),
}

/// Who came, and how the hours are shared.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Bo taught Ann and Cy for two hours; each pays one:
    hourbook group --rule split-provider-time --gave bo=2 --took-part 'ann ash' --took-part cy --on 2026-05-13
  The community pot pays Bo (10043) for an open walk with nine guests:
    hourbook group --rule pot-pays-provider --gave 10043=1:30 --guests 9 --on 2026-05-13")]
pub struct Flags {
    /// How the hours are shared
    #[arg(long, value_name = "NAME", value_parser = rule(), required = true)]
    rule: Option<api::GroupRule>,
    /// Who gave, and for how many hours; may be typed for several
    #[arg(long, value_name = "NAME|ACCOUNT=HOURS", value_parser = giver)]
    gave: Vec<(Whom, String)>,
    /// Who took part; may be typed for several
    #[arg(long, value_name = "NAME|ACCOUNT", value_parser = whom)]
    took_part: Vec<Whom>,
    #[command(flatten)]
    at: BankFlag,
    /// People counted without hours, 0 to 1,000,000
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true)]
    guests: u32,
    /// How long the session was, in hours like 1.5, 1:30 or '1h 30m', where the rule asks for it
    #[arg(long, value_name = "TEXT", value_parser = values::said_hours)]
    length: Option<String>,
    /// The pot that keeps or covers what is over [default: the community pot]
    #[arg(long, value_name = "POT", value_parser = whom)]
    keeper: Option<Whom>,
    /// The day, where the bank is, like 2026-05-13; not in the future
    #[arg(long, value_name = "DAY", value_parser = values::day, required = true)]
    on: Option<api::Date>,
    /// What it was, by its name or number in the bank's list
    #[arg(long, value_name = "NAME|NUMBER")]
    activity: Option<String>,
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

/// Reads a rule, with hyphens or as the API spells it.
pub fn rule() -> impl TypedValueParser<Value = api::GroupRule> {
    let named = RULES.map(|(name, spelt, help)| PossibleValue::new(name).alias(spelt).help(help));
    PossibleValuesParser::new(named).try_map(|typed| {
        let name = format!("GROUP_RULE_{}", typed.to_ascii_uppercase().replace('-', "_"));
        api::GroupRule::from_str_name(&name).ok_or("the API has no such rule")
    })
}

/// `10043=1:30` or `bo=1:30`: who gave, and how long as typed.
pub fn giver(text: &str) -> Result<(Whom, String), String> {
    let (giver, hours) = text.rsplit_once('=').ok_or("type who and how long, like bo=1:30 or 10043=1:30")?;
    Ok((whom(giver)?, values::said_hours(hours)?))
}

/// The same, read at once: who usually gives, and how long in seconds.
pub fn giver_seconds(text: &str) -> Result<(Whom, i64), String> {
    let (giver, hours) = giver(text)?;
    Ok((giver, values::hours(&hours)?))
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, group: Group) -> Result<(), Failure> {
    match group.command {
        None => session_of(session, group.flags).await,
        Some(Command::Came(flags)) => came::run(session, *flags).await,
        Some(Command::Standing(command)) => standing::run(session, command).await,
    }
}

async fn session_of(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let under = Under::of(flags.write);
    let bank = flags.at.bank;
    let mut givers = Vec::with_capacity(flags.gave.len());
    for (giver, hours) in flags.gave {
        let account_number = lookup::account(session, &giver, bank, Among::PeopleWhoLeft).await?;
        givers.push(api::GroupGiver { account_number, length: said(hours) });
    }
    let mut took_part = Vec::with_capacity(flags.took_part.len());
    for one in &flags.took_part {
        took_part.push(lookup::account(session, one, bank, Among::PeopleWhoLeft).await?);
    }
    let keeper = account_or_none(session, flags.keeper.as_ref(), bank, Among::Pots).await?;
    let first = givers.first().map(|giver| giver.account_number).or(took_part.first().copied());
    let activity_number = match first {
        Some(first) => activity(session, flags.activity.as_deref(), first).await?,
        None => return Err(Failure::Usage("name somebody with --gave or --took-part".to_owned())),
    };
    let request = api::RecordGroupExchangeRequest {
        request_id: under.id.to_string(),
        rule: flags.rule.map_or(0, Into::into),
        givers,
        participant_account_numbers: took_part,
        guest_count: flags.guests,
        length: flags.length.and_then(said),
        keeper_account_number: keeper,
        occurred_on: flags.on,
        activity_number,
        memo: flags.memo,
        limit_reason: flags.limit_reason,
        confirmed_amount_seconds: flags.confirm.seconds(),
        standing_group_number: 0,
        is_another: flags.another_one,
        validate_only: under.validate_only,
    };
    record(session, request, under).await
}

/// Records a session, and tells what it came to.
///
/// # Errors
/// [`Failure`].
pub async fn record(
    session: &mut Session<'_, '_>,
    request: api::RecordGroupExchangeRequest,
    under: Under,
) -> Result<(), Failure> {
    let answer = session.client.exchange.record_group_exchange(call(request)).await.answerable(under.id)?;
    tell_done(session, answer.done, under, vec![residual(answer.residual_seconds)]).await
}

/// What was paid less what was got; people hear of it where there is some.
fn residual(seconds: i64) -> (Column, Cell) {
    let (title, hours) = (if seconds == 0 { "" } else { "Over" }, figures::clock(seconds.saturating_abs()));
    let words = if seconds > 0 { "kept" } else { "covered" };
    (
        Column::figures("residual_seconds", title, 0),
        Cell::Said(seconds.into(), format!("{hours}, {words} by the keeper")),
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        flags: Flags,
    }

    /// Goal: every rule of the API can be typed, with hyphens and as it is spelt there, and how long somebody gave
    /// stays as it was typed. Method: each rule both ways, and slips.
    #[test]
    fn rules_and_givers_are_read() {
        let account = crate::domain::AccountNumber::from_slot(0).unwrap().to_string();
        let read = |rule: &str| {
            let gave = format!("--gave={account}=1:30");
            let line = Line::try_parse_from(["group", "--rule", rule, &gave, "--on", "2026-05-13"]);
            line.map(|line| (line.flags.rule.unwrap(), line.flags.gave[0].1.clone()))
        };
        for (number, (name, spelt, _)) in (1..).zip(RULES) {
            let rule = api::GroupRule::try_from(number).unwrap();
            for typed in [name, spelt] {
                assert_eq!(read(typed).unwrap(), (rule, "1:30".to_owned()), "{typed}");
            }
        }
        assert!(api::GroupRule::try_from(7).is_err() && read("unspecified").is_err());
        assert_eq!(giver("Ann=Bo=1").unwrap().0, Whom::Named("Ann=Bo".to_owned()));
        assert!(giver(&account).is_err() && giver("7=1").is_err() && giver("bo=1.30").is_err());
        assert_eq!(residual(-900).1.for_people(), "0:15, covered by the keeper");
    }

    #[derive(Debug, Parser)]
    struct Whole {
        #[command(flatten)]
        group: Group,
    }

    /// Goal: a session needs its rule and its day, what comes again does not, and nobody types both at once. Method: each,
    /// and with something left out.
    #[test]
    fn a_session_and_what_comes_again() {
        let read =
            |typed: &[&str]| Whole::try_parse_from([&["group"], typed].concat()).map(|whole| whole.group);
        let session = read(&["--rule", "pot-pays-provider", "--gave", "bo=1", "--on", "2026-05-13"]).unwrap();
        assert!(session.command.is_none() && session.flags.on.is_some());
        let came = read(&["came", "Thursday walk", "--on", "2026-05-14", "--without", "cy"]).unwrap();
        assert!(matches!(came.command, Some(Command::Came(_))));
        let listed = read(&["standing", "list"]).unwrap();
        assert!(matches!(listed.command, Some(Command::Standing(standing::Command::List(_)))));
        for typed in [
            &["--rule", "pot-pays-provider", "--gave", "bo=1"][..],
            &["--gave", "bo=1", "--on", "2026-05-13"],
            &["--on", "2026-05-13", "came", "walk", "--on", "2026-05-13"],
            &["standing", "set", "walk", "--gives", "bo=1"],
            &["came", "walk"],
            &[],
        ] {
            assert!(read(typed).is_err(), "{typed:?}");
        }
        assert_eq!(giver_seconds("bo=1:30").unwrap().1, 5_400);
    }
}
