//! Which events an entry makes.
//!
//! An event is made of its entry and of earlier ones that the entry names: those never change, so neither does the event.

use crate::directory::hooks::{Because, Endpoint, EndpointName, EventKind, Said};
use crate::directory::partners::{Model, Settling};
use crate::domain::{
    AccountNumber, Action, Claim, ClaimUnit, ClaimWord, Entry, OwnerNumber, Sequence, Timestamp,
};
use crate::redemption::beside::{Sale, Step};
use crate::redemption::caps;
use crate::redemption::standing::Redemption;

/// Names an event for ever: the entry, and which of its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// The entry.
    pub entry: Sequence,
    /// What it tells of: an entry makes at most one event of each kind.
    pub kind: EventKind,
}

impl EventId {
    /// What the receiver at an endpoint knows it by: the endpoint and the entry. An entry that takes hours may also say that few
    /// are left for the month: that event has a name of its own.
    #[must_use]
    pub fn webhook_id(self, endpoint: EndpointName) -> String {
        let also = if self.kind == EventKind::BudgetLow { "-budget" } else { "" };
        format!("{}-{}-{}{also}", endpoint.partner.get(), endpoint.number, self.entry.get())
    }
}

/// Something a partner's software is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The entry, and what it tells of.
    pub id: EventId,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Whom it is for.
    pub partner: OwnerNumber,
    /// What it says.
    pub says: Says,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// What happened to a sale.
    Sale {
        /// As it stood then.
        redemption: Box<Redemption>,
        /// How much was set aside, taken, let go or given back by it, seconds.
        amount: i64,
    },
    /// A period is final.
    Settled {
        /// What was said of it.
        settling: Settling,
        /// How much went, seconds; none where the hours stay.
        seconds: Option<i64>,
    },
    /// Few of the month's hours are left.
    BudgetLow {
        /// The sale by which they are.
        sale: Box<Sale>,
        /// How many the partner takes in the month, seconds.
        budget: i64,
        /// How many are taken or set aside with it, seconds.
        taken: i64,
    },
    /// An endpoint of the partner was given up.
    Disabled {
        /// Which.
        endpoint: u16,
        /// Why.
        because: Because,
    },
    /// Somebody asked for it.
    Test {
        /// For which endpoint.
        endpoint: u16,
    },
}

impl Event {
    /// Events with the same are told in this order: those of one redemption. Others are alone.
    #[must_use]
    pub fn in_order_with(&self) -> Sequence {
        match &self.says {
            Says::Sale { redemption, .. } => redemption.number,
            Says::Settled { .. } | Says::BudgetLow { .. } | Says::Disabled { .. } | Says::Test { .. } => {
                self.id.entry
            }
        }
    }

    /// Whether it is for an endpoint.
    #[must_use]
    pub fn is_for(&self, name: EndpointName, endpoint: &Endpoint) -> bool {
        self.partner == name.partner && self.may_go_to(name.number) && endpoint.kinds.wants(self.id.kind)
    }

    /// Whether it is for the endpoint with this number of its partner, whatever that wants.
    const fn may_go_to(&self, number: u16) -> bool {
        match self.says {
            Says::Test { endpoint } => endpoint == number,
            Says::Disabled { endpoint, .. } => endpoint != number,
            Says::Sale { .. } | Says::Settled { .. } | Says::BudgetLow { .. } => true,
        }
    }
}

/// What is looked up for an event: earlier entries, and whose an account is.
pub trait Earlier {
    /// Why it cannot be.
    type Error;

    /// An entry of the past.
    ///
    /// # Errors
    /// It cannot be read.
    fn entry(&self, sequence: Sequence) -> Result<Option<Entry>, Self::Error>;

    /// Whose an account is.
    fn owner(&self, account: AccountNumber) -> Option<OwnerNumber>;
}

/// The events that an entry makes: one, or two where hours were taken and few are left.
///
/// # Errors
/// An earlier entry cannot be read.
pub fn events_of<E: Earlier>(entry: &Entry, earlier: &E) -> Result<Vec<Event>, E::Error> {
    let event = |kind, partner, says| Event {
        id: EventId { entry: entry.sequence, kind },
        recorded_at: entry.recorded_at,
        partner,
        says,
    };
    if let Some(redemption) = Redemption::begun_by(entry) {
        let kind = if redemption.taken_by.is_some() { EventKind::Captured } else { EventKind::Authorized };
        let (partner, sale, amount) =
            (redemption.sale.receipt.partner, redemption.sale.clone(), redemption.amount);
        let says = Says::Sale { redemption: Box::new(redemption), amount };
        let low = low(entry, &sale).map(|(budget, taken)| {
            event(EventKind::BudgetLow, partner, Says::BudgetLow { sale: Box::new(sale), budget, taken })
        });
        return Ok(std::iter::once(event(kind, partner, says)).chain(low).collect());
    }
    if let Some((kind, redemption, amount)) = moved_on(entry, earlier)? {
        let partner = redemption.sale.receipt.partner;
        return Ok(vec![event(kind, partner, Says::Sale { redemption: Box::new(redemption), amount })]);
    }
    Ok(said(entry, earlier).map(|(kind, partner, says)| event(kind, partner, says)).into_iter().collect())
}

