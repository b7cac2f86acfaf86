//! What a till hears, for whoever builds one: the reason, whether to ask again, what the screen says, what staff do.
//!
//! README's table is made of this.

use super::redemption::{cannot_be_given_back, heard, in_full, nothing_under_receipt, of_the_shop};
use crate::domain::{Amount, ClaimUnit, ClaimWord, OwnerNumber, Reason, Refusal as Books, Sequence};
use crate::redemption::refusal::{Heard, Refusal};
use crate::redemption::states::State;

/// Whether it helps to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskAgain {
    /// The same sale, as it was, in a while: it is not the sale that is in the way.
    Later,
    /// Not for this receipt line: another sale has the next one.
    WithTheNext,
    /// The same sale, once what is in the way has changed; its receipt is free.
    WhenItChanged,
    /// Not at all.
    No,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The reason.
    pub reason: Reason,
    /// Whether it helps to ask again.
    pub ask_again: AskAgain,
    /// What the screen says: an example, where it has figures.
    pub says: String,
    /// What staff do.
    pub staff: &'static str,
}

/// Everything that a rule says to a till: of the sale, then of what comes after it, then of the books.
#[must_use]
pub fn rows() -> Vec<Row> {
    [of_a_sale(), of_a_step(), of_the_books()].concat()
}

fn row(reason: Reason, ask_again: AskAgain, says: String, staff: &'static str) -> Row {
    Row { reason, ask_again, says, staff }
}

fn of_a_sale() -> Vec<Row> {
    use AskAgain::{No, WhenItChanged, WithTheNext};
    let budget = Books::Claim {
        word: ClaimWord::BudgetSpent,
        unit: ClaimUnit::Seconds,
        left: 1_800,
        take: 3_600,
        place: 4,
    };
    vec![
        row(
            Reason::CodeNotUsable,
            No,
            heard(Heard::CodeNotUsable),
            "Ask for a fresh code or the card with its PIN. If there is none, be kind, serve as you see fit, and let the \
             time broker know.",
        ),
        row(
            Reason::NotToday,
            WhenItChanged,
            heard(Heard::NotToday),
            "Nobody at the till knows why, and nobody asks. The member and the broker can see it.",
        ),
        row(
            Reason::OfferNotAvailable,
            WhenItChanged,
            of_the_shop(&Refusal::Books(budget)),
            "Another offer, another day; or beyond the shop's hours of the month, \"on us\", if whoever runs the shop says so.",
        ),
        row(
            Reason::StaffAtTill,
            WhenItChanged,
            heard(Heard::StaffAtTill),
            "Somebody else types their initials and takes this one.",
        ),
        row(
            Reason::ReceiptReused,
            WithTheNext,
            in_full(&Refusal::ReceiptReused { fields: vec!["people"] }),
            "Look at what that receipt was for, then use the next number or line.",
        ),
        row(
            Reason::RequestIdReused,
            WithTheNext,
            in_full(&Refusal::Books(Books::Claim {
                word: ClaimWord::ReceiptReused,
                unit: ClaimUnit::Times,
                left: 0,
                take: 1,
                place: 1,
            })),
            "Nothing: the till's software makes a new id for each attempt at a new receipt.",
        ),
    ]
}

fn of_a_step() -> Vec<Row> {
    use AskAgain::{No, WhenItChanged};
    let number = Sequence::new(58);
    let more = Books::ReversalExceeds { transfer: 0, left: 1_800, requested: Amount::new(3_600) };
    vec![
        row(
            Reason::EntryNotFound,
            No,
            nothing_under_receipt(),
            "Of a receipt whose answer did not come: nothing was taken, so send the sale again as it was. Of a number: look at \
             the receipt again.",
        ),
        row(
            Reason::CodeNotUsable,
            No,
            cannot_be_given_back(),
            "Of what is to be given back: nothing to be done at the till. A time broker knows where the hours go.",
        ),
        row(
            Reason::ReversalExceeds,
            WhenItChanged,
            in_full(&Refusal::Books(more)),
            "Give back no more than is left; look at what was given back before.",
        ),
        row(
            Reason::SecondPersonNeeded,
            No,
            in_full(&Refusal::NeedsAnother),
            "Somebody else gives it back: the key of this till belongs to whoever would get the hours.",
        ),
        row(
            Reason::HoldResolved,
            No,
            in_full(&Refusal::NotFrom { number, state: State::Captured }),
            "Look at how it stands: it was taken, let go or given back before.",
        ),
        row(
            Reason::HoldExpired,
            No,
            in_full(&Refusal::NotFrom { number, state: State::Expired }),
            "Nothing was taken. Sell it anew under the next line, with a fresh code.",
        ),
        row(
            Reason::WindowPassed,
            No,
            in_full(&Refusal::NotForTill { number }),
            "The shop's manager or a time broker gives it back.",
        ),
    ]
}

