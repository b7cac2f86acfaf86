//! Request ids derived from slips, so that a list that is sent again doubles nothing.
//!
//! The id of a slip is a UUID of version 8 around the first 16 bytes of SHA-256 over a version tag, what the slip says (bank, day,
//! both accounts, length, activity, note), whether it is answered to be another one, and its ordinal among those of the
//! list that are equal in all of that. Its place has no part in it, so lines may be taken out, put in and swapped.
//!
//! What follows, where one of equal slips is written and somebody answers `another` to the next:
//!
//! - The answered one has the same id in the whole list and in the rest of it alone: it is written once, however often and in
//!   whatever order both are sent.
//! - Without the answer it is the first one, which is written already: nothing is written, and that is said with what to answer.
//! - An answer that is taken out again asks again, as the books know that it looks like another one: they ask about every slip
//!   without that answer, whatever its id.
//! - One more is one more line with the answer, beside the others or with a note of its own.
//!
//! Why `yes` and `because` have no part in it: they say how a slip may be written, not which one it is, and taken out again they
//! leave the slip known.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};

use crate::api;
use crate::domain::RequestId;

/// First in every hash. Another way to derive ids needs another tag, and writes every list a second time.
const TAG: &[u8] = b"hourbook slip 2";
/// The same of a slip that is answered to be another one.
const TAG_OF_ANOTHER: &[u8] = b"hourbook another slip 2";

/// Ids of slips, in the order of the list.
#[derive(Debug, Default)]
pub struct SlipIds {
    /// How often a slip was seen, by what it says.
    seen: HashMap<Vec<u8>, u32>,
}

