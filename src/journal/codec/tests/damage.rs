//! Bytes that no ledger wrote.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use smallvec::smallvec;

use super::super::action::LAST;
use super::record;
use super::sizes::plain_exchange;
use super::strategies::{Size, entry, moment, sequence};
use crate::domain::*;
use crate::journal::codec::{decode, decode_key};

/// `bytes` are an error, or the one form of some entry.
fn canonical_or_error(bytes: &[u8], sequence: Sequence, recorded_at: Timestamp) -> Option<Entry> {
    let key = decode_key(bytes);
    let entry = decode(bytes, sequence, recorded_at).ok()?;
    assert_eq!(record(&entry), bytes, "two forms of {entry:?}");
    assert_eq!(key, Ok(entry.command.key));
    Some(entry)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Goal: a record cut off or with something behind it is an error.
    /// Method: every length of it; every byte behind it.
    #[test]
    fn no_byte_less_and_none_more(entry in entry(Size::Small)) {
        let mut bytes = record(&entry);
        for length in 0..bytes.len() {
            prop_assert!(decode(&bytes[..length], entry.sequence, entry.recorded_at).is_err(), "{length} bytes");
        }
        bytes.push(0);
        let last = bytes.len() - 1;
        for byte in 0..=u8::MAX {
            bytes[last] = byte;
            prop_assert!(decode(&bytes, entry.sequence, entry.recorded_at).is_err(), "{byte} behind it");
        }
    }

    /// Goal: a changed byte is an error or says something else, and then in the form that is written.
    /// Method: every byte of a record, each of its bits flipped, and one other value.
    #[test]
    fn a_changed_byte_is_seen(entry in entry(Size::Small), other in 1_u8..) {
        let bytes = record(&entry);
        let masks = [1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, other];
        for place in 0..bytes.len() {
            for mask in masks {
                let mut changed = bytes.clone();
                changed[place] ^= mask;
                let read = canonical_or_error(&changed, entry.sequence, entry.recorded_at);
                prop_assert_ne!(read.as_ref(), Some(&entry), "byte {} changed by {}", place, mask);
            }
        }
    }

    /// Goal: the same, where a length or a flag makes all that follows mean something else.
    /// Method: some bytes of a record replaced by others, in another number.
    #[test]
    fn replaced_bytes_are_seen(
        entry in entry(Size::Small),
        (from, until) in any::<(Index, Index)>(),
        new in vec(prop_oneof![0_u8..4, 0x7e_u8..0x83, any::<u8>()], 0..5),
    ) {
        let mut bytes = record(&entry);
        let (one, other) = (from.index(bytes.len() + 1), until.index(bytes.len() + 1));
        let far = one.min(other) + (one.abs_diff(other)).min(4);
        bytes.splice(one.min(other)..far, new);
        canonical_or_error(&bytes, entry.sequence, entry.recorded_at);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Goal: no bytes make it panic, and what decodes has one form.
    /// Method: noise alone, and behind a good start of each form.
    #[test]
    fn noise_is_an_error_or_an_entry(
        tag in 0..=LAST,
        flags in prop_oneof![Just(0_u8), any::<u8>()],
        noise in vec(prop_oneof![3 => 0_u8..9, 1 => any::<u8>()], 0..80),
        (sequence, recorded_at) in (sequence(), moment()),
    ) {
        canonical_or_error(&noise, sequence, recorded_at);
        let mut bytes = vec![tag, flags];
        bytes.extend(RequestId::derived([7; 16]).bytes());
        bytes.extend(&noise);
        canonical_or_error(&bytes, sequence, recorded_at);
    }
}

/// Goal: a count that the record is too short for is refused where it stands, before room is made.
/// Method: the largest count of each list, and too few bytes behind it.
#[test]
fn a_count_needs_its_bytes() {
    let start = |tag: u8, flags: u8, action: &[u8]| {
        let id = RequestId::derived([7; 16]).bytes();
        let actor = [0];
        [&[tag, flags][..], &id[..], &actor, action].concat()
    };
    for (tag, flags, action, what) in [
        (5, 0, &[0, 1, 0x80, 2][..], "number of parts"),   // 256.
        (5, 0, &[0, 1, 0, 0x80, 2], "number of moves"),    // 256.
        (5, 0, &[0, 1, 0, 0, 0x82, 4], "number of lines"), // 514.
        (9, 0, &[32], "number of accounts"),
        (13, 0x80, &[8], "number of claims"),
        (13, 0, &[1, 1, 0x80, 32], "body"), // 4,096.
    ] {
        let mut bytes = start(tag, flags, action);
        let at = bytes.len();
        bytes.extend([0; 9]);
        let error = decode(&bytes, Sequence::new(9), Timestamp::from_micros(0)).unwrap_err();
        assert_eq!(error.what, what);
        assert!(error.at <= at, "{what}: refused at {} of {at}", error.at);
    }
}

/// Goal: what no caller may say is damage, and so is an outcome no ledger works out.
/// Method: one such slip at a time in an entry that is else good; encoding writes what it is given.
#[test]
fn what_cannot_have_been_written_is_damage() {
    let amount = Amount::new(60).unwrap();
    let transfer = Transfer::new(account(1), account(2), amount);
    let other = Transfer { amount: Amount::new(61).unwrap(), ..transfer };
    let (kind, deadline, at_deadline) = (Kind::Exchange, Timestamp::from_micros(9), AtDeadline::Release);
    let hold = |transfers| Action::Hold(Hold { kind, transfers, deadline, at_deadline });
    let part = |transfer| ReversedPart { transfer, amount };
    let reverse =
        |parts| Action::Reverse(Reverse { original: Sequence::new(1), kind: ReversalKind::Reversal, parts });
    let bank = BankNumber::new(1);
    let pair = OpenClearing { first: bank, second: bank, first_may_owe: amount, second_may_owe: amount };
    let new = |kind, owner| NewAccount {
        bank,
        kind,
        owner: OwnerNumber::new(owner),
        limits: Limits::WIDEST,
        label: Box::default(),
    };
    for (action, what) in [
        (Action::Post(Post { kind: Kind::Closing, transfers: smallvec![transfer], ends: None }), "kind"),
        (hold(smallvec![transfer, other]), "amount"),
        (hold(smallvec![transfer, transfer, transfer]), "transfer"),
        (reverse(vec![part(1), part(1)]), "transfer"),
        (Action::RegisterOwners(0), "number of owners"),
        (Action::RegisterOwners(1_025), "number of owners"),
        (Action::OpenClearing(pair), "bank"),
        (Action::OpenAccounts(Vec::new()), "number of accounts"),
        (Action::OpenAccounts(vec![new(AccountKind::Clearing, 1)]), "kind of account"),
        (Action::OpenAccounts(vec![new(AccountKind::Member, 0)]), "owner"),
        (Action::OpenAccounts(vec![new(AccountKind::Member, u32::MAX)]), "owner"),
    ] {
        refused(&plain_exchange(|command, _| command.action = action), what);
    }
    // What a post does with a hold is one of three things.
    let both = plain_exchange(|command, outcome| {
        let ends = Some(Ends { hold: Sequence::new(1), rest: Rest::Keep });
        let Action::Post(post) = &mut command.action else { unreachable!() };
        post.ends = ends;
        outcome.lines.clear();
    });
    let (mut bytes, without) = (record(&both), record(&plain_exchange(|_, outcome| outcome.lines.clear())));
    let at = bytes.iter().zip(&without).position(|(one, other)| one != other).unwrap();
    bytes[at] |= 1;
    assert_eq!(decode(&bytes, both.sequence, both.recorded_at).unwrap_err().what, "what happens to the rest");
    let claim = Claim {
        key: [7; 16],
        take: 1,
        max: 1,
        until: Timestamp::from_micros(9),
        unit: ClaimUnit::Times,
        fate: ClaimFate::Kept,
        word: ClaimWord::CodeUsed,
    };
    refused(&plain_exchange(|command, _| command.claims = vec![claim, claim]), "claim key");
    refused(&plain_exchange(|command, _| command.claims = vec![Claim { take: 0, ..claim }]), "claim take");
    refused(&plain_exchange(|command, _| command.claims = vec![Claim { max: -1, ..claim }]), "claim max");
    refused(&plain_exchange(|command, _| command.present_count = Some(0)), "present count");
    refused(&plain_exchange(|command, _| command.present_count = Some(1_000_001)), "present count");
    let late = Day::from_days(Day::MAX.days() + 1);
    refused(&plain_exchange(|command, _| command.occurred_on = Some(late)), "occurred on");
    refused(&plain_exchange(|command, _| command.actor = OwnerNumber::new(u32::MAX)), "actor");
    refused(&plain_exchange(|_, outcome| outcome.lines[0].held = -1), "held");
    refused(&plain_exchange(|_, outcome| outcome.lines[0].jump = Sequence::new(999_999)), "jump");
    let claiming = plain_exchange(|command, _| {
        command.claims = vec![claim];
        command.action = Action::Reopen(account(1));
    });
    refused(&claiming, "claims");
}

/// Goal: one entry has one form.
/// Method: the second forms that once were read, each written by hand behind the same start.
#[test]
fn second_forms_are_damage() {
    let id = RequestId::derived([7; 16]).bytes();
    let read = |tag: u8, flags: u8, rest: &[u8]| {
        let bytes = [&[tag, flags][..], &id[..], rest].concat();
        decode(&bytes, Sequence::new(9), Timestamp::from_micros(0)).map_err(|error| error.what)
    };
    // A void of hold 1: actor, hold, one line of account 0 with flags, distance 1, balance 0.
    assert!(read(3, 0, &[0, 1, 1, 0, 0, 1, 0]).is_ok());
    assert_eq!(read(3, 0, &[0, 1, 1, 0, 1, 1, 0, 0]).unwrap_err(), "held"); // Held, of zero.
    assert_eq!(read(3, 0, &[0, 1, 1, 0, 2, 1, 1, 0]).unwrap_err(), "jump"); // The same as before.
    assert_eq!(read(3, 0, &[0, 1, 1, 0, 16, 1, 0]).unwrap_err(), "limits passed"); // Unused bits.
    assert_eq!(read(3, 1, &[0, 0, 1, 1, 0, 0, 1, 0]).unwrap_err(), "scope"); // Scope 0, said.
    assert_eq!(read(3, 16, &[0, 0, 1, 1, 0, 0, 1, 0]).unwrap_err(), "text"); // A text of nothing.
    assert_eq!(read(3, 0, &[0, 0x81, 0, 1, 0, 0, 1, 0]).unwrap_err(), "hold"); // Two bytes for 1.
    // A capture of all of hold 1: one move from account 0 to 1, of 2 s, or of minus 2 s.
    assert!(read(2, 0, &[0, 0, 1, 0, 1, 0, 1, 2, 0, 0]).is_ok());
    let minus = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    let rest = [&[0, 0, 1, 0, 1, 0, 1][..], &minus, &[0, 0]].concat();
    assert_eq!(read(2, 0, &rest).unwrap_err(), "amount");
    assert_eq!(read(2, 0, &[0, 2, 1, 0, 1, 0, 1, 2, 0, 0]).unwrap_err(), "what happens to the rest");
    // New limits: an entry is not its own earlier one.
    assert!(read(10, 0, &[0, 1, 0, 0, 0, 1]).is_ok());
    assert_eq!(read(10, 0, &[0, 1, 0, 0, 0, 0]).unwrap_err(), "standing before");
    assert_eq!(read(10, 0, &[0, 1, 8, 0, 0, 1]).unwrap_err(), "limits");
}

fn refused(entry: &Entry, what: &str) {
    let read = decode(&record(entry), entry.sequence, entry.recorded_at);
    assert_eq!(read.map_err(|error| error.what), Err(what));
}

fn account(slot: u32) -> AccountNumber {
    AccountNumber::from_slot(slot).unwrap()
}
