//! Sales as a list, and what was taken on one business day.
//!
//! Read from the accounts of the partner: what was taken and given back has lines there, what is set aside is open. Nothing is
//! kept beside.
//!
//! - All pages are of the position at which the first was read: what was set aside by then and is taken while somebody turns
//!   pages stays where it was, each sale on one page.

use std::collections::BTreeMap;

use super::told::partner_named;
use crate::access::{Allowed, Capacity, Role};
use crate::api::*;
use crate::domain::{AccountNumber, Action, Day, Entry, OwnerNumber, Sequence};
use crate::redemption::beside::Sale;
use crate::redemption::caps::{self, BusinessDay, DAYS_BEFORE_MAX};
use crate::redemption::standing::Redemption as Standing;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::pages::{PAGE_MAX, Page};
use crate::service::{answers, fields};

/// So many open holds of an account are looked at.
const HOLDS_MAX: usize = 10_000;
/// A business day is at most so many days ago.
const DAYS_AGO_MAX: i32 = 62;

/// Which sales.
struct Which {
    till: Option<u16>,
    from: Option<Day>,
    through: Option<Day>,
}

impl Which {
    fn has(&self, sale: &Sale) -> bool {
        self.till.is_none_or(|till| till == sale.receipt.till)
            && self.from.is_none_or(|from| from <= sale.receipt.day)
            && self.through.is_none_or(|through| sale.receipt.day <= through)
    }
}

impl Installation {
    pub(super) fn list_redemptions(
        &self,
        allowed: &Allowed,
        request: ListRedemptionsRequest,
    ) -> Result<ListRedemptionsResponse, NotDone> {
        let ListRedemptionsRequest { till_number, from_day, through_day, .. } = request;
        let partner = partner_named(allowed, "partner_owner_number", request.partner_owner_number)?;
        let question = format!("sales {partner} {till_number} {from_day:?} {through_day:?}");
        let page = Page::read(request.page_size, &request.page_token, &question)?;
        let (accounts, today) = self.accounts_of(allowed, partner)?;
        let which = Which {
            till: till_asked(allowed, till_number)?,
            from: first_day(allowed, today, fields::day("from_day", from_day)?),
            through: fields::day("through_day", through_day)?,
        };
        let newest = self.network.ledger.position();
        let position = page.as_of.map_or(newest, |as_of| Sequence::new(as_of).min(newest));
        let below = page.after.map_or(position.next(), Sequence::new);
        let (found, looked_down_to) = self.sales_below(&accounts, (position, below), &which, page.size)?;
        let mut redemptions = Vec::with_capacity(found.len());
        for entry in &found {
            let standing = self.standing_of(entry)?;
            redemptions.extend(standing.map(|standing| self.redemption_as_seen(allowed, &standing)));
        }
        let next = looked_down_to.map(|sequence| page.token_as_of(sequence.get(), position.get()));
        let next_page_token = next.unwrap_or_default();
        Ok(ListRedemptionsResponse { redemptions, next_page_token, sequence: position.get() })
    }

