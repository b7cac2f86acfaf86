//! What an organisation gets back from a pot.

use hourbook::api;
use tonic::Code;

use super::verify;
use crate::access::with;
use crate::service::exchange::{Town, approve_it, day, entry_of, number, reason, sequence, waits};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Lantern Hall, which may go far below zero, three who help it, two brokers, and 100 hours in the pot.
pub fn town() -> Town {
    let mut town = Town::new();
    for name in ["Imelda", "Jonah", "Ivy"] {
        town.member(name, -1_000);
    }
    town.owner("Lantern Hall");
    town.account("Lantern Hall", (1, api::AccountKind::Organisation), "Lantern Hall", -1_000);
    town.broker("Oswin");
    town.give_key("Imelda", api::Role::Broker);
    town.begin_with("A created", &[("A pot", 100 * HOUR)]);
    town
}

/// Help that the hall paid for: its number.
pub fn line(town: &Town, giver: &str, seconds: i64, on: i32) -> u64 {
    let helped = api::RecordExchangeRequest {
        is_another: true,
        ..town.helped(giver, "Lantern Hall", seconds, day(4, on))
    };
    town.recorded("Tobias", helped)
}

pub fn claim(town: &Town, lines: &[u64]) -> api::ClaimFromPotRequest {
    api::ClaimFromPotRequest {
        request_id: fresh(),
        pot_account_number: town.of("A pot"),
        organisation_account_number: town.of("Lantern Hall"),
        line_sequences: lines.to_vec(),
        reason: "the spring festival".into(),
        ..Default::default()
    }
}

pub fn put_right(original_sequence: u64, part: Option<i64>) -> api::PutRightRequest {
    let part = part.map(|amount_seconds| api::ReversedPart { transfer_index: 0, amount_seconds });
    api::PutRightRequest {
        request_id: fresh(),
        original_sequence,
        parts: part.into_iter().collect(),
        reason: "a slip".into(),
        ..Default::default()
    }
}

/// The newest sentence of an account.
fn said(town: &Town, account: &str) -> String {
    let request =
        api::ListStatementRequest { account_number: town.of(account), page_size: 1, ..Default::default() };
    town.list_statement("Tobias", request).unwrap().lines.remove(0).sentence
}

/// Goal: lines come to what they took less what was put right of them, each is claimed once, and again once all of the
/// claim is put right and not before; both statements say for how many lines, and the entry which. Method: three lines, one
/// put right in part; the claim put right in part, then the rest of it.
#[test]
fn each_line_is_claimed_once() {
    let town = town();
    let lines =
        [line(&town, "Jonah", 2 * HOUR, 1), line(&town, "Ivy", HOUR, 2), line(&town, "Jonah", HOUR, 3)];
    town.put_right("Tobias", put_right(lines[0], Some(HOUR / 2))).unwrap();
    let asked = claim(&town, &[lines[2], lines[0]]);
    let checked = api::ClaimFromPotRequest { validate_only: true, ..asked.clone() };
    let would_be = entry_of(&town.claim_from_pot("Tobias", checked).unwrap().done.unwrap());
    let done = town.claim_from_pot("Tobias", asked.clone()).unwrap().done.unwrap();
    let (claimed, entry) = (number(&done), entry_of(&done));
    assert_eq!((entry.kind(), entry.moves[0].amount_seconds), (api::Kind::Claim, 5 * HOUR / 2));
    assert_eq!(entry.claimed_line_sequences, [lines[0], lines[2]]);
    assert_eq!(
        (would_be.moves, would_be.claimed_line_sequences),
        (entry.moves, entry.claimed_line_sequences)
    );
    assert_eq!(entry.details.unwrap().reason, "the spring festival");
    assert_eq!([town.posted("A pot"), town.posted("Lantern Hall")], [195 * HOUR / 2, -HOUR]);
    assert!(
        said(&town, "Lantern Hall")
            .starts_with("claimed back 2 h 30 min from the pot of Ashenford for 2 lines")
    );
    assert!(said(&town, "A pot").starts_with("paid back 2 h 30 min to Lantern Hall for 2 lines"));
    let again = town.claim_from_pot("Tobias", asked).unwrap().done.unwrap();
    assert!(again.receipt.as_ref().unwrap().repeated);
    assert_eq!(sequence(&again.receipt), claimed);

    let refused = town.claim_from_pot("Oswin", claim(&town, &[lines[1], lines[2]])).unwrap_err();
    assert!(refused.message().contains(&format!("entry {} was claimed back", lines[2])), "{refused:?}");
    assert_eq!(reason::<()>(Err(refused)), "LINE_CLAIMED");
    town.put_right("Tobias", put_right(claimed, Some(HOUR))).unwrap();
    assert_eq!(reason(town.claim_from_pot("Tobias", claim(&town, &[lines[2]]))), "LINE_CLAIMED");
    town.put_right("Tobias", put_right(claimed, None)).unwrap();
    let anew = town.claim_from_pot("Tobias", claim(&town, &lines)).unwrap().done.unwrap();
    assert_eq!(entry_of(&anew).moves[0].amount_seconds, 7 * HOUR / 2);
    assert_eq!([town.posted("A pot"), town.posted("Lantern Hall")], [193 * HOUR / 2, 0]);
    assert_eq!(reason(town.claim_from_pot("Tobias", claim(&town, &lines[..1]))), "LINE_CLAIMED");
    verify(&town);
}

