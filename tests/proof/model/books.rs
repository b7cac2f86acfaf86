//! What the threads of a model share beside the relay, and what a reader may find there.

use std::sync::atomic::AtomicU64 as TrueU64;

use crate::balances;
use crate::checker::{AtomicBool, AtomicU64, Ordering};
use crate::domain::{AccountNumber, Balance, Sequence};
use crate::gate::Acknowledged;

/// Accounts, one to a block, so that blocks are made while readers look.
pub const ACCOUNTS: u32 = 2;

/// A table of balances; a head is a sequence and a number of lines. The ledger's is one, and `torn.rs` the other.
pub trait Table: Default + Send + Sync + 'static {
    fn publish(&self, account: AccountNumber, balance: Balance, head: (u64, u64));
    fn balance(&self, account: AccountNumber) -> Balance;
    fn head(&self, account: AccountNumber) -> (u64, u64);
}

/// The table of the ledger.
pub type Ours = balances::Balances<{ ACCOUNTS as usize }, 1>;

impl Table for Ours {
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

#[derive(Default)]
pub struct Books<B> {
    pub balances: B,
    pub acknowledged: Acknowledged,
    /// The position that was told to those who wait for it.
    pub told: AtomicU64,
    pub stopped: AtomicBool,
    /// What is on disk: the truth, which no thread has to learn through the protocol.
    pub durable: TrueU64,
}

impl<B: Table> Books<B> {
    /// The account that entry `entry` moves.
    fn account(entry: u64) -> AccountNumber {
        AccountNumber::from_slot(u32::try_from(entry).unwrap() % ACCOUNTS).unwrap()
    }

    /// The newest entry up to `position` that moved the same account as entry `like`; zero for none.
    fn newest(position: u64, like: u64) -> u64 {
        (0..=position).rev().find(|entry| Self::account(*entry) == Self::account(like)).unwrap_or(0)
    }

    /// Shows `entry`: posted and held follow from its number.
    pub fn show(&self, entry: u64) {
        let posted = i64::try_from(entry).unwrap();
        let balance = Balance { posted, held: -posted };
        self.balances.publish(Self::account(entry), balance, (entry, 2 * entry));
    }

    pub fn on_disk(&self) -> u64 {
        self.durable.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Looks at the account of entry `like`, as anybody may at any time, and says which entry it shows.
    pub fn look(&self, like: u64) -> u64 {
        let told = self.told.load(Ordering::Acquire);
        let position = self.acknowledged.get().get();
        let balance = self.balances.balance(Self::account(like));
        let (sequence, lines) = self.balances.head(Self::account(like));
        let on_disk = self.on_disk();
        assert_eq!(balance.held, -balance.posted, "torn: posted of one entry and held of another");
        assert_eq!(lines, 2 * sequence, "torn: sequence of one entry and lines of another");
        let shown = u64::try_from(balance.posted).unwrap();
        assert!(position >= told, "told of {told} at position {position}");
        assert!(shown >= Self::newest(position, like), "position {position}, but the balance is of {shown}");
        assert!(sequence >= shown, "a balance of {shown} without its line");
        assert!(sequence <= on_disk && position <= on_disk, "{on_disk} is on disk, but more is seen");
        shown
    }

    /// What somebody finds who has an answer that rests on `position`.
    pub fn look_after_answer(&self, position: u64) {
        assert!(self.acknowledged.get().get() >= position, "answered before it was acknowledged");
        let shown = self.look(position);
        assert!(shown >= position, "answered before it was shown");
    }
}
