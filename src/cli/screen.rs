//! Where answers go: the same cells as a table, as JSON or as CSV.
//!
//! Owns the forms of output. A command says its columns once, with a name that stays (`posted_seconds`)
//! and a title for people, and hands over rows; which form they take is decided here. Rows are written
//! as they come: a table page by page, JSON and CSV one by one, so no list is held as a whole. People's
//! text is made harmless for where it goes.

use std::borrow::Cow;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use serde_json::{Map, Value};

use super::asking::Input;
use super::cells;
use super::figures;

/// Rows of a table that are laid out together.
const ROWS_MAX: usize = 1_000;
/// Columns of text if the terminal does not say.
const USUAL_COLUMNS: u16 = 100;

/// What an answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs: names with units, amounts in seconds.
    Json,
    /// For spreadsheets: a header, amounts in seconds; text never becomes a formula.
    Csv,
}

/// Where the process reads and writes.
pub struct Console<'a> {
    /// What is typed while a command asks.
    pub input: Input,
    /// Answers.
    pub out: &'a mut dyn Write,
    /// Everything else.
    pub err: &'a mut dyn Write,
    /// Whether answers are read by a person as they come.
    pub out_is_terminal: bool,
    /// Whether everything else is.
    pub err_is_terminal: bool,
    /// How wide the terminal is, in characters, if it says.
    pub columns: Option<u16>,
}

/// A column: the name that stays, the title for people.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// In JSON and CSV.
    pub name: &'static str,
    /// In a table; empty for what a table leaves out.
    pub title: &'static str,
    /// Whether it holds figures.
    pub is_figure: bool,
    /// The least width in a table, in characters, so that pages stand below each other.
    pub width_min: u16,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub const fn words(name: &'static str, title: &'static str, width_min: u16) -> Self {
        Self { name, title, is_figure: false, width_min }
    }

    /// A column of figures, right-aligned.
    #[must_use]
    pub const fn figures(name: &'static str, title: &'static str, width_min: u16) -> Self {
        Self { name, title, is_figure: true, width_min }
    }
}

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known or said.
    Nothing,
    /// A number that names something: no marks between thousands.
    Number(u64),
    /// How many.
    Count(u64),
    /// An amount or a balance.
    Seconds(i64),
    /// Words of ours.
    Word(Cow<'static, str>),
    /// Text of people.
    Text(String),
    /// One thing for programs, other words for people.
    Said(Value, String),
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    /// The number, or nothing for 0.
    #[must_use]
    pub fn number_or_nothing(number: u64) -> Self {
        if number == 0 { Self::Nothing } else { Self::Number(number) }
    }

    /// The seconds, or nothing.
    #[must_use]
    pub fn seconds_or_nothing(seconds: Option<i64>) -> Self {
        seconds.map_or(Self::Nothing, Self::Seconds)
    }

    /// The text, or nothing if it is empty.
    #[must_use]
    pub fn text_or_nothing(text: String) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }

    /// As people read it.
    #[must_use]
    pub fn for_people(&self) -> String {
        match self {
            Self::Nothing => String::new(),
            Self::Number(number) => number.to_string(),
            Self::Count(count) => crate::domain::hours::grouped(*count),
            Self::Seconds(seconds) => figures::clock(*seconds),
            Self::Word(word) => word.to_string(),
            Self::Text(text) | Self::Said(_, text) => cells::for_terminal(text).into_owned(),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        }
    }

    /// As a value of JSON.
    #[must_use]
    pub fn for_programs(&self) -> Value {
        match self {
            Self::Nothing => Value::Null,
            Self::Number(number) | Self::Count(number) => (*number).into(),
            Self::Seconds(seconds) => (*seconds).into(),
            Self::Word(word) => word.as_ref().into(),
            Self::Text(text) => text.as_str().into(),
            Self::Said(value, _) => value.clone(),
            Self::Flag(flag) => (*flag).into(),
        }
    }

    fn for_spreadsheet(&self, is_terminal: bool) -> String {
        let text = match self.for_programs() {
            Value::Null => String::new(),
            // A negative number is data as it is; only text can be a formula.
            Value::Number(number) => return number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::String(text) => text,
            Value::Array(values) => {
                let words = values
                    .iter()
                    .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                words.collect::<Vec<_>>().join(" ")
            }
            value @ Value::Object(_) => value.to_string(),
        };
        let text = cells::for_spreadsheet(&text);
        if is_terminal { cells::for_terminal(&text).into_owned() } else { text.into_owned() }
    }
}

/// Where answers go, and in which form.
pub struct Screen<'a> {
    /// The process's outputs.
    pub console: Console<'a>,
    /// The form.
    pub format: Format,
}

impl<'a> Screen<'a> {
    /// Whether people read the answer.
    #[must_use]
    pub const fn is_for_people(&self) -> bool {
        matches!(self.format, Format::Table)
    }

