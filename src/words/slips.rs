//! A paper list: what becomes of each slip, how a question is answered, and what the list comes to.

use crate::domain::Reason;
use crate::domain::hours::{Reading, clock, in_words, parse_hours};

/// How many slips of a list there are of each sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// They can be written.
    pub fine: usize,
    /// They are written now.
    pub written: usize,
    /// They were before.
    pub written_before: usize,
    /// They wait for a second person.
    pub wait: usize,
    /// They ask something.
    pub questions: usize,
    /// They were not done.
    pub not_done: usize,
    /// They are to be left out.
    pub left_out: usize,
}

/// A cell that cannot be meant.
#[must_use]
pub fn cell(column: &str, why: &str) -> String {
    format!("The column {column}: {why}.")
}

/// Lines of the file that a stray quote makes one of.
#[must_use]
pub fn lines_in_one(from: u64, through: u64) -> String {
    format!(
        "The lines {from} to {through} are read as one slip, and none of them is written: a quote begins in line {from} and \
         does not end there. Take it out, or write the cell in one line."
    )
}

/// Somebody with their number, as they stand in a list.
#[must_use]
pub fn somebody(name: &str, account: u32) -> String {
    if name.is_empty() { account.to_string() } else { format!("{name} ({account})") }
}

/// It can be written; `is_another` where it is answered to be one.
#[must_use]
pub fn fine(notes: &[String], is_another: bool) -> String {
    with(if is_another { "Fine, as another one." } else { "Fine." }, notes)
}

/// Other hours than were typed.
#[must_use]
pub fn rounded(typed: &str, seconds: i64) -> String {
    format!("{typed} is written down as {}.", in_words(seconds.unsigned_abs()))
}

/// Another account pays than that of who was helped.
#[must_use]
pub fn pays(account: u32) -> String {
    format!("The account {account} pays.")
}

/// The hours go to another account than that of who helped.
#[must_use]
pub fn go_to(account: u32) -> String {
    format!("The hours go to the account {account}.")
}

/// It is.
#[must_use]
pub fn written(entry: u64, notes: &[String]) -> String {
    with(&format!("Written down as entry {entry}."), notes)
}

/// It was before; `since` is what became of it. How one more of the same is written.
#[must_use]
pub fn written_before(entry: u64, since: &[String], is_another: bool) -> String {
    let more = if is_another {
        "One more of the same? Give it a note of its own."
    } else {
        "One more of the same? Answer: another."
    };
    format!("{} {more}", with(&format!("Written down before, as entry {entry}."), since))
}

/// It waits for a second person.
#[must_use]
pub fn waits(number: u64) -> String {
    format!("It waits for a second person, under the number {number}.")
}

/// It waited for a second person, who declined it.
fn declined(number: u64) -> String {
    format!(
        "Not agreed to: it waited for a second person under the number {number}, and nothing was written down. Answer: skip; or \
         another, to ask once more."
    )
}

/// It is to be left out.
#[must_use]
pub fn left_out() -> String {
    "Left out, as you answered.".to_owned()
}

/// What was said of a slip that is not written, and what of it was typed.
#[derive(Clone, Debug, Default)]
pub struct Said<'a> {
    /// The reason's word; empty where a field cannot be meant.
    pub reason: &'a str,
    /// That field, as programs call it.
    pub field: &'a str,
    /// What was said to a program.
    pub sentence: &'a str,
    /// The hours as they were typed.
    pub hours: &'a str,
    /// So many hours are asked about: seconds, and how they are typed.
    pub amount: Option<(i64, String)>,
    /// It looks like the slip in this line of the file.
    pub looks_like_line: Option<u64>,
    /// It waited for a second person under this number, who declined it.
    pub declined: Option<u64>,
    /// It is answered to be another one.
    pub is_another: bool,
}

/// A question about a slip, and how it is answered in the file.
#[must_use]
pub fn question(said: &Said<'_>) -> String {
    let is = |one: Reason| one.word() == said.reason;
    if is(Reason::AlreadyHere) {
        let alike = said.looks_like_line.map_or_else(
            || "This looks like one that is here already".to_owned(),
            |line| format!("This looks like line {line} of this list"),
        );
        return format!(
            "{alike}: the same two people, day and length. Answer: another, or skip if it is the same one."
        );
    }
    if let Some((seconds, typed)) = said.amount.as_ref().filter(|_| is(Reason::UnusualAmount)) {
        let hours = in_words(seconds.unsigned_abs());
        return format!("Really {hours}? Answer: yes {typed} if it is right, or write other hours.");
    }
    if is(Reason::BelowFloor) || is(Reason::AboveCeiling) {
        let sentence = sentence_of(said.sentence);
        return format!(
            "{sentence} Answer: because and why it may be all the same; you allow that in your own name."
        );
    }
    not_done(said)
}

