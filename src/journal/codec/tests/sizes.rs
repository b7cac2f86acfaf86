//! How large records are.

use smallvec::smallvec;

use super::super::widest;
use super::record;
use crate::domain::claim::CLAIMS_MAX;
use crate::domain::command::{ACCOUNTS_PER_ENTRY_MAX, HOLD_TRANSFERS_MAX, SEALED_TEXT_BYTES_MAX};
use crate::domain::note::{ATTACHMENT_BYTES_MAX, NOTE_BYTES_MAX};
use crate::domain::numbers::OWNERS_MAX;
use crate::domain::*;
use crate::journal::RECORD_BYTES_MAX;
use crate::journal::codec::decode;

/// An hour and a half of help in a network of 50,000 accounts after a million entries, or what
/// `change` makes of it.
pub fn plain_exchange(change: impl FnOnce(&mut Command, &mut Outcome)) -> Entry {
    let account = |slot| AccountNumber::from_slot(slot).unwrap();
    let recorded_at = Timestamp::from_micros(1_778_070_600_000_000);
    let people = People { activity: Some(1_203), ..People::default() };
    let amount = Amount::new(5_400).unwrap();
    let transfer = Transfer { people, ..Transfer::new(account(40_123), account(49_998), amount) };
    let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::derived([7; 16]) };
    let post = Post { kind: Kind::Exchange, transfers: smallvec![transfer], ends: None };
    let mut command = Command {
        occurred_on: Some(Day::from_days(recorded_at.utc_day().days() - 3)),
        ..Command::new(key, OwnerNumber::new(21_043), Action::Post(post))
    };
    let line = |account, previous, jump, posted| Line {
        account,
        previous: Sequence::new(previous),
        jump: Sequence::new(jump),
        posted,
        held: 0,
        passed: Passed::NOTHING,
    };
    let lines = smallvec![
        line(account(40_123), 987_654, 123_456, -16_200),
        line(account(49_998), 998_001, 998_001, 26_100),
    ];
    let mut outcome = Outcome { lines, ..Outcome::default() };
    change(&mut command, &mut outcome);
    Entry { sequence: Sequence::new(1_000_000), recorded_at, command, outcome }
}

/// Goal: the everyday entry is small, because bytes are the budget of the journal.
/// Method: measure one of a middle-aged network, and one that says everything a till says.
#[test]
fn a_plain_exchange_is_small() {
    let plain = record(&plain_exchange(|_, _| {})).len();
    let scoped = record(&plain_exchange(|command, _| {
        let id = RequestId::derived([7; 16]);
        command.key = Some(RequestKey { scope: Scope::new(1_234), id });
        command.second_person = Some(OwnerNumber::new(30_000));
    }));
    println!("a plain exchange takes {plain} bytes, one from a till with a second person {}", scoped.len());
    assert!((40..=60).contains(&plain), "{plain} bytes");
    assert!(scoped.len() <= 66, "{} bytes", scoped.len());
}

const NOW: Timestamp = Timestamp::from_micros(i64::MIN);
/// 2^63 microseconds from there: ten bytes.
const FAR: Timestamp = Timestamp::from_micros(0);

fn last_account() -> AccountNumber {
    AccountNumber::from_slot(AccountNumber::ACCOUNTS_MAX - 1).unwrap()
}

/// A command that says everything, at its widest.
fn widest_command(action: Action) -> Command {
    let key = RequestKey { scope: Scope::new(u32::MAX), id: RequestId::derived([7; 16]) };
    let owner = OwnerNumber::new(OWNERS_MAX);
    let body = vec![7; ATTACHMENT_BYTES_MAX].into();
    let claim = |number| Claim {
        key: [number; 16],
        take: -Amount::MAX.seconds(),
        max: Amount::MAX.seconds(),
        until: FAR,
        unit: ClaimUnit::Seconds,
        fate: ClaimFate::Kept,
        word: ClaimWord::ReceiptReused,
    };
    Command {
        second_person: Some(owner),
        allowed_by: Some(owner),
        occurred_on: Some(Day::MAX),
        present_count: Some(1_000_000),
        text: vec![7; SEALED_TEXT_BYTES_MAX].into(),
        attachment: Some(Box::new(Attachment { topic: Topic::new(u16::MAX), body })),
        claims: (0_u8..).map(claim).take(CLAIMS_MAX).collect(),
        ..Command::new(key, owner, action)
    }
}

