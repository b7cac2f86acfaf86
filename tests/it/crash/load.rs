//! What the child asks: everything follows from a request's number and, for some, an earlier entry.
//!
//! So the parent can rebuild any command from one printed line, compare it with the entry, and ask
//! it again.

use std::fmt;

use hourbook::domain::claim::{ClaimFate, ClaimUnit, ClaimWord};
use hourbook::domain::command::{AtDeadline, Capture, Hold, Rest, ReversalKind, Reverse};
use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, BankNumber, Claim, Command, Kind, Limits, NewAccount, Note,
    OpenBank, OwnerNumber, Post, RequestId, RequestKey, Scope, Sequence, Timestamp, Topic, Transfer,
};

use crate::support::HOUR;

/// Two banks with this many members each.
pub const MEMBERS: u32 = 100;
/// Pot and issuance of both banks come first.
const FIRST_MEMBER_SLOT: u32 = 4;
/// The thread number under which the banks are opened.
const SETTING_UP: u8 = 255;

/// Which request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(u128); // Invariant: zero in the bits that a UUID of version 8 overwrites.

impl Number {
    /// Request `count` of a thread of the child of `cycle`, which was started at `born` (seconds).
    pub fn new(born: u32, cycle: u16, thread: u8, count: u64) -> Self {
        assert!(count < 1 << 56, "{count}");
        Self(u128::from(born) << 96 | u128::from(cycle) << 80 | u128::from(thread) << 64 | u128::from(count))
    }

    pub fn parse(text: &str) -> Option<Self> {
        u128::from_str_radix(text, 16).ok().map(Self)
    }

    pub fn key(self) -> RequestKey {
        let thread = (self.0 >> 64) as u8;
        RequestKey { scope: Scope::new(u32::from(thread)), id: RequestId::derived(self.0.to_be_bytes()) }
    }

    fn born(self) -> Timestamp {
        Timestamp::from_micros(((self.0 >> 96) as i64) * 1_000_000)
    }

    fn dice(self) -> Dice {
        Dice(self.0 as u64 ^ (self.0 >> 64) as u64)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Splitmix64: small, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Exchange,
    Group,
    /// Claims the one use of a code out of a few: soon refused.
    Claimed,
    /// Asks for more than anybody has: refused, always.
    Greedy,
    Hold,
    /// A hold that ends by itself while the child works.
    ShortHold,
    Note,
    Capture,
    Void,
    Reverse,
}

/// What a request needs of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Hold,
    Post,
}

impl Form {
    pub fn of(number: Number) -> Self {
        match number.dice().below(100) {
            0..=39 => Self::Exchange,
            40..=47 => Self::Group,
            48..=51 => Self::Claimed,
            52..=57 => Self::Greedy,
            58..=67 => Self::Hold,
            68..=71 => Self::ShortHold,
            72..=75 => Self::Note,
            76..=85 => Self::Capture,
            86..=91 => Self::Void,
            _ => Self::Reverse,
        }
    }

    pub const fn needs(self) -> Needs {
        match self {
            Self::Capture | Self::Void => Needs::Hold,
            Self::Reverse => Needs::Post,
            Self::Exchange
            | Self::Group
            | Self::Claimed
            | Self::Greedy
            | Self::Hold
            | Self::ShortHold
            | Self::Note => Needs::Nothing,
        }
    }
}

