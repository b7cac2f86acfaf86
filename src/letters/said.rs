//! What a letter and a record of help say, in their order; not how that looks.

use crate::api;
use crate::domain::{Day, Sequence};
use crate::words::letters::{self as words, Figure};
use crate::words::periods;

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Ours.
    Words(String),
    /// A name, or a sentence with names in it: as it was given.
    Given(String),
}

/// A sentence: pieces with a space between them, but before a full stop, a comma or a colon.
pub type Sentence = Vec<Piece>;

/// One of the things below each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Sentence(Sentence),
    /// What something is, and how much.
    Figures(Vec<[String; 2]>),
    /// A table: heads of its columns and rows. The second cell of each row may be long.
    Table([&'static str; 3], Vec<[Piece; 3]>),
}

/// A heading, and what stands below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// None for what stands directly below the title.
    pub heading: Option<&'static str>,
    /// In their order.
    pub blocks: Vec<Block>,
}

/// Something to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Over all of it.
    pub title: String,
    /// Whether it is printed large.
    pub large_print: bool,
    /// In their order.
    pub sections: Vec<Section>,
}

pub(super) fn ours(words: impl Into<String>) -> Piece {
    Piece::Words(words.into())
}

pub(super) fn given(text: &str) -> Piece {
    Piece::Given(text.to_owned())
}

/// A letter.
#[must_use]
pub fn letter(letter: &api::Letter) -> Paper {
    let month =
        (i16::try_from(letter.year).unwrap_or_default(), u8::try_from(letter.month).unwrap_or_default());
    let sections = vec![
        Section { heading: None, blocks: whose(letter) },
        Section { heading: Some(words::SUMS), blocks: sums(letter) },
        Section { heading: Some(words::LINES), blocks: lines(letter) },
        Section {
            heading: Some(words::ASK),
            blocks: vec![
                Block::Sentence(around(words::ASK_WHOM, &letter.bank_name)),
                Block::Sentence(vec![ours(words::position(Sequence::new(letter.as_of_sequence)))]),
            ],
        },
    ];
    Paper { title: words::title(month), large_print: letter.large_print, sections }
}

fn whose(letter: &api::Letter) -> Vec<Block> {
    let number = letter.account_number.to_string();
    let name = if letter.name.is_empty() { ours(words::no_name(&number)) } else { given(&letter.name) };
    let mut whom = vec![ours(words::FOR), name];
    if !letter.known_as.is_empty() {
        whom.extend([ours(","), ours(words::KNOWN_AS), given(&letter.known_as)]);
    }
    let address = Some(vec![given(&letter.address)]).filter(|_| !letter.address.is_empty());
    let account = vec![ours(format!("{} {number}", words::ACCOUNT)), ours(","), given(&letter.bank_name)];
    [Some(whom), address, Some(account)].into_iter().flatten().map(Block::Sentence).collect()
}

/// Help is all of theirs; what moved other accounts is named below it, so that the rest adds up.
fn sums(letter: &api::Letter) -> Vec<Block> {
    let after = if letter.is_over { Figure::After } else { Figure::Now };
    let (to_pots, to_others) = (letter.gave_to_pots_seconds, letter.gave_to_others_seconds);
    let paid = letter.received_paid_by_others_seconds;
    let figures = [
        Some(Figure::Before(letter.before_seconds)),
        Some(Figure::Gave(letter.gave_seconds.saturating_add(to_pots).saturating_add(to_others))),
        Some(Figure::GaveToPots(to_pots)).filter(|_| to_pots != 0),
        Some(Figure::GaveToOthers(to_others)).filter(|_| to_others != 0),
        Some(Figure::Received(letter.received_seconds.saturating_add(paid))),
        Some(Figure::PaidByOthers(paid)).filter(|_| paid != 0),
        Some(Figure::Used(letter.used_seconds)),
        Some(Figure::Other(letter.other_seconds)),
        Some(after(letter.after_seconds)),
        Some(Figure::SetAside(letter.held_seconds)).filter(|_| letter.held_seconds != 0),
    ];
    let mut blocks = vec![Block::Figures(figures.into_iter().flatten().map(Figure::words).collect())];
    if letter.after_seconds < 0 {
        blocks.push(Block::Sentence(vec![ours(words::BELOW_ZERO)]));
    }
    if has_help_elsewhere(letter) {
        blocks.push(Block::Sentence(vec![ours(words::ELSEWHERE)]));
    }
    blocks
}

