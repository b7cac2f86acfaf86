//! Ways around a second person.

use hourbook::api;

use super::{Town, approve_it, day, of_seconds, reason, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

pub fn town() -> Town {
    let mut town = Town::new();
    for name in ["Imelda", "Jonah", "Ivy"] {
        town.member(name, -1_000);
    }
    town.give_key("Imelda", api::Role::Broker);
    town.begin_with("A created", &[("A pot", 100 * HOUR)]);
    town
}

/// Goal: hours are made with a lead's word, whatever else their entry waits for. Method: a broker's own account is to
/// get them; another broker agrees, then a lead.
#[test]
fn two_brokers_make_no_hours() {
    let town = town();
    let made = api::CreditMemberRequest {
        request_id: fresh(),
        account_number: town.of("Imelda"),
        from_account_number: town.of("A created"),
        length: of_seconds(HOUR),
        reason: "the health board".into(),
        ..Default::default()
    };
    let unbacked = api::CreditMemberRequest { request_id: fresh(), reason: " ".into(), ..made.clone() };
    assert_eq!(reason(town.credit_member("Imelda", unbacked)), "reason");
    let number = waits(town.credit_member("Imelda", made).unwrap().done);
    assert_eq!(reason(town.approve("Tobias", approve_it(number))), "SECOND_PERSON_NEEDED");
    assert_eq!(town.posted("Imelda"), 0);
    town.approve("Una", approve_it(number)).unwrap();
    assert_eq!(town.posted("Imelda"), HOUR);
}

/// Goal: whoever said it, or disputed it, does not settle it; nor does anybody settle far more than was said. Method:
/// Tobias plays both sides, then Imelda settles.
#[test]
fn nobody_settles_their_own_dispute() {
    let town = town();
    let said = town.said(("Jonah", "Ivy"), api::Side::Giver, HOUR, day(5, 4));
    let proposal_sequence = town.proposed("Tobias", said);
    let dispute = api::DisputeExchangeRequest {
        request_id: fresh(),
        proposal_sequence,
        reason: "she remembers less".into(),
        ..Default::default()
    };
    town.dispute_exchange("Tobias", dispute).unwrap();
    let settle = |hours: i64| api::ResolveDisputeRequest {
        request_id: fresh(),
        proposal_sequence,
        length: of_seconds(hours * HOUR),
        ..Default::default()
    };
    assert_eq!(reason(town.resolve_dispute("Tobias", settle(1))), "SECOND_PERSON_NEEDED");
    assert_eq!(reason(town.resolve_dispute("Imelda", settle(25))), "length");
    assert_eq!(town.posted("Jonah"), 0);
    town.resolve_dispute("Imelda", settle(24)).unwrap();
    assert_eq!(town.posted("Jonah"), 24 * HOUR);
}

/// Goal: silence agrees to nothing above the second line; whoever was asked may. Method: 41 hours that a receiver says
/// they got, unanswered and answered.
#[test]
fn silence_is_no_second_person() {
    let mut town = town();
    town.give_key("Jonah", api::Role::Member);
    let said = |on| api::ProposeExchangeRequest {
        confirmed_amount_seconds: 41 * HOUR,
        ..town.said(("Jonah", "Ivy"), api::Side::Receiver, 41 * HOUR, day(5, on))
    };
    town.proposed("Tobias", said(1));
    town.served.clock.advance_seconds(15 * 86_400);
    let proposal_sequence = town.proposed("Tobias", said(2));
    assert_eq!((town.posted("Jonah"), town.held("Ivy")), (0, 41 * HOUR));
    let confirm =
        api::ConfirmExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    town.confirm_exchange("Jonah", confirm).unwrap();
    assert_eq!(town.posted("Jonah"), 41 * HOUR);
}

/// Goal: whoever is helped while another pays neither says so alone nor agrees, whichever way it is written down. Method:
/// Imelda takes part in a session the pot pays, and in one where she chose that it does; six hours of help to her, which
/// she agrees to.
#[test]
fn nobody_lets_another_pay_alone() {
    let town = town();
    let session = |rule: api::GroupRule| api::RecordGroupExchangeRequest {
        request_id: fresh(),
        rule: rule.into(),
        givers: vec![api::GroupGiver { account_number: town.of("Jonah"), length: of_seconds(2 * HOUR) }],
        participant_account_numbers: vec![town.of("Imelda"), town.of("Ivy")],
        occurred_on: Some(day(5, 4)),
        is_another: true,
        ..Default::default()
    };
    let (pays, split) = (api::GroupRule::PotPaysProvider, api::GroupRule::SplitProviderTime);
    let first = waits(town.record_group_exchange("Imelda", session(pays)).unwrap().done);
    assert!(town.record_group_exchange("Imelda", session(split)).unwrap().done.unwrap().receipt.is_some());
    let choice = api::SetMemberStandingRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Imelda"),
        paid_by_account_number: town.of("A pot"),
        ..Default::default()
    };
    town.set_member_standing("Una", choice).unwrap();
    let second = waits(town.record_group_exchange("Imelda", session(split)).unwrap().done);
    assert_eq!((town.posted("Jonah"), town.posted("Imelda")), (2 * HOUR, -HOUR));
    for waiting in [first, second] {
        town.approve("Tobias", approve_it(waiting)).unwrap();
    }
    assert!(town.record_group_exchange("Tobias", session(pays)).unwrap().done.unwrap().receipt.is_some());

    let help = town.helped("Jonah", "Imelda", 6 * HOUR, day(5, 3));
    let third = waits(town.record_exchange("Tobias", help).unwrap().done);
    let refused = town.approve("Imelda", approve_it(third)).unwrap_err();
    assert!(refused.message().contains("whose help is paid for by another"), "{refused:?}");
    assert_eq!(reason::<()>(Err(refused)), "SECOND_PERSON_NEEDED");
    assert_eq!(town.posted("Jonah"), 8 * HOUR);
    town.approve("Una", approve_it(third)).unwrap();
    assert_eq!((town.posted("Jonah"), town.posted("Imelda")), (14 * HOUR, -HOUR));
}

