//! What was said of cards, folded one entry after the other.
//!
//! The same entries always give the same; what does not follow is an error that names its entry.

use std::collections::BTreeMap;

use super::index::NumberIndex;
use super::note::Said;
use super::words::open_number;
use crate::directory::people::Sealed;
use crate::directory::reading::BadBytes;
use crate::domain::{AccountNumber, Digits, Entry, Note, OwnerNumber, Sequence, Timestamp, Topic};
use crate::seal::{Keyring, Place};

/// Somebody has at most this many cards, blocked ones too.
pub const CARDS_MAX: usize = 200;

/// An entry that cannot be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCard {
    /// Its bytes.
    #[error("entry {0} about a card cannot be read: {1}")]
    Bytes(Sequence, BadBytes),
    /// What it says does not follow from what was said before.
    #[error("entry {0} about a card does not follow from those before it: {1}")]
    Order(Sequence, &'static str),
}

/// The PIN of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetPin {
    /// Its hash.
    pub hash: Sealed,
    /// The entry that set it: what wrong ones are counted for.
    pub set_by: Sequence,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Whose hours it is for.
    pub account: AccountNumber,
    /// What stands on it.
    pub number: Sealed,
    /// The entry that issued it.
    pub issued_by: Sequence,
    /// When.
    pub issued_at: Timestamp,
    /// When it was blocked, or another came in its place.
    pub blocked_at: Option<Timestamp>,
    /// Its PIN, once it has one.
    pub pin: Option<SetPin>,
}

/// What is known of all.
#[derive(Debug, Default)]
pub struct Cards {
    /// In the order in which they were issued.
    of_owner: BTreeMap<OwnerNumber, Vec<Card>>,
    index: NumberIndex,
}

impl Cards {
    /// Takes in a note about a card or an erasure; those of other topics change nothing.
    ///
    /// # Errors
    /// [`BadCard`]; then nothing is changed.
    pub fn apply(&mut self, entry: &Entry, note: &Note) -> Result<(), BadCard> {
        let sequence = entry.sequence;
        let owner = u32::try_from(note.subject).map(OwnerNumber::new);
        if note.topic == Topic::ERASURE {
            if let Ok(owner) = owner {
                self.of_owner.remove(&owner);
            }
            return Ok(());
        }
        if note.topic != Topic::CARD {
            return Ok(());
        }
        let said = Said::decode(&note.body).map_err(|bad| BadCard::Bytes(sequence, bad))?;
        let out_of_order = |why| BadCard::Order(sequence, why);
        let owner = owner.map_err(|_| out_of_order("it is nobody's"))?;
        let key = entry.command.key.ok_or_else(|| out_of_order("nothing asked for it"))?;
        let sealed = |bytes| Sealed { bytes, key, place: Place::Note };
        let at = entry.recorded_at;
        let issued = |account, number| Card {
            account,
            number: sealed(number),
            issued_by: sequence,
            issued_at: at,
            blocked_at: None,
            pin: None,
        };
        let account = said.account();
        match said {
            Said::Issued(_, number) => {
                if self.in_use(owner, account).is_some() {
                    return Err(out_of_order("the account has a card in use"));
                }
                if !self.has_room(owner) {
                    return Err(out_of_order("there are as many cards as can be"));
                }
                self.of_owner.entry(owner).or_default().push(issued(account, number));
            }
            Said::Replaced(_, number) => {
                if !self.has_room(owner) {
                    return Err(out_of_order("there are as many cards as can be"));
                }
                let before = self.in_use_mut(owner, account).ok_or_else(|| out_of_order(NO_CARD))?;
                before.blocked_at = Some(at);
                self.of_owner.entry(owner).or_default().push(issued(account, number));
            }
            Said::PinSet(_, hash) => {
                let card = self.in_use_mut(owner, account).ok_or_else(|| out_of_order(NO_CARD))?;
                card.pin = Some(SetPin { hash: sealed(hash), set_by: sequence });
            }
            Said::Blocked(_) => {
                let card = self.in_use_mut(owner, account).ok_or_else(|| out_of_order(NO_CARD))?;
                card.blocked_at = Some(at);
            }
        }
        Ok(())
    }

