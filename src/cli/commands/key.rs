//! `key create`, `key list`, `key rotate` and `key revoke`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{counted, from_now};
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures;
use crate::cli::key::Place;
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values::{self, Deadline};
use crate::domain::RequestId;

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a key; it is shown once
    Create(CreateFlags),
    /// The keys you may make and end, and your own
    List(ListFlags),
    /// Give a key's holder another one; the one before works on for a while
    Rotate(RotateFlags),
    /// End a key at once and for good
    Revoke(RevokeFlags),
}

/// A key to make.
#[derive(Debug, Args)]
#[command(after_help = "\
The key is printed once, on standard output alone, or put into the file of --out.

Examples:
  hourbook key create --role broker --bank 1 --name \"front desk\" --expires 90d --out desk.key
  hourbook key create --role till --partner 12 --till 2 --name \"till 2, Café Kiosk\"
  hourbook key create --role auditor --network --name \"audit 2026\" --expires 2026-12-31T00:00:00Z")]
pub struct CreateFlags {
    /// What it may do: member, till, partner, broker, lead, auditor, reporter, admin or integration
    #[arg(long, value_name = "ROLE", value_parser = roles(), hide_possible_values = true)]
    role: api::Role,
    /// A bank it reaches; may be typed several times
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: Vec<u32>,
    /// A partner it reaches, by owner number; may be typed several times
    #[arg(long, value_name = "OWNER", value_parser = counted)]
    partner: Vec<u32>,
    /// It reaches the whole network, as an admin does in any case
    #[arg(long)]
    network: bool,
    /// The number of the till at its partner, 1 to 9,999
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    till: u32,
    /// What people call it, such as "till 2, Café Kiosk"; never a person's name, as it is not encrypted
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// Who acts with it, by owner number [default: somebody new]
    #[arg(long, value_name = "OWNER", value_parser = counted)]
    holder: Option<u32>,
    /// When it ends: 90d, or 2026-12-31T00:00:00Z; at most 5 years away [default: never]
    #[arg(long, value_name = "SPAN|TIME", value_parser = values::deadline)]
    expires: Option<Deadline>,
    /// Put the key into this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    write: WriteFlags,
}

/// Which keys.
#[derive(Clone, Copy, Debug, Args)]
pub struct ListFlags {
    /// Those too that were revoked or are past their time
    #[arg(long)]
    all: bool,
}

/// A key to replace.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hourbook key rotate 3 --overlap 2h --out desk-2.key")]
pub struct RotateFlags {
    /// The number of the key, as it stands after hbk_
    #[arg(value_name = "KEY", value_parser = counted)]
    number: u32,
    /// How long the key before works on, up to 30 days; 0 ends it at once
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = overlap)]
    overlap: u32,
    /// Put the new key into this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    write: WriteFlags,
}

/// A key to end.
#[derive(Clone, Copy, Debug, Args)]
pub struct RevokeFlags {
    /// The number of the key, as it stands after hbk_
    #[arg(value_name = "KEY", value_parser = counted)]
    number: u32,
    #[command(flatten)]
    write: WriteFlags,
}

const ROLES: [&str; 9] =
    ["member", "till", "partner", "broker", "lead", "auditor", "reporter", "admin", "integration"];

fn roles() -> impl TypedValueParser<Value = api::Role> {
    PossibleValuesParser::new(ROLES).try_map(|typed| {
        api::Role::from_str_name(&format!("ROLE_{}", typed.to_ascii_uppercase()))
            .ok_or("the API has no such role")
    })
}

/// A span from nothing to 30 days; days have 24 hours here.
fn overlap(text: &str) -> Result<u32, String> {
    let must = || "type how long, like 2h or 24h or 7d, up to 30d; or 0".to_owned();
    if text == "0" {
        return Ok(0);
    }
    let span = text.parse::<jiff::Span>().map_err(|_| must())?;
    let total = span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours()));
    // A span is a whole number of seconds up to 2^53 here; what is larger is refused below.
    let seconds = total.ok().map(|seconds| seconds.to_string());
    seconds
        .and_then(|seconds| seconds.parse().ok())
        .filter(|seconds| *seconds <= 30 * 86_400)
        .ok_or_else(must)
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(flags) => create(session, flags).await,
        Command::List(flags) => list(session, flags).await,
        Command::Rotate(flags) => rotate(session, flags).await,
        Command::Revoke(flags) => revoke(session, flags).await,
    }
}

