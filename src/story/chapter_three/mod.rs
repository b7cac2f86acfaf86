//! Chapter 3, steps 26 to 35: the till. Shops and their tills show keys of their own, and members those on their phones.

mod afterwards;
mod card;
mod counter;
mod lunch;
mod offers;
pub mod receipts;
mod software;

use super::stage::{Stage, utc};
use super::{StoryError, keys};

/// Whose word the bank's is, in this chapter.
const BROKER: &str = "Tobias";

pub fn play(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(26, utc(2026, 6, 25, 8, 0));
    // Those who had no reason to call before.
    keys::to_members(stage, &["Cora", "Farid", "Jonah", "Leonie"])?;
    for shop in [counter::CAFE, counter::GREENGROCER, counter::BATHS] {
        counter::open(stage, &shop)?;
    }
    offers::play(stage)?;
    let mut cafes = software::connect(stage, &counter::CAFE)?;
    lunch::play(stage, &mut cafes)?;
    lunch::told(stage, &mut cafes)?;
    afterwards::play(stage, &mut cafes)
}
