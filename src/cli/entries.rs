//! Entries and receipts, as sentences and as JSON.
//!
//! Owns how an entry is told: one wording for the answer to a write, for `entry` and for `watch`.

use std::io;

use serde_json::{Map, Value, json};

use super::failure::Failure;
use super::figures;
use super::screen::{Cell, Column, Format, Screen};
use super::session::Session;
use crate::api;
use crate::api::entry::Action;
use crate::domain::{RequestId, Topic};
use crate::words;

/// Lines told after a write; an entry of 256 transfers would fill the screen.
const LINES_TOLD_MAX: usize = 10;

/// What a note is, before the number of the bank or of the person it is about.
const NOTES: [(Topic, &str); 16] = [
    (Topic::ERASURE, "forgotten: person"),
    (Topic::PERSON, "what is known of person"),
    (Topic::STANDING, "standing choice of person"),
    (Topic::REPRESENTATIVE, "who speaks for person"),
    (Topic::PAUSE, "pause of person"),
    (Topic::VENUE, "venues and tills of person"),
    (Topic::OFFER, "offers of person"),
    (Topic::BUDGET, "hours a month of person"),
    (Topic::CARD, "card of person"),
    (Topic::STAFF, "who stands at the tills of person"),
    (Topic::SETTLEMENT, "settlements of person"),
    (Topic::HOOK, "hooks of person"),
    (Topic::ACTIVITIES, "activities listed in bank"),
    (Topic::POLICY, "policy set in bank"),
    (Topic::STANDING_GROUP, "standing groups of bank"),
    (Topic::PERIOD_LOCK, "month closed in bank"),
];

fn is_on(note: &api::NoteKept, topic: Topic) -> bool {
    note.topic == u32::from(topic.get())
}

/// The hours an entry moves or sets aside.
fn transfers(entry: &api::Entry) -> &[api::Transfer] {
    match &entry.action {
        Some(Action::Held(held)) => &held.transfers,
        _ => &entry.moves,
    }
}

/// An entry for programs: the fields of the API, absent ones as null.
#[must_use]
pub fn entry_json(entry: &api::Entry) -> Value {
    let details = entry.details.clone().unwrap_or_default();
    let lines: Vec<_> = entry
        .lines
        .iter()
        .map(|line| {
            json!({
                "account_number": line.account_number,
                "posted_seconds": line.posted_seconds,
                "held_seconds": line.held_seconds,
                "passed_floor": line.passed_floor,
                "passed_ceiling": line.passed_ceiling,
            })
        })
        .collect();
    let told = json!({
        "sequence": entry.sequence,
        "recorded_at": figures::time(entry.recorded_at),
        "form": figures::form_name(entry.form),
        "kind": (entry.kind != 0).then(|| figures::kind_name(entry.kind)),
        "actor": entry.actor,
        "request_id": (!entry.request_id.is_empty()).then_some(&entry.request_id),
        "occurred_on": figures::day(details.occurred_on),
        "memo": (!details.memo.is_empty()).then_some(&details.memo),
        "reason": (!details.reason.is_empty()).then_some(&details.reason),
        "typed": (!details.typed.is_empty()).then_some(&details.typed),
        "text_is_gone": entry.text_is_gone,
        "second_person": details.second_person,
        "allowed_by": details.allowed_by,
        "present_count": details.present_count,
        "transfers": transfers(entry).iter().map(transfer_json).collect::<Vec<_>>(),
        "lines": lines,
        "action": entry.action.as_ref().map(action_json),
    });
    let Value::Object(mut told) = told else { return told };
    if !entry.claimed_line_sequences.is_empty() {
        told.insert("claimed_line_sequences".to_owned(), entry.claimed_line_sequences.clone().into());
    }
    Value::Object(told)
}

/// One transfer for programs.
#[must_use]
pub fn transfer_json(transfer: &api::Transfer) -> Value {
    json!({
        "debit_account_number": transfer.debit_account_number,
        "credit_account_number": transfer.credit_account_number,
        "amount_seconds": transfer.amount_seconds,
        "activity_number": transfer.activity_number,
        "given_by": transfer.given_by,
        "received_by": transfer.received_by,
        "paid_by": transfer.paid_by,
        "in_the_name_of": transfer.in_the_name_of,
        "is_correction": transfer.is_correction,
    })
}

