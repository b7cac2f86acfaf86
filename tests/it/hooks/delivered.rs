//! What a partner's software hears, and what its partner sees of that.

use hourbook::api::{self, DeliveryState, EndpointState};
use tonic::{Response, Status};

use super::receiver::{Got, Mode, Receiver};
use crate::access::with;
use crate::service::redemption::Cafe;
use crate::support::served::{fresh, with_receivers_here};
use crate::support::wait_until;

macro_rules! calls {
    ($($call:ident $request:ident $answer:ident),* $(,)?) => { $(
        fn $call(&self, request: api::$request) -> Result<api::$answer, Status> {
            let request = with(self.cafe.town.key("Cafe"), request);
            self.cafe.town.served.block_on(self.cafe.town.served.hooks().$call(request)).map(Response::into_inner)
        }
    )* };
}

/// A café that sells, and its software.
struct Software {
    cafe: Cafe,
}

impl Software {
    calls! {
        create_endpoint CreateEndpointRequest CreateEndpointResponse,
        update_endpoint UpdateEndpointRequest UpdateEndpointResponse,
        rotate_endpoint_key RotateEndpointKeyRequest RotateEndpointKeyResponse,
        pause_endpoint PauseEndpointRequest PauseEndpointResponse,
        resume_endpoint ResumeEndpointRequest ResumeEndpointResponse,
        list_endpoints ListEndpointsRequest ListEndpointsResponse,
        list_deliveries ListDeliveriesRequest ListDeliveriesResponse,
        replay_deliveries ReplayDeliveriesRequest ReplayDeliveriesResponse,
        send_test_event SendTestEventRequest SendTestEventResponse,
    }

    fn new() -> Self {
        Self { cafe: Cafe::selling_with(with_receivers_here) }
    }

    fn receiver(&self, mode: Mode) -> Receiver {
        self.cafe.town.served.block_on(Receiver::new(mode))
    }

    fn endpoint(&self, url: String) -> api::CreateEndpointResponse {
        let endpoint = api::Endpoint { partner_owner_number: self.cafe.cafe, url, ..Default::default() };
        let request = api::CreateEndpointRequest {
            request_id: fresh(),
            endpoint: Some(endpoint),
            validate_only: false,
        };
        self.create_endpoint(request).unwrap()
    }

    /// One seat is sold.
    fn sell(&self, number: u32) {
        self.cafe.sell(self.cafe.sale(number, &self.cafe.code("Tobias", "Ann"))).unwrap();
    }

    fn heard(&self, receiver: &Receiver, count: usize) -> Vec<Got> {
        self.cafe.town.served.block_on(receiver.until_count(count))
    }

    fn stands(&self, place: usize) -> api::Endpoint {
        self.list_endpoints(api::ListEndpointsRequest::default()).unwrap().endpoints.remove(place)
    }

    fn deliveries(&self, endpoint_number: u32) -> Vec<api::Delivery> {
        let request = api::ListDeliveriesRequest { endpoint_number, ..Default::default() };
        self.list_deliveries(request).unwrap().deliveries
    }

    /// Waits until nothing waits for the first endpoint.
    fn is_done(&self) {
        wait_until("everything arrives", || self.stands(0).waiting_count == 0);
    }
}

fn kinds(got: &[Got]) -> Vec<String> {
    got.iter().map(Got::kind).collect()
}

const GONE: Mode = Mode::Says("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n");
const MOVED: Mode =
    Mode::Says("HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n");

/// Goal: a sale is told of as it happened, signed with both keys, and is remembered as delivered. Method: a lunch, set aside, taken
/// and given back.
#[test]
fn a_lunch_is_told_of() {
    let software = Software::new();
    let receiver = software.receiver(Mode::Good);
    let key = software.endpoint(receiver.url()).key.unwrap();
    let cafe = &software.cafe;
    let aside = cafe.set_aside(cafe.sale(411, &cafe.code("Tobias", "Ann"))).unwrap();
    let redemption_sequence = aside.redemption_sequence;
    let take =
        api::CaptureRedemptionRequest { request_id: fresh(), redemption_sequence, ..Default::default() };
    cafe.capture_redemption("Till", take).unwrap();
    let back = api::RefundRedemptionRequest {
        request_id: fresh(),
        redemption_sequence,
        amount_seconds: 600,
        reason: "cold soup".into(),
        staff_initials: "EP".into(),
        ..Default::default()
    };
    cafe.refund_redemption("Till", back).unwrap();
    let got = software.heard(&receiver, 3);
    assert_eq!(kinds(&got), ["redemption.authorized", "redemption.captured", "redemption.refunded"]);
    for one in &got {
        assert_eq!((one.check(&key.secret), one.check(&key.public_key)), (Ok(()), Ok(())));
        assert_eq!(one.json()["data"]["receipt"]["number"], 411);
        assert_eq!(one.json()["data"]["redemption_sequence"], redemption_sequence);
    }
    let last = got[2].json();
    let figures =
        ["amount_seconds", "captured_seconds", "refunded_seconds"].map(|field| last["data"][field].clone());
    assert_eq!(figures.map(|figure| figure.as_i64().unwrap()), [600, 3_600, 600]);
    assert_eq!(last["data"]["state"], "partly_refunded");
    software.is_done();
    let delivered = software.deliveries(1);
    assert_eq!(delivered.len(), 3);
    for (one, heard) in delivered.iter().zip(got.iter().rev()) {
        assert_eq!((one.state(), one.attempts, one.last_status), (DeliveryState::Delivered, 1, 204));
        assert_eq!(one.webhook_id, heard.id);
    }
}

