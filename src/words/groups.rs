//! Standing groups: what is asked of whoever writes down who came.

/// Some who usually come cannot: they left, or are paused. `left` and `paused` are names.
#[must_use]
pub fn cannot_come(group: &str, left: &[String], paused: &[String]) -> String {
    let mut said = Vec::new();
    if !left.is_empty() {
        said.push(format!("{} left", left.join(", ")));
    }
    if !paused.is_empty() {
        said.push(format!("there is a pause for {}", paused.join(", ")));
    }
    format!(
        "Not done: of those who usually come to {group}, {}. Nothing was written down. Type '--without' for each of them; \
         if somebody came before they left, type '--also' for them too.",
        said.join(", and ")
    )
}

/// Somebody is left out who does not usually come.
#[must_use]
pub fn not_usual(whom: &str, group: &str) -> String {
    format!(
        "Not done: {whom} does not usually come to {group}. Nothing was written down. Leave out '--without' for them."
    )
}

/// No standing group is called so.
#[must_use]
pub fn no_group(typed: &str, bank: u32) -> String {
    format!(
        "Not done: no standing group of bank {bank} is called '{typed}' or has that number. Nothing was changed. Look \
         at them with 'hourbook group standing list'."
    )
}

/// Several standing groups are called so. Names with their numbers.
#[must_use]
pub fn several_groups(typed: &str, bank: u32, named: &[String]) -> String {
    format!(
        "Not done: '{typed}' fits {} standing groups of bank {bank}: {}. Nothing was changed. Type the number.",
        named.len(),
        named.join("; ")
    )
}

/// A bank has as many standing groups as it may.
#[must_use]
pub fn too_many(most: usize) -> String {
    format!(
        "Not done: a time bank has at most {most} standing groups, those that ended too, and this one has as many. Nothing was \
         changed. Say anew what is usual in one that has not ended."
    )
}

/// Everybody was left out.
#[must_use]
pub fn nobody_came(group: &str) -> String {
    format!(
        "Not done: nobody is left of those who usually come to {group}. Nothing was written down. Type who came with '--also'."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::fit_for_people;

    /// Goal: whoever cannot come is named, by why, and what to type next is said. Method: one of each, and both.
    #[test]
    fn who_cannot_come_is_named() {
        let (cy, bo) = (["Cy (10054)".to_owned()], ["Bo (10043)".to_owned()]);
        let both = cannot_come("Thursday walk", &cy, &bo);
        assert!(
            both.contains("Thursday walk, Cy (10054) left, and there is a pause for Bo (10043)."),
            "{both}"
        );
        let sentences = [
            both,
            cannot_come("Thursday walk", &cy, &[]),
            cannot_come("Thursday walk", &[], &bo),
            not_usual("Cy (10054)", "Thursday walk"),
            no_group("walk", 1),
            several_groups("walk", 1, &["Thursday walk (1)".to_owned(), "Sunday walk (2)".to_owned()]),
            too_many(1_000),
            nobody_came("Thursday walk"),
        ];
        for sentence in sentences {
            println!("{sentence}");
            fit_for_people(&sentence);
        }
    }
}
