//! Bytes of the topic `POLICY`: one policy, whole.
//!
//! ```text
//! format u8 (1)
//! step in minutes u8, rounding u8 (0 up, 1 nearest, 2 exact)
//! members, organisations, partners, pots, each:
//!     floor i64, ceiling i64, ceiling u8 (0 warns, 1 hard),
//!     reminders u8 (1 below, 2 above), below i64, above i64 (0 where there is none)
//! confirming u8 (0 either side, 1 receiver), auto accept days u16
//! dispute tolerance seconds u32, percent u8
//! reversal window days u16
//! question above i64, second person above i64
//! broker's line i64, kinds of offers u8 (bits: activity, discount, service, goods), welcome i64
//! declared practice u8 (0, 1), code life seconds u16, printed code days u8, card alone a day i64
//! ```
//!
//! Numbers are little-endian, amounts seconds; the subject is the bank.
//!
//! The format is for ever. What is not exactly this, or does not fit together, is an error and never skipped:
//! to overlook a policy would be to judge by the one before.

use super::{Confirming, OfferKinds, Policy, Settings, TillRules};
use crate::directory::reading::{BadBytes, Reader};
use crate::domain::note::NOTE_BYTES_MAX;
use crate::domain::{Amount, CeilingRule, Entering, EntryStep, Limits, Rounding};

/// Every note of a policy has this many bytes.
pub const POLICY_NOTE_BYTES: usize = 1 + 2 + 4 * LIMITS_BYTES + 3 + 5 + 2 + 16 + 17 + TILL_BYTES;

const LIMITS_BYTES: usize = 8 + 8 + 1 + 1 + 8 + 8;
const TILL_BYTES: usize = 1 + 2 + 1 + 8;
const FORMAT: u8 = 1;
const UP: u8 = 0;
const NEAREST: u8 = 1;
const EXACT: u8 = 2;
const WARNS: u8 = 0;
const HARD: u8 = 1;
const BELOW: u8 = 1;
const ABOVE: u8 = 2;

const _: () = assert!(POLICY_NOTE_BYTES <= NOTE_BYTES_MAX);

impl Policy {
    /// The body of the note.
    #[must_use]
    pub fn encode(&self) -> Box<[u8]> {
        let settings = self.settings();
        let mut bytes = Vec::with_capacity(POLICY_NOTE_BYTES);
        bytes.extend([FORMAT, settings.entering.step.minutes()]);
        bytes.push(match settings.entering.rounding {
            Rounding::Up => UP,
            Rounding::Nearest => NEAREST,
            Rounding::Exact => EXACT,
        });
        limits_into(&mut bytes, settings.member_limits);
        limits_into(&mut bytes, settings.organisation_limits);
        limits_into(&mut bytes, settings.partner_limits);
        limits_into(&mut bytes, settings.pot_limits);
        bytes.push(settings.confirming.number());
        bytes.extend(settings.auto_accept_days.to_le_bytes());
        bytes.extend(settings.dispute_tolerance_seconds.to_le_bytes());
        bytes.push(settings.dispute_tolerance_percent);
        bytes.extend(settings.reversal_window_days.to_le_bytes());
        bytes.extend(settings.unusual_question_above.seconds().to_le_bytes());
        bytes.extend(settings.unusual_second_person_above.seconds().to_le_bytes());
        bytes.extend(settings.broker_grant_line_seconds.to_le_bytes());
        bytes.push(settings.offer_kinds.bits());
        bytes.extend(settings.welcome_grant_seconds.to_le_bytes());
        bytes.push(u8::from(settings.till.has_declared_practice));
        bytes.extend(settings.till.code_life_seconds.to_le_bytes());
        bytes.push(settings.till.printed_code_days);
        bytes.extend(settings.till.card_alone_day_seconds.to_le_bytes());
        bytes.into_boxed_slice()
    }

    /// Reads a body.
    ///
    /// # Errors
    /// [`BadBytes`] unless it is exactly what [`Self::encode`] makes.
    pub fn decode(body: &[u8]) -> Result<Self, BadBytes> {
        let mut reader = Reader::new(body, FORMAT)?;
        let settings = settings(&mut reader).filter(|_| reader.is_at_end()).ok_or(BadBytes::Damaged)?;
        Self::new(settings).map_err(|_| BadBytes::Damaged)
    }
}

fn limits_into(bytes: &mut Vec<u8>, limits: Limits) {
    bytes.extend(limits.floor().to_le_bytes());
    bytes.extend(limits.ceiling().to_le_bytes());
    let rule = match limits.ceiling_rule() {
        CeilingRule::Warns => WARNS,
        CeilingRule::Hard => HARD,
    };
    let (below, above) = (limits.warn_below(), limits.warn_above());
    bytes.extend([rule, below.map_or(0, |_| BELOW) | above.map_or(0, |_| ABOVE)]);
    bytes.extend(below.unwrap_or(0).to_le_bytes());
    bytes.extend(above.unwrap_or(0).to_le_bytes());
}

fn amount(reader: &mut Reader<'_>) -> Option<Amount> {
    reader.long().and_then(Amount::new)
}

