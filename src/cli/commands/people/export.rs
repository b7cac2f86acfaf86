//! `export`: everything that is held about a member, an organisation, a partner or somebody who works for a bank, into a file for programs and two for people.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::show::{consent_json, contact_json};
use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::new_file::NewFile;

use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::figures::{day, kind_name, short, standing_name, time};
use crate::cli::lookup;
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::whom::{Whom, whom};
use crate::letters;
use crate::words::export as words;

/// What stands beside the file, for people.
const BESIDE: [&str; 2] = ["txt", "html"];

/// Whose.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook member export 'ann ash' --out ann.json
  hourbook staff export 'person 7' --out imelda.json

Beside ann.json stand ann.txt and ann.html, which say the same to people. Nobody else is named in them, as far as names can be
told from other words in memos and reasons: read these before you hand the files on.")]
pub struct Flags {
    /// Who: an account number, a part of a name, or 'person 7'
    #[arg(value_name = "WHO", value_parser = whom)]
    who: Whom,
    #[command(flatten)]
    at: BankFlag,
    /// Where to write it, with .txt and .html of the same name; what is there already is never written over, and nobody but you
    /// can read them
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, flags: Flags, kind: api::PersonKind) -> Result<(), Failure> {
    let owner_number = lookup::person(session, &flags.who, flags.at.bank, Some(kind)).await?.owner_number;
    let files = open(&flags.out)?;
    let whole = match whole(session, owner_number).await {
        Ok(whole) => whole,
        Err(failure) => {
            files.into_iter().for_each(NewFile::leave);
            return Err(failure);
        }
    };
    let paper = letters::held(&whole);
    let texts = [format!("{:#}\n", told(&whole)), letters::text(&paper), letters::page(&paper)];
    let mut paths = Vec::with_capacity(texts.len());
    for (mut file, text) in files.into_iter().zip(texts) {
        let written = file.file().write_all(text.as_bytes());
        paths.push(file.done(written)?);
    }
    let [json, text, page] = paths.as_slice() else { return Ok(()) };
    let (accounts, lines) = (whole.accounts.len(), whole.lines.len());
    for sentence in words::written([json, text, page], accounts, lines, whole.matters.len()) {
        session.screen.say(&sentence)?;
    }
    if whole.accounts_elsewhere_count > 0 {
        session.screen.say(&words::elsewhere(whole.accounts_elsewhere_count))?;
    }
    Ok(())
}

/// The three files, all or none.
fn open(out: &Path) -> Result<Vec<NewFile>, Failure> {
    let beside = BESIDE.map(|ending| out.with_extension(ending));
    if beside.iter().any(|path| path == out) {
        let said = "--out: a file for programs, like ann.json; those that end with .txt and .html are written beside it";
        return Err(Failure::Usage(said.to_owned()));
    }
    let mut files = Vec::with_capacity(1 + BESIDE.len());
    for path in std::iter::once(out.to_owned()).chain(beside) {
        match NewFile::open(path, 0o600) {
            Ok(file) => files.push(file),
            Err(failure) => {
                files.into_iter().for_each(NewFile::leave);
                return Err(failure);
            }
        }
    }
    Ok(files)
}

/// All pages in one.
async fn whole(
    session: &mut Session<'_, '_>,
    owner_number: u32,
) -> Result<api::ExportMemberResponse, Failure> {
    let ask = |page_token| api::ExportMemberRequest { owner_number, page_size: PAGE_SIZE, page_token };
    let mut directory = session.client.directory.clone();
    let mut whole = directory.export_member(call(ask(String::new()))).await?.into_inner();
    while !whole.next_page_token.is_empty() {
        let page = directory.export_member(call(ask(whole.next_page_token))).await?.into_inner();
        whole.next_page_token = page.next_page_token;
        whole.lines.extend(page.lines);
        whole.help.extend(page.help);
        whole.former_profiles.extend(page.former_profiles);
    }
    Ok(whole)
}

