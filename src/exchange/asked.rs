//! What an entry of this capability keeps of the request that it answers: its fingerprint.
//!
//! The same request asked again becomes another entry where the rules, a standing choice or the day have changed since,
//! and is still the same request: its answer is the first one (I6). The ledger compares entries and cannot see
//! that; the fingerprint does. It ends the body of whatever this capability keeps beside an entry or in a note.
//!
//! It says nothing of words: they are sealed, and a hash of them would outlive their key.

use aws_lc_rs::digest::{SHA256, digest};

use super::plan::Plan;
use crate::domain::{Action, Attachment, Entry, Topic};

/// How long it is. It tells one caller's requests under one id apart, and keeps nobody out.
pub const FINGERPRINT_BYTES: usize = 8;

/// A request, but for its id, its words and whether it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; FINGERPRINT_BYTES]);

impl Fingerprint {
    /// Of a call and what it was told.
    #[must_use]
    pub fn of(call: &str, told: &[u8]) -> Self {
        let mut bytes = call.as_bytes().to_vec();
        bytes.push(0);
        bytes.extend(told);
        let mut fingerprint = [0; FINGERPRINT_BYTES];
        for (byte, hashed) in fingerprint.iter_mut().zip(digest(&SHA256, &bytes).as_ref()) {
            *byte = *hashed;
        }
        Self(fingerprint)
    }

    /// The plan with this at the end of what is kept with it.
    #[must_use]
    pub fn kept_with(self, mut plan: Plan) -> Plan {
        let after = |body: &[u8]| body.iter().chain(&self.0).copied().collect();
        if let Action::Note(note) = &mut plan.action {
            note.body = after(&note.body);
        } else if let Some(attachment) = &mut plan.attachment {
            attachment.body = after(&attachment.body);
        } else {
            plan.attachment = Some(Attachment { topic: Topic::EXCHANGE, body: after(&[]) });
        }
        plan
    }

    /// What an entry keeps of its request, if it is one of ours.
    #[must_use]
    pub fn in_entry(entry: &Entry) -> Option<Self> {
        let (topic, body) = match (&entry.command.attachment, &entry.command.action) {
            (Some(attachment), _) => (attachment.topic, &attachment.body),
            (None, Action::Note(note)) => (note.topic, &note.body),
            (None, _) => return None,
        };
        let ours = [
            Topic::EXCHANGE,
            Topic::PROPOSAL,
            Topic::BOOKING,
            Topic::WAITING,
            Topic::SALE_STEP,
            Topic::SETTLEMENT,
            Topic::CLAIM,
        ];
        let kept = body.last_chunk().copied().filter(|_| ours.contains(&topic));
        kept.map(Self)
    }
}

/// What is kept beside an entry or in a note, without the fingerprint.
#[must_use]
pub fn without_fingerprint(body: &[u8]) -> &[u8] {
    body.split_last_chunk::<FINGERPRINT_BYTES>().map_or(&[], |(before, _)| before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Command, Note, Outcome, OwnerNumber, Sequence, Timestamp};

    fn entry(plan: &Plan) -> Entry {
        let mut command = Command::without_key(OwnerNumber::new(1), plan.action.clone());
        command.attachment = plan.attachment.clone().map(Box::new);
        let recorded_at = Timestamp::from_micros(0);
        Entry { sequence: Sequence::new(1), recorded_at, command, outcome: Outcome::default() }
    }

    /// Goal: whatever is written keeps what was asked, and what it kept before is still read. Method: an entry with
    /// nothing beside it, one with something, and a note; and a note of somebody else's.
    #[test]
    fn what_was_asked_is_kept() {
        let asked = Fingerprint::of("Gift", b"told");
        assert_ne!(asked, Fingerprint::of("Donate", b"told"));
        assert_ne!(asked, Fingerprint::of("Gift", b"tolt"));
        let bare = Plan::new(Action::Void(Sequence::new(3)), Vec::new());
        let body: Box<[u8]> = Box::from(*b"own");
        let mut beside = bare.clone();
        beside.attachment = Some(Attachment { topic: Topic::BOOKING, body: body.clone() });
        let note = |topic| {
            let note = Note { topic, subject: 1, body: body.clone() };
            Plan::new(Action::Note(note), Vec::new())
        };
        for (plan, own) in [(bare, &b""[..]), (beside, b"own"), (note(Topic::WAITING), b"own")] {
            let entry = entry(&asked.kept_with(plan));
            assert_eq!(Fingerprint::in_entry(&entry), Some(asked));
            let body = match (&entry.command.attachment, &entry.command.action) {
                (Some(attachment), _) => &attachment.body,
                (None, Action::Note(note)) => &note.body,
                (None, other) => panic!("{other:?}"),
            };
            assert_eq!(without_fingerprint(body), own);
        }
        assert_eq!(Fingerprint::in_entry(&entry(&asked.kept_with(note(Topic::POLICY)))), None);
        assert_eq!(without_fingerprint(b"short"), b"");
    }
}
