//! Activities as they are typed: by name or number in a bank's list.

use super::connection::call;
use super::failure::Failure;
use super::lookup::SUGGESTED_MAX;
use super::session::Session;
use crate::api;
use crate::domain::Nearest;
use crate::words;

/// The number of an activity in the list of a bank.
///
/// # Errors
/// [`Failure`] if the list has no such name; the nearest are suggested.
pub async fn number(session: &mut Session<'_, '_>, typed: &str, bank_number: u32) -> Result<u32, Failure> {
    if let Ok(number) = typed.parse() {
        return Ok(number);
    }
    number_in(&list(session, bank_number).await?, typed, bank_number)
}

/// The list of a bank.
///
/// # Errors
/// As the server says.
pub async fn list(session: &mut Session<'_, '_>, bank_number: u32) -> Result<Vec<api::Activity>, Failure> {
    let request = api::ListActivitiesRequest { bank_number };
    Ok(session.client.ledger.list_activities(call(request)).await?.into_inner().activities)
}

/// The number of what was typed in the list of a bank.
///
/// # Errors
/// [`Failure`] if the list has no such name; the nearest are suggested.
pub fn number_in(list: &[api::Activity], typed: &str, bank_number: u32) -> Result<u32, Failure> {
    if let Ok(number) = typed.parse() {
        return Ok(number);
    }
    find(typed, list)
        .map_err(|nearest| Failure::Refused(words::finding::no_activity(typed, bank_number, &nearest)))
}

/// The number of the name, whatever its capitals; else the nearest names.
fn find<'a>(typed: &str, activities: &'a [api::Activity]) -> Result<u32, Vec<&'a str>> {
    let wanted = typed.trim().to_lowercase();
    let found = activities.iter().find(|activity| activity.name.to_lowercase() == wanted);
    if let Some(activity) = found {
        return Ok(activity.activity_number);
    }
    let mut nearest = Nearest::to(&wanted, SUGGESTED_MAX);
    for activity in activities {
        nearest.offer(&activity.name, activity.name.as_str());
    }
    Err(nearest.into_told())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a name is found whatever its capitals, and a slip suggests what was meant first.
    /// Method: a short list.
    #[test]
    fn activities_are_found_or_suggested() {
        let list: Vec<_> = ["Transport", "Gardening", "Walking group"]
            .into_iter()
            .zip(1..)
            .map(|(name, activity_number)| api::Activity {
                activity_number,
                name: name.to_owned(),
                parent_number: 0,
            })
            .collect();
        assert_eq!(find("gardening", &list), Ok(2));
        assert_eq!(find("gardning", &list).unwrap_err()[0], "Gardening");
        assert_eq!(find("anything", &[]), Err(Vec::new()));
    }
}
