//! Requests that write become commands.

use super::asked::Asked;
use super::fields;
use super::not_done::NotDone;
use crate::api;
use crate::domain::claim::CLAIMS_TOLD_MAX;
use crate::domain::{
    Action, AtDeadline, BankNumber, Capture, Claim, ClaimFate, ClaimUnit, ClaimWord, Close, Correction, Ends,
    Hold, NewAccount, OpenBank, OpenClearing, OwnerNumber, People, Post, Rest, ReversalKind, Reverse,
    ReversedPart, Sequence, TRANSFERS_MAX, Transfer, Transfers,
};
use crate::seal::Text;

/// Names and labels have at most this many bytes.
const NAME_BYTES_MAX: usize = 512;

/// RegisterOwners.
pub fn register_owners(request: &api::RegisterOwnersRequest) -> Result<Asked, NotDone> {
    let count = u16::try_from(request.count).map_err(|_| NotDone::bad("count", "from 1 to 1,024"))?;
    let key = fields::request_key(&request.request_id)?;
    Ok(Asked::new(key, Action::RegisterOwners(count), request.validate_only))
}

/// OpenBank.
pub fn open_bank(request: api::OpenBankRequest) -> Result<Asked, NotDone> {
    if !(1..=NAME_BYTES_MAX).contains(&request.name.len()) {
        return Err(NotDone::bad("name", "1 to 512 bytes"));
    }
    let none_made = api::Limits { floor_seconds: Some(0), ..api::Limits::default() };
    let bank = OpenBank {
        owner: OwnerNumber::new(request.owner_number),
        time_zone: request.time_zone.into(),
        pot: fields::limits("pot_limits", request.pot_limits)?,
        issuance: fields::limits("issuance_limits", request.issuance_limits.or(Some(none_made)))?,
    };
    let key = fields::request_key(&request.request_id)?;
    let mut asked = Asked::new(key, Action::OpenBank(Box::new(bank)), request.validate_only);
    asked.about = vec![OwnerNumber::new(request.owner_number)];
    asked.text = Text { label: Some(request.name), ..Text::default() };
    Ok(asked)
}

/// OpenClearing.
pub fn open_clearing(request: &api::OpenClearingRequest) -> Result<Asked, NotDone> {
    let pair = OpenClearing {
        first: BankNumber::new(request.first_bank_number),
        second: BankNumber::new(request.second_bank_number),
        first_may_owe: fields::amount("first_may_owe_seconds", request.first_may_owe_seconds)?,
        second_may_owe: fields::amount("second_may_owe_seconds", request.second_may_owe_seconds)?,
    };
    let key = fields::request_key(&request.request_id)?;
    Ok(Asked::new(key, Action::OpenClearing(pair), request.validate_only))
}

/// OpenAccount.
pub fn open_account(request: api::OpenAccountRequest) -> Result<Asked, NotDone> {
    let account = request.account.ok_or_else(|| NotDone::bad("account", "given"))?;
    let key = fields::request_key(&request.request_id)?;
    let (accounts, labels) = new_accounts("account", vec![account])?;
    let asked = Asked::new(key, Action::OpenAccounts(accounts), request.validate_only);
    // The only one here; in a batch there may be many.
    let checked = asked.command.check();
    checked
        .map_err(|invalid| NotDone::bad(invalid.field.replacen("accounts", "account", 1), invalid.limit))?;
    Ok(Asked { labels, ..asked })
}

/// SetLimits.
pub fn set_limits(request: api::SetLimitsRequest) -> Result<Asked, NotDone> {
    let account = fields::account("account_number", request.account_number)?;
    if request.limits.is_none() {
        return Err(NotDone::bad("limits", "given"));
    }
    let limits = fields::limits("limits", request.limits)?;
    let key = fields::request_key(&request.request_id)?;
    Asked::new(key, Action::SetLimits(account, limits), request.validate_only).with_details(request.details)
}

/// CloseAccount.
pub fn close_account(request: api::CloseAccountRequest) -> Result<Asked, NotDone> {
    let close = Close {
        account: fields::account("account_number", request.account_number)?,
        remainder_to: fields::account("remainder_to_account_number", request.remainder_to_account_number)?,
    };
    let key = fields::request_key(&request.request_id)?;
    Asked::new(key, Action::Close(close), request.validate_only).with_details(request.details)
}

/// ReopenAccount.
pub fn reopen_account(request: api::ReopenAccountRequest) -> Result<Asked, NotDone> {
    let account = fields::account("account_number", request.account_number)?;
    let key = fields::request_key(&request.request_id)?;
    Asked::new(key, Action::Reopen(account), request.validate_only).with_details(request.details)
}

