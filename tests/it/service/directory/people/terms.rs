//! Who pays, who speaks for whom, and pauses.

use hourbook::api;
use tonic::Code;

use super::{help, member, person, taken_in};
use crate::service::hostile::named;
use crate::support::HOUR;
use crate::support::served::{Served, fresh};

fn standing(owner_number: u32, paid_by: u32, hours_to: u32) -> api::SetMemberStandingRequest {
    api::SetMemberStandingRequest {
        request_id: fresh(),
        owner_number,
        paid_by_account_number: paid_by,
        hours_to_account_number: hours_to,
        rest_to_account_number: 0,
        validate_only: false,
    }
}

/// Goal: where the pot pays by a standing choice, RecordExchange takes it from the pot and the person stays where
/// they were; their hours go to the pot too, if they chose so. Method: a pot filled first, then both ways.
#[test]
fn the_pot_pays() {
    let served = Served::new();
    let (_, pot, issuance) = served.bank("Ashenford");
    served.bank("Quillmere");
    let (ann, of_ann) = taken_in(&served, member("Ann Ash"));
    let (_, of_ben) = taken_in(&served, member("Benedict Oake"));
    served.exchange(issuance, pot, 5 * HOUR).unwrap();
    let set = |request| {
        let answer = served.block_on(served.directory().set_member_standing(request));
        answer.map_err(|status| named(&status)).map(|answer| answer.into_inner().receipt.unwrap())
    };
    let chosen = standing(ann, pot, pot);
    set(chosen.clone()).unwrap();
    assert!(set(chosen).unwrap().repeated);
    let known = person(&served, ann);
    assert_eq!((known.paid_by_account_number, known.hours_to_account_number), (pot, pot));
    help(&served, of_ben, of_ann, 2).unwrap();
    assert_eq!([pot, of_ann, of_ben].map(|account| served.posted(account)), [3 * HOUR, 0, 2 * HOUR]);
    help(&served, of_ann, of_ben, 1).unwrap();
    assert_eq!([pot, of_ann, of_ben].map(|account| served.posted(account)), [4 * HOUR, 0, HOUR]);
    for (request, expected) in [
        (standing(ann, of_ben, 0), "paid_by_account_number"),
        (standing(ann, 0, 10_043), "hours_to_account_number"),
        (standing(99, pot, 0), "OWNER_NOT_FOUND"),
    ] {
        assert_eq!(set(request.clone()).unwrap_err(), expected, "{request:?}");
    }
    set(standing(ann, 0, 0)).unwrap();
    help(&served, of_ben, of_ann, 2).unwrap();
    assert_eq!([pot, of_ann].map(|account| served.posted(account)), [4 * HOUR, -2 * HOUR]);
}

/// Goal: whoever speaks is named, changed and ended, and only somebody who is there.
#[test]
fn somebody_speaks_for_somebody() {
    let served = Served::new();
    served.bank("Ashenford");
    let (ann, _) = taken_in(&served, member("Ann Ash"));
    let (ben, _) = taken_in(&served, member("Benedict Oake"));
    let says = |representative: api::Representative, is_over| {
        let request = api::SetRepresentativeRequest {
            request_id: fresh(),
            owner_number: ann,
            representative: Some(representative),
            is_over,
            validate_only: false,
        };
        let answer = served.block_on(served.directory().set_representative(request));
        answer.map(drop).map_err(|status| named(&status))
    };
    let speaks = api::Representative {
        owner_number: ben,
        speaks: api::Speaks::ToSpend.into(),
        monthly_limit_seconds: 3 * HOUR,
        last_day: Some(api::Date { year: 2026, month: 12, day: 31 }),
    };
    let of = |owner_number| api::Representative { owner_number, ..speaks };
    assert_eq!(says(speaks, true).unwrap_err(), "NOTHING_WAITS");
    says(speaks, false).unwrap();
    assert_eq!(person(&served, ann).representatives, [speaks]);
    let for_all =
        api::Representative { speaks: api::Speaks::ForAll.into(), monthly_limit_seconds: 0, ..speaks };
    says(for_all, false).unwrap();
    assert_eq!(person(&served, ann).representatives, [for_all]);
    for (said, expected) in [
        (of(ann), "representative.owner_number"),
        (of(0), "representative.owner_number"),
        (of(99), "OWNER_NOT_FOUND"),
        (api::Representative { speaks: 0, ..speaks }, "representative.speaks"),
        (api::Representative { monthly_limit_seconds: -1, ..speaks }, "representative.monthly_limit_seconds"),
    ] {
        assert_eq!(says(said, false).unwrap_err(), expected, "{said:?}");
    }
    says(of(ben), true).unwrap();
    assert!(person(&served, ann).representatives.is_empty());
}

/// Goal: nothing new while there is a pause, and again after 14 days or when it is ended; the one who set it does
/// not go on with it. Method: the clock goes on; the local operator is always the same.
#[test]
fn nothing_new_while_paused() {
    let served = Served::new();
    served.bank("Ashenford");
    let (ann, of_ann) = taken_in(&served, member("Ann Ash"));
    let (_, of_ben) = taken_in(&served, member("Benedict Oake"));
    let pause = |is_over| {
        let request =
            api::PauseMemberRequest { request_id: fresh(), owner_number: ann, is_over, validate_only: false };
        let answer = served.block_on(served.directory().pause_member(request));
        answer.map(|answer| answer.into_inner().until).map_err(|status| named(&status))
    };
    assert_eq!(pause(true).unwrap_err(), "NOTHING_WAITS");
    let until = pause(false).unwrap();
    assert_eq!(person(&served, ann).paused_until, until);
    assert_eq!(help(&served, of_ben, of_ann, 1).unwrap_err(), "PAUSED");
    assert_eq!(help(&served, of_ann, of_ben, 1).unwrap_err(), "PAUSED");
    assert_eq!(pause(false).unwrap_err(), "SECOND_PERSON_NEEDED");
    assert_eq!(pause(true), Ok(None));
    help(&served, of_ben, of_ann, 1).unwrap();
    assert_eq!(pause(false).unwrap_err(), "SECOND_PERSON_NEEDED", "nor begins another at once");
    served.clock.advance_seconds(14 * 86_400);
    pause(false).unwrap();
    served.clock.advance_seconds(14 * 86_400 - 1);
    assert_eq!(help(&served, of_ben, of_ann, 1).unwrap_err(), "PAUSED");
    served.clock.advance_seconds(1);
    help(&served, of_ben, of_ann, 1).unwrap();
    assert_eq!(person(&served, ann).paused_until, None);
    assert_eq!(pause(false).unwrap_err(), "SECOND_PERSON_NEEDED", "nor by waiting a moment");
    assert_eq!(pause(true).unwrap_err(), "NOTHING_WAITS", "nor by ending what is over");
    let nobody = api::PauseMemberRequest { request_id: fresh(), owner_number: 99, ..Default::default() };
    assert_eq!(served.block_on(served.directory().pause_member(nobody)).unwrap_err().code(), Code::NotFound);
}