    /// The newest card of an account, blocked or not.
    #[must_use]
    pub fn newest(&self, owner: OwnerNumber, account: AccountNumber) -> Option<&Card> {
        self.of_owner.get(&owner)?.iter().rev().find(|card| card.account == account)
    }

    /// The card of an account that is in use.
    #[must_use]
    pub fn in_use(&self, owner: OwnerNumber, account: AccountNumber) -> Option<&Card> {
        self.newest(owner, account).filter(|card| card.blocked_at.is_none())
    }

    /// The card of this number, whether or not it is in use, and whose it is.
    #[must_use]
    pub fn find(&self, number: &Digits) -> Option<(OwnerNumber, &Card)> {
        let (owner, place) = self.index.get(number)?;
        self.of_owner.get(&owner)?.get(place).map(|card| (owner, card))
    }

    /// Whether somebody may have another one.
    #[must_use]
    pub fn has_room(&self, owner: OwnerNumber) -> bool {
        self.of_owner.get(&owner).is_none_or(|cards| cards.len() < CARDS_MAX)
    }

    /// Finds the cards of somebody by their numbers, as far as these can be opened; of whoever is forgotten none.
    pub fn index(&mut self, owner: OwnerNumber, keyring: &Keyring) {
        let cards = self.of_owner.get(&owner).map_or(&[][..], Vec::as_slice);
        let number = |card: &Card| open_number(keyring, &card.number).ok();
        let numbers = cards.iter().enumerate().filter_map(|(place, card)| Some((place, number(card)?)));
        self.index.set(owner, numbers);
    }

    fn in_use_mut(&mut self, owner: OwnerNumber, account: AccountNumber) -> Option<&mut Card> {
        let newest = self.of_owner.get_mut(&owner)?.iter_mut().rev().find(|card| card.account == account)?;
        Some(newest).filter(|card| card.blocked_at.is_none())
    }
}