/// PostEntry.
pub fn post_entry(request: api::PostEntryRequest) -> Result<Asked, NotDone> {
    let post = Post {
        kind: fields::kind("kind", request.kind)?,
        transfers: transfers(&request.transfers)?,
        ends: ends(request.ends_hold_sequence, request.keeps_rest)?,
    };
    let key = fields::request_key(&request.request_id)?;
    let mut asked =
        Asked::new(key, Action::Post(post), request.validate_only).with_details(request.details)?;
    asked.command.claims = claims(&request.claims)?;
    Ok(asked)
}

fn ends(hold: u64, keeps_rest: bool) -> Result<Option<Ends>, NotDone> {
    if hold == 0 {
        let lone = || NotDone::bad("keeps_rest", "set only beside ends_hold_sequence");
        return if keeps_rest { Err(lone()) } else { Ok(None) };
    }
    let rest = if keeps_rest { Rest::Keep } else { Rest::Release };
    Ok(Some(Ends { hold: Sequence::new(hold), rest }))
}

/// PlaceHold.
pub fn place_hold(request: api::PlaceHoldRequest) -> Result<Asked, NotDone> {
    let deadline = fields::timestamp("deadline", request.deadline)?;
    let hold = Hold {
        kind: fields::kind("kind", request.kind)?,
        transfers: transfers(&request.transfers)?,
        deadline: deadline.ok_or_else(|| NotDone::bad("deadline", "given"))?,
        at_deadline: match api::AtDeadline::try_from(request.at_deadline) {
            Ok(api::AtDeadline::Release) => AtDeadline::Release,
            Ok(api::AtDeadline::Capture) => AtDeadline::Capture,
            Ok(api::AtDeadline::Unspecified) | Err(_) => {
                return Err(NotDone::bad("at_deadline", "RELEASE (1) or CAPTURE (2)"));
            }
        },
    };
    let key = fields::request_key(&request.request_id)?;
    let mut asked =
        Asked::new(key, Action::Hold(hold), request.validate_only).with_details(request.details)?;
    asked.command.claims = claims(&request.claims)?;
    Ok(asked)
}

/// CaptureHold.
pub fn capture_hold(request: api::CaptureHoldRequest) -> Result<Asked, NotDone> {
    let amount = request.amount_seconds.map(|seconds| fields::amount("amount_seconds", seconds));
    let capture = Capture {
        hold: fields::sequence("hold_sequence", request.hold_sequence)?,
        amount: amount.transpose()?,
        rest: if request.release_rest { Rest::Release } else { Rest::Keep },
    };
    let key = fields::request_key(&request.request_id)?;
    Asked::new(key, Action::Capture(capture), request.validate_only).with_details(request.details)
}

/// VoidHold.
pub fn void_hold(request: api::VoidHoldRequest) -> Result<Asked, NotDone> {
    let hold = fields::sequence("hold_sequence", request.hold_sequence)?;
    let key = fields::request_key(&request.request_id)?;
    Asked::new(key, Action::Void(hold), request.validate_only).with_details(request.details)
}

/// Parts of an entry to put right.
pub fn reversed_parts(parts: &[api::ReversedPart]) -> Result<Vec<ReversedPart>, NotDone> {
    let part = |(place, part): (usize, &api::ReversedPart)| {
        let transfer = u16::try_from(part.transfer_index).ok().filter(|of| usize::from(*of) < TRANSFERS_MAX);
        Ok(ReversedPart {
            transfer: transfer
                .ok_or_else(|| NotDone::bad(format!("parts[{place}].transfer_index"), "from 0 to 255"))?,
            amount: fields::amount(&format!("parts[{place}].amount_seconds"), part.amount_seconds)?,
        })
    };
    if parts.len() > TRANSFERS_MAX {
        return Err(NotDone::bad("parts", "at most 256"));
    }
    parts.iter().enumerate().map(part).collect()
}

/// ReverseEntry.
pub fn reverse_entry(request: api::ReverseEntryRequest) -> Result<Asked, NotDone> {
    let reverse = Reverse {
        original: fields::sequence("original_sequence", request.original_sequence)?,
        kind: if request.is_refund { ReversalKind::Refund } else { ReversalKind::Reversal },
        parts: reversed_parts(&request.parts)?,
    };
    let key = fields::request_key(&request.request_id)?;
    Asked::new(key, Action::Reverse(reverse), request.validate_only).with_details(request.details)
}

