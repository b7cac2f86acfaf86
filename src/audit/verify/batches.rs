//! What is true of batches, whatever their entries say.
//!
//! - I3 dense: entries follow each other without gap or double, written by one writer after the other
//!   at moments that never go back.
//! - I4 durable: every entry is in a sealed batch whose checksum fits; nothing unsealed (`inspect`).
//! - I5 visible: no batch took for durable what was not written before it, and none less than before.
//! - I7 chained: every hash is the one worked out from the bytes and the hash before.
//!
//! Across a part that cannot be read the chain is taken up again by the word of the next batch.

use super::report::{Check, Faults, Invariant};
use crate::audit::words::{DAMAGED, FORGED};
use crate::domain::{Sequence, Timestamp};
use crate::journal::codec::DecodeError;
use crate::journal::{GENESIS, Hash, Inspection, ReadError, StoredBatch, Tip};

/// Where the batches so far have led.
#[derive(Debug)]
pub struct Batches {
    /// The entry that should come next.
    pub next: Sequence,
    /// When the record before was written down.
    pub recorded_at: Option<Timestamp>,
    /// Hash of the batch before; none after a part that cannot be read.
    previous: Option<Hash>,
    committed: Sequence,
    epoch: u64,
    number: u64,
    entries: u64,
    hashed: u64,
    inspection: Inspection,
    /// Entries that cannot be read: the first and the last part, as far as there are any.
    unreadable: Option<(Sequence, Sequence)>,
    dense: Faults,
    durable: Faults,
    visible: Faults,
    chained: Faults,
}

impl Default for Batches {
    fn default() -> Self {
        Self {
            next: Sequence::new(1),
            recorded_at: None,
            previous: Some(GENESIS),
            committed: Sequence::ZERO,
            epoch: 0,
            number: 0,
            entries: 0,
            hashed: 0,
            inspection: Inspection::default(),
            unreadable: None,
            dense: Faults::default(),
            durable: Faults::default(),
            visible: Faults::default(),
            chained: Faults::default(),
        }
    }
}

fn name(batch: &StoredBatch) -> String {
    format!("the batch of entries {} to {}", batch.first(), batch.last())
}

impl Batches {
    /// Checks the next batch.
    pub fn batch(&mut self, batch: &StoredBatch) {
        self.number += 1;
        self.check_order(batch);
        self.check_times(batch);
        if !batch.verify_checksum() {
            self.durable
                .add(|| format!("The checksum of {} does not fit its bytes. {DAMAGED}.", name(batch)));
        }
        self.check_committed(batch);
        self.check_chain(batch);
        self.next = self.next.max(batch.last().next());
    }

    fn check_order(&mut self, batch: &StoredBatch) {
        let (expected, first) = (self.next, batch.first());
        if first > expected {
            self.dense.add(|| {
                format!(
                    "Entry {expected} should follow entry {}, but {first} does: {} are missing. Keep a copy of the journal, and \
                     restore the newest backup that verifies.",
                    expected.previous(),
                    first.get().saturating_sub(expected.get())
                )
            });
        } else if first < expected {
            self.dense.add(|| {
                format!(
                    "Entry {first} is there twice: {} follows entry {}. Keep a copy of the journal, and restore the newest \
                     backup that verifies.",
                    name(batch),
                    expected.previous()
                )
            });
        }
        if batch.seal.epoch < self.epoch {
            let (epoch, before) = (batch.seal.epoch, self.epoch);
            self.dense.add(|| {
                format!(
                    "Writer {epoch} wrote {} after writer {before} had taken over. {FORGED}.",
                    name(batch)
                )
            });
        }
        self.epoch = self.epoch.max(batch.seal.epoch);
    }

    fn check_times(&mut self, batch: &StoredBatch) {
        for record in batch.records() {
            self.entries += 1;
            if let Some(before) = self.recorded_at.filter(|before| record.recorded_at < *before) {
                let (sequence, at) = (record.sequence, record.recorded_at);
                self.dense.add(|| {
                    format!(
                        "Entry {sequence} says it was written down at {at}, but entries before it were at {before}: time goes \
                         back. {FORGED}."
                    )
                });
            }
            // Its own, not the latest: one leap back is one fault, not one for every entry after it.
            self.recorded_at = Some(record.recorded_at);
        }
    }

    fn check_committed(&mut self, batch: &StoredBatch) {
        let committed = batch.seal.committed;
        if committed >= batch.first() {
            self.visible.add(|| {
                format!(
                    "The writer of {} took entry {committed} for durable, but only entry {} was written before: answers may \
                     have rested on what was not on disk. {FORGED}.",
                    name(batch),
                    batch.first().previous()
                )
            });
        } else if committed < self.committed {
            let before = self.committed;
            self.visible.add(|| {
                format!(
                    "The writer of {} took entry {committed} for durable, less than entry {before}, which an earlier batch did: \
                     what is durable stays so. {FORGED}.",
                    name(batch)
                )
            });
        }
        self.committed = committed;
    }

