//! Events of hooks on one line each, for whoever builds a receiver; and why one is not believed.

use super::figures::hours;
use super::periods;
use crate::directory::hooks::Because;
use crate::directory::partners::Model;
use crate::domain::Day;
use crate::hooks::signing::NotBelieved;
use crate::hooks::told::{Happened, Receipt, Told};

/// What an event tells, read on `today`: "receipt 411 of 25 June, till 1: 1 hour taken".
#[must_use]
pub fn told(told: &Told, today: Day) -> String {
    match told {
        Told::Sale { happened, receipt, amount, stays, is_beyond_budget } => {
            let on_us = if *is_beyond_budget { ", on us" } else { "" };
            let what = match happened {
                Happened::Authorized => "set aside".to_owned(),
                Happened::Captured => "taken".to_owned(),
                Happened::Voided => "let go, nothing was taken".to_owned(),
                Happened::Expired => "ran out, nothing was taken".to_owned(),
                Happened::Refunded if *stays == 0 => "given back".to_owned(),
                Happened::Refunded => format!("given back, that leaves {} taken", hours(*stays)),
            };
            format!("{}: {} {what}{on_us}", named(receipt, today), hours(*amount))
        }
        Told::Settled { period, model, seconds, due } => {
            let what = match model {
                Model::Kept => "its hours are kept, to be spent again",
                Model::GivenBack => "given back",
                Model::PaidOutside => "given back and paid outside of these books",
            };
            let amount = seconds.map(|seconds| format!("{} ", hours(seconds))).unwrap_or_default();
            let due = due.map(|due| format!(", due on {}", periods::day(due, today))).unwrap_or_default();
            format!("period {period} is final: {amount}{what}{due}")
        }
        Told::BudgetLow { budget, left } => {
            format!("few of the month's hours are left: {} of {}", hours(*left), hours(*budget))
        }
        Told::Disabled { endpoint, because } => {
            format!("endpoint {endpoint} was given up: {}", given_up(*because))
        }
        Told::Test { endpoint } => format!("a test that somebody asked for, of endpoint {endpoint}"),
    }
}

/// Why the server sends nothing to an endpoint any more.
#[must_use]
pub const fn given_up(because: Because) -> &'static str {
    match because {
        Because::Gone => "it answered that it is gone for good (410)",
        Because::Failing => "nothing that was sent to it arrived for three days",
    }
}

/// An event that this program has no words for: a newer server may tell of more.
#[must_use]
pub const fn not_known() -> &'static str {
    "something that this program has no words for yet"
}

/// Why a request is not believed, and what that may come from.
#[must_use]
pub fn not_believed(why: NotBelieved) -> String {
    match why {
        NotBelieved::Header(name) => {
            format!(
                "its header {name} is missing, there twice, or not what it must be: was it sent by a server of Hourbook?"
            )
        }
        NotBelieved::Time => {
            "it was signed more than five minutes before or after now: an old request that somebody sent \
                              again, or one of two clocks that is wrong"
                .to_owned()
        }
        NotBelieved::Signature => {
            "no signature on it is of this key: the key is another endpoint's or an older one, the \
                                   body was changed on its way, or somebody else sent it"
                .to_owned()
        }
    }
}

fn named(receipt: &Receipt, today: Day) -> String {
    let line = if receipt.line <= 1 { String::new() } else { format!(".{}", receipt.line) };
    let day = periods::day(receipt.day, today);
    format!("receipt {}{line} of {day}, till {}", receipt.number, receipt.till)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::plain;

    const HOUR: i64 = 3_600;

    /// Goal: each event is said in plain words with its figures. Method: one of each, and each way it has to be said.
    #[test]
    fn events_in_words() {
        let today = Day::from_calendar(2026, 6, 25).unwrap();
        let receipt = Receipt { till: 1, day: today, number: 411, line: 1 };
        let sale = |happened, amount, stays| Told::Sale {
            happened,
            receipt,
            amount,
            stays,
            is_beyond_budget: false,
        };
        let other = Receipt { line: 2, day: Day::from_calendar(2025, 12, 31).unwrap(), ..receipt };
        let on_us = Told::Sale {
            happened: Happened::Captured,
            receipt: other,
            amount: 5_400,
            stays: 5_400,
            is_beyond_budget: true,
        };
        let settled = |model, due| {
            let seconds = (model != Model::Kept).then_some(12 * HOUR);
            Told::Settled { period: 3, model, seconds, due }
        };
        for (event, expected) in [
            (sale(Happened::Captured, HOUR, HOUR), "receipt 411 of 25 June, till 1: 1 hour taken"),
            (on_us, "receipt 411.2 of 31 December 2025, till 1: 1 hour 30 minutes taken, on us"),
            (sale(Happened::Authorized, HOUR, 0), "receipt 411 of 25 June, till 1: 1 hour set aside"),
            (
                sale(Happened::Voided, HOUR, 0),
                "receipt 411 of 25 June, till 1: 1 hour let go, nothing was taken",
            ),
            (
                sale(Happened::Expired, HOUR, 0),
                "receipt 411 of 25 June, till 1: 1 hour ran out, nothing was taken",
            ),
            (sale(Happened::Refunded, HOUR, 0), "receipt 411 of 25 June, till 1: 1 hour given back"),
            (
                sale(Happened::Refunded, HOUR, 1_800),
                "receipt 411 of 25 June, till 1: 1 hour given back, that leaves 30 minutes taken",
            ),
            (settled(Model::Kept, None), "period 3 is final: its hours are kept, to be spent again"),
            (settled(Model::GivenBack, None), "period 3 is final: 12 hours given back"),
            (
                settled(Model::PaidOutside, Some(today)),
                "period 3 is final: 12 hours given back and paid outside of these books, due on 25 June",
            ),
            (
                Told::BudgetLow { budget: 10 * HOUR, left: HOUR },
                "few of the month's hours are left: 1 hour of 10 hours",
            ),
            (
                Told::Disabled { endpoint: 2, because: Because::Gone },
                "endpoint 2 was given up: it answered that it is gone for good (410)",
            ),
            (
                Told::Disabled { endpoint: 2, because: Because::Failing },
                "endpoint 2 was given up: nothing that was sent to it arrived for three days",
            ),
            (Told::Test { endpoint: 1 }, "a test that somebody asked for, of endpoint 1"),
        ] {
            assert_eq!(told(&event, today), expected);
            plain(expected);
        }
        plain(not_known());
    }

    /// Goal: why a request is not believed says what it may come from. Method: each reason.
    #[test]
    fn why_not_believed() {
        for why in [NotBelieved::Header("webhook-id"), NotBelieved::Time, NotBelieved::Signature] {
            plain(&not_believed(why));
        }
        assert!(
            not_believed(NotBelieved::Header("webhook-id")).starts_with("its header webhook-id is missing")
        );
    }
}
