//! What the ledger added to a command, at the end of a record.
//!
//! The accounts of a post's lines follow from its transfers, in order of first appearance, and are
//! not written again; pointers to earlier lines are distances.

use smallvec::SmallVec;

use super::action::{read_account, write_account};
use super::head::read_owner;
use super::wire::{DecodeError, Reader, Writer};
use crate::domain::command::HOLD_TRANSFERS_MAX;
use crate::domain::entry::posted_transfers;
use crate::domain::{
    AccountNumber, Action, Amount, BankNumber, Command, Line, Lines, Move, Moves, Opened, Outcome, Passed,
    Post, Sequence, TRANSFERS_MAX,
};

/// At most two accounts a transfer, and those of a hold the entry takes from beside.
pub const LINES_MAX: usize = 2 * TRANSFERS_MAX + HOLD_TRANSFERS_MAX;
/// Account, flags, distance and balance.
const LINE_BYTES_MIN: usize = 4;
/// Two accounts, amount and place.
const MOVE_BYTES_MIN: usize = 4;

pub fn write(writer: &mut Writer<'_>, command: &Command, outcome: &Outcome, sequence: Sequence) {
    let action = &command.action;
    write_moves(writer, action, &outcome.moves);
    write_lines(writer, action, &outcome.lines, sequence);
    if opens(action) {
        match outcome.opened {
            Opened::Owners(first) => writer.unsigned(u64::from(first.get())),
            Opened::Bank(bank, pot) => {
                writer.unsigned(u64::from(bank.get()));
                write_account(writer, pot);
            }
            Opened::Accounts(first) => write_account(writer, first),
            Opened::Nothing => {}
        }
    }
    if changes_standing(action) {
        writer.unsigned(sequence.get().saturating_sub(outcome.standing_before.get()));
    }
    // As many as there are claims.
    for counted in &outcome.counted {
        writer.unsigned(counted.cast_unsigned());
    }
}

pub fn read(reader: &mut Reader<'_>, command: &Command, sequence: Sequence) -> Result<Outcome, DecodeError> {
    let action = &command.action;
    let moves = read_moves(reader, action)?;
    let lines = read_lines(reader, action, sequence)?;
    let opened = match action {
        Action::RegisterOwners(_) => Opened::Owners(read_owner(reader, "first owner")?),
        Action::OpenBank(_) => Opened::Bank(BankNumber::new(reader.small("bank")?), read_account(reader)?),
        Action::OpenClearing(_) | Action::OpenAccounts(_) => Opened::Accounts(read_account(reader)?),
        Action::Post(_)
        | Action::Hold(_)
        | Action::Capture(_)
        | Action::Void(_)
        | Action::Expire(_)
        | Action::Reverse(_)
        | Action::SetLimits(..)
        | Action::Close(_)
        | Action::Reopen(_)
        | Action::Note(_) => Opened::Nothing,
    };
    let mut standing_before = Sequence::ZERO;
    if changes_standing(action) {
        standing_before = earlier(reader, sequence, "standing before")?;
    }
    let mut counted = Vec::with_capacity(command.claims.len());
    for _ in &command.claims {
        let held = i64::try_from(reader.unsigned("count")?).ok();
        let held = held.filter(|held| *held <= Amount::MAX.seconds());
        counted.push(reader.known(held, "count")?);
    }
    Ok(Outcome { lines, moves, opened, standing_before, counted })
}

const fn opens(action: &Action) -> bool {
    matches!(
        action,
        Action::RegisterOwners(_) | Action::OpenBank(_) | Action::OpenClearing(_) | Action::OpenAccounts(_)
    )
}

const fn changes_standing(action: &Action) -> bool {
    matches!(action, Action::SetLimits(..) | Action::Close(_) | Action::Reopen(_))
}

/// Forms whose transfers the ledger works out.
const fn has_moves(action: &Action) -> bool {
    matches!(action, Action::Capture(_) | Action::Expire(_) | Action::Reverse(_) | Action::Close(_))
}

const fn has_lines(action: &Action) -> bool {
    matches!(
        action,
        Action::Post(_)
            | Action::Hold(_)
            | Action::Capture(_)
            | Action::Void(_)
            | Action::Expire(_)
            | Action::Reverse(_)
            | Action::Close(_)
    )
}

fn write_moves(writer: &mut Writer<'_>, action: &Action, moves: &[Move]) {
    if !has_moves(action) {
        return;
    }
    writer.unsigned(moves.len() as u64);
    for part in moves {
        write_account(writer, part.debit);
        write_account(writer, part.credit);
        writer.unsigned(part.amount.seconds().cast_unsigned());
        writer.unsigned(u64::from(part.of));
    }
}

