//! Letters against the books: who gets one, and whether it says what a statement says.

use hourbook::api::{self, Kind};

use super::{letters_for, of_month};
use crate::service::exchange::{Town, approve_it, day, reason, sequence, typed, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

const DAY_SECONDS: i64 = 86_400;

/// Ashenford in May and June: help, a gift, a grant, hours through the pot, a booking, something put right.
fn two_months() -> Town {
    let mut town = Town::new();
    for name in ["Amina", "Bernard", "Cora", "Dev"] {
        town.member(name, -20);
        town.give_key(name, api::Role::Member);
    }
    town.owner("Maud");
    town.account("Maud", (2, api::AccountKind::Member), "Maud", -20);
    town.chooses("Bernard", "A pot", "");
    town.begin_with("A created", &[("A pot", 20 * HOUR), ("Dev", HOUR), ("Amina", -HOUR)]);
    let list = api::AddActivitiesRequest {
        request_id: fresh(),
        bank_number: 1,
        names: vec!["gardening".into()],
        ..Default::default()
    };
    town.add_activities("Una", list).unwrap();
    let hedge =
        api::RecordExchangeRequest { activity_number: 1, ..town.helped("Dev", "Amina", 5_400, day(5, 3)) };
    let mistaken = town.recorded("Tobias", hedge);
    town.recorded("Tobias", town.helped("Cora", "Dev", 2 * HOUR, day(5, 2)));
    town.recorded("Tobias", town.helped("Dev", "Bernard", HOUR, day(5, 5)));
    town.recorded("Una", town.helped("Dev", "Maud", HOUR, day(5, 4)));
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Cora"),
        to_account_number: town.of("Dev"),
        length: typed("0:45"),
        ..Default::default()
    };
    town.gift("Cora", gift).unwrap();

    // The night to 1 June in London, where it is June an hour before it is in UTC.
    town.served.clock.advance_seconds(26 * DAY_SECONDS + 14 * HOUR + 1_800);
    town.recorded("Tobias", town.helped("Amina", "Dev", 900, day(5, 31)));
    town.book_hours(
        "Tobias",
        api::BookHoursRequest { day: Some(day(6, 9)), ..town.booking("Cora", "Dev", HOUR) },
    )
    .unwrap();
    let mend = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: mistaken,
        reason: "it was Cora".into(),
        ..Default::default()
    };
    // A broker may for a month.
    town.put_right("Tobias", mend).unwrap();
    town
}

/// What a member reads in their own statement of a month, oldest first: a line with its kind.
fn statement(town: &Town, who: &str, month: i32) -> Vec<api::StatementLine> {
    let request =
        api::ListStatementRequest { account_number: town.of(who), page_size: 1_000, ..Default::default() };
    let mut lines = town.list_statement(who, request).unwrap().lines;
    lines.reverse();
    let zone = jiff::tz::TimeZone::get("Europe/London").unwrap();
    lines.retain(|line| {
        let seconds = line.recorded_at.unwrap().seconds;
        let written = jiff::Timestamp::from_second(seconds).unwrap().to_zoned(zone.clone());
        i32::from(written.month()) == month
    });
    lines
}

