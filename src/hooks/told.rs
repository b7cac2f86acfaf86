//! An event as whoever receives it reads it: the other side of [`super::body`].
//!
//! Reads what is needed to say in a sentence what happened. A later server may tell of more: what is not understood is none,
//! and still an event.

use serde::Deserialize;
use serde_json::Value;

use crate::directory::hooks::{Because, EventKind};
use crate::directory::partners::Model;
use crate::domain::Day;

/// What an event tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// What happened to a sale.
    Sale {
        /// What.
        happened: Happened,
        /// Its receipt.
        receipt: Receipt,
        /// How much was set aside, taken, let go or given back by it, seconds.
        amount: i64,
        /// How much is taken and not given back, seconds.
        stays: i64,
        /// The shop takes it beyond its hours of the month.
        is_beyond_budget: bool,
    },
    /// A period is final.
    Settled {
        /// Which.
        period: u32,
        /// What becomes of the hours.
        model: Model,
        /// How many those are, seconds; not said where they stay.
        seconds: Option<i64>,
        /// When it is to be paid.
        due: Option<Day>,
    },
    /// Few of the month's hours are left.
    BudgetLow {
        /// How many the partner takes in the month, seconds.
        budget: i64,
        /// How many are left, seconds.
        left: i64,
    },
    /// Another endpoint was given up.
    Disabled {
        /// Which.
        endpoint: u16,
        /// Why.
        because: Because,
    },
    /// Somebody asked for it.
    Test {
        /// For which endpoint.
        endpoint: u16,
    },
}

/// What can happen to a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Hours were set aside.
    Authorized,
    /// They were taken.
    Captured,
    /// They were let go.
    Voided,
    /// They were let go by themselves.
    Expired,
    /// They were given back.
    Refunded,
}

/// What a sale is known by at its till.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Which till of the partner.
    pub till: u16,
    /// The business day.
    pub day: Day,
    /// Its number.
    pub number: u32,
    /// The line on it, from 1.
    pub line: u8,
}

#[derive(Deserialize)]
struct ReceiptBody {
    till_number: u16,
    day: String,
    number: u32,
    line: u8,
}

#[derive(Deserialize)]
struct SaleBody {
    receipt: ReceiptBody,
    amount_seconds: i64,
    captured_seconds: i64,
    refunded_seconds: i64,
    is_beyond_budget: bool,
}

#[derive(Deserialize)]
struct SettledBody {
    period_number: u32,
    model: String,
    settled_seconds: Option<i64>,
    due_day: Option<String>,
}

#[derive(Deserialize)]
struct BudgetLowBody {
    budget_seconds: i64,
    left_seconds: i64,
}

#[derive(Deserialize)]
struct EndpointBody {
    endpoint_number: u16,
    #[serde(default)]
    because: String,
}

/// What a body tells; none where it is of no kind that is known here, or not as that kind is.
#[must_use]
pub fn read(body: &Value) -> Option<Told> {
    let word = body.get("type")?.as_str()?;
    let kind = EventKind::ALL.into_iter().find(|kind| kind.word() == word)?;
    let data = body.get("data")?;
    match kind {
        EventKind::Authorized => sale(Happened::Authorized, data),
        EventKind::Captured => sale(Happened::Captured, data),
        EventKind::Voided => sale(Happened::Voided, data),
        EventKind::Expired => sale(Happened::Expired, data),
        EventKind::Refunded => sale(Happened::Refunded, data),
        EventKind::Settled => settled(data),
        EventKind::BudgetLow => {
            let body = BudgetLowBody::deserialize(data).ok()?;
            Some(Told::BudgetLow { budget: body.budget_seconds, left: body.left_seconds })
        }
        EventKind::EndpointDisabled => {
            let body = EndpointBody::deserialize(data).ok()?;
            let because = match body.because.as_str() {
                "gone" => Because::Gone,
                "failing" => Because::Failing,
                _ => return None,
            };
            Some(Told::Disabled { endpoint: body.endpoint_number, because })
        }
        EventKind::Test => {
            let body = EndpointBody::deserialize(data).ok()?;
            Some(Told::Test { endpoint: body.endpoint_number })
        }
    }
}

/// The position that a body says, wherever it is of.
#[must_use]
pub fn position(body: &Value) -> Option<u64> {
    body.pointer("/data/position")?.as_u64()
}

fn sale(happened: Happened, data: &Value) -> Option<Told> {
    let body = SaleBody::deserialize(data).ok()?;
    let receipt = Receipt {
        till: body.receipt.till_number,
        day: day(&body.receipt.day)?,
        number: body.receipt.number,
        line: body.receipt.line,
    };
    Some(Told::Sale {
        happened,
        receipt,
        amount: body.amount_seconds,
        stays: body.captured_seconds.saturating_sub(body.refunded_seconds),
        is_beyond_budget: body.is_beyond_budget,
    })
}

