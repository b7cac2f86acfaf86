//! A whole installation on sled, with the ledger's own checkpoints beside.

use std::sync::Arc;
use std::time::Duration;

use hourbook::domain::{AccountNumber, Command, Kind, OwnerNumber, Sequence};
use hourbook::ledger::{Bounds, Detail, ManualClock, Mode};
use hourbook::network::{Network, NetworkOptions};
use hourbook::past::{Past, PastBounds};

use super::{catch_up, caught_up, checkpoints};
use crate::support::{HOUR, START, key, post, stay, wait_until, wide_bank, wide_members};

fn open(path: &std::path::Path) -> Network {
    let bounds = Bounds { checkpoint_entries: 25, ..Bounds::default() };
    let clock = Arc::new(ManualClock::new(START));
    Network::open(
        path,
        NetworkOptions { bounds, clock, on_failure: Box::new(stay), ..NetworkOptions::default() },
    )
    .unwrap()
}

fn account(slot: u32) -> AccountNumber {
    AccountNumber::from_slot(slot).unwrap()
}

/// Goal: both kinds of checkpoints live in one folder: neither removes the other's, all balances
/// checkpoints are kept, and a restart goes on where it was. Method: batches of eight while the past
/// follows, the ledger's checkpoint written again and again, two restarts.
#[test]
fn checkpoints_live_side_by_side() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut next = 10_u128;
    let mut expected = 0;
    for round in 0..3 {
        let network = open(folder.path());
        if round == 0 {
            let owner = network.register_owners(key(1), OwnerNumber::OPERATOR, 1).unwrap()[0];
            for (id, action) in [(2, wide_bank(owner)), (3, wide_members(owner, 2))] {
                network.ledger.post(Command::new(key(id), OwnerNumber::OPERATOR, action)).unwrap();
            }
        }
        let past = caught_up(&network.ledger, network.directory());
        assert_eq!(past.now(|fold| fold.account(account(3)).unwrap().posted), expected);
        for _ in 0..12 {
            let commands = (0..8).map(|_| {
                next += 1;
                let action = post(Kind::Exchange, &[(account(2), account(3), HOUR)]);
                Command::new(key(next), OwnerNumber::OPERATOR, action)
            });
            network.ledger.submit(commands.collect(), Mode::Write, Detail::Numbers).unwrap().wait().unwrap();
            network.ledger.checkpoint().unwrap();
            expected += 8 * HOUR;
        }
        catch_up(&past, &network.ledger);
        let (found, position) = past.balance_through_day(account(3), START.utc_day(), None).unwrap();
        assert_eq!((found, position), (expected, network.ledger.position()));
        let half = Sequence::new(network.ledger.position().get() / 2);
        let balance = network.ledger.books().balance_at(account(3), half).unwrap();
        assert_eq!(past.at(half).unwrap().account(account(3)).unwrap().posted, balance.posted);
    }
    let network = open(folder.path());
    let passed = network.ledger.position().get() / super::BOUNDS.checkpoint_entries;
    // Two that lie in one batch share a checkpoint; a batch here is shorter than the distance.
    assert_eq!(checkpoints(network.directory()).len() as u64, passed);
}

/// Goal: a follower that rests goes on at once for whoever needs more, and does not rest before it is there.
/// Method: one that rests an hour after every chunk, and ends that are several chunks away.
#[test]
fn the_follower_does_not_rest_while_it_is_waited_for() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let network = open(folder.path());
    let bounds = PastBounds { rest: Duration::from_secs(3_600), ..super::BOUNDS };
    let past = Past::open_with(&network.ledger, network.directory(), bounds).unwrap();
    for end in [30, 60] {
        for number in end - 29..=end {
            network.register_owners(key(number), OwnerNumber::OPERATOR, 1).unwrap();
        }
        let needed = network.ledger.position();
        let positions = past.positions_to(needed);
        wait_until("it went on", || *positions.borrow() == needed);
    }
}

/// Goal: the follower sleeps and is woken; it ends when its owner goes, and when the ledger goes.
/// Method: one entry after it slept; then the ledger goes first, and dropping the past still returns.
#[test]
fn the_follower_wakes_and_ends() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let network = open(folder.path());
    let past = caught_up(&network.ledger, network.directory());
    let positions = past.positions();
    network.register_owners(key(1), OwnerNumber::OPERATOR, 1).unwrap();
    wait_until("it moved", || *positions.borrow() == Sequence::new(1));
    let ledger = network.ledger;
    let alive = ledger.alive();
    drop(ledger);
    assert!(alive.has_changed().is_err());
    drop(past);
    assert!(positions.has_changed().is_err(), "nobody is left to say more");
}
