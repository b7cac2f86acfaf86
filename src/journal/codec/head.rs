//! The head of a record: what kind of action, and what was said about the entry as a whole.
//!
//! Byte 0 is the action's tag, byte 1 says which fields follow, bytes 2 to 17 are the request id
//! (absent in the ledger's own entries), so that ids are found without decoding the rest.

use super::action::{EXPIRE, LAST, POST, may_claim, tag};
use super::wire::{DecodeError, Reader, Writer};
use crate::domain::claim::CLAIMS_MAX;
use crate::domain::command::{PRESENT_COUNT_MAX, SEALED_TEXT_BYTES_MAX};
use crate::domain::note::ATTACHMENT_BYTES_MAX;
use crate::domain::numbers::OWNERS_MAX;
use crate::domain::{
    Action, Amount, Attachment, Claim, ClaimFate, ClaimUnit, ClaimWord, Command, Day, OwnerNumber, RequestId,
    RequestKey, Scope, Sequence, Timestamp, Topic,
};

const SCOPE: u8 = 1;
const SECOND_PERSON: u8 = 1 << 1;
const ALLOWED_BY: u8 = 1 << 2;
const OCCURRED_ON: u8 = 1 << 3;
const TEXT: u8 = 1 << 4;
const PRESENT_COUNT: u8 = 1 << 5;
const ATTACHMENT: u8 = 1 << 6;
const CLAIMS: u8 = 1 << 7;

pub fn write(writer: &mut Writer<'_>, command: &Command, recorded_at: Timestamp) {
    let scope = command.key.map_or(Scope::OPERATOR, |key| key.scope);
    let flag = |present: bool, bit: u8| if present { bit } else { 0 };
    writer.byte(tag(&command.action));
    writer.byte(
        flag(scope != Scope::OPERATOR, SCOPE)
            | flag(command.second_person.is_some(), SECOND_PERSON)
            | flag(command.allowed_by.is_some(), ALLOWED_BY)
            | flag(command.occurred_on.is_some(), OCCURRED_ON)
            | flag(!command.text.is_empty(), TEXT)
            | flag(command.present_count.is_some(), PRESENT_COUNT)
            | flag(command.attachment.is_some(), ATTACHMENT)
            | flag(!command.claims.is_empty(), CLAIMS),
    );
    if let Some(key) = command.key {
        writer.raw(&key.id.bytes());
    }
    if scope != Scope::OPERATOR {
        writer.unsigned(u64::from(scope.get()));
    }
    writer.unsigned(u64::from(command.actor.get()));
    if let Some(person) = command.second_person {
        writer.unsigned(u64::from(person.get()));
    }
    if let Some(person) = command.allowed_by {
        writer.unsigned(u64::from(person.get()));
    }
    if let Some(day) = command.occurred_on {
        // Help is written down soon after it is given: the distance is one byte.
        writer.signed(i64::from(day.days()) - i64::from(recorded_at.utc_day().days()));
    }
    if !command.text.is_empty() {
        writer.block(&command.text);
    }
    if let Some(count) = command.present_count {
        writer.unsigned(u64::from(count));
    }
    if let Some(attachment) = &command.attachment {
        writer.unsigned(u64::from(attachment.topic.get()));
        writer.block(&attachment.body);
    }
    if !command.claims.is_empty() {
        writer.unsigned(command.claims.len() as u64);
        for claim in &command.claims {
            write_claim(writer, claim, recorded_at);
        }
    }
}

