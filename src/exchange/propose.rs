//! Help that one side says was given, and what the other side answers.
//!
//! A proposal is a hold on the receiver's side: confirmed it is taken, rejected or disputed it is let go. Nobody
//! answers for both sides, and a dispute is settled by somebody who is neither of the two nor speaks for them.
//! Of one help on one day there is one proposal: the other side's is asked about, also where it is longer or shorter.
//!
//! What the two chose once for all holds here as anywhere, as of the proposal: the hours of a pot that pays are set
//! aside there, and those of whoever gives theirs to a pot are for it. Whoever is helped so does not confirm it alone,
//! nor does who helped them: a broker hands out of a pot.
//!
//! What a proposal keeps with its hold ([`Proposal`]) is who said it and the accounts of the two; the rest the hold
//! says itself. What it came to is kept with its end: the rules it was compared by may change (I6).

use smallvec::smallvec;

use super::asked::without_fingerprint;
use super::length::{Length, unusual};
use super::plan::{Plan, Said};
use super::pots;
use super::record::{between_open, claim, claim_said, not_in_future};
use super::refusal::Refusal;
use super::rules::confirming::{self, Compared, Side, Tolerance};
use super::rules::doubles::{Asked, given_back};
use super::rules::effects::Effects;
use super::rules::unusual::Unusual;
use super::sides::Sides;
use super::sight::{Party, Rank, Sight};
use crate::directory::people::Taking;
use crate::directory::policy::Confirming;
use crate::domain::time::SECONDS_PER_DAY;
use crate::domain::{
    AccountNumber, Acting, Action, Amount, AtDeadline, Attachment, Capture, Claim, Day, Ends, Entry, Hold,
    Invalid, Kind, Note, OwnerNumber, Post, Rest, Sequence, Topic, Transfer,
};

const FORMAT: u8 = 1;

/// What is said of help, by one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Propose {
    /// Who helped.
    pub giver: AccountNumber,
    /// Who was helped.
    pub receiver: AccountNumber,
    /// Who says so: one of the two.
    pub said_by: Side,
    /// How long.
    pub length: Length,
    /// The day, where the bank is.
    pub occurred_on: Day,
    /// Number in the bank's list of activities.
    pub activity: Option<u16>,
    /// For whoever reads the line.
    pub memo: Option<String>,
    /// The figure repeated, where it is unusual.
    pub confirmed: Option<Amount>,
    /// Whether it is another one than the one it looks like.
    pub asked: Asked,
}

/// What it came to, where both agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreed {
    /// Both said the same.
    TheSame,
    /// Both were close: the middle is written, even where that is what one of them said.
    TheMiddle,
}

/// What one side said, whichever accounts move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneSide {
    /// Which.
    pub said_by: Side,
    /// Who wrote that.
    pub by: OwnerNumber,
    /// Who helped and who was helped.
    pub sides: Sides,
}

/// What is kept beside the entries of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proposal {
    /// Beside its hold: what one side said.
    Said(OneSide),
    /// Beside the end of its hold: two remember it differently.
    Disputed,
    /// Beside what takes its hours: the other side agreed.
    Agreed(Agreed),
    /// Beside the post, or in the note, that settles the dispute about this one.
    Settled(Sequence),
}

impl Proposal {
    /// Its bytes.
    #[must_use]
    pub fn encode(self) -> Box<[u8]> {
        let (what, number, sides) = match self {
            Self::Said(OneSide { said_by, by, sides }) => {
                let what = match said_by {
                    Side::Giver => 0,
                    Side::Receiver => 1,
                };
                (what, u64::from(by.get()), Some(sides.encode()))
            }
            Self::Disputed => (2, 0, None),
            Self::Settled(proposal) => (3, proposal.get(), None),
            Self::Agreed(Agreed::TheSame) => (4, 0, None),
            Self::Agreed(Agreed::TheMiddle) => (5, 0, None),
        };
        let sides = sides.into_iter().flatten();
        [FORMAT, what].into_iter().chain(number.to_le_bytes()).chain(sides).collect()
    }

    /// What the bytes say; nothing if they are not ours.
    #[must_use]
    pub fn decode(body: &[u8]) -> Option<Self> {
        let [FORMAT, what, rest @ ..] = body else { return None };
        let (number, sides) = rest.split_first_chunk()?;
        let number = u64::from_le_bytes(*number);
        let said = |said_by| {
            let by = u32::try_from(number).ok().map(OwnerNumber::new)?;
            Some(Self::Said(OneSide { said_by, by, sides: Sides::decode(sides)? }))
        };
        match what {
            0 => said(Side::Giver),
            1 => said(Side::Receiver),
            _ if !sides.is_empty() => None,
            2 if number == 0 => Some(Self::Disputed),
            3 => Some(Self::Settled(Sequence::new(number))),
            4 if number == 0 => Some(Self::Agreed(Agreed::TheSame)),
            5 if number == 0 => Some(Self::Agreed(Agreed::TheMiddle)),
            _ => None,
        }
    }

