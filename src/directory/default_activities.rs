//! The list of activities a bank begins with, unless it writes its own.
//!
//! What people give each other in time banks, in two levels. Names are words in the middle of a sentence ("gave
//! 1 h 30 min to Bea, mowing"), so they begin small; each stands in the list once. A bank adds to it and keeps it
//! for ever, so a name here may be followed by others but is never changed for another meaning.

/// Each activity with those under it.
pub const DEFAULT_ACTIVITIES: &[(&str, &[&str])] = &[
    (
        "gardening",
        &["digging and weeding", "mowing", "hedges and pruning", "planting and watering", "allotment help"],
    ),
    (
        "transport",
        &["driving to an appointment", "driving to a group", "fetching by car", "moving furniture"],
    ),
    ("befriending", &["home visit", "phone call for company", "going out together", "letters and cards"]),
    ("walking group", &["leading a walk", "walking at the back", "trying out a route"]),
    ("mystery shopping", &["visiting as a customer", "ringing as a customer", "writing up a visit"]),
    ("cooking and meals", &["cooking for somebody", "cooking together", "baking", "community meal"]),
    (
        "shopping and errands",
        &["shopping for somebody", "shopping together", "collecting a prescription", "post and parcels"],
    ),
    (
        "home repairs",
        &["small repairs", "fences and gates", "shelves and flat packs", "draught proofing", "dripping taps"],
    ),
    ("decorating", &["painting", "wallpapering", "filling and sanding"]),
    ("cleaning and tidying", &["housework", "window cleaning", "clearing out", "washing and ironing"]),
    (
        "sewing and mending",
        &["sewing", "taking up and letting out", "mending clothes", "knitting and crochet"],
    ),
    (
        "computers and phones",
        &["computer help", "phone and tablet help", "video calls", "staying safe online", "printing"],
    ),
    (
        "forms and letters",
        &["form filling", "reading letters aloud", "writing a letter", "ringing an office"],
    ),
    ("languages", &["language practice", "translating", "interpreting"]),
    (
        "learning and teaching",
        &["help with homework", "help with reading", "help with numbers", "teaching a skill"],
    ),
    ("work and business", &["job search", "practice interview", "help with accounts", "help with a plan"]),
    ("music and performing", &["music lesson", "singing together", "playing at an event", "drama"]),
    ("arts and crafts", &["drawing", "craft table", "pottery", "woodwork", "photography"]),
    ("animals", &["dog walking", "feeding pets", "looking after a pet", "trip to the vet"]),
    ("families", &["playgroup", "help after a birth", "family outing", "toy library"]),
    ("caring", &["sitting with somebody", "a break for a carer", "help after hospital"]),
    ("wellbeing", &["gentle exercise", "relaxation", "hair and nails", "listening ear"]),
    ("sport and games", &["board games", "table tennis", "cycling together", "coaching"]),
    ("community events", &["setting up", "serving tea", "welcoming people", "clearing away"]),
    ("publicity", &["leaflets", "posters", "newsletter", "website"]),
    ("time bank office", &["answering the phone", "entering slips", "filing", "welcoming a new member"]),
    ("meetings and panels", &["steering group", "sitting on a panel", "taking minutes", "giving an opinion"]),
    ("halls and rooms", &["use of a room", "opening and locking up", "looking after a hall"]),
    ("nature and streets", &["litter picking", "tree planting", "community garden", "recycling"]),
    ("lending", &["lending tools", "lending equipment", "book swap"]),
    ("other help", &["one-off favour", "advice", "house sitting"]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::directory::activities::NAME_BYTES_MAX;
    use crate::domain::note::NOTE_BYTES_MAX;

    /// Goal: the list is one that a bank may have, in one note, and has what the handbooks name first.
    /// Method: names counted and measured; a name twice would lose its second place.
    #[test]
    fn the_list_fits_a_bank() {
        let names = DEFAULT_ACTIVITIES
            .iter()
            .flat_map(|(parent, children)| std::iter::once(parent).chain(children.iter()));
        let names: Vec<&str> = names.copied().collect();
        let distinct: BTreeSet<_> = names.iter().map(|name| name.to_lowercase()).collect();
        assert_eq!(distinct.len(), names.len(), "a name twice");
        for name in &names {
            assert!((1..=NAME_BYTES_MAX).contains(&name.len()), "{name}");
            assert!(name.trim() == *name && !name.contains(char::is_control), "{name:?}");
        }
        assert!((28..=32).contains(&DEFAULT_ACTIVITIES.len()));
        assert!(DEFAULT_ACTIVITIES.iter().all(|(_, children)| (3..=5).contains(&children.len())));
        let bytes: usize = names.iter().map(|name| name.len() + 2).sum();
        assert!(bytes <= NOTE_BYTES_MAX, "{bytes} bytes");
        for parent in ["gardening", "transport", "befriending", "walking group", "mystery shopping"] {
            assert!(DEFAULT_ACTIVITIES.iter().any(|(name, _)| *name == parent), "{parent}");
        }
    }
}
