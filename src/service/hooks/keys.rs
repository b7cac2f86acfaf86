//! Keys of endpoints: who signs, what is shown of them, another one.
//!
//! - Keys are derived from a key of the partner each time and kept nowhere: with that gone nothing can be signed any more.
//! - A key is shown to who made it: in the answer to the request that did, and to the same request again, as long as there is
//!   no newer one.

use super::named::{name, said_in};
use crate::access::Allowed;
use crate::api::*;
use crate::directory::hooks::{Endpoint as Kept, EndpointName, Said};
use crate::domain::{Entry, Refusal, Timestamp};
use crate::hooks::signing::{self, SigningKeys};
use crate::ledger::{Mode, Receipt as Written};
use crate::seal::{KeyError, mac_key};
use crate::service::asked::Id;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

/// A key is good beside the next one for at most so many seconds: 7 days.
const OVERLAP_SECONDS_MAX: u32 = 604_800;
/// For so many, if nobody says otherwise: a day.
const OVERLAP_SECONDS_USUAL: u32 = 86_400;
impl Installation {
    pub(super) fn rotate_endpoint_key(
        &self,
        allowed: &Allowed,
        request: RotateEndpointKeyRequest,
    ) -> Result<RotateEndpointKeyResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let name = name(request.partner_owner_number, request.endpoint_number)?;
        let overlap = request.overlap_seconds.unwrap_or(OVERLAP_SECONDS_USUAL);
        if overlap > OVERLAP_SECONDS_MAX {
            return Err(NotDone::bad("overlap_seconds", "from 0 to 604,800, or absent for 86,400"));
        }
        self.partner_in_reach(allowed, name.partner)?;
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(|known| self.own_endpoint(allowed, known, name).map(drop))?;
            let before = telling.before.and_then(|before| rotated_before(before, name));
            let until = before.unwrap_or_else(|| self.access.now().plus_seconds(overlap.into()));
            Ok(Said::Rotated { until, overlap_seconds: overlap }.command(name.partner, name.number))
        })?;
        let endpoint = self.endpoint_as_it_is(name)?;
        let key = self.key_shown(name, &receipt, id.mode)?;
        Ok(RotateEndpointKeyResponse {
            receipt: Some(self.receipt_as_seen(allowed, &receipt)),
            endpoint,
            key,
        })
    }

    /// What the events of an endpoint are signed with at a moment: its newest key, then the one before as long as that is good.
    pub(super) fn signers(
        &self,
        name: EndpointName,
        endpoint: &Kept,
        now: Timestamp,
    ) -> Result<Vec<SigningKeys>, NotDone> {
        let newest = endpoint.key_number;
        let older = endpoint.older_key_until.filter(|until| *until > now);
        let older = older.and(newest.checked_sub(1)).filter(|number| *number != 0);
        let numbers = [Some(newest), older].into_iter().flatten();
        let keys: Option<_> =
            numbers.map(|number| self.signing_keys(name, number)).collect::<Result<_, _>>()?;
        // Whoever was forgotten has no key, and so no events.
        keys.ok_or_else(|| self.refused(&Refusal::OwnerNotFound(name.partner)))
    }

    /// The keys of an endpoint with a number; none where its partner was forgotten.
    pub(super) fn signing_keys(
        &self,
        name: EndpointName,
        key_number: u32,
    ) -> Result<Option<SigningKeys>, NotDone> {
        let mac = match mac_key(&self.network.keyring, name.partner, signing::PURPOSE) {
            Ok(mac) => mac,
            Err(KeyError::Erased { .. }) => return Ok(None),
            Err(error) => return Err(NotDone::Unreadable(error.to_string())),
        };
        let keys = SigningKeys::derived(&mac, name.number, key_number);
        keys.map(Some).ok_or_else(|| NotDone::Unreadable(KeyError::Crypto.to_string()))
    }

    /// The key that an entry gave an endpoint, as long as it is the newest.
    pub(super) fn key_shown(
        &self,
        name: EndpointName,
        written: &Written,
        mode: Mode,
    ) -> Result<Option<EndpointKey>, NotDone> {
        let kept = self.directory.known().hooks.endpoint(name).cloned();
        let is_meant = mode == Mode::Write;
        let kept = kept.filter(|kept| is_meant && kept.key_by == written.entry.sequence);
        let Some(kept) = kept else { return Ok(None) };
        let keys = self.signing_keys(name, kept.key_number)?;
        Ok(keys.map(|keys| EndpointKey {
            secret: keys.secret_text(),
            public_key: keys.public_text(),
            key_number: kept.key_number,
        }))
    }
}

/// Until when the key before is good as this id said it the first time, so that the same request makes the same note.
fn rotated_before(before: &Entry, name: EndpointName) -> Option<Timestamp> {
    let (number, said) = said_in(before, name.partner)?;
    let until = if let Said::Rotated { until, overlap_seconds: _ } = said { until } else { return None };
    (number == name.number).then_some(until)
}
