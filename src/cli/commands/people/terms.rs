//! `standing` and `represent`: who pays for somebody, where their hours go, and who speaks for them.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args};

use super::show::terms_words;
use super::{who, who_words};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::receipt;
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup::{self, Among};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// Whose choice, and which.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("choice").required(true).multiple(true).args(["paid_by", "hours_to", "rest_to"])))]
#[command(after_help = "\
Examples:
  hourbook member standing bernard --paid-by pot     the community pot pays; Bernard still counts as helped
  hourbook member standing dev --hours-to garden     Dev's hours go to the garden pot; Dev still counts as giving
  hourbook member standing bernard --paid-by self    Bernard pays again
  hourbook member standing ann --rest-to 'bo birch'  Bo takes what is left when Ann's account is closed

What is not typed stays. Nobody chooses this for themselves: ask another broker.")]
pub struct StandingFlags {
    /// Whose: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// The pot that pays for help they get: pot for the community pot, a part of what another is for, or its number;
    /// self for themselves
    #[arg(long, value_name = "POT|self", value_parser = pot_or_self)]
    paid_by: Option<PotOrSelf>,
    /// The pot that hours they earn go to; self for themselves
    #[arg(long, value_name = "POT|self", value_parser = pot_or_self)]
    hours_to: Option<PotOrSelf>,
    /// Who takes what is left when their account is closed, in the same bank; pot for the community pot
    #[arg(long, value_name = "NAME|POT|ACCOUNT", value_parser = whom)]
    rest_to: Option<Whom>,
    #[command(flatten)]
    write: WriteFlags,
}

/// A pot, or the person.
#[derive(Clone, Debug, PartialEq, Eq)]
enum PotOrSelf {
    Pot(Whom),
    Themselves,
}

fn pot_or_self(text: &str) -> Result<PotOrSelf, String> {
    if text.trim().eq_ignore_ascii_case("self") {
        Ok(PotOrSelf::Themselves)
    } else {
        whom(text).map(PotOrSelf::Pot)
    }
}

/// Who speaks for whom.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook member represent 'ann ash' --by 'bo birch' --may spend --monthly-limit 5 --last-day 2026-12-31
  hourbook organisation represent 'lantern hall' --by leonie
  hourbook member represent 'ann ash' --by 'bo birch' --over

Nobody makes themselves a representative: ask another broker.")]
pub struct RepresentFlags {
    /// For whom: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// Who speaks: an account number, a part of a name, or 'person 7'
    #[arg(long, value_name = "WHO", value_parser = whom)]
    by: Whom,
    /// What they may: spend hours, receive (say what was received, and confirm it), or all
    #[arg(long, value_name = "spend|receive|all", value_parser = speaks(), hide_possible_values = true)]
    #[arg(default_value = "all", hide_default_value = false)]
    may: api::Speaks,
    /// How many hours they may spend in a calendar month, like 5 or 2:30 [default: as many as the account allows]
    #[arg(long, value_name = "HOURS", value_parser = values::hours)]
    monthly_limit: Option<i64>,
    /// The last day they speak, like 2026-12-31 [default: until it is over]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    last_day: Option<api::Date>,
    /// They do not speak for them any more
    #[arg(long, conflicts_with_all = ["may", "monthly_limit", "last_day"])]
    over: bool,
    #[command(flatten)]
    write: WriteFlags,
}

fn speaks() -> impl TypedValueParser<Value = api::Speaks> {
    PossibleValuesParser::new(["spend", "receive", "all"]).map(|typed| match typed.as_str() {
        "spend" => api::Speaks::ToSpend,
        "receive" => api::Speaks::ToReceive,
        _ => api::Speaks::ForAll,
    })
}