/// Goal: whoever says 410 is given up, which another endpoint of theirs hears and nobody else; opened again it gets what waited.
/// Method: two endpoints, one of them gone.
#[test]
fn gone_and_opened_again() {
    let software = Software::new();
    let (gone, other) = (software.receiver(GONE), software.receiver(Mode::Good));
    software.endpoint(gone.url());
    software.endpoint(other.url());
    software.sell(411);
    let got = software.heard(&other, 2);
    assert_eq!(kinds(&got), ["redemption.captured", "endpoint.disabled"]);
    assert_eq!(got[1].json()["data"]["endpoint_number"], 1);
    assert_eq!(got[1].json()["data"]["because"], "gone");
    let stands = software.stands(0);
    assert_eq!(
        (stands.state(), stands.disabled_because()),
        (EndpointState::Disabled, api::DisabledBecause::Gone)
    );
    software.sell(412);
    software.heard(&other, 3);
    assert_eq!(gone.got().len(), 1, "nothing more is sent");
    gone.mode.send_replace(Mode::Good);
    let request = api::ResumeEndpointRequest {
        request_id: fresh(),
        partner_owner_number: software.cafe.cafe,
        endpoint_number: 1,
        validate_only: false,
    };
    software.resume_endpoint(request).unwrap();
    let got = software.heard(&gone, 3);
    let numbers: Vec<_> = got.iter().map(|one| one.json()["data"]["receipt"]["number"].as_u64()).collect();
    assert_eq!(numbers, [Some(411), Some(411), Some(412)]);
    software.is_done();
}

/// Goal: a receiver that fails for three days is given up, and opened again gets what waits; a redirect is a failure that is not
/// followed, and each attempt is shown. Method: the clock moved on to every attempt.
#[test]
fn failing_for_days() {
    let software = Software::new();
    let failing = software.receiver(MOVED);
    software.endpoint(failing.url());
    software.sell(411);
    for attempt in 1..=10 {
        software.heard(&failing, attempt);
        let one = || software.deliveries(1).remove(0);
        wait_until("the attempt is noted", || one().attempts as usize == attempt);
        let one = one();
        assert_eq!(one.last_status, 301);
        assert_eq!(one.state(), DeliveryState::Waits, "{attempt}");
        if let Some(due) = one.due_at {
            let at = one.attempted_at.unwrap();
            software.cafe.town.served.clock.advance_seconds(due.seconds - at.seconds + 1);
        }
    }
    wait_until("it is given up", || software.stands(0).state() == EndpointState::Disabled);
    assert_eq!(software.stands(0).disabled_because(), api::DisabledBecause::Failing);
    failing.mode.send_replace(Mode::Good);
    let request = api::ResumeEndpointRequest {
        request_id: fresh(),
        partner_owner_number: software.cafe.cafe,
        endpoint_number: 1,
        validate_only: false,
    };
    software.resume_endpoint(request).unwrap();
    software.heard(&failing, 11);
    software.is_done();
}

