//! Help whose hours moved other accounts than those of whoever gave or received it: it stands in no line of theirs.
//!
//! - By `given_by` and `received_by`, as a record of help counts it; what is put right is below zero.
//! - One entry at a time, and nothing is kept: which entries are looked at, and what is added up, is for others to say.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::help::{Books, given, help_in, received, sign_of};
use crate::domain::{AccountNumber, Action, Entry, OwnerNumber, Sequence, Transfer};

/// So often may help be put right, and that be put right in turn, and still be found; nobody does it three times.
const PUT_RIGHT_MAX: usize = 16;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// They helped.
    Gave,
    /// They were helped.
    Received,
}

/// Help of one transfer, as one of its two people has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Who.
    pub who: OwnerNumber,
    /// What they did.
    pub deed: Deed,
    /// Whose hours moved instead of theirs: what got them, or paid.
    pub account: AccountNumber,
    /// What it was, by its number in the bank's list.
    pub activity: Option<u16>,
    /// How much, seconds; below zero where it is put right.
    pub seconds: i64,
    /// The entry that was the help: this one, or the one that it puts right.
    pub occasion: Sequence,
}

/// What an entry says of such help; of `only` one person, if somebody is named.
///
/// # Errors
/// As of [`Books::entry`].
pub fn elsewhere<B: Books>(
    entry: &Entry,
    only: Option<OwnerNumber>,
    books: &B,
) -> Result<Vec<Elsewhere>, B::Error> {
    let (mut told, mut sign) = (Cow::Borrowed(entry), 1_i64);
    for _ in 0..PUT_RIGHT_MAX {
        let original =
            if let Action::Reverse(reverse) = &told.command.action { reverse.original } else { break };
        let Some(original) = books.entry(original)? else { return Ok(Vec::new()) };
        (told, sign) = (Cow::Owned(original), sign.saturating_neg());
    }
    let mut hold = None;
    let Some(transfers) = help_in(&told, &mut hold, books)? else { return Ok(Vec::new()) };
    let owner = |account| books.owner(account);
    let mut found = Vec::new();
    for (deed, who) in named(transfers).into_iter().filter(|(_, who)| only.is_none_or(|only| only == *who)) {
        let (places, account): (_, fn(&Transfer) -> AccountNumber) = match deed {
            Deed::Gave => (given(transfers, who, owner), |transfer| transfer.credit),
            Deed::Received => (received(transfers, who, owner), |transfer| transfer.debit),
        };
        for moved in entry.moves().filter(|moved| places.contains(&moved.of)) {
            let Some(transfer) = transfers.get(usize::from(moved.of)) else { continue };
            let account = account(transfer);
            if owner(account) != Some(who) {
                let seconds = moved.amount.seconds().saturating_mul(sign).saturating_mul(sign_of(transfer));
                let (activity, occasion) = (transfer.people.activity, told.sequence);
                found.push(Elsewhere { who, deed, account, activity, seconds, occasion });
            }
        }
    }
    Ok(found)
}

/// Who is named beside the accounts, and for what.
fn named(transfers: &[Transfer]) -> BTreeSet<(Deed, OwnerNumber)> {
    let of = |transfer: &Transfer| {
        let people = &transfer.people;
        [people.given_by.map(|who| (Deed::Gave, who)), people.received_by.map(|who| (Deed::Received, who))]
    };
    transfers.iter().flat_map(of).flatten().collect()
}
