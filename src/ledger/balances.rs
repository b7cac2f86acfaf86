//! What anybody can see: balances and heads of accounts at the acknowledged position (I5).
//!
//! Posted and held are one 16-byte atomic, so a reader never sees one without the other: a read is
//! wait-free where the processor loads 16 bytes at once, and lock-free otherwise; [`read_path`] says
//! which. One thread publishes. Tables grow by blocks that never move, so readers hold no lock.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use portable_atomic::AtomicU128;

use super::state::slot;

use crate::domain::{AccountNumber, Balance, Sequence};

const BLOCK_ACCOUNTS: usize = 4_096;

/// Where an account's lines begin to be found: its newest line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Entry with the newest line; zero if there is none.
    pub sequence: Sequence,
    /// The number of that line, from 1.
    pub lines: u64,
}

/// Balance and head of every account.
#[derive(Debug)]
pub struct Balances {
    blocks: Box<[OnceLock<Box<[Cell]>>]>,
}

#[derive(Debug, Default)]
struct Cell {
    balance: AtomicU128,
    head: AtomicU128,
}

impl Default for Balances {
    fn default() -> Self {
        let blocks =
            usize::try_from(AccountNumber::ACCOUNTS_MAX).unwrap_or(usize::MAX).div_ceil(BLOCK_ACCOUNTS);
        Self { blocks: (0..blocks).map(|_| OnceLock::new()).collect() }
    }
}

impl Balances {
    /// Posted and held, from one load. Zero for an account without lines.
    #[must_use]
    pub fn balance(&self, account: AccountNumber) -> Balance {
        self.cell(account).map_or_else(Balance::default, |cell| {
            let (posted, held) = split(cell.balance.load(Ordering::Acquire));
            Balance { posted: posted.cast_signed(), held: held.cast_signed() }
        })
    }

    /// The newest line, from one load.
    #[must_use]
    pub fn head(&self, account: AccountNumber) -> Head {
        self.cell(account).map_or_else(Head::default, |cell| {
            let (sequence, lines) = split(cell.head.load(Ordering::Acquire));
            Head { sequence: Sequence::new(sequence), lines }
        })
    }

    /// Shows an account as a batch left it. Only the thread that acknowledges batches may call this.
    pub(crate) fn publish(&self, account: AccountNumber, balance: Balance, head: Head) {
        let place = slot(account);
        let Some(block) = self.blocks.get(place / BLOCK_ACCOUNTS) else { return };
        let block = block.get_or_init(|| (0..BLOCK_ACCOUNTS).map(|_| Cell::default()).collect());
        let Some(cell) = block.get(place % BLOCK_ACCOUNTS) else { return };
        cell.head.store(join(head.sequence.get(), head.lines), Ordering::Release);
        cell.balance
            .store(join(balance.posted.cast_unsigned(), balance.held.cast_unsigned()), Ordering::Release);
    }

    fn cell(&self, account: AccountNumber) -> Option<&Cell> {
        let place = slot(account);
        self.blocks.get(place / BLOCK_ACCOUNTS)?.get()?.get(place % BLOCK_ACCOUNTS)
    }
}

/// How balances are read on this processor, in words.
#[must_use]
pub fn read_path() -> &'static str {
    if AtomicU128::is_lock_free() {
        "a balance is read with one 16-byte load, which never waits"
    } else {
        "a balance is read under a sequence lock, as this processor has no 16-byte load"
    }
}

const fn join(high: u64, low: u64) -> u128 {
    (high as u128) << 64 | low as u128
}

#[expect(clippy::cast_possible_truncation, reason = "the two halves of 128 bits")]
const fn split(both: u128) -> (u64, u64) {
    ((both >> 64) as u64, both as u64)
}
