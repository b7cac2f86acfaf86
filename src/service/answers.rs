//! Facts of the books become messages.

use prost_types::Timestamp as WireTimestamp;

use crate::api;
use crate::api::entry::Action as Did;
use crate::directory::Names;
use crate::domain::time::MICROS_PER_SECOND;
use crate::domain::{
    AccountNumber, Action, Amount, AtDeadline, CeilingRule, Claim, ClaimFate, ClaimUnit, Correction, Day,
    Entry, Form, Limits, Line, Move, Opened, Passed, Rest, SUM_LIMIT_SECONDS, Timestamp, Transfer,
};
use crate::exchange::claimed_lines::ClaimedLines;
use crate::ledger::state::Standing;
use crate::ledger::{Receipt, Repeated};
use crate::redemption::states::State;

/// A moment.
pub fn timestamp(time: Timestamp) -> WireTimestamp {
    let seconds = time.micros().div_euclid(MICROS_PER_SECOND);
    let nanos = time.micros().rem_euclid(MICROS_PER_SECOND).saturating_mul(1_000);
    WireTimestamp { seconds, nanos: i32::try_from(nanos).unwrap_or_default() } // Below a billion.
}

/// A day.
pub fn date(day: Day) -> api::Date {
    let (year, month, day) = day.calendar();
    api::Date { year: i32::from(year), month: i32::from(month), day: i32::from(day) }
}

/// How a sale stands.
pub const fn redemption_state(state: State) -> api::RedemptionState {
    match state {
        State::Authorized => api::RedemptionState::Authorized,
        State::Captured => api::RedemptionState::Captured,
        State::Voided => api::RedemptionState::Voided,
        State::Expired => api::RedemptionState::Expired,
        State::PartlyRefunded => api::RedemptionState::PartlyRefunded,
        State::Refunded => api::RedemptionState::Refunded,
    }
}

/// What an entry does.
pub const fn form(form: Form) -> api::Form {
    match form {
        Form::Post => api::Form::Post,
        Form::Hold => api::Form::Hold,
        Form::Capture => api::Form::Capture,
        Form::Void => api::Form::Void,
        Form::Expire => api::Form::Expire,
        Form::Account => api::Form::Account,
        Form::Note => api::Form::Note,
    }
}

/// Kinds on the wire are the journal's numbers, and one: 0 is "not said".
pub fn kind(kind: Option<crate::domain::Kind>) -> i32 {
    kind.map_or(0, |kind| i32::from(kind.number()).saturating_add(1))
}

/// Whether an account takes part in anything new.
pub const fn standing(standing: Standing) -> api::Standing {
    match standing {
        Standing::Open => api::Standing::Open,
        Standing::Closed => api::Standing::Closed,
    }
}

/// Limits; as far as the books go is absent.
pub fn limits(limits: Limits) -> api::Limits {
    api::Limits {
        floor_seconds: (limits.floor() != -SUM_LIMIT_SECONDS).then_some(limits.floor()),
        ceiling_seconds: (limits.ceiling() != SUM_LIMIT_SECONDS).then_some(limits.ceiling()),
        ceiling_is_hard: limits.ceiling_rule() == CeilingRule::Hard,
        warn_below_seconds: limits.warn_below(),
        warn_above_seconds: limits.warn_above(),
    }
}

/// What happens to a hold at its deadline.
pub const fn at_deadline(at: AtDeadline) -> api::AtDeadline {
    match at {
        AtDeadline::Release => api::AtDeadline::Release,
        AtDeadline::Capture => api::AtDeadline::Capture,
    }
}

/// The answer to a write.
pub fn receipt(receipt: &Receipt, names: &Names<'_>) -> api::Receipt {
    let repeated = receipt.repeated == Repeated::Yes;
    api::Receipt { entry: Some(entry(&receipt.entry, names)), repeated }
}

