//! What waits for somebody while something else happens.

use hourbook::api;

use super::choices;
use super::{Town, approve_it, day, number, of_seconds, reason, sequence, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

impl Town {
    /// What waits in bank 1, as Tobias sees it.
    fn open(&self) -> Vec<api::Waiting> {
        let list = api::ListWaitingRequest { bank_number: 1, ..Default::default() };
        self.list_waiting("Tobias", list).unwrap().waiting
    }
}

/// Goal: hours that were set aside wait to be taken once, and not after they were taken; what waits says what it would move.
/// Method: Bernard, for whom the pot pays, agrees to a proposal twice; a broker takes it; Bernard and another broker again.
#[test]
fn an_answer_waits_once() {
    let town = choices::town();
    let proposal_sequence =
        town.proposed("Dev", town.said(("Dev", "Bernard"), api::Side::Giver, HOUR, day(5, 1)));
    let confirm =
        || api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    let first = confirm();
    let waiting = town.confirm_exchange("Bernard", first.clone()).unwrap().waiting_number;
    let open = town.open();
    let moves = &open[0].transfers[0];
    assert_eq!(
        (open[0].number, open[0].kind(), moves.debit_account_number, moves.amount_seconds),
        (waiting, api::Kind::Community, town.of("A pot"), HOUR)
    );
    let twice = town.confirm_exchange("Bernard", confirm()).unwrap_err();
    assert!(twice.message().contains(&format!("under number {waiting}")), "{twice:?}");
    assert_eq!(reason::<()>(Err(twice)), "SECOND_PERSON_NEEDED");
    let taken = town.confirm_exchange("Tobias", confirm()).unwrap();
    assert_eq!((taken.waiting_number, town.posted("Dev"), town.open()), (0, HOUR, Vec::new()));
    assert_eq!(reason(town.confirm_exchange("Bernard", confirm())), "HOLD_RESOLVED");
    assert_eq!(reason(town.approve("Una", approve_it(waiting))), "HOLD_RESOLVED");
    assert_eq!(town.confirm_exchange("Bernard", first).unwrap().waiting_number, waiting, "its first answer");
    let decline = api::DeclineRequest { request_id: fresh(), waiting_number: waiting, ..Default::default() };
    town.decline("Una", decline).unwrap();
}

/// Goal: whoever agrees is asked whether it is here already by now, and can answer. Method: Imelda's own hour waits while
/// another broker writes down the same.
#[test]
fn whoever_agrees_can_say_that_it_is_another() {
    let mut town = choices::town();
    town.member("Imelda", -10);
    town.give_key("Imelda", api::Role::Broker);
    let help = || town.helped("Imelda", "Ivy", HOUR, day(5, 4));
    let waiting = waits(town.record_exchange("Imelda", help()).unwrap().done);
    town.recorded("Tobias", help());
    let agree = approve_it(waiting);
    assert_eq!(reason(town.approve("Tobias", agree.clone())), "ALREADY_HERE");
    let another = api::ApproveRequest { is_another: true, ..agree };
    town.approve("Tobias", another).unwrap();
    assert_eq!(town.posted("Imelda"), 2 * HOUR);
    // Both are here: the next one is asked about.
    assert_eq!(reason(town.record_exchange("Tobias", help())), "ALREADY_HERE");
}

/// Goal: a broker who settles it sees what whoever disputes it remembers and says; a dispute settled without hours is in the
/// books for them. Method: Ivy remembers an hour and says why; Tobias settles for nothing, and looks it up.
#[test]
fn a_dispute_says_what_is_remembered() {
    let town = choices::town();
    let proposal_sequence =
        town.proposed("Dev", town.said(("Dev", "Ivy"), api::Side::Giver, 4 * HOUR, day(5, 1)));
    let dispute = api::DisputeExchangeRequest {
        request_id: fresh(),
        proposal_sequence,
        length: Some(api::Length { typed: "1h".into(), ..Default::default() }),
        reason: "it was the morning only".into(),
        ..Default::default()
    };
    town.dispute_exchange("Ivy", dispute).unwrap();
    let open = town.open();
    assert_eq!((open[0].remembered.as_str(), open[0].reason.as_str()), ("1h", "it was the morning only"));
    let settle = api::ResolveDisputeRequest {
        request_id: fresh(),
        proposal_sequence,
        reason: "nobody is sure".into(),
        ..Default::default()
    };
    let settled = sequence(&town.resolve_dispute("Tobias", settle).unwrap().receipt);
    let look = api::GetEntryRequest { sequence: settled, min_sequence: 0 };
    let entry = town.get_entry("Tobias", look).unwrap().entry.unwrap();
    assert_eq!(entry.details.unwrap().reason, "nobody is sure");
    assert_eq!(reason(town.get_entry("Kit", look)), "ENTRY_NOT_FOUND");
}

/// Goal: where a pot pays for somebody and the helper's hours would go to the same pot, the helper gets them, whichever way it
/// is written down. Method: Cora's hours go to the pot that pays for Bernard: one exchange, a proposal, a session with Ivy.
#[test]
fn a_pot_gives_nothing_to_itself() {
    let town = choices::town();
    town.chooses("Cora", "", "A pot");
    town.recorded("Tobias", town.helped("Cora", "Bernard", HOUR, day(5, 1)));
    assert_eq!((town.posted("Cora"), town.posted("A pot")), (HOUR, 9 * HOUR));
    town.proposed("Tobias", town.said(("Cora", "Bernard"), api::Side::Giver, HOUR, day(5, 2)));
    assert_eq!((town.held("A pot"), town.held("Bernard")), (HOUR, 0));
    let session = api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::SplitProviderTimeCeil.into(),
        givers: vec![api::GroupGiver { account_number: town.of("Cora"), length: of_seconds(2 * HOUR) }],
        participant_account_numbers: vec![town.of("Bernard"), town.of("Ivy")],
        occurred_on: Some(day(5, 4)),
        ..Default::default()
    };
    number(&town.record_group_exchange("Tobias", session).unwrap().done.unwrap());
    assert_eq!((town.posted("Cora"), town.posted("A pot"), town.posted("Ivy")), (3 * HOUR, 8 * HOUR, -HOUR));
    // Without a pot that pays they still go where Cora chose.
    town.recorded("Tobias", town.helped("Cora", "Dev", HOUR, day(5, 3)));
    assert_eq!((town.posted("Cora"), town.posted("A pot")), (3 * HOUR, 9 * HOUR));
}

/// Goal: a pot is opened for days to come, and pays for somebody only if brokers hand out of it. Method: a last day
/// yesterday and today; a pot of a lead, one that is over.
#[test]
fn pots_that_cannot_pay_are_told_at_once() {
    let town = choices::town();
    // Today is 5 May.
    assert_eq!(reason(town.opened_pot(api::PotOpens::Brokers, HOUR, Some(day(5, 4)))), "last_day");
    let today = town.opened_pot(api::PotOpens::Brokers, HOUR, Some(day(5, 5))).unwrap();
    let of_lead = town.opened_pot(api::PotOpens::Lead, 0, None).unwrap();
    let choose = |paid_by_account_number| {
        let choice = api::SetMemberStandingRequest {
            request_id: fresh(),
            owner_number: town.owner_number("Dev"),
            paid_by_account_number,
            ..Default::default()
        };
        town.set_member_standing("Una", choice)
    };
    assert_eq!(reason(choose(of_lead)), "paid_by_account_number");
    choose(today).unwrap();
    town.served.clock.advance_seconds(86_400);
    assert_eq!(reason(choose(today)), "paid_by_account_number");
    choose(0).unwrap();
}
