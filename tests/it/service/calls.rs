//! Each call once, as a desk uses it, and what it answers.

use hourbook::api::{self, entry::Action as Did};
use tonic::Code;
use tonic_types::StatusExt;

use crate::support::HOUR;
use crate::support::served::{Served, exchange, fresh, transfer};

/// Goal: names come back as they were given; what was refused says why, with names and figures, and
/// nothing moved. Method: a bank with two members over the wire.
#[test]
fn a_refusal_speaks_plain_english_with_figures() {
    let served = Served::new();
    let (bank, ..) = served.bank("Ashenford");
    let (ann, dev) = (served.member(bank, "Ann", 0), served.member(bank, "Dev", -5));
    served.exchange(dev, ann, 2 * HOUR).unwrap();
    let status = served.exchange(ann, dev, 3 * HOUR).unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert!(status.message().contains("Ann can use 2 hours"), "{}", status.message());
    assert!(status.message().contains("3 hours were asked"), "{}", status.message());
    let details = status.get_error_details();
    let info = details.error_info().unwrap();
    assert_eq!((info.domain.as_str(), info.reason.as_str()), ("hourbook", "BELOW_FLOOR"));
    for (name, figure) in [
        ("posted_seconds", 2 * HOUR),
        ("held_seconds", 0),
        ("floor_seconds", 0),
        ("available_seconds", 2 * HOUR),
        ("requested_seconds", 3 * HOUR),
    ] {
        assert_eq!(info.metadata[name], figure.to_string(), "{name}");
    }
    assert_eq!((served.posted(ann), served.posted(dev)), (2 * HOUR, -2 * HOUR));
}

/// Goal: asking again gets the first answer, marked; other content under the id names the fields.
#[test]
fn a_request_id_has_one_answer() {
    let served = Served::new();
    let (bank, ..) = served.bank("Ashenford");
    let (ann, dev) = (served.member(bank, "Ann", -5), served.member(bank, "Dev", -5));
    let mut asked = exchange(ann, dev, HOUR);
    asked.details = Some(api::EntryDetails { memo: "hedge".into(), ..Default::default() });
    let post = |request: &api::PostEntryRequest| {
        let answer = served.block_on(served.ledger().post_entry(request.clone()));
        answer.map(|answer| answer.into_inner().receipt.unwrap())
    };
    let first = post(&asked).unwrap();
    let again = post(&asked).unwrap();
    assert!(!first.repeated && again.repeated);
    assert_eq!(first.entry, again.entry);
    assert_eq!(first.entry.unwrap().details.unwrap().memo, "hedge");
    asked.details = Some(api::EntryDetails { memo: "fence".into(), ..Default::default() });
    asked.transfers[0].amount_seconds = 2 * HOUR;
    let status = post(&asked).unwrap_err();
    assert_eq!(status.code(), Code::AlreadyExists);
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "REQUEST_ID_REUSED");
    assert_eq!(details.error_info().unwrap().metadata["fields"], "text,transfers");
    assert_eq!(served.posted(dev), HOUR);
}

