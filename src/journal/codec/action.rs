//! The action of a record.

use super::head::read_owner;
use super::wire::{DecodeError, Reader, Writer};
use crate::domain::command::{
    ACCOUNTS_PER_ENTRY_MAX, HOLD_TRANSFERS_MAX, OWNERS_PER_ENTRY_MAX, SEALED_TEXT_BYTES_MAX,
    TIME_ZONE_BYTES_MAX,
};
use crate::domain::note::NOTE_BYTES_MAX;
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, BankNumber, Capture, CeilingRule, Close,
    Correction, Ends, Form, Hold, Kind, Limits, NewAccount, Note, OpenBank, OpenClearing, OwnerNumber,
    People, Post, Rest, ReversalKind, Reverse, ReversedPart, Sequence, TRANSFERS_MAX, Timestamp, Topic,
    Transfer, Transfers,
};

// Tags of actions. A number never changes its meaning.
pub const POST: u8 = 0;
const HOLD: u8 = 1;
const CAPTURE: u8 = 2;
const VOID: u8 = 3;
pub const EXPIRE: u8 = 4;
const REVERSE: u8 = 5;
const REGISTER_OWNERS: u8 = 6;
const OPEN_BANK: u8 = 7;
const OPEN_CLEARING: u8 = 8;
const OPEN_ACCOUNTS: u8 = 9;
const SET_LIMITS: u8 = 10;
const CLOSE: u8 = 11;
const REOPEN: u8 = 12;
const NOTE: u8 = 13;
/// The highest there is.
pub const LAST: u8 = NOTE;

pub const fn tag(action: &Action) -> u8 {
    match action {
        Action::Post(_) => POST,
        Action::Hold(_) => HOLD,
        Action::Capture(_) => CAPTURE,
        Action::Void(_) => VOID,
        Action::Expire(_) => EXPIRE,
        Action::Reverse(_) => REVERSE,
        Action::RegisterOwners(_) => REGISTER_OWNERS,
        Action::OpenBank(_) => OPEN_BANK,
        Action::OpenClearing(_) => OPEN_CLEARING,
        Action::OpenAccounts(_) => OPEN_ACCOUNTS,
        Action::SetLimits(..) => SET_LIMITS,
        Action::Close(_) => CLOSE,
        Action::Reopen(_) => REOPEN,
        Action::Note(_) => NOTE,
    }
}

/// The form of an entry with this tag, if there is such a tag.
pub const fn form(tag: u8) -> Option<Form> {
    Some(match tag {
        POST | REVERSE => Form::Post,
        HOLD => Form::Hold,
        CAPTURE => Form::Capture,
        VOID => Form::Void,
        EXPIRE => Form::Expire,
        REGISTER_OWNERS | OPEN_BANK | OPEN_CLEARING | OPEN_ACCOUNTS | SET_LIMITS | CLOSE | REOPEN => {
            Form::Account
        }
        NOTE => Form::Note,
        _ => return None,
    })
}

/// Forms whose commands may take from counters.
pub const fn may_claim(tag: u8) -> bool {
    matches!(tag, POST | HOLD | CAPTURE | REVERSE | NOTE)
}

