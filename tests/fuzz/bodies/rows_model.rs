//! A file of exchanges as a person with a pencil would read it: letter by letter, the whole file in mind.
//!
//! Shares nothing with the import but what `hours` has judged: an amount is read by its model.

use hourbook::domain::hours::DecimalMeans;

use super::hours;

pub const HEADER: &str = "bank,day,giver,receiver,hours,activity,note";
const COLUMNS: [&str; 7] = ["bank", "day", "giver", "receiver", "hours", "activity", "note"];
const NAME_BYTES_MAX: usize = 512;
const ACTIVITY_BYTES_MAX: usize = 64;
const NOTE_BYTES_MAX: usize = 1_024;

/// What a file says.
#[derive(Debug, PartialEq, Eq)]
pub enum File {
    /// Its first line is no header.
    NoHeader,
    /// A quote is open when it ends: in the row that begins in this line.
    OpenQuote(u64),
    /// It has rows.
    Rows(Vec<(u64, Row)>),
}

#[derive(Debug, PartialEq, Eq)]
pub enum Row {
    Good(Exchange),
    /// With what a reason may begin: the columns that are not right.
    Bad(Vec<&'static str>),
}

/// What a good row says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exchange {
    pub bank: String,
    pub day: [i32; 3],
    pub giver: String,
    pub receiver: String,
    /// Negative for a correction.
    pub seconds: i64,
    pub activity: String,
    pub note: String,
}

type Cells = Vec<Vec<u8>>;

/// Reads a file.
pub fn read(file: &[u8], decimals: DecimalMeans) -> File {
    let (lines, open) = cut(file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file));
    let mut lines = lines.into_iter();
    let Some((_, header)) = lines.next() else { return open.map_or(File::NoHeader, File::OpenQuote) };
    let Some(places) = places(&header) else { return File::NoHeader };
    let mut rows = Vec::new();
    for (line, cells) in lines.filter(|(_, cells)| !cells.concat().trim_ascii().is_empty()) {
        let row = if cells.len() == COLUMNS.len() {
            row(places.map(|place| cells[place].as_slice()), decimals)
        } else {
            Row::Bad(vec!["it has"])
        };
        rows.push((line, row));
    }
    open.map_or(File::Rows(rows), File::OpenQuote)
}

/// Cuts a file into rows with the lines they begin in; and where the row begins whose quote never closes.
fn cut(file: &[u8]) -> (Vec<(u64, Cells)>, Option<u64>) {
    let (mut rows, mut cells, mut cell) = (Vec::new(), Cells::new(), Vec::new());
    let (mut line, mut begins) = (1_u64, 1_u64);
    // A quote begins a cell or is a letter like any other.
    let (mut is_quoted, mut is_new) = (false, true);
    let mut left = file.iter().copied().chain((file.last() != Some(&b'\n')).then_some(b'\n')).peekable();
    while let Some(byte) = left.next() {
        line += u64::from(byte == b'\n');
        match byte {
            b'"' if is_quoted => {
                if left.peek() == Some(&b'"') {
                    cell.extend(left.next());
                } else {
                    is_quoted = false;
                }
            }
            b'"' if is_new => (is_quoted, is_new) = (true, false),
            b',' if !is_quoted => {
                cells.push(std::mem::take(&mut cell));
                is_new = true;
            }
            b'\n' if !is_quoted => {
                if !(cells.is_empty() && is_new) {
                    cells.push(std::mem::take(&mut cell));
                    rows.push((begins, std::mem::take(&mut cells)));
                }
                (is_new, begins) = (true, line);
            }
            other => {
                cell.push(if other == b'\r' { b' ' } else { other });
                is_new = false;
            }
        }
    }
    (rows, is_quoted.then_some(begins))
}

/// Where each column stands.
fn places(header: &[Vec<u8>]) -> Option<[usize; 7]> {
    let names: Vec<_> = header.iter().map(|cell| text(cell).map(|name| name.to_lowercase())).collect();
    let places = COLUMNS.map(|column| names.iter().position(|name| name.as_deref() == Some(column)));
    let all: Option<Vec<_>> = places.into_iter().collect();
    all?.try_into().ok().filter(|_| header.len() == COLUMNS.len())
}

fn row(cells: [&[u8]; 7], decimals: DecimalMeans) -> Row {
    let texts = cells.map(text);
    let [bank, day, giver, receiver, hours, activity, note] = texts.map(Option::unwrap_or_default);
    let calendar = calendar(day);
    let seconds = seconds(hours, decimals);
    let note = note.split('\n').map(str::trim_end).collect::<Vec<_>>().join("\n");
    let long_note = texts[6].unwrap_or_default().len() > NOTE_BYTES_MAX;
    let unseen = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    let is_name = |name: &str| (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.contains(char::is_control);
    let is_right = [
        is_name(bank),
        calendar.is_some(),
        is_name(giver),
        is_name(receiver),
        seconds.is_some(),
        activity.len() <= ACTIVITY_BYTES_MAX && !activity.contains(char::is_control),
        !long_note && !texts[6].unwrap_or_default().contains(unseen),
    ];
    let mut wrong: Vec<_> = COLUMNS
        .into_iter()
        .enumerate()
        .filter(|(place, _)| !is_right[*place] || texts[*place].is_none())
        .map(|(_, name)| name)
        .collect();
    match (calendar, seconds) {
        (Some(day), Some(seconds)) if wrong.is_empty() && giver != receiver => Row::Good(Exchange {
            bank: bank.to_owned(),
            day,
            giver: giver.to_owned(),
            receiver: receiver.to_owned(),
            seconds,
            activity: activity.to_owned(),
            note,
        }),
        _ => {
            if wrong.is_empty() {
                wrong.push("giver and receiver are the same");
            }
            Row::Bad(wrong)
        }
    }
}

fn text(cell: &[u8]) -> Option<&str> {
    std::str::from_utf8(cell).ok().map(str::trim)
}

fn calendar(text: &str) -> Option<[i32; 3]> {
    let shape: String =
        text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    if shape != "0000-00-00" {
        return None;
    }
    let parts: Vec<i32> = text.split('-').map(|part| part.parse().unwrap()).collect();
    let [year, month, day] = parts[..] else { return None };
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        2 => 28 + i32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1_900..=2_199).contains(&year) && (1..=days).contains(&day)).then_some([year, month, day])
}

fn seconds(text: &str, decimals: DecimalMeans) -> Option<i64> {
    let below = text.strip_prefix(['-', '\u{2212}']);
    match hours::model(below.unwrap_or(text), decimals)[..] {
        [(None, seconds)] => Some(if below.is_some() { -seconds } else { seconds }),
        _ => None,
    }
}
