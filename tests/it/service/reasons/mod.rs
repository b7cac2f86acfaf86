//! Every reason, by every call that can give it, over a real socket; and README's table of them.
//!
//! One story in three servers on the same books: with no room for more, on a full disk, and as usual.
//! `asking` makes requests, `seen` looks at answers, `rules` breaks one rule after the other;
//! `keys` breaks those about keys, on books of its own that have some; `exchanges` those of ExchangeService, by
//! brokers and members at a `desk`, `spending` what a representative may take and what is in the way of a closing,
//! `others` what is about a pause, somebody else or oneself, `meanwhile` what became of pots, bookings and people
//! while something waited, `offers` what partners offer, `cards` cards and their PINs, `tills` hours at the till, and `hooks`
//! where partners are told of it.

mod asking;
mod cards;
mod desk;
mod exchanges;
mod hooks;
mod keys;
mod meanwhile;
mod offers;
mod others;
mod people;
mod rules;
mod seen;
mod spending;
mod tills;

use std::collections::BTreeSet;
use std::sync::Arc;

use hourbook::api;
use hourbook::domain::Reason;
use hourbook::ledger::ManualClock;

use crate::support::START;
use crate::support::served::{Served, fresh};
use asking::{DETAILED, Numbers, WRITES, hear};
use seen::Seen;

/// Calls that read lists, or everything, and have nothing to say no to; and one that says it of each slip of a list.
const NEVER_REFUSE: [&str; 7] =
    ["ListBanks", "ListAccounts", "ListOffers", "Verify", "ListKeys", "WhoAmI", "RecordExchanges"];
const README_BEGINS: &str = "<!-- reasons: a test compares this table with what every call answered -->\n";
const README_ENDS: &str = "<!-- end of reasons -->\n";

/// Goal: every reason reaches callers as `ErrorInfo` with domain, code, figures and a sentence in plain
/// English that names people; every call that can give it does, streams of batches included; and README
/// says which.
/// Method: books with everything in them are served on a disk that is said to be full, and with small
/// maxima; each pair of reason and call is provoked and decoded. The set
/// of pairs becomes a table, which must be README's.
#[test]
fn every_reason_by_every_call_is_as_readme_says() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clock = Arc::new(ManualClock::new(START));
    let mut seen = Seen::default();

    let mut served = Served::in_folder(folder.path(), Arc::clone(&clock), |_| {});
    let numbers = Numbers::prepare(&served);
    served.end().unwrap();
    drop(served);

    let low = Served::in_folder(folder.path(), Arc::clone(&clock), |options| {
        options.bounds.disk_headroom_bytes = u64::MAX;
    });
    for call in WRITES {
        let refused = numbers.ask(&low, call, &fresh(), None);
        seen.refused(refused, Reason::DiskLow, &[], &["the disk under the books is nearly full"]);
    }
    drop(low);

    let served = Served::in_folder(folder.path(), clock, |options| {
        options.bounds.holds_per_account_max = 2;
        options.bounds.counters_max = 4;
        options.bounds.banks_max = 3;
    });
    judged_before_the_books(&served, &numbers, &mut seen);
    rules::nothing_there(&served, &numbers, &mut seen);
    rules::too_much(&served, &numbers, &mut seen);
    rules::in_the_way(&served, &numbers, &mut seen);
    rules::claims(&served, &numbers, &mut seen);
    rules::months(&served, &numbers, &mut seen);
    people::rules(&served, &numbers, &mut seen);
    rules::holds_that_ended(&served, &numbers, &mut seen);
    rules::not_reached(&served, &numbers, &mut seen, position(&served));

    keys::everything(&mut seen);
    exchanges::everything(&mut seen);
    spending::everything(&mut seen);
    others::everything(&mut seen);
    meanwhile::everything(&mut seen);
    offers::everything(&mut seen);
    cards::everything(&mut seen);
    tills::everything(&mut seen);
    hooks::everything(&mut seen);

    assert_eq!(seen.never_given(), []);
    let calls = calls_of_the_api();
    let known: BTreeSet<_> = seen.calls().into_iter().chain(NEVER_REFUSE).collect();
    assert_eq!(known, calls.iter().copied().collect(), "a call that is in no row");
    let table = seen.table(&calls);
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let written = readme.split_once(README_BEGINS).and_then(|(_, rest)| rest.split_once(README_ENDS));
    let written = written.map_or("", |(written, _)| written);
    assert!(written == table, "README must say, between its two marks:\n{README_BEGINS}{table}{README_ENDS}");
}

/// What is asked of every write: its id, the clock, the day of help.
fn judged_before_the_books(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let known = fresh();
    let request = api::RegisterOwnersRequest { request_id: known.clone(), count: 1, ..Default::default() };
    hear("RegisterOwners", served.block_on(served.ledger().register_owners(request))).unwrap();
    for call in WRITES {
        let refused = numbers.ask(served, call, &known, None);
        seen.refused(
            refused,
            Reason::RequestIdReused,
            &[("fields", &"*")],
            &["this request id was used before"],
        );
    }
    served.clock.set_wall(START.plus_seconds(366 * 86_400));
    for call in WRITES {
        let refused = numbers.ask(served, call, &fresh(), None);
        seen.refused(refused, Reason::ClockUnsure, &[], &["the clock of the books has leapt"]);
    }
    served.clock.set_wall(START);
    let tomorrow = Some(api::Date { year: 2026, month: 5, day: 7 });
    for call in DETAILED {
        let details = api::EntryDetails { occurred_on: tomorrow, ..Default::default() };
        let refused = numbers.ask(served, call, &fresh(), Some(details));
        seen.refused(refused, Reason::DayInFuture, &[], &["that day has not begun yet"]);
        let details = api::EntryDetails { second_person: 9_999, ..Default::default() };
        let refused = numbers.ask(served, call, &fresh(), Some(details));
        seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &9_999)], &["under number 9999"]);
    }
}

/// The newest entry, as callers see it.
fn position(served: &Served) -> u64 {
    let mut audit = served.audit();
    let sums = served.block_on(audit.trial_balance(api::TrialBalanceRequest::default()));
    sums.unwrap().into_inner().sequence
}

/// Every call of all services, in the order in which the API names them.
fn calls_of_the_api() -> Vec<&'static str> {
    let proto = [
        include_str!("../../../../proto/hourbook/v1/ledger.proto"),
        include_str!("../../../../proto/hourbook/v1/directory.proto"),
        include_str!("../../../../proto/hourbook/v1/exchange.proto"),
        include_str!("../../../../proto/hourbook/v1/redemption.proto"),
        include_str!("../../../../proto/hourbook/v1/hook.proto"),
        include_str!("../../../../proto/hourbook/v1/audit.proto"),
        include_str!("../../../../proto/hourbook/v1/access.proto"),
    ];
    let calls = proto.into_iter().flat_map(str::lines).filter_map(|line| line.trim().strip_prefix("rpc "));
    calls.map(|rest| rest.split('(').next().unwrap()).collect()
}
