//! What every journal must do, whatever it is made of. One suite, run over memory and over sled.

use super::*;

mod tools;

pub(super) use tools::*;

/// The whole suite; each part on storage of its own.
pub(super) fn run(new_subject: &mut dyn FnMut() -> Box<dyn Subject>) {
    let parts: [fn(&mut dyn Subject); 9] = [
        appends_and_reads,
        conflicts,
        fences,
        reopens,
        drops_a_torn_batch,
        keeps_large_records,
        keeps_batches_of_any_size,
        reads_whole_batches,
        matches_a_naive_model,
    ];
    for part in parts {
        let mut subject = new_subject();
        part(&mut *subject);
        subject.check();
    }
}

/// Goal: what was acknowledged can be read, and nothing before it was acquired or appended.
/// Method: the plainest story.
fn appends_and_reads(subject: &mut dyn Subject) {
    let mut journal = subject.start();
    let reader = journal.reader();
    assert_eq!((reader.tip(), reader.read(Sequence::ZERO, 9).unwrap().len()), (Tip::EMPTY, 0));
    let early = journal.append(&Tip::EMPTY, &batch_of(&Tip::EMPTY, &[vec![1]]));
    assert!(matches!(early, Err(JournalError::NotApplied { cause: Cause::NotAcquired })), "{early:?}");

    let tip = journal.acquire().unwrap();
    assert_eq!(tip, Tip { epoch: 1, ..Tip::EMPTY });
    let records = records_of(10, 64, 1);
    let after = append(&mut *journal, &tip, &records);
    assert_eq!((after.epoch, after.position.get()), (1, 10));
    assert_eq!(reader.tip(), after);
    assert_holds(&*reader, &records);
    reader.inspect(&mut |_| {}).unwrap();
}

/// Goal: I3, a batch goes exactly where its writer believes, or nowhere; a refusal changes nothing.
/// Method: stale tip, wrong hash, batch built for another position; afterwards the right one works.
fn conflicts(subject: &mut dyn Subject) {
    let mut journal = subject.start();
    let start = journal.acquire().unwrap();
    let tip = append(&mut *journal, &start, &records_of(3, 20, 1));
    let batch = batch_of(&tip, &records_of(1, 20, 2));
    let wrong_hash = Tip { hash: [7; 32], ..tip };
    let skipping = Tip { position: tip.position.next(), ..tip };
    for (tip, batch) in [
        (&start, &batch_of(&start, &records_of(3, 20, 1))),
        (&wrong_hash, &batch),
        (&skipping, &batch),
        (&skipping, &batch_of(&skipping, &records_of(1, 20, 2))),
        (&tip, &batch_of(&skipping, &records_of(1, 20, 2))),
    ] {
        let refused = journal.append(tip, batch);
        assert!(matches!(refused, Err(JournalError::Conflict { .. })), "{refused:?}");
    }
    assert_eq!(journal.reader().tip(), tip);
    let tip = journal.append(&tip, &batch).unwrap();
    assert_eq!(tip.position.get(), 4);
    // An empty batch cannot be written by anybody, and who tries is broken: nothing more is taken.
    let empty = journal.append(&tip, &batch_of(&tip, &[]));
    assert!(matches!(empty, Err(JournalError::NotApplied { cause: Cause::Unusable(_) })), "{empty:?}");
    let after = journal.append(&tip, &batch_of(&tip, &records_of(1, 20, 3)));
    assert!(matches!(after, Err(JournalError::NotApplied { cause: Cause::Poisoned })), "{after:?}");
}

/// Goal: after `acquire` no older epoch can append, in this process or the next.
/// Method: tips of older epochs, at the right position with the right hash.
fn fences(subject: &mut dyn Subject) {
    let mut journal = subject.start();
    let first = journal.acquire().unwrap();
    let tip = append(&mut *journal, &first, &records_of(2, 20, 1));
    let second = journal.acquire().unwrap();
    assert_eq!((second.epoch, second.position, second.hash), (tip.epoch + 1, tip.position, tip.hash));
    let batch = batch_of(&tip, &records_of(1, 20, 2));
    let fenced = journal.append(&tip, &batch);
    assert!(matches!(fenced, Err(JournalError::Fenced { held: 1, current: 2 })), "{fenced:?}");
    drop(journal);
    let mut journal = subject.start();
    let third = journal.acquire().unwrap();
    assert_eq!((third.epoch, third.position), (3, tip.position));
    let fenced = journal.append(&second, &batch);
    assert!(matches!(fenced, Err(JournalError::Fenced { held: 2, current: 3 })), "{fenced:?}");
    let invented = Tip { epoch: 9, ..third };
    assert!(matches!(journal.append(&invented, &batch), Err(JournalError::Fenced { .. })));
    journal.append(&third, &batch).unwrap();
}

