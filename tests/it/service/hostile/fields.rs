//! Every field of every write, at its bounds and one beyond.

use hourbook::api::{self, Kind};
use tonic::Code::{FailedPrecondition, InvalidArgument, NotFound, Ok as Fine};

use super::table::{Row, Table, Write};
use super::{Books, NOW};
use crate::support::HOUR;
use crate::support::served::transfer;

pub const WIDEST: i64 = 1 << 62;
pub const LARGEST: i64 = 1 << 40;
/// Not a number of an owner or bank anybody has.
const NOBODY: u32 = 4_000_000_000;

/// Goal: every field of every write is answered clearly at its bounds and beyond, and nothing is half done.
/// Method: a right request of each call, bent in one place a row; afterwards the books stand where they
/// stood, and add up.
#[test]
fn every_field_of_every_write() {
    let books = Books::new();
    let before = books.position();
    let mut table = Table { books: &books, wrong: Vec::new() };
    openings(&mut table);
    posts(&mut table);
    super::holdings::holds(&mut table);
    super::holdings::standing(&mut table);
    table.judge();
    assert_eq!(books.position(), before);
    books.verify();
    books.others_are_served();
}

pub fn limits(floor: i64, ceiling: i64) -> Option<api::Limits> {
    Some(api::Limits { floor_seconds: Some(floor), ceiling_seconds: Some(ceiling), ..Default::default() })
}

