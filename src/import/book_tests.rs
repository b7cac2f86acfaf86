//! Whole files: hostile ones, and ids that stay.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::Read;

use super::book::{BAD_ROWS_LISTED_MAX, Book, FileError};
use super::columns::HeaderError;
use super::names::NO_SCOPE;
use super::source::{FILE_BYTES_MAX, ROW_BYTES_MAX};
use crate::domain::RequestId;
use crate::domain::hours::DecimalMeans;

const HEADER: &str = "bank,day,giver,receiver,hours,activity,note";

fn read(file: impl AsRef<[u8]>) -> Result<Book, FileError> {
    Book::read(file.as_ref(), DecimalMeans::Decimal, None, &mut |_| {})
}

fn rows(rows: &str) -> Book {
    read(format!("{HEADER}\n{rows}")).unwrap()
}

fn bad(book: &Book) -> Vec<(u64, &str)> {
    book.bad.iter().map(|bad| (bad.line, bad.reason.as_str())).collect()
}

/// Goal: quotes, line ends, blank lines, a byte order mark and cells of several lines are read, and every
/// bad row is found in its line.
#[test]
fn files_as_other_programs_write_them() {
    let text = "\u{feff}day,bank,note,giver,receiver,activity,hours\r
2019-01-24,Bank, \"\",Ann,Joe,gardening,1.5\r
\r
2019-01-25,\"Bank, the\",\"said \"\"thanks\"\"\nand left\",Ann,\" Joe \",,-2\r
,,,,,, \r
2019-13-01,Bank,,Ann,Joe,,1\r
2019-01-26,Bank,,Ann,,,1\r
2019-01-26,Bank,,Ann,Joe,,1,\r
2019-01-26,Bank,=cmd(),@Ann,+Joe,,1";
    let book = read(text).unwrap();
    assert_eq!((book.rows_read, book.rows_bad, book.rows.len()), (6, 3, 3));
    let text_of = |row: usize| {
        let row = book.rows[row];
        let bank = book.banks.text(book.accounts.scope(row.giver));
        let (giver, receiver) = (book.accounts.text(row.giver), book.accounts.text(row.receiver));
        (
            row.line,
            bank,
            giver,
            receiver,
            row.seconds,
            book.activities.text(row.activity),
            book.notes.text(row.note),
        )
    };
    assert_eq!(text_of(1), (4, "Bank, the", "Ann", "Joe", -7_200, "", "said \"thanks\"\nand left"));
    assert_eq!(text_of(2), (10, "Bank", "@Ann", "+Joe", 3_600, "", "=cmd()"));
    assert_eq!(
        bad(&book),
        [
            (7, "day is not a day of 1900 to 2199 written like 2026-05-13"),
            (8, "receiver is empty"),
            (9, "it has 8 cells where the first line has 7; look for a comma or quote too many"),
        ]
    );
    // The two Anns are of two banks.
    assert_ne!(book.rows[0].giver, book.rows[1].giver);
    assert_eq!(book.banks.find(NO_SCOPE, "Bank"), Some(0));
}

/// Goal: nothing, no header and other encodings are told before a row is read.
#[test]
fn what_is_no_file_of_exchanges() {
    assert!(matches!(read(""), Err(FileError::Header(HeaderError::Empty))));
    assert!(matches!(read("\u{feff}"), Err(FileError::Header(_))));
    assert!(matches!(read("Bank,2019-01-24,Ann,Joe,1,,"), Err(FileError::Header(HeaderError::Unknown(_)))));
    let utf16: Vec<u8> = HEADER.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(read([b"\xff\xfe", &utf16[..]].concat()), Err(FileError::Header(HeaderError::NotText))));
    assert_eq!(rows("").rows_read, 0);
}

/// A source of `bytes` times `byte`, without the memory.
fn endless(header: &str, byte: u8, bytes: u64) -> impl Read + use<> {
    std::io::Cursor::new(header.as_bytes().to_vec()).chain(std::io::repeat(byte).take(bytes))
}

