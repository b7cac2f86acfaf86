//! `kill -9` in the middle of what tills do: each receipt has one outcome, each hold one end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hourbook::api::directory_service_client::DirectoryServiceClient;
use hourbook::api::ledger_service_client::LedgerServiceClient;
use hourbook::api::redemption_service_client::RedemptionServiceClient;
use hourbook::api::{self, RedemptionState, entry::Action as Did};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Response, Status};

use super::load::Dice;
use crate::cli::served::Served;
use crate::support::HOUR;
use crate::support::served::{floor, fresh, transfer};

/// So many times the server is killed.
const KILLS: u64 = 30;
/// Tills that sell at once.
const TILLS: u32 = 8;
/// The server is killed after at most so many answers.
const ANSWERS_MAX: u64 = 60;

/// What becomes of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Redeemed,
    Refunded,
    Captured,
    Voided,
    LeftOpen,
    RunsOut,
}

const FLOWS: [Flow; 6] =
    [Flow::Redeemed, Flow::Refunded, Flow::Captured, Flow::Voided, Flow::LeftOpen, Flow::RunsOut];
/// Hours are set aside for the shortest time there is until so many kills, and not after: later it would be waited for.
const RUNS_OUT_KILLS: u64 = 10;
/// The shortest life, seconds.
const LIFE_SECONDS_MIN: u32 = 60;

/// A sale as it was asked for, to be asked for again in the same words.
#[derive(Clone)]
struct Asked {
    flow: Flow,
    number: u32,
    till_number: u32,
    code: String,
    /// Of the sale, and of what comes after.
    ids: [String; 2],
}

/// A café with its tills, and somebody who has hours enough.
pub struct Shop {
    pub partner: u32,
    partner_account: u32,
    /// Several: one may have a thousand codes.
    pub members: Vec<u32>,
    issuance: u32,
}

pub async fn connected(address: &str) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    loop {
        if let Ok(channel) = endpoint.connect().await
            && LedgerServiceClient::new(channel.clone())
                .list_banks(api::ListBanksRequest::default())
                .await
                .is_ok()
        {
            return channel;
        }
        tokio::task::yield_now().await;
    }
}

impl Shop {
    pub async fn open(channel: &Channel) -> Self {
        let (mut ledger, mut directory) =
            (LedgerServiceClient::new(channel.clone()), DirectoryServiceClient::new(channel.clone()));
        let owners = api::RegisterOwnersRequest { request_id: fresh(), count: 1, ..Default::default() };
        let owners = ledger.register_owners(owners).await.unwrap().into_inner();
        let Some(Did::OwnersRegistered(owners)) = owners.receipt.unwrap().entry.unwrap().action else {
            panic!()
        };
        let bank = api::OpenBankRequest {
            request_id: fresh(),
            owner_number: owners.first_owner_number,
            name: "Ashenford".into(),
            time_zone: "Europe/London".into(),
            issuance_limits: Some(floor(-1_000_000)),
            ..Default::default()
        };
        let bank = ledger.open_bank(bank).await.unwrap().into_inner();
        let Some(Did::BankOpened(bank)) = bank.receipt.unwrap().entry.unwrap().action else { panic!() };
        let mut person = async |kind: api::PersonKind, name: &str| {
            let request = api::CreatePersonRequest {
                request_id: fresh(),
                bank_number: bank.bank_number,
                kind: kind.into(),
                profile: Some(api::Profile { name: name.into(), ..Default::default() }),
                ..Default::default()
            };
            let created = directory.create_person(request).await.unwrap().into_inner();
            (created.owner_number, created.account_number)
        };
        let (partner, partner_account) = person(api::PersonKind::Partner, "Saucer & Spoon").await;
        let mut members = Vec::new();
        for name in ["Ann", "Bea", "Cy", "Dev"] {
            members.push(person(api::PersonKind::Member, name).await.1);
        }
        let mut shop = Self { partner, partner_account, members, issuance: bank.issuance_account_number };
        shop.fit_out(channel).await;
        shop.give(channel).await;
        shop
    }

    /// A venue, tills, somebody at them, an offer.
    async fn fit_out(&mut self, channel: &Channel) {
        let mut directory = DirectoryServiceClient::new(channel.clone());
        let mut redemptions = RedemptionServiceClient::new(channel.clone());
        let partner_owner_number = self.partner;
        let venue = api::SetVenueRequest {
            request_id: fresh(),
            partner_owner_number,
            name: "By the bridge".into(),
            ..Default::default()
        };
        directory.set_venue(venue).await.unwrap();
        for _ in 0..TILLS {
            let till = api::SetTillRequest {
                request_id: fresh(),
                partner_owner_number,
                venue_number: 1,
                ..Default::default()
            };
            directory.set_till(till).await.unwrap();
        }
        let people = vec![api::TillPerson { initials: "EP".into(), owner_number: 0 }];
        let staff = api::SetTillStaffRequest {
            request_id: fresh(),
            partner_owner_number,
            people,
            validate_only: false,
        };
        redemptions.set_till_staff(staff).await.unwrap();
        let offer = api::Offer {
            partner_owner_number,
            kind: api::OfferKind::Activity.into(),
            wording: "a seat".into(),
            price_seconds: HOUR,
            price_per: api::PricePer::Person.into(),
            ..Default::default()
        };
        let offer = api::CreateOfferRequest { request_id: fresh(), offer: Some(offer), validate_only: false };
        redemptions.create_offer(offer).await.unwrap();
    }