fn has_help_elsewhere(letter: &api::Letter) -> bool {
    let elsewhere =
        [letter.gave_to_pots_seconds, letter.gave_to_others_seconds, letter.received_paid_by_others_seconds];
    elsewhere.iter().any(|seconds| *seconds != 0)
}

fn lines(letter: &api::Letter) -> Vec<Block> {
    if letter.lines.is_empty() {
        let none = if has_help_elsewhere(letter) { words::NO_LINES_OF_HOURS } else { words::NO_LINES };
        return vec![Block::Sentence(vec![ours(none)])];
    }
    let mut blocks = vec![Block::Sentence(vec![ours(words::BY_DAY_WRITTEN)])];
    if letter.lines_left_out > 0 {
        blocks.push(Block::Sentence(vec![ours(words::left_out(letter.lines_left_out))]));
    }
    let first = Day::from_calendar(i16::try_from(letter.year).unwrap_or_default(), 1, 1).unwrap_or_default();
    let row = |line: &api::LetterLine| {
        [
            ours(periods::day(day(line.day), first)),
            given(&line.sentence),
            ours(words::change(line.change_seconds)),
        ]
    };
    blocks.push(Block::Table(words::COLUMNS, letter.lines.iter().map(row).collect()));
    blocks
}

/// A record of help.
#[must_use]
pub fn record(record: &api::GetRecordOfHelpResponse) -> Paper {
    let days = (day(record.from_day), day(record.through_day));
    let name = if record.name.is_empty() {
        ours(format!("person {}", record.owner_number))
    } else {
        given(&record.name)
    };
    let said = if record.help.is_empty() {
        words::gave_no_help(days)
    } else {
        words::gave_help(record.total_seconds, record.times, days)
    };
    let mut sections = vec![Section { heading: None, blocks: vec![Block::Sentence(vec![name, ours(said)])] }];
    if !record.help.is_empty() {
        let mut rows: Vec<_> = record.help.iter().map(help).collect();
        rows.push(row(ours(words::TOTAL), record.total_seconds, record.times));
        let table = Block::Table(words::RECORD_COLUMNS, rows);
        sections.push(Section { heading: Some(words::BY_ACTIVITY), blocks: vec![table] });
    }
    let said_on = words::said_on(day(record.said_on), Sequence::new(record.sequence));
    let means =
        [vec![ours(words::WHAT_IT_MEANS)], around(words::VOUCHES, &record.bank_name), vec![ours(said_on)]];
    let blocks = means.into_iter().map(Block::Sentence).collect();
    sections.push(Section { heading: Some(words::MEANS), blocks });
    Paper { title: words::RECORD_TITLE.to_owned(), large_print: false, sections }
}

fn help(help: &api::HelpGiven) -> [Piece; 3] {
    let is_named = !help.activity_name.is_empty();
    let name = if is_named { given(&help.activity_name) } else { ours(words::NO_ACTIVITY) };
    row(name, help.seconds, help.times)
}

fn row(what: Piece, seconds: i64, times: u64) -> [Piece; 3] {
    [what, ours(crate::words::hours(seconds)), ours(crate::words::figures::count(times))]
}

/// A name in the middle of words.
fn around([before, after]: [&str; 2], name: &str) -> Sentence {
    vec![ours(before), given(name), ours(after)]
}

pub(super) fn day(date: Option<api::Date>) -> Day {
    let date = date.unwrap_or_default();
    let parts = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
    let (Ok(year), Ok(month), Ok(day)) = parts else { return Day::default() };
    Day::from_calendar(year, month, day).unwrap_or_default()
}

/// Whether a piece follows the one before without a space.
pub fn is_joined(piece: &Piece) -> bool {
    match piece {
        Piece::Words(words) => words.starts_with(['.', ',', ':']),
        Piece::Given(_) => false,
    }
}
