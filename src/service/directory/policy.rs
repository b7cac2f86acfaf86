//! A bank's policy: messages become settings, settings become messages.
//!
//! A field that cannot be meant is named under `policy`, with its limit. What fits together
//! [`Policy::new`] says.

use crate::api;
use crate::directory::Policy;
use crate::directory::policy::{Confirming, OfferKind, OfferKinds, Settings, TillRules};
use crate::domain::{Entering, EntryStep, Rounding};
use crate::service::not_done::NotDone;
use crate::service::{answers, fields};

/// The policy that a message says.
pub fn read(policy: Option<api::BankPolicy>) -> Result<Policy, NotDone> {
    let said = policy.ok_or_else(|| NotDone::bad("policy", "said as a whole"))?;
    let step = EntryStep::from_minutes(said.entry_step_minutes);
    let step = step.ok_or_else(|| {
        NotDone::bad("policy.entry_step_minutes", "one of 1, 3, 5, 6, 10, 15, 20, 30 and 60 minutes")
    })?;
    let settings = Settings {
        entering: Entering { step, rounding: read_rounding(said.rounding)? },
        member_limits: fields::limits("policy.member_limits", said.member_limits)?,
        organisation_limits: fields::limits("policy.organisation_limits", said.organisation_limits)?,
        partner_limits: fields::limits("policy.partner_limits", said.partner_limits)?,
        pot_limits: fields::limits("policy.pot_limits", said.pot_limits)?,
        confirming: read_confirming(said.confirming)?,
        // Whatever does not fit the type is above the bound, which `new` names.
        auto_accept_days: said.auto_accept_days.try_into().unwrap_or(u16::MAX),
        dispute_tolerance_seconds: said.dispute_tolerance_seconds,
        dispute_tolerance_percent: said.dispute_tolerance_percent.try_into().unwrap_or(u8::MAX),
        reversal_window_days: said.reversal_window_days.try_into().unwrap_or(u16::MAX),
        unusual_question_above: fields::amount(
            "policy.unusual_question_above_seconds",
            said.unusual_question_above_seconds,
        )?,
        unusual_second_person_above: fields::amount(
            "policy.unusual_second_person_above_seconds",
            said.unusual_second_person_above_seconds,
        )?,
        broker_grant_line_seconds: said.broker_grant_line_seconds,
        offer_kinds: read_offer_kinds(&said.offer_kinds)?,
        welcome_grant_seconds: said.welcome_grant_seconds,
        till: TillRules {
            has_declared_practice: said.has_declared_practice,
            code_life_seconds: said.code_life_seconds.try_into().unwrap_or(u16::MAX),
            printed_code_days: said.printed_code_days.try_into().unwrap_or(u8::MAX),
            card_alone_day_seconds: said.card_alone_day_seconds,
        },
    };
    Ok(Policy::new(settings)?)
}

/// The message that says a policy.
pub fn message(policy: &Policy) -> api::BankPolicy {
    let settings = policy.settings();
    let offers = OfferKind::ALL.into_iter().filter(|kind| settings.offer_kinds.contains(*kind));
    api::BankPolicy {
        entry_step_minutes: settings.entering.step.minutes().into(),
        rounding: rounding(settings.entering.rounding).into(),
        member_limits: Some(answers::limits(settings.member_limits)),
        organisation_limits: Some(answers::limits(settings.organisation_limits)),
        partner_limits: Some(answers::limits(settings.partner_limits)),
        pot_limits: Some(answers::limits(settings.pot_limits)),
        confirming: confirming(settings.confirming).into(),
        auto_accept_days: settings.auto_accept_days.into(),
        dispute_tolerance_seconds: settings.dispute_tolerance_seconds,
        dispute_tolerance_percent: settings.dispute_tolerance_percent.into(),
        reversal_window_days: settings.reversal_window_days.into(),
        unusual_question_above_seconds: settings.unusual_question_above.seconds(),
        unusual_second_person_above_seconds: settings.unusual_second_person_above.seconds(),
        broker_grant_line_seconds: settings.broker_grant_line_seconds,
        offer_kinds: offers.map(|kind| offer_kind(kind).into()).collect(),
        welcome_grant_seconds: settings.welcome_grant_seconds,
        has_declared_practice: settings.till.has_declared_practice,
        code_life_seconds: settings.till.code_life_seconds.into(),
        printed_code_days: settings.till.printed_code_days.into(),
        card_alone_day_seconds: settings.till.card_alone_day_seconds,
    }
}

