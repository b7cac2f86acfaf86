//! A ledger that knows every name it is told and writes down what it is sent, for one import at a time.
//!
//! Speaks the API over a real socket; keeps no books and refuses nothing.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use hourbook::api::{
    Account, Activity, Bank, BatchEntry, EntryResult, GetBalanceRequest, GetBalanceResponse,
    ListAccountsRequest, ListAccountsResponse, ListActivitiesRequest, ListActivitiesResponse,
    ListBanksRequest, ListBanksResponse, PostBatchesRequest, PostBatchesResponse, batch_entry,
};
use tokio_stream::{Stream, StreamExt};
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

use super::rows_model::Exchange;

/// What a town knows and has written down.
#[derive(Default)]
pub struct Books {
    /// Numbers by name. Those of accounts and activities by the number of their bank.
    banks: BTreeMap<String, u32>,
    accounts: BTreeMap<(u32, String), u32>,
    activities: BTreeMap<(u32, String), u32>,
    pub written: Vec<Exchange>,
    pub ids: Vec<Vec<u8>>,
}

impl Books {
    /// Books that know the names of `rows`.
    pub fn knowing<'r>(rows: impl Iterator<Item = &'r Exchange>) -> Self {
        let mut books = Self::default();
        for row in rows {
            let bank = number(&mut books.banks, row.bank.clone());
            number(&mut books.accounts, (bank, row.giver.clone()));
            number(&mut books.accounts, (bank, row.receiver.clone()));
            if !row.activity.is_empty() {
                number(&mut books.activities, (bank, row.activity.clone()));
            }
        }
        books
    }

    /// What an entry says, in names again; panics if it says anything that no row of a file says.
    fn write(&mut self, entry: BatchEntry) {
        let Some(batch_entry::Action::Post(post)) = entry.action else { panic!("not a post") };
        let [transfer] = &post.transfers[..] else { panic!("one row, {} transfers", post.transfers.len()) };
        let account = |number: u32| {
            let ((bank, name), _) = self.accounts.iter().find(|(_, known)| **known == number).unwrap();
            (*bank, name.clone())
        };
        let (debit, credit) =
            (account(transfer.debit_account_number), account(transfer.credit_account_number));
        assert_eq!(debit.0, credit.0, "both accounts are in one bank");
        let (bank, _) = self.banks.iter().find(|(_, known)| **known == debit.0).unwrap();
        let named = |((of, name), known): (&(u32, String), &u32)| {
            (*of == debit.0 && *known == transfer.activity_number).then(|| name.clone())
        };
        let activity = match transfer.activity_number {
            0 => String::new(),
            _ => self.activities.iter().find_map(named).unwrap(),
        };
        let details = entry.details.unwrap();
        let day = details.occurred_on.unwrap();
        let seconds = transfer.amount_seconds;
        assert!(seconds > 0);
        // A correction takes back: its sides are swapped.
        let (receiver, giver, seconds) =
            if transfer.is_correction { (credit, debit, -seconds) } else { (debit, credit, seconds) };
        self.written.push(Exchange {
            bank: bank.clone(),
            day: [day.year, day.month, day.day],
            giver: giver.1,
            receiver: receiver.1,
            seconds,
            activity,
            note: details.memo,
        });
        self.ids.push(entry.request_id);
    }
}

fn number<K: Ord>(known: &mut BTreeMap<K, u32>, name: K) -> u32 {
    let next = u32::try_from(known.len()).unwrap() + 1;
    *known.entry(name).or_insert(next)
}

/// The service.
#[derive(Clone, Default)]
pub struct Town(Arc<Mutex<Books>>);

impl Town {
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn banks(&self) -> ListBanksResponse {
        let banks = self.books().banks.clone().into_iter();
        let banks = banks.map(|(name, bank_number)| Bank { name, bank_number, ..Bank::default() });
        ListBanksResponse { banks: banks.collect(), ..Default::default() }
    }

    fn accounts(&self, asked: &ListAccountsRequest) -> ListAccountsResponse {
        let accounts = self.books().accounts.clone().into_iter();
        let accounts = accounts.filter(|((bank, _), _)| *bank == asked.bank_number);
        let accounts = accounts.map(|((bank_number, label), account_number)| Account {
            account_number,
            bank_number,
            label,
            ..Account::default()
        });
        ListAccountsResponse { accounts: accounts.collect(), ..Default::default() }
    }

    fn activities(&self, asked: ListActivitiesRequest) -> ListActivitiesResponse {
        let activities = self.books().activities.clone().into_iter();
        let activities = activities.filter(|((bank, _), _)| *bank == asked.bank_number);
        let activities = activities.map(|((_, name), activity_number)| Activity {
            name,
            activity_number,
            ..Activity::default()
        });
        ListActivitiesResponse { activities: activities.collect() }
    }

    fn batch(&self, batch: PostBatchesRequest) -> PostBatchesResponse {
        let mut books = self.books();
        let results = batch.entries.into_iter().map(|entry| {
            books.write(entry);
            EntryResult { sequence: books.written.len() as u64, ..EntryResult::default() }
        });
        PostBatchesResponse { results: results.collect() }
    }

    async fn answer(self, request: http::Request<Body>) -> http::Response<Body> {
        let call = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        match &*call {
            "ListBanks" => unary(request, move |_: ListBanksRequest| self.banks()).await,
            "ListAccounts" => unary(request, move |asked| self.accounts(&asked)).await,
            "ListActivities" => unary(request, move |asked| self.activities(asked)).await,
            "GetBalance" => unary(request, |_: GetBalanceRequest| GetBalanceResponse::default()).await,
            "PostBatches" => {
                let answer = service_fn(move |request: Request<Streaming<PostBatchesRequest>>| {
                    let town = self.clone();
                    let answers = request.into_inner().map(move |batch| batch.map(|batch| town.batch(batch)));
                    let answers: Pin<Box<dyn Stream<Item = Result<_, Status>> + Send>> = Box::pin(answers);
                    std::future::ready(Ok::<_, Status>(Response::new(answers)))
                });
                Grpc::new(ProstCodec::default()).streaming(answer, request).await
            }
            other => Status::unimplemented(format!("an import does not call {other}")).into_http(),
        }
    }
}

async fn unary<Asked, Answer>(
    request: http::Request<Body>,
    answer: impl Fn(Asked) -> Answer + Send + Sync,
) -> http::Response<Body>
where
    Asked: prost::Message + Default + Send + 'static,
    Answer: prost::Message + Default + Send + 'static,
{
    let answer = service_fn(move |request: Request<Asked>| {
        std::future::ready(Ok::<_, Status>(Response::new(answer(request.into_inner()))))
    });
    Grpc::new(ProstCodec::<Answer, Asked>::default()).unary(answer, request).await
}

impl NamedService for Town {
    const NAME: &'static str = "hourbook.v1.LedgerService";
}

impl Service<http::Request<Body>> for Town {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let town = self.clone();
        Box::pin(async move { Ok(town.answer(request).await) })
    }
}
