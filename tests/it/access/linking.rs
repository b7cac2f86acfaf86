//! Who comes with whose tokens, over a real socket: members let in, and two numbers that are one human.

use hourbook::api::directory_service_client::DirectoryServiceClient;
use hourbook::api::exchange_service_client::ExchangeServiceClient;
use hourbook::api::{self, PersonKind};
use serde_json::json;
use tonic::{Code, Status};

use super::folder;
use super::logins::Network;
use super::with;
use crate::cli::served::{hourbook, text};
use crate::service::hostile::named;
use crate::support::HOUR;
use crate::support::served::{floor, fresh};

impl Network {
    fn directory(&self) -> DirectoryServiceClient<tonic::transport::Channel> {
        self.served.directory()
    }

    /// The token of whoever has this role in bank 1.
    fn token_of(&self, subject: &str, role: &str) -> String {
        self.token(json!({"sub": subject, "roles": [format!("hourbook-{role}")]}))
    }

    fn in_bank_2(&self, subject: &str, role: &str) -> String {
        let roles = [format!("hourbook-{role}")];
        self.token(json!({"sub": subject, "roles": roles, "hourbook_banks": ["2"]}))
    }

    fn admin(&self) -> String {
        self.token(json!({"sub": "boss", "roles": ["hourbook-admin"], "hourbook_banks": "network"}))
    }

    /// Somebody taken in to bank 1: owner number and account.
    fn taken_in(&self, shown: &str, kind: PersonKind, name: &str) -> (u32, u32) {
        // Only a lead says how far an account goes.
        let is_leads = self.who_am_i(shown).unwrap().role() == api::Role::Lead;
        let request = api::CreatePersonRequest {
            request_id: fresh(),
            bank_number: 1,
            kind: kind.into(),
            profile: Some(api::Profile { name: name.into(), ..Default::default() }),
            limits: (kind != PersonKind::Staff && is_leads).then(|| floor(-100)),
            ..Default::default()
        };
        let answer = self.served.block_on(self.directory().create_person(with(shown, request))).unwrap();
        let answer = answer.into_inner();
        (answer.owner_number, answer.account_number)
    }

    fn link(&self, owner_number: u32, subject: &str) -> api::LinkIdentityRequest {
        api::LinkIdentityRequest {
            request_id: fresh(),
            owner_number,
            issuer: self.issuer.name(),
            subject: subject.into(),
            validate_only: false,
        }
    }

    fn linked(&self, shown: &str, request: api::LinkIdentityRequest) -> Result<api::Receipt, Status> {
        let answer = self.served.block_on(self.directory().link_identity(with(shown, request)));
        answer.map(|answer| answer.into_inner().receipt.unwrap())
    }

    /// What is heard of a link that is not made, only checked and meant.
    fn not_linked(&self, shown: &str, request: &api::LinkIdentityRequest) -> (Code, String) {
        let [checked, meant] = [true, false].map(|validate_only| {
            let request = api::LinkIdentityRequest { validate_only, ..request.clone() };
            let refused = self.linked(shown, request).unwrap_err();
            (refused.code(), named(&refused))
        });
        assert_eq!(checked, meant);
        meant
    }

    fn holder(&self, shown: &str) -> u32 {
        self.who_am_i(shown).unwrap().holder_owner_number
    }

    /// An exchange written down by whoever shows this.
    fn record(&self, shown: &str, giver: u32, receiver: u32, hours: i64) -> Result<api::Done, Status> {
        let request = api::RecordExchangeRequest {
            request_id: fresh(),
            giver_account_number: giver,
            receiver_account_number: receiver,
            length: Some(api::Length { amount_seconds: hours * HOUR, typed: String::new() }),
            confirmed_amount_seconds: hours * HOUR,
            occurred_on: Some(api::Date { year: 2026, month: 5, day: 4 }),
            is_another: true,
            ..Default::default()
        };
        let mut exchanges = ExchangeServiceClient::new(self.served.channel.clone());
        let answer = self.served.block_on(exchanges.record_exchange(with(shown, request)));
        answer.map(|answer| answer.into_inner().done.unwrap())
    }

