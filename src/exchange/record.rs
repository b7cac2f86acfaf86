//! Help between two people, written down by a broker, in one bank or across two.
//!
//! - What already happened is written down: who is past a limit is told once, and whoever writes says why.
//! - Across two banks it is one entry of two transfers, through the account each bank keeps for the other. What the
//!   two chose holds there too; the call says nothing else.

use smallvec::smallvec;

use super::length::Length;
use super::plan::{Plan, Said};
use super::pots;
use super::refusal::Refusal;
use super::rules::Holder;
use super::rules::doubles::{self, Asked};
use super::rules::standing::{self, AccountState, Payer, StandingError, Told};
use super::sight::{Party, Sight};
use crate::directory::people;
use crate::domain::time::MICROS_PER_DAY;
use crate::domain::{
    AccountKind, AccountNumber, Amount, Claim, ClaimWord, Day, Kind, OwnerNumber, People, Timestamp,
    Transfer, Transfers,
};

/// "Already here?" is asked for so many days after the day of help.
pub const DOUBLES_DAYS: i32 = 200;

/// What is told of one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Who helped.
    pub giver: AccountNumber,
    /// Who was helped.
    pub receiver: AccountNumber,
    /// How long.
    pub length: Length,
    /// The day, where the giver's bank is.
    pub occurred_on: Day,
    /// Number in the bank's list of activities.
    pub activity: Option<u16>,
    /// A pot, or another account, that pays.
    pub paid_by: Option<AccountNumber>,
    /// A pot the hours go to.
    pub hours_to: Option<AccountNumber>,
    /// The organisation's account that gets them.
    pub in_the_name_of: Option<AccountNumber>,
    /// For whoever reads the line.
    pub memo: Option<String>,
    /// Why it may pass a limit.
    pub limit_reason: Option<String>,
    /// The figure repeated, where it is unusual.
    pub confirmed: Option<Amount>,
    /// Whether it is another one than the one it looks like.
    pub asked: Asked,
}

impl Exchange {
    /// The entry.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let giver = sight.took_part("giver_account_number", self.giver, self.occurred_on)?;
        let receiver = sight.took_part("receiver_account_number", self.receiver, self.occurred_on)?;
        not_in_future(sight, &giver, self.occurred_on)?;
        let written = self.length.written("length", sight.settings(giver.bank), self.confirmed)?;
        let (transfers, kind) = if giver.bank == receiver.bank {
            let instead = Instead {
                paid_by: self.paid_by,
                hours_to: self.hours_to,
                in_the_name_of: self.in_the_name_of,
            };
            let told = in_one_bank(sight, (giver, receiver), instead, written.amount, self.activity)?;
            (smallvec![told.0], told.1)
        } else {
            self.across(sight, (giver, receiver), written.amount)?
        };
        let people = [giver.own.owner, receiver.own.owner];
        let also = pots::opened_by(sight, &transfers)?.or(written.unusual.cause());
        let mut plan = Plan::posted(sight, (kind, transfers), people.to_vec(), also)?;
        plan.occurred_on = Some(self.occurred_on);
        plan.claims =
            claim(people, self.occurred_on, written.amount, self.asked, sight.now).into_iter().collect();
        plan.allowed_by = self.limit_reason.is_some().then_some(sight.actor);
        plan.said = Said { memo: self.memo.clone(), reason: self.limit_reason.clone(), typed: written.typed };
        Ok(plan)
    }

    /// As in one bank: a pot of their own bank pays for whoever chose so, and gets the hours of whoever did.
    fn across(
        &self,
        sight: &Sight<'_>,
        (giver, receiver): (Party, Party),
        amount: Amount,
    ) -> Result<(Transfers, Kind), Refusal> {
        let is_plain = self.paid_by.is_none() && self.hours_to.is_none() && self.in_the_name_of.is_none();
        if !is_plain {
            return Err(Refusal::Invalid(crate::domain::Invalid {
                field: "paid_by_account_number, hours_to_account_number and in_the_name_of_account_number",
                limit: "absent between two banks",
            }));
        }
        let people = People { activity: self.activity, ..People::default() };
        let pays = sight.pays_for("receiver_account_number", &receiver)?;
        let gets = sight.gets_for("giver_account_number", &giver)?;
        let kind = if pays == receiver.own { Kind::Exchange } else { Kind::Community };
        Ok((between(sight, (giver, gets), (receiver, pays), amount, people)?, kind))
    }
}