fn action_json(action: &Action) -> Value {
    match action {
        Action::Posted(posted) => json!({
            "ended_hold_sequence": posted.ended_hold_sequence,
            "keeps_rest": posted.keeps_rest,
        }),
        Action::Held(held) => json!({
            "deadline": figures::time(held.deadline),
            "at_deadline": if held.at_deadline() == api::AtDeadline::Capture { "capture" } else { "release" },
        }),
        Action::Captured(captured) => json!({
            "hold_sequence": captured.hold_sequence,
            "amount_seconds": captured.amount_seconds,
            "release_rest": captured.release_rest,
        }),
        Action::Voided(voided) => json!({ "hold_sequence": voided.hold_sequence }),
        Action::Expired(expired) => json!({ "hold_sequence": expired.hold_sequence }),
        Action::Reversed(reversed) => json!({
            "original_sequence": reversed.original_sequence,
            "parts": reversed.parts.iter().map(|part| json!({
                "transfer_index": part.transfer_index,
                "amount_seconds": part.amount_seconds,
            })).collect::<Vec<_>>(),
        }),
        Action::OwnersRegistered(owners) => {
            json!({ "first_owner_number": owners.first_owner_number, "count": owners.count })
        }
        Action::BankOpened(bank) => json!({
            "bank_number": bank.bank_number,
            "pot_account_number": bank.pot_account_number,
            "issuance_account_number": bank.issuance_account_number,
            "owner_number": bank.owner_number,
            "time_zone": bank.time_zone,
        }),
        Action::ClearingOpened(clearing) => json!({
            "first_bank_number": clearing.first_bank_number,
            "second_bank_number": clearing.second_bank_number,
        }),
        Action::AccountsOpened(accounts) => json!({ "account_numbers": accounts.account_numbers }),
        Action::LimitsSet(limits) => json!({ "account_number": limits.account_number }),
        Action::AccountClosed(closed) => json!({
            "account_number": closed.account_number,
            "remainder_to_account_number": closed.remainder_to_account_number,
        }),
        Action::AccountReopened(reopened) => json!({ "account_number": reopened.account_number }),
        Action::NoteKept(note) => json!({ "topic": note.topic, "subject": note.subject }),
    }
}

/// What an entry does besides moving hours, in a few words; empty where moving them says it all.
fn action_words(entry: &api::Entry) -> String {
    match &entry.action {
        None | Some(Action::Posted(_)) => figures::kind_words(entry.kind).to_owned(),
        Some(Action::Held(held)) => {
            let then = if held.at_deadline() == api::AtDeadline::Capture { ", then taken" } else { "" };
            format!("set aside until {}{then}", figures::whole_time(held.deadline).unwrap_or_default())
        }
        Some(Action::Captured(captured)) => {
            let rest = if captured.release_rest { ", the rest let go" } else { "" };
            format!("taken of hold {}{rest}", captured.hold_sequence)
        }
        Some(Action::Voided(voided)) => format!("hold {} let go", voided.hold_sequence),
        Some(Action::Expired(expired)) => format!("hold {} ended by its time", expired.hold_sequence),
        Some(Action::Reversed(reversed)) => {
            let word = figures::kind_words(entry.kind);
            format!("{word}: entry {}", reversed.original_sequence)
        }
        Some(Action::OwnersRegistered(owners)) if owners.first_owner_number == 0 => {
            "owner numbers handed out".to_owned()
        }
        Some(Action::OwnersRegistered(owners)) => {
            format!("owner numbers handed out: {} from {}", owners.count, owners.first_owner_number)
        }
        Some(Action::BankOpened(bank)) => format!("bank {} opened", bank.bank_number),
        Some(Action::ClearingOpened(pair)) => {
            format!(
                "accounts between banks {} and {} opened",
                pair.first_bank_number, pair.second_bank_number
            )
        }
        Some(Action::AccountsOpened(accounts)) => {
            let numbers: Vec<_> = accounts.account_numbers.iter().map(u32::to_string).collect();
            format!("opened: {}", if numbers.is_empty() { "accounts".to_owned() } else { numbers.join(", ") })
        }
        Some(Action::LimitsSet(limits)) => format!("limits of {} set", limits.account_number),
        Some(Action::AccountClosed(closed)) => format!("account {} closed", closed.account_number),
        Some(Action::AccountReopened(reopened)) => {
            format!("account {} opened again", reopened.account_number)
        }
        Some(Action::NoteKept(note)) if is_on(note, Topic::CREDENTIAL) => {
            if note.subject == 0 {
                "about the network itself".to_owned()
            } else {
                format!("about key {}", note.subject)
            }
        }
        Some(Action::NoteKept(note)) if is_on(note, Topic::WAITING) => {
            "about what waits for a second person".to_owned()
        }
        Some(Action::NoteKept(note)) if is_on(note, Topic::PROPOSAL) => {
            format!("dispute about proposal {} settled, no hours", note.subject)
        }
        Some(Action::NoteKept(note)) => match NOTES.iter().find(|(topic, _)| is_on(note, *topic)) {
            Some((_, what)) => format!("{what} {}", note.subject),
            None => format!("note on topic {}", note.topic),
        },
    }
}

