//! RedemptionService, call by call.
//!
//! | to find | look in |
//! |---|---|
//! | offering, approving, ending, listing | `offers.rs` |
//! | what is left of an offer, and from when on | `availability.rs` |
//! | a partner's budget, and who stands at its tills | `partner.rs` |
//! | which till, what names a sale, what was shown | `told.rs`, `shown.rs` |
//! | sales, slips, practice | `selling.rs`; later: `ending.rs`; as they stand: `standing.rs` |
//! | sales as a list, a business day | `listing.rs`; as they change: `watching.rs` |
//! | a partner's statement, its periods made final | `statements.rs`, `settling.rs` |
//! | codes and vouchers | `codes.rs` |
//! | who hears what of a sale that is not made | `hearing.rs` |
//! | how often something may be tried at a till | `trying.rs` |
//! | what is known of tills beside the books | `tills.rs` |
//! | messages become offers, offers become messages | `messages.rs` |

mod availability;
mod codes;
mod ending;
mod hearing;
mod listing;
mod messages;
mod offers;
mod partner;
mod selling;
mod settling;
mod shown;
mod standing;
mod statements;
mod tills;
mod told;
mod trying;
mod watching;

pub use tills::Tills;
use tokio_stream::wrappers::ReceiverStream;
pub(in crate::service) use told::partner_named;
use tonic::{Request, Response, Status};

use super::Service;
use super::installation::Installation;
use crate::api::redemption_service_server::RedemptionService;
use crate::api::*;
use crate::telemetry::{CallHandle, WatchedStream};

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl RedemptionService for Service {
    async fn create_offer(&self, request: Request<CreateOfferRequest>) -> Answer<CreateOfferResponse> {
        self.change(request, Installation::create_offer).await
    }

    async fn approve_offer(&self, request: Request<ApproveOfferRequest>) -> Answer<ApproveOfferResponse> {
        self.change(request, Installation::approve_offer).await
    }

    async fn list_offers(&self, request: Request<ListOffersRequest>) -> Answer<ListOffersResponse> {
        self.read(request, Installation::list_offers).await
    }

    async fn retire_offer(&self, request: Request<RetireOfferRequest>) -> Answer<RetireOfferResponse> {
        self.change(request, Installation::retire_offer).await
    }

    async fn set_partner_budget(
        &self,
        request: Request<SetPartnerBudgetRequest>,
    ) -> Answer<SetPartnerBudgetResponse> {
        self.change(request, Installation::set_partner_budget).await
    }

    async fn set_till_staff(&self, request: Request<SetTillStaffRequest>) -> Answer<SetTillStaffResponse> {
        self.change(request, Installation::set_till_staff).await
    }

    async fn issue_code(&self, request: Request<IssueCodeRequest>) -> Answer<IssueCodeResponse> {
        self.change(request, Installation::issue_code).await
    }

    async fn issue_voucher(&self, request: Request<IssueVoucherRequest>) -> Answer<IssueVoucherResponse> {
        self.change(request, Installation::issue_voucher).await
    }

    async fn look_up_code(&self, request: Request<LookUpCodeRequest>) -> Answer<LookUpCodeResponse> {
        self.change(request, Installation::look_up_code).await
    }

    async fn redeem(&self, request: Request<RedeemRequest>) -> Answer<RedeemResponse> {
        self.change(request, Installation::redeem).await
    }

    async fn authorize_redemption(
        &self,
        request: Request<AuthorizeRedemptionRequest>,
    ) -> Answer<AuthorizeRedemptionResponse> {
        self.change(request, Installation::authorize_redemption).await
    }

    async fn capture_redemption(
        &self,
        request: Request<CaptureRedemptionRequest>,
    ) -> Answer<CaptureRedemptionResponse> {
        self.change(request, Installation::capture_redemption).await
    }

    async fn void_redemption(
        &self,
        request: Request<VoidRedemptionRequest>,
    ) -> Answer<VoidRedemptionResponse> {
        self.change(request, Installation::void_redemption).await
    }

    async fn refund_redemption(
        &self,
        request: Request<RefundRedemptionRequest>,
    ) -> Answer<RefundRedemptionResponse> {
        self.change(request, Installation::refund_redemption).await
    }

    async fn record_redemption(
        &self,
        request: Request<RecordRedemptionRequest>,
    ) -> Answer<RecordRedemptionResponse> {
        self.change(request, Installation::record_redemption).await
    }

    async fn get_redemption_by_receipt(
        &self,
        request: Request<GetRedemptionByReceiptRequest>,
    ) -> Answer<GetRedemptionByReceiptResponse> {
        self.read(request, Installation::get_redemption_by_receipt).await
    }

    async fn list_till_refusals(
        &self,
        request: Request<ListTillRefusalsRequest>,
    ) -> Answer<ListTillRefusalsResponse> {
        self.read(request, Installation::list_till_refusals).await
    }

    type WatchRedemptionsStream = WatchedStream<ReceiverStream<Result<WatchRedemptionsResponse, Status>>>;

    async fn watch_redemptions(
        &self,
        request: Request<WatchRedemptionsRequest>,
    ) -> Answer<Self::WatchRedemptionsStream> {
        let call = CallHandle::of(request.extensions());
        let stream = self
            .allowed(&request)
            .and_then(|(_, allowed)| watching::stream(self, allowed, request.get_ref()));
        self.answer(stream.map(|stream| call.watch(stream)))
    }

    async fn list_redemptions(
        &self,
        request: Request<ListRedemptionsRequest>,
    ) -> Answer<ListRedemptionsResponse> {
        self.ask(request, Installation::list_redemptions).await
    }

    async fn day_totals(&self, request: Request<DayTotalsRequest>) -> Answer<DayTotalsResponse> {
        self.ask(request, Installation::day_totals).await
    }

    async fn get_partner_statement(
        &self,
        request: Request<GetPartnerStatementRequest>,
    ) -> Answer<GetPartnerStatementResponse> {
        self.ask(request, Installation::get_partner_statement).await
    }

    async fn settle_partner(&self, request: Request<SettlePartnerRequest>) -> Answer<SettlePartnerResponse> {
        self.change(request, Installation::settle_partner).await
    }

    async fn record_settlement_paid(
        &self,
        request: Request<RecordSettlementPaidRequest>,
    ) -> Answer<RecordSettlementPaidResponse> {
        self.change(request, Installation::record_settlement_paid).await
    }
}
