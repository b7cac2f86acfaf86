//! RedemptionService, call by call.
//!
//! | to find | look in |
//! |---|---|
//! | offering, approving, ending, listing | `offers.rs` |
//! | what is left of an offer, and from when on | `availability.rs` |
//! | a partner's budget, and who stands at its tills | `partner.rs` |
//! | messages become offers, offers become messages | `messages.rs` |

mod availability;
mod messages;
mod offers;
mod partner;

use tonic::{Request, Response, Status};

use super::Service;
use super::installation::Installation;
use crate::api::redemption_service_server::RedemptionService;
use crate::api::*;

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
}
