//! Answers that would be too long to be received.

use hourbook::api;
use tonic::body::Body;
use tonic_types::StatusExt;

use super::Books;
use crate::support::served::{exchange, floor, fresh, transfer};

/// Accounts that one entry can touch, beside the one all hours go to.
const MANY: usize = 256;

/// Accounts that may not go below zero, with labels as long as they may be.
fn many_accounts(books: &Books, label: &str) -> Vec<u32> {
    let owners = books.served.owners(256);
    let account = |owner: &u32| api::NewAccount {
        bank_number: books.bank,
        kind: api::AccountKind::Member.into(),
        owner_number: *owner,
        label: label.into(),
        limits: Some(floor(0)),
    };
    let entry = |owners: &[u32]| api::BatchEntry {
        request_id: fresh().parse::<uuid::Uuid>().unwrap().as_bytes().to_vec(),
        action: Some(api::batch_entry::Action::OpenAccounts(api::BatchAccounts {
            accounts: owners.iter().map(account).collect(),
        })),
        details: None,
    };
    let batch =
        api::PostBatchesRequest { entries: owners.chunks(32).map(entry).collect(), validate_only: false };
    books.served.block_on(async {
        let answers = books.served.ledger().post_batches(tokio_stream::once(batch)).await.unwrap();
        let results = answers.into_inner().message().await.unwrap().unwrap().results;
        results.into_iter().flat_map(|result| result.opened_account_numbers).collect()
    })
}

/// Goal: a refusal that concerns 256 accounts arrives, whatever they are called: it names the first, says how
/// many there are, and has at most 7.5 KiB as headers. Method: labels of 512 bytes of letters of one, two, three
/// and four bytes; one account more that is sent an hour too much, by all of them in one entry.
#[test]
fn a_refusal_that_concerns_many() {
    let books = Books::new();
    let before = books.served.posted(books.wide[0]);
    for letter in ["n", "ö", "ह", "𐌰"] {
        let accounts = many_accounts(&books, &letter.repeat(512 / letter.len()));
        assert_eq!(accounts.len(), MANY);
        let request = api::PostEntryRequest {
            transfers: accounts.iter().map(|from| transfer(*from, books.wide[0], 3_600)).collect(),
            ..exchange(0, 0, 1)
        };
        let status = books.served.block_on(books.served.ledger().post_entry(request)).unwrap_err();
        assert_eq!(status.code(), tonic::Code::FailedPrecondition, "{status:?}");
        let message = status.message();
        let name = letter.repeat(63) + "…";
        let named = message.to_lowercase().matches(&name).count();
        assert!((1..=20).contains(&named), "{message}");
        assert!(message.ends_with(&format!(" {} more accounts. Nothing moved.", MANY - named)), "{message}");
        let details = status.get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!(info.reason, "BELOW_FLOOR");
        assert_eq!(info.metadata["accounts_count"], MANY.to_string());
        assert_eq!(info.metadata["5.account_number"], accounts[4].to_string());
        assert_eq!(info.metadata.len(), 5 * 6 + 2);
        assert!(info.metadata["account_numbers"].split(',').count() > 200);
        let response = status.into_http::<Body>();
        let bytes: usize =
            response.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        assert!(bytes <= 7_680, "{bytes} bytes");
    }
    assert_eq!(books.served.posted(books.wide[0]), before);
}
