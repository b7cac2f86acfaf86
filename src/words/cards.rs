//! Cards and their PINs: why something about one is not done now, and what to do next.
//!
//! Nobody is named here but by number, and no card.

/// The account has a card in use.
#[must_use]
pub fn there_is_one() -> String {
    "Not done: there is a card for this account, and it is in use. Nothing was made. If it is lost, put another one in \
     its place: the old one is blocked with that."
        .to_owned()
}

/// The account has no card in use.
#[must_use]
pub fn there_is_none() -> String {
    "Not done: there is no card in use for this account. Nothing was changed. Issue one first, at the desk."
        .to_owned()
}

/// As many cards as somebody can have.
#[must_use]
pub fn too_many(most: usize) -> String {
    format!(
        "Not done: somebody has at most {most} cards, those that are blocked too, and these are as many. Nothing was made. \
         Print codes from now on."
    )
}

/// A member changes a PIN that there is not.
#[must_use]
pub fn first_at_the_desk() -> String {
    "Not done: the card has no PIN yet. Nothing was changed. The first one is set at the desk: please talk to your time \
     broker."
        .to_owned()
}

/// It is not the PIN of the card.
#[must_use]
pub fn wrong_pin(left: u8) -> String {
    let tries = match left {
        0 => "That was the last try: now the card is not taken".to_owned(),
        1 => "One more try is left".to_owned(),
        more => format!("{more} more tries are left"),
    };
    format!(
        "Not done: that is not the PIN of the card. Nothing was changed. {tries}. A new PIN is set at the desk: please talk \
         to your time broker."
    )
}

/// Somebody else changed the card at the same moment.
#[must_use]
pub fn changed_meanwhile() -> String {
    "Not done: the card, or its PIN, is another one since a moment ago. Nothing was changed. Look at the card and ask again."
        .to_owned()
}

/// Too many wrong ones were typed.
#[must_use]
pub fn locked() -> String {
    "Not done: a wrong PIN was typed too often, so the card is not taken. Nothing was changed. A new PIN is set at the \
     desk: please talk to your time broker."
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::fit_for_people;

    /// Goal: what is said of cards is for people and says what to do next. Method: each sentence, with each number of tries.
    #[test]
    fn cards_are_spoken_of() {
        for sentence in [
            there_is_one(),
            there_is_none(),
            too_many(200),
            first_at_the_desk(),
            locked(),
            changed_meanwhile(),
        ] {
            fit_for_people(&sentence);
        }
        for left in 0..=4 {
            fit_for_people(&wrong_pin(left));
        }
        assert!(
            wrong_pin(2).contains("2 more tries are left") && wrong_pin(1).contains("One more try is left")
        );
    }
}
