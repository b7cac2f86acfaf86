//! Sales as they are typed and told, for every command about them: which till, which receipt, how one stands.

use serde_json::{Map, Value, json};

use super::telling::Under;
use crate::api;
use crate::cli::failure::Failure;
use crate::cli::figures::{self, short};
use crate::cli::lookup;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;
use crate::cli::whom::{Whom, whom};
use crate::words;

/// A till's own numbers have at most nine digits; those that a server makes have ten.
const RECEIPT_MAX: u32 = u32::MAX;
/// Lines of a receipt.
const LINE_MAX: u32 = 99;
/// Letters of somebody at a till.
const INITIALS_MAX: usize = 4;

/// `PARTNER:NUMBER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedTill {
    partner: Whom,
    number: u32,
}

/// `RECEIPT` or `RECEIPT.LINE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedReceipt {
    /// From 1.
    pub number: u32,
    /// 1 to 99.
    pub line: u32,
}

/// Reads a till.
///
/// # Errors
/// In words.
pub fn till(text: &str) -> Result<TypedTill, String> {
    let form = || "type PARTNER:NUMBER, like saucer:1 or 'person 12:1'".to_owned();
    let (partner, number) = text.rsplit_once(':').ok_or_else(form)?;
    let number = number.trim().parse().ok().filter(|number| *number > 0).ok_or_else(form)?;
    Ok(TypedTill { partner: whom(partner)?, number })
}

/// Reads a receipt.
///
/// # Errors
/// In words.
pub fn receipt(text: &str) -> Result<TypedReceipt, String> {
    let (number, line) = text.trim().split_once('.').unwrap_or((text.trim(), "1"));
    let read = |text: &str, most| {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| is_plain && (1..=most).contains(number))
    };
    let read = read(number, RECEIPT_MAX).zip(read(line, LINE_MAX));
    read.map(|(number, line)| TypedReceipt { number, line }).ok_or_else(|| {
        "type the number of a receipt, like 184, or with its line, from 1 to 99, like 184.2".to_owned()
    })
}

/// Reads initials, whatever their case.
///
/// # Errors
/// In words.
pub fn initials(text: &str) -> Result<String, String> {
    let text = text.trim();
    let are = (1..=INITIALS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if are { Ok(text.to_ascii_uppercase()) } else { Err("initials are 1 to 4 letters, like EP".to_owned()) }
}

/// Reads how many people.
///
/// # Errors
/// In words.
pub fn people(text: &str) -> Result<u32, String> {
    let people = text.trim().parse().ok().filter(|people| (1..=100).contains(people));
    people.ok_or_else(|| "type how many people, from 1 to 100".to_owned())
}

/// The owner number of the partner that is meant; whoever types a number needs not see names.
///
/// # Errors
/// As of [`lookup::person`].
pub async fn partner(
    session: &mut Session<'_, '_>,
    partner: &Whom,
    bank: Option<u32>,
) -> Result<u32, Failure> {
    if let Whom::Person(owner) = partner {
        return Ok(*owner);
    }
    let kind = Some(api::PersonKind::Partner);
    Ok(lookup::person(session, partner, bank, kind).await?.owner_number)
}

/// The same, or 0 for the key's own.
///
/// # Errors
/// As of [`partner`].
pub async fn partner_or_own(
    session: &mut Session<'_, '_>,
    typed: Option<&Whom>,
    bank: Option<u32>,
) -> Result<u32, Failure> {
    match typed {
        Some(typed) => partner(session, typed, bank).await,
        None => Ok(0),
    }
}

/// The till that is meant, or the key's own.
///
/// # Errors
/// As of [`partner`].
pub async fn till_name(
    session: &mut Session<'_, '_>,
    typed: Option<&TypedTill>,
    bank: Option<u32>,
) -> Result<Option<api::TillName>, Failure> {
    let Some(typed) = typed else { return Ok(None) };
    let partner_owner_number = partner(session, &typed.partner, bank).await?;
    Ok(Some(api::TillName { partner_owner_number, till_number: typed.number }))
}

/// "184", "184.2".
#[must_use]
pub fn receipt_words(receipt: &api::SaleReceipt) -> String {
    match (receipt.number, receipt.line) {
        (0, _) => String::new(),
        (number, 0 | 1) => number.to_string(),
        (number, line) => format!("{number}.{line}"),
    }
}

/// How it stands, in a word or two.
#[must_use]
pub const fn state_words(state: api::RedemptionState) -> &'static str {
    match state {
        api::RedemptionState::Unspecified => "",
        api::RedemptionState::Authorized => "set aside",
        api::RedemptionState::Captured => "taken",
        api::RedemptionState::Voided => "let go",
        api::RedemptionState::Expired => "ran out",
        api::RedemptionState::PartlyRefunded => "given back in part",
        api::RedemptionState::Refunded => "given back",
    }
}

