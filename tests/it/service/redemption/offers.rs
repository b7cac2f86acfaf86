//! What partners offer: who says so, who approves, who sees it.

use hourbook::api::{self, Availability, OfferState};

use super::{Cafe, why};
use crate::support::HOUR;
use crate::support::served::fresh;

/// Goal: the bank approves what a partner offers, and nobody what they offered themselves; a broker's word approves what
/// they offer for it; what ended stays ended; other partners and banks find nobody. Method: a café, its broker and
/// another one, baths, a broker of another bank, a till.
#[test]
fn the_bank_approves_what_partners_offer() {
    let cafe = Cafe::new();
    let first = cafe.offer("Cafe", cafe.lunch()).unwrap();
    assert_eq!(
        (first.offer_number, first.state(), first.availability()),
        (1, OfferState::Waits, Availability::Unspecified)
    );
    for who in ["Cafe", "Till", "Ann"] {
        assert_eq!(why(cafe.approve(who, 1, "")), "BEYOND_REACH", "{who}");
    }
    assert_eq!(why(cafe.approve("Oyin", 1, "")), "OWNER_NOT_FOUND");
    assert_eq!(why(cafe.approve("Tobias", 2, "")), "offer_number");
    for (is_declined, reason) in
        [(false, "why not".to_owned()), (true, String::new()), (true, "w".repeat(201))]
    {
        let request = api::ApproveOfferRequest {
            request_id: fresh(),
            partner_owner_number: cafe.cafe,
            offer_number: 1,
            is_declined,
            reason,
            validate_only: false,
        };
        assert_eq!(why(cafe.approve_offer("Tobias", request)), "reason");
    }
    let approved = cafe.approve("Tobias", 1, "").unwrap();
    assert_eq!((approved.state(), approved.availability()), (OfferState::Open, Availability::Available));
    assert_eq!(why(cafe.approve("Tobias", 1, "")), "offer_number", "it was");

    let second = cafe.offer("Tobias", api::Offer { venue_number: 1, ..cafe.lunch() }).unwrap();
    assert_eq!((second.offer_number, second.state(), second.venue_number), (2, OfferState::Open, 1));
    assert_eq!(
        why(cafe.offer("Tobias", api::Offer { venue_number: 2, ..cafe.lunch() })),
        "offer.venue_number"
    );
    assert_eq!(why(cafe.offer("Baths", cafe.lunch())), "OWNER_NOT_FOUND");
    assert_eq!(why(cafe.offer("Oyin", cafe.lunch())), "OWNER_NOT_FOUND");
    assert_eq!(why(cafe.offer("Till", cafe.lunch())), "BEYOND_REACH");

    let third = cafe.offer("Cafe", cafe.lunch()).unwrap();
    let declined = cafe.approve("Oswin", third.offer_number, "tea is goods").unwrap();
    assert_eq!((declined.state(), &*declined.declined_because), (OfferState::Declined, "tea is goods"));
    assert_eq!(why(cafe.approve("Oswin", third.offer_number, "")), "offer_number");
    assert_eq!(why(cafe.retire("Cafe", third.offer_number)), "offer_number");
    cafe.retire("Cafe", 1).unwrap();
    assert_eq!(why(cafe.retire("Tobias", 1)), "offer_number");
    assert_eq!(why(cafe.retire("Baths", 2)), "OWNER_NOT_FOUND");
}

