//! Vouchers: hours of a pot or an organisation, set aside for somebody who is no member.
//!
//! A voucher is a hold towards the bank's issuance account, which never happens: each sale takes a part of it to the
//! partner, and what is left on the evening of the last day goes back by itself.

use smallvec::smallvec;

use crate::directory::people::Taking;
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, Day, Entry, Hold, Invalid, Kind, Timestamp,
    Transfer,
};
use crate::exchange::Refusal;
use crate::exchange::plan::Plan;
use crate::exchange::pots;
use crate::exchange::rules::effects::Effects;
use crate::exchange::sight::Sight;

/// It works for at most so many days.
pub const DAYS_MAX: i32 = 366;

/// A voucher to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// Whose hours: a pot's or an organisation's.
    pub from: AccountNumber,
    /// How much.
    pub amount: Amount,
    /// The last day on which it works, where the bank is.
    pub last_day: Day,
    /// Why.
    pub reason: String,
}

impl Voucher {
    /// The entry.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<Plan, Refusal> {
        let party = sight.party(self.from)?;
        let bank = sight.bank(party.bank)?;
        let ahead = self.last_day.days().saturating_sub(bank.today(sight.now).days());
        if !(0..=DAYS_MAX).contains(&ahead) {
            return Err(Invalid { field: "last_day", limit: "today or at most 366 days ahead" }.into());
        }
        let transfer = Transfer::new(self.from, bank.issuance, self.amount);
        let (also, of_month) = match party.kind {
            AccountKind::Pot => (pots::opened(sight, self.from, party.bank, self.amount)?, None),
            AccountKind::Organisation => {
                sight.not_paused(party.own)?;
                (None, sight.may_take(self.from, Taking::Spending, self.amount)?)
            }
            AccountKind::Member | AccountKind::Partner | AccountKind::Issuance | AccountKind::Clearing => {
                return Err(Refusal::NotAPot { field: "from_account_number", account: self.from });
            }
        };
        let deadline = Day::from_days(self.last_day.days().saturating_add(1)).begins(bank.zone());
        let hold = Hold {
            kind: Kind::Voucher,
            transfers: smallvec![transfer],
            deadline,
            at_deadline: AtDeadline::Release,
        };
        let mut plan = Plan::new(Action::Hold(hold), vec![party.own.owner, bank.owner]);
        plan.about.dedup();
        plan.claims = of_month.into_iter().collect();
        plan.said.reason = Some(self.reason.clone());
        plan.judged(sight, &Effects::default(), None, also)
    }
}

/// Whose hours the voucher holds that `entry` is, and until when it works; nothing if it is none.
#[must_use]
pub fn voucher_of(entry: &Entry) -> Option<(AccountNumber, Timestamp)> {
    let Action::Hold(hold) = &entry.command.action else { return None };
    (hold.kind == Kind::Voucher).then_some((hold.transfers.first()?.debit, hold.deadline))
}
