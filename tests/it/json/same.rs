//! Asked with JSON or with gRPC: the same answer.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hourbook::api;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::Value;

use super::ask;
use crate::service::hostile::{Books, wire};

/// Names of calls, and of their paths.
const CALLS: [(&str, &str); 6] = [
    ("GetBalance", "/hourbook.v1.LedgerService/GetBalance"),
    ("ListStatement", "/hourbook.v1.LedgerService/ListStatement"),
    ("GetEntry", "/hourbook.v1.LedgerService/GetEntry"),
    ("ListAccounts", "/hourbook.v1.LedgerService/ListAccounts"),
    ("PostEntry", "/hourbook.v1.LedgerService/PostEntry"),
    ("PlaceHold", "/hourbook.v1.LedgerService/PlaceHold"),
];

/// One call: its place in [`CALLS`], and its request.
type Asked = (usize, Vec<u8>);

fn requests(books: &Books) -> impl Strategy<Value = Asked> + use<> {
    let account = prop::sample::select(vec![books.ann, books.dev, books.closed, books.far, books.wide[0], 7]);
    let sequence = prop_oneof![0..12_u64, Just(u64::MAX)];
    let page =
        (account.clone(), prop_oneof![-1..5_i32, Just(i32::MAX)]).prop_map(|(account_number, size)| {
            let page_size = u32::try_from(size).unwrap_or_default();
            (1, api::ListStatementRequest { account_number, page_size, ..Default::default() }.encode_to_vec())
        });
    let accounts = (0..4_u32, 0..9_i32, 0..4_u32).prop_map(|(bank_number, kind, page_size)| {
        let request = api::ListAccountsRequest { bank_number, kind, page_size, ..Default::default() };
        (3, request.encode_to_vec())
    });
    let amount = prop_oneof![1..40_000_i64, any::<i64>(), Just(0)];
    let memo = "[a-zäöü€🕰\"\\\\\u{0}\u{2028}]{0,20}";
    let transfer = (account.clone(), account.clone(), amount).prop_map(|(debit, credit, seconds)| {
        let (debit_account_number, credit_account_number) = (debit, credit);
        let amount_seconds = seconds;
        api::Transfer { debit_account_number, credit_account_number, amount_seconds, ..Default::default() }
    });
    let transfers = prop::collection::vec(transfer, 0..4);
    let details = prop::option::of((memo, 2020..2030_i32, -1..14_i32).prop_map(|(memo, year, month)| {
        let occurred_on = Some(api::Date { year, month, day: 1 });
        api::EntryDetails { memo, occurred_on, ..Default::default() }
    }));
    let post = (transfers, -1..17_i32, details).prop_map(|(transfers, kind, details)| {
        let request_id = "01900000-0000-7000-8000-000000000001".to_owned();
        api::PostEntryRequest {
            request_id,
            kind,
            transfers,
            details,
            validate_only: true,
            ..Default::default()
        }
    });
    let hold = (post.clone(), -10..10_000_000_000_i64, 0..1_000_000_000_i32, -1..4_i32);
    let hold = hold.prop_map(|(post, after, nanos, at_deadline)| api::PlaceHoldRequest {
        request_id: post.request_id,
        kind: post.kind,
        transfers: post.transfers,
        details: post.details,
        deadline: Some(prost_types::Timestamp { seconds: crate::service::hostile::NOW + after, nanos }),
        at_deadline,
        validate_only: true,
        ..Default::default()
    });
    prop_oneof![
        (account, sequence.clone()).prop_map(|(account_number, min_sequence)| {
            let min_sequence = min_sequence.min(5);
            (0, api::GetBalanceRequest { account_number, min_sequence, ..Default::default() }.encode_to_vec())
        }),
        page,
        sequence.prop_map(|sequence| (
            2,
            api::GetEntryRequest { sequence, ..Default::default() }.encode_to_vec()
        )),
        accounts,
        post.prop_map(|request| (4, request.encode_to_vec())),
        hold.prop_map(|request| (5, request.encode_to_vec())),
    ]
}

fn decoded(message: MessageDescriptor, bytes: &[u8]) -> Value {
    serde_json::to_value(DynamicMessage::decode(message, bytes).unwrap()).unwrap()
}

/// Goal: whatever is asked, JSON hears what gRPC hears: the same message, or the same code, sentence and
/// details. Method: random requests that change nothing, right ones and wrong ones, each asked both ways.
#[test]
fn json_hears_what_grpc_hears() {
    let books = Books::new();
    let mut pool = DescriptorPool::new();
    for set in [api::DESCRIPTORS, tonic_types::pb::FILE_DESCRIPTOR_SET] {
        pool.decode_file_descriptor_set(set).unwrap();
    }
    let service = pool.get_service_by_name("hourbook.v1.LedgerService").unwrap();
    let mut heard = [0, 0];
    let mut runner = TestRunner::new(Config { cases: 400, ..Config::default() });
    let heard_by = std::cell::RefCell::new(&mut heard);
    runner
        .run(&requests(&books), |(place, bytes)| {
            let (name, path) = CALLS[place];
            let method = service.methods().find(|method| method.name() == name).unwrap();
            let json = serde_json::to_vec(&DynamicMessage::decode(method.input(), &*bytes).unwrap()).unwrap();
            let channel = &books.served.channel;
            let (status, with_json) = books.served.block_on(ask(channel, name, json));
            match books.served.block_on(wire::call(channel, path, bytes)) {
                Ok(direct) => {
                    prop_assert_eq!(status.as_u16(), 200, "{}", with_json);
                    prop_assert_eq!(&with_json, &decoded(method.output(), &direct));
                    heard_by.borrow_mut()[0] += 1;
                }
                Err(direct) => {
                    let code = format!("{:?}", direct.code()).to_lowercase();
                    prop_assert_eq!(with_json["code"].as_str().unwrap().replace('_', ""), code);
                    prop_assert_eq!(with_json["message"].as_str().unwrap(), direct.message());
                    let details = tonic_types::pb::Status::decode(direct.details()).unwrap().details;
                    prop_assert_eq!(with_json["details"].as_array().unwrap().len(), details.len());
                    for (detail, direct) in with_json["details"].as_array().unwrap().iter().zip(&details) {
                        let name = detail["type"].as_str().unwrap();
                        prop_assert_eq!(&format!("type.googleapis.com/{name}"), &direct.type_url);
                        let known = || pool.get_message_by_name(name).unwrap();
                        let bytes = STANDARD_NO_PAD.decode(detail["value"].as_str().unwrap()).unwrap();
                        prop_assert_eq!(&decoded(known(), &bytes), &detail["debug"]);
                        prop_assert_eq!(&decoded(known(), &direct.value), &detail["debug"]);
                    }
                    heard_by.borrow_mut()[1] += 1;
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(heard.iter().all(|count| *count > 50), "answers and refusals: {heard:?}");
}
