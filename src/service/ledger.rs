//! LedgerService, call by call.

use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::asked::Asked;
use super::batches::Batch;
use super::moments::is_now;
use super::not_done::NotDone;
use super::{Installation, Service, answers, batches, commands, watch};
use crate::access::Allowed;
use crate::api::ledger_service_server::LedgerService;
use crate::api::*;
use crate::domain::Sequence;
use crate::ledger::Receipt as Written;
use crate::telemetry::{CallHandle, WatchedStream};

type Answer<T> = Result<Response<T>, Status>;

impl Service {
    /// Writes what a request asks for and answers with its receipt.
    async fn write<Q, T>(
        &self,
        request: Request<Q>,
        asked: impl FnOnce(Q) -> Result<Asked, NotDone>,
        answer: impl FnOnce(Receipt) -> T,
    ) -> Answer<T> {
        let written = async {
            let (_books, allowed) = self.allowed(&request)?;
            self.written(allowed, asked(request.into_inner())).await
        };
        self.answer(written.await.map(answer))
    }

    /// The same for what moves the entry `named` on, which must be no sale at a till. What it puts right must not have been
    /// claimed back from a pot: that is for the ledger to decide.
    async fn move_on<Q, T>(
        &self,
        request: Request<Q>,
        (field, named): (&'static str, u64),
        asked: impl FnOnce(Q) -> Result<Asked, NotDone>,
        answer: impl FnOnce(Receipt) -> T,
    ) -> Answer<T> {
        let written = async {
            let (books, allowed) = self.allowed(&request)?;
            let sees = allowed.clone();
            let asked = asked(request.into_inner());
            let asked = Box::pin(books.reading(move |books| {
                books.is_no_sale(&sees, field, Sequence::new(named))?;
                let mut asked = asked?;
                asked.command.claims.extend(books.lines_put_right(&asked.command.action)?);
                Ok(asked)
            }))
            .await;
            self.written(allowed, asked).await
        };
        self.answer(written.await.map(answer))
    }

    /// PostBatches, with its messages read already.
    pub fn batches(
        &self,
        request: Request<impl Stream<Item = Result<Batch, Status>> + Send + Unpin + 'static>,
    ) -> Answer<<Self as LedgerService>::PostBatchesStream> {
        let call = CallHandle::of(request.extensions());
        let stream = self
            .allowed(&request)
            .and_then(|(_, allowed)| batches::stream(self, allowed, request.into_inner()));
        self.answer(stream.map(|stream| call.watch(stream)))
    }

    async fn written(&self, allowed: Allowed, asked: Result<Asked, NotDone>) -> Result<Receipt, NotDone> {
        let (books, asked) = (self.books()?, asked?);
        let written: Written = books.write(&allowed, asked).await?;
        if written.entry.command.text.is_empty() {
            return Ok(books.receipt_as_seen(&allowed, &written)); // There is nothing to open a key for.
        }
        Box::pin(books.afterwards(move |books| Ok(books.receipt_as_seen(&allowed, &written)))).await
    }
}

#[tonic::async_trait]
impl LedgerService for Service {
    async fn register_owners(
        &self,
        request: Request<RegisterOwnersRequest>,
    ) -> Answer<RegisterOwnersResponse> {
        self.write(
            request,
            |asked| commands::register_owners(&asked),
            |receipt| RegisterOwnersResponse { receipt: Some(receipt) },
        )
        .await
    }

    async fn open_bank(&self, request: Request<OpenBankRequest>) -> Answer<OpenBankResponse> {
        self.write(request, commands::open_bank, |receipt| OpenBankResponse { receipt: Some(receipt) }).await
    }

    async fn list_banks(&self, request: Request<ListBanksRequest>) -> Answer<ListBanksResponse> {
        self.read(request, Installation::list_banks).await
    }

    async fn open_clearing(&self, request: Request<OpenClearingRequest>) -> Answer<OpenClearingResponse> {
        self.write(
            request,
            |asked| commands::open_clearing(&asked),
            |receipt| OpenClearingResponse { receipt: Some(receipt) },
        )
        .await
    }

    async fn add_activities(&self, request: Request<AddActivitiesRequest>) -> Answer<AddActivitiesResponse> {
        self.change(request, Installation::add_activities).await
    }

    async fn list_activities(
        &self,
        request: Request<ListActivitiesRequest>,
    ) -> Answer<ListActivitiesResponse> {
        self.read(request, Installation::list_activities).await
    }

    async fn open_account(&self, request: Request<OpenAccountRequest>) -> Answer<OpenAccountResponse> {
        self.write(request, commands::open_account, |receipt| OpenAccountResponse { receipt: Some(receipt) })
            .await
    }

    async fn get_account(&self, request: Request<GetAccountRequest>) -> Answer<GetAccountResponse> {
        self.read(request, Installation::get_account).await
    }

    async fn list_accounts(&self, request: Request<ListAccountsRequest>) -> Answer<ListAccountsResponse> {
        self.read(request, Installation::list_accounts).await
    }

