//! Chapter 1, steps 1 to 9: the books.

use std::fmt::Write as _;

use tonic::{Response, Status};

use super::cast::{ASHENFORD, GARDENING, LEAFLETS, QUILLMERE, WALKING_GROUP};
use super::stage::{HOUR, MINUTE, Moving, Stage, utc};
use super::{StoryError, figures};
use crate::api;
use crate::api::entry::Action as Did;
use crate::domain::Timestamp;
use crate::domain::time::MICROS_PER_SECOND;
use crate::words::{self, hours};

pub fn play(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    hours_are_created(stage)?;
    everybody_is_welcomed(stage)?;
    an_exchange(stage)?;
    a_walk(stage)?;
    not_done(stage)?;
    taken_in_part(stage)?;
    ran_out(stage)?;
    put_right(stage)?;
    verified(stage)
}

fn hours_are_created(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(1, utc(2026, 5, 5, 9, 0));
    stage.transfers(api::Kind::Grant, None, &[("A created", "A pot", 80 * HOUR)])?;
    stage.transfers(api::Kind::Grant, None, &[("Q created", "Q pot", 20 * HOUR)])?;
    let (ashenford, quillmere) = (stage.has("A pot")?, stage.has("Q pot")?);
    stage.say(&format!(
        "The health board backs {ashenford} for Ashenford's community pot and {quillmere} for Quillmere's. \
         Hours made this way are counted apart, never as help given."
    ))
}

fn everybody_is_welcomed(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(2, utc(2026, 5, 5, 10, 0));
    for name in ASHENFORD {
        stage.transfers(api::Kind::Grant, None, &[("A pot", name, 2 * HOUR)])?;
    }
    for name in QUILLMERE {
        stage.transfers(api::Kind::Grant, None, &[("Q pot", name, 2 * HOUR)])?;
    }
    stage.say(&format!(
        "Everyone who joins is welcomed with {} from the pot: {} people in Ashenford, {} in Quillmere.",
        hours(2 * HOUR),
        ASHENFORD.len(),
        QUILLMERE.len(),
    ))
}

fn an_exchange(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(3, utc(2026, 5, 6, 15, 0));
    let seconds = HOUR + 30 * MINUTE;
    stage.transfers(api::Kind::Exchange, Some(GARDENING), &[("Ivy", "Dev", seconds)])?;
    let (dev, ivy) = (stage.has("Dev")?, stage.has("Ivy")?);
    stage.say(&format!("Dev gave Ivy {} (gardening). Dev now has {dev}, Ivy {ivy}.", hours(seconds)))
}

fn a_walk(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(4, utc(2026, 5, 7, 13, 0));
    let walkers = ["Bernard", "Cora", "Esme", "Farid", "Greta", "Hanif", "Jonah", "Kit"];
    let walk = stage.amount(2 * HOUR)?;
    let shares = walk.split(walkers.len()).ok_or_else(|| stage.otherwise("a share for everybody", "none"))?;
    let shares: Vec<_> =
        walkers.into_iter().zip(shares).map(|(walker, share)| (walker, "Amina", share.seconds())).collect();
    let each = shares.first().map_or(0, |share| share.2);
    stage.transfers(api::Kind::Group, Some(WALKING_GROUP), &shares)?;
    stage.say(&format!(
        "Amina led a walk of {} for {} people ({}): {} each, nothing left over.",
        hours(walk.seconds()),
        walkers.len(),
        walkers.join(", "),
        hours(each),
    ))
}

fn not_done(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(5, utc(2026, 5, 8, 11, 0));
    let before = stage.balance("Kit")?;
    let booking = ("Kit", "Lantern Hall", 8 * HOUR);
    let booking = set_aside(stage, api::Kind::Exchange, booking, utc(2026, 5, 16, 20, 0))?;
    let sentence = stage.refused(stage.ledger().place_hold(booking))?;
    if stage.balance("Kit")? != before {
        return Err(stage.otherwise("nothing was written", "something was"));
    }
    stage.say(&format!("Kit wanted to book Lantern Hall for {}. {sentence}", hours(8 * HOUR)))
}

fn taken_in_part(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(6, utc(2026, 5, 9, 10, 0));
    let baths = ("Hanif", "Ladle Street Baths", 2 * HOUR);
    let hold = place_hold(stage, api::Kind::Redemption, baths, utc(2026, 5, 9, 17, 0))?;
    let took = HOUR + 15 * MINUTE;
    let request = api::CaptureHoldRequest {
        request_id: stage.request_id(),
        hold_sequence: hold,
        amount_seconds: Some(took),
        release_rest: true,
        details: Some(stage.details()),
        validate_only: false,
    };
    stage.call(stage.ledger().capture_hold(request))?;
    stage.say(&format!(
        "Ladle Street Baths set {} of Hanif's aside, took {}, and let {} go back to Hanif, who now has {}.",
        hours(2 * HOUR),
        hours(took),
        hours(2 * HOUR - took),
        stage.has("Hanif")?,
    ))
}

fn ran_out(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    // 3 o'clock in Ashenford is 14:00 in UTC in May.
    stage.step(7, utc(2026, 5, 11, 11, 0));
    let three_o_clock = utc(2026, 5, 11, 14, 0);
    let lunch = ("Jonah", "Saucer & Spoon", HOUR);
    let hold = place_hold(stage, api::Kind::Redemption, lunch, three_o_clock)?;
    stage.step(7, three_o_clock);
    let ended = wait_for_expiry(stage, hold)?;
    if !ended.moves.is_empty() {
        return Err(stage.otherwise("nothing was taken", format!("{:?}", ended.moves)));
    }
    stage.say(&format!(
        "{} of Jonah's was set aside at the Saucer & Spoon. Jonah did not come by 3 o'clock, so it ran out. \
         Nothing was taken; Jonah has {}.",
        hours(HOUR),
        stage.has("Jonah")?,
    ))
}