/// One entry of PostBatches.
pub fn batch_entry(entry: api::BatchEntry, validate_only: bool) -> Result<Asked, NotDone> {
    let key = fields::request_key_bytes(&entry.request_id)?;
    let (action, labels) = match entry.action {
        Some(api::batch_entry::Action::Post(post)) => {
            let kind = fields::kind("kind", post.kind)?;
            (Action::Post(Post { kind, transfers: transfers(&post.transfers)?, ends: None }), Vec::new())
        }
        Some(api::batch_entry::Action::OpenAccounts(opened)) => {
            let (accounts, labels) = new_accounts("accounts", opened.accounts)?;
            (Action::OpenAccounts(accounts), labels)
        }
        None => return Err(NotDone::bad("action", "post or open_accounts")),
    };
    let asked = Asked::new(key, action, validate_only).with_details(entry.details)?;
    Ok(Asked { labels, ..asked })
}

fn new_accounts(
    field: &str,
    accounts: Vec<api::NewAccount>,
) -> Result<(Vec<NewAccount>, Vec<String>), NotDone> {
    // Read no further than one too many: `Command::check` says how many there may be.
    let most = crate::domain::command::ACCOUNTS_PER_ENTRY_MAX.saturating_add(1);
    let mut read = (Vec::new(), Vec::new());
    for account in accounts.into_iter().take(most) {
        if account.label.len() > NAME_BYTES_MAX {
            return Err(NotDone::bad(format!("{field}.label"), "at most 512 bytes"));
        }
        read.0.push(NewAccount {
            bank: BankNumber::new(account.bank_number),
            kind: fields::account_kind(&format!("{field}.kind"), account.kind)?,
            owner: OwnerNumber::new(account.owner_number),
            limits: fields::limits(&format!("{field}.limits"), account.limits)?,
            label: Box::default(),
        });
        read.1.push(account.label);
    }
    Ok(read)
}

fn transfers(transfers: &[api::Transfer]) -> Result<Transfers, NotDone> {
    if transfers.len() > TRANSFERS_MAX {
        return Err(NotDone::bad("transfers", "from 1 to 256"));
    }
    transfers.iter().enumerate().map(|(place, transfer)| read_transfer(place, transfer)).collect()
}

/// One transfer, `place` of its entry.
pub fn read_transfer(place: usize, transfer: &api::Transfer) -> Result<Transfer, NotDone> {
    // The path of a field is made only for a field that cannot be meant: rows come by the million.
    let at = |not_done: NotDone| not_done.inside(&format!("transfers[{place}]"));
    let activity = u16::try_from(transfer.activity_number)
        .map_err(|_| at(NotDone::bad("activity_number", "from 1 to 65535, or 0 for none")))?;
    Ok(Transfer {
        debit: fields::account("debit_account_number", transfer.debit_account_number).map_err(at)?,
        credit: fields::account("credit_account_number", transfer.credit_account_number).map_err(at)?,
        amount: fields::amount("amount_seconds", transfer.amount_seconds).map_err(at)?,
        people: People {
            activity: (activity != 0).then_some(activity),
            given_by: fields::person(transfer.given_by),
            received_by: fields::person(transfer.received_by),
            paid_by: fields::person(transfer.paid_by),
            in_the_name_of: fields::person(transfer.in_the_name_of),
            correction: if transfer.is_correction { Correction::Yes } else { Correction::No },
        },
    })
}

fn claims(claims: &[api::Claim]) -> Result<Vec<Claim>, NotDone> {
    if claims.len() > CLAIMS_TOLD_MAX {
        return Err(NotDone::bad("claims", "at most 8"));
    }
    claims.iter().enumerate().map(|(place, claim)| read_claim(place, claim)).collect()
}

fn read_claim(place: usize, claim: &api::Claim) -> Result<Claim, NotDone> {
    let field = |name: &str| format!("claims[{place}].{name}");
    let until = fields::timestamp(&field("until"), claim.until)?;
    Ok(Claim {
        key: claim.key.as_slice().try_into().map_err(|_| NotDone::bad(field("key"), "16 bytes"))?,
        take: claim.take,
        max: claim.max,
        until: until.ok_or_else(|| NotDone::bad(field("until"), "given"))?,
        unit: match api::ClaimUnit::try_from(claim.unit) {
            Ok(api::ClaimUnit::Times) => ClaimUnit::Times,
            Ok(api::ClaimUnit::Seconds) => ClaimUnit::Seconds,
            Ok(api::ClaimUnit::Unspecified) | Err(_) => {
                return Err(NotDone::bad(field("unit"), "TIMES (1) or SECONDS (2)"));
            }
        },
        fate: if claim.is_kept { ClaimFate::Kept } else { ClaimFate::GivenBack },
        word: u8::try_from(claim.word)
            .ok()
            .and_then(|number| ClaimWord::from_number(number.checked_sub(1)?))
            .ok_or_else(|| NotDone::bad(field("word"), "one of the words there are, from 1 to 8"))?,
    })
}
