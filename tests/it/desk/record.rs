//! The help somebody gave, against what was written down.

use hourbook::api;

use super::{letters_for, of_month};
use crate::service::exchange::{Town, day, of_seconds, reason, sequence};
use crate::support::HOUR;
use crate::support::served::fresh;

fn asked(town: &Town, who: &str, (from, through): (i32, i32)) -> api::GetRecordOfHelpRequest {
    api::GetRecordOfHelpRequest {
        owner_number: town.owner_number(who),
        from_day: Some(day(5, from)),
        through_day: Some(day(5, through)),
        ..Default::default()
    }
}

/// Seconds and occasions by activity, and all of them.
fn help(town: &Town, who: &str, days: (i32, i32)) -> (Vec<(String, i64, u64)>, i64, u64) {
    let record = town.get_record_of_help("Tobias", asked(town, who, days)).unwrap();
    let help = record.help.iter().map(|one| (one.activity_name.clone(), one.seconds, one.times)).collect();
    (help, record.total_seconds, record.times)
}

fn town() -> Town {
    let mut town = Town::new();
    for name in ["Amina", "Bernard", "Cora", "Dev", "Ivy"] {
        town.member(name, -20);
        town.give_key(name, api::Role::Member);
    }
    town.owner("Maud");
    town.account("Maud", (2, api::AccountKind::Member), "Maud", -20);
    town.owner("Hall");
    town.account("Hall", (1, api::AccountKind::Organisation), "Hall", -20);
    town.begin_with("A created", &[("A pot", 20 * HOUR), ("Amina", HOUR)]);
    let list = api::AddActivitiesRequest {
        request_id: fresh(),
        bank_number: 1,
        names: vec!["gardening".into(), "lifts".into()],
        ..Default::default()
    };
    town.add_activities("Una", list).unwrap();
    town
}

/// Goal: help counts for whoever gave it, by activity and day, whoever pays and wherever the hours go: to them, to the pot, to
/// an organisation, over to another bank; and nothing else does. Method: one of each, added up by hand; days before and after
/// are not in it.
#[test]
fn help_counts_for_who_gave_it() {
    let town = town();
    let of = |activity_number, request| api::RecordExchangeRequest { activity_number, ..request };
    town.recorded("Tobias", of(1, town.helped("Dev", "Amina", 5_400, day(5, 3))));
    town.recorded("Tobias", of(2, town.helped("Dev", "Amina", 900, day(5, 1))));
    // Received, a gift, a grant: none of Dev's help.
    town.recorded("Tobias", of(1, town.helped("Amina", "Dev", HOUR, day(5, 3))));
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Amina"),
        to_account_number: town.of("Dev"),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    town.gift("Amina", gift).unwrap();
    assert_eq!(help(&town, "Dev", (1, 5)).1, 5_400 + 900);
    // The pot pays for Bernard.
    town.chooses("Bernard", "A pot", "");
    town.recorded("Tobias", town.helped("Dev", "Bernard", HOUR, day(5, 4)));
    assert_eq!(help(&town, "Dev", (1, 5)).1, 5_400 + 900 + HOUR);
    // Cora's hours go to the pot: her account has no line of it.
    town.chooses("Cora", "", "A pot");
    town.recorded("Tobias", of(1, town.helped("Cora", "Amina", 2 * HOUR, day(5, 4))));
    assert_eq!(town.posted("Cora"), 0);
    assert_eq!(help(&town, "Cora", (1, 5)), (vec![("gardening".into(), 2 * HOUR, 1)], 2 * HOUR, 1));
    // In the name of the hall: its hours, Dev's help.
    let hall = api::RecordExchangeRequest {
        in_the_name_of_account_number: town.of("Hall"),
        ..of(2, town.helped("Dev", "Ivy", HOUR, day(5, 5)))
    };
    town.recorded("Tobias", hall);
    assert_eq!(town.posted("Hall"), HOUR);
    // Two entries' worth of transfers, one hour.
    town.recorded("Una", of(1, town.helped("Dev", "Maud", HOUR, day(5, 5))));

    let (by_activity, total, times) = help(&town, "Dev", (1, 5));
    let expected = [("gardening", 5_400 + HOUR, 2), ("lifts", 900 + HOUR, 2), ("", HOUR, 1)];
    assert_eq!(by_activity, expected.map(|(name, seconds, times)| (name.to_owned(), seconds, times)));
    assert_eq!((total, times), (5_400 + 900 + 3 * HOUR, 5));
    assert_eq!(help(&town, "Dev", (2, 3)), (vec![("gardening".into(), 5_400, 1)], 5_400, 1));
    assert_eq!(help(&town, "Hall", (1, 5)), (Vec::new(), 0, 0), "the hall gave nothing by itself");
    assert_eq!(help(&town, "Ivy", (1, 5)), (Vec::new(), 0, 0));
}

