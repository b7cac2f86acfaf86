//! Bytes of our topics: one form each, for ever.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::note::Said;
use super::terms::{
    HoursTo, Opens, PauseCause, Pays, PersonKind, Representative, RestTo, Site, Speaks, Standing,
};
use crate::directory::reading::BadBytes;
use crate::domain::{AccountNumber, Amount, BankNumber, Day, OwnerNumber, Topic};

fn pots() -> impl Strategy<Value = Option<AccountNumber>> {
    option::of((0..AccountNumber::ACCOUNTS_MAX).prop_map(|slot| AccountNumber::from_slot(slot).unwrap()))
}

fn days() -> impl Strategy<Value = Option<Day>> {
    option::of((Day::MIN.days()..=Day::MAX.days()).prop_map(Day::from_days))
}

fn amounts() -> impl Strategy<Value = Amount> {
    (1..=Amount::MAX.seconds()).prop_map(|seconds| Amount::new(seconds).unwrap())
}

fn sealed() -> impl Strategy<Value = Box<[u8]>> {
    vec(any::<u8>(), 1..40).prop_map(Vec::into_boxed_slice)
}

fn owners() -> impl Strategy<Value = OwnerNumber> {
    (1_u32..).prop_map(OwnerNumber::new)
}

fn sites() -> impl Strategy<Value = Site> {
    prop_oneof![
        (any::<u8>(), sealed()).prop_map(|(number, words)| Site::Venue { number, words }),
        any::<u8>().prop_map(Site::VenueClosed),
        (any::<u16>(), any::<u8>()).prop_map(|(number, venue)| Site::Till { number, venue }),
        any::<u16>().prop_map(Site::TillClosed),
    ]
}

fn everything() -> impl Strategy<Value = Said> {
    let kinds = prop::sample::select(PersonKind::ALL.to_vec());
    let speaks = prop::sample::select(Speaks::ALL.to_vec());
    let opens = prop_oneof![amounts().prop_map(Opens::Brokers), Just(Opens::Lead), Just(Opens::Panel)];
    prop_oneof![
        (kinds, any::<u32>(), sealed()).prop_map(|(kind, bank, profile)| Said::Person {
            kind,
            bank: BankNumber::new(bank),
            profile,
        }),
        (pots(), pots(), pots()).prop_map(|(pays, hours_to, rest_to)| Said::Standing(Standing {
            pays: pays.map_or(Pays::Themselves, Pays::Pot),
            hours_to: hours_to.map_or(HoursTo::Themselves, HoursTo::Pot),
            rest_to: rest_to.map_or(RestTo::CommunityPot, RestTo::Account),
        })),
        (owners(), speaks, option::of(amounts()), days()).prop_map(
            |(owner, speaks, monthly_limit, last_day)| {
                Said::Named(Representative { owner, speaks, monthly_limit, last_day })
            }
        ),
        owners().prop_map(Said::Ended),
        prop::sample::select(vec![
            Said::Paused(PauseCause::ForNow),
            Said::Paused(PauseCause::ToBeForgotten),
            Said::Resumed
        ]),
        sites().prop_map(Said::Site),
        (days(), opens, sealed()).prop_map(|(last_day, opens, purpose)| Said::Pot {
            last_day,
            opens,
            purpose
        }),
    ]
}

proptest! {
    /// Goal: what is said comes back; damaged bytes are another saying or an error, never two forms of one.
    /// Method: everything that can be said, cut, lengthened and with one byte changed.
    #[test]
    fn round_trip_and_damage(said in everything(), place: prop::sample::Index, bit in 0_u8..8) {
        let (topic, body) = (said.topic(), said.encode());
        prop_assert_eq!(Said::decode(topic, &body), Ok(Some(said.clone())));
        let mut bent = body.to_vec();
        bent[place.index(body.len())] ^= 1 << bit;
        for other in [&bent[..], &body[..place.index(body.len())], &[&body[..], &[bit]].concat()] {
            if let Ok(decoded) = Said::decode(topic, other) {
                let decoded = decoded.unwrap();
                prop_assert_ne!(&decoded, &said);
                prop_assert_eq!(&*decoded.encode(), other);
            }
        }
    }
}

/// Goal: the format is that of the module header, for ever, and what it does not allow is refused.
/// Method: one body of each topic by hand; then bytes just outside.
#[test]
fn the_format() {
    let slot = |slot| AccountNumber::from_slot(slot).unwrap();
    let one = OwnerNumber::new(7);
    let (limit, day) = (Amount::new(3_600), Some(Day::from_days(1)));
    for (said, expected) in [
        (
            Said::Person { kind: PersonKind::Partner, bank: BankNumber::new(2), profile: [9, 9].into() },
            vec![1, 3, 2, 0, 0, 0, 9, 9],
        ),
        (
            Said::Standing(Standing {
                pays: Pays::Pot(slot(5)),
                hours_to: HoursTo::Themselves,
                rest_to: RestTo::Account(slot(6)),
            }),
            vec![1, 2, 5, 0, 0, 0, 1, 2, 6, 0, 0, 0],
        ),
        (
            Said::Named(Representative {
                owner: one,
                speaks: Speaks::ForAll,
                monthly_limit: limit,
                last_day: day,
            }),
            vec![1, 1, 7, 0, 0, 0, 3, 0x10, 0x0e, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
        ),
        (Said::Ended(one), vec![1, 2, 7, 0, 0, 0]),
        (Said::Paused(PauseCause::ToBeForgotten), vec![1, 2]),
        (Said::Resumed, vec![1, 3]),
        (Said::Site(Site::Venue { number: 4, words: [8].into() }), vec![1, 1, 4, 8]),
        (Said::Site(Site::VenueClosed(4)), vec![1, 2, 4]),
        (Said::Site(Site::Till { number: 3, venue: 4 }), vec![1, 3, 3, 0, 4]),
        (Said::Site(Site::TillClosed(3)), vec![1, 4, 3, 0]),
        (Said::Pot { last_day: None, opens: Opens::Lead, purpose: [8].into() }, vec![1, 0, 0, 0, 0x80, 2, 8]),
    ] {
        assert_eq!(*said.encode(), expected[..]);
        assert_eq!(Said::decode(said.topic(), &expected), Ok(Some(said)));
    }
    let damaged = Err(BadBytes::Damaged);
    for (topic, body) in [
        (Topic::PERSON, vec![1, 3, 2, 0, 0, 0]),         // No profile.
        (Topic::PERSON, vec![1, 5, 2, 0, 0, 0, 9]),      // No such kind.
        (Topic::REPRESENTATIVE, vec![1, 2, 0, 0, 0, 0]), // The operator.
        (Topic::PAUSE, vec![1, 4]),                      // Nothing we know.
        (Topic::POT, vec![]),
    ] {
        assert_eq!(Said::decode(topic, &body), damaged, "{topic:?} {body:?}");
    }
    assert_eq!(Said::decode(Topic::PAUSE, &[2, 1]), Err(BadBytes::Newer(2)));
    assert_eq!(Said::decode(Topic::ACTIVITIES, &[2, 1]), Ok(None));
}