pub fn write(writer: &mut Writer<'_>, action: &Action, recorded_at: Timestamp) {
    match action {
        Action::Post(post) => {
            let ends = match post.ends.map(|ends| ends.rest) {
                None => ENDS_NONE,
                Some(Rest::Release) => ENDS_AND_RELEASES,
                Some(Rest::Keep) => ENDS_AND_KEEPS,
            };
            writer.byte(post.kind.number() << ENDS_BITS | ends);
            write_transfers(writer, &post.transfers);
            if let Some(ends) = post.ends {
                writer.unsigned(ends.hold.get());
            }
        }
        Action::Hold(hold) => {
            let captures = if hold.at_deadline == AtDeadline::Capture { 1 } else { 0 };
            writer.byte(hold.kind.number() << 1 | captures);
            write_transfers(writer, &hold.transfers);
            writer.signed(hold.deadline.micros().wrapping_sub(recorded_at.micros()));
        }
        Action::Capture(capture) => {
            let released = if capture.rest == Rest::Release { 1 } else { 0 };
            writer.byte(released);
            writer.unsigned(capture.hold.get());
            // Zero for "all that is left"; no amount is zero.
            writer.signed(capture.amount.map_or(0, Amount::seconds));
        }
        Action::Void(hold) | Action::Expire(hold) => writer.unsigned(hold.get()),
        Action::Reverse(reverse) => {
            writer.byte(if reverse.kind == ReversalKind::Refund { 1 } else { 0 });
            writer.unsigned(reverse.original.get());
            writer.unsigned(reverse.parts.len() as u64);
            for part in &reverse.parts {
                writer.unsigned(u64::from(part.transfer));
                writer.signed(part.amount.seconds());
            }
        }
        Action::RegisterOwners(count) => writer.unsigned(u64::from(*count)),
        Action::OpenBank(bank) => {
            writer.unsigned(u64::from(bank.owner.get()));
            writer.block(bank.time_zone.as_bytes());
            write_limits(writer, &bank.pot);
            write_limits(writer, &bank.issuance);
        }
        Action::OpenClearing(pair) => {
            writer.unsigned(u64::from(pair.first.get()));
            writer.unsigned(u64::from(pair.second.get()));
            writer.signed(pair.first_may_owe.seconds());
            writer.signed(pair.second_may_owe.seconds());
        }
        Action::OpenAccounts(accounts) => {
            writer.unsigned(accounts.len() as u64);
            for account in accounts {
                writer.unsigned(u64::from(account.bank.get()));
                writer.byte(account.kind.number());
                writer.unsigned(u64::from(account.owner.get()));
                write_limits(writer, &account.limits);
                writer.block(&account.label);
            }
        }
        Action::SetLimits(number, limits) => {
            write_account(writer, *number);
            write_limits(writer, limits);
        }
        Action::Close(close) => {
            write_account(writer, close.account);
            write_account(writer, close.remainder_to);
        }
        Action::Reopen(number) => write_account(writer, *number),
        Action::Note(note) => {
            writer.unsigned(u64::from(note.topic.get()));
            writer.unsigned(note.subject);
            writer.block(&note.body);
        }
    }
}

