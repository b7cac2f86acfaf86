//! Not done, because … and what to do next.

use super::figures::{are, count, counted, hours, were};
use super::limits::limits_passed;
use crate::domain::{AccountNumber, ClaimUnit, ClaimWord, Refusal};

/// How every sentence begins that says that something is not done.
pub const LEAD: &str = "Not done: ";
pub(super) const NOTHING_MOVED: &str = "Nothing moved.";

/// Why something was not done, with the figures and what to do next, for somebody who may see every
/// account it names.
///
/// `names` gives the words for an account in the middle of a sentence: "Kit", "Lantern Hall", "the
/// community pot"; for an account between two time banks, the one that keeps it. It is not asked about
/// accounts that do not exist.
///
/// Every account that would pass a limit is named, within [`SENTENCE_WEIGHT_MAX`], the first
/// [`ACCOUNTS_TOLD_MAX`] at most with their figures; of those for whom there is no room it says how many they are.
///
/// [`ACCOUNTS_TOLD_MAX`]: super::ACCOUNTS_TOLD_MAX
/// [`SENTENCE_WEIGHT_MAX`]: super::SENTENCE_WEIGHT_MAX
#[must_use]
pub fn refusal_sentence(refusal: &Refusal, names: &dyn Fn(AccountNumber) -> String) -> String {
    let rest = match refusal {
        Refusal::Limits(passed) => limits_passed(passed, names),
        Refusal::Claim { word, unit, left, take, place: _ } => claim(*word, *unit, *left, *take),
        Refusal::EntryNotFound(entry) => {
            format!(
                "there is nothing under number {entry} in the books that could be meant. {NOTHING_MOVED} Check the \
                 number."
            )
        }
        Refusal::HoldNotFound(hold) => {
            format!("no hours were ever set aside under number {hold}. {NOTHING_MOVED} Check the number.")
        }
        Refusal::BankNotFound(bank) => {
            format!("there is no time bank {bank} in this network. {NOTHING_MOVED} Check the number.")
        }
        Refusal::AccountNotFound(account) => {
            format!("there is no account {account}. {NOTHING_MOVED} Read the number on the card again.")
        }
        Refusal::OwnerNotFound(owner) => {
            format!(
                "nobody is registered under number {owner}. {NOTHING_MOVED} \
                 Register them first, or check the number."
            )
        }
        Refusal::AccountClosed(account) => {
            let name = names(*account);
            format!(
                "the account of {name} is closed. {NOTHING_MOVED} \
                 Choose another, or ask a time broker to open it again."
            )
        }
        Refusal::SameAccount(account) => {
            let name = names(*account);
            format!("{name} is named on both sides. {NOTHING_MOVED} Say who gave and who received.")
        }
        Refusal::CrossBank(account) => {
            let name = names(*account);
            format!(
                "with {name}, hours would leave one time bank and not arrive in the other. {NOTHING_MOVED} \
                 Write down both halves together, through the two accounts between the two time banks."
            )
        }
        Refusal::AlreadyThere(account) => {
            let name = names(*account);
            format!("{name} is there already and open. Nothing was changed. Use it as it is.")
        }
        Refusal::HoldResolved(hold) => format!(
            "the hours set aside under number {hold} were taken or let go before. {NOTHING_MOVED} \
             Look at how that ended before asking again."
        ),
        Refusal::HoldExpired(hold) => format!(
            "the hours set aside under number {hold} ran out. Nothing was taken. \
             Set them aside again if they are still wanted."
        ),
        Refusal::HoldsOpen { account, open } => {
            let (name, times) = (names(*account), times(*open));
            format!(
                "hours of {name}, or for {name}, are still set aside {times}. Nothing was closed. \
                 Take them or let them go first."
            )
        }
        Refusal::TooManyHolds { account, most } => {
            let (times, whose) = (
                times(*most),
                account.map_or("in this network".to_owned(), |of| format!("with {}", names(of))),
            );
            format!(
                "hours are set aside {times} {whose}, as often as they can be. {NOTHING_MOVED} \
                 Take some of them or let some go first."
            )
        }
        Refusal::DeadlineOutOfReach => format!(
            "hours are set aside until a moment that is still to come and at most 400 days away. \
             {NOTHING_MOVED} Choose another day."
        ),
        Refusal::CaptureExceedsHold { left, requested } => capture(*left, requested.seconds()),
        Refusal::ReversalExceeds { transfer, left, requested } => {
            reversal(*transfer, *left, requested.map(|amount| amount.seconds()))
        }
        Refusal::RequestIdReused { fields } => format!(
            "this request id was used before, for something that differs in {}. {NOTHING_MOVED} \
             Use a new id for a new request.",
            fields.join(", ")
        ),
        Refusal::BooksFull { what, most } => format!(
            "the books are full: they keep {} {what} and no more. Nothing was written down. \
             Please tell whoever looks after the network.",
            count(*most)
        ),
        Refusal::DayInFuture => {
            "that day has not begun yet. Nothing was written down. Check the date, or come back on the day."
                .to_owned()
        }
        Refusal::DiskLow => {
            "the disk under the books is nearly full. Nothing was written down. Please tell whoever looks \
             after the network, and ask again when there is room."
                .to_owned()
        }
        Refusal::ClockUnsure => {
            "the clock of the books has leapt. Nothing was written down. Please tell whoever looks after the \
             network, and ask again when the time is settled."
                .to_owned()
        }
    };
    format!("Not done: {rest}")
}