    async fn give(&self, channel: &Channel) {
        let mut ledger = LedgerServiceClient::new(channel.clone());
        let given = api::PostEntryRequest {
            request_id: fresh(),
            kind: api::Kind::Opening.into(),
            transfers: self
                .members
                .iter()
                .map(|member| transfer(self.issuance, *member, 25_000 * HOUR))
                .collect(),
            ..Default::default()
        };
        ledger.post_entry(given).await.unwrap();
    }

    fn receipt(&self, asked: &Asked) -> api::SaleReceipt {
        let till = api::TillName { partner_owner_number: self.partner, till_number: asked.till_number };
        api::SaleReceipt { till: Some(till), number: asked.number, ..Default::default() }
    }

    fn sale(&self, asked: &Asked) -> api::Sale {
        api::Sale {
            receipt: Some(self.receipt(asked)),
            shown: Some(api::Shown { by: Some(api::shown::By::Code(asked.code.clone())) }),
            offer_number: 1,
            staff_initials: "EP".into(),
            ..Default::default()
        }
    }

    /// Asks for a sale and what comes after it, as far as answers come; counts them.
    async fn ask(&self, channel: &Channel, asked: &Asked, answers: &AtomicU32) -> Result<(), Status> {
        let mut client = RedemptionServiceClient::new(channel.clone());
        let [request_id, next_id] = asked.ids.clone();
        let sale = Some(self.sale(asked));
        let number = match asked.flow {
            Flow::Redeemed | Flow::Refunded => {
                let request = api::RedeemRequest { request_id, sale, validate_only: false };
                client.redeem(request).await.map(Response::into_inner)?.redemption
            }
            Flow::Captured | Flow::Voided | Flow::LeftOpen | Flow::RunsOut => {
                let request = api::AuthorizeRedemptionRequest {
                    request_id,
                    sale,
                    life_seconds: if asked.flow == Flow::RunsOut { LIFE_SECONDS_MIN } else { 86_400 },
                    validate_only: false,
                };
                client.authorize_redemption(request).await.map(Response::into_inner)?.redemption
            }
        };
        let redemption_sequence = number.unwrap().redemption_sequence;
        answers.fetch_add(1, Ordering::SeqCst);
        let request_id = next_id;
        match asked.flow {
            Flow::Redeemed | Flow::LeftOpen | Flow::RunsOut => return Ok(()),
            Flow::Refunded => {
                let request = api::RefundRedemptionRequest {
                    request_id,
                    redemption_sequence,
                    reason: "a slip".into(),
                    staff_initials: "EP".into(),
                    ..Default::default()
                };
                client.refund_redemption(request).await?;
            }
            Flow::Captured => {
                let request =
                    api::CaptureRedemptionRequest { request_id, redemption_sequence, ..Default::default() };
                client.capture_redemption(request).await?;
            }
            Flow::Voided => {
                let request =
                    api::VoidRedemptionRequest { request_id, redemption_sequence, validate_only: false };
                client.void_redemption(request).await?;
            }
        }
        answers.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    /// How the sale stands now.
    async fn stands(&self, channel: &Channel, asked: &Asked) -> api::Redemption {
        let mut client = RedemptionServiceClient::new(channel.clone());
        let request = api::GetRedemptionByReceiptRequest { receipt: Some(self.receipt(asked)) };
        client.get_redemption_by_receipt(request).await.unwrap().into_inner().redemption.unwrap()
    }

    async fn balance(&self, channel: &Channel, account_number: u32) -> (i64, i64) {
        let request = api::GetBalanceRequest { account_number, ..Default::default() };
        let balance = LedgerServiceClient::new(channel.clone()).get_balance(request).await.unwrap();
        let balance = balance.into_inner().balance.unwrap();
        (balance.posted_seconds, balance.held_seconds.unwrap())
    }

    /// What all members have together.
    async fn of_members(&self, channel: &Channel) -> (i64, i64) {
        let (mut posted, mut held) = (0, 0);
        for member in &self.members {
            let (one, aside) = self.balance(channel, *member).await;
            (posted, held) = (posted + one, held + aside);
        }
        (posted, held)
    }

    /// Whose code a receipt shows.
    fn whose(&self, number: u32) -> u32 {
        self.members[usize::try_from(number).unwrap() % self.members.len()]
    }
}

impl Shop {
    /// One sale, by the first till.
    async fn one(&self, channel: &Channel, flow: Flow, number: u32) -> Asked {
        let mut client = RedemptionServiceClient::new(channel.clone());
        let issue = api::IssueCodeRequest {
            account_number: self.members[0],
            life_seconds: 3_600,
            ..Default::default()
        };
        let code = client.issue_code(issue).await.unwrap().into_inner().code;
        let asked = Asked { flow, number, till_number: 1, code, ids: [fresh(), fresh()] };
        self.ask(channel, &asked, &AtomicU32::new(0)).await.unwrap();
        asked
    }

