//! A short chapter about bad days: the process is killed while it writes, and a member asks to be
//! forgotten. Both in a data directory of its own, with people of its own.
//!
//! The writer is this program again, told by a hidden argument; it takes the story's clock along.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::Arc;

use super::stage::{HOUR, MINUTE, utc};
use super::{StoryError, say, show};
use crate::audit::{self, Report};
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, Command, Kind, Limits, NewAccount, OpenBank, Opened,
    OwnerNumber, Post, RequestId, RequestKey, Scope, Sequence, Timestamp, Transfer,
};
use crate::ledger::{Clock, ManualClock, Receipt};
use crate::network::{Network, NetworkError, NetworkOptions};
use crate::past::{At, Moment, Past};
use crate::seal::{self, Place, Text};
use crate::words::hours;

/// The hidden argument that makes this program the writer that is killed.
pub const WRITER_ARGUMENT: &str = "demo-writer";
/// The writer is killed when this many of its entries were acknowledged.
const ACKNOWLEDGED_BEFORE_KILL: usize = 500;
/// The writer stops by itself after this many, should nobody kill it.
const WRITTEN_AT_MOST: u64 = 1_000_000;
/// Request ids of the writer begin here, apart from the story's.
const WRITER_REQUESTS: u128 = 1 << 64;

// The people of this chapter, by slot: the bank's pot and issuance come first.
const OLWEN: u32 = 2;
const PERRY: u32 = 3;

pub fn play(out: &mut dyn Write, clock: &Arc<ManualClock>) -> Result<(), StoryError> {
    let folder = tempfile::tempdir().map_err(StoryError::io("making a temporary directory"))?;
    clock.advance_to(utc(2026, 6, 28, 9, 0));
    let sealed = open_mallow_bridge(folder.path(), clock)?;
    say(out, "A third bank, Mallow Bridge, in a directory of its own: Olwen and Perry help each other.")?;

    let acknowledged = write_and_kill(folder.path(), clock)?;
    say(
        out,
        &format!(
            "The program is killed (kill -9) in the middle of writing, with {} entries acknowledged.",
            acknowledged.len()
        ),
    )?;
    clock.advance_to(utc(2026, 6, 28, 18, 0));
    let network = open(folder.path(), clock)?;
    all_there_once(&network, out, &acknowledged)?;
    forget_olwen(&network, out, &sealed)
}

/// Olwen's name, sealed, and under which request it was.
struct Sealed {
    owner: OwnerNumber,
    key: RequestKey,
    name: Box<[u8]>,
}

fn open(folder: &Path, clock: &Arc<ManualClock>) -> Result<Network, NetworkError> {
    Network::open(folder, NetworkOptions { clock: Arc::clone(clock) as _, ..NetworkOptions::default() })
}

fn open_mallow_bridge(folder: &Path, clock: &Arc<ManualClock>) -> Result<Sealed, StoryError> {
    let network = open(folder, clock)?;
    let actor = OwnerNumber::OPERATOR;
    let owners = network.register_owners(request(1), actor, 3)?;
    let [bank_owner, olwen, perry] = owners.as_slice() else {
        return Err(otherwise("three owners", owners.len()));
    };
    let bank = OpenBank {
        owner: *bank_owner,
        time_zone: "Europe/London".into(),
        pot: Limits::WIDEST,
        issuance: Limits::WIDEST,
    };
    post(&network, Command::new(request(2), actor, Action::OpenBank(Box::new(bank))))?;
    let key = request(3);
    let mut accounts = Vec::new();
    for ((place, owner), name) in (0u8..).zip([*olwen, *perry]).zip(["Olwen Hart", "Perry Lisle"]) {
        let text = Text { label: Some(name.to_owned()), ..Text::default() };
        let label = seal::seal(&network.keyring, &[owner], &key, Place::Account(place), &text)?
            .into_bytes()
            .into_boxed_slice();
        let bank = crate::domain::BankNumber::new(1);
        accounts.push(NewAccount { bank, kind: AccountKind::Member, owner, limits: Limits::WIDEST, label });
    }
    let name = accounts.first().map(|account| account.label.clone()).unwrap_or_default();
    let receipt = post(&network, Command::new(key, actor, Action::OpenAccounts(accounts)))?;
    if receipt != Opened::Accounts(account(OLWEN)?) {
        return Err(otherwise("accounts for Olwen and Perry", format!("{receipt:?}")));
    }
    Ok(Sealed { owner: *olwen, key, name })
}

/// Starts the writer, listens until it has acknowledged enough, and kills it.
fn write_and_kill(folder: &Path, clock: &ManualClock) -> Result<BTreeMap<u64, Sequence>, StoryError> {
    let program = std::env::current_exe().map_err(StoryError::io("finding this program"))?;
    let mut writer = Process::new(program)
        .arg(WRITER_ARGUMENT)
        .arg(folder)
        .arg(clock.now().wall.micros().to_string())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(StoryError::io("starting the writer"))?;
    let Some(said) = writer.stdout.take() else { return Err(otherwise("a writer that speaks", "silence")) };
    let mut lines = BufReader::new(said).lines();
    let mut acknowledged = BTreeMap::new();
    while acknowledged.len() < ACKNOWLEDGED_BEFORE_KILL {
        let Some(line) = lines.next() else { break };
        let line = line.map_err(StoryError::io("listening to the writer"))?;
        acknowledged.extend(parse(&line));
    }
    writer.kill().map_err(StoryError::io("killing the writer"))?;
    writer.wait().map_err(StoryError::io("waiting for the writer"))?;
    // What it still said before it died was acknowledged too.
    acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| parse(&line)));
    if acknowledged.len() < ACKNOWLEDGED_BEFORE_KILL {
        return Err(otherwise(
            format!("{ACKNOWLEDGED_BEFORE_KILL} entries acknowledged"),
            acknowledged.len(),
        ));
    }
    Ok(acknowledged)
}

