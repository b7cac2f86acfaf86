//! I6 once: no request id has two entries.
//!
//! Shares nothing with the files in which the ledger looks ids up: it reads them from the entries, sorts
//! them and looks at neighbours. Ids beyond a million are sorted in a file that has no name, in the
//! machine's folder for temporary files (`TMPDIR`): 28 bytes an id, gone when verify ends. If there is no
//! room for it, I6 is reported as not checked.
//!
//! Memory: 32 MiB, and 28 KiB for each million ids.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use super::report::{Check, Faults, Invariant};
use crate::audit::words::{FORGED, number_of};
use crate::domain::{RequestKey, Sequence};

/// Ids sorted in memory.
const IDS_IN_MEMORY_MAX: usize = 1 << 20;
/// Ids of one sorted part that are read at a time.
const IDS_READ: u64 = 1_024;
/// Bytes of an id, its scope and its entry in the file.
const FILED_BYTES: usize = 16 + 4 + 8;

/// An id, its scope and its entry.
type Filed = (u128, u32, u64);

/// All ids so far.
#[derive(Debug)]
pub struct Once {
    newest: Vec<Filed>,
    in_memory_max: usize,
    file: Option<File>,
    /// How many ids each sorted part of the file has.
    parts: Vec<u64>,
    ids: u64,
    failed: Option<io::Error>,
}

impl Default for Once {
    fn default() -> Self {
        Self::new(IDS_IN_MEMORY_MAX)
    }
}

impl Once {
    fn new(in_memory_max: usize) -> Self {
        Self { newest: Vec::new(), in_memory_max, file: None, parts: Vec::new(), ids: 0, failed: None }
    }

    /// Files the id of an entry.
    pub fn entry(&mut self, sequence: Sequence, key: RequestKey) {
        self.ids = self.ids.saturating_add(1);
        if self.failed.is_some() {
            return;
        }
        self.newest.push((u128::from_be_bytes(key.id.bytes()), key.scope.get(), sequence.get()));
        if self.newest.len() >= self.in_memory_max
            && let Err(error) = self.put_away()
        {
            self.failed = Some(error);
            self.newest = Vec::new();
        }
    }

    /// What was found about I6.
    pub fn check(mut self) -> Check {
        let mut repeated = Repeated::default();
        if self.failed.is_none() {
            self.failed = self.each(|filed| repeated.look(filed)).err();
        }
        let mut faults = Faults::default();
        for _ in 0..repeated.number {
            faults.add(|| repeated.words());
        }
        let mut check = faults.check(Invariant::Once, &[(self.ids, "request id", "request ids")]);
        check.not_checked = self.failed.map(|error| {
            format!(
                "Not all request ids were compared, as the machine's folder for temporary files did not take \
                 them ({error}): make room there, or name another in TMPDIR."
            )
        });
        check
    }

    /// Sorts what is in memory and puts it into the file.
    fn put_away(&mut self) -> io::Result<()> {
        self.newest.sort_unstable();
        let file = match &mut self.file {
            Some(file) => file,
            none @ None => none.insert(tempfile::tempfile()?),
        };
        for filed in self.newest.chunks(4_096) {
            let mut bytes = Vec::with_capacity(4_096 * FILED_BYTES);
            for (id, scope, sequence) in filed {
                bytes.extend_from_slice(&id.to_be_bytes());
                bytes.extend_from_slice(&scope.to_be_bytes());
                bytes.extend_from_slice(&sequence.to_be_bytes());
            }
            file.write_all(&bytes)?;
        }
        self.parts.push(number_of(self.newest.len()));
        self.newest.clear();
        Ok(())
    }

    /// All ids in order: the sorted parts of the file, and what is in memory.
    fn each(&mut self, mut visit: impl FnMut(Filed)) -> io::Result<()> {
        self.newest.sort_unstable();
        let mut first = 0;
        let mut parts = vec![Part { next: 0, end: 0, read: std::mem::take(&mut self.newest).into() }];
        for ids in &self.parts {
            parts.push(Part { next: first, end: first.saturating_add(*ids), read: VecDeque::new() });
            first = first.saturating_add(*ids);
        }
        let mut heads = BinaryHeap::new();
        for (place, part) in parts.iter_mut().enumerate() {
            heads.extend(part.take(self.file.as_ref())?.map(|filed| Reverse((filed, place))));
        }
        while let Some(Reverse((filed, place))) = heads.pop() {
            visit(filed);
            if let Some(part) = parts.get_mut(place) {
                heads.extend(part.take(self.file.as_ref())?.map(|filed| Reverse((filed, place))));
            }
        }
        Ok(())
    }
}

