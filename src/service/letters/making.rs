//! One letter: an account's lines of one month, as its owner reads them, and what they add up to.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::months::Months;
use super::whose::Addressee;
use crate::access::Allowed;
use crate::api;
use crate::directory::locks::Month;
use crate::directory::names::Name;
use crate::directory::people::LargePrint;
use crate::domain::{AccountNumber, BankNumber, Day, Kind, Sequence, Timestamp};
use crate::ledger::StatementLine;
use crate::letters::Sums;
use crate::past::day_of;
use crate::service::answers;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::statement::Said;

/// Lines in one letter; a thousand sentences at their longest, with five names of 200 bytes each, are half of what a message
/// may hold.
const LINES_MAX: usize = 1_000;
/// Lines read at a time.
const READ_LINES: usize = 16;
/// Changes of an account's standing that are looked through for its opening.
const HISTORY_MAX: usize = 1_000;

/// Which month, in the books up to which entry.
#[derive(Clone, Copy, Debug)]
pub struct Of {
    /// The month.
    pub month: Month,
    /// Nothing after this entry is in a letter.
    pub at: Sequence,
}

/// The time zones and names of banks, read once.
#[derive(Debug, Default)]
pub struct BanksKnown(BTreeMap<BankNumber, (TimeZone, String)>);

impl BanksKnown {
    pub fn of(&mut self, books: &Installation, bank: BankNumber) -> Result<&(TimeZone, String), NotDone> {
        match self.0.entry(bank) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(place) => {
                let zone = books.past.zone(bank).map_err(unreadable)?;
                let name = match books.names().bank(bank).map_err(unreadable)? {
                    Name::Known(name) => name,
                    Name::None | Name::Gone => books.names().bank_in_a_sentence(bank),
                };
                Ok(place.insert((zone, name)))
            }
        }
    }
}

impl Installation {
    /// The letter for one account of somebody; none for an account that was not there yet.
    pub fn letter(
        &self,
        allowed: &Allowed,
        banks: &mut BanksKnown,
        (to, account, bank): (&Addressee, AccountNumber, BankNumber),
        (of, months): (Of, &Months),
    ) -> Result<Option<api::Letter>, NotDone> {
        let (zone, bank_name) = banks.of(self, bank)?;
        let (began, ended) = (of.month.first_day().begins(zone), of.month.next().first_day().begins(zone));
        let today = Day::at(self.access.now(), zone);
        let books = self.network.ledger.books();
        let is_after = |recorded_at: Timestamp, sequence| recorded_at >= ended || sequence > of.at;
        let newest = books.last_line_before(account, |entry| is_after(entry.recorded_at, entry.sequence));
        let newest = newest.map_err(unreadable)?;
        if newest.is_none() && !self.had_begun(account, ended)? {
            return Ok(None);
        }
        let reader = allowed.as_member(to.owner, bank);
        let mut said = Said::on_paper(self, &reader, account, zone)?;
        let mut letter = self.heading(to, account, bank, bank_name)?;
        letter.is_over = of.month.is_over(today);
        (letter.year, letter.month) = (of.month.year().into(), of.month.month().into());
        letter.as_of_sequence = of.at.get();
        (letter.after_seconds, letter.held_seconds) =
            newest.as_ref().map_or((0, 0), |line| (line.line.posted, line.line.held));
        letter.before_seconds = letter.after_seconds;
        let mut sums = Sums::default();
        let mut below = newest.map(|line| line.number.saturating_add(1));
        while let Some(number) = below {
            // One more than is said: the line before the last says by how much that changed.
            let lines = books.statement(account, Some(number), READ_LINES).map_err(unreadable)?;
            below = None;
            for (line, before) in pairs(&lines) {
                let posted = before.map_or(0, |before| before.line.posted);
                if line.entry.recorded_at < began {
                    below = None;
                    break;
                }
                letter.before_seconds = posted;
                let change = line.line.posted.saturating_sub(posted);
                let held = before.map_or(0, |before| before.line.held);
                let kind = books.kind(&line.entry).map_err(unreadable)?;
                let (said, moved) = self.said_of(&mut said, line, (kind, held), zone)?;
                sums.add(kind, moved);
                if letter.lines.len() < LINES_MAX {
                    letter.lines.push(api::LetterLine { change_seconds: change, ..said });
                } else {
                    letter.lines_left_out = letter.lines_left_out.saturating_add(1);
                }
                below = Some(line.number).filter(|number| *number > 1);
            }
        }
        letter.lines.reverse();
        (letter.gave_seconds, letter.received_seconds) = (sums.gave, sums.received);
        (letter.used_seconds, letter.other_seconds) = (sums.used, sums.other);
        // Of several accounts in a bank, the first has it.
        let is_first =
            to.accounts.iter().find(|(_, other)| *other == bank).is_some_and(|(first, _)| *first == account);
        let elsewhere = months.get(&(bank, to.owner)).filter(|_| is_first).copied().unwrap_or_default();
        letter.gave_to_pots_seconds = elsewhere.to_pots;
        letter.gave_to_others_seconds = elsewhere.to_others;
        letter.received_paid_by_others_seconds = elsewhere.paid_by_others;
        Ok(Some(letter))
    }

