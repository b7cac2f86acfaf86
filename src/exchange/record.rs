//! Help between two people, written down by a broker, in one bank or across two.
//!
//! - What already happened is written down: who is past a limit is told once, and whoever writes says why.
//! - Across two banks it is one entry of two transfers, through the account each bank keeps for the other; both
//!   sides pay and get themselves.

use smallvec::smallvec;

use super::length::Length;
use super::plan::{Plan, Said};
use super::pots;
use super::refusal::Refusal;
use super::rules::doubles::{self, Asked};
use super::rules::second_person::Cause;
use super::rules::standing::{self, AccountState, Payer, Told};
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
            self.in_one_bank(sight, (giver, receiver), written.amount)?
        } else {
            let kind = match receiver.state {
                AccountState::Open => Kind::Exchange,
                AccountState::Closed => Kind::Community, // Their pot pays.
            };
            (self.across(sight, (giver, receiver), written.amount)?, kind)
        };
        let people = [giver.own.owner, receiver.own.owner];
        // A pot that pays for whoever writes it down is in their favour.
        let own = receiver.own.account;
        let is_paid_for = !transfers.iter().any(|transfer| transfer.debit == own);
        let for_themselves = is_paid_for && sight.stands_for(sight.actor, own);
        let also = for_themselves.then_some(Cause::OwnAccount(own)).or(written.unusual.cause());
        let also = also.or(pots::opened_by(sight, &transfers)?);
        let mut plan = Plan::posted(sight, (kind, transfers), people.to_vec(), also)?;
        plan.occurred_on = Some(self.occurred_on);
        plan.claims =
            claim(people, self.occurred_on, written.amount, self.asked, sight.now).into_iter().collect();
        plan.allowed_by = self.limit_reason.is_some().then_some(sight.actor);
        plan.said = Said { memo: self.memo.clone(), reason: self.limit_reason.clone(), typed: written.typed };
        Ok(plan)
    }

    fn in_one_bank(
        &self,
        sight: &Sight<'_>,
        (giver, receiver): (Party, Party),
        amount: Amount,
    ) -> Result<(Transfers, Kind), Refusal> {
        let bank = giver.bank;
        let hours_to = match (self.hours_to, giver.standing.hours_to) {
            (Some(pot), _) | (None, people::HoursTo::Pot(pot)) => {
                Some(sight.pot("hours_to_account_number", pot, bank)?)
            }
            (None, people::HoursTo::Themselves) => None,
        };
        let paid_by = match (self.paid_by, receiver.standing.pays) {
            (Some(account), _) | (None, people::Pays::Pot(account)) => Some(payer(sight, account, bank)?),
            (None, people::Pays::Themselves) => None,
        };
        let told = Told {
            giver: standing::Party { own: giver.own, state: giver.state },
            receiver: standing::Party { own: receiver.own, state: receiver.state },
            pot: sight.community_pot(bank)?,
            paid_by,
            hours_to,
            in_the_name_of: self
                .in_the_name_of
                .map(|account| organisation(sight, account, bank))
                .transpose()?,
            amount,
            activity: self.activity,
        };
        let (transfer, kind) = told.settled()?;
        Ok((smallvec![transfer], kind))
    }

    fn across(
        &self,
        sight: &Sight<'_>,
        (giver, receiver): (Party, Party),
        amount: Amount,
    ) -> Result<Transfers, Refusal> {
        let is_plain = self.paid_by.is_none() && self.hours_to.is_none() && self.in_the_name_of.is_none();
        if !is_plain {
            return Err(Refusal::Invalid(crate::domain::Invalid {
                field: "paid_by_account_number, hours_to_account_number and in_the_name_of_account_number",
                limit: "absent between two banks",
            }));
        }
        let people = People { activity: self.activity, ..People::default() };
        between(sight, (giver, receiver), amount, people)
    }
}

/// The two transfers that move hours from `receiver` to `giver` through the accounts their banks keep; the pot of its
/// bank stands in for an account that is closed.
///
/// # Errors
/// [`Refusal::NoClearing`].
pub fn between(
    sight: &Sight<'_>,
    (giver, receiver): (Party, Party),
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
    let (pays, gets) = (sight.moves_for(&receiver)?, sight.moves_for(&giver)?);
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
) -> Result<super::rules::Holder, Refusal> {
    let field = "in_the_name_of_account_number";
    let party = sight.taking_part(field, account)?;
    if party.kind != AccountKind::Organisation || party.bank != bank {
        return Err(Refusal::NotSomebody { field, account });
    }
    Ok(party.own)
}