/// Goal: a quote that never ends, a line that never ends and a file that never ends are given up in
/// bounded memory, with the line they begin in.
#[test]
fn everything_has_an_end() {
    let row = "Bank,2019-01-24,Ann,Joe,1,,\n";
    let long = u64::try_from(ROW_BYTES_MAX * 3).unwrap();
    for unfinished in ["Bank,2019-01-24,Ann,Joe,1,,\"", "Bank,"] {
        let file = endless(&format!("{HEADER}\n{row}{unfinished}"), b'a', long);
        let error = Book::read(file, DecimalMeans::Decimal, None, &mut |_| {}).unwrap_err();
        assert!(matches!(error, FileError::Row { line: 3 }), "{error:?}");
    }
    // A row at its bound is read and judged like any other.
    let note = "a".repeat(ROW_BYTES_MAX - 30);
    let book = rows(&format!("Bank,2019-01-24,Ann,Joe,1,,{note}\n{row}"));
    assert_eq!((book.rows_bad, book.rows.len()), (1, 1));
    let mut bounded = super::source::Bounded::new(std::io::repeat(b'\n'));
    let mut buffer = vec![0; 32 << 10];
    let mut read = 0;
    let error = loop {
        bounded.next_row();
        match bounded.read(&mut buffer) {
            Ok(more) => read += u64::try_from(more).unwrap(),
            Err(error) => break error,
        }
    };
    assert_eq!((read, error.to_string().as_str()), (FILE_BYTES_MAX, "the file is too long"));
}

/// Goal: a quote that is open when the file ends is told with its row, wherever it stands: what follows it
/// would be a note, and its rows would be missing without a word. Method: quotes in a note, in a name, at the
/// very end and in the header, with and without a last line end; and beside them quotes that do close.
#[test]
fn an_open_quote_is_no_cell() {
    let (row, more) = ("Bank,2019-01-24,Ann,Joe,1,,", "Bank,2019-01-25,Ann,Joe,2,,tea\n");
    for (file, line) in [
        (format!("{HEADER}\n{more}\n\n{row}\"tea\n{more}"), 5),
        (format!("{HEADER}\n{row}\"tea\n{more}\n"), 2),
        (format!("{HEADER}\n{row}\"tea\r\n{more}with \"\"quotes\"\""), 2),
        (format!("{HEADER}\n{more}{row}\""), 3),
        (format!("{HEADER}\n{more}\"Bank,2019-01-24,Ann,Joe,1,,\n"), 3),
        (format!("bank,\"day\n{HEADER}\n{more}"), 1),
    ] {
        let error = read(&file).unwrap_err();
        assert!(matches!(error, FileError::Quote { line: told } if told == line), "{error:?} {file}");
    }
    let book = rows(&format!("{row}\"tea\n\"\n{row}\"\n\"\"\"\n{row}\"\""));
    assert_eq!((book.rows.len(), book.rows_bad), (3, 0));
    assert_eq!([2, 4, 6], [0, 1, 2].map(|place: usize| book.rows[place].line));
}

/// Goal: of bad rows a bounded number is listed and all are counted.
#[test]
fn bad_rows_are_bounded() {
    let book = rows(&"x\n".repeat(BAD_ROWS_LISTED_MAX + 5));
    assert_eq!(book.bad.len(), BAD_ROWS_LISTED_MAX);
    assert_eq!(book.rows_bad, u64::try_from(BAD_ROWS_LISTED_MAX).unwrap() + 5);
}

/// Rows in the shape of real books: many differ, and 5,390 equal an earlier one.
fn real_shape() -> Vec<[String; 7]> {
    let row = |n: u32, hours: &str| {
        let (giver, receiver) = (format!("bank-001/m{:04}", n % 90), format!("bank-001/m{:04}", n % 90 + 1));
        let day = format!("2019-0{}-1{}", n % 5 + 1, n % 10);
        ["bank-001".into(), day, giver, receiver, hours.into(), "gardening".into(), String::new()]
    };
    let different = (0..8_000).map(|n| row(n, &format!("{}.25", n + 1)));
    let equal = (0..5_390).map(|n| row(n % 1_800, &format!("{}.25", n % 1_800 + 1)));
    different.chain(equal).collect()
}

fn ids(rows: &[[String; 7]], order: [usize; 7]) -> Vec<RequestId> {
    let names: Vec<_> = HEADER.split(',').collect();
    let mut file = order.map(|place| names[place]).join(",");
    for row in rows {
        write!(file, "\n{}", order.map(|place| row[place].as_str()).join(",")).unwrap();
    }
    let book = read(file).unwrap();
    assert_eq!(book.rows_bad, 0);
    book.rows.iter().map(|row| row.id).collect()
}

