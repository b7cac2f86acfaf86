//! Every field of every read, at its bounds and one beyond.

use hourbook::api;
use tonic::Code::{self, InvalidArgument, NotFound, Ok as Fine, Unavailable};
use tonic::{Request, Response, Status};

use super::table::{Row, Table};
use super::{Books, NOW, named};
use crate::support::HOUR;
use crate::support::served::{fresh, open_channel};

fn empty<T>(answer: Result<Response<T>, Status>) -> Result<Response<()>, Status> {
    answer.map(|answer| answer.map(drop))
}

fn at(seconds: i64, nanos: i32) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos })
}

fn date(year: i32, month: i32, day: i32) -> Option<api::Date> {
    Some(api::Date { year, month, day })
}

const NOT_REACHED: &str = "SEQUENCE_NOT_REACHED";

/// Goal: every field of every read is answered clearly at its bounds and beyond, forged page tokens too.
/// Method: a right request of each call, bent in one place a row.
#[test]
fn every_field_of_every_read() {
    let books = Books::new();
    let mut table = Table { books: &books, wrong: Vec::new() };
    lists(&mut table);
    moments(&mut table);
    watched(&mut table);
    table.judge();
    books.verify();
}

fn lists(table: &mut Table<'_>) {
    let books = table.books;
    let mut ledger = books.served.ledger();
    let (ann, bank) = (books.ann, books.bank);
    for _ in 0..2 {
        books.served.exchange(books.dev, ann, 1).unwrap();
        books.served.block_on(ledger.place_hold(super::hold(ann, books.dev))).unwrap();
    }
    let banks = api::ListBanksRequest { page_size: 1, ..Default::default() };
    let token = books.served.block_on(ledger.list_banks(banks.clone())).unwrap().into_inner().next_page_token;
    let (forged_end, forged_start) =
        (format!("{}{}", &token[..8], "f".repeat(16)), format!("{}{}", &token[..8], "0".repeat(16)));
    let ask = async |request| empty(books.served.ledger().list_banks(request).await);
    let rows: [Row<'_, api::ListBanksRequest>; 9] = [
        ("page 0", &|r| r.page_size = 0, Fine, ""),
        ("page 1,000", &|r| r.page_size = 1_000, Fine, ""),
        ("page 1,001", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("page max", &|r| r.page_size = u32::MAX, InvalidArgument, "page_size"),
        ("its token", &|r| r.page_token = token.clone(), Fine, ""),
        ("no token", &|r| r.page_token = "next".into(), InvalidArgument, "page_token"),
        ("200 kB of token", &|r| r.page_token = "0".repeat(200_000), InvalidArgument, "page_token"),
        ("forged past the end", &|r| r.page_token = forged_end.clone(), Fine, ""),
        ("forged before the start", &|r| r.page_token = forged_start.clone(), Fine, ""),
    ];
    table.read("ListBanks", &banks, ask, &rows);

    let accounts = api::ListAccountsRequest { page_size: 1, ..Default::default() };
    let mine =
        books.served.block_on(ledger.list_accounts(accounts.clone())).unwrap().into_inner().next_page_token;
    let forged = format!("{}{}", &mine[..8], "f".repeat(16));
    let ask = async |request| empty(books.served.ledger().list_accounts(request).await);
    let rows: [Row<'_, api::ListAccountsRequest>; 9] = [
        ("page 1,001", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("kind 7", &|r| r.kind = 7, InvalidArgument, "kind"),
        ("kind -1", &|r| r.kind = -1, InvalidArgument, "kind"),
        ("no such bank", &|r| r.bank_number = u32::MAX, Fine, ""),
        ("no such owner", &|r| r.owner_number = u32::MAX, Fine, ""),
        ("its token", &|r| r.page_token = mine.clone(), Fine, ""),
        ("another's token", &|r| r.page_token = token.clone(), InvalidArgument, "page_token"),
        (
            "its token for another kind",
            &|r| (r.page_token, r.kind) = (mine.clone(), 1),
            InvalidArgument,
            "page_token",
        ),
        ("forged past the end", &|r| r.page_token = forged.clone(), Fine, ""),
    ];
    table.read("ListAccounts", &accounts, ask, &rows);

    let holds = api::ListHoldsRequest { page_size: 1, ..Default::default() };
    let mine = books.served.block_on(ledger.list_holds(holds.clone())).unwrap().into_inner().next_page_token;
    let forged = format!("{}{}", &mine[..8], "f".repeat(16));
    let ask = async |request| empty(books.served.ledger().list_holds(request).await);
    let rows: [Row<'_, api::ListHoldsRequest>; 5] = [
        ("page 1,001", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("account max", &|r| r.account_number = u32::MAX, InvalidArgument, "account_number"),
        ("account without its digit", &|r| r.account_number = ann + 1, InvalidArgument, "account_number"),
        ("another's token", &|r| r.page_token = token.clone(), InvalidArgument, "page_token"),
        ("forged past the end", &|r| r.page_token = forged.clone(), Fine, ""),
    ];
    table.read("ListHolds", &holds, ask, &rows);

    let statement = api::ListStatementRequest { account_number: ann, page_size: 1, ..Default::default() };
    let mine =
        books.served.block_on(ledger.list_statement(statement.clone())).unwrap().into_inner().next_page_token;
    let forge = |digit: &str| format!("{}{}", &mine[..8], digit.repeat(16));
    let ask = async |request| empty(books.served.ledger().list_statement(request).await);
    let rows: [Row<'_, api::ListStatementRequest>; 13] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, "account_number"),
        ("page 1,001", &|r| r.page_size = 1_001, InvalidArgument, "page_size"),
        ("its token", &|r| r.page_token = mine.clone(), Fine, ""),
        ("forged past the end", &|r| r.page_token = forge("f"), Fine, ""),
        ("forged before the start", &|r| r.page_token = forge("0"), Fine, ""),
        ("before the first entry", &|r| r.at_sequence = Some(0), Fine, ""),
        ("not written yet", &|r| r.at_sequence = Some(u64::MAX), Unavailable, NOT_REACHED),
        ("from 29 February", &|r| r.from_day = date(2026, 2, 29), InvalidArgument, "from_day"),
        ("from 1899", &|r| r.from_day = date(1899, 12, 31), InvalidArgument, "from_day"),
        ("through 2200", &|r| r.through_day = date(2200, 1, 1), InvalidArgument, "through_day"),
        ("through 2199", &|r| r.through_day = date(2199, 12, 31), Fine, ""),
        (
            "from after through",
            &|r| (r.from_day, r.through_day) = (date(2026, 5, 5), date(2026, 5, 4)),
            Fine,
            "",
        ),
        ("day max", &|r| r.through_day = date(i32::MAX, i32::MIN, 0), InvalidArgument, "through_day"),
    ];
    table.read("ListStatement", &statement, ask, &rows);

    let account = api::GetAccountRequest { account_number: ann, history_size: 0 };
    let ask = async |request| empty(books.served.ledger().get_account(request).await);
    let rows: [Row<'_, api::GetAccountRequest>; 5] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, "account_number"),
        ("account max", &|r| r.account_number = u32::MAX, InvalidArgument, "account_number"),
        ("history 100", &|r| r.history_size = 100, Fine, ""),
        ("history 101", &|r| r.history_size = 101, InvalidArgument, "history_size"),
        ("history max", &|r| r.history_size = u32::MAX, InvalidArgument, "history_size"),
    ];
    table.read("GetAccount", &account, ask, &rows);

    let ask = async |request| empty(books.served.ledger().list_activities(request).await);
    let rows: [Row<'_, api::ListActivitiesRequest>; 2] = [
        ("bank 0", &|r| r.bank_number = 0, NotFound, "BANK_NOT_FOUND"),
        ("bank max", &|r| r.bank_number = u32::MAX, NotFound, "BANK_NOT_FOUND"),
    ];
    table.read("ListActivities", &api::ListActivitiesRequest { bank_number: bank }, ask, &rows);

    let entry = api::GetEntryRequest { sequence: 1, min_sequence: 0 };
    let ask = async |request| empty(books.served.ledger().get_entry(request).await);
    let rows: [Row<'_, api::GetEntryRequest>; 3] = [
        ("sequence 0", &|r| r.sequence = 0, InvalidArgument, "sequence"),
        ("to come", &|r| r.sequence += 1_000, NotFound, "ENTRY_NOT_FOUND"),
        ("sequence max", &|r| r.sequence = u64::MAX, NotFound, "ENTRY_NOT_FOUND"),
    ];
    table.read("GetEntry", &entry, ask, &rows);

    let hold = api::GetHoldRequest { hold_sequence: books.hold, min_sequence: 0 };
    let ask = async |request| empty(books.served.ledger().get_hold(request).await);
    let rows: [Row<'_, api::GetHoldRequest>; 3] = [
        ("hold 0", &|r| r.hold_sequence = 0, InvalidArgument, "hold_sequence"),
        ("no hold", &|r| r.hold_sequence = 1, NotFound, "HOLD_NOT_FOUND"),
        ("hold max", &|r| r.hold_sequence = u64::MAX, NotFound, "HOLD_NOT_FOUND"),
    ];
    table.read("GetHold", &hold, ask, &rows);

    let posted = crate::support::served::exchange(books.ann, books.dev, 1);
    books.served.block_on(ledger.post_entry(posted.clone())).unwrap();
    let find = api::FindEntryRequest { request_id: posted.request_id };
    let ask = async |request| empty(books.served.ledger().find_entry(request).await);
    let rows: [Row<'_, api::FindEntryRequest>; 4] = [
        ("id absent", &|r| r.request_id.clear(), InvalidArgument, "request_id"),
        ("id nil", &|r| r.request_id = uuid::Uuid::nil().to_string(), InvalidArgument, "request_id"),
        ("in capitals", &|r| r.request_id = r.request_id.to_uppercase(), Fine, ""),
        ("never sent", &|r| r.request_id = fresh(), NotFound, "ENTRY_NOT_FOUND"),
    ];
    table.read("FindEntry", &find, ask, &rows);
}

fn moments(table: &mut Table<'_>) {
    let books = table.books;
    let balance = api::GetBalanceRequest { account_number: books.ann, ..Default::default() };
    let ask = async |request| empty(books.served.ledger().get_balance(request).await);
    let rows: [Row<'_, api::GetBalanceRequest>; 15] = [
        ("account 0", &|r| r.account_number = 0, InvalidArgument, "account_number"),
        ("at 0", &|r| r.at_sequence = Some(0), Fine, ""),
        ("at max", &|r| r.at_sequence = Some(u64::MAX), Unavailable, NOT_REACHED),
        ("before year 1", &|r| r.recorded_before = at(-62_135_596_800, 0), Fine, ""),
        (
            "before before",
            &|r| r.recorded_before = at(-62_135_596_801, 0),
            InvalidArgument,
            "recorded_before",
        ),
        ("before year 9999", &|r| r.recorded_before = at(253_402_300_799, 999_999_999), Fine, ""),
        (
            "before year 10000",
            &|r| r.recorded_before = at(253_402_300_800, 0),
            InvalidArgument,
            "recorded_before",
        ),
        ("before max", &|r| r.recorded_before = at(i64::MAX, i32::MAX), InvalidArgument, "recorded_before"),
        ("negative nanos", &|r| r.recorded_before = at(NOW, -1), InvalidArgument, "recorded_before"),
        (
            "two moments",
            &|r| (r.at_sequence, r.recorded_before) = (Some(1), at(NOW, 0)),
            InvalidArgument,
            "recorded_before",
        ),
        ("through 29 February", &|r| r.through_day = date(2026, 2, 29), InvalidArgument, "through_day"),
        ("through 1900", &|r| r.through_day = date(1900, 1, 1), Fine, ""),
        ("through 2199", &|r| r.through_day = date(2199, 12, 31), Fine, ""),
        ("through 2200", &|r| r.through_day = date(2200, 1, 1), InvalidArgument, "through_day"),
        (
            "a day at max",
            &|r| (r.through_day, r.at_sequence) = (date(2026, 5, 5), Some(u64::MAX)),
            Unavailable,
            NOT_REACHED,
        ),
    ];
    table.read("GetBalance", &balance, ask, &rows);

    let ask = async |request| empty(books.served.audit().trial_balance(request).await);
    let rows: [Row<'_, api::TrialBalanceRequest>; 7] = [
        ("no such bank", &|r| r.bank_number = u32::MAX, NotFound, "BANK_NOT_FOUND"),
        ("at 0", &|r| r.at_sequence = Some(0), Fine, ""),
        ("at max", &|r| r.at_sequence = Some(u64::MAX), Unavailable, NOT_REACHED),
        (
            "a day at max",
            &|r| (r.through_day, r.at_sequence) = (date(2026, 5, 5), Some(u64::MAX)),
            Unavailable,
            NOT_REACHED,
        ),
        ("negative nanos", &|r| r.recorded_before = at(NOW, i32::MIN), InvalidArgument, "recorded_before"),
        (
            "two moments",
            &|r| (r.at_sequence, r.recorded_before) = (Some(1), at(NOW, 0)),
            InvalidArgument,
            "recorded_before",
        ),
        ("through year 0", &|r| r.through_day = date(0, 1, 1), InvalidArgument, "through_day"),
    ];
    table.read("TrialBalance", &api::TrialBalanceRequest::default(), ask, &rows);
}

fn watched(table: &mut Table<'_>) {
    let books = table.books;
    let ask = async |request| empty(books.served.ledger().watch_entries(request).await);
    let rows: [Row<'_, api::WatchEntriesRequest>; 12] = [
        ("after 0", &|r| r.after_sequence = Some(0), Fine, ""),
        ("after max", &|r| r.after_sequence = Some(u64::MAX), Unavailable, NOT_REACHED),
        ("no such bank", &|r| r.bank_number = u32::MAX, Fine, ""),
        ("account max", &|r| r.account_number = u32::MAX, InvalidArgument, "account_number"),
        ("form 0", &|r| r.forms = vec![0], InvalidArgument, "forms"),
        ("form 8", &|r| r.forms = vec![8], InvalidArgument, "forms"),
        ("17 forms", &|r| r.forms = vec![1; 17], InvalidArgument, "forms"),
        ("kind 16", &|r| r.kinds = vec![16], InvalidArgument, "kinds"),
        ("17 kinds", &|r| r.kinds = vec![1; 17], InvalidArgument, "kinds"),
        ("heartbeat 300", &|r| r.heartbeat_seconds = 300, Fine, ""),
        ("heartbeat 301", &|r| r.heartbeat_seconds = 301, InvalidArgument, "heartbeat_seconds"),
        ("heartbeat max", &|r| r.heartbeat_seconds = u32::MAX, InvalidArgument, "heartbeat_seconds"),
    ];
    table.read("WatchEntries", &api::WatchEntriesRequest::default(), ask, &rows);
}

/// Goal: whoever waits for an entry that does not come hears so before their own deadline, not its passing.
/// Method: every call with `min_sequence`, and a deadline; a machine that stalls for a tenth of it gets a
/// longer one.
#[test]
fn not_reached_comes_before_the_deadline() {
    let books = Books::new();
    books.served.block_on(async {
        for call in 0..5 {
            let mut deadline = std::time::Duration::from_secs(1);
            let status = loop {
                let status = wait_in_vain(&books, call, deadline).await;
                if status.code() == Code::Unavailable {
                    break status;
                }
                assert!(deadline.as_secs() < 60, "call {call}: {status:?}");
                deadline *= 2;
            };
            assert_eq!(named(&status), NOT_REACHED, "call {call}: {status:?}");
        }
    });
}

async fn wait_in_vain(books: &Books, call: u8, deadline: std::time::Duration) -> Status {
    fn with<T>(message: T, deadline: std::time::Duration) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(deadline);
        request
    }
    let channel = open_channel(books.served.address).await;
    let mut ledger = api::ledger_service_client::LedgerServiceClient::new(channel);
    let (account_number, min_sequence) = (books.ann, u64::MAX);
    let answer = match call {
        0 => {
            let request = api::GetBalanceRequest { account_number, min_sequence, ..Default::default() };
            empty(ledger.get_balance(with(request, deadline)).await)
        }
        1 => {
            let request = api::ListStatementRequest { account_number, min_sequence, ..Default::default() };
            empty(ledger.list_statement(with(request, deadline)).await)
        }
        2 => {
            empty(ledger.get_entry(with(api::GetEntryRequest { sequence: 1, min_sequence }, deadline)).await)
        }
        3 => {
            let request = api::GetHoldRequest { hold_sequence: books.hold, min_sequence };
            empty(ledger.get_hold(with(request, deadline)).await)
        }
        _ => {
            let request = api::TrialBalanceRequest { min_sequence, ..Default::default() };
            empty(books.served.audit().trial_balance(with(request, deadline)).await)
        }
    };
    answer.unwrap_err()
}

/// Goal: the widest balances neither overflow nor go astray. Method: the largest entry there can be, there
/// and back, and what is left is told.
#[test]
fn the_largest_entries_add_up() {
    let books = Books::new();
    let [wide, wim] = books.wide;
    let mut request = crate::support::served::exchange(wide, wim, 1 << 40);
    request.transfers = vec![request.transfers[0]; 256];
    for _ in 0..3 {
        request.request_id = fresh();
        books.served.block_on(books.served.ledger().post_entry(request.clone())).unwrap();
    }
    assert_eq!(books.served.posted(wim), 3 << 48);
    assert_eq!(books.served.posted(wide), -(3 << 48));
    books.served.exchange(wim, wide, HOUR).unwrap();
    assert_eq!(books.served.posted(wim), (3 << 48) - HOUR);
    books.verify();
}