/// The entry that ends a hold by time: nobody asks for it, the ledger looks at the clock by itself.
fn wait_for_expiry(stage: &Stage<'_>, hold: u64) -> Result<api::Entry, StoryError> {
    let request = api::WatchEntriesRequest {
        after_sequence: Some(hold),
        forms: vec![api::Form::Expire.into()],
        ..api::WatchEntriesRequest::default()
    };
    let mut ledger = stage.ledger();
    stage.call(async move {
        let mut entries = ledger.watch_entries(request).await?.into_inner();
        while let Some(message) = entries.message().await? {
            let expired = message.entry.filter(
                |entry| matches!(&entry.action, Some(Did::Expired(expired)) if expired.hold_sequence == hold),
            );
            if let Some(entry) = expired {
                return Ok(Response::new(entry));
            }
        }
        Err(Status::unavailable("the stream of entries ended before the hold did"))
    })
}

fn put_right(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(8, utc(2026, 5, 13, 10, 0));
    let typed = ("Lantern Hall", "Leonie", 15 * HOUR);
    let slip = stage.transfers(api::Kind::Exchange, Some(LEAFLETS), &[typed])?;
    let request = api::ReverseEntryRequest {
        request_id: stage.request_id(),
        original_sequence: slip.sequence,
        details: Some(api::EntryDetails {
            reason: "the slip said 1.5, 15 was typed".to_owned(),
            ..stage.details()
        }),
        ..api::ReverseEntryRequest::default()
    };
    let answer = stage.call(stage.ledger().reverse_entry(request))?;
    let reversal = read_again(stage, stage.written(answer.receipt)?.sequence)?;
    let right = HOUR + 30 * MINUTE;
    stage.transfers(api::Kind::Exchange, Some(LEAFLETS), &[("Lantern Hall", "Leonie", right)])?;
    stage.say(&format!(
        "Tuesday's slip said 1.5 and 15 was typed. Imelda put it right: the {} are taken back ({}), and Leonie \
         gave Lantern Hall {} (leaflets). Both lines stay in the books.",
        hours(15 * HOUR),
        reversal.details.unwrap_or_default().reason,
        hours(right),
    ))?;
    let account_number = stage.account("Leonie")?;
    let request = api::ListStatementRequest { account_number, ..api::ListStatementRequest::default() };
    let lines = stage.call(stage.ledger().list_statement(request))?.lines;
    let mut statement = String::from("Leonie's lines, newest first:\n");
    for line in lines {
        let (kind, then) = (figures::kind_in_words(line.kind), words::balance(line.posted_seconds));
        let _a_string_takes_all = writeln!(statement, "  {:>2}. {kind:<14} then {then}", line.line_number);
    }
    stage.show(&statement)
}

/// An entry as it is read back from the books, its sealed words opened.
fn read_again(stage: &Stage<'_>, sequence: u64) -> Result<api::Entry, StoryError> {
    let request = api::GetEntryRequest { sequence, ..api::GetEntryRequest::default() };
    let answer = stage.call(stage.ledger().get_entry(request))?;
    answer.entry.ok_or_else(|| stage.otherwise(format!("entry {sequence}"), "none"))
}

fn verified(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(9, utc(2026, 5, 13, 18, 0));
    let request = api::TrialBalanceRequest::default();
    let trial_balance = stage.call(stage.audit().trial_balance(request))?;
    let report = verify(stage)?;
    let (is_right, tables) = (
        trial_balance.is_zero && report.is_clean,
        [figures::trial_balance(&trial_balance), figures::report(&report)],
    );
    if !is_right {
        return Err(stage.otherwise("books that add up, with nothing wrong", tables.concat()));
    }
    stage.say("The books of both banks add up to zero. Verify: every line checked, nothing wrong.")?;
    tables.iter().try_for_each(|table| stage.show(table))
}

/// Has the whole journal checked.
fn verify(stage: &Stage<'_>) -> Result<api::VerifyReport, StoryError> {
    let mut audit = stage.audit();
    stage.call(async move {
        let mut steps = audit.verify(api::VerifyRequest {}).await?.into_inner();
        while let Some(message) = steps.message().await? {
            if let Some(api::verify_response::Step::Report(report)) = message.step {
                return Ok(Response::new(report));
            }
        }
        Err(Status::data_loss("verify ended without a report"))
    })
}

/// Hours to be set aside from one for another, until a deadline, then let go.
fn set_aside(
    stage: &mut Stage<'_>,
    kind: api::Kind,
    moving: Moving,
    deadline: Timestamp,
) -> Result<api::PlaceHoldRequest, StoryError> {
    let deadline = prost_types::Timestamp { seconds: deadline.micros() / MICROS_PER_SECOND, nanos: 0 };
    Ok(api::PlaceHoldRequest {
        request_id: stage.request_id(),
        kind: kind.into(),
        transfers: vec![stage.transfer(moving)?],
        deadline: Some(deadline),
        at_deadline: api::AtDeadline::Release.into(),
        details: Some(stage.details()),
        ..api::PlaceHoldRequest::default()
    })
}

/// Sets hours aside; the hold is named by its sequence.
fn place_hold(
    stage: &mut Stage<'_>,
    kind: api::Kind,
    moving: Moving,
    deadline: Timestamp,
) -> Result<u64, StoryError> {
    let request = set_aside(stage, kind, moving, deadline)?;
    let answer = stage.call(stage.ledger().place_hold(request))?;
    Ok(stage.written(answer.receipt)?.sequence)
}
