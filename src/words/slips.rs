//! A paper list: what becomes of each slip, how a question is answered, and what the list comes to.

use crate::domain::Reason;

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

/// It can be written.
#[must_use]
pub fn fine(notes: &[String]) -> String {
    with("Fine.", notes)
}

/// It is.
#[must_use]
pub fn written(entry: u64, notes: &[String]) -> String {
    with(&format!("Written down as entry {entry}."), notes)
}

/// It was before.
#[must_use]
pub fn written_before(entry: u64) -> String {
    format!("Written down before, as entry {entry}. Nothing new.")
}

/// It waits for a second person.
#[must_use]
pub fn waits(number: u64) -> String {
    format!("It waits for a second person, under the number {number}.")
}

/// It is to be left out.
#[must_use]
pub fn left_out() -> String {
    "Left out, as you answered.".to_owned()
}

/// A question about a slip, and how it is answered in the file.
#[must_use]
pub fn asked(reason: &str, sentence: &str) -> String {
    let is = |one: Reason| one.word() == reason;
    let how = if is(Reason::AlreadyHere) {
        "Answer: another, or skip if it is the same one."
    } else if is(Reason::UnusualAmount) {
        "Answer: yes and the hours once more, or write other hours."
    } else if is(Reason::BelowFloor) || is(Reason::AboveCeiling) {
        "Answer: because and why it may be all the same; you allow that in your own name."
    } else {
        "Write it in one way."
    };
    format!("{} {how}", sentence_of(sentence))
}

/// A slip looks like an earlier one, which stands in this line of the file.
#[must_use]
pub fn looks_like_line(line: u64) -> String {
    format!("This looks like line {line} of this list: the same two people, day and length.")
}

/// Why a slip is not done, and what to do about that.
#[must_use]
pub fn not_done(reason: &str, sentence: &str) -> String {
    if reason == Reason::RequestIdReused.word() {
        return "This slip is written down already, with another answer or none. An answer goes with the slip that asked: where \
                two say the same, that is the later one."
            .to_owned();
    }
    sentence_of(sentence)
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

/// The server did not say what became of a list.
#[must_use]
pub fn list_not_known(why: &str) -> String {
    format!(
        "The server gave no answer ({why}). Send the same list again: what is written down already is not written twice."
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
        assert_eq!(fine(&[]), "Fine.");
        assert_eq!(
            written(12, &[note]),
            "Written down as entry 12. Ann is 4 hours below zero, where a friendly note starts."
        );
        assert_eq!(written_before(12), "Written down before, as entry 12. Nothing new.");
        assert_eq!(waits(12), "It waits for a second person, under the number 12.");
        for (reason, word) in [
            (Reason::AlreadyHere, "another, or skip"),
            (Reason::UnusualAmount, "yes and the hours"),
            (Reason::BelowFloor, "because"),
            (Reason::AboveCeiling, "because"),
        ] {
            let said = asked(reason.word(), "not done: too much");
            assert!(said.starts_with("Not done: too much. Answer: ") && said.contains(word), "{said}");
        }
        assert_eq!(
            asked("", "length: typed in one way only"),
            "Length: typed in one way only. Write it in one way."
        );
        assert!(
            not_done(Reason::RequestIdReused.word(), "x").starts_with("This slip is written down already")
        );
        assert_eq!(not_done("PAUSED", "not today."), "Not today.");
        assert_eq!(cell("day", "no day"), "The column day: no day.");
        assert!(looks_like_line(4).starts_with("This looks like line 4 of this list"));
        assert!(on_its_own().iter().all(|sentence| sentence.ends_with(['.', ':'])));
    }

    fn on_its_own() -> [String; 5] {
        [
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
