//! A redemption as the entries about it say: begun by one, then one after the other.

use super::beside::Sale;
use super::states::{State, Step, after};
use crate::domain::{AccountNumber, Action, Claim, Entry, Form, Sequence, Timestamp};

/// A redemption, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// Its number: the entry that set aside or took the hours.
    pub number: Sequence,
    /// What was sold.
    pub sale: Sale,
    /// How it stands.
    pub state: State,
    /// Whose hours.
    pub account: AccountNumber,
    /// The partner's account.
    pub partner_account: AccountNumber,
    /// What was set aside or taken at first, seconds.
    pub amount: i64,
    /// What was taken, seconds.
    pub captured: i64,
    /// What was given back of that, seconds.
    pub refunded: i64,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Until when it may be taken, as long as it is set aside.
    pub deadline: Option<Timestamp>,
    /// The entry that took the hours, once they are.
    pub taken_by: Option<Sequence>,
    /// What it counts towards.
    pub claims: Vec<Claim>,
    /// Whether its hours go from one bank to another.
    pub is_between_banks: bool,
}

impl Redemption {
    /// The one that an entry begins, if it does.
    #[must_use]
    pub fn begun_by(entry: &Entry) -> Option<Self> {
        let sale = Sale::beside(entry)?;
        let transfers = entry.command.action.transfers();
        let (first, last) = (transfers.first()?, transfers.last()?);
        let amount = first.amount.seconds();
        let deadline =
            if let Action::Hold(hold) = &entry.command.action { Some(hold.deadline) } else { None };
        let is_taken = deadline.is_none();
        Some(Self {
            number: entry.sequence,
            sale,
            state: if is_taken { State::Captured } else { State::Authorized },
            account: first.debit,
            partner_account: last.credit,
            amount,
            captured: if is_taken { amount } else { 0 },
            refunded: 0,
            recorded_at: entry.recorded_at,
            deadline,
            taken_by: is_taken.then_some(entry.sequence),
            claims: entry.command.claims.clone(),
            is_between_banks: transfers.len() > 1,
        })
    }

    /// The same after the entry that ended what was set aside.
    #[must_use]
    pub fn ended_by(mut self, entry: &Entry) -> Self {
        if entry.command.action.hold_named() == Some(self.number) {
            self.end(entry);
        }
        self
    }

    /// The same with so much of it given back, seconds.
    #[must_use]
    pub fn given_back(mut self, seconds: i64) -> Self {
        if seconds > 0 {
            self.refunded = seconds;
            let step = if seconds >= self.captured { Step::RefundRest } else { Step::RefundPart };
            self.state = after(self.state, step).unwrap_or(self.state);
        }
        self
    }

    fn end(&mut self, entry: &Entry) {
        let taken = entry.moves().find(|part| part.of == 0).map(|part| part.amount.seconds());
        let step = match (taken, entry.form()) {
            (Some(_), _) => Step::Capture,
            (None, Form::Expire) => Step::Expire,
            (None, Form::Post | Form::Hold | Form::Capture | Form::Void | Form::Account | Form::Note) => {
                Step::Void
            }
        };
        self.state = after(self.state, step).unwrap_or(self.state);
        self.deadline = None;
        if let Some(taken) = taken {
            self.captured = taken;
            self.taken_by = Some(entry.sequence);
        }
    }

    /// What may still be given back, seconds.
    #[must_use]
    pub const fn left(&self) -> i64 {
        self.captured.saturating_sub(self.refunded)
    }
}

/// The entry to look at for the redemption that `entry` is about: itself, if it began one; else the hold it ended, or
/// what it gave back.
#[must_use]
pub fn next_towards(entry: &Entry) -> Option<Sequence> {
    if let Action::Reverse(reverse) = &entry.command.action {
        return Some(reverse.original);
    }
    entry.command.action.hold_named()
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;
    use crate::domain::{
        Amount, AtDeadline, Attachment, Capture, Command, Hold, Kind, Move, Outcome, OwnerNumber, Rest,
        Topic, Transfer,
    };
    use crate::redemption::testing::sale;

    fn account(slot: u32) -> AccountNumber {
        AccountNumber::from_slot(slot).unwrap()
    }

    fn entry(number: u64, action: Action, attachment: Option<Attachment>, taken: i64) -> Entry {
        let mut command = Command::without_key(OwnerNumber::new(1), action);
        command.attachment = attachment.map(Box::new);
        let moved =
            Amount::new(taken).map(|amount| Move { debit: account(4), credit: account(5), amount, of: 0 });
        let outcome = Outcome { moves: moved.into_iter().collect(), ..Outcome::default() };
        let recorded_at = Timestamp::from_micros(7);
        Entry { sequence: Sequence::new(number), recorded_at, command, outcome }
    }

    fn held() -> Entry {
        let hold = Hold {
            kind: Kind::Redemption,
            transfers: smallvec![Transfer::new(account(4), account(5), Amount::new(7_200).unwrap())],
            deadline: Timestamp::from_micros(100),
            at_deadline: AtDeadline::Release,
        };
        entry(10, Action::Hold(hold), Some(sale().attachment()), 0)
    }

    /// Goal: a redemption stands as the entries about it say, and those about others say nothing of it. Method: a hold, each
    /// end of it, of another hold, and a part and all given back.
    #[test]
    fn as_the_entries_say() {
        let begun = Redemption::begun_by(&held()).unwrap();
        assert_eq!((begun.state, begun.amount, begun.captured), (State::Authorized, 7_200, 0));
        assert_eq!((begun.account, begun.partner_account, begun.taken_by), (account(4), account(5), None));
        let number = Sequence::new(10);
        let capture =
            |hold| Action::Capture(Capture { hold, amount: Amount::new(3_600), rest: Rest::Release });
        let others = entry(11, capture(Sequence::new(9)), None, 3_600);
        assert_eq!(begun.clone().ended_by(&others), begun);
        let taken = begun.clone().ended_by(&entry(11, capture(number), None, 3_600));
        assert_eq!((taken.state, taken.captured, taken.left()), (State::Captured, 3_600, 3_600));
        assert_eq!((taken.taken_by, taken.deadline), (Some(Sequence::new(11)), None));
        for (action, state) in
            [(Action::Void(number), State::Voided), (Action::Expire(number), State::Expired)]
        {
            assert_eq!(begun.clone().ended_by(&entry(11, action, None, 0)).state, state);
        }
        for (seconds, state, left) in
            [(0, State::Captured, 3_600), (60, State::PartlyRefunded, 3_540), (3_600, State::Refunded, 0)]
        {
            let back = taken.clone().given_back(seconds);
            assert_eq!((back.state, back.left()), (state, left));
        }
        let note = Attachment { topic: Topic::BOOKING, body: Box::default() };
        assert_eq!(Redemption::begun_by(&entry(10, held().command.action, Some(note), 0)), None);
    }

    /// Goal: from whatever happened to a sale its beginning is found. Method: what each entry names next.
    #[test]
    fn what_leads_to_the_beginning() {
        let number = Sequence::new(10);
        assert_eq!(next_towards(&held()), None);
        assert_eq!(next_towards(&entry(11, Action::Void(number), None, 0)), Some(number));
        let reverse = crate::domain::Reverse {
            original: number,
            kind: crate::domain::ReversalKind::Refund,
            parts: Vec::new(),
        };
        assert_eq!(next_towards(&entry(12, Action::Reverse(reverse), None, 60)), Some(number));
    }
}