/// Goal: what happens while an endpoint is paused waits, and what waits goes where it is now. Method: paused, two sales, another
/// address, resumed.
#[test]
fn paused_and_moved() {
    let software = Software::new();
    let (before, after) = (software.receiver(Mode::Good), software.receiver(Mode::Good));
    software.endpoint(before.url());
    software.sell(411);
    software.heard(&before, 1);
    let request = api::PauseEndpointRequest {
        request_id: fresh(),
        partner_owner_number: software.cafe.cafe,
        endpoint_number: 1,
        validate_only: false,
    };
    software.pause_endpoint(request).unwrap();
    software.sell(412);
    software.sell(413);
    let endpoint = api::Endpoint {
        partner_owner_number: software.cafe.cafe,
        endpoint_number: 1,
        url: after.url(),
        ..Default::default()
    };
    let request =
        api::UpdateEndpointRequest { request_id: fresh(), endpoint: Some(endpoint), validate_only: false };
    software.update_endpoint(request).unwrap();
    let request = api::ResumeEndpointRequest {
        request_id: fresh(),
        partner_owner_number: software.cafe.cafe,
        endpoint_number: 1,
        validate_only: false,
    };
    software.resume_endpoint(request).unwrap();
    let mut numbers: Vec<_> = software
        .heard(&after, 2)
        .iter()
        .map(|one| one.json()["data"]["receipt"]["number"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!((numbers, before.got().len()), (vec![412, 413], 1));
}

/// Goal: what was sent can be sent once more, with the same name and words; a test is for its endpoint alone. Method: three sales
/// and a test, two of the sales once more.
#[test]
fn once_more_and_a_test() {
    let software = Software::new();
    let (receiver, other) = (software.receiver(Mode::Good), software.receiver(Mode::Good));
    software.endpoint(receiver.url());
    software.endpoint(other.url());
    (411..=413).for_each(|number| software.sell(number));
    let test = api::SendTestEventRequest {
        request_id: fresh(),
        partner_owner_number: software.cafe.cafe,
        endpoint_number: 1,
        validate_only: false,
    };
    let test = software.send_test_event(test).unwrap().webhook_id;
    let mut first = software.heard(&receiver, 4);
    let position = |one: &Got| one.json()["data"]["position"].as_u64().unwrap();
    first.sort_unstable_by_key(position); // Others are not in order.
    assert_eq!((first[3].kind().as_str(), &first[3].id), ("test", &test));
    software.is_done();
    let request = api::ReplayDeliveriesRequest {
        request_id: fresh(),
        partner_owner_number: software.cafe.cafe,
        endpoint_number: 1,
        from_sequence: position(&first[1]),
        through_sequence: Some(position(&first[2])),
        ..Default::default()
    };
    software.replay_deliveries(request).unwrap();
    let all = software.heard(&receiver, 6);
    let mut again: Vec<_> = all[4..].iter().map(|one| (&one.id, &one.body)).collect();
    again.sort_unstable();
    let mut sent: Vec<_> = first[1..3].iter().map(|one| (&one.id, &one.body)).collect();
    sent.sort_unstable();
    assert_eq!(again, sent);
    assert!(kinds(&software.heard(&other, 3)).iter().all(|kind| kind == "redemption.captured"));
}

/// Goal: with another key, events are signed with both until the older one's time is over. Method: one sale before, one within,
/// one after.
#[test]
fn another_key_with_time_to_change() {
    let software = Software::new();
    let receiver = software.receiver(Mode::Good);
    let older = software.endpoint(receiver.url()).key.unwrap();
    let request = api::RotateEndpointKeyRequest {
        request_id: fresh(),
        partner_owner_number: software.cafe.cafe,
        endpoint_number: 1,
        overlap_seconds: Some(3_600),
        ..Default::default()
    };
    let newer = software.rotate_endpoint_key(request).unwrap().key.unwrap();
    assert_eq!((older.key_number, newer.key_number), (1, 2));
    software.sell(411);
    software.heard(&receiver, 1);
    software.cafe.town.served.clock.advance_seconds(3_600);
    software.sell(412);
    let got = software.heard(&receiver, 2);
    for (one, older_is_good) in got.iter().zip([true, false]) {
        assert!(one.check(&newer.secret).is_ok() && one.check(&newer.public_key).is_ok());
        assert_eq!(one.check(&older.secret).is_ok(), older_is_good);
        assert_eq!(one.check(&older.public_key).is_ok(), older_is_good);
    }
}

/// Goal: a receiver that never answers holds up neither another one, nor the till, nor the end of the server. Method: it has eight
/// requests in its hands when the server is told to end.
#[test]
fn silence_holds_up_nobody() {
    let mut software = Software::new();
    let (silent, good) = (software.receiver(Mode::Silent), software.receiver(Mode::Good));
    software.endpoint(silent.url());
    software.endpoint(good.url());
    (411..=419).for_each(|number| software.sell(number));
    software.heard(&good, 9);
    wait_until("as many as go at once are there", || silent.got().len() == 8);
    software.cafe.town.served.end().unwrap();
    assert_eq!(silent.got().len(), 8);
}
