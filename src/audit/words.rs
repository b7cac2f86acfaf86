//! How an auditor reads figures: hours in sentences, a comma between thousands, one thing or many.

use crate::domain::SUM_LIMIT_SECONDS;
pub use crate::domain::hours::grouped;
use crate::domain::hours::{clock, format_hours};

/// What to do about an entry no rule of the ledger could have let through.
pub const FORGED: &str = "Hourbook writes no such entry: keep a copy of the journal, find the newest backup that \
                          verifies, and ask who had access to the journal since";

/// What to do about a part of the store that is not what was written.
pub const DAMAGED: &str =
    "Stop the server and put that volume back from a backup that verifies; the others can stay";

/// What to do where the process shows something else than the journal says.
pub const SERVED: &str = "The journal counts: restart the server, which works everything out from it again. If it is \
                          found again, keep a copy of the journal and report it as a defect";

/// Seconds as hours in a sentence: "1.25 h", "−3 h".
pub fn hours(seconds: impl Into<i128>) -> String {
    let seconds = seconds.into();
    // Only forged figures leave 64 bits; they are still to be named.
    i64::try_from(seconds).map_or_else(|_| format!("{seconds} s"), format_hours)
}

/// A floor or ceiling in a sentence; as far as the books go is none.
pub fn bound(seconds: i128) -> String {
    let widest = u128::from(SUM_LIMIT_SECONDS.unsigned_abs());
    if seconds.unsigned_abs() >= widest { "none".to_owned() } else { hours(seconds) }
}

/// Seconds as hours in a column: "3:20", "−1:30".
pub fn column(seconds: i128) -> String {
    i64::try_from(seconds).map_or_else(|_| format!("{seconds} s"), clock)
}

/// "1 entry", "1,234 entries".
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// How many there are, as a count in a report.
pub fn number_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: commas stand between thousands and nowhere else; one is one.
    /// Method: numbers on both sides of each new comma.
    #[test]
    fn thousands_are_separated() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (999_999, "999,999"),
            (1_000_000, "1,000,000"),
        ];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(
            (counted(1, "entry", "entries"), counted(2, "entry", "entries")),
            ("1 entry".into(), "2 entries".into())
        );
        assert_eq!((hours(5_400), hours(i128::MAX)), ("1.5 h".into(), format!("{} s", i128::MAX)));
    }
}
