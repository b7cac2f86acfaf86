//! What people chose once for all with their broker: a pot that pays for them, or gets their hours.

use hourbook::api::{self, entry::Action as Did};

use super::again::settle;
use super::{Town, approve_it, day, number, of_seconds, reason, sequence, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// The pot pays for Bernard, who can go nowhere below zero; Cora's hours go to the garden. Maud is of the other bank.
pub fn town() -> Town {
    let mut town = Town::new();
    for (name, floor_hours) in [("Bernard", 0), ("Cora", -10), ("Dev", -10), ("Ivy", -10), ("Kit", -10)] {
        town.member(name, floor_hours);
        town.give_key(name, api::Role::Member);
    }
    town.owner("Maud");
    town.account("Maud", (2, api::AccountKind::Member), "Maud", -10);
    town.begin_with("A created", &[("A pot", 10 * HOUR)]);
    town.owner("Garden");
    town.account("Garden", (1, api::AccountKind::Pot), "Garden", 0);
    town.chooses("Bernard", "A pot", "");
    town.chooses("Cora", "", "Garden");
    town
}

impl Town {
    /// An empty name is for themselves.
    pub fn chooses(&self, who: &str, paid_by: &str, hours_to: &str) {
        let account = |name: &str| if name.is_empty() { 0 } else { self.of(name) };
        let choice = api::SetMemberStandingRequest {
            request_id: fresh(),
            owner_number: self.owner_number(who),
            paid_by_account_number: account(paid_by),
            hours_to_account_number: account(hours_to),
            ..Default::default()
        };
        self.set_member_standing("Una", choice).unwrap();
    }

    /// Where these stand, seconds.
    fn stand<const COUNT: usize>(&self, names: [&str; COUNT]) -> [i64; COUNT] {
        names.map(|name| self.posted(name))
    }

    fn entry(&self, sequence: u64) -> api::Entry {
        let look = api::GetEntryRequest { sequence, min_sequence: 0 };
        self.get_entry("Una", look).unwrap().entry.unwrap()
    }

    /// What an entry moved: from, to, seconds, and by whom, for whom and paid by whom where that is not seen. What was
    /// set aside says so where it is.
    fn moved(&self, sequence: u64) -> Vec<(u32, u32, i64, [u32; 3])> {
        let entry = self.entry(sequence);
        let said = match entry.action.unwrap() {
            Did::Captured(captured) => match self.entry(captured.hold_sequence).action.unwrap() {
                Did::Held(held) => held.transfers,
                other => panic!("{other:?}"),
            },
            _ => entry.moves.clone(),
        };
        let moves = entry.moves.into_iter().zip(said).map(|(one, said)| {
            let people = [said.given_by, said.received_by, said.paid_by];
            (one.debit_account_number, one.credit_account_number, one.amount_seconds, people)
        });
        moves.collect()
    }

    fn confirm(&self, who: &str, proposal_sequence: u64, seconds: i64) -> api::ConfirmExchangeResponse {
        let length = if seconds == 0 { None } else { of_seconds(seconds) };
        let request_id = fresh();
        let confirm =
            api::ConfirmExchangeRequest { request_id, proposal_sequence, length, ..Default::default() };
        self.confirm_exchange(who, confirm).unwrap()
    }
}

/// Goal: what a helper proposes is set aside on the pot that pays for who was helped, and never theirs. Whoever was helped
/// so answers, but a broker agrees before the pot pays; a broker who answers for them needs nobody. Method: Cora and Dev
/// propose; Bernard confirms, rejects, disputes, and says it himself; balances and the people named.
#[test]
fn the_pot_pays_for_a_proposal() {
    let town = town();
    let said = |side, on| town.said(("Dev", "Bernard"), side, HOUR, day(5, on));
    let all = ["A pot", "Bernard", "Dev"];
    let first = town.proposed("Dev", said(api::Side::Giver, 1));
    assert_eq!((town.held("A pot"), town.held("Bernard")), (HOUR, 0));
    let answer = town.confirm("Bernard", first, 0);
    assert_eq!((answer.outcome(), town.stand(all)), (api::Outcome::Waits, [10 * HOUR, 0, 0]));
    let written = sequence(&town.approve("Tobias", approve_it(answer.waiting_number)).unwrap().receipt);
    assert_eq!(town.stand(all), [9 * HOUR, 0, HOUR]);
    let people = [0, town.owner_number("Bernard"), town.owner_number("Ashenford")];
    assert_eq!(town.moved(written), [(town.of("A pot"), town.of("Dev"), HOUR, people)]);

    let second = town.proposed("Dev", said(api::Side::Giver, 2));
    let answer = town.confirm("Tobias", second, HOUR + HOUR / 4);
    assert_eq!(answer.outcome(), api::Outcome::Middle);
    assert_eq!(answer.receipt.as_ref().unwrap().entry.as_ref().unwrap().kind(), api::Kind::Community);
    let middle = HOUR + HOUR / 4;
    assert_eq!(town.moved(sequence(&answer.receipt)), [(town.of("A pot"), town.of("Dev"), middle, people)]);

    let proposal_sequence = town.proposed("Dev", said(api::Side::Giver, 3));
    let no = || api::RejectExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    assert_eq!(reason(town.reject_exchange("Ivy", no())), "ENTRY_NOT_FOUND");
    town.reject_exchange("Bernard", no()).unwrap();

    let proposal_sequence = town.proposed("Dev", said(api::Side::Giver, 4));
    let dispute =
        api::DisputeExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    town.dispute_exchange("Bernard", dispute).unwrap();
    let length = of_seconds(HOUR / 2);
    let settle_it =
        api::ResolveDisputeRequest { request_id: fresh(), proposal_sequence, length, ..Default::default() };
    let settled = sequence(&town.resolve_dispute("Tobias", settle_it).unwrap().receipt);
    assert_eq!(town.moved(settled), [(town.of("A pot"), town.of("Dev"), HOUR / 2, people)]);

    let by_him = town.proposed("Bernard", said(api::Side::Receiver, 5));
    assert_eq!(town.confirm("Dev", by_him, 0).outcome(), api::Outcome::Waits);
    settle(&town, |policy| policy.confirming = api::Confirming::Receiver.into());
    let again = api::ProposeExchangeRequest { is_another: true, ..said(api::Side::Receiver, 5) };
    let at_once = town.propose_exchange("Bernard", again).unwrap();
    assert_eq!(at_once.outcome(), api::Outcome::Waits);
    town.approve("Tobias", approve_it(at_once.waiting_number)).unwrap();
    assert_eq!(town.stand(all), [6 * HOUR + HOUR / 4, 0, 3 * HOUR + 3 * HOUR / 4]);
}

/// Goal: a booking sets aside the hours of the pot that pays for whoever booked, who cancels it and needs a broker's word
/// to take it; hours somebody gives to a pot go there. Method: Bernard books Dev, twice; Ivy books Cora.
#[test]
fn a_choice_holds_for_a_booking() {
    let town = town();
    let book = |who, booking| sequence(&town.book_hours(who, booking).unwrap().receipt);
    let take = |who: &str, booking_sequence| {
        let take = api::TakeBookingRequest { request_id: fresh(), booking_sequence, ..Default::default() };
        town.take_booking(who, take).unwrap().done.unwrap()
    };
    let booking_sequence = book("Bernard", town.booking("Dev", "Bernard", HOUR));
    assert_eq!((town.held("A pot"), town.held("Bernard")), (HOUR, 0));
    let cancel = || api::CancelBookingRequest { request_id: fresh(), booking_sequence, ..Default::default() };
    assert_eq!(reason(town.cancel_booking("Ivy", cancel())), "ENTRY_NOT_FOUND");
    town.cancel_booking("Bernard", cancel()).unwrap();
    assert_eq!(town.held("A pot"), 0);
    let second = book("Bernard", town.booking("Dev", "Bernard", 2 * HOUR));
    let third = book("Ivy", town.booking("Cora", "Ivy", HOUR));
    town.served.clock.advance_seconds(5 * 86_400);
    assert_ne!(take("Bernard", second).waiting_number, 0);
    let taken = take("Tobias", second);
    assert_eq!(town.entry(second).kind(), api::Kind::Community);
    let people = [0, town.owner_number("Bernard"), town.owner_number("Ashenford")];
    assert_eq!(town.moved(number(&taken)), [(town.of("A pot"), town.of("Dev"), 2 * HOUR, people)]);
    number(&take("Cora", third));
    let all = ["A pot", "Bernard", "Dev", "Cora", "Garden", "Ivy"];
    assert_eq!(town.stand(all), [8 * HOUR, 0, 2 * HOUR, 0, HOUR, -HOUR]);
}

/// Goal: hours somebody gives to a pot go there by whichever way they are written down, in their name; nobody else has
/// to agree, and silence takes nothing for a pot. Method: Ivy says that Cora helped: answered, and not; a middle.
#[test]
fn hours_go_where_the_giver_chose() {
    let town = town();
    let said = |on| town.said(("Cora", "Ivy"), api::Side::Receiver, HOUR, day(5, on));
    let first = town.confirm("Cora", town.proposed("Ivy", said(1)), 0);
    assert_eq!(first.outcome(), api::Outcome::Confirmed);
    let by_cora = [town.owner_number("Cora"), 0, 0];
    assert_eq!(town.moved(sequence(&first.receipt)), [(town.of("Ivy"), town.of("Garden"), HOUR, by_cora)]);
    let middle = town.confirm("Cora", town.proposed("Ivy", said(2)), HOUR + HOUR / 4);
    assert_eq!(middle.outcome(), api::Outcome::Middle);
    town.proposed("Ivy", said(3));
    town.served.clock.advance_seconds(15 * 86_400);
    town.recorded("Tobias", town.helped("Dev", "Kit", HOUR, day(5, 4)));
    assert_eq!(town.held("Ivy"), 0);
    let went = 2 * HOUR + HOUR / 4;
    assert_eq!(town.stand(["Cora", "Garden", "Ivy"]), [0, went, -went]);
}

/// Goal: what the two chose holds between banks too. Method: Bernard is helped by Maud, and Cora helps Maud.
#[test]
fn a_choice_holds_between_banks() {
    let town = town();
    let helped = town.helped("Maud", "Bernard", HOUR, day(5, 4));
    let done = town.record_exchange("Una", helped).unwrap().done.unwrap();
    assert_eq!(done.receipt.as_ref().unwrap().entry.as_ref().unwrap().kind(), api::Kind::Community);
    let paid = [town.owner_number("Maud"), town.owner_number("Bernard"), town.owner_number("Ashenford")];
    assert_eq!(town.moved(number(&done))[0], (town.of("A pot"), town.of("A between"), HOUR, paid));
    town.recorded("Una", town.helped("Cora", "Maud", 2 * HOUR, day(5, 4)));
    let all = ["A pot", "Bernard", "Garden", "Cora", "Maud"];
    assert_eq!(town.stand(all), [9 * HOUR, 0, 2 * HOUR, 0, -HOUR]);
}

/// Goal: a session takes from the pot that pays for somebody and gives to the pot somebody chose, and names them. Method:
/// Cora's, where nothing is left over; then Dev's, where a half hour would be and the pot that pays keeps it.
#[test]
fn a_choice_holds_in_a_session() {
    let town = town();
    let session = |giver: &str, seconds, participants: &[&str]| api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::SplitProviderTimeCeil.into(),
        givers: vec![api::GroupGiver { account_number: town.of(giver), length: of_seconds(seconds) }],
        participant_account_numbers: participants.iter().map(|name| town.of(name)).collect(),
        occurred_on: Some(day(5, 4)),
        ..Default::default()
    };
    let sewing = session("Cora", 2 * HOUR, &["Bernard", "Ivy"]);
    let sewing = number(&town.record_group_exchange("Tobias", sewing).unwrap().done.unwrap());
    let (pot, garden, cora) = (town.of("A pot"), town.of("Garden"), town.owner_number("Cora"));
    let (bernard, bank) = (town.owner_number("Bernard"), town.owner_number("Ashenford"));
    let expected = [(pot, garden, HOUR, [cora, bernard, bank]), (town.of("Ivy"), garden, HOUR, [cora, 0, 0])];
    assert_eq!(town.moved(sewing), expected);
    let all = ["A pot", "Bernard", "Cora", "Garden", "Ivy", "Dev", "Kit"];
    assert_eq!(town.stand(all), [9 * HOUR, 0, 0, 2 * HOUR, -HOUR, 0, 0]);
    // Half an hour each; of Bernard's the pot pays the 20 minutes that Dev gave, and gets 10 from each of the others.
    let walk = session("Dev", HOUR, &["Bernard", "Ivy", "Kit"]);
    number(&town.record_group_exchange("Tobias", walk).unwrap().done.unwrap());
    let half = HOUR / 2;
    assert_eq!(town.stand(all), [9 * HOUR, 0, 0, 2 * HOUR, -HOUR - half, HOUR, -half]);
}

