//! What is kept beside the entry of a sale: what names it, and what was sold.
//!
//! ```text
//! format u8 (1), partner u32, till u16, venue u8, day i32, number u32, line u8, offer u16, people u16,
//! flags u8 (1 beyond the budget, 2 from a slip), shown by u8 (1 code, 2 card and PIN, 3 card alone, 4 account) and 8 bytes,
//! attempt: scope u32 and 16 bytes; the partner's budget of the month i64 (seconds, -1 none); initials of whoever was at the
//! till (length u8, ASCII)
//! ```
//!
//! Beside what moves a sale on stands a [`Step`]:
//!
//! ```text
//! format u8 (1), given back before i64 (seconds), initials (ASCII, all that is left but for the request's fingerprint)
//! ```
//!
//! Numbers are little-endian, and all is said in the clear: no name is in it. The eight bytes are a hash of the code or card that
//! was shown, under a key of the partner's, or, of a slip, the account's number, which the entry's transfers say too. By them
//! the same sale asked again is told from another one.

use super::receipt::Receipt;
use crate::domain::{Attachment, Day, Entry, OwnerNumber, RequestId, RequestKey, Scope, Topic};
use crate::exchange::asked::without_fingerprint;

const FORMAT: u8 = 1;
const BEYOND_BUDGET: u8 = 1;
const FROM_SLIP: u8 = 2;
const NO_BUDGET: i64 = -1;
/// Initials have at most this many letters.
pub const INITIALS_MAX: usize = 4;

/// By what somebody's hours were shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownBy {
    /// A code or a voucher.
    Code,
    /// A card with its PIN.
    CardAndPin,
    /// A card without.
    Card,
    /// Nothing: a broker wrote down whose hours they were.
    Account,
}

impl ShownBy {
    const ALL: [Self; 4] = [Self::Code, Self::CardAndPin, Self::Card, Self::Account];
}

/// What was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// By what.
    pub by: ShownBy,
    /// The beginning of a hash of it, or the account's number.
    pub hash: [u8; 8],
}

/// A sale, as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// What names it.
    pub receipt: Receipt,
    /// The venue the till stood in.
    pub venue: u8,
    /// The offer.
    pub offer: u16,
    /// How many people.
    pub people: u16,
    /// Whether the partner took it beyond its budget of the month.
    pub is_beyond_budget: bool,
    /// Whether it was written down from a paper slip.
    pub is_from_slip: bool,
    /// What was shown.
    pub shown: Shown,
    /// The attempt that was accepted.
    pub attempt: RequestKey,
    /// How many seconds the partner takes in the month at most, as it was when the sale was made; none for as many as come.
    pub budget: Option<i64>,
    /// Who was at the till.
    pub initials: Box<str>,
}

impl Sale {
    /// As it stands beside an entry.
    #[must_use]
    pub fn attachment(&self) -> Attachment {
        let Receipt { partner, till, day, number, line } = self.receipt;
        let mut body = vec![FORMAT];
        body.extend(partner.get().to_le_bytes());
        body.extend(till.to_le_bytes());
        body.push(self.venue);
        body.extend(day.days().to_le_bytes());
        body.extend(number.to_le_bytes());
        body.push(line);
        body.extend(self.offer.to_le_bytes());
        body.extend(self.people.to_le_bytes());
        let beyond = if self.is_beyond_budget { BEYOND_BUDGET } else { 0 };
        body.push(beyond | if self.is_from_slip { FROM_SLIP } else { 0 });
        let place = ShownBy::ALL.iter().position(|by| *by == self.shown.by);
        body.push(
            place.and_then(|place| u8::try_from(place).ok()).map_or(0, |place| place.saturating_add(1)),
        );
        body.extend(self.shown.hash);
        body.extend(self.attempt.scope.get().to_le_bytes());
        body.extend(self.attempt.id.bytes());
        body.extend(self.budget.unwrap_or(NO_BUDGET).to_le_bytes());
        body.push(u8::try_from(self.initials.len()).unwrap_or(u8::MAX));
        body.extend(self.initials.as_bytes());
        Attachment { topic: Topic::SALE, body: body.into() }
    }

