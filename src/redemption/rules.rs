//! The rules of a sale that need nothing but what is told and what is known: pure, each with its table of examples.
//!
//! What has been taken already, and whether there is enough, the ledger decides with the hours.

use super::codes::Code;
use super::refusal::Refusal;
use crate::directory::partners::{Kept, Moment, Opens, PEOPLE_MAX, StaffPerson, Stands};
use crate::domain::{Amount, Invalid, OwnerNumber, Refusal as Books, Timestamp};
use crate::exchange;

/// Where a sale is made: the venue of its till, and what the clock there shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The venue.
    pub venue: u8,
    /// Now, or for a slip the day it was written; then any time of that day.
    pub at: When,
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At this moment, where the venue is.
    Now(Moment),
    /// Some time of this day: a slip does not say when.
    OnDay(crate::domain::Day),
}

/// What an offer costs here and now, for so many people.
///
/// Invariant: amounts come from the offer and from people counted, never from what is typed.
///
/// # Errors
/// [`Refusal::OfferNotOpen`] and [`Refusal::OfferNotNow`]; [`Invalid`] where that many people cannot be.
pub fn price(kept: &Kept, is_kind_taken: bool, counter: Counter, people: u32) -> Result<Amount, NotSold> {
    let limit = "from 1 to 100, and together at most 2^40 seconds";
    let invalid = NotSold::Invalid(Invalid { field: "people", limit });
    if !(1..=PEOPLE_MAX).contains(&people) {
        return Err(invalid);
    }
    let is_here = kept.offer.venue.is_none_or(|venue| venue == counter.venue);
    // What was open on the day of a slip may have ended since.
    let is_open = match (&kept.stands, counter.at) {
        (Stands::Open, _) | (Stands::Retired, When::OnDay(_)) => true,
        (Stands::Waits | Stands::Declined(_) | Stands::Withdrawn, _) | (Stands::Retired, When::Now(_)) => {
            false
        }
    };
    if !is_here || !is_open || !is_kind_taken {
        return Err(NotSold::Refused(Refusal::OfferNotOpen));
    }
    let opens = match counter.at {
        When::Now(moment) => kept.offer.hours.opens(moment),
        When::OnDay(day) if kept.offer.hours.has_day(day) => Opens::Now,
        When::OnDay(_) => Opens::Never,
    };
    match opens {
        Opens::Now => kept.offer.price_for(people).ok_or(invalid),
        Opens::On(day) => Err(NotSold::Refused(Refusal::OfferNotNow { opens_on: Some(day) })),
        Opens::Never => Err(NotSold::Refused(Refusal::OfferNotNow { opens_on: None })),
    }
}

/// Why there is no sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSold {
    /// It cannot be meant.
    Invalid(Invalid),
    /// It is not to be had.
    Refused(Refusal),
}