    /// As it stands beside an entry.
    #[must_use]
    pub fn attachment(self) -> Attachment {
        Attachment { topic: Topic::PROPOSAL, body: self.encode() }
    }

    /// What stands beside an entry, if it is of ours.
    #[must_use]
    pub fn beside(entry: &Entry) -> Option<Self> {
        let attachment = entry.command.attachment.as_deref()?;
        let is_ours = attachment.topic == Topic::PROPOSAL;
        if is_ours { Self::decode(without_fingerprint(&attachment.body)) } else { None }
    }
}

impl Propose {
    /// The entry: the hours are set aside until the other side answers; or they move, where the bank takes the word
    /// of whoever received help and it is they who say so.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let giver = sight.taking_part("giver_account_number", self.giver)?;
        let receiver = sight.taking_part("receiver_account_number", self.receiver)?;
        if self.said_by == Side::Giver {
            sight.may_speak(giver.own.account)?;
        }
        not_in_future(sight, &giver, self.occurred_on)?;
        let settings = sight.settings(giver.bank);
        let written = self.length.written("length", settings, self.confirmed)?;
        let of_month = match self.said_by {
            Side::Giver => None,
            Side::Receiver => sight.may_take(receiver.own.account, Taking::Receiving, written.amount)?,
        };
        let (transfer, kind) = between_open(sight, (giver, receiver), written.amount, self.activity)?;
        // Whether somebody has to agree is asked again when the hours are taken.
        let opened = pots::opened_by(sight, &[transfer])?;
        let people = [giver.own.owner, receiver.own.owner];
        let mut plan = match (settings.confirming, self.said_by) {
            (Confirming::Receiver, Side::Receiver) => {
                let also = opened.or(written.unusual.cause());
                Plan::posted(sight, (kind, smallvec![transfer]), people.to_vec(), also)?
            }
            (Confirming::Receiver, Side::Giver) | (Confirming::EitherSide, _) => {
                let hold = self.set_aside(sight, (&giver, &receiver), (transfer, kind));
                let sides = Sides { giver: self.giver, receiver: self.receiver };
                let said = Proposal::Said(OneSide { said_by: self.said_by, by: sight.actor, sides });
                Plan { attachment: Some(said.attachment()), ..Plan::new(Action::Hold(hold), people.to_vec()) }
            }
        };
        plan.occurred_on = Some(self.occurred_on);
        let here = claim(people, self.occurred_on, written.amount, self.asked, sight.now);
        let said = claim_said(people, self.occurred_on, self.asked, sight.now);
        plan.claims = here.into_iter().chain(said).chain(of_month).collect();
        plan.said = Said { memo: self.memo.clone(), reason: None, typed: written.typed };
        Ok(plan)
    }

    /// Until the other side answers, or its silence does.
    fn set_aside(
        &self,
        sight: &Sight<'_>,
        (giver, receiver): (&Party, &Party),
        (transfer, kind): (Transfer, Kind),
    ) -> Hold {
        let settings = sight.settings(giver.bank);
        let silence = if sight.stands_for(sight.actor, giver.own.account)
            || unusual(settings, transfer.amount).cause().is_some()
        {
            // Nobody's silence adds to what they wrote down themselves (I11), nor is it a second person.
            AtDeadline::Release
        } else {
            confirming::at_deadline(self.said_by, receiver.standing.pays, giver.standing.hours_to)
        };
        let days = i64::from(settings.auto_accept_days);
        let deadline = sight.now.plus_seconds(days * SECONDS_PER_DAY);
        Hold { kind, transfers: smallvec![transfer], deadline, at_deadline: silence }
    }
}

/// What is said for a proposal's answer, beside its length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// How long it was; none for as was said, or for nothing where a dispute is settled.
    pub length: Option<&'a Length>,
    /// Why it may pass a limit.
    pub limit_reason: Option<String>,
    /// Whether it is another one than the one it looks like.
    pub asked: Asked,
}

/// A proposal that is in the books.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// The hold's entry.
    pub entry: &'a Entry,
    /// The hold.
    pub hold: &'a Hold,
    /// What one side said.
    pub said: OneSide,
    /// What it would move.
    pub transfer: Transfer,
}

impl<'a> Open<'a> {
    /// The proposal that `entry` is.
    ///
    /// # Errors
    /// [`Refusal::NotOpen`] if it is none.
    pub fn of(entry: &'a Entry) -> Result<Self, Refusal> {
        let none = Refusal::NotOpen(entry.sequence);
        let Action::Hold(hold) = &entry.command.action else { return Err(none) };
        let (Some(Proposal::Said(said)), Some(transfer)) =
            (Proposal::beside(entry), hold.transfers.first().copied())
        else {
            return Err(none);
        };
        Ok(Self { entry, hold, said, transfer })
    }