fn openings(table: &mut Table<'_>) {
    let books = table.books;
    let (bank, other) = (books.bank, books.other_bank);
    let owners = api::RegisterOwnersRequest { count: 1, ..Default::default() };
    let ask = async |request| empty(books.served.ledger().register_owners(request).await);
    let rows: [Row<'_, api::RegisterOwnersRequest>; 5] = [
        ("count 0", &|r| r.count = 0, InvalidArgument, "count"),
        ("count 1,024", &|r| r.count = 1_024, Fine, ""),
        ("count 1,025", &|r| r.count = 1_025, InvalidArgument, "count"),
        ("count 65,536", &|r| r.count = 65_536, InvalidArgument, "count"),
        ("count max", &|r| r.count = u32::MAX, InvalidArgument, "count"),
    ];
    table.write("RegisterOwners", &owners, ask, &rows);

    let right = api::OpenBankRequest {
        owner_number: 1,
        name: "Ash".into(),
        time_zone: "Europe/London".into(),
        ..Default::default()
    };
    let ask = async |request| empty(books.served.ledger().open_bank(request).await);
    let rows: [Row<'_, api::OpenBankRequest>; 14] = [
        ("owner 0", &|r| r.owner_number = 0, InvalidArgument, "owner_number"),
        ("owner nobody", &|r| r.owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("owner max", &|r| r.owner_number = u32::MAX, NotFound, "OWNER_NOT_FOUND"),
        ("name empty", &|r| r.name.clear(), InvalidArgument, "name"),
        ("name of 512", &|r| r.name = "ä".repeat(256), Fine, ""),
        ("name of 513", &|r| r.name = "n".repeat(513), InvalidArgument, "name"),
        ("zone absent", &|r| r.time_zone.clear(), InvalidArgument, "time_zone"),
        ("zone unknown", &|r| r.time_zone = "Europe/Ashenford".into(), InvalidArgument, "time_zone"),
        ("zone a path", &|r| r.time_zone = "../../etc/passwd".into(), InvalidArgument, "time_zone"),
        ("zone of 200 kB", &|r| r.time_zone = "E".repeat(200_000), InvalidArgument, "time_zone"),
        ("pot widest", &|r| r.pot_limits = limits(-WIDEST, WIDEST), Fine, ""),
        (
            "pot beyond",
            &|r| r.pot_limits = limits(0, WIDEST + 1),
            InvalidArgument,
            "pot_limits.ceiling_seconds",
        ),
        (
            "issuance beyond",
            &|r| r.issuance_limits = limits(-WIDEST - 1, 0),
            InvalidArgument,
            "issuance_limits.floor_seconds",
        ),
        (
            "issuance max",
            &|r| r.issuance_limits = limits(i64::MAX, 0),
            InvalidArgument,
            "issuance_limits.floor_seconds",
        ),
    ];
    table.write("OpenBank", &right, ask, &rows);

    let right = api::OpenClearingRequest {
        first_bank_number: bank,
        second_bank_number: other,
        first_may_owe_seconds: HOUR,
        second_may_owe_seconds: HOUR,
        ..Default::default()
    };
    let ask = async |request| empty(books.served.ledger().open_clearing(request).await);
    let rows: [Row<'_, api::OpenClearingRequest>; 9] = [
        ("bank 0", &|r| r.first_bank_number = 0, NotFound, "BANK_NOT_FOUND"),
        ("bank max", &|r| r.second_bank_number = u32::MAX, NotFound, "BANK_NOT_FOUND"),
        ("same bank", &|r| r.second_bank_number = r.first_bank_number, InvalidArgument, "second_bank_number"),
        ("owe 0", &|r| r.first_may_owe_seconds = 0, InvalidArgument, "first_may_owe_seconds"),
        ("owe less", &|r| r.second_may_owe_seconds = -1, InvalidArgument, "second_may_owe_seconds"),
        ("owe 1", &|r| r.first_may_owe_seconds = 1, Fine, ""),
        ("owe 2^40", &|r| r.first_may_owe_seconds = LARGEST, Fine, ""),
        ("owe beyond", &|r| r.first_may_owe_seconds = LARGEST + 1, InvalidArgument, "first_may_owe_seconds"),
        ("owe min", &|r| r.second_may_owe_seconds = i64::MIN, InvalidArgument, "second_may_owe_seconds"),
    ];
    table.write("OpenClearing", &right, ask, &rows);

    let right = api::AddActivitiesRequest {
        bank_number: bank,
        names: vec!["gardening".into()],
        ..Default::default()
    };
    let ask = async |request| empty(books.served.ledger().add_activities(request).await);
    let rows: [Row<'_, api::AddActivitiesRequest>; 8] = [
        ("bank 0", &|r| r.bank_number = 0, NotFound, "BANK_NOT_FOUND"),
        ("bank max", &|r| r.bank_number = u32::MAX, NotFound, "BANK_NOT_FOUND"),
        ("no names", &|r| r.names.clear(), InvalidArgument, "names"),
        ("50 names", &|r| r.names = (0..50).map(|name| format!("n{name}")).collect(), Fine, ""),
        ("51 names", &|r| r.names = vec!["n".into(); 51], InvalidArgument, "names"),
        ("empty name", &|r| r.names = vec![String::new()], InvalidArgument, "names"),
        ("64 bytes", &|r| r.names = vec!["n".repeat(64)], Fine, ""),
        ("65 bytes", &|r| r.names = vec!["n".repeat(65)], InvalidArgument, "names"),
    ];
    table.write("AddActivities", &right, ask, &rows);

    let account = api::NewAccount {
        bank_number: bank,
        kind: api::AccountKind::Member.into(),
        owner_number: 1,
        label: "Ann".into(),
        limits: None,
    };
    let right = api::OpenAccountRequest { account: Some(account), ..Default::default() };
    let ask = async |request| empty(books.served.ledger().open_account(request).await);
    fn of(request: &mut api::OpenAccountRequest) -> &mut api::NewAccount {
        request.account.as_mut().unwrap()
    }
    let rows: [Row<'_, api::OpenAccountRequest>; 17] = [
        ("absent", &|r| r.account = None, InvalidArgument, "account"),
        ("bank 0", &|r| of(r).bank_number = 0, NotFound, "BANK_NOT_FOUND"),
        ("bank max", &|r| of(r).bank_number = u32::MAX, NotFound, "BANK_NOT_FOUND"),
        ("kind 0", &|r| of(r).kind = 0, InvalidArgument, "account.kind"),
        ("kind 7", &|r| of(r).kind = 7, InvalidArgument, "account.kind"),
        ("kind -1", &|r| of(r).kind = -1, InvalidArgument, "account.kind"),
        ("kind max", &|r| of(r).kind = i32::MAX, InvalidArgument, "account.kind"),
        ("issuance", &|r| of(r).kind = 5, InvalidArgument, "account.kind"),
        ("clearing", &|r| of(r).kind = 6, InvalidArgument, "account.kind"),
        ("owner 0", &|r| of(r).owner_number = 0, InvalidArgument, "account.owner_number"),
        ("owner nobody", &|r| of(r).owner_number = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("no label", &|r| of(r).label.clear(), Fine, ""),
        ("label of 512", &|r| of(r).label = "l".repeat(512), Fine, ""),
        ("label of 513", &|r| of(r).label = "l".repeat(513), InvalidArgument, "account.label"),
        (
            "floor above ceiling",
            &|r| of(r).limits = limits(1, 0),
            InvalidArgument,
            "account.limits.floor_seconds",
        ),
        (
            "floor min",
            &|r| of(r).limits = limits(i64::MIN, 0),
            InvalidArgument,
            "account.limits.floor_seconds",
        ),
        (
            "ceiling max",
            &|r| of(r).limits = limits(0, i64::MAX),
            InvalidArgument,
            "account.limits.ceiling_seconds",
        ),
    ];
    table.write("OpenAccount", &right, ask, &rows);
}

fn date(year: i32, month: i32, day: i32) -> Option<api::Date> {
    Some(api::Date { year, month, day })
}

/// Rows of what may be said about any entry.
pub fn about<T: Write>(
    table: &mut Table<'_>,
    call: &str,
    right: &T,
    details: fn(&mut T) -> &mut Option<api::EntryDetails>,
    ask: impl AsyncFn(T) -> Answered,
) {
    let said = |r: &mut T, details_of: api::EntryDetails| *details(r) = Some(details_of);
    let when = |r: &mut T, occurred_on| said(r, api::EntryDetails { occurred_on, ..Default::default() });
    let memo = |r: &mut T, bytes: usize| {
        said(r, api::EntryDetails { memo: "m".repeat(bytes), text_about: vec![1], ..Default::default() })
    };
    let of = |r: &mut T, text_about| {
        said(r, api::EntryDetails { memo: "m".into(), text_about, ..Default::default() })
    };
    let rows: [Row<'_, T>; 22] = [
        ("29 February 2026", &|r| when(r, date(2026, 2, 29)), InvalidArgument, "details.occurred_on"),
        ("the day absent", &|r| when(r, date(0, 0, 0)), InvalidArgument, "details.occurred_on"),
        ("day max", &|r| when(r, date(i32::MAX, i32::MAX, i32::MAX)), InvalidArgument, "details.occurred_on"),
        ("day min", &|r| when(r, date(i32::MIN, i32::MIN, i32::MIN)), InvalidArgument, "details.occurred_on"),
        ("1899", &|r| when(r, date(1899, 12, 31)), InvalidArgument, "details.occurred_on"),
        ("1900", &|r| when(r, date(1900, 1, 1)), Fine, ""),
        ("2199", &|r| when(r, date(2199, 12, 31)), FailedPrecondition, "DAY_IN_FUTURE"),
        ("2200", &|r| when(r, date(2200, 1, 1)), InvalidArgument, "details.occurred_on"),
        ("memo of 1,024", &|r| memo(r, 1_024), Fine, ""),
        ("memo of 1,025", &|r| memo(r, 1_025), InvalidArgument, "details"),
        ("memo of 200,000", &|r| memo(r, 200_000), InvalidArgument, "details"),
        (
            "three texts of 1,025",
            &|r| {
                let (memo, reason, typed) = ("m".repeat(500), "r".repeat(500), "t".repeat(25));
                said(r, api::EntryDetails { memo, reason, typed, text_about: vec![1], ..Default::default() });
            },
            InvalidArgument,
            "details",
        ),
        ("about 8", &|r| of(r, (1..=8).collect()), Fine, ""),
        ("about 9", &|r| of(r, (1..=9).collect()), InvalidArgument, "details.text_about"),
        ("about 30,000", &|r| of(r, vec![1; 30_000]), InvalidArgument, "details.text_about"),
        ("about 0", &|r| of(r, vec![0]), InvalidArgument, "details.text_about"),
        ("about nobody", &|r| of(r, vec![NOBODY]), NotFound, "OWNER_NOT_FOUND"),
        (
            "second person nobody",
            &|r| said(r, api::EntryDetails { second_person: NOBODY, ..Default::default() }),
            NotFound,
            "OWNER_NOT_FOUND",
        ),
        (
            "allowed by nobody",
            &|r| said(r, api::EntryDetails { allowed_by: u32::MAX, ..Default::default() }),
            NotFound,
            "OWNER_NOT_FOUND",
        ),
        (
            "1,000,000 present",
            &|r| said(r, api::EntryDetails { present_count: 1_000_000, ..Default::default() }),
            Fine,
            "",
        ),
        (
            "1,000,001 present",
            &|r| said(r, api::EntryDetails { present_count: 1_000_001, ..Default::default() }),
            InvalidArgument,
            "details.present_count",
        ),
        (
            "max present",
            &|r| said(r, api::EntryDetails { present_count: u32::MAX, ..Default::default() }),
            InvalidArgument,
            "details.present_count",
        ),
    ];
    table.write(call, right, ask, &rows);
}

/// Whether a call was answered, whatever the answer is.
pub type Answered = Result<tonic::Response<()>, tonic::Status>;

pub fn empty<T>(answer: Result<tonic::Response<T>, tonic::Status>) -> Answered {
    answer.map(|answer| answer.map(drop))
}

fn posts(table: &mut Table<'_>) {
    let books = table.books;
    let (ann, dev, far, closed, [wide, wim]) = (books.ann, books.dev, books.far, books.closed, books.wide);
    let right = api::PostEntryRequest {
        kind: Kind::Exchange.into(),
        transfers: vec![transfer(wide, wim, HOUR)],
        ..Default::default()
    };
    let ask = async |request| empty(books.served.ledger().post_entry(request).await);
    fn first(request: &mut api::PostEntryRequest) -> &mut api::Transfer {
        &mut request.transfers[0]
    }
    let (debit, credit, amount) = (
        "transfers[0].debit_account_number",
        "transfers[0].credit_account_number",
        "transfers[0].amount_seconds",
    );
    let rows: [Row<'_, api::PostEntryRequest>; 45] = [
        ("kind 0", &|r| r.kind = 0, InvalidArgument, "kind"),
        ("kind 16", &|r| r.kind = 16, InvalidArgument, "kind"),
        ("kind -1", &|r| r.kind = -1, InvalidArgument, "kind"),
        ("kind 257", &|r| r.kind = 257, InvalidArgument, "kind"),
        ("kind max", &|r| r.kind = i32::MAX, InvalidArgument, "kind"),
        ("refund", &|r| r.kind = Kind::Refund.into(), InvalidArgument, "kind"),
        ("closing", &|r| r.kind = Kind::Closing.into(), InvalidArgument, "kind"),
        ("reversal", &|r| r.kind = Kind::Reversal.into(), InvalidArgument, "kind"),
        ("no transfers", &|r| r.transfers.clear(), InvalidArgument, "transfers"),
        ("256 transfers", &|r| r.transfers = vec![transfer(wide, wim, 1); 256], Fine, ""),
        ("257 transfers", &|r| r.transfers = vec![transfer(wide, wim, 1); 257], InvalidArgument, "transfers"),
        (
            "9,000 transfers",
            &|r| r.transfers = vec![transfer(wide, wim, 1); 9_000],
            InvalidArgument,
            "transfers",
        ),
        (
            "the last of 256 wrong",
            &|r| {
                r.transfers = vec![transfer(wide, wim, 1); 256];
                r.transfers[255].amount_seconds = 0;
            },
            InvalidArgument,
            "transfers[255].amount_seconds",
        ),
        (
            "the last of 256 refused",
            &|r| {
                r.transfers = vec![transfer(wide, wim, 1); 256];
                r.transfers[255].credit_account_number = far;
            },
            FailedPrecondition,
            "CROSS_BANK",
        ),
        ("256 of 2^40", &|r| r.transfers = vec![transfer(wide, wim, LARGEST); 256], Fine, ""),
        (
            "256 of 2^40 beyond a floor",
            &|r| r.transfers = vec![transfer(ann, dev, LARGEST); 256],
            FailedPrecondition,
            "BELOW_FLOOR",
        ),
        (
            "256 transfers there and back",
            &|r| r.transfers = [transfer(wide, wim, LARGEST), transfer(wim, wide, LARGEST)].repeat(128),
            Fine,
            "",
        ),
        ("debit 0", &|r| first(r).debit_account_number = 0, InvalidArgument, debit),
        ("debit with a wrong digit", &|r| first(r).debit_account_number += 1, InvalidArgument, debit),
        ("credit max", &|r| first(r).credit_account_number = u32::MAX, InvalidArgument, credit),
        ("closed", &|r| first(r).debit_account_number = closed, FailedPrecondition, "ACCOUNT_CLOSED"),
        ("same account", &|r| first(r).debit_account_number = wim, FailedPrecondition, "SAME_ACCOUNT"),
        ("across banks", &|r| first(r).debit_account_number = far, FailedPrecondition, "CROSS_BANK"),
        ("amount 0", &|r| first(r).amount_seconds = 0, InvalidArgument, amount),
        ("amount -1", &|r| first(r).amount_seconds = -1, InvalidArgument, amount),
        ("amount 1", &|r| first(r).amount_seconds = 1, Fine, ""),
        ("amount 2^40", &|r| first(r).amount_seconds = LARGEST, Fine, ""),
        ("amount beyond", &|r| first(r).amount_seconds = LARGEST + 1, InvalidArgument, amount),
        ("amount min", &|r| first(r).amount_seconds = i64::MIN, InvalidArgument, amount),
        ("amount max", &|r| first(r).amount_seconds = i64::MAX, InvalidArgument, amount),
        ("activity 65,535", &|r| first(r).activity_number = 65_535, Fine, ""),
        (
            "activity 65,536",
            &|r| first(r).activity_number = 65_536,
            InvalidArgument,
            "transfers[0].activity_number",
        ),
        ("given by nobody", &|r| first(r).given_by = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("received by nobody", &|r| first(r).received_by = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("paid by nobody", &|r| first(r).paid_by = u32::MAX, NotFound, "OWNER_NOT_FOUND"),
        ("in nobody's name", &|r| first(r).in_the_name_of = NOBODY, NotFound, "OWNER_NOT_FOUND"),
        ("a correction", &|r| first(r).is_correction = true, Fine, ""),
        ("ends its own future", &|r| r.ends_hold_sequence = u64::MAX, NotFound, "HOLD_NOT_FOUND"),
        ("ends what is no hold", &|r| r.ends_hold_sequence = 1, NotFound, "HOLD_NOT_FOUND"),
        ("keeps the rest of nothing", &|r| r.keeps_rest = true, InvalidArgument, "keeps_rest"),
        ("8 claims", &|r| r.claims = claims(8), Fine, ""),
        ("9 claims", &|r| r.claims = claims(9), InvalidArgument, "claims"),
        ("2,000 claims", &|r| r.claims = claims(2_000), InvalidArgument, "claims"),
        ("a claim twice", &|r| r.claims = vec![claims(1)[0].clone(); 2], InvalidArgument, "claims.key"),
        (
            "an id of 17 bytes of claim",
            &|r| r.claims = vec![api::Claim { key: vec![0; 17], ..claims(1)[0].clone() }],
            InvalidArgument,
            "claims[0].key",
        ),
    ];
    table.write("PostEntry", &right, ask, &rows);
    about(table, "PostEntry", &right, |r| &mut r.details, ask);

    let claim = |r: &mut api::PostEntryRequest, bend: &dyn Fn(&mut api::Claim)| {
        r.claims = claims(1);
        bend(&mut r.claims[0]);
    };
    let until = |r: &mut api::PostEntryRequest, seconds, nanos| {
        claim(r, &|c| c.until = Some(prost_types::Timestamp { seconds, nanos }));
    };
    let rows: [Row<'_, api::PostEntryRequest>; 27] = [
        ("no key", &|r| claim(r, &|c| c.key.clear()), InvalidArgument, "claims[0].key"),
        ("key of 15", &|r| claim(r, &|c| c.key = vec![0; 15]), InvalidArgument, "claims[0].key"),
        ("take 0", &|r| claim(r, &|c| c.take = 0), InvalidArgument, "claims.take"),
        ("take 2^40", &|r| claim(r, &|c| (c.take, c.max) = (LARGEST, LARGEST)), Fine, ""),
        ("give 2^40 back", &|r| claim(r, &|c| c.take = -LARGEST), Fine, ""),
        ("take beyond", &|r| claim(r, &|c| c.take = LARGEST + 1), InvalidArgument, "claims.take"),
        ("give beyond", &|r| claim(r, &|c| c.take = -LARGEST - 1), InvalidArgument, "claims.take"),
        ("take min", &|r| claim(r, &|c| c.take = i64::MIN), InvalidArgument, "claims.take"),
        ("take max", &|r| claim(r, &|c| c.take = i64::MAX), InvalidArgument, "claims.take"),
        ("max -1", &|r| claim(r, &|c| c.max = -1), InvalidArgument, "claims.max"),
        ("max 0", &|r| claim(r, &|c| c.max = 0), FailedPrecondition, "OFFER_EXHAUSTED"),
        ("max 2^40", &|r| claim(r, &|c| c.max = LARGEST), Fine, ""),
        ("max beyond", &|r| claim(r, &|c| c.max = LARGEST + 1), InvalidArgument, "claims.max"),
        ("until absent", &|r| claim(r, &|c| c.until = None), InvalidArgument, "claims[0].until"),
        ("until year 1", &|r| until(r, -62_135_596_800, 0), Fine, ""),
        ("until before year 1", &|r| until(r, -62_135_596_801, 0), InvalidArgument, "claims[0].until"),
        ("until year 9999", &|r| until(r, 253_402_300_799, 999_999_999), Fine, ""),
        ("until year 10000", &|r| until(r, 253_402_300_800, 0), InvalidArgument, "claims[0].until"),
        ("until min", &|r| until(r, i64::MIN, i32::MIN), InvalidArgument, "claims[0].until"),
        ("negative nanos", &|r| until(r, NOW, -1), InvalidArgument, "claims[0].until"),
        ("nanos of a second", &|r| until(r, NOW, 1_000_000_000), InvalidArgument, "claims[0].until"),
        ("unit 0", &|r| claim(r, &|c| c.unit = 0), InvalidArgument, "claims[0].unit"),
        ("unit 3", &|r| claim(r, &|c| c.unit = 3), InvalidArgument, "claims[0].unit"),
        ("word 0", &|r| claim(r, &|c| c.word = 0), InvalidArgument, "claims[0].word"),
        ("word 8", &|r| claim(r, &|c| c.word = 8), Fine, ""),
        ("word 9", &|r| claim(r, &|c| c.word = 9), InvalidArgument, "claims[0].word"),
        ("word min", &|r| claim(r, &|c| c.word = i32::MIN), InvalidArgument, "claims[0].word"),
    ];
    table.write("PostEntry with a claim", &right, ask, &rows);

    let right = api::ReverseEntryRequest { original_sequence: books.entry, ..Default::default() };
    let ask = async |request| empty(books.served.ledger().reverse_entry(request).await);
    let part = |transfer_index, amount_seconds| api::ReversedPart { transfer_index, amount_seconds };
    let rows: [Row<'_, api::ReverseEntryRequest>; 14] = [
        ("original 0", &|r| r.original_sequence = 0, InvalidArgument, "original_sequence"),
        ("original max", &|r| r.original_sequence = u64::MAX, NotFound, "ENTRY_NOT_FOUND"),
        ("original to come", &|r| r.original_sequence += 1_000, NotFound, "ENTRY_NOT_FOUND"),
        ("a part", &|r| r.parts = vec![part(0, 1)], Fine, ""),
        ("the whole as a part", &|r| r.parts = vec![part(0, HOUR)], Fine, ""),
        ("a refund", &|r| r.is_refund = true, Fine, ""),
        ("more than it", &|r| r.parts = vec![part(0, HOUR + 1)], FailedPrecondition, "REVERSAL_EXCEEDS"),
        ("another transfer", &|r| r.parts = vec![part(255, 1)], FailedPrecondition, "REVERSAL_EXCEEDS"),
        ("transfer 256", &|r| r.parts = vec![part(256, 1)], InvalidArgument, "parts[0].transfer_index"),
        ("transfer max", &|r| r.parts = vec![part(u32::MAX, 1)], InvalidArgument, "parts[0].transfer_index"),
        ("amount 0", &|r| r.parts = vec![part(0, 0)], InvalidArgument, "parts[0].amount_seconds"),
        ("amount -1", &|r| r.parts = vec![part(0, -1)], InvalidArgument, "parts[0].amount_seconds"),
        ("a part twice", &|r| r.parts = vec![part(0, 1); 2], InvalidArgument, "parts.transfer_index"),
        ("257 parts", &|r| r.parts = vec![part(0, 1); 257], InvalidArgument, "parts"),
    ];
    table.write("ReverseEntry", &right, ask, &rows);
    about(table, "ReverseEntry", &right, |r| &mut r.details, ask);
}

pub fn claims(count: usize) -> Vec<api::Claim> {
    let claim = |number: usize| api::Claim {
        key: (number as u128).to_be_bytes().to_vec(),
        take: 1,
        max: 10,
        until: Some(prost_types::Timestamp { seconds: NOW + 86_400, nanos: 0 }),
        unit: api::ClaimUnit::Times.into(),
        is_kept: false,
        word: api::ClaimWord::OfferExhausted.into(),
    };
    (0..count).map(claim).collect()
}