/// What the call says of other accounts than those of the two; nothing for as they chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Instead {
    /// A pot, or another account, that pays.
    paid_by: Option<AccountNumber>,
    /// A pot the hours go to.
    hours_to: Option<AccountNumber>,
    /// The organisation's account that gets them.
    in_the_name_of: Option<AccountNumber>,
}

/// What moves for help between two of one bank, as the call says or as the two chose, and what it is.
///
/// # Errors
/// [`Refusal`].
fn in_one_bank(
    sight: &Sight<'_>,
    (giver, receiver): (Party, Party),
    instead: Instead,
    amount: Amount,
    activity: Option<u16>,
) -> Result<(Transfer, Kind), Refusal> {
    let bank = giver.bank;
    let hours_to = match (instead.hours_to, giver.standing.hours_to) {
        (Some(pot), _) | (None, people::HoursTo::Pot(pot)) => {
            Some(sight.pot("hours_to_account_number", pot, bank)?)
        }
        (None, people::HoursTo::Themselves) => None,
    };
    let paid_by = match (instead.paid_by, receiver.standing.pays) {
        (Some(account), _) | (None, people::Pays::Pot(account)) => Some(payer(sight, account, bank)?),
        (None, people::Pays::Themselves) => None,
    };
    let is_only_chosen = instead.hours_to.is_none() && instead.paid_by.is_none();
    let in_the_name_of =
        instead.in_the_name_of.map(|account| organisation(sight, account, bank)).transpose()?;
    let told = Told {
        giver: standing::Party { own: giver.own, state: giver.state },
        receiver: standing::Party { own: receiver.own, state: receiver.state },
        pot: sight.community_pot(bank)?,
        paid_by,
        hours_to,
        in_the_name_of,
        amount,
        activity,
    };
    match told.settled() {
        // A pot that pays gives nothing to itself: whoever helped gets the hours, and may give them on.
        Err(StandingError::SameAccount { .. }) if is_only_chosen => {
            Ok(Told { hours_to: None, ..told }.settled()?)
        }
        settled => Ok(settled?),
    }
}

/// What moves for help that is to be answered, or a room to be used, between two of one bank whose accounts are open, as
/// the two chose.
///
/// # Errors
/// [`Refusal`]; the ledger's of a closed account, of one account on both sides, and of two banks.
pub fn between_open(
    sight: &Sight<'_>,
    (giver, receiver): (Party, Party),
    amount: Amount,
    activity: Option<u16>,
) -> Result<(Transfer, Kind), Refusal> {
    let closed = [giver, receiver].into_iter().find(|party| party.state == AccountState::Closed);
    if let Some(party) = closed {
        return Err(crate::domain::Refusal::AccountClosed(party.own.account).into());
    }
    if giver.own == receiver.own {
        return Err(crate::domain::Refusal::SameAccount(giver.own.account).into());
    }
    if giver.bank != receiver.bank {
        return Err(crate::domain::Refusal::CrossBank(giver.own.account).into());
    }
    in_one_bank(sight, (giver, receiver), Instead::default(), amount, activity)
}

