//! Statements: an account's lines, newest first, page by page.
//!
//! A page stays what it is while entries arrive: its token is the number of the last line looked at, and
//! lines are only ever added above. A filter by day looks at a bounded number of lines a page, so a page
//! may come back short, or empty, with more behind it.

mod others;
mod said;

pub(in crate::service) use others::Others;
pub(in crate::service) use said::Said;

use super::answers;
use super::fields;
use super::installation::{Installation, unreadable};
use super::not_done::NotDone;
use super::pages::{PAGE_MAX, Page};
use crate::access::{Allowed, Words};
use crate::api;
use crate::domain::{AccountNumber, Day, Line, Passed, Sequence};
use crate::ledger::StatementLine;
use crate::past::day_of;

/// Other accounts named on a line; all are counted.
const OTHERS_MAX: usize = 8;

impl Installation {
    /// ListStatement.
    pub fn list_statement(
        &self,
        allowed: &Allowed,
        request: api::ListStatementRequest,
    ) -> Result<api::ListStatementResponse, NotDone> {
        let account = fields::account("account_number", request.account_number)?;
        let from = fields::day("from_day", request.from_day)?;
        let through = fields::day("through_day", request.through_day)?;
        let at = request.at_sequence.map(Sequence::new);
        let page = Page::read(
            request.page_size,
            &request.page_token,
            &format!("statement {account} {from:?} {through:?} {at:?}"),
        )?;
        let view = self.account_in_reach(allowed, account)?;
        let (ledger, zone) = (&self.network.ledger, self.past.zone(view.bank).map_err(unreadable)?);
        let sequence = ledger.position();
        if let Some(asked) = at.filter(|at| *at > sequence) {
            return Err(NotDone::NotReached { asked, position: sequence });
        }
        let below = self.first_below(account, &page, at)?;
        let filtered = from.is_some() || through.is_some();
        let look_at = if filtered { PAGE_MAX } else { page.size };
        let lines = ledger.books().statement(account, below, look_at).map_err(unreadable)?;
        let mut response = api::ListStatementResponse { sequence: sequence.get(), ..Default::default() };
        let mut said = Said::new(self, allowed, account, &zone)?;
        let mut last = None;
        for (place, line) in lines.iter().enumerate() {
            if response.lines.len() >= page.size {
                break;
            }
            last = Some(line.number);
            let day = day_of(&line.entry, &zone);
            if from.is_none_or(|from| day >= from) && through.is_none_or(|through| day <= through) {
                // Lines come newest first: the next one is the line before.
                let before = match lines.get(place.saturating_add(1)) {
                    Some(before) => Some(before.line),
                    None => self.line_before(account, line)?,
                };
                response.lines.push(self.statement_line(&mut said, line, before, day)?);
            }
        }
        if let Some(last) = last.filter(|last| *last > 1) {
            response.next_page_token = page.token_after(last);
        }
        Ok(response)
    }

    /// Lines of an account below one of them, the newest first, with no other person in them; and the number of the last.
    ///
    /// In what was typed whoever stands on the other side of a line is somebody, as is everybody in `others`.
    pub(in crate::service) fn exported_lines(
        &self,
        allowed: &Allowed,
        account: AccountNumber,
        (below, most): (Option<u64>, usize),
        others: &mut Others,
    ) -> Result<(Vec<api::StatementLine>, Option<u64>), NotDone> {
        let view = self.account_in_reach(allowed, account)?;
        let zone = self.past.zone(view.bank).map_err(unreadable)?;
        let lines = self.network.ledger.books().statement(account, below, most).map_err(unreadable)?;
        let mut said = Said::without_people(self, allowed, account, &zone)?;
        let mut told = Vec::with_capacity(lines.len());
        for (place, line) in lines.iter().enumerate() {
            let before = match lines.get(place.saturating_add(1)) {
                Some(before) => Some(before.line),
                None => self.line_before(account, line)?,
            };
            let day = day_of(&line.entry, &zone);
            self.also_named(said.sides(&line.entry)?.others(), others)?;
            let line = self.statement_line(&mut said, line, before, day)?;
            told.push(api::StatementLine {
                memo: others.replaced(&line.memo),
                reason: others.replaced(&line.reason),
                ..line
            });
        }
        Ok((told, lines.last().map(|line| line.number)))
    }

    /// The line number that the page stays below; none for all.
    fn first_below(
        &self,
        account: AccountNumber,
        page: &Page,
        at: Option<Sequence>,
    ) -> Result<Option<u64>, NotDone> {
        let (Some(at), None) = (at, page.after) else { return Ok(page.after) };
        let books = self.network.ledger.books();
        let newest = books.last_line_before(account, |entry| entry.sequence > at).map_err(unreadable)?;
        Ok(Some(newest.map_or(0, |line| line.number).saturating_add(1)))
    }

    /// The line before, if there is one.
    fn line_before(&self, account: AccountNumber, line: &StatementLine) -> Result<Option<Line>, NotDone> {
        let before = self.network.ledger.books().durable(line.line.previous).map_err(unreadable)?;
        Ok(before.and_then(|entry| entry.line(account).copied()))
    }

    fn statement_line(
        &self,
        said: &mut Said<'_>,
        line: &StatementLine,
        before: Option<Line>,
        day: Day,
    ) -> Result<api::StatementLine, NotDone> {
        let (entry, allowed) = (&line.entry, said.allowed);
        let kind = self.network.ledger.books().kind(entry).map_err(unreadable)?;
        let (text, text_is_gone) = self.names().text_of(entry);
        let sides = said.sides(entry)?;
        let (posted, held) = before.map_or((0, 0), |before| (before.posted, before.held));
        let let_go = held.saturating_sub(line.line.held);
        Ok(api::StatementLine {
            line_number: line.number,
            sequence: entry.sequence.get(),
            recorded_at: Some(answers::timestamp(entry.recorded_at)),
            day: Some(answers::date(day)),
            form: answers::form(entry.form()).into(),
            kind: answers::kind(kind),
            change_seconds: line.line.posted.saturating_sub(posted),
            posted_seconds: line.line.posted,
            held_seconds: line.line.held,
            other_account_numbers: sides
                .others()
                .iter()
                .filter(|other| !(said.names_no_people() && self.is_somebodys(**other)))
                .map(|other| self.number_as_seen(allowed, *other))
                .filter(|number| *number != 0)
                .take(OTHERS_MAX)
                .collect(),
            others_count: u32::try_from(sides.others().len()).unwrap_or(u32::MAX),
            activity_number: sides.people().activity.map_or(0, u32::from),
            memo: text
                .memo
                .filter(|_| said.names_no_people() || allowed.words() != Words::None)
                .unwrap_or_default(),
            reason: text.reason.filter(|_| allowed.words() == Words::All).unwrap_or_default(),
            text_is_gone,
            passed_floor: line.line.passed.includes(Passed::FLOOR),
            passed_ceiling: line.line.passed.includes(Passed::CEILING),
            request_id: entry.command.key.map(|key| key.id.to_string()).unwrap_or_default(),
            sentence: said.line(entry, &sides, (kind, let_go, day)),
        })
    }
}
