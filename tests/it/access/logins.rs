//! People who come with tokens of an identity provider, over a real socket.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hourbook::access::tokens::TokenSettings;
use hourbook::api;
use hourbook::domain::OwnerNumber;
use hourbook::ledger::ManualClock;
use serde_json::{Value, json};
use tonic::{Code, Status};

use super::issuer::{Issuer, Key};
use super::tokens::{AUDIENCE, NOW, changed};
use super::{Office, folder, why_it_ends, with};
use crate::support::START;
use crate::support::served::{Served, exchange, fresh};

/// A network that has begun and has banks 1 and 2, the provider it trusts, and a key of that.
pub struct Network {
    pub served: Served,
    pub admin: String,
    pub issuer: Issuer,
    key: Key,
}

impl Network {
    pub fn new(folder: &Path) -> Self {
        let (office, admin) = Office::begun(folder);
        office.bank();
        office.bank();
        drop(office);
        let key = Key::p256("one");
        let issuer = Issuer::start(&[&key]);
        let served = serve(folder, &issuer, Arc::new(ManualClock::new(START)));
        Self { served, admin, issuer, key }
    }

    /// Stops and starts the server.
    pub fn restarted(mut self, folder: &Path) -> Self {
        let clock = Arc::clone(&self.served.clock);
        self.served.end().unwrap();
        self.served = serve(folder, &self.issuer, clock);
        self
    }

    /// A token of a broker of bank 1, with these claims changed.
    pub fn token(&self, changes: Value) -> String {
        let usual = json!({
            "iss": self.issuer.name(), "aud": AUDIENCE, "sub": "4711", "iat": NOW, "exp": NOW + 3_600,
            "roles": ["hourbook-broker"], "hourbook_banks": ["1"],
        });
        self.key.token(&changed(&usual, changes))
    }

    fn integration(&self, subject: &str) -> String {
        self.token(json!({"sub": subject, "roles": ["hourbook-integration"]}))
    }

    pub fn who_am_i(&self, shown: &str) -> Result<api::WhoAmIResponse, Status> {
        let asked = with(shown, api::WhoAmIRequest {});
        self.served.block_on(self.served.access(None).who_am_i(asked)).map(tonic::Response::into_inner)
    }

    /// Opens a bank's account, and says who did it.
    fn actor(&self, shown: &str, request_id: &str, bank_number: u32) -> Result<u32, Status> {
        let account = Some(api::NewAccount {
            bank_number,
            kind: api::AccountKind::Member.into(),
            owner_number: 1,
            ..Default::default()
        });
        let asked = api::OpenAccountRequest { request_id: request_id.into(), account, validate_only: false };
        let answer = self.served.block_on(self.served.ledger().open_account(with(shown, asked)))?;
        Ok(answer.into_inner().receipt.unwrap().entry.unwrap().actor)
    }

    fn position(&self) -> u64 {
        let asked = with(&self.admin, api::TrialBalanceRequest::default());
        self.served.block_on(self.served.audit().trial_balance(asked)).unwrap().into_inner().sequence
    }
}

fn serve(folder: &Path, issuer: &Issuer, clock: Arc<ManualClock>) -> Served {
    let mut settings = TokenSettings::new(&issuer.name(), AUDIENCE, None).unwrap();
    settings.ages.timeout = Duration::from_secs(60);
    Served::in_folder(folder, clock, |options| options.tokens = Some(settings))
}

