//! Hours that move with their owner from one bank to another.

use super::length::{Length, asked_about};
use super::plan::Plan;
use super::record::between;
use super::refusal::Refusal;
use super::rules::effects::Effects;
use super::rules::standing::AccountState;
use super::sight::Sight;
use crate::domain::{AccountNumber, Amount, Invalid, Kind, People};

/// Hours of one owner, from their account in one bank to that in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveBanks {
    /// In the bank they leave.
    pub from: AccountNumber,
    /// In the bank they come to.
    pub to: AccountNumber,
    /// How much; all that is there if absent.
    pub length: Option<Length>,
    /// Why.
    pub reason: Option<String>,
    /// The figure repeated, where it is unusual.
    pub confirmed: Option<Amount>,
}

impl MoveBanks {
    /// The entry. `posted_seconds` is what the first account stands at.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>, posted_seconds: i64) -> Result<Plan, Refusal> {
        let from = sight.taking_part("from_account_number", self.from)?;
        let to = sight.taking_part("to_account_number", self.to)?;
        if from.own.owner != to.own.owner || from.bank == to.bank {
            let limit = "an account of the same owner in another time bank";
            return Err(Invalid { field: "to_account_number", limit }.into());
        }
        for party in [&from, &to] {
            if party.state == AccountState::Closed {
                return Err(crate::domain::Refusal::AccountClosed(party.own.account).into());
            }
        }
        let (amount, typed) = match &self.length {
            Some(length) => {
                let said = length.said().map_err(|unread| Refusal::Unread { field: "length", unread })?;
                let typed = match length {
                    Length::Seconds(_) => None,
                    Length::Typed(text) => Some(text.to_string()),
                };
                (Some(said), typed)
            }
            None => (Amount::new(posted_seconds), None),
        };
        let nothing = Invalid { field: "length", limit: "given where there is nothing above zero to move" };
        let amount = amount.ok_or(nothing)?;
        let also = asked_about(sight.settings(from.bank), amount, self.confirmed)?.cause();
        let transfers = between(sight, (to, to.own), (from, from.own), amount, People::default())?;
        let mut plan = Plan::post(Kind::BetweenBanks, transfers, vec![from.own.owner, to.own.owner]);
        plan.said.reason = self.reason.clone();
        plan.said.typed = typed;
        // Hours of one owner that only change banks add nothing to what is theirs.
        plan.judged(sight, &Effects::default(), None, also)
    }
}