/// A sorted part.
struct Part {
    /// The next id to read from the file, counted from its beginning.
    next: u64,
    end: u64,
    read: VecDeque<Filed>,
}

impl Part {
    fn take(&mut self, file: Option<&File>) -> io::Result<Option<Filed>> {
        if let (true, true, Some(file)) = (self.read.is_empty(), self.next < self.end, file) {
            let ids = IDS_READ.min(self.end.saturating_sub(self.next));
            let mut bytes = vec![0; FILED_BYTES.saturating_mul(usize::try_from(ids).unwrap_or(0))];
            file.read_exact_at(&mut bytes, self.next.saturating_mul(number_of(FILED_BYTES)))?;
            self.read.extend(bytes.as_chunks::<FILED_BYTES>().0.iter().filter_map(filed));
            self.next = self.next.saturating_add(ids);
        }
        Ok(self.read.pop_front())
    }
}

fn filed(bytes: &[u8; FILED_BYTES]) -> Option<Filed> {
    let (id, rest) = bytes.split_first_chunk()?;
    let (scope, sequence) = rest.split_first_chunk()?;
    let sequence = u64::from_be_bytes(*sequence.first_chunk()?);
    Some((u128::from_be_bytes(*id), u32::from_be_bytes(*scope), sequence))
}

/// Ids that came again.
#[derive(Default)]
struct Repeated {
    before: Option<Filed>,
    number: u64,
    /// The one whose second entry is the earliest, and that entry.
    first: Option<(Filed, u64)>,
}

impl Repeated {
    fn look(&mut self, filed: Filed) {
        let (id, scope, sequence) = filed;
        let before = self.before.replace(filed).filter(|before| (before.0, before.1) == (id, scope));
        let Some(before) = before else { return };
        self.number = self.number.saturating_add(1);
        if self.first.is_none_or(|(_, second)| sequence < second) {
            self.first = Some((before, sequence));
        }
    }

    fn words(&self) -> String {
        let ((id, scope, before), sequence) = self.first.unwrap_or_default();
        let id = uuid::Uuid::from_u128(id);
        format!(
            "Entries {before} and {sequence} carry the same request id {id} of scope {scope}: what was asked once was \
             written twice. {FORGED}. If the second moved hours, reverse it."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{RequestId, Scope};

    /// Goal: an id that comes again is found wherever it was put, and the earliest is named, with as much
    /// memory as for a handful of ids.
    /// Method: 1,000 ids in no order, ten at a time in memory; three come again, one in another scope.
    #[test]
    fn repeated_ids_are_found_in_the_file() {
        for in_memory_max in [10, 5_000] {
            let mut once = Once::new(in_memory_max);
            let mut enter = |sequence: u64, number: u128, scope| {
                let id = RequestId::derived(((number * 0x9e37_79b9_7f4a_7c15) << 40).to_be_bytes());
                once.entry(Sequence::new(sequence), RequestKey { scope: Scope::new(scope), id });
            };
            (1..=1_000_u32).for_each(|number| enter(number.into(), number.into(), 0));
            enter(1_001, 700, 1);
            enter(1_002, 900, 0);
            enter(1_003, 3, 0);
            enter(1_004, 900, 0);
            assert!(once.newest.len() <= in_memory_max);
            let check = once.check();
            assert_eq!((check.faults, check.counts[0].number, check.not_checked), (3, 1_004, None));
            let said = check.first_fault.unwrap();
            assert!(said.starts_with("Entries 900 and 1002 carry the same request id "), "{said}");
        }
    }

    /// Goal: a file that cannot be read back is said, not passed over.
    #[test]
    fn ids_that_were_not_compared_are_said() {
        let mut once = Once::new(10);
        for number in 1..=25_u8 {
            let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::derived([number; 16]) };
            once.entry(Sequence::new(number.into()), key);
        }
        once.file.as_ref().unwrap().set_len(100).unwrap();
        let check = once.check();
        assert!(check.not_checked.unwrap().contains("TMPDIR"));
    }
}