/// Goal: a letter says what its reader's own statement says, line by line; its sums are those of the lines; what one month
/// ends with the next begins with, and the last is the balance; whoever asks, it is the same letter. Method: everybody's two
/// months, as the broker, as the lead and as themselves hear them, against `ListStatement` and `GetBalance`; sums are added
/// up here from kinds and signs.
#[test]
fn a_letter_is_the_statement_of_its_month() {
    let town = two_months();
    for who in ["Amina", "Bernard", "Cora", "Dev"] {
        let mut ends_with = 0;
        for month in [5, 6] {
            let request = of_month(month, town.owner_number(who));
            let (letters, all) = letters_for(&town, "Tobias", request).unwrap();
            let [letter] = letters.as_slice() else { panic!("{who} {month}: {letters:?}") };
            assert_eq!((all.letters_count, all.sequence), (1, town.position()));
            for key in [who, "Una"] {
                assert_eq!(letters_for(&town, key, request).unwrap().0, letters, "{key} {who} {month}");
            }
            let lines = statement(&town, who, month);
            // Read in 2026: a statement leaves the year of its days out, paper does not.
            let told: Vec<_> = letter
                .lines
                .iter()
                .map(|l| (l.sentence.replace(" 2026", ""), l.change_seconds, l.posted_seconds, l.day))
                .collect();
            assert!(letter.lines.iter().all(|line| line.sentence.contains(" 2026")), "{letter:?}");
            let read: Vec<_> = lines
                .iter()
                .map(|l| (l.sentence.clone(), l.change_seconds, l.posted_seconds, l.day))
                .collect();
            assert_eq!(told, read, "{who} {month}");

            let sum = |kinds: &[Kind], sign: i64| {
                let fits = |line: &&api::StatementLine| {
                    kinds.contains(&line.kind()) && line.change_seconds * sign > 0
                };
                lines.iter().filter(fits).map(|line| line.change_seconds.abs()).sum::<i64>()
            };
            let help = [Kind::Exchange, Kind::Group, Kind::Community];
            assert_eq!(letter.gave_seconds, sum(&help, 1), "{who} {month}");
            assert_eq!(letter.received_seconds, sum(&help, -1), "{who} {month}");
            assert_eq!(letter.used_seconds, sum(&[Kind::Redemption], -1), "{who} {month}");
            let change: i64 = lines.iter().map(|line| line.change_seconds).sum();
            let other = change - letter.gave_seconds + letter.received_seconds + letter.used_seconds;
            assert_eq!(letter.other_seconds, other, "{who} {month}");
            assert_eq!(letter.before_seconds, ends_with, "{who} {month}");
            assert_eq!(letter.after_seconds, ends_with + change, "{who} {month}");
            assert_eq!((letter.is_over, letter.bank_name.as_str()), (month == 5, "Ashenford"));
            ends_with = letter.after_seconds;
            if month == 6 {
                assert_eq!((letter.after_seconds, letter.held_seconds), (town.posted(who), town.held(who)));
            }
        }
    }
    // By hand: Dev had 1 h, gave 1 h 30 min, 1 h and 1 h, received 2 h and was given 45 min; in June 15 min were received, and
    // the hedge went back.
    let (letters, _) = letters_for(&town, "Tobias", of_month(5, town.owner_number("Dev"))).unwrap();
    let may = &letters[0];
    assert_eq!((may.before_seconds, may.gave_seconds, may.received_seconds), (0, 12_600, 2 * HOUR));
    assert_eq!((may.used_seconds, may.other_seconds, may.after_seconds), (0, HOUR + 2_700, 11_700));
    let (letters, _) = letters_for(&town, "Tobias", of_month(6, town.owner_number("Dev"))).unwrap();
    let june = &letters[0];
    assert_eq!((june.received_seconds, june.other_seconds, june.held_seconds), (900, -5_400, HOUR));
    assert_eq!(june.lines.len(), 3);
    assert!(
        june.lines[0].sentence.ends_with("on 31 May 2026 (entered 1 June 2026)"),
        "{:?}",
        june.lines[0].sentence
    );
}

/// Goal: a letter of a month that is over says the same whenever it is printed, in another year too. Method: that of May in
/// June and more than a year later.
#[test]
fn a_letter_does_not_change() {
    let town = two_months();
    let may = || {
        let (letters, _) = letters_for(&town, "Tobias", of_month(5, town.owner_number("Dev"))).unwrap();
        letters.into_iter().map(|letter| api::Letter { as_of_sequence: 0, ..letter }).collect::<Vec<_>>()
    };
    let before = may();
    town.served.clock.advance_seconds(400 * DAY_SECONDS);
    assert_eq!(may(), before);
}

