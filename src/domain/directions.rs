//! Names that turn the rest of a line around: letters that nobody sees say that what follows runs from right to left, or that
//! it does so no longer.

use std::borrow::Cow;

const POP_ISOLATE: char = '\u{2069}';
const POP_EMBEDDING: char = '\u{202c}';

/// The same text, which turns nothing that is put before or behind it.
///
/// What it opens and does not close is closed at its end, what it closes and did not open is left out, and what would end the
/// line is a space. A text that does none of these is as it was, and so is what comes out of here.
#[must_use]
pub fn balanced(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| turns(letter) || ends_line(letter)) {
        return text.into();
    }
    let mut told = String::with_capacity(text.len());
    let mut open: Vec<char> = Vec::new();
    for letter in text.chars() {
        let stays = match letter {
            // Embeddings inside of an isolate end with it.
            POP_ISOLATE => {
                let place = open.iter().rposition(|open| is_isolate(*open));
                place.map(|place| open.truncate(place)).is_some()
            }
            POP_EMBEDDING => open.pop_if(|open| !is_isolate(*open)).is_some(),
            _ if turns(letter) => {
                open.push(letter);
                true
            }
            _ => true,
        };
        match letter {
            _ if ends_line(letter) => told.push(' '),
            _ if stays => told.push(letter),
            _ => {}
        }
    }
    let closers = open.into_iter().rev();
    told.extend(closers.map(|open| if is_isolate(open) { POP_ISOLATE } else { POP_EMBEDDING }));
    told.into()
}

/// Embeddings, overrides and isolates, and what ends them.
const fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

const fn is_isolate(letter: char) -> bool {
    matches!(letter, '\u{2066}'..='\u{2068}')
}

const fn ends_line(letter: char) -> bool {
    matches!(letter, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Goal: what is open is closed and what closes nothing is gone; all else is as it was. Method: a table.
    #[test]
    fn what_turns_is_ended() {
        for (text, expected) in [
            ("", ""),
            ("Ann Ash", "Ann Ash"),
            ("שרה כהן", "שרה כהן"),
            ("\u{202e}drawkcab\u{202c} Bo", "\u{202e}drawkcab\u{202c} Bo"),
            ("\u{202e}Bo", "\u{202e}Bo\u{202c}"),
            ("\u{2067}Bo", "\u{2067}Bo\u{2069}"),
            ("Bo\u{2069}", "Bo"),
            ("Bo\u{202c}\u{202c}", "Bo"),
            ("a\u{2069}b\u{202e}c", "ab\u{202e}c\u{202c}"),
            ("\u{2068}\u{202b}a\u{2069}b\u{202c}", "\u{2068}\u{202b}a\u{2069}b"),
            ("\u{202b}\u{2066}a\u{202c}", "\u{202b}\u{2066}a\u{2069}\u{202c}"),
            ("a\u{2029}b", "a b"),
        ] {
            assert_eq!(balanced(text), expected, "{text:?}");
        }
    }

    proptest! {
        /// Goal: whatever a name is, as many are closed as are open, never more at any place, and a second time changes nothing.
        #[test]
        fn nothing_stays_open(text in "[a\u{5d0}\u{202a}-\u{202e}\u{2066}-\u{2069}\u{2029}]{0,40}") {
            let told = balanced(&text).into_owned();
            prop_assert_eq!(balanced(&told), told.as_str());
            let mut depth = 0_i32;
            for letter in told.chars().filter(|letter| is_isolate(*letter) || *letter == POP_ISOLATE) {
                depth += if letter == POP_ISOLATE { -1 } else { 1 };
                prop_assert!(depth >= 0);
            }
            prop_assert_eq!(depth, 0);
        }
    }
}
