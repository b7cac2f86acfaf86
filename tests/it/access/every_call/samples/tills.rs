//! Requests at tills.

use serde_json::{Value, json};

use super::{Aim, Target};

/// One request for a call of RedemptionService, but for offers, budgets and staff.
pub fn at_till(call: &str, at: &Target) -> Option<(Aim, Value)> {
    let receipt = |number| json!({"till": till(at, 2), "number": number});
    let of_partner = json!({"partnerOwnerNumber": at.owner});
    let and = |mut request: Value, more: Value| {
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let period =
        |number: u32| and(of_partner.clone(), json!({"accountNumber": at.account, "periodNumber": number}));
    Some(match call {
        "IssueCode" if "pqQ".contains(at.letter) => (Aim::Code, and(of_partner, json!({"isPractice": true}))),
        "IssueCode" => (Aim::Code, json!({"accountNumber": at.account})),
        "IssueVoucher" => {
            let voucher = json!({
                "fromAccountNumber": at.club, "amountSeconds": 900, "lastDay": {"year": 2026, "month": 5, "day": 20},
                "reason": "thanks",
            });
            (Aim::Owner, voucher)
        }
        "LookUpCode" => (Aim::Partner, json!({"till": till(at, 2), "shown": shown(at)})),
        "Redeem" => (Aim::Partner, json!({"sale": sale(at, 2, 21)})),
        "AuthorizeRedemption" => (Aim::Partner, json!({"sale": sale(at, 2, 22)})),
        "CaptureRedemption" | "VoidRedemption" => (Aim::Partner, json!({"redemptionSequence": at.aside})),
        "RefundRedemption" => {
            let refund = json!({
                "redemptionSequence": at.sold, "amountSeconds": 900, "reason": "rained off", "staffInitials": STAFF,
            });
            (Aim::Partner, refund)
        }
        "RecordRedemption" => {
            let day = json!({"year": 2026, "month": 5, "day": 5});
            let slip = json!({
                "receipt": and(receipt(23), json!({"day": day})), "shown": shown(at), "offerNumber": 1,
                "staffInitials": STAFF,
            });
            (Aim::Partner, slip)
        }
        "GetRedemptionByReceipt" => (Aim::Partner, json!({"receipt": receipt(1)})),
        "ListTillRefusals" => (Aim::Owner, json!({"accountNumber": at.account})),
        "ListRedemptions" | "DayTotals" => (Aim::Partner, of_partner),
        "WatchRedemptions" => (Aim::Partner, and(of_partner, json!({"afterSequence": 0}))),
        "GetPartnerStatement" => (Aim::Partner, period(0)),
        "SettlePartner" => (Aim::Partner, and(period(2), json!({"model": "SETTLEMENT_MODEL_KEPT"}))),
        "RecordSettlementPaid" => {
            let day = json!({"year": 2026, "month": 5, "day": 5});
            (Aim::Partner, and(period(1), json!({"paidDay": day})))
        }
        _ => return None,
    })
}

pub fn is_read_at_till(call: &str) -> bool {
    let reads = [
        "GetRedemptionByReceipt",
        "ListTillRefusals",
        "ListRedemptions",
        "DayTotals",
        "WatchRedemptions",
        "GetPartnerStatement",
    ];
    reads.contains(&call)
}

/// The PIN of every card.
pub const PIN: &str = "2580";
/// Who is at every till, by their initials.
pub const STAFF: &str = "EP";

fn till(at: &Target, number: u32) -> Value {
    json!({"partnerOwnerNumber": at.owner, "tillNumber": number})
}

fn shown(at: &Target) -> Value {
    json!({"card": {"number": at.card, "pin": PIN}})
}

/// A sale of a partner's first offer at one of its tills, with this number of a receipt.
pub fn sale(at: &Target, till_number: u32, number: u32) -> Value {
    json!({
        "receipt": {"till": till(at, till_number), "number": number}, "shown": shown(at), "offerNumber": 1,
        "staffInitials": STAFF,
    })
}