    /// How often each hold ran out, as the books say.
    async fn ran_out(&self, channel: &Channel) -> BTreeMap<u64, u32> {
        let mut ledger = LedgerServiceClient::new(channel.clone());
        let balance = api::GetBalanceRequest { account_number: self.partner_account, ..Default::default() };
        let tip = ledger.get_balance(balance).await.unwrap().into_inner().sequence;
        let request = api::WatchEntriesRequest {
            after_sequence: Some(0),
            forms: vec![api::Form::Expire.into()],
            heartbeat_seconds: 1,
            ..Default::default()
        };
        let mut stream = ledger.watch_entries(request).await.unwrap().into_inner();
        let mut ended = BTreeMap::new();
        loop {
            let message = stream.message().await.unwrap().unwrap();
            if let Some(entry) = message.entry {
                let Some(Did::Expired(expired)) = entry.action else { panic!("{entry:?}") };
                *ended.entry(expired.hold_sequence).or_insert(0) += 1;
            }
            if message.position >= tip {
                return ended;
            }
        }
    }

    /// Waits until the server's own clock has passed what was set aside for a short time: each sign of life one sale, until
    /// one is written down after all deadlines. All that was sold.
    async fn wait_for(&self, channel: &Channel, deadline: i64, numbers: &mut u32) -> Vec<Asked> {
        let request = api::WatchEntriesRequest {
            after_sequence: None,
            forms: vec![api::Form::Expire.into()],
            heartbeat_seconds: 1,
            ..Default::default()
        };
        let mut ledger = LedgerServiceClient::new(channel.clone());
        let mut life = ledger.watch_entries(request).await.unwrap().into_inner();
        let mut sold = Vec::new();
        loop {
            *numbers += 1;
            let one = self.one(channel, Flow::Redeemed, *numbers).await;
            let recorded_at = self.stands(channel, &one).await.recorded_at.unwrap();
            sold.push(one);
            if recorded_at.seconds > deadline {
                return sold;
            }
            life.message().await.unwrap().unwrap();
        }
    }
}

/// A server that is killed answers nothing; whatever else it says is a fault.
fn is_cut(status: &Status) {
    assert!(matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled), "{status:?}");
}

