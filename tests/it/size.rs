//! How much memory the books take.

use std::process::Command as Process;
use std::sync::Arc;

use hourbook::domain::{AccountNumber, Action, Command, Kind, OwnerNumber};
use hourbook::journal::MemoryJournal;
use hourbook::ledger::{Detail, ManualClock, Mode};

use crate::support::{HOUR, START, key, open, post, wide_bank, wide_members};

const CHILD: &str = "HOURBOOK_SIZE_CHILD";
const ACCOUNTS: u32 = 1_000_000;
const BYTES_MAX: u64 = 256 << 20;

/// Goal: a million accounts, each with a line, take at most 256 MB of state. Method: a process of its
/// own opens them and says how much more memory it holds than before the first one. The journal is
/// the one in memory, so its records count too, but no store's cache.
#[test]
fn a_million_accounts_fit_in_256_megabytes() {
    if std::env::var_os(CHILD).is_some() {
        return open_a_million();
    }
    let child = Process::new(std::env::current_exe().unwrap())
        .args(["--exact", "size::a_million_accounts_fit_in_256_megabytes", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
    let bytes: u64 =
        said.split("resident ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    println!(
        "1,000,000 accounts: {} MB more resident, {} bytes an account",
        bytes >> 20,
        bytes / u64::from(ACCOUNTS)
    );
    assert!(bytes <= BYTES_MAX, "{bytes} bytes");
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1_024
}

fn open_a_million() {
    let clock = Arc::new(ManualClock::new(START));
    let ledger = open(&MemoryJournal::new(), &clock, |_| {});
    let owner = OwnerNumber::new(1);
    ledger.post(Command::new(key(1), OwnerNumber::OPERATOR, Action::RegisterOwners(1))).unwrap();
    ledger.post(Command::new(key(2), OwnerNumber::OPERATOR, wide_bank(owner))).unwrap();
    let before = resident();
    let mut next = 10u128;
    let mut submit = |actions: &mut dyn Iterator<Item = Action>| {
        let commands = actions
            .map(|action| {
                next += 1;
                Command::new(key(next), OwnerNumber::OPERATOR, action)
            })
            .collect();
        let decisions =
            ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap().wait().unwrap().decisions;
        assert!(decisions.iter().all(|decision| matches!(decision, hourbook::ledger::Decision::Accepted(_))));
    };
    for _ in 0..ACCOUNTS / 32_000 {
        submit(&mut (0..1_000).map(|_| wide_members(owner, 32)));
    }
    let rest = usize::try_from(ACCOUNTS % 32_000).unwrap();
    submit(&mut (0..rest / 32).map(|_| wide_members(owner, 32)));
    let pot = AccountNumber::from_slot(0).unwrap();
    let account = |slot| AccountNumber::from_slot(slot).unwrap();
    for first in (2..ACCOUNTS + 2).step_by(2_560_000 / 256) {
        let last = (first + 10_000).min(ACCOUNTS + 2);
        // One entry of many transfers each: the accounts are what is measured, not request ids.
        submit(&mut (first..last).step_by(250).map(|from| {
            let grants: Vec<_> =
                (from..(from + 250).min(last)).map(|slot| (pot, account(slot), HOUR)).collect();
            post(Kind::Opening, &grants)
        }));
    }
    assert_eq!(ledger.views().accounts_len(), 1_000_002);
    assert_eq!(ledger.balance(account(ACCOUNTS + 1)).unwrap().posted, HOUR);
    println!("resident {} bytes", resident() - before);
}
