//! Partners' statements, period by period; a period is what is between two settlements.
//!
//! Read from the partner's account as it stands: nothing of a statement is kept. A page is read with the whole period, as
//! its sums are.

use std::collections::VecDeque;

use super::standing::receipt;
use super::told::partner_named;
use crate::access::Allowed;
use crate::api::*;
use crate::directory::Known;
use crate::directory::partners::{Model, Settled};
use crate::directory::people::person::OwnAccount;
use crate::directory::people::sites::InUse;
use crate::domain::{AccountKind, AccountNumber, Day, OwnerNumber, Sequence};
use crate::ledger::StatementLine;
use crate::redemption::beside::Sale;
use crate::redemption::statement::{LineKind, Sums, line_kind};
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::pages::{PAGE_MAX, Page};
use crate::service::{answers, fields};

/// What a period is.
struct Period {
    account: AccountNumber,
    /// The last entry of the one before.
    after: Sequence,
    /// Its own last entry.
    through: Sequence,
}

/// Lines of a period, by their numbers, its sums, and those of the venue that is asked for.
struct Read {
    sums: Sums,
    of_venue: Sums,
    lines: VecDeque<(u64, PartnerLine)>,
}

impl Installation {
    pub(super) fn get_partner_statement(
        &self,
        allowed: &Allowed,
        request: GetPartnerStatementRequest,
    ) -> Result<GetPartnerStatementResponse, NotDone> {
        let GetPartnerStatementRequest { account_number, period_number, venue_number, .. } = request;
        let partner = partner_named(allowed, "partner_owner_number", request.partner_owner_number)?;
        let question = format!("partner {partner} {account_number} {period_number} {venue_number}");
        let page = Page::read(request.page_size, &request.page_token, &question)?;
        let position = self.network.ledger.position();
        let known = self.directory.known_now(&self.network.ledger)?;
        self.own_partner(allowed, &known, partner)?;
        let account = account_in(allowed, &known, partner, account_number)?;
        let runs = known.settlements.next_period(account);
        let number = if period_number == 0 { runs } else { period_number };
        if number > runs {
            return Err(NotDone::bad(
                "period_number",
                "that of a period there is, or 0 for the one that runs",
            ));
        }
        let before = number.checked_sub(1).and_then(|before| known.settlements.period(account, before));
        let settled = known.settlements.period(account, number);
        let (day_at, today) = self.days_of(&known, account)?;
        let begins = match before {
            Some(before) => before.recorded_at,
            None => self.opened_at(account)?,
        };
        let mut response = GetPartnerStatementResponse {
            period_number: number,
            first_day: Some(answers::date(day_at(begins))),
            last_day: settled.map(|settled| answers::date(day_at(settled.recorded_at))),
            settlement: settled.map(|settled| settlement(settled, today)),
            sequence: position.get(),
            ..Default::default()
        };
        let period = Period {
            account,
            after: before.map_or(Sequence::ZERO, |before| before.sequence),
            through: settled.map_or(position, |settled| settled.sequence),
        };
        drop(known);
        let read = self.read_period(&period, venue_number, &page)?;
        response.sums = Some(sums(read.sums));
        response.venue = (venue_number != 0).then(|| of_venue(venue_number, read.of_venue));
        let has_more = read.lines.len() > page.size;
        let lines: Vec<_> = read.lines.into_iter().take(page.size).collect();
        if let Some((last, _)) = lines.last().filter(|_| has_more) {
            response.next_page_token = page.token_after(*last);
        }
        response.lines = lines.into_iter().map(|(_, line)| line).collect();
        Ok(response)
    }

    /// Which day a moment is where an account's bank is, and which day it is there.
    pub(super) fn days_of(
        &self,
        known: &Known,
        account: AccountNumber,
    ) -> Result<(impl Fn(crate::domain::Timestamp) -> Day + use<>, Day), NotDone> {
        let missing = || self.refused(&crate::domain::Refusal::AccountNotFound(account));
        let view = self.network.ledger.views().account(account).ok_or_else(missing)?;
        let zone = known.banks.get(view.bank).ok_or_else(missing)?.zone().clone();
        let today = Day::at(self.access.now(), &zone);
        Ok((move |moment| Day::at(moment, &zone), today))
    }

    fn opened_at(&self, account: AccountNumber) -> Result<crate::domain::Timestamp, NotDone> {
        let history = self.network.ledger.books().standing_history(account, PAGE_MAX).map_err(unreadable)?;
        let opened = history.last().map(|entry| entry.recorded_at);
        opened.ok_or_else(|| self.refused(&crate::domain::Refusal::AccountNotFound(account)))
    }

    /// All of a period, newest line first; kept are those of the page, and one more if there is one.
    fn read_period(&self, period: &Period, venue: u32, page: &Page) -> Result<Read, NotDone> {
        let books = self.network.ledger.books();
        let last_through = |sequence: Sequence| {
            let line = books.last_line_before(period.account, |entry| entry.sequence > sequence);
            line.map_err(unreadable)
        };
        let before = last_through(period.after)?;
        let first = before.as_ref().map_or(0, |line| line.number);
        let mut read = Read {
            sums: Sums {
                brought_forward: before.as_ref().map_or(0, |line| line.line.posted),
                ..Sums::default()
            },
            of_venue: Sums::default(),
            lines: VecDeque::new(),
        };
        let mut below = last_through(period.through)?.map_or(0, |line| line.number).saturating_add(1);
        while below.saturating_sub(1) > first {
            // One more than is looked at: what a line changed is seen from the line before.
            let lines = books.statement(period.account, Some(below), PAGE_MAX).map_err(unreadable)?;
            for (place, line) in lines.iter().enumerate() {
                if line.number <= first {
                    return Ok(read);
                }
                let before = match lines.get(place.saturating_add(1)) {
                    Some(before) => before.line.posted,
                    None => self.posted_before(period.account, line)?,
                };
                self.read_line(&mut read, line, line.line.posted.saturating_sub(before), (venue, page))?;
                below = line.number;
            }
            if lines.is_empty() {
                break;
            }
        }
        Ok(read)
    }