    /// Whose letter it is, without figures.
    fn heading(
        &self,
        to: &Addressee,
        account: AccountNumber,
        bank: BankNumber,
        bank_name: &str,
    ) -> Result<api::Letter, NotDone> {
        let profile = to.profile.as_ref();
        let name = match (profile, self.network.ledger.views().account(account)) {
            (Some(profile), _) => profile.name().to_owned(),
            // Of books taken over from elsewhere.
            (None, Some(view)) => match self.names().label(account, &view).map_err(unreadable)? {
                Name::Known(label) => label,
                Name::None | Name::Gone => String::new(),
            },
            (None, None) => String::new(),
        };
        Ok(api::Letter {
            account_number: account.printed(),
            owner_number: to.owner.get(),
            name,
            known_as: profile.and_then(|profile| profile.known_as()).unwrap_or_default().to_owned(),
            address: to.address().unwrap_or_default().to_owned(),
            large_print: profile.is_some_and(|profile| profile.large_print() == LargePrint::Yes),
            bank_number: bank.get(),
            bank_name: bank_name.to_owned(),
            ..api::Letter::default()
        })
    }

    /// A line as its letter has it, without its change; what came and went. `held` is what was set aside before.
    fn said_of(
        &self,
        said: &mut Said<'_>,
        line: &StatementLine,
        (kind, held): (Option<Kind>, i64),
        zone: &TimeZone,
    ) -> Result<(api::LetterLine, (i64, i64)), NotDone> {
        let sides = said.sides(&line.entry)?;
        let (let_go, day) = (held.saturating_sub(line.line.held), day_of(&line.entry, zone));
        let letter_line = api::LetterLine {
            sequence: line.entry.sequence.get(),
            day: Some(answers::date(day)),
            sentence: said.line(&line.entry, &sides, (kind, let_go, day)),
            change_seconds: 0,
            posted_seconds: line.line.posted,
        };
        Ok((letter_line, sides.came_and_went()))
    }

    /// Whether an account was opened before `ended`.
    fn had_begun(&self, account: AccountNumber, ended: Timestamp) -> Result<bool, NotDone> {
        let books = self.network.ledger.books();
        let history = books.standing_history(account, HISTORY_MAX).map_err(unreadable)?;
        Ok(history.last().is_some_and(|opened| opened.recorded_at < ended))
    }
}

/// Each line with the one before it; the last of several, whose line before was not read, is for the next time.
fn pairs(lines: &[StatementLine]) -> impl Iterator<Item = (&StatementLine, Option<&StatementLine>)> {
    let before = lines.iter().skip(1).map(Some).chain([None]);
    lines.iter().zip(before).filter(|(line, before)| before.is_some() || line.number == 1)
}
