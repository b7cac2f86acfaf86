//! Bytes that grow from real examples, as a fuzzer grows them.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Bytes that are printed as text where they are text.
#[derive(Clone, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

/// The seeds of a target, in the order of their names.
pub fn seeds(target: &str) -> Vec<Bytes> {
    let folder = format!("{}/tests/fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    // What a fuzzer found lies beside them.
    files.retain(|file| file.extension().is_some_and(|extension| extension == "seed"));
    files.sort();
    files.into_iter().map(|file| Bytes(std::fs::read(file).unwrap())).collect()
}

/// One change: from where, how many bytes go, and what comes.
#[derive(Clone, Debug)]
struct Change {
    place: Index,
    gone: usize,
    comes: Vec<u8>,
}

/// A seed with up to six changes: bytes, pieces of other seeds, the same piece again.
pub fn grown(target: &str) -> impl Strategy<Value = Bytes> + use<> {
    let seeds = seeds(target);
    let piece = (select(seeds.clone()), any::<Index>(), 1..24_usize).prop_map(|(seed, place, length)| {
        let from = place.index(seed.0.len());
        seed.0[from..(from + length).min(seed.0.len())].to_vec()
    });
    let comes = prop_oneof![
        2 => vec(any::<u8>(), 0..3),
        2 => "[ -~\n]{0,3}".prop_map(String::into_bytes),
        3 => piece,
    ];
    let gone = prop_oneof![2 => Just(0), 3 => 1..3_usize, 1 => 0..24_usize];
    let change = (any::<Index>(), gone, comes);
    let change = change.prop_map(|(place, gone, comes)| Change { place, gone, comes });
    (select(seeds), vec(change, 0..7)).prop_map(|(Bytes(mut bytes), changes)| {
        for Change { place, gone, comes } in changes {
            let from = place.index(bytes.len() + 1);
            let to = (from + gone).min(bytes.len());
            bytes.splice(from..to, comes);
        }
        Bytes(bytes)
    })
}