    fn approve(&self, shown: &str, waiting_number: u64) -> Result<api::ApproveResponse, Status> {
        let request = api::ApproveRequest { request_id: fresh(), waiting_number, ..Default::default() };
        let mut exchanges = ExchangeServiceClient::new(self.served.channel.clone());
        let answer = self.served.block_on(exchanges.approve(with(shown, request)));
        answer.map(tonic::Response::into_inner)
    }
}

/// Goal: a member's token is let in once a broker has said whose it is, then and after a restart as that member; the
/// books hold nothing of the subject; the same request has one effect, and one that is only checked none. Method: the
/// same token before and after; every file of the data directory, the server stopped.
#[test]
fn a_members_token_before_and_after() {
    let folder = folder();
    let network = Network::new(folder.path());
    let broker = network.token_of("tobias", "broker");
    let (ann, account) = network.taken_in(&broker, PersonKind::Member, "Ann Ash");
    let token = network.token_of("ann-of-the-quillwort", "member");
    let refused = network.who_am_i(&token).unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert!(refused.message().contains("not linked to a member"), "{refused:?}");

    let request = network.link(ann, "ann-of-the-quillwort");
    let checked = api::LinkIdentityRequest { validate_only: true, ..request.clone() };
    network.linked(&broker, checked).unwrap();
    assert!(network.who_am_i(&token).is_err(), "only checked");
    let linked_sign_ins_count = || {
        let held = api::ExportMemberRequest { owner_number: ann, ..Default::default() };
        let held = network.served.block_on(network.directory().export_member(with(&broker, held))).unwrap();
        held.into_inner().linked_sign_ins_count
    };
    assert_eq!(linked_sign_ins_count(), 0);
    let receipt = network.linked(&broker, request.clone()).unwrap();
    assert!(!receipt.repeated);
    assert_eq!(linked_sign_ins_count(), 1, "it is held about them");
    assert_eq!(receipt.entry.unwrap().actor, network.holder(&broker));
    let known = network.who_am_i(&token).unwrap();
    assert_eq!((known.role(), known.holder_owner_number, known.login_number), (api::Role::Member, ann, 2));
    let again = network.linked(&broker, request.clone()).unwrap();
    assert!(again.repeated);
    for other in [
        api::LinkIdentityRequest { subject: "ben".into(), ..request.clone() },
        api::LinkIdentityRequest {
            owner_number: network.taken_in(&broker, PersonKind::Member, "Ben Oake").0,
            ..request
        },
    ] {
        assert_eq!(named(&network.linked(&broker, other).unwrap_err()), "REQUEST_ID_REUSED");
    }
    let own = api::GetBalanceRequest { account_number: account, ..Default::default() };
    network.served.block_on(network.served.ledger().get_balance(with(&token, own))).unwrap();
    let lead_by_then = network.token_of("ann-of-the-quillwort", "lead");
    assert_eq!(network.holder(&lead_by_then), ann, "whatever the token's role");

    let network = network.restarted(folder.path());
    assert_eq!(network.holder(&token), ann);
    let Network { mut served, .. } = network;
    served.end().unwrap();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(9).any(|window| window == b"quillwort"), "{}", path.display());
        }
    }
}

