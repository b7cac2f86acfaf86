//! How often an offer may be taken, and how many hours a partner takes in a month: counters of the ledger.
//!
//! A counter counts for one day, one month, or for ever, where the venue is. It is kept a day longer than that: a sale of
//! yesterday may still come. What is set aside counts like what is taken, until it is let go.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::tz::TimeZone;

use crate::directory::Month;
use crate::directory::partners::Offer;
use crate::domain::{
    Amount, Claim, ClaimFate, ClaimKey, ClaimUnit, ClaimWord, Day, OwnerNumber, Sequence, Timestamp,
};

/// A till sells for today and so many days before it, where the venue is.
pub const DAYS_BEFORE_MAX: i32 = 1;

/// Which offer, of which partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferName {
    /// The partner.
    pub partner: OwnerNumber,
    /// Its number with the partner.
    pub number: u16,
}

/// When something counts: the business day of a sale, where its venue is.
#[derive(Clone, Copy, Debug)]
pub struct BusinessDay<'a> {
    /// The day.
    pub day: Day,
    /// The venue's clock.
    pub zone: &'a TimeZone,
}

/// Whose sales are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// Those of one owner.
    Owner(OwnerNumber),
    /// Those of one voucher, by the entry that made it: whose it is, nobody knows.
    Voucher(Sequence),
}

impl Counting {
    fn bytes(self) -> [u8; 9] {
        let (kind, number) = match self {
            Self::Owner(owner) => (0, u64::from(owner.get())),
            Self::Voucher(voucher) => (1, voucher.get()),
        };
        let [a, b, c, d, e, f, g, h] = number.to_le_bytes();
        [kind, a, b, c, d, e, f, g, h]
    }
}

/// What an offer's counts and the budget of its partner may hold at most, and where each is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The counter.
    pub key: ClaimKey,
    /// It may not pass this.
    pub max: i64,
    /// It begins again then.
    pub until: Timestamp,
    /// What is said where it would.
    pub word: ClaimWord,
    /// What it counts.
    pub unit: ClaimUnit,
}

impl Counted {
    /// What an entry claims that takes so much.
    #[must_use]
    pub const fn claim(&self, take: i64) -> Claim {
        let Self { key, max, until, word, unit } = *self;
        Claim { key, take, max, until, unit, fate: ClaimFate::GivenBack, word }
    }
}

/// The counts of an offer for everybody: of its month, and ever.
pub fn of_all(name: OfferName, offer: &Offer, on: BusinessDay<'_>) -> impl Iterator<Item = Counted> {
    let (month, ends) = month_of(on);
    let counts = |key, max: u32, until| Counted {
        key,
        max: i64::from(max),
        until,
        word: ClaimWord::OfferExhausted,
        unit: ClaimUnit::Times,
    };
    let of_month = counts(key("month", &name_bytes(name, &month)), offer.caps.month, ends);
    let ever =
        counts(key("total", &name_bytes(name, &[])), offer.caps.total, Timestamp::from_micros(i64::MAX));
    [of_month, ever].into_iter().filter(|count| count.max != 0)
}

/// The counts of an offer for one member, or one voucher: of the day, and of its month.
pub fn of_member(
    name: OfferName,
    offer: &Offer,
    member: Counting,
    on: BusinessDay<'_>,
) -> impl Iterator<Item = Counted> {
    let (month, month_ends) = month_of(on);
    let day_ends = kept_until(after(on.day), on.zone);
    let with_member = |what, period: &[u8], max: u32, until| {
        let bytes = [&member.bytes()[..], period].concat();
        let key = key(what, &name_bytes(name, &bytes));
        Counted { key, max: i64::from(max), until, word: ClaimWord::OwnCap, unit: ClaimUnit::Times }
    };
    let day = with_member("member day", &on.day.days().to_le_bytes(), offer.caps.member_day, day_ends);
    let of_month = with_member("member month", &month, offer.caps.member_month, month_ends);
    [day, of_month].into_iter().filter(|count| count.max != 0)
}

/// The budget of a partner in the month of a day, in seconds. What it takes counts also as long as it has none, so that one
/// that is said in the middle of a month holds for all of it.
#[must_use]
pub fn of_budget(partner: OwnerNumber, month_seconds: Option<i64>, on: BusinessDay<'_>) -> Counted {
    let (month, until) = month_of(on);
    let key = key("budget", &[&partner.get().to_le_bytes()[..], &month].concat());
    let (word, unit) = (ClaimWord::BudgetSpent, ClaimUnit::Seconds);
    let max = month_seconds.unwrap_or(Amount::MAX.seconds());
    Counted { key, max, until, word, unit }
}

/// What is taken for cards alone from one account on one day, seconds.
#[must_use]
pub fn of_card_alone(owner: OwnerNumber, max: i64, on: BusinessDay<'_>) -> Counted {
    let day = on.day.days().to_le_bytes();
    let key = key("card alone", &[&owner.get().to_le_bytes()[..], &day].concat());
    let until = kept_until(after(on.day), on.zone);
    Counted { key, max, until, word: ClaimWord::OwnCap, unit: ClaimUnit::Seconds }
}

/// Whether less than a fifth of a count is left.
#[must_use]
pub const fn is_nearly_gone(max: i64, taken: i64) -> bool {
    max.saturating_sub(taken).saturating_mul(5) < max
}

/// A month, and when it ends.
fn month_of(on: BusinessDay<'_>) -> ([u8; 3], Timestamp) {
    let month = Month::of(on.day);
    let next = month.next().first_day();
    let [year_low, year_high] = month.year().to_le_bytes();
    ([year_low, year_high, month.month()], kept_until(next, on.zone))
}

