//! Chapter 2, steps 10 to 25: people. Everybody who calls shows a key of their own.

use super::StoryError;
use super::cast::WALKING_GROUP;
use super::keys;
use super::stage::{HOUR, MINUTE, Stage, date, utc};
use crate::api;
use crate::domain::Day;
use crate::words::hours;

pub fn play(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(10, utc(2026, 5, 18, 8, 0));
    keys::hand_out(stage)?;
    typed_twice(stage)?;
    already_here(stage)?;
    late(stage)?;
    a_walk_with_visitors(stage)?;
    a_mystery_shopper(stage)?;
    the_middle(stage)?;
    a_dispute(stage)?;
    booked_ahead(stage)?;
    closed_with_thanks(stage)?;
    not_their_people(stage)?;
    moves_banks(stage)?;
    between_the_banks(stage)?;
    a_broker_is_thanked(stage)?;
    given_away(stage)?;
    a_meeting(stage)?;
    in_waysides_name(stage)?;
    a_slip_turns_up(stage)
}

/// How long, as it was typed.
fn typed(text: &str) -> Option<api::Length> {
    Some(api::Length { typed: text.to_owned(), amount_seconds: 0 })
}

/// Who helped whom, for how long, on which day and with what.
struct Told {
    giver: &'static str,
    receiver: &'static str,
    typed: &'static str,
    on: Day,
    activity: &'static str,
}

fn day(month: i8, day: i8) -> Day {
    Day::from_calendar(2026, month, day).unwrap_or_default()
}

fn exchange(stage: &mut Stage<'_>, told: &Told) -> Result<api::RecordExchangeRequest, StoryError> {
    Ok(api::RecordExchangeRequest {
        request_id: stage.request_id(),
        giver_account_number: stage.account(told.giver)?,
        receiver_account_number: stage.account(told.receiver)?,
        length: typed(told.typed),
        occurred_on: Some(date(told.on)),
        activity_number: stage.activity(told.activity)?,
        ..api::RecordExchangeRequest::default()
    })
}

/// Writes it down as somebody, and says what a person hears of it.
fn recorded(
    stage: &Stage<'_>,
    who: &'static str,
    request: api::RecordExchangeRequest,
) -> Result<Vec<String>, StoryError> {
    let answer = stage.call(stage.exchanges(who).record_exchange(request))?;
    stage.done(answer.done)
}

fn typed_twice(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(10, utc(2026, 5, 18, 15, 0));
    let mut told = Told {
        giver: "Jonah",
        receiver: "Lantern Hall",
        typed: "5012",
        on: day(5, 18),
        activity: "painting",
    };
    let slip = exchange(stage, &told)?;
    let asked = stage.refused(stage.exchanges("Imelda").record_exchange(slip))?;
    told.typed = "5:12";
    let slip = exchange(stage, &told)?;
    recorded(stage, "Imelda", slip)?;
    stage.say(&format!(
        "Imelda typed 5012 for 5 h 12. {asked} She typed 5:12, and Jonah gave Lantern Hall {} ({} typed, rounded up \
         to the quarter).",
        hours(5 * HOUR + 15 * MINUTE),
        hours(5 * HOUR + 12 * MINUTE),
    ))
}

fn already_here(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(11, utc(2026, 5, 20, 10, 0));
    let told = Told {
        giver: "Jonah",
        receiver: "Lantern Hall",
        typed: "5:12",
        on: day(5, 18),
        activity: "painting",
    };
    let slip = exchange(stage, &told)?;
    let asked = stage.refused(stage.exchanges("Tobias").record_exchange(slip))?;
    stage.say(&format!(
        "Jonah handed a slip of his own for the same painting to Tobias. {asked} It was the same one; nothing was \
         written twice."
    ))
}

