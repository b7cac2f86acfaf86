//! `link`: who somebody who signs in elsewhere is here.

use clap::Args;

use super::who;
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::commands::receipt;
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::lookup;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};

/// Who it is, here and there.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook member link 'ann ash' --issuer https://login.example.org --subject 4711
  hourbook staff link imelda --issuer https://login.example.org --subject 4712

Whoever shows a token of that issuer and subject acts as that person from then on. The subject is kept in a form that
nobody can read. Nobody links themselves: ask another broker; of somebody who works here, a lead or an admin.")]
pub struct LinkFlags {
    /// Whom: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// Who vouches for them: the identity provider of the network, exactly as its tokens name it (iss)
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// Who they are there, exactly as their tokens say (sub)
    #[arg(long, value_name = "TEXT")]
    subject: String,
    #[command(flatten)]
    write: WriteFlags,
}

/// Says whose tokens they are.
///
/// # Errors
/// [`Failure`].
pub async fn run(
    session: &mut Session<'_, '_>,
    flags: LinkFlags,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let person = lookup::person(session, &flags.who, flags.at.bank, Some(kind)).await?;
    let request = api::LinkIdentityRequest {
        request_id: id.to_string(),
        owner_number: person.owner_number,
        issuer: flags.issuer.clone(),
        subject: flags.subject,
        validate_only,
    };
    let answer = session.client.directory.link_identity(call(request)).await.asking(id)?;
    let extra = vec![who(&person), (Column::words("issuer", "Signs in with", 0), Cell::Text(flags.issuer))];
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra }).await
}