/// What a letter of this month says of help: to their account, to pots, to others; from their account, paid by others; and its
/// text.
fn letter(town: &Town, who: &str) -> ([i64; 5], String) {
    letter_in(town, "Tobias", who)
}

fn letter_in(town: &Town, key: &str, who: &str) -> ([i64; 5], String) {
    let (letters, _) = letters_for(town, key, of_month(5, town.owner_number(who))).unwrap();
    let letter = &letters[0];
    let help = [
        letter.gave_seconds,
        letter.gave_to_pots_seconds,
        letter.gave_to_others_seconds,
        letter.received_seconds,
        letter.received_paid_by_others_seconds,
    ];
    let change = letter.gave_seconds - letter.received_seconds - letter.used_seconds + letter.other_seconds;
    assert_eq!(letter.before_seconds + change, letter.after_seconds, "{who}");
    (help, hourbook::letters::text(&hourbook::letters::letter(letter)))
}

/// Goal: a letter counts help as the record does, also where its hours moved other accounts: to a pot, in the name of an
/// organisation, paid by a pot; it says so, the rest adds up, and what is put right in the month is taken off. Method: one of
/// each; the figures, the words, and the record beside them; everybody's letters say the same as those of one.
#[test]
fn a_letter_counts_help_whose_hours_went_elsewhere() {
    let town = town();
    town.chooses("Bernard", "A pot", "");
    town.chooses("Cora", "", "A pot");
    let mistaken = town.recorded("Tobias", town.helped("Cora", "Amina", 2 * HOUR, day(5, 4)));
    town.recorded("Tobias", town.helped("Dev", "Bernard", HOUR, day(5, 4)));
    let hall = api::RecordExchangeRequest {
        in_the_name_of_account_number: town.of("Hall"),
        ..town.helped("Dev", "Ivy", HOUR / 2, day(5, 5))
    };
    town.recorded("Tobias", hall);
    town.recorded("Una", town.helped("Dev", "Maud", HOUR, day(5, 5)));

    let (help_of_cora, text) = letter(&town, "Cora");
    assert_eq!(help_of_cora, [0, 2 * HOUR, 0, 0, 0]);
    assert!(text.contains("You gave help                          2 hours\n"), "{text}");
    assert!(text.contains("Of that went to a pot                  2 hours\n"), "{text}");
    assert!(
        text.contains("No hours came to this account") && !text.contains("Nothing was written down"),
        "{text}"
    );
    let (help_of_bernard, text) = letter(&town, "Bernard");
    assert_eq!(help_of_bernard, [0, 0, 0, 0, HOUR]);
    assert!(text.contains("You received help                      1 hour\n"), "{text}");
    assert!(text.contains("Of that others paid for you            1 hour\n"), "{text}");
    assert_eq!(letter(&town, "Dev").0, [2 * HOUR, 0, HOUR / 2, 0, 0]);
    assert_eq!(
        letter_in(&town, "Una", "Maud").0,
        [0, 0, 0, HOUR, 0],
        "the other bank's books have a line of it"
    );
    for who in ["Cora", "Dev", "Bernard", "Amina"] {
        let (counted, _) = letter(&town, who);
        assert_eq!(counted[..3].iter().sum::<i64>(), help(&town, who, (1, 5)).1, "{who}");
    }

    let put_right = |seconds| {
        let part = api::ReversedPart { transfer_index: 0, amount_seconds: seconds };
        let request = api::PutRightRequest {
            request_id: fresh(),
            original_sequence: mistaken,
            parts: vec![part],
            reason: "a slip".into(),
            ..Default::default()
        };
        town.put_right("Tobias", request).unwrap();
    };
    put_right(HOUR / 2);
    assert_eq!(letter(&town, "Cora").0, [0, 3 * HOUR / 2, 0, 0, 0]);
    // In another month it leaves the letter of this one alone, and begins none below zero.
    town.served.clock.advance_seconds(28 * 86_400);
    town.chooses("Ivy", "", "");
    put_right(HOUR / 2);
    assert_eq!(letter(&town, "Cora").0, [0, 3 * HOUR / 2, 0, 0, 0]);
    let (june, _) = letters_for(&town, "Tobias", of_month(6, town.owner_number("Cora"))).unwrap();
    assert_eq!(june[0].gave_to_pots_seconds, 0);
}

