//! Who comes with which tokens: a member or somebody who works for a bank.
//!
//! Whose people they are is judged here, in the middle of a change of the directory; who may say it at all is for
//! `access` to judge. So nobody is linked while an exchange is judged: it rests on who was who when it was recorded.

use super::{Id, owner};
use crate::access::{Allowed, Linking, Whom};
use crate::api::*;
use crate::directory::Known;
use crate::directory::people::terms::PersonKind;
use crate::domain::{Invalid, OwnerNumber};
use crate::service::answers;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

impl Installation {
    /// `person` is whoever issuer and subject name, if their tokens are taken here.
    pub(in crate::service::directory) fn link_identity(
        &self,
        allowed: &Allowed,
        request: &LinkIdentityRequest,
        person: Result<[u8; 32], Invalid>,
    ) -> Result<LinkIdentityResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let owner = owner("owner_number", request.owner_number)?;
        let issuer_and_subject_hash = person?;
        let (network, ledger) = (&self.network, &self.network.ledger);
        let receipt = self.directory.change(ledger, |known| {
            let whom = self.whom(allowed, known, owner);
            let before = ledger.find(id.key).map_err(|error| self.not_done(error))?;
            // Who was linked before and is forgotten since: the answer is as it was.
            let whom = if before.is_some() { whom.unwrap_or(Whom::Member) } else { whom? };
            let asked = Linking { key: id.key, owner, whom, issuer_and_subject_hash, mode: id.mode };
            let linked = self.access.link(network, allowed.caller(), &asked);
            linked.map_err(|not_made| self.not_made(not_made))
        })?;
        Ok(LinkIdentityResponse { receipt: Some(answers::receipt(&receipt, &self.names())) })
    }

    /// What somebody is to the bank they belong to, which is in reach; paused or not.
    fn whom(&self, allowed: &Allowed, known: &Known, owner: OwnerNumber) -> Result<Whom, NotDone> {
        let person = known.people.person(owner);
        let person = person.filter(|person| allowed.sees_bank(person.bank) && person.erased_at.is_none());
        let person = person.filter(|_| !self.is_an_institution(known, owner));
        match person.ok_or_else(|| self.nobody(owner))?.kind {
            PersonKind::Member => Ok(Whom::Member),
            PersonKind::Staff => Ok(Whom::Staff),
            PersonKind::Organisation | PersonKind::Partner => Err(NotDone::bad(
                "owner_number",
                "the owner number of a member, or of somebody who works for the time bank",
            )),
        }
    }
}
