//! What is left of offers, and from when on they can be taken: what members see before they travel.
//!
//! As of the moment of asking, for everybody alike: what one member may still take is not in it.

use super::messages;
use super::offers::is_taken;
use crate::api::{self, Availability};
use crate::directory::partners::{Kept, Moment, Opens, Stands};
use crate::directory::{Known, Month};
use crate::domain::{Day, OwnerNumber};
use crate::redemption::caps::{self, BusinessDay, Counted, OfferName};
use crate::service::answers;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

/// An offer, with whose it is and its number.
type Listed<'a> = (OwnerNumber, u16, &'a Kept);

impl Installation {
    /// Offers as messages, with what is left of each.
    pub(super) fn as_they_stand(
        &self,
        known: &Known,
        listed: &[Listed<'_>],
    ) -> Result<Vec<api::Offer>, NotDone> {
        let now = self.access.now();
        let mut counted = Vec::new();
        for (partner, number, kept) in listed {
            let zone = known.people.person(*partner).and_then(|person| known.banks.get(person.bank));
            let zone = zone.map(|bank| bank.zone());
            let counts = zone.map(|zone| {
                let on = BusinessDay { day: Day::at(now, zone), zone };
                let name = OfferName { partner: *partner, number: *number };
                let budget = caps::of_budget(*partner, known.partners.budget(*partner), on);
                caps::of_all(name, &kept.offer, on).chain([budget]).collect::<Vec<_>>()
            });
            counted.push((zone, counts.unwrap_or_default()));
        }
        let keys = counted.iter().flat_map(|(_, counts)| counts.iter().map(|count| count.key)).collect();
        let mut taken = self.network.ledger.taken_of(keys).map_err(|error| self.not_done(error))?.into_iter();
        let mut offers = Vec::with_capacity(listed.len());
        for ((partner, number, kept), (zone, counts)) in listed.iter().zip(counted) {
            let counts: Vec<_> =
                counts.into_iter().map(|count| (count, taken.next().unwrap_or_default())).collect();
            let mut offer = messages::message(*partner, *number, kept);
            let is_open = kept.stands == Stands::Open && is_taken(known, *partner, &kept.offer);
            if let Some(zone) = zone.filter(|_| is_open) {
                let (availability, from) = stands(kept, Moment::at(now, zone), &counts);
                offer.availability = availability.into();
                offer.available_from = from.map(answers::date);
            } else if kept.stands != Stands::Waits {
                offer.availability = Availability::Gone.into();
            }
            offers.push(offer);
        }
        Ok(offers)
    }
}

/// Whether an open offer can be taken at `now`, with what is taken of each count, and if not, from which day on.
fn stands(kept: &Kept, now: Moment, counts: &[(Counted, i64)]) -> (Availability, Option<Day>) {
    let least = |count: &Counted| match count.unit {
        crate::domain::ClaimUnit::Times => 1,
        crate::domain::ClaimUnit::Seconds => kept.offer.price.seconds(),
    };
    let is_over = |(count, taken): &&(Counted, i64)| count.max.saturating_sub(*taken) < least(count);
    let ever = |count: &Counted| count.until.micros() == i64::MAX;
    let mut over = counts.iter().filter(is_over);
    let mut opens = kept.offer.hours.opens(now);
    if let Some((count, _)) = over.next() {
        if ever(count) || over.any(|(count, _)| ever(count)) {
            return (Availability::Gone, None);
        }
        let next_month = Month::of(now.day).next().first_day();
        opens = match kept.offer.hours.opens(Moment { day: next_month, minute: 0 }) {
            Opens::Now => Opens::On(next_month),
            later @ (Opens::On(_) | Opens::Never) => later,
        };
    }
    match opens {
        Opens::Never => (Availability::Gone, None),
        Opens::On(day) => (Availability::NotBefore, Some(day)),
        Opens::Now if counts.iter().any(|(count, taken)| caps::is_nearly_gone(count.max, *taken)) => {
            (Availability::NearlyGone, None)
        }
        Opens::Now => (Availability::Available, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::OfferKind;
    use crate::directory::partners::{Caps, Hours, Offer, Per};
    use crate::domain::{Amount, Sequence};

    /// Goal: what members are told is what they would find. Method: a lunch on Thursdays with ten seats a month, twenty
    /// ever, and a budget of ten hours, at several moments and with more and more of it taken.
    #[test]
    fn what_members_see() {
        let day = |month, day| Day::from_calendar(2026, month, day).unwrap();
        let hours = Hours { weekdays: 0b000_1000, from_minute: 720, until_minute: 840, ..Hours::ALWAYS };
        let caps = Caps { month: 10, total: 20, ..Caps::default() };
        let (price, kind) = (Amount::new(3_600).unwrap(), OfferKind::Activity);
        let offer =
            Offer { venue: None, kind, wording: "lunch".into(), price, per: Per::Person, hours, caps };
        let kept = Kept { offer, stands: Stands::Open, set_by: Sequence::new(1) };
        let zone = jiff::tz::TimeZone::UTC;
        let partner = OwnerNumber::new(7);
        let at_lunch = Moment { day: day(6, 25), minute: 750 };
        for (now, taken, expected) in [
            (at_lunch, [0, 0, 0], (Availability::Available, None)),
            (at_lunch, [8, 0, 0], (Availability::Available, None)),
            (at_lunch, [9, 0, 0], (Availability::NearlyGone, None)),
            (at_lunch, [0, 17, 0], (Availability::NearlyGone, None)),
            (at_lunch, [0, 0, 32_400], (Availability::NearlyGone, None)),
            (at_lunch, [10, 0, 0], (Availability::NotBefore, Some(day(7, 2)))),
            (at_lunch, [0, 0, 32_401], (Availability::NotBefore, Some(day(7, 2)))),
            (at_lunch, [10, 20, 36_000], (Availability::Gone, None)),
            (at_lunch, [0, 20, 0], (Availability::Gone, None)),
            (Moment { minute: 840, ..at_lunch }, [0, 0, 0], (Availability::NotBefore, Some(day(7, 2)))),
            (Moment { minute: 600, ..at_lunch }, [0, 0, 0], (Availability::NotBefore, Some(day(6, 25)))),
        ] {
            let on = BusinessDay { day: now.day, zone: &zone };
            let name = OfferName { partner, number: 1 };
            let counts =
                caps::of_all(name, &kept.offer, on).chain([caps::of_budget(partner, Some(36_000), on)]);
            let counts: Vec<_> = counts.zip(taken).collect();
            assert_eq!(stands(&kept, now, &counts), expected, "{now:?} {taken:?}");
        }
        let over = Hours { last_day: Some(day(6, 30)), ..hours };
        let ends = Kept { offer: Offer { hours: over, ..kept.offer.clone() }, ..kept };
        let on = BusinessDay { day: at_lunch.day, zone: &zone };
        let counts: Vec<_> =
            caps::of_all(OfferName { partner, number: 1 }, &ends.offer, on).zip([10, 0]).collect();
        assert_eq!(
            stands(&ends, at_lunch, &counts),
            (Availability::Gone, None),
            "it is over before the next month"
        );
    }
}