/// Goal: a shuffled file, other columns, other line ends and a longer file ask for the same ids, and equal
/// rows are different exchanges.
/// Method: real volumes' 5,390 equal rows; a shuffle with a fixed step that is prime to the length.
#[test]
fn ids_stay_the_same() {
    let order = [0, 1, 2, 3, 4, 5, 6];
    let rows = real_shape();
    let first = ids(&rows, order);
    let all: BTreeSet<_> = first.iter().copied().collect();
    assert_eq!(all.len(), 13_390, "every row has an id of its own");

    let step = 7_919;
    let shuffled: Vec<_> = (0..rows.len()).map(|n| rows[n * step % rows.len()].clone()).collect();
    assert_ne!(shuffled, rows);
    assert_eq!(ids(&shuffled, order).into_iter().collect::<BTreeSet<_>>(), all);
    assert_eq!(ids(&rows, [6, 4, 2, 0, 5, 3, 1]), first);

    let mut longer = rows.clone();
    longer.insert(0, rows[17].clone());
    longer.push(rows[17].clone());
    longer
        .insert(100, rows[18].clone().map(|cell| if cell == "gardening" { "repairs".into() } else { cell }));
    let more: BTreeSet<_> = ids(&longer, order).into_iter().collect();
    assert!(more.is_superset(&all));
    assert_eq!(more.len(), all.len() + 3);
}

/// Goal: each of the seven cells makes a difference, and how hours are printed makes none.
#[test]
fn every_cell_counts() {
    let id = |row: &str| rows(row).rows[0].id;
    let plain = id("Bank,2019-01-24,Ann,Joe,1.5,gardening,note");
    for other in [
        "Bunk,2019-01-24,Ann,Joe,1.5,gardening,note",
        "Bank,2019-01-25,Ann,Joe,1.5,gardening,note",
        "Bank,2019-01-24,Anne,Joe,1.5,gardening,note",
        "Bank,2019-01-24,Ann,Jo,1.5,gardening,note",
        "Bank,2019-01-24,Joe,Ann,1.5,gardening,note",
        "Bank,2019-01-24,Ann,Joe,1.25,gardening,note",
        "Bank,2019-01-24,Ann,Joe,-1.5,gardening,note",
        "Bank,2019-01-24,Ann,Joe,1.5,gardenin,gnote",
        "Bank,2019-01-24,Ann,Joe,1.5,gardening,",
        "Bank,2019-01-24,Ann,Joe,1.5,gardening,\"note\n\"\"\"",
    ] {
        assert_ne!(id(other), plain, "{other}");
    }
    assert_eq!(id("Bank, 2019-01-24,\"Ann\",Joe ,01.50,gardening,note"), plain);
    // Nor do line ends.
    let lines = id("Bank,2019-01-24,Ann,Joe,1.5,gardening,\"two\nlines\"");
    assert_eq!(id("Bank,2019-01-24,Ann,Joe,1.5,gardening,\"two\r\nlines\"\r\n"), lines);
    // Read the other way, a row keeps its id: posted twice it is refused, not doubled.
    let text = format!("{HEADER}\nBank,2019-01-24,Ann,Joe,1.30,,");
    let read = |decimals| Book::read(text.as_bytes(), decimals, None, &mut |_| {}).unwrap().rows[0];
    let (decimal, clock) = (read(DecimalMeans::Decimal), read(DecimalMeans::Clock));
    assert_eq!((decimal.seconds, clock.seconds), (4_680, 5_400));
    assert_eq!(decimal.id, clock.id);
}

/// Goal: a day that has not begun is a bad row, before anything is posted. Method: the day itself and the next.
#[test]
fn a_day_to_come_is_a_bad_row() {
    let text =
        "bank,day,giver,receiver,hours,activity,note\nA,2026-05-13,Ann,Bo,1,,\nA,2026-05-14,Ann,Bo,1,,\n";
    let latest = crate::domain::Day::from_calendar(2026, 5, 13).map(Into::into);
    let book = Book::read(text.as_bytes(), DecimalMeans::Decimal, latest, &mut |_| {}).unwrap();
    assert_eq!((book.rows.len(), book.rows_bad, book.bad[0].line), (1, 1, 3));
}
