//! A table of calls, each bent in one place, and what is answered.

use hourbook::api;
use tonic::{Code, Response, Status};

use super::{Books, named};
use crate::support::served::fresh;

/// What is bent, how, the code, and the field or reason named; nothing where it is right.
pub type Row<'a, T> = (&'a str, &'a dyn Fn(&mut T), Code, &'a str);

/// A write: its id, and whether it is only checked.
pub trait Write: Clone {
    fn id(&mut self) -> &mut String;
    fn validate_only(&mut self) -> &mut bool;
}

macro_rules! writes {
    ($($request:ident),*) => { $(
        impl Write for api::$request {
            fn id(&mut self) -> &mut String {
                &mut self.request_id
            }

            fn validate_only(&mut self) -> &mut bool {
                &mut self.validate_only
            }
        }
    )* };
}

writes!(
    RegisterOwnersRequest,
    OpenBankRequest,
    OpenClearingRequest,
    AddActivitiesRequest,
    OpenAccountRequest,
    SetLimitsRequest,
    CloseAccountRequest,
    ReopenAccountRequest,
    PostEntryRequest,
    PlaceHoldRequest,
    CaptureHoldRequest,
    VoidHoldRequest,
    ReverseEntryRequest,
    SetBankPolicyRequest,
    LockPeriodRequest,
    CreatePersonRequest,
    UpdatePersonRequest,
    SetMemberStandingRequest,
    SetRepresentativeRequest,
    SetVenueRequest,
    CloseVenueRequest,
    SetTillRequest,
    IssueCardRequest,
    SetPinRequest,
    ReplaceCardRequest,
    BlockCardRequest,
    CloseTillRequest,
    OpenPotRequest,
    SetStandingGroupRequest,
    EndStandingGroupRequest,
    PauseMemberRequest,
    CloseMemberRequest,
    EraseMemberRequest,
    RecordExchangeRequest,
    ProposeExchangeRequest,
    RejectExchangeRequest,
    DisputeExchangeRequest,
    ResolveDisputeRequest,
    RecordGroupExchangeRequest,
    BookHoursRequest,
    TakeBookingRequest,
    CancelBookingRequest,
    ClaimFromPotRequest,
    GiftRequest,
    DonateRequest,
    PutRightRequest,
    CreateOfferRequest,
    RetireOfferRequest,
    SetPartnerBudgetRequest,
    SetTillStaffRequest,
    IssueVoucherRequest,
    RedeemRequest,
    AuthorizeRedemptionRequest,
    CaptureRedemptionRequest,
    VoidRedemptionRequest,
    RefundRedemptionRequest,
    RecordRedemptionRequest,
    SettlePartnerRequest,
    RecordSettlementPaidRequest,
    CreateEndpointRequest,
    UpdateEndpointRequest,
    RotateEndpointKeyRequest,
    PauseEndpointRequest,
    ResumeEndpointRequest,
    DeleteEndpointRequest,
    ReplayDeliveriesRequest,
    SendTestEventRequest
);

/// Everything that was answered otherwise.
pub struct Table<'a> {
    pub books: &'a Books,
    pub wrong: Vec<String>,
}

impl Table<'_> {
    /// Rows of a write: what is right is only checked, what is wrong is asked both ways and answered alike.
    pub fn write<T: Write>(
        &mut self,
        call: &str,
        right: &T,
        ask: impl AsyncFn(T) -> Result<Response<()>, Status>,
        rows: &[Row<'_, T>],
    ) {
        let unbent: Row<'_, T> = ("as it is", &|_| {}, Code::Ok, "");
        let ids: [Row<'_, T>; 8] = [
            ("id absent", &|r| r.id().clear(), Code::InvalidArgument, "request_id"),
            ("id nil", &|r| *r.id() = uuid::Uuid::nil().to_string(), Code::InvalidArgument, "request_id"),
            (
                "id of version 4",
                &|r| *r.id() = "f47ac10b-58cc-4372-a567-0e02b2c3d479".into(),
                Code::InvalidArgument,
                "request_id",
            ),
            ("id in braces", &|r| *r.id() = format!("{{{}}}", fresh()), Code::InvalidArgument, "request_id"),
            ("id bare", &|r| *r.id() = fresh().replace('-', ""), Code::InvalidArgument, "request_id"),
            (
                "id of a URN",
                &|r| *r.id() = format!("urn:uuid:{}", fresh()),
                Code::InvalidArgument,
                "request_id",
            ),
            ("id of 200 kB", &|r| *r.id() = "7".repeat(200_000), Code::InvalidArgument, "request_id"),
            ("id in capitals", &|r| *r.id() = fresh().to_uppercase(), Code::Ok, ""),
        ];
        for (what, bend, code, name) in ids.iter().chain([&unbent]).chain(rows) {
            let both: &[bool] = if *code == Code::Ok { &[true] } else { &[true, false] };
            for only_checked in both {
                let mut request = right.clone();
                *request.id() = fresh();
                *request.validate_only() = *only_checked;
                bend(&mut request);
                let asked = || self.books.served.block_on(ask(request.clone())).map(drop);
                let mut answer = asked();
                if answer.as_ref().is_err_and(|status| status.code() == Code::ResourceExhausted) {
                    // What is only checked is a look, and a card answers one in so many seconds.
                    self.books.served.clock.advance_seconds(120);
                    answer = asked();
                }
                self.compare(&format!("{call}, {what}, only checked: {only_checked}"), answer, *code, name);
            }
        }
    }

    /// Rows of a read.
    pub fn read<T: Clone>(
        &mut self,
        call: &str,
        right: &T,
        ask: impl AsyncFn(T) -> Result<Response<()>, Status>,
        rows: &[Row<'_, T>],
    ) {
        let unbent: Row<'_, T> = ("as it is", &|_| {}, Code::Ok, "");
        for (what, bend, code, name) in [&unbent].into_iter().chain(rows) {
            let mut request = right.clone();
            bend(&mut request);
            let answer = self.books.served.block_on(ask(request)).map(drop);
            self.compare(&format!("{call}, {what}"), answer, *code, name);
        }
    }

    fn compare(&mut self, what: &str, answer: Result<(), Status>, code: Code, name: &str) {
        let status = answer.err().unwrap_or_else(|| Status::ok(""));
        let is = (status.code(), named(&status));
        if is != (code, name.to_owned()) || (code != Code::Ok && status.message().is_empty()) {
            self.wrong.push(format!("{what}: {is:?} instead of {:?}: {}", (code, name), status.message()));
        }
    }

    /// Nothing was answered otherwise.
    pub fn judge(self) {
        assert!(self.wrong.is_empty(), "{} rows:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}