/// The command of `number`; `of` is the hold or the post it is about, or zero.
pub fn command(number: Number, of: Sequence) -> Command {
    let form = Form::of(number);
    let mut dice = number.dice();
    dice.next(); // The form.
    let action = match form {
        Form::Exchange | Form::Claimed => post(&mut dice, Kind::Exchange, 1),
        Form::Group => {
            let transfers = 2 + dice.below(12);
            post(&mut dice, Kind::Group, transfers)
        }
        Form::Greedy => {
            let (debit, credit) = two_members(&mut dice);
            let amount = Amount::new(100_000 * HOUR).unwrap();
            let transfers = smallvec::smallvec![Transfer::new(debit, credit, amount)];
            Action::Post(Post { kind: Kind::Gift, transfers, ends: None })
        }
        Form::Hold => {
            // Most outlive the child, and end while the next one, or the parent, has the books.
            let deadline = number.born().plus_seconds(3 + dice.below(20) as i64);
            hold(&mut dice, deadline, AtDeadline::Release)
        }
        Form::ShortHold => {
            let ends = if dice.below(2) == 0 { AtDeadline::Release } else { AtDeadline::Capture };
            let deadline = number.born().plus_seconds(1 + dice.below(3) as i64);
            hold(&mut dice, deadline, ends)
        }
        Form::Note => {
            let body = (0..dice.below(1_200)).map(|_| dice.next() as u8).collect();
            Action::Note(Note { topic: Topic::new(900), subject: dice.next(), body })
        }
        Form::Capture => {
            let amount = (dice.below(2) == 0).then(|| Amount::new(900).unwrap());
            let rest = if dice.below(2) == 0 { Rest::Keep } else { Rest::Release };
            Action::Capture(Capture { hold: of, amount, rest })
        }
        Form::Void => Action::Void(of),
        Form::Reverse => {
            Action::Reverse(Reverse { original: of, kind: ReversalKind::Reversal, parts: Vec::new() })
        }
    };
    let mut command = Command::new(number.key(), OwnerNumber::new(dice.below(3) as u32), action);
    if dice.below(4) == 0 {
        // Not really sealed; the ledger does not look. It fills volumes and crosses pages.
        command.text = (0..dice.below(400)).map(|_| dice.next() as u8).collect();
    }
    if form == Form::Claimed {
        command.claims.push(Claim {
            key: [dice.below(40) as u8; 16],
            take: 1,
            max: 5,
            until: number.born().plus_seconds(3_600),
            unit: ClaimUnit::Times,
            fate: ClaimFate::GivenBack,
            word: ClaimWord::CodeUsed,
        });
    }
    command
}

fn post(dice: &mut Dice, kind: Kind, transfers: u64) -> Action {
    let transfers = (0..transfers).map(|_| transfer(dice)).collect();
    Action::Post(Post { kind, transfers, ends: None })
}

fn hold(dice: &mut Dice, deadline: Timestamp, at_deadline: AtDeadline) -> Action {
    let transfers = smallvec::smallvec![transfer(dice)];
    Action::Hold(Hold { kind: Kind::Redemption, transfers, deadline, at_deadline })
}

fn transfer(dice: &mut Dice) -> Transfer {
    let (debit, credit) = two_members(dice);
    let amount = Amount::new(900 * (1 + dice.below(16) as i64)).unwrap();
    Transfer::new(debit, credit, amount)
}

/// Two members of one bank.
fn two_members(dice: &mut Dice) -> (AccountNumber, AccountNumber) {
    let bank = FIRST_MEMBER_SLOT + MEMBERS * dice.below(2) as u32;
    let one = dice.below(u64::from(MEMBERS)) as u32;
    let other = (one + 1 + dice.below(u64::from(MEMBERS) - 1) as u32) % MEMBERS;
    let account = |place| AccountNumber::from_slot(bank + place).unwrap();
    (account(one), account(other))
}

/// Everybody whose hours the load moves.
pub fn members() -> impl Iterator<Item = AccountNumber> {
    (FIRST_MEMBER_SLOT..FIRST_MEMBER_SLOT + 2 * MEMBERS).map(|slot| AccountNumber::from_slot(slot).unwrap())
}

/// The key under which owners are registered.
pub fn owners_key() -> RequestKey {
    Number::new(0, 0, SETTING_UP, 0).key()
}

/// The commands that open both banks, in order; the same for every child, so only the first writes.
pub fn opening() -> Vec<Command> {
    let limits = |floor_hours: i64| Limits::from_floor(floor_hours * HOUR).unwrap();
    let mut actions: Vec<Action> = (1..=2)
        .map(|owner| {
            Action::OpenBank(Box::new(OpenBank {
                owner: OwnerNumber::new(owner),
                time_zone: "Europe/London".into(),
                pot: limits(0),
                issuance: limits(-1_000),
            }))
        })
        .collect();
    for bank in 1..=2 {
        let new = NewAccount {
            bank: BankNumber::new(bank),
            kind: AccountKind::Member,
            owner: OwnerNumber::new(3),
            limits: limits(-200),
            label: Box::default(),
        };
        actions.extend((0..MEMBERS / 25).map(|_| Action::OpenAccounts(vec![new.clone(); 25])));
    }
    let numbered = (1..).zip(actions);
    numbered
        .map(|(count, action)| {
            Command::new(Number::new(0, 0, SETTING_UP, count).key(), OwnerNumber::OPERATOR, action)
        })
        .collect()
}