/// Goal: what is no line of the organisation's, or has nothing left, is named with its field, and nothing moves. Method:
/// each kind of entry, numbers that cannot be meant, and other accounts.
#[test]
fn only_what_it_paid_is_claimed() {
    let town = town();
    let paid = line(&town, "Jonah", HOUR, 1);
    let undone = line(&town, "Jonah", HOUR, 2);
    let reversal = number(&town.put_right("Tobias", put_right(undone, None)).unwrap().done.unwrap());
    let gave = town.recorded("Tobias", town.helped("Lantern Hall", "Ivy", HOUR, day(4, 3)));
    let of_others = town.recorded("Tobias", town.helped("Jonah", "Ivy", HOUR, day(4, 4)));
    let gift = api::GiftRequest {
        request_id: fresh(),
        from_account_number: town.of("Lantern Hall"),
        to_account_number: town.of("Ivy"),
        length: crate::service::exchange::of_seconds(HOUR),
        ..Default::default()
    };
    let given = number(&town.gift("Tobias", gift).unwrap().done.unwrap());
    let before = town.position();
    for no_line in [undone, reversal, gave, of_others, given] {
        let refused = town.claim_from_pot("Tobias", claim(&town, &[paid, no_line])).unwrap_err();
        assert!(refused.message().contains(&format!("entry {no_line} is none")), "{refused:?}");
        assert_eq!(reason::<()>(Err(refused)), "line_sequences");
    }
    let many: Vec<u64> = (1..=101).collect();
    for lines in [&[][..], &[0], &[paid, paid], &many] {
        assert_eq!(reason(town.claim_from_pot("Tobias", claim(&town, lines))), "line_sequences");
    }
    assert_eq!(reason(town.claim_from_pot("Tobias", claim(&town, &[1 << 40]))), "ENTRY_NOT_FOUND");
    let with = |change: &dyn Fn(&mut api::ClaimFromPotRequest)| {
        let mut request = claim(&town, &[paid]);
        change(&mut request);
        reason(town.claim_from_pot("Tobias", request))
    };
    assert_eq!(with(&|request| request.reason = " ".into()), "reason");
    assert_eq!(with(&|request| request.reason = "m".repeat(901)), "reason");
    let (ivy, made) = (town.of("Ivy"), town.of("A created"));
    assert_eq!(with(&|request| request.organisation_account_number = ivy), "organisation_account_number");
    assert_eq!(with(&|request| request.pot_account_number = made), "pot_account_number");
    assert_eq!(town.position(), before);
    verify(&town);
}

/// Goal: two brokers who claim the same lines at once are not both paid. Method: forty lines, each claimed by both at the
/// same time; the pot paid for each once.
#[test]
fn two_brokers_claim_at_once() {
    let town = town();
    let lines: Vec<u64> = (0..40).map(|place| line(&town, "Jonah", HOUR / 4, 1 + place % 30)).collect();
    let (one, other) = (town.key("Tobias"), town.key("Oswin"));
    for line in &lines {
        let ask = async |key: &str| {
            let request = with(key, claim(&town, &[*line]));
            town.served.exchanges().claim_from_pot(request).await.map(drop)
        };
        let heard = town.served.block_on(async { tokio::join!(ask(one), ask(other)) });
        let no = match heard {
            (Ok(()), Err(no)) | (Err(no), Ok(())) => no,
            both => panic!("{both:?}"),
        };
        assert_eq!(no.code(), Code::FailedPrecondition);
        assert_eq!(reason::<()>(Err(no)), "LINE_CLAIMED");
    }
    assert_eq!([town.posted("A pot"), town.posted("Lantern Hall")], [90 * HOUR, 0]);
    verify(&town);
}

