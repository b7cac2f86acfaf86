//! Every field of every call at a till, at its bounds and one beyond; and each write only checked.

mod checked;
mod office;
mod reads;
mod sales;

use hourbook::api::{self, record_redemption_request::By};
use hourbook::domain::AccountNumber;

use super::Books;
use crate::support::HOUR;
use crate::support::served::{floor, fresh, transfer};

const NOBODY: u32 = 4_000_000_000;
const PIN: &str = "2580";

/// The baths, with a till, staff, an offer, a member who has a card, something set aside and something taken; and a period
/// that was settled and not paid yet.
struct Baths {
    books: Books,
    owner: u32,
    account: u32,
    /// Whose card it is, without limits.
    member: u32,
    card: String,
    held: u64,
    sold: u64,
}

impl Baths {
    fn new() -> Self {
        let books = Books::new();
        let account =
            books.served.account(books.bank, api::AccountKind::Partner, "Ladle Street Baths", floor(0));
        let member = books.wide[0];
        let (held, sold, card) = (0, 0, String::new());
        let mut baths = Self { owner: 0, account, member, card, held, sold, books };
        baths.owner = baths.owner_of(account);
        baths.opened();
        baths.settled();
        let hours = api::PostEntryRequest {
            request_id: fresh(),
            kind: api::Kind::Donation.into(),
            transfers: vec![transfer(baths.books.wide[1], baths.pot(), 20 * HOUR)],
            ..Default::default()
        };
        baths.books.served.block_on(baths.books.served.ledger().post_entry(hours)).unwrap();
        let served = &baths.books.served;
        let issue =
            api::IssueCardRequest { request_id: fresh(), account_number: member, validate_only: false };
        let card = served.block_on(served.directory().issue_card(issue)).unwrap().into_inner().card_number;
        let pin = api::SetPinRequest {
            request_id: fresh(),
            account_number: member,
            pin: PIN.into(),
            ..Default::default()
        };
        served.block_on(served.directory().set_pin(pin)).unwrap();
        let with_card = Self { card, ..baths };
        let (redeem, authorize) = (with_card.redeem(), with_card.authorize());
        let served = &with_card.books.served;
        let sold = served.block_on(served.redemptions().redeem(redeem)).unwrap().into_inner();
        let held =
            served.block_on(served.redemptions().authorize_redemption(authorize)).unwrap().into_inner();
        let number = |sale: Option<api::Redemption>| sale.unwrap().redemption_sequence;
        Self { sold: number(sold.redemption), held: number(held.redemption), ..with_card }
    }

    fn owner_of(&self, account_number: u32) -> u32 {
        let request = api::GetPersonRequest { owner_number: 0, account_number };
        let served = &self.books.served;
        let answer = served.block_on(served.directory().get_person(request)).unwrap().into_inner();
        answer.person.unwrap().owner_number
    }

    /// A venue, a till, somebody who stands there, and a swim for an hour.
    fn opened(&self) {
        let (served, partner_owner_number) = (&self.books.served, self.owner);
        let (request_id, name) = (fresh(), "By the bridge".into());
        let venue = api::SetVenueRequest { request_id, partner_owner_number, name, ..Default::default() };
        served.block_on(served.directory().set_venue(venue)).unwrap();
        let (request_id, venue_number) = (fresh(), 1);
        let till =
            api::SetTillRequest { request_id, partner_owner_number, venue_number, ..Default::default() };
        served.block_on(served.directory().set_till(till)).unwrap();
        let people = vec![api::TillPerson { initials: "EP".into(), owner_number: 0 }];
        let (request_id, validate_only) = (fresh(), false);
        let staff = api::SetTillStaffRequest { request_id, partner_owner_number, people, validate_only };
        served.block_on(served.redemptions().set_till_staff(staff)).unwrap();
        let offer = api::Offer {
            partner_owner_number,
            kind: api::OfferKind::Activity.into(),
            wording: "a swim".into(),
            price_seconds: HOUR,
            price_per: api::PricePer::Person.into(),
            ..Default::default()
        };
        let offer = api::CreateOfferRequest { request_id: fresh(), offer: Some(offer), validate_only: false };
        served.block_on(served.redemptions().create_offer(offer)).unwrap();
    }