fn told(whole: &api::ExportMemberResponse) -> Value {
    let person = whole.person.clone().unwrap_or_default();
    let profile = person.profile.clone().unwrap_or_default();
    let speaks = |one: &api::Representative| {
        json!({
            "who": "somebody",
            "speaks": short(one.speaks().as_str_name(), "SPEAKS_"),
            "monthly_limit_seconds": one.monthly_limit_seconds,
            "last_day": day(one.last_day),
        })
    };
    json!({
        "sequence": whole.sequence,
        "person": both(profile_json(&profile), json!({
            "owner_number": person.owner_number,
            "kind": short(person.kind().as_str_name(), "PERSON_KIND_"),
            "bank_number": person.bank_number,
            "paid_by_account_number": person.paid_by_account_number,
            "hours_to_account_number": person.hours_to_account_number,
            "rest_to_account_number": person.rest_to_account_number,
            "rest_goes_to_somebody": whole.rest_goes_to_somebody,
            "paused_until": time(person.paused_until),
            "is_to_be_forgotten": person.is_to_be_forgotten,
            "erased_at": time(person.erased_at),
            "representatives": person.representatives.iter().map(speaks).collect::<Vec<_>>(),
            "speaks_for_count": whole.speaks_for_count,
        })),
        "accounts": whole.accounts.iter().map(account).collect::<Vec<_>>(),
        "accounts_elsewhere_count": whole.accounts_elsewhere_count,
        "cards": person.cards.iter().map(|card| json!({
            "account_number": card.account_number,
            "issued_at": time(card.issued_at),
            "blocked_at": time(card.blocked_at),
            "has_pin": card.has_pin,
            "is_locked": card.is_locked,
        })).collect::<Vec<_>>(),
        "codes": whole.codes.iter().map(|code| json!({
            "account_number": code.account_number,
            "ends_at": time(code.ends_at),
            "is_voucher": code.is_voucher,
            "partner_owner_number": code.partner_owner_number,
            "offer_number": code.offer_number,
        })).collect::<Vec<_>>(),
        "keys": whole.keys.iter().map(key).collect::<Vec<_>>(),
        "matters": whole.matters.iter().map(|one| json!({
            "number": one.number,
            "recorded_at": time(one.recorded_at),
            "kind": kind_name(one.kind),
            "sentence": one.sentence,
            "account_number": one.account_number,
            "left_seconds": one.left_seconds,
            "deadline": time(one.deadline),
        })).collect::<Vec<_>>(),
        "linked_sign_ins_count": whole.linked_sign_ins_count,
        "groups": whole.groups.iter().map(|group| json!({
            "bank_number": group.bank_number,
            "group_number": group.group_number,
            "name": group.name,
            "gives_seconds": group.gives_seconds,
        })).collect::<Vec<_>>(),
        "refusals": whole.refusals.iter().map(refusal).collect::<Vec<_>>(),
        "former_profiles": whole.former_profiles.iter().map(|former| json!({
            "sequence": former.sequence,
            "said_at": time(former.said_at),
            "profile": profile_json(&former.profile.clone().unwrap_or_default()),
        })).collect::<Vec<_>>(),
        "lines": whole.lines.iter().map(line).collect::<Vec<_>>(),
        "help": whole.help.iter().map(help).collect::<Vec<_>>(),
    })
}

/// What stands in one object and in the other.
fn both(mut one: Value, other: Value) -> Value {
    if let (Value::Object(one), Value::Object(other)) = (&mut one, other) {
        one.extend(other);
    }
    one
}

fn refusal(refusal: &api::ExportedRefusal) -> Value {
    json!({
        "account_number": refusal.account_number,
        "refused_at": time(refusal.refused_at),
        "partner_owner_number": refusal.partner_owner_number,
        "till_number": refusal.till_number,
        "offer_number": refusal.offer_number,
        "people": refusal.people,
        "reason": refusal.reason,
        "sentence": refusal.sentence,
    })
}

fn help(help: &api::ExportedHelp) -> Value {
    json!({
        "sequence": help.sequence,
        "recorded_at": time(help.recorded_at),
        "day": day(help.day),
        "bank_number": help.bank_number,
        "is_given": help.is_given,
        "seconds": help.seconds,
        "activity_number": help.activity_number,
        "sentence": help.sentence,
        "memo": help.memo,
        "reason": help.reason,
    })
}

fn profile_json(profile: &api::Profile) -> Value {
    json!({
        "name": profile.name,
        "known_as": profile.known_as,
        "contacts": profile.contacts.iter().map(contact_json).collect::<Vec<_>>(),
        "language": profile.language,
        "large_print": profile.large_print,
        "under_18": short(profile.under_18().as_str_name(), "UNDER18_"),
        "consents": profile.consents.iter().map(consent_json).collect::<Vec<_>>(),
    })
}

fn account(account: &api::ExportedAccount) -> Value {
    let limits = account.limits.unwrap_or_default();
    json!({
        "account_number": account.account_number,
        "bank_number": account.bank_number,
        "bank_name": account.bank_name,
        "label": account.label,
        "standing": standing_name(account.standing),
        "posted_seconds": account.posted_seconds,
        "held_seconds": account.held_seconds,
        "floor_seconds": limits.floor_seconds,
        "ceiling_seconds": limits.ceiling_seconds,
        "ceiling_is_hard": limits.ceiling_is_hard,
        "warn_below_seconds": limits.warn_below_seconds,
        "warn_above_seconds": limits.warn_above_seconds,
    })
}

fn key(key: &api::ExportedKey) -> Value {
    json!({
        "credential_number": key.credential_number,
        "role": key.role,
        "name": key.name,
        "made_at": time(key.made_at),
        "expires_at": time(key.expires_at),
        "rotated_at": time(key.rotated_at),
        "revoked_at": time(key.revoked_at),
        "last_used_at": time(key.last_used_at),
        "is_live": key.is_live,
    })
}

fn line(exported: &api::ExportedLine) -> Value {
    let line = exported.line.clone().unwrap_or_default();
    json!({
        "account_number": exported.account_number,
        "line_number": line.line_number,
        "sequence": line.sequence,
        "recorded_at": time(line.recorded_at),
        "day": day(line.day),
        "kind": kind_name(line.kind),
        "change_seconds": line.change_seconds,
        "posted_seconds": line.posted_seconds,
        "held_seconds": line.held_seconds,
        "other_account_numbers": line.other_account_numbers,
        "others_count": line.others_count,
        "activity_number": line.activity_number,
        "memo": line.memo,
        "reason": line.reason,
        "text_is_gone": line.text_is_gone,
        "sentence": line.sentence,
    })
}
