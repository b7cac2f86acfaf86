//! What partners said, folded one entry after the other.
//!
//! The same entries always give the same; what does not follow is an error that names its entry.

use std::collections::BTreeMap;

use super::note::{Said, Staff, StaffPerson};
use super::offer::Offer;
use crate::directory::reading::BadBytes;
use crate::domain::{Note, OwnerNumber, Sequence};

/// A partner has at most this many offers, ended ones too.
pub const OFFERS_MAX: usize = 200;
/// At most so many people stand at a partner's tills.
pub const STAFF_MAX: usize = 100;
/// Initials have at most this many letters.
const INITIALS_MAX: usize = 4;

/// An entry that cannot be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOffer {
    /// Its bytes.
    #[error("entry {0} about what a partner offers cannot be read: {1}")]
    Bytes(Sequence, BadBytes),
    /// What it says does not follow from what was said before.
    #[error("entry {0} about what a partner offers does not follow from those before it: {1}")]
    Order(Sequence, &'static str),
}

/// How an offer stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// The bank has not approved it yet.
    Waits,
    /// It can be taken.
    Open,
    /// The bank did not approve it, and why.
    Declined(Box<str>),
    /// It ended before the bank had approved it: it never could be taken.
    Withdrawn,
    /// It ended.
    Retired,
}

/// An offer as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What it is.
    pub offer: Offer,
    /// How it stands.
    pub stands: Stands,
    /// The entry that says so.
    pub set_by: Sequence,
}

/// What is known of one partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shop {
    /// Number n in place n - 1.
    offers: Vec<Kept>,
    budget: Option<i64>,
    staff: Staff,
    /// Who initials are, as it was last said of them, also of those who stand at no till now: at most as many as there are
    /// initials.
    owners: BTreeMap<Box<str>, OwnerNumber>,
}

/// What is known of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partners(BTreeMap<OwnerNumber, Shop>);

impl Partners {
    /// Takes in a note; those of other topics change nothing.
    ///
    /// # Errors
    /// [`BadOffer`]; then nothing is changed.
    pub fn apply(&mut self, sequence: Sequence, note: &Note) -> Result<(), BadOffer> {
        let said = Said::decode(note.topic, &note.body).map_err(|bad| BadOffer::Bytes(sequence, bad))?;
        let Some(said) = said else { return Ok(()) };
        let nobody = BadOffer::Order(sequence, "its partner is nobody");
        let partner = u32::try_from(note.subject).map_err(|_| nobody)?;
        let shop = self.0.entry(OwnerNumber::new(partner)).or_default();
        shop.take_in(sequence, said).map_err(|why| BadOffer::Order(sequence, why))
    }

    /// The offers of a partner with their numbers, in order.
    pub fn offers(&self, partner: OwnerNumber) -> impl Iterator<Item = (u16, &Kept)> {
        (1..).zip(self.0.get(&partner).into_iter().flat_map(|shop| &shop.offers))
    }

    /// Partners that offer something, or did, in the order of their numbers, after one of them.
    pub fn after(&self, partner: OwnerNumber) -> impl Iterator<Item = OwnerNumber> {
        let bounds = (std::ops::Bound::Excluded(partner), std::ops::Bound::Unbounded);
        self.0.range(bounds).map(|(partner, _)| *partner)
    }

    /// An offer.
    #[must_use]
    pub fn offer(&self, partner: OwnerNumber, number: u16) -> Option<&Kept> {
        self.0.get(&partner)?.offers.get(usize::from(number.checked_sub(1)?))
    }

    /// The number the next offer of a partner gets, if there may be another.
    #[must_use]
    pub fn next_offer(&self, partner: OwnerNumber) -> Option<u16> {
        let count = self.0.get(&partner).map_or(0, |shop| shop.offers.len());
        u16::try_from(count.saturating_add(1)).ok().filter(|_| count < OFFERS_MAX)
    }

    /// How many seconds a partner takes in a month; none for as many as come.
    #[must_use]
    pub fn budget(&self, partner: OwnerNumber) -> Option<i64> {
        self.0.get(&partner).and_then(|shop| shop.budget)
    }

    /// Who stands at a partner's tills.
    #[must_use]
    pub fn staff(&self, partner: OwnerNumber) -> &[StaffPerson] {
        self.0.get(&partner).map_or(&[], |shop| &shop.staff)
    }

    /// Who initials are with a partner, as it was last said, whether or not they stand at a till now.
    #[must_use]
    pub fn owner_of_initials(&self, partner: OwnerNumber, initials: &str) -> Option<OwnerNumber> {
        self.0.get(&partner)?.owners.get(initials).copied()
    }
}

