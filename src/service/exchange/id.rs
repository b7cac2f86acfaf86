//! A write of ExchangeService: its id, whether it is meant, and what it asks for.

use prost::Message;

use crate::access::Allowed;
use crate::api::*;
use crate::domain::RequestKey;
use crate::exchange::asked::Fingerprint;
use crate::ledger::Mode;
use crate::service::asked;
use crate::service::not_done::NotDone;

/// What a write asks, but for its words.
#[derive(Clone, Copy)]
pub struct Id {
    /// In its caller's scope.
    pub key: RequestKey,
    /// Whether it is written down.
    pub mode: Mode,
    /// By this the same request is known again.
    pub asked: Fingerprint,
}

impl Id {
    /// The same, only to be checked.
    #[must_use]
    pub const fn only_checked(self) -> Self {
        Self { mode: Mode::ValidateOnly, ..self }
    }
}

/// A request that writes.
pub trait Write: Message {
    /// UUID as text.
    fn request_id(&self) -> &str;
    /// Whether it is only checked.
    fn validate_only(&self) -> bool;
    /// What it asks for, without its id and its words.
    fn fingerprint(&self) -> Fingerprint;
}

macro_rules! writes {
    ($($request:ident ($($words:ident),*)),* $(,)?) => { $(
        impl Write for $request {
            fn request_id(&self) -> &str {
                &self.request_id
            }

            fn validate_only(&self) -> bool {
                self.validate_only
            }

            fn fingerprint(&self) -> Fingerprint {
                let mut told = self.clone();
                told.request_id.clear();
                told.validate_only = false;
                $(told.$words.clear();)*
                Fingerprint::of(stringify!($request), &told.encode_to_vec())
            }
        }
    )* };
}

writes! {
    RecordExchangeRequest(memo, limit_reason),
    ProposeExchangeRequest(memo),
    ConfirmExchangeRequest(limit_reason),
    RejectExchangeRequest(reason),
    DisputeExchangeRequest(reason),
    ResolveDisputeRequest(reason, limit_reason),
    RecordGroupExchangeRequest(memo, limit_reason),
    BookHoursRequest(memo),
    TakeBookingRequest(),
    CancelBookingRequest(reason),
    CreditMemberRequest(memo, reason),
    GrantFromPotRequest(memo, reason),
    ClaimFromPotRequest(reason),
    GiftRequest(memo),
    DonateRequest(memo),
    TransferBetweenBanksRequest(reason),
    PutRightRequest(reason),
    ApproveRequest(),
    DeclineRequest(reason),
    CloseMemberRequest(reason),
    IssueVoucherRequest(reason),
    CaptureRedemptionRequest(),
    VoidRedemptionRequest(),
    RefundRedemptionRequest(reason),
    SettlePartnerRequest(),
}

impl Id {
    /// Reads it.
    pub fn read(allowed: &Allowed, request: &impl Write) -> Result<Self, NotDone> {
        let asked::Id { key, mode } =
            asked::Id::read(allowed, request.request_id(), request.validate_only())?;
        Ok(Self { key, mode, asked: request.fingerprint() })
    }
}