const fn after(day: Day) -> Day {
    Day::from_days(day.days().saturating_add(1))
}

/// Until when what counts until a day begins is kept.
fn kept_until(begins: Day, zone: &TimeZone) -> Timestamp {
    Day::from_days(begins.days().saturating_add(DAYS_BEFORE_MAX)).begins(zone)
}

fn name_bytes(name: OfferName, more: &[u8]) -> Vec<u8> {
    [&name.partner.get().to_le_bytes()[..], &name.number.to_le_bytes(), more].concat()
}

fn key(what: &str, bytes: &[u8]) -> ClaimKey {
    let told = [what.as_bytes(), &[0], bytes].concat();
    let mut key = ClaimKey::default();
    for (byte, hashed) in key.iter_mut().zip(digest(&SHA256, &told).as_ref()) {
        *byte = *hashed;
    }
    key
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::directory::OfferKind;
    use crate::directory::partners::{Caps, Hours, Per};
    use crate::domain::Amount;

    const NAME: OfferName = OfferName { partner: OwnerNumber::new(7), number: 4 };

    fn offer(caps: Caps) -> Offer {
        let (price, kind) = (Amount::new(3_600).unwrap(), OfferKind::Activity);
        Offer {
            venue: None,
            kind,
            wording: "a seat".into(),
            price,
            per: Per::Person,
            hours: Hours::ALWAYS,
            caps,
        }
    }

    fn moment(text: &str) -> Timestamp {
        let time: jiff::Timestamp = text.parse().unwrap();
        Timestamp::from_micros(time.as_microsecond())
    }

    /// Goal: each count has a counter of its own, that is kept a day longer than its time where the venue is, and no
    /// counter where there is no cap. Method: four caps and a budget, in London in the last days of June; another offer, partner,
    /// member, day and month.
    #[test]
    fn each_count_by_itself() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let capped = offer(Caps { member_day: 1, member_month: 2, month: 3, total: 4 });
        let on = |month, day| BusinessDay { day: Day::from_calendar(2026, month, day).unwrap(), zone: &zone };
        let all = |name, member: u32, on: BusinessDay<'_>| -> Vec<Counted> {
            let member = of_member(name, &capped, Counting::Owner(OwnerNumber::new(member)), on);
            let budget = of_budget(name.partner, Some(36_000), on);
            member.chain(of_all(name, &capped, on)).chain([budget]).collect()
        };
        let june = all(NAME, 9, on(6, 29));
        let (day_ends, month_ends) = (moment("2026-06-30T23:00:00Z"), moment("2026-07-01T23:00:00Z"));
        let until: Vec<_> = june.iter().map(|count| (count.max, count.until, count.word)).collect();
        let ever = Timestamp::from_micros(i64::MAX);
        assert_eq!(
            until,
            [
                (1, day_ends, ClaimWord::OwnCap),
                (2, month_ends, ClaimWord::OwnCap),
                (3, month_ends, ClaimWord::OfferExhausted),
                (4, ever, ClaimWord::OfferExhausted),
                (36_000, month_ends, ClaimWord::BudgetSpent),
            ]
        );
        let keys = |counts: Vec<Counted>| counts.into_iter().map(|count| count.key).collect::<BTreeSet<_>>();
        let same = |other: Vec<Counted>| keys(june.clone()).intersection(&keys(other)).count();
        assert_eq!(keys(june.clone()).len(), 5);
        assert_eq!(same(all(NAME, 9, on(6, 29))), 5);
        assert_eq!(same(all(NAME, 9, on(6, 30))), 4, "another day");
        assert_eq!(same(all(NAME, 9, on(7, 29))), 1, "another month: only what counts for ever is the same");
        assert_eq!(same(all(NAME, 8, on(6, 29))), 3, "another member");
        assert_eq!(
            same(all(OfferName { number: 5, ..NAME }, 9, on(6, 29))),
            1,
            "another offer: the budget is one"
        );
        assert_eq!(same(all(OfferName { partner: OwnerNumber::new(8), ..NAME }, 9, on(6, 29))), 0);
        let open = offer(Caps::default());
        assert_eq!(
            of_all(NAME, &open, on(6, 29)).count()
                + of_member(NAME, &open, Counting::Owner(NAME.partner), on(6, 29)).count(),
            0
        );
        let [none, some] = [None, Some(36_000)].map(|month| of_budget(NAME.partner, month, on(6, 29)));
        assert_eq!((none.key, none.max), (some.key, Amount::MAX.seconds()), "it counts before it is said");
        let voucher = |number| Counting::Voucher(Sequence::new(number));
        let of = |who| of_member(NAME, &capped, who, on(6, 29)).map(|count| count.key).collect::<Vec<_>>();
        assert!(
            of(voucher(9)) != of(voucher(8)) && of(voucher(9)) != of(Counting::Owner(OwnerNumber::new(9)))
        );
        let card = |owner, day| of_card_alone(OwnerNumber::new(owner), 60, on(6, day));
        assert_eq!((card(9, 29).until, card(9, 29).max), (day_ends, 60));
        assert!(card(9, 29).key != card(8, 29).key && card(9, 29).key != card(9, 30).key);
    }

    /// Goal: "nearly gone" is less than a fifth. Method: around a fifth of ten and of four.
    #[test]
    fn when_it_is_nearly_gone() {
        let nearly =
            [(10, 8, false), (10, 9, true), (10, 10, true), (4, 3, false), (4, 4, true), (1, 0, false)];
        for (max, taken, expected) in nearly {
            assert_eq!(is_nearly_gone(max, taken), expected, "{taken} of {max}");
        }
    }
}
