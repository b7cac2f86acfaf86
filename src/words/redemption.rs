//! Hours at the till: what a screen says, and in full for whoever's hours they are: why not, and what to do next.

use super::figures::{are, hours, were};
use super::{LEAD, refusals};
use crate::directory::OfferKind;
use crate::domain::{ClaimWord, Refusal as Books};
use crate::redemption::refusal::{Heard, Refusal};
use crate::redemption::states::State;

/// The bank does not take offers of this kind.
#[must_use]
pub fn kind_not_taken(kind: OfferKind, needs_practice: bool) -> String {
    let what = match kind {
        OfferKind::Activity => "activities",
        OfferKind::Discount => "discounts",
        OfferKind::Service => "services",
        OfferKind::Goods => "goods",
    };
    let next = if needs_practice {
        "A seat, a session and a visit are activities. For goods and discounts the time bank first says, with a benefits \
         adviser, how people's benefits stay unaffected."
    } else {
        "Ask the time bank, or offer something else."
    };
    format!("Not done: this time bank takes no {what} for hours. Nothing was offered. {next}")
}

/// What the screen says, and nothing more: the same words whatever stands behind them.
#[must_use]
pub fn heard(heard: Heard) -> String {
    match heard {
        Heard::CodeNotUsable => "This code or card cannot be used. Please talk to your time broker.",
        Heard::NotToday => "This cannot be done today. Please talk to your time broker.",
        Heard::OfferNotAvailable => "This offer cannot be taken now. Nothing was taken. Choose another one.",
        Heard::StaffAtTill => {
            "Nobody uses their own hours while on the till. Nothing was taken. Let somebody else take over for this one."
        }
    }
    .to_owned()
}

/// What the screen says of the shop's own side, with its figures.
#[must_use]
pub fn of_the_shop(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Books(Books::Claim { word: ClaimWord::OfferExhausted, left, .. }) => format!(
            "This offer is used up for now: {left} left. Nothing was taken. Choose another one, or fewer people."
        ),
        Refusal::Books(Books::Claim { word: ClaimWord::BudgetSpent, left, .. }) => format!(
            "The shop's hours of this month are used up: {} left. Nothing was taken. The shop may take it beyond them: \
             \"on us\".",
            hours(*left)
        ),
        Refusal::Books(Books::Limits(_)) => {
            "The shop's account takes no more hours for now. Nothing was taken. Please talk to your time broker."
                .to_owned()
        }
        Refusal::OfferNotNow { opens_on: Some(day) } => {
            format!(
                "This offer is for other days or hours: next on {day}. Nothing was taken. Choose another one."
            )
        }
        Refusal::OfferNotNow { opens_on: None }
        | Refusal::OfferNotOpen
        | Refusal::CodeUnknown
        | Refusal::CodeOver
        | Refusal::CodeNotHere
        | Refusal::CardBlocked
        | Refusal::CardLocked
        | Refusal::WrongPin
        | Refusal::PinNeeded
        | Refusal::PracticeSpent
        | Refusal::VoucherSpent { .. }
        | Refusal::Paused
        | Refusal::NoClearing { .. }
        | Refusal::StaffAtTill
        | Refusal::NeedsAnother
        | Refusal::NotFrom { .. }
        | Refusal::NotForTill { .. }
        | Refusal::ReceiptReused { .. }
        | Refusal::ClaimedBack { .. }
        | Refusal::Books(_) => heard(Heard::OfferNotAvailable),
    }
}

