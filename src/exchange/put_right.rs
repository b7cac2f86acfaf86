//! Entries put right: nothing is edited, what was moved goes back with a reason.
//!
//! Any broker of the bank may inside the window, a lead after it with a second person. Whoever gains by it needs
//! somebody else (I11), as with any other entry.

use super::plan::Plan;
use super::refusal::Refusal;
use super::rules::doubles;
use super::rules::second_person::{Cause, Effects};
use super::sight::{Rank, Sight};
use crate::domain::{
    AccountNumber, Action, Amount, BankNumber, Claim, Entry, Invalid, OwnerNumber, ReversalKind, Reverse,
    ReversedPart,
};

const MICROS_PER_DAY: i64 = 86_400 * 1_000_000;
/// Words are about at most so many people.
const ABOUT_MAX: usize = 8;

/// What is to be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutRight<'a> {
    /// The entry that moved hours.
    pub original: &'a Entry,
    /// What it took from counters, or the hold that it ended.
    pub claims: &'a [Claim],
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
        let moves: Vec<(AccountNumber, AccountNumber, Amount)> =
            self.original.moves().map(|moved| (moved.debit, moved.credit, moved.amount)).collect();
        let Some((debit, ..)) = moves.first().copied() else {
            return Err(crate::domain::Refusal::EntryNotFound(sequence).into());
        };
        let bank = sight.party(debit)?.bank;
        let also = self.window(sight, bank)?;
        let reversed = moves.iter().enumerate().filter_map(|(place, (debit, credit, _))| {
            let named = self.parts.iter().find(|part| usize::from(part.transfer) == place)?;
            Some((*debit, *credit, named.amount))
        });
        let effects = if self.parts.is_empty() {
            Effects::of_what_is_left(moves.iter().map(|(debit, _, amount)| (*debit, *amount)))
        } else {
            Effects::of_reversal(reversed)
        };
        let kind = ReversalKind::Reversal;
        let action = Action::Reverse(Reverse { original: sequence, kind, parts: self.parts.clone() });
        let mut plan = Plan::new(action, self.about(sight, bank, &moves)?);
        if self.parts.is_empty() {
            let ended = |claim: &Claim| claim.until > sight.now;
            let claims = self.claims.iter().copied().filter(ended);
            plan.claims = claims.filter(|claim| claim.take > 0).map(doubles::given_back).collect();
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

    /// Everybody concerned; the bank stands for those beyond the eighth.
    fn about(
        &self,
        sight: &Sight<'_>,
        bank: BankNumber,
        moves: &[(AccountNumber, AccountNumber, Amount)],
    ) -> Result<Vec<OwnerNumber>, Refusal> {
        let mut owners = Vec::new();
        for account in moves.iter().flat_map(|(debit, credit, _)| [*debit, *credit]) {
            let owner = sight.party(account)?.own.owner;
            if !owners.contains(&owner) {
                owners.push(owner);
            }
        }
        if owners.len() > ABOUT_MAX {
            owners.truncate(ABOUT_MAX - 1);
            owners.push(sight.bank(bank)?.owner);
        }
        Ok(owners)
    }
}
