//! A whole server on a port of its own, in this process, and clients of it.

use std::future::Future;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;

use hourbook::access::pace::CALLS_PER_SECOND_MAX;
use hourbook::api::access_service_client::AccessServiceClient;
use hourbook::api::audit_service_client::AuditServiceClient;
use hourbook::api::directory_service_client::DirectoryServiceClient;
use hourbook::api::exchange_service_client::ExchangeServiceClient;
use hourbook::api::hook_service_client::HookServiceClient;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::api::redemption_service_client::RedemptionServiceClient;
use hourbook::api::{self, entry::Action as Did};
use hourbook::client::{Shown, Wire};
use hourbook::domain::{KeyText, RequestId};
use hourbook::hooks::target::Subnets;
use hourbook::journal::DataDirectory;
use hourbook::ledger::{Bounds, Clock, ManualClock};
use hourbook::server::{self, Options, ServerError, Tls};
use hourbook::telemetry::{Settings, Telemetry};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::certificates::Authority;
use super::{HOUR, START, stay};

/// A server with its books in a folder of its own.
pub struct Served {
    pub runtime: Arc<Runtime>,
    pub address: SocketAddr,
    pub channel: Channel,
    pub clock: Arc<ManualClock>,
    stop: Option<oneshot::Sender<()>>,
    ended: Option<JoinHandle<Result<(), ServerError>>>,
    folder: Option<tempfile::TempDir>,
}

/// Receivers of events are on this machine.
pub fn with_receivers_here(options: &mut Options) {
    options.hooks.allowed = Subnets::of(&["127.0.0.0/8".parse().unwrap()]);
}

