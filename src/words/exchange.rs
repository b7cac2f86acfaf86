//! Exchanges: why something is not done, what waits for whom, and friendly notes.
//!
//! `names` gives the words for an account in the middle of a sentence, for whoever may hear them.

use super::figures::hours;
use super::periods;
use crate::domain::hours::{clock, in_words};
use crate::domain::{AccountNumber, Day, Limits, Sequence, TRANSFERS_MAX};
use crate::exchange::Refusal;
use crate::exchange::length::Unread;
use crate::exchange::matters::WhyUnsettled;
use crate::exchange::rules::group::GroupError;
use crate::exchange::rules::second_person::NotGoodEnough;
use crate::exchange::rules::standing::StandingError;
use crate::exchange::waiting::{WAITING_TRANSFERS_SURE, WhyWaits};

/// What waits for a second person.
pub const WAITS: &str = "Somebody else has to agree first. Nothing moved; it waits for a second person.";

/// What somebody hears where the reason is another person's: a pause, how far they can go, that they left.
pub const NOT_TODAY: &str =
    "Not done: this cannot be done today. Nothing was written down. Please talk to your time broker.";

/// Why a broker has to settle it.
#[must_use]
pub const fn why_unsettled(why: WhyUnsettled) -> &'static str {
    match why {
        WhyUnsettled::Disputed => "The two remember it differently: a broker speaks with both.",
        WhyUnsettled::Unanswered => {
            "Nobody answered in time, and nothing was taken: a broker asks whether it was so."
        }
    }
}

/// Why it waits for a second person.
#[must_use]
pub const fn why_it_waits(why: WhyWaits) -> &'static str {
    match why {
        WhyWaits::OwnAccount => "It is in favour of whoever asked: somebody else has to agree.",
        WhyWaits::SecondLine => "It is so much that somebody else has to agree.",
        WhyWaits::PotLine => "It is more than brokers hand out of that pot: a lead has to agree.",
        WhyWaits::HoursMade => "It makes new hours: a lead has to agree.",
        WhyWaits::WindowPassed => "It is long ago: somebody else has to agree.",
        WhyWaits::MemberClosed => "It closes an account: somebody else has to agree.",
    }
}

/// Who of two time banks owes the other: `seconds` that the first owes, negative where the second does.
#[must_use]
pub fn net_position(first: &str, second: &str, seconds: i64) -> String {
    let hours = in_words(seconds.unsigned_abs());
    match seconds {
        0 => format!("{first} and {second} owe each other nothing."),
        1.. => format!("{first} owes {second} {hours}."),
        _ => format!("{second} owes {first} {hours}."),
    }
}

