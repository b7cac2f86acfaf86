//! What the run comes to: a table for README, and the goals.

use std::fmt::Write;

use crate::common::caches::Dropped;
use crate::million::Line;

/// Rows of the table.
const ROWS: usize = 6;
/// Millions at either end that are compared.
const ENDS: usize = 5;

/// How long opening took, seconds.
#[derive(Clone, Copy, Debug)]
pub struct Opening {
    pub clean_s: f64,
    pub killed_s: f64,
    pub dropped: Dropped,
}

/// Some millions, evenly apart, the first and the last among them.
pub fn table(lines: &[Line]) -> String {
    let mut text = String::from(
        "| million | entries/s | ÷ plain file | RSS, MiB | disk, bytes an entry | duplicate of the first, ms | page of an old account, ms | of a young one, ms |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    let rows = ROWS.min(lines.len());
    for row in 0..rows {
        let line = &lines[row * (lines.len() - 1) / (rows - 1).max(1)];
        writeln!(
            text,
            "| {} | {:.0} | {:.2} | {} | {:.0} | {:.2} | {:.2} | {:.2} |",
            line.million,
            line.entries_per_s,
            line.ratio,
            line.resident_bytes >> 20,
            line.disk_bytes_per_entry,
            line.duplicate_ms,
            line.statement_old_ms,
            line.statement_young_ms
        )
        .unwrap();
    }
    text
}

/// The goals of growth, and whether they are met.
pub fn goals(lines: &[Line], opening: Opening) -> String {
    let count = ENDS.min(lines.len() / 2);
    let (first, last) = (&lines[..count], &lines[lines.len() - count..]);
    let end = &lines[lines.len() - 1];
    let grown = end.resident_bytes as f64 - lines[0].resident_bytes as f64;
    let duplicate = lines.iter().map(|line| line.duplicate_ms).fold(0.0, f64::max);
    let mut text = String::from("| goal | value | met |\n|---|---|---|\n");
    let mut row = |goal: &str, value: f64, met: bool| {
        writeln!(text, "| {goal} | {value:.3} | {} |", if met { "yes" } else { "no" }).unwrap();
    };
    let stays = ratio(last) / ratio(first);
    row(&format!("(rate ÷ plain_file), last {count} million ÷ first {count}: ≥ 0.9"), stays, stays >= 0.9);
    let grown = grown / f64::from(1 << 30);
    row("RSS at the end − after the first million: < 1 GiB", grown, grown < 1.0);
    let bytes = end.disk_bytes_per_entry;
    row("disk: ≤ 200 bytes an entry", bytes, bytes <= 200.0);
    row("duplicate of the first entry, the slowest of all millions: ≤ 5 ms", duplicate, duplicate <= 5.0);
    row("open after a clean stop: ≤ 2 s", opening.clean_s, opening.clean_s <= 2.0);
    row("open after kill -9: ≤ 5 s", opening.killed_s, opening.killed_s <= 5.0);
    let (encoded, factor) = (end.encoded_bytes_per_entry, end.store_factor);
    writeln!(text, "\nOf the disk: {encoded:.1} bytes an entry are encoded, the store makes {factor:.2} times that of them.").unwrap();
    writeln!(text, "Opened with the {}.", opening.dropped.words()).unwrap();
    text
}

/// The rate of some millions together, divided by that of the plain file in their turns.
fn ratio(lines: &[Line]) -> f64 {
    let sum = |of: fn(&Line) -> f64| lines.iter().map(of).sum::<f64>();
    sum(|line| line.took.1.as_secs_f64()) / sum(|line| line.took.0.as_secs_f64())
}
