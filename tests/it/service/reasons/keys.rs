//! Rules about keys, broken one after the other, on books that have some.

use std::sync::Arc;

use hourbook::access::Role;
use hourbook::api;
use hourbook::domain::{BankNumber, Reason};
use hourbook::ledger::ManualClock;

use super::asking::{KEY_WRITES, hear};
use super::seen::{Refused, Seen};
use crate::access::{ISSUER, Office, banks, folder, grant, takes_tokens, with};
use crate::support::START;
use crate::support::served::{Served, fresh};

const FAR: u32 = 9_999;
/// The owner number of a member of bank 1, in either network.
const MEMBER: u32 = 7;

/// Whoever asks.
struct Asking<'a> {
    served: &'a Served,
    key: Option<&'a str>,
}

impl Asking<'_> {
    fn create(&self, request: api::CreateKeyRequest) -> Result<(), Refused> {
        hear("CreateKey", self.served.block_on(self.served.access(self.key).create_key(request)))
    }

    fn rotate(&self, request_id: &str, credential_number: u32, overlap: u32) -> Result<(), Refused> {
        let request = api::RotateKeyRequest {
            request_id: request_id.into(),
            credential_number,
            overlap_seconds: Some(overlap),
            validate_only: false,
        };
        hear("RotateKey", self.served.block_on(self.served.access(self.key).rotate_key(request)))
    }

    fn who_am_i(&self) -> u32 {
        let answer = self.served.block_on(self.served.access(self.key).who_am_i(api::WhoAmIRequest {}));
        answer.unwrap().into_inner().holder_owner_number
    }

    fn revoke(&self, request_id: &str, credential_number: u32) -> Result<(), Refused> {
        let request_id = request_id.into();
        let request = api::RevokeKeyRequest { request_id, credential_number, validate_only: false };
        hear("RevokeKey", self.served.block_on(self.served.access(self.key).revoke_key(request)))
    }

    fn link(&self, request_id: &str, owner_number: u32, subject: &str) -> Result<(), Refused> {
        let request = api::LinkIdentityRequest {
            request_id: request_id.into(),
            owner_number,
            issuer: ISSUER.into(),
            subject: subject.into(),
            validate_only: false,
        };
        let answer = match self.key {
            Some(key) => self.served.block_on(self.served.directory().link_identity(with(key, request))),
            None => self.served.block_on(self.served.directory().link_identity(request)),
        };
        hear("LinkIdentity", answer)
    }

    /// Asks for what would be done; about the key of a broker, or the member.
    fn write(&self, call: &str, request_id: &str) -> Result<(), Refused> {
        match call {
            "LinkIdentity" => self.link(request_id, MEMBER, "4711"),
            "CreateKey" => self.create(broker(request_id)),
            "RotateKey" => self.rotate(request_id, 3, 0),
            "RevokeKey" => self.revoke(request_id, 3),
            other => panic!("{other}"),
        }
    }
}

fn broker(request_id: &str) -> api::CreateKeyRequest {
    api::CreateKeyRequest {
        request_id: request_id.into(),
        role: api::Role::Broker.into(),
        reach: Some(api::Reach { bank_numbers: vec![1], ..Default::default() }),
        name: "front desk".into(),
        ..Default::default()
    }
}

/// Every reason about keys, and the common ones of these calls.
pub fn everything(seen: &mut Seen) {
    let served = Served::with(takes_tokens);
    served.bank("Ashenford");
    served.owners(5);
    served.member(1, "Ann", 0); // By the number the member has in the other network.
    for call in KEY_WRITES {
        let refused = Asking { served: &served, key: None }.write(call, &fresh());
        seen.refused(refused, Reason::NoKeysYet, &[], &["has no keys yet", "hourbook init"]);
    }
    drop(served);

    // 1 admin, 2 lead of bank 1, 3 and 4 brokers of bank 1.
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, caller) = (office.bank(), office.caller(&admin));
    assert_eq!(bank, BankNumber::new(1));
    let (_, lead) = office.make(&caller, grant(Role::Lead, banks(&[bank])));
    for _ in 0..2 {
        office.make(&caller, grant(Role::Broker, banks(&[bank])));
    }
    assert_eq!(office.member(bank).get(), MEMBER);
    drop(office);

    let clock = Arc::new(ManualClock::new(START));
    let low = Served::in_folder(folder.path(), Arc::clone(&clock), |options| {
        options.bounds.disk_headroom_bytes = u64::MAX;
        takes_tokens(options);
    });
    for call in KEY_WRITES {
        let refused = Asking { served: &low, key: Some(&admin) }.write(call, &fresh());
        seen.refused(refused, Reason::DiskLow, &[], &["the disk under the books is nearly full"]);
    }
    drop(low);

    let served = Served::in_folder(folder.path(), clock, takes_tokens);
    let admin = Asking { served: &served, key: Some(&admin) };
    served.clock.set_wall(START.plus_seconds(366 * 86_400));
    for call in KEY_WRITES {
        let refused = admin.write(call, &fresh());
        seen.refused(refused, Reason::ClockUnsure, &[], &["the clock of the books has leapt"]);
    }
    served.clock.set_wall(START);
    judged(&admin, &Asking { served: &served, key: Some(&lead) }, seen);
}

