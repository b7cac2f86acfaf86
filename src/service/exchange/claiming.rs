//! ClaimFromPot: which lines are meant, and what is left of each.

use std::collections::BTreeSet;

use super::id::Id;
use super::told::words;
use crate::access::Allowed;
use crate::api::{ClaimFromPotRequest, ClaimFromPotResponse};
use crate::domain::{AccountNumber, Action, Entry, Kind, Sequence};
use crate::exchange::Refusal;
use crate::exchange::claim_back::{ClaimBack, paid};
use crate::exchange::claimed_lines::{ClaimedLines, LINES_MAX, key};
use crate::exchange::waiting::Waiting;
use crate::ledger::FIGURES_ASKED_MAX;
use crate::service::fields;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;

/// Lines, each with what is left of it, seconds.
type Left = Vec<(Sequence, i64)>;

impl Installation {
    pub(super) fn claim_from_pot(
        &self,
        allowed: &Allowed,
        request: ClaimFromPotRequest,
    ) -> Result<ClaimFromPotResponse, NotDone> {
        let id = Id::read(allowed, &request)?;
        let lines = line_sequences(&request.line_sequences)?;
        let mut claim = ClaimBack {
            pot: fields::account("pot_account_number", request.pot_account_number)?,
            organisation: fields::account(
                "organisation_account_number",
                request.organisation_account_number,
            )?,
            lines: Vec::new(),
            reason: words("reason", request.reason)?.unwrap_or_default(),
        };
        let bank = self.all_in_reach(allowed, [claim.pot, claim.organisation]);
        let bank = bank.and_then(|()| self.bank_of(allowed, claim.pot));
        let bank = bank.and_then(|bank| {
            for line in &lines {
                self.named(allowed, *line)?;
            }
            claim.lines = self.left_of(claim.organisation, &lines)?;
            Ok(bank)
        });
        let claimed = if bank.is_ok() { self.first_claimed(claim.organisation, &lines)? } else { None };
        let (done, _) = self.exchange(allowed, id, bank, |sight| match claimed {
            Some(sequence) => Err(Refusal::LineClaimed { sequence }),
            None => Ok((claim.plan(sight)?, ())),
        })?;
        Ok(ClaimFromPotResponse { done: Some(self.done(allowed, &done)) })
    }

    /// What is left by now of the lines that wait to be claimed back, if that is what waits.
    pub(super) fn left_to_claim(&self, waiting: &Waiting) -> Result<Option<Left>, NotDone> {
        let claimed = waiting.command.attachment.as_deref().and_then(ClaimedLines::waiting);
        let Some((claimed, Action::Post(post))) = claimed.zip(Some(&waiting.command.action)) else {
            return Ok(None);
        };
        let organisation = post.transfers.first().map(|transfer| transfer.credit);
        organisation.map(|account| self.left_of(account, &claimed.lines)).transpose()
    }

    /// What each of these lines took from the account, less what was put right or given back of it with all that was
    /// submitted before.
    fn left_of(&self, account: AccountNumber, lines: &[Sequence]) -> Result<Left, NotDone> {
        let mut left: Left = Vec::with_capacity(lines.len());
        let mut transfers = Vec::new();
        for line in lines {
            let entry = self.network.ledger.books().durable(*line).map_err(unreadable)?;
            let paid = match &entry {
                Some(entry) => paid(entry, account, self.kind_of(entry)?),
                None => Vec::new(),
            };
            left.push((*line, paid.iter().fold(0, |sum, (_, seconds)| sum.saturating_add(*seconds))));
            transfers.extend(paid.into_iter().map(|(place, _)| (*line, place)));
        }
        // An entry has at most 256 transfers, and there are at most 100 of them.
        for some in transfers.chunks(FIGURES_ASKED_MAX) {
            let reversed = self.network.ledger.reversed_of(some.to_vec());
            for ((line, _), seconds) in some.iter().zip(reversed.map_err(|error| self.not_done(error))?) {
                if let Some((_, of_line)) = left.iter_mut().find(|(one, _)| one == line) {
                    *of_line = of_line.saturating_sub(seconds);
                }
            }
        }
        Ok(left)
    }

    /// What an entry was: what takes hours that were set aside is what set them aside.
    fn kind_of(&self, entry: &Entry) -> Result<Option<Kind>, NotDone> {
        let hold = self.hold_of(entry)?;
        Ok(entry.command.action.kind().or(hold.and_then(|hold| hold.command.action.kind())))
    }

    /// The first of these lines that was claimed back, so that it can be named; the claim itself decides.
    fn first_claimed(
        &self,
        organisation: AccountNumber,
        lines: &[Sequence],
    ) -> Result<Option<Sequence>, NotDone> {
        let keys = lines.iter().map(|line| key(organisation, *line)).collect();
        let taken = self.network.ledger.taken_of(keys).map_err(|error| self.not_done(error))?;
        Ok(lines.iter().zip(taken).find(|(_, taken)| *taken > 0).map(|(line, _)| *line))
    }
}

/// In rising order, each once.
fn line_sequences(numbers: &[u64]) -> Result<Vec<Sequence>, NotDone> {
    const FIELD: &str = "line_sequences";
    if numbers.is_empty() || numbers.len() > LINES_MAX {
        return Err(NotDone::bad(FIELD, "1 to 100"));
    }
    let mut lines = BTreeSet::new();
    for number in numbers {
        if !lines.insert(fields::sequence(FIELD, *number)?) {
            return Err(NotDone::bad(FIELD, format!("each named once; {number} stands there twice")));
        }
    }
    Ok(lines.into_iter().collect())
}
