//! "Already here?": when two slips look like one exchange.
//!
//! Owns the name under which an exchange is remembered for this question. It is a claim of the entry, so that
//! two brokers who type the same slip at once cannot both be told it is new: the ledger decides them in order.
//!
//! - Two exchanges look alike with the same two people, either way round, the same day and the same length.
//!   Two sessions look alike with the same people in them, whoever gave, the same day and the same lengths given; and two
//!   of one standing group with the same day, whoever came: two brokers may count differently who walked.
//! - What one of two says looks like what the other says with the same giver, receiver and day, whatever the lengths:
//!   two remember one afternoon differently. It has a name for that beside the exchange's.
//! - The name says nothing about anybody: owner numbers, hashed. Anyone who has the journal can try them out,
//!   as they can read the entry itself.
//! - A reversal of the whole entry gives the name back, so that the slip can be entered again.
//!
//! ```text
//! key = first 16 bytes of SHA-256 of
//!   "hourbook already here 1", what u8 (1 exchange, 2 session, 3 said by one side, 4 session of a standing group),
//!   day i32, count u32, owners u32 … in rising order (3: giver, receiver; 4: the bank, the group's number),
//!   count u32, seconds i64 … in rising order (3 and 4: none)
//! ```
//!
//! Numbers are little-endian. The encoding is for ever as long as any claim made with it counts.
//!
//! Decided where the books of rules are silent: the people are those who helped and were helped, whichever
//! accounts moved, so that a slip does not become another by a standing choice that changed meanwhile. The day
//! and length are what is written. The activity and the rule of a session are left out, as two people describe
//! one afternoon in two ways. A guest has no number and is left out. Two who each helped the other on one day said
//! two things, so what one side says has a direction.

use aws_lc_rs::digest::{SHA256, digest};

use crate::domain::{
    Amount, BankNumber, Claim, ClaimFate, ClaimKey, ClaimUnit, ClaimWord, Day, OwnerNumber, Timestamp,
};

const LABEL: &[u8] = b"hourbook already here 1";
const EXCHANGE: u8 = 1;
const SESSION: u8 = 2;
const SAID: u8 = 3;
const STANDING: u8 = 4;

/// The name of an exchange between two people; which of them helped does not matter.
#[must_use]
pub fn exchange_key(people: [OwnerNumber; 2], day: Day, length: Amount) -> ClaimKey {
    key(EXCHANGE, people.to_vec(), day, vec![length])
}

/// The name of a session: everybody in it, givers too, and what each giver gave. The order does not matter.
#[must_use]
pub fn session_key(
    people: impl IntoIterator<Item = OwnerNumber>,
    day: Day,
    gave: impl IntoIterator<Item = Amount>,
) -> ClaimKey {
    key(SESSION, people.into_iter().collect(), day, gave.into_iter().collect())
}

/// The name of what one of two says of a day: who helped whom, however long.
#[must_use]
pub fn said_key(giver: OwnerNumber, receiver: OwnerNumber, day: Day) -> ClaimKey {
    hashed(SAID, &[giver.get(), receiver.get()], day, &[])
}

/// The name of the session of a standing group on a day, whoever came and however long it was.
#[must_use]
pub fn standing_key(bank: BankNumber, group: u16, day: Day) -> ClaimKey {
    hashed(STANDING, &[bank.get(), u32::from(group)], day, &[])
}

/// Whether somebody has said that this is another exchange than the one it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asked {
    /// Nobody has: one that is here already refuses it.
    NotYet,
    /// Somebody has: it counts beside the other, so that taking one of them back leaves the other known.
    IsAnother,
}

/// What an entry claims so that the next one that looks alike is asked about. The question is forgotten at
/// `until`; `word` is what the refusal is called.
#[must_use]
pub const fn claim(key: ClaimKey, until: Timestamp, word: ClaimWord, asked: Asked) -> Claim {
    let max = match asked {
        Asked::NotYet => 1,
        Asked::IsAnother => Amount::MAX.seconds(), // A counter has no room beyond.
    };
    // Who lets a proposal go, or rejects it, may write the slip down again.
    Claim { key, take: 1, max, until, unit: ClaimUnit::Times, fate: ClaimFate::GivenBack, word }
}

/// A claim of something that waited, now that somebody agrees to it and may have said that it is another one.
#[must_use]
pub const fn answered(made: Claim, asked: Asked) -> Claim {
    match (made.word, asked) {
        (ClaimWord::AlreadyHere, Asked::IsAnother) if made.take > 0 => {
            claim(made.key, made.until, made.word, asked)
        }
        _ => made,
    }
}

/// What the reversal of a whole entry gives back: all that its claim took. A counter that has ended since gets
/// nothing, and none falls below zero.
#[must_use]
pub const fn given_back(claim: Claim) -> Claim {
    Claim { take: claim.take.saturating_neg(), ..claim }
}

/// What is still taken by a hold and by the entry that ended it: what the one took and the other gave back is not.
#[must_use]
pub fn taken_by(hold: &[Claim], end: &[Claim]) -> Vec<Claim> {
    let given_back = |claim: &&Claim| end.iter().any(|other| other.take < 0 && other.key == claim.key);
    let of_hold = hold.iter().filter(|claim| !given_back(claim));
    of_hold.chain(end.iter().filter(|claim| claim.take > 0)).copied().collect()
}

fn key(what: u8, mut people: Vec<OwnerNumber>, day: Day, mut lengths: Vec<Amount>) -> ClaimKey {
    people.sort_unstable();
    people.dedup(); // A set.
    lengths.sort_unstable();
    let people: Vec<u32> = people.into_iter().map(OwnerNumber::get).collect();
    hashed(what, &people, day, &lengths)
}

