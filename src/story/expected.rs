//! The figures the story must come to. A changed figure here is a changed story.

use super::StoryError;
use super::stage::Stage;
use crate::domain::hours::clock;

/// Every balance after a chapter, in seconds, of everybody who has an account by then.
pub struct Figures {
    name: &'static str,
    /// What is set aside, by account; nothing on others.
    held_seconds: &'static [(&'static str, i64)],
    balances_seconds: &'static [(&'static str, i64)],
}

/// After step 9. Nothing is held.
pub const AFTER_CHAPTER_ONE: Figures = Figures {
    name: "chapter 1",
    held_seconds: &[],
    balances_seconds: &[
        ("A created", -288_000),
        ("A pot", 194_400),
        ("A clearing Q", 0),
        ("Amina", 14_400),
        ("Bernard", 6_300),
        ("Cora", 6_300),
        ("Dev", 12_600),
        ("Esme", 6_300),
        ("Farid", 6_300),
        ("Greta", 6_300),
        ("Hanif", 1_800),
        ("Imelda", 7_200),
        ("Ivy", 1_800),
        ("Jonah", 6_300),
        ("Kit", 6_300),
        ("Leonie", 12_600),
        ("Lantern Hall", -5_400),
        ("Wayside Network", 0),
        ("Saucer & Spoon", 0),
        ("Green Barrow", 0),
        ("Ladle Street Baths", 4_500),
        ("Q created", -72_000),
        ("Q pot", 57_600),
        ("Q clearing A", 0),
        ("Maud", 7_200),
        ("Niall", 7_200),
    ],
};

/// After step 25. Nothing is held.
pub const AFTER_CHAPTER_TWO: Figures = Figures {
    name: "chapter 2",
    held_seconds: &[],
    balances_seconds: &[
        ("A created", -288_000),
        ("A pot", 181_800),
        ("A clearing Q", 2_700),
        ("Amina", 16_200),
        ("Bernard", 9_000),
        ("Cora", 8_100),
        ("Dev", 30_600),
        ("Esme", 3_600),
        ("Farid", 9_000),
        ("Greta", 0),
        ("Hanif", 9_900),
        ("Imelda", 10_800),
        ("Ivy", -10_800),
        ("Jonah", 20_700),
        ("Kit", 0),
        ("Leonie", 12_600),
        ("Lantern Hall", -20_700),
        ("Wayside Network", 0),
        ("Saucer & Spoon", 0),
        ("Green Barrow", 0),
        ("Ladle Street Baths", 4_500),
        ("Q created", -72_000),
        ("Q pot", 57_600),
        ("Q clearing A", -2_700),
        ("Maud", 0),
        ("Niall", 10_800),
        ("Kit (Quillmere)", 6_300),
    ],
};

/// After step 35. What is left on the visitor's voucher is held.
pub const AFTER_CHAPTER_THREE: Figures = Figures {
    name: "chapter 3",
    held_seconds: &[("A pot", 1_800)],
    balances_seconds: &[
        ("A created", -288_000),
        ("A pot", 176_400),
        ("A clearing Q", 2_700),
        ("Amina", 12_600),
        ("Bernard", 5_400),
        ("Cora", 4_500),
        ("Dev", 27_000),
        ("Esme", 0),
        ("Farid", 5_400),
        ("Greta", 0),
        ("Hanif", 6_300),
        ("Imelda", 7_200),
        ("Ivy", -10_800),
        ("Jonah", 20_700),
        ("Kit", 0),
        ("Leonie", 5_400),
        ("Lantern Hall", -20_700),
        ("Wayside Network", 0),
        ("Saucer & Spoon", 32_400),
        ("Green Barrow", 3_600),
        ("Ladle Street Baths", 9_900),
        ("Q created", -72_000),
        ("Q pot", 57_600),
        ("Q clearing A", -2_700),
        ("Maud", 0),
        ("Niall", 10_800),
        ("Kit (Quillmere)", 6_300),
    ],
};

/// Compares every balance with what it must be, and says so.
pub fn compare(stage: &mut Stage<'_>, expected: &Figures) -> Result<(), StoryError> {
    for (name, seconds) in expected.balances_seconds {
        let balance = stage.balance(name)?.balance.unwrap_or_default();
        let (posted, held) = (balance.posted_seconds, balance.held_seconds);
        let set_aside =
            expected.held_seconds.iter().find(|(holder, _)| holder == name).map_or(0, |held| held.1);
        if posted != *seconds || held != Some(set_aside) {
            let held = held.map_or_else(|| "an unknown amount".to_owned(), clock);
            let (has, aside) = (clock(*seconds), clock(set_aside));
            return Err(stage.otherwise(
                format!("{name} has {has} after {}, with {aside} set aside", expected.name),
                format!("{} with {held} set aside", clock(posted)),
            ));
        }
    }
    let count = expected.balances_seconds.len();
    stage.show(&format!("All {count} balances after {} are what the story says.", expected.name))
}
