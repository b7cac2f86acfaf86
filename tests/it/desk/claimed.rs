//! What was claimed back from a pot is not put right, nor given back at a till, before the claim is.

use std::collections::BTreeMap;

use hourbook::api;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::claims::{claim, line, put_right, town};
use super::verify;
use crate::access::with;
use crate::service::exchange::{approve_it, number, reason, waits};
use crate::service::redemption::{Cafe, why};
use crate::support::HOUR;
use crate::support::served::fresh;

/// That `line` is claimed, by `claim`, in words and figures.
fn is_claimed<T: std::fmt::Debug>(answer: Result<T, Status>, line: u64, claim: u64) {
    let status = answer.unwrap_err();
    let info = status.get_details_error_info().unwrap();
    assert_eq!((status.code(), info.reason.as_str()), (Code::FailedPrecondition, "LINE_CLAIMED"));
    let figures = ["line_sequence", "claim_sequence"].map(|name| info.metadata[name].clone());
    assert_eq!(figures, [line, claim].map(|number| number.to_string()));
    let says = format!("entry {line} was claimed back from a pot by entry {claim}.");
    assert!(status.message().contains(&says), "{status:?}");
    assert!(status.message().contains(&format!("Put entry {claim} right first.")), "{status:?}");
}

/// Goal: nothing of a line is put right while it is claimed, by whichever call, and the answer says what to put right first;
/// whatever was put right before does not come back; after the claim is put right all is as before. Method: a line put right
/// in part, claimed, put right in vain in each way, the claim put right in part and in whole; then the line, then a claim.
#[test]
fn what_is_claimed_is_not_put_right() {
    let mut town = town();
    let [paid, other] = [line(&town, "Jonah", 2 * HOUR, 1), line(&town, "Ivy", HOUR, 2)];
    town.put_right("Tobias", put_right(paid, Some(HOUR / 2))).unwrap();
    let claimed = number(&town.claim_from_pot("Tobias", claim(&town, &[paid])).unwrap().done.unwrap());
    assert_eq!([town.posted("A pot"), town.posted("Lantern Hall")], [197 * HOUR / 2, -HOUR]);
    for part in [None, Some(HOUR / 4)] {
        is_claimed(town.put_right("Tobias", put_right(paid, part)), paid, claimed);
        let checked = api::PutRightRequest { validate_only: true, ..put_right(paid, part) };
        is_claimed(town.put_right("Tobias", checked), paid, claimed);
    }
    let position = town.position();
    for is_refund in [false, true] {
        let reversed = api::ReverseEntryRequest {
            request_id: fresh(),
            original_sequence: paid,
            is_refund,
            ..Default::default()
        };
        let refused = town.reverse_entry("integration", reversed).unwrap_err();
        assert!(refused.message().contains("Put that claim right first."), "{refused:?}");
        assert_eq!(reason::<()>(Err(refused)), "LINE_CLAIMED");
    }
    assert_eq!(town.position(), position);
    town.reopened(|_| {});
    is_claimed(town.put_right("Tobias", put_right(paid, None)), paid, claimed);
    town.put_right("Tobias", put_right(other, None)).unwrap();

    town.put_right("Tobias", put_right(claimed, Some(HOUR))).unwrap();
    is_claimed(town.put_right("Tobias", put_right(paid, None)), paid, claimed);
    town.put_right("Tobias", put_right(claimed, None)).unwrap();
    town.put_right("Tobias", put_right(paid, Some(HOUR / 2))).unwrap();
    let anew = number(&town.claim_from_pot("Tobias", claim(&town, &[paid])).unwrap().done.unwrap());
    assert_eq!([town.posted("A pot"), town.posted("Lantern Hall")], [99 * HOUR, 0]);
    is_claimed(town.put_right("Tobias", put_right(paid, None)), paid, anew);
    verify(&town);
}

