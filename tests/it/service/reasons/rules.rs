//! One rule broken after the other, by every call that asks about it.

use hourbook::api;
use hourbook::domain::Reason;

use super::asking::{
    Numbers, batch_open, batch_post, capture, close, hear, in_batch, moment, month, new_account, reverse,
    set_policy,
};
use super::seen::{Refused, Seen};
use crate::support::HOUR;
use crate::support::served::{Served, exchange, fresh, transfer};

/// A number nobody has.
const NOBODY: u32 = 9_999;
/// A sequence far ahead.
const FAR: u64 = 1 << 40;

fn post(served: &Served, request: api::PostEntryRequest) -> Result<(), Refused> {
    hear("PostEntry", served.block_on(served.ledger().post_entry(request)))
}

fn hold(served: &Served, request: api::PlaceHoldRequest) -> Result<(), Refused> {
    hear("PlaceHold", served.block_on(served.ledger().place_hold(request)))
}

fn capture_it(served: &Served, request: api::CaptureHoldRequest) -> Result<(), Refused> {
    hear("CaptureHold", served.block_on(served.ledger().capture_hold(request)))
}

fn void(served: &Served, hold_sequence: u64) -> Result<(), Refused> {
    let request = api::VoidHoldRequest { request_id: fresh(), hold_sequence, ..Default::default() };
    hear("VoidHold", served.block_on(served.ledger().void_hold(request)))
}

fn close_it(served: &Served, request: api::CloseAccountRequest) -> Result<(), Refused> {
    hear("CloseAccount", served.block_on(served.ledger().close_account(request)))
}

fn reverse_it(served: &Served, request: api::ReverseEntryRequest) -> Result<(), Refused> {
    hear("ReverseEntry", served.block_on(served.ledger().reverse_entry(request)))
}

fn reopen(served: &Served, account_number: u32) -> Result<(), Refused> {
    let request = api::ReopenAccountRequest { request_id: fresh(), account_number, ..Default::default() };
    hear("ReopenAccount", served.block_on(served.ledger().reopen_account(request)))
}

fn lock(served: &Served, request: api::LockPeriodRequest) -> Result<(), Refused> {
    hear("LockPeriod", served.block_on(served.directory().lock_period(request)))
}

fn set_limits(served: &Served, account_number: u32) -> Result<(), Refused> {
    let limits = Some(crate::support::served::floor(-1));
    let request = api::SetLimitsRequest { request_id: fresh(), account_number, limits, ..Default::default() };
    hear("SetLimits", served.block_on(served.ledger().set_limits(request)))
}

/// The same transfers by all three calls that take transfers from a caller.
fn by_all_three(served: &Served, numbers: &Numbers, transfers: &[api::Transfer]) -> [Result<(), Refused>; 3] {
    let transfers = transfers.to_vec();
    let posted = api::PostEntryRequest { transfers: transfers.clone(), ..exchange(0, 0, 0) };
    let held = api::PlaceHoldRequest { transfers: transfers.clone(), ..numbers.place_hold(0, 0, 0) };
    [post(served, posted), in_batch(served, batch_post(transfers)), hold(served, held)]
}

