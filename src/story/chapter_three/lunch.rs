//! Steps 27 to 32: the carers' lunch of 25 June. Receipts are rung in the order of their numbers, and then it is told.

use super::counter::{CAFE, ESME, RAFE, attempt, code, sale, sell};
use super::offers::{self, CRAFT_TABLE, LUNCH};
use super::software::{self, Software};
use super::{BROKER, card, receipts};
use crate::api;
use crate::domain::{Reason, Timestamp};
use crate::story::StoryError;
use crate::story::stage::{HOUR, Stage, utc};
use crate::words::hours;

/// What a till says that may not say more.
const NOT_TODAY: &str = "This cannot be done today. Please talk to your time broker.";

pub fn play(stage: &mut Stage<'_>, cafes: &mut Software) -> Result<(), StoryError> {
    let mut heard = Vec::new();
    for (number, whose) in [(411, "Amina"), (412, "Bernard"), (413, "Cora")] {
        heard.push(seat(stage, number, whose)?);
        cafes.hear(stage, 1)?;
    }
    let dropped = the_line_drops(stage)?;
    cafes.hear(stage, 1)?;
    heard.push(seat(stage, 415, "Farid")?);
    cafes.hear(stage, 1)?;
    let aside = two_set_aside(stage)?;
    cafes.hear(stage, 2)?;
    let not_today = three_for_ivy(stage)?;
    stage.step(31, at(18));
    let shown = code(stage, "Jonah")?;
    let jonah = sell(stage, &CAFE, sale(418, shown, (LUNCH, ESME)))?;
    cafes.hear(stage, 1)?;
    heard.push(seat(stage, 419, "Leonie")?);
    cafes.hear(stage, 1)?;
    heard.push(seat(stage, 420, "Imelda")?);
    cafes.hear(stage, 2)?; // Few of the month's hours are left then.
    let own = own_seat(stage)?;
    cafes.hear(stage, 1)?;
    let used_up = craft_table(stage)?;

    if let Some(other) = heard.iter().find(|heard| **heard != jonah) {
        return Err(stage.otherwise(jonah, other));
    }
    let told = [
        (
            27,
            format!(
                "Lunch: receipts 0411 Amina, 0412 Bernard ({}), 0413 Cora, 0415 Farid, 0419 Leonie, 0420 Imelda: one seat \
                 each, {} each. \"{jonah}\"",
                card::WORDS,
                hours(HOUR),
            ),
        ),
        (
            28,
            format!(
                "Receipt 0414, Dev: the line dropped before the answer came. Esme sent it again and got the answer of the \
                 first time. \"{dropped}\""
            ),
        ),
        (29, format!("Receipt 0416, Hanif: {aside}")),
        (30, format!("Receipt 0417, Ivy, three seats: {not_today} The café gives her lunch anyway.")),
        (31, format!("Receipt 0418, Jonah: {jonah} {own}")),
        (32, format!("Receipt 0422, Amina, a place at the craft table: {used_up}")),
    ];
    for (step, sentence) in told {
        stage.step(step, at(LAST_MINUTE));
        stage.say(&sentence)?;
    }
    Ok(())
}

/// What the café's own software heard of the lunch.
pub fn told(stage: &mut Stage<'_>, cafes: &mut Software) -> Result<(), StoryError> {
    let heard = cafes.told(stage);
    let of = |kind: &str| heard.iter().filter(|line| line.starts_with(kind)).count();
    let counts = ["redemption.captured", "redemption.authorized", "budget.low"].map(of);
    if counts != [10, 1, 1] {
        return Err(stage.otherwise("10 taken, 1 set aside, 1 budget", format!("{heard:#?}")));
    }
    stage.say(&format!(
        "The café's own computer was told as it happened, {} times: signatures good, no name in them. One of them is its \
         owner's notice that June is nearly used up.",
        heard.len()
    ))?;
    stage.show(&software::shown(&heard))
}

/// So many minutes after noon in Ashenford, which is 11:00 in UTC in June, the last receipt is rung.
const LAST_MINUTE: i64 = 125;

/// So many minutes after noon.
fn at(minute: i64) -> Timestamp {
    utc(2026, 6, 25, 11, minute)
}

/// One seat, as the last two digits of a receipt are the minute: what the screen says.
fn seat(stage: &mut Stage<'_>, number: u32, whose: &'static str) -> Result<String, StoryError> {
    stage.step(27, at(i64::from(number % 100)));
    let shown = match whose {
        "Bernard" => card::of_bernard(stage)?,
        _ => code(stage, whose)?,
    };
    sell(stage, &CAFE, sale(number, shown, (LUNCH, ESME)))
}