/// Goal: a hold is taken in parts, let go, and says how it stands; what is put right is put right once.
#[test]
fn holds_and_reversals() {
    let served = Served::new();
    let (bank, ..) = served.bank("Ashenford");
    let (ann, cafe) = (served.member(bank, "Ann", -5), served.member(bank, "Café", 0));
    let mut ledger = served.ledger();
    let hold = api::PlaceHoldRequest {
        request_id: fresh(),
        kind: api::Kind::Redemption.into(),
        transfers: vec![transfer(ann, cafe, 2 * HOUR)],
        deadline: Some(prost_types::Timestamp { seconds: 1_777_971_600 + 3_600, nanos: 0 }),
        at_deadline: api::AtDeadline::Release.into(),
        ..Default::default()
    };
    let placed = served.block_on(ledger.place_hold(hold)).unwrap().into_inner().receipt.unwrap();
    let number = placed.entry.unwrap().sequence;
    let capture = |seconds, release_rest| api::CaptureHoldRequest {
        request_id: fresh(),
        hold_sequence: number,
        amount_seconds: Some(seconds),
        release_rest,
        ..Default::default()
    };
    served.block_on(ledger.capture_hold(capture(HOUR / 2, false))).unwrap();
    let held =
        served.block_on(ledger.list_holds(api::ListHoldsRequest::default())).unwrap().into_inner().holds;
    assert_eq!((held.len(), held[0].left_seconds), (1, HOUR + HOUR / 2));
    let taken = served.block_on(ledger.capture_hold(capture(HOUR, true))).unwrap().into_inner();
    let taken = taken.receipt.unwrap().entry.unwrap();
    assert_eq!(taken.moves, [transfer(ann, cafe, HOUR)]);
    let request = api::GetHoldRequest { hold_sequence: number, min_sequence: taken.sequence };
    let hold = served.block_on(ledger.get_hold(request)).unwrap().into_inner().hold.unwrap();
    assert_eq!((hold.state(), hold.ended_by_sequence), (api::HoldState::Resolved, taken.sequence));

    let reverse = || api::ReverseEntryRequest {
        request_id: fresh(),
        original_sequence: taken.sequence,
        is_refund: true,
        ..Default::default()
    };
    served.block_on(ledger.reverse_entry(reverse())).unwrap();
    let status = served.block_on(ledger.reverse_entry(reverse())).unwrap_err();
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "REVERSAL_EXCEEDS");
    assert_eq!(served.posted(cafe), HOUR / 2);
}

/// Goal: a statement reads newest first with the running balance, and its pages stay while lines arrive.
#[test]
fn statements_page_while_lines_arrive() {
    let served = Served::new();
    let (bank, ..) = served.bank("Ashenford");
    let (ann, dev) = (served.member(bank, "Ann", -90), served.member(bank, "Dev", -90));
    for minutes in 1..=7 {
        served.exchange(ann, dev, minutes * 60).unwrap();
    }
    let mut token = String::new();
    let mut seen = Vec::new();
    loop {
        let request = api::ListStatementRequest {
            account_number: dev,
            page_size: 3,
            page_token: token,
            ..Default::default()
        };
        let page = served.block_on(served.ledger().list_statement(request)).unwrap().into_inner();
        seen.extend(
            page.lines.iter().map(|line| (line.line_number, line.change_seconds, line.posted_seconds)),
        );
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        served.exchange(ann, dev, 3_600).unwrap();
    }
    let expected: Vec<_> =
        (1..=7).rev().map(|n: i64| (n as u64, n * 60, (1..=n).sum::<i64>() * 60)).collect();
    assert_eq!(seen, expected);
}