async fn create(session: &mut Session<'_, '_>, flags: CreateFlags) -> Result<(), Failure> {
    let CreateFlags { write, out, .. } = flags;
    let id = write.id();
    let expires_at = flags.expires.map(|expires| from_now("--expires", expires, id)).transpose()?;
    let reach = api::Reach {
        whole_network: flags.network || flags.role == api::Role::Admin,
        bank_numbers: flags.bank,
        partner_owner_numbers: flags.partner,
    };
    let request = api::CreateKeyRequest {
        request_id: id.to_string(),
        role: flags.role.into(),
        reach: Some(reach),
        till_number: flags.till,
        holder_owner_number: flags.holder.unwrap_or_default(),
        name: flags.name,
        expires_at: expires_at.map(values::wire_time),
        validate_only: write.validate_only,
    };
    let place = Place::open(out.filter(|_| !write.validate_only))?;
    let answer = match session.client.access.create_key(call(request)).await.asking(id) {
        Ok(answer) => answer,
        Err(failure) => {
            place.leave();
            return Err(failure);
        }
    };
    tell_key(session, place, (id, write.validate_only), answer.receipt, answer.credential, answer.key).await
}

async fn rotate(session: &mut Session<'_, '_>, flags: RotateFlags) -> Result<(), Failure> {
    let RotateFlags { number, overlap, out, write } = flags;
    let id = write.id();
    let request = api::RotateKeyRequest {
        request_id: id.to_string(),
        credential_number: number,
        overlap_seconds: Some(overlap),
        validate_only: write.validate_only,
    };
    let place = Place::open(out.filter(|_| !write.validate_only))?;
    let answer = match session.client.access.rotate_key(call(request)).await.asking(id) {
        Ok(answer) => answer,
        Err(failure) => {
            place.leave();
            return Err(failure);
        }
    };
    tell_key(session, place, (id, write.validate_only), answer.receipt, answer.credential, answer.key).await
}

async fn revoke(session: &mut Session<'_, '_>, flags: RevokeFlags) -> Result<(), Failure> {
    let id = flags.write.id();
    let request = api::RevokeKeyRequest {
        request_id: id.to_string(),
        credential_number: flags.number,
        validate_only: flags.write.validate_only,
    };
    let answer = session.client.access.revoke_key(call(request)).await.asking(id)?;
    let receipt = super::receipt(answer.receipt)?;
    let extra = answer.credential.as_ref().map_or_else(Vec::new, cells);
    let validate_only = flags.write.validate_only;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}

/// For people the key alone on standard output, and what there is to say of it beside; for programs one
/// answer with both.
async fn tell_key(
    session: &mut Session<'_, '_>,
    place: Place,
    (request_id, validate_only): (RequestId, bool),
    receipt: Option<api::Receipt>,
    credential: Option<api::Credential>,
    key: String,
) -> Result<(), Failure> {
    let kept = if validate_only { None } else { place.put(&key, "rotate it with --overlap 0")? };
    let receipt = super::receipt(receipt)?;
    if validate_only || !session.screen.is_for_people() {
        let mut extra = credential.as_ref().map_or_else(Vec::new, cells);
        let shown = if kept.is_none() { Cell::text_or_nothing(key) } else { Cell::Nothing };
        extra.push((Column::words("key", "", 0), shown));
        return tell(session, Written { receipt, request_id, validate_only, extra }).await;
    }
    let credential = credential.unwrap_or_default();
    let role = role_cell(credential.role).for_people();
    let reach =
        reach_cell(&credential.reach.clone().unwrap_or_default(), credential.till_number).for_people();
    let (number, name) = (credential.credential_number, &credential.name);
    session.screen.remark(&format!("Key {number}: {role} of {reach}, called \"{name}\"."));
    if let Some(until) = figures::whole_time(credential.older_key_until) {
        session.screen.remark(&format!("The key before works until {until}."));
    }
    match kept {
        Some(path) => session.screen.remark(&format!("It is in {} and nowhere else.", path.display())),
        None => {
            session.screen.remark("Keep it where nobody else can read it: it is not shown again.");
            session.screen.say(&key)?;
        }
    }
    Ok(())
}

async fn list(session: &mut Session<'_, '_>, flags: ListFlags) -> Result<(), Failure> {
    let columns = cells(&api::Credential::default()).into_iter().map(|(column, _)| column).collect();
    let mut access = session.client.access.clone();
    let mut listing = Listing::begin(session.screen, columns)?;
    let mut page_token = String::new();
    loop {
        let request = api::ListKeysRequest { include_ended: flags.all, page_size: PAGE_SIZE, page_token };
        let answer = access.list_keys(call(request)).await?.into_inner();
        for credential in &answer.credentials {
            listing.row(cells(credential).into_iter().map(|(_, cell)| cell).collect())?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(listing.end()?);
        }
    }
}

