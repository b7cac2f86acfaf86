//! The header: which column stands where.
//!
//! Every column is there once, in any order. Capitals and spaces around a name change nothing. A column
//! nobody knows is refused by name: what it holds would be lost without a word.

use csv::ByteRecord;

/// A header this long or longer names no columns of ours.
const HEADER_CELLS_MAX: usize = 64;
/// Of a name that nobody knows, this many characters are repeated to the reader.
const SHOWN_CHARACTERS_MAX: usize = 40;

/// A column of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The time bank's name.
    Bank,
    /// The day of help: 2026-05-13.
    Day,
    /// Who gave help.
    Giver,
    /// Who received it.
    Receiver,
    /// For how long; negative for a correction.
    Hours,
    /// What it was for; may be empty.
    Activity,
    /// Words about it; may be empty.
    Note,
}

impl Column {
    /// All of them, in the order in which they are usually written.
    pub const ALL: [Self; 7] =
        [Self::Bank, Self::Day, Self::Giver, Self::Receiver, Self::Hours, Self::Activity, Self::Note];

    /// As the header has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Day => "day",
            Self::Giver => "giver",
            Self::Receiver => "receiver",
            Self::Hours => "hours",
            Self::Activity => "activity",
            Self::Note => "note",
        }
    }
}

/// Why a first line is no header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Nothing in the file.
    #[error(
        "the file is empty; its first line names the columns: bank,day,giver,receiver,hours,activity,note"
    )]
    Empty,
    /// Bytes of another encoding.
    #[error("the first line is not UTF-8 text; save the file as CSV in UTF-8")]
    NotText,
    /// Columns that mean nothing here.
    #[error(
        "the columns {} are not known; the columns are bank, day, giver, receiver, hours, activity and \
         note, with commas between them",
        .0.join(", ")
    )]
    Unknown(Vec<String>),
    /// Columns that are not there.
    #[error("the columns {} are missing from the first line", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// Columns that are there more than once.
    #[error("the columns {} stand in the first line more than once", .0.join(", "))]
    Repeated(Vec<&'static str>),
}

/// Where each column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    places: [usize; Column::ALL.len()],
}

impl Columns {
    /// Reads the header.
    pub(super) fn read(header: &ByteRecord) -> Result<Self, HeaderError> {
        let mut found: [Vec<usize>; Column::ALL.len()] = Default::default();
        let mut unknown = Vec::new();
        for (place, cell) in header.iter().take(HEADER_CELLS_MAX).enumerate() {
            let name = std::str::from_utf8(cell).map_err(|_| HeaderError::NotText)?;
            let name = name.trim().to_lowercase();
            match Column::ALL.iter().zip(&mut found).find(|(column, _)| column.name() == name) {
                Some((_, places)) => places.push(place),
                None => unknown.push(shown(&name)),
            }
        }
        let those = |unfit: fn(usize) -> bool| -> Vec<_> {
            let unfit = Column::ALL.iter().zip(&found).filter(|(_, places)| unfit(places.len()));
            unfit.map(|(column, _)| column.name()).collect()
        };
        let (missing, repeated) = (those(|times| times == 0), those(|times| times > 1));
        if !unknown.is_empty() {
            return Err(HeaderError::Unknown(unknown));
        }
        if !repeated.is_empty() {
            return Err(HeaderError::Repeated(repeated));
        }
        if !missing.is_empty() {
            return Err(HeaderError::Missing(missing));
        }
        let mut places = [0; Column::ALL.len()];
        for (place, found) in places.iter_mut().zip(&found) {
            *place = found.first().copied().unwrap_or_default(); // Each was found once.
        }
        Ok(Self { places })
    }

    /// The cell of `column`; empty if the row is too short, which is told before.
    pub(super) fn cell<'r>(&self, record: &'r ByteRecord, column: Column) -> &'r [u8] {
        let places = Column::ALL.iter().zip(&self.places);
        let place = places.filter(|(one, _)| **one == column).map(|(_, place)| *place).next();
        place.and_then(|place| record.get(place)).unwrap_or_default()
    }
}

/// A name from the file as it may be printed: short, and without what moves a cursor.
pub(super) fn shown(name: &str) -> String {
    let cut = name.chars().take(SHOWN_CHARACTERS_MAX);
    let plain: String = cut.map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
    let more = if name.chars().nth(SHOWN_CHARACTERS_MAX).is_some() { "…" } else { "" };
    format!("\"{plain}{more}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Columns, HeaderError> {
        Columns::read(&header.split(',').collect::<Vec<_>>().into())
    }

    /// Goal: any order is taken; what is unknown, missing or there twice is named.
    #[test]
    fn any_order_and_no_other_columns() {
        let columns = read("note, Hours ,activity,receiver,giver,day,BANK").unwrap();
        let row = ByteRecord::from(vec!["n", "h", "a", "r", "g", "d", "b"]);
        let cells = Column::ALL.map(|column| columns.cell(&row, column));
        assert_eq!(cells, [b"b", b"d", b"g", b"r", b"h", b"a", b"n"]);
        assert_eq!(
            read("bank,day,giver,receiver,hours,activity,note,price,\u{1b}[2J"),
            Err(HeaderError::Unknown(vec!["\"price\"".into(), "\"\u{fffd}[2j\"".into()]))
        );
        assert_eq!(
            read("bank,day,giver,hours,note"),
            Err(HeaderError::Missing(vec!["receiver", "activity"]))
        );
        assert_eq!(
            read("bank,day,giver,receiver,hours,activity,note,Day"),
            Err(HeaderError::Repeated(vec!["day"]))
        );
        assert!(matches!(read("bank;day;giver;receiver;hours;activity;note"), Err(HeaderError::Unknown(_))));
        let other = ByteRecord::from(vec![&b"\xff\xfeb"[..]]);
        assert_eq!(Columns::read(&other), Err(HeaderError::NotText));
    }
}