/// Goal: nobody keeps somebody paused alone by ending a pause and beginning anew. Method: Una twice, then another.
#[test]
fn a_pause_is_not_begun_anew() {
    let town = town();
    let pause = |is_over| api::PauseMemberRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Ivy"),
        is_over,
        ..Default::default()
    };
    town.pause_member("Una", pause(false)).unwrap();
    town.pause_member("Una", pause(true)).unwrap();
    assert_eq!(reason(town.pause_member("Una", pause(false))), "SECOND_PERSON_NEEDED");
    assert_eq!(reason(town.pause_member("Una", pause(true))), "NOTHING_WAITS");
    town.served.clock.advance_seconds(14 * 86_400);
    town.pause_member("Una", pause(false)).unwrap();
}

/// Goal: nobody is forgotten while a broker or a second person has to settle something about an account of theirs.
/// Method: a dispute of Ivy's and a gift of Jonah's that waits; both due; the server begun anew each time, which
/// looks at once.
#[test]
fn nobody_is_forgotten_with_something_open() {
    let mut town = town();
    let said = town.said(("Jonah", "Ivy"), api::Side::Giver, HOUR, day(5, 4));
    let proposal_sequence = town.proposed("Tobias", said);
    let dispute =
        api::DisputeExchangeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    town.dispute_exchange("Imelda", dispute).unwrap();
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Jonah"),
        to_account_number: town.of("Imelda"),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    let waiting_number = waits(town.gift("Imelda", gift).unwrap().done);
    for name in ["Jonah", "Ivy"] {
        let owner_number = town.owner_number(name);
        let erase = api::EraseMemberRequest { request_id: fresh(), owner_number, ..Default::default() };
        town.erase_member("Una", erase).unwrap();
    }
    town.served.clock.advance_seconds(14 * 86_400);
    let forgotten = |town: &mut Town| {
        town.reopened(|_| {});
        ["Jonah", "Ivy"].map(|name| {
            let request = api::GetPersonRequest { owner_number: town.owner_number(name), account_number: 0 };
            town.get_person("Una", request).unwrap().person.unwrap().erased_at.is_some()
        })
    };
    assert_eq!(forgotten(&mut town), [false, false]);
    let settle = api::ResolveDisputeRequest { request_id: fresh(), proposal_sequence, ..Default::default() };
    town.resolve_dispute("Una", settle).unwrap();
    assert_eq!(forgotten(&mut town), [false, true], "what Jonah is asked for waits");
    let no = api::DeclineRequest { request_id: fresh(), waiting_number, ..Default::default() };
    town.decline("Tobias", no).unwrap();
    assert_eq!(forgotten(&mut town), [true, true]);
}