/// Goal: a restart keeps position, hash and every byte, and what was read is read the same again.
/// Method: compare all batches before and after, several times.
fn reopens(subject: &mut dyn Subject) {
    let mut model = Vec::new();
    let mut before: Vec<StoredBatch> = Vec::new();
    let mut position = (Sequence::ZERO, GENESIS);
    for round in 0..4 {
        let mut journal = subject.start();
        let mut tip = journal.acquire().unwrap();
        assert_eq!((tip.position, tip.hash), position);
        let reader = journal.reader();
        assert_eq!(reader.read(Sequence::new(1), usize::MAX).unwrap(), before);
        for batch in 0..5 {
            let records = records_of(7 + batch, 300, round * 10 + batch as u64);
            tip = append(&mut *journal, &tip, &records);
            model.extend(records);
        }
        before = reader.read(Sequence::new(1), usize::MAX).unwrap();
        position = (tip.position, tip.hash);
        assert_holds(&*reader, &model);
    }
}

/// Goal: all or nothing; a torn batch is gone after a restart and never comes back.
/// Method: tear one, restart, append others in its place, restart again. Three times over, also on
/// empty books.
fn drops_a_torn_batch(subject: &mut dyn Subject) {
    let mut model: Vec<Vec<u8>> = Vec::new();
    let mut journal = subject.start();
    for round in 0..3 {
        let tip = journal.acquire().unwrap();
        assert_holds(&*journal.reader(), &model);
        let torn = records_of(900, 100, 1000 + round);
        subject.tear(journal, &tip, &batch_of(&tip, &torn));
        journal = subject.start();
        let mut tip = journal.acquire().unwrap();
        assert_holds(&*journal.reader(), &model);
        // Fewer records than were torn: their keys must not show through.
        for salt in 0..3 {
            let records = records_of(30, 100, round * 7 + salt);
            tip = append(&mut *journal, &tip, &records);
            model.extend(records);
        }
        assert_holds(&*journal.reader(), &model);
        journal.reader().inspect(&mut |_| {}).unwrap();
        drop(journal);
        journal = subject.start();
    }
    journal.acquire().unwrap();
    assert_holds(&*journal.reader(), &model);
}

/// Goal: records larger than a page come back whole, next to small ones.
/// Method: every size around the edges of one, two and all pages; one byte above the limit.
fn keeps_large_records(subject: &mut dyn Subject) {
    let part = layout::PART_BYTES;
    let page = VALUE_BYTES_TARGET;
    let sizes = [
        0,
        1,
        127,
        128,
        page - 16,
        page - 15,
        page - 14,
        page - 13,
        page - 12,
        page,
        part,
        part + 1,
        2 * part,
        2 * part + 1,
        16_383,
        16_384,
        RECORD_BYTES_MAX - 1,
        RECORD_BYTES_MAX,
    ];
    let mut records: Vec<Vec<u8>> = Vec::new();
    for (salt, &size) in sizes.iter().enumerate() {
        records.extend(records_of(1, size, salt as u64));
        records.extend(records_of(2, 5, 100 + salt as u64));
        records.extend(records_of(1, size, 200 + salt as u64));
    }
    let mut journal = subject.start();
    let tip = journal.acquire().unwrap();
    let mut batch = batch_of(&tip, &records);
    let before = (batch.len(), batch.bytes());
    let too_large = batch.push(&vec![0; RECORD_BYTES_MAX + 1]);
    assert_eq!(too_large, Err(TooLarge { bytes: RECORD_BYTES_MAX + 1, bytes_max: RECORD_BYTES_MAX }));
    assert_eq!((batch.len(), batch.bytes()), before);
    assert!(batch.pages().all(|(_, page)| page.len() <= VALUE_BYTES_TARGET));
    journal.append(&tip, &batch).unwrap();
    let reader = journal.reader();
    assert_holds(&*reader, &records);
    for (index, expected) in records.iter().enumerate() {
        let record = reader.record(Sequence::new(index as u64 + 1)).unwrap().unwrap();
        assert!(record.bytes == *expected, "entry {}", index + 1);
    }
}

