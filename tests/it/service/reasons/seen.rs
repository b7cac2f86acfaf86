//! Refusals as callers see them, what each must hold, and the table of README made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use hourbook::api;
use hourbook::domain::Reason;
use hourbook::service::reasons::{SEQUENCE_NOT_REACHED, code};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::asking::{KEY_WRITES, WRITES};
use super::cards::CARD_WRITES;
use super::desk::EXCHANGE_WRITES;
use super::hooks::HOOK_WRITES;
use super::offers::OFFER_WRITES;
use super::tills::TILL_WRITES;

/// What a till hears of a sale, and shows on its screen.
const ON_SCREEN: [Reason; 4] =
    [Reason::CodeNotUsable, Reason::NotToday, Reason::OfferNotAvailable, Reason::StaffAtTill];

/// Why a call was not done, as decoded from the wire.
#[derive(Debug)]
pub struct Refused {
    call: &'static str,
    code: Code,
    domain: String,
    reason: String,
    message: String,
    figures: BTreeMap<String, String>,
}

impl Refused {
    /// From the `ErrorInfo` in the details of a status.
    pub fn of_status(call: &'static str, status: &Status) -> Self {
        let details = status.get_error_details();
        let info = details.error_info().unwrap_or_else(|| panic!("{call}: no ErrorInfo in {status:?}"));
        Self {
            call,
            code: status.code(),
            domain: info.domain.clone(),
            reason: info.reason.clone(),
            message: status.message().to_owned(),
            figures: info.metadata.clone().into_iter().collect(),
        }
    }

    /// Whether its sentence says this.
    pub fn says(&self, words: &str) -> bool {
        self.message.contains(words)
    }

    /// From the error of one entry of a batch, which is of the one domain by nature.
    pub fn of_entry(call: &'static str, error: api::EntryError) -> Self {
        assert_eq!(error.field, "", "{call}: {error:?}");
        Self {
            call,
            code: Code::from_i32(error.code),
            domain: "hourbook".to_owned(),
            reason: error.reason,
            message: error.message,
            figures: error.metadata.into_iter().collect(),
        }
    }
}

/// Which reason was given by which call.
#[derive(Default)]
pub struct Seen {
    calls: BTreeMap<Reason, BTreeSet<&'static str>>,
    not_reached: BTreeSet<&'static str>,
}

impl Seen {
    /// Looks at a refusal: its code is the one of the table, its figures are exactly these (`*` stands for
    /// any), and its sentence is one for people and says all of `says`.
    pub fn refused(
        &mut self,
        done: Result<(), Refused>,
        reason: Reason,
        figures: &[(&str, &dyn ToString)],
        says: &[&str],
    ) {
        if let Err(refused) = &done {
            assert_figures(refused, figures);
        }
        self.also(done, reason, says);
    }

    /// The same where the figures are the ledger's, as other calls have shown them.
    pub fn also(&mut self, done: Result<(), Refused>, reason: Reason, says: &[&str]) {
        let refused = done.expect_err(reason.word());
        assert_eq!(refused.reason, reason.word(), "{refused:?}");
        assert_eq!((refused.domain.as_str(), refused.code), ("hourbook", code(reason)), "{refused:?}");
        // What a screen shows is for whoever stands there: it begins with what cannot be used or done.
        let begins = if ON_SCREEN.contains(&reason) {
            ["This ", "Nobody ", "The shop's "].as_slice()
        } else {
            &["Not done: "]
        };
        let is_told = begins.iter().any(|begins| refused.message.starts_with(begins));
        assert!(is_told && refused.message.ends_with('.'), "{refused:?}");
        assert!(!refused.message.contains('_'), "a word for programs in a sentence: {refused:?}");
        for said in says {
            assert!(refused.message.contains(said), "{said:?} is not in {refused:?}");
        }
        self.calls.entry(reason).or_default().insert(refused.call);
    }

    /// The same for a position that was not reached: no refusal, but asking again is right.
    pub fn not_reached(&mut self, done: Result<(), Refused>, asked: u64, position: u64) {
        let refused = done.expect_err(SEQUENCE_NOT_REACHED);
        assert_eq!(refused.reason, SEQUENCE_NOT_REACHED, "{refused:?}");
        assert_eq!((refused.domain.as_str(), refused.code), ("hourbook", Code::Unavailable), "{refused:?}");
        assert_figures(&refused, &[("asked_sequence", &asked), ("sequence", &position)]);
        assert!(refused.message.contains(&format!("entry {asked} is not reached yet")), "{refused:?}");
        self.not_reached.insert(refused.call);
    }

