//! Statements in words, as each of those who may read them hears them.

use hourbook::api;

use super::{Town, day, of_seconds, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// The sentences of an account, oldest first.
fn said(town: &Town, key: &str, account: &str) -> Vec<String> {
    let request =
        api::ListStatementRequest { account_number: town.of(account), page_size: 100, ..Default::default() };
    let mut lines = town.list_statement(key, request).unwrap().lines;
    lines.reverse();
    lines.into_iter().map(|line| line.sentence).collect()
}

fn town() -> Town {
    let mut town = Town::new();
    for name in ["Amina", "Bernard", "Dev"] {
        town.member(name, -20);
    }
    town.owner("Maud");
    town.account("Maud", (2, api::AccountKind::Member), "Maud", -20);
    town.give_key("Dev", api::Role::Member);
    town.give_another_key("auditor", "Amina", api::Role::Auditor);
    town.begin_with("A created", &[("A pot", 20 * HOUR), ("Dev", HOUR), ("Bernard", -HOUR)]);
    let activities = api::AddActivitiesRequest {
        request_id: fresh(),
        bank_number: 1,
        names: vec!["gardening".into()],
        ..Default::default()
    };
    town.add_activities("Una", activities).unwrap();
    town
}

/// Goal: a statement says what was given to whom, what for, on which day and when it was entered; a broker hears
/// names, of another time bank's people only its name; a member hears whom they helped, not who paid; an auditor
/// hears numbers. Method: an afternoon of help, bookings and mending, read by each; the page again with days, which
/// looks at lines in another way.
#[test]
fn a_statement_says_it_in_words() {
    let town = town();
    let hedge =
        api::RecordExchangeRequest { activity_number: 1, ..town.helped("Dev", "Amina", 5_400, day(5, 3)) };
    let mistaken = town.recorded("Tobias", hedge);
    let meal = town.helped("Dev", "Bernard", HOUR, day(5, 5));
    town.recorded("Tobias", api::RecordExchangeRequest { paid_by_account_number: town.of("A pot"), ..meal });
    town.recorded("Una", town.helped("Dev", "Maud", 2 * HOUR, day(5, 4)));
    let booked = town.book_hours("Tobias", town.booking("Dev", "Amina", HOUR)).unwrap();
    let booking_sequence = super::sequence(&booked.receipt);
    let cancelling =
        api::CancelBookingRequest { request_id: fresh(), booking_sequence, ..Default::default() };
    town.cancel_booking("Tobias", cancelling).unwrap();
    let mend = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: mistaken,
        reason: "it was Cora".into(),
        ..Default::default()
    };
    town.put_right("Tobias", mend).unwrap();

    let right =
        |whom: &str| format!("gave back 1 h 30 min to {whom}, as entry {mistaken} was put right, on 5 May");
    let heard_by = |[amina, bernard]: [&str; 2], elsewhere: &str, paid: &str| {
        vec![
            "had 1 h in earlier books, on 5 May".to_owned(),
            format!("gave 1 h 30 min to {amina}, gardening, on 3 May (entered 5 May)"),
            format!("gave 1 h to {bernard}{paid}, on 5 May"),
            format!("gave 2 h to {elsewhere}, on 4 May (entered 5 May)"),
            right(amina),
        ]
    };
    let broker = heard_by(["Amina", "Bernard"], "somebody in Quillmere", ", paid by the pot of Ashenford");
    assert_eq!(said(&town, "Tobias", "Dev"), broker);
    assert_eq!(said(&town, "Dev", "Dev"), heard_by(["Amina", "Bernard"], "somebody in Quillmere", ""));
    let lead = heard_by(["Amina", "Bernard"], "Maud", ", paid by the pot of Ashenford");
    assert_eq!(said(&town, "Una", "Dev"), lead);
    let number = |name: &str| format!("account {}", town.of(name));
    let bernard = format!("person {}", town.owner_number("Bernard"));
    let paid = format!(", paid by {}", number("A pot"));
    let audited = heard_by([&number("Amina"), &bernard], "somebody in Quillmere", &paid);
    assert_eq!(said(&town, "auditor", "Dev"), audited);
    assert_eq!(
        said(&town, "Tobias", "Amina")[1..3],
        ["set aside 1 h for Dev, on 5 May", "let go 1 h set aside for Dev, on 5 May"]
    );
    assert_eq!(
        said(&town, "Tobias", "A pot").last().unwrap(),
        "paid 1 h for help that Dev gave to Bernard, on 5 May"
    );
    assert_eq!(said(&town, "Una", "Maud"), ["received 2 h from Dev, on 4 May (entered 5 May)"]);
    let days = api::ListStatementRequest {
        account_number: town.of("Dev"),
        page_size: 1,
        from_day: Some(day(5, 3)),
        through_day: Some(day(5, 3)),
        ..Default::default()
    };
    assert_eq!(town.list_statement("Tobias", days).unwrap().lines[0].sentence, broker[1]);
}