    pub(super) fn day_totals(
        &self,
        allowed: &Allowed,
        request: DayTotalsRequest,
    ) -> Result<DayTotalsResponse, NotDone> {
        let partner = partner_named(allowed, "partner_owner_number", request.partner_owner_number)?;
        let (accounts, today) = self.accounts_of(allowed, partner)?;
        let day = fields::day("day", request.day)?.unwrap_or(today);
        let days_ago = today.days().saturating_sub(day.days());
        let most = if is_till(allowed) { DAYS_BEFORE_MAX } else { DAYS_AGO_MAX };
        if !(0..=most).contains(&days_ago) {
            return Err(NotDone::bad("day", "today or at most 62 days ago; for a till today or yesterday"));
        }
        let which = Which { till: till_asked(allowed, 0)?, from: Some(day), through: Some(day) };
        let position = self.network.ledger.position();
        let mut sales = BTreeMap::new();
        let mut below = position.next();
        let begins = self.begins_of(partner, day)?;
        loop {
            let (found, looked_down_to) = self.sales_below(&accounts, (position, below), &which, PAGE_MAX)?;
            for entry in found {
                sales.insert(entry.sequence, entry);
            }
            let Some(next) = looked_down_to else { break };
            let at = self.network.ledger.books().durable(next).map_err(unreadable)?;
            // Nothing of a day was written down before it began.
            if at.is_none_or(|entry| entry.recorded_at < begins) {
                break;
            }
            below = next;
        }
        let mut tills: BTreeMap<(u8, u16), TillTotals> = BTreeMap::new();
        for entry in sales.values() {
            if let Some(standing) = self.standing_of(entry)? {
                count(&mut tills, &standing);
            }
        }
        // A till hears no sums of its partner's but of the day.
        let is_told = !is_till(allowed);
        let (budget_seconds, budget_taken_seconds) =
            if is_told { self.budget_of(partner, today)? } else { (None, 0) };
        let known = self.directory.known_now(&self.network.ledger)?;
        let staff = known.partners.staff(partner);
        let staff_initials = staff.iter().map(|one| one.initials.to_string()).collect();
        let bank = known.people.person(partner).and_then(|person| known.banks.get(person.bank));
        let zone = bank.and_then(|bank| bank.zone().iana_name()).unwrap_or("UTC");
        Ok(DayTotalsResponse {
            staff_initials,
            time_zone: zone.to_owned(),
            tills: tills.into_values().collect(),
            sequence: position.get(),
            day: Some(answers::date(day)),
            budget_seconds,
            budget_taken_seconds,
        })
    }

    /// How many seconds a partner takes in the month that runs at most, and what is taken of them.
    fn budget_of(&self, partner: OwnerNumber, today: Day) -> Result<(Option<i64>, i64), NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        let budget = known.partners.budget(partner);
        let bank = known.people.person(partner).and_then(|person| known.banks.get(person.bank));
        let on = bank.map(|bank| BusinessDay { day: today, zone: bank.zone() });
        let count = on.map(|on| caps::of_budget(partner, budget, on));
        drop(known);
        let keys = count.map(|count| count.key).into_iter().collect();
        let taken = self.network.ledger.taken_of(keys).map_err(|error| self.not_done(error))?;
        Ok((budget, taken.into_iter().sum()))
    }

    /// The accounts of a partner in reach, and which day it is there.
    pub(super) fn accounts_of(
        &self,
        allowed: &Allowed,
        partner: OwnerNumber,
    ) -> Result<(Vec<AccountNumber>, Day), NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        let person = self.own_partner(allowed, &known, partner)?;
        let now = self.access.now();
        let today = known.banks.get(person.bank).map_or_else(|| now.utc_day(), |bank| bank.today(now));
        Ok((person.accounts.iter().map(|account| account.number).collect(), today))
    }

    fn begins_of(&self, partner: OwnerNumber, day: Day) -> Result<crate::domain::Timestamp, NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        let bank = known.people.person(partner).and_then(|person| known.banks.get(person.bank));
        Ok(bank.map_or_else(|| day.begins(&jiff::tz::TimeZone::UTC), |bank| day.begins(bank.zone())))
    }

    /// The entries that began sales, newest first, among what has a line below `below` or was open at `as_of` and was not let
    /// go since: at most `most`; and down to where it was looked, if there may be more.
    fn sales_below(
        &self,
        accounts: &[AccountNumber],
        (as_of, below): (Sequence, Sequence),
        which: &Which,
        most: usize,
    ) -> Result<(Vec<Entry>, Option<Sequence>), NotDone> {
        let books = self.network.ledger.books();
        // Newest first, whichever account they are of; each as far down as all are read.
        let mut lines = BTreeMap::new();
        let mut down_to = Sequence::ZERO;
        for account in accounts {
            let newest = books.last_line_before(*account, |entry| entry.sequence >= below);
            let Some(newest) = newest.map_err(unreadable)? else { continue };
            let number = newest.number.saturating_add(1);
            let page = books.statement(*account, Some(number), PAGE_MAX).map_err(unreadable)?;
            if let Some(last) = page.last().filter(|last| last.number > 1) {
                down_to = down_to.max(last.entry.sequence);
            }
            lines.extend(page.into_iter().map(|line| (line.entry.sequence, line.entry)));
        }
        // Open ones before those that were taken since: what ends in between is among the latter.
        for account in accounts {
            let open = self.network.ledger.views().open_holds(Some(*account), Sequence::ZERO, HOLDS_MAX);
            for (hold, _) in open.into_iter().filter(|(hold, _)| *hold < below) {
                let entry = books.durable(hold).map_err(unreadable)?;
                lines.extend(entry.map(|entry| (hold, entry)));
            }
            for hold in self.taken_since(*account, as_of)?.into_iter().filter(|hold| *hold < below) {
                let entry = books.durable(hold).map_err(unreadable)?;
                lines.extend(entry.map(|entry| (hold, entry)));
            }
        }
        let mut found = Vec::new();
        let mut looked_down_to = None;
        for (sequence, entry) in lines.into_iter().rev().take_while(|(sequence, _)| *sequence >= down_to) {
            if found.len() >= most {
                return Ok((found, looked_down_to));
            }
            looked_down_to = Some(sequence);
            if let Some(began) = self.sale_taken_by(entry).map_err(unreadable)?
                && Sale::beside(&began).is_some_and(|sale| which.has(&sale))
            {
                found.push(began);
            }
        }
        Ok((found, looked_down_to.filter(|_| !down_to.is_zero())))
    }

    /// What was set aside for an account by `as_of` and taken after it: its line is newer than every page.
    fn taken_since(&self, account: AccountNumber, as_of: Sequence) -> Result<Vec<Sequence>, NotDone> {
        let mut found = Vec::new();
        let mut below = None;
        loop {
            let lines = self.network.ledger.books().statement(account, below, PAGE_MAX);
            let lines = lines.map_err(unreadable)?;
            let since = lines.iter().take_while(|line| line.entry.sequence > as_of);
            let holds = since.filter_map(|line| {
                let Action::Capture(capture) = &line.entry.command.action else { return None };
                Some(capture.hold)
            });
            found.extend(holds.filter(|hold| *hold <= as_of));
            match lines.last() {
                Some(last) if last.entry.sequence > as_of => below = Some(last.number),
                Some(_) | None => return Ok(found),
            }
        }
    }

    /// The entry that began a sale, for the entry that took it or set it aside; none for what gave back.
    fn sale_taken_by(&self, entry: Entry) -> Result<Option<Entry>, crate::ledger::recovery::RecoveryError> {
        if matches!(entry.command.action, Action::Reverse(_)) {
            return Ok(None);
        }
        self.beginning_of(&entry)
    }
}

