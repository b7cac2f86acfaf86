//! Power cuts: what had not reached the disk is gone.

use super::check::{Report, check};
use super::disk::{Disk, has};
use super::heard::Heard;
use super::load::Dice;
use super::orders::Orders;
use super::process::Child;
use hourbook::journal::Sync;

const CYCLES: u16 = 10;
/// The power goes off after at most this many acknowledged requests.
const ACKS_MAX: u64 = 8_000;
const DISK_BYTES: u64 = 256 << 20;
/// Without syncs a loss shows in the first cut; this many are allowed.
const CYCLES_UNTIL_LOSS: u16 = 3;

/// Goal: I4 durable: ten power cuts under load lose nothing that was acknowledged before the cut.
/// Method: an ext4 of our own is shut down without flushing its journal, after a random number of
/// acknowledgements; mounted again, and every acknowledgement read before the cut is compared.
#[test]
fn i4_ten_power_cuts_lose_nothing() {
    let Some(mut bench) = Bench::new("crash::power::i4_ten_power_cuts_lose_nothing", 0x5eed_0002) else {
        return;
    };
    let mut report = Report::default();
    for cycle in 1..=CYCLES {
        let mut orders = Orders::load(bench.disk.data(), cycle);
        if cycle % 2 == 0 {
            // Checkpoints are cut off, too. Not always: each sync of theirs takes along what others
            // had written, and would hide a sync that the journal forgot.
            orders.checkpoint_entries = 2_000;
        }
        report =
            bench.cut(&orders).unwrap_or_else(|what| panic!("seed {:#x}, cut {cycle}: {what}", bench.seed));
    }
    println!("{} acknowledged, {report:?}", bench.heard.accepted.len());
    assert!(report.volumes_sealed >= 1, "{report:?}");
}

/// Goal: shows what the sync is for, and that the test above can fail.
/// Method: the same with the sync of the journal taken away: acknowledged entries must be gone, or
/// the books must not open, within three cuts.
#[test]
fn without_the_sync_cuts_lose_entries() {
    let Some(mut bench) = Bench::new("crash::power::without_the_sync_cuts_lose_entries", 0x5eed_0003) else {
        return;
    };
    for cycle in 1..=CYCLES_UNTIL_LOSS {
        let orders = Orders { sync: Sync::Skipped, ..Orders::load(bench.disk.data(), cycle) };
        if let Err(loss) = bench.cut(&orders) {
            println!("cut {cycle}: {loss}");
            return;
        }
    }
    panic!("{CYCLES_UNTIL_LOSS} cuts without a sync lost nothing: the cut does not cut");
}

struct Bench {
    disk: Disk,
    dice: Dice,
    heard: Heard,
    seed: u64,
}

impl Bench {
    /// Books with both banks in them, safe on a disk of their own.
    fn new(test: &str, seed: u64) -> Option<Self> {
        if !has("python3", &["-c", "import fcntl"], test) {
            return None;
        }
        let mut disk = Disk::new(DISK_BYTES, test)?;
        println!("seed {seed:#x}");
        let mut heard = Heard::nothing();
        let orders = Orders::load(disk.data(), 0);
        let mut child = Child::start(&orders);
        child.hear_acks(&mut heard, 100);
        child.kill();
        child.hear_rest(&mut heard);
        child.ended();
        check(&orders, &mut heard).unwrap();
        disk.unmount();
        disk.mount().unwrap();
        Some(Self { disk, dice: Dice(seed), heard, seed })
    }

    /// One cut under load, and what is found afterwards.
    fn cut(&mut self, orders: &Orders) -> Result<Report, String> {
        let mut child = Child::start(orders);
        child.ready();
        let plug = self.disk.plug();
        child.hear_acks(&mut self.heard, 1 + self.dice.below(ACKS_MAX));
        child.hear_what_is_there(&mut self.heard);
        plug.pull();
        // What it says from now on may have been in the pipe already, or not: it does not count.
        child.kill();
        child.ended();
        self.disk.unmount();
        self.disk.mount()?;
        check(orders, &mut self.heard)
    }
}