    /// What stands beside an entry, if it is a sale.
    #[must_use]
    pub fn beside(entry: &Entry) -> Option<Self> {
        let attachment = entry.command.attachment.as_deref()?;
        if attachment.topic == Topic::SALE { Self::decode(&attachment.body) } else { None }
    }

    fn decode(body: &[u8]) -> Option<Self> {
        let mut rest = body.strip_prefix(&[FORMAT])?;
        let rest = &mut rest;
        let receipt = Receipt {
            partner: OwnerNumber::new(u32::from_le_bytes(take(rest)?)),
            till: u16::from_le_bytes(take(rest)?),
            day: Day::from_days(0),
            number: 0,
            line: 0,
        };
        let [venue] = take(rest)?;
        let day = Day::from_days(i32::from_le_bytes(take(rest)?));
        let number = u32::from_le_bytes(take(rest)?);
        let [line] = take(rest)?;
        let receipt = Receipt { day, number, line, ..receipt };
        let (offer, people) = (u16::from_le_bytes(take(rest)?), u16::from_le_bytes(take(rest)?));
        let [flags, shown] = take(rest)?;
        let by = *ShownBy::ALL.get(usize::from(shown.checked_sub(1)?))?;
        let shown = Shown { by, hash: take(rest)? };
        let scope = Scope::new(u32::from_le_bytes(take(rest)?));
        let attempt = RequestKey { scope, id: RequestId::from_bytes(take(rest)?).ok()? };
        let budget = Some(i64::from_le_bytes(take(rest)?)).filter(|budget| *budget != NO_BUDGET);
        let [length] = take(rest)?;
        let initials =
            std::str::from_utf8(rest).ok().filter(|initials| initials.len() == usize::from(length))?;
        let sale = Self {
            receipt,
            venue,
            offer,
            people,
            is_beyond_budget: flags & BEYOND_BUDGET != 0,
            is_from_slip: flags & FROM_SLIP != 0,
            shown,
            attempt,
            budget,
            initials: initials.into(),
        };
        // What is not exactly what was written is no sale of ours.
        (*sale.attachment().body == *body).then_some(sale)
    }

    /// In what this one, asked with the same receipt, differs from the one that was accepted: fields of `Sale`. Who is at
    /// the till and by which attempt makes no difference: it is the same sale, asked again by somebody else.
    #[must_use]
    pub fn differs_from(&self, accepted: &Self) -> Vec<&'static str> {
        let mut fields = Vec::new();
        if self.offer != accepted.offer {
            fields.push("offer_number");
        }
        if self.people != accepted.people {
            fields.push("people");
        }
        if self.shown != accepted.shown {
            fields.push("shown");
        }
        fields
    }
}

/// What is kept beside an entry that takes, lets go or gives back a sale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// How much of it had been given back before, seconds: of one sale something is given back at a time.
    pub given_back_before: i64,
    /// Who was at the till; empty where it was not a till that asked.
    pub initials: Box<str>,
}

impl Step {
    /// As it stands beside an entry; what the request asked for is added to it.
    #[must_use]
    pub fn attachment(&self) -> Attachment {
        let before = self.given_back_before.to_le_bytes();
        let body = [&[FORMAT], &before[..], self.initials.as_bytes()].concat();
        Attachment { topic: Topic::SALE_STEP, body: body.into() }
    }

    /// What stands beside an entry, if it moves a sale on.
    #[must_use]
    pub fn beside(entry: &Entry) -> Option<Self> {
        let attachment = entry.command.attachment.as_deref()?;
        if attachment.topic != Topic::SALE_STEP {
            return None;
        }
        let mut rest = without_fingerprint(&attachment.body).strip_prefix(&[FORMAT])?;
        let given_back_before = i64::from_le_bytes(take(&mut rest)?);
        let initials = std::str::from_utf8(rest).ok()?.into();
        Some(Self { given_back_before, initials })
    }
}

