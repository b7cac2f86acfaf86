//! WatchRedemptions: sales as they change.
//!
//! A message is a sale as it stands by the time it is read, so a change that was overtaken may be told as the one after it;
//! nothing is left out. What a till has in its hands is never whose hours they were, and never a sale of an earlier day than
//! yesterday.

use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::listing::first_day;
use super::told::partner_named;
use crate::access::Allowed;
use crate::api::{WatchRedemptionsRequest, WatchRedemptionsResponse};
use crate::domain::{Day, Form, OwnerNumber, Sequence};
use crate::ledger::recovery;
use crate::redemption::beside::Sale;
use crate::service::Service;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::watch::{self, From, Watched};

/// Entries read at a time.
const READ_ENTRIES: u64 = 512;

/// Of which partner, and for a till of which till, sales are shown.
#[derive(Clone, Debug)]
struct SalesOf {
    partner: OwnerNumber,
    till: Option<u32>,
    allowed: Allowed,
}

/// Starts the task of a stream.
pub fn stream(
    service: &Service,
    allowed: Allowed,
    request: &WatchRedemptionsRequest,
) -> Result<ReceiverStream<Result<WatchRedemptionsResponse, Status>>, NotDone> {
    let partner = partner_named(&allowed, "partner_owner_number", request.partner_owner_number)?;
    let books = service.books()?;
    books.own_partner(&allowed, &books.directory.known(), partner)?;
    let watched = SalesOf { partner, till: allowed.caller().till, allowed };
    let from = From { after: request.after_sequence.map(Sequence::new), heartbeat_seconds: 0 };
    watch::stream(service, watched, from)
}

impl Watched for SalesOf {
    type Message = WatchRedemptionsResponse;

    fn look(
        &self,
        books: &Installation,
        after: Sequence,
        tip: Sequence,
    ) -> Result<(Sequence, Vec<WatchRedemptionsResponse>), NotDone> {
        let through = tip.min(after.plus(READ_ENTRIES));
        let reader = &**books.network.ledger.books().journal();
        let (_, today) = books.accounts_of(&self.allowed, self.partner)?;
        let from = first_day(&self.allowed, today, None);
        let mut changed = Vec::new();
        recovery::each_record(reader, after.next(), through, |record| {
            let entry = recovery::decode(&record)?;
            if !matches!(entry.form(), Form::Account | Form::Note)
                && let Some(began) = books.beginning_of(&entry)?
                && Sale::beside(&began).is_some_and(|sale| self.shows(&sale, from))
            {
                changed.push((entry.sequence, began));
            }
            Ok::<_, recovery::RecoveryError>(())
        })
        .map_err(unreadable)?;
        let mut found = Vec::with_capacity(changed.len());
        for (position, began) in changed {
            if let Some(standing) = books.standing_of(&began)? {
                let redemption = Some(books.redemption_as_seen(&self.allowed, &standing));
                found.push(WatchRedemptionsResponse { redemption, position: position.get() });
            }
        }
        Ok((through, found))
    }

    fn sign_of_life(&self, position: Sequence) -> WatchRedemptionsResponse {
        WatchRedemptionsResponse { redemption: None, position: position.get() }
    }
}

impl SalesOf {
    fn shows(&self, sale: &Sale, from: Option<Day>) -> bool {
        let is_own_till = self.till.is_none_or(|till| till == u32::from(sale.receipt.till));
        let is_late_enough = from.is_none_or(|from| from <= sale.receipt.day);
        sale.receipt.partner == self.partner && is_own_till && is_late_enough
    }
}