    /// Period 1.
    fn settled(&self) {
        let to_account_number = self.pot();
        let settle = api::SettlePartnerRequest {
            period_number: 1,
            model: api::SettlementModel::PaidOutside.into(),
            to_account_number,
            reference: "May".into(),
            due_day: Some(day(20)),
            ..self.settle()
        };
        let served = &self.books.served;
        served.block_on(served.redemptions().settle_partner(settle)).unwrap();
    }

    fn pot(&self) -> u32 {
        let served = &self.books.served;
        let banks = served.block_on(served.ledger().list_banks(api::ListBanksRequest::default())).unwrap();
        banks.into_inner().banks[0].pot_account_number
    }

    fn till(&self) -> Option<api::TillName> {
        Some(api::TillName { partner_owner_number: self.owner, till_number: 1 })
    }

    fn shown(&self) -> Option<api::Shown> {
        let card = api::CardShown { number: self.card.clone(), pin: PIN.into() };
        Some(api::Shown { by: Some(api::shown::By::Card(card)) })
    }

    /// Two swims today, under a receipt whose number the server makes.
    fn sale(&self) -> Option<api::Sale> {
        Some(api::Sale {
            receipt: Some(api::SaleReceipt { till: self.till(), ..Default::default() }),
            shown: self.shown(),
            offer_number: 1,
            people: 2,
            staff_initials: "EP".into(),
            ..Default::default()
        })
    }

    fn redeem(&self) -> api::RedeemRequest {
        api::RedeemRequest { request_id: fresh(), sale: self.sale(), validate_only: false }
    }

    fn authorize(&self) -> api::AuthorizeRedemptionRequest {
        let (request_id, sale) = (fresh(), self.sale());
        api::AuthorizeRedemptionRequest { request_id, sale, ..Default::default() }
    }

    fn capture(&self) -> api::CaptureRedemptionRequest {
        let redemption_sequence = self.held;
        api::CaptureRedemptionRequest { request_id: fresh(), redemption_sequence, ..Default::default() }
    }

    fn void(&self) -> api::VoidRedemptionRequest {
        let redemption_sequence = self.held;
        api::VoidRedemptionRequest { request_id: fresh(), redemption_sequence, validate_only: false }
    }

    fn refund(&self) -> api::RefundRedemptionRequest {
        api::RefundRedemptionRequest {
            request_id: fresh(),
            redemption_sequence: self.sold,
            reason: "it rained".into(),
            ..Default::default()
        }
    }

    fn slip(&self) -> api::RecordRedemptionRequest {
        let receipt = api::SaleReceipt { till: self.till(), day: Some(day(5)), ..Default::default() };
        api::RecordRedemptionRequest {
            request_id: fresh(),
            receipt: Some(receipt),
            by: Some(By::AccountNumber(self.member)),
            offer_number: 1,
            staff_initials: "EP".into(),
            ..Default::default()
        }
    }

    fn voucher(&self) -> api::IssueVoucherRequest {
        api::IssueVoucherRequest {
            request_id: fresh(),
            from_account_number: self.pot(),
            amount_seconds: HOUR,
            last_day: Some(day(31)),
            reason: "thanks".into(),
            validate_only: false,
        }
    }

    /// Period 2.
    fn settle(&self) -> api::SettlePartnerRequest {
        api::SettlePartnerRequest {
            request_id: fresh(),
            partner_owner_number: self.owner,
            period_number: 2,
            model: api::SettlementModel::Kept.into(),
            ..Default::default()
        }
    }

    fn paid(&self) -> api::RecordSettlementPaidRequest {
        api::RecordSettlementPaidRequest {
            request_id: fresh(),
            partner_owner_number: self.owner,
            period_number: 1,
            paid_day: Some(day(5)),
            ..Default::default()
        }
    }
}

/// Of May 2026; the clock stands on the 5th.
fn day(day: i32) -> api::Date {
    api::Date { year: 2026, month: 5, day }
}

fn nobodys() -> u32 {
    AccountNumber::from_slot(9_000_000).unwrap().printed()
}

fn code(text: &str) -> Option<api::Shown> {
    Some(api::Shown { by: Some(api::shown::By::Code(text.into())) })
}