/// Goal: whoever agrees is somebody the directory knows, and comes with a key that neither of the two has seen. Method:
/// Una asks for a closing; a broker's key for a new number agrees, before and after its holder is taken in; then one that
/// Una made for somebody who works there, and what is asked by that, Una; last one that Una gave a new secret.
#[test]
fn who_agrees_is_somebody_with_a_key_of_their_own() {
    let mut town = town();
    let close = || {
        let request = api::CloseMemberRequest {
            request_id: fresh(),
            account_number: town.of("Ivy"),
            ..Default::default()
        };
        waits(town.close_member("Una", request).unwrap().done)
    };
    let (asked, made) = (close(), |owner| api::CreateKeyRequest {
        request_id: fresh(),
        role: api::Role::Broker.into(),
        reach: Some(api::Reach { bank_numbers: vec![1], ..Default::default() }),
        name: "desk".into(),
        holder_owner_number: owner,
        ..Default::default()
    });
    let second = "SECOND_PERSON_NEEDED";
    let desk = town.create_key("admin", made(0)).unwrap();
    let of_desk = desk.credential.as_ref().unwrap().holder_owner_number;
    town.keep_key("desk", desk.key);
    let refused = town.approve("desk", approve_it(asked)).unwrap_err();
    assert!(refused.message().contains("have a lead take in whoever has the key"), "{refused:?}");
    assert_eq!(reason::<()>(Err(refused)), second);

    let fake = town.staff("Fay", 1);
    let made_by_una = town.create_key("Una", made(fake)).unwrap();
    let fays = made_by_una.credential.as_ref().unwrap().credential_number;
    town.keep_key("Fay", made_by_una.key);
    assert_eq!(reason(town.approve("Fay", approve_it(asked))), second);
    let thanks = api::CreditMemberRequest {
        request_id: fresh(),
        account_number: town.of("Jonah"),
        from_account_number: town.of("A pot"),
        length: of_seconds(6 * HOUR),
        reason: "thanks".into(),
        ..Default::default()
    };
    let of_fay = waits(town.credit_member("Fay", thanks).unwrap().done);
    assert_eq!(reason(town.approve("Una", approve_it(of_fay))), second);
    let end = api::RevokeKeyRequest { request_id: fresh(), credential_number: fays, ..Default::default() };
    town.served.clock.advance_seconds(1);
    town.revoke_key("Una", end).unwrap();
    town.served.clock.advance_seconds(1);
    assert_eq!(reason(town.approve("Una", approve_it(of_fay))), second, "the key it was asked by is over");
    town.approve("Tobias", approve_it(of_fay)).unwrap();

    // Another key of hers, by an admin: until Una has seen that too.
    let another = town.create_key("admin", made(fake)).unwrap();
    let credential_number = another.credential.as_ref().unwrap().credential_number;
    town.keep_key("Fay", another.key);
    let check = |waiting_number| api::ApproveRequest { validate_only: true, ..approve_it(waiting_number) };
    town.approve("Fay", check(asked)).unwrap();
    let renew = api::RotateKeyRequest { request_id: fresh(), credential_number, ..Default::default() };
    town.rotate_key("Una", renew).unwrap();
    assert_eq!(reason(town.approve("Fay", check(asked))), second);

    let known = api::CreatePersonRequest {
        request_id: fresh(),
        bank_number: 1,
        kind: api::PersonKind::Staff.into(),
        profile: Some(api::Profile { name: "Del".into(), ..Default::default() }),
        owner_number: of_desk,
        ..Default::default()
    };
    town.create_person("Tobias", known).unwrap();
    town.approve("desk", approve_it(asked)).unwrap();
}

/// Goal: a pause that came since it was asked is in the way of what waits, also where another account moves for whoever
/// is paused. Method: a gift of Ivy's to a broker, and help of hers whose hours go to the pot; Ivy is paused, and not.
#[test]
fn a_pause_stops_what_waits() {
    let town = town();
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Ivy"),
        to_account_number: town.of("Imelda"),
        length: of_seconds(HOUR),
        ..Default::default()
    };
    let help = api::RecordExchangeRequest {
        hours_to_account_number: town.of("A pot"),
        confirmed_amount_seconds: 41 * HOUR,
        ..town.helped("Ivy", "Jonah", 41 * HOUR, day(5, 4))
    };
    let waiting = [
        waits(town.gift("Imelda", gift).unwrap().done),
        waits(town.record_exchange("Imelda", help).unwrap().done),
    ];
    let pause = |is_over| api::PauseMemberRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Ivy"),
        is_over,
        ..Default::default()
    };
    town.pause_member("Una", pause(false)).unwrap();
    for one in waiting {
        assert_eq!(reason(town.approve("Tobias", approve_it(one))), "PAUSED");
    }
    town.pause_member("Una", pause(true)).unwrap();
    for one in waiting {
        town.approve("Tobias", approve_it(one)).unwrap();
    }
    assert_eq!((town.posted("Imelda"), town.posted("A pot")), (HOUR, 141 * HOUR));
}

