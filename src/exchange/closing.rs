//! An account closed: the rest goes where its owner wished, and the community pot makes good what is missing.
//!
//! Always with a second person, so it waits first. What the account stands at, and whether the account that was to
//! take the rest is open, is looked at when that person agrees: until then its owner goes on.

use super::plan::{Plan, Said};
use super::refusal::Refusal;
use super::rules::effects::Effects;
use super::rules::second_person::Cause;
use super::rules::standing::AccountState;
use super::sight::Sight;
use crate::directory::people::RestTo;
use crate::domain::{AccountKind, AccountNumber, Action, Close, Invalid};

/// An account to close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Which.
    pub account: AccountNumber,
    /// Who takes the rest, where that is said now; none for as the owner chose.
    pub wished: Option<AccountNumber>,
    /// Why.
    pub reason: Option<String>,
}

impl Closing {
    /// What is to be closed, and who is to take the rest.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn close(&self, sight: &Sight<'_>) -> Result<Close, Refusal> {
        let party = sight.party(self.account)?;
        match party.kind {
            AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => {}
            AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => {
                let limit = "the account of a person, an organisation or a partner";
                return Err(Invalid { field: "account_number", limit }.into());
            }
        }
        let chosen = match party.standing.rest_to {
            RestTo::CommunityPot => None,
            RestTo::Account(account) => Some(account),
        };
        let remainder_to = match self.wished.or(chosen) {
            Some(account) => account,
            None => sight.community_pot(party.bank)?.account,
        };
        Ok(Close { account: self.account, remainder_to })
    }

    /// The note in which it waits.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let close = self.close(sight)?;
        let mut about =
            vec![sight.party(close.account)?.own.owner, sight.party(close.remainder_to)?.own.owner];
        about.dedup();
        let effects = Effects::of_closing(close, sight.posted(close.account));
        let said = Said { reason: self.reason, ..Said::default() };
        let plan = Plan { said, ..Plan::new(Action::Close(close), about) };
        plan.judged(sight, &effects, None, Some(Cause::MemberClosed))
    }
}

/// The same as of now: the community pot takes the rest where the account that was to is closed, and where something
/// is missing.
///
/// # Errors
/// [`Refusal`].
pub fn settled(sight: &Sight<'_>, close: Close) -> Result<Close, Refusal> {
    let rest = sight.party(close.remainder_to)?;
    if rest.state == AccountState::Open && sight.posted(close.account) >= 0 {
        return Ok(close);
    }
    let remainder_to = sight.community_pot(rest.bank)?.account;
    Ok(Close { remainder_to, ..close })
}
