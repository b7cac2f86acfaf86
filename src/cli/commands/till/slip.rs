//! What to write on a paper slip when it is not known what happened, and how to ask later.

use crate::api;
use crate::cli::commands::sales::receipt_words;
use crate::cli::figures;

/// A sale of which nothing is known.
#[derive(Clone, Copy, Debug)]
pub struct Slip<'a> {
    /// As it was sent.
    pub sale: &'a api::Sale,
    /// What the offer says.
    pub wording: &'a str,
    /// Where.
    pub place: &'a str,
    /// The business day.
    pub day: Option<api::Date>,
}

impl Slip<'_> {
    /// A line each. The digits are not among them: whoever finds a paper, or looks at a screen, does not have them by that.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let receipt = self.sale.receipt.unwrap_or_default();
        let number = receipt_words(&receipt);
        let day = figures::day(self.day).unwrap_or_else(|| "today".to_owned());
        let what = match self.sale.shown.as_ref().and_then(|shown| shown.by.as_ref()) {
            Some(api::shown::By::Card(_)) => "the number of the card; never its PIN",
            Some(api::shown::By::Code(_)) | None => "the digits of the code",
        };
        let named = if number.is_empty() { "none was typed".to_owned() } else { number.clone() };
        let mut lines = vec![
            "It is not known whether this sale was taken. Write a paper slip, and keep it:".to_owned(),
            format!("  receipt: {named}"),
            format!("  day: {day}"),
            format!("  till: {}", self.place),
            format!("  offer: {}, {}", self.sale.offer_number, self.wording),
            format!("  people: {}", self.sale.people.max(1)),
            format!("  staff: {}", self.sale.staff_initials),
            format!("  and {what}, which this screen does not repeat"),
        ];
        lines.push(if number.is_empty() {
            "When the line is up again, type 'look': if this sale is among the last ones, throw the slip away; if not, hand \
             it in."
                .to_owned()
        } else {
            format!(
                "When the line is up again, type 'look {number} {day}': if it was taken, throw the slip away; if not, sell it \
                 again under the same receipt, or hand the slip in. Under one receipt nothing is taken twice."
            )
        });
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a slip has all that a sale is entered with, says how to ask, and never repeats digits or a PIN. Method: a sale
    /// with a receipt and a card, and one without and a code.
    #[test]
    fn slips_have_no_digits() {
        let card = api::CardShown { number: "402 119 736".into(), pin: "1234".into() };
        let with_card = api::Sale {
            receipt: Some(api::SaleReceipt { number: 184, line: 2, ..Default::default() }),
            shown: Some(api::Shown { by: Some(api::shown::By::Card(card)) }),
            offer_number: 3,
            people: 2,
            staff_initials: "EP".into(),
            ..Default::default()
        };
        let code = api::Shown { by: Some(api::shown::By::Code("402 119 736".into())) };
        let with_code = api::Sale { receipt: None, shown: Some(code), people: 0, ..with_card.clone() };
        let day = Some(api::Date { year: 2026, month: 5, day: 13 });
        let said = |sale| {
            let slip = Slip { sale, wording: "a seat", place: "till 1 of partner 12", day };
            slip.lines().join("\n")
        };
        let (card, code) = (said(&with_card), said(&with_code));
        for part in [
            "receipt: 184.2",
            "day: 2026-05-13",
            "offer: 3, a seat",
            "people: 2",
            "staff: EP",
            "look 184.2 2026-05-13",
        ] {
            assert!(card.contains(part), "{part}: {card}");
        }
        assert!(
            code.contains("receipt: none was typed") && code.contains("people: 1") && code.contains("'look'")
        );
        for digits in ["402", "119", "736", "1234"] {
            assert!(!card.contains(digits) && !code.contains(digits), "{digits}");
        }
    }
}