/// Goal: hours used at a till are said as used, on both sides, and a refund is not taken off them. Method: a redemption as the
/// books have it, and a part of it given back.
#[test]
fn hours_used_are_a_sum_of_their_own() {
    let mut town = Town::new();
    town.member("Dev", -20);
    town.owner("Cafe");
    town.account("Cafe", (1, api::AccountKind::Organisation), "Cafe", 0);
    let used = api::PostEntryRequest {
        request_id: fresh(),
        kind: Kind::Redemption.into(),
        transfers: vec![crate::support::served::transfer(town.of("Dev"), town.of("Cafe"), 2 * HOUR)],
        ..Default::default()
    };
    let original_sequence = sequence(&town.post_entry("integration", used).unwrap().receipt);
    let back = api::ReverseEntryRequest {
        request_id: fresh(),
        original_sequence,
        is_refund: true,
        parts: vec![api::ReversedPart { transfer_index: 0, amount_seconds: HOUR }],
        ..Default::default()
    };
    town.reverse_entry("integration", back).unwrap();
    let sums = |who: &str| {
        let (letters, _) = letters_for(&town, "Tobias", of_month(5, town.owner_number(who))).unwrap();
        let letter = &letters[0];
        (letter.used_seconds, letter.other_seconds, letter.after_seconds)
    };
    assert_eq!(sums("Dev"), (2 * HOUR, HOUR, -HOUR));
    assert_eq!(sums("Cafe"), (0, HOUR, HOUR));
}

/// What is known of somebody in a bank, who agreed to letters or not.
fn created(
    town: &Town,
    (bank_number, kind): (u32, api::PersonKind),
    name: &str,
    agreed: Option<bool>,
) -> (u32, u32) {
    let consent =
        |is_given| api::Consent { purpose: api::Purpose::Post.into(), is_given, day: Some(day(5, 5)) };
    let profile = api::Profile {
        name: name.into(),
        large_print: name.starts_with('L'),
        contacts: vec![api::Contact { kind: api::ContactKind::Post.into(), text: format!("{name} Lane") }],
        consents: agreed.map(consent).into_iter().collect(),
        ..Default::default()
    };
    let request = api::CreatePersonRequest {
        request_id: fresh(),
        bank_number,
        kind: kind.into(),
        profile: Some(profile),
        ..Default::default()
    };
    let made = town.create_person("Una", request).unwrap();
    (made.owner_number, made.account_number)
}

/// Goal: letters go to members and organisations of the bank who agreed to letters, one an account, in the order of their
/// numbers; not to partners, staff, other banks, whoever closed before the month, joined after it or is forgotten; where
/// nobody wants one there are none, and that is said. Method: one of each.
#[test]
fn letters_go_to_those_who_want_them() {
    use api::PersonKind::{Member, Organisation, Partner, Staff};
    let town = Town::new();
    assert_eq!(letters_for(&town, "Tobias", of_month(5, 0)).unwrap().1.letters_count, 0);
    let (_, large) = created(&town, (1, Member), "Lena", Some(true));
    let (quiet, _) = created(&town, (1, Member), "Nobody asked", None);
    created(&town, (1, Member), "Says no", Some(false));
    let (_, hall) = created(&town, (1, Organisation), "Hall", Some(true));
    let (cafe, _) = created(&town, (1, Partner), "Cafe", Some(true));
    created(&town, (1, Staff), "Sam", Some(true));
    let (far, _) = created(&town, (2, Member), "Far", Some(true));
    let (_, left) = created(&town, (1, Member), "Gone", Some(true));
    let close = api::CloseMemberRequest { request_id: fresh(), account_number: left, ..Default::default() };
    let waiting = waits(town.close_member("Una", close).unwrap().done);
    town.approve("Tobias", approve_it(waiting)).unwrap();
    let (forgotten, _) = created(&town, (1, Member), "Forgotten", Some(true));
    let erase =
        api::EraseMemberRequest { request_id: fresh(), owner_number: forgotten, ..Default::default() };
    town.erase_member("Una", erase).unwrap();

    let whose = |month| {
        let (letters, _) = letters_for(&town, "Tobias", of_month(month, 0)).unwrap();
        letters.iter().map(|letter| letter.account_number).collect::<Vec<_>>()
    };
    let may = whose(5);
    assert_eq!(may[..3], [large, hall, left], "closed in May, so there is a last letter");
    assert_eq!(may.len(), 4, "to be forgotten is not forgotten yet");
    let (letters, _) = letters_for(&town, "Tobias", of_month(5, 0)).unwrap();
    let first = &letters[0];
    assert_eq!((first.name.as_str(), first.address.as_str(), first.large_print), ("Lena", "Lena Lane", true));
    assert_eq!((letters[1].name.as_str(), letters[1].large_print), ("Hall", false));

    town.served.clock.advance_seconds(30 * DAY_SECONDS);
    let (_, new) = created(&town, (1, Member), "New", Some(true));
    // Whoever writes something wakes what is due.
    crate::support::wait_until("forgotten", || whose(6).len() < 4);
    assert_eq!(whose(6), [large, hall, new]);
    assert_eq!(whose(5), [large, hall, left], "joined in June");

    // Whoever asks for one at the desk gets it; others do not hear who is there.
    assert_eq!(letters_for(&town, "Tobias", of_month(6, quiet)).unwrap().0.len(), 1);
    let refused = |key, request| reason(letters_for(&town, key, request));
    assert_eq!(refused("Tobias", of_month(6, far)), "OWNER_NOT_FOUND");
    assert_eq!(
        refused("Tobias", api::StreamLettersRequest { bank_number: 2, ..of_month(6, 0) }),
        "BANK_NOT_FOUND"
    );
    assert_eq!(refused("Tobias", of_month(6, cafe)), "owner_number");
    assert_eq!(refused("Tobias", of_month(7, 0)), "month");
}