fn late(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(12, utc(2026, 6, 5, 16, 0));
    let lock = api::LockPeriodRequest {
        request_id: stage.request_id(),
        bank_number: 1,
        year: 2026,
        month: 5,
        validate_only: false,
    };
    stage.call(stage.directory("Una").lock_period(lock))?;
    stage.step(12, utc(2026, 6, 9, 10, 0));
    let told =
        Told { giver: "Cora", receiver: "Bernard", typed: "1:40", on: day(5, 28), activity: "befriending" };
    let slip = exchange(stage, &told)?;
    let paid_by_account_number = stage.account("A pot")?;
    let heard = recorded(stage, "Tobias", api::RecordExchangeRequest { paid_by_account_number, ..slip })?;
    stage.say(&format!(
        "May was closed on Friday. A slip from 28 May comes in: Cora visited Bernard for {}, so {}. Bernard cannot \
         give back just now, so the community pot pays. {}",
        hours(HOUR + 40 * MINUTE),
        hours(HOUR + 45 * MINUTE),
        heard.join(" "),
    ))
}

fn a_walk_with_visitors(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(13, utc(2026, 6, 11, 13, 0));
    let walkers = ["Bernard", "Cora", "Esme", "Farid", "Greta", "Hanif", "Jonah"];
    let participants = walkers.iter().map(|name| stage.account(name)).collect::<Result<_, _>>()?;
    let request = api::RecordGroupExchangeRequest {
        request_id: stage.request_id(),
        rule: api::GroupRule::SplitProviderTimeCeil.into(),
        givers: vec![api::GroupGiver { account_number: stage.account("Amina")?, length: typed("1:30") }],
        participant_account_numbers: participants,
        guest_count: 2,
        occurred_on: Some(date(day(6, 11))),
        activity_number: stage.activity(WALKING_GROUP)?,
        ..api::RecordGroupExchangeRequest::default()
    };
    let answer = stage.call(stage.exchanges("Tobias").record_group_exchange(request))?;
    let left_over = answer.residual_seconds;
    stage.done(answer.done)?;
    stage.say(&format!(
        "Amina led a walk of {} for {} people (the same without Kit): {} each makes {}, so {} were left over for the \
         community pot. Two visitors walked along and are counted without hours.",
        hours(HOUR + 30 * MINUTE),
        walkers.len(),
        hours(15 * MINUTE),
        hours(HOUR + 30 * MINUTE + left_over),
        hours(left_over),
    ))
}

fn a_mystery_shopper(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(14, utc(2026, 6, 12, 10, 0));
    thanked(stage, "Farid", "mystery shopping", day(6, 12))?;
    stage.say(&format!(
        "Farid tried out a healthy café as a mystery shopper and was thanked with {} from the pot. The café cannot \
         see who it was.",
        hours(HOUR)
    ))
}

/// An hour from the pot, for help to nobody in particular; Tobias writes it down.
fn thanked(
    stage: &mut Stage<'_>,
    name: &'static str,
    activity: &'static str,
    on: Day,
) -> Result<(), StoryError> {
    let request = credit(stage, name, activity, on)?;
    let answer = stage.call(stage.exchanges("Tobias").credit_member(request))?;
    stage.done(answer.done).map(|_| ())
}

fn credit(
    stage: &mut Stage<'_>,
    name: &'static str,
    activity: &'static str,
    on: Day,
) -> Result<api::CreditMemberRequest, StoryError> {
    Ok(api::CreditMemberRequest {
        request_id: stage.request_id(),
        account_number: stage.account(name)?,
        from_account_number: stage.account("A pot")?,
        length: typed("1h"),
        is_help: true,
        occurred_on: Some(date(on)),
        activity_number: stage.activity(activity)?,
        ..api::CreditMemberRequest::default()
    })
}

