//! The paper list as it was typed: a CSV file of at most 200 slips.
//!
//! Every line is kept as it stands: what is wrong in one is said of that line, and does not stop the others. A cell has one
//! line: a quote that is never closed, or far below, would make a note of all the slips between.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use crate::cli::failure::Failure;
use crate::words::slips as words;

/// A file has at most so many slips: as many as one call takes.
pub const SLIPS_MAX: usize = 200;
/// And so many bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// What ends a line.
const LINE_ENDS: [char; 2] = ['\n', '\r'];
/// A cell has at most so many bytes.
const CELL_BYTES_MAX: usize = 900;

/// A column, and whether every file has it.
const COLUMNS: [(&str, bool); 7] = [
    ("day", true),
    ("gave", true),
    ("received", true),
    ("hours", true),
    ("activity", false),
    ("note", false),
    ("answer", false),
];

/// A slip as it was typed, without the spaces around each cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Where it stands in the file; the first line names the columns.
    pub line: u64,
    /// The day of help.
    pub day: String,
    /// Who helped.
    pub gave: String,
    /// Who was helped.
    pub received: String,
    /// How long.
    pub hours: String,
    /// What the help was; empty for not said.
    pub activity: String,
    /// Words for whoever reads the line.
    pub note: String,
    /// What is answered to a question.
    pub answer: String,
    /// Why the line cannot be read; empty where it can.
    pub fault: String,
}

/// Reads a file, or standard input for `-`.
///
/// # Errors
/// [`Failure::Usage`]: it cannot be read, is too long, or is no such list.
pub fn read(path: &Path) -> Result<Vec<Written>, Failure> {
    let cannot = |error: io::Error| Failure::Usage(format!("{} cannot be read: {error}", path.display()));
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = if path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).map_err(cannot)?)
    };
    source.take(FILE_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes).map_err(cannot)?;
    let long = u64::try_from(bytes.len()).is_ok_and(|length| length <= FILE_BYTES_MAX);
    if !long {
        return Err(Failure::Usage(format!("{} has more than {FILE_BYTES_MAX} bytes", path.display())));
    }
    parse(&bytes).map_err(|why| Failure::Usage(format!("{}: {why}", path.display())))
}

/// What the bytes of a file say, or why they are no list of slips.
fn parse(bytes: &[u8]) -> Result<Vec<Written>, String> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text; save it as CSV in UTF-8".to_owned())?;
    // As some spreadsheets begin their files and end their lines.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(between_cells(&text))
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header =
        records.next().ok_or("it is empty; its first line names the columns: day,gave,received,hours")?;
    let places = columns(&header.map_err(|error| error.to_string())?)?;
    let mut slips = Vec::new();
    for record in records {
        let record = record.map_err(|error| error.to_string())?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue; // A blank line, or one of commas alone, as spreadsheets leave behind.
        }
        let line = line_of(&text, record.position());
        if slips.len() == SLIPS_MAX {
            return Err(format!("it has more than {SLIPS_MAX} slips; cut it into parts"));
        }
        slips.push(written(line, &record, &places));
    }
    Ok(slips)
}

/// What stands between cells: a comma, or a semicolon, as spreadsheets write them in countries with a decimal comma.
fn between_cells(text: &str) -> u8 {
    let names = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if names.contains(';') && !names.contains(',') { b';' } else { b',' }
}

/// The line that a record begins in: its position is that of the blank lines before it.
fn line_of(text: &str, position: Option<&csv::Position>) -> u64 {
    let begins = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
    let (before, rest) = text.split_at_checked(begins).unwrap_or((text, ""));
    let blank = rest.bytes().take_while(|byte| *byte == b'\n').count();
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    u64::try_from(lines.saturating_add(blank)).unwrap_or(u64::MAX).saturating_add(1)
}

/// Which column each cell of a line is of.
fn columns(header: &StringRecord) -> Result<Vec<&'static str>, String> {
    let mut places = Vec::new();
    for cell in header {
        let name = cell.trim().to_lowercase();
        let column = COLUMNS.iter().find(|(column, _)| *column == name);
        let Some((column, _)) = column.filter(|(column, _)| !places.contains(column)) else {
            let all = COLUMNS.map(|(column, _)| column).join(", ");
            return Err(format!(
                "its first line names the columns, each once, of {all}; '{name}' is none of them"
            ));
        };
        places.push(*column);
    }
    match COLUMNS.iter().find(|(column, is_needed)| *is_needed && !places.contains(column)) {
        Some((column, _)) => Err(format!("the column {column} is missing from its first line")),
        None => Ok(places),
    }
}