/// Counts a sale where its till stands.
fn count(tills: &mut BTreeMap<(u8, u16), TillTotals>, standing: &Standing) {
    let (venue, till) = (standing.sale.venue, standing.sale.receipt.till);
    let totals = tills.entry((venue, till)).or_insert_with(|| TillTotals {
        venue_number: venue.into(),
        till_number: till.into(),
        ..Default::default()
    });
    if standing.taken_by.is_some() {
        totals.captured_count = totals.captured_count.saturating_add(1);
        totals.captured_seconds = totals.captured_seconds.saturating_add(standing.captured);
        totals.refunded_seconds = totals.refunded_seconds.saturating_add(standing.refunded);
    } else if standing.deadline.is_some() {
        totals.held_seconds = totals.held_seconds.saturating_add(standing.amount);
    }
}

fn is_till(allowed: &Allowed) -> bool {
    allowed.caller().capacity == Capacity::Role(Role::Till)
}

/// Of which till: a till's own key sees its own.
fn till_asked(allowed: &Allowed, number: u32) -> Result<Option<u16>, NotDone> {
    let own = allowed.caller().till;
    let limit = "the number of a till, or 0 for all; for a till its own, or 0";
    let no_till = || NotDone::bad("till_number", limit);
    if own.is_some_and(|own| number != 0 && number != own) {
        return Err(no_till());
    }
    let number = own.unwrap_or(number);
    let till = u16::try_from(number).map_err(|_| no_till())?;
    Ok(Some(till).filter(|till| *till != 0))
}

/// A till sees today and yesterday.
pub(super) fn first_day(allowed: &Allowed, today: Day, asked: Option<Day>) -> Option<Day> {
    let earliest = Day::from_days(today.days().saturating_sub(DAYS_BEFORE_MAX));
    if is_till(allowed) { Some(asked.map_or(earliest, |asked| asked.max(earliest))) } else { asked }
}
