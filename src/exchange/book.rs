//! Rooms and hours booked ahead: set aside, taken on the day, let go if cancelled in time.
//!
//! - A booking is a hold that is let go seven days after its day, if nobody says that it took place.
//! - Nobody takes it before its day; after its day whoever booked does not let it go without the other side.
//! - Its slip is here already: it claims what help of the same people, day and length would.
//! - What the two chose once for all holds here too: a pot's hours are set aside, or hours for a pot.

use smallvec::smallvec;

use super::asked::without_fingerprint;
use super::length::{Length, unusual};
use super::plan::{Plan, Said};
use super::pots;
use super::record::{between_open, claim, not_in_future};
use super::refusal::Refusal;
use super::rules::doubles::{Asked, given_back};
use super::rules::effects::Effects;
use super::sides::Sides;
use super::sight::Sight;
use crate::directory::people::Taking;
use crate::domain::time::MICROS_PER_DAY;
use crate::domain::{
    AccountNumber, Acting, Action, Amount, AtDeadline, Attachment, Capture, Day, Entry, Hold, Invalid, Rest,
    Timestamp, Topic, Transfer,
};

/// A booking may be so many days ahead.
pub const DAYS_AHEAD_MAX: i32 = 366;
/// It is let go so many days after its day.
const DAYS_AFTER: i32 = 7;
/// What stands beside a booking's hold.
const FORMAT: u8 = 1;

/// Hours to set aside for a day to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// Who gives: a hall, a person.
    pub giver: AccountNumber,
    /// Who books.
    pub receiver: AccountNumber,
    /// How long.
    pub length: Length,
    /// For which day.
    pub day: Day,
    /// Number in the bank's list of activities.
    pub activity: Option<u16>,
    /// For whoever reads the line.
    pub memo: Option<String>,
    /// The figure repeated, where it is unusual.
    pub confirmed: Option<Amount>,
    /// Whether it is another one than the one it looks like.
    pub asked: Asked,
}

impl Book {
    /// The entry.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let giver = sight.taking_part("giver_account_number", self.giver)?;
        let receiver = sight.taking_part("receiver_account_number", self.receiver)?;
        let today = sight.today(giver.bank)?;
        let ahead = self.day.days().saturating_sub(today.days());
        if !(0..=DAYS_AHEAD_MAX).contains(&ahead) {
            return Err(Invalid { field: "day", limit: "today or at most 366 days ahead" }.into());
        }
        let written = self.length.written("length", sight.settings(giver.bank), self.confirmed)?;
        let of_month = sight.may_take(receiver.own.account, Taking::Spending, written.amount)?;
        let (transfer, kind) = between_open(sight, (giver, receiver), written.amount, self.activity)?;
        // Whether somebody has to agree is asked when the hours are taken.
        pots::opened_by(sight, &[transfer])?;
        let hold = Hold {
            kind,
            transfers: smallvec![transfer],
            deadline: let_go_at(self.day),
            at_deadline: AtDeadline::Release,
        };
        let people = [giver.own.owner, receiver.own.owner];
        let mut plan = Plan::new(Action::Hold(hold), people.to_vec());
        plan.said = Said { memo: self.memo.clone(), reason: None, typed: written.typed };
        let here = claim(people, self.day, written.amount, self.asked, sight.now);
        plan.claims = here.into_iter().chain(of_month).collect();
        let sides = Sides { giver: self.giver, receiver: self.receiver }.encode();
        let body = [FORMAT].into_iter().chain(self.day.days().to_le_bytes()).chain(sides).collect();
        plan.attachment = Some(Attachment { topic: Topic::BOOKING, body });
        Ok(plan)
    }
}

/// The end of the seventh day after, by UTC: within a day of anybody's midnight.
fn let_go_at(day: Day) -> Timestamp {
    let days = i64::from(day.days().saturating_add(DAYS_AFTER + 1));
    Timestamp::from_micros(days.saturating_mul(MICROS_PER_DAY))
}

