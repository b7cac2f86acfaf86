//! Hours at the till, through a real socket, each with a key of their own.

mod cards;
mod codes;
mod crowd;
mod hears;
mod lists;
mod offers;
mod random;
mod sales;
mod slips;
mod statements;
mod steps;
mod tried;
mod vouchers;

use hourbook::api;
use hourbook::server::Options;
use tonic::{Response, Status};
use tonic_types::StatusExt;

use super::exchange::Town;
use crate::access::with;
use crate::support::HOUR;
use crate::support::served::fresh;

macro_rules! calls {
    ($($call:ident $request:ident $answer:ident),* $(,)?) => { $(
        pub fn $call(&self, key: &str, request: api::$request) -> Result<api::$answer, Status> {
            let request = with(self.town.key(key), request);
            self.town.served.block_on(self.town.served.redemptions().$call(request)).map(Response::into_inner)
        }
    )* };
}

/// Ashenford and Quillmere with a café and a bath in Ashenford; the café's owner has a key, and its till has.
pub struct Cafe {
    pub town: Town,
    pub cafe: u32,
    pub baths: u32,
}

impl Cafe {
    calls! {
        create_offer CreateOfferRequest CreateOfferResponse,
        approve_offer ApproveOfferRequest ApproveOfferResponse,
        list_offers ListOffersRequest ListOffersResponse,
        retire_offer RetireOfferRequest RetireOfferResponse,
        set_partner_budget SetPartnerBudgetRequest SetPartnerBudgetResponse,
        set_till_staff SetTillStaffRequest SetTillStaffResponse,
        issue_code IssueCodeRequest IssueCodeResponse,
        issue_voucher IssueVoucherRequest IssueVoucherResponse,
        look_up_code LookUpCodeRequest LookUpCodeResponse,
        redeem RedeemRequest RedeemResponse,
        authorize_redemption AuthorizeRedemptionRequest AuthorizeRedemptionResponse,
        capture_redemption CaptureRedemptionRequest CaptureRedemptionResponse,
        void_redemption VoidRedemptionRequest VoidRedemptionResponse,
        refund_redemption RefundRedemptionRequest RefundRedemptionResponse,
        record_redemption RecordRedemptionRequest RecordRedemptionResponse,
        get_redemption_by_receipt GetRedemptionByReceiptRequest GetRedemptionByReceiptResponse,
        list_till_refusals ListTillRefusalsRequest ListTillRefusalsResponse,
        list_redemptions ListRedemptionsRequest ListRedemptionsResponse,
        day_totals DayTotalsRequest DayTotalsResponse,
        get_partner_statement GetPartnerStatementRequest GetPartnerStatementResponse,
        settle_partner SettlePartnerRequest SettlePartnerResponse,
        record_settlement_paid RecordSettlementPaidRequest RecordSettlementPaidResponse,
    }

    /// With lunch as offer 1, two at the till (EP, of whom nothing is known, and AN, who is Ann), and 10 hours with Ann.
    pub fn selling() -> Self {
        Self::selling_with(|_| {})
    }

    /// The same, its server with other options.
    pub fn selling_with(change: fn(&mut Options)) -> Self {
        let cafe = Self::with(change);
        cafe.offer("Tobias", cafe.lunch()).unwrap();
        let person =
            |initials: &str, owner_number| api::TillPerson { initials: initials.into(), owner_number };
        let request = api::SetTillStaffRequest {
            request_id: fresh(),
            partner_owner_number: cafe.cafe,
            people: vec![person("EP", 0), person("AN", cafe.town.owner_number("Ann"))],
            validate_only: false,
        };
        cafe.set_till_staff("Tobias", request).unwrap();
        cafe.give("Ann", 10 * HOUR);
        cafe
    }

    /// Hours that somebody has from before.
    pub fn give(&self, who: &str, seconds: i64) {
        self.town.begin_with("A created", &[(who, seconds)]);
    }

    /// A code for somebody's hours, as `by` asks for it.
    pub fn code(&self, by: &str, whose: &str) -> String {
        let request = api::IssueCodeRequest { account_number: self.town.of(whose), ..Default::default() };
        self.issue_code(by, request).unwrap().code
    }

    /// One seat at lunch for a code, on this receipt of today.
    pub fn sale(&self, number: u32, code: &str) -> api::Sale {
        api::Sale {
            receipt: Some(api::SaleReceipt { number, ..Default::default() }),
            shown: shown(code),
            offer_number: 1,
            staff_initials: "EP".into(),
            ..Default::default()
        }
    }

    /// The till sells.
    pub fn sell(&self, sale: api::Sale) -> Result<api::RedeemResponse, Status> {
        let request = api::RedeemRequest { request_id: fresh(), sale: Some(sale), validate_only: false };
        self.redeem("Till", request)
    }

    /// The till sets aside.
    pub fn set_aside(&self, sale: api::Sale) -> Result<api::Redemption, Status> {
        let request =
            api::AuthorizeRedemptionRequest { request_id: fresh(), sale: Some(sale), ..Default::default() };
        self.authorize_redemption("Till", request).map(|answer| answer.redemption.unwrap())
    }

    /// Of the café, by the number of a receipt of today.
    pub fn by_receipt(&self, number: u32) -> Result<api::Redemption, Status> {
        let receipt = Some(api::SaleReceipt { number, ..Default::default() });
        let request = api::GetRedemptionByReceiptRequest { receipt };
        self.get_redemption_by_receipt("Till", request).map(|answer| answer.redemption.unwrap())
    }