/// Goal: whoever comes with a token is what the token says, within its reach, and the books keep who did what,
/// by a number that stays theirs. Method: an integration and a broker by token; another token of the same
/// person, another person, and a restart.
#[test]
fn a_person_stays_who_they_are() {
    let folder = folder();
    let network = Network::new(folder.path());
    let first = network.who_am_i(&network.token(json!({}))).unwrap();
    assert_eq!((first.role(), first.reach.clone().unwrap().bank_numbers), (api::Role::Broker, vec![1]));
    assert_eq!((first.is_local_operator, first.credential_number, first.login_number), (false, 0, 1));
    assert_eq!(first.ends_at.unwrap().seconds, NOW + 3_600 + 30, "with the leeway for clocks that differ");

    let id = fresh();
    let writer = network.integration("importer");
    let actor = network.actor(&writer, &id, 1).unwrap();
    assert!(actor > first.holder_owner_number, "somebody else, with a number of their own");
    assert_eq!(network.actor(&writer, &fresh(), 2).unwrap_err().code(), Code::NotFound);
    let raw = network.served.block_on(
        network.served.ledger().post_entry(with(&network.token(json!({})), exchange(10_019, 10_024, 60))),
    );
    assert_eq!(raw.unwrap_err().code(), Code::PermissionDenied, "a broker posts nothing raw");

    let before = network.position();
    let later = network.token(json!({"iat": NOW + 1, "hourbook_banks": ["2"], "roles": ["hourbook-lead"]}));
    let again = network.who_am_i(&later).unwrap();
    assert_eq!((again.role(), again.reach.unwrap().bank_numbers), (api::Role::Lead, vec![2]));
    assert_eq!((again.login_number, again.holder_owner_number), (1, first.holder_owner_number));
    assert_eq!(network.position(), before, "who is known is not written down again");

    let network = network.restarted(folder.path());
    let again = network.who_am_i(&network.token(json!({}))).unwrap();
    assert_eq!((again.login_number, again.holder_owner_number), (1, first.holder_owner_number));
    assert_eq!(network.actor(&writer, &id, 1).unwrap(), actor, "asked again: the first answer");
    assert_eq!(network.who_am_i(&network.admin).unwrap().login_number, 0, "keys work beside tokens");
}

/// Goal: of many first calls of one person at once, one writes them down. Method: sixteen tasks; then what was
/// registered for them is asked for again as after a kill between the two entries.
#[test]
fn whoever_comes_at_once_comes_once() {
    let folder = folder();
    let network = Network::new(folder.path());
    let before = network.position();
    let token = network.token(json!({}));
    let calls = (0..16).map(|_| {
        let (mut client, asked) = (network.served.access(None), with(&token, api::WhoAmIRequest {}));
        network.served.runtime.spawn(async move { client.who_am_i(asked).await.unwrap().into_inner() })
    });
    let calls: Vec<_> = calls.collect();
    for call in calls {
        assert_eq!(network.served.block_on(call).unwrap().login_number, 1);
    }
    assert_eq!(network.position(), before + 2, "an owner, and the note");

    let holder = network.who_am_i(&token).unwrap().holder_owner_number;
    let Network { mut served, .. } = network;
    served.end().unwrap();
    let office = Office::open(folder.path());
    let books = office.network.ledger.books();
    let registered = books.entry(hourbook::domain::Sequence::new(before + 1)).unwrap().unwrap();
    let (key, actor) = (registered.command.key.unwrap(), registered.command.actor);
    assert_ne!(actor, OwnerNumber::OPERATOR, "after init nobody is the local operator");
    let again = office.network.register_owners(key, actor, 1).unwrap();
    assert_eq!((again, office.network.ledger.position().get()), (vec![OwnerNumber::new(holder)], before + 2));
}