/// The tag and the command, its action still to be read.
pub fn read(reader: &mut Reader<'_>, recorded_at: Timestamp) -> Result<(u8, Command), DecodeError> {
    let (tag, flags, key) = read_start(reader)?;
    let has = |bit: u8| flags & bit != 0;
    let actor = read_owner(reader, "actor")?;
    let mut command = Command { key, ..Command::without_key(actor, Action::Void(Sequence::ZERO)) };
    if has(SECOND_PERSON) {
        command.second_person = Some(read_owner(reader, "second person")?);
    }
    if has(ALLOWED_BY) {
        command.allowed_by = Some(read_owner(reader, "allowed by")?);
    }
    if has(OCCURRED_ON) {
        command.occurred_on = Some(read_day(reader, recorded_at)?);
    }
    if has(TEXT) {
        command.text = read_filled(reader, SEALED_TEXT_BYTES_MAX, "text")?;
    }
    if has(PRESENT_COUNT) {
        command.present_count = Some(read_present_count(reader)?);
    }
    if has(ATTACHMENT) {
        let topic = Topic::new(reader.small("attachment topic")?);
        let body = reader.block(ATTACHMENT_BYTES_MAX, "attachment")?.into();
        command.attachment = Some(Box::new(Attachment { topic, body }));
    }
    if has(CLAIMS) {
        reader.known(may_claim(tag).then_some(()), "claims")?;
        let count = reader.count(CLAIMS_MAX, CLAIM_BYTES_MIN, "number of claims")?;
        reader.known((count > 0).then_some(()), "number of claims")?;
        for _ in 0..count {
            let claim = read_claim(reader, recorded_at)?;
            let named = command.claims.iter().any(|earlier: &Claim| earlier.key == claim.key);
            command.claims.push(reader.known((!named).then_some(claim), "claim key")?);
        }
    }
    Ok((tag, command))
}

/// Passes over the head of a post without claims or attachment: its day, if it says one. Nothing for
/// any other head.
pub fn read_plain(
    reader: &mut Reader<'_>,
    recorded_at: Timestamp,
) -> Result<Option<Option<Day>>, DecodeError> {
    let (tag, flags, _) = read_start(reader)?;
    if tag != POST || flags & (ATTACHMENT | CLAIMS) != 0 {
        return Ok(None);
    }
    pass_people_and_words(reader, flags, recorded_at).map(Some)
}

/// Passes over any head: the tag, and the topic of what is kept beside the entry, if something is.
pub fn pass_over(
    reader: &mut Reader<'_>,
    recorded_at: Timestamp,
) -> Result<(u8, Option<Topic>), DecodeError> {
    let (tag, flags, _) = read_start(reader)?;
    pass_people_and_words(reader, flags, recorded_at)?;
    let mut beside = None;
    if flags & ATTACHMENT != 0 {
        beside = Some(Topic::new(reader.small("attachment topic")?));
        reader.block(ATTACHMENT_BYTES_MAX, "attachment")?;
    }
    if flags & CLAIMS != 0 {
        for _ in 0..reader.count(CLAIMS_MAX, CLAIM_BYTES_MIN, "number of claims")? {
            read_claim(reader, recorded_at)?;
        }
    }
    Ok((tag, beside))
}

/// What every head may have, from the actor to the people counted: its day, if it says one.
fn pass_people_and_words(
    reader: &mut Reader<'_>,
    flags: u8,
    recorded_at: Timestamp,
) -> Result<Option<Day>, DecodeError> {
    read_owner(reader, "actor")?;
    if flags & SECOND_PERSON != 0 {
        read_owner(reader, "second person")?;
    }
    if flags & ALLOWED_BY != 0 {
        read_owner(reader, "allowed by")?;
    }
    let occurred_on = if flags & OCCURRED_ON != 0 { Some(read_day(reader, recorded_at)?) } else { None };
    if flags & TEXT != 0 {
        let text = reader.block(SEALED_TEXT_BYTES_MAX, "text")?;
        reader.known((!text.is_empty()).then_some(()), "text")?;
    }
    if flags & PRESENT_COUNT != 0 {
        read_present_count(reader)?;
    }
    Ok(occurred_on)
}

fn read_day(reader: &mut Reader<'_>, recorded_at: Timestamp) -> Result<Day, DecodeError> {
    let days = i64::from(recorded_at.utc_day().days()).checked_add(reader.signed("occurred on")?);
    let day = days.and_then(|days| i32::try_from(days).ok()).map(Day::from_days);
    reader.known(day.filter(|day| (Day::MIN..=Day::MAX).contains(day)), "occurred on")
}

