//! Request ids derived from slips, so that a list that is sent again doubles nothing.
//!
//! The id of a slip is a UUID of version 8 around the first 16 bytes of SHA-256 over a version tag, what the slip says (bank, day,
//! both accounts, hours as typed, activity, note) and its ordinal among equal slips of the list. What is answered has no part in
//! it: an answer goes with the slip that asked. Neither has its place, so lines may be taken out and put in.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};

use crate::api;
use crate::domain::RequestId;

/// First in every hash. Another way to derive ids needs another tag, and writes every list a second time.
const TAG: &[u8] = b"hourbook slip 1";

/// Ids of slips, in the order of the list.
#[derive(Debug, Default)]
pub struct SlipIds {
    /// How often a slip was seen, by what it says.
    seen: HashMap<Vec<u8>, u32>,
}

impl SlipIds {
    /// The id of the next slip, which says so.
    pub fn of(&mut self, bank: u32, slip: &api::RecordExchangeRequest) -> RequestId {
        let hours = slip.length.as_ref().map_or("", |length| length.typed.as_str());
        let day = slip.occurred_on.unwrap_or_default();
        let mut bytes = TAG.to_vec();
        for number in [bank, slip.giver_account_number, slip.receiver_account_number, slip.activity_number] {
            bytes.extend(number.to_le_bytes());
        }
        for number in [day.year, day.month, day.day] {
            bytes.extend(number.to_le_bytes());
        }
        for text in [hours, &slip.memo] {
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
            length: Some(api::Length { amount_seconds: 0, typed: hours.into() }),
            occurred_on: Some(api::Date { year: 2026, month: 6, day: 1 }),
            memo: memo.into(),
            ..api::RecordExchangeRequest::default()
        }
    }

    /// Goal: a slip has the same id whatever is around it and whatever is answered; equal slips have ids of their own, and so has
    /// whatever says something else. Method: lists in two orders; each thing changed once.
    #[test]
    fn what_makes_a_slip_the_same() {
        let ids = |slips: &[api::RecordExchangeRequest]| {
            let mut ids = SlipIds::default();
            slips.iter().map(|slip| ids.of(1, slip)).collect::<Vec<_>>()
        };
        let (one, other) = (slip("1:30", ""), slip("1", "tea"));
        let first = ids(&[one.clone(), other.clone(), one.clone()]);
        let again = ids(&[other, one.clone(), one.clone()]);
        assert_eq!([first[0], first[2], first[1]], [again[1], again[2], again[0]]);
        assert_ne!(first[0], first[2]);
        let answered = api::RecordExchangeRequest {
            is_another: true,
            confirmed_amount_seconds: 7,
            limit_reason: "so".into(),
            ..one.clone()
        };
        assert_eq!(ids(&[answered]), first[..1]);
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
    }
}
