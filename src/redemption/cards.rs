//! A card on the counter: whose it is, and whether it is taken.
//!
//! First whose it is, from what the directory knows; then, when nobody waits for that any more, whether the PIN is right,
//! which takes its time ([`super::pins`]). Whoever judges a sale by it asks once more whether it still is that card.

use super::Refusal;
use super::pins::{NotRight, PinOf, Pins};
use crate::directory::Known;
use crate::directory::people::Sealed;
use crate::directory::people::sites::InUse;
use crate::domain::{AccountNumber, Digits, OwnerNumber, Pin, Refusal as Books, Sequence};

/// What was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Proof {
    /// The card alone: enough for small amounts where the bank allows it.
    CardAlone,
    /// The card and its PIN: its holder agrees.
    CardAndPin,
}

/// A card that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardShown {
    /// Whose it is.
    pub owner: OwnerNumber,
    /// Whose hours it is for.
    pub account: AccountNumber,
    /// What was shown.
    pub proof: Proof,
    /// The entry that issued it.
    card: Sequence,
}

impl CardShown {
    /// Whether it is still in use: somebody may have blocked it since.
    #[must_use]
    pub fn is_still(&self, known: &Known) -> bool {
        let card = known.cards.in_use(self.owner, self.account);
        card.is_some_and(|card| card.issued_by == self.card)
    }
}

/// A card that lies on the counter.
#[derive(Debug)]
pub struct Presented {
    number: Digits,
    stands: Result<InHand, Refusal>,
}

#[derive(Debug)]
struct InHand {
    owner: OwnerNumber,
    account: AccountNumber,
    card: Sequence,
    /// Its PIN, with the hash where that can be opened.
    pin: Option<(PinOf, Option<String>)>,
}

impl Presented {
    /// The card of this number, as it is known; `open` opens the hash of a PIN.
    #[must_use]
    pub fn find(known: &Known, number: Digits, open: impl FnOnce(&Sealed) -> Option<String>) -> Self {
        let Some((owner, card)) = known.cards.find(&number) else {
            return Self { number, stands: Err(Refusal::CodeUnknown) };
        };
        let account = card.account;
        let is_open = known.people.account(account).is_some_and(|own| own.in_use() == InUse::Yes);
        let stands = if !is_open {
            Err(Books::AccountClosed(account).into())
        } else if card.blocked_at.is_some() {
            Err(Refusal::CardBlocked)
        } else {
            let pin = card.pin.as_ref();
            let pin = pin.map(|pin| (PinOf { account, set_by: pin.set_by }, open(&pin.hash)));
            Ok(InHand { owner, account, card: card.issued_by, pin })
        };
        Self { number, stands }
    }

    /// Whether it is taken, with what was typed. Blocking where something was.
    ///
    /// # Errors
    /// [`Refusal`], after as much work as if it were taken.
    pub fn shown(self, pins: &Pins, typed: Option<&Pin>) -> Result<CardShown, Refusal> {
        let pretend = || typed.into_iter().for_each(|typed| pins.pretend(&self.number, typed));
        let InHand { owner, account, card, pin } = self.stands.inspect_err(|_| pretend())?;
        let taken = |proof| CardShown { owner, account, proof, card };
        match (typed, pin) {
            (None, Some((of, _))) if pins.is_locked(of) => Err(Refusal::CardLocked),
            (None, _) => Ok(taken(Proof::CardAlone)),
            (Some(typed), Some((of, Some(hash)))) => match pins.check(of, typed, &hash) {
                Ok(()) => Ok(taken(Proof::CardAndPin)),
                Err(NotRight::Wrong { .. }) => Err(Refusal::WrongPin),
                Err(NotRight::Locked) => Err(Refusal::CardLocked),
            },
            (Some(_), None | Some((_, None))) => {
                pretend();
                Err(Refusal::WrongPin)
            }
        }
    }
}
