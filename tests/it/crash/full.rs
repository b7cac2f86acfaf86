//! Full disks: refused in time, and stopped where it was too late.

use hourbook::ledger::FAIL_STOP_EXIT_CODE;
use hourbook::network::Network;

use super::check::check;
use super::disk::Disk;
use super::heard::{Heard, Said};
use super::orders::Orders;
use super::process::Child;

const DISK_BYTES: u64 = 64 << 20;
const BALLAST_BYTES: usize = 32 << 20;
const HEADROOM_BYTES: u64 = 10 << 20;
/// More requests than what sealing frees by itself has room for.
const MUCH: u64 = 20_000;

/// Goal: I4 durable, I6 once: a disk that is nearly full refuses the new with `DISK_LOW`, goes on
/// answering the known, and takes up again without a restart once there is room.
/// Method: a disk of our own is filled by the load itself; after answers to known requests were
/// heard, a ballast file is deleted; then refused requests must come through with their old ids.
#[test]
fn a_low_disk_refuses_until_there_is_room() {
    let Some(disk) = Disk::new(DISK_BYTES, "crash::full::a_low_disk_refuses_until_there_is_room") else {
        return;
    };
    let ballast = disk.ballast(BALLAST_BYTES);
    let orders = Orders { disk_headroom_bytes: HEADROOM_BYTES, ..Orders::load(disk.data(), 1) };
    let (mut child, mut heard) = (Child::start(&orders), Heard::nothing());

    assert_eq!(child.hear(&mut heard, 2_000, |said| said == Said::DiskLow), 2_000, "it ended");
    // While sealing makes a little room now and then, a little is accepted; the known always is.
    assert_eq!(child.hear(&mut heard, 50, |said| said == Said::Again), 50, "it ended");

    std::fs::remove_file(ballast).unwrap();
    assert_eq!(child.hear(&mut heard, 20, |said| said == Said::AcceptedAtLast), 20, "it ended");
    let new = child.hear(&mut heard, MUCH, |said| said == Said::Accepted);
    assert_eq!(new, MUCH, "it ended");
    child.kill();
    child.hear_rest(&mut heard);
    child.ended();
    let report = check(&orders, &mut heard).unwrap();
    println!("{} acknowledged, {report:?}", heard.accepted.len());
    assert!(report.volumes_sealed > 0, "{report:?}");
}

/// Goal: I4 durable: a write that finds no room stops the ledger for good, and everything it had
/// acknowledged is there once there is room again.
/// Method: no headroom, so the load runs into the wall; exit code; opened on the full disk, which may
/// fail but not lose; ballast deleted; compared; and a next child goes on.
#[test]
fn i4_a_full_disk_stops_and_loses_nothing() {
    let Some(disk) = Disk::new(DISK_BYTES, "crash::full::i4_a_full_disk_stops_and_loses_nothing") else {
        return;
    };
    let ballast = disk.ballast(BALLAST_BYTES);
    let orders = Orders::load(disk.data(), 1);
    let (mut child, mut heard) = (Child::start(&orders), Heard::nothing());
    child.hear_rest(&mut heard);
    let ended = child.ended();
    assert_eq!(ended.code, Some(FAIL_STOP_EXIT_CODE), "{ended:?}");
    // Where another thread of the store meets the wall first, its flush never returns: then it is the watchdog that
    // stops the ledger, a minute later. Seen on a busy machine.
    let whys = ["the journal did not take a batch", "a write has not returned for"];
    assert!(whys.iter().any(|why| ended.errors.contains(why)), "{ended:?}");

    let on_full_disk = Network::open(&orders.directory, orders.network()).map(drop);
    println!("opened on the full disk: {:?}", on_full_disk.map_err(|error| error.to_string()));

    std::fs::remove_file(ballast).unwrap();
    check(&orders, &mut heard).unwrap();
    let next = Orders { cycle: 2, ..orders };
    let mut child = Child::start(&next);
    let before = heard.accepted.len();
    child.hear_acks(&mut heard, 500);
    child.kill();
    child.hear_rest(&mut heard);
    child.ended();
    assert!(heard.accepted.len() > before + 300, "it went on");
    check(&next, &mut heard).unwrap();
}
