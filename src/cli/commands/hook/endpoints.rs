//! `hook create`, `hook list` and `hook change`: where events go, and how that stands.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::json;

use super::{EndpointFlags, PartnerFlags, partner, secret};
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::{receipt, sales};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures::{self, short};
use crate::cli::key::Place;
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::Session;

/// Events as receivers read them; a test and that an endpoint was given up come in any case.
const EVENTS: [&str; 7] = [
    "redemption.authorized",
    "redemption.captured",
    "redemption.voided",
    "redemption.expired",
    "redemption.refunded",
    "statement.settled",
    "budget.low",
];

/// An endpoint to make.
#[derive(Debug, Args)]
#[command(after_help = "\
The secret is printed once, on standard output alone, or put into the file of --out. Only the same
command with the same --request-id shows it again, as long as it is the newest.

Events:
  redemption.authorized, redemption.captured, redemption.voided, redemption.expired,
  redemption.refunded, statement.settled, budget.low

Examples:
  With a partner's own key:
    hourbook hook create --url https://shop.example/hook --out hook.key
  Only of what was taken and given back:
    hourbook hook create saucer --url https://shop.example/hook --event redemption.captured \\
      --event redemption.refunded
  To be watched with 'hourbook hook listen --forward':
    hourbook hook create saucer --no-url")]
pub struct CreateFlags {
    #[command(flatten)]
    of: PartnerFlags,
    /// Where events are sent: https, without a user name
    #[arg(long, value_name = "URL", required_unless_present = "no_url")]
    url: Option<String>,
    /// Nowhere: events are only watched
    #[arg(long, conflicts_with = "url")]
    no_url: bool,
    /// An event that is sent; again for each [default: all]
    #[arg(long, value_name = "TYPE", value_parser = event(), hide_possible_values = true)]
    event: Vec<api::EventType>,
    /// Put the secret into this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    write: WriteFlags,
}

/// Whose endpoints.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook hook list                         with a partner's own key
  hourbook hook list saucer --output json")]
pub struct ListFlags {
    #[command(flatten)]
    of: PartnerFlags,
}

/// An endpoint to change.
#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
#[command(after_help = "\
What is not typed stays as it is.

Examples:
  hourbook hook change 1 --url https://shop.example/new         what waits goes there too
  hourbook hook change saucer 1 --event redemption.captured
  hourbook hook change saucer 1 --all-events")]
pub struct ChangeFlags {
    #[command(flatten)]
    endpoint: EndpointFlags,
    /// Where events are sent from now on
    #[arg(long, value_name = "URL", required_unless_present_any = ["no_url", "event", "all_events"])]
    url: Option<String>,
    /// Nowhere: events are only watched
    #[arg(long, conflicts_with = "url")]
    no_url: bool,
    /// An event that is sent from now on; again for each
    #[arg(long, value_name = "TYPE", value_parser = event(), hide_possible_values = true)]
    event: Vec<api::EventType>,
    /// All events
    #[arg(long, conflicts_with = "event")]
    all_events: bool,
    #[command(flatten)]
    write: WriteFlags,
}

/// Makes one.
///
/// # Errors
/// [`Failure`].
pub async fn create(session: &mut Session<'_, '_>, flags: CreateFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let endpoint = api::Endpoint {
        partner_owner_number: partner(session, &flags.of).await?,
        url: flags.url.unwrap_or_default(),
        event_types: flags.event.into_iter().map(i32::from).collect(),
        ..api::Endpoint::default()
    };
    let request =
        api::CreateEndpointRequest { request_id: id.to_string(), endpoint: Some(endpoint), validate_only };
    let place = Place::open(flags.out.filter(|_| !validate_only))?;
    let answer = match session.client.hook.create_endpoint(call(request)).await.asking(id) {
        Ok(answer) => answer,
        Err(failure) => {
            place.leave();
            return Err(failure);
        }
    };
    let shown = secret::Shown { receipt: answer.receipt, endpoint: answer.endpoint, key: answer.key };
    secret::tell(session, place, (id, validate_only), shown).await
}