/// Goal: how far an account may go is a lead's to say; a broker takes people in as the bank has agreed. Method: both,
/// with limits of their own, with the bank's, and with none.
#[test]
fn a_broker_says_no_limits() {
    let town = town();
    let policy = api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 };
    let usual = town.get_bank_policy("Tobias", policy).unwrap().policy.unwrap().member_limits;
    let person = |limits| api::CreatePersonRequest {
        request_id: fresh(),
        bank_number: 1,
        kind: api::PersonKind::Member.into(),
        profile: Some(api::Profile { name: "Ann Ash".into(), ..Default::default() }),
        limits,
        is_somebody_else: true,
        ..Default::default()
    };
    let own = || Some(crate::support::served::floor(-500));
    assert_ne!(usual, own());
    assert_eq!(reason(town.create_person("Tobias", person(own()))), "BEYOND_REACH");
    for (who, limits) in [("Tobias", usual), ("Tobias", None), ("Una", own())] {
        town.create_person(who, person(limits)).unwrap();
    }
}

/// Goal: hours that move banks with their owner are asked about above the first line, and wait above the second. Method:
/// a bank whose lines are low.
#[test]
fn moving_banks_is_asked_about() {
    let mut town = town();
    town.account("Ivy there", (2, api::AccountKind::Member), "Ivy", -10);
    town.begin_with("A created", &[("Ivy", 10 * HOUR)]);
    super::again::settle(&town, |policy| {
        policy.unusual_question_above_seconds = HOUR;
        policy.unusual_second_person_above_seconds = 2 * HOUR;
    });
    let moved = |seconds, confirmed_amount_seconds| {
        let request = api::TransferBetweenBanksRequest {
            request_id: fresh(),
            from_account_number: town.of("Ivy"),
            to_account_number: town.of("Ivy there"),
            length: of_seconds(seconds),
            confirmed_amount_seconds,
            ..Default::default()
        };
        town.transfer_between_banks("Una", request)
    };
    assert_eq!(reason(moved(2 * HOUR, 0)), "UNUSUAL_AMOUNT");
    let waiting = waits(moved(3 * HOUR, 3 * HOUR).unwrap().done);
    assert_eq!(town.posted("Ivy there"), 0);
    town.decline(
        "Una",
        api::DeclineRequest { request_id: fresh(), waiting_number: waiting, ..Default::default() },
    )
    .unwrap();
    super::number(&moved(2 * HOUR, 2 * HOUR).unwrap().done.unwrap());
    assert_eq!(town.posted("Ivy there"), 2 * HOUR);
}

/// Goal: the key of a till that is closed, and that of somebody who is forgotten, is over; not before. Method: a café's
/// till and another beside it; Ivy, who asked to be forgotten, and was, the server begun anew.
#[test]
fn keys_end_with_what_they_are_for() {
    let mut town = town();
    let partner_owner_number = town.owner("Café");
    town.account("Café", (1, api::AccountKind::Partner), "Café", 0);
    let venue = api::SetVenueRequest {
        request_id: fresh(),
        partner_owner_number,
        name: "Mill Lane".into(),
        ..Default::default()
    };
    town.set_venue("Una", venue).unwrap();
    let tills = [("till 1", 1), ("till 2", 2)];
    for (name, till_number) in tills {
        let till = api::SetTillRequest {
            request_id: fresh(),
            partner_owner_number,
            venue_number: 1,
            ..Default::default()
        };
        town.set_till("Una", till).unwrap();
        let made = api::CreateKeyRequest {
            request_id: fresh(),
            role: api::Role::Till.into(),
            reach: Some(api::Reach {
                partner_owner_numbers: vec![partner_owner_number],
                ..Default::default()
            }),
            till_number,
            name: "till".into(),
            ..Default::default()
        };
        let key = town.create_key("admin", made).unwrap().key;
        town.keep_key(name, key);
    }
    let comes =
        |town: &Town, who: &str| town.who_am_i(who, api::WhoAmIRequest {}).map(drop).map_err(|no| no.code());
    let close = |validate_only| api::CloseTillRequest {
        request_id: fresh(),
        partner_owner_number,
        till_number: 1,
        validate_only,
    };
    town.close_till("Tobias", close(true)).unwrap();
    assert_eq!(tills.map(|(name, _)| comes(&town, name)), [Ok(()), Ok(())]);
    town.close_till("Tobias", close(false)).unwrap();
    assert_eq!(tills.map(|(name, _)| comes(&town, name)), [Err(tonic::Code::Unauthenticated), Ok(())]);

    town.give_key("Ivy", api::Role::Member);
    let owner_number = town.owner_number("Ivy");
    let erase = api::EraseMemberRequest { request_id: fresh(), owner_number, ..Default::default() };
    town.erase_member("Una", erase).unwrap();
    town.reopened(|_| {});
    assert_eq!(comes(&town, "Ivy"), Ok(()), "she may change her mind");
    town.served.clock.advance_seconds(14 * 86_400);
    town.reopened(|_| {});
    let request = api::GetPersonRequest { owner_number, account_number: 0 };
    assert!(town.get_person("Una", request).unwrap().person.unwrap().erased_at.is_some());
    assert_eq!(comes(&town, "Ivy"), Err(tonic::Code::Unauthenticated));
}