fn read_rounding(number: i32) -> Result<Rounding, NotDone> {
    match api::Rounding::try_from(number) {
        Ok(api::Rounding::Up) => Ok(Rounding::Up),
        Ok(api::Rounding::Nearest) => Ok(Rounding::Nearest),
        Ok(api::Rounding::Exact) => Ok(Rounding::Exact),
        Ok(api::Rounding::Unspecified) | Err(_) => {
            Err(NotDone::bad("policy.rounding", "one of the ways there are, from 1 to 3"))
        }
    }
}

const fn rounding(rounding: Rounding) -> api::Rounding {
    match rounding {
        Rounding::Up => api::Rounding::Up,
        Rounding::Nearest => api::Rounding::Nearest,
        Rounding::Exact => api::Rounding::Exact,
    }
}

fn read_confirming(number: i32) -> Result<Confirming, NotDone> {
    match api::Confirming::try_from(number) {
        Ok(api::Confirming::EitherSide) => Ok(Confirming::EitherSide),
        Ok(api::Confirming::Receiver) => Ok(Confirming::Receiver),
        Ok(api::Confirming::Unspecified) | Err(_) => {
            Err(NotDone::bad("policy.confirming", "one of the two ways there are, 1 and 2"))
        }
    }
}

const fn confirming(confirming: Confirming) -> api::Confirming {
    match confirming {
        Confirming::EitherSide => api::Confirming::EitherSide,
        Confirming::Receiver => api::Confirming::Receiver,
    }
}

/// In any order; one that is named twice counts once.
fn read_offer_kinds(numbers: &[i32]) -> Result<OfferKinds, NotDone> {
    // As long as the message that came in, at most.
    numbers.iter().try_fold(OfferKinds::NONE, |kinds, number| {
        let kind = match api::OfferKind::try_from(*number) {
            Ok(api::OfferKind::Activity) => OfferKind::Activity,
            Ok(api::OfferKind::Discount) => OfferKind::Discount,
            Ok(api::OfferKind::Service) => OfferKind::Service,
            Ok(api::OfferKind::Goods) => OfferKind::Goods,
            Ok(api::OfferKind::Unspecified) | Err(_) => {
                return Err(NotDone::bad("policy.offer_kinds", "kinds of offers there are, from 1 to 4"));
            }
        };
        Ok(kinds.with(kind))
    })
}

pub(in crate::service) const fn offer_kind(kind: OfferKind) -> api::OfferKind {
    match kind {
        OfferKind::Activity => api::OfferKind::Activity,
        OfferKind::Discount => api::OfferKind::Discount,
        OfferKind::Service => api::OfferKind::Service,
        OfferKind::Goods => api::OfferKind::Goods,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: every policy reads back from its message. Method: the usual one with each choice of each word.
    #[test]
    fn policies_read_back() {
        let usual = Settings::usual();
        let mut all = vec![usual];
        for rounding in [Rounding::Up, Rounding::Nearest, Rounding::Exact] {
            all.push(Settings { entering: Entering { rounding, ..usual.entering }, ..usual });
        }
        all.extend(Confirming::ALL.map(|confirming| Settings { confirming, ..usual }));
        for bits in 0..16 {
            all.push(Settings { offer_kinds: OfferKinds::from_bits(bits).unwrap(), ..usual });
        }
        let till = TillRules {
            has_declared_practice: true,
            code_life_seconds: 61,
            printed_code_days: 62,
            card_alone_day_seconds: 63,
        };
        all.push(Settings { till, ..usual });
        for settings in all {
            let policy = Policy::new(settings).unwrap();
            assert_eq!(read(Some(message(&policy))).unwrap(), policy, "{settings:?}");
        }
    }

    /// Goal: words on the wire keep their numbers beside the journal's. Method: each, one above.
    #[test]
    fn words_keep_their_numbers() {
        for kind in OfferKind::ALL {
            assert_eq!(i32::from(offer_kind(kind)), i32::from(kind.number()) + 1);
        }
        for one in Confirming::ALL {
            assert_eq!(i32::from(confirming(one)), i32::from(one.number()) + 1);
        }
    }
}