/// Goal: whoever may not say whose a token is hears why, and nothing is written; whoever may, does. Method: each
/// caller and each kind of person; fields at their bounds.
#[test]
fn who_says_whose_it_is() {
    let folder = folder();
    let network = Network::new(folder.path());
    let [broker, lead] = ["broker", "lead"].map(|role| network.token_of(role, role));
    let (admin, elsewhere) = (network.admin(), network.in_bank_2("una", "lead"));
    // Whoever comes for the first time is written down.
    network.holder(&elsewhere);
    let (ann, _) = network.taken_in(&broker, PersonKind::Member, "Ann Ash");
    let (cafe, _) = network.taken_in(&broker, PersonKind::Partner, "Teasel Café");
    let (clerk, _) = network.taken_in(&lead, PersonKind::Staff, "Clem Clerk");
    let (gone, _) = network.taken_in(&broker, PersonKind::Member, "Gwen Gone");
    let as_staff = api::CreatePersonRequest {
        request_id: fresh(),
        bank_number: 1,
        kind: PersonKind::Staff.into(),
        profile: Some(api::Profile { name: "Una Lead".into(), ..Default::default() }),
        owner_number: network.holder(&lead),
        ..Default::default()
    };
    network.served.block_on(network.directory().create_person(with(&admin, as_staff))).unwrap();
    let link = |owner, subject: &str| network.link(owner, subject);
    let erase = api::EraseMemberRequest { request_id: fresh(), owner_number: gone, ..Default::default() };
    network.served.block_on(network.directory().erase_member(with(&lead, erase))).unwrap();
    network.linked(&broker, link(gone, "gwen")).unwrap();

    let nobody = (Code::NotFound, "OWNER_NOT_FOUND".to_owned());
    let beyond = (Code::PermissionDenied, "BEYOND_REACH".to_owned());
    let second = (Code::FailedPrecondition, "SECOND_PERSON_NEEDED".to_owned());
    let bad = |field: &str| (Code::InvalidArgument, field.to_owned());
    let right = link(ann, "ann");
    for (shown, request, heard) in [
        (&broker, api::LinkIdentityRequest { issuer: String::new(), ..right.clone() }, bad("issuer")),
        (
            &broker,
            api::LinkIdentityRequest { issuer: "https://other".into(), ..right.clone() },
            bad("issuer"),
        ),
        (&broker, link(ann, ""), bad("subject")),
        (&broker, link(ann, &"s".repeat(256)), bad("subject")),
        (&broker, link(0, "ann"), bad("owner_number")),
        (&broker, api::LinkIdentityRequest { request_id: String::new(), ..right.clone() }, bad("request_id")),
        (&broker, link(9_999, "ann"), nobody.clone()),
        (&lead, link(cafe, "cafe"), bad("owner_number")),
        (&elsewhere, right.clone(), nobody.clone()),
        (&broker, link(clerk, "clem"), beyond.clone()),
        (&broker, link(network.holder(&lead), "new"), beyond.clone()),
        (&broker, link(ann, "lead"), beyond.clone()),
        (&lead, link(network.holder(&lead), "new"), second.clone()),
        (&lead, link(ann, "lead"), second),
    ] {
        let position = position(&network);
        assert_eq!(network.not_linked(shown, &request), heard, "{request:?}");
        assert_eq!(self::position(&network), position, "something was written");
    }
    for role in ["auditor", "reporter", "integration"] {
        network.holder(&network.token_of(role, role));
        let key = network.token_of(role, role);
        assert_eq!(network.not_linked(&key, &right), beyond, "{role}");
    }
    network.linked(&broker, link(ann, &"s".repeat(255))).unwrap();
    network.linked(&lead, link(clerk, "clem")).unwrap();
    assert_eq!(network.holder(&network.token_of("clem", "broker")), clerk);
    let (paul, _) = network.taken_in(&broker, PersonKind::Member, "Paul Paused");
    let pause = api::PauseMemberRequest { request_id: fresh(), owner_number: paul, ..Default::default() };
    network.served.block_on(network.directory().pause_member(with(&lead, pause))).unwrap();
    network.linked(&broker, link(paul, "paul")).unwrap();
    network.linked(&admin, link(ann, "ann")).unwrap();

    network.served.clock.advance_seconds(14 * 86_400);
    let network = network.restarted(folder.path());
    let late = json!({"sub": "late", "iat": NOW_LATER, "exp": NOW_LATER + 3_600});
    let request = network.link(gone, "gwen");
    assert_eq!(network.not_linked(&network.token(late), &request), nobody, "forgotten by now");
}