/// What an entry did to a sale that was begun before.
fn moved_on<E: Earlier>(
    entry: &Entry,
    earlier: &E,
) -> Result<Option<(EventKind, Redemption, i64)>, E::Error> {
    let moved = entry.moves().find(|part| part.of == 0).map_or(0, |part| part.amount.seconds());
    if let Action::Reverse(reverse) = &entry.command.action {
        let Some(taking) = earlier.entry(reverse.original)? else { return Ok(None) };
        let Some(redemption) = taken_by(&taking, earlier)? else { return Ok(None) };
        let before = Step::beside(entry).map_or(0, |step| step.given_back_before);
        let redemption = redemption.given_back(before.saturating_add(moved));
        return Ok(Some((EventKind::Refunded, redemption, moved)));
    }
    let kind = match &entry.command.action {
        Action::Capture(_) => EventKind::Captured,
        Action::Void(_) => EventKind::Voided,
        Action::Expire(_) => EventKind::Expired,
        Action::Post(_)
        | Action::Reverse(_)
        | Action::Hold(_)
        | Action::RegisterOwners(_)
        | Action::OpenBank(_)
        | Action::OpenClearing(_)
        | Action::OpenAccounts(_)
        | Action::SetLimits(..)
        | Action::Close(_)
        | Action::Reopen(_)
        | Action::Note(_) => return Ok(None),
    };
    let redemption = taken_by(entry, earlier)?;
    Ok(redemption.map(|redemption| {
        let amount = if kind == EventKind::Captured { redemption.captured } else { redemption.amount };
        (kind, redemption, amount)
    }))
}

/// A sale after the entry that took its hours or let them go: the one that began it, or one that ended what was set aside.
fn taken_by<E: Earlier>(entry: &Entry, earlier: &E) -> Result<Option<Redemption>, E::Error> {
    if let Some(redemption) = Redemption::begun_by(entry) {
        return Ok(Some(redemption));
    }
    let Some(hold) = entry.command.action.hold_named() else { return Ok(None) };
    let begun = earlier.entry(hold)?;
    Ok(begun.and_then(|begun| Redemption::begun_by(&begun)).map(|begun| begun.ended_by(entry)))
}

/// What a note, or what stands beside an entry, says to a partner.
fn said(entry: &Entry, earlier: &impl Earlier) -> Option<(EventKind, OwnerNumber, Says)> {
    if let Action::Note(note) = &entry.command.action
        && let Ok(Some((endpoint, said))) = Said::decode(note)
    {
        let partner = OwnerNumber::new(u32::try_from(note.subject).ok()?);
        return match said {
            Said::Test => Some((EventKind::Test, partner, Says::Test { endpoint })),
            Said::Disabled(because) => {
                Some((EventKind::EndpointDisabled, partner, Says::Disabled { endpoint, because }))
            }
            Said::Created(..)
            | Said::Changed(..)
            | Said::Rotated { .. }
            | Said::Paused
            | Said::Resumed
            | Said::Deleted
            | Said::Replay { .. } => None,
        };
    }
    let settling = Settling::in_entry(entry).ok().flatten()?;
    match settling {
        Settling::Settled { account, model, .. } => {
            let went = entry.command.action.transfers().first().map_or(0, |first| first.amount.seconds());
            let seconds = (model != Model::Kept).then_some(went);
            Some((EventKind::Settled, earlier.owner(account)?, Says::Settled { settling, seconds }))
        }
        Settling::Paid { .. } => None,
    }
}

/// The budget and what is taken of it, where an entry crosses the line: before it a fifth was left, now less is.
fn low(entry: &Entry, sale: &Sale) -> Option<(i64, i64)> {
    let budget = sale.budget?;
    let is_of_budget =
        |claim: &Claim| claim.word == ClaimWord::BudgetSpent && claim.unit == ClaimUnit::Seconds;
    let counts = entry.command.claims.iter().zip(&entry.outcome.counted);
    let (claim, taken) = counts.into_iter().find(|(claim, _)| is_of_budget(claim))?;
    let before = taken.saturating_sub(claim.take);
    let crosses = caps::is_nearly_gone(budget, *taken) && !caps::is_nearly_gone(budget, before);
    crosses.then_some((budget, *taken))
}
