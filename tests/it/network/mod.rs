//! A whole installation on sled: damage on disk, keys and erasure, what may be deleted.

mod cards;
mod damage;
mod keys;
mod starting;

use std::path::Path;
use std::sync::Arc;

use hourbook::domain::{AccountNumber, Command, Kind, OwnerNumber};
use hourbook::journal::VolumesOptions;
use hourbook::ledger::{Bounds, Decision, Detail, ManualClock, Mode};
use hourbook::network::{Network, NetworkError, NetworkOptions};

use crate::support::{HOUR, START, key, post, stay, wide_bank, wide_members};

/// Small volumes, so that a test fills several.
const VOLUME_BYTES: u64 = 64 << 10;

fn open(folder: &Path) -> Result<Network, NetworkError> {
    Network::open(folder, options_with_checkpoints(Bounds::default().checkpoint_entries))
}

fn options_with_checkpoints(checkpoint_entries: u64) -> NetworkOptions {
    let mut options = NetworkOptions {
        bounds: Bounds { checkpoint_entries, ..Bounds::default() },
        clock: Arc::new(ManualClock::new(START)),
        on_failure: Box::new(stay),
        ..NetworkOptions::default()
    };
    options.volumes = VolumesOptions { volume_bytes_max: VOLUME_BYTES, ..VolumesOptions::default() };
    options
}

/// A temporary folder on the disk of the build, not in memory.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn account(slot: u32) -> AccountNumber {
    AccountNumber::from_slot(slot).unwrap()
}

/// A bank with ten members in slots 2 to 11.
fn open_a_bank(network: &Network) {
    let owner = network.register_owners(key(1), OwnerNumber::OPERATOR, 1).unwrap()[0];
    for (id, action) in [(2, wide_bank(owner)), (3, wide_members(owner, 10))] {
        network.ledger.post(Command::new(key(id), OwnerNumber::OPERATOR, action)).unwrap();
    }
}

/// Exchanges among the members, in batches of fifty; request ids from `first` on.
fn exchange_many(network: &Network, first: u128, count: u128) {
    for batch in (first..first + count).step_by(50) {
        let commands = (batch..batch + 50)
            .map(|number| {
                let (debit, credit) = (2 + (number % 10) as u32, 2 + ((number + 3) % 10) as u32);
                let transfers = [(account(debit), account(credit), HOUR / 4)];
                Command::new(key(number), OwnerNumber::OPERATOR, post(Kind::Exchange, &transfers))
            })
            .collect();
        let decisions =
            network.ledger.submit(commands, Mode::Write, Detail::Numbers).unwrap().wait().unwrap().decisions;
        assert!(decisions.iter().all(|decision| matches!(decision, Decision::Accepted(_))));
    }
}