/// Transfers in a few words: who to whom and how much of one, how many and how much of several.
#[must_use]
pub fn transfers_words(transfers: &[api::Transfer]) -> Option<String> {
    match transfers {
        [] => None,
        [transfer] => Some(format!(
            "{} from {} to {}",
            words::hours(transfer.amount_seconds),
            account_words(transfer.debit_account_number),
            account_words(transfer.credit_account_number)
        )),
        all => {
            let sum = all.iter().try_fold(0i64, |sum, transfer| sum.checked_add(transfer.amount_seconds));
            Some(format!("{} transfers, {}", all.len(), words::hours(sum.unwrap_or(i64::MAX))))
        }
    }
}

/// The number of an account; partners read 0 for any but their own.
fn account_words(number: u32) -> String {
    if number == 0 { "somebody".to_owned() } else { number.to_string() }
}

/// The entries that were claimed back: the first of them, and how many more.
fn claimed_words(lines: &[u64]) -> Option<String> {
    let named: Vec<_> = lines.iter().take(LINES_TOLD_MAX).map(u64::to_string).collect();
    let more = lines.len().saturating_sub(named.len());
    match (named.as_slice(), more) {
        ([], _) => None,
        ([one], 0) => Some(format!("for entry {one}")),
        (named, 0) => Some(format!("for entries {}", named.join(", "))),
        (named, more) => Some(format!("for entries {} and {more} more", named.join(", "))),
    }
}