    /// Every call that gave a reason.
    pub fn calls(&self) -> BTreeSet<&'static str> {
        self.calls.values().flatten().chain(&self.not_reached).copied().collect()
    }

    /// Reasons that no call gave.
    pub fn never_given(&self) -> Vec<Reason> {
        Reason::ALL.into_iter().filter(|reason| !self.calls.contains_key(reason)).collect()
    }

    /// README's table. `in_order` are the calls as the API names them.
    pub fn table(&self, in_order: &[&'static str]) -> String {
        let mut table = "| reason | code | what it means | calls |\n|---|---|---|---|\n".to_owned();
        let at_tills = [&OFFER_WRITES[..], &CARD_WRITES, &TILL_WRITES, &HOOK_WRITES].concat();
        let writes = [&WRITES[..], &EXCHANGE_WRITES, &at_tills, &KEY_WRITES].concat();
        let writes: BTreeSet<_> = writes.into_iter().collect();
        let in_order_of = |calls: &BTreeSet<&'static str>| {
            in_order.iter().filter(|call| calls.contains(*call)).copied().collect::<Vec<_>>().join(", ")
        };
        let mut row = |reason: &str, code: Code, meaning: &str, calls: &BTreeSet<&'static str>| {
            let calls = if reason == Reason::BeyondReach.word() {
                "every call".to_owned() // `access::every_call` sees it for each.
            } else if *calls == writes {
                "every call that writes".to_owned()
            } else {
                in_order_of(calls)
            };
            writeln!(table, "| `{reason}` | `{}` | {meaning} | {calls} |", code_word(code)).unwrap();
        };
        for reason in Reason::ALL {
            let Some(calls) = self.calls.get(&reason) else { continue };
            row(reason.word(), code(reason), meaning(reason), calls);
        }
        let meaning = "The books, or what is worked out from them, have not come to that entry yet. \
                       Nothing was refused: ask again.";
        row(SEQUENCE_NOT_REACHED, Code::Unavailable, meaning, &self.not_reached);
        writeln!(table, "\nThe calls that write: {}.", in_order_of(&writes)).unwrap();
        table
    }
}

fn assert_figures(refused: &Refused, figures: &[(&str, &dyn ToString)]) {
    let names: BTreeSet<_> = figures.iter().map(|(name, _)| *name).collect();
    let given: BTreeSet<_> = refused.figures.keys().map(String::as_str).collect();
    assert_eq!(given, names, "{refused:?}");
    for (name, figure) in figures {
        let figure = figure.to_string();
        assert!(figure == "*" || refused.figures[*name] == figure, "{name} is not {figure}: {refused:?}");
    }
}

fn code_word(code: Code) -> &'static str {
    match code {
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::Unavailable => "UNAVAILABLE",
        other => panic!("{other:?} says no rule"),
    }
}

