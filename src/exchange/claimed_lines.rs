//! Which lines an organisation claimed back, as it stands beside the entry, and the name by which each is claimed once.
//!
//! ```text
//! body = format u8 (1), agreed u64 (what waited under this number, 0 for nothing), count u8,
//!   lines in rising order: how far each is from the one before, 7 bits a byte, the lowest first
//! key = first 16 bytes of SHA-256 of "hourbook line claimed back 1", account u32, entry u64
//! ```
//!
//! Numbers are little-endian. Both are for ever: a line is claimed once, and the counter that says so never ends.
//! A reversal of the whole claim gives its lines back, of a part none.
//!
//! The counter of a line ties a claim to what is put right of the line, so that the ledger decides which came first:
//!
//! - Each reversal of any of it takes 1, and has no room once the line is claimed ([`reversed`]).
//! - A claim takes `CLAIMED` at once, and has room only if as many reversals count as were seen when its amount was
//!   worked out ([`claim`]).
//! - So `count < CLAIMED` says how often something of the line was put right, and the rest that it is claimed.
//!
//! What it costs: a counter takes up to 120 bytes of the poster's memory. It is one for each line claimed, and one for each
//! line of an organisation's of which something was put right or given back. Why not with an end: an entry may be put right
//! however old it is, and then its line would come back twice. All counters together are at most
//! `Bounds::counters_max`, 10 million, above which nothing more is claimed (`BOOKS_FULL`): a thousand claimed lines a day
//! fill a quarter of that in seven years.

use aws_lc_rs::digest::{SHA256, digest};

use super::asked::without_fingerprint;
use crate::domain::time::MICROS_PER_DAY;
use crate::domain::{
    AccountNumber, Attachment, Claim, ClaimFate, ClaimKey, ClaimUnit, ClaimWord, Day, Entry, Sequence,
    Timestamp, Topic,
};

/// At most so many lines are claimed back at once: each is a claim of the entry.
pub const LINES_MAX: usize = crate::domain::claim::CLAIMS_MAX;
/// The end of the last day that an entry may name: no caller's calendar has trouble with it.
const FOR_EVER: Timestamp = Timestamp::from_micros((Day::MAX.days() as i64 + 1) * MICROS_PER_DAY);
const FORMAT: u8 = 1;
const LABEL: &[u8] = b"hourbook line claimed back 1";
/// What a claim of a line takes of its counter: a line is put right in part less often, as each takes an entry. Small, so that
/// a hundred of them fit into a note while they wait for a second person.
const CLAIMED: i64 = 1 << 19;
/// Seven bits a byte.
const SEVEN: u64 = 0x7f;
const MORE: u8 = 0x80;

/// Which lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedLines {
    /// The entries, in rising order, each once.
    pub lines: Vec<Sequence>,
    /// What waited until somebody else agreed, if it did.
    pub agreed: Option<Sequence>,
}

impl ClaimedLines {
    /// As it stands beside an entry.
    #[must_use]
    pub fn attachment(&self) -> Attachment {
        let mut body = vec![FORMAT];
        body.extend(self.agreed.unwrap_or_default().get().to_le_bytes());
        body.push(u8::try_from(self.lines.len()).unwrap_or(u8::MAX)); // At most LINES_MAX.
        let mut before = 0;
        for line in &self.lines {
            let mut distance = line.get().wrapping_sub(before);
            before = line.get();
            while distance > SEVEN {
                body.push(lowest(distance) | MORE);
                distance >>= 7;
            }
            body.push(lowest(distance));
        }
        Attachment { topic: Topic::CLAIM, body: body.into_boxed_slice() }
    }

    /// What an attachment says, without the fingerprint; nothing if it is not ours.
    #[must_use]
    pub fn decode(body: &[u8]) -> Option<Self> {
        let (&[FORMAT, ref agreed @ .., count], mut rest) = body.split_first_chunk::<10>()? else {
            return None;
        };
        let agreed = u64::from_le_bytes(*agreed);
        let mut lines = Vec::with_capacity(usize::from(count).min(LINES_MAX));
        let mut before = 0_u64;
        for _ in 0..count {
            let (mut distance, mut place) = (0_u64, 0_u32);
            loop {
                let (byte, after) = rest.split_first()?;
                rest = after;
                distance |= (u64::from(*byte) & SEVEN).checked_shl(place)?;
                place = place.checked_add(7)?;
                if byte & MORE == 0 {
                    break;
                }
            }
            before = before.checked_add(distance)?;
            lines.push(Sequence::new(before));
        }
        let agreed = Some(Sequence::new(agreed)).filter(|_| agreed != 0);
        rest.is_empty().then_some(Self { lines, agreed })
    }

    /// What stands beside an entry, if it is a claim.
    #[must_use]
    pub fn beside(entry: &Entry) -> Option<Self> {
        Self::of(entry.command.attachment.as_deref()?, without_fingerprint)
    }

    /// What an attachment says that has no fingerprint yet.
    #[must_use]
    pub fn waiting(attachment: &Attachment) -> Option<Self> {
        Self::of(attachment, |body| body)
    }

    fn of(attachment: &Attachment, own: impl Fn(&[u8]) -> &[u8]) -> Option<Self> {
        let ours = Some(attachment).filter(|one| one.topic == Topic::CLAIM)?;
        Self::decode(own(&ours.body))
    }
}

fn lowest(number: u64) -> u8 {
    u8::try_from(number & SEVEN).unwrap_or_default() // Seven bits.
}

