//! Any entry a ledger could write, and then some: every field at its bounds more often than chance.

use std::ops::RangeInclusive;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::domain::claim::CLAIMS_MAX;
use crate::domain::command::{
    ACCOUNTS_PER_ENTRY_MAX, HOLD_TRANSFERS_MAX, OWNERS_PER_ENTRY_MAX, PRESENT_COUNT_MAX,
    SEALED_TEXT_BYTES_MAX, TIME_ZONE_BYTES_MAX,
};
use crate::domain::note::{ATTACHMENT_BYTES_MAX, NOTE_BYTES_MAX};
use crate::domain::numbers::OWNERS_MAX;
use crate::domain::*;

/// How much an entry may say.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    /// Few and short, so that every byte of a record can be tried.
    Small,
    /// Up to every limit.
    Full,
}

impl Size {
    fn most(self, full: usize, small: usize) -> usize {
        match self {
            Self::Small => small,
            Self::Full => full,
        }
    }
}

/// Within `range`: at either end, in between, or near the lower end.
macro_rules! edges {
    ($name:ident, $type:ty) => {
        fn $name(range: RangeInclusive<$type>) -> impl Strategy<Value = $type> + Clone {
            let (low, high) = (*range.start(), *range.end());
            let near = low..=low.saturating_add(300).min(high);
            prop_oneof![1 => Just(low), 1 => Just(high), 2 => range, 2 => near]
        }
    };
}
edges!(any_u16, u16);
edges!(any_u32, u32);
edges!(any_u64, u64);
edges!(any_i64, i64);

fn bytes(low: usize, most: usize) -> impl Strategy<Value = Box<[u8]>> {
    prop_oneof![8 => vec(any::<u8>(), low..=most.min(low + 20)), 1 => vec(any::<u8>(), most..=most)]
        .prop_map(Vec::into_boxed_slice)
}

pub fn sequence() -> impl Strategy<Value = Sequence> + Clone {
    any_u64(1..=u64::MAX).prop_map(Sequence::new)
}

fn owner() -> impl Strategy<Value = OwnerNumber> + Clone {
    any_u32(0..=OWNERS_MAX).prop_map(OwnerNumber::new)
}

pub fn moment() -> impl Strategy<Value = Timestamp> + Clone {
    let now = 1_778_000_000_000_000_i64..=1_779_000_000_000_000;
    let extreme = select(vec![i64::MIN, -1, 0, i64::MAX]);
    prop_oneof![2 => now, 1 => extreme, 1 => any::<i64>()].prop_map(Timestamp::from_micros)
}

fn account() -> impl Strategy<Value = AccountNumber> + Clone {
    any_u32(0..=AccountNumber::ACCOUNTS_MAX - 1).prop_map(|slot| AccountNumber::from_slot(slot).unwrap())
}

fn bank() -> impl Strategy<Value = BankNumber> + Clone {
    any_u32(0..=u32::MAX).prop_map(BankNumber::new)
}

fn amount() -> impl Strategy<Value = Amount> + Clone {
    any_i64(1..=Amount::MAX.seconds()).prop_map(|seconds| Amount::new(seconds).unwrap())
}

fn posted_kind() -> impl Strategy<Value = Kind> {
    let posted = |kind: &Kind| !matches!(kind, Kind::Reversal | Kind::Refund | Kind::Closing);
    select(Kind::ALL.into_iter().filter(posted).collect::<Vec<_>>())
}

fn transfer() -> impl Strategy<Value = Transfer> {
    let people = (
        option::of(any_u16(0..=u16::MAX)),
        option::of(owner()),
        option::of(owner()),
        option::of(owner()),
        option::of(owner()),
        select(vec![Correction::No, Correction::Yes]),
    );
    let people = people.prop_map(|(activity, given_by, received_by, paid_by, in_the_name_of, correction)| {
        People { activity, given_by, received_by, paid_by, in_the_name_of, correction }
    });
    (account(), account(), amount(), people).prop_map(|(debit, credit, amount, people)| Transfer {
        debit,
        credit,
        amount,
        people,
    })
}