/// Goal: nobody approves what they offered, nor what whom they speak for did. Method: Oswin speaks for the café: what Oswin
/// offers for it waits, and Oswin approves nothing of it; Tobias does.
#[test]
fn nobody_approves_their_own() {
    let cafe = Cafe::new();
    let speaks = api::SetRepresentativeRequest {
        request_id: fresh(),
        owner_number: cafe.cafe,
        representative: Some(api::Representative {
            owner_number: cafe.town.owner_number("Oswin"),
            speaks: api::Speaks::ForAll.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    cafe.town.set_representative("Tobias", speaks).unwrap();
    let own = cafe.offer("Oswin", cafe.lunch()).unwrap();
    let of_cafe = cafe.offer("Cafe", cafe.lunch()).unwrap();
    assert_eq!(own.state(), OfferState::Waits);
    for offer in [own, of_cafe] {
        assert_eq!(why(cafe.approve("Oswin", offer.offer_number, "")), "SECOND_PERSON_NEEDED");
        assert_eq!(cafe.approve("Tobias", offer.offer_number, "").unwrap().state(), OfferState::Open);
    }
}

/// Goal: goods and discounts are offered only where the bank takes them and has declared its practice, and an offer whose
/// kind the bank takes no more is gone. Method: a policy that names goods, then declares, then takes it back.
#[test]
fn goods_need_a_declared_practice() {
    let cafe = Cafe::new();
    let tea =
        api::Offer { kind: api::OfferKind::Goods.into(), wording: "tea and cake".into(), ..cafe.lunch() };
    let settle = |change: &dyn Fn(&mut api::BankPolicy)| {
        let look = api::GetBankPolicyRequest { bank_number: 1, at_sequence: 0 };
        let mut policy = cafe.town.get_bank_policy("Una", look).unwrap().policy.unwrap();
        change(&mut policy);
        let request = api::SetBankPolicyRequest {
            request_id: fresh(),
            bank_number: 1,
            policy: Some(policy),
            validate_only: false,
        };
        cafe.town.set_bank_policy("Una", request).unwrap();
    };
    assert_eq!(why(cafe.offer("Cafe", tea.clone())), "GOODS_NOT_ALLOWED");
    settle(&|policy| policy.offer_kinds.push(api::OfferKind::Goods.into()));
    let refused = cafe.offer("Tobias", tea.clone()).unwrap_err();
    assert!(refused.message().contains("A seat, a session and a visit are activities"), "{refused:?}");
    assert_eq!(why::<()>(Err(refused)), "GOODS_NOT_ALLOWED");
    settle(&|policy| policy.has_declared_practice = true);
    let waits = cafe.offer("Cafe", tea).unwrap();
    settle(&|policy| policy.has_declared_practice = false);
    assert_eq!(why(cafe.approve("Tobias", waits.offer_number, "")), "GOODS_NOT_ALLOWED");
    settle(&|policy| policy.has_declared_practice = true);
    let open = cafe.approve("Tobias", waits.offer_number, "").unwrap();
    assert_eq!(open.availability(), Availability::Available);
    settle(&|policy| policy.offer_kinds = vec![api::OfferKind::Activity.into()]);
    let seen = cafe.list_offers("Ann", api::ListOffersRequest::default()).unwrap().offers;
    assert_eq!(seen[0].availability(), Availability::Gone);
}

/// Goal: whoever may take an offer sees it, with when; what ended only who asks for it; what the bank has not approved only
/// who offers or approves it; page after page, each once. Method: offers of a café and of baths, seen by a member, a till,
/// a partner and brokers of two banks.
#[test]
fn who_sees_which_offers() {
    let cafe = Cafe::new();
    for _ in 0..3 {
        cafe.offer("Tobias", cafe.lunch()).unwrap();
    }
    let swim = api::Offer { partner_owner_number: cafe.baths, wording: "a swim".into(), ..cafe.lunch() };
    let june = Some(api::Date { year: 2026, month: 6, day: 1 });
    let later = api::OfferHours { first_day: june, ..Default::default() };
    let swim = cafe.offer("Tobias", api::Offer { hours: Some(later), ..swim }).unwrap();
    assert_eq!((swim.availability(), swim.available_from), (Availability::NotBefore, june));
    cafe.retire("Tobias", 2).unwrap();
    let all = || api::ListOffersRequest::default();
    let open = OfferState::Open;
    let (lunches, swims) = ([(cafe.cafe, 1, open), (cafe.cafe, 3, open)], [(cafe.baths, 1, open)]);
    let both = [&lunches[..], &swims].concat();
    for who in ["Ann", "Tobias", "Una"] {
        assert_eq!(cafe.seen(who, all()), both, "{who}");
    }
    for who in ["Cafe", "Till"] {
        assert_eq!(cafe.seen(who, all()), lunches, "{who}");
    }
    assert_eq!(cafe.seen("Baths", all()), swims);
    assert_eq!(cafe.seen("Oyin", all()), []);
    let of_cafe = || api::ListOffersRequest { partner_owner_number: cafe.cafe, ..all() };
    assert_eq!(cafe.seen("Baths", of_cafe()), []);
    assert_eq!(cafe.seen("Ann", of_cafe()), lunches);
    assert_eq!(cafe.seen("Ann", api::ListOffersRequest { bank_number: 2, ..all() }), []);
    let ended = api::ListOffersRequest { with_ended: true, ..of_cafe() };
    assert_eq!(cafe.seen("Ann", ended)[1], (cafe.cafe, 2, OfferState::Retired));

    waiting_for_the_bank(&cafe);
    let (mut page, mut seen) =
        (api::ListOffersRequest { page_size: 1, with_ended: true, ..all() }, Vec::new());
    loop {
        let answer = cafe.list_offers("Ann", page.clone()).unwrap();
        assert!(answer.offers.len() <= 1);
        seen.extend(answer.offers.iter().map(|offer| (offer.partner_owner_number, offer.offer_number)));
        if answer.next_page_token.is_empty() {
            break;
        }
        page.page_token = answer.next_page_token;
    }
    assert_eq!(seen, [(cafe.cafe, 1), (cafe.cafe, 2), (cafe.cafe, 3), (cafe.baths, 1)]);
}

/// What the bank has not approved is seen by whoever offers or approves, with why not, and by no member and no till.
fn waiting_for_the_bank(cafe: &Cafe) {
    for _ in 0..3 {
        cafe.offer("Cafe", cafe.lunch()).unwrap();
    }
    cafe.approve("Tobias", 5, "tea is goods").unwrap();
    cafe.retire("Cafe", 6).unwrap();
    let with_ended = |with_ended| api::ListOffersRequest {
        partner_owner_number: cafe.cafe,
        with_ended,
        ..Default::default()
    };
    let states = |who: &str, ended| -> Vec<OfferState> {
        cafe.seen(who, with_ended(ended)).into_iter().map(|(.., state)| state).collect()
    };
    let (open, retired) = (OfferState::Open, OfferState::Retired);
    for who in ["Ann", "Till"] {
        assert_eq!(states(who, true), [open, retired, open], "{who}");
    }
    for who in ["Cafe", "Tobias"] {
        assert_eq!(states(who, false), [open, open, OfferState::Waits], "{who}");
        let all = [open, retired, open, OfferState::Waits, OfferState::Declined, retired];
        assert_eq!(states(who, true), all, "{who}");
        let offers = cafe.list_offers(who, with_ended(true)).unwrap().offers;
        assert_eq!(offers[4].declined_because, "tea is goods", "{who}");
    }
}

/// Goal: what was said of offers, budgets and tills' staff is there after a start, and a request asked again has one
/// effect. Method: each of them, twice under one id; the same books served again.
#[test]
fn offers_survive_a_start() {
    let mut cafe = Cafe::new();
    let create =
        api::CreateOfferRequest { request_id: fresh(), offer: Some(cafe.lunch()), validate_only: false };
    let first = cafe.create_offer("Tobias", create.clone()).unwrap();
    let again = cafe.create_offer("Tobias", create.clone()).unwrap();
    assert_eq!((again.receipt.unwrap().repeated, again.offer), (true, first.offer.clone()));
    let other = api::Offer { price_seconds: 2 * HOUR, ..cafe.lunch() };
    let reused = api::CreateOfferRequest { offer: Some(other), ..create };
    assert_eq!(why(cafe.create_offer("Tobias", reused)), "REQUEST_ID_REUSED");
    let budget = |month_seconds| api::SetPartnerBudgetRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        month_seconds,
        validate_only: false,
    };
    // Less than the price of one: the offer is gone until the next month.
    cafe.set_partner_budget("Cafe", budget(Some(HOUR / 2))).unwrap();
    assert_eq!(why(cafe.set_partner_budget("Baths", budget(None))), "OWNER_NOT_FOUND");
    let staff = |people: &[(&str, u32)]| {
        let person = |(initials, owner_number): &(&str, u32)| api::TillPerson {
            initials: (*initials).into(),
            owner_number: *owner_number,
        };
        api::SetTillStaffRequest {
            request_id: fresh(),
            partner_owner_number: cafe.cafe,
            people: people.iter().map(person).collect(),
            validate_only: false,
        }
    };
    let ann = cafe.town.owner_number("Ann");
    cafe.set_till_staff("Tobias", staff(&[("AA", ann), ("RA", 0)])).unwrap();
    cafe.set_till_staff("Cafe", staff(&[("AA", 0)])).unwrap();
    assert_eq!(why(cafe.set_till_staff("Cafe", staff(&[("AA", ann)]))), "people.owner_number");
    assert_eq!(why(cafe.set_till_staff("Tobias", staff(&[("AA", 9_999)]))), "OWNER_NOT_FOUND");
    assert_eq!(why(cafe.set_till_staff("Tobias", staff(&[("aa", 0)]))), "people.initials");
    let seen = |cafe: &Cafe| cafe.list_offers("Ann", api::ListOffersRequest::default()).unwrap().offers;
    let before = seen(&cafe);
    let june = Some(api::Date { year: 2026, month: 6, day: 1 });
    assert_eq!((before[0].availability(), before[0].available_from), (Availability::NotBefore, june));
    cafe.town.reopened(|_| {});
    assert_eq!(seen(&cafe), before);
}

/// Goal: a partner cannot shed who its bank says that somebody at its tills is; a broker can say otherwise. Method: AN, who is
/// Ann, taken off the list and put on it again by the partner, also over a restart; then said to be Bea.
#[test]
fn who_somebody_is_stays_said() {
    let mut cafe = Cafe::selling();
    cafe.town.member("Bea", -5);
    let staff = |cafe: &Cafe, who: &str, people: &[(&str, u32)]| {
        let person = |(initials, owner_number): &(&str, u32)| api::TillPerson {
            initials: (*initials).into(),
            owner_number: *owner_number,
        };
        let request = api::SetTillStaffRequest {
            request_id: fresh(),
            partner_owner_number: cafe.cafe,
            people: people.iter().map(person).collect(),
            validate_only: false,
        };
        cafe.set_till_staff(who, request).unwrap();
    };
    let own = |cafe: &Cafe, number| {
        let sale = api::Sale { staff_initials: "AN".into(), ..cafe.sale(number, &cafe.code("Ann", "Ann")) };
        cafe.sell(sale)
    };
    assert_eq!(why(own(&cafe, 1)), "STAFF_AT_TILL");
    staff(&cafe, "Cafe", &[("EP", 0)]);
    staff(&cafe, "Cafe", &[("AN", 0), ("EP", 0)]);
    assert_eq!(why(own(&cafe, 1)), "STAFF_AT_TILL");
    staff(&cafe, "Cafe", &[("EP", 0)]);
    cafe.town.reopened(|_| {});
    staff(&cafe, "Cafe", &[("AN", 0), ("EP", 0)]);
    assert_eq!(why(own(&cafe, 1)), "STAFF_AT_TILL", "after a restart");
    let bea = cafe.town.owner_number("Bea");
    staff(&cafe, "Tobias", &[("AN", bea), ("EP", 0)]);
    own(&cafe, 1).unwrap();
}