fn hashed(what: u8, numbers: &[u32], day: Day, lengths: &[Amount]) -> ClaimKey {
    let mut bytes = LABEL.to_vec();
    bytes.push(what);
    bytes.extend(day.days().to_le_bytes());
    bytes.extend(count(numbers.len()).to_le_bytes());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend(count(lengths.len()).to_le_bytes());
    bytes.extend(lengths.iter().flat_map(|length| length.seconds().to_le_bytes()));
    let hash = digest(&SHA256, &bytes);
    let mut key = ClaimKey::default();
    for (byte, hashed) in key.iter_mut().zip(hash.as_ref()) {
        *byte = *hashed;
    }
    key
}

fn count(numbers: usize) -> u32 {
    u32::try_from(numbers).unwrap_or(u32::MAX) // At most 512 of an entry.
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn owner(number: u32) -> OwnerNumber {
        OwnerNumber::new(number)
    }

    fn amount(seconds: i64) -> Amount {
        Amount::new(seconds).unwrap()
    }

    /// Goal: step 11 of the story: Jonah's own slip is the one already here, and what differs in anything is
    /// not. Method: rows beside one exchange.
    #[test]
    fn the_same_slip_has_one_name() {
        let (jonah, hall, day) = (owner(11), owner(20), Day::from_days(20_591));
        let written = exchange_key([jonah, hall], day, amount(18_900));
        assert_eq!(exchange_key([hall, jonah], day, amount(18_900)), written, "either way round");
        let others = [
            exchange_key([jonah, hall], Day::from_days(20_592), amount(18_900)),
            exchange_key([jonah, hall], day, amount(18_000)),
            exchange_key([jonah, owner(21)], day, amount(18_900)),
            session_key([jonah, hall], day, [amount(18_900)]),
        ];
        assert!(others.iter().all(|other| *other != written));
        let said = said_key(jonah, hall, day);
        assert_eq!(said_key(jonah, hall, day), said, "however long");
        let others =
            [said_key(hall, jonah, day), said_key(jonah, hall, Day::from_days(20_592)), written, others[3]];
        assert!(others.iter().all(|other| *other != said));
        let of_group = standing_key(BankNumber::new(11), 20, day);
        let others = [
            standing_key(BankNumber::new(20), 11, day),
            standing_key(BankNumber::new(11), 20, Day::from_days(20_592)),
            said,
            session_key([jonah, hall], day, []),
        ];
        assert!(others.iter().all(|other| *other != of_group));
        let walk = session_key([1, 2, 3].map(owner), day, [amount(60), amount(90)]);
        assert_eq!(session_key([3, 1, 2, 3].map(owner), day, [amount(90), amount(60)]), walk);
        assert_ne!(session_key([1, 2, 3].map(owner), day, [amount(90)]), walk);
        assert_ne!(session_key([1, 2].map(owner), day, [amount(60), amount(90)]), walk);
    }

    /// Goal: the encoding stays what it is. Method: a hash worked out apart from this code.
    #[test]
    fn the_name_is_for_ever() {
        let key = exchange_key([owner(20), owner(11)], Day::from_days(20_591), amount(18_900));
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "415ef8089fd93cba59b0d951c528cf08");
    }

    /// Goal: one slip is one exchange until it is taken back or said to be another. Method: a counter as the
    /// ledger keeps it, by hand.
    #[test]
    fn a_name_is_taken_once_and_given_back() {
        let (key, until) = ([7; 16], Timestamp::from_micros(9));
        let [first, another] =
            [Asked::NotYet, Asked::IsAnother].map(|asked| claim(key, until, ClaimWord::ReceiptReused, asked));
        let mut taken = 0;
        let mut take = |claim: Claim| {
            assert_eq!((claim.key, claim.until, claim.unit), (key, until, ClaimUnit::Times));
            let fits = claim.take <= 0 || taken + claim.take <= claim.max;
            taken = if fits { (taken + claim.take).max(0) } else { taken };
            fits
        };
        assert!(take(first));
        assert!(!take(first), "already here");
        assert!(take(another), "somebody said it is another");
        assert!(take(given_back(another)));
        assert!(!take(first), "the other is still here");
        assert!(take(given_back(first)));
        assert!(take(first), "put right, so it can be written again");
        let seconds = Claim { take: 5_400, unit: ClaimUnit::Seconds, ..first };
        assert_eq!(given_back(seconds).take, -5_400, "all of it");
        let other = Claim { key: [8; 16], ..first };
        assert_eq!(taken_by(&[first], &[]), [first]);
        assert_eq!(taken_by(&[first], &[given_back(first), other]), [other], "the middle stands");
        assert_eq!(taken_by(&[], &[given_back(first), other]), [other]);
    }

    proptest! {
        /// Goal: names are equal exactly where people, day and lengths are. Method: many small sessions, which
        /// meet often, against a map by what they say.
        #[test]
        fn names_differ_where_sessions_do(
            sessions in prop::collection::vec(
                (prop::collection::btree_set(1..4_u32, 1..4), 0..2_i32, prop::collection::vec(1..3_i64, 1..3)),
                1..40),
        ) {
            let mut known = BTreeMap::new();
            for (people, day, mut lengths) in sessions {
                lengths.sort_unstable();
                let key = session_key(
                    people.iter().rev().map(|number| owner(*number)),
                    Day::from_days(day),
                    lengths.iter().rev().map(|seconds| amount(*seconds)),
                );
                let said = (people, day, lengths);
                prop_assert_eq!(known.entry(key).or_insert_with(|| said.clone()), &said);
                let same = known.iter().filter(|(_, other)| **other == said).count();
                prop_assert_eq!(same, 1);
            }
        }
    }
}
