//! Which endpoint a call is about, and how something is said of it.

use super::messages;
use crate::access::Allowed;
use crate::api::Endpoint;
use crate::directory::Known;
use crate::directory::hooks::{Endpoint as Kept, EndpointName, Said};
use crate::domain::{Action, Entry, OwnerNumber};
use crate::ledger::Receipt as Written;
use crate::service::asked::Id;
use crate::service::directory::owner;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

impl Installation {
    /// Writes what is said of an endpoint in reach, if `judge` lets it.
    pub(super) fn say_of_endpoint(
        &self,
        allowed: &Allowed,
        id: Id,
        name: EndpointName,
        said: &Said,
        judge: impl FnOnce(&Kept) -> Result<(), NotDone>,
    ) -> Result<Written, NotDone> {
        self.partner_in_reach(allowed, name.partner)?;
        self.tell(allowed, id, |telling| {
            telling.judged(|known| judge(self.own_endpoint(allowed, known, name)?))?;
            Ok(said.command(name.partner, name.number))
        })
    }

    /// An endpoint of a partner of which the caller may say something.
    pub(super) fn own_endpoint<'a>(
        &self,
        allowed: &Allowed,
        known: &'a Known,
        name: EndpointName,
    ) -> Result<&'a Kept, NotDone> {
        self.own_partner(allowed, known, name.partner)?;
        known.hooks.endpoint(name).ok_or_else(|| {
            NotDone::bad("endpoint_number", "that of an endpoint of this partner that has not ended")
        })
    }

    /// An endpoint as a message; none of one that has ended, or that was only checked.
    pub(super) fn endpoint_as_it_is(&self, name: EndpointName) -> Result<Option<Endpoint>, NotDone> {
        let kept = self.directory.known().hooks.endpoint(name).cloned();
        kept.map(|kept| self.endpoint_message(name, &kept)).transpose()
    }

    pub(super) fn endpoint_message(&self, name: EndpointName, kept: &Kept) -> Result<Endpoint, NotDone> {
        let keys = self.signing_keys(name, kept.key_number)?;
        let public_key = keys.map_or_else(String::new, |keys| keys.public_text());
        Ok(Endpoint { public_key, ..messages::endpoint(name, kept, self.calling.outboxes.doing(name)) })
    }
}

/// Which endpoint a request names.
pub(super) fn name(partner: u32, number: u32) -> Result<EndpointName, NotDone> {
    let partner = owner("partner_owner_number", partner)?;
    Ok(EndpointName { partner, number: endpoint_number(number)? })
}

pub(super) fn endpoint_number(number: u32) -> Result<u16, NotDone> {
    let number = u16::try_from(number).ok().filter(|number| *number != 0);
    number.ok_or_else(|| NotDone::bad("endpoint_number", "the number of an endpoint of this partner, from 1"))
}

/// What an entry says of an endpoint of a partner, if it does.
pub(super) fn said_in(entry: &Entry, partner: OwnerNumber) -> Option<(u16, Said)> {
    let note = if let Action::Note(note) = &entry.command.action { note } else { return None };
    let said = Said::decode(note).ok().flatten();
    said.filter(|_| note.subject == u64::from(partner.get()))
}
