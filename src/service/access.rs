//! AccessService, call by call.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::installation::Installation;
use super::not_done::NotDone;
use super::pages::Page;
use super::{Service, answers, fields};
use crate::access::{
    Asked, Caller, Capacity, CredentialNumber, Grant, LoginNumber, Made, NotMade, Reach, Role, Row, role,
};
use crate::api;
use crate::api::access_service_server::AccessService;
use crate::api::*;
use crate::domain::{BankNumber, OwnerNumber, RequestKey, Timestamp};
use crate::ledger::Mode;
use crate::words::access as words;

/// How long the key before works on if nobody says, in seconds.
const OVERLAP_SECONDS_USUAL: u32 = 86_400;

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl AccessService for Service {
    async fn create_key(&self, request: Request<CreateKeyRequest>) -> Answer<CreateKeyResponse> {
        self.change(request, |books, allowed, asked| books.create_key(allowed.caller(), asked)).await
    }

    async fn rotate_key(&self, request: Request<RotateKeyRequest>) -> Answer<RotateKeyResponse> {
        self.change(request, |books, allowed, asked| books.rotate_key(allowed.caller(), asked)).await
    }

    async fn revoke_key(&self, request: Request<RevokeKeyRequest>) -> Answer<RevokeKeyResponse> {
        self.change(request, |books, allowed, asked| books.revoke_key(allowed.caller(), asked)).await
    }

    async fn list_keys(&self, request: Request<ListKeysRequest>) -> Answer<ListKeysResponse> {
        self.read(request, |books, allowed, asked| books.list_keys(allowed.caller(), asked)).await
    }

    async fn who_am_i(&self, request: Request<WhoAmIRequest>) -> Answer<WhoAmIResponse> {
        self.read(request, |books, allowed, _| Ok(books.who_am_i(allowed.caller()))).await
    }
}

impl Installation {
    fn create_key(&self, caller: &Caller, request: CreateKeyRequest) -> Result<CreateKeyResponse, NotDone> {
        let (key, mode) = asked_for(caller, &request.request_id, request.validate_only)?;
        let grant = Grant {
            role: read_role(request.role)?,
            reach: read_reach(request.reach.unwrap_or_default())?,
            till: (request.till_number != 0).then_some(request.till_number),
            name: request.name.into(),
            expires_at: fields::timestamp("expires_at", request.expires_at)?,
        };
        let holder = fields::person(request.holder_owner_number);
        let asked = Asked { key, grant, holder, mode };
        // A till that is there stays there until its key is.
        let known = self.directory.known_now(&self.network.ledger)?;
        let is_there = |partner, till| Self::till_in_use(&known, partner, till);
        let made = self.access.create(&self.network, caller, &asked, is_there);
        drop(known);
        let (receipt, credential, key) = self.made(made)?;
        Ok(CreateKeyResponse { receipt, credential, key })
    }

    fn rotate_key(&self, caller: &Caller, request: RotateKeyRequest) -> Result<RotateKeyResponse, NotDone> {
        let asked = asked_for(caller, &request.request_id, request.validate_only)?;
        let number = credential_number(request.credential_number)?;
        let overlap = i64::from(request.overlap_seconds.unwrap_or(OVERLAP_SECONDS_USUAL));
        let made = self.access.rotate(&self.network, caller, asked, number, overlap);
        let (receipt, credential, key) = self.made(made)?;
        Ok(RotateKeyResponse { receipt, credential, key })
    }

    fn revoke_key(&self, caller: &Caller, request: RevokeKeyRequest) -> Result<RevokeKeyResponse, NotDone> {
        let asked = asked_for(caller, &request.request_id, request.validate_only)?;
        let number = credential_number(request.credential_number)?;
        let made = self.access.revoke(&self.network, caller, asked, number);
        let (receipt, credential, _) = self.made(made)?;
        Ok(RevokeKeyResponse { receipt, credential })
    }

    /// What a call that made something answers with.
    fn made(
        &self,
        made: Result<Made, NotMade>,
    ) -> Result<(Option<Receipt>, Option<api::Credential>, String), NotDone> {
        let Made { text, row, receipt } = made.map_err(|not_made| self.not_made(not_made))?;
        let now = self.access.now();
        let receipt = answers::receipt(&receipt, &self.names());
        let text = text.map_or_else(String::new, |text| text.reveal());
        Ok((Some(receipt), row.map(|row| credential(&row, now)), text))
    }

