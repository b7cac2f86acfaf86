//! Who or what was meant, where that is not clear: what fits, what is near, and what to type next.
//!
//! Said by the command line before anything is asked, so that there is nothing to say of what did not move. `whom` is
//! what was typed, as it stands in a sentence: "'ann'", "person 7".

/// Nobody is called so; `nobody` is "nobody" or "no pot". `nearest` are names with their numbers.
#[must_use]
pub fn nobody_fits(nobody: &str, whom: &str, bank: u32, nearest: &[String]) -> String {
    let hint = if nearest.is_empty() {
        "no name there is like it".to_owned()
    } else {
        format!("the nearest are: {}", nearest.join("; "))
    };
    format!("Not done: {nobody} of bank {bank} is called {whom}; {hint}. Type another name, or the number.")
}

/// Several are called so; `several` is "people" or "pots". A line each for those who are `told`.
#[must_use]
pub fn several_fit(several: &str, whom: &str, bank: u32, count: usize, told: &[String]) -> String {
    let mut lines = vec![format!("Not done: {whom} fits {count} {several} of bank {bank}:")];
    lines.extend(told.iter().map(|one| format!("  {one}")));
    match count.saturating_sub(told.len()) {
        0 => {}
        more => lines.push(format!("  and {more} more")),
    }
    lines.push("Type more of the name, or the number.".to_owned());
    lines.join("\n")
}

/// They are here, and have no account that is open.
#[must_use]
pub fn no_open_account(whom: &str, bank: u32) -> String {
    format!(
        "Not done: {whom} has no open account in bank {bank}. Ask a time broker to open one, or name somebody else."
    )
}

/// Whoever is called so is not of the kind the command is for.
#[must_use]
pub fn of_another_kind(whom: &str, bank: u32, who: &str, command: &str) -> String {
    format!(
        "Not done: the one of bank {bank} who is called {whom} is {who}, for whom there is 'hourbook {command}'."
    )
}

/// Whoever asks sees no names.
#[must_use]
pub fn names_are_for_staff() -> String {
    "Not done: names are looked up by brokers and leads alone. Type the number of the account, as it stands on a card."
        .to_owned()
}

/// The bank's list has no such activity.
#[must_use]
pub fn no_activity(typed: &str, bank: u32, nearest: &[&str]) -> String {
    let hint = if nearest.is_empty() {
        "its list is empty. Ask a lead of the time bank to fill it.".to_owned()
    } else {
        format!("the nearest are: {}. Type another name, or its number.", nearest.join(", "))
    };
    format!("Not done: bank {bank} has no activity called '{typed}'; {hint}")
}

/// There are more accounts than a list of names is looked for among.
#[must_use]
pub fn too_many_accounts(bank: u32, most: usize) -> String {
    format!(
        "Not done: bank {bank} has more than {most} accounts. Type account numbers for names, one slip at a time."
    )
}

/// No bank has that number.
#[must_use]
pub fn no_bank(bank: u32) -> String {
    format!("Not done: there is no time bank {bank}. Look at 'hourbook bank list'.")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: whoever types a name that is not clear hears what to type next. Method: each sentence, word for word
    /// where it has figures.
    #[test]
    fn what_to_type_next_is_said() {
        let (ann, bo) = ("Ann Ash (10043)".to_owned(), "Bo (10056)".to_owned());
        assert_eq!(
            nobody_fits("nobody", "'anm'", 1, &[ann, bo]),
            "Not done: nobody of bank 1 is called 'anm'; the nearest are: Ann Ash (10043); Bo (10056). Type another \
             name, or the number."
        );
        assert_eq!(
            several_fit("people", "'ann'", 1, 3, &["10043: Ann Ash".to_owned(), "10056: Ann".to_owned()]),
            "Not done: 'ann' fits 3 people of bank 1:\n  10043: Ann Ash\n  10056: Ann\n  and 1 more\nType more of the \
             name, or the number."
        );
        assert!(!several_fit("pots", "'a'", 1, 1, &["a".to_owned()]).contains("more\n"));
        for sentence in [
            nobody_fits("no pot", "'x'", 1, &[]),
            no_open_account("person 7", 1),
            of_another_kind("'lantern'", 1, "Lantern Hall (person 12)", "organisation"),
            names_are_for_staff(),
            no_activity("gardning", 1, &["Gardening"]),
            no_activity("gardning", 1, &[]),
            too_many_accounts(1, 9),
            no_bank(9),
        ] {
            assert!(sentence.starts_with("Not done: ") && sentence.ends_with('.'), "{sentence}");
            let says_next = ["Type ", "Ask ", "Look at ", "there is 'hourbook "];
            assert!(says_next.iter().any(|next| sentence.contains(next)), "{sentence}");
        }
    }
}
