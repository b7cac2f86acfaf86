//! Cells on the way out: data, never formulas.

use std::borrow::Cow;

/// A text of other people as a cell of a CSV file: a spreadsheet that opens the file runs what begins
/// with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula, so an apostrophe goes in front, which spreadsheets
/// take as "this is text". Quotes and commas are left to whoever writes the file. Not for numbers of ours.
#[must_use]
pub fn safe_cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: nothing that begins a formula begins a cell, and other cells stay as they are.
    #[test]
    fn formulas_become_text() {
        for text in ["=1+1", "+44 20", "-2", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\")"] {
            assert_eq!(safe_cell(text), format!("'{text}"));
        }
        for text in ["", "Ann", "a=b", " =1", "'=1", "é"] {
            assert!(matches!(safe_cell(text), Cow::Borrowed(same) if same == text));
        }
    }
}
