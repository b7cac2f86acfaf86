//! What an organisation paid, and gets back from a pot: named lines, each once.
//!
//! - A line is an entry in which the organisation's account paid for help or used hours: an exchange, a session, a sale at a
//!   till. What it gave away, gave back or handed on is none.
//! - The amount is what those lines took, less what was put right or given back of them since. It is worked out anew
//!   when somebody else agrees to it later.
//! - What is put right of a line after it was claimed goes to the organisation as ever: whoever puts it right puts the
//!   claim right first, so that the pot does not pay for what was not.

use smallvec::smallvec;

use super::claimed_lines::{self, ClaimedLines};
use super::plan::{Plan, Said};
use super::pots;
use super::refusal::Refusal;
use super::sight::Sight;
use crate::domain::{AccountKind, AccountNumber, Action, Amount, Entry, Invalid, Kind, Sequence, Transfer};

/// What is to come back, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimBack {
    /// The pot that pays.
    pub pot: AccountNumber,
    /// The organisation that gets it.
    pub organisation: AccountNumber,
    /// Which lines, in rising order, each once; and how much is left of each, seconds.
    pub lines: Vec<(Sequence, i64)>,
    /// Why.
    pub reason: String,
}

impl ClaimBack {
    /// The entry.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let organisation = sight.taking_part("organisation_account_number", self.organisation)?;
        if organisation.kind != AccountKind::Organisation {
            let (field, account) = ("organisation_account_number", self.organisation);
            return Err(Refusal::NotSomebody { field, account });
        }
        let pot = sight.pot("pot_account_number", self.pot, organisation.bank)?;
        if self.reason.trim().is_empty() {
            return Err(Invalid { field: "reason", limit: "given: what the lines were for" }.into());
        }
        if let Some((sequence, _)) = self.lines.iter().find(|(_, left)| *left <= 0) {
            return Err(Refusal::NothingToClaim { sequence: *sequence });
        }
        let amount = sum(&self.lines)?;
        let transfer = Transfer::new(pot.account, organisation.own.account, amount);
        let also = pots::opened(sight, pot.account, organisation.bank, amount)?;
        let about = vec![pot.owner, organisation.own.owner];
        let mut plan = Plan::posted(sight, (Kind::Claim, smallvec![transfer]), about, also)?;
        let lines: Vec<_> = self.lines.iter().map(|(sequence, _)| *sequence).collect();
        plan.claims = lines.iter().map(|line| claimed_lines::claim(self.organisation, *line)).collect();
        plan.attachment = Some(ClaimedLines { lines, agreed: None }.attachment());
        plan.said = Said { reason: Some(self.reason.clone()), ..Said::default() };
        Ok(plan)
    }
}

/// What `account` paid in an entry that can be claimed back, transfer by transfer: its place there, and seconds.
pub fn paid(entry: &Entry, account: AccountNumber, kind: Option<Kind>) -> Vec<(u16, i64)> {
    let is_paid = matches!(kind, Some(Kind::Exchange | Kind::Group | Kind::Redemption));
    let moves = entry.moves().filter(|moved| is_paid && moved.debit == account);
    moves.map(|moved| (moved.of, moved.amount.seconds())).collect()
}

/// The claim that `action` is, at what is left of its lines by now.
///
/// # Errors
/// [`Refusal`] where nothing is left, or it is more than can be moved.
pub fn at(action: Action, lines: &[(Sequence, i64)]) -> Result<Action, Refusal> {
    let Action::Post(mut post) = action else { return Ok(action) };
    let amount = sum(lines)?;
    for transfer in &mut post.transfers {
        transfer.amount = amount;
    }
    Ok(Action::Post(post))
}

fn sum(lines: &[(Sequence, i64)]) -> Result<Amount, Refusal> {
    let seconds = lines.iter().fold(0_i64, |sum, (_, left)| sum.saturating_add((*left).max(0)));
    if seconds == 0 {
        return Err(crate::domain::Refusal::ReversalExceeds { transfer: 0, left: 0, requested: None }.into());
    }
    let limit = "such that they come to at most 2^40 seconds together";
    Amount::new(seconds).ok_or_else(|| Invalid { field: "line_sequences", limit }.into())
}
