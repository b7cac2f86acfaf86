//! Endpoints: made, changed and ended by the partner they tell of, or by its bank's lead.
//!
//! A number is never given again, so what was signed for one endpoint is never good for another.

use super::messages;
use super::named::{name, said_in};
use crate::access::Allowed;
use crate::api::*;
use crate::directory::Known;
use crate::directory::hooks::{
    ENDPOINTS_EVER_MAX, ENDPOINTS_MAX, ENDPOINTS_OF_NETWORK_MAX, Endpoint as Kept, EndpointName, Said,
};
use crate::domain::{OwnerNumber, Reason, Sequence};
use crate::hooks::target::Target;
use crate::service::asked::Id;
use crate::service::directory::owner;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::redemption::partner_named;
use crate::words::people as words;

impl Installation {
    pub(super) fn create_endpoint(
        &self,
        allowed: &Allowed,
        request: CreateEndpointRequest,
    ) -> Result<CreateEndpointResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let said = request.endpoint.ok_or_else(|| NotDone::bad("endpoint", "said"))?;
        let partner = owner("endpoint.partner_owner_number", said.partner_owner_number)?;
        let kinds = messages::read_kinds(&said.event_types)?;
        self.may_be_called(&said.url)?;
        self.partner_in_reach(allowed, partner)?;
        let receipt = self.tell(allowed, id, |telling| {
            let number = match telling.before {
                // No number is 0: where the id did something else before, the books say what differs.
                Some(before) => said_in(before, partner).map_or(0, |(number, _)| number),
                None => self.next_endpoint(allowed, telling.known, partner)?,
            };
            Ok(Said::Created(kinds, said.url.as_str().into()).command(partner, number))
        })?;
        let number = said_in(&receipt.entry, partner).map_or(0, |(number, _)| number);
        let name = EndpointName { partner, number };
        let mut endpoint = self.endpoint_as_it_is(name)?;
        if receipt.entry.sequence.is_zero() {
            let would_be = Kept::made(Sequence::ZERO, kinds, said.url.into());
            endpoint = Some(self.endpoint_message(name, &would_be)?);
        }
        let key = self.key_shown(name, &receipt, id.mode)?;
        Ok(CreateEndpointResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), endpoint, key })
    }

    pub(super) fn update_endpoint(
        &self,
        allowed: &Allowed,
        request: UpdateEndpointRequest,
    ) -> Result<UpdateEndpointResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let said = request.endpoint.ok_or_else(|| NotDone::bad("endpoint", "said"))?;
        let name = name(said.partner_owner_number, said.endpoint_number);
        let name = name.map_err(|error| error.inside("endpoint"))?;
        let kinds = messages::read_kinds(&said.event_types)?;
        self.may_be_called(&said.url)?;
        let said = Said::Changed(kinds, said.url.into());
        let receipt = self.say_of_endpoint(allowed, id, name, &said, |_| Ok(()));
        let receipt = receipt.map_err(|error| error.inside("endpoint"))?;
        let endpoint = self.endpoint_as_it_is(name)?;
        Ok(UpdateEndpointResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), endpoint })
    }

    pub(super) fn delete_endpoint(
        &self,
        allowed: &Allowed,
        request: DeleteEndpointRequest,
    ) -> Result<DeleteEndpointResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let name = name(request.partner_owner_number, request.endpoint_number)?;
        let receipt = self.say_of_endpoint(allowed, id, name, &Said::Deleted, |_| Ok(()))?;
        Ok(DeleteEndpointResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    pub(super) fn list_endpoints(
        &self,
        allowed: &Allowed,
        request: ListEndpointsRequest,
    ) -> Result<ListEndpointsResponse, NotDone> {
        let partner = partner_named(allowed, "partner_owner_number", request.partner_owner_number)?;
        let known = self.directory.known_now(&self.network.ledger)?;
        self.own_partner(allowed, &known, partner)?;
        let kept: Vec<_> = known.hooks.of(partner).map(|(name, kept)| (name, kept.clone())).collect();
        drop(known); // Keys are read from the disk.
        let endpoints = kept.iter().map(|(name, kept)| self.endpoint_message(*name, kept));
        Ok(ListEndpointsResponse { endpoints: endpoints.collect::<Result<_, _>>()? })
    }

    /// The number that a new endpoint gets, if there may be one more.
    fn next_endpoint(&self, allowed: &Allowed, known: &Known, partner: OwnerNumber) -> Result<u16, NotDone> {
        self.own_partner(allowed, known, partner).map_err(|error| error.inside("endpoint"))?;
        if known.hooks.of(partner).count() >= ENDPOINTS_MAX {
            return Err(full(ENDPOINTS_MAX, words::too_many_endpoints(ENDPOINTS_MAX)));
        }
        if known.hooks.all().count() >= ENDPOINTS_OF_NETWORK_MAX {
            let most = ENDPOINTS_OF_NETWORK_MAX;
            return Err(full(most, words::too_many_endpoints_of_all(most)));
        }
        let next = known.hooks.next(partner);
        next.ok_or_else(|| full(ENDPOINTS_EVER_MAX, words::too_many_endpoints_ever(ENDPOINTS_EVER_MAX)))
    }

    /// An address is one that could be called; none says that nothing is sent.
    fn may_be_called(&self, url: &str) -> Result<(), NotDone> {
        if url.is_empty() {
            return Ok(());
        }
        let target = Target::parse(url, &self.calling.allowed);
        target.map(drop).map_err(|bad| NotDone::bad("endpoint.url", bad.to_string()))
    }
}

/// There are as many endpoints as there may be.
fn full(most: usize, sentence: String) -> NotDone {
    let figures = [("what", "endpoints".to_owned()), ("most", most.to_string())];
    NotDone::by_rule(Reason::BooksFull, sentence, &figures)
}
