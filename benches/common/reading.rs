//! Reads of a ledger of this process: balances, and pages of statements.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hourbook::ledger::Ledger;

use super::books;
use super::random::Random;
use super::usage::thread_cpu;
use super::workload::Accounts;

/// Lines of a page.
pub const LINES: usize = 50;
/// Balances read between two looks at whether the turn is over.
const READS_AT_A_TIME: u64 = 4_096;

/// Reads until told; how many, and what CPU it took.
pub fn balances(ledger: &Ledger, accounts: Accounts, over: &AtomicBool) -> (u64, Duration) {
    let mut random = Random::new(7);
    let (mut reads, mut seen) = (0, 0_i64);
    let before = thread_cpu();
    while !over.load(Ordering::Relaxed) {
        for _ in 0..READS_AT_A_TIME {
            let account = books::member(accounts, random.below(accounts.count));
            seen ^= ledger.balance(account).unwrap().posted;
        }
        reads += READS_AT_A_TIME;
    }
    std::hint::black_box(seen);
    (reads, thread_cpu() - before)
}

/// Which page of an account.
#[derive(Clone, Copy)]
pub enum Page {
    Newest,
    Middle,
}

impl Page {
    /// Half of each.
    pub const BY_TURNS: [Self; 2] = [Self::Newest, Self::Middle];
}

/// Reads a page of a member, who must have lines enough.
pub fn page(ledger: &Ledger, accounts: Accounts, place: u32, page: Page) {
    let account = books::member(accounts, place);
    let below = match page {
        Page::Newest => None,
        Page::Middle => {
            let newest = ledger.books().statement(account, None, 1).unwrap();
            Some((newest[0].number / 2).max(LINES as u64 + 1))
        }
    };
    let lines = ledger.books().statement(account, below, LINES).unwrap();
    assert_eq!(lines.len(), LINES);
}
