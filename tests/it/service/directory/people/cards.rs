//! Cards and their PINs, through a real socket.

use std::sync::Arc;

use hourbook::api;
use hourbook::domain::Digits;
use hourbook::ledger::ManualClock;
use tonic::Status;

use super::super::over;
use super::forgetting::{files, holds};
use super::{member, taken_in};
use crate::access::folder;
use crate::service::exchange::{Town, reason};
use crate::support::START;
use crate::support::served::fresh;

fn issue(account_number: u32) -> api::IssueCardRequest {
    api::IssueCardRequest { request_id: fresh(), account_number, validate_only: false }
}

fn replace(account_number: u32) -> api::ReplaceCardRequest {
    api::ReplaceCardRequest { request_id: fresh(), account_number, validate_only: false }
}

fn block(account_number: u32) -> api::BlockCardRequest {
    api::BlockCardRequest { request_id: fresh(), account_number, validate_only: false }
}

/// A PIN to set, after the one there is where that is said.
fn pin(account_number: u32, old_pin: &str, pin: &str) -> api::SetPinRequest {
    let (pin, old_pin) = (pin.into(), old_pin.into());
    api::SetPinRequest { request_id: fresh(), account_number, pin, old_pin, validate_only: false }
}

/// Ann, who has a member's key and one of the desk's, and works there with Tobias; Bo; and a broker of the other bank.
fn town() -> Town {
    let mut town = Town::new();
    for who in ["Ann", "Bo"] {
        town.member(who, -5);
        town.give_key(who, api::Role::Member);
    }
    town.give_another_key("Ann at the desk", "Ann", api::Role::Broker);
    town.broker_of(2, "Oyin");
    town
}

/// The cards that `who` sees of somebody.
fn cards(town: &Town, who: &str, of: &str) -> Vec<api::Card> {
    let request = api::GetPersonRequest { owner_number: town.owner_number(of), account_number: 0 };
    town.get_person(who, request).unwrap().person.unwrap().cards
}

/// What the wrong PIN leaves: tries, or the lock.
fn left<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    use tonic_types::StatusExt;
    let info = answer.unwrap_err().get_details_error_info().unwrap();
    info.metadata.get("left").cloned().unwrap_or(info.reason)
}

