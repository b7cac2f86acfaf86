//! ExchangeService, call by call.

mod answering;
mod claiming;
mod clearing;
mod closing;
mod figures;
mod id;
mod neighbours;
mod read;
mod since;
mod slips;
mod told;
mod writing;

pub use id::Id;
pub(in crate::service) use told::rule;
use tonic::{Request, Response, Status};

use super::Service;
use super::installation::Installation;
use crate::api::exchange_service_server::ExchangeService;
use crate::api::*;

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ExchangeService for Service {
    async fn record_exchange(
        &self,
        request: Request<RecordExchangeRequest>,
    ) -> Answer<RecordExchangeResponse> {
        self.change(request, Installation::record_exchange).await
    }

    async fn record_exchanges(
        &self,
        request: Request<RecordExchangesRequest>,
    ) -> Answer<RecordExchangesResponse> {
        self.change(request, Installation::record_exchanges).await
    }

    async fn propose_exchange(
        &self,
        request: Request<ProposeExchangeRequest>,
    ) -> Answer<ProposeExchangeResponse> {
        self.change(request, Installation::propose_exchange).await
    }

    async fn confirm_exchange(
        &self,
        request: Request<ConfirmExchangeRequest>,
    ) -> Answer<ConfirmExchangeResponse> {
        self.change(request, Installation::confirm_exchange).await
    }

    async fn reject_exchange(
        &self,
        request: Request<RejectExchangeRequest>,
    ) -> Answer<RejectExchangeResponse> {
        self.change(request, Installation::reject_exchange).await
    }

    async fn dispute_exchange(
        &self,
        request: Request<DisputeExchangeRequest>,
    ) -> Answer<DisputeExchangeResponse> {
        self.change(request, Installation::dispute_exchange).await
    }

    async fn resolve_dispute(
        &self,
        request: Request<ResolveDisputeRequest>,
    ) -> Answer<ResolveDisputeResponse> {
        self.change(request, Installation::resolve_dispute).await
    }

    async fn record_group_exchange(
        &self,
        request: Request<RecordGroupExchangeRequest>,
    ) -> Answer<RecordGroupExchangeResponse> {
        self.change(request, Installation::record_group_exchange).await
    }

    async fn book_hours(&self, request: Request<BookHoursRequest>) -> Answer<BookHoursResponse> {
        self.change(request, Installation::book_hours).await
    }

    async fn take_booking(&self, request: Request<TakeBookingRequest>) -> Answer<TakeBookingResponse> {
        self.change(request, Installation::take_booking).await
    }

    async fn cancel_booking(&self, request: Request<CancelBookingRequest>) -> Answer<CancelBookingResponse> {
        self.change(request, Installation::cancel_booking).await
    }

    async fn credit_member(&self, request: Request<CreditMemberRequest>) -> Answer<CreditMemberResponse> {
        self.change(request, Installation::credit_member).await
    }

    async fn grant_from_pot(&self, request: Request<GrantFromPotRequest>) -> Answer<GrantFromPotResponse> {
        self.change(request, Installation::grant_from_pot).await
    }

    async fn claim_from_pot(&self, request: Request<ClaimFromPotRequest>) -> Answer<ClaimFromPotResponse> {
        self.change(request, Installation::claim_from_pot).await
    }

    async fn gift(&self, request: Request<GiftRequest>) -> Answer<GiftResponse> {
        self.change(request, Installation::gift).await
    }

    async fn donate(&self, request: Request<DonateRequest>) -> Answer<DonateResponse> {
        self.change(request, Installation::donate).await
    }

    async fn transfer_between_banks(
        &self,
        request: Request<TransferBetweenBanksRequest>,
    ) -> Answer<TransferBetweenBanksResponse> {
        self.change(request, Installation::transfer_between_banks).await
    }

    async fn put_right(&self, request: Request<PutRightRequest>) -> Answer<PutRightResponse> {
        self.change(request, Installation::put_right).await
    }

    async fn set_clearing_cap(
        &self,
        request: Request<SetClearingCapRequest>,
    ) -> Answer<SetClearingCapResponse> {
        self.change(request, Installation::set_clearing_cap).await
    }

    async fn get_net_position(
        &self,
        request: Request<GetNetPositionRequest>,
    ) -> Answer<GetNetPositionResponse> {
        self.read(request, Installation::get_net_position).await
    }

    async fn list_waiting(&self, request: Request<ListWaitingRequest>) -> Answer<ListWaitingResponse> {
        self.read(request, Installation::list_waiting).await
    }

    async fn approve(&self, request: Request<ApproveRequest>) -> Answer<ApproveResponse> {
        self.change(request, Installation::approve).await
    }

    async fn decline(&self, request: Request<DeclineRequest>) -> Answer<DeclineResponse> {
        self.change(request, Installation::decline).await
    }
}
