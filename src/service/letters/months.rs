//! Help of one month whose hours moved other accounts than those of whoever gave or received it: no line of theirs says it.
//!
//! Found in one look through the entries of the month, for everybody at once, before the first letter of a stream: a look for
//! each letter would cost their product. Kept is one row for each person whom there is something to say of.

use std::collections::BTreeMap;

use super::making::Of;
use super::record::OfBank;
use crate::domain::{AccountKind, BankNumber, OwnerNumber, Timestamp};
use crate::ledger::recovery;
use crate::letters::{Deed, elsewhere};
use crate::service::installation::{Installation, unreadable};
use crate::service::moments;
use crate::service::not_done::NotDone;

/// What is not in the figures of somebody's own accounts, seconds. Not below zero: what was put right in the same month is
/// taken off, and what was put right of an earlier one is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HelpElsewhere {
    /// They gave it, and the hours went to a pot.
    pub to_pots: i64,
    /// They gave it, and the hours went to others: an organisation in whose name they gave, or whoever they chose.
    pub to_others: i64,
    /// They received it, and others paid: a pot, an organisation, another person.
    pub paid_by_others: i64,
}

/// By bank and person.
pub type Months = BTreeMap<(BankNumber, OwnerNumber), HelpElsewhere>;

impl Installation {
    /// That of a month in these banks; of one person alone, if somebody is named.
    pub fn help_elsewhere(
        &self,
        banks: &[BankNumber],
        of: Of,
        only: Option<OwnerNumber>,
    ) -> Result<Months, NotDone> {
        let mut months = Months::new();
        for bank in banks {
            let zone = self.past.zone(*bank).map_err(unreadable)?;
            let before = |time: Timestamp| self.past.position_before(time).map_err(moments::derived);
            let first = before(of.month.first_day().begins(&zone))?.next();
            let last = before(of.month.next().first_day().begins(&zone))?.min(of.at);
            let books = OfBank::new(self, *bank);
            let reader = &**self.network.ledger.books().journal();
            recovery::each_record(reader, first, last, |record| {
                let entry = recovery::decode(&record)?;
                for found in elsewhere(&entry, only, &books)? {
                    if found.occasion < first {
                        continue;
                    }
                    let kind = self.network.ledger.views().account(found.account).map(|view| view.kind);
                    let sums = months.entry((*bank, found.who)).or_default();
                    let sum = match (found.deed, kind) {
                        (Deed::Gave, Some(AccountKind::Pot)) => &mut sums.to_pots,
                        (Deed::Gave, _) => &mut sums.to_others,
                        (Deed::Received, _) => &mut sums.paid_by_others,
                    };
                    *sum = sum.saturating_add(found.seconds);
                }
                Ok(())
            })
            .map_err(unreadable)?;
        }
        Ok(months)
    }
}