/// The two transfers that move hours for `receiver` to `giver` through the accounts their banks keep: from the account
/// that `pays` to the one that `gets` them, theirs or a pot of their bank.
///
/// # Errors
/// [`Refusal::NoClearing`].
pub fn between(
    sight: &Sight<'_>,
    (giver, gets): (Party, Holder),
    (receiver, pays): (Party, Holder),
    amount: Amount,
    people: People,
) -> Result<Transfers, Refusal> {
    let banks = &sight.known.banks;
    let pair = banks.clearing(receiver.bank, giver.bank).zip(banks.clearing(giver.bank, receiver.bank));
    let (with_receiver, with_giver) =
        pair.ok_or(Refusal::NoClearing { first: receiver.bank, second: giver.bank })?;
    // What each side cannot see in its own bank is said on its line.
    let mut here = People { given_by: Some(giver.own.owner), ..people };
    let mut there = People { received_by: Some(receiver.own.owner), ..people };
    if pays != receiver.own {
        (here.received_by, here.paid_by) = (Some(receiver.own.owner), Some(pays.owner));
        there.paid_by = Some(pays.owner);
    }
    if gets != giver.own {
        there.given_by = Some(giver.own.owner);
    }
    Ok(smallvec![
        Transfer { debit: pays.account, credit: with_receiver, amount, people: here },
        Transfer { debit: with_giver, credit: gets.account, amount, people: there },
    ])
}

/// The day is no day to come, where the bank is.
///
/// # Errors
/// The ledger's refusal of a day in the future.
pub fn not_in_future(sight: &Sight<'_>, party: &Party, day: Day) -> Result<(), Refusal> {
    if day > sight.today(party.bank)? {
        return Err(crate::domain::Refusal::DayInFuture.into());
    }
    Ok(())
}

/// What an exchange claims, so that the next one that looks like it is asked about; nothing where the day is so
/// long ago that nobody is asked.
#[must_use]
pub fn claim(
    people: [OwnerNumber; 2],
    day: Day,
    amount: Amount,
    asked: Asked,
    now: Timestamp,
) -> Option<Claim> {
    let until = until(day).filter(|until| *until > now)?;
    Some(doubles::claim(doubles::exchange_key(people, day, amount), until, ClaimWord::AlreadyHere, asked))
}

/// What help that one side says claims besides, so that the other side's word of it is asked about, however long they
/// remember it to be.
#[must_use]
pub fn claim_said(
    [giver, receiver]: [OwnerNumber; 2],
    day: Day,
    asked: Asked,
    now: Timestamp,
) -> Option<Claim> {
    let until = until(day).filter(|until| *until > now)?;
    Some(doubles::claim(doubles::said_key(giver, receiver, day), until, ClaimWord::AlreadyHere, asked))
}

/// Until when "already here?" is asked of a day: the same for everybody who asks.
#[must_use]
pub fn until(day: Day) -> Option<Timestamp> {
    let days = i64::from(day.days().checked_add(DOUBLES_DAYS)?);
    days.checked_mul(MICROS_PER_DAY).map(Timestamp::from_micros)
}

fn payer(
    sight: &Sight<'_>,
    account: AccountNumber,
    bank: crate::domain::BankNumber,
) -> Result<Payer, Refusal> {
    let party = sight.party(account)?;
    match party.kind {
        AccountKind::Pot => sight.pot("paid_by_account_number", account, bank).map(Payer::Pot),
        AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => {
            Ok(Payer::Account(sight.taking_part("paid_by_account_number", account)?.own))
        }
        AccountKind::Issuance | AccountKind::Clearing => {
            Err(Refusal::NotSomebody { field: "paid_by_account_number", account })
        }
    }
}

fn organisation(
    sight: &Sight<'_>,
    account: AccountNumber,
    bank: crate::domain::BankNumber,
) -> Result<Holder, Refusal> {
    let field = "in_the_name_of_account_number";
    let party = sight.taking_part(field, account)?;
    if party.kind != AccountKind::Organisation || party.bank != bank {
        return Err(Refusal::NotSomebody { field, account });
    }
    Ok(party.own)
}