fn judged(admin: &Asking<'_>, lead: &Asking<'_>, seen: &mut Seen) {
    let number = |number: u32| number.to_string();
    let (create, rotate, link) = (fresh(), fresh(), fresh());
    admin.link(&link, MEMBER, "4711").unwrap();
    admin.create(broker(&create)).unwrap();
    admin.rotate(&rotate, 4, 86_400).unwrap();
    seen.refused(
        admin.create(broker(&create)),
        Reason::KeyShownOnce,
        &[("credential_number", &number(5))],
        &["made key 5 before", "rotate key 5"],
    );
    seen.refused(
        admin.rotate(&rotate, 4, 86_400),
        Reason::KeyShownOnce,
        &[("credential_number", &number(4))],
        &["made key 4 before"],
    );
    for (refused, fields) in [
        (admin.create(api::CreateKeyRequest { name: "another".into(), ..broker(&create) }), "name"),
        (admin.rotate(&rotate, 3, 0), "credential_number"),
        (admin.revoke(&rotate, 4), "call"),
        (admin.link(&rotate, MEMBER, "4711"), "call"),
        (admin.link(&link, MEMBER, "4712"), "subject"),
    ] {
        let says = ["this request id was used before"];
        seen.refused(refused, Reason::RequestIdReused, &[("fields", &fields)], &says);
    }
    seen.refused(
        admin.rotate(&fresh(), 4, 60),
        Reason::TwoKeysLive,
        &[("credential_number", &number(4)), ("until", &START.plus_seconds(86_400))],
        &["key 4 was rotated before", "overlap of 0"],
    );
    for refused in [admin.rotate(&fresh(), FAR, 0), admin.revoke(&fresh(), FAR), lead.revoke(&fresh(), 1)] {
        let asked = if refused.as_ref().is_err_and(|refused| refused.says("key 1 ")) { 1 } else { FAR };
        let says = ["there is no key", "that you can see"];
        seen.refused(refused, Reason::KeyNotFound, &[("credential_number", &number(asked))], &says);
    }
    let admins = api::CreateKeyRequest {
        role: api::Role::Admin.into(),
        reach: Some(api::Reach { whole_network: true, ..Default::default() }),
        ..broker(&fresh())
    };
    seen.refused(
        lead.create(admins),
        Reason::BeyondReach,
        &[("role", &"admin")],
        &["cannot make a key for an admin"],
    );
    let own = lead.who_am_i();
    let profile = Some(api::Profile { name: "Una Lead".into(), ..Default::default() });
    let kind = api::PersonKind::Staff.into();
    let staff = api::CreatePersonRequest {
        request_id: fresh(),
        bank_number: 1,
        kind,
        profile,
        owner_number: own,
        ..Default::default()
    };
    let mut directory = admin.served.directory();
    admin.served.block_on(directory.create_person(with(admin.key.unwrap(), staff))).unwrap();
    seen.refused(
        lead.link(&fresh(), own, "4713"),
        Reason::SecondPersonNeeded,
        &[("owner_number", &own)],
        &["somebody else has to say who you are"],
    );
    seen.refused(
        admin.revoke(&fresh(), 1),
        Reason::LastAdminKey,
        &[("credential_number", &number(1))],
        &["key 1 is the last admin key that works"],
    );
    admin.revoke(&fresh(), 3).unwrap();
    for refused in [admin.rotate(&fresh(), 3, 0), admin.revoke(&fresh(), 3)] {
        let says = ["key 3 was revoked or is past its time"];
        seen.refused(refused, Reason::KeyEnded, &[("credential_number", &number(3))], &says);
    }
    not_there(admin, seen);
}

fn not_there(admin: &Asking<'_>, seen: &mut Seen) {
    let bank = api::Reach { bank_numbers: vec![FAR], ..Default::default() };
    let refused = admin.create(api::CreateKeyRequest { reach: Some(bank), ..broker(&fresh()) });
    seen.refused(refused, Reason::BankNotFound, &[("bank_number", &FAR)], &["no time bank 9999"]);
    let refused = admin.link(&fresh(), FAR, "4714");
    let says = ["nobody is registered under number 9999"];
    seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &FAR)], &says);
    let partner = api::CreateKeyRequest {
        role: api::Role::Partner.into(),
        reach: Some(api::Reach { partner_owner_numbers: vec![FAR], ..Default::default() }),
        ..broker(&fresh())
    };
    let holder = api::CreateKeyRequest { holder_owner_number: FAR, ..broker(&fresh()) };
    for request in [partner, holder] {
        let says = ["nobody is registered under number 9999"];
        seen.refused(admin.create(request), Reason::OwnerNotFound, &[("owner_number", &FAR)], &says);
    }
}
