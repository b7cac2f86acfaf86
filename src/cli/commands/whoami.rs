//! `whoami`: what the server takes you for.

use super::key::{reach_cell, role_cell};
use crate::api;
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;

/// Asks.
///
/// # Errors
/// As the server says.
pub async fn run(session: &mut Session<'_, '_>) -> Result<(), Failure> {
    let answer = session.client.access.who_am_i(call(api::WhoAmIRequest {})).await?.into_inner();
    if answer.is_local_operator && session.screen.is_for_people() {
        session.screen.say("You are the local operator: this network has no keys yet, and whoever is on this machine may do everything.")?;
        return Ok(session.screen.say("'hourbook init' makes the first key, with the server stopped.")?);
    }
    let reach = answer.reach.unwrap_or_default();
    let number = |number: u32| Cell::number_or_nothing(number.into());
    let ends = Cell::text_or_nothing(figures::time(answer.ends_at).unwrap_or_default());
    Ok(session.screen.record(&[
        (Column::words("network_name", "Network", 0), Cell::text_or_nothing(answer.network_name)),
        (Column::words("is_local_operator", "", 0), Cell::Flag(answer.is_local_operator)),
        (Column::words("role", "You are", 0), role_cell(answer.role)),
        (Column::words("reach", "You reach", 0), reach_cell(&reach, answer.till_number)),
        (Column::figures("credential_number", "Your key", 0), number(answer.credential_number)),
        (Column::figures("login_number", "Your login", 0), number(answer.login_number)),
        (Column::words("name", "It is called", 0), Cell::text_or_nothing(answer.name)),
        (Column::figures("holder_owner_number", "You act as owner", 0), number(answer.holder_owner_number)),
        (Column::words("ends_at", "It ends", 0), ends),
    ])?)
}
