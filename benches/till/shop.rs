//! A café with tills, and somebody with hours for each of them.

use std::time::{Duration, Instant};

use hourbook::api::directory_service_client::DirectoryServiceClient;
use hourbook::api::redemption_service_client::RedemptionServiceClient;
use hourbook::api::*;
use hourbook::domain::{AccountNumber, RequestId};
use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};

use super::server::Server;

/// Calls that one connection carries at once, as the ladder's.
const TILLS_PER_CONNECTION: u32 = 32;

pub struct Shop {
    channels: Vec<Channel>,
    partner: u32,
    members: Vec<u32>,
}

/// A till with codes to sell for.
struct Till {
    client: RedemptionServiceClient<Channel>,
    name: TillName,
    /// Receipts from this number on.
    first: u32,
    codes: Vec<String>,
}

pub async fn connect(address: &str) -> Channel {
    Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

fn request_id() -> String {
    RequestId::fresh().to_string()
}

impl Shop {
    /// Whose shop it is.
    pub fn partner(&self) -> u32 {
        self.partner
    }

    /// One with so many tills, whose customers are as many members from this place among all on.
    pub async fn open(server: &Server, (tills, customers_from): (u32, u32), name: &str) -> Self {
        let mut channels = Vec::new();
        for _ in 0..tills.div_ceil(TILLS_PER_CONNECTION) {
            channels.push(connect(&server.address).await);
        }
        let first = server.accounts.first + customers_from;
        let members = (first..first + tills).map(|slot| AccountNumber::from_slot(slot).unwrap().printed());
        let members = members.collect();
        let partner = furnish(channels[0].clone(), tills, name).await;
        Self { channels, partner, members }
    }

    /// Each till sells so often, `pace` apart, or at once after the sale before where there is none; how long each sale took, and
    /// all of them together. Codes are made before.
    pub async fn sell(&self, turn: u32, sales: u32, pace: Duration) -> (Vec<Duration>, Duration) {
        let count = self.members.len() as u32;
        let mut tills = Vec::new();
        for number in 1..=count {
            tills.push(self.till(number, turn, sales).await);
        }
        let began = Instant::now();
        // At a pace not all in the same moment.
        let first = |place| began + pace * place / count;
        let tasks: JoinSet<_> = (0..).zip(tills).map(|(place, till)| till.sell(first(place), pace)).collect();
        let took = tasks.join_all().await.into_iter().flatten().collect();
        (took, began.elapsed())
    }

    /// A till, with a code for each sale of a turn.
    async fn till(&self, number: u32, turn: u32, sales: u32) -> Till {
        let channel = &self.channels[number as usize % self.channels.len()];
        let mut client = RedemptionServiceClient::new(channel.clone());
        let account_number = self.members[number as usize - 1];
        let mut codes = Vec::new();
        for _ in 0..sales {
            let request = IssueCodeRequest { account_number, life_seconds: 3_600, ..Default::default() };
            codes.push(client.issue_code(request).await.unwrap().into_inner().code);
        }
        let name = TillName { partner_owner_number: self.partner, till_number: number };
        Till { client, name, first: turn * sales + 1, codes }
    }
}

impl Till {
    /// How long each sale took, from the first call's leaving to the second one's answer: the first one at a moment, and the others
    /// each a pace after the one before, or at once where that took longer.
    async fn sell(self, first_at: Instant, pace: Duration) -> Vec<Duration> {
        let Self { mut client, name, first, codes } = self;
        let mut took = Vec::new();
        let mut at = first_at;
        for (number, code) in (first..).zip(codes) {
            if !pace.is_zero() {
                tokio::time::sleep_until(at.into()).await;
                at += pace;
            }
            let sale = Sale {
                receipt: Some(SaleReceipt { till: Some(name), number, ..Default::default() }),
                shown: Some(Shown { by: Some(shown::By::Code(code)) }),
                offer_number: 1,
                staff_initials: "EP".into(),
                ..Default::default()
            };
            let authorize = AuthorizeRedemptionRequest {
                request_id: request_id(),
                sale: Some(sale),
                ..Default::default()
            };
            let began = Instant::now();
            let held = client.authorize_redemption(authorize).await.unwrap().into_inner();
            let redemption_sequence = held.redemption.unwrap().redemption_sequence;
            let capture = CaptureRedemptionRequest {
                request_id: request_id(),
                redemption_sequence,
                ..Default::default()
            };
            client.capture_redemption(capture).await.unwrap();
            took.push(began.elapsed());
        }
        took
    }
}

/// A partner with a venue, tills, somebody at them, and an offer; its number.
async fn furnish(channel: Channel, tills: u32, name: &str) -> u32 {
    let mut directory = DirectoryServiceClient::new(channel.clone());
    let mut redemptions = RedemptionServiceClient::new(channel);
    let person = CreatePersonRequest {
        request_id: request_id(),
        bank_number: 1,
        kind: PersonKind::Partner.into(),
        profile: Some(Profile { name: name.into(), ..Default::default() }),
        ..Default::default()
    };
    let partner_owner_number = directory.create_person(person).await.unwrap().into_inner().owner_number;
    let venue = SetVenueRequest {
        request_id: request_id(),
        partner_owner_number,
        name: "By the bridge".into(),
        ..Default::default()
    };
    directory.set_venue(venue).await.unwrap();
    for _ in 0..tills {
        let till = SetTillRequest {
            request_id: request_id(),
            partner_owner_number,
            venue_number: 1,
            ..Default::default()
        };
        directory.set_till(till).await.unwrap();
    }
    let people = vec![TillPerson { initials: "EP".into(), owner_number: 0 }];
    let staff =
        SetTillStaffRequest { request_id: request_id(), partner_owner_number, people, validate_only: false };
    redemptions.set_till_staff(staff).await.unwrap();
    let offer = Offer {
        partner_owner_number,
        kind: OfferKind::Activity.into(),
        wording: "a seat".into(),
        price_seconds: 3_600,
        price_per: PricePer::Person.into(),
        ..Default::default()
    };
    let offer = CreateOfferRequest { request_id: request_id(), offer: Some(offer), validate_only: false };
    redemptions.create_offer(offer).await.unwrap();
    partner_owner_number
}
