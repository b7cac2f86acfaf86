//! `hook deliveries`: what was sent to an endpoint or is to be, newest first.

use clap::Args;

use super::EndpointFlags;
use super::endpoints::event_word;
use crate::api;
use crate::cli::commands::sales;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures::{self, short};
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};

/// Of which endpoint.
#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
#[command(after_help = "\
All that wait, and the last 1,000 that do not.

Examples:
  hourbook hook deliveries 1                         with a partner's own key
  hourbook hook deliveries saucer 1 --output csv")]
pub struct Flags {
    #[command(flatten)]
    endpoint: EndpointFlags,
}

/// Lists them.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    let EndpointFlags { of, endpoint } = flags.endpoint;
    let partner_owner_number = sales::partner_or_own(session, of.partner.as_ref(), of.at.bank).await?;
    let mut hook = session.client.hook.clone();
    let columns = cells(&api::Delivery::default()).into_iter().map(|(column, _)| column).collect();
    let mut listing = Listing::begin(session.screen, columns)?;
    let mut page_token = String::new();
    loop {
        let request = api::ListDeliveriesRequest {
            partner_owner_number,
            endpoint_number: endpoint,
            page_size: PAGE_SIZE,
            page_token,
        };
        let answer = hook.list_deliveries(call(request)).await?.into_inner();
        for delivery in &answer.deliveries {
            listing.row(cells(delivery).into_iter().map(|(_, cell)| cell).collect())?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(listing.end()?);
        }
    }
}

/// A delivery, a column each.
fn cells(delivery: &api::Delivery) -> Vec<(Column, Cell)> {
    let time = |at| {
        let text = figures::time(at);
        text.map_or(Cell::Nothing, |text| Cell::Said(text.into(), figures::short_time(at)))
    };
    let (state, failure) = (delivery.state(), delivery.last_failure());
    let failure_name = if failure == api::AttemptFailure::Unspecified {
        Cell::Nothing
    } else {
        Cell::Word(short(failure.as_str_name(), "ATTEMPT_FAILURE_").into())
    };
    let status = u64::from(delivery.last_status);
    let status = if status == 0 { serde_json::Value::Null } else { status.into() };
    vec![
        (Column::figures("sequence", "Entry", 8), Cell::number_or_nothing(delivery.sequence)),
        (Column::words("event_type", "Event", 19), Cell::Word(event_word(delivery.event_type()).into())),
        (
            Column::words("state", "State", 8),
            Cell::Said(short(state.as_str_name(), "DELIVERY_STATE_").into(), state_words(state).to_owned()),
        ),
        (Column::figures("attempts", "Attempts", 8), Cell::Count(delivery.attempts.into())),
        (Column::words("last_status", "Last answer", 14), Cell::Said(status, answer_words(delivery))),
        (Column::words("last_failure", "", 0), failure_name),
        (Column::words("attempted_at", "At (UTC)", 11), time(delivery.attempted_at)),
        (Column::words("due_at", "Next (UTC)", 11), time(delivery.due_at)),
        (Column::words("webhook_id", "webhook-id", 15), Cell::text_or_nothing(delivery.webhook_id.clone())),
    ]
}

const fn state_words(state: api::DeliveryState) -> &'static str {
    match state {
        api::DeliveryState::Unspecified => "",
        api::DeliveryState::Waits => "waits",
        api::DeliveryState::Delivered => "arrived",
        api::DeliveryState::GivenUp => "given up",
    }
}

/// What the last attempt was answered with, or why it was not.
fn answer_words(delivery: &api::Delivery) -> String {
    match delivery.last_failure() {
        api::AttemptFailure::Unspecified if delivery.last_status == 0 => "",
        api::AttemptFailure::Unspecified | api::AttemptFailure::Status => {
            return format!("answered {}", delivery.last_status);
        }
        api::AttemptFailure::NoAddress => "its host has no address",
        api::AttemptFailure::AddressRefused => "its host has an address that may not be called",
        api::AttemptFailure::NoConnection => "nobody listens there",
        api::AttemptFailure::Tls => "its certificate does not prove its name, or it is no TLS",
        api::AttemptFailure::NoAnswer => "the answer was no HTTP, or broke off",
        api::AttemptFailure::Timeout => "no answer in 15 seconds",
        api::AttemptFailure::Here => "the server could not make or sign it",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Goal: every state, and every reason not to arrive, has words of its own. Method: all of them.
    #[test]
    fn states_and_answers_have_words() {
        let states: BTreeSet<_> =
            (0..=3).map(|number| state_words(api::DeliveryState::try_from(number).unwrap())).collect();
        assert_eq!(states.len(), 4);
        let answers = (0..=8).map(|number| {
            let last_status = if number == 1 { 500 } else { 0 };
            answer_words(&api::Delivery { last_failure: number, last_status, ..api::Delivery::default() })
        });
        assert_eq!(answers.collect::<BTreeSet<_>>().len(), 9);
        let taken = api::Delivery { last_status: 204, ..api::Delivery::default() };
        assert_eq!(answer_words(&taken), "answered 204");
    }
}
