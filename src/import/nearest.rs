//! Which known names a name may have been meant for.

use super::columns::shown;

/// So many are suggested.
const SUGGESTED_MAX: usize = 3;
/// Longer names are not compared letter by letter; bounds the work of one comparison.
const LETTERS_MAX: usize = 64;

/// The known names nearest to `name`: capitals aside, a few letters added, left out, changed or two
/// swapped. The nearest first, ready to print.
pub(super) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<String> {
    let name = name.to_lowercase();
    let letters = name.chars().count();
    let slips_max = (letters / 3).max(1);
    if letters > LETTERS_MAX {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = Vec::new();
    for other in known {
        let folded = other.to_lowercase();
        if folded.chars().count().abs_diff(letters) > slips_max {
            continue;
        }
        let slips = strsim::osa_distance(&name, &folded);
        if slips <= slips_max {
            found.push((slips, other));
            found.sort_unstable();
            found.truncate(SUGGESTED_MAX);
        }
    }
    found.into_iter().map(|(_, other)| shown(other)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: slips of the finger find their name, the nearest first, and strangers find nothing.
    #[test]
    fn slips_find_their_name() {
        let known = ["Ann Lee", "Anna Lee", "Anne Leigh", "Joe", "Zoë", "Ann Lea", ""];
        assert_eq!(nearest("ann lee", known), ["\"Ann Lee\"", "\"Ann Lea\"", "\"Anna Lee\""]);
        assert_eq!(nearest("Nan Lee", known).first().map(String::as_str), Some("\"Ann Lee\""));
        assert_eq!(nearest("Jo", known), ["\"Joe\""]);
        assert_eq!(nearest("Zoe", known), ["\"Joe\"", "\"Zoë\""]);
        assert!(nearest("Bertha", known).is_empty());
        assert!(nearest(&"a".repeat(65), ["a".repeat(65).as_str()]).is_empty());
    }
}
