//! Letters: a month of somebody's hours on paper, and the help they gave as an employer reads it.
//!
//! Said to whoever has the account ("you") in a letter, and of them in a record, which others read. Hours are said in whole
//! words. Whatever is a name is put in by who prints it, because text and pages set names apart in ways of their own: where
//! one belongs in a sentence, the sentence comes in two halves.

use super::figures::{balance, count, hours};
use super::periods;
use crate::domain::hours::in_short;
use crate::domain::{Day, Sequence};

/// Over a letter: "Your hours in June 2026".
#[must_use]
pub fn title(month: (i16, u8)) -> String {
    format!("Your hours in {}", periods::month(month))
}

/// Whose account it is, before the name.
pub const FOR: &str = "For";
/// Before the number of an account.
pub const ACCOUNT: &str = "Account";
/// What they are known as, before that name.
pub const KNOWN_AS: &str = "known as";
/// What stands for a name that nobody said, or that cannot be read any more.
#[must_use]
pub fn no_name(account: &str) -> String {
    format!("whoever has account {account}")
}

/// Over the sums.
pub const SUMS: &str = "What it adds up to";
/// Over the lines.
pub const LINES: &str = "Line by line";
/// Over where to ask.
pub const ASK: &str = "Where to ask";
/// Over a column of days, of sentences, of hours.
pub const COLUMNS: [&str; 3] = ["Day", "What", "Hours"];

/// A figure of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// At the beginning of the month; may be below zero.
    Before(i64),
    /// Help given.
    Gave(i64),
    /// How much of that went to a pot.
    GaveToPots(i64),
    /// How much of it went to others.
    GaveToOthers(i64),
    /// Help received.
    Received(i64),
    /// How much of that others paid for.
    PaidByOthers(i64),
    /// Used at tills.
    Used(i64),
    /// All else; below zero where more went than came.
    Other(i64),
    /// At the end of the month; may be below zero.
    After(i64),
    /// The same, now.
    Now(i64),
    /// Set aside.
    SetAside(i64),
}

impl Figure {
    /// What it is, and how much.
    #[must_use]
    pub fn words(self) -> [String; 2] {
        let (what, how_much) = match self {
            Self::Before(seconds) => ("You had at the beginning of the month", balance(seconds)),
            Self::Gave(seconds) => ("You gave help", hours(seconds)),
            Self::GaveToPots(seconds) => ("Of that went to a pot", hours(seconds)),
            Self::GaveToOthers(seconds) => ("Of that went to others", hours(seconds)),
            Self::Received(seconds) => ("You received help", hours(seconds)),
            Self::PaidByOthers(seconds) => ("Of that others paid for you", hours(seconds)),
            Self::Used(seconds) => ("You used at cafés and shops", hours(seconds)),
            Self::Other(0) => ("Other, such as gifts, or put right", hours(0)),
            Self::Other(seconds @ 1..) => {
                ("Other, such as gifts, or put right", format!("{} came", hours(seconds)))
            }
            Self::Other(seconds) => {
                ("Other, such as gifts, or put right", format!("{} went", hours(seconds)))
            }
            Self::After(seconds) => ("You had at the end of the month", balance(seconds)),
            Self::Now(seconds) => ("You have now", balance(seconds)),
            Self::SetAside(seconds) => ("Of that is set aside", hours(seconds)),
        };
        [what.to_owned(), how_much]
    }
}

/// By how much a line changed what they have: "+ 1 h 30 min", "− 45 min", "0 h".
#[must_use]
pub fn change(seconds: i64) -> String {
    let sign = match seconds {
        0 => "",
        1.. => "+ ",
        ..0 => "− ",
    };
    format!("{sign}{}", in_short(seconds))
}

/// A month without lines.
pub const NO_LINES: &str = "Nothing was written down for this account in this month.";
/// The same where there was help whose hours moved other accounts.
pub const NO_LINES_OF_HOURS: &str = "No hours came to this account or left it in this month.";
/// What the figures have and no line says.
pub const ELSEWHERE: &str = "Help whose hours went elsewhere, or that others paid for, counts as yours and has no line below: it changed \
     nothing of what you have.";

/// Lines that are in the sums and have no room.
#[must_use]
pub fn left_out(lines: u64) -> String {
    let (lines, are) = (count(lines), if lines == 1 { "line is" } else { "lines are" });
    format!(
        "{lines} earlier {are} not printed here. They are in the figures above, and your time bank can show them to you."
    )
}

/// What a day next to a line says, and what the sums go by.
pub const BY_DAY_WRITTEN: &str =
    "Each line stands in the month in which it was written down, with the day of the help.";

/// Below zero is nothing to worry about.
pub const BELOW_ZERO: &str =
    "Below zero means that more hours went than came so far. That is how a time bank works.";

/// Whom to ask, before and after the name of the bank.
pub const ASK_WHOM: [&str; 2] = [
    "Is something missing, or not as you remember it? Please ask",
    ". Anything in this letter can be put right.",
];

/// From which books: "From the books up to entry 1204."
#[must_use]
pub fn position(sequence: Sequence) -> String {
    format!("From the books up to entry {sequence}.")
}

/// Over a record of help.
pub const RECORD_TITLE: &str = "Record of help given";
/// What somebody did, after their name: "gave 12 hours of help to others between 1 May and 5 June 2026, on 7 occasions."
#[must_use]
pub fn gave_help(seconds: i64, times: u64, days: (Day, Day)) -> String {
    let occasions =
        if times == 1 { "one occasion".to_owned() } else { format!("{} occasions", count(times)) };
    format!("gave {} of help to others {}, on {occasions}.", hours(seconds), between(days))
}