/// Why a slip is not done, and what to do about that.
#[must_use]
pub fn not_done(said: &Said<'_>) -> String {
    if said.reason == Reason::RequestIdReused.word() {
        let more = if said.is_another { "give it a note of its own" } else { "another" };
        return format!(
            "This slip was sent before, with another answer. Answer: skip if it is the same one; if it is one more, {more}."
        );
    }
    if let Some(number) = said.declined.filter(|_| said.reason == Reason::NothingWaits.word()) {
        return declined(number);
    }
    if said.field.is_empty() {
        return sentence_of(said.sentence);
    }
    let must = said.sentence.strip_prefix(said.field).and_then(|rest| rest.strip_prefix(": "));
    match column(said.field) {
        Some("hours") => hours(said.hours),
        // What is said to programs may name another field of theirs.
        Some(column) => match must.filter(|must| !must.contains('_')) {
            Some(must) => format!("The column {column} must be {must}."),
            None => format!("The column {column} cannot be meant like that. Write it in another way."),
        },
        None => "This slip cannot be written down from a list. Write it down by itself.".to_owned(),
    }
}

/// The column of the file that a field is typed in.
fn column(field: &str) -> Option<&'static str> {
    match field.split('.').next().unwrap_or(field) {
        "giver_account_number" => Some("gave"),
        "receiver_account_number" => Some("received"),
        "length" => Some("hours"),
        "occurred_on" => Some("day"),
        "activity_number" => Some("activity"),
        "memo" => Some("note"),
        "limit_reason" | "confirmed_amount_seconds" => Some("answer"),
        _ => None,
    }
}

/// Hours that cannot be meant: both readings where there are two, and what to type.
fn hours(typed: &str) -> String {
    match parse_hours(typed) {
        Ok(Reading::Ambiguous { first, second }) => {
            let [first, second] = [first, second].map(|sense| sense.amount.seconds());
            let words = |seconds: i64| in_words(seconds.unsigned_abs());
            format!(
                "The column hours: {typed} can be {} or {}. Write {} or {}.",
                words(first),
                words(second),
                clock(first),
                clock(second)
            )
        }
        Ok(Reading::Exact(_)) => {
            format!("The column hours: {typed} is more than can be written down. Write it in parts.")
        }
        Err(error) => format!("The column hours: {error}. Write hours like 1.5, 1:30 or 1h 30m."),
    }
}

/// The question before anything is written.
#[must_use]
pub fn shall_they_be_written(count: usize) -> String {
    match count {
        1 => "Write down the one that is fine? yes or no:".to_owned(),
        _ => format!("Write down the {count} that are fine? yes or no:"),
    }
}

/// It was not said yes.
#[must_use]
pub fn nothing_was_written() -> String {
    "Nothing was written down.".to_owned()
}

/// It is not known what became of a list that was sent to be written.
#[must_use]
pub fn list_not_known(why: &str) -> String {
    format!(
        "It is not known what became of the list ({}). Send the same list again: what is written down already is not written \
         twice.",
        why.trim_end_matches('.')
    )
}

/// What a list comes to; whether it `is_done` and not only checked.
#[must_use]
pub fn in_all(counted: &Counted, is_done: bool) -> Vec<String> {
    let Counted { fine, written, written_before, wait, questions, not_done, left_out } = *counted;
    let parts = [
        (fine, "fine"),
        (written, "written down"),
        (written_before, "written down before"),
        (wait, "waiting for a second person"),
        (questions, "with a question"),
        (not_done, "not done"),
        (left_out, "left out"),
    ];
    let told: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let mut sentences = vec![format!("{}.", told.join(", "))];
    if !is_done {
        sentences.push("Nothing is written down yet.".to_owned());
    } else if questions + not_done > 0 {
        sentences.push(
            "Answer the questions in the file, in the column answer or where they come from, and send it again: what is \
             written down is not written twice."
                .to_owned(),
        );
    }
    sentences
}