fn read_moves(reader: &mut Reader<'_>, action: &Action) -> Result<Moves, DecodeError> {
    let mut moves = Moves::new();
    if !has_moves(action) {
        return Ok(moves);
    }
    for _ in 0..reader.count(TRANSFERS_MAX, MOVE_BYTES_MIN, "number of moves")? {
        let (debit, credit) = (read_account(reader)?, read_account(reader)?);
        // A balance loses its sign on the way to an amount; here a sign is damage.
        let seconds = i64::try_from(reader.unsigned("amount")?).ok();
        let amount = reader.known(seconds.and_then(Amount::of_balance), "amount")?;
        let of = Some(reader.small("place of transfer")?).filter(|of| usize::from(*of) < TRANSFERS_MAX);
        moves.push(Move { debit, credit, amount, of: reader.known(of, "place of transfer")? });
    }
    Ok(moves)
}

const HELD: u8 = 1;
const JUMP: u8 = 1 << 1;
const PASSED_SHIFT: u8 = 2;

fn write_lines(writer: &mut Writer<'_>, action: &Action, lines: &[Line], sequence: Sequence) {
    if !has_lines(action) {
        return;
    }
    let implied = lines_are_implied(action);
    if !implied {
        writer.unsigned(lines.len() as u64);
    }
    for line in lines {
        if !implied {
            write_account(writer, line.account);
        }
        let held = if line.held != 0 { HELD } else { 0 };
        let jump = if line.jump != line.previous { JUMP } else { 0 };
        writer.byte(held | jump | line.passed.bits() << PASSED_SHIFT);
        writer.unsigned(distance(sequence, line.previous));
        if jump != 0 {
            writer.unsigned(distance(sequence, line.jump));
        }
        writer.signed(line.posted);
        if held != 0 {
            writer.unsigned(line.held.cast_unsigned());
        }
    }
}

fn read_lines(reader: &mut Reader<'_>, action: &Action, sequence: Sequence) -> Result<Lines, DecodeError> {
    let mut lines = Lines::new();
    if !has_lines(action) {
        return Ok(lines);
    }
    if lines_are_implied(action) {
        for account in accounts_in_order(action) {
            lines.push(read_line(reader, account, sequence)?);
        }
        return Ok(lines);
    }
    for _ in 0..reader.count(LINES_MAX, LINE_BYTES_MIN, "number of lines")? {
        let account = read_account(reader)?;
        lines.push(read_line(reader, account, sequence)?);
    }
    Ok(lines)
}

pub fn read_line(
    reader: &mut Reader<'_>,
    account: AccountNumber,
    sequence: Sequence,
) -> Result<Line, DecodeError> {
    let flags = reader.byte("line")?;
    let passed = reader.known(Passed::from_bits(flags >> PASSED_SHIFT), "limits passed")?;
    let previous = earlier_or_none(reader, sequence, "previous line")?;
    let mut jump = previous;
    if flags & JUMP != 0 {
        jump = earlier_or_none(reader, sequence, "jump")?;
        reader.known((jump < previous).then_some(()), "jump")?; // Further back, else it is not written.
    }
    let posted = reader.signed("posted")?;
    let mut held = 0;
    if flags & HELD != 0 {
        let seconds = i64::try_from(reader.unsigned("held")?).ok().filter(|held| *held > 0);
        held = reader.known(seconds, "held")?;
    }
    Ok(Line { account, previous, jump, posted, held, passed })
}

/// Whether the accounts of the lines are just those of the transfers, in order of first appearance.
/// A post that takes from a hold may touch others.
const fn lines_are_implied(action: &Action) -> bool {
    matches!(action, Action::Post(Post { ends: None, .. }))
}

fn accounts_in_order(action: &Action) -> SmallVec<[AccountNumber; 4]> {
    let mut accounts = SmallVec::new();
    for transfer in posted_transfers(action) {
        for account in [transfer.debit, transfer.credit] {
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
    }
    accounts
}

/// Zero stands for none: an earlier entry is at least one away.
fn distance(from: Sequence, to: Sequence) -> u64 {
    if to.is_zero() { 0 } else { from.get().saturating_sub(to.get()) }
}

fn earlier_or_none(
    reader: &mut Reader<'_>,
    from: Sequence,
    what: &'static str,
) -> Result<Sequence, DecodeError> {
    match reader.unsigned(what)? {
        0 => Ok(Sequence::ZERO),
        away => reader.known(from.get().checked_sub(away).filter(|at| *at > 0).map(Sequence::new), what),
    }
}

fn earlier(reader: &mut Reader<'_>, from: Sequence, what: &'static str) -> Result<Sequence, DecodeError> {
    let away = reader.unsigned(what)?;
    let earlier = from.get().checked_sub(away).filter(|_| away > 0);
    reader.known(earlier.map(Sequence::new), what)
}