/// Entries, holds, banks, accounts and owners that are not there.
pub fn nothing_there(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let mut ledger = served.ledger();
    let request = api::GetEntryRequest { sequence: FAR, ..Default::default() };
    let unread = hear("GetEntry", served.block_on(ledger.get_entry(request)));
    let request_id = fresh();
    let request = api::FindEntryRequest { request_id: request_id.clone() };
    let unfound = hear("FindEntry", served.block_on(ledger.find_entry(request)));
    seen.refused(unread, Reason::EntryNotFound, &[("sequence", &FAR)], &[&FAR.to_string()]);
    seen.refused(unfound, Reason::EntryNotFound, &[("request_id", &request_id)], &["under this request id"]);
    let moved_nothing = reverse_it(served, reverse(1, &[]));
    seen.refused(
        moved_nothing,
        Reason::EntryNotFound,
        &[("sequence", &1)],
        &["there is nothing under number 1 in the books"],
    );

    // Words about it change nothing: whom they concern is not what is wrong.
    let details = Some(api::EntryDetails { reason: "the slip".into(), ..Default::default() });
    let with_words = api::ReverseEntryRequest { details: details.clone(), ..reverse(FAR, &[]) };
    let says = [format!("under number {FAR}")];
    let says: Vec<_> = says.iter().map(String::as_str).collect();
    seen.refused(reverse_it(served, with_words), Reason::EntryNotFound, &[("sequence", &FAR)], &says);
    let with_words = api::CaptureHoldRequest { details, ..capture(1, 60) };

    let request = api::GetHoldRequest { hold_sequence: 1, ..Default::default() };
    let ends = api::PostEntryRequest { ends_hold_sequence: 1, ..exchange(numbers.dev, numbers.ann, 60) };
    for refused in [
        hear("GetHold", served.block_on(ledger.get_hold(request))),
        post(served, ends),
        capture_it(served, capture(1, 60)),
        capture_it(served, with_words),
        void(served, 1),
    ] {
        let says = ["no hours were ever set aside under number 1"];
        seen.refused(refused, Reason::HoldNotFound, &[("hold_sequence", &1)], &says);
    }

    let add = api::AddActivitiesRequest {
        request_id: fresh(),
        bank_number: NOBODY,
        names: vec!["gardening".into()],
        ..Default::default()
    };
    let pair = api::OpenClearingRequest {
        request_id: fresh(),
        first_bank_number: 1,
        second_bank_number: NOBODY,
        first_may_owe_seconds: 1,
        second_may_owe_seconds: 1,
        validate_only: false,
    };
    let open = |account| api::OpenAccountRequest {
        request_id: fresh(),
        account: Some(account),
        validate_only: false,
    };
    let list = api::ListActivitiesRequest { bank_number: NOBODY };
    let sums = api::TrialBalanceRequest { bank_number: NOBODY, ..Default::default() };
    let get = api::GetBankPolicyRequest { bank_number: NOBODY, at_sequence: 0 };
    let set = api::SetBankPolicyRequest { policy: Some(served.policy(1)), ..set_policy(NOBODY) };
    for refused in [
        hear("GetBankPolicy", served.block_on(served.directory().get_bank_policy(get))),
        hear("SetBankPolicy", served.block_on(served.directory().set_bank_policy(set))),
        lock(served, month(NOBODY, 4)),
        hear("AddActivities", served.block_on(ledger.add_activities(add))),
        hear("OpenClearing", served.block_on(ledger.open_clearing(pair))),
        hear("OpenAccount", served.block_on(ledger.open_account(open(new_account(NOBODY, numbers.owner))))),
        in_batch(served, batch_open(vec![new_account(NOBODY, numbers.owner)])),
        hear("ListActivities", served.block_on(ledger.list_activities(list))),
        hear("TrialBalance", served.block_on(served.audit().trial_balance(sums))),
    ] {
        seen.refused(refused, Reason::BankNotFound, &[("bank_number", &NOBODY)], &["no time bank 9999"]);
    }

    let bank = api::OpenBankRequest {
        request_id: fresh(),
        owner_number: NOBODY,
        name: "Nobody's".into(),
        time_zone: "Europe/London".into(),
        ..Default::default()
    };
    let helper = api::Transfer { given_by: NOBODY, ..transfer(numbers.dev, numbers.ann, 60) };
    for refused in [
        hear("OpenBank", served.block_on(ledger.open_bank(bank))),
        hear("OpenAccount", served.block_on(ledger.open_account(open(new_account(1, NOBODY))))),
        in_batch(served, batch_open(vec![new_account(1, NOBODY)])),
    ]
    .into_iter()
    .chain(by_all_three(served, numbers, &[helper]))
    {
        let says = ["nobody is registered under number 9999"];
        seen.refused(refused, Reason::OwnerNotFound, &[("owner_number", &NOBODY)], &says);
    }
    no_account(served, numbers, seen);
}

fn no_account(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let mut ledger = served.ledger();
    let nobody = hourbook::domain::AccountNumber::from_slot(NOBODY).unwrap().printed();
    let get = api::GetAccountRequest { account_number: nobody, ..Default::default() };
    let holds = api::ListHoldsRequest { account_number: nobody, ..Default::default() };
    let balance = api::GetBalanceRequest { account_number: nobody, ..Default::default() };
    let lines = api::ListStatementRequest { account_number: nobody, ..Default::default() };
    for refused in [
        hear("GetAccount", served.block_on(ledger.get_account(get))),
        hear("ListHolds", served.block_on(ledger.list_holds(holds))),
        hear("GetBalance", served.block_on(ledger.get_balance(balance))),
        hear("ListStatement", served.block_on(ledger.list_statement(lines))),
        set_limits(served, nobody),
        close_it(served, close(numbers.kit, nobody)),
        reopen(served, nobody),
    ]
    .into_iter()
    .chain(by_all_three(served, numbers, &[transfer(numbers.dev, nobody, 60)]))
    {
        let says = [format!("there is no account {nobody}")];
        let says: Vec<_> = says.iter().map(String::as_str).collect();
        seen.refused(refused, Reason::AccountNotFound, &[("account_number", &nobody)], &says);
    }
}

