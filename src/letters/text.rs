//! Paper as plain text, at most 72 letters wide where words allow it.

use std::borrow::Cow;

use textwrap::{Options, WordSeparator, WordSplitter};

use super::said::{Block, Paper, Piece, Section, is_joined};

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
                Block::Table(_, rows) => table(&mut text, rows),
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

/// What is short on the left, what may be long below it.
fn table(text: &mut String, rows: &[[Piece; 3]]) {
    for [first, second, third] in rows {
        let first = format!("{}  {}", piece(first), piece(third));
        match second {
            Piece::Given(_) => {
                wrapped(text, &first, ["", ""]);
                wrapped(text, &piece(second), ["    ", "    "]);
            }
            // Figures alone.
            Piece::Words(second) => wrapped(text, &format!("{first}  {second}"), ["", "    "]),
        }
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

/// What is given and may run from right to left stands apart from what is around it.
fn piece(piece: &Piece) -> Cow<'_, str> {
    match piece {
        Piece::Words(words) => words.into(),
        Piece::Given(text) if text.is_ascii() => text.into(),
        Piece::Given(text) => format!("{}{text}{}", ISOLATED[0], ISOLATED[1]).into(),
    }
}