/// Goal: above a broker's line it waits; nobody who asked agrees; what was put right meanwhile does not come back, the books
/// say which lines it was for, and nobody else is paid for them; what is declined can be claimed again. Method: six hours,
/// asked for twice; one line put right in part before the first is agreed to; the books read anew in between.
#[test]
fn above_the_line_somebody_agrees() {
    let mut town = town();
    let lines = [line(&town, "Jonah", 4 * HOUR, 1), line(&town, "Ivy", 2 * HOUR, 2)];
    let waiting = waits(town.claim_from_pot("Tobias", claim(&town, &lines)).unwrap().done);
    let twice = waits(town.claim_from_pot("Oswin", claim(&town, &lines)).unwrap().done);
    let third = waits(town.claim_from_pot("Oswin", claim(&town, &lines)).unwrap().done);
    assert_eq!(town.posted("Lantern Hall"), -6 * HOUR);
    assert_eq!(reason(town.approve("Tobias", approve_it(waiting))), "SECOND_PERSON_NEEDED");
    let list = api::ListWaitingRequest { bank_number: 1, ..Default::default() };
    let listed = town.list_waiting("Oswin", list.clone()).unwrap().waiting;
    assert_eq!((listed.len(), listed[0].kind()), (3, api::Kind::Claim));
    town.put_right("Tobias", put_right(lines[0], Some(HOUR))).unwrap();
    town.reopened(|_| {});
    let agreed = approve_it(waiting);
    let receipt = town.approve("Oswin", agreed.clone()).unwrap().receipt;
    let entry = receipt.as_ref().unwrap().entry.clone().unwrap();
    assert_eq!(entry.moves[0].amount_seconds, 5 * HOUR);
    assert_eq!(entry.claimed_line_sequences, lines);
    assert!(
        said(&town, "Lantern Hall").starts_with("claimed back 5 h from the pot of Ashenford for 2 lines")
    );
    assert_eq!(sequence(&town.approve("Oswin", agreed).unwrap().receipt), entry.sequence);
    assert_eq!(town.posted("Lantern Hall"), 0);
    assert_eq!(reason(town.approve("Una", approve_it(twice))), "LINE_CLAIMED");
    let no =
        |waiting_number| api::DeclineRequest { request_id: fresh(), waiting_number, ..Default::default() };
    town.decline("Una", no(twice)).unwrap();
    town.put_right("Tobias", put_right(entry.sequence, None)).unwrap();
    town.reopened(|_| {});
    assert_eq!(
        town.list_waiting("Oswin", list).unwrap().waiting.len(),
        1,
        "what was agreed to waits no more"
    );
    town.decline("Una", no(third)).unwrap();
    let in_parts =
        lines.map(|line| town.claim_from_pot("Tobias", claim(&town, &[line])).unwrap().done.unwrap());
    assert_eq!(in_parts.map(|done| entry_of(&done).moves[0].amount_seconds), [3 * HOUR, 2 * HOUR]);

    let all = line(&town, "Ivy", 6 * HOUR, 9);
    let nothing = waits(town.claim_from_pot("Tobias", claim(&town, &[all])).unwrap().done);
    town.put_right("Tobias", put_right(all, None)).unwrap();
    assert_eq!(
        reason(town.approve("Oswin", approve_it(nothing))),
        "REVERSAL_EXCEEDS",
        "nothing is left of it"
    );
    verify(&town);
}

/// Goal: a pot pays claims as its purpose says, and whoever speaks for the organisation is not its own second person (I11).
/// Method: a pot of the lead's; Imelda speaks for the hall and claims for it.
#[test]
fn who_speaks_for_it_does_not_claim_alone() {
    let town = town();
    let of_leads = town.opened_pot(api::PotOpens::Lead, 0, None).unwrap();
    let paid = line(&town, "Jonah", HOUR, 1);
    let from_leads = api::ClaimFromPotRequest { pot_account_number: of_leads, ..claim(&town, &[paid]) };
    assert_eq!(reason(town.claim_from_pot("Tobias", from_leads)), "POT_NOT_OPEN");
    let speaks = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: town.owner_number("Lantern Hall"),
        representative: Some(api::Representative {
            owner_number: town.owner_number("Imelda"),
            speaks: api::Speaks::ForAll.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    town.set_representative("Tobias", speaks).unwrap();
    let waiting = waits(town.claim_from_pot("Imelda", claim(&town, &[paid])).unwrap().done);
    assert_eq!(reason(town.approve("Imelda", approve_it(waiting))), "SECOND_PERSON_NEEDED");
    assert_eq!(town.posted("Lantern Hall"), -HOUR);
    town.approve("Oswin", approve_it(waiting)).unwrap();
    assert_eq!(town.posted("Lantern Hall"), 0);
    verify(&town);
}

/// Goal: a hundred lines are claimed in one entry, also where it has to wait. Method: a hundred quarters of an hour, which
/// are above the line of brokers.
#[test]
fn a_hundred_lines_at_once() {
    let town = town();
    let lines: Vec<u64> = (0..100).map(|place| line(&town, "Ivy", HOUR / 4, 1 + place % 30)).collect();
    let waiting = waits(town.claim_from_pot("Tobias", claim(&town, &lines)).unwrap().done);
    let receipt = town.approve("Oswin", approve_it(waiting)).unwrap().receipt;
    let entry = receipt.unwrap().entry.unwrap();
    assert_eq!(entry.claimed_line_sequences, lines);
    assert_eq!([town.posted("A pot"), town.posted("Lantern Hall")], [75 * HOUR, 0]);
    verify(&town);
}
