//! Making, rotating and revoking: what is made, by whom, and what asking again hears.

use hourbook::access::{Capacity, CredentialNumber, End, Grant, KeyError, NotMade, Reach, Refusal, Role};
use hourbook::domain::{Action, OwnerNumber, RequestKey, Scope, Sequence, Topic};
use hourbook::ledger::{Mode, Repeated};

use super::{Office, asked, banks, folder, fresh, grant, refusal};

/// Goal: a network begins once; its first key is an admin's, made by nobody, and there is no way back to
/// calls without a key. Method: twice, and once more after a restart.
#[test]
fn a_network_begins_once() {
    let folder = folder();
    let office = Office::open(folder.path());
    assert_eq!(office.access.mode(), hourbook::access::AccessMode::LocalOnly);
    assert!(matches!(office.access.new_admin_key(&office.network), Err(NotMade::Refused(Refusal::NotBegun))));
    let local = hourbook::access::Caller::local_operator();
    let early = office.create(&local, &asked(&local, grant(Role::Admin, Reach::Network)));
    assert_eq!(refusal(early), Refusal::NotBegun);
    assert!(matches!(office.access.begin(&office.network, " x"), Err(NotMade::Invalid(_))));
    assert_eq!(office.network.ledger.position(), Sequence::ZERO, "nothing was written yet");

    let key = office.access.begin(&office.network, "Rivermeet").unwrap();
    assert_eq!((&*key.network_name, key.text.number()), ("Rivermeet", 1));
    let caller = office.caller(&key.text.reveal());
    assert_eq!((caller.capacity, &caller.reach), (Capacity::Role(Role::Admin), &Reach::Network));
    assert_eq!((caller.scope, caller.holder), (Scope::new(1), OwnerNumber::new(2)));
    let row = office.access.credential(CredentialNumber::new(1)).unwrap();
    assert_eq!((row.credential.made_by, row.credential.holder), (OwnerNumber::OPERATOR, caller.holder));

    let office = office.reopened(folder.path());
    assert_eq!(office.access.mode(), hourbook::access::AccessMode::Keys);
    let again = office.access.begin(&office.network, "Other");
    assert!(matches!(again, Err(NotMade::BegunBefore { name, .. }) if &*name == "Rivermeet"));
    assert_eq!(office.seen_by(&office.caller(&key.text.reveal())), [1]);
}

/// Goal: a caller is what its credential says, under a scope of its own; integrations share the operator's.
#[test]
fn a_caller_is_what_its_credential_says() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, admin) = (office.bank(), office.caller(&admin));
    let partner = office.partner(&[bank]);
    let person = office.owners(1)[0];

    let reach = Reach::partners(vec![partner]).unwrap();
    let (number, key) = office.make(&admin, Grant { till: Some(7), ..grant(Role::Till, reach.clone()) });
    let till = office.caller(&key);
    assert_eq!((number, till.scope, till.till), (CredentialNumber::new(2), Scope::new(2), Some(7)));
    assert_eq!((till.capacity, &till.reach), (Capacity::Role(Role::Till), &reach));
    assert!(till.holder > person, "somebody new was registered for it");

    let (_, key) = office.make(&admin, grant(Role::Integration, banks(&[bank])));
    assert_eq!(office.caller(&key).scope, Scope::OPERATOR);

    let mut member = asked(&admin, grant(Role::Member, banks(&[bank])));
    assert!(matches!(
        office.create(&admin, &member),
        Err(NotMade::Invalid(invalid)) if invalid.field == "holder_owner_number"
    ));
    member.holder = Some(person);
    let made = office.create(&admin, &member).unwrap();
    let (entry, row) = (made.receipt.entry, made.row.unwrap());
    assert_eq!((row.credential.holder, entry.command.actor), (person, admin.holder));
    assert_eq!(row.credential.made_by, admin.holder);
    assert_eq!(entry.command.key.unwrap().scope, admin.scope);
    assert!(matches!(entry.command.action, Action::Note(note)
        if (note.topic, note.subject) == (Topic::CREDENTIAL, u64::from(row.credential.number.get()))));
}

