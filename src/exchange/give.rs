//! Hours that are given away and thanks: gifts, donations, credits from a pot, hours newly made.
//!
//! Gifts, donations and grants are never counted as help given; thanks for help to nobody in particular are.

use smallvec::smallvec;

use super::length::Length;
use super::plan::{Plan, Said};
use super::pots;
use super::record::not_in_future;
use super::refusal::Refusal;
use super::rules::second_person::Cause;
use super::sight::Sight;
use crate::directory::people::Taking;
use crate::domain::{AccountKind, AccountNumber, Amount, Day, Invalid, Kind, People, Transfer};

/// Hours of somebody's own for somebody else, or for a pot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Give {
    /// Whose.
    pub from: AccountNumber,
    /// Whose they become.
    pub to: To,
    /// How much.
    pub length: Length,
    /// For whoever reads the line.
    pub memo: Option<String>,
    /// The figure repeated, where it is unusual.
    pub confirmed: Option<Amount>,
}

/// Whom hours are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A person or group: a gift.
    Somebody(AccountNumber),
    /// A pot: a donation.
    Pot(AccountNumber),
    /// The community pot.
    CommunityPot,
}

impl Give {
    /// The entry.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let from = sight.taking_part("from_account_number", self.from)?;
        let (kind, to) = match self.to {
            To::Somebody(account) => (Kind::Gift, sight.taking_part("to_account_number", account)?.own),
            To::Pot(account) => (Kind::Donation, sight.pot("pot_account_number", account, from.bank)?),
            To::CommunityPot => (Kind::Donation, sight.community_pot(from.bank)?),
        };
        let written = self.length.written("length", sight.settings(from.bank), self.confirmed)?;
        let claim = sight.may_take(from.own.account, Taking::Spending, written.amount)?;
        let transfer = Transfer::new(from.own.account, to.account, written.amount);
        pots::none_over(sight, &[transfer])?;
        let also = written.unusual.cause();
        let mut plan =
            Plan::posted(sight, (kind, smallvec![transfer]), vec![from.own.owner, to.owner], also)?;
        plan.claims = claim.into_iter().collect();
        plan.said = Said { memo: self.memo.clone(), reason: None, typed: written.typed };
        Ok(plan)
    }
}

/// Thanks from a pot, hours handed out of one, or hours newly made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Whose they become.
    pub to: AccountNumber,
    /// Where they come from: a pot, or where the bank makes hours.
    pub from: AccountNumber,
    /// How much.
    pub length: Length,
    /// What it is.
    pub what: What,
    /// The day.
    pub occurred_on: Option<Day>,
    /// For whoever reads the line.
    pub memo: Option<String>,
    /// What for, or with whose backing.
    pub reason: Option<String>,
    /// The figure repeated, where it is unusual.
    pub confirmed: Option<Amount>,
}

/// What a credit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Thanks for help to nobody in particular, with its activity.
    Help(Option<u16>),
    /// Hours handed out.
    Grant,
    /// Hours handed out of a pot, and of nothing else.
    GrantFromPot,
}

impl What {
    /// The fields by which a call names whom they come from and whom they are for.
    const fn fields(self) -> (&'static str, &'static str) {
        match self {
            Self::Help(_) | Self::Grant => ("from_account_number", "account_number"),
            Self::GrantFromPot => ("pot_account_number", "to_account_number"),
        }
    }
}

impl Credit {
    /// The entry.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let (from, to) = (sight.party(self.from)?, sight.party(self.to)?);
        let (from_field, to_field) = self.what.fields();
        match to.kind {
            AccountKind::Member | AccountKind::Organisation | AccountKind::Partner | AccountKind::Pot => {}
            AccountKind::Issuance | AccountKind::Clearing => {
                return Err(Refusal::NotSomebody { field: to_field, account: self.to });
            }
        }
        sight.not_paused(to.own)?;
        let (kind, activity) = match self.what {
            What::Help(activity) => (Kind::Community, activity),
            What::Grant | What::GrantFromPot => (Kind::Grant, None),
        };
        let settings = sight.settings(from.bank);
        let written = self.length.written("length", settings, self.confirmed)?;
        let also = match from.kind {
            AccountKind::Issuance if self.what != What::GrantFromPot => {
                self.only_a_grant("hours that are newly made are a grant")?;
                if self.reason.as_ref().is_none_or(|reason| reason.trim().is_empty()) {
                    let limit = "given where hours are newly made: with whose backing";
                    return Err(Invalid { field: "reason", limit }.into());
                }
                Some(Cause::HoursMade)
            }
            AccountKind::Pot if pots::is_handed_on(sight, kind, (from.own.account, to.own.account)) => None,
            AccountKind::Pot => pots::opened(sight, from.own.account, from.bank, written.amount)?,
            AccountKind::Member
            | AccountKind::Organisation
            | AccountKind::Partner
            | AccountKind::Issuance
            | AccountKind::Clearing => {
                return Err(Refusal::NotAPot { field: from_field, account: self.from });
            }
        };
        if to.kind == AccountKind::Pot {
            self.only_a_grant("hours for a pot are a grant")?;
            pots::not_over(sight, to.own.account, to.bank)?;
        }
        if let Some(day) = self.occurred_on {
            not_in_future(sight, &to, day)?;
        }
        let people = People { activity, ..People::default() };
        let (debit, credit) = (from.own.account, to.own.account);
        let transfer = Transfer { debit, credit, amount: written.amount, people };
        let also = also.or(written.unusual.cause());
        let mut plan =
            Plan::posted(sight, (kind, smallvec![transfer]), vec![from.own.owner, to.own.owner], also)?;
        plan.occurred_on = self.occurred_on;
        plan.said = Said { memo: self.memo.clone(), reason: self.reason.clone(), typed: written.typed };
        Ok(plan)
    }

    fn only_a_grant(&self, limit: &'static str) -> Result<(), Refusal> {
        match self.what {
            What::Grant | What::GrantFromPot => Ok(()),
            What::Help(_) => Err(Invalid { field: "is_help", limit }.into()),
        }
    }
}