/// How it stands, and whether the shop takes it beyond its hours of the month.
fn stands_words(sale: &api::Redemption) -> String {
    let on_us = if sale.is_beyond_budget { ", on us" } else { "" };
    format!("{}{on_us}", state_words(sale.state()))
}

/// A sale, a column each.
#[must_use]
pub fn cells(sale: &api::Redemption) -> Vec<(Column, Cell)> {
    let receipt = sale.receipt.unwrap_or_default();
    let till = receipt.till.unwrap_or_default();
    let number = |number: u32| Cell::number_or_nothing(number.into());
    let state = sale.state();
    let state_name = short(state.as_str_name(), "REDEMPTION_STATE_");
    let until = figures::time(sale.deadline);
    let named = if receipt.number == 0 {
        Cell::Nothing
    } else {
        Cell::Said(receipt.number.into(), receipt_words(&receipt))
    };
    let seconds = |seconds: i64| if seconds == 0 { String::new() } else { figures::clock(seconds) };
    vec![
        (
            Column::figures("redemption_sequence", "Sale", 6),
            Cell::number_or_nothing(sale.redemption_sequence),
        ),
        (
            Column::words("day", "Day", 10),
            Cell::text_or_nothing(figures::day(receipt.day).unwrap_or_default()),
        ),
        (Column::figures("partner_owner_number", "", 0), number(till.partner_owner_number)),
        (Column::figures("till_number", "Till", 4), number(till.till_number)),
        (Column::figures("receipt_number", "Receipt", 10), named),
        (Column::figures("line", "", 0), number(receipt.line)),
        (Column::figures("venue_number", "", 0), number(sale.venue_number)),
        (Column::figures("offer_number", "Offer", 5), number(sale.offer_number)),
        (Column::figures("people", "People", 6), number(sale.people)),
        (Column::words("state", "How it stands", 13), Cell::Said(state_name.into(), stands_words(sale))),
        (Column::figures("amount_seconds", "Hours", 6), Cell::Seconds(sale.amount_seconds)),
        (
            Column::figures("captured_seconds", "Taken", 6),
            Cell::Said(sale.captured_seconds.into(), seconds(sale.captured_seconds)),
        ),
        (
            Column::figures("refunded_seconds", "Given back", 6),
            Cell::Said(sale.refunded_seconds.into(), seconds(sale.refunded_seconds)),
        ),
        (Column::words("staff_initials", "Staff", 5), Cell::text_or_nothing(sale.staff_initials.clone())),
        (
            Column::words("recorded_at", "", 0),
            Cell::text_or_nothing(figures::time(sale.recorded_at).unwrap_or_default()),
        ),
        (
            Column::words("deadline", "Until (UTC)", 11),
            match until {
                Some(until) => Cell::Said(until.into(), figures::short_time(sale.deadline)),
                None => Cell::Nothing,
            },
        ),
        (
            Column::words("is_from_slip", "", 0),
            Cell::Said(
                sale.is_from_slip.into(),
                if sale.is_from_slip { "from a slip" } else { "" }.to_owned(),
            ),
        ),
        (Column::words("is_beyond_budget", "", 0), Cell::Flag(sale.is_beyond_budget)),
        (Column::figures("account_number", "Account", 7), number(sale.account_number)),
    ]
}

/// What a server says of a sale.
#[derive(Clone, Debug)]
pub struct Told {
    /// As it stands.
    pub redemption: Option<api::Redemption>,
    /// Whether it was answered before.
    pub repeated: bool,
    /// What the screen says.
    pub sentence: String,
}

/// Tells a sale as it stands: the sentence, then the figures.
///
/// # Errors
/// [`Failure`].
pub fn tell(session: &mut Session<'_, '_>, told: Told, under: Under) -> Result<(), Failure> {
    let missing = || Failure::Unreachable("the server answered without the sale".to_owned());
    let sale = told.redemption.ok_or_else(missing)?;
    let cells = cells(&sale);
    let screen = &mut *session.screen;
    if screen.is_for_people() {
        if under.validate_only {
            screen.say("This would be written down. Nothing was.")?;
        }
        screen.say(&told.sentence)?;
        return Ok(screen.record(&cells)?);
    }
    let mut more = vec![
        (Column::words("repeated", "", 0), Cell::Flag(told.repeated)),
        (Column::words("validate_only", "", 0), Cell::Flag(under.validate_only)),
        (Column::words("request_id", "", 0), Cell::Text(under.id.to_string())),
        (Column::words("sentence", "", 0), Cell::Text(told.sentence)),
    ];
    more.splice(0..0, cells);
    Ok(screen.record(&more)?)
}

