//! Unary calls: posts, and health checks that do nothing.

use std::time::Instant;

use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::api::{PostEntryRequest, Transfer};
use hourbook::client::{Shown, Wire};
use hourbook::domain::{AccountNumber, KeyText, Kind, RequestId};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{Answered, BEHIND_MAX, Order, What, When};
use crate::common::driver::{schedule, wait_until};
use crate::common::workload::Generator;

/// One caller.
struct Caller {
    what: What,
    ledger: LedgerServiceClient<Wire>,
    health: HealthClient<Channel>,
    generator: Generator,
}

pub async fn run(order: &Order, channels: Vec<Channel>, ends: Instant) -> Vec<Answered> {
    let key = order.key.as_ref().map(|key| KeyText::parse(key).unwrap());
    let shown = key.map_or(Shown::NOTHING, |key| Shown::key(&key));
    let caller = |place: usize| {
        let channel = channels[place % channels.len()].clone();
        Caller {
            what: order.what,
            ledger: LedgerServiceClient::new(shown.clone().on(channel.clone())),
            health: HealthClient::new(channel),
            generator: Generator::new(order.workload, order.accounts, order.seed << 20 | place as u64),
        }
    };
    match order.when {
        When::InFlight(count) => {
            let mut tasks = JoinSet::new();
            for place in 0..count {
                tasks.spawn(again_and_again(caller(place), ends));
            }
            tasks.join_all().await.into_iter().flatten().collect()
        }
        When::PerSecond(rate) => {
            let (leave, mut moments) = mpsc::channel(BEHIND_MAX);
            // A thread, because the runtime's own clock goes by milliseconds.
            let scheduled = std::thread::spawn(move || {
                let began = Instant::now();
                for moment in schedule(began, 1.0 / rate, ends - began) {
                    wait_until(moment);
                    leave.try_send(moment).expect("the server is far behind the schedule");
                }
            });
            let (mut place, mut tasks) = (0, JoinSet::new());
            let mut callers: Vec<Caller> = (0..channels.len()).map(caller).collect();
            while let Some(moment) = moments.recv().await {
                let caller = &mut callers[place % channels.len()];
                place += 1;
                let call = caller.call();
                tasks.spawn(async move {
                    call.await;
                    Answered::now(moment, 1)
                });
            }
            scheduled.join().unwrap();
            tasks.join_all().await
        }
    }
}

async fn again_and_again(mut caller: Caller, ends: Instant) -> Vec<Answered> {
    let mut answered = Vec::new();
    while Instant::now() < ends {
        let since = Instant::now();
        caller.call().await;
        answered.push(Answered::now(since, 1));
    }
    answered
}

impl Caller {
    /// The next call; its answer is looked at.
    fn call(&mut self) -> impl Future<Output = ()> + use<> {
        let request = (self.what == What::Post).then(|| post_request(&mut self.generator));
        let (mut ledger, mut health) = (self.ledger.clone(), self.health.clone());
        async move {
            if let Some(request) = request {
                let receipt = ledger.post_entry(request).await.unwrap().into_inner().receipt.unwrap();
                assert!(!receipt.repeated && receipt.entry.unwrap().sequence > 0);
            } else {
                let answer = health.check(HealthCheckRequest::default()).await.unwrap();
                assert_eq!(answer.into_inner().status(), ServingStatus::Serving);
            }
        }
    }
}

/// The next entry as a call.
pub fn post_request(generator: &mut Generator) -> PostEntryRequest {
    generator.look_at_clock();
    let kind = generator.workload().kind();
    let (id, drafts) = generator.draw();
    let printed = |place| AccountNumber::from_slot(place).unwrap().printed();
    let transfers = drafts.iter().map(|(debit, credit, seconds)| Transfer {
        debit_account_number: printed(*debit),
        credit_account_number: printed(*credit),
        amount_seconds: *seconds,
        ..Transfer::default()
    });
    PostEntryRequest {
        request_id: RequestId::from_bytes(id).unwrap().to_string(),
        // Kinds have the same order in the API, from 1.
        kind: 1 + Kind::ALL.iter().position(|one| *one == kind).unwrap() as i32,
        transfers: transfers.collect(),
        ..PostEntryRequest::default()
    }
}