/// Lists them.
///
/// # Errors
/// [`Failure`].
pub async fn list(session: &mut Session<'_, '_>, flags: ListFlags) -> Result<(), Failure> {
    let endpoints = all(session, &flags.of).await?;
    let columns = cells(&api::Endpoint::default()).into_iter().map(|(column, _)| column).collect();
    let mut listing = Listing::begin(session.screen, columns)?;
    for endpoint in &endpoints {
        listing.row(cells(endpoint).into_iter().map(|(_, cell)| cell).collect())?;
    }
    Ok(listing.end()?)
}

/// All of a partner: a handful at most.
async fn all(session: &mut Session<'_, '_>, of: &PartnerFlags) -> Result<Vec<api::Endpoint>, Failure> {
    let partner_owner_number = sales::partner_or_own(session, of.partner.as_ref(), of.at.bank).await?;
    let request = api::ListEndpointsRequest { partner_owner_number };
    Ok(session.client.hook.list_endpoints(call(request)).await?.into_inner().endpoints)
}

/// Says another address or other events. The API takes both at once, so what is not typed is looked up before.
///
/// # Errors
/// [`Failure`].
pub async fn change(session: &mut Session<'_, '_>, flags: ChangeFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let EndpointFlags { of, endpoint: number } = flags.endpoint;
    let is_all_said = (flags.url.is_some() || flags.no_url) && (!flags.event.is_empty() || flags.all_events);
    let now = if is_all_said {
        let partner_owner_number = partner(session, &of).await?;
        api::Endpoint { partner_owner_number, endpoint_number: number, ..api::Endpoint::default() }
    } else {
        let endpoints = all(session, &of).await?;
        let found = endpoints.into_iter().find(|endpoint| endpoint.endpoint_number == number);
        found
            .ok_or_else(|| Failure::Refused(format!("there is no endpoint {number}; nothing was changed")))?
    };
    let has_events = !flags.event.is_empty() || flags.all_events;
    let endpoint = api::Endpoint {
        partner_owner_number: now.partner_owner_number,
        endpoint_number: number,
        url: if flags.no_url { String::new() } else { flags.url.unwrap_or(now.url) },
        event_types: if has_events {
            flags.event.into_iter().map(i32::from).collect()
        } else {
            now.event_types
        },
        ..api::Endpoint::default()
    };
    let request =
        api::UpdateEndpointRequest { request_id: id.to_string(), endpoint: Some(endpoint), validate_only };
    let answer = session.client.hook.update_endpoint(call(request)).await.asking(id)?;
    let extra = answer.endpoint.as_ref().map(cells).unwrap_or_default();
    tell(session, Written { receipt: receipt(answer.receipt)?, request_id: id, validate_only, extra }).await
}