/// Says that help was given, as the one who gave it; the number of the proposal.
fn proposed(stage: &mut Stage<'_>, told: &Told) -> Result<u64, StoryError> {
    let request = api::ProposeExchangeRequest {
        request_id: stage.request_id(),
        giver_account_number: stage.account(told.giver)?,
        receiver_account_number: stage.account(told.receiver)?,
        said_by: api::Side::Giver.into(),
        length: typed(told.typed),
        occurred_on: Some(date(told.on)),
        activity_number: stage.activity(told.activity)?,
        ..api::ProposeExchangeRequest::default()
    };
    let answer = stage.call(stage.exchanges(told.giver).propose_exchange(request))?;
    Ok(stage.written(answer.receipt)?.sequence)
}

/// The other side remembers another length.
fn answered(
    stage: &mut Stage<'_>,
    who: &'static str,
    proposal: u64,
    remembered: &str,
) -> Result<api::Outcome, StoryError> {
    let request = api::ConfirmExchangeRequest {
        request_id: stage.request_id(),
        proposal_sequence: proposal,
        length: typed(remembered),
        ..api::ConfirmExchangeRequest::default()
    };
    Ok(stage.call(stage.exchanges(who).confirm_exchange(request))?.outcome())
}

fn the_middle(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(15, utc(2026, 6, 13, 16, 0));
    let told = Told { giver: "Dev", receiver: "Greta", typed: "3h", on: day(6, 13), activity: "mending" };
    let proposal = proposed(stage, &told)?;
    let outcome = answered(stage, "Greta", proposal, "2:45")?;
    expect(stage, api::Outcome::Middle, outcome)?;
    stage.say(&format!(
        "Dev wrote down {} for Greta's fence; Greta remembered {}. That is close: the middle, rounded up to the \
         quarter, is {}, and it stands.",
        hours(3 * HOUR),
        hours(2 * HOUR + 45 * MINUTE),
        hours(3 * HOUR),
    ))
}

fn expect(stage: &Stage<'_>, expected: api::Outcome, found: api::Outcome) -> Result<(), StoryError> {
    if expected == found {
        return Ok(());
    }
    Err(stage.otherwise(expected.as_str_name(), found.as_str_name()))
}

fn a_dispute(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(16, utc(2026, 6, 15, 10, 0));
    let told = Told { giver: "Hanif", receiver: "Ivy", typed: "4h", on: day(6, 15), activity: "driving" };
    let proposal = proposed(stage, &told)?;
    let outcome = answered(stage, "Ivy", proposal, "2h")?;
    expect(stage, api::Outcome::Disputed, outcome)?;
    let request = api::ResolveDisputeRequest {
        request_id: stage.request_id(),
        proposal_sequence: proposal,
        length: typed("2:30"),
        reason: "both agreed".to_owned(),
        ..api::ResolveDisputeRequest::default()
    };
    stage.call(stage.exchanges("Tobias").resolve_dispute(request))?;
    stage.say(&format!(
        "Hanif said {} of driving, Ivy said {}: a dispute, so nothing was posted. Imelda is Ivy's neighbour and \
         stands aside. Tobias spoke with both, and they agreed on {}.",
        hours(4 * HOUR),
        hours(2 * HOUR),
        hours(2 * HOUR + 30 * MINUTE),
    ))
}

fn booked_ahead(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(23, utc(2026, 6, 15, 11, 0));
    let request = api::BookHoursRequest {
        request_id: stage.request_id(),
        giver_account_number: stage.account("Lantern Hall")?,
        receiver_account_number: stage.account("Wayside Network")?,
        length: typed("3h"),
        day: Some(date(day(6, 22))),
        activity_number: stage.activity("room for a meeting")?,
        ..api::BookHoursRequest::default()
    };
    let answer = stage.call(stage.exchanges("Tobias").book_hours(request))?;
    let booking = stage.written(answer.receipt)?.sequence;
    stage.keep("booking", booking);
    Ok(())
}

fn closed_with_thanks(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(17, utc(2026, 6, 16, 10, 0));
    let stood = stage.has("Greta")?;
    close(stage, "Greta", "Greta died on Sunday")?;
    stage.say(&format!(
        "Greta died on Sunday. Her account is closed with thanks. It was {stood}; the pot makes it good and nobody is \
         asked for anything."
    ))
}

