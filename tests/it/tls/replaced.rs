//! A certificate that is replaced while calls are under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::api::{self};
use tonic::transport::{Certificate, Channel, ClientTlsConfig};

use super::{Shown, read};
use crate::support::certificates::Authority;
use crate::support::served::{Served, exchange, open_secret_channel};
use crate::support::wait_until;

/// Goal: a certificate is replaced without a failed call and without a connection refused; new connections get
/// the new one alone. Method: one connection posts and another pages all the while, a third sort of client, who
/// believes both authorities, connects anew for each call; the two files are written one after the other.
#[test]
fn a_certificate_is_replaced_under_load() {
    let (shown, next) = (Shown::new(), Authority::new("The next authority"));
    let served =
        Served::secret(read(&shown.authority.local(), shown.folder.path()), &shown.authority, |_| {});
    let (bank, pot, _) = served.bank("Ashenford");
    let accounts = ["Ann", "Dev"]
        .map(|name| served.account(bank, api::AccountKind::Member, name, api::Limits::default()));
    let (over, posted, connected) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));

    let (mut ledger, until, count) = (served.ledger(), Arc::clone(&over), Arc::clone(&posted));
    let posting = served.runtime.spawn(async move {
        while !until.load(Ordering::Relaxed) {
            ledger.post_entry(exchange(accounts[0], accounts[1], 1)).await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let both = format!("{}{}", shown.authority.pem, next.pem);
    let (address, until, count) = (served.address, Arc::clone(&over), Arc::clone(&connected));
    let connecting = served.runtime.spawn(async move {
        while !until.load(Ordering::Relaxed) {
            let tls =
                ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&both)).domain_name("localhost");
            let endpoint = Channel::from_shared(format!("https://{address}")).unwrap();
            let channel = endpoint.tls_config(tls).unwrap().connect().await.unwrap();
            let request = api::GetBalanceRequest { account_number: pot, ..Default::default() };
            LedgerServiceClient::new(channel).get_balance(request).await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let more = |count: &AtomicUsize| {
        let before = count.load(Ordering::Relaxed);
        wait_until("more of them", || count.load(Ordering::Relaxed) > before + 10);
    };
    more(&posted);
    more(&connected);
    next.local().write(shown.folder.path());
    // New connections with the new certificate, old ones with the old.
    wait_until("the new certificate", || served.block_on(open_secret_channel(served.address, &next)).is_ok());
    served.block_on(open_secret_channel(served.address, &shown.authority)).unwrap_err();
    more(&posted);
    more(&connected);
    over.store(true, Ordering::Relaxed);
    served.block_on(posting).unwrap();
    served.block_on(connecting).unwrap();
    assert_eq!(served.posted(accounts[1]), posted.load(Ordering::Relaxed) as i64);
}