fn written(line: u64, record: &StringRecord, places: &[&str]) -> Written {
    let mut slip = Written { line, ..Written::default() };
    if record.len() != places.len() {
        let (has, wants) = (record.len(), places.len());
        slip.fault = format!(
            "the line has {has} cells where the first line has {wants}: look for a comma, a semicolon or a quote too many"
        );
    }
    for (cell, column) in record.iter().zip(places) {
        let cell = cell.split(LINE_ENDS).next().unwrap_or_default().trim();
        if cell.len() > CELL_BYTES_MAX {
            slip.fault = format!("{column} has more than {CELL_BYTES_MAX} bytes");
            continue;
        }
        let place = match *column {
            "day" => &mut slip.day,
            "gave" => &mut slip.gave,
            "received" => &mut slip.received,
            "hours" => &mut slip.hours,
            "activity" => &mut slip.activity,
            "note" => &mut slip.note,
            _answer => &mut slip.answer,
        };
        cell.clone_into(place);
    }
    // A quote that is never closed takes in the end of the last line.
    let ends = record.iter().flat_map(|cell| cell.trim_end_matches(LINE_ENDS).matches(LINE_ENDS)).count();
    if let Some(ends) = u64::try_from(ends).ok().filter(|ends| *ends > 0) {
        slip.fault = words::lines_in_one(line, line.saturating_add(ends));
    }
    slip
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: columns stand in any order, those that may be left out may be, and a line is known by its place. Method: a file as a
    /// spreadsheet writes it, with a mark at its beginning, line ends of two bytes, a quote, and lines of commas.
    #[test]
    fn a_list_is_read_as_it_was_typed() {
        let file = "\u{feff}Received, gave,day,hours,note\r\nAnn,\" Bo \",2026-06-01,1:30,\"tea, and a talk\"\r\n,,,,\r\n\r\nBo,Ann,x,=1+1,\r\n";
        let slips = parse(file.as_bytes()).unwrap();
        let first = Written {
            line: 2,
            day: "2026-06-01".into(),
            gave: "Bo".into(),
            received: "Ann".into(),
            hours: "1:30".into(),
            note: "tea, and a talk".into(),
            ..Written::default()
        };
        assert_eq!(slips[0], first);
        assert_eq!((slips[1].line, &*slips[1].day, &*slips[1].hours, slips.len()), (5, "x", "=1+1", 2));
    }

    /// Goal: a stray quote takes no slip away unsaid: what it made one of is told as the lines it stands in, and the slips around
    /// are read. Method: one quote that is never closed, at three places of a line; two in two lines; one at the very end, which
    /// swallows nothing; a note of two lines.
    #[test]
    fn a_stray_quote_swallows_nothing_unsaid() {
        let read = |lines: &[&str]| {
            let file = format!("day,gave,received,hours,note\n{}", lines.join("\n"));
            let slips = parse(file.as_bytes()).unwrap();
            slips.into_iter().map(|slip| (slip.line, slip.fault)).collect::<Vec<_>>()
        };
        let fine = "2026-06-01,Bo,Ann,1,tea";
        let whole = |line: u64| (line, String::new());
        for stray in ["\"2026-06-01,Bo,Ann,1,", "2026-06-01,\"Bo,Ann,1,", "2026-06-01,Bo,Ann,1,\"tea"] {
            let found = read(&[fine, stray, fine, fine, ""]);
            assert_eq!(found, [whole(2), (3, words::lines_in_one(3, 5))], "{stray}");
            let found = read(&[fine, stray, fine, stray, fine, ""]);
            assert_eq!((found[0].clone(), found[1].0), (whole(2), 3), "{stray}");
            assert_eq!(found[1].1, words::lines_in_one(3, 5), "{stray}");
        }
        for end in [&[][..], &[""]] {
            let lines = [&[fine, "2026-06-01,Bo,Ann,1,\"tea"][..], end].concat();
            assert_eq!(read(&lines), [whole(2), whole(3)]);
        }
        assert_eq!(
            read(&[fine, "2026-06-01,Bo,Ann,1,\"tea\r\nand cake\"", fine]),
            [whole(2), (3, words::lines_in_one(3, 4)), whole(5)]
        );
    }

    /// Goal: a list is read with semicolons; a comma in hours is theirs then, to be asked about. Method: one.
    #[test]
    fn semicolons_are_between_cells() {
        let slips =
            parse(b"day;gave;received;hours;answer\n2026-06-01;Bo;Ann;1,5;\"yes 30; another\"\n").unwrap();
        assert_eq!((&*slips[0].hours, &*slips[0].answer, &*slips[0].fault), ("1,5", "yes 30; another", ""));
    }

    /// Goal: what is no list is refused whole, with the line and the limit. Method: each way; 200 slips and one more.
    #[test]
    fn what_is_no_list() {
        let why = |file: &str| parse(file.as_bytes()).unwrap_err();
        assert!(why("").contains("it is empty"));
        assert!(why("day,gave,received\n").contains("the column hours is missing"));
        assert!(why("day,gave,received,hours,price\n").contains("'price' is none of them"));
        assert!(why("day,day,gave,received,hours\n").contains("'day' is none of them"));
        let fault = |line: &str| {
            parse(format!("day,gave,received,hours\n{line}\n").as_bytes()).unwrap()[0].fault.clone()
        };
        assert!(fault("1,2,3").contains("3 cells where the first line has 4"));
        assert!(fault("1,2,3,4,5").contains("5 cells where the first line has 4"));
        assert_eq!(fault(&format!("{},2,3,4", "x".repeat(901))), "day has more than 900 bytes");
        assert_eq!(fault(&format!("{},2,3,4", "x".repeat(900))), "");
        assert!(parse(b"day,gave,received,hours\n\xff,2,3,4\n").unwrap_err().contains("UTF-8"));
        let many = |count: usize| format!("day,gave,received,hours\n{}", "1,2,3,4\n".repeat(count));
        assert_eq!(parse(many(200).as_bytes()).unwrap().len(), 200);
        assert!(why(&many(201)).contains("more than 200 slips"));
    }
}