/// Sets who pays, and where hours go. The call says all of it, so what is not typed is read first.
///
/// # Errors
/// [`Failure`].
pub async fn standing(
    session: &mut Session<'_, '_>,
    flags: StandingFlags,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let person = lookup::person(session, &flags.who, flags.at.bank, Some(kind)).await?;
    let bank = flags.at.bank.unwrap_or(person.bank_number);
    let paid_by = pot(session, flags.paid_by, bank, person.paid_by_account_number).await?;
    let hours_to = pot(session, flags.hours_to, bank, person.hours_to_account_number).await?;
    let rest_to = match &flags.rest_to {
        Some(whom) => lookup::account(session, whom, Some(bank), Among::Both).await?,
        None => person.rest_to_account_number,
    };
    let request = api::SetMemberStandingRequest {
        request_id: id.to_string(),
        owner_number: person.owner_number,
        paid_by_account_number: paid_by,
        hours_to_account_number: hours_to,
        rest_to_account_number: rest_to,
        validate_only,
    };
    let answer = session.client.directory.set_member_standing(call(request)).await.asking(id)?;
    let mut extra = vec![who(&person)];
    for (name, title, pot) in [
        ("paid_by_account_number", "Help they get is paid by", paid_by),
        ("hours_to_account_number", "Hours they earn go to", hours_to),
    ] {
        let words = if pot == 0 { "themselves".to_owned() } else { session.names.of(pot).await };
        extra.push((Column::words(name, title, 0), Cell::Said(pot.into(), words)));
    }
    let words = if rest_to == 0 { "the community pot".to_owned() } else { session.names.of(rest_to).await };
    let title = "What is left in the end goes to";
    extra.push((Column::words("rest_to_account_number", title, 0), Cell::Said(rest_to.into(), words)));
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

async fn pot(
    session: &mut Session<'_, '_>,
    typed: Option<PotOrSelf>,
    bank: u32,
    present: u32,
) -> Result<u32, Failure> {
    match typed {
        Some(PotOrSelf::Pot(pot)) => lookup::account(session, &pot, Some(bank), Among::Pots).await,
        Some(PotOrSelf::Themselves) => Ok(0),
        None => Ok(present),
    }
}

/// Says who speaks for somebody, or that they do not any more.
///
/// # Errors
/// [`Failure`].
pub async fn represent(
    session: &mut Session<'_, '_>,
    flags: RepresentFlags,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let person = lookup::person(session, &flags.who, flags.at.bank, Some(kind)).await?;
    // Whoever speaks may be a member, one of the staff, or anybody.
    let speaker = lookup::person(session, &flags.by, flags.at.bank, None).await?;
    let representative = api::Representative {
        owner_number: speaker.owner_number,
        speaks: flags.may.into(),
        monthly_limit_seconds: flags.monthly_limit.unwrap_or_default(),
        last_day: flags.last_day,
    };
    let request = api::SetRepresentativeRequest {
        request_id: id.to_string(),
        owner_number: person.owner_number,
        representative: Some(representative),
        is_over: flags.over,
        validate_only,
    };
    let answer = session.client.directory.set_representative(call(request)).await.asking(id)?;
    let (title, words) = if flags.over {
        ("Does not speak for them any more", who_words(&speaker))
    } else {
        ("For them speaks", format!("{}, {}", who_words(&speaker), terms_words(&representative)))
    };
    let extra = vec![
        who(&person),
        (
            Column::words("representative_owner_number", title, 0),
            Cell::Said(speaker.owner_number.into(), words),
        ),
        (Column::words("is_over", "", 0), Cell::Flag(flags.over)),
    ];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a pot is told from the person. Method: the word in any capitals, a name that begins so, a number's slip.
    #[test]
    fn pots_and_selves_are_told_apart() {
        assert_eq!(pot_or_self(" Self "), Ok(PotOrSelf::Themselves));
        let named = Whom::Named("self-help".to_owned());
        assert_eq!(pot_or_self("self-help"), Ok(PotOrSelf::Pot(named)));
        assert!(pot_or_self("10020").is_err());
    }
}
