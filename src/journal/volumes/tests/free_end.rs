//! Free segments at the end of a volume, found by the crash test that fills a disk.

use super::*;
use crate::journal::layout::SEGMENT_BYTES;

/// Goal: a sealed volume stays what it is, however sled treats free segments when it opens: it cuts
/// them off in one thread and fills them with zeros in another, and a full disk or a kill may keep
/// the second from happening. The volume was then refused as damaged ("db has 5242880 bytes, not
/// 6291456"), with every entry still in it.
/// Method: leave free segments at the end of a full volume and let it be sealed; its `db` must end
/// in one that holds something, and restarts that read everything must find it unchanged.
#[test]
fn a_sealed_volume_has_no_free_end() {
    let disk = Disk::new(48 * 1024);
    let model = disk.fill(8);
    let db = open::volume_path(&disk.path(), 1).join("db");
    fs::remove_file(catalogue::sealed_path(&disk.path(), 1)).unwrap();
    let length = fs::metadata(&db).unwrap().len().next_multiple_of(SEGMENT_BYTES as u64);
    fs::OpenOptions::new().write(true).open(&db).unwrap().set_len(length + 3 * SEGMENT_BYTES as u64).unwrap();
    let (journal, _) = disk.acquire();
    assert_eq!(journal.wait_until_sealed(), []);
    drop(journal);

    let bytes = fs::read(&db).unwrap();
    assert!(bytes.chunks(SEGMENT_BYTES).last().unwrap().iter().any(|byte| *byte != 0), "{}", bytes.len());
    for _ in 0..10 {
        let (journal, _) = disk.acquire();
        assert_holds(&*journal.reader(), &model);
        journal.reader().inspect(&mut |_| {}).unwrap();
        drop(journal);
        assert!(fs::read(&db).unwrap() == bytes, "reading changed it");
    }
}