/// A booking that is in the books.
#[derive(Clone, Copy, Debug)]
pub struct Booked<'a> {
    entry: &'a Entry,
    sides: Sides,
    transfer: Transfer,
    day: Day,
}

impl<'a> Booked<'a> {
    /// The booking that `entry` is.
    ///
    /// # Errors
    /// [`Refusal::NotOpen`] if it is none.
    pub fn of(entry: &'a Entry) -> Result<Self, Refusal> {
        let booked = || {
            let Action::Hold(hold) = &entry.command.action else { return None };
            let attachment = entry.command.attachment.as_deref().filter(|one| one.topic == Topic::BOOKING)?;
            let [FORMAT, rest @ ..] = without_fingerprint(&attachment.body) else { return None };
            let (day, sides) = rest.split_first_chunk()?;
            let day = Day::from_days(i32::from_le_bytes(*day));
            let sides = Sides::decode(sides)?;
            Some(Self { entry, sides, transfer: hold.transfers.first().copied()?, day })
        };
        booked().ok_or(Refusal::NotOpen(entry.sequence))
    }

    /// It took place: `length` of it, or all; `asked` says of a part whether it is another one than the one it looks
    /// like.
    ///
    /// # Errors
    /// [`Refusal`]; the ledger's of a day in the future where its day has not come.
    pub fn take(&self, sight: &Sight<'_>, length: Option<&Length>, asked: Asked) -> Result<Plan, Refusal> {
        // Either side says that it took place; hours for one's own account need the other's word (I11).
        let either = sight.may_speak(self.sides.receiver).or_else(|_| sight.may_speak(self.sides.giver));
        either?;
        let giver = sight.party(self.sides.giver)?;
        not_in_future(sight, &giver, self.day)?;
        let settings = sight.settings(giver.bank);
        // So much was asked about when it was booked, and no more is taken.
        let written = length.map(|length| length.written_unasked("length", settings)).transpose()?;
        let amount = written.as_ref().map_or(self.transfer.amount, |written| written.amount);
        let capture = Capture {
            hold: self.entry.sequence,
            amount: written.as_ref().map(|written| written.amount),
            rest: Rest::Release,
        };
        let effects = Effects::of_capture(&[self.transfer], amount);
        let opened = pots::opened_by(sight, &[Transfer { amount, ..self.transfer }])?;
        let people = self.sides.people(sight)?;
        let mut plan = Plan::new(Action::Capture(capture), people.to_vec());
        plan.occurred_on = Some(self.day);
        if amount != self.transfer.amount {
            // What was booked is not here: what took place is.
            let of = |amount| claim(people, self.day, amount, asked, sight.now);
            plan.claims = of(self.transfer.amount).map(given_back).into_iter().chain(of(amount)).collect();
        }
        plan.said.typed = written.and_then(|written| written.typed);
        let also = opened.or(unusual(settings, amount).cause());
        let booked_by = Acting { who: self.entry.command.actor, at: self.entry.recorded_at };
        plan.judged(sight, &effects, Some(booked_by), also)
    }

    /// It does not take place.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn cancel(&self, sight: &Sight<'_>, reason: Option<String>) -> Result<Plan, Refusal> {
        let (giver, receiver) = (sight.party(self.sides.giver)?, sight.party(self.sides.receiver)?);
        if let Err(not_for_who_gives) = sight.may_speak(giver.own.account) {
            sight.may_speak(receiver.own.account).map_err(|_| not_for_who_gives)?;
            // The day after the room was used, whoever used it does not take the hours back.
            if sight.today(giver.bank)? > self.day {
                return Err(Refusal::BookedDayIsOver { day: self.day });
            }
        }
        let mut plan =
            Plan::new(Action::Void(self.entry.sequence), vec![giver.own.owner, receiver.own.owner]);
        plan.said.reason = reason;
        Ok(plan)
    }
}
