//! Every field of every call about hooks, at its bounds and one beyond; and each write only checked.

use hourbook::api;
use tonic::Code::{InvalidArgument, NotFound, Ok as Fine, Unavailable};
use tonic::Response;

use super::Books;
use super::fields::empty;
use super::only_checked::first_checked;
use super::table::{Row, Table};
use crate::support::served::{floor, fresh};

const NOBODY: u32 = 4_000_000_000;
const URL: &str = "https://till.example/hook";

/// The baths, with endpoint 1 open, 2 paused, and 3 only watched.
struct Baths {
    books: Books,
    owner: u32,
    ann: u32,
}

impl Baths {
    fn new() -> Self {
        let books = Books::new();
        let served = &books.served;
        let baths = served.account(books.bank, api::AccountKind::Partner, "Ladle Street Baths", floor(0));
        let owner = |account_number| {
            let request = api::GetPersonRequest { owner_number: 0, account_number };
            let answer = served.block_on(served.directory().get_person(request)).unwrap().into_inner();
            answer.person.unwrap().owner_number
        };
        let (owner, ann) = (owner(baths), owner(books.ann));
        let baths = Self { owner, ann, books };
        let served = &baths.books.served;
        for url in [URL, URL, ""] {
            served.block_on(served.hooks().create_endpoint(baths.create(url))).unwrap();
        }
        let pause = api::PauseEndpointRequest { endpoint_number: 2, ..baths.pause() };
        served.block_on(served.hooks().pause_endpoint(pause)).unwrap();
        baths
    }

    fn endpoint(&self, endpoint_number: u32, url: &str) -> Option<api::Endpoint> {
        let (partner_owner_number, url) = (self.owner, url.to_owned());
        Some(api::Endpoint { partner_owner_number, endpoint_number, url, ..Default::default() })
    }

    fn create(&self, url: &str) -> api::CreateEndpointRequest {
        let endpoint = self.endpoint(0, url);
        api::CreateEndpointRequest { request_id: fresh(), endpoint, validate_only: false }
    }

    fn update(&self) -> api::UpdateEndpointRequest {
        let endpoint = self.endpoint(1, URL);
        api::UpdateEndpointRequest { request_id: fresh(), endpoint, validate_only: false }
    }

    fn rotate(&self) -> api::RotateEndpointKeyRequest {
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        api::RotateEndpointKeyRequest {
            request_id,
            partner_owner_number,
            endpoint_number: 1,
            ..Default::default()
        }
    }

    fn pause(&self) -> api::PauseEndpointRequest {
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        api::PauseEndpointRequest {
            request_id,
            partner_owner_number,
            endpoint_number: 1,
            validate_only: false,
        }
    }

    fn resume(&self) -> api::ResumeEndpointRequest {
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        api::ResumeEndpointRequest {
            request_id,
            partner_owner_number,
            endpoint_number: 2,
            validate_only: false,
        }
    }

    fn delete(&self) -> api::DeleteEndpointRequest {
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        api::DeleteEndpointRequest {
            request_id,
            partner_owner_number,
            endpoint_number: 3,
            validate_only: false,
        }
    }

    fn replay(&self) -> api::ReplayDeliveriesRequest {
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        let (endpoint_number, from_sequence) = (1, 1);
        api::ReplayDeliveriesRequest {
            request_id,
            partner_owner_number,
            endpoint_number,
            from_sequence,
            ..Default::default()
        }
    }

    fn test(&self) -> api::SendTestEventRequest {
        let (request_id, partner_owner_number) = (fresh(), self.owner);
        api::SendTestEventRequest {
            request_id,
            partner_owner_number,
            endpoint_number: 1,
            validate_only: false,
        }
    }
}

