//! Fields that cannot be meant, each named with its limit.

use hourbook::api::{self, BankPolicy, Limits};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{close, month, set, set_policy};
use crate::support::HOUR;
use crate::support::served::Served;

/// The field that is named, and what it must be.
fn bad(status: &Status) -> (String, String) {
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    let violation = details.bad_request().unwrap().field_violations[0].clone();
    (violation.field, violation.description)
}

/// Goal: every field of a policy has its bounds, and whoever passes one hears its name and the bound; nothing is
/// written. Method: the usual policy, bent in one place.
#[test]
fn policies_out_of_bounds() {
    let served = Served::new();
    served.bank("Ashenford");
    let usual = served.policy(1);
    type Bend = fn(&mut BankPolicy);
    let rows: [(Bend, &str, &str); 35] = [
        (|p| p.entry_step_minutes = 0, "entry_step_minutes", "15"),
        (|p| p.entry_step_minutes = 7, "entry_step_minutes", "15"),
        (|p| p.entry_step_minutes = 256 + 15, "entry_step_minutes", "15"),
        (|p| p.rounding = 0, "rounding", "from 1 to 3"),
        (|p| p.rounding = 4, "rounding", "from 1 to 3"),
        (|p| p.member_limits = floor(1), "member_limits", "at most 0"),
        (|p| p.organisation_limits = ceiling(-HOUR), "organisation_limits", "at least 0"),
        (|p| p.partner_limits = warn(Some(1), None), "partner_limits", "without a reminder at zero"),
        (|p| p.pot_limits = warn(None, Some(-1)), "pot_limits", "without a reminder at zero"),
        (|p| p.member_limits = floor(i64::MIN), "member_limits.floor_seconds", "2^62"),
        (|p| p.pot_limits = ceiling(i64::MAX), "pot_limits.ceiling_seconds", "2^62"),
        (|p| p.confirming = 0, "confirming", "two ways"),
        (|p| p.confirming = 3, "confirming", "two ways"),
        (|p| p.auto_accept_days = 0, "auto_accept_days", "1 to 90"),
        (|p| p.auto_accept_days = 91, "auto_accept_days", "1 to 90"),
        (|p| p.auto_accept_days = 65_536 + 14, "auto_accept_days", "1 to 90"),
        (|p| p.dispute_tolerance_seconds = 86_401, "dispute_tolerance_seconds", "86,400"),
        (|p| p.dispute_tolerance_percent = 101, "dispute_tolerance_percent", "0 to 100"),
        (|p| p.dispute_tolerance_percent = 256, "dispute_tolerance_percent", "0 to 100"),
        (|p| p.reversal_window_days = 0, "reversal_window_days", "1 to 366"),
        (|p| p.reversal_window_days = u32::MAX, "reversal_window_days", "1 to 366"),
        (|p| p.unusual_question_above_seconds = 0, "unusual_question_above_seconds", "2^40"),
        (|p| p.unusual_second_person_above_seconds = 0, "unusual_second_person_above_seconds", "2^40"),
        (
            |p| p.unusual_second_person_above_seconds = p.unusual_question_above_seconds - 1,
            "unusual_second_person_above_seconds",
            "not below",
        ),
        (|p| p.broker_grant_line_seconds = -1, "broker_grant_line_seconds", "2^40"),
        (|p| p.broker_grant_line_seconds = i64::MAX, "broker_grant_line_seconds", "2^40"),
        (|p| p.offer_kinds = vec![1, 0], "offer_kinds", "from 1 to 4"),
        (|p| p.offer_kinds = vec![5], "offer_kinds", "from 1 to 4"),
        (|p| p.welcome_grant_seconds = -1, "welcome_grant_seconds", "18,000"),
        (|p| p.welcome_grant_seconds = 18_001, "welcome_grant_seconds", "18,000"),
        (|p| p.code_life_seconds = 3_601, "code_life_seconds", "3,600"),
        (|p| p.code_life_seconds = u32::MAX, "code_life_seconds", "3,600"),
        (|p| p.printed_code_days = 91, "printed_code_days", "90"),
        (|p| p.printed_code_days = 256, "printed_code_days", "90"),
        (|p| p.card_alone_day_seconds = -1, "card_alone_day_seconds", "2^40"),
    ];
    let mut wrong = Vec::new();
    for (bend, field, limit) in rows {
        let mut policy = usual.clone();
        bend(&mut policy);
        for validate_only in [true, false] {
            let request = api::SetBankPolicyRequest { validate_only, ..set_policy(1, policy.clone()) };
            let (named, must) = bad(&set(&served, request).unwrap_err());
            if named != format!("policy.{field}") || !must.contains(limit) {
                wrong.push(format!("{field} {limit}: {named} {must}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let nothing = api::SetBankPolicyRequest { policy: None, ..set_policy(1, usual.clone()) };
    assert_eq!(bad(&set(&served, nothing).unwrap_err()).0, "policy");
    let no_id = api::SetBankPolicyRequest { request_id: String::new(), ..set_policy(1, usual.clone()) };
    assert_eq!(bad(&set(&served, no_id).unwrap_err()).0, "request_id");
    assert_eq!(served.policy(1), usual);
}

/// Goal: what is no month of the books is named. Method: both sides of each bound.
#[test]
fn months_that_are_none() {
    let served = Served::new();
    served.bank("Ashenford");
    for (year, number, field) in [
        (1899, 12, "year"),
        (2200, 1, "year"),
        (0, 4, "year"),
        (i32::MAX, 4, "year"),
        (65_536 + 2026, 4, "year"),
        (2026, 0, "month"),
        (2026, 13, "month"),
        (2026, -1, "month"),
        (2026, 256 + 4, "month"),
    ] {
        assert_eq!(bad(&close(&served, month(year, number)).unwrap_err()).0, field, "{year} {number}");
    }
    let no_id = api::LockPeriodRequest { request_id: "7".into(), ..month(2026, 4) };
    assert_eq!(bad(&close(&served, no_id).unwrap_err()).0, "request_id");
    close(&served, month(1900, 1)).unwrap();
}

fn floor(seconds: i64) -> Option<Limits> {
    Some(Limits { floor_seconds: Some(seconds), ..Limits::default() })
}

fn ceiling(seconds: i64) -> Option<Limits> {
    Some(Limits { ceiling_seconds: Some(seconds), ..Limits::default() })
}

fn warn(warn_below_seconds: Option<i64>, warn_above_seconds: Option<i64>) -> Option<Limits> {
    Some(Limits { warn_below_seconds, warn_above_seconds, ..Limits::default() })
}