/// Accounts that are closed, the same, in two banks, there already, or in use.
pub fn in_the_way(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let Numbers { dev, ann, kit, zoe, quin, hall, .. } = *numbers;
    for refused in [
        set_limits(served, zoe),
        close_it(served, close(zoe, dev)),
        reverse_it(served, reverse(numbers.helped_by_zoe, &[])),
    ]
    .into_iter()
    .chain(by_all_three(served, numbers, &[transfer(dev, zoe, 60)]))
    {
        seen.refused(
            refused,
            Reason::AccountClosed,
            &[("account_number", &zoe)],
            &["the account of Zoe is closed"],
        );
    }
    for refused in [close_it(served, close(kit, kit))].into_iter().chain(by_all_three(
        served,
        numbers,
        &[transfer(kit, kit, 60)],
    )) {
        seen.refused(
            refused,
            Reason::SameAccount,
            &[("account_number", &kit)],
            &["Kit is named on both sides"],
        );
    }
    for refused in [close_it(served, close(kit, quin))].into_iter().chain(by_all_three(
        served,
        numbers,
        &[transfer(dev, quin, 60)],
    )) {
        seen.refused(
            refused,
            Reason::CrossBank,
            &[("account_number", &quin)],
            &["with Quin, hours would leave"],
        );
    }
    // One half of what went from bank to bank cannot be put right without the other.
    let half = reverse_it(served, reverse(numbers.sent, &[(0, 60)]));
    let kept_by = numbers.between.0;
    seen.refused(
        half,
        Reason::CrossBank,
        &[("account_number", &kept_by)],
        &["with Ashenford, hours would leave"],
    );

    let pair = api::OpenClearingRequest {
        request_id: fresh(),
        first_bank_number: 1,
        second_bank_number: 2,
        first_may_owe_seconds: HOUR,
        second_may_owe_seconds: HOUR,
        validate_only: false,
    };
    let there = hear("OpenClearing", served.block_on(served.ledger().open_clearing(pair)));
    seen.refused(
        there,
        Reason::AlreadyThere,
        &[("account_number", &kept_by)],
        &["Ashenford is there already"],
    );
    let open = reopen(served, dev);
    seen.refused(open, Reason::AlreadyThere, &[("account_number", &dev)], &["Dev is there already and open"]);

    for _ in 0..2 {
        hold(served, numbers.place_hold(ann, hall, 60)).unwrap();
    }
    let many = hold(served, numbers.place_hold(dev, hall, 60));
    let figures: [(&str, &dyn ToString); 2] = [("most", &2), ("account_number", &hall)];
    seen.refused(many, Reason::TooManyHolds, &figures, &["twice with Lantern Hall"]);
    let used = close_it(served, close(hall, dev));
    let figures: [(&str, &dyn ToString); 2] = [("open_holds", &2), ("account_number", &hall)];
    seen.refused(used, Reason::HoldsOpen, &figures, &["Lantern Hall", "set aside twice"]);
}

