//! `validate_only` on every write: the same answer, nothing written, no id used up.

use hourbook::api::{self, Receipt};
use tonic::{Response, Status};

use super::table::Write;
use super::{Books, hold};
use crate::support::HOUR;
use crate::support::served::{exchange, fresh};

/// Asks to check, twice, then to write with the same id, and compares what was answered.
pub fn first_checked<T: Write>(books: &Books, right: T, ask: impl AsyncFn(T) -> Result<Receipt, Status>) {
    let with = |only_checked| {
        let mut request = right.clone();
        *request.validate_only() = only_checked;
        request
    };
    let before = books.position();
    let checked = books.served.block_on(ask(with(true))).unwrap();
    let again = books.served.block_on(ask(with(true))).unwrap();
    assert_eq!(books.position(), before, "something was written: {checked:?}");
    assert_eq!(checked, again);
    assert!(!checked.repeated);
    let entry = checked.entry.unwrap();
    assert_eq!((entry.sequence, entry.recorded_at), (0, None));
    let written = books.served.block_on(ask(with(false))).unwrap();
    assert!(!written.repeated, "the id was used up");
    let mut written = written.entry.unwrap();
    assert_eq!(written.sequence, before + 1);
    // What is told alike: all that is not handed out by writing.
    (written.sequence, written.recorded_at) = (0, None);
    if let (Some(action), Some(other)) = (&entry.action, &written.action) {
        assert_eq!(std::mem::discriminant(action), std::mem::discriminant(other));
        written.action = entry.action.clone();
    }
    assert_eq!(entry, written);
    let repeated = books.served.block_on(ask(with(false))).unwrap();
    assert!(repeated.repeated && books.position() == before + 1);
    // An id that has its answer is told the same when it is only checked.
    let known = books.served.block_on(ask(with(true))).unwrap();
    assert_eq!(known, repeated);
}

macro_rules! ask {
    ($books:ident, $call:ident) => {
        ask!($books, ledger, $call)
    };
    ($books:ident, $service:ident, $call:ident) => {
        async |request| {
            let answer = $books.served.$service().$call(request).await;
            answer.map(Response::into_inner).map(|answer| answer.receipt.unwrap())
        }
    };
}

/// Goal: every write that is only checked answers as if it had been written, writes nothing, and leaves its
/// id free. Method: each is checked twice, then written with the same id, then asked again.
#[test]
fn every_write_first_checked() {
    let books = Books::new();
    let (ann, dev, bank, other, [wide, wim]) =
        (books.ann, books.dev, books.bank, books.other_bank, books.wide);
    let request_id = fresh;
    let details = Some(api::EntryDetails { memo: "as agreed".into(), ..Default::default() });
    let owners = api::RegisterOwnersRequest { request_id: request_id(), count: 3, validate_only: false };
    first_checked(&books, owners, ask!(books, register_owners));
    let open = api::OpenBankRequest {
        request_id: request_id(),
        owner_number: 1,
        name: "Cressbrook".into(),
        time_zone: "Europe/London".into(),
        ..Default::default()
    };
    first_checked(&books, open, ask!(books, open_bank));
    let pair = api::OpenClearingRequest {
        request_id: request_id(),
        first_bank_number: bank,
        second_bank_number: other,
        first_may_owe_seconds: HOUR,
        second_may_owe_seconds: HOUR,
        validate_only: false,
    };
    first_checked(&books, pair, ask!(books, open_clearing));
    let names = vec!["gardening".into(), "lifts".into()];
    let list = api::AddActivitiesRequest {
        request_id: request_id(),
        bank_number: bank,
        names,
        ..Default::default()
    };
    first_checked(&books, list, ask!(books, add_activities));
    let policy = Some(books.served.policy(bank));
    let policy = api::SetBankPolicyRequest {
        request_id: request_id(),
        bank_number: bank,
        policy,
        validate_only: false,
    };
    first_checked(&books, policy, ask!(books, directory, set_bank_policy));
    let april = api::LockPeriodRequest {
        request_id: request_id(),
        bank_number: bank,
        year: 2026,
        month: 4,
        validate_only: false,
    };
    first_checked(&books, april, ask!(books, directory, lock_period));
    let account = api::NewAccount {
        bank_number: bank,
        kind: 1,
        owner_number: 1,
        label: "Ann's other".into(),
        limits: None,
    };
    let open =
        api::OpenAccountRequest { request_id: request_id(), account: Some(account), validate_only: false };
    first_checked(&books, open, ask!(books, open_account));
    let limits = api::SetLimitsRequest {
        request_id: request_id(),
        account_number: ann,
        limits: Some(api::Limits { floor_seconds: Some(-9 * HOUR), ..Default::default() }),
        details: details.clone(),
        validate_only: false,
    };
    first_checked(&books, limits, ask!(books, set_limits));
    let mut post = exchange(ann, dev, HOUR);
    post.details = details.clone();
    first_checked(&books, post, ask!(books, post_entry));
    first_checked(&books, hold(ann, dev), ask!(books, place_hold));
    let capture = api::CaptureHoldRequest {
        request_id: request_id(),
        hold_sequence: books.hold,
        amount_seconds: Some(HOUR / 2),
        details: details.clone(),
        ..Default::default()
    };
    first_checked(&books, capture, ask!(books, capture_hold));
    let let_go = api::VoidHoldRequest {
        request_id: request_id(),
        hold_sequence: books.hold,
        details: details.clone(),
        validate_only: false,
    };
    first_checked(&books, let_go, ask!(books, void_hold));
    let reverse = api::ReverseEntryRequest {
        request_id: request_id(),
        original_sequence: books.entry,
        details: details.clone(),
        ..Default::default()
    };
    first_checked(&books, reverse, ask!(books, reverse_entry));
    let close = api::CloseAccountRequest {
        request_id: request_id(),
        account_number: wide,
        remainder_to_account_number: wim,
        details: details.clone(),
        validate_only: false,
    };
    first_checked(&books, close, ask!(books, close_account));
    let reopen = api::ReopenAccountRequest {
        request_id: request_id(),
        account_number: books.closed,
        details,
        validate_only: false,
    };
    first_checked(&books, reopen, ask!(books, reopen_account));
    books.verify();
}

/// Goal: a batch that is only checked answers each entry as if the others were not there, writes nothing,
/// and its ids are free.
#[test]
fn a_batch_first_checked() {
    let books = Books::new();
    let before = books.position();
    let mut request = super::batch([books.ann, books.dev], 0, 3);
    for entry in &mut request.entries {
        if let Some(api::batch_entry::Action::Post(post)) = &mut entry.action {
            post.transfers[0].amount_seconds = 2 * HOUR; // Each alone is within the floor; together they are not.
        }
    }
    let ask = |request| {
        books.served.block_on(async {
            let stream = tokio_stream::once(request);
            let mut answers = books.served.ledger().post_batches(stream).await.unwrap().into_inner();
            answers.message().await.unwrap().unwrap().results
        })
    };
    let checked = ask(api::PostBatchesRequest { validate_only: true, ..request.clone() });
    assert_eq!(checked, vec![api::EntryResult::default(); 3]);
    assert_eq!(books.position(), before);
    let reasons = |results: &[api::EntryResult]| -> Vec<String> {
        results.iter().map(|result| result.error.clone().unwrap_or_default().reason).collect()
    };
    assert_eq!(reasons(&ask(request)), ["", "BELOW_FLOOR", "BELOW_FLOOR"]);
    assert_eq!(books.position(), before + 1);
}
