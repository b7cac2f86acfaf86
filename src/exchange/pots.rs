//! What pots may be opened for: by whom, how far, and until when.
//!
//! Whichever call takes hours from a pot, or gives it some, asks here. After its last day neither is done, but for one
//! thing: a lead hands on what is left to the community pot, so that no hours are locked in for good.

use super::refusal::Refusal;
use super::rules::effects::Effects;
use super::rules::second_person::Cause;
use super::sight::{Rank, Sight};
use crate::directory::people::Opens;
use crate::domain::{AccountKind, AccountNumber, Amount, BankNumber, Kind, Transfer};

/// Why somebody else has to agree to what these transfers take from pots, if somebody has; each pot as its purpose
/// allows.
///
/// # Errors
/// [`Refusal`] where a pot is not to be opened now, or not by the caller.
pub fn opened_by(sight: &Sight<'_>, transfers: &[Transfer]) -> Result<Option<Cause>, Refusal> {
    none_over(sight, transfers)?;
    let mut cause = None;
    for (account, seconds) in Effects::of_post(transfers).taken_from() {
        let amount = i64::try_from(seconds).ok().and_then(Amount::new).unwrap_or(Amount::MAX);
        let view = sight.account(account)?;
        if view.kind == AccountKind::Pot {
            let one = opened(sight, account, view.bank, amount)?;
            // Where a lead has to agree, anybody else will not do.
            cause = one.filter(|one| *one == Cause::PotLine).or(cause).or(one);
        }
    }
    Ok(cause)
}

/// No pot that these transfers name is past its last day, whether it gives hours or gets some.
///
/// # Errors
/// [`Refusal::PotIsOver`].
pub fn none_over(sight: &Sight<'_>, transfers: &[Transfer]) -> Result<(), Refusal> {
    for account in transfers.iter().flat_map(|transfer| [transfer.debit, transfer.credit]) {
        not_over(sight, account, sight.account(account)?.bank)?;
    }
    Ok(())
}

/// Whether this is what may be done with a pot that is over: a lead hands on hours of it to the community pot.
#[must_use]
pub fn is_handed_on(sight: &Sight<'_>, kind: Kind, (from, to): (AccountNumber, AccountNumber)) -> bool {
    let Ok(view) = sight.account(from) else { return false };
    let community_pot = sight.community_pot(view.bank).map(|pot| pot.account);
    sight.rank == Rank::Lead
        && kind == Kind::Grant
        && view.kind == AccountKind::Pot
        && community_pot == Ok(to)
        && not_over(sight, from, view.bank).is_err()
}

/// A pot is not past its last day.
///
/// # Errors
/// [`Refusal::PotIsOver`].
pub fn not_over(sight: &Sight<'_>, account: AccountNumber, bank: BankNumber) -> Result<(), Refusal> {
    let terms = sight.known.people.pot(account).and_then(|pot| pot.terms.as_ref());
    match terms.and_then(|terms| terms.last_day) {
        Some(last_day) if sight.today(bank)? > last_day => Err(Refusal::PotIsOver { account, last_day }),
        Some(_) | None => Ok(()),
    }
}

/// Why somebody else has to agree if the caller opens a pot for so much, if somebody has.
///
/// # Errors
/// As [`opened_by`].
pub fn opened(
    sight: &Sight<'_>,
    account: AccountNumber,
    bank: BankNumber,
    amount: Amount,
) -> Result<Option<Cause>, Refusal> {
    not_over(sight, account, bank)?;
    let terms = sight.known.people.pot(account).and_then(|pot| pot.terms.as_ref());
    // Above what the bank leaves to one broker any other agrees; above the line of a pot's own a lead opens it.
    let (line, above) = match terms.map(|terms| terms.opens) {
        None => (sight.settings(bank).broker_grant_line_seconds, Cause::SecondLine),
        Some(Opens::Brokers(line)) => (line.seconds(), Cause::PotLine),
        Some(Opens::Lead) if sight.rank == Rank::Lead => return Ok(None),
        Some(Opens::Lead) => return Err(Refusal::PotNotForBrokers { account }),
        Some(Opens::Panel) => return Err(Refusal::PotNeedsPanel { account }),
    };
    let is_above = sight.rank < Rank::Lead && amount.seconds() > line;
    Ok(is_above.then_some(above))
}
