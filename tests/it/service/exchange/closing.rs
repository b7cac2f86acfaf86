//! Accounts closed by a lead and somebody else.

use hourbook::api;

use super::{Town, approve_it, day, reason, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

impl Town {
    fn close(&self, who: &str, rest_to: &str) -> api::CloseMemberRequest {
        api::CloseMemberRequest {
            request_id: fresh(),
            account_number: self.of(who),
            remainder_to_account_number: if rest_to.is_empty() { 0 } else { self.of(rest_to) },
            reason: "moved away".into(),
            validate_only: false,
        }
    }

    /// Under which number Una's request waits.
    fn asked_to_close(&self, who: &str, rest_to: &str) -> u64 {
        waits(self.close_member("Una", self.close(who, rest_to)).unwrap().done)
    }

    /// Hours of the first set aside for the second.
    fn booked(&self, receiver: &str, giver: &str, hours: i64) {
        let booking = self.booking(giver, receiver, hours * HOUR);
        self.book_hours("Tobias", api::BookHoursRequest { is_another: true, ..booking }).unwrap();
    }
}

/// Goal: closing waits for somebody else, and until then nothing is let go; then what is left goes where it was said,
/// else where its owner chose, else to the pot, and what is missing the pot makes good and nobody else. Method: five
/// people; hours set aside meanwhile; a wish for an account that closes first; help from before.
#[test]
fn the_pot_makes_good() {
    let mut town = Town::new();
    for name in ["Ann", "Ben", "Cat", "Dev", "Eve"] {
        town.member(name, -10);
    }
    town.give_key("Dev", api::Role::Broker);
    town.begin_with(
        "A created",
        &[("A pot", 5 * HOUR), ("Ann", 3 * HOUR), ("Ben", 2 * HOUR), ("Cat", -3 * HOUR)],
    );
    town.booked("Ann", "Dev", 1);
    let checked = api::CloseMemberRequest { validate_only: true, ..town.close("Ann", "Dev") };
    assert!(town.close_member("Una", checked).unwrap().done.unwrap().receipt.is_none());
    let listed = api::ListWaitingRequest { bank_number: 1, ..Default::default() };
    let request = town.close("Ann", "Eve");
    let of_ann = waits(town.close_member("Una", request.clone()).unwrap().done);
    assert_eq!(of_ann, waits(town.close_member("Una", request).unwrap().done), "asked again");
    assert_eq!((town.posted("Ann"), town.held("Ann")), (3 * HOUR, HOUR));
    let waiting = town.list_waiting("Tobias", listed).unwrap().waiting;
    let told = waiting.iter().map(|one| (one.number, one.closes_account_number, one.rest_to_account_number));
    assert_eq!(
        Vec::from_iter(told),
        [(of_ann, town.of("Ann"), town.of("Eve"))],
        "whose account, and who gains"
    );
    // Whoever asked cannot agree, and lets go nothing by trying.
    assert_eq!(reason(town.approve("Una", approve_it(of_ann))), "SECOND_PERSON_NEEDED");
    assert_eq!(town.held("Ann"), HOUR);
    let agree = approve_it(of_ann);
    town.approve("Tobias", agree.clone()).unwrap();
    assert_eq!(["Ann", "Eve"].map(|name| town.posted(name)), [0, 3 * HOUR]);
    assert!(town.approve("Tobias", agree).unwrap().receipt.unwrap().repeated);
    assert_eq!(reason(town.approve("Tobias", approve_it(of_ann))), "NOTHING_WAITS");

    // Who gains by it cannot agree to it.
    let of_ben = town.asked_to_close("Ben", "Dev");
    assert_eq!(reason(town.approve("Dev", approve_it(of_ben))), "SECOND_PERSON_NEEDED");
    // By then Ben owes: the pot makes it good, not Dev.
    town.recorded("Tobias", town.helped("Eve", "Ben", 4 * HOUR, day(5, 4)));
    town.approve("Tobias", approve_it(of_ben)).unwrap();
    assert_eq!(["Ben", "Dev", "A pot", "Eve"].map(|name| town.posted(name)), [0, 0, 3 * HOUR, 7 * HOUR]);

    let of_cat = town.asked_to_close("Cat", "Dev");
    let decline = api::DeclineRequest { request_id: fresh(), waiting_number: of_cat, ..Default::default() };
    town.decline("Tobias", decline).unwrap();
    assert_eq!(town.posted("Cat"), -3 * HOUR);
    town.approve("Tobias", approve_it(town.asked_to_close("Cat", "Dev"))).unwrap();
    assert_eq!(["Cat", "Dev", "A pot"].map(|name| town.posted(name)), [0, 0, 0]);

    // Eve chose Dev, who is closed before she is.
    let choice = api::SetMemberStandingRequest {
        request_id: fresh(),
        owner_number: town.owners["Eve"],
        rest_to_account_number: town.of("Dev"),
        ..Default::default()
    };
    let own = api::SetMemberStandingRequest { rest_to_account_number: town.of("Eve"), ..choice.clone() };
    assert_eq!(reason(town.set_member_standing("Tobias", own)), "rest_to_account_number");
    town.set_member_standing("Tobias", choice).unwrap();
    let of_eve = town.asked_to_close("Eve", "");
    let why = town.get_entry("Una", api::GetEntryRequest { sequence: of_eve, min_sequence: 0 }).unwrap();
    assert_eq!(why.entry.unwrap().details.unwrap().reason, "moved away");
    town.approve("Tobias", approve_it(town.asked_to_close("Dev", ""))).unwrap();
    town.approve("Tobias", approve_it(of_eve)).unwrap();
    assert_eq!(["Eve", "A pot"].map(|name| town.posted(name)), [0, 7 * HOUR]);

    for (request, expected) in [
        (town.close("Ann", ""), "ACCOUNT_CLOSED"),
        (town.close("A pot", "Ann"), "account_number"),
        (api::CloseMemberRequest { account_number: 90_007, ..town.close("Ann", "") }, "account_number"),
        (api::CloseMemberRequest { reason: "x".repeat(901), ..town.close("Ann", "") }, "reason"),
    ] {
        assert_eq!(reason(town.close_member("Una", request.clone())), expected, "{request:?}");
    }
    // Help from before still counts: the pot pays for who left.
    town.member("Fay", -10);
    town.recorded("Tobias", town.helped("Fay", "Ann", HOUR, day(5, 3)));
    assert_eq!(["A pot", "Fay"].map(|name| town.posted(name)), [6 * HOUR, HOUR]);
}

/// Goal: what is left goes where its owner chose, if nobody says otherwise. Method: one who chose and one who did too,
/// but was asked again.
#[test]
fn as_they_chose() {
    let mut town = Town::new();
    for name in ["Ann", "Ben", "Dev", "Eve"] {
        town.member(name, -10);
    }
    town.begin_with("A created", &[("Ann", 3 * HOUR), ("Ben", 2 * HOUR)]);
    for name in ["Ann", "Ben"] {
        let choice = api::SetMemberStandingRequest {
            request_id: fresh(),
            owner_number: town.owners[name],
            rest_to_account_number: town.of("Dev"),
            ..Default::default()
        };
        town.set_member_standing("Tobias", choice).unwrap();
    }
    town.approve("Tobias", approve_it(town.asked_to_close("Ann", ""))).unwrap();
    town.approve("Tobias", approve_it(town.asked_to_close("Ben", "Eve"))).unwrap();
    assert_eq!(["Dev", "Eve"].map(|name| town.posted(name)), [3 * HOUR, 2 * HOUR]);
}

/// Goal: one call lets go a hundred holds and no more, says that there is more, and the next goes on. Method: 101.
#[test]
fn a_hundred_at_a_time() {
    let mut town = Town::new();
    for name in ["Ann", "Ben"] {
        town.member(name, -10);
    }
    town.begin_with("A created", &[("Ann", 110 * HOUR)]);
    for _ in 0..101 {
        town.booked("Ann", "Ben", 1);
    }
    assert_eq!(reason(town.close_member("Una", town.close("Ann", "Ann"))), "SAME_ACCOUNT");
    let of_ann = town.asked_to_close("Ann", "");
    let agree = approve_it(of_ann);
    assert_eq!(reason(town.approve("Una", agree.clone())), "SECOND_PERSON_NEEDED");
    assert_eq!(town.held("Ann"), 101 * HOUR);
    assert_eq!(reason(town.approve("Tobias", agree.clone())), "HOLDS_OPEN");
    assert_eq!(town.held("Ann"), HOUR);
    town.approve("Tobias", agree).unwrap();
    assert_eq!((town.held("Ann"), town.posted("A pot")), (0, 110 * HOUR));
}

/// Goal: help of a day up to the one an account was closed on is written down whichever way it is told, and the pot
/// stands in for who left; help of a day after it is not, and the day is named. Method: Ann, closed on 5 May; the next
/// day, as giver and as receiver: one exchange, a session, and an exchange with Maud of the other bank.
#[test]
fn only_help_from_before() {
    let mut town = Town::new();
    for name in ["Ann", "Ben", "Dev"] {
        town.member(name, -10);
    }
    town.owner("Maud");
    town.account("Maud", (2, api::AccountKind::Member), "Maud", -10);
    town.begin_with("A created", &[("A pot", 5 * HOUR)]);
    town.approve("Tobias", approve_it(town.asked_to_close("Ann", ""))).unwrap();
    town.served.clock.advance_seconds(86_400);
    let session = |giver: &str, participants: [&str; 2], on| api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::SplitProviderTime.into(),
        givers: vec![api::GroupGiver { account_number: town.of(giver), length: super::of_seconds(2 * HOUR) }],
        participant_account_numbers: participants.map(|name| town.of(name)).to_vec(),
        occurred_on: Some(day(5, on)),
        ..Default::default()
    };
    for on in [6, 5] {
        let mut heard = Vec::new();
        for (giver, receiver) in [("Ann", "Ben"), ("Ben", "Ann"), ("Ann", "Maud"), ("Maud", "Ann")] {
            // The same people the other way round look like one exchange.
            let told = town.helped(giver, receiver, HOUR, day(5, on));
            let told = api::RecordExchangeRequest { is_another: true, ..told };
            heard.push(town.record_exchange("Una", told).map(|answer| answer.done));
        }
        for told in [session("Ann", ["Ben", "Dev"], on), session("Ben", ["Ann", "Dev"], on)] {
            let told = api::RecordGroupExchangeRequest { is_another: true, ..told };
            heard.push(town.record_group_exchange("Una", told).map(|answer| answer.done));
        }
        for answer in heard {
            if on == 5 {
                super::number(&answer.unwrap().unwrap());
                continue;
            }
            let refused = answer.unwrap_err();
            assert!(refused.message().contains("was closed on 2026-05-05"), "{refused:?}");
            assert_eq!(reason::<()>(Err(refused)), "ACCOUNT_CLOSED");
        }
    }
    // Given to Ben and got from him, given to Maud and got from her; two hours given, one got.
    assert_eq!(["A pot", "Maud"].map(|name| town.posted(name)), [6 * HOUR, 0]);
    assert_eq!(["Ben", "Dev", "Ann"].map(|name| town.posted(name)), [HOUR, -2 * HOUR, 0]);
}