/// Goal: a member gets their own letter and nobody else's, and everybody's is theirs alone. Method: Dev, with a key of his own.
#[test]
fn members_get_their_own_letters() {
    let town = two_months();
    let dev = town.owner_number("Dev");
    let (letters, _) = letters_for(&town, "Dev", of_month(5, dev)).unwrap();
    assert_eq!(letters.len(), 1);
    let refused = letters_for(&town, "Dev", of_month(5, town.owner_number("Cora")));
    assert_eq!(reason(refused), "OWNER_NOT_FOUND");
    assert_eq!(
        letters_for(&town, "Dev", of_month(5, 0)).unwrap().1.letters_count,
        0,
        "he did not agree to letters"
    );
    for line in &letters[0].lines {
        assert!(!line.sentence.contains("paid by"), "who paid for Bernard is not for Dev: {}", line.sentence);
    }
}

/// Goal: a month with more lines than are printed has all of them in its sums, and the newest are printed. Method: 1,003 times
/// of help in a month, over a line of the month before.
#[test]
fn a_long_month_adds_up() {
    let mut town = Town::new();
    town.member("Dev", -1_000);
    town.member("Cora", -1_000);
    town.begin_with("A created", &[("Dev", 7 * HOUR)]);
    town.served.clock.advance_seconds(30 * DAY_SECONDS);
    let transfer = crate::support::served::transfer(town.of("Cora"), town.of("Dev"), 60);
    for _ in 0..1_003 {
        let request = api::PostEntryRequest {
            request_id: fresh(),
            kind: Kind::Exchange.into(),
            transfers: vec![transfer],
            ..Default::default()
        };
        town.post_entry("integration", request).unwrap();
    }
    let (letters, _) = letters_for(&town, "Tobias", of_month(6, town.owner_number("Dev"))).unwrap();
    let letter = &letters[0];
    assert_eq!((letter.before_seconds, letter.gave_seconds, letter.other_seconds), (7 * HOUR, 1_003 * 60, 0));
    assert_eq!((letter.lines.len(), letter.lines_left_out), (1_000, 3));
    assert_eq!(letter.lines[999].posted_seconds, letter.after_seconds);
    assert_eq!(letter.lines[0].posted_seconds, 7 * HOUR + 4 * 60);
}