/// A sale for programs, as one object.
#[must_use]
pub fn sale_json(sale: &api::Redemption, position: u64) -> Value {
    let cells = cells(sale).into_iter();
    let mut object: Map<_, _> =
        cells.map(|(column, cell)| (column.name.to_owned(), cell.for_programs())).collect();
    object.insert("position".to_owned(), json!(position));
    Value::Object(object)
}

/// A sale on one line: its number, receipt, how it stands, hours.
#[must_use]
pub fn sale_line(sale: &api::Redemption) -> String {
    let receipt = sale.receipt.unwrap_or_default();
    let day = figures::day(receipt.day).unwrap_or_default();
    let till = receipt.till.unwrap_or_default().till_number;
    let hours = words::hours(sale.amount_seconds);
    let mut line = format!(
        "sale {}: receipt {} of {day}, till {till}, offer {}: {}, {hours}",
        sale.redemption_sequence,
        receipt_words(&receipt),
        sale.offer_number,
        stands_words(sale)
    );
    let taken = sale.captured_seconds;
    if taken != 0 && taken != sale.amount_seconds {
        line.push_str(&format!(", of which {} taken", words::hours(taken)));
    }
    if sale.state() == api::RedemptionState::PartlyRefunded {
        line.push_str(&format!(", of which {} given back", words::hours(sale.refunded_seconds)));
    }
    if sale.deadline.is_some() {
        line.push_str(&format!(", until {}", figures::minute_in_utc(sale.deadline)));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: tills, receipts, initials and people are read as they are typed, and what is none is told. Method: each form,
    /// and slips.
    #[test]
    fn sales_are_read() {
        let named = |partner: Whom, number| Ok(TypedTill { partner, number });
        assert_eq!(till("saucer:1"), named(Whom::Named("saucer".to_owned()), 1));
        assert_eq!(till("person 12:3"), named(Whom::Person(12), 3));
        assert_eq!(till("person:12:3"), named(Whom::Person(12), 3));
        for slip in ["", "saucer", "saucer:0", ":1", "saucer:one"] {
            assert!(till(slip).is_err(), "{slip}");
        }
        assert_eq!(receipt("184"), Ok(TypedReceipt { number: 184, line: 1 }));
        assert_eq!(receipt(" 1000749991.99 "), Ok(TypedReceipt { number: 1_000_749_991, line: 99 }));
        for slip in ["", "0", "4294967296", "184.0", "184.100", "184.", "1.2.3", "+5", "184,2"] {
            assert!(receipt(slip).is_err(), "{slip}");
        }
        assert_eq!((initials("ep").as_deref(), initials("ABCD").as_deref()), (Ok("EP"), Ok("ABCD")));
        for slip in ["", "abcde", "e1", "ö"] {
            assert!(initials(slip).is_err(), "{slip}");
        }
        assert_eq!((people("1"), people("100")), (Ok(1), Ok(100)));
        assert!(people("0").is_err() && people("101").is_err() && people("").is_err());
    }

    /// Goal: what a shop takes beyond its hours of the month says so wherever a sale is shown. Method: one with and one
    /// without, as a line, as columns and for programs.
    #[test]
    fn on_us_is_shown() {
        let state = api::RedemptionState::Captured.into();
        for (is_beyond_budget, expected) in [(false, "taken"), (true, "taken, on us")] {
            let sale = api::Redemption { state, is_beyond_budget, ..Default::default() };
            assert!(sale_line(&sale).contains(&format!(": {expected}, ")), "{}", sale_line(&sale));
            let cells = cells(&sale);
            let (_, stands) = cells.iter().find(|(column, _)| column.name == "state").unwrap();
            assert!(matches!(stands, Cell::Said(_, said) if said == expected), "{expected}");
            assert_eq!(sale_json(&sale, 1)["is_beyond_budget"], is_beyond_budget);
        }
    }

    /// Goal: every state has words of its own. Method: all of them.
    #[test]
    fn states_have_words() {
        let all: std::collections::BTreeSet<_> =
            (0..=6).map(|number| state_words(api::RedemptionState::try_from(number).unwrap())).collect();
        assert_eq!(all.len(), 7);
    }
}