/// Goal: the desk issues cards, replaces and blocks them, nobody for themselves; a number is told once, and again to the
/// same request; an account has one card in use; members block their own and nobody else's; whoever sees somebody sees that
/// there is a card and never its number. Method: Ann, Bo, a broker who is Ann, and one of another bank.
#[test]
fn cards_at_the_desk() {
    let town = town();
    let (ann, bo) = (town.of("Ann"), town.of("Bo"));
    assert_eq!(reason(town.issue_card("Ann", issue(ann))), "BEYOND_REACH");
    assert_eq!(reason(town.issue_card("Oyin", issue(ann))), "ACCOUNT_NOT_FOUND");
    assert_eq!(reason(town.issue_card("Ann at the desk", issue(ann))), "SECOND_PERSON_NEEDED");
    assert_eq!(reason(town.issue_card("Tobias", issue(town.of("A pot")))), "account_number");
    for refused in [
        reason(town.replace_card("Tobias", replace(ann))),
        reason(town.block_card("Ann", block(ann))),
        reason(town.set_pin("Tobias", pin(ann, "", "2580"))),
    ] {
        assert_eq!(refused, "CARD_NOT_FOUND");
    }
    let checked =
        town.issue_card("Tobias", api::IssueCardRequest { validate_only: true, ..issue(ann) }).unwrap();
    assert_eq!(checked.card_number, "");
    let request = issue(ann);
    let first = town.issue_card("Tobias", request.clone()).unwrap();
    let number = Digits::parse(&first.card_number).unwrap();
    assert_eq!((number.bytes().len(), number.to_string()), (12, first.card_number.clone()));
    let again = town.issue_card("Tobias", request).unwrap();
    assert_eq!((again.card_number, again.receipt.unwrap().repeated), (first.card_number.clone(), true));
    assert_eq!(reason(town.issue_card("Tobias", issue(ann))), "ALREADY_THERE");
    let of_bo = town.issue_card("Ann at the desk", issue(bo)).unwrap().card_number;
    assert_ne!(of_bo, first.card_number);

    assert_eq!(reason(town.replace_card("Ann at the desk", replace(ann))), "SECOND_PERSON_NEEDED");
    assert_eq!(reason(town.set_pin("Ann at the desk", pin(ann, "", "2580"))), "SECOND_PERSON_NEEDED");
    town.set_pin("Tobias", pin(ann, "", "2580")).unwrap();
    let seen = cards(&town, "Ann", "Ann");
    assert_eq!(seen, cards(&town, "Tobias", "Ann"));
    let (issued_at, account_number) = (seen[0].issued_at, ann);
    assert_eq!(
        seen,
        [api::Card { account_number, issued_at, blocked_at: None, has_pin: true, is_locked: false }]
    );
    let second = town.replace_card("Tobias", replace(ann)).unwrap().card_number;
    assert!(Digits::parse(&second).is_ok() && second != first.card_number);
    assert!(!cards(&town, "Ann", "Ann")[0].has_pin, "a new card has none");

    assert_eq!(reason(town.block_card("Bo", block(ann))), "ACCOUNT_NOT_FOUND");
    town.block_card("Ann", block(ann)).unwrap();
    assert!(cards(&town, "Tobias", "Ann")[0].blocked_at.is_some());
    assert_eq!(reason(town.block_card("Tobias", block(ann))), "CARD_NOT_FOUND");
    town.issue_card("Tobias", issue(ann)).unwrap();
    town.block_card("Ann at the desk", block(ann)).unwrap();
    let close = api::CloseAccountRequest {
        request_id: fresh(),
        account_number: bo,
        remainder_to_account_number: town.of("A pot"),
        ..Default::default()
    };
    town.close_account("integration", close).unwrap();
    for refused in [
        reason(town.replace_card("Tobias", replace(bo))),
        reason(town.set_pin("Tobias", pin(bo, "", "2580"))),
    ] {
        assert_eq!(refused, "ACCOUNT_CLOSED");
    }
    town.block_card("Tobias", block(bo)).unwrap();
    assert_eq!(reason(town.issue_card("Tobias", issue(bo))), "ACCOUNT_CLOSED");
}

/// Goal: the first PIN is set at the desk, and changed by the member who knows it; what is easy to guess is none; five wrong
/// ones in a row lock the card, also those only checked, and a restart keeps count and lock; the desk sets a new one. A
/// request asked again is answered as then. Method: Ann changes her PIN, then forgets it; the server begins anew in between.
#[test]
fn pins_are_counted_across_restarts() {
    let mut town = town();
    let ann = town.of("Ann");
    let number = town.issue_card("Tobias", issue(ann)).unwrap().card_number.replace(' ', "");
    assert_eq!(reason(town.set_pin("Ann", pin(ann, "", "2580"))), "old_pin");
    assert_eq!(reason(town.set_pin("Ann", pin(ann, "2580", "4021"))), "CARD_NOT_FOUND");
    for (easy, said) in [
        ("4444", "one digit again and again"),
        ("3456", "in a row"),
        ("98765", "in a row"),
        (&number[8..], "last digits of the card's number"),
        (&number[4..], "last digits of the card's number"),
        ("123", "4 to 8 digits"),
        ("25 80", "4 to 8 digits"),
    ] {
        let status = town.set_pin("Tobias", pin(ann, "", easy)).unwrap_err();
        assert!(status.message().contains(said) && !status.message().contains(easy), "{status:?}");
        assert_eq!(reason::<()>(Err(status)), "pin");
    }
    town.set_pin("Tobias", pin(ann, "", "2580")).unwrap();
    assert_eq!(left(town.set_pin("Ann", pin(ann, "2581", "4021"))), "4");
    let change = pin(ann, "2580", "4021");
    town.set_pin("Ann", change.clone()).unwrap();
    let again = town.set_pin("Ann", change.clone()).unwrap();
    assert!(again.receipt.unwrap().repeated, "the old one is no more the one there is");
    let other = api::SetPinRequest { pin: "4022".into(), ..change };
    assert!(town.set_pin("Ann", other).unwrap().receipt.unwrap().repeated, "nobody tries PINs like that");

    let wrong = |only_checked| api::SetPinRequest { validate_only: only_checked, ..pin(ann, "2580", "7391") };
    assert_eq!(left(town.set_pin("Ann", wrong(false))), "4");
    assert_eq!(left(town.set_pin("Ann", wrong(true))), "3");
    town.reopened(|_| {});
    assert_eq!(left(town.set_pin("Ann", wrong(false))), "2");
    let right = api::SetPinRequest { validate_only: true, ..pin(ann, "4021", "7391") };
    town.set_pin("Ann", right).unwrap();
    for (times, expected) in ["4", "3", "2", "1", "0"].into_iter().enumerate() {
        if times == 3 {
            town.reopened(|_| {});
        }
        assert!(!cards(&town, "Tobias", "Ann")[0].is_locked);
        assert_eq!(left(town.set_pin("Ann", wrong(false))), expected);
    }
    for _ in 0..2 {
        assert!(cards(&town, "Tobias", "Ann")[0].is_locked && cards(&town, "Ann", "Ann")[0].is_locked);
        assert_eq!(reason(town.set_pin("Ann", pin(ann, "4021", "7391"))), "PIN_LOCKED");
        town.reopened(|_| {});
    }
    town.set_pin("Tobias", pin(ann, "", "7391")).unwrap();
    assert!(!cards(&town, "Tobias", "Ann")[0].is_locked);
    town.set_pin("Ann", pin(ann, "7391", "4021")).unwrap();
}

