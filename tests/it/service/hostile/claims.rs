//! Fields of ClaimFromPot at their bounds and beyond; and only checked.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine};
use tonic::Response;

use super::Books;
use super::fields::empty;
use super::only_checked::first_checked;
use super::table::{Row, Table};
use crate::support::HOUR;
use crate::support::served::{floor, fresh};

/// Books with a pot that has 5 hours, and a hall that paid for one: the request to claim it back.
fn hall(books: &Books) -> api::ClaimFromPotRequest {
    let served = &books.served;
    let hall = served.account(books.bank, api::AccountKind::Organisation, "Lantern Hall", floor(-5));
    let banks = served.block_on(served.ledger().list_banks(api::ListBanksRequest::default())).unwrap();
    let pot = banks.into_inner().banks[0].pot_account_number;
    served.exchange(books.wide[0], pot, 5 * HOUR).unwrap();
    let line = served.exchange(hall, books.dev, HOUR).unwrap().entry.unwrap().sequence;
    api::ClaimFromPotRequest {
        request_id: fresh(),
        pot_account_number: pot,
        organisation_account_number: hall,
        line_sequences: vec![line],
        reason: "the festival".into(),
        ..Default::default()
    }
}

/// Goal: every field of a claim is answered clearly at its bounds and beyond, and nothing is half done. Method: a right
/// request, bent in one place a row.
#[test]
fn every_field_of_a_claim() {
    let books = Books::new();
    let right = hall(&books);
    let before = books.position();
    let mut table = Table { books: &books, wrong: Vec::new() };
    let (ann, far, closed, entry) = (books.ann, books.far, books.closed, books.entry);
    let (pot, organisation, lines) = ("pot_account_number", "organisation_account_number", "line_sequences");
    let ask = async |request| empty(books.served.exchanges().claim_from_pot(request).await);
    let rows: [Row<'_, api::ClaimFromPotRequest>; 26] = [
        ("pot 0", &|r| r.pot_account_number = 0, InvalidArgument, pot),
        ("pot a slip", &|r| r.pot_account_number += 1, InvalidArgument, pot),
        ("pot max", &|r| r.pot_account_number = u32::MAX, InvalidArgument, pot),
        ("a member pays", &|r| r.pot_account_number = ann, InvalidArgument, pot),
        ("somebody elsewhere pays", &|r| r.pot_account_number = far, InvalidArgument, pot),
        ("itself pays", &|r| r.pot_account_number = r.organisation_account_number, InvalidArgument, pot),
        ("organisation 0", &|r| r.organisation_account_number = 0, InvalidArgument, organisation),
        ("organisation a slip", &|r| r.organisation_account_number += 1, InvalidArgument, organisation),
        ("organisation max", &|r| r.organisation_account_number = u32::MAX, InvalidArgument, organisation),
        ("a member claims", &|r| r.organisation_account_number = ann, InvalidArgument, organisation),
        (
            "somebody elsewhere claims",
            &|r| r.organisation_account_number = far,
            InvalidArgument,
            organisation,
        ),
        (
            "the pot claims",
            &|r| r.organisation_account_number = r.pot_account_number,
            InvalidArgument,
            organisation,
        ),
        (
            "somebody who left claims",
            &|r| r.organisation_account_number = closed,
            InvalidArgument,
            organisation,
        ),
        ("no lines", &|r| r.line_sequences.clear(), InvalidArgument, lines),
        ("line 0", &|r| r.line_sequences[0] = 0, InvalidArgument, lines),
        ("a line twice", &|r| r.line_sequences.push(r.line_sequences[0]), InvalidArgument, lines),
        ("101 lines", &|r| r.line_sequences = (1..=101).collect(), InvalidArgument, lines),
        ("20,000 lines", &|r| r.line_sequences = (1..=20_000).collect(), InvalidArgument, lines),
        ("a line of others", &|r| r.line_sequences.push(entry), InvalidArgument, lines),
        ("an opening", &|r| r.line_sequences.push(1), InvalidArgument, lines),
        ("nothing there", &|r| r.line_sequences.push(1 << 40), NotFound, "ENTRY_NOT_FOUND"),
        ("no reason", &|r| r.reason.clear(), InvalidArgument, "reason"),
        ("a reason of blanks", &|r| r.reason = " ".into(), InvalidArgument, "reason"),
        ("a reason of 900", &|r| r.reason = "r".repeat(900), Fine, ""),
        ("a reason of 901", &|r| r.reason = "r".repeat(901), InvalidArgument, "reason"),
        ("a reason of 200 kB", &|r| r.reason = "r".repeat(200_000), InvalidArgument, "reason"),
    ];
    table.write("ClaimFromPot", &right, ask, &rows);
    table.judge();
    assert_eq!(books.position(), before);
    books.verify();
    books.others_are_served();
}

/// Goal: a claim that is only checked answers as if it had been written, writes nothing, and leaves its id free. Method: it is
/// checked twice, then written with the same id, then asked again.
#[test]
fn a_claim_first_checked() {
    let books = Books::new();
    let ask = async |request| {
        let answer = books.served.exchanges().claim_from_pot(request).await;
        answer.map(Response::into_inner).map(|answer| answer.done.unwrap().receipt.unwrap())
    };
    first_checked(&books, hall(&books), ask);
    books.verify();
}
