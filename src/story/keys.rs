//! The network begins: from chapter 2 on everybody who calls has a key of their own.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;

use super::StoryError;
use super::stage::Stage;
use crate::api;
use crate::domain::KeyText;

/// Where an admin's key is, beside the books, for whoever tries the demo.
pub const ADMIN_FILE: &str = "admin.key";
/// Where a lead's is.
pub const LEAD_FILE: &str = "lead.key";
/// Where a broker's is.
pub const BROKER_FILE: &str = "broker.key";

/// The network's first admin.
const PIET: &str = "Piet";
const ASHENFORD: u32 = 1;
const QUILLMERE: u32 = 2;

/// Has the network begin, and makes a key for everybody who acts in the story.
pub fn hand_out(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    let admin = stage.begin("Rivermeet Time Network", PIET)?;
    keep(stage, ADMIN_FILE, &admin)?;
    let everywhere = api::Reach { whole_network: true, ..api::Reach::default() };
    // Whoever agrees to something is somebody the directory knows.
    let una = taken_in(stage, "Una", ASHENFORD)?;
    let lead = make(stage, "Una", held_by(una, api::Role::Lead, everywhere))?;
    keep(stage, LEAD_FILE, &lead)?;
    let tobias = taken_in(stage, "Tobias", ASHENFORD)?;
    let broker = make(stage, "Tobias", held_by(tobias, api::Role::Broker, banks(&[ASHENFORD])))?;
    keep(stage, BROKER_FILE, &broker)?;
    let oyin = taken_in(stage, "Oyin", QUILLMERE)?;
    make(stage, "Oyin", held_by(oyin, api::Role::Broker, banks(&[QUILLMERE])))?;
    // Imelda is a member and a broker, and one person.
    let imelda = stage.owner("Imelda");
    make(stage, "Imelda", held_by(imelda, api::Role::Broker, banks(&[ASHENFORD])))?;
    to_members(stage, &["Amina", "Dev", "Esme", "Greta", "Hanif", "Ivy"])
}

/// Makes keys for members of Ashenford: what the time bank's page on their phones shows.
pub fn to_members(stage: &mut Stage<'_>, names: &[&'static str]) -> Result<(), StoryError> {
    for name in names {
        let owner = stage.owner(name);
        make(stage, name, held_by(owner, api::Role::Member, banks(&[ASHENFORD])))?;
    }
    Ok(())
}

/// Makes keys for a shop and for its first till, each under a name of its own.
pub fn to_shop(stage: &mut Stage<'_>, name: &'static str, till: &'static str) -> Result<(), StoryError> {
    let reach = api::Reach { partner_owner_numbers: vec![stage.owner(name)], ..api::Reach::default() };
    make(stage, name, held_by(0, api::Role::Partner, reach.clone()))?;
    let of_till = api::CreateKeyRequest { till_number: 1, ..held_by(0, api::Role::Till, reach) };
    make(stage, till, of_till).map(drop)
}

/// Takes in somebody who works for a bank: their number.
fn taken_in(stage: &mut Stage<'_>, name: &str, bank_number: u32) -> Result<u32, StoryError> {
    let request = api::CreatePersonRequest {
        request_id: stage.request_id(),
        bank_number,
        kind: api::PersonKind::Staff.into(),
        profile: Some(api::Profile { name: name.to_owned(), ..api::Profile::default() }),
        ..api::CreatePersonRequest::default()
    };
    Ok(stage.call(stage.directory(PIET).create_person(request))?.owner_number)
}

fn banks(numbers: &[u32]) -> api::Reach {
    api::Reach { bank_numbers: numbers.to_vec(), ..api::Reach::default() }
}

/// A key of this role and reach for somebody; 0 for nobody in particular.
fn held_by(holder_owner_number: u32, role: api::Role, reach: api::Reach) -> api::CreateKeyRequest {
    api::CreateKeyRequest {
        role: role.into(),
        reach: Some(reach),
        holder_owner_number,
        // Not encrypted, so never a person's name.
        name: format!("key of a {}", role.as_str_name().trim_start_matches("ROLE_").to_lowercase()),
        ..api::CreateKeyRequest::default()
    }
}

fn make(
    stage: &mut Stage<'_>,
    who: &'static str,
    wanted: api::CreateKeyRequest,
) -> Result<KeyText, StoryError> {
    let request = api::CreateKeyRequest { request_id: stage.request_id(), ..wanted };
    let made = stage.call(stage.access(PIET).create_key(request))?;
    let key = KeyText::parse(&made.key).map_err(|error| stage.otherwise("a key", error))?;
    stage.give_key(who, &key);
    Ok(key)
}

/// Puts a key into a file that nobody else reads.
fn keep(stage: &Stage<'_>, file: &str, key: &KeyText) -> Result<(), StoryError> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(stage.folder().join(file));
    let mut file = file.map_err(StoryError::io("keeping a key"))?;
    writeln!(file, "{}", key.reveal()).map_err(StoryError::io("keeping a key"))
}