pub fn read(reader: &mut Reader<'_>, tag: u8, recorded_at: Timestamp) -> Result<Action, DecodeError> {
    Ok(match tag {
        POST => {
            let (kind, rest) = read_kind_and_rest(reader)?;
            let transfers = read_transfers(reader, TRANSFERS_MAX)?;
            let ends = match rest {
                None => None,
                Some(rest) => Some(Ends { hold: read_sequence(reader, "hold it ends")?, rest }),
            };
            Action::Post(Post { kind, transfers, ends })
        }
        HOLD => {
            let byte = reader.byte("kind")?;
            let kind = read_kind(reader, byte >> 1)?;
            let at_deadline = if byte & 1 == 1 { AtDeadline::Capture } else { AtDeadline::Release };
            let transfers = read_transfers(reader, HOLD_TRANSFERS_MAX)?;
            let same =
                transfers.windows(2).all(|two| matches!(two, [one, other] if one.amount == other.amount));
            reader.known(same.then_some(()), "amount")?;
            let deadline =
                Timestamp::from_micros(recorded_at.micros().wrapping_add(reader.signed("deadline")?));
            Action::Hold(Hold { kind, transfers, deadline, at_deadline })
        }
        CAPTURE => {
            let rest =
                if read_flag(reader, "what happens to the rest")? { Rest::Release } else { Rest::Keep };
            let hold = read_sequence(reader, "hold")?;
            let seconds = reader.signed("amount")?;
            let amount =
                if seconds == 0 { None } else { Some(reader.known(Amount::new(seconds), "amount")?) };
            Action::Capture(Capture { hold, amount, rest })
        }
        VOID => Action::Void(read_sequence(reader, "hold")?),
        EXPIRE => Action::Expire(read_sequence(reader, "hold")?),
        REVERSE => read_reverse(reader)?,
        REGISTER_OWNERS => {
            let count = reader.length(usize::from(OWNERS_PER_ENTRY_MAX), "number of owners")?;
            let count = u16::try_from(count).ok().filter(|count| *count > 0);
            Action::RegisterOwners(reader.known(count, "number of owners")?)
        }
        OPEN_BANK => {
            let owner = read_registered(reader)?;
            // Whether there is such a zone is not asked again: the table of zones changes with the years.
            let name = std::str::from_utf8(reader.block(TIME_ZONE_BYTES_MAX, "time zone")?).ok();
            let time_zone = reader.known(name, "time zone")?.into();
            let (pot, issuance) = (read_limits(reader)?, read_limits(reader)?);
            Action::OpenBank(Box::new(OpenBank { owner, time_zone, pot, issuance }))
        }
        OPEN_CLEARING => {
            let first = BankNumber::new(reader.small("bank")?);
            let second = Some(BankNumber::new(reader.small("bank")?)).filter(|second| *second != first);
            let second = reader.known(second, "bank")?;
            let (first_may_owe, second_may_owe) = (read_amount(reader)?, read_amount(reader)?);
            Action::OpenClearing(OpenClearing { first, second, first_may_owe, second_may_owe })
        }
        OPEN_ACCOUNTS => {
            let count = reader.count(ACCOUNTS_PER_ENTRY_MAX, NEW_ACCOUNT_BYTES_MIN, "number of accounts")?;
            reader.known((count > 0).then_some(()), "number of accounts")?;
            Action::OpenAccounts((0..count).map(|_| read_new_account(reader)).collect::<Result<_, _>>()?)
        }
        SET_LIMITS => Action::SetLimits(read_account(reader)?, read_limits(reader)?),
        CLOSE => Action::Close(Close { account: read_account(reader)?, remainder_to: read_account(reader)? }),
        REOPEN => Action::Reopen(read_account(reader)?),
        NOTE => Action::Note(Note {
            topic: Topic::new(reader.small("topic")?),
            subject: reader.unsigned("subject")?,
            body: reader.block(NOTE_BYTES_MAX, "body")?.into(),
        }),
        _ => return Err(reader.error("tag")),
    })
}

/// A kind that is posted; the others have actions of their own.
fn read_kind(reader: &Reader<'_>, number: u8) -> Result<Kind, DecodeError> {
    let own_action = |kind: &Kind| matches!(kind, Kind::Reversal | Kind::Refund | Kind::Closing);
    reader.known(Kind::from_number(number).filter(|kind| !own_action(kind)), "kind")
}

// What a post does with a hold, in the low bits of the byte of its kind: that costs it nothing.
const ENDS_BITS: u8 = 2;
const ENDS_NONE: u8 = 0;
const ENDS_AND_RELEASES: u8 = 1;
const ENDS_AND_KEEPS: u8 = 2;

/// The kind of a post, and what becomes of the rest of the hold that it takes from, if it does.
fn read_kind_and_rest(reader: &mut Reader<'_>) -> Result<(Kind, Option<Rest>), DecodeError> {
    let byte = reader.byte("kind")?;
    let kind = read_kind(reader, byte >> ENDS_BITS)?;
    let rest = match byte & ((1 << ENDS_BITS) - 1) {
        ENDS_NONE => None,
        ENDS_AND_RELEASES => Some(Rest::Release),
        ENDS_AND_KEEPS => Some(Rest::Keep),
        _ => return Err(reader.error("what happens to the rest")),
    };
    Ok((kind, rest))
}

/// Place and amount.
const PART_BYTES_MIN: usize = 2;
/// Bank, kind, owner, flags, floor and ceiling of the limits, length of the label.
const NEW_ACCOUNT_BYTES_MIN: usize = 7;