/// 14 days after the clock began, seconds since 1970.
const NOW_LATER: i64 = super::tokens::NOW + 14 * 86_400;

fn position(network: &Network) -> u64 {
    let asked = with(&network.admin, api::TrialBalanceRequest::default());
    network.served.block_on(network.served.audit().trial_balance(asked)).unwrap().into_inner().sequence
}

/// Goal: I11: a broker who came first and is a member too is one human by both numbers once that is said: they do not
/// approve by one what they asked by the other, also where it waited before; nor thank, pause or speak for their own
/// member account by a key of the other number. Method: Imelda comes with a token, has a key of the same number, and
/// is linked to her member account by a lead; what she may alone before, waits or is refused after.
#[test]
fn two_numbers_of_one_human() {
    let folder = folder();
    let network = Network::new(folder.path());
    let (imelda, lead) = (network.token_of("imelda", "broker"), network.token_of("una", "lead"));
    let (una, _) = network.taken_in(&network.admin, PersonKind::Staff, "Una");
    network.linked(&network.admin, network.link(una, "una")).unwrap();
    let as_broker = network.holder(&imelda);
    let key = api::CreateKeyRequest {
        request_id: fresh(),
        role: api::Role::Broker.into(),
        reach: Some(api::Reach { bank_numbers: vec![1], ..Default::default() }),
        holder_owner_number: as_broker,
        name: "Imelda's key".into(),
        ..Default::default()
    };
    let key = network.served.block_on(network.served.access(Some(&network.admin)).create_key(key));
    let key = key.unwrap().into_inner().key;
    let (as_member, of_imelda) = network.taken_in(&lead, PersonKind::Member, "Imelda Broker");
    let (_, of_ann) = network.taken_in(&lead, PersonKind::Member, "Ann Ash");
    assert!(network.record(&key, of_imelda, of_ann, 1).unwrap().receipt.is_some(), "nobody knows yet");
    let waits = network.record(&key, of_ann, of_imelda, 41).unwrap_or_else(|refused| panic!("{refused:?}"));
    let asked = waits.waiting_number;
    assert!(asked > 0, "above the second line");

    network.linked(&lead, network.link(as_member, "imelda")).unwrap();
    let known = network.who_am_i(&imelda).unwrap();
    assert_eq!((known.role(), known.holder_owner_number), (api::Role::Broker, as_member));
    assert_eq!(network.holder(&key), as_broker);
    let second = "SECOND_PERSON_NEEDED";
    for shown in [&imelda, &key] {
        let refused = network.approve(shown, asked).unwrap_err();
        assert_eq!((refused.code(), named(&refused)), (Code::FailedPrecondition, second.to_owned()));
        let thanked = network.record(shown, of_imelda, of_ann, 1).unwrap();
        assert!(thanked.receipt.is_none() && thanked.waiting_number > 0, "to her own account");
        for other in [&imelda, &key] {
            let refused = network.approve(other, thanked.waiting_number).unwrap_err();
            assert_eq!(named(&refused), second);
        }
        assert!(network.approve(&lead, thanked.waiting_number).unwrap().receipt.is_some());
        let standing = api::SetMemberStandingRequest {
            request_id: fresh(),
            owner_number: as_member,
            ..Default::default()
        };
        let refused = network.served.block_on(network.directory().set_member_standing(with(shown, standing)));
        assert_eq!(named(&refused.unwrap_err()), second);
    }
    // What one number lets her do is not for the other: a key of the broker's number, as a member's, reaches nothing.
    let request = api::CreateKeyRequest {
        request_id: fresh(),
        role: api::Role::Member.into(),
        reach: Some(api::Reach { bank_numbers: vec![1], ..Default::default() }),
        holder_owner_number: as_broker,
        name: "Imelda's phone".into(),
        ..Default::default()
    };
    let phone = network.served.block_on(network.served.access(Some(&network.admin)).create_key(request));
    let phone = phone.unwrap().into_inner().key;
    let own = api::GetBalanceRequest { account_number: of_imelda, ..Default::default() };
    let refused =
        network.served.block_on(network.served.ledger().get_balance(with(&phone, own))).unwrap_err();
    assert_eq!(named(&refused), "ACCOUNT_NOT_FOUND");
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: of_imelda,
        to_account_number: of_ann,
        length: Some(api::Length { amount_seconds: HOUR, typed: String::new() }),
        ..Default::default()
    };
    let mut exchanges = ExchangeServiceClient::new(network.served.channel.clone());
    let refused = network.served.block_on(exchanges.gift(with(&phone, gift))).unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "{refused:?}");
    assert!(network.approve(&lead, asked).unwrap().receipt.is_some(), "somebody else may");

    let network = network.restarted(folder.path());
    let thanked = network.record(&key, of_imelda, of_ann, 1).unwrap();
    assert!(thanked.receipt.is_none() && thanked.waiting_number > 0, "and after a restart");
}