/// A fact in the books.
pub fn entry(entry: &Entry, names: &Names<'_>) -> api::Entry {
    let (command, outcome) = (&entry.command, &entry.outcome);
    let (text, text_is_gone) = names.text_of(entry);
    let sequence = entry.sequence.get();
    let owner = |owner: Option<crate::domain::OwnerNumber>| owner.map_or(0, |owner| owner.get());
    let text_about = crate::seal::owners_of(&command.text).unwrap_or_default();
    api::Entry {
        sequence,
        recorded_at: (sequence != 0).then(|| timestamp(entry.recorded_at)),
        form: form(entry.form()).into(),
        kind: kind(entry.kind()),
        actor: command.actor.get(),
        request_id: command.key.map(|key| key.id.to_string()).unwrap_or_default(),
        details: Some(api::EntryDetails {
            occurred_on: command.occurred_on.map(date),
            memo: text.memo.unwrap_or_default(),
            reason: text.reason.unwrap_or_default(),
            typed: text.typed.unwrap_or_default(),
            text_about: text_about.into_iter().map(crate::domain::OwnerNumber::get).collect(),
            second_person: owner(command.second_person),
            allowed_by: owner(command.allowed_by),
            present_count: command.present_count.unwrap_or_default(),
        }),
        text_is_gone,
        claims: command.claims.iter().map(claim).collect(),
        action: Some(did(entry)),
        moves: moves(entry),
        lines: outcome.lines.iter().map(line).collect(),
        claimed_line_sequences: ClaimedLines::beside(entry)
            .map_or_else(Vec::new, |claimed| claimed.lines.iter().map(|line| line.get()).collect()),
    }
}

fn did(entry: &Entry) -> Did {
    // Numbers that were only validated are nobody's.
    let opened = if entry.sequence.is_zero() { Opened::Nothing } else { entry.outcome.opened };
    match &entry.command.action {
        Action::Post(post) => {
            let ended_hold_sequence = post.ends.map_or(0, |ends| ends.hold.get());
            let keeps_rest = entry.command.action.keeps_rest();
            Did::Posted(api::Posted { ended_hold_sequence, keeps_rest })
        }
        Action::Hold(hold) => Did::Held(api::Held {
            transfers: hold.transfers.iter().map(transfer).collect(),
            deadline: Some(timestamp(hold.deadline)),
            at_deadline: at_deadline(hold.at_deadline).into(),
        }),
        Action::Capture(capture) => Did::Captured(api::Captured {
            hold_sequence: capture.hold.get(),
            amount_seconds: capture.amount.map(Amount::seconds),
            release_rest: capture.rest == Rest::Release,
        }),
        Action::Void(hold) => Did::Voided(api::Voided { hold_sequence: hold.get() }),
        Action::Expire(hold) => Did::Expired(api::Expired { hold_sequence: hold.get() }),
        Action::Reverse(reverse) => Did::Reversed(api::Reversed {
            original_sequence: reverse.original.get(),
            parts: reverse.parts.iter().map(reversed_part).collect(),
        }),
        Action::RegisterOwners(count) => {
            let first_owner_number = if let Opened::Owners(first) = opened { first.get() } else { 0 };
            Did::OwnersRegistered(api::OwnersRegistered { first_owner_number, count: u32::from(*count) })
        }
        Action::OpenBank(bank) => {
            let (number, pot, issuance) = match opened {
                Opened::Bank(number, pot) => (number.get(), pot.printed(), number_after(pot, 1)),
                Opened::Nothing | Opened::Owners(_) | Opened::Accounts(_) => (0, 0, 0),
            };
            Did::BankOpened(api::BankOpened {
                bank_number: number,
                pot_account_number: pot,
                issuance_account_number: issuance,
                owner_number: bank.owner.get(),
                time_zone: bank.time_zone.to_string(),
            })
        }
        Action::OpenClearing(pair) => {
            let numbers = accounts_opened(opened, 2);
            Did::ClearingOpened(api::ClearingOpened {
                first_bank_number: pair.first.get(),
                second_bank_number: pair.second.get(),
                first_account_number: numbers.first().copied().unwrap_or_default(),
                second_account_number: numbers.get(1).copied().unwrap_or_default(),
                first_may_owe_seconds: pair.first_may_owe.seconds(),
                second_may_owe_seconds: pair.second_may_owe.seconds(),
            })
        }
        Action::OpenAccounts(accounts) => Did::AccountsOpened(api::AccountsOpened {
            account_numbers: accounts_opened(opened, accounts.len()),
        }),
        Action::SetLimits(account, set) => {
            Did::LimitsSet(api::LimitsSet { account_number: account.printed(), limits: Some(limits(*set)) })
        }
        Action::Close(close) => Did::AccountClosed(api::AccountClosed {
            account_number: close.account.printed(),
            remainder_to_account_number: close.remainder_to.printed(),
        }),
        Action::Reopen(account) => {
            Did::AccountReopened(api::AccountReopened { account_number: account.printed() })
        }
        Action::Note(note) => {
            Did::NoteKept(api::NoteKept { topic: u32::from(note.topic.get()), subject: note.subject })
        }
    }
}

