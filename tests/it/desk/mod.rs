//! The broker's desk through a real socket: what organisations claim back, standing groups, everything that is held about
//! one person.

mod claims;
mod export;
mod groups;
mod typed;

use hourbook::api;
use hourbook::api::verify_response::Step;

use crate::service::exchange::Town;

/// The books add up.
pub fn verify(town: &Town) {
    let served = &town.served;
    served.block_on(async {
        let request = crate::access::with(town.key("admin"), api::VerifyRequest {});
        let mut stream = served.audit().verify(request).await.unwrap().into_inner();
        let mut report = None;
        while let Some(message) = stream.message().await.unwrap() {
            if let Some(Step::Report(last)) = message.step {
                report = Some(last);
            }
        }
        let report = report.unwrap();
        assert!(report.is_clean, "{report:?}");
    });
}