/// Goal: no number of a card and no PIN lies anywhere in plain, nor the hash of one; of whoever is forgotten there is no card
/// any more, and a request of then is answered without the number. Method: two cards with PINs of eight digits, one after the
/// other; every file of the data directory looked through, the server stopped; then 14 days later.
#[test]
fn numbers_and_pins_are_in_no_file() {
    let folder = folder();
    let clock = Arc::new(ManualClock::new(START));
    let mut served = over(folder.path(), &clock);
    served.bank("Ashenford");
    let (owner_number, account) = taken_in(&served, member("Annabel Quillfeather"));
    let request = issue(account);
    let first = served.block_on(served.directory().issue_card(request.clone())).unwrap().into_inner();
    served.block_on(served.directory().set_pin(pin(account, "", "40219736"))).unwrap();
    let second = served.block_on(served.directory().replace_card(replace(account))).unwrap().into_inner();
    served.block_on(served.directory().set_pin(pin(account, "", "51937204"))).unwrap();
    let wrong = served.block_on(served.directory().set_pin(pin(account, "82640915", "82640917")));
    assert_eq!(left(wrong), "4");
    served.end().unwrap();
    let mut secrets: Vec<Vec<u8>> = vec![b"$argon2id".to_vec()];
    let pins = ["40219736", "51937204", "82640915", "82640917"].map(str::to_owned);
    for text in [first.card_number.clone(), second.card_number].into_iter().chain(pins) {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
        secrets.push(digits.iter().map(|digit| digit - b'0').collect());
        secrets.extend([text.into_bytes(), digits]);
    }
    let all = files(folder.path());
    assert!(all.iter().any(|(path, bytes)| path.ends_with("local/pins") && bytes.len() > 20), "it counts");
    for (path, bytes) in &all {
        for secret in &secrets {
            assert!(!holds(bytes, secret), "{} is in {path}", String::from_utf8_lossy(secret));
        }
    }

    served = over(folder.path(), &clock);
    let told = |request| served.block_on(served.directory().issue_card(request)).unwrap().into_inner();
    assert_eq!(told(request.clone()).card_number, first.card_number);
    assert_eq!(super::person(&served, owner_number).cards.len(), 1);
    let erase = api::EraseMemberRequest { request_id: fresh(), owner_number, ..Default::default() };
    served.block_on(served.directory().erase_member(erase)).unwrap();
    served.end().unwrap();
    clock.advance_seconds(14 * 86_400);
    served = over(folder.path(), &clock);
    assert!(super::person(&served, owner_number).erased_at.is_some());
    assert_eq!(super::person(&served, owner_number).cards, []);
    let told = served.block_on(served.directory().issue_card(request)).unwrap().into_inner();
    assert_eq!((told.card_number.as_str(), told.receipt.unwrap().repeated), ("", true));
    let refused = served.block_on(served.directory().block_card(block(account)));
    assert_eq!(reason(refused), "OWNER_NOT_FOUND");
}