/// The same where there was none.
#[must_use]
pub fn gave_no_help(days: (Day, Day)) -> String {
    format!("has no help written down {}.", between(days))
}

/// "between 1 May 2026 and 5 June 2026", "on 5 June 2026".
fn between((from, through): (Day, Day)) -> String {
    let [from, through] = [from, through].map(whole_day);
    if from == through { format!("on {from}") } else { format!("between {from} and {through}") }
}

/// A day with its year, for what is kept: "5 June 2026".
#[must_use]
pub fn whole_day(day: Day) -> String {
    periods::day(day, Day::MIN) // Nobody reads it in 1900.
}

/// Over the help by activity.
pub const BY_ACTIVITY: &str = "By activity";
/// Over its columns.
pub const RECORD_COLUMNS: [&str; 3] = ["Activity", "Hours", "Occasions"];
/// Help of which nobody said what it was.
pub const NO_ACTIVITY: &str = "other help";
/// Before the sum.
pub const TOTAL: &str = "Total";
/// Over what it means.
pub const MEANS: &str = "What this says";
/// What it means.
pub const WHAT_IT_MEANS: &str = "A time bank is a group of people who help each other. An hour of help counts as one hour, whatever the \
     help is, and nobody is paid. Help that was written down by mistake and put right is not counted.";
/// Who says so, before and after the name of the bank.
pub const VOUCHES: [&str; 2] =
    ["This record is made from the books of", ", which vouches for it and answers questions about it."];

/// When it was said, and of which books.
#[must_use]
pub fn said_on(day: Day, sequence: Sequence) -> String {
    format!(
        "Written on {}, from the books up to entry {sequence}: at that entry they say the same again.",
        whole_day(day)
    )
}

/// What a command did: "3 letters are in letters: …".
#[must_use]
pub fn written(letters: u64, folder: &str, sequence: Sequence) -> String {
    match letters {
        0 => format!(
            "There is no letter to write: nobody who was asked for wants letters. {}",
            position(sequence)
        ),
        1 => format!(
            "1 letter is in {folder}: its .txt to be read, its .html to be printed. {}",
            position(sequence)
        ),
        many => format!(
            "{} letters are in {folder}, each as .txt to be read and as .html to be printed. {}",
            count(many),
            position(sequence)
        ),
    }
}

/// The server stopped in the middle.
#[must_use]
pub fn cut_off(written: u64, folder: &str) -> String {
    let came = match written {
        0 => format!("No letter came, and {folder} is as it was."),
        1 => format!("1 letter came and is in {folder}."),
        many => format!("{} letters came and are in {folder}.", count(many)),
    };
    format!(
        "The server stopped before all letters came. {came} Give the same command again: it writes all of them, and those that \
         are there are replaced."
    )
}

/// Nobody can have a letter: somebody without an account.
#[must_use]
pub fn no_account(who: &str) -> String {
    format!("There is no letter to write: {who} has no account there.")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: figures read as people say them, on both sides of zero and of one. Method: a table.
    #[test]
    fn figures_and_counts() {
        let said = |figure: Figure| figure.words().join(": ");
        assert_eq!(title((2026, 6)), "Your hours in June 2026");
        assert_eq!(
            said(Figure::Before(-5_400)),
            "You had at the beginning of the month: 1 hour 30 minutes below zero"
        );
        assert_eq!(said(Figure::Gave(3_600)), "You gave help: 1 hour");
        assert_eq!(said(Figure::GaveToPots(7_200)), "Of that went to a pot: 2 hours");
        assert_eq!(said(Figure::GaveToOthers(60)), "Of that went to others: 1 minute");
        assert_eq!(said(Figure::PaidByOthers(3_600)), "Of that others paid for you: 1 hour");
        assert_eq!(position(Sequence::new(1_204)), "From the books up to entry 1204.");
        assert_eq!(said(Figure::Other(-900)), "Other, such as gifts, or put right: 15 minutes went");
        assert_eq!(said(Figure::Other(900)), "Other, such as gifts, or put right: 15 minutes came");
        assert_eq!(said(Figure::Other(0)), "Other, such as gifts, or put right: 0 hours");
        assert_eq!([change(5_400), change(-2_700), change(0)], ["+ 1 h 30 min", "− 45 min", "0 h"]);
        assert!(
            left_out(1).starts_with("1 earlier line is ")
                && left_out(2_000).starts_with("2,000 earlier lines are ")
        );
        assert!(
            cut_off(0, "DIR").contains(" No letter came, ") && cut_off(1, "DIR").contains(" 1 letter came ")
        );
        assert!(
            cut_off(2_000, "DIR").contains(" 2,000 letters came and are in DIR. Give the same command again")
        );
        let (may, june) = (Day::from_calendar(2026, 5, 1).unwrap(), Day::from_calendar(2026, 6, 5).unwrap());
        assert_eq!(
            gave_help(43_200, 7, (may, june)),
            "gave 12 hours of help to others between 1 May 2026 and 5 June 2026, on 7 occasions."
        );
        assert_eq!(
            gave_help(60, 1, (may, may)),
            "gave 1 minute of help to others on 1 May 2026, on one occasion."
        );
        assert_eq!(gave_no_help((may, may)), "has no help written down on 1 May 2026.");
    }
}