const NO_CARD: &str = "the account has no card in use";

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;

    use super::super::seal_number;
    use super::*;
    use crate::domain::{Action, Command, Outcome, RequestId, RequestKey, Scope};

    const ANN: OwnerNumber = OwnerNumber::new(7);

    fn account(slot: u32) -> AccountNumber {
        AccountNumber::from_slot(slot).unwrap()
    }

    fn key(number: u64) -> RequestKey {
        let mut bytes = [0; 16];
        bytes[8..].copy_from_slice(&number.to_le_bytes());
        RequestKey { scope: Scope::OPERATOR, id: RequestId::derived(bytes) }
    }

    fn entry(number: u64, topic: Topic, body: Box<[u8]>) -> Entry {
        let note = Note { topic, subject: u64::from(ANN.get()), body };
        Entry {
            sequence: Sequence::new(number),
            recorded_at: Timestamp::from_micros(i64::try_from(number).unwrap()),
            command: Command::new(key(number), OwnerNumber::new(3), Action::Note(note)),
            outcome: Outcome::default(),
        }
    }

    fn apply(cards: &mut Cards, number: u64, said: &Said) -> Result<(), BadCard> {
        let entry = entry(number, Topic::CARD, said.encode());
        let Action::Note(note) = &entry.command.action else { panic!() };
        cards.apply(&entry, note)
    }

    fn sealed() -> Box<[u8]> {
        Box::from(&b"sealed"[..])
    }

    /// Goal: an account has one card in use at most; a card in place of another has no PIN and the other is blocked; what
    /// does not follow changes nothing. Method: notes about two accounts one after the other, each with whether it follows.
    #[test]
    fn cards_one_after_the_other() {
        let mut cards = Cards::default();
        let (one, other) = (account(1), account(2));
        for (number, (said, follows)) in (1..).zip([
            (Said::PinSet(one, sealed()), false),
            (Said::Blocked(one), false),
            (Said::Replaced(one, sealed()), false),
            (Said::Issued(one, sealed()), true),
            (Said::Issued(one, sealed()), false),
            (Said::PinSet(one, sealed()), true),
            (Said::PinSet(other, sealed()), false),
            (Said::Issued(other, sealed()), true),
            (Said::Replaced(one, sealed()), true),
            (Said::PinSet(one, sealed()), true),
            (Said::PinSet(one, sealed()), true),
            (Said::Blocked(one), true),
            (Said::PinSet(one, sealed()), false),
            (Said::Blocked(one), false),
            (Said::Issued(one, sealed()), true),
        ]) {
            let before = cards.of_owner.clone();
            let applied = apply(&mut cards, number, &said);
            assert_eq!(applied.is_ok(), follows, "{said:?}: {applied:?}");
            assert!(follows || cards.of_owner == before, "{said:?}");
        }
        let at = |micros| Some(Timestamp::from_micros(micros));
        let pin = |card: &Card| card.pin.as_ref().map(|pin| pin.set_by.get());
        let all: Vec<_> = cards.of_owner[&ANN]
            .iter()
            .map(|card| (card.account, card.issued_by.get(), card.blocked_at, pin(card)))
            .collect();
        let expected = [
            (one, 4, at(9), Some(6)),
            (other, 8, None, None),
            (one, 9, at(12), Some(11)),
            (one, 15, None, None),
        ];
        assert_eq!(all, expected);
        assert_eq!(cards.in_use(ANN, one).map(|card| card.issued_by.get()), Some(15));
        assert_eq!(cards.in_use(OwnerNumber::new(8), one), None);
    }

    /// Goal: there are no more cards than may be. Method: one too many, issued and in place of another.
    #[test]
    fn no_more_than_may_be() {
        let mut cards = Cards::default();
        apply(&mut cards, 1, &Said::Issued(account(1), sealed())).unwrap();
        for number in 2..=200 {
            assert!(cards.has_room(ANN));
            apply(&mut cards, number, &Said::Replaced(account(1), sealed())).unwrap();
        }
        assert!(!cards.has_room(ANN));
        assert!(apply(&mut cards, 201, &Said::Replaced(account(1), sealed())).is_err());
        assert!(cards.in_use(ANN, account(1)).is_some());
        assert!(apply(&mut cards, 201, &Said::Issued(account(2), sealed())).is_err());
    }

    /// Goal: a card is found by its number, blocked or not, and by no other; of somebody forgotten nothing is left.
    /// Method: two cards in turn, with a keyring; then an erasure, without the key and with it.
    #[test]
    fn found_by_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(&folder.path().join("keyring")).unwrap();
        keyring.ensure([ANN], &SystemRandom::new()).unwrap();
        let digits = |first| Digits::from_random([first, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]).unwrap();
        let number = |request, digits: &Digits| {
            seal_number(&keyring, ANN, &key(request), digits).unwrap().into_bytes().into_boxed_slice()
        };
        let mut cards = Cards::default();
        let (first, second) = (digits(1), digits(2));
        apply(&mut cards, 1, &Said::Issued(account(1), number(1, &first))).unwrap();
        apply(&mut cards, 2, &Said::Replaced(account(1), number(2, &second))).unwrap();
        assert_eq!(cards.find(&first), None, "not yet");
        cards.index(ANN, &keyring);
        let found = |digits| cards.find(&digits).map(|(owner, card)| (owner, card.issued_by.get()));
        assert_eq!([first, second, digits(3)].map(found), [Some((ANN, 1)), Some((ANN, 2)), None]);
        assert_eq!(format!("{:?}", cards.index), "NumberIndex(2 cards)", "and no number");
        let erased = entry(3, Topic::ERASURE, Box::default());
        let Action::Note(note) = &erased.command.action else { panic!() };
        cards.apply(&erased, note).unwrap();
        assert_eq!(cards.find(&second), None);
        cards.index(ANN, &keyring);
        assert!(cards.index.get(&second).is_none() && cards.of_owner.is_empty());
    }
}
