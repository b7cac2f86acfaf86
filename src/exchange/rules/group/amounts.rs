//! What a session comes to for each, before anybody asks which accounts move.

use super::{GroupError, GroupRule, Session, Share};
use crate::domain::{Amount, Entering, OwnerNumber, Rounding};

/// The figures of a session. Seconds.
pub struct Amounts {
    /// For each who took part, in the order named.
    pub shares: Vec<Share>,
    /// For each who took part, how much of each giver's time was theirs: zero where there are more people
    /// than seconds. Adds up to what each gave; empty where nobody took part.
    pub portions: Vec<Vec<i64>>,
    /// What is paid less what is got.
    pub residual_seconds: i64,
    /// The most that one person gave, pays or gets.
    pub largest: Amount,
}

pub fn of(session: &Session<'_>) -> Result<Amounts, GroupError> {
    let shares = shares(session)?;
    let gave: Vec<_> = session.givers.iter().map(|giver| giver.gave).collect();
    let pays: Vec<_> = shares.iter().filter_map(|share| share.pays).collect();
    let gets: Vec<_> = shares.iter().filter_map(|share| share.gets).collect();
    let residual_seconds = sum(&pays) - sum(&gave) - sum(&gets); // At most 512 amounts of 2^40 each.
    let largest = gave.iter().chain(&pays).chain(&gets).max().copied().ok_or(GroupError::NobodyGives)?;
    Ok(Amounts { portions: portions(session), shares, residual_seconds, largest })
}

fn sum(amounts: &[Amount]) -> i64 {
    amounts.iter().map(|amount| amount.seconds()).sum()
}

fn shares(session: &Session<'_>) -> Result<Vec<Share>, GroupError> {
    let length_is_asked = matches!(session.rule, GroupRule::EachPaysSession | GroupRule::PotPaysEveryone);
    if session.length.is_some() && !length_is_asked {
        return Err(GroupError::LengthUnused);
    }
    let count = session.participants.len();
    let each = |pays, gets| {
        session.participants.iter().map(|person| Share { owner: person.owner, pays, gets }).collect()
    };
    match session.rule {
        GroupRule::SplitProviderTime => {
            let parts =
                given(session)?.split(count).ok_or(GroupError::ShareIsNothing { participants: count })?;
            let people = session.participants.iter();
            Ok(people.zip(parts).map(|(person, part)| pays(person.owner, part)).collect())
        }
        GroupRule::SplitProviderTimeCeil => Ok(each(Some(part_rounded_up(session, count)?), None)),
        GroupRule::EachPaysSession => Ok(each(Some(length(session)?), None)),
        GroupRule::ManyProvidersOneRecipient => Ok(each(Some(given(session)?), None)),
        GroupRule::PotPaysProvider => Ok(each(None, None)),
        GroupRule::PotPaysEveryone if count == 0 => Ok(Vec::new()),
        GroupRule::PotPaysEveryone => Ok(each(None, Some(length(session)?))),
    }
}

const fn pays(owner: OwnerNumber, part: Amount) -> Share {
    Share { owner, pays: Some(part), gets: None }
}

/// What all gave together.
fn given(session: &Session<'_>) -> Result<Amount, GroupError> {
    let seconds = session.givers.iter().map(|giver| giver.gave.seconds()).sum(); // At most 256 × 2^40.
    Amount::new(seconds).ok_or(GroupError::TooLong)
}

/// An equal part, rounded up to the bank's step. To the whole second first: a step is whole seconds, so the
/// result is that of the exact part.
fn part_rounded_up(session: &Session<'_>, count: usize) -> Result<Amount, GroupError> {
    let given = given(session)?.seconds();
    let count = i64::try_from(count).map_err(|_| GroupError::TooLong)?;
    let part = given.checked_add(count - 1).and_then(|sum| sum.checked_div(count));
    let up = Entering { rounding: Rounding::Up, ..session.entering };
    part.and_then(Amount::new).and_then(|part| up.written(part)).ok_or(GroupError::TooLong)
}

/// How long the session was: as said, or what each giver gave.
fn length(session: &Session<'_>) -> Result<Amount, GroupError> {
    let first = session.givers.first().map(|giver| giver.gave);
    let same = session.givers.iter().all(|giver| Some(giver.gave) == first);
    session.length.or(first.filter(|_| same)).ok_or(GroupError::LengthNeeded)
}

/// Each giver's time in equal parts for all who took part. The odd seconds go round: the next giver's begin
/// after the last one's, so that all parts of one person differ from another's by a second at most.
fn portions(session: &Session<'_>) -> Vec<Vec<i64>> {
    let count = session.participants.len();
    let mut portions = vec![Vec::with_capacity(session.givers.len()); count];
    let Ok(people) = i64::try_from(count) else { return portions };
    let mut next_odd = 0;
    for giver in session.givers {
        let Some(part) = giver.gave.seconds().checked_div(people) else { return portions };
        let odd = giver.gave.seconds() % people; // Not zero people: the division above was possible.
        for (place, portion) in (0..people).zip(&mut portions) {
            let turn = (place - next_odd).rem_euclid(people);
            portion.push(part + i64::from(turn < odd));
        }
        next_odd = (next_odd + odd) % people;
    }
    portions
}
