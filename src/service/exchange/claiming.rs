//! ClaimFromPot: which lines are meant, and what is left of each; and what claims a line that is to be put right.

use std::collections::BTreeSet;

use super::id::Id;
use super::told::words;
use crate::access::Allowed;
use crate::api::{ClaimFromPotRequest, ClaimFromPotResponse};
use crate::domain::{
    AccountKind, AccountNumber, Action, Claim, ClaimKey, Entry, Kind, ReversedPart, Sequence,
};
use crate::exchange::Refusal;
use crate::exchange::claim_back::{self, ClaimBack, LineLeft, paid};
use crate::exchange::claimed_lines::{self, ClaimedLines, LINES_MAX, is_claimed, key};
use crate::exchange::waiting::Waiting;
use crate::ledger::FIGURES_ASKED_MAX;
use crate::service::fields;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;

/// The claim of a line is looked for among so many newest lines of the organisation's account, so many at once.
const CLAIM_LOOKED_AT_MAX: usize = 2_000;
const CLAIM_PAGE: usize = 100;

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
    pub(super) fn left_to_claim(
        &self,
        waiting: &Waiting,
    ) -> Result<Option<(AccountNumber, Vec<LineLeft>)>, NotDone> {
        let claimed = waiting.command.attachment.as_deref().and_then(ClaimedLines::waiting);
        let Some((claimed, Action::Post(post))) = claimed.zip(Some(&waiting.command.action)) else {
            return Ok(None);
        };
        let organisation = post.transfers.first().map(|transfer| transfer.credit);
        organisation.map(|account| Ok((account, self.left_of(account, &claimed.lines)?))).transpose()
    }

    /// What each of these lines took from the account, less what was put right or given back of it with all that was
    /// submitted before. Counters are asked first, so that whatever is put right after they were is seen by the claim.
    fn left_of(&self, account: AccountNumber, lines: &[Sequence]) -> Result<Vec<LineLeft>, NotDone> {
        let seen = self.counters_of(lines.iter().map(|line| key(account, *line)).collect())?;
        let mut left = Vec::with_capacity(lines.len());
        let mut transfers = Vec::new();
        for (line, seen) in lines.iter().zip(seen) {
            let entry = self.network.ledger.books().durable(*line).map_err(unreadable)?;
            let paid = match &entry {
                Some(entry) => paid(entry, account, self.kind_of(entry)?),
                None => Vec::new(),
            };
            let seconds = paid.iter().fold(0, |sum: i64, (_, seconds)| sum.saturating_add(*seconds));
            left.push(LineLeft { line: *line, seconds, seen });
            transfers.extend(paid.into_iter().map(|(place, _)| (*line, place)));
        }
        // An entry has at most 256 transfers, and there are at most 100 of them.
        for some in transfers.chunks(FIGURES_ASKED_MAX) {
            let reversed = self.network.ledger.reversed_of(some.to_vec());
            for ((line, _), seconds) in some.iter().zip(reversed.map_err(|error| self.not_done(error))?) {
                if let Some(of_line) = left.iter_mut().find(|one| one.line == *line) {
                    of_line.seconds = of_line.seconds.saturating_sub(seconds);
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
        let taken = self.counters_of(lines.iter().map(|line| key(organisation, *line)).collect())?;
        Ok(lines.iter().zip(taken).find(|(_, taken)| is_claimed(*taken)).map(|(line, _)| *line))
    }

    fn counters_of(&self, keys: Vec<ClaimKey>) -> Result<Vec<i64>, NotDone> {
        self.network.ledger.taken_of(keys).map_err(|error| self.not_done(error))
    }

    /// The organisations that paid in these parts of an entry, or in all of it where none is named.
    pub(in crate::service) fn payers_of(
        &self,
        entry: &Entry,
        parts: &[ReversedPart],
    ) -> Result<Vec<AccountNumber>, NotDone> {
        let views = self.network.ledger.views();
        let is_organisation =
            |account| views.account(account).is_some_and(|view| view.kind == AccountKind::Organisation);
        Ok(claim_back::payers(entry, parts, self.kind_of(entry)?, is_organisation))
    }

    /// What putting right takes from the counters of lines, if that is what is asked for.
    pub(in crate::service) fn lines_put_right(&self, action: &Action) -> Result<Vec<Claim>, NotDone> {
        let Action::Reverse(reverse) = action else { return Ok(Vec::new()) };
        let original = self.network.ledger.books().durable(reverse.original).map_err(unreadable)?;
        let Some(original) = original else { return Ok(Vec::new()) };
        let payers = self.payers_of(&original, &reverse.parts)?;
        Ok(payers.into_iter().map(|payer| claimed_lines::reversed(payer, original.sequence)).collect())
    }

    /// Whether any of these claimed a line back from a pot, and by which entry; the ledger decides.
    pub(in crate::service) fn claimed_back(
        &self,
        line: Sequence,
        payers: &[AccountNumber],
    ) -> Result<Option<(Sequence, Option<Sequence>)>, NotDone> {
        let taken = self.counters_of(payers.iter().map(|payer| key(*payer, line)).collect())?;
        let Some((payer, _)) = payers.iter().zip(taken).find(|(_, taken)| is_claimed(*taken)) else {
            return Ok(None);
        };
        Ok(Some((line, self.claim_of(*payer, line)?)))
    }

    /// The newest entry by which an organisation claims a line back, if it is among its newest lines.
    fn claim_of(&self, organisation: AccountNumber, line: Sequence) -> Result<Option<Sequence>, NotDone> {
        let (mut below, mut looked_at) = (None, 0);
        while looked_at < CLAIM_LOOKED_AT_MAX {
            let page = self.network.ledger.books().statement(organisation, below, CLAIM_PAGE);
            let page = page.map_err(unreadable)?;
            let claims = |entry: &Entry| {
                ClaimedLines::beside(entry).is_some_and(|claimed| claimed.lines.contains(&line))
            };
            if let Some(found) = page.iter().find(|one| claims(&one.entry)) {
                return Ok(Some(found.entry.sequence));
            }
            // A claim is newer than its lines.
            let Some(oldest) = page.last().filter(|one| one.entry.sequence > line) else { return Ok(None) };
            below = Some(oldest.number);
            looked_at = looked_at.saturating_add(page.len());
        }
        Ok(None)
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
