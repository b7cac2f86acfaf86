//! The newest ids, against a map.

use hashbrown::HashMap;
use proptest::prelude::*;

use super::super::testing::key;
use super::super::{Recent, Seed};
use crate::domain::{RequestKey, Scope, Sequence};

const SEED: Seed = Seed::new([0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b]);

#[derive(Clone, Debug)]
enum Step {
    /// So many ids after so many entries without one.
    Insert(u64, u64),
    /// Everything but the newest so many entries.
    Forget(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..2_000_u64, 0..5_u64).prop_map(|(ids, gap)| Step::Insert(ids, gap)),
        1 => (0..4_000_u64).prop_map(Step::Forget),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Goal: what is remembered is found with its entry, and nothing else, while the table grows, slots
    /// are used again and sequences pass 2^32.
    /// Method: random inserts and forgets; then every id that ever was is looked for.
    #[test]
    fn the_newest_ids_are_as_in_a_map(after in prop_oneof![Just(0), Just((1 << 32) - 3_000), Just(77)],
                                      steps in prop::collection::vec(step(), 1..30)) {
        let mut recent = Recent::new(SEED, Sequence::new(after), 1_000_000);
        let mut all: HashMap<RequestKey, u64> = HashMap::new();
        let (mut next, mut forgotten) = (after + 1, after);
        for step in steps {
            match step {
                Step::Insert(ids, gap) => {
                    next += gap;
                    for sequence in next..next + ids {
                        recent.insert(key(sequence), Sequence::new(sequence));
                        all.insert(key(sequence), sequence);
                    }
                    next += ids;
                }
                Step::Forget(left) => {
                    let through = next.saturating_sub(left);
                    recent.forget(Sequence::new(through));
                    forgotten = forgotten.max(through.min(next - 1));
                }
            }
            prop_assert_eq!(recent.after(), Sequence::new(forgotten));
            for (key, sequence) in &all {
                let expected = (*sequence > forgotten).then_some(Sequence::new(*sequence));
                prop_assert_eq!(recent.get(key), expected);
            }
            prop_assert_eq!(recent.get(&RequestKey { scope: Scope::new(1), ..key(next - 1) }), None);
            prop_assert_eq!(recent.get(&key(next)), None);
        }
    }
}

/// Goal: memory has its bound: a steady window takes no more after many entries than after few, and
/// there is no room beyond the maximum.
/// Method: a window of 40,000 moves over 600,000 entries.
#[test]
fn a_steady_window_takes_steady_memory() {
    let mut recent = Recent::new(SEED, Sequence::ZERO, 40_000);
    let mut first = None;
    for sequence in 1..=600_000 {
        if !recent.has_room() {
            assert_eq!(recent.len(), 40_000);
            recent.forget(Sequence::new(sequence - 30_000));
        }
        recent.insert(key(sequence), Sequence::new(sequence));
        if sequence == 100_000 {
            first = Some(recent.bytes());
        }
    }
    assert!(recent.bytes() <= first.unwrap(), "{} after {first:?}", recent.bytes());
    assert!(recent.bytes() < 4 << 20, "{}", recent.bytes());
    assert!((560_000..=600_000).all(|sequence| {
        let found = recent.get(&key(sequence));
        found == (sequence > recent.after().get()).then_some(Sequence::new(sequence))
    }));
}

/// Goal: ids that were chosen to meet under one seed do not under another.
/// Method: ids whose hash has ten zero bits at the top; under another seed about one in 1,024 has.
#[test]
fn who_does_not_know_the_seed_cannot_choose_ids_that_meet() {
    let meets = |seed: Seed, number: u64| seed.hash(&key(number)) >> 54 == 0;
    let chosen: Vec<u64> = (0..2_000_000).filter(|number| meets(SEED, *number)).collect();
    assert!((1_500..2_500).contains(&chosen.len()), "{}", chosen.len());
    let again = chosen.iter().filter(|number| meets(Seed::new([1, 2]), **number)).count();
    assert!(again < 20, "{again}");
}
