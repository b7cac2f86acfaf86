//! A server to import into, and one that can be cut off and come back.

use std::future::Future;

use hourbook::api::ledger_service_client::LedgerServiceClient;
use tonic::transport::Channel;

use crate::support::served::Served;

pub struct Server(Served);

impl Server {
    pub fn start() -> Self {
        Self(Served::new())
    }

    pub fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.0.block_on(what)
    }

    pub fn channel(&self) -> Channel {
        self.0.channel.clone()
    }

    pub fn client(&self) -> LedgerServiceClient<Channel> {
        self.0.ledger()
    }

    /// The address, behind which a test may put something that cuts connections.
    pub const fn address(&self) -> std::net::SocketAddr {
        self.0.address
    }

    /// Opens a member's account.
    pub fn member(&self, bank: u32, label: &str) -> u32 {
        self.0.member(bank, label, 0)
    }
}