/// Goal: one record or twenty thousand, a batch is a batch.
/// Method: both, alternating, in one reused batch buffer.
fn keeps_batches_of_any_size(subject: &mut dyn Subject) {
    let mut journal = subject.start();
    let mut tip = journal.acquire().unwrap();
    let mut model = Vec::new();
    let mut batch = Batch::new();
    for (salt, count) in [1, 20_000, 1, 1, 3000].into_iter().enumerate() {
        let records = records_of(count, 64, salt as u64);
        batch.start(tip.position.next(), moment(tip.position.next()), tip.position);
        for record in &records {
            batch.push(record).unwrap();
        }
        assert_eq!(batch.last().get() as usize, model.len() + count);
        tip = journal.append(&tip, &batch).unwrap();
        model.extend(records);
    }
    assert_holds(&*journal.reader(), &model);
}

/// Goal: `read` begins with the batch that holds `from`, ends softly at the limit, returns whole
/// batches, and nothing past the tip.
/// Method: batches of known sizes, every `from`, several limits.
fn reads_whole_batches(subject: &mut dyn Subject) {
    let sizes = [1_u64, 4, 2, 300, 1, 9];
    let mut journal = subject.start();
    let mut tip = journal.acquire().unwrap();
    for (salt, &size) in sizes.iter().enumerate() {
        tip = append(&mut *journal, &tip, &records_of(size as usize, 90, salt as u64));
    }
    let reader = journal.reader();
    let total: u64 = sizes.iter().sum();
    for from in 0..=total {
        let mut end = 0;
        let index = sizes
            .iter()
            .take_while(|&&size| {
                end += size;
                end < from.max(1)
            })
            .count();
        for limit in [0, 1, 3, 7, usize::MAX] {
            let found: Vec<u64> = reader
                .read(Sequence::new(from), limit)
                .unwrap()
                .iter()
                .map(|batch| u64::from(batch.seal.count))
                .collect();
            let mut entries = 0;
            let expected: Vec<u64> = sizes[index..]
                .iter()
                .copied()
                .enumerate()
                .take_while(|&(at, size)| {
                    let take = at == 0 || entries < limit as u64;
                    entries += size;
                    take
                })
                .map(|(_, size)| size)
                .collect();
            assert_eq!(found, expected, "from {from} limit {limit}");
        }
    }
    for past in [total + 1, u64::MAX] {
        assert!(reader.read(Sequence::new(past), 5).unwrap().is_empty());
        assert_eq!(reader.record(Sequence::new(past)).unwrap(), None);
    }
}

/// Goal: after any sequence of batches, restarts and torn batches the books are the list of what
/// was appended.
/// Method: random, against a plain list; the seed is printed.
fn matches_a_naive_model(subject: &mut dyn Subject) {
    let mut random = Random::from_entropy("matches_a_naive_model");
    let mut model: Vec<Vec<u8>> = Vec::new();
    let mut journal = subject.start();
    let mut tip = journal.acquire().unwrap();
    for _ in 0..120 {
        let count = match random.below(10) {
            0 => 1,
            1 => 1 + random.below(2000),
            _ => 1 + random.below(100),
        };
        let records: Vec<Vec<u8>> = (0..count)
            .map(|_| {
                let size = match random.below(200) {
                    0 => random.below(RECORD_BYTES_MAX + 1),
                    1..20 => random.below(1000),
                    _ => random.below(150),
                };
                random.bytes(size)
            })
            .collect();
        match random.below(12) {
            0 => {
                subject.tear(journal, &tip, &batch_of(&tip, &records));
                journal = subject.start();
                tip = journal.acquire().unwrap();
            }
            1 => {
                drop(journal);
                journal = subject.start();
                tip = journal.acquire().unwrap();
            }
            2 => {
                let from = 1 + random.below(model.len() + 1);
                for record in journal
                    .reader()
                    .read(Sequence::new(from as u64), 500)
                    .unwrap()
                    .iter()
                    .flat_map(StoredBatch::records)
                {
                    assert!(
                        *record.bytes == model[record.sequence.get() as usize - 1],
                        "{}",
                        record.sequence
                    );
                }
            }
            _ => {
                tip = append(&mut *journal, &tip, &records);
                model.extend(records);
            }
        }
        assert_eq!(tip.position.get() as usize, model.len());
    }
    assert_holds(&*journal.reader(), &model);
    journal.reader().inspect(&mut |_| {}).unwrap();
}
