//! The column `answer`: what a broker answers to the question about a slip.
//!
//! - `another`: it is another one than the one it looks like.
//! - `yes 30`: so many hours, once more.
//! - `because …`: why it may pass a limit, in the broker's own name.
//! - `skip`: nothing is to be written of this slip.
//!
//! Two of them stand beside each other with a semicolon between.

use crate::cli::values;

/// What was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// It is another one.
    pub is_another: bool,
    /// The figure repeated, seconds; 0 for not said.
    pub confirmed_seconds: i64,
    /// Why it may pass a limit; empty for not said.
    pub limit_reason: String,
    /// Nothing is to be written.
    pub is_left_out: bool,
}

/// Reads the cell.
///
/// # Errors
/// In words, with what can be answered.
pub fn read(cell: &str) -> Result<Answers, String> {
    let mut answers = Answers::default();
    for part in cell.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (word, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        match (word.to_lowercase().as_str(), rest.trim()) {
            ("another", "") => answers.is_another = true,
            ("skip", "") => answers.is_left_out = true,
            ("yes", hours) if !hours.is_empty() => answers.confirmed_seconds = values::hours(hours)?,
            ("because", reason) if !reason.is_empty() => reason.clone_into(&mut answers.limit_reason),
            _ => return Err("is another, yes with the hours, because with the reason, or skip".to_owned()),
        }
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: each answer is read, two beside each other, and nothing is guessed. Method: one of each; what is none.
    #[test]
    fn answers_are_read() {
        let because = |text: &str| Answers { limit_reason: text.into(), ..Answers::default() };
        assert_eq!(read(" "), Ok(Answers::default()));
        assert_eq!(read("Another"), Ok(Answers { is_another: true, ..Answers::default() }));
        assert_eq!(read("skip"), Ok(Answers { is_left_out: true, ..Answers::default() }));
        assert_eq!(read("yes 30"), Ok(Answers { confirmed_seconds: 108_000, ..Answers::default() }));
        assert_eq!(read("because she was ill"), Ok(because("she was ill")));
        let both = Answers { is_another: true, ..because("so agreed") };
        assert_eq!(read("another; because so agreed"), Ok(both));
        for none in ["yes", "no", "another one", "because", "yes 1.45", "skip it"] {
            assert!(read(none).is_err(), "{none}");
        }
    }
}