/// Goal: nobody is let in with a token that is no good, says nothing about which member it is, or reaches what
/// its role cannot; each hears why, and none is written down. Method: one of each; without an issuer that can be
/// reached a token cannot be told, and a key works as ever.
#[test]
fn who_is_not_let_in() {
    let folder = folder();
    let network = Network::new(folder.path());
    let before = network.position();
    for (changes, said) in [
        (json!({"aud": "others"}), "for another audience"),
        (json!({"exp": NOW - 60}), "expired"),
        (json!({"roles": ["hourbook-member"]}), "not linked to a member"),
        (json!({"hourbook_banks": ["1", "2"]}), "reach must be one bank"),
        (json!({"roles": ["hourbook-admin"], "hourbook_banks": ["1"]}), "reach must be"),
    ] {
        let refused = network.who_am_i(&network.token(changes)).unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated, "{refused:?}");
        assert!(refused.message().contains(said), "{said}: {refused:?}");
    }
    let other = Key::p256("one").token(&json!({
        "iss": network.issuer.name(), "aud": AUDIENCE, "sub": "4711", "iat": NOW, "exp": NOW + 3_600,
        "roles": ["hourbook-admin"], "hourbook_banks": "network",
    }));
    assert!(network.who_am_i(&other).unwrap_err().message().contains("signature is wrong"));
    assert!(network.who_am_i("hbk_1_x").unwrap_err().message().contains("no key"));
    assert!(network.who_am_i("letmein").unwrap_err().message().contains("no key"));
    assert_eq!(network.position(), before);

    let Network { served, admin, issuer, key } = network;
    drop(served);
    let (address, token) = (issuer.address(), key.token(&json!({})));
    drop(issuer);
    let gone = TokenSettings::new(&format!("http://{address}"), AUDIENCE, None).unwrap();
    let clock = Arc::new(ManualClock::new(START));
    let served = Served::in_folder(folder.path(), clock, |options| options.tokens = Some(gone));
    let claims = json!({
        "iss": format!("http://{address}"), "aud": AUDIENCE, "sub": "4711", "iat": NOW, "exp": NOW + 3_600,
        "roles": ["hourbook-broker"], "hourbook_banks": ["1"],
    });
    for (shown, code) in [(key.token(&claims), Code::Unavailable), (token, Code::Unauthenticated)] {
        let asked = with(&shown, api::WhoAmIRequest {});
        assert_eq!(served.block_on(served.access(None).who_am_i(asked)).unwrap_err().code(), code);
    }
    served.block_on(served.access(Some(&admin)).who_am_i(api::WhoAmIRequest {})).unwrap();
}

/// Goal: before a network has begun no token is taken. Method: one that would be good.
#[test]
fn no_token_before_the_beginning() {
    let (folder, key) = (folder(), Key::p256("one"));
    let issuer = Issuer::start(&[&key]);
    let served = serve(folder.path(), &issuer, Arc::new(ManualClock::new(START)));
    let token = key.token(&json!({
        "iss": issuer.name(), "aud": AUDIENCE, "sub": "4711", "iat": NOW, "exp": NOW + 3_600,
        "roles": ["hourbook-admin"], "hourbook_banks": "network",
    }));
    let refused = served.block_on(served.access(None).who_am_i(with(&token, api::WhoAmIRequest {})));
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert!(refused.message().contains("hourbook init"), "{refused:?}");
}

/// Goal: a stream ends when its token does; an admin by token makes keys, in their own name. Method: a watch that
/// has begun, and the clock.
#[test]
fn a_token_ends_its_watch() {
    let folder = folder();
    let network = Network::new(folder.path());
    let admin =
        network.token(json!({"sub": "boss", "roles": ["hourbook-admin"], "hourbook_banks": "network"}));
    let asked = api::CreateKeyRequest {
        request_id: fresh(),
        role: api::Role::Broker.into(),
        reach: Some(api::Reach { bank_numbers: vec![1], ..Default::default() }),
        name: "desk".into(),
        ..Default::default()
    };
    let made = network.served.block_on(network.served.access(None).create_key(with(&admin, asked)));
    let made = made.unwrap().into_inner().credential.unwrap();
    let boss = network.who_am_i(&admin).unwrap();
    assert_eq!(made.made_by_owner_number, boss.holder_owner_number);

    let asked = api::WatchEntriesRequest { heartbeat_seconds: 300, ..Default::default() };
    let watch = with(&network.token(json!({})), asked);
    let mut watch =
        network.served.block_on(network.served.ledger().watch_entries(watch)).unwrap().into_inner();
    assert!(network.served.block_on(watch.message()).unwrap().is_some(), "the first sign of life");
    network.served.clock.advance_seconds(3_631);
    let ended = why_it_ends(&network.served, &mut watch);
    assert_eq!(ended.code(), Code::Unauthenticated, "{ended:?}");
    assert!(ended.message().contains("past its time"), "{ended:?}");
}
