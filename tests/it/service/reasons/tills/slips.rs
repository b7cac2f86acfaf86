//! What a broker hears in full, who writes down a slip.

use hourbook::api::{self, record_redemption_request::By};
use hourbook::domain::{AccountNumber, Reason};

use super::{close, full_at, member, showing, speaks};
use crate::service::reasons::asking::hear;
use crate::service::reasons::seen::{Refused, Seen};
use crate::service::redemption::{Cafe, shown};
use crate::support::HOUR;
use crate::support::served::fresh;

const CALL: &str = "RecordRedemption";

/// Everything about slips.
pub fn everything(seen: &mut Seen) {
    let mut cafe = Cafe::selling();
    ["Pia", "Gone", "Bea"].into_iter().for_each(|who| member(&mut cafe, who, -5));
    cafe.give("A pot", 20 * HOUR);
    whose(&cafe, seen);
    by_code(&mut cafe, seen);
    by_card(&cafe, seen);
    the_shop(&cafe, seen);
    between_banks(&mut cafe, seen);
    full_at(&cafe, cafe.account(), HOUR);
    let refused = of_account(&cafe, "Tobias", (cafe.town.of("Ann"), 9));
    seen.also(refused, Reason::AboveCeiling, &["Saucer & Spoon"]);
}

/// A slip of today that says this.
fn write(cafe: &Cafe, who: &str, request: api::RecordRedemptionRequest) -> Result<(), Refused> {
    let request = api::RecordRedemptionRequest { request_id: fresh(), ..request };
    hear(CALL, cafe.record_redemption(who, request))
}

/// Of so many people, with the hours of this account.
fn of_account(cafe: &Cafe, who: &str, (account, people): (u32, u32)) -> Result<(), Refused> {
    write(cafe, who, api::RecordRedemptionRequest { people, ..cafe.slip(900, By::AccountNumber(account)) })
}

/// Of a code.
fn of_code(cafe: &Cafe, code: &str, people: u32) -> Result<(), Refused> {
    let slip = cafe.slip(900, By::Shown(shown(code).unwrap()));
    write(cafe, "Tobias", api::RecordRedemptionRequest { people, ..slip })
}

fn whose(cafe: &Cafe, seen: &mut Seen) {
    let ann = cafe.town.of("Ann");
    let nobodys = AccountNumber::from_slot(9_000_000).unwrap().printed();
    let refused = of_account(cafe, "Tobias", (nobodys, 1));
    seen.refused(refused, Reason::AccountNotFound, &[("account_number", &nobodys)], &[]);
    close(cafe, "Gone");
    let gone = cafe.town.of("Gone");
    let refused = of_account(cafe, "Tobias", (gone, 1));
    seen.refused(refused, Reason::AccountClosed, &[("account_number", &gone)], &[]);
    let refused = of_account(cafe, "Tobias", (ann, 100));
    seen.also(refused, Reason::BelowFloor, &["Ann", "5 hours below zero"]);
    let slip = cafe.slip(900, By::AccountNumber(ann));
    let own = api::RecordRedemptionRequest { staff_initials: "AN".into(), ..slip.clone() };
    let says = ["nobody uses their own hours while on the till"];
    seen.refused(write(cafe, "Tobias", own), Reason::StaffSelfRedemption, &[], &says);
    let says = ["nobody else has agreed", "Another time broker writes it down"];
    seen.refused(write(cafe, "Cafe", slip), Reason::SecondPersonNeeded, &[], &says);
}

