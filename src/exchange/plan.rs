//! What an accepted request becomes: one entry, and whether it waits for a second person first.

use super::propose::Proposal;
use super::refusal::Refusal;
use super::rules::effects::Effects;
use super::rules::second_person::{Approval, Cause, SecondPersonError};
use super::sight::Sight;
use crate::domain::{Acting, Action, Attachment, Claim, Day, Kind, OwnerNumber, Post, Topic, Transfers};

/// Words are about at most so many people: `seal` takes no more.
const ABOUT_MAX: usize = 8;

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
        proposed_by: Option<Acting>,
        also: Option<Cause>,
    ) -> Result<Self, Refusal> {
        let asked = Approval { actor: sight.acting(), effects, named: None, proposed_by, also };
        match sight.with_ties(|ties| asked.second_person(ties)) {
            Ok(second_person) => self.second_person = second_person,
            Err(SecondPersonError::Needed(cause)) => self.waits_for = Some(cause),
            Err(SecondPersonError::NotGoodEnough(objection)) => {
                return Err(Refusal::NotTheSecondPerson(objection));
            }
        }
        Ok(self)
    }

    /// Whether somebody has to end it: it waits, or two remember it differently.
    #[must_use]
    pub fn opens_a_matter(&self) -> bool {
        let beside = self.attachment.as_ref().filter(|beside| beside.topic == Topic::PROPOSAL);
        let said = beside.and_then(|beside| Proposal::decode(&beside.body));
        self.waits_for.is_some() || said == Some(Proposal::Disputed)
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

/// Whom words are about: each once, in the order named; beyond the eighth the bank stands for the others.
#[must_use]
pub fn about(people: impl IntoIterator<Item = OwnerNumber>, bank: OwnerNumber) -> Vec<OwnerNumber> {
    let mut about = Vec::new();
    for owner in people {
        if !about.contains(&owner) {
            about.push(owner);
        }
    }
    if about.len() > ABOUT_MAX {
        about.truncate(ABOUT_MAX - 1);
        about.push(bank);
    }
    about
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: words are about everybody once, and never about more than can be. Method: two, the same twice, eight
    /// and nine.
    #[test]
    fn words_are_about_everybody_once() {
        let owner = OwnerNumber::new;
        let of = |numbers: &[u32]| about(numbers.iter().copied().map(owner), owner(99));
        assert_eq!(of(&[2, 1]), [owner(2), owner(1)]);
        assert_eq!(of(&[2, 2]), [owner(2)]);
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8]), [1, 2, 3, 4, 5, 6, 7, 8].map(owner));
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), [1, 2, 3, 4, 5, 6, 7, 99].map(owner));
    }
}
