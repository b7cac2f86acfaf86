//! A period made final: what becomes of the hours a partner took.
//!
//! How much goes is read when it is asked for, and the books may be written meanwhile: hours that come in between belong to the
//! period and stay on the account, brought forward into the next; where hours leave it in between, there is less than is to go,
//! and the account's own limits decide. Either way the statement is the account's balance. Why not all that is left at the
//! moment it is decided: an entry says its amount, and asked again it must say the same.

use smallvec::smallvec;

use crate::directory::partners::{Model, Settling};
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, Attachment, Day, Invalid, Kind, Note, OwnerNumber, People,
    Topic, Transfer,
};
use crate::exchange::Refusal;
use crate::exchange::plan::Plan;
use crate::exchange::record::between;
use crate::exchange::rules::effects::Effects;
use crate::exchange::sight::Sight;

/// A period to make final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settle {
    /// The partner.
    pub partner: OwnerNumber,
    /// Of which account.
    pub account: AccountNumber,
    /// The period that runs.
    pub period: u32,
    /// What becomes of the hours.
    pub model: Model,
    /// Where they go; none where they are kept.
    pub to: Option<AccountNumber>,
    /// The day by which it is to be paid.
    pub due_day: Option<Day>,
    /// What the payer finds it by.
    pub reference: Box<str>,
}

impl Settle {
    /// The entry: all goes that the account had when this was asked, or nothing moves.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let party = sight.party(self.account)?;
        self.check(sight, sight.bank(party.bank)?.today(sight.now))?;
        let Self { partner, account, period, model, due_day, reference, .. } = self.clone();
        let said = Settling::Settled { account, period, model, due_day, reference };
        let body = said.encode();
        let (Some(to), Some(amount)) = (self.to, Amount::of_balance(sight.posted(account).max(0))) else {
            let note = Note { topic: Topic::SETTLEMENT, subject: u64::from(partner.get()), body };
            return Ok(Plan::new(Action::Note(note), Vec::new()));
        };
        let gets = sight.party(to)?;
        let transfers = if gets.bank == party.bank {
            smallvec![Transfer::new(account, to, amount)]
        } else {
            between(sight, (gets, gets.own), (party, party.own), amount, People::default())?
        };
        let effects = Effects::of_post(&transfers);
        let mut plan = Plan::post(Kind::Settlement, transfers, Vec::new());
        plan.attachment = Some(Attachment { topic: Topic::SETTLEMENT, body });
        plan.judged(sight, &effects, None, None)
    }

    fn check(&self, sight: &Sight<'_>, today: Day) -> Result<(), Refusal> {
        let invalid = |field, limit| Err(Refusal::Invalid(Invalid { field, limit }));
        if sight.known.settlements.next_period(self.account) != self.period {
            return invalid("period_number", "that of the period that runs");
        }
        match (self.model, self.to) {
            (Model::Kept, Some(_)) => return invalid("to_account_number", "0 where the hours are kept"),
            (Model::GivenBack | Model::PaidOutside, None) => {
                return invalid("to_account_number", "the issuance account or a pot, where hours go back");
            }
            (Model::Kept, None) | (Model::GivenBack | Model::PaidOutside, Some(_)) => {}
        }
        let is_paid = self.model == Model::PaidOutside;
        if is_paid != self.due_day.is_some() || self.due_day.is_some_and(|due| due < today) {
            return invalid(
                "due_day",
                "from today on where somebody pays outside, and absent where nobody does",
            );
        }
        if is_paid == self.reference.is_empty() {
            return invalid(
                "reference",
                "1 to 64 bytes where somebody pays outside, and empty where nobody does",
            );
        }
        let Some(to) = self.to else { return Ok(()) };
        match sight.party(to)?.kind {
            AccountKind::Pot | AccountKind::Issuance => Ok(()),
            AccountKind::Member
            | AccountKind::Organisation
            | AccountKind::Partner
            | AccountKind::Clearing => invalid("to_account_number", "the issuance account or a pot"),
        }
    }
}
