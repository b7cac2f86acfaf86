//! Policies set, read back and asked for again.

use std::sync::Arc;

use hourbook::api;
use hourbook::ledger::ManualClock;
use tonic::Code;

use super::{accepting_after, over, sequence, set, set_policy};
use crate::service::hostile::named;
use crate::support::served::Served;
use crate::support::{HOUR, START};

/// After how many days silence counts in a bank, and which entry said so; or what is named instead.
fn days_at(served: &Served, bank_number: u32, at_sequence: u64) -> Result<(u32, u64), (Code, String)> {
    let request = api::GetBankPolicyRequest { bank_number, at_sequence };
    let answer = served.block_on(served.directory().get_bank_policy(request));
    let answer = answer.map_err(|status| (status.code(), named(&status)))?.into_inner();
    Ok((answer.policy.unwrap().auto_accept_days, answer.set_by_sequence))
}

/// Goal: a policy holds from its entry on and for its bank alone, the one before stays what it was, and a restart
/// keeps all. Method: three policies of one bank among other entries; every position asked, before and after a
/// restart.
#[test]
fn a_policy_holds_from_its_entry_on() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clock = Arc::new(ManualClock::new(START));
    let mut served = over(folder.path(), &clock);
    served.bank("Ashenford");
    served.bank("Quillmere");
    let mut set_by = Vec::new();
    for days in [21, 30, 7] {
        let receipt = set(&served, set_policy(1, accepting_after(&served, days))).unwrap();
        set_by.push((sequence(&receipt), days));
        served.owners(1);
    }
    let last = set_by[2].0 + 1;
    for round in ["as set", "after a restart"] {
        for at in 1..=last {
            let in_force = set_by.iter().rev().find(|(sequence, _)| *sequence <= at);
            let expected = in_force.map_or((14, 0), |(sequence, days)| (*days, *sequence));
            assert_eq!(days_at(&served, 1, at), Ok(expected), "{round}, at {at}");
            assert_eq!(days_at(&served, 2, at), Ok((14, 0)), "{round}, at {at}: another bank");
        }
        assert_eq!(days_at(&served, 1, 0), Ok((7, set_by[2].0)), "{round}, now");
        let to_come = (Code::Unavailable, "SEQUENCE_NOT_REACHED".to_owned());
        assert_eq!(days_at(&served, 1, last + 1), Err(to_come), "{round}");
        assert_eq!(days_at(&served, 9, 0), Err((Code::NotFound, "BANK_NOT_FOUND".to_owned())), "{round}");
        served.end().unwrap();
        served = over(folder.path(), &clock);
    }
}

/// Goal: what is read is what was set, every field of it. Method: a policy that differs from the usual one in all.
#[test]
fn every_field_reads_back() {
    let served = Served::new();
    served.bank("Ashenford");
    let usual = served.policy(1);
    let limits = |floor: i64, ceiling: Option<i64>| {
        Some(api::Limits {
            floor_seconds: Some(floor * HOUR),
            ceiling_seconds: ceiling.map(|hours| hours * HOUR),
            ceiling_is_hard: ceiling.is_some(),
            warn_below_seconds: Some(floor * HOUR / 2),
            warn_above_seconds: ceiling.map(|hours| hours * HOUR / 2),
        })
    };
    let offers = [api::OfferKind::Activity, api::OfferKind::Discount, api::OfferKind::Goods];
    let other = api::BankPolicy {
        entry_step_minutes: 6,
        rounding: api::Rounding::Nearest.into(),
        member_limits: limits(-25, Some(60)),
        organisation_limits: limits(-30, None),
        partner_limits: Some(api::Limits::default()),
        pot_limits: limits(-1, Some(500)),
        confirming: api::Confirming::Receiver.into(),
        auto_accept_days: 90,
        dispute_tolerance_seconds: 0,
        dispute_tolerance_percent: 100,
        reversal_window_days: 366,
        unusual_question_above_seconds: 1,
        unusual_second_person_above_seconds: 1 << 40,
        broker_grant_line_seconds: 0,
        offer_kinds: offers.map(i32::from).to_vec(),
        welcome_grant_seconds: 2 * HOUR,
        has_declared_practice: true,
        code_life_seconds: 3_600,
        printed_code_days: 90,
        card_alone_day_seconds: HOUR,
    };
    set(&served, set_policy(1, other.clone())).unwrap();
    assert_eq!(served.policy(1), other);
    set(&served, set_policy(1, usual.clone())).unwrap();
    assert_eq!(served.policy(1), usual);
    // In any order, and twice, offers are the same.
    let offer_kinds = [4, 2, 1, 2].to_vec();
    set(&served, set_policy(1, api::BankPolicy { offer_kinds, ..usual })).unwrap();
    assert_eq!(served.policy(1).offer_kinds, other.offer_kinds);
}

/// Goal: a retry gets its first answer, whatever was set since; the same id for another policy is refused; and what
/// is only checked writes nothing and leaves its id free. Method: one id, asked again and again.
#[test]
fn a_retry_gets_its_first_answer() {
    let served = Served::new();
    served.bank("Ashenford");
    let first = set_policy(1, accepting_after(&served, 21));
    let only_checked = api::SetBankPolicyRequest { validate_only: true, ..first.clone() };
    let checked = set(&served, only_checked.clone()).unwrap();
    assert_eq!((sequence(&checked), checked.repeated), (0, false));
    assert_eq!(days_at(&served, 1, 0), Ok((14, 0)));
    let written = set(&served, first.clone()).unwrap();
    assert!(!written.repeated);
    set(&served, set_policy(1, accepting_after(&served, 30))).unwrap();
    let now = days_at(&served, 1, 0).unwrap();
    for again in [first.clone(), only_checked] {
        let again = set(&served, again).unwrap();
        assert_eq!((again.repeated, &again.entry), (true, &written.entry));
    }
    let other = api::SetBankPolicyRequest { policy: Some(accepting_after(&served, 22)), ..first };
    let status = set(&served, other).unwrap_err();
    assert_eq!((status.code(), named(&status)), (Code::AlreadyExists, "REQUEST_ID_REUSED".to_owned()));
    assert_eq!(days_at(&served, 1, 0), Ok(now), "the later one is in force");
    assert_eq!(now.0, 30);
}
