//! What an organisation paid, and gets back from a pot: named lines, each once.
//!
//! - A line is an entry in which the organisation's account paid for help or used hours: an exchange, a session, a sale at a
//!   till. What it gave away, gave back or handed on is none.
//! - The amount is what those lines took, less what was put right or given back of them since. It is worked out anew
//!   when somebody else agrees to it later.
//! - Nothing of a line is put right or given back while it is claimed: the claim is put right first, so that the pot does
//!   not pay for what was not. The ledger decides which comes first, whichever order they are asked in ([`claimed_lines`]).

use smallvec::smallvec;

use super::claimed_lines::{self, ClaimedLines};
use super::plan::{Plan, Said};
use super::pots;
use super::refusal::Refusal;
use super::sight::Sight;
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, Claim, Entry, Invalid, Kind, ReversedPart, Sequence, Transfer,
};

/// A line, as it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineLeft {
    /// The entry.
    pub line: Sequence,
    /// What is left of it, seconds.
    pub seconds: i64,
    /// Where its counter stood before that was worked out.
    pub seen: i64,
}

/// What is to come back, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimBack {
    /// The pot that pays.
    pub pot: AccountNumber,
    /// The organisation that gets it.
    pub organisation: AccountNumber,
    /// Which lines, in rising order, each once.
    pub lines: Vec<LineLeft>,
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
        if let Some(none) = self.lines.iter().find(|one| one.seconds <= 0) {
            return Err(Refusal::NothingToClaim { sequence: none.line });
        }
        let amount = sum(&self.lines)?;
        let transfer = Transfer::new(pot.account, organisation.own.account, amount);
        let also = pots::opened(sight, pot.account, organisation.bank, amount)?;
        let about = vec![pot.owner, organisation.own.owner];
        let mut plan = Plan::posted(sight, (Kind::Claim, smallvec![transfer]), about, also)?;
        let lines: Vec<_> = self.lines.iter().map(|one| one.line).collect();
        plan.claims = claims(self.organisation, &self.lines);
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

/// The organisations that paid in these parts of an entry, or in all of it where none is named, in the order of their
/// transfers: it is a line of each, and what is put right of it takes from the counter of that ([`claimed_lines`]).
pub fn payers(
    entry: &Entry,
    parts: &[ReversedPart],
    kind: Option<Kind>,
    is_organisation: impl Fn(AccountNumber) -> bool,
) -> Vec<AccountNumber> {
    let named = |of| parts.is_empty() || parts.iter().any(|part| part.transfer == of);
    let debits = entry.moves().filter(|moved| named(moved.of)).map(|moved| moved.debit);
    let mut payers = Vec::new();
    for account in debits.filter(|account| is_organisation(*account)) {
        if !payers.contains(&account) && !paid(entry, account, kind).is_empty() {
            payers.push(account);
        }
    }
    payers
}

/// What an entry takes from the counters of the lines that it claims back.
#[must_use]
pub fn claims(organisation: AccountNumber, lines: &[LineLeft]) -> Vec<Claim> {
    lines.iter().map(|one| claimed_lines::claim(organisation, one.line, one.seen)).collect()
}

/// The claim that `action` is, at what is left of its lines by now.
///
/// # Errors
/// [`Refusal`] where nothing is left, or it is more than can be moved.
pub fn at(action: Action, lines: &[LineLeft]) -> Result<Action, Refusal> {
    let Action::Post(mut post) = action else { return Ok(action) };
    let amount = sum(lines)?;
    for transfer in &mut post.transfers {
        transfer.amount = amount;
    }
    Ok(Action::Post(post))
}

fn sum(lines: &[LineLeft]) -> Result<Amount, Refusal> {
    let seconds = lines.iter().fold(0_i64, |sum, one| sum.saturating_add(one.seconds.max(0)));
    if seconds == 0 {
        return Err(crate::domain::Refusal::ReversalExceeds { transfer: 0, left: 0, requested: None }.into());
    }
    let limit = "such that they come to at most 2^40 seconds together";
    Amount::new(seconds).ok_or_else(|| Invalid { field: "line_sequences", limit }.into())
}
