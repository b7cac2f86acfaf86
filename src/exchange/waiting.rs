//! What waits for a second person: a whole entry as it was asked for, kept in a note until somebody else agrees.
//!
//! - The note's own text is the entry's text, sealed for the note; it is sealed anew for the entry.
//! - Its day, its claims and its limits are judged when it is approved: nothing is taken before.
//! - Approved or declined names the note ([`Waits::Ended`]), so it happens once.

use super::asked::FINGERPRINT_BYTES;
use super::claimed_lines::ClaimedLines;
use super::closing;
use super::plan::{Plan, Said, about};
use super::pots;
use super::refusal::Refusal;
use super::rules::doubles::{self, Asked};
use super::rules::effects::Effects;
use super::rules::second_person::{Approval, Cause};
use super::sight::{Rank, Sight};
use crate::domain::note::NOTE_BYTES_MAX;
use crate::domain::{
    AccountKind, Acting, Action, Attachment, BankNumber, Command, Note, OwnerNumber, Post, RequestId,
    RequestKey, Scope, Sequence, Timestamp, Topic, Transfer,
};
use crate::journal::codec::{self, DecodeError};

const FORMAT: u8 = 1;
/// So many transfers always fit into a note; more do where their numbers are small.
pub const WAITING_TRANSFERS_SURE: usize = 100;
/// What stands before the command.
const PREFIX_BYTES: usize = 3;

/// What a note of ours, or an attachment, says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waits {
    /// This waits, for this reason.
    For(WhyWaits, Box<Command>),
    /// What waited under this number was done, or is not to be.
    Ended(Sequence),
}

/// Why something waits: [`Cause`] without its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhyWaits {
    /// It adds to an account whoever asked owns or speaks for, or another pays for help they got.
    OwnAccount,
    /// Above the bank's second line, or what a broker alone hands out of its pots.
    SecondLine,
    /// Hours are made.
    HoursMade,
    /// A reversal after the window.
    WindowPassed,
    /// A member's account is closed.
    MemberClosed,
    /// Above the line up to which brokers open a pot: a lead agrees.
    PotLine,
}

impl WhyWaits {
    const ALL: [Self; 6] = [
        Self::OwnAccount,
        Self::SecondLine,
        Self::HoursMade,
        Self::WindowPassed,
        Self::MemberClosed,
        Self::PotLine,
    ];
}

impl From<Cause> for WhyWaits {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::OwnAccount(_) | Cause::PaidFor => Self::OwnAccount,
            Cause::PotLine => Self::PotLine,
            Cause::SecondLine => Self::SecondLine,
            Cause::HoursMade => Self::HoursMade,
            Cause::WindowPassed => Self::WindowPassed,
            Cause::MemberClosed => Self::MemberClosed,
        }
    }
}

impl Waits {
    /// Its bytes; nothing where they are too long for a note.
    #[must_use]
    pub fn encode(&self) -> Option<Box<[u8]>> {
        let mut bytes = vec![FORMAT];
        match self {
            Self::For(why, command) => {
                let place = WhyWaits::ALL.iter().position(|one| one == why);
                bytes.extend([0, place.and_then(|place| u8::try_from(place).ok()).unwrap_or_default()]);
                codec::encode_command(command, &mut bytes);
            }
            Self::Ended(number) => {
                bytes.extend([1, 0]);
                bytes.extend(number.get().to_le_bytes());
            }
        }
        (bytes.len() <= NOTE_BYTES_MAX - FINGERPRINT_BYTES).then(|| bytes.into_boxed_slice())
    }

    /// What the bytes say; nothing if they are not ours.
    ///
    /// # Errors
    /// [`DecodeError`] if the command in them cannot be read.
    pub fn decode(body: &[u8]) -> Result<Option<Self>, DecodeError> {
        let Some((&[FORMAT, what, why], rest)) = body.split_first_chunk::<PREFIX_BYTES>() else {
            return Ok(None);
        };
        match (what, WhyWaits::ALL.get(usize::from(why)), rest.try_into()) {
            (0, Some(why), _) => Ok(Some(Self::For(*why, Box::new(codec::decode_command(rest)?)))),
            (1, _, Ok(number)) if why == 0 => {
                Ok(Some(Self::Ended(Sequence::new(u64::from_le_bytes(number)))))
            }
            (_, _, _) => Ok(None),
        }
    }
}

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number: the note's sequence.
    pub number: Sequence,
    /// In which bank.
    pub bank: BankNumber,
    /// Who asked.
    pub by: OwnerNumber,
    /// When.
    pub recorded_at: Timestamp,
    /// Why it waits.
    pub why: WhyWaits,
    /// What was asked for, without its words.
    pub command: Box<Command>,
}

/// What stands for the request id of an entry that waits: it gets one when it is approved, and a command is not read
/// without.
fn stand_in() -> RequestKey {
    RequestKey { scope: Scope::OPERATOR, id: RequestId::derived([0; 16]) }
}