/// Goal: a choice is of the bank whose pot it names; in another bank of theirs somebody is written down as if they had
/// chosen nothing. Method: Fay, whose pots are Ashenford's, in Quillmere: one exchange either way, a session, a proposal;
/// then in Ashenford.
#[test]
fn a_choice_is_of_one_bank() {
    let mut town = town();
    town.member("Fay", -10);
    town.account("Fay Q", (2, api::AccountKind::Member), "Fay", -10);
    town.broker_of(2, "Oyin");
    town.chooses("Fay", "A pot", "Garden");
    town.recorded("Oyin", town.helped("Maud", "Fay Q", HOUR, day(5, 1)));
    town.recorded("Oyin", town.helped("Fay Q", "Maud", 3 * HOUR, day(5, 2)));
    let session = api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: api::GroupRule::SplitProviderTime.into(),
        givers: vec![api::GroupGiver { account_number: town.of("Maud"), length: of_seconds(HOUR) }],
        participant_account_numbers: vec![town.of("Fay Q")],
        occurred_on: Some(day(5, 3)),
        ..Default::default()
    };
    number(&town.record_group_exchange("Oyin", session).unwrap().done.unwrap());
    town.proposed("Oyin", town.said(("Maud", "Fay Q"), api::Side::Giver, HOUR, day(5, 4)));
    assert_eq!((town.stand(["Fay Q", "Maud"]), town.held("Fay Q")), ([HOUR, -HOUR], HOUR));
    town.recorded("Tobias", town.helped("Dev", "Fay", HOUR, day(5, 1)));
    assert_eq!(town.stand(["A pot", "Fay", "Dev"]), [9 * HOUR, 0, HOUR]);
}