fn widest_lines(count: usize) -> Lines {
    let line = |_| Line {
        account: last_account(),
        previous: Sequence::new(2),
        jump: Sequence::new(1),
        posted: i64::MIN,
        held: i64::MAX,
        passed: Passed::FLOOR.and(Passed::CEILING),
    };
    (0..count).map(line).collect()
}

fn size_of(command: Command, outcome: Outcome) -> usize {
    let counted = command.claims.iter().map(|_| Amount::MAX.seconds()).collect();
    let outcome = Outcome { counted, ..outcome };
    let entry = Entry { sequence: Sequence::MAX, recorded_at: NOW, command, outcome };
    entry.command.check().unwrap();
    let bytes = record(&entry);
    assert_eq!(decode(&bytes, entry.sequence, entry.recorded_at), Ok(entry));
    bytes.len()
}

/// Goal: the worst case in `widest.rs` is neither too small nor made up, and it fits a record.
/// Method: the widest post, reversal, opening and note, each exactly as large as it says there.
#[test]
fn the_widest_entries_fit() {
    let owner = Some(OwnerNumber::new(OWNERS_MAX));
    let people = People {
        activity: Some(u16::MAX),
        given_by: owner,
        received_by: owner,
        paid_by: owner,
        in_the_name_of: owner,
        correction: Correction::Yes,
    };
    let transfer = Transfer { people, ..Transfer::new(last_account(), last_account(), Amount::MAX) };
    let transfers = std::iter::repeat_n(transfer, TRANSFERS_MAX).collect();
    let ends = Ends { hold: Sequence::MAX, rest: Rest::Keep };
    let post = Post { kind: Kind::BetweenBanks, transfers, ends: Some(ends) };
    // Two accounts a transfer, and those whose hours the hold lets go.
    let lines = widest_lines(2 * TRANSFERS_MAX + HOLD_TRANSFERS_MAX);
    let post = size_of(widest_command(Action::Post(post)), Outcome { lines, ..Outcome::default() });

    // The numbers of the parts above 16,383 take three bytes.
    let parts = (0..TRANSFERS_MAX).map(|place| ReversedPart {
        transfer: u16::MAX - 255 + u16::try_from(place).unwrap(),
        amount: Amount::MAX,
    });
    let original = Sequence::MAX;
    let reverse = Reverse { original, kind: ReversalKind::Refund, parts: parts.collect() };
    let amount = Amount::of_balance(SUM_LIMIT_SECONDS).unwrap();
    let part = Move { debit: last_account(), credit: last_account(), amount, of: 255 };
    let moves = std::iter::repeat_n(part, TRANSFERS_MAX).collect();
    let lines = widest_lines(2 * TRANSFERS_MAX);
    let reverse =
        size_of(widest_command(Action::Reverse(reverse)), Outcome { lines, moves, ..Outcome::default() });

    let limit = SUM_LIMIT_SECONDS;
    let limits = Limits::from_floor(limit).unwrap().with_ceiling(limit, CeilingRule::Hard).unwrap();
    let account = NewAccount {
        bank: BankNumber::new(u32::MAX),
        kind: AccountKind::Pot,
        owner: OwnerNumber::new(OWNERS_MAX),
        limits: limits.with_warnings(Some(limit), Some(limit)).unwrap(),
        label: vec![7; SEALED_TEXT_BYTES_MAX].into(),
    };
    let accounts = Action::OpenAccounts(vec![account; ACCOUNTS_PER_ENTRY_MAX]);
    let opened = Opened::Accounts(last_account());
    let command = Command { claims: Vec::new(), ..widest_command(accounts) };
    let accounts = size_of(command, Outcome { opened, ..Outcome::default() });

    let body = vec![7; NOTE_BYTES_MAX].into();
    let note = Action::Note(Note { topic: Topic::new(u16::MAX), subject: u64::MAX, body });
    let note = size_of(widest_command(note), Outcome::default());

    println!(
        "widest post {post}, reversal {reverse}, opening {accounts}, note {note} of {RECORD_BYTES_MAX} bytes"
    );
    let computed = [widest::POST, widest::REVERSE, widest::OPEN_ACCOUNTS, widest::NOTE];
    assert_eq!([post, reverse, accounts, note], computed);
    assert!(computed.into_iter().all(|bytes| bytes <= RECORD_BYTES_MAX));
}
