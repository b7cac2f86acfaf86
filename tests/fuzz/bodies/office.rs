//! A small network with keys: two banks, a few lines in each, and whoever may look at them.

use std::path::Path;
use std::sync::Arc;

use hourbook::access::pace::CALLS_PER_SECOND_USUAL;
use hourbook::access::{Access, Asked, Caller, CredentialNumber, Grant, Reach, Role};
use hourbook::domain::{
    AccountKind, AccountNumber, Action, Amount, AtDeadline, BankNumber, Command, Hold, Kind, Limits,
    NewAccount, OpenBank, Opened, OwnerNumber, Post, RequestId, RequestKey, Scope, Timestamp, Transfer,
};
use hourbook::ledger::{Bounds, Failure, ManualClock, Mode};
use hourbook::network::{Network, NetworkOptions};

/// 2026-05-05T09:00:00Z.
pub const START: Timestamp = Timestamp::from_micros(1_777_971_600_000_000);
const MEMBERS: usize = 5;
const LINES: i64 = 7;
const HOLDS: i64 = 3;

/// Does nothing when a ledger stops: the next call says so.
pub fn stay(_failure: &Failure) {}

pub fn bounds() -> Bounds {
    Bounds { disk_headroom_bytes: 0, ..Bounds::default() }
}

/// Everything open; drop it before the folder goes.
pub struct Office {
    pub access: Access,
    pub network: Network,
    pub clock: Arc<ManualClock>,
    admin: Arc<Caller>,
}

/// Keys that are let in, and keys that were.
pub struct Keys {
    pub live: Vec<String>,
    pub ended: Vec<String>,
}

/// A bank and the first of its members.
#[derive(Clone, Copy)]
pub struct Bank {
    pub number: BankNumber,
    pub account: AccountNumber,
    pub owner: OwnerNumber,
}

impl Office {
    /// New books in `folder`; the admin's key.
    pub fn new(folder: &Path) -> (Self, String) {
        let clock = Arc::new(ManualClock::new(START));
        let options = NetworkOptions {
            bounds: bounds(),
            clock: Arc::clone(&clock) as _,
            on_failure: Box::new(stay),
            ..NetworkOptions::default()
        };
        let network = Network::open(folder, options).unwrap();
        let access = Access::open(&network, Arc::clone(&clock) as _, CALLS_PER_SECOND_USUAL).unwrap();
        let key = access.begin(&network, "Rivermeet").unwrap().text.reveal();
        let admin = access.check(&key, access.now()).unwrap();
        (Self { access, network, clock, admin }, key)
    }

    /// A bank with members, lines on the first of them, and open holds.
    pub fn bank(&self) -> Bank {
        let owner = self.owner();
        let wide = Limits::WIDEST;
        let bank = OpenBank { owner, time_zone: "Europe/London".into(), pot: wide, issuance: wide };
        let Opened::Bank(number, pot) = self.post(Action::OpenBank(Box::new(bank))) else {
            panic!("no bank")
        };
        let member = |owner| {
            let (kind, label) = (AccountKind::Member, Box::default());
            NewAccount { bank: number, kind, owner, limits: wide, label }
        };
        let owner = self.owner();
        let Opened::Accounts(account) = self.post(Action::OpenAccounts(vec![member(owner)])) else {
            panic!("no account")
        };
        for _ in 1..MEMBERS {
            self.post(Action::OpenAccounts(vec![member(self.owner())]));
        }
        let transfer = |seconds| Transfer::new(pot, account, Amount::new(seconds).unwrap());
        for seconds in 1..=LINES {
            let transfers = std::iter::once(transfer(seconds)).collect();
            self.post(Action::Post(Post { kind: Kind::Exchange, transfers, ends: None }));
        }
        for seconds in 1..=HOLDS {
            let transfers = std::iter::once(transfer(seconds)).collect();
            let (kind, deadline) = (Kind::Redemption, START.plus_seconds(86_400));
            self.post(Action::Hold(Hold { kind, transfers, deadline, at_deadline: AtDeadline::Release }));
        }
        Bank { number, account, owner }
    }

    /// A key of this role.
    pub fn key(&self, role: Role, reach: Reach, holder: Option<OwnerNumber>) -> (CredentialNumber, String) {
        // An auditor's work has an end; time stands still here.
        let expires_at = (role == Role::Auditor).then(|| START.plus_seconds(86_400));
        let grant = Grant { role, reach, till: None, name: "desk".into(), expires_at };
        let asked = Asked { key: fresh(&self.admin), grant, holder, mode: Mode::Write };
        let made = self.access.create(&self.network, &self.admin, &asked, |_, _| Ok(())).unwrap();
        (made.row.unwrap().credential.number, made.text.unwrap().reveal())
    }

    /// Keys in every state: of several credentials, one beside its successor, one replaced, one revoked.
    pub fn keys(&self, admin: String) -> Keys {
        let mut keys = Keys { live: vec![admin], ended: Vec::new() };
        let mut make = |states: [bool; 2], overlap_seconds: Option<i64>| {
            let (number, first) = self.key(Role::Auditor, Reach::Network, None);
            let second = overlap_seconds.map(|overlap| {
                let asked = (fresh(&self.admin), Mode::Write);
                let made = self.access.rotate(&self.network, &self.admin, asked, number, overlap).unwrap();
                made.text.unwrap().reveal()
            });
            for (is_live, key) in states.into_iter().zip(std::iter::once(first).chain(second)) {
                if is_live { keys.live.push(key) } else { keys.ended.push(key) }
            }
            number
        };
        make([true, true], None);
        make([true, true], Some(3_600));
        make([false, true], Some(60));
        let number = make([false, false], None);
        let asked = (fresh(&self.admin), Mode::Write);
        self.access.revoke(&self.network, &self.admin, asked, number).unwrap();
        self.clock.advance_seconds(60);
        keys
    }

    fn owner(&self) -> OwnerNumber {
        self.network.register_owners(operators(), OwnerNumber::OPERATOR, 1).unwrap()[0]
    }

    fn post(&self, action: Action) -> Opened {
        let command = Command::new(operators(), OwnerNumber::OPERATOR, action);
        self.network.ledger.post(command).unwrap().entry.outcome.opened
    }
}

fn operators() -> RequestKey {
    RequestKey { scope: Scope::OPERATOR, id: RequestId::fresh() }
}

fn fresh(caller: &Caller) -> RequestKey {
    RequestKey { scope: caller.scope, id: RequestId::fresh() }
}

/// A folder that goes away with what is in it: on the disk of the build where that is known.
pub fn folder() -> tempfile::TempDir {
    match option_env!("CARGO_TARGET_TMPDIR") {
        Some(disk) => tempfile::tempdir_in(disk).unwrap(),
        None => tempfile::tempdir().unwrap(),
    }
}