fn limits() -> impl Strategy<Value = Limits> {
    let level = || any_i64(-SUM_LIMIT_SECONDS..=SUM_LIMIT_SECONDS);
    let rule = select(vec![CeilingRule::Warns, CeilingRule::Hard]);
    (level(), level(), rule, option::of(level()), option::of(level())).prop_map(
        |(one, other, rule, below, above)| {
            let floor = Limits::from_floor(one.min(other)).unwrap();
            floor.with_ceiling(one.max(other), rule).unwrap().with_warnings(below, above).unwrap()
        },
    )
}

fn new_account(size: Size) -> impl Strategy<Value = NewAccount> {
    let kinds = vec![AccountKind::Member, AccountKind::Organisation, AccountKind::Partner, AccountKind::Pot];
    let owner = any_u32(1..=OWNERS_MAX).prop_map(OwnerNumber::new);
    let label = bytes(0, size.most(SEALED_TEXT_BYTES_MAX, 9));
    (bank(), select(kinds), owner, limits(), label)
        .prop_map(|(bank, kind, owner, limits, label)| NewAccount { bank, kind, owner, limits, label })
}

fn post(size: Size) -> impl Strategy<Value = Action> {
    let most = size.most(TRANSFERS_MAX, 4);
    let several = prop_oneof![9 => vec(transfer(), 1..=4), 1 => vec(transfer(), most..=most)];
    let ends =
        (sequence(), select(vec![Rest::Keep, Rest::Release])).prop_map(|(hold, rest)| Ends { hold, rest });
    (posted_kind(), several, option::of(ends))
        .prop_map(|(kind, transfers, ends)| Action::Post(Post { kind, transfers: transfers.into(), ends }))
}

fn hold() -> impl Strategy<Value = Action> {
    let at_deadline = select(vec![AtDeadline::Release, AtDeadline::Capture]);
    (posted_kind(), vec(transfer(), 1..=HOLD_TRANSFERS_MAX), moment(), at_deadline).prop_map(
        |(kind, mut transfers, deadline, at_deadline)| {
            let amount = transfers[0].amount;
            transfers.iter_mut().for_each(|transfer| transfer.amount = amount);
            Action::Hold(Hold { kind, transfers: transfers.into(), deadline, at_deadline })
        },
    )
}

fn capture() -> impl Strategy<Value = Action> {
    (sequence(), option::of(amount()), select(vec![Rest::Keep, Rest::Release]))
        .prop_map(|(hold, amount, rest)| Action::Capture(Capture { hold, amount, rest }))
}

fn reverse(size: Size) -> impl Strategy<Value = Action> {
    let most = size.most(TRANSFERS_MAX, 4);
    let part = (any_u16(0..=u16::MAX), amount());
    let several = prop_oneof![9 => vec(part.clone(), 0..=4), 1 => vec(part, most..=most)];
    let kind = select(vec![ReversalKind::Reversal, ReversalKind::Refund]);
    (sequence(), kind, several).prop_map(|(original, kind, mut parts)| {
        parts.sort_by_key(|(transfer, _)| *transfer);
        parts.dedup_by_key(|(transfer, _)| *transfer);
        let parts = parts.into_iter().map(|(transfer, amount)| ReversedPart { transfer, amount }).collect();
        Action::Reverse(Reverse { original, kind, parts })
    })
}

fn open_bank() -> impl Strategy<Value = Action> {
    let zone = prop_oneof![Just("Europe/London".to_owned()), Just("é".repeat(TIME_ZONE_BYTES_MAX / 2))];
    let owner = owner().prop_filter("the operator owns nothing", |owner| *owner != OwnerNumber::OPERATOR);
    (owner, zone, limits(), limits()).prop_map(|(owner, zone, pot, issuance)| {
        Action::OpenBank(Box::new(OpenBank { owner, time_zone: zone.into_boxed_str(), pot, issuance }))
    })
}

