//! Who hears what of a sale that is not made: a till and the partner four sentences, brokers and members all of it.
//!
//! The four are the same to the byte whatever stands behind them: nobody learns from a till what somebody has, or whether
//! a code was ever one.

use std::collections::HashMap;

use super::told::hears_as_till;
use crate::access::Allowed;
use crate::api::*;
use crate::domain::{ClaimWord, Refusal as Books, Sequence};
use crate::redemption::refusal::{Heard, Refusal};
use crate::redemption::rules::NotSold;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::{answers, answers::timestamp};
use crate::words::redemption as words;

/// Why there is no sale.
#[derive(Debug)]
pub enum Why {
    /// A rule of sales.
    NotSold(NotSold),
    /// Anything else.
    NotDone(NotDone),
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Self {
        Self::NotSold(NotSold::Refused(refusal))
    }
}

impl From<NotDone> for Why {
    fn from(not_done: NotDone) -> Self {
        Self::NotDone(not_done)
    }
}

impl Installation {
    /// Why a sale is not made or moved, as far as that is for the caller to hear.
    pub(super) fn not_sold(&self, allowed: &Allowed, refusal: &Refusal) -> NotDone {
        match refusal.heard().filter(|_| hears_as_till(allowed)) {
            Some(heard) => {
                let figures =
                    if heard == Heard::OfferNotAvailable { figures(refusal) } else { HashMap::new() };
                let sentence = match heard {
                    Heard::OfferNotAvailable => words::of_the_shop(refusal),
                    Heard::CodeNotUsable | Heard::NotToday | Heard::StaffAtTill => words::heard(heard),
                };
                NotDone::Refused { reason: heard.reason(), sentence, figures }
            }
            None => self.in_full(refusal),
        }
    }

    /// The same in full.
    fn in_full(&self, refusal: &Refusal) -> NotDone {
        // What the word of a claim says of the books at large is said of an attempt here.
        if let Refusal::Books(books) = refusal
            && !matches!(books, Books::Claim { .. })
        {
            return self.refused(books);
        }
        NotDone::Refused {
            reason: refusal.reason(),
            sentence: words::in_full(refusal),
            figures: figures(refusal),
        }
    }

    /// There is no sale of that number, or none that the caller may see.
    pub(super) fn no_such_sale(&self, number: Sequence) -> NotDone {
        self.refused(&Books::EntryNotFound(number))
    }

    pub(in crate::service) fn list_till_refusals(
        &self,
        allowed: &Allowed,
        request: ListTillRefusalsRequest,
    ) -> Result<ListTillRefusalsResponse, NotDone> {
        let account = fields::account("account_number", request.account_number)?;
        self.account_in_reach(allowed, account)?;
        let now = self.access.now();
        let all: Vec<_> = self.all_turned_away().of(account, now).cloned().collect();
        let refusals = all.into_iter().map(|one| {
            let (reason, sentence) = match self.in_full(&one.why) {
                NotDone::Refused { reason, sentence, .. } => (reason.word(), sentence),
                NotDone::Bad(_)
                | NotDone::NotLetIn(_)
                | NotDone::Busy(_)
                | NotDone::NotYet { .. }
                | NotDone::NotServing(_)
                | NotDone::Unknown(_)
                | NotDone::NotReached { .. }
                | NotDone::Unreadable(_) => ("", String::new()),
            };
            TillRefusal {
                refused_at: Some(timestamp(one.at)),
                receipt: Some(super::standing::receipt(&one.sale.receipt)),
                offer_number: one.sale.offer.into(),
                people: one.sale.people.into(),
                reason: reason.to_owned(),
                sentence,
            }
        });
        Ok(ListTillRefusalsResponse { refusals: refusals.collect() })
    }
}

/// The figures of a refusal: of the shop's own side, and of what was asked for.
fn figures(refusal: &Refusal) -> HashMap<String, String> {
    let mut figures = HashMap::new();
    let mut say = |name: &str, figure: String| drop(figures.insert(name.to_owned(), figure));
    match refusal {
        Refusal::Books(Books::Claim { word, left, take, .. }) => {
            let why = match word {
                ClaimWord::OfferExhausted | ClaimWord::OwnCap => "OFFER_EXHAUSTED",
                ClaimWord::BudgetSpent | ClaimWord::MonthSpent => "BUDGET_SPENT",
                ClaimWord::CodeUsed => "CODE_USED",
                ClaimWord::ReceiptReused => "REQUEST_ID_REUSED",
                ClaimWord::AlreadyHere => "ALREADY_HERE",
                ClaimWord::LineClaimed => "LINE_CLAIMED",
            };
            say("why", why.to_owned());
            say("left", left.to_string());
            say("take", take.to_string());
        }
        Refusal::OfferNotOpen => say("why", "OFFER_NOT_OPEN".to_owned()),
        Refusal::OfferNotNow { opens_on } => {
            say("why", "OFFER_NOT_NOW".to_owned());
            if let Some(day) = opens_on {
                say("opens_on", day.to_string());
            }
        }
        Refusal::NotFrom { number, state } => {
            say("redemption_sequence", number.to_string());
            say("state", answers::redemption_state(*state).as_str_name().to_owned());
        }
        Refusal::VoucherSpent { left } => say("left_seconds", left.to_string()),
        Refusal::ClaimedBack { line, claim } => {
            say("line_sequence", line.to_string());
            if let Some(claim) = claim {
                say("claim_sequence", claim.to_string());
            }
        }
        Refusal::NotForTill { number } => say("redemption_sequence", number.to_string()),
        Refusal::ReceiptReused { fields } => say("fields", fields.join(",")),
        Refusal::NoClearing { first, second } => {
            say("first_bank_number", first.to_string());
            say("second_bank_number", second.to_string());
        }
        Refusal::Books(_)
        | Refusal::CodeUnknown
        | Refusal::CodeOver
        | Refusal::CodeNotHere
        | Refusal::CardBlocked
        | Refusal::CardLocked
        | Refusal::WrongPin
        | Refusal::PinNeeded
        | Refusal::PracticeSpent
        | Refusal::Paused
        | Refusal::StaffAtTill
        | Refusal::NeedsAnother => {}
    }
    figures
}