fn of_the_books() -> Vec<Row> {
    use AskAgain::{Later, No};
    let books = |books| in_full(&Refusal::Books(books));
    vec![
        row(
            Reason::OwnerNotFound,
            No,
            books(Books::OwnerNotFound(OwnerNumber::new(12))),
            "Nothing: the till's software names its own shop, or none.",
        ),
        row(
            Reason::TooManyHolds,
            Later,
            books(Books::TooManyHolds { account: None, most: 1_000_000 }),
            "Take it at once instead of setting it aside, or write a slip.",
        ),
        row(
            Reason::BooksFull,
            Later,
            books(Books::BooksFull { what: "counters", most: 16_777_216 }),
            "Write a slip, and tell whoever looks after the network.",
        ),
        row(
            Reason::DiskLow,
            Later,
            books(Books::DiskLow),
            "Write a slip, and tell whoever looks after the network.",
        ),
        row(
            Reason::ClockUnsure,
            Later,
            books(Books::ClockUnsure),
            "Write a slip, and tell whoever looks after the network.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{AccountNumber, BankNumber};
    use crate::words::tests::plain;

    /// Whether a till's calls can end so. Those that cannot are decided here, one by one: a new one does not compile before.
    const fn reaches_a_till(books: &Books) -> bool {
        match books {
            Books::Claim { word, .. } => match word {
                ClaimWord::CodeUsed
                | ClaimWord::OwnCap
                | ClaimWord::MonthSpent
                | ClaimWord::OfferExhausted
                | ClaimWord::BudgetSpent
                | ClaimWord::ReceiptReused
                | ClaimWord::LineClaimed => true,
                // Asked of what people write down.
                ClaimWord::AlreadyHere => false,
            },
            Books::Limits(_)
            | Books::AccountClosed(_)
            | Books::AccountNotFound(_)
            | Books::RequestIdReused { .. }
            | Books::EntryNotFound(_)
            | Books::OwnerNotFound(_)
            | Books::HoldResolved(_)
            | Books::HoldExpired(_)
            | Books::TooManyHolds { .. }
            | Books::ReversalExceeds { .. }
            | Books::BooksFull { .. }
            | Books::DiskLow
            | Books::ClockUnsure => true,
            // A till names no bank and no account, and no sides of a transfer.
            Books::BankNotFound(_)
            | Books::SameAccount(_)
            | Books::CrossBank(_)
            | Books::AlreadyThere(_)
            | Books::HoldsOpen { .. } => false,
            // Of a voucher said in words of its own; of a sale that was set aside, its state is looked at first.
            Books::HoldNotFound(_) | Books::CaptureExceedsHold { .. } => false,
            // How long hours stay set aside, and the day of a receipt, are fields with bounds.
            Books::DeadlineOutOfReach | Books::DayInFuture => false,
        }
    }

    /// The same of what a rule of sales says.
    const fn reaches(refusal: &Refusal) -> bool {
        match refusal {
            Refusal::CodeUnknown
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
            | Refusal::OfferNotOpen
            | Refusal::OfferNotNow { .. }
            | Refusal::StaffAtTill
            | Refusal::NeedsAnother
            | Refusal::NotFrom { .. }
            | Refusal::NotForTill { .. }
            | Refusal::ReceiptReused { .. }
            | Refusal::ClaimedBack { .. } => true,
            Refusal::Books(books) => reaches_a_till(books),
        }
    }

    /// What a rule of sales says by itself.
    fn of_sales() -> Vec<Refusal> {
        let number = Sequence::new(1);
        let states = State::ALL.into_iter().map(|state| Refusal::NotFrom { number, state });
        let (first, second) = (BankNumber::new(1), BankNumber::new(2));
        let others = [
            Refusal::CodeUnknown,
            Refusal::CodeOver,
            Refusal::CodeNotHere,
            Refusal::CardBlocked,
            Refusal::CardLocked,
            Refusal::WrongPin,
            Refusal::PinNeeded,
            Refusal::PracticeSpent,
            Refusal::VoucherSpent { left: 60 },
            Refusal::Paused,
            Refusal::NoClearing { first, second },
            Refusal::OfferNotOpen,
            Refusal::OfferNotNow { opens_on: None },
            Refusal::StaffAtTill,
            Refusal::NeedsAnother,
            Refusal::NotForTill { number },
            Refusal::ReceiptReused { fields: vec!["people"] },
            Refusal::ClaimedBack { line: number, claim: None },
        ];
        others.into_iter().chain(states).collect()
    }

    /// Goal: whatever a till can hear has its row, no row says what none can hear, and none says a word that is not for
    /// people. Method: everything the rules of sales and the books can say, as a till hears it; whether it can is decided
    /// without a wildcard.
    #[test]
    fn whatever_a_till_hears_has_its_row() {
        let rows = rows();
        let account = AccountNumber::from_slot(4).unwrap();
        let books = crate::words::tests::everything().into_iter().map(Refusal::Books);
        let of_nobody = Books::TooManyHolds { account: Some(account), most: 2 };
        let all = of_sales().into_iter().chain(books).chain([Refusal::Books(of_nobody)]);
        let heard: BTreeSet<_> = all
            .filter(reaches)
            .map(|refusal| refusal.heard().map_or_else(|| refusal.reason(), Heard::reason))
            .collect();
        let told: BTreeSet<_> = rows.iter().map(|row| row.reason).collect();
        assert_eq!(told, heard);
        rows.iter().for_each(|row| plain(&row.says));
    }
}