fn read_reverse(reader: &mut Reader<'_>) -> Result<Action, DecodeError> {
    let kind = if read_flag(reader, "kind")? { ReversalKind::Refund } else { ReversalKind::Reversal };
    let original = read_sequence(reader, "original")?;
    let count = reader.count(TRANSFERS_MAX, PART_BYTES_MIN, "number of parts")?;
    let mut parts: Vec<ReversedPart> = Vec::with_capacity(count);
    for _ in 0..count {
        let transfer = reader.small("transfer")?;
        let rising = parts.last().is_none_or(|before| before.transfer < transfer);
        reader.known(rising.then_some(()), "transfer")?;
        parts.push(ReversedPart { transfer, amount: read_amount(reader)? });
    }
    Ok(Action::Reverse(Reverse { original, kind, parts }))
}

/// Who owns a bank or an account; the operator owns nothing.
fn read_registered(reader: &mut Reader<'_>) -> Result<OwnerNumber, DecodeError> {
    let owner = read_owner(reader, "owner")?;
    reader.known((owner != OwnerNumber::OPERATOR).then_some(owner), "owner")
}

fn read_new_account(reader: &mut Reader<'_>) -> Result<NewAccount, DecodeError> {
    let bank = BankNumber::new(reader.small("bank")?);
    let number = reader.byte("kind of account")?;
    let kind = AccountKind::from_number(number);
    let opened_alone = kind.filter(|kind| !matches!(kind, AccountKind::Issuance | AccountKind::Clearing));
    let kind = reader.known(opened_alone, "kind of account")?;
    let owner = read_registered(reader)?;
    Ok(NewAccount {
        bank,
        kind,
        owner,
        limits: read_limits(reader)?,
        label: reader.block(SEALED_TEXT_BYTES_MAX, "label")?.into(),
    })
}

const ACTIVITY: u8 = 1;
const GIVEN_BY: u8 = 1 << 1;
const RECEIVED_BY: u8 = 1 << 2;
const PAID_BY: u8 = 1 << 3;
const IN_THE_NAME_OF: u8 = 1 << 4;
const CORRECTION: u8 = 1 << 5;
/// Set on every transfer but the last, so that one transfer needs no count.
const MORE: u8 = 1 << 6;

fn write_transfers(writer: &mut Writer<'_>, transfers: &[Transfer]) {
    let last = transfers.len().saturating_sub(1);
    for (place, transfer) in transfers.iter().enumerate() {
        let people = &transfer.people;
        let flag = |present: bool, bit: u8| if present { bit } else { 0 };
        writer.byte(
            flag(people.activity.is_some(), ACTIVITY)
                | flag(people.given_by.is_some(), GIVEN_BY)
                | flag(people.received_by.is_some(), RECEIVED_BY)
                | flag(people.paid_by.is_some(), PAID_BY)
                | flag(people.in_the_name_of.is_some(), IN_THE_NAME_OF)
                | flag(people.correction == Correction::Yes, CORRECTION)
                | flag(place < last, MORE),
        );
        write_account(writer, transfer.debit);
        write_account(writer, transfer.credit);
        writer.unsigned(transfer.amount.seconds().cast_unsigned());
        if let Some(activity) = people.activity {
            writer.unsigned(u64::from(activity));
        }
        for person in
            [people.given_by, people.received_by, people.paid_by, people.in_the_name_of].into_iter().flatten()
        {
            writer.unsigned(u64::from(person.get()));
        }
    }
}

/// A transfer, without the people behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneTransfer {
    /// Its balance falls.
    pub debit: AccountNumber,
    /// Its balance rises.
    pub credit: AccountNumber,
    /// Seconds.
    pub amount: Amount,
}

/// The only transfer of a post, if it has one that corrects no other books and the post takes from no hold.
pub fn read_plain(reader: &mut Reader<'_>) -> Result<Option<OneTransfer>, DecodeError> {
    if read_kind_and_rest(reader)?.1.is_some() {
        return Ok(None);
    }
    let flags = reader.byte("transfer")?;
    if flags & (CORRECTION | MORE) != 0 {
        return Ok(None);
    }
    reader.known((flags & 0x80 == 0).then_some(()), "transfer")?;
    let (debit, credit) = (read_account(reader)?, read_account(reader)?);
    let amount = Amount::new(reader.unsigned("amount")?.cast_signed());
    let amount = reader.known(amount, "amount")?;
    if flags & ACTIVITY != 0 {
        reader.small::<u16>("activity")?;
    }
    for bit in [GIVEN_BY, RECEIVED_BY, PAID_BY, IN_THE_NAME_OF] {
        if flags & bit != 0 {
            read_owner(reader, "person")?;
        }
    }
    Ok(Some(OneTransfer { debit, credit, amount }))
}