/// Nothing in the books answers this request: there is no number to name, only the id that was asked.
#[must_use]
pub fn no_entry_of_request() -> String {
    "Not done: nothing was written down under this request id. Nothing was changed. If it is still wanted, ask for it \
     again with the same id."
        .to_owned()
}

fn claim(word: ClaimWord, unit: ClaimUnit, left: i64, take: i64) -> String {
    let figures = if left > 0 {
        format!("has {} left, and {} would be needed", counted(unit, left), counted(unit, take))
    } else {
        "is used up".to_owned()
    };
    match word {
        ClaimWord::OfferExhausted => {
            format!("this offer {figures}. Nothing was taken. Choose another offer or another day.")
        }
        ClaimWord::OwnCap => format!(
            "what one person may take of this offer {figures}. Nothing was taken. Choose another offer or another day."
        ),
        ClaimWord::BudgetSpent => {
            format!(
                "the budget for this {figures}. Nothing was taken. Ask again when the next budget begins."
            )
        }
        ClaimWord::CodeUsed => {
            "this code was used before, and a code works once. Nothing was taken. Ask for a new code."
                .to_owned()
        }
        ClaimWord::ReceiptReused => {
            "this receipt is in the books already, with something else on it. Nothing was taken. \
             Check the receipt number."
                .to_owned()
        }
        ClaimWord::MonthSpent => {
            format!(
                "what this person may take for somebody else in a month {figures}. Nothing was taken. Ask a time \
                 broker, or wait for the next month."
            )
        }
        ClaimWord::AlreadyHere => {
            "this looks like one that is here already, of the same people and the same day. Nothing was written \
             down. If it is another one, say so and ask again."
                .to_owned()
        }
        // Room for a reversal, and none for the claim: its amount was worked out before the last of them.
        ClaimWord::LineClaimed if left > 0 => {
            "something of one of these lines was put right meanwhile. Nothing moved. Claim them again: less may come \
             back."
                .to_owned()
        }
        ClaimWord::LineClaimed if take == 1 => {
            "this was claimed back from a pot. Nothing moved. Put that claim right first."
                .to_owned()
        }
        ClaimWord::LineClaimed => {
            "one of these lines was claimed back from a pot before, and each is claimed once. Nothing moved. Leave it \
             out, or look at what was claimed."
                .to_owned()
        }
    }
}

fn capture(left: i64, requested: i64) -> String {
    format!(
        "{} {} left of what was set aside, and {} {} asked. Nothing was taken. Take {} or less.",
        hours(left),
        are(left),
        hours(requested),
        were(requested),
        hours(left)
    )
}

fn reversal(transfer: u16, left: i64, requested: Option<i64>) -> String {
    let part = u64::from(transfer).saturating_add(1); // People count from one.
    match requested {
        None => format!(
            "all of this was put right or given back before. {NOTHING_MOVED} There is nothing left to do."
        ),
        Some(requested) if left <= 0 => format!(
            "part {part} has nothing left to put right or give back, and {} {} asked. {NOTHING_MOVED} \
             Look at what was put right before.",
            hours(requested),
            were(requested)
        ),
        Some(requested) => format!(
            "{} {} left to put right or give back of part {part}, and {} {} asked. {NOTHING_MOVED} \
             Ask for {} or less.",
            hours(left),
            are(left),
            hours(requested),
            were(requested),
            hours(left)
        ),
    }
}

fn times(number: u32) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{} times", count(u64::from(more))),
    }
}
