//! Text of people on its way out: to a terminal, to a spreadsheet, into JSON.
//!
//! Owns what is made harmless where. A name may hold anything: a terminal would act on an escape
//! sequence, a spreadsheet on a formula, an eye on text that runs backwards. Knows no books.

use std::borrow::Cow;

/// What stands for a character that a terminal would act upon.
const INSTEAD: char = '\u{fffd}';

/// `text` for a terminal: one line, without characters that move a cursor, ring, hide or turn text.
#[must_use]
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let safe = text.chars().map(|letter| match letter {
        '\t' | '\n' | '\r' => ' ',
        letter if is_unsafe(letter) => INSTEAD,
        letter => letter,
    });
    Cow::Owned(safe.collect())
}

/// `text` for a cell of a CSV file: what a spreadsheet would take for a formula begins with an
/// apostrophe, so that it is shown and not worked out.
#[must_use]
pub fn for_spreadsheet(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON that means the same and that a terminal shows as it is: what serde_json leaves alone of the
/// characters [`for_terminal`] replaces stands as `\uXXXX`.
#[must_use]
pub fn for_json(json: &str) -> Cow<'_, str> {
    if !json.contains(is_unsafe) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        // Outside of texts JSON of ours has line breaks only; inside, serde_json has escaped them.
        if letter != '\n' && is_unsafe(letter) {
            safe.push_str(&format!("\\u{:04x}", u32::from(letter)));
        } else {
            safe.push(letter);
        }
    }
    Cow::Owned(safe)
}

/// Control characters, and those that change the direction of the text around them.
fn is_unsafe(letter: char) -> bool {
    let turns = matches!(letter, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    letter.is_control() || turns
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: nothing a terminal acts upon gets through, and plain text stays as it is.
    /// Method: an escape sequence, a line break, the eighth bit's controls, text turned around.
    #[test]
    fn a_terminal_is_not_told_what_to_do() {
        assert_eq!(for_terminal("Zoë O'Hara — 3½"), "Zoë O'Hara — 3½");
        assert_eq!(for_terminal("\u{1b}[2JAnn\nBo\u{9b}"), "\u{fffd}[2JAnn Bo\u{fffd}");
        assert_eq!(for_terminal("a\u{202e}b"), "a\u{fffd}b");
    }

    /// Goal: a spreadsheet shows people's text and never works it out.
    /// Method: every beginning that counts as a formula, and text that does not.
    #[test]
    fn cells_are_data() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(for_spreadsheet(text), format!("'{text}"));
        }
        assert_eq!(for_spreadsheet("Ann = Bo"), "Ann = Bo");
    }

    /// Goal: JSON stays JSON with the same meaning, without raw control characters.
    /// Method: written, made safe, read back.
    #[test]
    fn json_reads_back() {
        let text = "a\u{1b}\u{7f}\u{9b}\u{202e}\nb";
        let json = serde_json::to_string(text).unwrap();
        let safe = for_json(&json);
        assert!(!safe.contains(is_unsafe), "{safe:?}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }
}