impl Shop {
    fn take_in(&mut self, sequence: Sequence, said: Said) -> Result<(), &'static str> {
        match said {
            Said::Offered { number, is_approved, offer } => {
                let is_next = usize::from(number) == self.offers.len().saturating_add(1);
                if !is_next || self.offers.len() >= OFFERS_MAX {
                    return Err("it is not the next offer");
                }
                let stands = if is_approved { Stands::Open } else { Stands::Waits };
                self.offers.push(Kept { offer, stands, set_by: sequence });
                Ok(())
            }
            Said::Approved(number) => self.set(sequence, number, &Stands::Waits, Stands::Open),
            Said::Declined(number, why) => self.set(sequence, number, &Stands::Waits, Stands::Declined(why)),
            Said::Retired(number) => self
                .set(sequence, number, &Stands::Waits, Stands::Withdrawn)
                .or_else(|_| self.set(sequence, number, &Stands::Open, Stands::Retired)),
            Said::Budget(month) => {
                self.budget = month;
                Ok(())
            }
            Said::Staff(staff) => {
                if staff.len() > STAFF_MAX || !are_apart(&staff) || !staff.iter().all(is_named) {
                    return Err("initials are 1 to 4 capital letters, each once");
                }
                let owners = staff.iter().filter_map(|person| Some((person.initials.clone(), person.owner?)));
                self.owners.extend(owners);
                self.staff = staff;
                Ok(())
            }
        }
    }

    fn set(
        &mut self,
        sequence: Sequence,
        number: u16,
        from: &Stands,
        to: Stands,
    ) -> Result<(), &'static str> {
        let place = usize::from(number).checked_sub(1);
        let kept = place.and_then(|place| self.offers.get_mut(place)).ok_or("there is no such offer")?;
        if kept.stands != *from {
            return Err("the offer stands otherwise");
        }
        (kept.stands, kept.set_by) = (to, sequence);
        Ok(())
    }
}

fn is_named(person: &StaffPerson) -> bool {
    let letters = person.initials.as_bytes();
    (1..=INITIALS_MAX).contains(&letters.len()) && letters.iter().all(u8::is_ascii_uppercase)
}

fn are_apart(staff: &[StaffPerson]) -> bool {
    let mut initials: Vec<_> = staff.iter().map(|person| &*person.initials).collect();
    initials.sort_unstable();
    initials.is_sorted_by(|one, next| one < next)
}

#[cfg(test)]
mod tests {
    use super::super::testing::lunch;
    use super::*;

    const CAFE: OwnerNumber = OwnerNumber::new(7);

    fn note(said: &Said) -> Note {
        Note { topic: said.topic(), subject: 7, body: said.encode() }
    }

    fn offered(number: u16, is_approved: bool) -> Said {
        Said::Offered { number, is_approved, offer: lunch() }
    }

    /// Goal: offers stand as was said last, keep their numbers, and what does not follow changes nothing. Method: a café's
    /// notes one after the other, each with whether it follows.
    #[test]
    fn offers_one_after_the_other() {
        let person = |initials: &str| StaffPerson { initials: initials.into(), owner: None };
        let mut partners = Partners::default();
        for (place, (said, follows)) in [
            (offered(1, false), true),
            (offered(1, false), false),
            (offered(3, false), false),
            (offered(2, true), true),
            (Said::Approved(2), false),
            (Said::Approved(1), true),
            (Said::Declined(1, "no".into()), false),
            (Said::Retired(1), true),
            (Said::Retired(1), false),
            (Said::Retired(0), false),
            (Said::Retired(4), false),
            (offered(3, false), true),
            (Said::Declined(3, "tea is goods".into()), true),
            (Said::Retired(3), false),
            (offered(4, false), true),
            (Said::Retired(4), true),
            (Said::Approved(4), false),
            (Said::Budget(Some(36_000)), true),
            (Said::Staff(vec![person("EP"), person("RA")]), true),
            (Said::Staff(vec![person("EP"), person("EP")]), false),
            (Said::Staff(vec![person("ep")]), false),
            (Said::Staff(vec![person("ABCDE")]), false),
        ]
        .into_iter()
        .enumerate()
        {
            let before = partners.clone();
            let applied = partners.apply(Sequence::new(place as u64 + 1), &note(&said));
            assert_eq!(applied.is_ok(), follows, "{said:?}: {applied:?}");
            assert!(follows || partners == before);
        }
        let stand: Vec<_> = partners
            .offers(CAFE)
            .map(|(number, kept)| (number, kept.stands.clone(), kept.set_by.get()))
            .collect();
        let expected = [
            (1, Stands::Retired, 8),
            (2, Stands::Open, 4),
            (3, Stands::Declined("tea is goods".into()), 13),
            (4, Stands::Withdrawn, 16),
        ];
        assert_eq!(stand, expected);
        assert_eq!(
            (partners.budget(CAFE), partners.staff(CAFE).len(), partners.next_offer(CAFE)),
            (Some(36_000), 2, Some(5))
        );
        assert_eq!(partners.after(OwnerNumber::OPERATOR).collect::<Vec<_>>(), [CAFE]);
        assert_eq!(partners.after(CAFE).count(), 0);
    }

    /// Goal: there are no more offers than may be. Method: one too many.
    #[test]
    fn no_more_than_may_be() {
        let mut partners = Partners::default();
        for number in 1..=200 {
            partners.apply(Sequence::new(number), &note(&offered(number as u16, true))).unwrap();
        }
        assert_eq!(partners.next_offer(CAFE), None);
        assert!(partners.apply(Sequence::new(201), &note(&offered(201, true))).is_err());
    }
}