    async fn set_limits(&self, request: Request<SetLimitsRequest>) -> Answer<SetLimitsResponse> {
        self.write(request, commands::set_limits, |receipt| SetLimitsResponse { receipt: Some(receipt) })
            .await
    }

    async fn close_account(&self, request: Request<CloseAccountRequest>) -> Answer<CloseAccountResponse> {
        self.write(request, commands::close_account, |receipt| CloseAccountResponse {
            receipt: Some(receipt),
        })
        .await
    }

    async fn reopen_account(&self, request: Request<ReopenAccountRequest>) -> Answer<ReopenAccountResponse> {
        self.write(request, commands::reopen_account, |receipt| ReopenAccountResponse {
            receipt: Some(receipt),
        })
        .await
    }

    async fn post_entry(&self, request: Request<PostEntryRequest>) -> Answer<PostEntryResponse> {
        self.write(request, commands::post_entry, |receipt| PostEntryResponse { receipt: Some(receipt) })
            .await
    }

    type PostBatchesStream = WatchedStream<ReceiverStream<Result<PostBatchesResponse, Status>>>;

    async fn post_batches(
        &self,
        request: Request<Streaming<PostBatchesRequest>>,
    ) -> Answer<Self::PostBatchesStream> {
        let (metadata, extensions, requests) = request.into_parts();
        let batches = requests.map(|request| request.map(Batch::from));
        self.batches(Request::from_parts(metadata, extensions, batches))
    }

    async fn place_hold(&self, request: Request<PlaceHoldRequest>) -> Answer<PlaceHoldResponse> {
        self.write(request, commands::place_hold, |receipt| PlaceHoldResponse { receipt: Some(receipt) })
            .await
    }

    async fn capture_hold(&self, request: Request<CaptureHoldRequest>) -> Answer<CaptureHoldResponse> {
        let named = ("hold_sequence", request.get_ref().hold_sequence);
        let answer = |receipt| CaptureHoldResponse { receipt: Some(receipt) };
        self.move_on(request, named, commands::capture_hold, answer).await
    }

    async fn void_hold(&self, request: Request<VoidHoldRequest>) -> Answer<VoidHoldResponse> {
        let named = ("hold_sequence", request.get_ref().hold_sequence);
        let answer = |receipt| VoidHoldResponse { receipt: Some(receipt) };
        self.move_on(request, named, commands::void_hold, answer).await
    }

    async fn get_hold(&self, request: Request<GetHoldRequest>) -> Answer<GetHoldResponse> {
        self.reached(request.get_ref().min_sequence, &request).await?;
        self.read(request, Installation::get_hold).await
    }

    async fn list_holds(&self, request: Request<ListHoldsRequest>) -> Answer<ListHoldsResponse> {
        self.read(request, Installation::list_holds).await
    }

    async fn reverse_entry(&self, request: Request<ReverseEntryRequest>) -> Answer<ReverseEntryResponse> {
        let named = ("original_sequence", request.get_ref().original_sequence);
        let answer = |receipt| ReverseEntryResponse { receipt: Some(receipt) };
        self.move_on(request, named, commands::reverse_entry, answer).await
    }

    async fn get_entry(&self, request: Request<GetEntryRequest>) -> Answer<GetEntryResponse> {
        self.reached(request.get_ref().min_sequence, &request).await?;
        self.read(request, Installation::get_entry).await
    }

    async fn find_entry(&self, request: Request<FindEntryRequest>) -> Answer<FindEntryResponse> {
        self.read(request, Installation::find_entry).await
    }

    async fn get_balance(&self, request: Request<GetBalanceRequest>) -> Answer<GetBalanceResponse> {
        self.reached(request.get_ref().min_sequence, &request).await?;
        let asked = request.get_ref();
        if asked.through_day.is_none() {
            self.read(request, Installation::get_balance).await
        } else if is_now(asked.at_sequence, asked.recorded_before.as_ref()) {
            self.past_reached(asked.min_sequence, &request).await?;
            self.read(request, Installation::get_balance).await
        } else {
            self.ask(request, Installation::get_balance).await
        }
    }

    async fn list_statement(&self, request: Request<ListStatementRequest>) -> Answer<ListStatementResponse> {
        self.reached(request.get_ref().min_sequence, &request).await?;
        self.read(request, Installation::list_statement).await
    }

    type WatchEntriesStream = WatchedStream<ReceiverStream<Result<WatchEntriesResponse, Status>>>;

    async fn watch_entries(&self, request: Request<WatchEntriesRequest>) -> Answer<Self::WatchEntriesStream> {
        let call = CallHandle::of(request.extensions());
        let stream =
            self.allowed(&request).and_then(|(_, allowed)| watch::entries(self, allowed, request.get_ref()));
        self.answer(stream.map(|stream| call.watch(stream)))
    }
}

impl Installation {
    /// What a write is answered with.
    pub(super) fn receipt_as_seen(&self, allowed: &Allowed, written: &Written) -> Receipt {
        let Receipt { entry, repeated } = answers::receipt(written, &self.names());
        let command = &written.entry.command;
        Receipt { entry: entry.map(|entry| self.as_written(allowed, command, entry)), repeated }
    }
}