/// The note in which `plan` waits.
///
/// # Errors
/// [`Refusal::TooMuchToWait`].
pub fn kept(plan: &Plan, bank: BankNumber, by: OwnerNumber, cause: Cause) -> Result<Plan, Refusal> {
    let command = Command {
        occurred_on: plan.occurred_on,
        present_count: plan.present_count,
        claims: plan.claims.clone(),
        attachment: plan.attachment.clone().map(Box::new),
        allowed_by: plan.allowed_by,
        ..Command::new(stand_in(), by, plan.action.clone())
    };
    let body = Waits::For(cause.into(), Box::new(command)).encode().ok_or(Refusal::TooMuchToWait)?;
    let note = Note { topic: Topic::WAITING, subject: u64::from(bank.get()), body };
    Ok(Plan { said: plan.said.clone(), ..Plan::new(Action::Note(note), plan.about.clone()) })
}

impl Waiting {
    /// Who asked, and when.
    #[must_use]
    pub const fn asked(&self) -> Acting {
        Acting { who: self.by, at: self.recorded_at }
    }

    /// What it does, if it is done now.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn action(&self, sight: &Sight<'_>) -> Result<Action, Refusal> {
        if let Action::Close(close) = self.command.action {
            return Ok(Action::Close(closing::settled(sight, close)?));
        }
        Ok(self.command.action.clone())
    }

    /// The entry, now that somebody else agrees: `action` is [`Self::action`], and `effects` what that adds to whom.
    /// `said` and `about` are the words it was asked with; `asked_already` says whether it is another one than the one that
    /// is here by now.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn approved(
        &self,
        sight: &Sight<'_>,
        (said, about, asked_already): (Said, Vec<OwnerNumber>, Asked),
        (action, effects): (Action, &Effects),
    ) -> Result<Plan, Refusal> {
        still_may_be(sight, &action, effects)?;
        if sight.rank < Rank::Lead && self.why == WhyWaits::PotLine {
            return Err(Refusal::AbovePotLine);
        }
        // Whatever else it waits for.
        let makes = |transfer: &Transfer| {
            sight.party(transfer.debit).is_ok_and(|party| party.kind == AccountKind::Issuance)
        };
        if sight.rank < Rank::Lead && action.transfers().iter().any(makes) {
            return Err(Refusal::NotForBrokers);
        }
        let asked = Approval {
            actor: self.asked(),
            effects,
            named: Some(sight.acting()),
            proposed_by: None,
            also: None,
        };
        let second_person =
            sight.with_ties(|ties| asked.second_person(ties)).map_err(|error| match error {
                super::rules::second_person::SecondPersonError::NotGoodEnough(objection) => {
                    Refusal::NotTheSecondPerson(objection)
                }
                // Somebody is named.
                super::rules::second_person::SecondPersonError::Needed(_) => {
                    Refusal::NothingWaits(self.number)
                }
            })?;
        let command = &self.command;
        Ok(Plan {
            action,
            occurred_on: command.occurred_on,
            present_count: command.present_count,
            claims: command.claims.iter().map(|claim| doubles::answered(*claim, asked_already)).collect(),
            attachment: Some(self.beside()?),
            allowed_by: command.allowed_by,
            second_person,
            said,
            about,
            waits_for: None,
            asked_by: Some(self.by),
        })
    }

    /// Whom a word about it is about where it was asked for without words: whose accounts it would move, or else the bank.
    ///
    /// # Errors
    /// [`Refusal`] where the directory does not know its bank.
    pub fn concerns(&self, sight: &Sight<'_>) -> Result<Vec<OwnerNumber>, Refusal> {
        let bank = sight.bank(self.bank)?.owner;
        let moved = self.command.action.transfers().iter().flat_map(|one| [one.debit, one.credit]);
        let owners: Vec<_> =
            moved.filter_map(|account| sight.party(account).ok()).map(|party| party.own.owner).collect();
        Ok(if owners.is_empty() { vec![bank] } else { about(owners, bank) })
    }

    /// It is not to be: somebody else does not agree, or whoever asked takes it back.
    ///
    /// # Errors
    /// None that can be.
    pub fn declined(&self, about: Vec<OwnerNumber>, reason: Option<String>) -> Result<Plan, Refusal> {
        let Attachment { topic, body } = self.ended()?;
        let note = Note { topic, subject: u64::from(self.bank.get()), body };
        let said = Said { reason, ..Said::default() };
        Ok(Plan { said, ..Plan::new(Action::Note(note), about) })
    }

    /// What stands beside the entry that it becomes: that it ended; of a claim that which lines it is for say too.
    fn beside(&self) -> Result<Attachment, Refusal> {
        match self.command.attachment.as_deref().and_then(ClaimedLines::waiting) {
            Some(claimed) => Ok(ClaimedLines { agreed: Some(self.number), ..claimed }.attachment()),
            None => self.ended(),
        }
    }

    fn ended(&self) -> Result<Attachment, Refusal> {
        let body = Waits::Ended(self.number).encode().ok_or(Refusal::TooMuchToWait)?;
        Ok(Attachment { topic: Topic::WAITING, body })
    }
}

