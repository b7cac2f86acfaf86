//! Paper as plain text, at most 72 letters wide where words allow it.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter};

use super::said::{Block, Paper, Piece, Section, is_joined};
use crate::domain::balanced;

/// Letters in a line. A word that is longer has a line to itself and is not broken: half a name is another name.
const WIDTH: usize = 72;
/// Keeps what stands inside from turning around what stands outside: first strong isolate, and its end.
const ISOLATED: [char; 2] = ['\u{2068}', '\u{2069}'];

/// The text, with a line feed at its end.
#[must_use]
pub fn text(paper: &Paper) -> String {
    let mut text = format!("{}\n{}\n", paper.title, "=".repeat(paper.title.chars().count()));
    for Section { heading, blocks } in &paper.sections {
        if let Some(heading) = heading {
            text.push_str(&format!("\n{heading}\n{}\n", "-".repeat(heading.chars().count())));
        }
        for block in blocks {
            text.push('\n');
            match block {
                Block::Sentence(pieces) => wrapped(&mut text, &sentence(pieces), ["", ""]),
                Block::Figures(rows) => figures(&mut text, rows),
                Block::Table(columns, rows) => table(&mut text, *columns, rows),
            }
        }
    }
    text
}

/// Each with its words on one side and what they are on the other.
fn figures(text: &mut String, rows: &[[String; 2]]) {
    let width = rows.iter().map(|[what, _]| what.chars().count()).max().unwrap_or_default();
    for [what, how_much] in rows {
        let begin = format!("{what:<width$}  ");
        wrapped(text, how_much, [&begin, &" ".repeat(begin.chars().count())]);
    }
}

/// Where the second column is sentences, what is short stands above each; else all three columns stand below their heads.
fn table(text: &mut String, columns: [&str; 3], rows: &[[Piece; 3]]) {
    let is_figures = rows.iter().all(|[_, second, _]| matches!(second, Piece::Words(_)));
    if is_figures {
        let heads = columns.map(|column| Piece::Words(column.to_owned()));
        let all = std::iter::once(&heads).chain(rows);
        let rows: Vec<_> = all.map(|row| row.each_ref().map(|one| piece(one).into_owned())).collect();
        let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
        let first_width = longest(&mut rows.iter().map(|[first, ..]| first.chars().count()));
        let second_width = longest(&mut rows.iter().map(|[_, second, _]| second.chars().count()));
        for [first, second, third] in &rows {
            let begin = format!("{first:<first_width$}  ");
            wrapped(text, &format!("{second:<second_width$}  {third}"), [&begin, "    "]);
        }
        return;
    }
    for [first, second, third] in rows {
        wrapped(text, &format!("{}  {}", piece(first), piece(third)), ["", ""]);
        wrapped(text, &piece(second), ["    ", "    "]);
    }
}

fn wrapped(text: &mut String, words: &str, [first, others]: [&str; 2]) {
    let options = Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    for line in textwrap::wrap(words, options) {
        text.push_str(line.trim_end_matches(' '));
        text.push('\n');
    }
}

fn sentence(pieces: &[Piece]) -> String {
    let mut said = String::new();
    for one in pieces {
        if !said.is_empty() && !is_joined(one) {
            said.push(' ');
        }
        said.push_str(&piece(one));
    }
    said
}

/// What is given and may run from right to left stands apart from what is around it, and ends there whatever it opens.
fn piece(piece: &Piece) -> Cow<'_, str> {
    match piece {
        Piece::Words(words) => words.into(),
        Piece::Given(text) if text.is_ascii() => text.into(),
        Piece::Given(text) => format!("{}{}{}", ISOLATED[0], balanced(text), ISOLATED[1]).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a name with controls that nobody closes, or that close what is ours, turns nothing after it, in text and on a page.
    /// Method: such names in a sentence; what stands before our next word is the end of what keeps the name apart.
    #[test]
    fn a_name_turns_nothing_after_it() {
        for (name, told) in [
            ("Bo\u{2069}\u{202e}", "Bo\u{202e}\u{202c}"),
            ("\u{2067}Bo", "\u{2067}Bo\u{2069}"),
            ("Bo\u{202c}", "Bo"),
        ] {
            let pieces = vec![Piece::Given(name.to_owned()), Piece::Words("gave 2 hours".to_owned())];
            assert_eq!(sentence(&pieces), format!("\u{2068}{told}\u{2069} gave 2 hours"));
            let section = Section { heading: None, blocks: vec![Block::Sentence(pieces)] };
            let paper = Paper { title: "Title".to_owned(), large_print: false, sections: vec![section] };
            let page = super::super::page(&paper);
            assert!(page.contains(&format!("<bdi>{told}</bdi> gave 2 hours")), "{page}");
        }
    }
}
