//! What an accepted request becomes: one entry, and whether it waits for a second person first.

use super::refusal::Refusal;
use super::rules::second_person::{Approval, Cause, Effects, SecondPersonError};
use super::sight::Sight;
use crate::domain::{Action, Amount, Attachment, Claim, Day, Kind, OwnerNumber, Post, Transfer, Transfers};

/// Words that go with an entry; empty for none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// For whoever reads the line.
    pub memo: Option<String>,
    /// Why it was done.
    pub reason: Option<String>,
    /// What was typed, beside what was posted.
    pub typed: Option<String>,
}

/// One entry to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it does.
    pub action: Action,
    /// The day the help was given.
    pub occurred_on: Option<Day>,
    /// People counted without hours.
    pub present_count: Option<u32>,
    /// What it takes from counters.
    pub claims: Vec<Claim>,
    /// What this capability keeps with it.
    pub attachment: Option<Attachment>,
    /// Who allows it to pass a limit.
    pub allowed_by: Option<OwnerNumber>,
    /// Who approved it.
    pub second_person: Option<OwnerNumber>,
    /// Its words.
    pub said: Said,
    /// Whom the words are about: at most 8.
    pub about: Vec<OwnerNumber>,
    /// Why it waits for a second person, if it does.
    pub waits_for: Option<Cause>,
    /// Who asked for it, where that is not the caller: what waited, and was approved.
    pub asked_by: Option<OwnerNumber>,
}

impl Plan {
    /// An entry that does this and says nothing more.
    #[must_use]
    pub const fn new(action: Action, about: Vec<OwnerNumber>) -> Self {
        Self {
            action,
            occurred_on: None,
            present_count: None,
            claims: Vec::new(),
            attachment: None,
            allowed_by: None,
            second_person: None,
            said: Said { memo: None, reason: None, typed: None },
            about,
            waits_for: None,
            asked_by: None,
        }
    }

    /// A post of these transfers.
    #[must_use]
    pub fn post(kind: Kind, transfers: Transfers, about: Vec<OwnerNumber>) -> Self {
        Self::new(Action::Post(Post { kind, transfers, ends: None }), about)
    }

    /// The same, judged by I11: it names whoever proposed it where that will do, and waits for a second person
    /// where nobody is there who will.
    ///
    /// # Errors
    /// None that an entry without a named second person can give.
    pub fn judged(
        mut self,
        sight: &Sight<'_>,
        effects: &Effects,
        proposed_by: Option<OwnerNumber>,
        also: Option<Cause>,
    ) -> Result<Self, Refusal> {
        let asked = Approval { actor: sight.actor, effects, named: None, proposed_by, also };
        match sight.with_ties(|ties| asked.second_person(ties)) {
            Ok(second_person) => self.second_person = second_person,
            Err(SecondPersonError::Needed(cause)) => self.waits_for = Some(cause),
            Err(SecondPersonError::NotGoodEnough(objection)) => {
                return Err(Refusal::NotTheSecondPerson(objection));
            }
        }
        Ok(self)
    }

    /// A post of these transfers, judged.
    ///
    /// # Errors
    /// As [`Self::judged`].
    pub fn posted(
        sight: &Sight<'_>,
        (kind, transfers): (Kind, Transfers),
        about: Vec<OwnerNumber>,
        also: Option<Cause>,
    ) -> Result<Self, Refusal> {
        let effects = Effects::of_post(&transfers);
        Self::post(kind, transfers, about).judged(sight, &effects, None, also)
    }
}

/// Why so much needs a second person, if it does.
#[must_use]
pub const fn second_line(needs_second_person: bool) -> Option<Cause> {
    if needs_second_person { Some(Cause::SecondLine) } else { None }
}

/// The sum of what transfers move, seconds.
#[must_use]
pub fn moved(transfers: &[Transfer]) -> i64 {
    transfers.iter().map(|transfer| transfer.amount).map(Amount::seconds).fold(0, i64::saturating_add)
}