fn entering(reader: &mut Reader<'_>) -> Option<Entering> {
    let step = EntryStep::from_minutes(reader.byte()?.into())?;
    let rounding = match reader.byte()? {
        UP => Rounding::Up,
        NEAREST => Rounding::Nearest,
        EXACT => Rounding::Exact,
        _ => return None,
    };
    Some(Entering { step, rounding })
}

fn limits(reader: &mut Reader<'_>) -> Option<Limits> {
    let (floor, ceiling) = (reader.long()?, reader.long()?);
    let rule = match reader.byte()? {
        WARNS => CeilingRule::Warns,
        HARD => CeilingRule::Hard,
        _ => return None,
    };
    let reminders = reader.byte().filter(|bits| bits & !(BELOW | ABOVE) == 0)?;
    let below = level(reminders & BELOW, reader.long()?)?;
    let above = level(reminders & ABOVE, reader.long()?)?;
    let limits = Limits::from_floor(floor).and_then(|limits| limits.with_ceiling(ceiling, rule));
    limits.and_then(|limits| limits.with_warnings(below, above)).ok()
}

fn settings(reader: &mut Reader<'_>) -> Option<Settings> {
    // In the order of the bytes.
    Some(Settings {
        entering: entering(reader)?,
        member_limits: limits(reader)?,
        organisation_limits: limits(reader)?,
        partner_limits: limits(reader)?,
        pot_limits: limits(reader)?,
        confirming: Confirming::from_number(reader.byte()?)?,
        auto_accept_days: reader.short()?,
        dispute_tolerance_seconds: reader.number()?,
        dispute_tolerance_percent: reader.byte()?,
        reversal_window_days: reader.short()?,
        unusual_question_above: amount(reader)?,
        unusual_second_person_above: amount(reader)?,
        broker_grant_line_seconds: reader.long()?,
        offer_kinds: OfferKinds::from_bits(reader.byte()?)?,
        welcome_grant_seconds: reader.long()?,
        till: till(reader)?,
    })
}

fn till(reader: &mut Reader<'_>) -> Option<TillRules> {
    Some(TillRules {
        has_declared_practice: match reader.byte()? {
            0 => false,
            1 => true,
            _ => return None,
        },
        code_life_seconds: reader.short()?,
        printed_code_days: reader.byte()?,
        card_alone_day_seconds: reader.long()?,
    })
}

