//! What is done with an endpoint that is there: pause, resume, delete, test, and send once more.

use clap::Args;

use super::endpoints::cells;
use super::{EndpointFlags, partner};
use crate::api;
use crate::cli::arguments::WriteFlags;
use crate::cli::commands::{place, receipt};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::domain::RequestId;

/// Which endpoint.
#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
#[command(after_help = "\
Its number alone with a partner's own key, else whose it is before it: saucer 1")]
pub struct StepFlags {
    #[command(flatten)]
    endpoint: EndpointFlags,
    #[command(flatten)]
    write: WriteFlags,
}

/// What to send once more.
#[derive(Debug, Args)]
#[command(allow_missing_positional = true)]
#[command(after_help = "\
Events come with the webhook-id they had: a receiver that saw them can tell.

Examples:
  hourbook hook replay 1 --one 451                       of one entry
  hourbook hook replay saucer 1 --from 400 --through 451
  hourbook hook replay saucer 1 --from 400               all there are since")]
pub struct ReplayFlags {
    #[command(flatten)]
    endpoint: EndpointFlags,
    /// Events of entries from this one on
    #[arg(long, value_name = "SEQ", value_parser = place, required_unless_present = "one")]
    from: Option<u64>,
    /// Through this entry [default: all there are now]
    #[arg(long, value_name = "SEQ", value_parser = place, requires = "from")]
    through: Option<u64>,
    /// The events of this entry alone
    #[arg(long, value_name = "SEQ", value_parser = place, conflicts_with_all = ["from", "through"])]
    one: Option<u64>,
    #[command(flatten)]
    write: WriteFlags,
}

/// What every call of this sort begins with.
struct Asked {
    id: RequestId,
    validate_only: bool,
    partner: u32,
    endpoint: u32,
}

async fn asked(session: &mut Session<'_, '_>, flags: StepFlags) -> Result<Asked, Failure> {
    let StepFlags { endpoint, write } = flags;
    Ok(Asked {
        id: write.id(),
        validate_only: write.validate_only,
        partner: partner(session, &endpoint.of).await?,
        endpoint: endpoint.endpoint,
    })
}

async fn told(
    session: &mut Session<'_, '_>,
    asked: &Asked,
    answered: Option<api::Receipt>,
    extra: Vec<(Column, Cell)>,
) -> Result<(), Failure> {
    let (request_id, validate_only) = (asked.id, asked.validate_only);
    tell(session, Written { receipt: receipt(answered)?, request_id, validate_only, extra }).await
}

/// Sends nothing for a while.
///
/// # Errors
/// [`Failure`].
pub async fn pause(session: &mut Session<'_, '_>, flags: StepFlags) -> Result<(), Failure> {
    let asked = asked(session, flags).await?;
    let request = api::PauseEndpointRequest {
        request_id: asked.id.to_string(),
        partner_owner_number: asked.partner,
        endpoint_number: asked.endpoint,
        validate_only: asked.validate_only,
    };
    let answer = session.client.hook.pause_endpoint(call(request)).await.asking(asked.id)?;
    told(session, &asked, answer.receipt, answer.endpoint.as_ref().map(cells).unwrap_or_default()).await
}

/// Sends again.
///
/// # Errors
/// [`Failure`].
pub async fn resume(session: &mut Session<'_, '_>, flags: StepFlags) -> Result<(), Failure> {
    let asked = asked(session, flags).await?;
    let request = api::ResumeEndpointRequest {
        request_id: asked.id.to_string(),
        partner_owner_number: asked.partner,
        endpoint_number: asked.endpoint,
        validate_only: asked.validate_only,
    };
    let answer = session.client.hook.resume_endpoint(call(request)).await.asking(asked.id)?;
    told(session, &asked, answer.receipt, answer.endpoint.as_ref().map(cells).unwrap_or_default()).await
}

/// Ends it.
///
/// # Errors
/// [`Failure`].
pub async fn delete(session: &mut Session<'_, '_>, flags: StepFlags) -> Result<(), Failure> {
    let asked = asked(session, flags).await?;
    let request = api::DeleteEndpointRequest {
        request_id: asked.id.to_string(),
        partner_owner_number: asked.partner,
        endpoint_number: asked.endpoint,
        validate_only: asked.validate_only,
    };
    let answer = session.client.hook.delete_endpoint(call(request)).await.asking(asked.id)?;
    told(session, &asked, answer.receipt, Vec::new()).await
}

/// Sends a test.
///
/// # Errors
/// [`Failure`].
pub async fn test(session: &mut Session<'_, '_>, flags: StepFlags) -> Result<(), Failure> {
    let asked = asked(session, flags).await?;
    let request = api::SendTestEventRequest {
        request_id: asked.id.to_string(),
        partner_owner_number: asked.partner,
        endpoint_number: asked.endpoint,
        validate_only: asked.validate_only,
    };
    let answer = session.client.hook.send_test_event(call(request)).await.asking(asked.id)?;
    let name = Cell::text_or_nothing(answer.webhook_id);
    told(session, &asked, answer.receipt, vec![(Column::words("webhook_id", "Its webhook-id", 0), name)])
        .await
}

/// Sends events once more.
///
/// # Errors
/// [`Failure`].
pub async fn replay(session: &mut Session<'_, '_>, flags: ReplayFlags) -> Result<(), Failure> {
    let step = StepFlags { endpoint: flags.endpoint, write: flags.write };
    let asked = asked(session, step).await?;
    let request = api::ReplayDeliveriesRequest {
        request_id: asked.id.to_string(),
        partner_owner_number: asked.partner,
        endpoint_number: asked.endpoint,
        from_sequence: flags.one.or(flags.from).unwrap_or_default(),
        through_sequence: flags.one.or(flags.through),
        validate_only: asked.validate_only,
    };
    let answer = session.client.hook.replay_deliveries(call(request)).await.asking(asked.id)?;
    told(session, &asked, answer.receipt, Vec::new()).await
}