/// Goal: what waits is judged by its pot's last day, also where it answers a proposal; a pause is in the way of what is
/// new and of no answer. Method: a pot until 10 May pays for Bernard, who confirms; three hours are booked and taken where
/// two need two. A week later, with Dev paused.
#[test]
fn what_waits_is_judged_again() {
    let mut town = town();
    town.broker("Oswin");
    settle(&town, |policy| {
        policy.unusual_question_above_seconds = 2 * HOUR;
        policy.unusual_second_person_above_seconds = 2 * HOUR;
    });
    let warm = town.opened_pot(api::PotOpens::Brokers, 5 * HOUR, Some(day(5, 10))).unwrap();
    let fill = api::CreditMemberRequest {
        request_id: fresh(),
        account_number: warm,
        from_account_number: town.of("A pot"),
        length: of_seconds(2 * HOUR),
        ..Default::default()
    };
    number(&town.credit_member("Una", fill).unwrap().done.unwrap());
    let choice = api::SetMemberStandingRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Bernard"),
        paid_by_account_number: warm,
        ..Default::default()
    };
    town.set_member_standing("Una", choice).unwrap();
    let said = town.said(("Dev", "Bernard"), api::Side::Giver, HOUR, day(5, 4));
    let confirmed = town.confirm("Bernard", town.proposed("Dev", said), 0).waiting_number;
    assert_ne!(confirmed, 0);
    let booking =
        api::BookHoursRequest { confirmed_amount_seconds: 3 * HOUR, ..town.booking("Dev", "Ivy", 3 * HOUR) };
    let booking_sequence = sequence(&town.book_hours("Tobias", booking).unwrap().receipt);
    town.served.clock.advance_seconds(7 * 86_400);
    let take = api::TakeBookingRequest { request_id: fresh(), booking_sequence, ..Default::default() };
    let taken = waits(town.take_booking("Tobias", take).unwrap().done);
    let pause = api::PauseMemberRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Dev"),
        ..Default::default()
    };
    town.pause_member("Una", pause).unwrap();
    assert_eq!(reason(town.approve("Oswin", approve_it(confirmed))), "POT_NOT_OPEN");
    town.approve("Oswin", approve_it(taken)).unwrap();
    assert_eq!(town.posted("Dev"), 3 * HOUR);
}
