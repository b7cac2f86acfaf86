//! AddActivities and ListActivities: a bank's list of what help is for.

use std::sync::PoisonError;

use super::asked::{Asked, act_as};
use super::fields;
use super::installation::{Installation, unreadable};
use super::not_done::NotDone;
use crate::access::Allowed;
use crate::api;
use crate::directory::activities::ACTIVITIES_MAX;
use crate::directory::default_activities::DEFAULT_ACTIVITIES;
use crate::directory::{ActivitiesError, Activity};
use crate::domain::{Action, BankNumber, Note, Refusal};
use crate::ledger::Mode;

impl Installation {
    pub(super) fn add_activities(
        &self,
        allowed: &Allowed,
        request: api::AddActivitiesRequest,
    ) -> Result<api::AddActivitiesResponse, NotDone> {
        let (key, bank) = (fields::request_key(&request.request_id)?, BankNumber::new(request.bank_number));
        self.bank_in_reach(allowed, bank)?;
        let _one_at_a_time = self.adding_activities.lock().unwrap_or_else(PoisonError::into_inner);
        let note = self.activities_note(bank, &request)?;
        let mut asked = Asked::new(key, Action::Note(note), request.validate_only);
        act_as(&mut asked.command, allowed.caller());
        let Asked { command, mode, .. } = asked;
        let written = self.write_and_wait(command, mode)?;
        let mut activities = Vec::new();
        if mode == Mode::Write {
            // The names are in the books already: "cannot be read" would not be the whole truth.
            let list = self.activities.list(bank, self.network.ledger.position());
            let list = list.map_err(|error| NotDone::Unknown(error.to_string()))?;
            let names = names_of(&request);
            activities = numbered(&list);
            activities.retain(|activity| names.contains(&&*activity.name));
            activities.sort_by_key(|activity| names.iter().position(|name| *name == activity.name));
        }
        Ok(api::AddActivitiesResponse { receipt: Some(self.receipt_as_seen(allowed, &written)), activities })
    }

    fn activities_note(
        &self,
        bank: BankNumber,
        request: &api::AddActivitiesRequest,
    ) -> Result<Note, NotDone> {
        let position = self.network.ledger.position();
        let note = match (request.default_list, request.parent_number) {
            (true, 0) if request.names.is_empty() => self.activities.add_default(bank, position),
            (true, _) => return Err(NotDone::bad("default_list", "alone, without names and a parent")),
            (false, 0) => self.activities.add(bank, &request.names, position),
            (false, parent) => {
                // No list is so long that it had the largest number.
                let parent = u16::try_from(parent).unwrap_or(u16::MAX);
                self.activities.add_under(bank, parent, &request.names, position)
            }
        };
        note.map_err(|error| self.no_activities(error))
    }

    pub(super) fn list_activities(
        &self,
        allowed: &Allowed,
        request: api::ListActivitiesRequest,
    ) -> Result<api::ListActivitiesResponse, NotDone> {
        let bank = BankNumber::new(request.bank_number);
        self.bank_in_reach(allowed, bank)?;
        let list = self.activities.list(bank, self.network.ledger.position());
        let list = list.map_err(|error| self.no_activities(error))?;
        Ok(api::ListActivitiesResponse { activities: numbered(&list) })
    }

    /// An activity that is said is in the list of one of these banks.
    pub(in crate::service) fn listed(
        &self,
        banks: &[BankNumber],
        activity: Option<u16>,
    ) -> Result<(), NotDone> {
        let Some(number) = activity else { return Ok(()) };
        let position = self.network.ledger.position();
        let mut longest = 0;
        for bank in banks {
            let list = self.activities.list(*bank, position).map_err(|error| self.no_activities(error))?;
            longest = longest.max(list.len());
        }
        if usize::from(number) <= longest {
            return Ok(());
        }
        let must = format!("the number of an activity in the bank's list, which has {longest}, or 0");
        Err(NotDone::bad("activity_number", must))
    }

    fn no_activities(&self, error: ActivitiesError) -> NotDone {
        match error {
            ActivitiesError::Count => NotDone::bad("names", "1 to 50"),
            ActivitiesError::Name => {
                NotDone::bad("names", "1 to 64 bytes each, without control characters or spaces around them")
            }
            ActivitiesError::Parent => {
                NotDone::bad("parent_number", "in the bank's list, and not under another itself")
            }
            ActivitiesError::Elsewhere => {
                NotDone::bad("names", "new, or in the bank's list under this parent already")
            }
            ActivitiesError::Full => {
                let most = u64::try_from(ACTIVITIES_MAX).unwrap_or(u64::MAX);
                self.refused(&Refusal::BooksFull { what: "activities in a bank's list", most })
            }
            ActivitiesError::Unreadable(error) => unreadable(error),
        }
    }
}

/// What is asked for, in its order.
fn names_of(request: &api::AddActivitiesRequest) -> Vec<&str> {
    if !request.default_list {
        return request.names.iter().map(String::as_str).collect();
    }
    let lists = DEFAULT_ACTIVITIES.iter();
    lists.flat_map(|(parent, children)| std::iter::once(*parent).chain(children.iter().copied())).collect()
}

fn numbered(list: &[Activity]) -> Vec<api::Activity> {
    let numbered = (1_u32..).zip(list).map(|(activity_number, Activity { name, parent })| api::Activity {
        activity_number,
        name: name.clone(),
        parent_number: parent.map_or(0, u32::from),
    });
    numbered.collect()
}
