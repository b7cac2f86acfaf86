//! Which known names a name may have been meant for.

use super::columns::shown;
use crate::domain::Nearest;

/// So many are suggested.
const SUGGESTED_MAX: usize = 3;

/// The known names nearest to `name`, ready to print.
pub(super) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<String> {
    let mut nearest = Nearest::likely(name, SUGGESTED_MAX);
    known.into_iter().for_each(|other| nearest.offer(other, other));
    nearest.into_told().into_iter().map(shown).collect()
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
