//! An event on one line: when, what, the sentence, and how it went.

use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::screen::{Cell, Column, Format, Listing, Screen};
use crate::domain::Timestamp;
use crate::hooks::receiver::Received;
use crate::hooks::told;
use crate::words;

/// What became of an event here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// It was received; whether it is believed it says itself.
    Received,
    /// A program on this machine answered it with this status.
    Answered(u16),
    /// It was answered so once more than it is tried, and is passed over.
    PassedOver(u16),
}

/// This moment.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

/// Prints it, with the entry after which to go on later, where there is a stream to go on with; the first one brings a header along.
///
/// # Errors
/// Of writing.
pub fn print(
    screen: &mut Screen<'_>,
    event: &Received,
    (went, resume): (Went, Option<u64>),
    is_first: bool,
) -> Result<(), Failure> {
    match screen.format {
        Format::Table => screen.say(&for_people(event, went, resume))?,
        Format::Json => screen.json(&for_programs(event, went, resume), false)?,
        Format::Csv => {
            let Value::Object(fields) = for_programs(event, went, resume) else { return Ok(()) };
            let columns = COLUMNS.map(|name| Column::words(name, "", 0)).to_vec();
            let cell = |name: &str| match fields.get(name) {
                None | Some(Value::Null) => Cell::Nothing,
                Some(value) => Cell::Said(value.clone(), String::new()),
            };
            let mut listing = Listing::resume(screen, columns, is_first)?;
            listing.row(COLUMNS.iter().map(|name| cell(name)).collect())?;
            listing.end()?;
        }
    }
    // Whoever listens wants to see it now.
    Ok(screen.console.out.flush()?)
}

/// What a spreadsheet gets: the fields of JSON but the body, which is none of a cell.
const COLUMNS: [&str; 10] = [
    "received_at",
    "webhook_id",
    "type",
    "position",
    "go_on_after",
    "is_believed",
    "not_believed_because",
    "is_again",
    "status",
    "sentence",
];

/// "13:02:11  redemption.captured  receipt 411 of 25 June, till 1: 1 hour taken  (position 451, signature ok)".
fn for_people(event: &Received, went: Went, resume: Option<u64>) -> String {
    let time = time_of_day(event.at);
    if let Err(why) = event.verdict {
        let says = match (event.kind.as_str(), event.id.as_str()) {
            ("", "") => String::new(),
            (kind, id) => format!("; it says that it is {kind} {id}").replace("  ", " "),
        };
        let why = words::hooks::not_believed(why);
        return format!("{time}  NOT BELIEVED: {why}  (answered 401{says})");
    }
    let kind = if event.kind.is_empty() { "(no type)" } else { &event.kind };
    // An entry with two events is not done with after the first.
    let position = match (told::position(&event.body), resume) {
        (Some(position), Some(after)) if position != after => {
            format!("position {position}, to go on after {after}")
        }
        (Some(position), _) => format!("position {position}"),
        (None, _) => format!("webhook-id {}", event.id),
    };
    let how = match went {
        Went::Received => "signature ok".to_owned(),
        Went::Answered(status) => format!("answered {status}"),
        Went::PassedOver(status) => format!("NOT TAKEN, answered {status} each time: passed over"),
    };
    let again = if event.is_again { ", again" } else { "" };
    format!("{time}  {kind}  {}  ({position}, {how}{again})", sentence(event))
}

fn sentence(event: &Received) -> String {
    told::read(&event.body).map_or_else(
        || words::hooks::not_known().to_owned(),
        |told| words::hooks::told(&told, event.at.utc_day()),
    )
}

fn for_programs(event: &Received, went: Went, resume: Option<u64>) -> Value {
    let is_believed = event.verdict.is_ok();
    json!({
        "received_at": event.at.to_string(),
        "webhook_id": event.id,
        "type": event.kind,
        "position": told::position(&event.body),
        "go_on_after": resume,
        "is_believed": is_believed,
        "not_believed_because": event.verdict.err().map(words::hooks::not_believed),
        "is_again": event.is_again,
        "status": match (went, is_believed) {
            (Went::Received, true) => 204,
            (Went::Received, false) => 401,
            (Went::Answered(status) | Went::PassedOver(status), _) => status,
        },
        "sentence": if is_believed { Value::String(sentence(event)) } else { Value::Null },
        "body": event.body,
    })
}