/// What README says of a reason.
fn meaning(reason: Reason) -> &'static str {
    match reason {
        Reason::RequestIdReused => {
            "The request id was used before, for something else: `fields` names what differs. A sale's id names one receipt; then `why` is this word."
        }
        Reason::DiskLow => "The disk under the books is nearly full. Ask again when there is room.",
        Reason::ClockUnsure => "The machine's clock has leapt. Ask again when the time is settled.",
        Reason::DayInFuture => {
            "The day of help is after today: today in the time bank, or, for LedgerService, where the day begins first on Earth."
        }
        Reason::DeadlineOutOfReach => {
            "Hours are set aside until a moment still to come, at most 400 days away."
        }
        Reason::EntryNotFound => {
            "No such entry; to put right, none that moved hours; or nothing under that receipt."
        }
        Reason::HoldNotFound => "No hours were ever set aside under that number.",
        Reason::BankNotFound => "No time bank has that number.",
        Reason::AccountNotFound => "No account has that number.",
        Reason::OwnerNotFound => "Nobody is registered under that number.",
        Reason::AccountClosed => "The account is closed.",
        Reason::SameAccount => "One account is named on both sides.",
        Reason::CrossBank => {
            "Hours would leave one time bank and not arrive in the other: both halves belong in one entry; or the two keep no accounts for each other."
        }
        Reason::AlreadyThere => "It is there already, and open.",
        Reason::HoldResolved => {
            "What was set aside was taken or let go before. Of a sale, `state` says how it stands."
        }
        Reason::HoldExpired => "What was set aside ran out; nothing was taken.",
        Reason::HoldsOpen => "Hours of the account, or for it, are still set aside, so it cannot close.",
        Reason::TooManyHolds => {
            "Hours are set aside as often as they can be, for this account or in the network."
        }
        Reason::CaptureExceedsHold => "More than is left of what was set aside, or on a voucher.",
        Reason::ReversalExceeds => "More than is left to put right or give back.",
        Reason::ClearingCap => "One time bank would owe the other more than they agreed on.",
        Reason::BelowFloor => {
            "An account would go further below zero than it may. All such accounts are named."
        }
        Reason::AboveCeiling => "An account would go above a ceiling that is hard.",
        Reason::OfferExhausted => {
            "The offer is used up: for today, this month or this person, as the caller counts."
        }
        Reason::GoodsNotAllowed => {
            "The time bank takes no offers of this kind, or has not declared its practice."
        }
        Reason::BudgetSpent => "A partner's budget is spent, or what a representative may take in a month.",
        Reason::CodeUsed => "A code works once, and this one was used.",
        Reason::CardNotFound => {
            "The account has no card in use; for whoever changes its PIN, the card has none yet; or what a slip shows was blocked."
        }
        Reason::PinWrong => {
            "That is not the PIN of the card, or it needs one. SetPin says in `left` how many tries are left."
        }
        Reason::PinLocked => "A wrong PIN was typed five times in a row. A new one is set at the desk.",
        Reason::ReceiptReused => {
            "A receipt names one sale, and this one names another: `fields` differ. The next line or number is free."
        }
        Reason::BooksFull => {
            "The books keep no more of `what`: banks, owners, accounts, counters, activities, policies, keys, open matters, cards and codes of somebody, what belongs to a partner."
        }
        Reason::NoKeysYet => "The network has no keys yet: `hourbook init` on its machine makes the first.",
        Reason::KeyShownOnce => {
            "This request made or rotated key `credential_number` before, and a key is shown once."
        }
        Reason::KeyNotFound => "No key has that number, or none that you can see.",
        Reason::BeyondReach => "Beyond your key: the call itself, or a key of that `role` or reach.",
        Reason::KeyEnded => "The key was revoked or is past its time.",
        Reason::TwoKeysLive => "The key was rotated before, and the one before that works `until` then.",
        Reason::LastAdminKey => "Without the last admin key that works nobody could make keys.",
        Reason::AlreadyHere => {
            "It looks like one already here: the same people, day and length; a session of the same standing group and day; or what one of the two said of that day, open as `proposal_sequence`. `is_another` says that it is another."
        }
        Reason::LineClaimed => {
            "Entry `line_sequence` was claimed back from a pot before, and each is claimed once; what is claimed is put right after the claim is, which is entry `claim_sequence`. Or something was put right of a line meanwhile."
        }
        Reason::UnusualAmount => {
            "So much is asked about: `amount_seconds`, repeated as `confirmed_amount_seconds`, is written."
        }
        Reason::SamePerson => {
            "Somebody very like that is here already, `owner_number`. Ask again with `is_somebody_else` if it is."
        }
        Reason::SecondPersonNeeded => "Somebody else has to say so: not who asked, nor who gains by it.",
        Reason::WindowPassed => {
            "After `reversal_window_days` only a lead puts it right, with a second person; a till gives back on the day of the sale."
        }
        Reason::Paused => {
            "Nothing new for somebody now. A member does not hear why, nor whether it is how far they can go."
        }
        Reason::NotYours => {
            "Whoever asks does not speak for that account; after the day of a booking, for who gives."
        }
        Reason::NothingWaits => "Nothing waits under `waiting_number`; or it was settled before.",
        Reason::PotNotOpen => {
            "The pot is past its last day, or a lead opens it, or a panel's decision, which is not kept yet."
        }
        Reason::PeriodClosed => "The month was closed before, by entry `sequence`.",
        Reason::PeriodNotNext => "Months are closed in order, and `next_month` comes first.",
        Reason::PeriodNotOver => "The month is not over yet where the bank is.",
        Reason::CodeUnknown => "There is no code or card with these digits.",
        Reason::CodeExpired => {
            "The code is over, was tried too often, or whoever asked for it may not spend the hours any more."
        }
        Reason::CodeNotHere => "The code is for another partner or another offer.",
        Reason::OfferNotNow => {
            "The offer is for other days or hours, for another venue, or not open: `why` says which, and `opens_on` the next day."
        }
        Reason::StaffSelfRedemption => "Whose hours they are stands at the till.",
        Reason::CodeNotUsable => {
            "What a till hears of any code or card that cannot be used, the same for all."
        }
        Reason::NotToday => {
            "What a till hears where it is about whose hours they are: not enough, paused, a cap of theirs, claimed back from a pot."
        }
        Reason::OfferNotAvailable => {
            "What a till hears of the shop's own side: `why` is OFFER_NOT_OPEN, OFFER_NOT_NOW, OFFER_EXHAUSTED or BUDGET_SPENT, with its figures."
        }
        Reason::StaffAtTill => "What a till hears where whose hours they are stands at the till.",
    }
}
