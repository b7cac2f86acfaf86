//! What is held about one person, in words for the file and beside it.

use super::figures::hours;

/// So many seconds of theirs, or for them, are set aside.
#[must_use]
pub fn set_aside(seconds: i64, is_theirs: bool) -> String {
    let whose = if is_theirs { "of theirs are set aside" } else { "for them are set aside" };
    format!("Hours {whose}: {}.", hours(seconds))
}

/// What was written into a file, and what to mind.
#[must_use]
pub fn written(file: &str, accounts: usize, lines: usize, matters: usize) -> Vec<String> {
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        more => format!("{more} {one}s"),
    };
    vec![
        format!(
            "Everything that is held about them is in {file}: {}, {}, {}.",
            count(accounts, "account"),
            count(lines, "line"),
            count(matters, "open matter")
        ),
        "No other person is named in it, but memos and reasons are as they were typed: read them before you hand the file on."
            .to_owned(),
    ]
}

/// Accounts in time banks that whoever asked does not reach.
#[must_use]
pub fn elsewhere(accounts: u32) -> String {
    match accounts {
        1 => "1 account of theirs is in another time bank: ask there too.".to_owned(),
        more => format!("{more} accounts of theirs are in other time banks: ask there too."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::plain;

    /// Goal: what is said beside an export is for people. Method: one and several of everything.
    #[test]
    fn an_export_is_told() {
        assert_eq!(set_aside(5_400, true), "Hours of theirs are set aside: 1 hour 30 minutes.");
        assert_eq!(set_aside(3_600, false), "Hours for them are set aside: 1 hour.");
        let said = written("ann.json", 1, 12, 0);
        assert!(said[0].ends_with("1 account, 12 lines, 0 open matters."), "{}", said[0]);
        for sentence in said.iter().chain(&[set_aside(1, true), elsewhere(1), elsewhere(2)]) {
            plain(sentence);
            assert!(sentence.ends_with('.'), "{sentence}");
        }
    }
}
