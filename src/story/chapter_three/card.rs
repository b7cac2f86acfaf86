//! Bernard has no phone: a card with its PIN.

use super::BROKER;
use crate::api;
use crate::story::StoryError;
use crate::story::stage::Stage;

/// What that is, in the story's words.
pub const WORDS: &str = "card and PIN";
/// What Bernard has in mind.
const PIN: &str = "1938";

/// What Bernard shows at a till: a card that Tobias issued, with the PIN that Bernard chose at the desk.
pub fn of_bernard(stage: &mut Stage<'_>) -> Result<api::Shown, StoryError> {
    let account_number = stage.account("Bernard")?;
    let issue =
        api::IssueCardRequest { request_id: stage.request_id(), account_number, validate_only: false };
    let number = stage.call(stage.directory(BROKER).issue_card(issue))?.card_number;
    let set = api::SetPinRequest {
        request_id: stage.request_id(),
        account_number,
        pin: PIN.to_owned(),
        ..api::SetPinRequest::default()
    };
    stage.call(stage.directory(BROKER).set_pin(set))?;
    let card = api::CardShown { number, pin: PIN.to_owned() };
    Ok(api::Shown { by: Some(api::shown::By::Card(card)) })
}