/// Where a reminder starts. The inner nothing: there is none, and then its bytes are zero.
const fn level(bit: u8, seconds: i64) -> Option<Option<i64>> {
    match (bit, seconds) {
        (0, 0) => Some(None),
        (0, _) => None,
        (_, seconds) => Some(Some(seconds)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::SUM_LIMIT_SECONDS;
    use crate::domain::entering::STEPS_MINUTES;

    fn limits() -> impl Strategy<Value = Limits> {
        let (below, above) = (-SUM_LIMIT_SECONDS..=0, 0..=SUM_LIMIT_SECONDS);
        let rule = prop_oneof![Just(CeilingRule::Warns), Just(CeilingRule::Hard)];
        let reminders = (proptest::option::of(below.clone()), proptest::option::of(above.clone()));
        (below, above, rule, reminders).prop_map(|(floor, ceiling, rule, (warn_below, warn_above))| {
            let limits = Limits::from_floor(floor).unwrap().with_ceiling(ceiling, rule).unwrap();
            limits.with_warnings(warn_below, warn_above).unwrap()
        })
    }

    pub fn policies() -> impl Strategy<Value = Policy> {
        let rounding = prop_oneof![Just(Rounding::Up), Just(Rounding::Nearest), Just(Rounding::Exact)];
        let entering =
            (prop::sample::select(&STEPS_MINUTES[..]), rounding).prop_map(|(minutes, rounding)| Entering {
                step: EntryStep::from_minutes(minutes.into()).unwrap(),
                rounding,
            });
        let confirming = prop::sample::select(&Confirming::ALL[..]);
        let offers = (0_u8..16).prop_map(|bits| OfferKinds::from_bits(bits).unwrap());
        let most = Amount::MAX.seconds();
        let amounts = (1..=most, 1..=most).prop_map(|(one, other)| (one.min(other), one.max(other)));
        let small = (1_u16..=90, 0_u32..=86_400, 0_u8..=100, 1_u16..=366, 0..=most, 0_i64..=18_000);
        let till = (any::<bool>(), 0_u16..=3_600, 0_u8..=90, 0..=most).prop_map(
            |(has_declared_practice, code_life_seconds, printed_code_days, card_alone_day_seconds)| {
                TillRules {
                    has_declared_practice,
                    code_life_seconds,
                    printed_code_days,
                    card_alone_day_seconds,
                }
            },
        );
        (entering, [limits(), limits(), limits(), limits()], confirming, offers, amounts, small, till)
            .prop_map(|(entering, kinds, confirming, offer_kinds, (question, second), small, till)| {
                let [member_limits, organisation_limits, partner_limits, pot_limits] = kinds;
                let settings = Settings {
                    entering,
                    member_limits,
                    organisation_limits,
                    partner_limits,
                    pot_limits,
                    confirming,
                    auto_accept_days: small.0,
                    dispute_tolerance_seconds: small.1,
                    dispute_tolerance_percent: small.2,
                    reversal_window_days: small.3,
                    unusual_question_above: Amount::new(question).unwrap(),
                    unusual_second_person_above: Amount::new(second).unwrap(),
                    broker_grant_line_seconds: small.4,
                    offer_kinds,
                    welcome_grant_seconds: small.5,
                    till,
                };
                Policy::new(settings).unwrap()
            })
    }

    proptest! {
        /// Goal: what was settled reads back, and nothing shorter or longer does.
        #[test]
        fn what_was_settled_reads_back(policy in policies(), extra: u8) {
            let body = policy.encode();
            prop_assert_eq!(body.len(), POLICY_NOTE_BYTES);
            prop_assert_eq!(Policy::decode(&body), Ok(policy));
            for end in 0..body.len() {
                prop_assert!(Policy::decode(&body[..end]).is_err());
            }
            prop_assert_eq!(Policy::decode(&[&body[..], &[extra]].concat()), Err(BadBytes::Damaged));
        }

        /// Goal: bytes that mean something have one meaning and one form. Method: notes with one byte changed:
        /// what is read is written again and must be the same.
        #[test]
        fn one_meaning_one_form(policy in policies(), place: prop::sample::Index, byte: u8) {
            let mut body = policy.encode().into_vec();
            let place = place.index(body.len());
            body[place] = byte;
            if let Ok(read) = Policy::decode(&body) {
                prop_assert_eq!(&*read.encode(), &body[..]);
            }
        }

        /// Goal: no bytes bring the program down. Method: any bytes, behind the format and without it.
        #[test]
        fn any_bytes_are_answered(mut bytes in proptest::collection::vec(any::<u8>(), 0..2 * POLICY_NOTE_BYTES)) {
            let _ = Policy::decode(&bytes);
            bytes.resize(POLICY_NOTE_BYTES, 0);
            bytes[0] = FORMAT;
            if let Ok(read) = Policy::decode(&bytes) {
                prop_assert_eq!(&*read.encode(), &bytes[..]);
            }
        }
    }

    /// Goal: a note of a later Hourbook is told apart from a damaged one. Method: the first byte.
    #[test]
    fn later_formats_are_told_apart() {
        let mut body = Policy::usual().encode();
        body[0] = 2;
        assert_eq!(Policy::decode(&body), Err(BadBytes::Newer(2)));
        assert_eq!(Policy::decode(&[2]), Err(BadBytes::Newer(2)), "whatever its length");
        body[0] = 0;
        assert_eq!(Policy::decode(&body), Err(BadBytes::Damaged));
        assert_eq!(Policy::decode(&[]), Err(BadBytes::Damaged));
    }

    /// Goal: bytes that no policy has are refused, each by itself. Method: the usual policy with one byte changed
    /// to the first value without a meaning.
    #[test]
    fn what_is_unknown_is_refused() {
        let usual = Policy::usual().encode();
        let (after_limits, after_till) = (3 + 4 * LIMITS_BYTES, POLICY_NOTE_BYTES - TILL_BYTES);
        let rows = [
            ("step", 1, 7),
            ("rounding", 2, 3),
            ("ceiling", 3 + 16, 2),
            ("reminders", 3 + 17, 4),
            ("a reminder that is none", 3 + 17, 2),
            ("confirming", after_limits, 2),
            ("silence for no days", after_limits + 1, 0),
            ("percent", after_limits + 7, 101),
            ("offers", after_till - 9, 16),
            ("welcome", after_till - 1, 0x80),
            ("practice", after_till, 2),
            ("printed codes", after_till + 3, 91),
        ];
        for (what, place, byte) in rows {
            let mut body = usual.clone();
            assert_ne!(body[place], byte, "{what}");
            body[place] = byte;
            assert_eq!(Policy::decode(&body), Err(BadBytes::Damaged), "{what}");
        }
    }

    /// Goal: the bytes stay what they are. Method: the usual policy, byte for byte.
    #[test]
    fn the_bytes_are_for_ever() {
        let limits = |floor: i64, reminders: u8, below: i64, above: i64| {
            let ceiling = 1_i64 << 62;
            let (levels, rule) = ([below, above].map(i64::to_le_bytes).concat(), [0, reminders]);
            [&floor.to_le_bytes()[..], &ceiling.to_le_bytes(), &rule, &levels].concat()
        };
        let expected = [
            vec![1, 15, 0],
            limits(-36_000, 3, -18_000, 144_000),
            limits(-72_000, 3, -36_000, 360_000),
            limits(0, 0, 0, 0),
            limits(0, 0, 0, 0),
            vec![0, 14, 0, 0x84, 3, 0, 0, 25, 30, 0],
            [86_400_i64, 144_000, 18_000].map(i64::to_le_bytes).concat(),
            vec![5, 0, 0, 0, 0, 0, 0, 0, 0],
            vec![0, 0x58, 2, 30, 0, 0, 0, 0, 0, 0, 0, 0],
        ];
        assert_eq!(*Policy::usual().encode(), expected.concat()[..]);
    }
}