/// "13:02:11", UTC.
fn time_of_day(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_microsecond(at.micros());
    moment.map_or_else(|_| String::new(), |moment| moment.strftime("%H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::MICROS_PER_SECOND;
    use crate::hooks::signing::NotBelieved;

    fn event() -> Received {
        let body = json!({"type": "redemption.captured", "timestamp": "2026-06-25T13:02:10Z", "data": {
            "position": 451, "partner_owner_number": 7, "redemption_sequence": 451,
            "receipt": {"till_number": 1, "day": "2026-06-25", "number": 411, "line": 1},
            "venue_number": 1, "offer_number": 1, "people": 1, "state": "captured", "amount_seconds": 3_600,
            "captured_seconds": 3_600, "refunded_seconds": 0, "is_beyond_budget": false, "is_from_slip": false,
        }});
        Received {
            at: Timestamp::from_micros(1_782_392_531 * MICROS_PER_SECOND),
            id: "7-1-451".to_owned(),
            kind: "redemption.captured".to_owned(),
            body,
            verdict: Ok(()),
            is_again: false,
        }
    }

    /// Goal: an event is one line with what matters to whoever builds a receiver; one that is not believed says why, and
    /// nothing that it claims as a sentence. Method: each way it can go.
    #[test]
    fn an_event_on_one_line() {
        let said = |event: &Received| for_people(event, Went::Received, None);
        let good = event();
        let begins =
            "13:02:11  redemption.captured  receipt 411 of 25 June, till 1: 1 hour taken  (position 451, ";
        assert_eq!(said(&good), format!("{begins}signature ok)"));
        assert_eq!(
            said(&Received { is_again: true, ..good.clone() }),
            format!("{begins}signature ok, again)")
        );
        assert_eq!(for_people(&good, Went::Answered(204), Some(451)), format!("{begins}answered 204)"));
        let first = for_people(&good, Went::Answered(204), Some(450));
        assert!(first.ends_with("(position 451, to go on after 450, answered 204)"), "{first}");
        let passed = for_people(&good, Went::PassedOver(500), Some(451));
        assert_eq!(passed, format!("{begins}NOT TAKEN, answered 500 each time: passed over)"));
        let odd = Received { body: Value::Null, kind: String::new(), ..good.clone() };
        let expected = "13:02:11  (no type)  something that this program has no words for yet  (webhook-id 7-1-451, \
                        signature ok)";
        assert_eq!(said(&odd), expected);
        let bad = Received { verdict: Err(NotBelieved::Signature), ..good };
        let line = said(&bad);
        assert!(line.starts_with("13:02:11  NOT BELIEVED: no signature on it is of this key: "), "{line}");
        assert!(line.ends_with("  (answered 401; it says that it is redemption.captured 7-1-451)"), "{line}");
        assert!(!line.contains("1 hour"), "{line}");
        let nothing = Received { id: String::new(), kind: String::new(), ..bad };
        assert!(said(&nothing).ends_with("  (answered 401)"));
    }

    /// Goal: programs get the same with names, and every column of a spreadsheet is one of those. Method: one that is
    /// believed and one that is not.
    #[test]
    fn an_event_for_programs() {
        let good = for_programs(&event(), Went::Received, None);
        assert_eq!(
            (&good["position"], &good["status"], &good["is_again"]),
            (&json!(451), &json!(204), &json!(false))
        );
        assert_eq!(good["body"]["data"]["amount_seconds"], 3_600);
        assert!(COLUMNS.iter().all(|name| good.get(name).is_some()));
        let bad = Received { verdict: Err(NotBelieved::Time), ..event() };
        let bad = for_programs(&bad, Went::Received, None);
        assert_eq!(
            (&bad["is_believed"], &bad["status"], &bad["sentence"]),
            (&json!(false), &json!(401), &Value::Null)
        );
    }
}