/// A role, by its word.
pub(super) fn role_cell(number: i32) -> Cell {
    let name = api::Role::try_from(number).map_or("", |role| role.as_str_name());
    let word = name.strip_prefix("ROLE_").unwrap_or_default().to_ascii_lowercase();
    if word.is_empty() || word == "unspecified" { Cell::Nothing } else { Cell::Word(word.into()) }
}

/// How far somebody reaches, in words and in the fields of the API.
pub(super) fn reach_cell(reach: &api::Reach, till_number: u32) -> Cell {
    let numbers = |one: &str, several: &str, numbers: &[u32]| {
        let what = if numbers.len() == 1 { one } else { several };
        let numbers: Vec<_> = numbers.iter().map(u32::to_string).collect();
        format!("{what} {}", numbers.join(", "))
    };
    let words = if reach.whole_network {
        "the network".to_owned()
    } else if !reach.bank_numbers.is_empty() {
        numbers("bank", "banks", &reach.bank_numbers)
    } else if till_number != 0 {
        format!("till {till_number} of {}", numbers("partner", "partners", &reach.partner_owner_numbers))
    } else {
        numbers("partner", "partners", &reach.partner_owner_numbers)
    };
    let fields = json!({
        "whole_network": reach.whole_network,
        "bank_numbers": reach.bank_numbers,
        "partner_owner_numbers": reach.partner_owner_numbers,
        "till_number": till_number,
    });
    Cell::Said(fields, words)
}

fn cells(credential: &api::Credential) -> Vec<(Column, Cell)> {
    let time = |at| {
        let text = figures::time(at);
        text.map_or(Cell::Nothing, |text| Cell::Said(text.into(), figures::short_time(at)))
    };
    let day = |at| {
        let text = figures::time(at);
        text.map_or(Cell::Nothing, |text| {
            let day = text.split('T').next().unwrap_or_default().to_owned();
            Cell::Said(text.into(), day)
        })
    };
    let state = if credential.is_live {
        "works"
    } else if credential.revoked_at.is_some() {
        "revoked"
    } else {
        "over"
    };
    let reach = credential.reach.clone().unwrap_or_default();
    vec![
        (Column::figures("credential_number", "Key", 4), Cell::Number(credential.credential_number.into())),
        (Column::words("role", "Role", 8), role_cell(credential.role)),
        (Column::words("reach", "Reaches", 10), reach_cell(&reach, credential.till_number)),
        (Column::words("name", "Called", 16), Cell::Text(credential.name.clone())),
        (
            Column::figures("holder_owner_number", "Acts as", 6),
            Cell::number_or_nothing(credential.holder_owner_number.into()),
        ),
        (
            Column::figures("made_by_owner_number", "", 0),
            Cell::number_or_nothing(credential.made_by_owner_number.into()),
        ),
        (Column::words("made_at", "", 0), time(credential.made_at)),
        (Column::words("rotated_at", "", 0), time(credential.rotated_at)),
        (Column::words("older_key_until", "", 0), time(credential.older_key_until)),
        (Column::words("expires_at", "Ends", 10), day(credential.expires_at)),
        (Column::words("revoked_at", "", 0), time(credential.revoked_at)),
        (Column::words("last_used_at", "Last used (UTC)", 10), time(credential.last_used_at)),
        (Column::words("state", "State", 7), Cell::Word(state.into())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: every role of the API can be typed, and spans are what they say.
    #[test]
    fn roles_and_spans_are_read() {
        let known = |number| !matches!(role_cell(number), Cell::Nothing);
        assert_eq!((1..100).filter(|number| known(*number)).count(), ROLES.len());
        for role in ROLES {
            assert!(api::Role::from_str_name(&format!("ROLE_{}", role.to_uppercase())).is_some(), "{role}");
        }
        for (text, seconds) in
            [("0", 0), ("24h", 86_400), ("2h", 7_200), ("30d", 2_592_000), ("90 minutes", 5_400)]
        {
            assert_eq!(overlap(text), Ok(seconds), "{text}");
        }
        for bad in ["", "31d", "-1h", "1", "h", "1.5x", "1 month"] {
            assert!(overlap(bad).is_err(), "{bad}");
        }
    }
}
