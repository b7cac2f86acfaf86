//! The ledger's balances over a 16-byte atomic that is broken: stored and loaded in two halves.

pub mod sync {
    pub use crate::sync::{AtomicU64, OnceLock, Ordering};

    #[derive(Debug, Default)]
    pub struct AtomicU128 {
        high: AtomicU64,
        low: AtomicU64,
    }

    impl AtomicU128 {
        pub fn load(&self, ordering: Ordering) -> u128 {
            u128::from(self.high.load(ordering)) << 64 | u128::from(self.low.load(ordering))
        }

        pub fn store(&self, value: u128, ordering: Ordering) {
            self.high.store((value >> 64) as u64, ordering);
            self.low.store(value as u64, ordering);
        }

        pub const fn is_lock_free() -> bool {
            true
        }
    }
}

use crate::domain::{AccountNumber, Balance, Sequence};
use crate::model::books::{ACCOUNTS, Table};
use crate::state;

#[path = "../../src/ledger/balances.rs"]
pub mod balances;

/// The ledger's table, broken.
pub type Torn = balances::Balances<{ ACCOUNTS as usize }, 1>;

impl Table for Torn {
    fn publish(&self, account: AccountNumber, balance: Balance, head: (u64, u64)) {
        let head = balances::Head { sequence: Sequence::new(head.0), lines: head.1 };
        self.publish(account, balance, head);
    }

    fn balance(&self, account: AccountNumber) -> Balance {
        self.balance(account)
    }

    fn head(&self, account: AccountNumber) -> (u64, u64) {
        let head = self.head(account);
        (head.sequence.get(), head.lines)
    }
}
