//! Connections that are cut in the middle of an import.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hourbook::client::Shown;
use hourbook::import::{self, Options};
use tokio::net::TcpListener;
use tonic::transport::Endpoint;

use super::between::{Cuts, stand_between};
use super::{HEADER, Server, opening};

/// Bytes from the client after which a connection is cut.
const CUT_AFTER_BYTES: usize = 150_000;
/// So many connections are cut; later ones live.
const CUTS: usize = 4;

/// Goal: an import goes on after its connection breaks, four times, posts every row once, and counts them as
/// posted by itself.
#[test]
fn goes_on_where_it_was_cut() {
    let server = Server::start();
    let rows =
        (0..12_000).map(|row| format!("Leith,2019-01-24,m{},m{},0.25,,row {row}\n", row % 40, row % 40 + 1));
    let text = format!("{HEADER}{}", rows.collect::<String>());
    let cuts = Arc::new(Cuts { after_bytes: CUT_AFTER_BYTES, left: AtomicUsize::new(CUTS) });
    let summary = server.wait(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(stand_between(listener, server.address(), Arc::clone(&cuts)));
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy();
        import::run(Shown::NOTHING.on(channel), text.as_bytes(), &opening(), &mut |_| {}).await
    });
    let summary = summary.unwrap();
    assert_eq!(cuts.left.load(Ordering::SeqCst), 0);
    assert_eq!(
        (summary.rows_posted, summary.rows_already_there, summary.rows_refused),
        (12_000, 0, 0),
        "{summary}"
    );
    assert_eq!((summary.banks_opened, summary.accounts_opened), (1, 41));
    let again = server.import(&text, &Options::default()).unwrap();
    assert_eq!((again.rows_posted, again.rows_already_there), (0, 12_000));
    let balances: i64 = server.balances().iter().map(|(.., seconds)| seconds).sum();
    assert_eq!(balances, 0);
}