    fn check_chain(&mut self, batch: &StoredBatch) {
        let previous = self.previous.unwrap_or(batch.seal.previous);
        if batch.seal.previous != previous {
            self.chained.add(|| {
                format!(
                    "The seal of {} names another batch before it ({}) than the one that is there ({}): one of the two was \
                     exchanged. Keep a copy of the journal, and compare it with the newest backup that verifies.",
                    name(batch),
                    short(&batch.seal.previous),
                    short(&previous)
                )
            });
        } else if batch.hash_after(&previous) != batch.seal.hash {
            self.chained.add(|| {
                format!(
                    "The hash of {} is {} by its seal and {} by its bytes: a byte was changed after it was written. Keep a copy \
                     of the journal, and compare it with the newest backup that verifies.",
                    name(batch),
                    short(&batch.seal.hash),
                    short(&batch.hash_after(&previous))
                )
            });
        }
        self.hashed += 1;
        // By its own word, so that one exchanged batch is one fault.
        self.previous = Some(batch.seal.hash);
    }

    /// Entries that cannot be read.
    pub fn unreadable(&mut self, from: Sequence, to: Sequence, error: &ReadError) {
        self.durable.add(|| {
            let next = if matches!(error, ReadError::Io { .. }) {
                "Look at the disk; if it cannot be read, put that volume back from a backup that verifies"
            } else {
                DAMAGED
            };
            format!("Entries {from} to {to} cannot be read: {error}. {next}.")
        });
        self.unreadable = Some(self.unreadable.map_or((from, to), |(first, _)| (first, to)));
        self.previous = None;
        self.next = to.next();
    }

    /// A record of a whole batch that is no entry.
    pub fn undecodable(&mut self, sequence: Sequence, error: &DecodeError) {
        self.durable.add(|| {
            format!(
                "Entry {sequence} is whole on disk but no entry: {error}. It was written by another program or another version: \
                 keep a copy of the journal, and verify it with the version that wrote it."
            )
        });
    }

    /// The journal ends before `through`.
    pub fn missing(&mut self, sequence: Sequence, through: Sequence) {
        self.durable.add(|| {
            format!(
                "Entries through {through} were acknowledged, but the journal has nothing where entry {sequence} should be. Stop \
                 the server and restore the newest backup that verifies."
            )
        });
    }

    /// What `inspect` said about the store.
    pub fn inspected(&mut self, inspected: Result<Inspection, ReadError>) {
        match inspected {
            Ok(inspection) => self.inspection = inspection,
            Err(error) => {
                self.durable.add(|| format!("The store is not what was written: {error}. {DAMAGED}."))
            }
        }
    }

    /// What the running process holds for true: the newest batch must be its tip, and nobody may see
    /// more than the tip.
    pub fn served(&mut self, seen: Sequence, tip: &Tip) {
        if seen > tip.position {
            self.visible.add(|| {
                format!("Balances show entry {seen}, but only entry {} is on disk. Stop the server and report this as a defect.", tip.position)
            });
        }
        let at_the_end = tip.position == self.next.previous();
        if let Some(hash) = self.previous.filter(|hash| at_the_end && *hash != tip.hash) {
            self.chained.add(|| {
                format!(
                    "The newest batch, through entry {}, has the hash {}, but the process wrote {}: it was exchanged on disk. Stop \
                     the server, keep a copy of the journal, and compare it with the newest backup that verifies.",
                    tip.position,
                    short(&hash),
                    short(&tip.hash)
                )
            });
        }
    }

    /// What was found about I3, I4, I5 and I7.
    pub fn checks(&self) -> [Check; 4] {
        let batches = (self.number, "batch", "batches");
        let volumes = u64::from(self.inspection.volumes_sealed) + u64::from(self.inspection.volumes_open);
        let mut checks = [
            self.dense.check(Invariant::Dense, &[(self.entries, "entry", "entries")]),
            self.durable.check(Invariant::Durable, &[batches, (volumes, "volume", "volumes")]),
            self.visible.check(Invariant::Visible, &[batches]),
            self.chained.check(Invariant::Chained, &[(self.hashed, "batch", "batches")]),
        ];
        if let Some((from, to)) = self.unreadable {
            for check in &mut checks {
                check.not_checked =
                    Some(format!("Not checked between entries {from} and {to}, where some cannot be read."));
            }
        }
        checks
    }
}

/// The first bytes of a hash, enough to tell two apart by eye.
fn short(hash: &Hash) -> String {
    hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