impl SlipIds {
    /// The id of the next slip, which says so.
    pub fn of(&mut self, bank: u32, slip: &api::RecordExchangeRequest) -> RequestId {
        let length = slip.length.clone().unwrap_or_default();
        let day = slip.occurred_on.unwrap_or_default();
        let mut bytes = if slip.is_another { TAG_OF_ANOTHER } else { TAG }.to_vec();
        for number in [bank, slip.giver_account_number, slip.receiver_account_number, slip.activity_number] {
            bytes.extend(number.to_le_bytes());
        }
        for number in [day.year, day.month, day.day] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(length.amount_seconds.to_le_bytes());
        for text in [&length.typed, &slip.memo] {
            // A cell is shorter than that.
            bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
        let ordinal = self.seen.entry(bytes.clone()).and_modify(|ordinal| *ordinal += 1).or_insert(0);
        bytes.extend(ordinal.to_le_bytes());
        let hash = digest(&SHA256, &bytes);
        RequestId::derived(hash.as_ref().first_chunk().copied().unwrap_or_default()) // 32 bytes hold 16.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip(hours: &str, memo: &str) -> api::RecordExchangeRequest {
        api::RecordExchangeRequest {
            giver_account_number: 10_043,
            receiver_account_number: 10_035,
            length: Some(crate::cli::commands::slips::list::length(hours)),
            occurred_on: Some(api::Date { year: 2026, month: 6, day: 1 }),
            memo: memo.into(),
            ..api::RecordExchangeRequest::default()
        }
    }

    fn another(slip: &api::RecordExchangeRequest) -> api::RecordExchangeRequest {
        api::RecordExchangeRequest { is_another: true, ..slip.clone() }
    }

    fn ids(slips: &[api::RecordExchangeRequest]) -> Vec<RequestId> {
        let mut ids = SlipIds::default();
        slips.iter().map(|slip| ids.of(1, slip)).collect()
    }

    /// Goal: a slip has the same id whatever is around it; equal slips have ids of their own, and so has whatever says something
    /// else, and one that is another. Method: lists in two orders; each thing changed once.
    #[test]
    fn what_makes_a_slip_the_same() {
        let (one, other) = (slip("1:30", ""), slip("1", "tea"));
        let first = ids(&[one.clone(), other.clone(), one.clone()]);
        let again = ids(&[other, one.clone(), one.clone()]);
        assert_eq!([first[0], first[2], first[1]], [again[1], again[2], again[0]]);
        assert_ne!(first[0], first[2]);
        let answered = api::RecordExchangeRequest {
            confirmed_amount_seconds: 7,
            limit_reason: "so".into(),
            ..one.clone()
        };
        assert_eq!(ids(&[answered]), first[..1]);
        let asked = ids(&[one.clone(), another(&one)]);
        assert_eq!(asked[0], first[0]);
        assert!(!first.contains(&asked[1]));
        assert_eq!(ids(&[another(&one)]), asked[1..], "the rest alone");
        assert_eq!(ids(&[another(&one), one.clone()]), [asked[1], asked[0]], "swapped");
        let turned = api::RecordExchangeRequest {
            giver_account_number: 10_035,
            receiver_account_number: 10_043,
            ..one.clone()
        };
        let later = api::RecordExchangeRequest {
            occurred_on: Some(api::Date { year: 2026, month: 6, day: 2 }),
            ..one.clone()
        };
        let what = api::RecordExchangeRequest { activity_number: 3, ..one.clone() };
        for changed in [turned, later, what, slip("1:31", ""), slip("1:30", "x"), slip("1:3", "0")] {
            assert_ne!(ids(&[changed]), first[..1]);
        }
        assert_ne!(SlipIds::default().of(2, &one), first[0]);
        for typed in ["1.5", "1h 30m", " 90m", "01:30"] {
            assert_eq!(ids(&[slip(typed, "")]), first[..1], "{typed} is the same length");
        }
        assert_ne!(ids(&[slip("1.30", "")]), ids(&[slip("1.3", "")]), "in two ways");
    }
    /// What becomes of slips that all say the same: one without an answer is written while there is none, one that is another
    /// always is, and neither twice under its id.
    #[derive(Default)]
    struct Books {
        written: Vec<RequestId>,
    }

    impl Books {
        /// How many of a list are written, were before, and are asked about.
        fn send(&mut self, list: &[bool]) -> (usize, usize, usize) {
            let say = |is_another: &bool| if *is_another { another(&slip("1", "")) } else { slip("1", "") };
            let slips: Vec<_> = list.iter().map(say).collect();
            let (mut written, mut before, mut asked) = (0, 0, 0);
            for (slip, id) in slips.iter().zip(ids(&slips)) {
                if self.written.contains(&id) {
                    before += 1;
                } else if slip.is_another || self.written.is_empty() {
                    self.written.push(id);
                    written += 1;
                } else {
                    asked += 1;
                }
            }
            (written, before, asked)
        }
    }

    /// Goal: of slips that say the same, sending the whole list again, only what is left of it, or its lines in another order
    /// neither doubles nor loses one, and each is accounted for. Method: one written and one asked about; the ways to go on from
    /// there, by name.
    #[test]
    fn the_rest_of_a_list() {
        let (plain, other) = (false, true);
        let after_first = || {
            let mut books = Books::default();
            assert_eq!(books.send(&[plain, plain]), (1, 0, 1));
            books
        };
        for rest in [vec![other], vec![plain, other], vec![other, plain]] {
            let mut books = after_first();
            books.send(&rest);
            assert_eq!(books.written.len(), 2, "{rest:?}");
            for again in [vec![other], vec![plain, other], vec![other, plain], vec![plain]] {
                assert_eq!(books.send(&again), (0, again.len(), 0), "{rest:?} and then {again:?}");
            }
            assert_eq!(books.send(&[plain, plain]), (0, 1, 1), "the answer taken out asks again");
        }
        assert_eq!(after_first().send(&[plain]), (0, 1, 0), "told as written before");
        let mut books = after_first();
        assert_eq!((books.send(&[plain, other, other]), books.send(&[other, other])), ((2, 1, 0), (0, 2, 0)));
    }

    /// Goal: whatever lists of slips that say the same are sent, there are as many as the list with the most answers `another`
    /// says, and the one without that was there first. Method: 2,000 histories of up to six lists of up to four, from seeds, beside
    /// that count.
    #[test]
    fn equal_slips_are_counted() {
        for seed in 1..=2_000_u64 {
            let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let mut next = |below: u64| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state % below
            };
            let (mut books, mut others, mut is_first_plain) = (Books::default(), 0, None);
            for _ in 0..1 + next(6) {
                let list: Vec<bool> = (0..1 + next(4)).map(|_| next(2) == 1).collect();
                let (written, before, asked) = books.send(&list);
                assert_eq!(written + before + asked, list.len(), "seed {seed}");
                others = others.max(list.iter().filter(|is_another| **is_another).count());
                is_first_plain = is_first_plain.or(list.first().map(|is_another| !is_another));
                let first = usize::from(is_first_plain == Some(true));
                assert_eq!(books.written.len(), others + first, "seed {seed}: {list:?}");
                assert_eq!(books.send(&list), (0, before + written, asked), "seed {seed}: {list:?} again");
            }
        }
    }
}
