//! What an event says, as JSON.
//!
//! Receipts, offers, hours, times and positions. Nothing that names a member, an account or a code, and nothing by which the
//! same person could be known again.

use serde::Serialize;

use super::event::{Event, Says};
use crate::directory::hooks::Because;
use crate::directory::partners::{Model, Settling};
use crate::domain::{Day, Timestamp};
use crate::redemption::beside::Sale;
use crate::redemption::standing::Redemption;
use crate::redemption::states::State;

/// A body has at most this many bytes: 20 kB.
pub const BODY_BYTES_MAX: usize = 20_000;

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    position: u64,
    partner_owner_number: u32,
    #[serde(flatten)]
    says: SaysBody<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SaysBody<'a> {
    Sale(SaleBody),
    Settled(SettledBody<'a>),
    BudgetLow { receipt: ReceiptBody, budget_seconds: i64, taken_seconds: i64, left_seconds: i64 },
    Disabled { endpoint_number: u16, because: &'static str },
    Test { endpoint_number: u16 },
}

#[derive(Serialize)]
struct ReceiptBody {
    till_number: u16,
    day: String,
    number: u32,
    line: u8,
}

#[derive(Serialize)]
struct SaleBody {
    redemption_sequence: u64,
    receipt: ReceiptBody,
    venue_number: u8,
    offer_number: u16,
    people: u16,
    state: &'static str,
    amount_seconds: i64,
    captured_seconds: i64,
    refunded_seconds: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<String>,
    is_beyond_budget: bool,
    is_from_slip: bool,
}

#[derive(Serialize)]
struct SettledBody<'a> {
    period_number: u32,
    model: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_day: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    reference: &'a str,
}

/// The body of an event; none where it would be longer than it may be.
#[must_use]
pub fn of(event: &Event) -> Option<String> {
    let says = match &event.says {
        Says::Sale { redemption, amount } => SaysBody::Sale(sale(redemption, *amount)),
        Says::Settled { settling, seconds } => SaysBody::Settled(settled(settling, *seconds)?),
        Says::BudgetLow { sale, budget, taken } => SaysBody::BudgetLow {
            receipt: receipt(sale),
            budget_seconds: *budget,
            taken_seconds: *taken,
            left_seconds: budget.saturating_sub(*taken).max(0),
        },
        Says::Disabled { endpoint, because } => SaysBody::Disabled {
            endpoint_number: *endpoint,
            because: match because {
                Because::Gone => "gone",
                Because::Failing => "failing",
            },
        },
        Says::Test { endpoint } => SaysBody::Test { endpoint_number: *endpoint },
    };
    let data = Data { position: event.id.entry.get(), partner_owner_number: event.partner.get(), says };
    let body = Body { kind: event.id.kind.word(), timestamp: time(event.recorded_at), data };
    serde_json::to_string(&body).ok().filter(|body| body.len() <= BODY_BYTES_MAX)
}

fn sale(redemption: &Redemption, amount: i64) -> SaleBody {
    let sold = &redemption.sale;
    SaleBody {
        redemption_sequence: redemption.number.get(),
        receipt: receipt(sold),
        venue_number: sold.venue,
        offer_number: sold.offer,
        people: sold.people,
        state: match redemption.state {
            State::Authorized => "authorized",
            State::Captured => "captured",
            State::Voided => "voided",
            State::Expired => "expired",
            State::PartlyRefunded => "partly_refunded",
            State::Refunded => "refunded",
        },
        amount_seconds: amount,
        captured_seconds: redemption.captured,
        refunded_seconds: redemption.refunded,
        deadline: redemption.deadline.map(time),
        is_beyond_budget: sold.is_beyond_budget,
        is_from_slip: sold.is_from_slip,
    }
}

fn receipt(sale: &Sale) -> ReceiptBody {
    let receipt = sale.receipt;
    ReceiptBody {
        till_number: receipt.till,
        day: day(receipt.day),
        number: receipt.number,
        line: receipt.line,
    }
}

fn settled(settling: &Settling, seconds: Option<i64>) -> Option<SettledBody<'_>> {
    match settling {
        Settling::Settled { account: _, period, model, due_day, reference } => Some(SettledBody {
            period_number: *period,
            model: match model {
                Model::Kept => "kept",
                Model::GivenBack => "given_back",
                Model::PaidOutside => "paid_outside",
            },
            settled_seconds: seconds,
            due_day: due_day.map(day),
            reference,
        }),
        Settling::Paid { .. } => None,
    }
}

fn day(day: Day) -> String {
    let (year, month, day) = day.calendar();
    format!("{year:04}-{month:02}-{day:02}")
}

/// UTC, to the microsecond.
fn time(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.micros()).map_or_else(|_| String::new(), |time| time.to_string())
}