    fn posted_before(&self, account: AccountNumber, line: &StatementLine) -> Result<i64, NotDone> {
        let before = self.network.ledger.books().durable(line.line.previous).map_err(unreadable)?;
        Ok(before.and_then(|entry| entry.line(account).map(|line| line.posted)).unwrap_or_default())
    }

    fn read_line(
        &self,
        read: &mut Read,
        line: &StatementLine,
        change: i64,
        (venue, page): (u32, &Page),
    ) -> Result<(), NotDone> {
        if change == 0 {
            return Ok(());
        }
        let began = self.beginning_of(&line.entry).map_err(unreadable)?;
        let sale = began.as_ref().and_then(Sale::beside);
        let moved = self.network.ledger.books().kind(&line.entry).map_err(unreadable)?;
        let kind = line_kind(&line.entry, moved, sale.as_ref(), change);
        read.sums.add(kind, change);
        let is_of_venue = sale.as_ref().is_some_and(|sale| u32::from(sale.venue) == venue);
        if is_of_venue {
            read.of_venue.add(kind, change);
        }
        let is_asked_for = venue == 0 || is_of_venue;
        if is_asked_for && page.after.is_none_or(|after| line.number > after) {
            read.lines.push_front((line.number, partner_line(line, kind, sale.as_ref(), change)));
            read.lines.truncate(page.size.saturating_add(1));
        }
        Ok(())
    }
}

/// The account of a partner that is named, or its only one. Whoever reaches one of its banks hears of the accounts there.
pub(super) fn account_in(
    allowed: &Allowed,
    known: &Known,
    partner: OwnerNumber,
    number: u32,
) -> Result<AccountNumber, NotDone> {
    let accounts = known.people.person(partner).map_or(&[][..], |person| &person.accounts);
    let in_reach = |account: &&OwnAccount| allowed.sees_account(account.bank, AccountKind::Partner, partner);
    let field = "account_number";
    if let Some(named) = fields::account_or_any(field, number)? {
        let is_own = accounts.iter().filter(in_reach).any(|account| account.number == named);
        let limit = "that of an account of this partner, or 0 for its only one";
        return if is_own { Ok(named) } else { Err(NotDone::bad(field, limit)) };
    }
    let mut open = accounts.iter().filter(in_reach).filter(|account| account.in_use() == InUse::Yes);
    match (open.next(), open.next()) {
        (Some(only), None) => Ok(only.number),
        (None, _) | (_, Some(_)) => {
            Err(NotDone::bad(field, "given where a partner has no open account, or several"))
        }
    }
}

fn partner_line(line: &StatementLine, kind: LineKind, sale: Option<&Sale>, change: i64) -> PartnerLine {
    PartnerLine {
        sequence: line.entry.sequence.get(),
        kind: match kind {
            LineKind::Taken => PartnerLineKind::Taken,
            LineKind::GivenBack => PartnerLineKind::GivenBack,
            LineKind::Spent => PartnerLineKind::Spent,
            LineKind::Settled => PartnerLineKind::Settled,
            LineKind::Other => PartnerLineKind::Other,
        }
        .into(),
        recorded_at: Some(answers::timestamp(line.entry.recorded_at)),
        receipt: sale.map(|sale| receipt(&sale.receipt)),
        venue_number: sale.map_or(0, |sale| sale.venue.into()),
        offer_number: sale.map_or(0, |sale| sale.offer.into()),
        change_seconds: change,
        is_beyond_budget: sale.is_some_and(|sale| sale.is_beyond_budget),
    }
}

/// A venue's lines are sales, and what was given back of them.
const fn of_venue(venue_number: u32, sums: Sums) -> VenueSums {
    VenueSums {
        venue_number,
        taken_seconds: sums.taken,
        given_back_seconds: sums.given_back,
        difference_seconds: sums.taken.saturating_sub(sums.given_back),
    }
}

const fn sums(sums: Sums) -> PartnerSums {
    PartnerSums {
        brought_forward_seconds: sums.brought_forward,
        taken_seconds: sums.taken,
        given_back_seconds: sums.given_back,
        spent_seconds: sums.spent,
        settled_seconds: sums.settled,
        other_seconds: sums.other,
        kept_seconds: sums.kept(),
    }
}

/// How a period was made final, as it is today.
pub(super) fn settlement(settled: &Settled, today: Day) -> Settlement {
    let late = |due: Day| {
        let days = settled.paid_day.unwrap_or(today).days().saturating_sub(due.days());
        u32::try_from(days).unwrap_or_default()
    };
    Settlement {
        model: match settled.model {
            Model::Kept => SettlementModel::Kept,
            Model::GivenBack => SettlementModel::GivenBack,
            Model::PaidOutside => SettlementModel::PaidOutside,
        }
        .into(),
        sequence: settled.sequence.get(),
        settled_seconds: settled.seconds,
        to_account_number: settled.to.map_or(0, AccountNumber::printed),
        reference: settled.reference.to_string(),
        due_day: settled.due_day.map(answers::date),
        paid_day: settled.paid_day.map(answers::date),
        days_late: settled.due_day.map_or(0, late),
    }
}