impl From<Refusal> for NotSold {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Books> for NotSold {
    fn from(refusal: Books) -> Self {
        Self::Refused(Refusal::Books(refusal))
    }
}

impl From<exchange::Refusal> for NotSold {
    /// Of what exchanges are refused for, a sale has few; all else is somebody's own.
    fn from(refusal: exchange::Refusal) -> Self {
        use exchange::Refusal as Why;
        match refusal {
            Why::Ledger(refusal) => refusal.into(),
            Why::Invalid(invalid) => Self::Invalid(invalid),
            Why::Paused { .. } => Self::Refused(Refusal::Paused),
            Why::AfterClosing { account, .. } => Books::AccountClosed(account).into(),
            Why::NoClearing { first, second } => Self::Refused(Refusal::NoClearing { first, second }),
            Why::NotSomebody { .. }
            | Why::NotAPot { .. }
            | Why::Standing(_)
            | Why::Group(_)
            | Why::Unread { .. }
            | Why::TooLong { .. }
            | Why::UnusualAmount { .. }
            | Why::NotYours { .. }
            | Why::NotTheSecondPerson(_)
            | Why::WindowPassed { .. }
            | Why::NotOpen(_)
            | Why::NothingWaits(_)
            | Why::WaitsAlready { .. }
            | Why::Party { .. }
            | Why::SaidItThemselves
            | Why::TheirOwnDispute
            | Why::SaidAlready { .. }
            | Why::BookedDayIsOver { .. }
            | Why::PotIsOver { .. }
            | Why::PotNotForBrokers { .. }
            | Why::PotNeedsPanel { .. }
            | Why::NothingToClaim { .. }
            | Why::LineClaimed { .. }
            | Why::ClaimedBack { .. }
            | Why::NotForBrokers
            | Why::AbovePotLine
            | Why::TooMuchToWait => Self::Refused(Refusal::CodeUnknown),
        }
    }
}

/// A code may be used for an offer of a partner now.
///
/// # Errors
/// [`Refusal::CodeOver`] and [`Refusal::CodeNotHere`].
pub fn code_works(code: &Code, now: Timestamp, partner: OwnerNumber, offer: u16) -> Result<(), Refusal> {
    if !code.is_alive(now) {
        return Err(Refusal::CodeOver);
    }
    if code.works_for(partner, offer) { Ok(()) } else { Err(Refusal::CodeNotHere) }
}

/// Whoever stands at the till is one of the partner's, and none of those whose hours they are: neither the member, nor who
/// fetched the code for them.
///
/// # Errors
/// [`Refusal::StaffAtTill`]; [`Invalid`] for initials nobody has.
pub fn staff_may(
    initials: &str,
    staff: &[StaffPerson],
    is_one_of_theirs: impl Fn(OwnerNumber) -> bool,
) -> Result<(), NotSold> {
    let at_till = staff.iter().find(|person| &*person.initials == initials);
    match at_till.map(|person| person.owner) {
        Some(Some(owner)) if is_one_of_theirs(owner) => Err(NotSold::Refused(Refusal::StaffAtTill)),
        Some(_) => Ok(()),
        None => {
            let limit = "initials the partner has said of somebody at its tills: SetTillStaff";
            Err(NotSold::Invalid(Invalid { field: "staff_initials", limit }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::OfferKind;
    use crate::directory::partners::{Caps, Hours, Offer, Per};
    use crate::domain::{Day, Sequence};

    fn lunch() -> Kept {
        let hours = Hours { weekdays: 0b000_1000, from_minute: 720, until_minute: 840, ..Hours::ALWAYS };
        let offer = Offer {
            venue: Some(1),
            kind: OfferKind::Activity,
            wording: "a seat".into(),
            price: Amount::new(3_600).unwrap(),
            per: Per::Person,
            hours,
            caps: Caps::default(),
        };
        Kept { offer, stands: Stands::Open, set_by: Sequence::new(1) }
    }

    /// Goal: a sale is made where, when and for as many as its offer says. Method: a lunch on Thursdays, one thing changed at
    /// a time; a slip of the day, also of an offer that has ended since.
    #[test]
    fn what_an_offer_costs() {
        let day = |day| Day::from_calendar(2026, 6, day).unwrap();
        let now = |on, minute| Counter { venue: 1, at: When::Now(Moment { day: day(on), minute }) };
        let slip = |on| Counter { venue: 1, at: When::OnDay(day(on)) };
        let not_open = || Err(NotSold::Refused(Refusal::OfferNotOpen));
        let not_now = |opens_on| Err(NotSold::Refused(Refusal::OfferNotNow { opens_on }));
        let stands = |stands| Kept { stands, ..lunch() };
        let next = Some(Day::from_calendar(2026, 7, 2).unwrap());
        for (kept, is_taken, counter, people, expected) in [
            (lunch(), true, now(25, 720), 1, Ok(3_600)),
            (lunch(), true, now(25, 720), 100, Ok(360_000)),
            (lunch(), true, Counter { venue: 2, ..now(25, 720) }, 1, not_open()),
            (lunch(), false, now(25, 720), 1, not_open()),
            (stands(Stands::Waits), true, now(25, 720), 1, not_open()),
            (stands(Stands::Retired), true, now(25, 720), 1, not_open()),
            (stands(Stands::Retired), true, slip(25), 1, Ok(3_600)),
            (stands(Stands::Declined("no".into())), true, slip(25), 1, not_open()),
            (stands(Stands::Withdrawn), true, slip(25), 1, not_open()),
            (lunch(), true, now(25, 600), 1, not_now(Some(day(25)))),
            (lunch(), true, now(25, 840), 1, not_now(next)),
            (lunch(), true, slip(25), 2, Ok(7_200)),
            (lunch(), true, slip(24), 1, not_now(None)),
        ] {
            let expected = expected.map(|seconds| Amount::new(seconds).unwrap());
            assert_eq!(price(&kept, is_taken, counter, people), expected, "{kept:?} {counter:?}");
        }
        for people in [0, 101] {
            assert!(matches!(price(&lunch(), true, now(25, 720), people), Err(NotSold::Invalid(_))));
        }
    }

    /// Goal: nobody takes their own hours while on the till, by whichever number; initials are somebody's. Method: Esme, who
    /// has an account; Rafe, of whom nothing is known; nobody.
    #[test]
    fn who_stands_at_the_till() {
        let person = |initials: &str, owner| StaffPerson { initials: initials.into(), owner };
        let staff = [person("EP", Some(OwnerNumber::new(9))), person("RA", None)];
        let is_esme = |owner: OwnerNumber| owner == OwnerNumber::new(9);
        assert_eq!(staff_may("EP", &staff, is_esme), Err(NotSold::Refused(Refusal::StaffAtTill)));
        assert_eq!(staff_may("EP", &staff, |_| false), Ok(()));
        assert_eq!(staff_may("RA", &staff, |_| true), Ok(()));
        assert!(matches!(staff_may("XX", &staff, |_| false), Err(NotSold::Invalid(_))));
    }

    /// Goal: a code works for whom it was made, as long as it lives. Method: bound and unbound, alive and over.
    #[test]
    fn whether_a_code_works() {
        let code = Code {
            account: None,
            issued_by: OwnerNumber::new(3),
            authority: super::super::codes::Authority::Own,
            voucher: None,
            partner: Some(OwnerNumber::new(7)),
            offer: None,
            ends_at: Timestamp::from_micros(100),
            look_ups: 5,
            refusals: 2,
        };
        let at = Timestamp::from_micros;
        assert_eq!(code_works(&code, at(99), OwnerNumber::new(7), 1), Ok(()));
        assert_eq!(code_works(&code, at(99), OwnerNumber::new(8), 1), Err(Refusal::CodeNotHere));
        assert_eq!(code_works(&code, at(100), OwnerNumber::new(7), 1), Err(Refusal::CodeOver));
        let refused = Code { refusals: 3, ..code };
        assert_eq!(code_works(&refused, at(0), OwnerNumber::new(7), 1), Err(Refusal::CodeOver));
    }
}