fn settled(data: &Value) -> Option<Told> {
    let body = SettledBody::deserialize(data).ok()?;
    let model = match body.model.as_str() {
        "kept" => Model::Kept,
        "given_back" => Model::GivenBack,
        "paid_outside" => Model::PaidOutside,
        _ => return None,
    };
    let due = body.due_day.as_deref().map(|text| day(text).ok_or(())).transpose().ok()?;
    Some(Told::Settled { period: body.period_number, model, seconds: body.settled_seconds, due })
}

/// "2026-06-25".
fn day(text: &str) -> Option<Day> {
    let date: jiff::civil::Date = text.parse().ok()?;
    Day::from_calendar(date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::partners::Settling;
    use crate::domain::{AccountNumber, OwnerNumber, Sequence, Timestamp};
    use crate::hooks::body;
    use crate::hooks::event::{Event, EventId, Says};
    use crate::redemption::testing;

    fn told(kind: EventKind, says: Says) -> (Option<Told>, Option<u64>) {
        let id = EventId { entry: Sequence::new(451), kind };
        let (recorded_at, partner) = (Timestamp::from_micros(0), OwnerNumber::new(7));
        let text = body::of(&Event { id, recorded_at, partner, says }).unwrap();
        let value = serde_json::from_str(&text).unwrap();
        (read(&value), position(&value))
    }

    /// Goal: whatever an event says is read as it was said. Method: one of each kind, made and read.
    #[test]
    fn events_read_as_they_were_said() {
        let redemption = testing::redemption(1);
        let sold = redemption.sale.receipt;
        let receipt = Receipt { till: sold.till, day: sold.day, number: sold.number, line: sold.line };
        let stays = redemption.captured - redemption.refunded;
        let sale = Says::Sale { redemption: Box::new(redemption.clone()), amount: 3_600 };
        for (kind, happened) in [
            (EventKind::Authorized, Happened::Authorized),
            (EventKind::Captured, Happened::Captured),
            (EventKind::Voided, Happened::Voided),
            (EventKind::Expired, Happened::Expired),
            (EventKind::Refunded, Happened::Refunded),
        ] {
            let expected = Told::Sale { happened, receipt, amount: 3_600, stays, is_beyond_budget: false };
            assert_eq!(told(kind, sale.clone()), (Some(expected), Some(451)));
        }
        let account = AccountNumber::from_slot(4).unwrap();
        for (model, due) in
            [(Model::Kept, None), (Model::GivenBack, None), (Model::PaidOutside, Some(receipt.day))]
        {
            let settling =
                Settling::Settled { account, period: 3, model, due_day: due, reference: "INV 7".into() };
            let seconds = (model != Model::Kept).then_some(7_200);
            let says = Says::Settled { settling, seconds };
            let expected = Told::Settled { period: 3, model, seconds, due };
            assert_eq!(told(EventKind::Settled, says).0, Some(expected));
        }
        let low = Says::BudgetLow { sale: Box::new(redemption.sale), budget: 36_000, taken: 32_400 };
        let expected = Told::BudgetLow { budget: 36_000, left: 3_600 };
        assert_eq!(told(EventKind::BudgetLow, low).0, Some(expected));
        for because in Because::ALL {
            let expected = Told::Disabled { endpoint: 2, because };
            let says = Says::Disabled { endpoint: 2, because };
            assert_eq!(told(EventKind::EndpointDisabled, says).0, Some(expected));
        }
        assert_eq!(told(EventKind::Test, Says::Test { endpoint: 1 }).0, Some(Told::Test { endpoint: 1 }));
    }

    /// Goal: what a later server tells is none, and no reason to stop. Method: another kind, another model, and bodies that
    /// are none.
    #[test]
    fn what_is_not_understood() {
        for text in [
            "null",
            "[]",
            r#"{"type":"tea.served","data":{"position":9}}"#,
            r#"{"type":"test","data":{}}"#,
            r#"{"type":"test"}"#,
            r#"{"type":"statement.settled","data":{"period_number":1,"model":"lent","settled_seconds":1}}"#,
            r#"{"type":"endpoint.disabled","data":{"endpoint_number":1,"because":"mood"}}"#,
        ] {
            assert_eq!(read(&serde_json::from_str(text).unwrap()), None, "{text}");
        }
        let later = serde_json::from_str(r#"{"type":"tea.served","data":{"position":9}}"#).unwrap();
        assert_eq!(position(&later), Some(9));
    }
}