/// Goal: what waits for a second person is decided when they agree: a line is not put right that was claimed meanwhile, nor
/// the other way round claimed for more than is left. Method: a lead asks to put right what is too old for brokers; it is
/// claimed before another agrees; then the claim is put right.
#[test]
fn claimed_while_it_waits() {
    let town = town();
    let paid = line(&town, "Jonah", 2 * HOUR, 1);
    town.served.clock.advance_seconds(40 * 86_400);
    let waiting = waits(town.put_right("Una", put_right(paid, None)).unwrap().done);
    let claimed = number(&town.claim_from_pot("Tobias", claim(&town, &[paid])).unwrap().done.unwrap());
    let refused = town.approve("Oswin", approve_it(waiting)).unwrap_err();
    assert!(refused.message().contains("Put that claim right first."), "{refused:?}");
    assert_eq!(reason::<()>(Err(refused)), "LINE_CLAIMED");
    assert_eq!(town.posted("Lantern Hall"), 0);
    town.put_right("Tobias", put_right(claimed, None)).unwrap();
    town.approve("Oswin", approve_it(waiting)).unwrap();
    assert_eq!([town.posted("A pot"), town.posted("Lantern Hall")], [100 * HOUR, 0]);
    verify(&town);
}

/// Goal: a till gives nothing back that the hall claimed, and hears no more than that it cannot be done today; the office
/// hears what to put right first; afterwards it is given back, and what was given back before is not claimed. Method: a seat
/// at lunch for two of the hall, one given back before the claim.
#[test]
fn a_till_gives_back_nothing_that_is_claimed() {
    let mut cafe = Cafe::selling();
    cafe.town.owner("Hall");
    cafe.town.account("Hall", (1, api::AccountKind::Organisation), "Hall", -20);
    cafe.give("A pot", 10 * HOUR);
    let two = api::Sale { people: 2, ..cafe.sale(1, &cafe.code("Tobias", "Hall")) };
    let sold = cafe.sell(two).unwrap().redemption.unwrap().redemption_sequence;
    cafe.give_back("Till", sold, HOUR / 2).unwrap();
    let claim = || api::ClaimFromPotRequest {
        request_id: fresh(),
        pot_account_number: cafe.town.of("A pot"),
        organisation_account_number: cafe.town.of("Hall"),
        line_sequences: vec![sold],
        reason: "the carers' lunch".into(),
        ..Default::default()
    };
    let claimed = number(&cafe.town.claim_from_pot("Tobias", claim()).unwrap().done.unwrap());
    assert_eq!([cafe.stands("Hall"), cafe.stands("A pot")], [(0, 0), (17 * HOUR / 2, 0)]);
    for seconds in [HOUR / 2, 0] {
        for till in ["Till", "Cafe"] {
            assert_eq!(why(cafe.give_back(till, sold, seconds)), "NOT_TODAY", "{till}");
        }
        is_claimed(cafe.give_back("Tobias", sold, seconds), sold, claimed);
    }
    assert_eq!(cafe.stands("Hall"), (0, 0));
    cafe.town.put_right("Tobias", put_right(claimed, None)).unwrap();
    cafe.give_back("Till", sold, 0).unwrap();
    assert_eq!([cafe.stands("Hall"), cafe.stands("A pot")], [(0, 0), (10 * HOUR, 0)]);
    let refused = cafe.town.claim_from_pot("Tobias", claim()).unwrap_err();
    assert!(refused.message().contains("is none"), "{refused:?}");
    verify(&cafe.town);
}

/// Goal: a line that is claimed and put right at the same moment comes back once, whichever was first. Method: forty lines,
/// each claimed by one broker while another puts it right, half of them in part; what the hall has, for each.
#[test]
fn claimed_and_put_right_at_once() {
    let town = town();
    let (one, other) = (town.key("Tobias"), town.key("Oswin"));
    let (mut claimed_first, mut right_first) = (0, 0);
    for place in 0..40 {
        let paid = line(&town, "Jonah", HOUR / 2, 1 + place % 30);
        assert_eq!(town.posted("Lantern Hall"), -HOUR / 2);
        let part = (place % 2 == 0).then_some(HOUR / 4);
        let claims = async {
            let request = with(one, claim(&town, &[paid]));
            town.served.exchanges().claim_from_pot(request).await.map(drop)
        };
        let rights = async {
            let request = with(other, put_right(paid, part));
            town.served.exchanges().put_right(request).await.map(drop)
        };
        match town.served.block_on(async { tokio::join!(claims, rights) }) {
            (Ok(()), Err(no)) => {
                assert_eq!(reason::<()>(Err(no)), "LINE_CLAIMED");
                claimed_first += 1;
            }
            // What was left of it, or nothing, or more than is left: then it is claimed anew.
            (answer, Ok(())) => {
                right_first += 1;
                if let Err(no) = answer {
                    let words = no.message().to_owned();
                    let why = reason::<()>(Err(no));
                    assert!(why == "line_sequences" || words.contains("put right meanwhile"), "{words}");
                    if part.is_some() {
                        town.claim_from_pot("Tobias", claim(&town, &[paid])).unwrap();
                    }
                }
            }
            both => panic!("{both:?}"),
        }
        assert_eq!(town.posted("Lantern Hall"), 0, "{part:?}");
    }
    println!("{claimed_first} claimed first, {right_first} put right first");
    verify(&town);
}