/// Goal: an hour of a group is one hour of each who gave it, also where all runs through the pot and something is left over
/// there, and where those who gave take part. Method: sessions by several rules, with the pot as keeper.
#[test]
fn a_group_counts_once() {
    let town = town();
    let session = |rule: api::GroupRule, givers: &[(&str, i64)], took: &[&str], of_day| {
        let givers = givers.iter().map(|(who, seconds)| api::GroupGiver {
            account_number: town.of(who),
            length: of_seconds(*seconds),
        });
        let request = api::RecordGroupExchangeRequest {
            request_id: fresh(),
            rule: rule.into(),
            givers: givers.collect(),
            participant_account_numbers: took.iter().map(|who| town.of(who)).collect(),
            keeper_account_number: town.of("A pot"),
            occurred_on: Some(day(5, of_day)),
            ..Default::default()
        };
        sequence(&town.record_group_exchange("Tobias", request).unwrap().done.unwrap().receipt)
    };
    session(api::GroupRule::EachPaysSession, &[("Dev", HOUR)], &["Amina", "Cora", "Ivy"], 1);
    assert_eq!(help(&town, "Dev", (1, 5)), (vec![(String::new(), HOUR, 1)], HOUR, 1));
    session(
        api::GroupRule::SplitProviderTimeCeil,
        &[("Dev", 5_400), ("Cora", HOUR)],
        &["Amina", "Ivy", "Bernard"],
        2,
    );
    assert_eq!((help(&town, "Dev", (2, 2)).1, help(&town, "Cora", (2, 2)).1), (5_400, HOUR));
    session(api::GroupRule::PotPaysProvider, &[("Dev", 2 * HOUR)], &[], 3);
    assert_eq!(help(&town, "Dev", (3, 3)).1, 2 * HOUR);
    town.chooses("Dev", "", "A pot");
    session(
        api::GroupRule::SplitProviderTimeCeil,
        &[("Dev", 5_400)],
        &["Amina", "Cora", "Ivy", "Bernard"],
        4,
    );
    assert_eq!(
        help(&town, "Dev", (4, 4)),
        (vec![(String::new(), 5_400, 1)], 5_400, 1),
        "his hours stay with the pot"
    );
    assert_eq!(help(&town, "Dev", (1, 5)).2, 4);
}

/// Goal: what is put right is no help, as far as it was, and again is where that was put right; a confirmed proposal is help, an
/// open one is not; as of an earlier entry, it is as it was. Method: one after the other, the record after each.
#[test]
fn what_is_put_right_does_not_count() {
    let town = town();
    let given = town.recorded("Tobias", town.helped("Dev", "Amina", 2 * HOUR, day(5, 3)));
    let put_right = |original_sequence, seconds| {
        let part = api::ReversedPart { transfer_index: 0, amount_seconds: seconds };
        let request = api::PutRightRequest {
            request_id: fresh(),
            original_sequence,
            parts: vec![part],
            reason: "a slip".into(),
            ..Default::default()
        };
        sequence(&town.put_right("Tobias", request).unwrap().done.unwrap().receipt)
    };
    let dev = || help(&town, "Dev", (1, 5));
    assert_eq!((dev().1, dev().2), (2 * HOUR, 1));
    let part = put_right(given, HOUR / 2);
    assert_eq!((dev().1, dev().2), (5_400, 1));
    put_right(given, 5_400);
    assert_eq!(dev(), (Vec::new(), 0, 0));
    let again =
        api::ReverseEntryRequest { request_id: fresh(), original_sequence: part, ..Default::default() };
    town.reverse_entry("integration", again).unwrap();
    assert_eq!((dev().1, dev().2), (HOUR / 2, 1));

    let at = |at_sequence| {
        let request =
            api::GetRecordOfHelpRequest { at_sequence: Some(at_sequence), ..asked(&town, "Dev", (1, 5)) };
        town.get_record_of_help("Tobias", request).unwrap().total_seconds
    };
    assert_eq!([at(given - 1), at(given), at(part)], [0, 2 * HOUR, 5_400]);

    let proposal_sequence =
        town.proposed("Ivy", town.said(("Ivy", "Cora"), api::Side::Giver, HOUR, day(5, 4)));
    let ivy = || help(&town, "Ivy", (4, 4)).1;
    assert_eq!(ivy(), 0);
    let confirm =
        api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    town.confirm_exchange("Cora", confirm).unwrap();
    assert_eq!(ivy(), HOUR);
}

/// Goal: members get their own record and nobody else's, a broker those of their bank; the record says who, which bank and of
/// which position. Method: each asks.
#[test]
fn who_gets_a_record() {
    let town = town();
    town.recorded("Tobias", town.helped("Dev", "Amina", HOUR, day(5, 3)));
    let record = town.get_record_of_help("Dev", asked(&town, "Dev", (1, 5))).unwrap();
    assert_eq!(
        (record.name.as_str(), record.bank_name.as_str(), record.total_seconds),
        ("Dev", "Ashenford", HOUR)
    );
    assert_eq!((record.sequence, record.said_on), (town.position(), Some(day(5, 5))));
    assert_eq!(town.get_record_of_help("Tobias", asked(&town, "Dev", (1, 5))).unwrap(), record);
    assert_eq!(reason(town.get_record_of_help("Dev", asked(&town, "Amina", (1, 5)))), "OWNER_NOT_FOUND");
    assert_eq!(reason(town.get_record_of_help("Tobias", asked(&town, "Maud", (1, 5)))), "OWNER_NOT_FOUND");
    assert_eq!(reason(town.get_record_of_help("Tobias", asked(&town, "Dev", (1, 6)))), "through_day");
}