fn with(sentence: &str, notes: &[String]) -> String {
    std::iter::once(sentence).chain(notes.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

/// With a capital at its beginning and a full stop at its end.
fn sentence_of(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: each thing that may become of a slip is said in plain words, and each question with how it is answered. Method: one
    /// of each, word for word where it has figures.
    #[test]
    fn slips_in_words() {
        let note = "Ann is 4 hours below zero, where a friendly note starts.".to_owned();
        assert_eq!([fine(&[], false), fine(&[], true)], ["Fine.", "Fine, as another one."]);
        assert_eq!(
            written(12, &[note]),
            "Written down as entry 12. Ann is 4 hours below zero, where a friendly note starts."
        );
        assert_eq!(
            written_before(12, &[], false),
            "Written down before, as entry 12. One more of the same? Answer: another."
        );
        assert_eq!(
            written_before(12, &["It was put right since: all of its hours went back.".to_owned()], true),
            "Written down before, as entry 12. It was put right since: all of its hours went back. One more of the same? Give it \
             a note of its own."
        );
        assert_eq!(rounded("1:10", 4_500), "1:10 is written down as 1 hour 15 minutes.");
        assert_eq!(
            [pays(10_027), go_to(10_027)].join(" "),
            "The account 10027 pays. The hours go to the account 10027."
        );
        assert_eq!(waits(12), "It waits for a second person, under the number 12.");
        assert_eq!([somebody("Ann", 10_035), somebody("", 10_035)], ["Ann (10035)", "10035"]);
        let said = |reason: Reason, sentence: &'static str| Said {
            reason: reason.word(),
            sentence,
            amount: Some((108_000, "30".to_owned())),
            ..Said::default()
        };
        let alike = said(Reason::AlreadyHere, "x");
        assert!(question(&alike).starts_with("This looks like one that is here already: "));
        let alike = Said { looks_like_line: Some(4), ..alike };
        assert!(question(&alike).starts_with("This looks like line 4 of this list: "));
        assert_eq!(
            question(&said(Reason::UnusualAmount, "x")),
            "Really 30 hours? Answer: yes 30 if it is right, or write other hours."
        );
        for reason in [Reason::BelowFloor, Reason::AboveCeiling] {
            let said = question(&said(reason, "not done: too much"));
            assert!(said.starts_with("Not done: too much. Answer: because and why"), "{said}");
        }
        assert!(not_done(&said(Reason::RequestIdReused, "x")).starts_with("This slip was sent before"));
        assert_eq!(not_done(&said(Reason::Paused, "not today.")), "Not today.");
        assert_eq!(cell("day", "no day"), "The column day: no day.");
        assert!(on_its_own().iter().all(|sentence| sentence.ends_with(['.', ':'])));
    }

    /// Goal: what cannot be meant is said of the column it was typed in, with what to type, and in no word of the API. Method: a
    /// field of each column, as the server says it; hours with two readings and with none.
    #[test]
    fn columns_and_no_fields() {
        let said = |field: &str, must: &str, hours: &str| {
            let sentence = format!("{field}: {must}");
            question(&Said { field, sentence: &sentence, hours, ..Said::default() })
        };
        assert_eq!(
            said("length", "typed in one way only, or say amount_seconds 5220", "1.45"),
            "The column hours: 1.45 can be 1 hour 27 minutes or 1 hour 45 minutes. Write 1:27 or 1:45."
        );
        assert!(said("length.typed", "x", "soon").ends_with(" Write hours like 1.5, 1:30 or 1h 30m."));
        assert!(said("length", "x", "1:30").contains("Write it in parts"));
        assert_eq!(
            said("receiver_account_number", "somebody else than whoever helped", "1"),
            "The column received must be somebody else than whoever helped."
        );
        for (field, column) in [
            ("giver_account_number", "gave"),
            ("occurred_on", "day"),
            ("activity_number", "activity"),
            ("memo", "note"),
            ("confirmed_amount_seconds", "answer"),
        ] {
            assert!(
                said(field, "other_words", "1").starts_with(&format!("The column {column} cannot be meant"))
            );
        }
        assert!(!said("paid_by_account_number", "x", "1").contains('_'));
    }

    fn on_its_own() -> [String; 7] {
        [
            lines_in_one(3, 5),
            declined(12),
            left_out(),
            nothing_was_written(),
            list_not_known("cut"),
            shall_they_be_written(1),
            shall_they_be_written(2),
        ]
    }

    /// Goal: what a list comes to is told with what is left to do, and sorts there are none of are left out. Method: a preview, one
    /// that is done, one with something left.
    #[test]
    fn lists_in_words() {
        let counted = Counted { fine: 36, questions: 4, ..Counted::default() };
        assert_eq!(in_all(&counted, false), ["36 fine, 4 with a question.", "Nothing is written down yet."]);
        let counted = Counted { written: 3, written_before: 36, left_out: 1, ..Counted::default() };
        assert_eq!(in_all(&counted, true), ["3 written down, 36 written down before, 1 left out."]);
        let counted = Counted { written: 1, wait: 1, questions: 1, not_done: 1, ..Counted::default() };
        let said = in_all(&counted, true);
        assert_eq!(said[0], "1 written down, 1 waiting for a second person, 1 with a question, 1 not done.");
        assert!(said[1].contains("send it again"));
    }
}