/// Goal: a key is shown once: the same request hears which key it made, with other content what differs, and
/// an id that made something else is nobody's key. Method: each kind of request after each.
#[test]
fn asking_again_shows_nothing() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, admin) = (office.bank(), office.caller(&admin));
    let first = asked(&admin, grant(Role::Broker, banks(&[bank])));
    let made = office.create(&admin, &first).unwrap();
    let (number, position) = (made.row.unwrap().credential.number, office.network.ledger.position());
    let once = Refusal::ShownOnce(number);
    assert_eq!(refusal(office.create(&admin, &first)), once);
    let mut other = first.clone();
    other.grant.name = "another".into();
    other.grant.role = Role::Lead;
    let differs = Refusal::RequestIdReused(vec!["role", "name"]);
    assert_eq!(refusal(office.create(&admin, &other)), differs);

    let (access, network) = (&office.access, &office.network);
    let id = (first.key, Mode::Write);
    let call = Refusal::RequestIdReused(vec!["call"]);
    assert_eq!(refusal(access.rotate(network, &admin, id, number, 0)), call);
    assert_eq!(refusal(access.revoke(network, &admin, id, number)), call);
    let taken = (RequestKey { scope: Scope::OPERATOR, ..fresh(&admin) }, Mode::Write);
    network.register_owners(taken.0, OwnerNumber::OPERATOR, 1).unwrap();
    assert_eq!(refusal(access.rotate(network, &admin, taken, number, 0)), call);
    assert_eq!(network.ledger.position(), position.next(), "nothing but that owner was written");

    let rotation = (fresh(&admin), Mode::Write);
    let rotated = access.rotate(network, &admin, rotation, number, 0).unwrap().text.unwrap().reveal();
    assert_eq!(refusal(access.rotate(network, &admin, rotation, number, 0)), once);
    let other = Refusal::RequestIdReused(vec!["credential_number"]);
    assert_eq!(refusal(access.rotate(network, &admin, rotation, CredentialNumber::new(1), 0)), other);
    assert!(office.check(&rotated).is_ok());

    let revocation = (fresh(&admin), Mode::Write);
    let first = access.revoke(network, &admin, revocation, number).unwrap();
    let again = access.revoke(network, &admin, revocation, number).unwrap();
    assert_eq!((first.receipt.repeated, again.receipt.repeated), (Repeated::No, Repeated::Yes));
    assert_eq!(first.receipt.entry, again.receipt.entry);
}

/// Goal: `validate_only` says what would be, and nothing is there afterwards: no entry, owner, key or used id.
#[test]
fn what_is_only_checked_leaves_nothing() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (bank, admin) = (office.bank(), office.caller(&admin));
    let (number, key) = office.make(&admin, grant(Role::Broker, banks(&[bank])));
    let position = office.network.ledger.position();
    let mut only = asked(&admin, grant(Role::Lead, banks(&[bank])));
    only.mode = Mode::ValidateOnly;
    let made = office.create(&admin, &only).unwrap();
    assert!(made.text.is_none() && made.row.is_none() && made.receipt.entry.sequence.is_zero());
    let asked = (fresh(&admin), Mode::ValidateOnly);
    let (access, network) = (&office.access, &office.network);
    assert!(access.rotate(network, &admin, asked, number, 60).unwrap().text.is_none());
    assert!(access.revoke(network, &admin, asked, number).is_ok());
    only.grant.reach = banks(&[hourbook::domain::BankNumber::new(9)]);
    assert!(matches!(refusal(office.create(&admin, &only)), Refusal::BankNotFound(_)));
    assert_eq!(network.ledger.position(), position);
    assert!(office.check(&key).is_ok());
    only.grant.reach = banks(&[bank]);
    only.mode = Mode::Write;
    assert!(office.create(&admin, &only).is_ok(), "the id is as good as new");
}