/// More than is left, than an account may have, or than the books keep.
pub fn too_much(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let Numbers { dev, ann, hall, between, .. } = *numbers;
    let refused = capture_it(served, capture(numbers.hold, 3 * HOUR));
    let figures: [(&str, &dyn ToString); 2] =
        [("left_seconds", &(2 * HOUR)), ("requested_seconds", &(3 * HOUR))];
    seen.refused(refused, Reason::CaptureExceedsHold, &figures, &["2 hours are left of what was set aside"]);
    let refused = reverse_it(served, reverse(numbers.helped, &[(0, 3 * HOUR)]));
    let figures = [("transfer_index", &0 as &dyn ToString), figures[0], figures[1]];
    seen.refused(refused, Reason::ReversalExceeds, &figures, &["2 hours are left to put right", "of part 1"]);

    for refused in by_all_three(served, numbers, &[transfer(ann, dev, 3 * HOUR)]) {
        let figures: [(&str, &dyn ToString); 7] = [
            ("accounts_count", &1),
            ("account_number", &ann),
            ("posted_seconds", &(2 * HOUR)),
            ("held_seconds", &0),
            ("floor_seconds", &0),
            ("available_seconds", &(2 * HOUR)),
            ("requested_seconds", &(3 * HOUR)),
        ];
        seen.refused(refused, Reason::BelowFloor, &figures, &["Ann can use 2 hours", "3 hours were asked"]);
    }
    for refused in by_all_three(served, numbers, &[transfer(dev, hall, 4 * HOUR)]) {
        let figures: [(&str, &dyn ToString); 7] = [
            ("accounts_count", &1),
            ("account_number", &hall),
            ("posted_seconds", &0),
            ("promised_seconds", &0),
            ("ceiling_seconds", &(3 * HOUR)),
            ("available_seconds", &(3 * HOUR)),
            ("requested_seconds", &(4 * HOUR)),
        ];
        seen.refused(refused, Reason::AboveCeiling, &figures, &["Lantern Hall", "3 hours can still come in"]);
    }
    for refused in by_all_three(served, numbers, &numbers.both_halves(HOUR)) {
        let figures: [(&str, &dyn ToString); 13] = [
            ("accounts_count", &2),
            ("account_number", &between.0),
            ("posted_seconds", &(HOUR / 2)),
            ("promised_seconds", &0),
            ("ceiling_seconds", &HOUR),
            ("available_seconds", &(HOUR / 2)),
            ("requested_seconds", &HOUR),
            ("2.account_number", &between.1),
            ("2.posted_seconds", &(-HOUR / 2)),
            ("2.held_seconds", &0),
            ("2.floor_seconds", &-HOUR),
            ("2.available_seconds", &(HOUR / 2)),
            ("2.requested_seconds", &HOUR),
        ];
        let says = ["Ashenford would owe Quillmere 1 hour 30 minutes"];
        seen.refused(refused, Reason::ClearingCap, &figures, &says);
    }

    let fourth = numbers.ask(served, "OpenBank", &fresh(), None);
    seen.refused(fourth, Reason::BooksFull, &[("what", &"banks"), ("most", &3)], &["they keep 3 banks"]);
    let add = |names| {
        let request_id = fresh();
        let request = api::AddActivitiesRequest { request_id, bank_number: 1, names, ..Default::default() };
        hear("AddActivities", served.block_on(served.ledger().add_activities(request)))
    };
    for page in 0..20 {
        add((0..50).map(|place| format!("activity {}", page * 50 + place)).collect()).unwrap();
    }
    let what = "activities in a bank's list";
    let one_more = add(vec!["gardening".into()]);
    seen.refused(one_more, Reason::BooksFull, &[("what", &what), ("most", &1_000)], &["1,000 activities"]);
    // As many policies as a bank may ever set.
    for _ in 0..1_000 {
        numbers.ask(served, "SetBankPolicy", &fresh(), None).unwrap();
    }
    let (what, one_more) = ("policies of a bank", numbers.ask(served, "SetBankPolicy", &fresh(), None));
    seen.refused(one_more, Reason::BooksFull, &[("what", &what), ("most", &1_000)], &["1,000 policies"]);
}

/// Months that are closed, not the next, or not over: it is May.
pub fn months(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let may = lock(served, month(1, 5));
    seen.refused(may, Reason::PeriodNotOver, &[("month", &"2026-05")], &["May 2026 is not over yet"]);
    lock(served, month(1, 2)).unwrap();
    let refused = numbers.ask(served, "LockPeriod", &fresh(), None);
    let figures: [(&str, &dyn ToString); 2] = [("month", &"2026-04"), ("next_month", &"2026-03")];
    seen.refused(refused, Reason::PeriodNotNext, &figures, &["March 2026 comes before April 2026"]);
    let refused = lock(served, month(1, 1));
    let figures: [(&str, &dyn ToString); 2] = [("month", &"2026-01"), ("sequence", &"*")];
    seen.refused(refused, Reason::PeriodClosed, &figures, &["January 2026 is closed already, by entry"]);
}

/// Counters without room, by their four words; and one counter more than there may be.
pub fn claims(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let claim = |number: u8, word: api::ClaimWord| api::Claim {
        key: vec![number; 16],
        take: 1,
        max: 1,
        until: moment(86_400),
        unit: api::ClaimUnit::Times.into(),
        is_kept: true,
        word: word.into(),
    };
    let claimed = |claim: &api::Claim| {
        let claims = vec![claim.clone()];
        let posted = exchange(numbers.dev, numbers.kit, 60);
        let held = numbers.place_hold(numbers.dev, numbers.kit, 60);
        [
            post(served, api::PostEntryRequest { claims: claims.clone(), ..posted }),
            hold(served, api::PlaceHoldRequest { claims, ..held }),
        ]
    };
    for (number, word, reason, says) in [
        (1, api::ClaimWord::OfferExhausted, Reason::OfferExhausted, "this offer is used up"),
        (2, api::ClaimWord::BudgetSpent, Reason::BudgetSpent, "the budget for this is used up"),
        (3, api::ClaimWord::CodeUsed, Reason::CodeUsed, "this code was used before"),
        (4, api::ClaimWord::ReceiptReused, Reason::ReceiptReused, "this receipt is in the books already"),
    ] {
        let claim = claim(number, word);
        let first =
            api::PostEntryRequest { claims: vec![claim.clone()], ..exchange(numbers.dev, numbers.kit, 60) };
        post(served, first).unwrap();
        for refused in claimed(&claim) {
            let figures: [(&str, &dyn ToString); 3] = [("claim_index", &0), ("left", &0), ("take", &1)];
            seen.refused(refused, reason, &figures, &[says]);
        }
    }
    for refused in claimed(&claim(5, api::ClaimWord::CodeUsed)) {
        seen.refused(
            refused,
            Reason::BooksFull,
            &[("what", &"counters"), ("most", &4)],
            &["they keep 4 counters"],
        );
    }
}