/// The request arrives and its answer does not; the till asks what became of the receipt, and sends it again.
fn the_line_drops(stage: &mut Stage<'_>) -> Result<String, StoryError> {
    stage.step(28, at(14));
    let shown = code(stage, "Dev")?;
    let request = attempt(stage, sale(414, shown, (LUNCH, ESME)));
    stage.unanswered(stage.redemptions_cut_off(CAFE.till)?.redeem(request.clone()))?;
    let taken = receipts::by_number(stage, CAFE.till, 414)?;
    let again = stage.call(stage.redemptions(CAFE.till).redeem(request))?;
    if !again.repeated || again.redemption.as_ref() != Some(&taken) {
        return Err(stage.otherwise(format!("{taken:?}"), format!("{again:?}")));
    }
    Ok(again.sentence)
}

/// Two seats are set aside, and one is taken.
fn two_set_aside(stage: &mut Stage<'_>) -> Result<String, StoryError> {
    stage.step(29, at(16));
    let shown = code(stage, "Hanif")?;
    let sale = api::Sale { people: 2, ..sale(416, shown, (LUNCH, ESME)) };
    let request = api::AuthorizeRedemptionRequest {
        request_id: stage.request_id(),
        sale: Some(sale),
        ..api::AuthorizeRedemptionRequest::default()
    };
    let aside = stage.call(stage.redemptions(CAFE.till).authorize_redemption(request))?;
    let request = api::CaptureRedemptionRequest {
        request_id: stage.request_id(),
        redemption_sequence: aside.redemption.unwrap_or_default().redemption_sequence,
        people: 1,
        validate_only: false,
    };
    let taken = stage.call(stage.redemptions(CAFE.till).capture_redemption(request))?;
    Ok(format!(
        "two seats. \"{}\" Hanif's friend did not come. \"{}\" Hanif has {}.",
        aside.sentence,
        taken.sentence,
        stage.has("Hanif")?
    ))
}

/// The till hears one sentence, and those whom it concerns read why.
fn three_for_ivy(stage: &mut Stage<'_>) -> Result<String, StoryError> {
    stage.step(30, at(17));
    let shown = code(stage, "Ivy")?;
    let request = attempt(stage, api::Sale { people: 3, ..sale(417, shown, (LUNCH, ESME)) });
    let heard = stage.refused_for(Reason::NotToday, stage.redemptions(CAFE.till).redeem(request))?;
    if heard != NOT_TODAY {
        return Err(stage.otherwise(NOT_TODAY, heard));
    }
    let [own, brokers] = ["Ivy", BROKER].map(|who| refusals_of_ivy(stage, who));
    let (own, brokers) = (own?, brokers?);
    let numbers: Vec<_> = own.iter().map(|why| why.receipt.unwrap_or_default().number).collect();
    let [why] = own.as_slice() else {
        return Err(stage.otherwise("one refusal, of receipt 417", format!("{own:?}")));
    };
    if own != brokers || numbers != [417] || why.reason != Reason::BelowFloor.word() {
        return Err(stage.otherwise(format!("{own:?}"), format!("{brokers:?}")));
    }
    Ok(format!("the till says \"{heard}\" and nothing else. Ivy and {BROKER} see why. {}", why.sentence))
}

fn refusals_of_ivy(stage: &Stage<'_>, who: &'static str) -> Result<Vec<api::TillRefusal>, StoryError> {
    let request = api::ListTillRefusalsRequest { account_number: stage.account("Ivy")? };
    Ok(stage.call(stage.redemptions(who).list_till_refusals(request))?.refusals)
}

/// Esme asks for her own seat while she is on the till, and gets it from Rafe.
fn own_seat(stage: &mut Stage<'_>) -> Result<String, StoryError> {
    stage.step(31, at(21));
    let shown = code(stage, "Esme")?;
    let request = attempt(stage, sale(421, shown, (LUNCH, ESME)));
    let not_now = stage.refused_for(Reason::StaffAtTill, stage.redemptions(CAFE.till).redeem(request))?;
    stage.step(31, at(120));
    let shown = code(stage, "Esme")?;
    let taken = sell(stage, &CAFE, sale(421, shown, (LUNCH, RAFE)))?;
    Ok(format!(
        "Esme wants a seat too, while she is on the till herself. \"{not_now}\" At 2 o'clock Rafe takes over: receipt 0421, \
         Esme. \"{taken}\""
    ))
}

/// The café's hours of June are used up, and its owner sees that.
fn craft_table(stage: &mut Stage<'_>) -> Result<String, StoryError> {
    stage.step(32, at(LAST_MINUTE));
    let shown = code(stage, "Amina")?;
    let request = attempt(stage, sale(422, shown, (CRAFT_TABLE, RAFE)));
    let heard = stage.refused_for(Reason::OfferNotAvailable, stage.redemptions(CAFE.till).redeem(request))?;
    let seen = offers::as_they_stand(stage)?;
    if seen.len() != 2 || seen.iter().any(|(_, stands)| stands != "not before 2026-07-01") {
        return Err(stage.otherwise("no offer before July", format!("{seen:?}")));
    }
    let seen: Vec<_> = seen.into_iter().map(|(what, stands)| format!("{what}, {stands}")).collect();
    Ok(format!("{heard} The café's owner reads: {}.", seen.join("; ")))
}