    /// Who said it, and when.
    const fn proposed_by(&self) -> Acting {
        Acting { who: self.said.by, at: self.entry.recorded_at }
    }

    /// The account of the side that has not spoken.
    const fn other_side(&self) -> AccountNumber {
        match self.said.said_by {
            Side::Giver => self.said.sides.receiver,
            Side::Receiver => self.said.sides.giver,
        }
    }

    /// Whoever answers speaks for the other side, and did not write the proposal.
    fn answers(&self, sight: &Sight<'_>) -> Result<(), Refusal> {
        if sight.is_actor(self.said.by) {
            return Err(Refusal::SaidItThemselves);
        }
        sight.may_speak(self.other_side())
    }

    fn about(&self, sight: &Sight<'_>) -> Result<Vec<OwnerNumber>, Refusal> {
        self.people(sight).map(Vec::from)
    }

    /// The other side agrees, or remembers `length`. What it means stands beside the entry.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn confirm(&self, sight: &Sight<'_>, answer: Answer<'_>) -> Result<Plan, Refusal> {
        self.answers(sight)?;
        if answer.limit_reason.is_some() && sight.rank == Rank::Member {
            let limit = "absent but from a broker or a lead, who allow it in their own name";
            return Err(Invalid { field: "limit_reason", limit }.into());
        }
        let bank = sight.party(self.said.sides.giver)?.bank;
        let settings = sight.settings(bank);
        let said = self.transfer.amount;
        let Some(length) = answer.length else {
            return self.taken(sight, (said, Agreed::TheSame, None), answer);
        };
        // Nobody is asked whether a length is unusual that will not stand by itself.
        let remembered = length.written_unasked("length", settings)?;
        let tolerance = Tolerance {
            seconds: settings.dispute_tolerance_seconds,
            percent_of_longer: settings.dispute_tolerance_percent,
        };
        let compared = confirming::compare(said, remembered.amount, tolerance, settings.entering);
        let typed = remembered.typed;
        let (amount, agreed) = match compared {
            Compared::Same(amount) => (amount, Agreed::TheSame),
            Compared::Close(amount) => (amount, Agreed::TheMiddle),
            Compared::Differ => {
                let mut plan = self.disputed(sight)?;
                plan.said.typed = typed;
                return Ok(plan);
            }
        };
        self.taken(sight, (amount, agreed, typed), answer)
    }

    /// The hours are taken: as they were set aside, or another amount in their place.
    fn taken(
        &self,
        sight: &Sight<'_>,
        (amount, agreed, typed): (Amount, Agreed, Option<String>),
        answer: Answer<'_>,
    ) -> Result<Plan, Refusal> {
        let transfers = smallvec![Transfer { amount, ..self.transfer }];
        let effects = Effects::of_post(&transfers);
        let opened = pots::opened_by(sight, &transfers)?;
        let hold = self.entry.sequence;
        // Whoever speaks for who received help takes it of their month; a capture counts nothing.
        let of_month = match self.said.said_by {
            Side::Giver => sight.may_take(self.said.sides.receiver, Taking::Receiving, amount)?,
            Side::Receiver => None,
        };
        let action = if amount == self.transfer.amount && of_month.is_none() {
            Action::Capture(Capture { hold, amount: None, rest: Rest::Release })
        } else {
            Action::Post(Post {
                kind: self.hold.kind,
                transfers,
                ends: Some(Ends { hold, rest: Rest::Release }),
            })
        };
        let mut plan = Plan::new(action, self.about(sight)?);
        plan.occurred_on = self.entry.command.occurred_on;
        if amount != self.transfer.amount {
            // What was said first is not here: what is written is.
            plan.claims = self
                .claim_of(sight, self.transfer.amount, answer.asked)?
                .map(given_back)
                .into_iter()
                .collect();
            plan.claims.extend(self.claim_of(sight, amount, answer.asked)?);
        }
        plan.claims.extend(of_month);
        plan.attachment = Some(Proposal::Agreed(agreed).attachment());
        plan.allowed_by = answer.limit_reason.is_some().then_some(sight.actor);
        plan.said = Said { memo: None, reason: answer.limit_reason, typed };
        // Two humans have said the same: whoever proposed it is the second person.
        let settings = sight.settings(sight.party(self.said.sides.giver)?.bank);
        let also = opened.or(unusual(settings, amount).cause());
        plan.judged(sight, &effects, Some(self.proposed_by()), also)
    }

    /// What it claims where it is so long, if that is still asked about.
    fn claim_of(&self, sight: &Sight<'_>, amount: Amount, asked: Asked) -> Result<Option<Claim>, Refusal> {
        let people = self.people(sight)?;
        let day = self.entry.command.occurred_on;
        Ok(day.and_then(|day| claim(people, day, amount, asked, sight.now)))
    }

    /// What it claims however long it is, if that is still asked about.
    fn claim_said(&self, sight: &Sight<'_>, asked: Asked) -> Result<Option<Claim>, Refusal> {
        let people = self.people(sight)?;
        let day = self.entry.command.occurred_on;
        Ok(day.and_then(|day| claim_said(people, day, asked, sight.now)))
    }

    /// Who helped, and who was helped.
    fn people(&self, sight: &Sight<'_>) -> Result<[OwnerNumber; 2], Refusal> {
        self.said.sides.people(sight)
    }

    /// The other side says that there was no such help.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn reject(&self, sight: &Sight<'_>, reason: Option<String>) -> Result<Plan, Refusal> {
        // Whoever said it may take it back.
        if !sight.is_actor(self.said.by) {
            self.answers(sight)?;
        }
        let mut plan = Plan::new(Action::Void(self.entry.sequence), self.about(sight)?);
        plan.said.reason = reason;
        Ok(plan)
    }

    /// Two remember it differently.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn dispute(
        &self,
        sight: &Sight<'_>,
        length: Option<&Length>,
        reason: Option<String>,
    ) -> Result<Plan, Refusal> {
        let either =
            sight.may_speak(self.said.sides.receiver).or_else(|_| sight.may_speak(self.said.sides.giver));
        either?;
        let mut plan = self.disputed(sight)?;
        plan.said.reason = reason;
        let remembered = length.map(Length::remembered).transpose();
        plan.said.typed = remembered.map_err(|unread| Refusal::Unread { field: "length", unread })?;
        Ok(plan)
    }

    fn disputed(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let mut plan = Plan::new(Action::Void(self.entry.sequence), self.about(sight)?);
        plan.attachment = Some(Proposal::Disputed.attachment());
        Ok(plan)
    }

    /// A broker who is neither of the two, and neither said it nor disputed it (`disputed_by`), writes down what both
    /// agreed on; `length` is none where that is nothing.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn resolve(
        &self,
        sight: &Sight<'_>,
        disputed_by: Acting,
        (answer, reason): (Answer<'_>, Option<String>),
    ) -> Result<Plan, Refusal> {
        // The local operator is nobody, and writes what everybody said.
        let is_own = |one: Acting| sight.is_actor(one.who) || sight.shares_a_key(one);
        let own = [self.proposed_by(), disputed_by].into_iter().any(is_own);
        if own && sight.actor != OwnerNumber::OPERATOR {
            return Err(Refusal::TheirOwnDispute);
        }
        for account in [self.said.sides.receiver, self.said.sides.giver] {
            if sight.stands_for(sight.actor, account) {
                return Err(Refusal::Party { account });
            }
        }
        let settled = Proposal::Settled(self.entry.sequence);
        let about = self.about(sight)?;
        let mut plan = match answer.length {
            Some(length) => {
                let settings = sight.settings(sight.party(self.said.sides.giver)?.bank);
                // Two remember it and a third writes it down: that is asked enough, but for more than was said.
                let written = length.written_unasked("length", settings)?;
                if written.unusual != Unusual::No && written.amount > self.transfer.amount {
                    let limit = "at most what was said, as it is above the bank's first line; write the rest down as \
                                 an exchange of its own";
                    return Err(Invalid { field: "length", limit }.into());
                }
                let transfers = smallvec![Transfer { amount: written.amount, ..self.transfer }];
                let opened = pots::opened_by(sight, &transfers)?;
                let mut plan = Plan::posted(sight, (self.hold.kind, transfers), about, opened)?;
                plan.said.typed = written.typed;
                // What the dispute let go is here again.
                plan.claims = self.claim_of(sight, written.amount, answer.asked)?.into_iter().collect();
                plan.claims.extend(self.claim_said(sight, answer.asked)?);
                plan.allowed_by = answer.limit_reason.is_some().then_some(sight.actor);
                plan
            }
            None => {
                let subject = self.entry.sequence.get();
                let note = Note { topic: Topic::PROPOSAL, subject, body: settled.encode() };
                let mut plan = Plan::new(Action::Note(note), about);
                plan.said.reason = reason;
                return Ok(plan); // A note has neither day nor anything beside it.
            }
        };
        plan.occurred_on = self.entry.command.occurred_on;
        plan.said.reason = both(reason, answer.limit_reason);
        plan.attachment = Some(settled.attachment());
        Ok(plan)
    }
}

/// How it was settled, and why it may pass a limit.
fn both(settled: Option<String>, allowed: Option<String>) -> Option<String> {
    match (settled, allowed) {
        (Some(settled), Some(allowed)) => Some(format!("{settled}; {allowed}")),
        (one, other) => one.or(other),
    }
}
