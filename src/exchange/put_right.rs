//! Entries put right: nothing is edited, what was moved goes back with a reason.
//!
//! Any broker of the bank may inside the window, a lead after it with a second person. Whoever gains by it needs
//! somebody else (I11), as with any other entry. What an organisation claimed back is not put right before the claim is.

use super::claimed_lines;
use super::plan::{Plan, about};
use super::refusal::Refusal;
use super::rules::doubles;
use super::rules::effects::Effects;
use super::rules::second_person::Cause;
use super::sight::{Rank, Sight};
use crate::domain::claim::CLAIMS_MAX;
use crate::domain::time::MICROS_PER_DAY;
use crate::domain::{
    AccountNumber, Action, BankNumber, Claim, Entry, Invalid, ReversalKind, Reverse, ReversedPart,
};

/// What is to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutRight<'a> {
    /// The entry that moved hours.
    pub original: &'a Entry,
    /// What it took from counters, or the hold that it ended.
    pub claims: &'a [Claim],
    /// The organisations that paid in what is put right.
    pub payers: &'a [AccountNumber],
    /// Which part; empty for all that is left.
    pub parts: Vec<ReversedPart>,
    /// Why.
    pub reason: String,
}

impl PutRight<'_> {
    /// The entry.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        if self.reason.trim().is_empty() {
            return Err(Invalid { field: "reason", limit: "given: nothing is put right without one" }.into());
        }
        let sequence = self.original.sequence;
        let mut concerned = Vec::new();
        for account in self.original.moves().flat_map(|moved| [moved.debit, moved.credit]) {
            concerned.push(sight.party(account)?);
        }
        let Some(bank) = concerned.first().map(|party| party.bank) else {
            return Err(crate::domain::Refusal::EntryNotFound(sequence).into());
        };
        let also = self.window(sight, bank)?;
        let kind = ReversalKind::Reversal;
        let action = Action::Reverse(Reverse { original: sequence, kind, parts: self.parts.clone() });
        let effects = Effects::of_action(&action, Some(self.original), |_| 0);
        let about = about(concerned.iter().map(|party| party.own.owner), sight.bank(bank)?.owner);
        let mut plan = Plan::new(action, about);
        if self.parts.is_empty() {
            let ended = |claim: &Claim| claim.until > sight.now;
            let claims = self.claims.iter().copied().filter(ended);
            plan.claims = claims.filter(|claim| claim.take > 0).map(doubles::given_back).collect();
        }
        plan.claims.extend(self.payers.iter().map(|payer| claimed_lines::reversed(*payer, sequence)));
        if plan.claims.len() > CLAIMS_MAX {
            let limit =
                "such that at most 90 organisations paid in them: a large session is put right in parts";
            return Err(Invalid { field: "parts", limit }.into());
        }
        plan.said.reason = Some(self.reason.clone());
        plan.judged(sight, &effects, None, also)
    }

    /// Inside the window any broker may; after it a lead, with a second person.
    fn window(&self, sight: &Sight<'_>, bank: BankNumber) -> Result<Option<Cause>, Refusal> {
        let days = sight.known.policies.at(bank, self.original.sequence).settings().reversal_window_days;
        let age = sight.now.micros().saturating_sub(self.original.recorded_at.micros());
        match (age <= i64::from(days).saturating_mul(MICROS_PER_DAY), sight.rank) {
            (true, _) => Ok(None),
            (false, Rank::Lead) => Ok(Some(Cause::WindowPassed)),
            (false, Rank::Member | Rank::Broker) => Err(Refusal::WindowPassed { days }),
        }
    }
}