fn open_clearing() -> impl Strategy<Value = Action> {
    let different = (bank(), bank()).prop_filter("two banks", |(first, second)| first != second);
    (different, amount(), amount()).prop_map(|((first, second), first_may_owe, second_may_owe)| {
        Action::OpenClearing(OpenClearing { first, second, first_may_owe, second_may_owe })
    })
}

fn note(size: Size) -> impl Strategy<Value = Action> {
    let body = bytes(0, size.most(NOTE_BYTES_MAX, 9));
    (any_u16(0..=u16::MAX), any_u64(0..=u64::MAX), body)
        .prop_map(|(topic, subject, body)| Action::Note(Note { topic: Topic::new(topic), subject, body }))
}

pub fn action(size: Size) -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => post(size),
        2 => hold(),
        2 => capture(),
        1 => sequence().prop_map(Action::Void),
        1 => sequence().prop_map(Action::Expire),
        2 => reverse(size),
        1 => any_u16(1..=OWNERS_PER_ENTRY_MAX).prop_map(Action::RegisterOwners),
        1 => open_bank(),
        1 => open_clearing(),
        1 => vec(new_account(size), 1..=size.most(ACCOUNTS_PER_ENTRY_MAX, 2)).prop_map(Action::OpenAccounts),
        1 => (account(), limits()).prop_map(|(number, limits)| Action::SetLimits(number, limits)),
        1 => (account(), account())
            .prop_map(|(account, remainder_to)| Action::Close(Close { account, remainder_to })),
        1 => account().prop_map(Action::Reopen),
        1 => note(size),
    ]
}

fn claim() -> impl Strategy<Value = Claim> {
    let bound = Amount::MAX.seconds();
    let take = prop_oneof![any_i64(-bound..=-1), any_i64(1..=bound)];
    let unit = select(vec![ClaimUnit::Times, ClaimUnit::Seconds]);
    let fate = select(vec![ClaimFate::GivenBack, ClaimFate::Kept]);
    let word = select(ClaimWord::ALL.to_vec());
    (any::<[u8; 16]>(), take, any_i64(0..=bound), moment(), unit, fate, word).prop_map(
        |(key, take, max, until, unit, fate, word)| Claim { key, take, max, until, unit, fate, word },
    )
}

pub fn command(size: Size) -> impl Strategy<Value = Command> {
    let key = (any_u32(0..=u32::MAX), any::<[u8; 16]>())
        .prop_map(|(scope, id)| RequestKey { scope: Scope::new(scope), id: RequestId::derived(id) });
    let attachment = (any_u16(0..=u16::MAX), bytes(0, size.most(ATTACHMENT_BYTES_MAX, 9)))
        .prop_map(|(topic, body)| Box::new(Attachment { topic: Topic::new(topic), body }));
    let day = prop_oneof![Just(Day::MIN), Just(Day::MAX), (20_000..21_000).prop_map(Day::from_days)];
    let said = (
        option::of(owner()),
        option::of(owner()),
        option::of(day),
        option::of(any_u32(1..=PRESENT_COUNT_MAX)),
        prop_oneof![Just(Box::default()), bytes(1, size.most(SEALED_TEXT_BYTES_MAX, 9))],
        option::of(attachment),
        prop_oneof![Just(Vec::new()), vec(claim(), 1..=size.most(CLAIMS_MAX, 2))],
    );
    (key, owner(), said, action(size)).prop_map(|(key, actor, said, action)| {
        let (second_person, allowed_by, occurred_on, present_count, text, attachment, claims) = said;
        if let Action::Expire(_) = action {
            return Command { occurred_on, ..Command::without_key(actor, action) };
        }
        let may_claim = matches!(
            action,
            Action::Post(_) | Action::Hold(_) | Action::Capture(_) | Action::Reverse(_) | Action::Note(_)
        );
        Command {
            second_person,
            allowed_by,
            occurred_on,
            present_count,
            text,
            attachment,
            claims: if may_claim { claims } else { Vec::new() },
            ..Command::new(key, actor, action)
        }
    })
}

/// A line of an entry whose place is still to come.
#[derive(Clone, Debug)]
struct LineSeed {
    account: AccountNumber,
    previous: Index,
    jump: Option<Index>, // None: the same as `previous`.
    posted: i64,
    held: i64,
    passed: Passed,
}