/// The refusal as it is said to a person; nothing for one that is said of a field, or in the ledger's words.
#[must_use]
pub fn refusal_sentence(refusal: &Refusal, names: &dyn Fn(AccountNumber) -> String) -> Option<String> {
    let said = match refusal {
        Refusal::UnusualAmount { amount } => {
            let hours = in_words(amount.seconds().unsigned_abs());
            format!("really {hours}? Nothing was written down. If it is right, ask again and repeat it.")
        }
        Refusal::Paused { account } => format!(
            "there is a pause for {}. Nothing was written down. Ask again when it is over.",
            names(*account)
        ),
        Refusal::AfterClosing { account, closed_on } => format!(
            "the account of {} was closed on {closed_on}, and only help until then is written down. Nothing was \
             written down. Check the day.",
            names(*account)
        ),
        Refusal::NotYours { account } => format!(
            "you do not speak for {}. Nothing was written down. Please talk to your time broker.",
            names(*account)
        ),
        Refusal::NotTheSecondPerson(objection) => match objection {
            NotGoodEnough::Nobody => "somebody with a key of their own has to agree. Nothing moved. Ask a broker \
                                      or a lead."
                .to_owned(),
            NotGoodEnough::Actor => {
                "nobody agrees to what they asked for themselves. Nothing moved. Ask somebody else.".to_owned()
            }
            NotGoodEnough::NotAPerson => "whoever agrees must be a member or somebody who works for a time bank, and \
                                          your key is for nobody the directory knows. Nothing moved. Ask somebody \
                                          else, or have a lead take in whoever has the key: 'hourbook staff add', with the \
                                          number as which 'hourbook whoami' says you act."
                .to_owned(),
            NotGoodEnough::SharesAKey => "one of you made the other's key, or gave it a new secret, and could have \
                                          acted by it. Nothing moved. Ask somebody else; or renew the key yourself, \
                                          and have it asked again."
                .to_owned(),
            NotGoodEnough::StandsFor(account) => format!(
                "whoever agrees must not be somebody it adds hours to, and you stand for {}. Nothing moved. Ask \
                 somebody else.",
                names(*account)
            ),
            NotGoodEnough::PaidFor => {
                "whoever agrees must not be somebody whose help is paid for by another, nor speak for them. Nothing \
                 moved. Ask somebody else."
                    .to_owned()
            }
        },
        Refusal::AbovePotLine => {
            "it is more than brokers hand out of that pot, and only a lead agrees to it. Nothing moved. Ask a lead."
                .to_owned()
        }
        Refusal::NotForBrokers => {
            "only a lead agrees to hours that are newly made. Nothing moved. Ask a lead.".to_owned()
        }
        Refusal::SaidItThemselves => {
            "you wrote it down, and the other side has to answer. Nothing moved. Ask them, or somebody who speaks \
             for them."
                .to_owned()
        }
        Refusal::TheirOwnDispute => "you said it or disputed it yourself, or by a key that you or they made. Nothing \
                                     was written down. Ask another broker to settle it."
            .to_owned(),
        Refusal::Party { account } => format!(
            "you stand for {}, who is one of the two. Nothing was written down. Ask another broker to settle it.",
            names(*account)
        ),
        Refusal::WindowPassed { days } => format!(
            "it is more than {days} days old. Nothing was changed. Ask a lead of the time bank to put it right."
        ),
        Refusal::NotOpen(sequence) => format!(
            "nothing is open under number {sequence}. Nothing was changed. Check the number."
        ),
        Refusal::NothingWaits(number) => format!(
            "nothing waits for a second person under number {number}. Nothing was changed. Look at what waits now; what \
             two remember differently is settled, and not agreed to."
        ),
        Refusal::WaitsAlready { number } => format!(
            "it waits for somebody already, under number {number}. Nothing was written down. Let somebody else agree to \
             that one, or not."
        ),
        Refusal::SaidAlready { proposal } => format!(
            "there is word of such help already, under number {proposal}, and it waits for an answer. Nothing was \
             written down. Let that one be answered; or, if this is another one, say so and ask again."
        ),
        Refusal::BookedDayIsOver { day } => format!(
            "what was booked for {day} is let go after its day by who gives, or by a broker. Nothing was changed. \
             Please talk to them."
        ),
        Refusal::PotIsOver { account, last_day } => format!(
            "{} was for use until {last_day}. Nothing moved. Choose another pot, or ask a lead.",
            names(*account)
        ),
        Refusal::PotNotForBrokers { account } => format!(
            "{} is opened by a lead. Nothing was taken. Ask a lead.",
            names(*account)
        ),
        Refusal::PotNeedsPanel { account } => format!(
            "{} is opened by what a panel decides, and decisions are not kept here yet. Nothing was taken. Choose \
             another pot.",
            names(*account)
        ),
        Refusal::LineClaimed { sequence } => format!(
            "entry {sequence} was claimed back from a pot before, and each is claimed once. Nothing moved. Leave it out, \
             or look at what was claimed."
        ),
        Refusal::ClaimedBack { line, claim } => claimed_back(*line, *claim),
        Refusal::NoClearing { first, second } => format!(
            "time banks {first} and {second} have not agreed to help each other. Nothing was written down. Ask an \
             admin of the network."
        ),
        Refusal::Ledger(_)
        | Refusal::Invalid(_)
        | Refusal::Unread { .. }
        | Refusal::TooLong { .. }
        | Refusal::NotSomebody { .. }
        | Refusal::NotAPot { .. }
        | Refusal::Standing(_)
        | Refusal::Group(_)
        | Refusal::NothingToClaim { .. }
        | Refusal::TooMuchToWait => return None,
    };
    Some(format!("Not done: {said}"))
}