/// Una asks, and Tobias is the second person.
fn close(stage: &mut Stage<'_>, name: &'static str, reason: &str) -> Result<(), StoryError> {
    let request = api::CloseMemberRequest {
        request_id: stage.request_id(),
        account_number: stage.account(name)?,
        reason: reason.to_owned(),
        ..api::CloseMemberRequest::default()
    };
    let asked = stage.call(stage.directory("Una").close_member(request))?;
    let waiting_number = asked.done.unwrap_or_default().waiting_number;
    let request = api::ApproveRequest {
        request_id: stage.request_id(),
        waiting_number,
        ..api::ApproveRequest::default()
    };
    stage.call(stage.exchanges("Tobias").approve(request)).map(|_| ())
}

fn not_their_people(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(18, utc(2026, 6, 16, 14, 0));
    let account_number = stage.account("Esme")?;
    let request = api::ListStatementRequest { account_number, ..api::ListStatementRequest::default() };
    let sentence = stage.refused(stage.ledger_of("Oyin").list_statement(request))?;
    stage.say(&format!(
        "Oyin, broker in Quillmere, asked for Esme's statement. {sentence} Oyin works for Quillmere and cannot see \
         Ashenford's people."
    ))
}

fn moves_banks(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(19, utc(2026, 6, 17, 10, 0));
    let request = api::CreatePersonRequest {
        request_id: stage.request_id(),
        bank_number: 2,
        kind: api::PersonKind::Member.into(),
        profile: Some(api::Profile { name: "Kit Larder".to_owned(), ..api::Profile::default() }),
        owner_number: stage.owner("Kit"),
        ..api::CreatePersonRequest::default()
    };
    let opened = stage.call(stage.directory("Una").create_person(request))?;
    stage.enter("Kit (Quillmere)", opened.account_number);
    let request = api::TransferBetweenBanksRequest {
        request_id: stage.request_id(),
        from_account_number: stage.account("Kit")?,
        to_account_number: opened.account_number,
        reason: "Kit moves to Quillmere".to_owned(),
        ..api::TransferBetweenBanksRequest::default()
    };
    let answer = stage.call(stage.exchanges("Una").transfer_between_banks(request))?;
    stage.done(answer.done)?;
    close(stage, "Kit", "Kit moved to Quillmere")?;
    let owed = between(stage)?;
    stage.say(&format!("Kit moves to Quillmere and takes {} along. {owed}", hours(HOUR + 45 * MINUTE)))
}

/// Who of the two owes the other.
fn between(stage: &Stage<'_>) -> Result<String, StoryError> {
    let request = api::GetNetPositionRequest { first_bank_number: 1, second_bank_number: 2 };
    Ok(stage.call(stage.exchanges("Una").get_net_position(request))?.sentence)
}

fn between_the_banks(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(20, utc(2026, 6, 18, 15, 0));
    let mut told = Told { giver: "Dev", receiver: "Maud", typed: "2h", on: day(6, 18), activity: "mending" };
    let slip = exchange(stage, &told)?;
    recorded(stage, "Una", slip)?;
    (told.receiver, told.typed) = ("Niall", "3h");
    let slip = exchange(stage, &told)?;
    let not_now = stage.refused(stage.exchanges("Una").record_exchange(slip))?;
    let told =
        Told { giver: "Niall", receiver: "Cora", typed: "1h", on: day(6, 18), activity: "language practice" };
    let slip = exchange(stage, &told)?;
    recorded(stage, "Una", slip)?;
    let owed = between(stage)?;
    stage.say(&format!(
        "Dev mended Maud's gate in Quillmere: {}. Asked for {} more for Niall: {not_now} The other way is open: Niall \
         gave Cora {} (language practice). {owed}",
        hours(2 * HOUR),
        hours(3 * HOUR),
        hours(HOUR),
    ))
}