/// An entry on one line: what, who to whom, how much.
#[must_use]
pub fn entry_line(entry: &api::Entry) -> String {
    let mut parts = vec![action_words(entry)];
    parts.extend(transfers_words(transfers(entry)));
    parts.extend(claimed_words(&entry.claimed_line_sequences));
    let details = entry.details.as_ref();
    parts
        .extend(details.and_then(|details| figures::day(details.occurred_on)).map(|day| format!("on {day}")));
    parts.extend(details.map(|details| details.memo.clone()).filter(|memo| !memo.is_empty()));
    if entry.text_is_gone {
        parts.push("the text cannot be read any more".to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// What a write is told with.
#[derive(Debug)]
pub struct Written {
    /// As the server answered.
    pub receipt: api::Receipt,
    /// The id it was asked under, on this command line.
    pub request_id: RequestId,
    /// Whether nothing was to be written.
    pub validate_only: bool,
    /// What else the answer is: for people a line each.
    pub extra: Vec<(Column, Cell)>,
}

/// Tells what became of a write.
///
/// # Errors
/// Of writing.
pub async fn tell(session: &mut Session<'_, '_>, written: Written) -> Result<(), Failure> {
    let entry = written.receipt.entry.clone().unwrap_or_default();
    match session.screen.format {
        Format::Table => tell_people(session, &written, &entry).await?,
        Format::Json => {
            let mut object = Map::new();
            object.insert("sequence".to_owned(), entry.sequence.into());
            object.insert("repeated".to_owned(), written.receipt.repeated.into());
            object.insert("validate_only".to_owned(), written.validate_only.into());
            object.insert("request_id".to_owned(), written.request_id.to_string().into());
            object.extend(
                written.extra.iter().map(|(column, cell)| (column.name.to_owned(), cell.for_programs())),
            );
            object.insert("entry".to_owned(), entry_json(&entry));
            session.screen.json(&Value::Object(object), true)?;
        }
        Format::Csv => {
            let mut cells = vec![
                (Column::figures("sequence", "", 0), Cell::number_or_nothing(entry.sequence)),
                (
                    Column::words("recorded_at", "", 0),
                    Cell::text_or_nothing(figures::time(entry.recorded_at).unwrap_or_default()),
                ),
                (Column::words("repeated", "", 0), Cell::Flag(written.receipt.repeated)),
                (Column::words("validate_only", "", 0), Cell::Flag(written.validate_only)),
                (Column::words("request_id", "", 0), Cell::Text(written.request_id.to_string())),
            ];
            cells.extend(written.extra);
            session.screen.record(&cells)?;
        }
    }
    Ok(())
}

/// What else an answer is, a line each.
///
/// # Errors
/// Of writing.
pub fn say_extra(screen: &mut Screen<'_>, extra: &[(Column, Cell)]) -> io::Result<()> {
    for (column, cell) in
        extra.iter().filter(|(column, cell)| !column.title.is_empty() && *cell != Cell::Nothing)
    {
        screen.say(&format!("{}: {}", column.title, cell.for_people()))?;
    }
    Ok(())
}

async fn tell_people(
    session: &mut Session<'_, '_>,
    written: &Written,
    entry: &api::Entry,
) -> Result<(), Failure> {
    let repeated = written.receipt.repeated;
    let first = if repeated {
        let at = figures::time(entry.recorded_at).unwrap_or_default();
        format!("This was written down before as entry {} ({at}); nothing was done again.", entry.sequence)
    } else if written.validate_only {
        "This would be written down. Nothing was.".to_owned()
    } else {
        format!("Written down as entry {}: {}", entry.sequence, entry_line(entry))
    };
    session.screen.say(&first)?;
    say_extra(session.screen, &written.extra)?;
    if written.validate_only {
        return Ok(());
    }
    for line in entry.lines.iter().take(LINES_TOLD_MAX) {
        let name = session.names.of(line.account_number).await;
        say_line(session, &name, line, repeated)?;
    }
    if entry.lines.len() > LINES_TOLD_MAX {
        session.screen.say(&format!("… and {} accounts more.", entry.lines.len() - LINES_TOLD_MAX))?;
    }
    Ok(())
}

fn say_line(session: &mut Session<'_, '_>, name: &str, line: &api::Line, is_past: bool) -> io::Result<()> {
    let mut said = words::figures::standing(name, line.posted_seconds);
    if line.held_seconds > 0 {
        said.push_str(&format!(
            ", and {} {} set aside",
            words::hours(line.held_seconds),
            words::figures::are(line.held_seconds)
        ));
    }
    if line.passed_floor {
        said.push_str(", now further below zero than their limit");
    }
    if line.passed_ceiling {
        said.push_str(", now above their limit");
    }
    // A pot has no name of its own to begin with.
    let said = if is_past { format!("Then: {said}") } else { said.replacen("the pot (", "The pot (", 1) };
    session.screen.say(&format!("{said}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post() -> api::Entry {
        let transfer = api::Transfer {
            debit_account_number: 10_035,
            credit_account_number: 10_043,
            amount_seconds: 5_400,
            ..api::Transfer::default()
        };
        api::Entry {
            sequence: 12,
            form: api::Form::Post.into(),
            kind: api::Kind::Exchange.into(),
            details: Some(api::EntryDetails { memo: "hedge".into(), ..api::EntryDetails::default() }),
            moves: vec![transfer],
            action: Some(Action::Posted(api::Posted::default())),
            ..api::Entry::default()
        }
    }

    /// Goal: a line says what, who to whom, how much. Method: a post, a hold, an unreadable memo.
    #[test]
    fn an_entry_is_told_on_one_line() {
        let entry = post();
        assert_eq!(entry_line(&entry), "help given · 1 hour 30 minutes from 10035 to 10043 · hedge");
        let held = api::Held {
            transfers: entry.moves.clone(),
            deadline: Some(prost_types::Timestamp { seconds: 0, nanos: 0 }),
            at_deadline: api::AtDeadline::Capture.into(),
        };
        let hold = api::Entry { action: Some(Action::Held(held)), moves: Vec::new(), ..entry.clone() };
        assert!(
            entry_line(&hold)
                .starts_with("set aside until 1970-01-01T00:00:00Z, then taken · 1 hour 30 minutes from")
        );
        let gone = api::Entry { text_is_gone: true, details: None, ..entry };
        assert!(entry_line(&gone).ends_with("the text cannot be read any more"));
    }

    /// Goal: notes about banks say what they are. Method: each topic of a bank, a key, and a topic of a newer server.
    #[test]
    fn notes_are_told() {
        for (topic, subject, told) in [
            (Topic::ACTIVITIES.get(), 1, "activities listed in bank 1"),
            (Topic::POLICY.get(), 2, "policy set in bank 2"),
            (Topic::PERIOD_LOCK.get(), 3, "month closed in bank 3"),
            (Topic::CARD.get(), 7, "card of person 7"),
            (Topic::HOOK.get(), 7, "hooks of person 7"),
            (Topic::CREDENTIAL.get(), 4, "about key 4"),
            (Topic::CREDENTIAL.get(), 0, "about the network itself"),
            (999, 5, "note on topic 999"),
        ] {
            let kept = api::NoteKept { topic: topic.into(), subject };
            let entry = api::Entry { action: Some(Action::NoteKept(kept)), ..api::Entry::default() };
            assert_eq!(entry_line(&entry), told);
        }
    }

    /// Goal: programs find units in names and null for what is not there. Method: a post as JSON.
    #[test]
    fn an_entry_is_json_with_units() {
        let json = entry_json(&post());
        assert_eq!(json["transfers"][0]["amount_seconds"], 5_400);
        assert_eq!((&json["kind"], &json["form"]), (&"exchange".into(), &"post".into()));
        assert!(json["recorded_at"].is_null() && json["request_id"].is_null());
    }
}
