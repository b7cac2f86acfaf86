//! Request ids derived from the file, so that asking again is safe.
//!
//! The id of a row is a UUID of version 8 around the first 16 bytes of SHA-256 over a version tag, the
//! seven cells, each with its length in front, and the row's ordinal among equal rows of the file: real
//! books hold thousands of rows that equal another and are different exchanges. The place of a row in
//! the file and the order of its columns have no part in it, so a second, resumed, shuffled or longer
//! file asks for the same ids, and only what is new is posted.
//!
//! What makes two rows equal:
//!
//! - Cells without the spaces around them. A name's capitals count: Ann and ANN may be two people.
//! - Hours as written, not as read, but without zeros that say nothing and inner spaces: `1.5`, `1.50`
//!   and `01.50` are equal, however the exporting system prints them. Why not as read: who sends a file
//!   again with `--hours clock`, having learnt better, would then post every row a second time. So the
//!   second reading has the ids of the first and is told REQUEST_ID_REUSED, and nothing is doubled. The
//!   same holds for `--as`.
//!
//! Bounded memory: 16 bytes and a count for each row, at most [`ROWS_MAX`](super::ROWS_MAX) of them,
//! given back when the file has been read.

use aws_lc_rs::digest::{SHA256, digest};
use hashbrown::HashMap;

use super::row::{Cells, MINUS_SIGNS};
use crate::domain::RequestId;

/// First in every hash. Another way to derive ids needs another tag, and posts everything again.
const ROW_TAG: &str = "hourbook import row 1";
const OPENING_TAG: &str = "hourbook import opening 1";

/// Ids of rows, as they are read.
#[derive(Debug, Default)]
pub(super) struct RowIds {
    /// How often a row was seen, by the bytes its first occurrence's id is made from.
    seen: HashMap<[u8; 16], u32>,
    /// Reused from row to row.
    bytes: Vec<u8>,
}

impl RowIds {
    /// The id of the next row of the file.
    pub(super) fn of(&mut self, cells: &Cells<'_>) -> RequestId {
        let bytes = &mut self.bytes;
        bytes.clear();
        put(bytes, ROW_TAG.as_bytes());
        for cell in [cells.bank, cells.day, cells.giver, cells.receiver] {
            put(bytes, cell.as_bytes());
        }
        put_hours(bytes, cells.hours);
        put(bytes, cells.activity.as_bytes());
        put(bytes, cells.note.as_bytes());
        let cells_end = bytes.len();
        bytes.extend(0u32.to_le_bytes());
        let first = sixteen(bytes);
        let ordinal = self.seen.entry(first).and_modify(|ordinal| *ordinal += 1).or_insert(0);
        if *ordinal == 0 {
            return RequestId::derived(first);
        }
        bytes.truncate(cells_end);
        bytes.extend(ordinal.to_le_bytes());
        RequestId::derived(sixteen(bytes))
    }
}

/// The id of a request that opens `what` for these names: the same names, the same id.
pub(super) fn opening_id<'n>(what: &str, names: impl Iterator<Item = &'n str>) -> RequestId {
    let mut bytes = Vec::new();
    put(&mut bytes, OPENING_TAG.as_bytes());
    put(&mut bytes, what.as_bytes());
    names.for_each(|name| put(&mut bytes, name.as_bytes()));
    RequestId::derived(sixteen(&bytes))
}

/// With its length in front, so that no two lists of cells give the same bytes.
fn put(bytes: &mut Vec<u8>, cell: &[u8]) {
    // Cells are at most 1 KiB.
    bytes.extend(u32::try_from(cell.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend(cell);
}

/// Writes hours without what makes no difference, straight into the buffer.
fn put_hours(bytes: &mut Vec<u8>, text: &str) {
    let positive = text.strip_prefix(MINUS_SIGNS);
    let digits = positive.unwrap_or(text).trim().trim_start_matches('0');
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let digits = if plain && digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    };
    let mut short = smallvec::SmallVec::<[u8; 40]>::new();
    short.extend(positive.is_some().then_some(b'-'));
    short.extend(digits.bytes().filter(|byte| *byte != b' ').map(|byte| byte.to_ascii_lowercase()));
    put(bytes, &short);
}

fn sixteen(bytes: &[u8]) -> [u8; 16] {
    let hash = digest(&SHA256, bytes);
    hash.as_ref().first_chunk().copied().unwrap_or_default() // SHA-256 gives 32 bytes.
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_hours(&mut bytes, text);
        bytes.split_off(4)
    }

    /// Goal: hours that are written differently and cannot mean different amounts are equal, others not.
    #[test]
    fn hours_are_equal_as_written() {
        for (text, short) in [
            ("1.50", "1.5"),
            ("01.5", "1.5"),
            ("2.00", "2"),
            ("2", "2"),
            ("20", "20"),
            ("200.0", "200"),
            ("-907.00", "-907"),
            ("\u{2212} 907", "-907"),
            ("0.50", ".5"),
            (".5", ".5"),
            ("1 H 30 Min", "1h30min"),
            ("10:00", "10:00"),
        ] {
            assert_eq!(hours(text), short.as_bytes(), "{text}");
        }
    }

    /// Goal: the bytes of an id never change: everything imported before would be posted again.
    /// Method: ids worked out once with another program (Python's hashlib).
    #[test]
    fn ids_stay_what_they_are() {
        let date = crate::import::row::Date { year: 2019, month: 1, day: 24 };
        let cells = Cells {
            bank: "Bank",
            day: "2019-01-24",
            date,
            giver: "Ann",
            receiver: "Joe",
            hours: "1.50",
            seconds: 5_400,
            activity: "gardening",
            note: "".into(),
        };
        let mut ids = RowIds::default();
        let three = [0; 3].map(|_| ids.of(&cells).to_string());
        assert_eq!(three, EXPECTED);
        let names = ["Bank", "Ann"];
        assert_eq!(opening_id("accounts", names.into_iter()).to_string(), EXPECTED_OPENING);
    }

    const EXPECTED: [&str; 3] = [
        "cab1dd81-cec0-862a-9149-2f2277a279f3",
        "876614a8-abce-87b3-a779-91538de2b1dd",
        "61bd02f4-80be-882b-a678-c8e4b7dd5dc1",
    ];
    const EXPECTED_OPENING: &str = "2ea3185d-3d0b-859f-8071-bf1604c3b73d";
}