/// What is to be put right, or given back, was claimed back from a pot: by which entry, if it is not long ago.
#[must_use]
pub fn claimed_back(line: Sequence, claim: Option<Sequence>) -> String {
    match claim {
        Some(claim) => format!(
            "entry {line} was claimed back from a pot by entry {claim}. Nothing moved. Put entry {claim} right first."
        ),
        None => format!(
            "entry {line} was claimed back from a pot. Nothing moved. Put that claim right first: it is in the statement \
             of whoever claimed."
        ),
    }
}

/// What the field of a refusal must be, after "must be"; a figure that is asked for is named in seconds too.
#[must_use]
pub fn must_be(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(invalid) => invalid.limit.to_owned(),
        Refusal::Unread { unread, .. } => unread_length(unread),
        Refusal::TooLong { .. } => "at most 2^40 seconds once it is rounded".to_owned(),
        Refusal::NotSomebody { .. } => {
            "the account of a person, a group or a partner of this time bank".to_owned()
        }
        Refusal::NotAPot { .. } => "the account of a pot of this time bank".to_owned(),
        Refusal::Standing(StandingError::SamePerson { .. }) => "somebody else than whoever helped".to_owned(),
        Refusal::Standing(StandingError::SameAccount { account }) => format!(
            "helped by somebody whose hours go elsewhere than to account {account}, which pays for this help too; \
             name another payer or another account for the hours"
        ),
        Refusal::Group(error) => session(error),
        Refusal::NothingToClaim { sequence } => format!(
            "entries in which the organisation paid hours for help or at a till, with some left to give back; entry \
             {sequence} is none"
        ),
        Refusal::TooMuchToWait => {
            format!("fewer, as this has to wait for a second person: {WAITING_TRANSFERS_SURE} always fit")
        }
        Refusal::Ledger(_)
        | Refusal::UnusualAmount { .. }
        | Refusal::Paused { .. }
        | Refusal::AfterClosing { .. }
        | Refusal::PotNeedsPanel { .. }
        | Refusal::NotYours { .. }
        | Refusal::NotTheSecondPerson(_)
        | Refusal::WindowPassed { .. }
        | Refusal::NotOpen(_)
        | Refusal::NothingWaits(_)
        | Refusal::WaitsAlready { .. }
        | Refusal::Party { .. }
        | Refusal::SaidItThemselves
        | Refusal::TheirOwnDispute
        | Refusal::SaidAlready { .. }
        | Refusal::BookedDayIsOver { .. }
        | Refusal::PotIsOver { .. }
        | Refusal::PotNotForBrokers { .. }
        | Refusal::LineClaimed { .. }
        | Refusal::ClaimedBack { .. }
        | Refusal::NoClearing { .. }
        | Refusal::NotForBrokers
        | Refusal::AbovePotLine => "one that the rules allow".to_owned(),
    }
}