/// A till that sells until the server is gone; all it asked for.
async fn till(
    shop: Arc<Shop>,
    channel: Channel,
    till_number: u32,
    (from, flows): (u32, &'static [Flow]),
    answers: Arc<AtomicU32>,
) -> Vec<Asked> {
    let mut client = RedemptionServiceClient::new(channel.clone());
    let mut all = Vec::new();
    for number in from.. {
        let request = api::IssueCodeRequest {
            account_number: shop.whose(number),
            life_seconds: 3_600,
            ..Default::default()
        };
        let issued = match client.issue_code(request).await {
            Ok(issued) => issued,
            Err(status) => {
                is_cut(&status);
                return all;
            }
        };
        let asked = Asked {
            flow: flows[usize::try_from(number).unwrap() % flows.len()],
            number,
            till_number,
            code: issued.into_inner().code,
            ids: [fresh(), fresh()],
        };
        all.push(asked.clone());
        if let Err(status) = shop.ask(&channel, &asked, &answers).await {
            is_cut(&status);
            return all;
        }
    }
    all
}

/// Whatever was set aside for a minute ran out, once, and all else is as it was.
async fn ended_once(shop: &Shop, address: &str, all: &[Asked]) {
    let channel = connected(address).await;
    let ran_out = shop.ran_out(&channel).await;
    let of = |flow| all.iter().filter(move |asked| asked.flow == flow);
    for asked in of(Flow::RunsOut) {
        let stands = shop.stands(&channel, asked).await;
        assert_eq!(stands.state(), RedemptionState::Expired, "{stands:?}");
        assert_eq!(ran_out.get(&stands.redemption_sequence), Some(&1), "{stands:?}");
    }
    assert!(of(Flow::RunsOut).count() >= 10);
    assert_eq!(ran_out.len(), of(Flow::RunsOut).count(), "nothing else ran out");
    let open = i64::try_from(of(Flow::LeftOpen).count()).unwrap();
    assert_eq!(shop.of_members(&channel).await.1, open * HOUR);
}

/// Goal: after a kill at any point each receipt has exactly one outcome, whoever asks again in the same words, and each hold
/// is captured, let go, runs out once, or is open until its deadline; not a second more or less is moved. Method: thirty kills
/// while eight tills sell, set aside, take, let go and give back; after each start all of it is asked again, and the balances
/// are those of the outcomes. What was set aside for a minute runs out by the server's own clock, before, between and after
/// kills.
#[test]
fn i6_each_receipt_has_one_outcome() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut served = Served::new();
    let address = served.address.clone();
    let shop = Arc::new(runtime.block_on(async { Shop::open(&connected(&address).await).await }));
    let mut dice = Dice(0x5eed_0007);
    let (mut all, mut numbers, mut lost) = (Vec::new(), 1, 0);
    let mut deadline = 0;
    for kill in 1..=KILLS {
        let flows = if kill <= RUNS_OUT_KILLS { &FLOWS[..] } else { &FLOWS[..5] };
        let answers = Arc::new(AtomicU32::new(0));
        let wanted = u32::try_from(1 + dice.below(ANSWERS_MAX)).unwrap();
        let new = runtime.block_on(async {
            let channel = connected(&address).await;
            let tills: Vec<_> = (1..=TILLS)
                .map(|number| {
                    let (shop, channel, answers) = (Arc::clone(&shop), channel.clone(), Arc::clone(&answers));
                    tokio::spawn(till(shop, channel, number, (numbers, flows), answers))
                })
                .collect();
            let all_stopped = || tills.iter().all(tokio::task::JoinHandle::is_finished);
            while answers.load(Ordering::SeqCst) < wanted && !all_stopped() {
                tokio::task::yield_now().await;
            }
            served.kill();
            let mut new = Vec::new();
            for till in tills {
                new.extend(till.await.unwrap());
            }
            new
        });
        numbers = new.iter().map(|asked| asked.number).max().unwrap_or(numbers) + 1;
        lost += new.len();
        served.restart();
        all.extend(new.clone());
        runtime.block_on(async {
            let channel = connected(&address).await;
            let unheard = AtomicU32::new(0);
            for asked in &new {
                shop.ask(&channel, asked, &unheard)
                    .await
                    .unwrap_or_else(|status| panic!("kill {kill}: {status:?}"));
                let stands = shop.stands(&channel, asked).await;
                shop.ask(&channel, asked, &unheard).await.unwrap();
                if asked.flow == Flow::RunsOut {
                    let may_be = [RedemptionState::Authorized, RedemptionState::Expired];
                    assert!(may_be.contains(&stands.state()), "kill {kill}: {stands:?}");
                    deadline = deadline.max(stands.deadline.map_or(0, |until| until.seconds));
                    continue;
                }
                assert_eq!(shop.stands(&channel, asked).await, stands, "asked once more");
                let expected = match asked.flow {
                    Flow::Redeemed | Flow::Captured => RedemptionState::Captured,
                    Flow::Refunded => RedemptionState::Refunded,
                    Flow::Voided => RedemptionState::Voided,
                    Flow::LeftOpen => RedemptionState::Authorized,
                    Flow::RunsOut => RedemptionState::Expired,
                };
                assert_eq!(stands.state(), expected, "kill {kill}, {:?}", asked.flow);
            }
            let count = |flows: &[Flow]| {
                i64::try_from(all.iter().filter(|asked: &&Asked| flows.contains(&asked.flow)).count())
                    .unwrap()
            };
            let (taken, open) = (count(&[Flow::Redeemed, Flow::Captured]), count(&[Flow::LeftOpen]));
            assert_eq!(shop.balance(&channel, shop.partner_account).await.0, taken * HOUR, "kill {kill}");
            let left = (100_000 - taken) * HOUR;
            let (posted, held) = shop.of_members(&channel).await;
            assert_eq!(posted, left, "kill {kill}");
            let runs_out = count(&[Flow::RunsOut]);
            let may_be = open * HOUR..=(open + runs_out) * HOUR;
            assert!(may_be.contains(&held) && held % HOUR == 0, "kill {kill}: {held} of {may_be:?}");
        });
    }
    println!("{} sales in {KILLS} kills", lost);
    for with_kill in [true, false] {
        let sold = runtime
            .block_on(async { shop.wait_for(&connected(&address).await, deadline, &mut numbers).await });
        all.extend(sold);
        runtime.block_on(ended_once(&shop, &address, &all));
        if with_kill {
            served.kill_and_restart();
        }
    }
    assert!(all.len() > 200, "{}", all.len());
}
