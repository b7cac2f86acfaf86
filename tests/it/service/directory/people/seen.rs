//! Who sees whom, and who may say something of whom. Which role may make which call: `access::every_call`.

use std::sync::Arc;

use hourbook::access::{Reach, Role};
use hourbook::api::{self, entry::Action as Did};
use hourbook::domain::BankNumber;
use hourbook::ledger::ManualClock;
use tonic::{Code, Status};

use super::super::over;
use super::member;
use crate::access::{Office, banks, folder, grant, with};
use crate::service::hostile::named;
use crate::support::START;
use crate::support::served::{Served, fresh};

/// A server with two banks, and keys.
pub struct Town {
    pub served: Served,
    pub admin: String,
    pub broker: String,
    pub lead: String,
    pub other_lead: String,
    _folder: tempfile::TempDir,
}

impl Town {
    pub fn new() -> Self {
        let folder = folder();
        let (office, admin) = Office::begun(folder.path());
        let caller = office.caller(&admin);
        let numbers = [office.bank(), office.bank()];
        assert_eq!(numbers, [BankNumber::new(1), BankNumber::new(2)]);
        let key = |role, reach: &Reach| office.make(&caller, grant(role, reach.clone())).1;
        let [own, other] = numbers.map(|number| banks(&[number]));
        let (broker, lead, other_lead) =
            (key(Role::Broker, &own), key(Role::Lead, &own), key(Role::Lead, &other));
        drop(office);
        let served = over(folder.path(), &Arc::new(ManualClock::new(START)));
        Self { served, admin, broker, lead, other_lead, _folder: folder }
    }

    pub fn create(
        &self,
        key: &str,
        request: api::CreatePersonRequest,
    ) -> Result<api::CreatePersonResponse, Status> {
        let answer = self.served.block_on(self.served.directory().create_person(with(key, request)));
        answer.map(|answer| answer.into_inner())
    }

    pub fn person(&self, key: &str, owner_number: u32) -> Result<api::Person, (Code, String)> {
        let request = with(key, api::GetPersonRequest { owner_number, account_number: 0 });
        let answer = self.served.block_on(self.served.directory().get_person(request));
        answer.map(|answer| answer.into_inner().person.unwrap()).map_err(heard)
    }

    fn standing(&self, key: &str, owner_number: u32) -> Result<(), (Code, String)> {
        let request =
            api::SetMemberStandingRequest { request_id: fresh(), owner_number, ..Default::default() };
        let answer = self.served.block_on(self.served.directory().set_member_standing(with(key, request)));
        answer.map(drop).map_err(heard)
    }

    fn says(&self, key: &str, owner_number: u32, speaker: u32) -> Result<(), (Code, String)> {
        let speaks = api::Speaks::ForAll.into();
        let request = api::SetRepresentativeRequest {
            request_id: fresh(),
            owner_number,
            representative: Some(api::Representative { owner_number: speaker, speaks, ..Default::default() }),
            ..Default::default()
        };
        let answer = self.served.block_on(self.served.directory().set_representative(with(key, request)));
        answer.map(drop).map_err(heard)
    }

    fn pause(&self, key: &str, owner_number: u32) -> Result<u64, (Code, String)> {
        let request = api::PauseMemberRequest { request_id: fresh(), owner_number, ..Default::default() };
        let answer = self.served.block_on(self.served.directory().pause_member(with(key, request)));
        answer.map(|answer| answer.into_inner().receipt.unwrap().entry.unwrap().sequence).map_err(heard)
    }

    fn sees_entry(&self, key: &str, sequence: u64) -> bool {
        let request = with(key, api::GetEntryRequest { sequence, min_sequence: 0 });
        self.served.block_on(self.served.ledger().get_entry(request)).is_ok()
    }
}

pub fn heard(status: Status) -> (Code, String) {
    (status.code(), named(&status))
}

pub fn nobody() -> (Code, String) {
    (Code::NotFound, "OWNER_NOT_FOUND".to_owned())
}

