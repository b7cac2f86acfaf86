//! Who is in the story, and how their banks are opened. Every name is invented.

use super::StoryError;
use super::stage::{HOUR, Stage};
use crate::api;
use crate::api::entry::Action as Did;

/// Members of Ashenford, in the order of the story.
pub const ASHENFORD: [&str; 13] = [
    "Amina", "Bernard", "Cora", "Dev", "Esme", "Farid", "Greta", "Hanif", "Imelda", "Ivy", "Jonah", "Kit",
    "Leonie",
];
/// Members of Quillmere.
pub const QUILLMERE: [&str; 2] = ["Maud", "Niall"];
const ORGANISATIONS: [&str; 2] = ["Lantern Hall", "Wayside Network"];
const PARTNERS: [&str; 3] = ["Saucer & Spoon", "Green Barrow", "Ladle Street Baths"];

/// What help is for in Ashenford.
pub const GARDENING: &str = "gardening";
/// What help is for in Ashenford.
pub const WALKING_GROUP: &str = "walking group";
/// What help is for in Ashenford.
pub const LEAFLETS: &str = "leaflets";
/// What help is for in Ashenford, from chapter 2 on.
pub const LATER: [&str; 10] = [
    "painting",
    "befriending",
    "mystery shopping",
    "mending",
    "driving",
    "language practice",
    "room for a meeting",
    "form filling",
    "computer help",
    "sewing",
];

/// What the two banks may owe each other.
const CLEARING_CAP_SECONDS: i64 = 3 * HOUR;

/// Opens both banks, the pair of accounts between them, and an account for everybody who has one.
pub fn open_banks(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    let ashenford = open_bank(stage, "Ashenford", 80, "A pot", "A created")?;
    let quillmere = open_bank(stage, "Quillmere", 20, "Q pot", "Q created")?;
    open_clearing(stage, ashenford, quillmere)?;
    let activities = [&[GARDENING, WALKING_GROUP, LEAFLETS][..], &LATER].concat();
    list_activities(stage, ashenford, &activities)?;

    let member = api::Limits { warn_below_seconds: Some(-3 * HOUR), ..floor(-5) };
    open_accounts(stage, ashenford, api::AccountKind::Member, member, &ASHENFORD)?;
    open_accounts(stage, quillmere, api::AccountKind::Member, member, &QUILLMERE)?;
    open_accounts(stage, ashenford, api::AccountKind::Organisation, floor(-20), &ORGANISATIONS)?;
    // A partner spends what it took and no more.
    open_accounts(stage, ashenford, api::AccountKind::Partner, floor(0), &PARTNERS)
}

fn floor(hours: i64) -> api::Limits {
    api::Limits { floor_seconds: Some(hours * HOUR), ..api::Limits::default() }
}

/// The first of `count` new owner numbers.
fn register(stage: &mut Stage<'_>, count: usize) -> Result<u32, StoryError> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let request = api::RegisterOwnersRequest { request_id: stage.request_id(), count, validate_only: false };
    let answer = stage.call(stage.ledger().register_owners(request))?;
    match stage.written(answer.receipt)?.action {
        Some(Did::OwnersRegistered(owners)) => Ok(owners.first_owner_number),
        other => Err(stage.otherwise("owner numbers", format!("{other:?}"))),
    }
}

fn open_bank(
    stage: &mut Stage<'_>,
    name: &str,
    cap_hours: i64,
    pot: &'static str,
    created: &'static str,
) -> Result<u32, StoryError> {
    let request = api::OpenBankRequest {
        owner_number: register(stage, 1)?,
        request_id: stage.request_id(),
        name: name.to_owned(),
        time_zone: "Europe/London".to_owned(),
        pot_limits: Some(floor(0)),
        issuance_limits: Some(floor(-cap_hours)),
        validate_only: false,
    };
    let answer = stage.call(stage.ledger().open_bank(request))?;
    match stage.written(answer.receipt)?.action {
        Some(Did::BankOpened(bank)) => {
            stage.enter(pot, bank.pot_account_number);
            stage.enter(created, bank.issuance_account_number);
            Ok(bank.bank_number)
        }
        other => Err(stage.otherwise("a bank", format!("{other:?}"))),
    }
}

fn open_clearing(stage: &mut Stage<'_>, first: u32, second: u32) -> Result<(), StoryError> {
    let request = api::OpenClearingRequest {
        request_id: stage.request_id(),
        first_bank_number: first,
        second_bank_number: second,
        first_may_owe_seconds: CLEARING_CAP_SECONDS,
        second_may_owe_seconds: CLEARING_CAP_SECONDS,
        validate_only: false,
    };
    let answer = stage.call(stage.ledger().open_clearing(request))?;
    match stage.written(answer.receipt)?.action {
        Some(Did::ClearingOpened(pair)) => {
            stage.enter("A clearing Q", pair.first_account_number);
            stage.enter("Q clearing A", pair.second_account_number);
            Ok(())
        }
        other => Err(stage.otherwise("a clearing pair", format!("{other:?}"))),
    }
}

fn list_activities(stage: &mut Stage<'_>, bank: u32, names: &[&'static str]) -> Result<(), StoryError> {
    let request = api::AddActivitiesRequest {
        request_id: stage.request_id(),
        bank_number: bank,
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        ..api::AddActivitiesRequest::default()
    };
    let answer = stage.call(stage.ledger().add_activities(request))?;
    for (name, activity) in names.iter().zip(answer.activities) {
        stage.list(name, activity.activity_number);
    }
    Ok(())
}

fn open_accounts(
    stage: &mut Stage<'_>,
    bank: u32,
    kind: api::AccountKind,
    limits: api::Limits,
    names: &[&'static str],
) -> Result<(), StoryError> {
    let first_owner = register(stage, names.len())?;
    for (owner, name) in (first_owner..).zip(names) {
        let account = api::NewAccount {
            bank_number: bank,
            kind: kind.into(),
            owner_number: owner,
            label: (*name).to_owned(),
            limits: Some(limits),
        };
        let request_id = stage.request_id();
        let request = api::OpenAccountRequest { request_id, account: Some(account), validate_only: false };
        let answer = stage.call(stage.ledger().open_account(request))?;
        let opened = match stage.written(answer.receipt)?.action {
            Some(Did::AccountsOpened(opened)) => opened.account_numbers.first().copied(),
            _ => None,
        };
        stage.own(name, owner);
        stage.enter(name, opened.ok_or_else(|| stage.otherwise(format!("an account for {name}"), "none"))?);
    }
    Ok(())
}