/// Goal: a batch answers each entry in its place: accepted, opened, refused, bad, repeated.
#[test]
fn batches_answer_each_entry() {
    let served = Served::new();
    let (bank, ..) = served.bank("Ashenford");
    let (ann, dev) = (served.member(bank, "Ann", 0), served.member(bank, "Dev", -5));
    let owner = served.owners(1)[0];
    let id = || hourbook::domain::RequestId::fresh().bytes().to_vec();
    let post = |request_id: Vec<u8>, debit, credit, seconds| api::BatchEntry {
        request_id,
        action: Some(api::batch_entry::Action::Post(api::BatchPost {
            kind: api::Kind::Exchange.into(),
            transfers: vec![transfer(debit, credit, seconds)],
        })),
        details: None,
    };
    let known = id();
    let opening = api::BatchEntry {
        request_id: id(),
        action: Some(api::batch_entry::Action::OpenAccounts(api::BatchAccounts {
            accounts: vec![
                api::NewAccount {
                    bank_number: bank,
                    kind: api::AccountKind::Member.into(),
                    owner_number: owner,
                    label: "Cy".into(),
                    limits: None,
                };
                2
            ],
        })),
        details: None,
    };
    let entries = vec![
        post(known.clone(), dev, ann, HOUR),
        post(id(), ann, dev, 2 * HOUR),
        post(id(), ann, dev, 0),
        opening,
        post(known, dev, ann, HOUR),
    ];
    let requests = tokio_stream::iter(vec![api::PostBatchesRequest { entries, validate_only: false }]);
    let results = served.block_on(async {
        let mut answers = served.ledger().post_batches(requests).await.unwrap().into_inner();
        let first = answers.message().await.unwrap().unwrap();
        assert!(answers.message().await.unwrap().is_none());
        first.results
    });
    assert!(results[0].sequence > 0 && !results[0].repeated && results[0].error.is_none());
    assert_eq!(results[1].error.as_ref().unwrap().reason, "BELOW_FLOOR");
    assert_eq!(results[2].error.as_ref().unwrap().field, "transfers[0].amount_seconds");
    assert_eq!(results[3].opened_account_numbers.len(), 2);
    assert_eq!((results[4].sequence, results[4].repeated), (results[0].sequence, true));
    let request =
        api::GetAccountRequest { account_number: results[3].opened_account_numbers[1], ..Default::default() };
    let account =
        served.block_on(served.ledger().get_account(request)).unwrap().into_inner().account.unwrap();
    assert_eq!(account.label, "Cy");
}

/// Goal: both banks sum to zero over the wire, and verify says so with its counts.
#[test]
fn trial_balance_and_verify() {
    let served = Served::new();
    let (bank, pot, issuance) = served.bank("Ashenford");
    let ann = served.member(bank, "Ann", 0);
    for (debit, credit) in [(issuance, pot), (pot, ann)] {
        let grant = api::PostEntryRequest { kind: api::Kind::Grant.into(), ..exchange(debit, credit, HOUR) };
        served.block_on(served.ledger().post_entry(grant)).unwrap();
    }
    let balance = served
        .block_on(served.audit().trial_balance(api::TrialBalanceRequest::default()))
        .unwrap()
        .into_inner();
    assert!(balance.is_zero);
    assert_eq!(balance.banks[0].name, "Ashenford");
    assert_eq!((balance.all.unwrap().above_zero_seconds, balance.net_moved_seconds), (HOUR, 2 * HOUR));
    let report = served.block_on(async {
        let mut steps = served.audit().verify(api::VerifyRequest {}).await.unwrap().into_inner();
        let mut report = None;
        while let Some(step) = steps.message().await.unwrap() {
            if let Some(api::verify_response::Step::Report(found)) = step.step {
                report = Some(found);
            }
        }
        report.unwrap()
    });
    assert!(report.is_clean);
    assert_eq!(report.checks.len(), 10);
}

/// Goal: a watch shows what fits, says how far it is, and resumes there.
#[test]
fn a_watch_is_resumed() {
    let served = Served::new();
    let (bank, ..) = served.bank("Ashenford");
    let (ann, dev) = (served.member(bank, "Ann", -5), served.member(bank, "Dev", -5));
    let request = |after| api::WatchEntriesRequest {
        after_sequence: Some(after),
        account_number: ann,
        forms: vec![api::Form::Post.into()],
        ..Default::default()
    };
    served.exchange(ann, dev, 60).unwrap();
    let next = |after| {
        served.block_on(async {
            let mut watched = served.ledger().watch_entries(request(after)).await.unwrap().into_inner();
            loop {
                let message = watched.message().await.unwrap().unwrap();
                if let Some(entry) = message.entry {
                    return (message.position, entry);
                }
            }
        })
    };
    let (position, entry) = next(0);
    assert!(matches!(entry.action, Some(Did::Posted(_))));
    served.exchange(ann, dev, 120).unwrap();
    let (_, entry) = next(position);
    assert_eq!(entry.moves, [transfer(ann, dev, 120)]);
}
