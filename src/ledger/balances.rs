//! What anybody can see: balances and heads of accounts at the acknowledged position (I5).
//!
//! Posted and held are one 16-byte atomic, so a reader never sees one without the other. One thread
//! publishes. Tables grow by blocks that never move, so readers hold no lock.
//!
//! | operation | progress |
//! |---|---|
//! | `balance`, `head` | wait-free where the processor loads 16 bytes at once; otherwise blocking, for the length of one store, on the publisher; [`read_path`] says which |
//! | `publish` | wait-free likewise; the first line of 4,096 accounts allocates their block |

use super::state::slot;
use super::sync::{AtomicU128, OnceLock, Ordering};
use crate::domain::{AccountNumber, Balance, Sequence};

/// Accounts in a block.
const BLOCK_ACCOUNTS: usize = 4_096;
/// Blocks for as many accounts as there are numbers.
const BLOCKS: usize = (AccountNumber::ACCOUNTS_MAX as usize).div_ceil(BLOCK_ACCOUNTS);

/// Where an account's lines begin to be found: its newest line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Entry with the newest line; zero if there is none.
    pub sequence: Sequence,
    /// The number of that line, from 1.
    pub lines: u64,
}

/// Balance and head of every account, in blocks that are made when first needed.
#[derive(Debug)]
pub struct Balances<const BLOCKS_MAX: usize = BLOCKS, const LENGTH: usize = BLOCK_ACCOUNTS> {
    blocks: Box<[OnceLock<Box<[Cell]>>]>,
}

#[derive(Debug, Default)]
struct Cell {
    balance: AtomicU128,
    head: AtomicU128,
}

impl<const BLOCKS_MAX: usize, const LENGTH: usize> Default for Balances<BLOCKS_MAX, LENGTH> {
    fn default() -> Self {
        Self { blocks: (0..BLOCKS_MAX).map(|_| OnceLock::new()).collect() }
    }
}

impl<const BLOCKS_MAX: usize, const LENGTH: usize> Balances<BLOCKS_MAX, LENGTH> {
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
        let Some(block) = self.blocks.get(place / LENGTH) else { return };
        let block = block.get_or_init(|| (0..LENGTH).map(|_| Cell::default()).collect());
        let Some(cell) = block.get(place % LENGTH) else { return };
        cell.head.store(join(head.sequence.get(), head.lines), Ordering::Release);
        cell.balance
            .store(join(balance.posted.cast_unsigned(), balance.held.cast_unsigned()), Ordering::Release);
    }

    fn cell(&self, account: AccountNumber) -> Option<&Cell> {
        let place = slot(account);
        self.blocks.get(place / LENGTH)?.get()?.get(place % LENGTH)
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