/// Goal: no credential reaches further than its maker, sees others', or ends them; but each may see, rotate and
/// end itself. Method: two banks, a lead in each, partners in one and in both, over the books themselves.
#[test]
fn nobody_reaches_further_than_themselves() {
    let folder = folder();
    let (office, admin) = Office::begun(folder.path());
    let (one, two, admin) = (office.bank(), office.bank(), office.caller(&admin));
    let (near, far, both) = (office.partner(&[one]), office.partner(&[two]), office.partner(&[one, two]));
    let make = |caller: &_, role, reach| office.make(caller, grant(role, reach));
    let partner = |owner| Reach::partners(vec![owner]).unwrap();
    let (lead, lead_key) = make(&admin, Role::Lead, banks(&[one]));
    let lead_one = office.caller(&lead_key);
    let lead_two = office.caller(&make(&admin, Role::Lead, banks(&[two])).1);

    let (broker, broker_key) = make(&lead_one, Role::Broker, banks(&[one]));
    let shop = make(&lead_one, Role::Partner, partner(near));
    let shop_caller = office.caller(&shop.1);
    let (till, _) = make(&shop_caller, Role::Till, partner(near));
    for (caller, role, reach) in [
        (&lead_one, Role::Broker, banks(&[two])),
        (&lead_one, Role::Lead, banks(&[one])),
        (&lead_one, Role::Admin, Reach::Network),
        (&lead_one, Role::Integration, banks(&[one])),
        (&lead_one, Role::Till, partner(far)),
        (&lead_one, Role::Till, partner(both)),
        (&lead_two, Role::Till, partner(near)),
        (&shop_caller, Role::Till, partner(far)),
        (&shop_caller, Role::Partner, partner(near)),
        (&office.caller(&broker_key), Role::Broker, banks(&[one])),
    ] {
        let refused = refusal(office.create(caller, &asked(caller, grant(role, reach.clone()))));
        assert_eq!(refused, Refusal::BeyondReach(role), "{:?} {reach:?}", caller.capacity);
    }
    let numbers = [lead, broker, shop.0, till].map(CredentialNumber::get);
    assert_eq!(office.seen_by(&lead_one), numbers, "itself, and what it may make");
    assert_eq!(office.seen_by(&lead_two), [3]);
    assert_eq!(office.seen_by(&shop_caller), [shop.0.get(), till.get()]);
    assert_eq!(office.seen_by(&office.caller(&broker_key)), [broker.get()]);
    assert_eq!(office.seen_by(&admin).len(), 6);

    let hidden = |number: CredentialNumber| Refusal::NotFound(number);
    assert_eq!(refusal(office.revoke(&lead_two, broker.get())), hidden(broker));
    assert_eq!(refusal(office.rotate(&shop_caller, lead.get(), 0)), hidden(lead));
    assert_eq!(refusal(office.revoke(&lead_one, 99)), hidden(CredentialNumber::new(99)));
    let broker_caller = office.caller(&broker_key);
    let rotated = office.rotate(&broker_caller, broker.get(), 0).unwrap();
    assert_eq!(office.check(&broker_key).unwrap_err(), KeyError::Unknown);
    office.revoke(&office.caller(&rotated), broker.get()).unwrap();
    assert_eq!(office.check(&rotated).unwrap_err(), KeyError::Ended(End::Revoked));
}

/// Goal: the last admin key that works cannot be revoked; with another it can. Method: through revocations,
/// expiry and a second admin.
#[test]
fn the_last_admin_key_stays() {
    let folder = folder();
    let (office, admin_key) = Office::begun(folder.path());
    let admin = office.caller(&admin_key);
    let first = CredentialNumber::new(1);
    assert_eq!(refusal(office.revoke(&admin, 1)), Refusal::LastAdmin(first));
    let expires_at = Some(office.access.now().plus_seconds(3_600));
    let (second, _) = office.make(&admin, Grant { expires_at, ..grant(Role::Admin, Reach::Network) });
    office.clock.advance_seconds(3_600);
    assert_eq!(refusal(office.revoke(&admin, 1)), Refusal::LastAdmin(first), "the other is past its time");
    assert_eq!(refusal(office.revoke(&admin, second.get())), Refusal::Ended(second));
    let third = office.access.new_admin_key(&office.network).unwrap().text;
    office.revoke(&admin, 1).unwrap();
    assert_eq!(office.check(&admin_key).unwrap_err(), KeyError::Ended(End::Revoked));
    let third_caller = office.caller(&third.reveal());
    let last = Refusal::LastAdmin(CredentialNumber::new(third.number()));
    assert_eq!(refusal(office.revoke(&third_caller, third.number())), last);
    office.rotate(&third_caller, third.number(), 0).unwrap();
}