    /// The account of the café.
    pub fn account(&self) -> u32 {
        let look = api::GetPersonRequest { owner_number: self.cafe, ..Default::default() };
        self.town.get_person("Tobias", look).unwrap().person.unwrap().account_numbers[0]
    }

    /// What somebody has, or the café, seconds: posted, and set aside.
    pub fn stands(&self, who: &str) -> (i64, i64) {
        let account_number = if who == "Cafe" { self.account() } else { self.town.of(who) };
        let request = api::GetBalanceRequest { account_number, ..Default::default() };
        let balance = self.town.get_balance("Una", request).unwrap().balance.unwrap();
        (balance.posted_seconds, balance.held_seconds.unwrap())
    }

    pub fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: fn(&mut Options)) -> Self {
        let mut town = Town::with(change);
        town.member("Ann", -5);
        town.give_key("Ann", api::Role::Member);
        town.broker("Oswin");
        town.broker_of(2, "Oyin");
        let [cafe, baths] = ["Saucer & Spoon", "Ladle Street Baths"].map(|name| partner(&town, name));
        let mut cafe = Self { town, cafe, baths };
        cafe.site();
        for (who, partner, role) in
            [("Cafe", cafe.cafe, api::Role::Partner), ("Baths", cafe.baths, api::Role::Partner)]
        {
            cafe.key_of_partner(who, (partner, 0), role);
        }
        cafe.key_of_partner("Till", (cafe.cafe, 1), api::Role::Till);
        cafe
    }

    /// A venue of the café, and a till in it.
    fn site(&mut self) {
        let venue = api::SetVenueRequest {
            request_id: fresh(),
            partner_owner_number: self.cafe,
            name: "By the bridge".into(),
            ..Default::default()
        };
        self.town.set_venue("Tobias", venue).unwrap();
        let till = api::SetTillRequest {
            request_id: fresh(),
            partner_owner_number: self.cafe,
            venue_number: 1,
            ..Default::default()
        };
        self.town.set_till("Tobias", till).unwrap();
    }

    fn key_of_partner(&mut self, who: &'static str, (partner, till_number): (u32, u32), role: api::Role) {
        let request = api::CreateKeyRequest {
            request_id: fresh(),
            role: role.into(),
            reach: Some(api::Reach { partner_owner_numbers: vec![partner], ..Default::default() }),
            till_number,
            name: "made".into(),
            ..Default::default()
        };
        let key = self.town.create_key("admin", request).unwrap().key;
        self.town.keep_key(who, key);
    }

    /// A seat at lunch for an hour.
    pub fn lunch(&self) -> api::Offer {
        api::Offer {
            partner_owner_number: self.cafe,
            kind: api::OfferKind::Activity.into(),
            wording: "a seat at the carers' lunch".into(),
            price_seconds: HOUR,
            price_per: api::PricePer::Person.into(),
            ..Default::default()
        }
    }

    pub fn offer(&self, who: &str, offer: api::Offer) -> Result<api::Offer, Status> {
        let request =
            api::CreateOfferRequest { request_id: fresh(), offer: Some(offer), validate_only: false };
        self.create_offer(who, request).map(|answer| answer.offer.unwrap())
    }

    fn approve(&self, who: &str, offer_number: u32, reason: &str) -> Result<api::Offer, Status> {
        let request = api::ApproveOfferRequest {
            request_id: fresh(),
            partner_owner_number: self.cafe,
            offer_number,
            is_declined: !reason.is_empty(),
            reason: reason.into(),
            validate_only: false,
        };
        self.approve_offer(who, request).map(|answer| answer.offer.unwrap())
    }

    pub fn retire(&self, who: &str, offer_number: u32) -> Result<(), Status> {
        let request = api::RetireOfferRequest {
            request_id: fresh(),
            partner_owner_number: self.cafe,
            offer_number,
            validate_only: false,
        };
        self.retire_offer(who, request).map(drop)
    }

    /// What somebody sees: whose, which, and how it stands.
    fn seen(&self, who: &str, request: api::ListOffersRequest) -> Vec<(u32, u32, api::OfferState)> {
        let offers = self.list_offers(who, request).unwrap().offers;
        offers.iter().map(|offer| (offer.partner_owner_number, offer.offer_number, offer.state())).collect()
    }
}

fn partner(town: &Town, name: &str) -> u32 {
    let request = api::CreatePersonRequest {
        request_id: fresh(),
        bank_number: 1,
        kind: api::PersonKind::Partner.into(),
        profile: Some(api::Profile { name: name.into(), ..Default::default() }),
        ..Default::default()
    };
    town.create_person("Tobias", request).unwrap().owner_number
}

/// A code that is shown.
pub fn shown(code: &str) -> Option<api::Shown> {
    Some(api::Shown { by: Some(api::shown::By::Code(code.into())) })
}

/// The reason of a refusal, or the first field that cannot be meant.
pub fn why<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    let status = answer.unwrap_err();
    let reason = status.get_details_error_info().map(|info| info.reason);
    let field =
        || status.get_details_bad_request().and_then(|bad| Some(bad.field_violations.first()?.field.clone()));
    reason.or_else(field).unwrap_or_else(|| panic!("{status:?}"))
}