    /// A line for people, wherever answers go.
    ///
    /// # Errors
    /// Of writing.
    pub fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.console.out, "{}", cells::for_terminal(line))
    }

    /// A line beside the answer. That nobody hears it changes nothing.
    pub fn remark(&mut self, line: &str) {
        let _unheard = writeln!(self.console.err, "{}", cells::for_terminal(line));
    }

    /// One JSON document; `pretty` for a single answer, else one line.
    ///
    /// # Errors
    /// Of writing.
    pub fn json(&mut self, value: &Value, pretty: bool) -> io::Result<()> {
        let text = if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        writeln!(self.console.out, "{}", cells::for_json(&text.map_err(io::Error::other)?))
    }

    /// One thing with its properties: down the page for people, an object, or a row under its header.
    ///
    /// # Errors
    /// Of writing.
    pub fn record(&mut self, cells: &[(Column, Cell)]) -> io::Result<()> {
        match self.format {
            Format::Table => {
                let mut table = plain_table(self.width());
                for (column, cell) in cells.iter().filter(|(column, _)| !column.title.is_empty()) {
                    let said = cell.for_people();
                    if !said.is_empty() {
                        table.add_row([column.title.to_owned(), said]);
                    }
                }
                writeln!(self.console.out, "{}", table.trim_fmt())
            }
            Format::Json => {
                let object: Map<_, _> = cells
                    .iter()
                    .map(|(column, cell)| (column.name.to_owned(), cell.for_programs()))
                    .collect();
                self.json(&Value::Object(object), true)
            }
            Format::Csv => {
                let columns: Vec<_> = cells.iter().map(|(column, _)| *column).collect();
                let mut listing = Listing::begin(self, columns)?;
                listing.row(cells.iter().map(|(_, cell)| cell.clone()).collect())?;
                listing.end()
            }
        }
    }

    fn width(&self) -> u16 {
        self.console.columns.unwrap_or(USUAL_COLUMNS)
    }

    fn csv_row(&mut self, row: &[String]) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(&mut self.console.out);
        writer.write_record(row).map_err(io::Error::other)?;
        writer.flush()
    }
}

fn plain_table(width: u16) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table
}

/// Rows on their way out.
pub struct Listing<'s, 'c> {
    screen: &'s mut Screen<'c>,
    columns: Vec<Column>,
    waiting: Vec<Vec<Cell>>,
    rows: u64,
    has_header: bool,
}

impl<'s, 'c> Listing<'s, 'c> {
    /// Begins a list with these columns.
    ///
    /// # Errors
    /// Of writing.
    pub fn begin(screen: &'s mut Screen<'c>, columns: Vec<Column>) -> io::Result<Self> {
        match screen.format {
            Format::Table => {}
            Format::Json => write!(screen.console.out, "[")?,
            Format::Csv => {
                screen.csv_row(&columns.iter().map(|column| column.name.to_owned()).collect::<Vec<_>>())?
            }
        }
        Ok(Self { screen, columns, waiting: Vec::new(), rows: 0, has_header: false })
    }

    /// Goes on with a list whose header is above already, unless `is_first`.
    ///
    /// # Errors
    /// Of writing.
    pub fn resume(screen: &'s mut Screen<'c>, columns: Vec<Column>, is_first: bool) -> io::Result<Self> {
        if is_first {
            return Self::begin(screen, columns);
        }
        Ok(Self { screen, columns, waiting: Vec::new(), rows: 0, has_header: true })
    }

    /// One row, a cell a column.
    ///
    /// # Errors
    /// Of writing.
    pub fn row(&mut self, cells: Vec<Cell>) -> io::Result<()> {
        self.rows += 1;
        match self.screen.format {
            Format::Table => {
                self.waiting.push(cells);
                if self.waiting.len() >= ROWS_MAX { self.page() } else { Ok(()) }
            }
            Format::Json => {
                let object: Map<_, _> = self
                    .columns
                    .iter()
                    .zip(&cells)
                    .map(|(column, cell)| (column.name.to_owned(), cell.for_programs()))
                    .collect();
                let text = serde_json::to_string(&Value::Object(object)).map_err(io::Error::other)?;
                let before = if self.rows == 1 { "\n " } else { ",\n " };
                write!(self.screen.console.out, "{before}{}", cells::for_json(&text))
            }
            Format::Csv => {
                let is_terminal = self.screen.console.out_is_terminal;
                self.screen
                    .csv_row(&cells.iter().map(|cell| cell.for_spreadsheet(is_terminal)).collect::<Vec<_>>())
            }
        }
    }