/// Goal: a broker says at the command line whose tokens somebody signs in with, by their name; asked again under one id
/// it is said once; another provider is named by its flag, and oneself is nobody's to link. Method: the real program; the
/// token before and after.
#[test]
fn linked_at_the_command_line() {
    let folder = folder();
    let network = Network::new(folder.path());
    let at_desk = |who: &str, typed: &[&str]| {
        let mut command = hourbook(&network.served.address.to_string());
        let key = folder.path().join(format!("{who}.key"));
        let told =
            command.current_dir(folder.path()).arg("--key-file").arg(key).args(typed).output().unwrap();
        (told.status.code().unwrap(), text(&told.stdout) + &text(&told.stderr))
    };
    let admin = folder.path().join("admin.key");
    std::fs::write(&admin, &network.admin).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&admin, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let (code, told) = at_desk(
        "admin",
        &["key", "create", "--role", "broker", "--bank", "1", "--name", "desk", "--out", "desk.key"],
    );
    assert_eq!(code, 0, "{told}");
    let key = std::fs::read_to_string(folder.path().join("desk.key")).unwrap();
    let (ann, _) = network.taken_in(key.trim(), PersonKind::Member, "Ann Ash");
    network.taken_in(key.trim(), PersonKind::Staff, "Imelda Iver");
    let shown = network.token(json!({"sub": "ann at home", "roles": ["hourbook-member"]}));
    assert_eq!(network.who_am_i(&shown).unwrap_err().code(), Code::Unauthenticated);

    let issuer = network.issuer.name();
    let id = fresh();
    let link = |issuer: &str| {
        let subject = ["--subject", "ann at home", "--request-id", &id];
        at_desk("desk", &[&["member", "link", "ann", "--issuer", issuer], &subject[..]].concat())
    };
    let (code, told) = link("https://elsewhere.example.org");
    assert!(code == 2 && told.contains("--issuer (issuer): must be"), "{told}");
    let (code, told) = link(&issuer);
    assert!(
        code == 0 && told.contains(&format!("Who: Ann Ash (person {ann})")) && told.contains(&issuer),
        "{told}"
    );
    assert!(!told.contains("ann at home"), "{told}");
    assert_eq!(network.holder(&shown), ann);
    let (code, told) = link(&issuer);
    assert!(code == 0 && told.contains("nothing was done again"), "{told}");
    // Of whoever works here a lead or an admin says it.
    let staff = ["staff", "link", "imelda", "--issuer", &issuer, "--subject", "imelda"];
    let (code, told) = at_desk("desk", &staff);
    assert!(code == 1 && told.contains("Ask a lead of the time bank, or an admin."), "{told}");
    let (code, told) =
        at_desk("admin", &["staff", "link", "person 99", "--issuer", &issuer, "--subject", "nobody"]);
    assert!(code == 1 && told.contains("nobody is registered under number 99"), "{told}");
}
