//! Books of a small network, made up: the same seed, the same file.

use std::fmt::Write;

use super::HEADER;
use crate::model::random::Random;

pub const BANKS: [&str; 3] = ["Leith", "Fife", "Zürich-West"];
pub const MEMBERS: usize = 60;
const DAYS: usize = 28 * 12;
const HELP: [&str; 6] = ["gardening", "transport", "cooking", "company", "repairs", "\"lessons, by ear\""];

/// A file of `count` rows, in no order of days: some equal another, some are corrections, some have notes.
pub fn rows(count: usize, seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut rows: Vec<String> = Vec::with_capacity(count);
    while rows.len() < count {
        let row = match random.of(&rows) {
            Some(earlier) if random.percent(3) => earlier.clone(),
            _ => row(&mut random, rows.len()),
        };
        rows.push(row);
    }
    format!("{HEADER}{}", rows.concat())
}

fn row(random: &mut Random, place: usize) -> String {
    // Every member gives in the first rows, so that the accounts of a file do not hang on luck.
    let giver = place / BANKS.len() % MEMBERS;
    let giver = if place < BANKS.len() * MEMBERS { giver } else { random.below(MEMBERS) };
    let receiver = (giver + 1 + random.below(MEMBERS - 1)) % MEMBERS;
    let day = random.below(DAYS);
    let minus = if random.percent(2) { "-" } else { "" };
    let quarters = random.between(1, 40);
    let help = if random.percent(10) { "" } else { HELP[random.below(HELP.len())] };
    let mut row = format!(
        "{},2019-{:02}-{:02},member {giver},member {receiver},{minus}{}.{:02},{help},",
        BANKS[place % BANKS.len()],
        day / 28 + 1,
        day % 28 + 1,
        quarters / 4,
        quarters % 4 * 25
    );
    if random.percent(5) {
        write!(row, "slip {}", random.below(1_000)).unwrap();
    }
    row + "\n"
}
