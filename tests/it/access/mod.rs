//! Credentials and their keys: on whole installations, and through the service.

mod every_call;
mod gate;
pub mod issuer;
mod lasting;
mod limits;
mod linking;
mod logins;
mod making;
mod secrets;
mod served;
mod showing;
mod tokens;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hourbook::access::pace::CALLS_PER_SECOND_USUAL;
use hourbook::access::tokens::TokenSettings;
use hourbook::access::{
    Access, Asked, Caller, CredentialNumber, Grant, KeyError, Made, NotMade, Reach, Refusal, Role,
};
use hourbook::domain::{
    AccountKind, Action, BankNumber, Command, Limits, NewAccount, Opened, OwnerNumber, RequestId, RequestKey,
    Scope,
};
use hourbook::ledger::{Bounds, ManualClock, Mode};
use hourbook::network::{Network, NetworkOptions};
use hourbook::server::Options;
use tonic::{Request, Status, Streaming};

use crate::support::served::Served;
use crate::support::{START, stay, wide_bank};

/// A network on a disk, its credentials, and a clock in the test's hands.
pub struct Office {
    pub access: Access,
    pub network: Network,
    pub clock: Arc<ManualClock>,
}

impl Office {
    /// Opens what is in `folder`.
    pub fn open(folder: &Path) -> Self {
        Self::at(folder, Arc::new(ManualClock::new(START)))
    }

    pub fn at(folder: &Path, clock: Arc<ManualClock>) -> Self {
        let network = Network::open(
            folder,
            NetworkOptions {
                bounds: Bounds { disk_headroom_bytes: 0, ..Bounds::default() },
                clock: Arc::clone(&clock) as _,
                on_failure: Box::new(stay),
                ..NetworkOptions::default()
            },
        )
        .unwrap();
        let access = Access::open(&network, Arc::clone(&clock) as _, CALLS_PER_SECOND_USUAL).unwrap();
        Self { access, network, clock }
    }

    /// A network that has begun, and its first admin key.
    pub fn begun(folder: &Path) -> (Self, String) {
        let office = Self::open(folder);
        let key = office.access.begin(&office.network, "Rivermeet").unwrap().text.reveal();
        (office, key)
    }

    /// Everything is closed and opened again, the clock as it stands.
    pub fn reopened(self, folder: &Path) -> Self {
        let clock = Arc::clone(&self.clock);
        drop(self);
        Self::at(folder, clock)
    }

    pub fn check(&self, key: &str) -> Result<Arc<Caller>, KeyError> {
        self.access.check(key, self.access.now())
    }

    /// Who shows a key that is let in.
    pub fn caller(&self, key: &str) -> Arc<Caller> {
        self.check(key).unwrap()
    }

    pub fn create(&self, caller: &Caller, asked: &Asked) -> Result<Made, NotMade> {
        // Whether a till is there is for the directory to say.
        self.access.create(&self.network, caller, asked, |_, _| Ok(()))
    }

    /// A new credential that nothing is in the way of: its number and its key.
    pub fn make(&self, caller: &Caller, grant: Grant) -> (CredentialNumber, String) {
        let made = self.create(caller, &asked(caller, grant)).unwrap();
        (made.row.unwrap().credential.number, made.text.unwrap().reveal())
    }

    pub fn rotate(&self, caller: &Caller, number: u32, overlap_seconds: i64) -> Result<String, NotMade> {
        let (asked, number) = ((fresh(caller), Mode::Write), CredentialNumber::new(number));
        let made = self.access.rotate(&self.network, caller, asked, number, overlap_seconds)?;
        Ok(made.text.unwrap().reveal())
    }

    pub fn revoke(&self, caller: &Caller, number: u32) -> Result<Made, NotMade> {
        let (asked, number) = ((fresh(caller), Mode::Write), CredentialNumber::new(number));
        self.access.revoke(&self.network, caller, asked, number)
    }

    /// Numbers of all credentials that a caller sees.
    pub fn seen_by(&self, caller: &Caller) -> Vec<u32> {
        let rows = self.access.list(&self.network, caller, 0, 1_000, None);
        rows.iter().map(|row| row.credential.number.get()).collect()
    }

    /// Registers owners.
    pub fn owners(&self, count: u16) -> Vec<OwnerNumber> {
        self.network.register_owners(operators(), OwnerNumber::OPERATOR, count).unwrap()
    }

    /// Opens a bank.
    pub fn bank(&self) -> BankNumber {
        match self.post(wide_bank(self.owners(1)[0])) {
            Opened::Bank(bank, _) => bank,
            other => panic!("{other:?}"),
        }
    }

    /// A partner with an account in each of these banks.
    pub fn partner(&self, banks: &[BankNumber]) -> OwnerNumber {
        let owner = self.owners(1)[0];
        for bank in banks {
            let (kind, label) = (AccountKind::Partner, Box::default());
            let account = NewAccount { bank: *bank, kind, owner, limits: Limits::WIDEST, label };
            self.post(Action::OpenAccounts(vec![account]));
        }
        owner
    }

    /// A member with an account in this bank.
    pub fn member(&self, bank: BankNumber) -> OwnerNumber {
        let (kind, owner, label) = (AccountKind::Member, self.owners(1)[0], Box::default());
        self.post(Action::OpenAccounts(vec![NewAccount {
            bank,
            kind,
            owner,
            limits: Limits::WIDEST,
            label,
        }]));
        owner
    }

    fn post(&self, action: Action) -> Opened {
        let command = Command::new(operators(), OwnerNumber::OPERATOR, action);
        self.network.ledger.post(command).unwrap().entry.outcome.opened
    }
}

/// Whose tokens are taken where nobody shows any: nobody is there.
pub const ISSUER: &str = "http://127.0.0.1:9";

/// Tokens of an issuer whose keys nobody fetches: whose they are can be said all the same.
pub fn takes_tokens(options: &mut Options) {
    options.tokens = Some(TokenSettings::new(ISSUER, "hourbook", None).unwrap());
}

/// A temporary folder on the disk of the build.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub fn operators() -> RequestKey {
    RequestKey { scope: Scope::OPERATOR, id: RequestId::fresh() }
}

pub fn fresh(caller: &Caller) -> RequestKey {
    RequestKey { scope: caller.scope, id: RequestId::fresh() }
}

pub fn grant(role: Role, reach: Reach) -> Grant {
    let till = (role == Role::Till).then_some(1);
    Grant { role, reach, till, name: "front desk".into(), expires_at: None }
}

pub fn asked(caller: &Caller, grant: Grant) -> Asked {
    Asked { key: fresh(caller), grant, holder: None, mode: Mode::Write }
}

pub fn banks(numbers: &[BankNumber]) -> Reach {
    Reach::banks(numbers.to_vec()).unwrap()
}

/// Why a rule said no.
pub fn refusal<T>(done: Result<T, NotMade>) -> Refusal {
    match done {
        Err(NotMade::Refused(refusal)) => refusal,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was done"),
    }
}

/// A call that shows a key or a token.
pub fn with<T>(shown: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {shown}").parse().unwrap());
    request
}

/// What a stream ends with.
pub fn why_it_ends<T>(served: &Served, stream: &mut Streaming<T>) -> Status {
    loop {
        // A safety net: without it a stream that goes on would hang the test.
        let next = async { tokio::time::timeout(Duration::from_secs(120), stream.message()).await };
        match served.block_on(next).expect("it must end") {
            Ok(Some(_)) => {} // What was on its way.
            Ok(None) => panic!("it must say why"),
            Err(status) => break status,
        }
    }
}
