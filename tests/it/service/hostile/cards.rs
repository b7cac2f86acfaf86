//! Every field of every write about cards, at its bounds and one beyond; and each only checked.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine};
use tonic::Response;

use super::Books;
use super::fields::empty;
use super::only_checked::first_checked;
use super::table::{Row, Table};
use crate::support::served::{floor, fresh};

fn issue(account_number: u32) -> api::IssueCardRequest {
    api::IssueCardRequest { request_id: fresh(), account_number, validate_only: false }
}

fn replace(account_number: u32) -> api::ReplaceCardRequest {
    api::ReplaceCardRequest { request_id: fresh(), account_number, validate_only: false }
}

fn block(account_number: u32) -> api::BlockCardRequest {
    api::BlockCardRequest { request_id: fresh(), account_number, validate_only: false }
}

fn pin(account_number: u32) -> api::SetPinRequest {
    let (pin, old_pin) = ("4021".into(), String::new());
    api::SetPinRequest { request_id: fresh(), account_number, pin, old_pin, validate_only: false }
}

/// Goal: each field of a write about cards has the bounds it says, and what is beyond is named. Method: requests that are
/// taken, with one field bent at a time.
#[test]
fn fields_of_cards() {
    let books = Books::new();
    let served = &books.served;
    let baths = served.account(books.bank, api::AccountKind::Partner, "Ladle Street Baths", floor(0));
    served.block_on(served.directory().issue_card(issue(books.ann))).unwrap();
    let nobodys = hourbook::domain::AccountNumber::from_slot(9_000_000).unwrap().printed();
    let mut table = Table { books: &books, wrong: Vec::new() };
    let account = "account_number";
    macro_rules! accounts {
        ($request:ident, $call:literal, $ask:ident, $right:expr) => {
            let ask = async |request| empty(served.directory().$ask(request).await);
            let rows: [Row<'_, api::$request>; 5] = [
                ("account 0", &|r| r.account_number = 0, InvalidArgument, account),
                ("a slip", &|r| r.account_number += 1, InvalidArgument, account),
                ("nobody's", &|r| r.account_number = nobodys, NotFound, "ACCOUNT_NOT_FOUND"),
                ("a partner's", &|r| r.account_number = baths, InvalidArgument, account),
                ("account max", &|r| r.account_number = u32::MAX, InvalidArgument, account),
            ];
            table.write($call, &$right, ask, &rows);
        };
    }
    accounts!(IssueCardRequest, "IssueCard", issue_card, issue(books.dev));
    accounts!(ReplaceCardRequest, "ReplaceCard", replace_card, replace(books.ann));
    accounts!(BlockCardRequest, "BlockCard", block_card, block(books.ann));
    accounts!(SetPinRequest, "SetPin", set_pin, pin(books.ann));
    let ask = async |request| empty(served.directory().set_pin(request).await);
    let (new, old) = ("pin", "old_pin");
    let rows: [Row<'_, api::SetPinRequest>; 10] = [
        ("eight digits", &|r| r.pin = "40219736".into(), Fine, ""),
        ("nine digits", &|r| r.pin = "402197365".into(), InvalidArgument, new),
        ("three digits", &|r| r.pin = "402".into(), InvalidArgument, new),
        ("no PIN", &|r| r.pin.clear(), InvalidArgument, new),
        ("letters", &|r| r.pin = "4o21".into(), InvalidArgument, new),
        ("digits of elsewhere", &|r| r.pin = "١٢٣٤".into(), InvalidArgument, new),
        ("a line end", &|r| r.pin = "4021\n".into(), InvalidArgument, new),
        ("a long one", &|r| r.pin = "4".repeat(100_000), InvalidArgument, new),
        ("one there is not", &|r| r.old_pin = "4021".into(), NotFound, "CARD_NOT_FOUND"),
        ("an old one of three", &|r| r.old_pin = "402".into(), InvalidArgument, old),
    ];
    table.write("SetPin", &pin(books.ann), ask, &rows);
    table.judge();
}

macro_rules! ask {
    ($books:ident, $call:ident) => {
        async |request| {
            let answer = $books.served.directory().$call(request).await;
            answer.map(Response::into_inner).map(|answer| answer.receipt.unwrap())
        }
    };
}

/// Goal: every write about cards that is only checked answers as if it had been written, writes nothing, and leaves its
/// id free. Method: each is checked twice, then written with the same id, then asked again.
#[test]
fn every_write_about_cards_first_checked() {
    let books = Books::new();
    first_checked(&books, issue(books.ann), ask!(books, issue_card));
    first_checked(&books, pin(books.ann), ask!(books, set_pin));
    first_checked(&books, replace(books.ann), ask!(books, replace_card));
    first_checked(&books, block(books.ann), ask!(books, block_card));
}