/// The numbers of accounts an entry opened, in the order asked for.
pub fn accounts_opened(opened: Opened, count: usize) -> Vec<u32> {
    let Opened::Accounts(first) = opened else { return Vec::new() };
    (0_u32..).take(count).map(|place| number_after(first, place)).collect()
}

fn number_after(first: AccountNumber, places: u32) -> u32 {
    AccountNumber::from_slot(first.slot().saturating_add(places)).map_or(0, AccountNumber::printed)
}

fn moves(entry: &Entry) -> Vec<api::Transfer> {
    if let Action::Post(post) = &entry.command.action {
        return post.transfers.iter().map(transfer).collect();
    }
    entry.outcome.moves.iter().map(bare_move).collect()
}

fn bare_move(part: &Move) -> api::Transfer {
    api::Transfer {
        debit_account_number: part.debit.printed(),
        credit_account_number: part.credit.printed(),
        amount_seconds: part.amount.seconds(),
        ..api::Transfer::default()
    }
}

pub fn transfer(transfer: &Transfer) -> api::Transfer {
    let owner = |owner: Option<crate::domain::OwnerNumber>| owner.map_or(0, |owner| owner.get());
    let people = &transfer.people;
    api::Transfer {
        debit_account_number: transfer.debit.printed(),
        credit_account_number: transfer.credit.printed(),
        amount_seconds: transfer.amount.seconds(),
        activity_number: people.activity.map_or(0, u32::from),
        given_by: owner(people.given_by),
        received_by: owner(people.received_by),
        paid_by: owner(people.paid_by),
        in_the_name_of: owner(people.in_the_name_of),
        is_correction: people.correction == Correction::Yes,
    }
}

fn reversed_part(part: &crate::domain::ReversedPart) -> api::ReversedPart {
    api::ReversedPart { transfer_index: u32::from(part.transfer), amount_seconds: part.amount.seconds() }
}

fn claim(claim: &Claim) -> api::Claim {
    let unit = match claim.unit {
        ClaimUnit::Times => api::ClaimUnit::Times,
        ClaimUnit::Seconds => api::ClaimUnit::Seconds,
    };
    api::Claim {
        key: claim.key.to_vec(),
        take: claim.take,
        max: claim.max,
        until: Some(timestamp(claim.until)),
        unit: unit.into(),
        is_kept: claim.fate == ClaimFate::Kept,
        word: i32::from(claim.word.number()).saturating_add(1),
    }
}

fn line(line: &Line) -> api::Line {
    api::Line {
        account_number: line.account.printed(),
        posted_seconds: line.posted,
        held_seconds: line.held,
        passed_floor: line.passed.includes(Passed::FLOOR),
        passed_ceiling: line.passed.includes(Passed::CEILING),
    }
}