impl Served {
    /// A server with new books.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// The same, with other options.
    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut served = Self::in_folder(folder.path(), Arc::new(ManualClock::new(START)), change);
        served.folder = Some(folder);
        served
    }

    /// A server on books that may be there already.
    pub fn in_folder(folder: &Path, clock: Arc<ManualClock>, change: impl FnOnce(&mut Options)) -> Self {
        let mut served = Self::starting(folder, clock, change);
        served.channel = served.block_on(connect(served.address));
        served
    }

    /// A server with new books that speaks TLS, and a channel that believes `authority` that it is localhost.
    pub fn secret(tls: Tls, authority: &Authority, change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        Self::secret_in(folder, tls, authority, change)
    }

    /// The same on books that may be there already.
    pub fn secret_in(
        folder: tempfile::TempDir,
        tls: Tls,
        authority: &Authority,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let mut served = Self::start(folder.path(), clock, Some(authority), |options| {
            options.tls = Some(tls);
            change(options);
        });
        served.block_on(until_serving(served.channel.clone()));
        served.folder = Some(folder);
        served
    }

    /// The same, not waited for: it may not serve yet.
    pub fn starting(folder: &Path, clock: Arc<ManualClock>, change: impl FnOnce(&mut Options)) -> Self {
        Self::start(folder, clock, None, change)
    }

    /// A server whose certificate nobody need believe; its own channel leads nowhere.
    pub fn insecure(tls: Tls, change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let clock = Arc::new(ManualClock::new(START));
        let mut served = Self::starting(folder.path(), clock, |options| {
            options.tls = Some(tls);
            change(options);
        });
        served.folder = Some(folder);
        served
    }

    fn start(
        folder: &Path,
        clock: Arc<ManualClock>,
        authority: Option<&Authority>,
        change: impl FnOnce(&mut Options),
    ) -> Self {
        let runtime = Arc::new(
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
        );
        let telemetry = Telemetry::build(
            &Settings::default(),
            tracing_subscriber::fmt::writer::BoxMakeWriter::new(std::io::sink),
        )
        .unwrap();
        let directory = DataDirectory::open(folder).unwrap();
        let mut options = Options::new(directory, telemetry.metrics());
        options.clock = Arc::clone(&clock) as Arc<dyn Clock>;
        options.on_failure = Box::new(stay);
        options.bounds = Bounds { disk_headroom_bytes: 0, ..Bounds::default() };
        // The clock stands still, and tests ask fast.
        options.calls_per_second = NonZeroU32::new(CALLS_PER_SECOND_MAX).unwrap();
        change(&mut options);
        let is_secret = options.tls.is_some();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            let _told_or_dropped = stopped.await;
        };
        let ended = runtime.spawn(server::run(listener, shutdown, options));
        let channel = match authority {
            Some(authority) => runtime.block_on(open_secret_channel(address, authority)).unwrap(),
            None if is_secret => runtime.block_on(async { endpoint(address).connect_lazy() }),
            None => runtime.block_on(open_channel(address)),
        };
        Self { runtime, address, channel, clock, stop: Some(stop), ended: Some(ended), folder: None }
    }

    pub fn ledger(&self) -> LedgerServiceClient<Channel> {
        LedgerServiceClient::new(self.channel.clone())
            .max_decoding_message_size(64 << 20)
            .max_encoding_message_size(64 << 20)
    }

    pub fn audit(&self) -> AuditServiceClient<Channel> {
        AuditServiceClient::new(self.channel.clone())
    }

    pub fn directory(&self) -> DirectoryServiceClient<Channel> {
        DirectoryServiceClient::new(self.channel.clone())
    }

    /// ExchangeService, as the local operator.
    pub fn exchanges(&self) -> ExchangeServiceClient<Channel> {
        ExchangeServiceClient::new(self.channel.clone())
    }

    /// RedemptionService, as the local operator.
    pub fn redemptions(&self) -> RedemptionServiceClient<Channel> {
        RedemptionServiceClient::new(self.channel.clone())
    }

    /// HookService, as the local operator.
    pub fn hooks(&self) -> HookServiceClient<Channel> {
        HookServiceClient::new(self.channel.clone())
    }

    /// What a bank has agreed on now.
    pub fn policy(&self, bank_number: u32) -> api::BankPolicy {
        let request = api::GetBankPolicyRequest { bank_number, at_sequence: 0 };
        let answer = self.block_on(self.directory().get_bank_policy(request)).unwrap().into_inner();
        answer.policy.unwrap()
    }

    /// AccessService, with `key` shown in every call, if there is one.
    pub fn access(&self, key: Option<&str>) -> AccessServiceClient<Wire> {
        let shown = key.map_or(Shown::NOTHING, |key| Shown::key(&KeyText::parse(key).unwrap()));
        AccessServiceClient::new(shown.on(self.channel.clone()))
    }

    /// AccessService, as the local operator.
    pub fn keys(&self) -> AccessServiceClient<Channel> {
        AccessServiceClient::new(self.channel.clone())
    }

    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Tells the server to end, and waits for nothing.
    pub fn tell_to_end(&mut self) {
        drop(self.stop.take());
    }

    /// Tells the server to end and waits until its books are closed.
    pub fn end(&mut self) -> Result<(), ServerError> {
        self.tell_to_end();
        self.ended.take().map_or(Ok(()), |ended| self.runtime.block_on(ended).unwrap())
    }

    /// Opens a bank; its pot may go down to zero, its issuance account to −1,000 hours.
    pub fn bank(&self, name: &str) -> (u32, u32, u32) {
        let owner = self.owners(1)[0];
        let request = api::OpenBankRequest {
            request_id: fresh(),
            owner_number: owner,
            name: name.into(),
            time_zone: "Europe/London".into(),
            issuance_limits: Some(floor(-1_000)),
            ..Default::default()
        };
        let answer = self.block_on(self.ledger().open_bank(request)).unwrap().into_inner();
        match answer.receipt.unwrap().entry.unwrap().action.unwrap() {
            Did::BankOpened(bank) => {
                (bank.bank_number, bank.pot_account_number, bank.issuance_account_number)
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn owners(&self, count: u32) -> Vec<u32> {
        let request = api::RegisterOwnersRequest { request_id: fresh(), count, ..Default::default() };
        let answer = self.block_on(self.ledger().register_owners(request)).unwrap().into_inner();
        match answer.receipt.unwrap().entry.unwrap().action.unwrap() {
            Did::OwnersRegistered(owners) => (owners.first_owner_number..).take(count as usize).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// A member's account that may go `floor_hours` below zero (a negative number).
    pub fn member(&self, bank: u32, name: &str, floor_hours: i64) -> u32 {
        self.account(bank, api::AccountKind::Member, name, floor(floor_hours))
    }

    pub fn account(&self, bank: u32, kind: api::AccountKind, name: &str, limits: api::Limits) -> u32 {
        let account = api::NewAccount {
            bank_number: bank,
            kind: kind.into(),
            owner_number: self.owners(1)[0],
            label: name.into(),
            limits: Some(limits),
        };
        let request =
            api::OpenAccountRequest { request_id: fresh(), account: Some(account), validate_only: false };
        let answer = self.block_on(self.ledger().open_account(request)).unwrap().into_inner();
        match answer.receipt.unwrap().entry.unwrap().action.unwrap() {
            Did::AccountsOpened(opened) => opened.account_numbers[0],
            other => panic!("{other:?}"),
        }
    }

    /// Help given: `debit` received, `credit` gave.
    pub fn exchange(&self, debit: u32, credit: u32, seconds: i64) -> Result<api::Receipt, tonic::Status> {
        let request = exchange(debit, credit, seconds);
        self.block_on(self.ledger().post_entry(request)).map(|answer| answer.into_inner().receipt.unwrap())
    }

    pub fn posted(&self, account: u32) -> i64 {
        let request = api::GetBalanceRequest { account_number: account, ..Default::default() };
        let answer = self.block_on(self.ledger().get_balance(request)).unwrap().into_inner();
        answer.balance.unwrap().posted_seconds
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let ended = self.end();
        if !std::thread::panicking() {
            ended.unwrap();
        }
    }
}

/// A connection of its own.
pub async fn open_channel(address: SocketAddr) -> Channel {
    endpoint(address).connect().await.unwrap()
}

fn endpoint(address: SocketAddr) -> Endpoint {
    Channel::from_shared(format!("http://{address}")).unwrap()
}

/// A connection of its own with TLS, to the server as localhost.
pub async fn open_secret_channel(
    address: SocketAddr,
    authority: &Authority,
) -> Result<Channel, tonic::transport::Error> {
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&authority.pem));
    let endpoint = Channel::from_shared(format!("https://{address}")).unwrap();
    endpoint.tls_config(tls.domain_name("localhost")).unwrap().connect().await
}

/// Connects, and waits until the server serves.
pub async fn connect(address: SocketAddr) -> Channel {
    until_serving(open_channel(address).await).await
}

async fn until_serving(channel: Channel) -> Channel {
    let mut watched = HealthClient::new(channel.clone())
        .watch(tonic_health::pb::HealthCheckRequest::default())
        .await
        .unwrap()
        .into_inner();
    while let Some(health) = watched.message().await.unwrap() {
        if health.status() == ServingStatus::Serving {
            return channel;
        }
    }
    panic!("the server ended before it served");
}

/// A request id made for one call.
pub fn fresh() -> String {
    RequestId::fresh().to_string()
}

pub fn floor(hours: i64) -> api::Limits {
    api::Limits { floor_seconds: Some(hours * HOUR), ..Default::default() }
}

pub fn transfer(debit: u32, credit: u32, seconds: i64) -> api::Transfer {
    api::Transfer {
        debit_account_number: debit,
        credit_account_number: credit,
        amount_seconds: seconds,
        ..Default::default()
    }
}

pub fn exchange(debit: u32, credit: u32, seconds: i64) -> api::PostEntryRequest {
    api::PostEntryRequest {
        request_id: fresh(),
        kind: api::Kind::Exchange.into(),
        transfers: vec![transfer(debit, credit, seconds)],
        ..Default::default()
    }
}