fn parse(line: &str) -> Option<(u64, Sequence)> {
    let (number, sequence) = line.split_once(' ')?;
    Some((number.parse().ok()?, Sequence::new(sequence.parse().ok()?)))
}

/// The writer: posts and says what was acknowledged, until it is killed.
///
/// # Errors
/// [`StoryError`] if the books cannot be opened or an entry is not taken.
pub fn write_until_killed(folder: &Path, wall_micros: i64, out: &mut dyn Write) -> Result<(), StoryError> {
    let clock = Arc::new(ManualClock::new(Timestamp::from_micros(wall_micros)));
    let network = open(folder, &clock)?;
    for number in 1..=WRITTEN_AT_MOST {
        clock.advance_seconds(1);
        let receipt = write(&network, help(number)?)?;
        say(out, &format!("{number} {}", receipt.entry.sequence))?;
    }
    Ok(())
}

/// The writer's entry `number`: a quarter of an hour, now from one, now from the other.
fn help(number: u64) -> Result<Command, StoryError> {
    let (debit, credit) = if number.is_multiple_of(2) { (OLWEN, PERRY) } else { (PERRY, OLWEN) };
    let amount = Amount::new(15 * MINUTE).ok_or_else(|| otherwise("an amount", "none"))?;
    let transfers = smallvec::smallvec![Transfer::new(account(debit)?, account(credit)?, amount)];
    let post = Post { kind: Kind::Exchange, transfers, ends: None };
    Ok(Command::new(request(WRITER_REQUESTS + u128::from(number)), OwnerNumber::OPERATOR, Action::Post(post)))
}

/// I4, I6: what was acknowledged is there, once, and says the same when it is asked again.
fn all_there_once(
    network: &Network,
    out: &mut dyn Write,
    acknowledged: &BTreeMap<u64, Sequence>,
) -> Result<(), StoryError> {
    let before = network.ledger.position();
    for (number, sequence) in acknowledged {
        let receipt = write(network, help(*number)?)?;
        if receipt.entry.sequence != *sequence {
            return Err(otherwise(format!("entry {sequence}"), receipt.entry.sequence));
        }
    }
    if network.ledger.position() != before {
        return Err(otherwise("nothing written twice", network.ledger.position()));
    }
    verify(network)?;
    let seconds = network.ledger.balance(account(OLWEN)?).unwrap_or_default().posted;
    show(
        out,
        &format!(
            "Opened again: all {count} are there, each once, and every one gives its first answer when asked again.\n\
         Olwen and Perry are within {quarter} of each other (Olwen is at {olwen}). Verify: nothing wrong.",
            count = acknowledged.len(),
            quarter = hours(15 * MINUTE),
            olwen = crate::domain::hours::clock(seconds),
        ),
    )?;
    if (-HOUR / 4..=HOUR / 4).contains(&seconds) {
        Ok(())
    } else {
        Err(otherwise("a quarter at most", seconds))
    }
}

/// A member's key is destroyed: the name is gone, the hours stay, the books still verify.
fn forget_olwen(network: &Network, out: &mut dyn Write, sealed: &Sealed) -> Result<(), StoryError> {
    let read = || seal::open(&network.keyring, &sealed.key, Place::Account(0), &sealed.name);
    let name = read()?.label.unwrap_or_default();
    network.erase(request(4), OwnerNumber::OPERATOR, sealed.owner)?;
    let gone = match read() {
        Err(seal::OpenError::Erased { .. }) => "cannot be read any more",
        Ok(_) => return Err(otherwise("a name that is gone", "it can be read")),
        Err(error) => return Err(error.into()),
    };
    let report = verify(network)?;
    let past = Past::open(&network.ledger, network.directory())?;
    let newest = At::Recorded(Moment::After(network.ledger.position()));
    let trial_balance = audit::trial_balance(&past, newest)?;
    show(
        out,
        &format!("{name} asked to be forgotten. The key is destroyed: the name {gone}, the hours stay."),
    )?;
    show(out, "The books add up to zero. Verify: every line checked, nothing wrong.")?;
    show(out, &trial_balance.to_string())?;
    show(out, &report.to_string())
}

/// Verifies the books; whatever is wrong ends the story.
fn verify(network: &Network) -> Result<Report, StoryError> {
    let report = audit::verify(&network.ledger, &mut |_| {});
    if report.is_clean() { Ok(report) } else { Err(otherwise("nothing wrong", report)) }
}

fn write(network: &Network, command: Command) -> Result<Receipt, StoryError> {
    network.ledger.post(command).map_err(StoryError::Post)
}

fn post(network: &Network, command: Command) -> Result<Opened, StoryError> {
    Ok(write(network, command)?.entry.outcome.opened)
}

fn request(number: u128) -> RequestKey {
    RequestKey { scope: Scope::OPERATOR, id: RequestId::derived(number.to_be_bytes()) }
}

fn account(slot: u32) -> Result<AccountNumber, StoryError> {
    AccountNumber::from_slot(slot).ok_or_else(|| otherwise("an account number", slot))
}

fn otherwise(expected: impl ToString, found: impl ToString) -> StoryError {
    StoryError::Otherwise { step: 0, expected: expected.to_string(), found: found.to_string() }
}
