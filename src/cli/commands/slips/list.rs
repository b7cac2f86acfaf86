//! From lines of a paper to slips: who is meant, which day, which activity.

use super::Meant;
use super::answers;
use super::ids::SlipIds;
use super::paper::Written;
use crate::api;
use crate::cli::activities;
use crate::cli::failure::Failure;
use crate::cli::lookup::{PeopleOf, Someone};
use crate::cli::session::Session;
use crate::cli::values;
use crate::cli::whom::whom;
use crate::domain::hours::{Reading, TEXT_BYTES_MAX, parse_hours};
use crate::words::slips as words;

/// A line of the paper, and how it stands.
#[derive(Clone, Debug)]
pub struct Line {
    /// As it was typed.
    pub written: Written,
    /// Who is meant by who gave, once that is known.
    pub gave: Option<Someone>,
    /// Who is meant by who received.
    pub received: Option<Someone>,
    /// As it is asked for; of no use where it is not fine.
    pub slip: api::RecordExchangeRequest,
    /// What becomes of it.
    pub stands: Stands,
}

/// What becomes of a slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// It can be written, with what a person should hear then.
    Fine {
        /// Sentences.
        notes: Vec<String>,
    },
    /// It is written down as this entry, now or before.
    Written {
        /// The entry.
        entry: u64,
        /// Whether it was before.
        before: bool,
        /// Sentences; of one that was before, what became of it since.
        notes: Vec<String>,
    },
    /// It waits for a second person, under this number.
    Waits(u64),
    /// Nothing is written until this is answered: the reason's word, and the question.
    Question(String, String),
    /// Nothing is written: the reason's word, and why.
    NotDone(String, String),
    /// Nothing is to be written, as was answered.
    LeftOut,
}

impl Stands {
    /// What the server says of one that is done, or would be.
    pub fn done(done: api::Done, meant: Meant) -> Self {
        let api::Done { receipt, waiting_number, sentences: notes } = done;
        let Some(receipt) = receipt else {
            return if waiting_number == 0 { Self::Fine { notes } } else { Self::Waits(waiting_number) };
        };
        let entry = receipt.entry.map_or(0, |entry| entry.sequence);
        match (meant, receipt.repeated) {
            (Meant::Check, false) => Self::Fine { notes },
            (Meant::Write, false) => Self::Written { entry, before: false, notes },
            (Meant::Check | Meant::Write, true) => Self::Written { entry, before: true, notes },
        }
    }

    /// Whether nothing is left to be done about it.
    pub const fn is_done(&self) -> bool {
        match self {
            Self::Written { .. } | Self::Waits(_) | Self::LeftOut => true,
            Self::Fine { .. } | Self::Question(..) | Self::NotDone(..) => false,
        }
    }
}

/// Reads lines, and looks for those who are named in them.
///
/// # Errors
/// As the server says; what is wrong with a line is in the line.
pub async fn read(
    session: &mut Session<'_, '_>,
    bank: u32,
    paper: Vec<Written>,
) -> Result<Vec<Line>, Failure> {
    let people = PeopleOf::bank(session, bank).await?;
    let activities = activities::list(session, bank).await?;
    let (mut ids, mut lines) = (SlipIds::default(), Vec::with_capacity(paper.len()));
    for written in paper {
        let (slip, stands) = (api::RecordExchangeRequest::default(), Stands::Fine { notes: Vec::new() });
        let mut line = Line { written, gave: None, received: None, slip, stands };
        match line.read(bank, &people, &activities) {
            Ok(()) => {}
            // What stands in a line is the line's affair.
            Err(Failure::Refused(why) | Failure::Usage(why)) => {
                line.stands = Stands::Question(String::new(), why);
            }
            Err(failure) => return Err(failure),
        }
        if matches!(line.stands, Stands::Fine { .. }) {
            line.slip.request_id = ids.of(bank, &line.slip).to_string();
        }
        lines.push(line);
    }
    Ok(lines)
}

impl Line {
    /// Reads what was typed, as far as it can be meant.
    fn read(&mut self, bank: u32, people: &PeopleOf, activities: &[api::Activity]) -> Result<(), Failure> {
        let written = &self.written;
        let bad = |column: &str, why: String| Failure::Usage(words::cell(column, &why));
        if !written.fault.is_empty() {
            return Err(Failure::Usage(written.fault.clone()));
        }
        let answers = answers::read(&written.answer).map_err(|why| bad("answer", why))?;
        if answers.is_left_out {
            self.stands = Stands::LeftOut;
            return Ok(());
        }
        let day = values::day(&written.day).map_err(|why| bad("day", why))?;
        if written.hours.is_empty() || written.hours.len() > TEXT_BYTES_MAX {
            return Err(bad("hours", format!("from 1 to {TEXT_BYTES_MAX} bytes, like 1.5, 1:30 or 1h 30m")));
        }
        let gave = whom(&written.gave).map_err(|why| bad("gave", why))?;
        let received = whom(&written.received).map_err(|why| bad("received", why))?;
        let gave = self.gave.insert(people.meant(&gave)?);
        let received = self.received.insert(people.meant(&received)?);
        let activity_number = match written.activity.as_str() {
            "" => 0,
            typed => activities::number_in(activities, typed, bank)?,
        };
        self.slip = api::RecordExchangeRequest {
            giver_account_number: gave.account,
            receiver_account_number: received.account,
            length: Some(length(&written.hours)),
            occurred_on: Some(day),
            activity_number,
            memo: written.note.clone(),
            limit_reason: answers.limit_reason,
            confirmed_amount_seconds: answers.confirmed_seconds,
            is_another: answers.is_another,
            ..api::RecordExchangeRequest::default()
        };
        Ok(())
    }
}

/// A length, by its seconds where it has one meaning, so that it is the same however it is typed; else for the bank to ask about.
pub fn length(typed: &str) -> api::Length {
    match parse_hours(typed) {
        Ok(Reading::Exact(amount)) => api::Length { amount_seconds: amount.seconds(), typed: String::new() },
        Ok(Reading::Ambiguous { .. }) | Err(_) => api::Length { amount_seconds: 0, typed: typed.to_owned() },
    }
}