/// Rows about whose endpoint it is and which, of requests that say so alike; `$not` are numbers that are none, or not one of
/// those it can be.
macro_rules! rows {
    ($baths:ident, $request:ident, [$($not:expr),*]) => {{
        let (partner, number) = ("partner_owner_number", "endpoint_number");
        let ann = $baths.ann;
        let mut rows: Vec<(&str, Box<dyn Fn(&mut api::$request)>, tonic::Code, &str)> = vec![
            ("nobody", Box::new(|r| r.partner_owner_number = NOBODY), NotFound, "OWNER_NOT_FOUND"),
            ("a member", Box::new(move |r| r.partner_owner_number = ann), InvalidArgument, partner),
            ("partner 0", Box::new(|r| r.partner_owner_number = 0), InvalidArgument, partner),
        ];
        for not in [0, 4, 65_536, 65_537, u32::MAX $(, $not)*] {
            rows.push(("such a number", Box::new(move |r| r.endpoint_number = not), InvalidArgument, number));
        }
        rows
    }};
}

/// A row whose change is its own.
type Owned<'a, T> = (&'a str, Box<dyn Fn(&mut T)>, tonic::Code, &'a str);

fn borrowed<'a, T>(rows: &'a [Owned<'a, T>]) -> Vec<Row<'a, T>> {
    rows.iter().map(|(what, bend, code, name)| (*what, &**bend as &dyn Fn(&mut T), *code, *name)).collect()
}

/// Goal: each field of a call about hooks has the bounds it says, and what is beyond is named; an address that could lead
/// elsewhere than to the internet is refused. Method: requests that are taken, with one field bent at a time.
#[test]
fn fields_of_hooks() {
    let baths = Baths::new();
    let served = &baths.books.served;
    let mut table = Table { books: &baths.books, wrong: Vec::new() };
    endpoints(&mut table, &baths);
    let rows = rows!(baths, RotateEndpointKeyRequest, []);
    let overlap = "overlap_seconds";
    let own: [Row<'_, api::RotateEndpointKeyRequest>; 4] = [
        ("at once", &|r| r.overlap_seconds = Some(0), Fine, ""),
        ("a week", &|r| r.overlap_seconds = Some(604_800), Fine, ""),
        ("a second more", &|r| r.overlap_seconds = Some(604_801), InvalidArgument, overlap),
        ("for ever", &|r| r.overlap_seconds = Some(u32::MAX), InvalidArgument, overlap),
    ];
    let ask = async |r| empty(served.hooks().rotate_endpoint_key(r).await);
    let rows: Vec<_> = borrowed(&rows).into_iter().chain(own).collect();
    table.write("RotateEndpointKey", &baths.rotate(), ask, &rows);
    let rows = rows!(baths, PauseEndpointRequest, [2]);
    let ask = async |r| empty(served.hooks().pause_endpoint(r).await);
    table.write("PauseEndpoint", &baths.pause(), ask, &borrowed(&rows));
    let rows = rows!(baths, ResumeEndpointRequest, [1, 3]);
    let ask = async |r| empty(served.hooks().resume_endpoint(r).await);
    table.write("ResumeEndpoint", &baths.resume(), ask, &borrowed(&rows));
    let rows = rows!(baths, DeleteEndpointRequest, []);
    let ask = async |r| empty(served.hooks().delete_endpoint(r).await);
    table.write("DeleteEndpoint", &baths.delete(), ask, &borrowed(&rows));
    let rows = rows!(baths, SendTestEventRequest, [3]);
    let ask = async |r| empty(served.hooks().send_test_event(r).await);
    table.write("SendTestEvent", &baths.test(), ask, &borrowed(&rows));
    let rows = rows!(baths, ReplayDeliveriesRequest, [3]);
    let tip = baths.books.position();
    let (from, through) = ("from_sequence", "through_sequence");
    let to = |from, through| {
        move |r: &mut api::ReplayDeliveriesRequest| {
            (r.from_sequence, r.through_sequence) = (from, through);
        }
    };
    let own: [Row<'_, api::ReplayDeliveriesRequest>; 10] = [
        ("entry 0", &to(0, None), InvalidArgument, from),
        ("the newest", &to(tip, None), Fine, ""),
        ("one to come", &to(tip + 1, None), InvalidArgument, from),
        ("the last there can be", &to(u64::MAX, None), InvalidArgument, from),
        ("one", &to(7, Some(7)), Fine, ""),
        ("backwards", &to(8, Some(7)), InvalidArgument, from),
        ("through 0", &to(1, Some(0)), InvalidArgument, from),
        ("through the newest", &to(1, Some(tip)), Fine, ""),
        ("through one to come", &to(1, Some(tip + 1)), InvalidArgument, through),
        ("through the last there can be", &to(1, Some(u64::MAX)), InvalidArgument, through),
    ];
    let ask = async |r| empty(served.hooks().replay_deliveries(r).await);
    let rows: Vec<_> = borrowed(&rows).into_iter().chain(own).collect();
    table.write("ReplayDeliveries", &baths.replay(), ask, &rows);
    reads(&mut table, &baths);
    table.judge();
}

fn endpoints(table: &mut Table<'_>, baths: &Baths) {
    fn of(r: &mut api::CreateEndpointRequest) -> &mut api::Endpoint {
        r.endpoint.as_mut().unwrap()
    }
    fn changed(r: &mut api::UpdateEndpointRequest) -> &mut api::Endpoint {
        r.endpoint.as_mut().unwrap()
    }
    let served = &baths.books.served;
    let (partner, nobody) = ("endpoint.partner_owner_number", "OWNER_NOT_FOUND");
    let (number, kinds) = ("endpoint.endpoint_number", "endpoint.event_types");
    let long = |bytes: usize| format!("https://till.example/{}", "a".repeat(bytes - 21));
    let rows: [Row<'_, api::CreateEndpointRequest>; 13] = [
        ("nothing", &|r| r.endpoint = None, InvalidArgument, "endpoint"),
        ("partner 0", &|r| of(r).partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| of(r).partner_owner_number = NOBODY, NotFound, nobody),
        ("a member", &|r| of(r).partner_owner_number = baths.ann, InvalidArgument, partner),
        ("a number", &|r| of(r).endpoint_number = u32::MAX, Fine, ""),
        ("500 bytes", &|r| of(r).url = long(500), Fine, ""),
        ("only watched", &|r| of(r).url.clear(), Fine, ""),
        ("each kind", &|r| of(r).event_types = (1..=9).collect(), Fine, ""),
        ("no kind", &|r| of(r).event_types = vec![0], InvalidArgument, kinds),
        ("a kind there is not", &|r| of(r).event_types = vec![10], InvalidArgument, kinds),
        ("a kind below all", &|r| of(r).event_types = vec![-1], InvalidArgument, kinds),
        ("twice", &|r| of(r).event_types = vec![2, 2], InvalidArgument, kinds),
        ("all of them twice", &|r| of(r).event_types = vec![2; 100_000], InvalidArgument, kinds),
    ];
    let ask = async |r| empty(served.hooks().create_endpoint(r).await);
    table.write("CreateEndpoint", &baths.create(URL), ask, &rows);
    let urls = [
        "http://till.example/",
        "https://till.example:8443/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://user:pass@till.example/",
        "https://till.example/#fragment",
        "https://till.example/\r\nhost: other",
        "file:///etc/passwd",
        "till.example",
        &long(501),
        &long(200_000),
    ];
    for url in urls {
        let row: [Row<'_, api::CreateEndpointRequest>; 1] =
            [(url, &|r| of(r).url = url.to_owned(), InvalidArgument, "endpoint.url")];
        table.write("CreateEndpoint", &baths.create(URL), ask, &row);
    }
    let rows: [Row<'_, api::UpdateEndpointRequest>; 11] = [
        ("nothing", &|r| r.endpoint = None, InvalidArgument, "endpoint"),
        ("partner 0", &|r| changed(r).partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| changed(r).partner_owner_number = NOBODY, NotFound, nobody),
        ("a member", &|r| changed(r).partner_owner_number = baths.ann, InvalidArgument, partner),
        ("endpoint 0", &|r| changed(r).endpoint_number = 0, InvalidArgument, number),
        ("endpoint 4", &|r| changed(r).endpoint_number = 4, InvalidArgument, number),
        ("endpoint 65,537", &|r| changed(r).endpoint_number = 65_537, InvalidArgument, number),
        ("the paused one", &|r| changed(r).endpoint_number = 2, Fine, ""),
        ("only watched", &|r| changed(r).url.clear(), Fine, ""),
        ("twice", &|r| changed(r).event_types = vec![9, 9], InvalidArgument, kinds),
        ("no host", &|r| changed(r).url = "https://".into(), InvalidArgument, "endpoint.url"),
    ];
    let ask = async |r| empty(served.hooks().update_endpoint(r).await);
    table.write("UpdateEndpoint", &baths.update(), ask, &rows);
}

fn reads(table: &mut Table<'_>, baths: &Baths) {
    let served = &baths.books.served;
    let (partner_owner_number, partner) = (baths.owner, "partner_owner_number");
    let rows: [Row<'_, api::ListEndpointsRequest>; 3] = [
        ("partner 0", &|r| r.partner_owner_number = 0, InvalidArgument, partner),
        ("nobody", &|r| r.partner_owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a member", &|r| r.partner_owner_number = baths.ann, InvalidArgument, partner),
    ];
    let ask = async |r| empty(served.hooks().list_endpoints(r).await);
    table.read("ListEndpoints", &api::ListEndpointsRequest { partner_owner_number }, ask, &rows);
    let rows = rows!(baths, ListDeliveriesRequest, []);
    let own: [Row<'_, api::ListDeliveriesRequest>; 3] = [
        ("a page of 1,000", &|r| r.page_size = 1_000, Fine, ""),
        ("a page of 1,001", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("a token of nobody's", &|r| r.page_token = "x".into(), InvalidArgument, "page_token"),
    ];
    let right = api::ListDeliveriesRequest { partner_owner_number, endpoint_number: 3, ..Default::default() };
    let ask = async |r| empty(served.hooks().list_deliveries(r).await);
    let rows: Vec<_> = borrowed(&rows).into_iter().chain(own).collect();
    table.read("ListDeliveries", &right, ask, &rows);
    let rows = rows!(baths, WatchEventsRequest, []);
    let own: [Row<'_, api::WatchEventsRequest>; 2] = [
        ("from the beginning", &|r| r.after_sequence = Some(0), Fine, ""),
        ("beyond the books", &|r| r.after_sequence = Some(u64::MAX), Unavailable, "SEQUENCE_NOT_REACHED"),
    ];
    let right = api::WatchEventsRequest { partner_owner_number, endpoint_number: 3, after_sequence: None };
    let ask = async |r| served.hooks().watch_events(r).await.map(|_| Response::new(()));
    let rows: Vec<_> = borrowed(&rows).into_iter().chain(own).collect();
    table.read("WatchEvents", &right, ask, &rows);
}

macro_rules! ask {
    ($baths:ident, $call:ident) => {
        async |request| {
            let answer = $baths.books.served.hooks().$call(request).await;
            answer.map(Response::into_inner).map(|answer| answer.receipt.unwrap())
        }
    };
}

/// Goal: every write about hooks that is only checked answers as if it had been written, writes nothing, and leaves its id
/// free. Method: each is checked twice, then written with the same id, then asked again.
#[test]
fn every_write_about_hooks_first_checked() {
    let baths = Baths::new();
    let books = &baths.books;
    first_checked(books, baths.create(URL), ask!(baths, create_endpoint));
    first_checked(books, baths.update(), ask!(baths, update_endpoint));
    first_checked(books, baths.rotate(), ask!(baths, rotate_endpoint_key));
    first_checked(books, baths.pause(), ask!(baths, pause_endpoint));
    first_checked(books, baths.resume(), ask!(baths, resume_endpoint));
    first_checked(books, baths.delete(), ask!(baths, delete_endpoint));
    first_checked(books, baths.replay(), ask!(baths, replay_deliveries));
    first_checked(books, baths.test(), ask!(baths, send_test_event));
}
