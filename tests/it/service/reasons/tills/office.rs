//! Codes, vouchers and settlements: what is asked at a desk, or by whoever's hours they are.

use hourbook::api;
use hourbook::domain::{AccountNumber, Reason};

use super::{close, member, speaks};
use crate::service::exchange::day;
use crate::service::reasons::asking::hear;
use crate::service::reasons::seen::{Refused, Seen};
use crate::service::redemption::Cafe;
use crate::support::HOUR;
use crate::support::served::fresh;

/// Everything about codes, vouchers and settlements.
pub fn everything(seen: &mut Seen) {
    let mut cafe = Cafe::selling();
    ["Pia", "Dev", "Gone"].into_iter().for_each(|who| member(&mut cafe, who, -5));
    for hall in ["Hall", "Barn", "Mill", "Shed"] {
        cafe.town.owner(hall);
        cafe.town.account(hall, (1, api::AccountKind::Organisation), hall, -20);
    }
    speaks(&cafe, ("Dev", cafe.town.owner_number("Hall")), api::Speaks::ToReceive, 0);
    speaks(&cafe, ("Dev", cafe.town.owner_number("Barn")), api::Speaks::ToSpend, HOUR);
    ["Gone", "Shed"].into_iter().for_each(|who| close(&cafe, who));
    for who in ["Pia", "Mill"] {
        let owner_number = cafe.town.owner_number(who);
        let request = api::PauseMemberRequest { request_id: fresh(), owner_number, ..Default::default() };
        cafe.town.pause_member("Una", request).unwrap();
    }
    codes(&cafe, seen);
    vouchers(&cafe, seen);
    settlements(&mut cafe, seen);
}

fn nobodys() -> u32 {
    AccountNumber::from_slot(9_000_000).unwrap().printed()
}

fn codes(cafe: &Cafe, seen: &mut Seen) {
    let call = |who: &str, request: api::IssueCodeRequest| hear("IssueCode", cafe.issue_code(who, request));
    let of = |account_number| api::IssueCodeRequest { account_number, ..Default::default() };
    let nobodys = nobodys();
    for (who, account) in [("Tobias", nobodys), ("Ann", cafe.town.of("Pia"))] {
        let refused = call(who, of(account));
        seen.refused(refused, Reason::AccountNotFound, &[("account_number", &account)], &[]);
        let listed = cafe.list_till_refusals(who, api::ListTillRefusalsRequest { account_number: account });
        let refused = hear("ListTillRefusals", listed);
        seen.refused(refused, Reason::AccountNotFound, &[("account_number", &account)], &[]);
    }
    let gone = cafe.town.of("Gone");
    let refused = call("Tobias", of(gone));
    seen.refused(refused, Reason::AccountClosed, &[("account_number", &gone)], &[]);
    seen.refused(call("Tobias", of(cafe.town.of("Pia"))), Reason::Paused, &[], &["there is a pause for Pia"]);
    let refused = call("Dev", of(cafe.town.of("Hall")));
    seen.refused(refused, Reason::NotYours, &[], &["you do not speak for"]);
    let voucher = api::IssueCodeRequest { voucher_sequence: 9_999, ..Default::default() };
    let refused = call("Tobias", voucher);
    seen.refused(refused, Reason::HoldNotFound, &[("hold_sequence", &9_999)], &[]);
    for _ in 0..1_000 {
        call("Ann", of(cafe.town.of("Ann"))).unwrap();
    }
    let figures: [(&str, &dyn ToString); 2] = [("what", &"codes"), ("most", &1_000)];
    seen.refused(
        call("Ann", of(cafe.town.of("Ann"))),
        Reason::BooksFull,
        &figures,
        &["at most 1000 codes are kept at once"],
    );
}

fn vouchers(cafe: &Cafe, seen: &mut Seen) {
    let call = |who: &str, from_account_number, amount_seconds| -> Result<(), Refused> {
        let voucher = cafe.voucher(amount_seconds);
        let request = api::IssueVoucherRequest { from_account_number, ..voucher };
        hear("IssueVoucher", cafe.issue_voucher(who, request))
    };
    let of = |who: &str| cafe.town.of(who);
    let nobodys = nobodys();
    let refused = call("Tobias", nobodys, HOUR);
    seen.refused(refused, Reason::AccountNotFound, &[("account_number", &nobodys)], &[]);
    let refused = call("Tobias", of("Shed"), HOUR);
    seen.refused(refused, Reason::AccountClosed, &[("account_number", &of("Shed"))], &[]);
    seen.also(call("Una", of("A pot"), 50 * HOUR), Reason::BelowFloor, &["pot"]);
    seen.refused(call("Tobias", of("Mill"), HOUR), Reason::Paused, &[], &["there is a pause for Mill"]);
    seen.refused(call("Dev", of("Hall"), HOUR), Reason::NotYours, &[], &["you do not speak for"]);
    let figures: [(&str, &dyn ToString); 3] = [("claim_index", &0), ("left", &HOUR), ("take", &(2 * HOUR))];
    let says = ["in a month has 1 hour left, and 2 hours would be needed"];
    seen.refused(call("Dev", of("Barn"), 2 * HOUR), Reason::BudgetSpent, &figures, &says);
    let warm_rooms = cafe.town.opened_pot(api::PotOpens::Lead, 0, None).unwrap();
    seen.refused(call("Tobias", warm_rooms, HOUR), Reason::PotNotOpen, &[], &["is opened by a lead"]);
}

fn settlements(cafe: &mut Cafe, seen: &mut Seen) {
    cafe.town.bank("Mallow Bridge", ("M pot", "M created"));
    cafe.sell(cafe.sale(1, &cafe.code("Tobias", "Dev"))).unwrap();
    let to = |to_account_number| api::SettlePartnerRequest {
        to_account_number,
        ..cafe.settlement(1, api::SettlementModel::GivenBack, "A pot")
    };
    let call = |who: &str, request| hear("SettlePartner", cafe.settle_partner(who, request));
    let nobodys = nobodys();
    let refused = call("Tobias", to(nobodys));
    seen.refused(refused, Reason::AccountNotFound, &[("account_number", &nobodys)], &[]);
    seen.also(
        call("Una", to(cafe.town.of("M pot"))),
        Reason::CrossBank,
        &["have not agreed to help each other"],
    );
    speaks(cafe, ("Oswin", cafe.cafe), api::Speaks::ForAll, 0);
    let says = ["somebody else has to do that"];
    let kept = cafe.settlement(1, api::SettlementModel::Kept, "");
    seen.refused(call("Oswin", kept), Reason::SecondPersonNeeded, &[], &says);
    let paid = api::RecordSettlementPaidRequest {
        request_id: fresh(),
        partner_owner_number: cafe.cafe,
        period_number: 1,
        paid_day: Some(day(5, 5)),
        ..Default::default()
    };
    let refused = hear("RecordSettlementPaid", cafe.record_settlement_paid("Oswin", paid));
    seen.refused(refused, Reason::SecondPersonNeeded, &[], &says);
}
