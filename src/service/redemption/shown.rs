//! Whose hours they are, by what was shown: a code, a voucher, a card, or a broker's word.

use super::told::{At, Held};
use crate::directory::cards;
use crate::directory::people::Sealed;
use crate::domain::{AccountNumber, Digits, OwnerNumber, Pin, Timestamp};
use crate::redemption::cards::Presented;
use crate::redemption::codes::{Authority, Code, CodeHash, used_key};
use crate::redemption::refusal::Refusal;
use crate::redemption::rules::code_works;
use crate::redemption::selling::Bearer;
use crate::service::installation::Installation;

/// Whose hours they are, or nobody's.
#[derive(Clone, Copy, Debug)]
pub enum Holder {
    /// Somebody's.
    Somebody(Bearer),
    /// For practice, asked for by this person.
    Practice(OwnerNumber),
}

/// When something is shown.
#[derive(Clone, Copy, Debug)]
pub enum Shows {
    /// At the till.
    Now(Timestamp),
    /// On the day of a slip, which is written down now.
    OnDay(crate::domain::Day, Timestamp),
}

impl Installation {
    /// Whose hours they are, if what was shown works here for this offer.
    pub(super) fn holder(&self, at: &At, offer: u16, held: &Held, when: Shows) -> Result<Holder, Refusal> {
        match held {
            Held::Code(digits) => {
                let hash = self.codes().hash(digits);
                let code = self.code(hash, when)?;
                works(&code, at, offer, when)?;
                Ok(holder_of(hash, &code))
            }
            Held::Card(number, pin) => self.holder_of_card(*number, pin.as_ref()),
            Held::Account(account) => {
                let owner = self.network.ledger.views().account(*account).map(|view| view.owner);
                Ok(Holder::Somebody(Bearer {
                    account: *account,
                    shown_by: owner.unwrap_or_default(),
                    authority: Authority::Office,
                    single_use: None,
                    voucher: None,
                    card: None,
                }))
            }
        }
    }

    /// Whose hours a card stands for. Nobody waits for the directory while a PIN is compared.
    pub(super) fn holder_of_card(&self, number: Digits, pin: Option<&Pin>) -> Result<Holder, Refusal> {
        let open = |sealed: &Sealed| cards::open_hash(&self.network.keyring, sealed).ok();
        let presented = Presented::find(&self.directory.known(), number, open);
        let card = presented.shown(&self.tills.pins, pin)?;
        Ok(Holder::Somebody(Bearer {
            account: card.account,
            shown_by: card.owner,
            authority: Authority::Own,
            single_use: None,
            voucher: None,
            card: Some(card),
        }))
    }

    /// The code with this hash.
    pub(super) fn code(&self, hash: CodeHash, when: Shows) -> Result<Code, Refusal> {
        let (Shows::Now(now) | Shows::OnDay(_, now)) = when;
        self.codes().get(hash, now).copied().ok_or(Refusal::CodeUnknown)
    }

    /// Whose hours what was shown stands for, also where it is over, blocked, or its PIN a wrong one.
    pub(super) fn whose(&self, held: &Held, now: Timestamp) -> Option<AccountNumber> {
        match held {
            Held::Code(digits) => {
                let codes = self.codes();
                codes.get(codes.hash(digits), now)?.account
            }
            Held::Card(number, _) => self.directory.known().cards.find(number).map(|(_, card)| card.account),
            Held::Account(account) => Some(*account),
        }
    }

    /// A voucher was used: what is left of it answers as often as at first.
    pub(super) fn voucher_was_used(&self, held: &Held) {
        let Held::Code(digits) = held else { return };
        let mut codes = self.codes();
        let hash = codes.hash(digits);
        codes.voucher_was_used(hash);
    }
}

fn works(code: &Code, at: &At, offer: u16, when: Shows) -> Result<(), Refusal> {
    match when {
        Shows::Now(now) => code_works(code, now, at.partner, offer),
        Shows::OnDay(day, now) if !code.was_alive(day, now) => Err(Refusal::CodeOver),
        Shows::OnDay(..) if !code.works_for(at.partner, offer) => Err(Refusal::CodeNotHere),
        Shows::OnDay(..) => Ok(()),
    }
}

/// Whose hours a code stands for.
pub(super) fn holder_of(hash: CodeHash, code: &Code) -> Holder {
    let Some(account) = code.account else { return Holder::Practice(code.issued_by) };
    Holder::Somebody(Bearer {
        account,
        shown_by: code.issued_by,
        authority: code.authority,
        single_use: code.voucher.is_none().then(|| (used_key(hash), code.known_until())),
        voucher: code.voucher,
        card: None,
    })
}
