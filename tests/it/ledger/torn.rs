//! Balances under real threads on this processor. The models of `tests/proof` assume that 16 bytes are
//! stored and loaded whole; here the ledger's own table does it, on the ledger's own `sync`.

use std::thread;

use hourbook::domain::{AccountNumber, Balance, Sequence};
use hourbook::ledger::state;

#[path = "../../../src/ledger/balances.rs"]
mod balances;
#[allow(unused_imports, reason = "the table needs two of them")]
#[path = "../../../src/ledger/sync.rs"]
mod sync;

use balances::{Balances, Head};

const WRITES: u64 = 10_000_000;
const READERS: usize = 2;
/// Odd, so that no two numbers have the same product and both halves of a product differ.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// What goes with a number: another half for each, far from its neighbours'.
const fn partner(number: u64) -> u64 {
    number.wrapping_mul(SPREAD)
}

/// Goal: posted is never seen with the held of another entry, nor a head with another's lines, and no
/// reader goes back. Method: one thread publishes pairs that belong together, each once, while readers
/// take each pair apart until they have seen the last.
#[test]
fn a_balance_is_never_torn() {
    let account = AccountNumber::from_slot(5_000).unwrap();
    let balances: Balances = Balances::default();
    let look = || {
        let balance = balances.balance(account);
        let head = balances.head(account);
        let number = balance.posted.cast_unsigned();
        assert_eq!(balance.held.cast_unsigned(), partner(number), "{} {}", balances::read_path(), number);
        assert_eq!(head.lines, partner(head.sequence.get()), "{}", balances::read_path());
        assert!(head.sequence.get() >= number, "a balance without its line");
        number
    };
    thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                let mut seen = 0;
                while seen < WRITES {
                    let number = look();
                    assert!(number >= seen, "went back from {seen} to {number}");
                    seen = number;
                }
            });
        }
        for number in 1..=WRITES {
            let balance = Balance { posted: number.cast_signed(), held: partner(number).cast_signed() };
            balances.publish(
                account,
                balance,
                Head { sequence: Sequence::new(number), lines: partner(number) },
            );
        }
    });
    assert_eq!(look(), WRITES);
}