fn by_code(cafe: &mut Cafe, seen: &mut Seen) {
    let refused = of_code(cafe, "000 000 000", 1);
    seen.refused(refused, Reason::CodeUnknown, &[], &["there is no code or card with these digits"]);
    let used = cafe.code("Ann", "Ann");
    let sale = cafe.sale(1, &used);
    cafe.sell(sale.clone()).unwrap();
    let figures: [(&str, &dyn ToString); 3] = [("why", &"CODE_USED"), ("left", &0), ("take", &1)];
    seen.refused(of_code(cafe, &used, 1), Reason::CodeUsed, &figures, &["this code was used before"]);
    let tried = cafe.code("Ann", "Ann");
    for receipt in 2..5 {
        let receipt = Some(api::SaleReceipt { number: receipt, ..Default::default() });
        cafe.sell(api::Sale { people: 100, receipt, ..showing(&sale, &tried) }).unwrap_err();
    }
    let refused = of_code(cafe, &tried, 1);
    seen.refused(refused, Reason::CodeExpired, &[], &["that code is over", "tried too often"]);
    let elsewhere = api::IssueCodeRequest {
        account_number: cafe.town.of("Ann"),
        partner_owner_number: cafe.baths,
        ..Default::default()
    };
    let elsewhere = cafe.issue_code("Ann", elsewhere).unwrap().code;
    let refused = of_code(cafe, &elsewhere, 1);
    seen.refused(refused, Reason::CodeNotHere, &[], &["for another shop or another offer"]);
    let voucher = cafe.issue_voucher("Tobias", cafe.voucher(HOUR)).unwrap().code;
    let refused = of_code(cafe, &voucher, 2);
    let says = ["1 hour is left on that voucher"];
    seen.refused(refused, Reason::CaptureExceedsHold, &[("left_seconds", &HOUR)], &says);
    cafe.town.owner("Hall");
    cafe.town.account("Hall", (1, api::AccountKind::Organisation), "Hall", -20);
    speaks(cafe, ("Bea", cafe.town.owner_number("Hall")), api::Speaks::ForAll, HOUR);
    let monthly = cafe.code("Bea", "Hall");
    let figures: [(&str, &dyn ToString); 3] =
        [("why", &"BUDGET_SPENT"), ("left", &HOUR), ("take", &(2 * HOUR))];
    let says = ["in a month has 1 hour left"];
    seen.refused(of_code(cafe, &monthly, 2), Reason::BudgetSpent, &figures, &says);
}

fn by_card(cafe: &Cafe, seen: &mut Seen) {
    let card = cafe.card("Ann", "2580");
    let with = |number: &str, pin: &str| {
        let shown = cafe.by_card(900, number, pin).shown.unwrap();
        write(cafe, "Tobias", cafe.slip(900, By::Shown(shown)))
    };
    for _ in 0..5 {
        seen.refused(with(&card, "9999"), Reason::PinWrong, &[], &["that is not the PIN of this card"]);
    }
    seen.refused(with(&card, "2580"), Reason::PinLocked, &[], &["wrong too often", "sets a new one"]);
    let account_number = cafe.town.of("Ann");
    let block = api::BlockCardRequest { request_id: fresh(), account_number, validate_only: false };
    cafe.town.block_card("Tobias", block).unwrap();
    seen.refused(with(&card, "2580"), Reason::CardNotFound, &[], &["that card was blocked"]);
}

fn the_shop(cafe: &Cafe, seen: &mut Seen) {
    let thursdays = api::OfferHours { weekdays: vec![4], ..Default::default() };
    cafe.offer("Tobias", api::Offer { hours: Some(thursdays), ..cafe.lunch() }).unwrap();
    let of_offer = |offer_number| {
        let slip = cafe.slip(900, By::AccountNumber(cafe.town.of("Ann")));
        write(cafe, "Tobias", api::RecordRedemptionRequest { offer_number, ..slip })
    };
    let says = ["that offer is not open, not in this venue"];
    seen.refused(of_offer(9), Reason::OfferNotNow, &[("why", &"OFFER_NOT_OPEN")], &says);
    let says = ["that offer is for other days"];
    seen.refused(of_offer(2), Reason::OfferNotNow, &[("why", &"OFFER_NOT_NOW")], &says);
}

/// Una reaches all banks; Quillmere may owe Ashenford three hours, and Mallow Bridge keeps no account for it.
fn between_banks(cafe: &mut Cafe, seen: &mut Seen) {
    let bank = cafe.town.bank("Mallow Bridge", ("M pot", "M created"));
    cafe.town.owner("Maud");
    cafe.town.account("Maud", (2, api::AccountKind::Member), "Maud", -20);
    let moss = api::CreatePersonRequest {
        request_id: fresh(),
        bank_number: bank,
        kind: api::PersonKind::Member.into(),
        profile: Some(api::Profile { name: "Moss".into(), ..Default::default() }),
        ..Default::default()
    };
    let owner_number = cafe.town.create_person("Una", moss).unwrap().owner_number;
    let look = api::GetPersonRequest { owner_number, ..Default::default() };
    let moss = cafe.town.get_person("Una", look).unwrap().person.unwrap().account_numbers[0];
    let refused = of_account(cafe, "Una", (cafe.town.of("Maud"), 4));
    seen.also(refused, Reason::ClearingCap, &["Quillmere"]);
    let refused = of_account(cafe, "Una", (moss, 1));
    let figures: [(&str, &dyn ToString); 2] = [("first_bank_number", &bank), ("second_bank_number", &1)];
    seen.refused(refused, Reason::CrossBank, &figures, &["keep no accounts for each other"]);
}
