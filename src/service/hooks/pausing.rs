//! An endpoint that is sent nothing for a while, and then what waited.

use super::named::name;
use crate::access::Allowed;
use crate::api::*;
use crate::directory::hooks::{Said, Stands};
use crate::service::asked::Id;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

impl Installation {
    pub(super) fn pause_endpoint(
        &self,
        allowed: &Allowed,
        request: PauseEndpointRequest,
    ) -> Result<PauseEndpointResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let name = name(request.partner_owner_number, request.endpoint_number)?;
        let receipt = self.say_of_endpoint(allowed, id, name, &Said::Paused, |kept| match kept.stands {
            Stands::Open => Ok(()),
            Stands::Paused | Stands::Disabled(_) => {
                Err(NotDone::bad("endpoint_number", "that of an endpoint of this partner that is open"))
            }
        })?;
        let endpoint = self.endpoint_as_it_is(name)?;
        Ok(PauseEndpointResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), endpoint })
    }

    pub(super) fn resume_endpoint(
        &self,
        allowed: &Allowed,
        request: ResumeEndpointRequest,
    ) -> Result<ResumeEndpointResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let name = name(request.partner_owner_number, request.endpoint_number)?;
        let receipt = self.say_of_endpoint(allowed, id, name, &Said::Resumed, |kept| match kept.stands {
            Stands::Paused | Stands::Disabled(_) => Ok(()),
            Stands::Open => {
                let waits = "that of an endpoint of this partner that is paused or was given up";
                Err(NotDone::bad("endpoint_number", waits))
            }
        })?;
        let endpoint = self.endpoint_as_it_is(name)?;
        Ok(ResumeEndpointResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), endpoint })
    }
}