/// Why not, in full.
#[must_use]
pub fn in_full(refusal: &Refusal) -> String {
    let rest = match refusal {
        Refusal::CodeUnknown => {
            "there is no code or card with these digits. Nothing was taken. Read them again, or make a new code."
        }
        Refusal::CodeOver => {
            "that code is over: its time has passed, or it was tried too often, or whoever asked for it may not spend these \
             hours any more. Nothing was taken. Make a new one."
        }
        Refusal::CodeNotHere => {
            "that code is for another shop or another offer. Nothing was taken. Use it there, or make a new one."
        }
        Refusal::CardBlocked => {
            "that card was blocked, or another came in its place. Nothing was taken. Show the new one, or a code."
        }
        Refusal::CardLocked => {
            "the PIN of that card was wrong too often. Nothing was taken. A time broker sets a new one."
        }
        Refusal::WrongPin => {
            "that is not the PIN of this card, or it has none. Nothing was taken. Type it again, or ask a time broker."
        }
        Refusal::PinNeeded => {
            "in this time bank a card works with its PIN only. Nothing was taken. Type the PIN, or show a code."
        }
        Refusal::PracticeSpent => {
            "a code for practice has two hours on it. Nothing was taken. Try a smaller sale."
        }
        Refusal::VoucherSpent { left } => {
            return format!(
                "{LEAD}{} {} left on that voucher. Nothing was taken. Take no more than that.",
                hours(*left),
                are(*left)
            );
        }
        Refusal::Paused => {
            "nothing new is written down for this account now. Nothing was taken. A lead of the time bank knows until when."
        }
        Refusal::NoClearing { .. } => {
            "the two time banks keep no accounts for each other. Nothing was taken. The network opens them."
        }
        Refusal::OfferNotOpen => {
            "that offer is not open, not in this venue, or of a kind the time bank does not take. Nothing was taken. Choose \
             another one."
        }
        Refusal::OfferNotNow { opens_on: Some(day) } => {
            return format!(
                "{LEAD}that offer is for other days or hours: next on {day}. Nothing was taken. Come back then."
            );
        }
        Refusal::OfferNotNow { opens_on: None } => {
            "that offer is for other days. Nothing was taken. Choose another one."
        }
        Refusal::StaffAtTill => {
            "nobody uses their own hours while on the till. Nothing was taken. Somebody else takes over for this one."
        }
        Refusal::NeedsAnother => {
            "whoever writes this down stands on the side that gets the hours, and nobody else has agreed. Nothing was taken. \
             Another time broker writes it down."
        }
        Refusal::NotFrom { number, state } => {
            let stand = if *state == State::Expired { "ran out".to_owned() } else { format!("are {state}") };
            return format!(
                "{LEAD}the hours of sale {number} {stand}, so this cannot be done with them. Nothing was changed. Look \
                 at how it stands."
            );
        }
        Refusal::NotForTill { number } => {
            return format!(
                "{LEAD}a till gives back on the day of the sale only, and sale {number} is of an earlier one. Nothing was \
                 changed. The shop's manager or a time broker gives it back."
            );
        }
        Refusal::ReceiptReused { fields } => {
            return format!(
                "{LEAD}this receipt was accepted before, for a sale that differs in {}. Nothing was taken. Use the next \
                 number or line for another sale.",
                fields.iter().map(of_a_sale).collect::<Vec<_>>().join(", ")
            );
        }
        Refusal::ClaimedBack { line, claim } => {
            return format!("{LEAD}{}", super::exchange::claimed_back(*line, *claim));
        }
        Refusal::Books(Books::Claim { word: ClaimWord::ReceiptReused, .. }) => {
            "this request id was accepted for another receipt. Nothing was taken. Use a new one for each attempt."
        }
        Refusal::Books(books) => {
            // Claims name nobody.
            return refusals::refusal_sentence(books, &|account| format!("account {account}"));
        }
    };
    format!("{LEAD}{rest}")
}

/// A code for practice at a till that is not practising.
#[must_use]
pub fn practice_code() -> String {
    "This code is for practice only. Nothing was taken.".to_owned()
}

/// A field of a sale, in words.
fn of_a_sale<'a>(field: &&'a str) -> &'a str {
    match *field {
        "offer_number" => "the offer",
        "people" => "how many people",
        "shown" => "what was shown",
        other => other,
    }
}

/// What the screen says of a sale as it stands: so much was set aside or taken at first, so much was taken, so much of that
/// was given back, seconds.
#[must_use]
pub fn sold(state: State, (amount, captured, refunded): (i64, i64, i64), repeated: bool) -> String {
    let again = if repeated { "This receipt was accepted before. " } else { "" };
    let said = match state {
        State::Authorized => format!("{} {} set aside.", hours(amount), were(amount)),
        State::Captured => {
            let back = amount.saturating_sub(captured);
            let back = if back == 0 { String::new() } else { format!(" {} went back.", hours(back)) };
            format!("{} {} taken.{back}", hours(captured), were(captured))
        }
        State::Voided => "What was set aside was let go. Nothing was taken.".to_owned(),
        State::Expired => "What was set aside ran out. Nothing was taken.".to_owned(),
        State::PartlyRefunded => {
            let stays = hours(captured.saturating_sub(refunded));
            format!("{} {} given back. That leaves {stays} taken.", hours(refunded), were(refunded))
        }
        State::Refunded => format!("{} {} taken and given back.", hours(captured), were(captured)),
    };
    format!("{again}{said}")
}

/// What the screen also says of a sale that the shop takes beyond its hours of the month.
#[must_use]
pub const fn on_us() -> &'static str {
    " On us: beyond the shop's hours of this month."
}

/// Hours cannot go back to whom they came from. The till is not told why.
#[must_use]
pub fn cannot_be_given_back() -> String {
    "This cannot be given back here. Nothing was given back. Please talk to your time broker.".to_owned()
}

/// As many codes of an account, or for practice, are kept as there may be.
#[must_use]
pub fn too_many_codes(most: usize) -> String {
    format!(
        "{LEAD}at most {most} codes are kept at once, for slips also those that ended within 14 days, and there are as many. \
         Nothing was made. Use one that works, or ask again another day."
    )
}

/// A receipt under which nothing was accepted.
#[must_use]
pub fn nothing_under_receipt() -> String {
    format!(
        "{LEAD}nothing was accepted under this receipt. Nothing was taken. If the answer did not come, send the sale again as \
         it was."
    )
}
