//! Connections that are cut in the middle of an import.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hourbook::import::{self, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tonic::transport::Endpoint;

use super::{HEADER, Server, opening};

/// Bytes from the client after which a connection is cut.
const CUT_AFTER_BYTES: usize = 150_000;
/// So many connections are cut; later ones live.
const CUTS: usize = 4;

/// Stands between client and server, and cuts the first connections without a word.
async fn cut_connections(listener: TcpListener, server: std::net::SocketAddr, cuts: Arc<AtomicUsize>) {
    while let Ok((client, _)) = listener.accept().await {
        let cuts = Arc::clone(&cuts);
        tokio::spawn(async move {
            let server = TcpStream::connect(server).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            let (mut buffer, mut bytes) = (vec![0; 16 << 10], 0);
            while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
                bytes += read;
                if bytes > CUT_AFTER_BYTES && cuts.load(Ordering::SeqCst) < CUTS {
                    cuts.fetch_add(1, Ordering::SeqCst);
                    break;
                }
                if to_server.write_all(&buffer[..read]).await.is_err() {
                    break;
                }
            }
            back.abort();
        });
    }
}

/// Goal: an import goes on after its connection breaks, four times, posts every row once, and counts them as
/// posted by itself.
#[test]
fn goes_on_where_it_was_cut() {
    let server = Server::start();
    let rows =
        (0..12_000).map(|row| format!("Leith,2019-01-24,m{},m{},0.25,,row {row}\n", row % 40, row % 40 + 1));
    let text = format!("{HEADER}{}", rows.collect::<String>());
    let cuts = Arc::new(AtomicUsize::new(0));
    let summary = server.wait(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(cut_connections(listener, server.address(), Arc::clone(&cuts)));
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy();
        import::run(channel, text.as_bytes(), &opening(), &mut |_| {}).await
    });
    let summary = summary.unwrap();
    assert_eq!(cuts.load(Ordering::SeqCst), CUTS);
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
