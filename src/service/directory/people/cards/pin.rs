//! The PIN of a card: set at the desk, changed by the member.
//!
//! - Hashing takes its time, so it is done before the directory is kept as it is for the write; that the card and its PIN
//!   are still those that were looked at is judged again then.
//! - A request id that was used is answered as then, and the PIN is not compared: whoever has the id could try them all.

use aws_lc_rs::rand::SystemRandom;

use super::{card_in_use, note_of, of_account, said_in};
use crate::access::{Allowed, Capacity, Role};
use crate::api::*;
use crate::directory::Known;
use crate::directory::cards::{self, Said};
use crate::domain::{AccountNumber, Digits, OwnerNumber, Pin, Reason, Sequence};
use crate::redemption::pins::{NotRight, PinOf};
use crate::seal::OpenError;
use crate::service::asked::Id;
use crate::service::fields;
use crate::service::installation::{Installation, nobody_forgotten};
use crate::service::not_done::NotDone;
use crate::words::cards as words;

/// A card as it was looked at.
struct LookedAt {
    card: Sequence,
    number: Digits,
    /// Its PIN and the hash.
    pin: Option<(PinOf, String)>,
}

/// What is written down.
enum New {
    /// What this id said before, if it was a PIN.
    AsBefore(Box<[u8]>),
    /// This hash, for the card that was looked at.
    Hash(String, LookedAt),
}

/// Who sets it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Setter {
    Desk,
    Member,
}

impl Installation {
    pub(in crate::service::directory) fn set_pin(
        &self,
        allowed: &Allowed,
        request: SetPinRequest,
    ) -> Result<SetPinResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let account = fields::account("account_number", request.account_number)?;
        let pin = read("pin", &request.pin)?;
        let is_member = allowed.caller().capacity == Capacity::Role(Role::Member);
        let setter = if is_member { Setter::Member } else { Setter::Desk };
        let old = match request.old_pin.as_str() {
            "" if is_member => return Err(NotDone::bad("old_pin", "the PIN there is, 4 to 8 digits")),
            "" => None,
            old => Some(read("old_pin", old)?),
        };
        let of = (self.card_holder(allowed, account)?, account);
        let before = self.network.ledger.find(id.key).map_err(|error| self.not_done(error))?;
        let new = match before.as_ref().map(said_in) {
            Some(Some(Said::PinSet(_, hash))) => New::AsBefore(hash),
            Some(_) => New::AsBefore(Box::default()),
            None => self.judged_pin((allowed, setter), of, &pin, old.as_ref())?,
        };
        let receipt = self.tell(allowed, id, |telling| {
            let (hash, looked_at) = match new {
                New::AsBefore(sealed) => return Ok(note_of(of.0, &Said::PinSet(account, sealed))),
                New::Hash(hash, looked_at) => (hash, looked_at),
            };
            telling.judged(|known| {
                self.may_set(allowed, setter, known, of)?;
                let card = card_in_use(known, of)?;
                let set_by = |pin: &(PinOf, String)| pin.0.set_by;
                let is_same = card.issued_by == looked_at.card
                    && card.pin.as_ref().map(|pin| pin.set_by) == looked_at.pin.as_ref().map(set_by);
                if is_same {
                    return Ok(());
                }
                Err(NotDone::by_rule(Reason::PinWrong, words::changed_meanwhile(), &of_account(account)))
            })?;
            let sealed = cards::seal_hash(&self.network.keyring, of.0, &id.key, &hash);
            let sealed = sealed.map_err(|error| self.not_sealed(&error))?;
            Ok(note_of(of.0, &Said::PinSet(account, sealed.into_bytes().into_boxed_slice())))
        })?;
        Ok(SetPinResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    /// All that can be judged before it is written, and the hash.
    fn judged_pin(
        &self,
        (allowed, setter): (&Allowed, Setter),
        of: (OwnerNumber, AccountNumber),
        pin: &Pin,
        old: Option<&Pin>,
    ) -> Result<New, NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        self.may_set(allowed, setter, &known, of)?;
        let looked_at = self.look_at(&known, of)?;
        drop(known); // Others wait for no hash.
        pin.check(&looked_at.number).map_err(|error| NotDone::bad("pin", error.to_string()))?;
        if let Some(old) = old {
            let first =
                || NotDone::by_rule(Reason::CardNotFound, words::first_at_the_desk(), &of_account(of.1));
            let (pin_of, hash) = looked_at.pin.as_ref().ok_or_else(first)?;
            self.tills.pins.check(*pin_of, old, hash).map_err(|not| not_right(not, of.1))?;
        }
        let hash = self.tills.pins.hash(of.1, pin, &SystemRandom::new());
        let hash = hash.map_err(|error| NotDone::Unreadable(error.to_string()))?;
        Ok(New::Hash(hash, looked_at))
    }

    fn may_set(
        &self,
        allowed: &Allowed,
        setter: Setter,
        known: &Known,
        (owner, account): (OwnerNumber, AccountNumber),
    ) -> Result<(), NotDone> {
        match setter {
            Setter::Desk => self.may_have_a_card(allowed, known, (owner, account)),
            Setter::Member => {
                self.own_person(allowed, known, owner)?;
                self.is_open_account(known, account)
            }
        }
    }

    fn look_at(&self, known: &Known, of: (OwnerNumber, AccountNumber)) -> Result<LookedAt, NotDone> {
        let card = card_in_use(known, of)?;
        let keyring = &self.network.keyring;
        let opened = |error| {
            if let OpenError::Erased { owner } = error {
                nobody_forgotten(owner)
            } else {
                NotDone::Unreadable(error.to_string())
            }
        };
        let number = cards::open_number(keyring, &card.number).map_err(opened)?;
        let hash = |pin: &cards::SetPin| {
            let of = PinOf { account: of.1, set_by: pin.set_by };
            cards::open_hash(keyring, &pin.hash).map(|hash| (of, hash))
        };
        let pin = card.pin.as_ref().map(hash).transpose().map_err(opened)?;
        Ok(LookedAt { card: card.issued_by, number, pin })
    }
}

/// A PIN in a field. What was typed is not repeated.
fn read(field: &str, text: &str) -> Result<Pin, NotDone> {
    Pin::parse(text).map_err(|error| NotDone::bad(field, error.to_string()))
}

fn not_right(not: NotRight, account: AccountNumber) -> NotDone {
    match not {
        NotRight::Wrong { left } => {
            let figures = [("account_number", account.to_string()), ("left", left.to_string())];
            NotDone::by_rule(Reason::PinWrong, words::wrong_pin(left), &figures)
        }
        NotRight::Locked => NotDone::by_rule(Reason::PinLocked, words::locked(), &of_account(account)),
    }
}