/// What the field of a session that cannot be told like this must be.
fn session(error: &GroupError) -> String {
    match error {
        GroupError::NobodyGives => "at least one".to_owned(),
        GroupError::NobodyTakesPart => "at least one; guests are counted but not charged".to_owned(),
        GroupError::OneRecipient { named } => format!("exactly one with this rule, {named} were named"),
        GroupError::TooMany { most, count, .. } => {
            format!("at most {most}, this makes {count}; record the session in two parts")
        }
        GroupError::TooManyTransfers { count } => {
            format!(
                "fewer: together they make {count} transfers, of at most {TRANSFERS_MAX}; record the session in two \
                 parts"
            )
        }
        GroupError::NamedTwice { owner, .. } => format!("each named once; owner {owner} stands there twice"),
        GroupError::GivesAndTakesPart { owner } => {
            format!("of nobody who gives; owner {owner} stands in both lists")
        }
        GroupError::LengthNeeded => "given where the givers did not all give the same".to_owned(),
        GroupError::LengthUnused => "absent with this rule: what the givers gave is all it needs".to_owned(),
        GroupError::ShareIsNothing { participants } => {
            format!("at least one second for each of the {participants} who took part")
        }
        GroupError::TooLong => "at most 2^40 seconds together, and so must all parts".to_owned(),
        GroupError::KeeperNeeded { residual_seconds } => {
            format!("given: {residual_seconds} seconds are left over")
        }
        GroupError::SameAccount { account } => format!(
            "such that hours move, with givers and keeper_account_number; account {account} would pay and get the \
             same hours"
        ),
    }
}

/// A text that is no length, or two: what can be typed instead.
fn unread_length(unread: &Unread) -> String {
    match unread {
        Unread::Hours(error) => format!("a length of time that can be written down: {error}"),
        Unread::TwoWays((first, second)) => {
            let (first, second) = (first.seconds(), second.seconds());
            format!(
                "typed in one way only: it can be {} or {}; type {} or {}, or say amount_seconds {first} or {second}",
                hours(first),
                hours(second),
                clock(first),
                clock(second)
            )
        }
    }
}

/// A slip looks like an earlier one of the same list.
#[must_use]
pub fn on_this_list(place: u32) -> String {
    format!(
        "This looks like slip {place} of this list: the same two people, day and length. If it is another one, say so; if it is \
         the same one, leave it out."
    )
}

/// A list is not answered of which slips may be written.
#[must_use]
pub fn list_not_known(why: &str) -> String {
    format!(
        "it is not known what became of the list: {why}; ask again with the same ids, which doubles nothing"
    )
}

/// What waited for a second person under a number was declined.
#[must_use]
pub fn declined_since(number: Sequence) -> String {
    format!(
        "Not done: it waited for a second person under number {number}, who did not agree. Nothing was written down. If it \
         is to be asked once more, say that it is another one."
    )
}

/// What waited for a second person under a number waits no more, and it is too long ago to look for.
#[must_use]
pub fn waits_no_more(number: Sequence) -> String {
    format!(
        "Not done: it waited for a second person under number {number}, and waits no more. Nothing was written down. \
         Look at the statements of the two for what became of it."
    )
}

/// That an entry was put right since, the whole of it or a part.
#[must_use]
pub fn put_right_since(is_whole: bool) -> String {
    let what = if is_whole { "all of its hours went back" } else { "a part of its hours went back" };
    format!("It was put right since: {what}.")
}

/// That a day is in a month that was closed.
#[must_use]
pub fn late(day: Day) -> String {
    let (year, month, _) = day.calendar();
    let month = periods::month((year, u8::try_from(month).unwrap_or_default())); // 1 to 12.
    format!("It is late: {month} was closed before. It counts in the next report.")
}

/// A friendly note about `name`, where a change passed the point at which one starts. Seconds.
#[must_use]
pub fn friendly_note(name: &str, posted: i64, change: i64, limits: &Limits) -> Option<String> {
    let before = posted.saturating_sub(change);
    let hours = in_words(posted.unsigned_abs());
    let is_below = limits.warn_below().is_some_and(|warn| before > warn && posted <= warn);
    let is_above = limits.warn_above().is_some_and(|warn| before < warn && posted >= warn);
    if is_below && posted < 0 {
        Some(format!("{name} is {hours} below zero, where a friendly note starts."))
    } else if is_above && posted > 0 {
        Some(format!("{name} has {hours} to spend, where a friendly note starts."))
    } else {
        None
    }
}
