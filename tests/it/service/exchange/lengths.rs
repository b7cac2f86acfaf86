//! What is written for a proposal is what is asked about and judged: the middle, and what both agreed on.

use hourbook::api;

use super::{Town, day, number, of_seconds, reason, sequence};
use crate::support::HOUR;
use crate::support::served::fresh;

fn town() -> Town {
    let mut town = Town::new();
    for name in ["Jonah", "Ivy"] {
        town.member(name, -100);
    }
    town.member("Kit", -1);
    for name in ["Imelda", "Oswin"] {
        town.broker(name);
    }
    town
}

impl Town {
    /// Imelda says that Jonah helped, and Tobias disputes it for the other; the proposal.
    fn disputed(&self, receiver: &str, seconds: i64, on: i32) -> u64 {
        let said = self.said(("Jonah", receiver), api::Side::Giver, seconds, day(4, on));
        let proposal_sequence =
            self.proposed("Imelda", api::ProposeExchangeRequest { is_another: true, ..said });
        let dispute =
            api::DisputeExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
        self.dispute_exchange("Tobias", dispute).unwrap();
        proposal_sequence
    }

    fn settled(&self, proposal_sequence: u64, seconds: i64) -> api::ResolveDisputeRequest {
        api::ResolveDisputeRequest {
            request_id: fresh(),
            proposal_sequence,
            length: of_seconds(seconds),
            ..self.agreed()
        }
    }

    fn agreed(&self) -> api::ResolveDisputeRequest {
        api::ResolveDisputeRequest { reason: "both agreed".into(), ..Default::default() }
    }
}

/// Goal: "already here?" is asked of what was written and not of what was said first, until it is put right. Method: the
/// middle of 3 h and 3 h 15, and a dispute about 4 h settled at 2 h; slips of each of these lengths.
#[test]
fn what_is_written_is_already_here() {
    let town = town();
    let slip = |seconds, on| {
        town.record_exchange("Oswin", town.helped("Ivy", "Jonah", seconds, day(4, on)))
            .map(|answer| answer.done)
    };
    let (quarter, here) = (HOUR / 4, "ALREADY_HERE");
    let said = town.said(("Jonah", "Ivy"), api::Side::Giver, 3 * HOUR, day(4, 1));
    let proposal_sequence = town.proposed("Imelda", said);
    let confirm = api::ConfirmExchangeRequest {
        request_id: fresh(),
        proposal_sequence,
        length: of_seconds(3 * HOUR + quarter),
        ..Default::default()
    };
    let middle = town.confirm_exchange("Tobias", confirm).unwrap();
    assert_eq!(middle.outcome(), api::Outcome::Middle);
    assert_eq!(reason(slip(3 * HOUR + quarter, 1)), here);
    number(&slip(3 * HOUR, 1).unwrap().unwrap());
    let right = api::PutRightRequest {
        request_id: fresh(),
        original_sequence: sequence(&middle.receipt),
        reason: "a slip".into(),
        ..Default::default()
    };
    number(&town.put_right("Tobias", right).unwrap().done.unwrap());
    number(&slip(3 * HOUR + quarter, 1).unwrap().unwrap());
    assert_eq!(reason(slip(3 * HOUR, 1)), here, "a slip of its own");

    let first = town.disputed("Ivy", 4 * HOUR, 2);
    town.resolve_dispute("Oswin", town.settled(first, 2 * HOUR)).unwrap();
    assert_eq!(reason(slip(2 * HOUR, 2)), here);
    number(&slip(4 * HOUR, 2).unwrap().unwrap());
    let second = town.disputed("Ivy", 5 * HOUR, 2);
    assert_eq!(reason(town.resolve_dispute("Oswin", town.settled(second, 2 * HOUR))), here);
    let another = api::ResolveDisputeRequest { is_another: true, ..town.settled(second, 2 * HOUR) };
    town.resolve_dispute("Oswin", another).unwrap();
}

/// Goal: what both agreed on, and the middle, may pass a limit where a broker says why, and no member does. Method: Kit,
/// who can go an hour below zero.
#[test]
fn a_broker_allows_a_limit_to_be_passed() {
    let mut town = town();
    let dispute = town.disputed("Kit", HOUR, 1);
    let settle = || town.settled(dispute, HOUR + HOUR / 2);
    assert_eq!(reason(town.resolve_dispute("Oswin", settle())), "BELOW_FLOOR");
    let allowed = api::ResolveDisputeRequest { limit_reason: "Kit gives on Sunday".into(), ..settle() };
    let written = town.resolve_dispute("Oswin", allowed).unwrap().receipt.unwrap().entry.unwrap();
    let details = written.details.unwrap();
    assert_eq!(details.reason, "both agreed; Kit gives on Sunday");
    assert_eq!(details.allowed_by, town.owner_number("Oswin"));
    assert_eq!(town.posted("Kit"), -HOUR - HOUR / 2);

    town.give_key("Kit", api::Role::Member);
    town.begin_with("A created", &[("Kit", HOUR + HOUR / 2)]);
    let said = town.said(("Jonah", "Kit"), api::Side::Giver, HOUR, day(4, 2));
    let proposal_sequence = town.proposed("Imelda", said);
    let confirm = |limit_reason: &str| api::ConfirmExchangeRequest {
        request_id: fresh(),
        proposal_sequence,
        length: of_seconds(HOUR + HOUR / 4),
        limit_reason: limit_reason.into(),
        ..Default::default()
    };
    assert_eq!(reason(town.confirm_exchange("Kit", confirm("I say so"))), "limit_reason");
    assert_eq!(reason(town.confirm_exchange("Tobias", confirm(""))), "BELOW_FLOOR");
    town.confirm_exchange("Tobias", confirm("it was so")).unwrap();
    assert_eq!(town.posted("Kit"), -HOUR - HOUR / 4);
}

/// Goal: an activity is one of the bank's list. Method: the same exchange before and after the list has one.
#[test]
fn an_activity_is_in_the_list() {
    let town = town();
    let told = |activity_number| api::RecordExchangeRequest {
        activity_number,
        ..town.helped("Jonah", "Ivy", HOUR, day(4, 1))
    };
    assert_eq!(reason(town.record_exchange("Tobias", told(1))), "activity_number");
    let names = vec!["gardening".into()];
    let add = api::AddActivitiesRequest { request_id: fresh(), bank_number: 1, names, ..Default::default() };
    town.add_activities("Una", add).unwrap();
    assert_eq!(reason(town.record_exchange("Tobias", told(2))), "activity_number");
    town.recorded("Tobias", told(1));
}