fn read_present_count(reader: &mut Reader<'_>) -> Result<u32, DecodeError> {
    let count = Some(reader.small("present count")?).filter(|count| (1..=PRESENT_COUNT_MAX).contains(count));
    reader.known(count, "present count")
}

pub fn read_key(reader: &mut Reader<'_>) -> Result<Option<RequestKey>, DecodeError> {
    read_start(reader).map(|(_, _, key)| key)
}

fn read_start(reader: &mut Reader<'_>) -> Result<(u8, u8, Option<RequestKey>), DecodeError> {
    let tag = reader.byte("tag")?;
    reader.known((tag <= LAST).then_some(()), "tag")?;
    let flags = reader.byte("flags")?;
    if tag == EXPIRE {
        // The ledger's own: nobody asked, so nobody said anything but, in the hold, its day.
        reader.known((flags & !OCCURRED_ON == 0).then_some(()), "flags")?;
        return Ok((tag, flags, None));
    }
    let id = RequestId::from_bytes(reader.array("request id")?).ok();
    let id = reader.known(id, "request id")?;
    let mut scope = Scope::OPERATOR;
    if flags & SCOPE != 0 {
        scope = Scope::new(reader.small("scope")?);
        reader.known((scope != Scope::OPERATOR).then_some(()), "scope")?;
    }
    Ok((tag, flags, Some(RequestKey { scope, id })))
}

pub fn read_owner(reader: &mut Reader<'_>, what: &'static str) -> Result<OwnerNumber, DecodeError> {
    let number = reader.small(what)?;
    reader.known((number <= OWNERS_MAX).then(|| OwnerNumber::new(number)), what)
}

fn read_filled(reader: &mut Reader<'_>, most: usize, what: &'static str) -> Result<Box<[u8]>, DecodeError> {
    let bytes = reader.block(most, what)?;
    reader.known((!bytes.is_empty()).then(|| bytes.into()), what)
}

/// Flags, key, and one byte of each number.
const CLAIM_BYTES_MIN: usize = 1 + 16 + 3;

const UNIT_SECONDS: u8 = 1;
const FATE_KEPT: u8 = 1 << 1;

fn write_claim(writer: &mut Writer<'_>, claim: &Claim, recorded_at: Timestamp) {
    let unit = if claim.unit == ClaimUnit::Seconds { UNIT_SECONDS } else { 0 };
    let fate = if claim.fate == ClaimFate::Kept { FATE_KEPT } else { 0 };
    writer.byte(unit | fate | claim.word.number() << 2);
    writer.raw(&claim.key);
    writer.signed(claim.take);
    writer.signed(claim.max);
    writer.signed(claim.until.micros().wrapping_sub(recorded_at.micros()));
}

fn read_claim(reader: &mut Reader<'_>, recorded_at: Timestamp) -> Result<Claim, DecodeError> {
    let flags = reader.byte("claim")?;
    let word = reader.known(ClaimWord::from_number(flags >> 2), "claim word")?;
    let bound = Amount::MAX.seconds();
    let key = reader.array("claim key")?;
    let take = reader.signed("claim take")?;
    reader.known((take != 0 && (-bound..=bound).contains(&take)).then_some(()), "claim take")?;
    let max = reader.signed("claim max")?;
    reader.known((0..=bound).contains(&max).then_some(()), "claim max")?;
    Ok(Claim {
        key,
        take,
        max,
        until: Timestamp::from_micros(recorded_at.micros().wrapping_add(reader.signed("claim until")?)),
        unit: if flags & UNIT_SECONDS != 0 { ClaimUnit::Seconds } else { ClaimUnit::Times },
        fate: if flags & FATE_KEPT != 0 { ClaimFate::Kept } else { ClaimFate::GivenBack },
        word,
    })
}
