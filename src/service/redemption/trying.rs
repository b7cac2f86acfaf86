//! What is tried at a till, counted before it is answered: many at once are no more than one by one.
//!
//! | what | so many | beyond that |
//! |---|---|---|
//! | codes and cards that cannot be used, at one till | 20, then one in 30 seconds | when to ask again |
//! | looks by a code, and sales that are only checked or tried out | 5 | the code cannot be used for that |
//! | sales by a code refused as not usable or not for today | 3 | the code cannot be used |
//! | looks by a card, and sales that are only checked or tried out | 5, then one in 2 minutes | when to ask again |
//! | sales by a card refused as not for today | 5, then one in 2 minutes | when to ask again |
//!
//! What is refused for the shop's own side, for who is at the till or for its receipt counts towards nothing: it is no
//! matter of whose hours they are.

use super::hearing::Why;
use super::tills::lock;
use super::told::Held;
use crate::domain::{AccountNumber, Timestamp};
use crate::redemption::Refusal;
use crate::redemption::codes::{Begun, CodeHash, Ended};
use crate::redemption::guesses::{ByCard, Till};
use crate::redemption::refusal::Heard;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

/// An attempt that is under way, counted as if it were refused; what was not, is given back when it ends.
pub(super) struct Trial<'a> {
    here: &'a Installation,
    till: Option<Till>,
    code: Option<CodeHash>,
    card: Option<AccountNumber>,
    /// What a till hears of why it was refused.
    heard: Option<Heard>,
}

impl Installation {
    /// Something is shown at a till. What a broker says needs no guess.
    pub(super) fn trying(&self, till: Till, held: &Held, now: Timestamp) -> Result<Trial<'_>, NotDone> {
        let till = match held {
            Held::Code(_) | Held::Card(..) => Some(till),
            Held::Account(_) => None,
        };
        if let Some(till) = till {
            let what = "too many codes and cards that cannot be used were shown at this till";
            lock(&self.tills.guesses)
                .count(till, now)
                .map_err(|seconds| NotDone::NotYet { what, seconds })?;
        }
        Ok(Trial { here: self, till, code: None, card: None, heard: None })
    }

    /// A look by a card that was taken.
    pub(super) fn looks_by_card(&self, account: AccountNumber, now: Timestamp) -> Result<(), NotDone> {
        self.by_card(account, ByCard::Look, now)
    }

    fn by_card(&self, account: AccountNumber, tried: ByCard, now: Timestamp) -> Result<(), NotDone> {
        let what = match tried {
            ByCard::Look => "this card was looked at too often",
            ByCard::Sale => "this card was tried too often",
        };
        let counted = lock(&self.tills.cards).count((account, tried), now);
        counted.map_err(|seconds| NotDone::NotYet { what, seconds })
    }
}

impl Trial<'_> {
    /// A sale by a code begins.
    pub(super) fn by_code(&mut self, hash: CodeHash, now: Timestamp) -> Result<(), Why> {
        let begun = self.here.codes().begin(hash, now);
        match begun {
            Begun::Yes => self.code = Some(hash),
            Begun::NotNow => {
                return Err(Why::NotDone(NotDone::Busy("this code is being used at the moment")));
            }
            Begun::Never => return Err(Refusal::CodeOver.into()),
        }
        Ok(())
    }

    /// A sale by a card begins, which was taken.
    pub(super) fn by_card(&mut self, account: AccountNumber, now: Timestamp) -> Result<(), NotDone> {
        self.here.by_card(account, ByCard::Sale, now)?;
        self.card = Some(account);
        Ok(())
    }

    /// It ends refused.
    pub(super) fn refused(mut self, why: &Refusal) {
        self.heard = why.heard();
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if let Some(till) = self.till
            && self.heard != Some(Heard::CodeNotUsable)
        {
            lock(&self.here.tills.guesses).give_back(till);
        }
        if let Some(account) = self.card
            && self.heard != Some(Heard::NotToday)
        {
            lock(&self.here.tills.cards).give_back((account, ByCard::Sale));
        }
        if let Some(hash) = self.code {
            let ended = match self.heard {
                Some(Heard::CodeNotUsable | Heard::NotToday) => Ended::Refused,
                Some(Heard::OfferNotAvailable | Heard::StaffAtTill) | None => Ended::Otherwise,
            };
            self.here.codes().end(hash, ended);
        }
    }
}