impl LineSeed {
    fn at(&self, sequence: Sequence, account: AccountNumber) -> Line {
        let before = |index: &Index, end: u64| {
            let end = usize::try_from(end).unwrap();
            if end == 0 { Sequence::ZERO } else { Sequence::new(u64::try_from(index.index(end)).unwrap()) }
        };
        let previous = before(&self.previous, sequence.get());
        let jump = self.jump.as_ref().map_or(previous, |index| before(index, previous.get()));
        Line { account, previous, jump, posted: self.posted, held: self.held, passed: self.passed }
    }
}

fn line_seed() -> impl Strategy<Value = LineSeed> {
    let passed = (0_u8..=3).prop_map(|bits| Passed::from_bits(bits).unwrap());
    let (posted, held) = (any_i64(i64::MIN..=i64::MAX), any_i64(0..=i64::MAX));
    (account(), any::<Index>(), option::of(any::<Index>()), posted, held, passed).prop_map(
        |(account, previous, jump, posted, held, passed)| LineSeed {
            account,
            previous,
            jump,
            posted,
            held,
            passed,
        },
    )
}

fn any_move() -> impl Strategy<Value = Move> {
    let amount = any_i64(1..=SUM_LIMIT_SECONDS).prop_map(|seconds| Amount::of_balance(seconds).unwrap());
    (account(), account(), amount, 0_u16..256).prop_map(|(debit, credit, amount, of)| Move {
        debit,
        credit,
        amount,
        of,
    })
}

/// An entry: a command, and an outcome of the shape its form has.
pub fn entry(size: Size) -> impl Strategy<Value = Entry> {
    let numbers = (owner(), bank(), account(), any::<Index>());
    let outcome = (vec(line_seed(), 1..=5), vec(any_move(), 0..=3), numbers);
    (command(size), sequence(), moment(), outcome).prop_map(|(command, sequence, recorded_at, outcome)| {
        let (seeds, moves, (owner, bank, account, before)) = outcome;
        let own_lines = || seeds.iter().map(|seed| seed.at(sequence, seed.account)).collect::<Lines>();
        let standing =
            Sequence::new(u64::try_from(before.index(usize::try_from(sequence.get()).unwrap())).unwrap());
        let nothing = Outcome::default();
        let outcome = match &command.action {
            Action::Post(post) if post.ends.is_none() => {
                let mut accounts: Vec<AccountNumber> = Vec::new();
                for side in post.transfers.iter().flat_map(|transfer| [transfer.debit, transfer.credit]) {
                    if !accounts.contains(&side) {
                        accounts.push(side);
                    }
                }
                let lines = accounts.into_iter().zip(seeds.iter().cycle());
                Outcome {
                    lines: lines.map(|(account, seed)| seed.at(sequence, account)).collect(),
                    ..nothing
                }
            }
            Action::Post(_) | Action::Hold(_) | Action::Void(_) => Outcome { lines: own_lines(), ..nothing },
            Action::Capture(_) | Action::Expire(_) | Action::Reverse(_) => {
                Outcome { lines: own_lines(), moves: moves.into(), ..nothing }
            }
            Action::Close(_) => {
                Outcome { lines: own_lines(), moves: moves.into(), standing_before: standing, ..nothing }
            }
            Action::SetLimits(..) | Action::Reopen(_) => Outcome { standing_before: standing, ..nothing },
            Action::RegisterOwners(_) => Outcome { opened: Opened::Owners(owner), ..nothing },
            Action::OpenBank(_) => Outcome { opened: Opened::Bank(bank, account), ..nothing },
            Action::OpenClearing(_) | Action::OpenAccounts(_) => {
                Outcome { opened: Opened::Accounts(account), ..nothing }
            }
            Action::Note(_) => nothing,
        };
        let counted = command.claims.iter().map(|claim| claim.max.max(claim.take)).collect();
        let outcome = Outcome { counted, ..outcome };
        Entry { sequence, recorded_at, command, outcome }
    })
}
