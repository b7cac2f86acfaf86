//! Who is in the story, and how their banks are opened. Every name is invented.

use super::StoryError;
use super::stage::{HOUR, Part, Stage};
use crate::domain::account::NewAccount;
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, BankNumber, Command, Limits, OpenBank, OpenClearing, Opened,
    OwnerNumber, RequestKey,
};
use crate::seal::{self, Place, Text};

/// Members of Ashenford, in the order of the story.
pub const ASHENFORD: [&str; 13] = [
    "Amina", "Bernard", "Cora", "Dev", "Esme", "Farid", "Greta", "Hanif", "Imelda", "Ivy", "Jonah", "Kit",
    "Leonie",
];
/// Members of Quillmere.
pub const QUILLMERE: [&str; 2] = ["Maud", "Niall"];
const ORGANISATIONS: [&str; 2] = ["Lantern Hall", "Wayside Network"];
const PARTNERS: [&str; 3] = ["Saucer & Spoon", "Green Barrow", "Ladle Street Baths"];
/// They write entries and have no account in the story.
const STAFF: [&str; 4] = ["Tobias", "Una", "Piet", "Oyin"];

/// What the two banks may owe each other.
const CLEARING_CAP_SECONDS: i64 = 3 * HOUR;

/// Opens both banks, the pair of accounts between them, and an account for everybody who has one.
pub fn open_banks(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    for name in STAFF {
        let owner = register(stage)?;
        stage.hire(name, owner);
    }
    let ashenford = open_bank(stage, "Ashenford", 80, "A pot", "A created")?;
    let quillmere = open_bank(stage, "Quillmere", 20, "Q pot", "Q created")?;
    open_clearing(stage, ashenford, quillmere)?;

    let member = limits(-5)?
        .with_warnings(Some(-3 * HOUR), None)
        .map_err(|invalid| stage.otherwise("limits", invalid))?;
    open_accounts(stage, ashenford, AccountKind::Member, member, &ASHENFORD)?;
    open_accounts(stage, quillmere, AccountKind::Member, member, &QUILLMERE)?;
    open_accounts(stage, ashenford, AccountKind::Organisation, limits(-20)?, &ORGANISATIONS)?;
    // A partner spends what it took and no more.
    open_accounts(stage, ashenford, AccountKind::Partner, limits(0)?, &PARTNERS)
}

fn limits(floor_hours: i64) -> Result<Limits, StoryError> {
    Limits::from_floor(floor_hours * HOUR).map_err(|invalid| StoryError::Otherwise {
        step: 0,
        expected: "limits".into(),
        found: invalid.to_string(),
    })
}

fn register(stage: &mut Stage<'_>) -> Result<OwnerNumber, StoryError> {
    let key = stage.key();
    let owners = stage.network.register_owners(key, OwnerNumber::OPERATOR, 1)?;
    owners.first().copied().ok_or_else(|| stage.otherwise("an owner number", "none"))
}

fn open_bank(
    stage: &mut Stage<'_>,
    name: &str,
    cap_hours: i64,
    pot: &'static str,
    created: &'static str,
) -> Result<BankNumber, StoryError> {
    let owner = register(stage)?;
    let key = stage.key();
    let text = stage.seal(&[owner], &key, &Text { label: Some(name.to_owned()), ..Text::default() })?;
    let bank =
        OpenBank { owner, time_zone: "Europe/London".into(), pot: limits(0)?, issuance: limits(-cap_hours)? };
    let actor = stage.staff("Piet")?;
    let receipt = stage.write(Command { text, ..Command::new(key, actor, Action::OpenBank(bank)) })?;
    let Opened::Bank(number, first) = receipt.entry.outcome.opened else {
        return Err(stage.otherwise("a bank", "none"));
    };
    stage.enter(pot, Part { owner, account: first });
    stage.enter(created, Part { owner, account: next(stage, first, 1)? });
    Ok(number)
}

fn open_clearing(stage: &mut Stage<'_>, first: BankNumber, second: BankNumber) -> Result<(), StoryError> {
    let cap: Amount = stage.amount(CLEARING_CAP_SECONDS)?;
    let pair = OpenClearing { first, second, first_may_owe: cap, second_may_owe: cap };
    let (key, actor) = (stage.key(), stage.staff("Piet")?);
    let receipt = stage.write(Command::new(key, actor, Action::OpenClearing(pair)))?;
    let Opened::Accounts(account) = receipt.entry.outcome.opened else {
        return Err(stage.otherwise("a clearing pair", "none"));
    };
    let owner = OwnerNumber::OPERATOR;
    stage.enter("A clearing Q", Part { owner, account });
    stage.enter("Q clearing A", Part { owner, account: next(stage, account, 1)? });
    Ok(())
}

fn open_accounts(
    stage: &mut Stage<'_>,
    bank: BankNumber,
    kind: AccountKind,
    limits: Limits,
    names: &[&'static str],
) -> Result<(), StoryError> {
    let register_key = stage.key();
    let count = u16::try_from(names.len()).unwrap_or(u16::MAX);
    let owners = stage.network.register_owners(register_key, OwnerNumber::OPERATOR, count)?;
    let key = stage.key();
    let mut accounts = Vec::new();
    for ((place, owner), name) in (0u8..).zip(&owners).zip(names) {
        let label = seal_label(stage, *owner, &key, place, name)?;
        accounts.push(NewAccount { bank, kind, owner: *owner, limits, label });
    }
    let actor = stage.staff("Tobias")?;
    let receipt = stage.write(Command::new(key, actor, Action::OpenAccounts(accounts)))?;
    let Opened::Accounts(first) = receipt.entry.outcome.opened else {
        return Err(stage.otherwise("accounts", "none"));
    };
    for ((place, owner), name) in (0u32..).zip(owners).zip(names) {
        stage.enter(name, Part { owner, account: next(stage, first, place)? });
    }
    Ok(())
}

/// A name is sealed under its owner's key before it goes anywhere.
fn seal_label(
    stage: &Stage<'_>,
    owner: OwnerNumber,
    key: &RequestKey,
    place: u8,
    name: &str,
) -> Result<Box<[u8]>, StoryError> {
    let text = Text { label: Some(name.to_owned()), ..Text::default() };
    let sealed = seal::seal(&stage.network.keyring, &[owner], key, Place::Account(place), &text)?;
    Ok(sealed.into_bytes().into_boxed_slice())
}

fn next(stage: &Stage<'_>, first: AccountNumber, places: u32) -> Result<AccountNumber, StoryError> {
    AccountNumber::from_slot(first.slot().saturating_add(places))
        .ok_or_else(|| stage.otherwise("an account number", "none"))
}
