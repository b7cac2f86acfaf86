//! How long it was: what was said, and what the bank writes down for it.
//!
//! What was typed stays beside what is written. What can be read in two ways is never guessed.

use super::refusal::Refusal;
use super::rules::unusual::{Lines, Unusual};
use crate::directory::policy;
use crate::domain::Amount;
use crate::domain::hours::{HoursError, Reading, Sense, in_words, parse_hours};

/// How long, as it was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// Whole seconds.
    Seconds(Amount),
    /// Words to be read.
    Typed(Box<str>),
}

/// What is written down, and what was typed where that differs from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// In the bank's steps.
    pub amount: Amount,
    /// What was typed; what was said in words where it was rounded.
    pub typed: Option<String>,
    /// Whether somebody else has to say yes to so much.
    pub unusual: Unusual,
}

/// Why a text is no length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is none.
    Hours(HoursError),
    /// It may be meant in two ways.
    TwoWays((Amount, Amount)),
}

impl From<HoursError> for Unread {
    fn from(error: HoursError) -> Self {
        Self::Hours(error)
    }
}

impl Length {
    /// What was said, before the bank rounds it.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn said(&self) -> Result<Amount, Unread> {
        match self {
            Self::Seconds(amount) => Ok(*amount),
            Self::Typed(text) => match parse_hours(text)? {
                Reading::Exact(amount) => Ok(amount),
                Reading::Ambiguous { first, second } => {
                    Err(Unread::TwoWays((amount_of(first), amount_of(second))))
                }
            },
        }
    }

    /// What the bank writes down for it. `confirmed` answers the question about an unusual amount by repeating what
    /// would be written.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn written(
        &self,
        field: &'static str,
        settings: &policy::Settings,
        confirmed: Option<Amount>,
    ) -> Result<Written, Refusal> {
        let written = self.written_unasked(field, settings)?;
        asked_about(settings, written.amount, confirmed).map(|_| written)
    }

    /// The same where nobody is asked whether it is unusual.
    ///
    /// # Errors
    /// [`Refusal`], but for [`Refusal::UnusualAmount`].
    pub fn written_unasked(
        &self,
        field: &'static str,
        settings: &policy::Settings,
    ) -> Result<Written, Refusal> {
        let said = self.said().map_err(|unread| Refusal::Unread { field, unread })?;
        let amount = settings.entering.written(said).ok_or(Refusal::TooLong { field })?;
        let typed = match self {
            Self::Typed(text) => Some(text.to_string()),
            Self::Seconds(_) => (said != amount).then(|| words(said)),
        };
        Ok(Written { amount, typed, unusual: unusual(settings, amount) })
    }

    /// What somebody remembers, in their words.
    ///
    /// # Errors
    /// [`Unread`].
    pub fn remembered(&self) -> Result<String, Unread> {
        let said = self.said()?;
        match self {
            Self::Seconds(_) => Ok(words(said)),
            Self::Typed(text) => Ok(text.to_string()),
        }
    }
}

/// How unusual `amount` is in a bank with these settings. A policy has its lines in order.
#[must_use]
pub fn unusual(settings: &policy::Settings, amount: Amount) -> Unusual {
    let lines = Lines::new(settings.unusual_question_above, settings.unusual_second_person_above);
    lines.map_or(Unusual::AskedWithSecondPerson, |lines| lines.judge(amount))
}

/// How unusual `amount` is, once that was asked and answered by repeating it.
///
/// # Errors
/// [`Refusal::UnusualAmount`], the question.
pub fn asked_about(
    settings: &policy::Settings,
    amount: Amount,
    confirmed: Option<Amount>,
) -> Result<Unusual, Refusal> {
    let unusual = unusual(settings, amount);
    if unusual.is_answered(amount, confirmed) { Ok(unusual) } else { Err(Refusal::UnusualAmount { amount }) }
}

fn words(amount: Amount) -> String {
    in_words(amount.seconds().unsigned_abs())
}

fn amount_of(sense: Sense) -> Amount {
    sense.amount
}
