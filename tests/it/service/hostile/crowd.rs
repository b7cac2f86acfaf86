//! Many callers at once.

use hourbook::api::{self, ledger_service_client::LedgerServiceClient};
use tonic::Code;

use super::{Books, named};
use crate::support::served::{exchange, open_channel};

/// Goal: whoever hears "busy, nothing was done" can believe it. Method: 2,000 writes at once from 40
/// connections; each is looked up afterwards by its id.
#[test]
fn busy_means_that_nothing_was_done() {
    let books = Books::new();
    let before = books.position();
    let (done, refused) = books.served.block_on(async {
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let channel = open_channel(books.served.address).await;
            for _ in 0..50 {
                let mut ledger = LedgerServiceClient::new(channel.clone());
                let request = exchange(books.wide[0], books.wide[1], 1);
                asked.spawn(async move {
                    (request.request_id.clone(), ledger.post_entry(request).await.map(drop))
                });
            }
        }
        let (mut done, mut refused) = (0, 0);
        for (request_id, answer) in asked.join_all().await {
            let found = books.served.ledger().find_entry(api::FindEntryRequest { request_id }).await;
            match answer {
                Ok(()) => {
                    found.unwrap();
                    done += 1;
                }
                Err(status) => {
                    assert_eq!(
                        (status.code(), named(&status).as_str()),
                        (Code::ResourceExhausted, "retry"),
                        "{status:?}"
                    );
                    assert_eq!(
                        found.map(drop).unwrap_err().code(),
                        Code::NotFound,
                        "it was done: {status:?}"
                    );
                    refused += 1;
                }
            }
        }
        (done, refused)
    });
    assert_eq!((done + refused, books.position()), (2_000, before + done));
}