    pub(super) fn not_made(&self, not_made: NotMade) -> NotDone {
        match not_made {
            NotMade::Invalid(invalid) => invalid.into(),
            NotMade::Refused(refusal) => NotDone::Refused {
                reason: refusal.reason(),
                sentence: words::refusal_sentence(&refusal),
                figures: refusal.figures().into_iter().map(|(name, of)| (name.to_owned(), of)).collect(),
            },
            NotMade::NoReceipt(no_receipt) => self.not_done(no_receipt),
            NotMade::Keys(crate::network::KeysError::NoReceipt(no_receipt)) => self.not_done(no_receipt),
            error @ NotMade::KeyringLost => NotDone::Unreadable(error.to_string()),
            error @ (NotMade::Keys(_) | NotMade::Bad(_) | NotMade::BegunBefore { .. }) => {
                NotDone::Unknown(error.to_string())
            }
        }
    }

    fn list_keys(&self, caller: &Caller, request: ListKeysRequest) -> Result<ListKeysResponse, NotDone> {
        let question = format!("keys {:?} {}", caller.identity, request.include_ended);
        let page = Page::read(request.page_size, &request.page_token, &question)?;
        let after = u32::try_from(page.after.unwrap_or_default()).unwrap_or(u32::MAX);
        let now = self.access.now();
        let ended_at = (!request.include_ended).then_some(now);
        let most = page.size.saturating_add(1);
        let mut found = self.access.list(&self.network, caller, after, most, ended_at);
        let more = found.len() > page.size;
        found.truncate(page.size);
        let last = found.last().map_or(0, |row| u64::from(row.credential.number.get()));
        Ok(ListKeysResponse {
            credentials: found.iter().map(|row| credential(row, now)).collect(),
            next_page_token: if more { page.token_after(last) } else { String::new() },
        })
    }

    /// The keys whose holder has this number, by their numbers; never a secret, nor who made them.
    pub(in crate::service) fn keys_held(&self, of: OwnerNumber, most: usize) -> Vec<ExportedKey> {
        let now = self.access.now();
        let told = |row: Arc<Row>| {
            let key = credential(&row, now);
            ExportedKey {
                credential_number: key.credential_number,
                role: row.credential.grant.role.word().to_owned(),
                name: key.name,
                made_at: key.made_at,
                expires_at: key.expires_at,
                rotated_at: key.rotated_at,
                revoked_at: key.revoked_at,
                last_used_at: key.last_used_at,
                is_live: key.is_live,
            }
        };
        self.access.held_by(of, most).into_iter().map(told).collect()
    }

    fn who_am_i(&self, caller: &Caller) -> WhoAmIResponse {
        let row = caller.credential().and_then(|number| self.access.credential(number));
        let role = match caller.capacity {
            Capacity::LocalOperator => api::Role::Unspecified,
            Capacity::Role(role) => wire_role(role),
        };
        WhoAmIResponse {
            is_local_operator: caller.capacity == Capacity::LocalOperator,
            role: role.into(),
            reach: Some(reach(&caller.reach)),
            till_number: caller.till.unwrap_or_default(),
            holder_owner_number: caller.holder.get(),
            credential_number: caller.credential().map_or(0, CredentialNumber::get),
            login_number: caller.login().map_or(0, LoginNumber::get),
            name: row.map_or_else(String::new, |row| row.credential.grant.name.to_string()),
            ends_at: caller.lifetime.ends().moment().map(answers::timestamp),
            network_name: self.access.begun().map_or_else(String::new, |begun| begun.name.into()),
        }
    }
}

/// The id of a write, filed under its caller, and whether it is meant.
fn asked_for(caller: &Caller, request_id: &str, validate_only: bool) -> Result<(RequestKey, Mode), NotDone> {
    let key = RequestKey { scope: caller.scope, ..fields::request_key(request_id)? };
    Ok((key, if validate_only { Mode::ValidateOnly } else { Mode::Write }))
}

fn credential_number(number: u32) -> Result<CredentialNumber, NotDone> {
    if number == 0 {
        return Err(NotDone::bad("credential_number", "the number of a credential, from 1"));
    }
    Ok(CredentialNumber::new(number))
}