fn take<const COUNT: usize>(rest: &mut &[u8]) -> Option<[u8; COUNT]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Action, Command, Outcome, Sequence, Timestamp};
    use crate::exchange::asked::Fingerprint;
    use crate::exchange::plan::Plan;
    use crate::redemption::testing::sale;

    /// Goal: a sale is read as it was written, and nothing else is. Method: each thing that may be shown and both flags;
    /// cut, longer, of a later format.
    #[test]
    fn a_sale_reads_as_it_was_written() {
        for by in ShownBy::ALL {
            for (is_beyond_budget, is_from_slip) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                let sale =
                    Sale { shown: Shown { by, hash: [7; 8] }, is_beyond_budget, is_from_slip, ..sale() };
                let body = sale.attachment().body;
                assert_eq!(Sale::decode(&body), Some(sale));
                assert_eq!(Sale::decode(&body[..body.len() - 1]), None);
                assert_eq!(Sale::decode(&[&body[..], b"A"].concat()), None);
                assert_eq!(Sale::decode(&[&[2], &body[1..]].concat()), None);
            }
        }
        let mut flagged = sale().attachment().body;
        flagged[1 + 4 + 2 + 1 + 4 + 4 + 1 + 2 + 2] = 4;
        assert_eq!(Sale::decode(&flagged), None, "a flag there is not");
    }

    /// Goal: what moves a sale on is read as it was written, with what the request asked for after it, and beside nothing else.
    /// Method: with initials and without, as a plan that keeps its request has it; cut, and of another topic.
    #[test]
    fn a_step_reads_as_it_was_written() {
        let void = Action::Void(Sequence::new(4));
        let entry = |attachment: Option<Attachment>| {
            let mut command = Command::without_key(OwnerNumber::new(1), void.clone());
            command.attachment = attachment.map(Box::new);
            let recorded_at = Timestamp::from_micros(0);
            Entry { sequence: Sequence::new(9), recorded_at, command, outcome: Outcome::default() }
        };
        for initials in ["", "EP", "ABCD"] {
            let step = Step { given_back_before: 1_800, initials: initials.into() };
            let mut plan = Plan::new(void.clone(), Vec::new());
            plan.attachment = Some(step.attachment());
            let kept =
                Fingerprint::of("RefundRedemption", b"half an hour").kept_with(plan).attachment.unwrap();
            assert_eq!(Step::beside(&entry(Some(kept.clone()))), Some(step));
            let cut = Attachment { body: kept.body[..15].into(), ..kept.clone() };
            assert_eq!(Step::beside(&entry(Some(cut))), None);
            assert_eq!(Step::beside(&entry(Some(Attachment { topic: Topic::SALE, ..kept }))), None);
        }
        assert_eq!(Step::beside(&entry(None)), None);
    }

    /// Goal: what says that a receipt was used for something else names it, and a retry by somebody else is the same sale.
    /// Method: one thing changed at a time.
    #[test]
    fn what_differs_is_named() {
        let accepted = sale();
        for (asked, expected) in [
            (sale(), vec![]),
            (Sale { offer: 5, ..sale() }, vec!["offer_number"]),
            (
                Sale { people: 1, shown: Shown { by: ShownBy::Card, ..sale().shown }, ..sale() },
                vec!["people", "shown"],
            ),
            (Sale { shown: Shown { hash: [8; 8], ..sale().shown }, ..sale() }, vec!["shown"]),
            (Sale { initials: "RA".into(), ..sale() }, vec![]),
            (Sale { attempt: RequestKey { scope: Scope::new(6), ..sale().attempt }, ..sale() }, vec![]),
        ] {
            assert_eq!(asked.differs_from(&accepted), expected);
        }
    }
}