fn a_broker_is_thanked(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(21, utc(2026, 6, 19, 16, 0));
    let mut request = credit(stage, "Imelda", WALKING_GROUP, day(6, 19))?;
    request.validate_only = true;
    let answer = stage.call(stage.exchanges("Imelda").credit_member(request))?;
    let done = answer.done.unwrap_or_default();
    if done.receipt.is_some() {
        return Err(stage.otherwise("somebody else has to agree", "it was done"));
    }
    thanked(stage, "Imelda", WALKING_GROUP, day(6, 19))?;
    stage.say(&format!(
        "Imelda steered the walk's back row for {}. A broker cannot thank herself (\"{}\"): Tobias wrote it down, and \
         the pot paid.",
        hours(HOUR),
        done.sentences.join(" "),
    ))
}

fn given_away(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(22, utc(2026, 6, 20, 11, 0));
    let gift = api::GiftRequest {
        request_id: stage.request_id(),
        from_account_number: stage.account("Amina")?,
        to_account_number: stage.account("Bernard")?,
        length: typed("1h"),
        ..api::GiftRequest::default()
    };
    let answer = stage.call(stage.exchanges("Amina").gift(gift))?;
    stage.done(answer.done)?;
    let donation = api::DonateRequest {
        request_id: stage.request_id(),
        from_account_number: stage.account("Esme")?,
        length: typed("30 min"),
        ..api::DonateRequest::default()
    };
    let answer = stage.call(stage.exchanges("Esme").donate(donation))?;
    stage.done(answer.done)?;
    stage.say(&format!(
        "Amina gave Bernard {} of hers as a gift, and Esme gave the pot {}. Gifts are not counted as help.",
        hours(HOUR),
        hours(30 * MINUTE),
    ))
}

fn a_meeting(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(23, utc(2026, 6, 22, 18, 0));
    let request = api::TakeBookingRequest {
        request_id: stage.request_id(),
        booking_sequence: stage.kept("booking")?,
        ..api::TakeBookingRequest::default()
    };
    let answer = stage.call(stage.exchanges("Tobias").take_booking(request))?;
    stage.done(answer.done)?;
    stage.say(&format!(
        "The Wayside Network booked Lantern Hall a week ago and met there today: {}, set aside then, taken now. \
         Wayside is {}.",
        hours(3 * HOUR),
        stage.has("Wayside Network")?,
    ))
}

fn in_waysides_name(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(24, utc(2026, 6, 23, 12, 0));
    let help = [("Lantern Hall", "2h", "form filling"), ("Jonah", "1h", "computer help")];
    for (receiver, typed, activity) in help {
        let told = Told { giver: "Wayside Network", receiver, typed, on: day(6, 23), activity };
        let slip = exchange(stage, &told)?;
        recorded(stage, "Tobias", slip)?;
    }
    stage.say(&format!(
        "Two of Wayside's people gave {} of form filling at Lantern Hall and {} of computer help to Jonah, in \
         Wayside's name. The room is paid back through the network: Wayside has {}.",
        hours(2 * HOUR),
        hours(HOUR),
        stage.has("Wayside Network")?,
    ))
}

fn a_slip_turns_up(stage: &mut Stage<'_>) -> Result<(), StoryError> {
    stage.step(25, utc(2026, 6, 23, 15, 0));
    let told = Told { giver: "Greta", receiver: "Ivy", typed: "1h", on: day(6, 10), activity: "sewing" };
    let slip = exchange(stage, &told)?;
    let heard = recorded(stage, "Tobias", slip)?;
    stage.say(&format!(
        "A slip of Greta's from 10 June turns up: Greta gave Ivy {} of sewing. It counts as Greta's; the hour goes to \
         the pot. {}",
        hours(HOUR),
        heard.join(" "),
    ))
}