/// Goal: a member does not learn who has a number by giving that number something. Method: a gift to a number, read by
/// who gave it, by who got it, and by a broker.
#[test]
fn a_gift_tells_nobody_whose_number_it_is() {
    let mut town = town();
    town.give_key("Bernard", api::Role::Member);
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Dev"),
        to_account_number: town.of("Bernard"),
        length: of_seconds(900),
        ..Default::default()
    };
    town.gift("Dev", gift).unwrap();
    let last = |key: &str, account: &str| said(&town, key, account).pop().unwrap();
    let number = town.of("Bernard");
    assert_eq!(last("Dev", "Dev"), format!("made a gift of 15 min to account {number}, on 5 May"));
    assert_eq!(last("Tobias", "Dev"), "made a gift of 15 min to Bernard, on 5 May");
    assert_eq!(last("Bernard", "Bernard"), "got a gift of 15 min from Dev, on 5 May");
}

/// Goal: of help between two time banks a statement names who helped and who was helped, each on their side, also where
/// the pot stands in for somebody who left. Method: help both ways between Maud and Ann, who is closed; the pot's and
/// Maud's statements, read by who sees both banks, and by who sees one.
#[test]
fn who_left_is_named_on_their_side() {
    let mut town = town();
    town.member("Ann", -20);
    town.broker_of(2, "Quinn");
    let close = api::CloseAccountRequest {
        request_id: fresh(),
        account_number: town.of("Ann"),
        remainder_to_account_number: town.of("A pot"),
        ..Default::default()
    };
    town.close_account("integration", close).unwrap();
    town.recorded("Una", town.helped("Maud", "Ann", HOUR, day(5, 4)));
    town.recorded("Una", town.helped("Ann", "Maud", 2 * HOUR, day(5, 3)));
    let of_pot = |maud: &str| {
        [
            format!("paid 1 h for help that {maud} gave to Ann, on 4 May (entered 5 May)"),
            format!("got 2 h for help that Ann gave to {maud}, on 3 May (entered 5 May)"),
        ]
    };
    assert_eq!(said(&town, "Una", "A pot")[1..], of_pot("Maud"));
    assert_eq!(said(&town, "Tobias", "A pot")[1..], of_pot("somebody in Quillmere"));
    let of_maud = |ann: &str| {
        [
            format!("gave 1 h to {ann}, on 4 May (entered 5 May)"),
            format!("received 2 h from {ann}, on 3 May (entered 5 May)"),
        ]
    };
    assert_eq!(said(&town, "Una", "Maud"), of_maud("Ann"));
    assert_eq!(said(&town, "Quinn", "Maud"), of_maud("somebody in Ashenford"));
}

/// Goal: an entry says who allowed it to pass a limit and why, and who approved it; a member does not hear it.
/// Method: help that goes beyond a floor, and so much that a second person agrees.
#[test]
fn an_entry_says_who_stands_behind_it() {
    let mut town = town();
    town.broker("Rosa");
    let far = api::RecordExchangeRequest {
        limit_reason: "the walk was long".into(),
        ..town.helped("Dev", "Amina", 23 * HOUR, day(5, 3))
    };
    let passed = town.recorded("Rosa", far);
    let behind = |key: &str, sequence| {
        town.get_entry(key, api::GetEntryRequest { sequence, min_sequence: 0 }).unwrap().sentences
    };
    assert_eq!(behind("Tobias", passed), ["allowed by Rosa because the walk was long"]);
    assert!(behind("Dev", passed).is_empty());
    let much = api::RecordExchangeRequest {
        confirmed_amount_seconds: 41 * HOUR,
        limit_reason: "a roof".into(),
        length: of_seconds(41 * HOUR),
        ..town.helped("Dev", "Amina", HOUR, day(5, 2))
    };
    let waiting = waits(town.record_exchange("Tobias", much).unwrap().done);
    let approved = town.approve("Rosa", super::approve_it(waiting)).unwrap();
    let said = behind("Una", super::sequence(&approved.receipt));
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].ends_with(" because a roof"), "{said:?}");
    assert_eq!(said[1], "approved by Rosa");
}