    /// What is waiting is laid out and written; the header stands above the first page only.
    fn page(&mut self) -> io::Result<()> {
        let mut table = plain_table(self.screen.width());
        let shown: Vec<_> = self.columns.iter().map(|column| !column.title.is_empty()).collect();
        let columns: Vec<_> = self.columns.iter().filter(|column| !column.title.is_empty()).collect();
        if !self.has_header {
            table.set_header(columns.iter().map(|column| column.title));
            self.has_header = true;
        }
        for row in self.waiting.drain(..) {
            let row = row.iter().zip(&shown).filter(|(_, shown)| **shown);
            table.add_row(row.map(|(cell, _)| cell.for_people()).collect::<Vec<_>>());
        }
        for (place, column) in columns.iter().enumerate() {
            let Some(laid_out) = table.column_mut(place) else { continue };
            laid_out.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(
                column.width_min.saturating_add(2),
            )));
            if column.is_figure {
                laid_out.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(self.screen.console.out, "{}", table.trim_fmt())
    }

    /// Ends the list.
    ///
    /// # Errors
    /// Of writing.
    pub fn end(mut self) -> io::Result<()> {
        match self.screen.format {
            Format::Table if self.rows == 0 => writeln!(self.screen.console.out, "None."),
            Format::Table if self.waiting.is_empty() => Ok(()),
            Format::Table => self.page(),
            Format::Json => writeln!(self.screen.console.out, "{}]", if self.rows == 0 { "" } else { "\n" }),
            Format::Csv => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: Format, print: impl FnOnce(&mut Screen<'_>)) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let console = Console {
            input: Input::nothing(),
            out: &mut out,
            err: &mut err,
            out_is_terminal: false,
            err_is_terminal: false,
            columns: Some(80),
        };
        print(&mut Screen { console, format });
        String::from_utf8(out).unwrap()
    }

    fn listed(format: Format, rows: &[(u64, &str, i64)]) -> String {
        printed(format, |screen| {
            let columns = vec![
                Column::figures("line", "Line", 4),
                Column::words("memo", "Memo", 4),
                Column::figures("posted_seconds", "Balance", 8),
            ];
            let mut listing = Listing::begin(screen, columns).unwrap();
            for (line, memo, seconds) in rows {
                listing
                    .row(vec![Cell::Count(*line), Cell::Text((*memo).to_owned()), Cell::Seconds(*seconds)])
                    .unwrap();
            }
            listing.end().unwrap();
        })
    }

    /// Goal: one list, three forms, each safe for its reader. Method: a formula with an escape in it
    /// and a balance below zero.
    #[test]
    fn one_list_three_forms() {
        let rows = [(1, "=1+1\u{1b}", -5_400), (2_000, "tea", 0)];
        let table = listed(Format::Table, &rows);
        assert!(table.contains("−1:30") && table.contains("2,000") && !table.contains('\u{1b}'), "{table}");
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 3, "{table}");
        assert_eq!(
            lines[1].chars().count(),
            lines[2].chars().count(),
            "figures end below each other: {table}"
        );
        let json: Value = serde_json::from_str(&listed(Format::Json, &rows)).unwrap();
        assert_eq!(json[0]["posted_seconds"], -5_400);
        assert_eq!(json[0]["memo"], "=1+1\u{1b}");
        let csv = listed(Format::Csv, &rows);
        assert_eq!(csv, "line,memo,posted_seconds\n1,'=1+1\u{1b},-5400\n2000,tea,0\n");
    }

    /// Goal: an empty list is still well-formed. Method: no rows, in each form.
    #[test]
    fn an_empty_list_is_well_formed() {
        assert_eq!(listed(Format::Table, &[]), "None.\n");
        assert_eq!(listed(Format::Json, &[]), "[]\n");
        assert_eq!(listed(Format::Csv, &[]), "line,memo,posted_seconds\n");
    }

    /// Goal: a long table is written in pages with one header. Method: a row more than a page.
    #[test]
    fn a_long_table_has_one_header() {
        let rows = vec![(1, "x", 60); ROWS_MAX + 1];
        let table = listed(Format::Table, &rows);
        assert_eq!(table.matches("Balance").count(), 1);
        assert_eq!(table.lines().count(), ROWS_MAX + 2);
    }

    /// Goal: one thing is an object for programs and leaves out for people what it has not.
    /// Method: a record with an empty cell.
    #[test]
    fn a_record_leaves_out_what_is_not_there() {
        let cells = [
            (Column::figures("posted_seconds", "Balance", 0), Cell::Seconds(60)),
            (Column::figures("floor_seconds", "Floor", 0), Cell::Nothing),
        ];
        let table = printed(Format::Table, |screen| screen.record(&cells).unwrap());
        assert!(table.contains("0:01") && !table.contains("Floor"), "{table}");
        let json = printed(Format::Json, |screen| screen.record(&cells).unwrap());
        assert!(serde_json::from_str::<Value>(&json).unwrap()["floor_seconds"].is_null());
    }
}