/// An endpoint, a column each.
pub(super) fn cells(endpoint: &api::Endpoint) -> Vec<(Column, Cell)> {
    let number = |number: u32| Cell::number_or_nothing(number.into());
    let time = |at| {
        let text = figures::time(at);
        text.map_or(Cell::Nothing, |text| Cell::Said(text.into(), figures::short_time(at)))
    };
    let place = match endpoint.url.as_str() {
        "" => Cell::Said("".into(), "nowhere, only watched".to_owned()),
        url => Cell::Text(url.to_owned()),
    };
    let events: Vec<_> = endpoint.event_types().map(event_word).collect();
    let said = if events.is_empty() { "all".to_owned() } else { events.join(", ") };
    let because = endpoint.disabled_because();
    let is_given_up = because != api::DisabledBecause::Unspecified;
    let state = json!({
        "state": short(endpoint.state().as_str_name(), "ENDPOINT_STATE_"),
        "disabled_because": is_given_up.then(|| short(because.as_str_name(), "DISABLED_BECAUSE_")),
    });
    vec![
        (Column::figures("partner_owner_number", "", 0), number(endpoint.partner_owner_number)),
        (Column::figures("endpoint_number", "Endpoint", 8), number(endpoint.endpoint_number)),
        (Column::words("url", "Where", 22), place),
        (Column::words("event_types", "Events", 20), Cell::Said(json!(events), said)),
        (Column::words("standing", "State", 8), Cell::Said(state, state_words(endpoint))),
        (Column::figures("waiting_count", "Waiting", 7), Cell::Count(endpoint.waiting_count.into())),
        (Column::words("failing_since", "Nothing arrives since (UTC)", 11), time(endpoint.failing_since)),
        (Column::words("delivered_at", "Last arrived (UTC)", 11), time(endpoint.delivered_at)),
        (Column::words("public_key", "", 0), Cell::text_or_nothing(endpoint.public_key.clone())),
        (Column::figures("key_number", "", 0), number(endpoint.key_number)),
        (Column::words("older_key_until", "", 0), time(endpoint.older_key_until)),
        (Column::figures("position", "", 0), Cell::Number(endpoint.position)),
        (Column::figures("set_by_sequence", "", 0), Cell::number_or_nothing(endpoint.set_by_sequence)),
    ]
}

fn state_words(endpoint: &api::Endpoint) -> String {
    let because = match endpoint.disabled_because() {
        api::DisabledBecause::Unspecified => "",
        api::DisabledBecause::Gone => ": it answered that it is gone for good (410)",
        api::DisabledBecause::Failing => ": nothing arrived for three days",
    };
    match endpoint.state() {
        api::EndpointState::Unspecified => String::new(),
        api::EndpointState::Open => "open".to_owned(),
        api::EndpointState::Paused => "paused".to_owned(),
        api::EndpointState::Disabled => format!("given up{because}"),
    }
}

/// An event as receivers read it: `redemption.captured`.
pub(super) fn event_word(event: api::EventType) -> String {
    short(event.as_str_name(), "EVENT_TYPE_").replacen('_', ".", 1)
}

fn event() -> impl TypedValueParser<Value = api::EventType> {
    PossibleValuesParser::new(EVENTS).try_map(|typed| {
        let name = format!("EVENT_TYPE_{}", typed.to_ascii_uppercase().replace('.', "_"));
        api::EventType::from_str_name(&name).ok_or("the API has no such event")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: every event of the API can be typed, but those that come in any case, and is printed as it is typed. Method: all
    /// of them.
    #[test]
    fn events_are_typed_as_they_are_read() {
        let all = (1..=9).map(|number| event_word(api::EventType::try_from(number).unwrap()));
        let always = ["endpoint.disabled", "test"];
        let typed: Vec<_> = all.filter(|word| !always.contains(&word.as_str())).collect();
        assert_eq!(typed, EVENTS);
        for word in EVENTS {
            let command = clap::Command::new("x").arg(clap::Arg::new("event").value_parser(event()));
            let read = command.try_get_matches_from(["x", word]).unwrap();
            assert_eq!(event_word(*read.get_one::<api::EventType>("event").unwrap()), word);
        }
    }

    /// Goal: how an endpoint stands has words of its own. Method: each state, and each reason to give it up.
    #[test]
    fn states_have_words() {
        let words = |state: api::EndpointState, because: api::DisabledBecause| {
            state_words(&api::Endpoint {
                state: state.into(),
                disabled_because: because.into(),
                ..api::Endpoint::default()
            })
        };
        let none = api::DisabledBecause::Unspecified;
        let all: std::collections::BTreeSet<_> = [
            words(api::EndpointState::Open, none),
            words(api::EndpointState::Paused, none),
            words(api::EndpointState::Disabled, none),
            words(api::EndpointState::Disabled, api::DisabledBecause::Gone),
            words(api::EndpointState::Disabled, api::DisabledBecause::Failing),
        ]
        .into();
        assert_eq!(all.len(), 5);
    }
}