fn read_transfers(reader: &mut Reader<'_>, most: usize) -> Result<Transfers, DecodeError> {
    let mut transfers = Transfers::new();
    loop {
        let flags = reader.byte("transfer")?;
        reader.known((flags & 0x80 == 0 && transfers.len() < most).then_some(()), "transfer")?;
        let (debit, credit) = (read_account(reader)?, read_account(reader)?);
        let amount = Amount::new(reader.unsigned("amount")?.cast_signed());
        let amount = reader.known(amount, "amount")?;
        let activity = if flags & ACTIVITY != 0 { Some(reader.small("activity")?) } else { None };
        let mut person = |bit: u8| -> Result<Option<OwnerNumber>, DecodeError> {
            if flags & bit != 0 { read_owner(reader, "person").map(Some) } else { Ok(None) }
        };
        let people = People {
            activity,
            given_by: person(GIVEN_BY)?,
            received_by: person(RECEIVED_BY)?,
            paid_by: person(PAID_BY)?,
            in_the_name_of: person(IN_THE_NAME_OF)?,
            correction: if flags & CORRECTION != 0 { Correction::Yes } else { Correction::No },
        };
        transfers.push(Transfer { debit, credit, amount, people });
        if flags & MORE == 0 {
            return Ok(transfers);
        }
    }
}

const HARD_CEILING: u8 = 1;
const WARN_BELOW: u8 = 1 << 1;
const WARN_ABOVE: u8 = 1 << 2;

fn write_limits(writer: &mut Writer<'_>, limits: &Limits) {
    let hard = if limits.ceiling_rule() == CeilingRule::Hard { HARD_CEILING } else { 0 };
    let below = limits.warn_below().map_or(0, |_| WARN_BELOW);
    let above = limits.warn_above().map_or(0, |_| WARN_ABOVE);
    writer.byte(hard | below | above);
    writer.signed(limits.floor());
    writer.signed(limits.ceiling());
    for level in [limits.warn_below(), limits.warn_above()].into_iter().flatten() {
        writer.signed(level);
    }
}

fn read_limits(reader: &mut Reader<'_>) -> Result<Limits, DecodeError> {
    let flags = reader.byte("limits")?;
    reader.known((flags < 8).then_some(()), "limits")?;
    let (floor, ceiling) = (reader.signed("floor")?, reader.signed("ceiling")?);
    let below = if flags & WARN_BELOW != 0 { Some(reader.signed("warn below")?) } else { None };
    let above = if flags & WARN_ABOVE != 0 { Some(reader.signed("warn above")?) } else { None };
    let rule = if flags & HARD_CEILING != 0 { CeilingRule::Hard } else { CeilingRule::Warns };
    let limits = Limits::from_floor(floor)
        .and_then(|limits| limits.with_ceiling(ceiling, rule))
        .and_then(|limits| limits.with_warnings(below, above));
    reader.known(limits.ok(), "limits")
}

pub fn write_account(writer: &mut Writer<'_>, number: AccountNumber) {
    writer.unsigned(u64::from(number.slot()));
}

pub fn read_account(reader: &mut Reader<'_>) -> Result<AccountNumber, DecodeError> {
    let slot = reader.small("account")?;
    reader.known(AccountNumber::from_slot(slot), "account")
}

fn read_amount(reader: &mut Reader<'_>) -> Result<Amount, DecodeError> {
    let seconds = reader.signed("amount")?;
    reader.known(Amount::new(seconds), "amount")
}

fn read_sequence(reader: &mut Reader<'_>, what: &'static str) -> Result<Sequence, DecodeError> {
    reader.unsigned(what).map(Sequence::new)
}

fn read_flag(reader: &mut Reader<'_>, what: &'static str) -> Result<bool, DecodeError> {
    match reader.byte(what)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(reader.error(what)),
    }
}