/// What is so of a line: what is left of it, and which claim claims it.
#[derive(Debug, Default)]
struct Line {
    left: i64,
    claim: Option<u64>,
}

/// Goal: in any order of claims and of what is put right, each second of a line comes back once at most, and every answer is
/// what two facts of a line say: what is left of it, and whether it is claimed. Method: 400 random steps over few lines
/// against those facts, by hand; the books read anew now and then; what the hall and the pot have, after each.
#[test]
fn any_order_of_claims_and_of_putting_right() {
    let mut town = town();
    let mut state = 7_u64;
    let mut below = |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % end
    };
    let mut lines: BTreeMap<u64, Line> = BTreeMap::new();
    // Of each claim that is not put right: its lines, and what it came to.
    let mut claims: BTreeMap<u64, (Vec<u64>, i64)> = BTreeMap::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for step in 0..400 {
        if lines.len() < 3 || below(8) == 0 {
            let seconds = i64::try_from(1 + below(4)).unwrap() * HOUR / 4;
            let paid = line(&town, "Ivy", seconds, 1 + step % 30);
            lines.insert(paid, Line { left: seconds, claim: None });
        }
        let numbers: Vec<u64> = lines.keys().rev().take(6).copied().collect();
        let pick = numbers[below(numbers.len())];
        let did = match below(10) {
            0..4 => {
                let second = numbers[below(numbers.len())];
                let mut of: Vec<u64> = vec![pick, second];
                of.sort_unstable();
                of.dedup();
                let came_to: i64 = of.iter().map(|one| lines[one].left).sum();
                let may = of.iter().all(|one| lines[one].left > 0 && lines[one].claim.is_none());
                let answer = town.claim_from_pot("Tobias", claim(&town, &of));
                assert_eq!(answer.is_ok(), may, "{of:?} of {lines:?}: {answer:?}");
                if let Ok(answer) = answer {
                    let claimed = number(&answer.done.unwrap());
                    of.iter().for_each(|one| lines.get_mut(one).unwrap().claim = Some(claimed));
                    claims.insert(claimed, (of, came_to));
                    "claimed"
                } else {
                    "not claimed"
                }
            }
            4..8 => {
                let part = (below(2) == 0).then_some(HOUR / 4);
                let one = lines.get_mut(&pick).unwrap();
                let take = part.unwrap_or(one.left);
                let may = one.claim.is_none() && one.left > 0 && take <= one.left;
                let answer = town.put_right("Tobias", put_right(pick, part));
                assert_eq!(answer.is_ok(), may, "{part:?} of {one:?}: {answer:?}");
                if may {
                    one.left -= take;
                    "put right"
                } else if let Some(claimed) = one.claim {
                    is_claimed(answer, pick, claimed);
                    "claimed, and not put right"
                } else {
                    "nothing to put right"
                }
            }
            8 => match claims.pop_last() {
                Some((claimed, (of, _))) => {
                    town.put_right("Tobias", put_right(claimed, None)).unwrap();
                    of.iter().for_each(|one| lines.get_mut(one).unwrap().claim = None);
                    "claim put right"
                }
                None => "no claim",
            },
            _ => {
                if step % 5 == 0 {
                    town.reopened(|_| {});
                }
                "read anew"
            }
        };
        *seen.entry(did).or_default() += 1;
        let back: i64 = claims.values().map(|(_, seconds)| seconds).sum();
        let paid: i64 = lines.values().map(|one| one.left).sum();
        let stands = [town.posted("A pot"), town.posted("Lantern Hall")];
        assert_eq!(stands, [100 * HOUR - back, back - paid], "{did}");
    }
    println!("{seen:?}");
    assert_eq!(seen.len(), 8, "{seen:?}");
    verify(&town);
}