/// Goal: whoever is of another bank is nobody: not seen, not found, not written about, and what is written about
/// them is not there; in their own bank all of that is. Method: every call with a key of the other bank.
#[test]
fn another_banks_people_are_nobody() {
    let town = Town::new();
    let made = town.create(&town.broker, member("Annabel Quillfeather")).unwrap();
    let (ann, account) = (made.owner_number, made.account_number);
    let created = made.receipt.unwrap().entry.unwrap().sequence;
    assert!(matches!(town.person(&town.lead, ann), Ok(person) if person.profile.is_some()));
    let paused = town.pause(&town.lead, ann).unwrap();
    for (key, sees) in [(&town.broker, true), (&town.lead, true), (&town.other_lead, false)] {
        assert_eq!([created, paused].map(|sequence| town.sees_entry(key, sequence)), [sees; 2]);
    }

    let key = &town.other_lead;
    let mut directory = town.served.directory();
    assert_eq!(town.person(key, ann).unwrap_err(), nobody());
    assert_eq!(town.person(key, 999).unwrap_err(), nobody());
    let by_account = with(key, api::GetPersonRequest { owner_number: 0, account_number: account });
    let status = town.served.block_on(directory.get_person(by_account)).unwrap_err();
    assert_eq!(heard(status), (Code::NotFound, "ACCOUNT_NOT_FOUND".into()));
    for (bank_number, text) in [(2, "quill"), (2, ""), (2, &*account.to_string()), (2, &*ann.to_string())] {
        let request = api::SearchMembersRequest { bank_number, text: text.into(), ..Default::default() };
        let answer = town.served.block_on(directory.search_members(with(key, request))).unwrap();
        assert!(answer.into_inner().people.is_empty(), "{text}");
    }
    let request = api::SearchMembersRequest { bank_number: 1, text: "quill".into(), ..Default::default() };
    let status = town.served.block_on(directory.search_members(with(key, request))).unwrap_err();
    assert_eq!(heard(status), (Code::NotFound, "BANK_NOT_FOUND".into()));
    for refused in [
        town.standing(key, ann),
        town.says(key, ann, ann),
        town.pause(key, ann).map(drop),
        town.create(key, api::CreatePersonRequest { bank_number: 2, owner_number: ann, ..member("Ann") })
            .map(drop)
            .map_err(heard),
    ] {
        assert_eq!(refused.unwrap_err(), nobody());
    }
    // A name alone says nothing: it is no question in another bank, and no bank takes in another's people.
    let alike = api::CreatePersonRequest { bank_number: 2, ..member("Annabel Quillfeather") };
    town.create(key, alike).unwrap();
    let theirs = town.create(key, member("Annabel Quillfeather")).map_err(heard);
    assert_eq!(theirs.unwrap_err(), (Code::NotFound, "BANK_NOT_FOUND".into()));
}

/// Goal: I11: nobody decides about themselves, nor about whom they speak for, nor makes themselves speak for
/// somebody; somebody else does. Method: a broker who is a member too, by the number of their key.
#[test]
fn nobody_decides_about_themselves() {
    let town = Town::new();
    let ann = town.create(&town.broker, member("Ann Ash")).unwrap();
    let broker = ann.receipt.unwrap().entry.unwrap().actor;
    let oneself = api::CreatePersonRequest { owner_number: broker, ..member("Imelda Broker") };
    let second = (Code::FailedPrecondition, "SECOND_PERSON_NEEDED".to_owned());
    assert_eq!(town.create(&town.broker, oneself.clone()).map_err(heard).unwrap_err(), second);
    town.create(&town.lead, oneself).unwrap();
    assert_eq!(town.standing(&town.broker, broker).unwrap_err(), second);
    assert_eq!(town.says(&town.broker, broker, ann.owner_number).unwrap_err(), second);
    assert_eq!(town.says(&town.broker, ann.owner_number, broker).unwrap_err(), second);
    town.standing(&town.lead, broker).unwrap();
    town.standing(&town.broker, ann.owner_number).unwrap();
    town.says(&town.lead, ann.owner_number, broker).unwrap();
    assert_eq!(town.standing(&town.broker, ann.owner_number).unwrap_err(), second, "they speak for them now");
}

/// Goal: members see themselves, with what is known of them, and nobody else.
#[test]
fn members_see_themselves() {
    let town = Town::new();
    let ann = town.create(&town.broker, member("Ann Ash")).unwrap();
    let ben = town.create(&town.broker, member("Benedict Oake")).unwrap();
    let request = api::CreateKeyRequest {
        request_id: fresh(),
        role: api::Role::Member.into(),
        reach: Some(api::Reach { bank_numbers: vec![1], ..Default::default() }),
        holder_owner_number: ann.owner_number,
        name: "Ann's phone".into(),
        ..Default::default()
    };
    let mut access = town.served.access(Some(&town.admin));
    let key = town.served.block_on(access.create_key(request)).unwrap().into_inner().key;
    let seen = town.person(&key, ann.owner_number).unwrap();
    assert_eq!(seen.profile.unwrap().name, "Ann Ash");
    assert_eq!(seen.account_numbers, [ann.account_number]);
    assert_eq!(town.person(&key, ben.owner_number).unwrap_err(), nobody());
    let Some(Did::AccountsOpened(_)) = ben.receipt.unwrap().entry.unwrap().action else { panic!() };
    assert_eq!(town.standing(&key, ann.owner_number).unwrap_err().0, Code::PermissionDenied);
}
