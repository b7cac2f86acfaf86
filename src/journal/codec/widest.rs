//! How large a record can become: the widest form of every field, added up.
//!
//! So that no entry the ledger accepts is too large for the journal: the poster could not say no any
//! more, and the process would end. Checked when the code is compiled; a test builds such entries.

use super::outcome::LINES_MAX;
use crate::domain::claim::CLAIMS_MAX;
use crate::domain::command::{
    ACCOUNTS_PER_ENTRY_MAX, HOLD_TRANSFERS_MAX, PRESENT_COUNT_MAX, SEALED_TEXT_BYTES_MAX, TIME_ZONE_BYTES_MAX,
};
use crate::domain::note::{ATTACHMENT_BYTES_MAX, NOTE_BYTES_MAX};
use crate::domain::numbers::OWNERS_MAX;
use crate::domain::time::{MICROS_PER_SECOND, SECONDS_PER_DAY};
use crate::domain::{AccountNumber, Amount, Day, SUM_LIMIT_SECONDS, TRANSFERS_MAX};
use crate::journal::RECORD_BYTES_MAX;

const BYTE: usize = 1;
const ANY: usize = unsigned(u64::MAX);
const SEQUENCE: usize = ANY;
const MOMENT: usize = ANY;
const ACCOUNT: usize = unsigned(AccountNumber::ACCOUNTS_MAX as u64 - 1);
const OWNER: usize = unsigned(OWNERS_MAX as u64);
const U32: usize = unsigned(u32::MAX as u64);
const U16: usize = unsigned(u16::MAX as u64);
const AMOUNT: usize = unsigned(Amount::MAX.seconds().unsigned_abs());
const SIGNED_AMOUNT: usize = signed(Amount::MAX.seconds().unsigned_abs());
const BALANCE: usize = signed(SUM_LIMIT_SECONDS.unsigned_abs());
const BALANCE_MOVED: usize = unsigned(SUM_LIMIT_SECONDS.unsigned_abs());
const HELD: usize = unsigned(i64::MAX.unsigned_abs());
/// From any moment an `i64` of microseconds can name to the last day an entry may name.
const DAY: usize = signed(
    i64::MIN.unsigned_abs() / (MICROS_PER_SECOND * SECONDS_PER_DAY).unsigned_abs()
        + 1
        + Day::MAX.days().unsigned_abs() as u64,
);

const CLAIM: usize = BYTE + 16 + 2 * SIGNED_AMOUNT + MOMENT;
const HEAD: usize = 2 * BYTE
    + 16
    + U32
    + 3 * OWNER
    + DAY
    + block(SEALED_TEXT_BYTES_MAX)
    + unsigned(PRESENT_COUNT_MAX as u64)
    + U16
    + block(ATTACHMENT_BYTES_MAX);
/// With what each counter holds afterwards.
const CLAIMS: usize = count(CLAIMS_MAX) + CLAIMS_MAX * (CLAIM + AMOUNT);

const TRANSFER: usize = BYTE + 2 * ACCOUNT + AMOUNT + U16 + 4 * OWNER;
const MOVE: usize = 2 * ACCOUNT + BALANCE_MOVED + unsigned(TRANSFERS_MAX as u64 - 1);
const LINE: usize = ACCOUNT + BYTE + 2 * SEQUENCE + BALANCE + HELD;
const LIMITS: usize = BYTE + 4 * BALANCE;
const NEW_ACCOUNT: usize = U32 + BYTE + OWNER + LIMITS + block(SEALED_TEXT_BYTES_MAX);

/// A post that takes from a hold names the accounts of its lines.
pub const POST: usize = HEAD + CLAIMS + BYTE + TRANSFERS_MAX * TRANSFER + SEQUENCE + lines(LINES_MAX);
const HOLD: usize =
    HEAD + CLAIMS + BYTE + HOLD_TRANSFERS_MAX * TRANSFER + MOMENT + lines(2 * HOLD_TRANSFERS_MAX);
pub const REVERSE: usize = HEAD
    + CLAIMS
    + BYTE
    + SEQUENCE
    + count(TRANSFERS_MAX)
    + TRANSFERS_MAX * (U16 + SIGNED_AMOUNT)
    + count(TRANSFERS_MAX)
    + TRANSFERS_MAX * MOVE
    + lines(2 * TRANSFERS_MAX);
pub const OPEN_ACCOUNTS: usize =
    HEAD + count(ACCOUNTS_PER_ENTRY_MAX) + ACCOUNTS_PER_ENTRY_MAX * NEW_ACCOUNT + ACCOUNT;
pub const NOTE: usize = HEAD + CLAIMS + U16 + ANY + block(NOTE_BYTES_MAX);
/// More than any other form needs: it names at most two banks, accounts or owners, two limits, a
/// time zone, and what the end of a hold or an account moves.
const OTHER: usize = HEAD
    + 2 * U32
    + 2 * OWNER
    + 2 * ACCOUNT
    + 2 * SIGNED_AMOUNT
    + 2 * LIMITS
    + block(TIME_ZONE_BYTES_MAX)
    + BYTE
    + SEQUENCE
    + count(HOLD_TRANSFERS_MAX)
    + HOLD_TRANSFERS_MAX * MOVE
    + lines(2 * HOLD_TRANSFERS_MAX)
    + SEQUENCE;

const _: () = {
    let forms = [POST, HOLD, REVERSE, OPEN_ACCOUNTS, NOTE, OTHER];
    let mut place = 0;
    while let Some((form, _)) = forms.split_at(place).1.split_first() {
        assert!(*form <= RECORD_BYTES_MAX, "the widest entry fits a record");
        place += 1;
    }
};

const fn lines(most: usize) -> usize {
    count(most) + most * LINE
}

const fn count(most: usize) -> usize {
    unsigned(most as u64)
}

const fn block(bytes_max: usize) -> usize {
    count(bytes_max) + bytes_max
}

/// Bytes of the longest form of a number from 0 to `most`.
const fn unsigned(most: u64) -> usize {
    match most.checked_ilog2() {
        Some(bits) => 1 + bits as usize / 7,
        None => 1,
    }
}

/// Bytes of the longest form of a number from minus `most` to `most`.
const fn signed(most: u64) -> usize {
    unsigned(most.saturating_mul(2))
}