/// What may have come in the way since it was asked: a pause, the last day of a pot. What accounts stand at, and whether
/// they are open, the ledger judges.
///
/// A pause is in the way of what is new: not of an answer to what was proposed or booked before, as whoever answers is
/// not asked about it either, nor of what is put right.
fn still_may_be(sight: &Sight<'_>, action: &Action, effects: &Effects) -> Result<(), Refusal> {
    if let Action::Post(Post { kind, transfers, ends: None }) = action {
        for transfer in transfers {
            for account in [transfer.debit, transfer.credit] {
                sight.not_paused(sight.party(account)?.own)?;
            }
            let helped = [transfer.people.given_by, transfer.people.received_by];
            helped.into_iter().flatten().try_for_each(|owner| sight.none_paused(owner))?;
        }
        let is_handed_on = |moved: &Transfer| pots::is_handed_on(sight, *kind, (moved.debit, moved.credit));
        return if transfers.iter().all(is_handed_on) { Ok(()) } else { pots::none_over(sight, transfers) };
    }
    if !matches!(action, Action::Post(_) | Action::Capture(_)) {
        return Ok(());
    }
    let gives = effects.taken_from().map(|(account, _)| account);
    gives
        .chain(effects.added_to())
        .try_for_each(|account| pots::not_over(sight, account, sight.account(account)?.bank))
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;
    use crate::domain::{AccountNumber, Amount, Kind, People, Transfer};
    use crate::exchange::claimed_lines::{LINES_MAX, claim};

    /// Goal: as many transfers as are said to fit do, and what does not fit is refused. Method: the widest that a
    /// session can make, as many as that, and as many as an entry can have.
    #[test]
    fn so_many_transfers_always_fit() {
        let far = |less| AccountNumber::from_slot(AccountNumber::ACCOUNTS_MAX - less).unwrap();
        let owner = Some(OwnerNumber::new(crate::domain::numbers::OWNERS_MAX));
        let people = People {
            activity: Some(u16::MAX),
            given_by: owner,
            received_by: owner,
            paid_by: owner,
            in_the_name_of: owner,
            ..People::default()
        };
        let transfer = Transfer { debit: far(1), credit: far(2), amount: Amount::MAX, people };
        let waits = |count: usize| {
            let transfers = std::iter::repeat_n(transfer, count).collect();
            let mut plan = Plan::post(Kind::Group, transfers, Vec::new());
            plan.occurred_on = Some(crate::domain::Day::MAX);
            plan.present_count = Some(1_000_000);
            kept(&plan, BankNumber::new(1), OwnerNumber::new(7), Cause::SecondLine)
        };
        assert!(waits(WAITING_TRANSFERS_SURE).is_ok());
        assert_eq!(waits(crate::domain::TRANSFERS_MAX).unwrap_err(), Refusal::TooMuchToWait);
    }

    /// Goal: as many lines as may be claimed back can wait, in books of a trillion entries. Method: a hundred, as far apart as
    /// that allows, each put right before.
    #[test]
    fn a_hundred_claimed_lines_fit() {
        let account = |slot| AccountNumber::from_slot(slot).unwrap();
        let (pot, hall) =
            (account(AccountNumber::ACCOUNTS_MAX - 1), account(AccountNumber::ACCOUNTS_MAX - 2));
        let most = u64::try_from(LINES_MAX).unwrap();
        let lines: Vec<_> = (1..=most).map(|place| Sequence::new((1 << 40) / most * place)).collect();
        let transfer = Transfer::new(pot, hall, Amount::MAX);
        let mut plan = Plan::post(Kind::Claim, smallvec![transfer], Vec::new());
        plan.claims = lines.iter().map(|line| claim(hall, *line, 9_999)).collect();
        plan.attachment = Some(ClaimedLines { lines, agreed: None }.attachment());
        assert!(kept(&plan, BankNumber::new(1), OwnerNumber::new(7), Cause::SecondLine).is_ok());
    }

    /// Goal: what waits is read as it was asked, whatever it does; and what ended it. Method: written as a plan is
    /// kept, and read; and bytes of somebody else's.
    #[test]
    fn what_waits_is_read_again() {
        let account = |slot| AccountNumber::from_slot(slot).unwrap();
        let transfer = Transfer::new(account(1), account(2), Amount::new(900).unwrap());
        let by = OwnerNumber::new(7);
        for action in [
            Plan::post(Kind::Exchange, smallvec![transfer], Vec::new()).action,
            Action::Void(Sequence::new(17)),
        ] {
            let plan = Plan::new(action, Vec::new());
            let kept = kept(&plan, BankNumber::new(1), by, Cause::SecondLine).unwrap();
            let Action::Note(note) = kept.action else { panic!() };
            assert_eq!((note.topic, note.subject), (Topic::WAITING, 1));
            let Some(Waits::For(why, command)) = Waits::decode(&note.body).unwrap() else { panic!() };
            assert_eq!((why, command.actor, &command.action), (WhyWaits::SecondLine, by, &plan.action));
        }
        let ended = Waits::Ended(Sequence::new(17));
        assert_eq!(Waits::decode(&ended.encode().unwrap()), Ok(Some(ended)));
        assert_eq!(Waits::decode(b"else"), Ok(None));
        assert!(Waits::decode(&[FORMAT, 0, 0, 9]).is_err());
    }
}