fn read_role(number: i32) -> Result<Role, NotDone> {
    let role = u8::try_from(number).ok().and_then(Role::from_number);
    role.ok_or_else(|| NotDone::bad("role", "one of the roles there are, from 1 to 9"))
}

fn wire_role(role: Role) -> api::Role {
    api::Role::try_from(i32::from(role.number())).unwrap_or_default()
}

fn read_reach(reach: api::Reach) -> Result<Reach, NotDone> {
    let api::Reach { whole_network, bank_numbers, partner_owner_numbers } = reach;
    let most = role::REACH_MAX;
    if bank_numbers.len() > most || partner_owner_numbers.len() > most {
        return Err(NotDone::bad("reach", "at most 64 banks or partners"));
    }
    match (whole_network, bank_numbers.is_empty(), partner_owner_numbers.is_empty()) {
        (true, true, true) => Ok(Reach::Network),
        (false, false, true) => Ok(Reach::banks(bank_numbers.into_iter().map(BankNumber::new).collect())?),
        (false, true, false) => {
            Ok(Reach::partners(partner_owner_numbers.into_iter().map(OwnerNumber::new).collect())?)
        }
        (true, false, _) | (true, _, false) | (false, true, true) | (false, false, false) => {
            Err(NotDone::bad("reach", "the whole network, or banks, or partners; one of the three"))
        }
    }
}

fn reach(reach: &Reach) -> api::Reach {
    match reach {
        Reach::Network => api::Reach { whole_network: true, ..api::Reach::default() },
        Reach::Banks(banks) => api::Reach {
            bank_numbers: banks.iter().map(|bank| bank.get()).collect(),
            ..api::Reach::default()
        },
        Reach::Partners(partners) => api::Reach {
            partner_owner_numbers: partners.iter().map(|partner| partner.get()).collect(),
            ..api::Reach::default()
        },
    }
}

fn credential(row: &Row, now: Timestamp) -> api::Credential {
    let of = &row.credential;
    let older = of.older_ends().filter(|ends| ends.at(now).is_none());
    api::Credential {
        credential_number: of.number.get(),
        role: wire_role(of.grant.role).into(),
        reach: Some(reach(&of.grant.reach)),
        till_number: of.grant.till.unwrap_or_default(),
        holder_owner_number: of.holder.get(),
        name: of.grant.name.to_string(),
        made_by_owner_number: of.made_by.get(),
        made_at: Some(answers::timestamp(of.made_at)),
        expires_at: of.grant.expires_at.map(answers::timestamp),
        rotated_at: of.rotated_at.map(answers::timestamp),
        older_key_until: older.and_then(|ends| ends.moment()).map(answers::timestamp),
        revoked_at: of.revoked_at.map(answers::timestamp),
        last_used_at: row.used_at().map(answers::timestamp),
        is_live: of.ended(now).is_none() && row.works(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a role on the wire is the role in the books. Method: each, by number and by name.
    #[test]
    fn roles_are_those_of_the_api() {
        for role in Role::ALL {
            let name = format!("ROLE_{}", role.word().to_uppercase());
            assert_eq!(wire_role(role), api::Role::from_str_name(&name).unwrap());
            assert_eq!(read_role(wire_role(role).into()).unwrap(), role);
        }
        assert!(read_role(0).is_err() && read_role(10).is_err() && read_role(-1).is_err());
    }

    /// Goal: a reach is one of three forms, and comes back as it went. Method: every mixture.
    #[test]
    fn a_reach_is_one_of_three() {
        let wire = |whole_network, banks: &[u32], partners: &[u32]| api::Reach {
            whole_network,
            bank_numbers: banks.to_vec(),
            partner_owner_numbers: partners.to_vec(),
        };
        for good in [wire(true, &[], &[]), wire(false, &[1, 2], &[]), wire(false, &[], &[7])] {
            assert_eq!(reach(&read_reach(good.clone()).unwrap()), good);
        }
        for bad in [
            wire(false, &[], &[]),
            wire(true, &[1], &[]),
            wire(true, &[], &[7]),
            wire(true, &[1], &[7]),
            wire(false, &[1], &[7]),
            wire(false, &[0], &[]),
            wire(false, &vec![1; 65], &[]),
        ] {
            assert!(read_reach(bad.clone()).is_err(), "{bad:?}");
        }
    }
}