/// By what a line of an account is claimed once.
#[must_use]
pub fn key(organisation: AccountNumber, line: Sequence) -> ClaimKey {
    let mut bytes = LABEL.to_vec();
    bytes.extend(organisation.printed().to_le_bytes());
    bytes.extend(line.get().to_le_bytes());
    digest(&SHA256, &bytes).as_ref().first_chunk().copied().unwrap_or_default() // 32 bytes hold 16.
}

/// Whether a counter that stands at `taken` says that its line is claimed.
#[must_use]
pub const fn is_claimed(taken: i64) -> bool {
    taken >= CLAIMED
}

/// What an entry that claims a line takes, for ever, until all of that entry is put right. `seen` is where the counter
/// stood before what is left of the line was worked out: if more was put right since, there is no room.
#[must_use]
pub fn claim(organisation: AccountNumber, line: Sequence, seen: i64) -> Claim {
    let before = if is_claimed(seen) { 0 } else { seen };
    counted(organisation, line, CLAIMED, CLAIMED.saturating_add(before))
}

/// What an entry takes that puts right any of a line: there is no room once it is claimed.
#[must_use]
pub fn reversed(organisation: AccountNumber, line: Sequence) -> Claim {
    counted(organisation, line, 1, CLAIMED - 1)
}

fn counted(organisation: AccountNumber, line: Sequence, take: i64, max: i64) -> Claim {
    Claim {
        key: key(organisation, line),
        take,
        max,
        until: FOR_EVER,
        unit: ClaimUnit::Times,
        fate: ClaimFate::GivenBack,
        word: ClaimWord::LineClaimed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::note::ATTACHMENT_BYTES_MAX;
    use crate::exchange::asked::FINGERPRINT_BYTES;

    fn lines(numbers: &[u64]) -> Vec<Sequence> {
        numbers.iter().copied().map(Sequence::new).collect()
    }

    /// Goal: what is written is read again, however far lines are apart, and nothing else is. Method: one line, the
    /// edges of seven bits, the last there can be; and each body cut, longer, or of another format.
    #[test]
    fn lines_are_read_again() {
        for numbers in [&[1][..], &[127, 128, 255, 256, 16_383, 16_384, 40_000], &[u64::MAX], &[5, u64::MAX]]
        {
            for agreed in [None, Some(Sequence::new(77))] {
                let said = ClaimedLines { lines: lines(numbers), agreed };
                let body = said.attachment().body;
                assert_eq!(ClaimedLines::decode(&body), Some(said), "{numbers:?}");
                let short = &body[..body.len() - 1];
                let long = [&body[..], &[0]].concat();
                let other = [&[FORMAT + 1], &body[1..]].concat();
                for bad in [short, &long, &other] {
                    assert_eq!(ClaimedLines::decode(bad), None);
                }
            }
        }
    }

    /// Goal: as many lines as can be claimed fit beside an entry with what was asked. Method: the widest distances.
    #[test]
    fn as_many_lines_as_may_be_fit() {
        let most = u64::try_from(LINES_MAX).unwrap();
        let said = ClaimedLines {
            lines: (1..=most).map(|place| Sequence::new(u64::MAX / most * place)).collect(),
            agreed: Some(Sequence::new(u64::MAX)),
        };
        let body = said.attachment().body;
        assert!(body.len() + FINGERPRINT_BYTES <= ATTACHMENT_BYTES_MAX, "{}", body.len());
        assert_eq!(ClaimedLines::decode(&body), Some(said));
    }

    /// Goal: the name of a line stays what it is, and another line or account has another. Method: a hash worked out apart
    /// from this code.
    #[test]
    fn the_name_is_for_ever() {
        let account = |slot| AccountNumber::from_slot(slot).unwrap();
        let (hall, line) = (account(3), Sequence::new(12));
        let mut bytes = b"hourbook line claimed back 1".to_vec();
        bytes.extend([(hall.printed() & 0xff) as u8, (hall.printed() >> 8) as u8, 0, 0]);
        bytes.extend([12, 0, 0, 0, 0, 0, 0, 0]);
        assert!(hall.printed() < 1 << 16);
        assert_eq!(key(hall, line)[..], digest(&SHA256, &bytes).as_ref()[..16]);
        assert_ne!(key(account(4), line), key(hall, line));
        assert_ne!(key(hall, Sequence::new(13)), key(hall, line));
    }

    /// Goal: a line is claimed once; nothing of it is put right while it is; and a claim whose amount was worked out before
    /// something was put right has no room. Method: a counter as the ledger keeps it, by hand.
    #[test]
    fn a_claim_and_a_reversal_exclude_each_other() {
        let (hall, line) = (AccountNumber::from_slot(3).unwrap(), Sequence::new(12));
        let mut taken = 0;
        let mut take = |claim: Claim| {
            let fits = claim.take <= 0 || taken + claim.take <= claim.max;
            taken = if fits { (taken + claim.take).max(0) } else { taken };
            (fits, is_claimed(taken))
        };
        let back = |claim: Claim| Claim { take: -claim.take, ..claim };
        assert_eq!(take(reversed(hall, line)), (true, false), "put right in part");
        assert_eq!(take(claim(hall, line, 0)), (false, false), "worked out before that");
        assert_eq!(take(claim(hall, line, 1)), (true, true));
        assert_eq!(take(reversed(hall, line)), (false, true), "claimed: the claim is put right first");
        for seen in [0, 1, 2, CLAIMED, CLAIMED + 1] {
            assert_eq!(take(claim(hall, line, seen)), (false, true), "claimed once");
        }
        assert_eq!(take(back(claim(hall, line, 1))), (true, false));
        assert_eq!(take(reversed(hall, line)), (true, false));
        assert_eq!(take(claim(hall, line, 2)), (true, true));
        assert!(claim(hall, line, CLAIMED - 1).max <= crate::domain::Amount::MAX.seconds());
    }
}