/// Deadlines that cannot be, holds that were let go, and holds that ran out.
pub fn holds_that_ended(served: &Served, numbers: &Numbers, seen: &mut Seen) {
    let until = |seconds| api::PlaceHoldRequest {
        deadline: moment(seconds),
        ..numbers.place_hold(numbers.dev, numbers.baths, 60)
    };
    for seconds in [0, 400 * 86_400 + 1] {
        let refused = hold(served, until(seconds));
        seen.refused(refused, Reason::DeadlineOutOfReach, &[], &["at most 400 days away"]);
    }
    let placed = || {
        let answer = served.block_on(served.ledger().place_hold(until(3_600))).unwrap().into_inner();
        answer.receipt.unwrap().entry.unwrap().sequence
    };
    let by_all = |ended: u64| {
        let ends =
            api::PostEntryRequest { ends_hold_sequence: ended, ..exchange(numbers.dev, numbers.baths, 60) };
        [post(served, ends), capture_it(served, capture(ended, 60)), void(served, ended)]
    };
    let let_go = placed();
    void(served, let_go).unwrap();
    for refused in by_all(let_go) {
        let says = ["were taken or let go before"];
        seen.refused(refused, Reason::HoldResolved, &[("hold_sequence", &let_go)], &says);
    }
    let ran_out = placed();
    served.clock.advance_seconds(2 * HOUR);
    for refused in by_all(ran_out) {
        seen.refused(
            refused,
            Reason::HoldExpired,
            &[("hold_sequence", &ran_out)],
            &["ran out. Nothing was taken"],
        );
    }
}

/// Positions that lie ahead. Where the call would wait, it waits as long as it does without a deadline.
pub fn not_reached(served: &Served, numbers: &Numbers, seen: &mut Seen, position: u64) {
    let [mut one, mut two, mut three] = [served.ledger(), served.ledger(), served.ledger()];
    let (mut ledger, mut audit) = (served.ledger(), served.audit());
    let account_number = numbers.dev;
    let entry = api::GetEntryRequest { sequence: 1, min_sequence: FAR };
    let hold = api::GetHoldRequest { hold_sequence: numbers.hold, min_sequence: FAR };
    let balance = api::GetBalanceRequest { account_number, min_sequence: FAR, ..Default::default() };
    let lines = api::ListStatementRequest { account_number, at_sequence: Some(FAR), ..Default::default() };
    let sums = api::TrialBalanceRequest { at_sequence: Some(FAR), ..Default::default() };
    let policy = api::GetBankPolicyRequest { bank_number: 1, at_sequence: FAR };
    let watch = api::WatchEntriesRequest { after_sequence: Some(FAR), ..Default::default() };
    let help = super::people::help(super::people::owner_of(served, numbers.kit));
    let help = api::GetRecordOfHelpRequest { at_sequence: Some(FAR), ..help };
    let waited = async { tokio::join!(one.get_entry(entry), two.get_hold(hold), three.get_balance(balance)) };
    let (entry, hold, balance) = served.block_on(waited);
    for refused in [
        hear("GetEntry", entry),
        hear("GetHold", hold),
        hear("GetBalance", balance),
        hear("ListStatement", served.block_on(ledger.list_statement(lines))),
        hear("TrialBalance", served.block_on(audit.trial_balance(sums))),
        hear("GetBankPolicy", served.block_on(served.directory().get_bank_policy(policy))),
        hear("WatchEntries", served.block_on(ledger.watch_entries(watch))),
        hear("GetRecordOfHelp", served.block_on(served.directory().get_record_of_help(help))),
    ] {
        seen.not_reached(refused, FAR, position);
    }
}
