//! What is held about somebody besides their accounts and lines: help that moved the hours of others, what was known of them
//! before, sessions they come to, and what tills did not take.
//!
//! The first two are found in one look through all entries, a bounded number of them a page: nothing else in the books says
//! where they are.

use std::collections::BTreeMap;

use super::messages;
use crate::access::Allowed;
use crate::api::*;
use crate::directory::Known;
use crate::directory::names::profile_in;
use crate::directory::people::person::ProfileError;
use crate::directory::people::{Person as Somebody, Sealed};
use crate::domain::{AccountKind, AccountNumber, BankNumber, Day, Entry, OwnerNumber, Sequence};
use crate::ledger::recovery;
use crate::letters::{Deed, elsewhere};
use crate::past::day_of;
use crate::seal::OpenError;
use crate::service::answers;
use crate::service::installation::{Installation, unreadable};
use crate::service::letters::OfBank;
use crate::service::not_done::NotDone;
use crate::service::pages::Page;
use crate::service::statement::Others;
use crate::words::export;

/// Entries looked through for a page, some tenths of a second.
const LOOKED_AT_MAX: u64 = 200_000;
/// Entries looked through before it is seen whether the page is full.
const LOOK: u64 = 1_000;
/// Groups that are told.
const GROUPS_MAX: usize = 1_000;
/// In a token, the place behind all accounts: the look through the entries.
pub const BEHIND_ALL_LINES: u64 = u32::MAX as u64;

/// Help of one entry that moved the hours of others, added up.
type Help = BTreeMap<(BankNumber, Deed, Moved), (i64, Option<u16>)>;

/// Whose hours moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Moved {
    APots,
    Others,
}

/// An entry that says something.
struct Found {
    entry: Entry,
    help: Help,
    profile: Option<Sealed>,
}

impl Found {
    fn rows(&self) -> usize {
        self.help.len().saturating_add(usize::from(self.profile.is_some()))
    }
}

impl Installation {
    /// Sessions that come again and to which they usually come, as far as the caller sees their accounts.
    pub(super) fn groups_of(
        &self,
        known: &Known,
        (banks, accounts): (&[BankNumber], &[AccountNumber]),
        others: &Others,
    ) -> Result<Vec<ExportedGroup>, NotDone> {
        let mut told = Vec::new();
        for bank in banks {
            for (number, kept) in known.groups.after(*bank, 0) {
                let gives = kept.group.givers.iter().find(|(giver, _)| accounts.contains(giver));
                let takes_part = kept.group.participants.iter().any(|one| accounts.contains(one));
                if (gives.is_none() && !takes_part) || told.len() >= GROUPS_MAX {
                    continue;
                }
                let name = match kept.name.text(&self.network.keyring) {
                    Ok(text) => text.label.unwrap_or_default(),
                    Err(OpenError::Erased { .. }) => String::new(),
                    Err(error) => return Err(NotDone::Unreadable(error.to_string())),
                };
                told.push(ExportedGroup {
                    bank_number: bank.get(),
                    group_number: u32::from(number),
                    name: others.replaced(&name),
                    gives_seconds: gives.map_or(0, |(_, length)| length.seconds()),
                });
            }
        }
        Ok(told)
    }

    /// What tills did not take from these accounts.
    pub(super) fn refusals_of(
        &self,
        allowed: &Allowed,
        accounts: &[AccountNumber],
        others: &Others,
    ) -> Result<Vec<ExportedRefusal>, NotDone> {
        let mut told = Vec::new();
        for account in accounts {
            let request = ListTillRefusalsRequest { account_number: account.printed() };
            let refusals = self.list_till_refusals(allowed, request)?.refusals;
            told.extend(refusals.into_iter().map(|one| {
                let till = one.receipt.unwrap_or_default().till.unwrap_or_default();
                ExportedRefusal {
                    account_number: account.printed(),
                    refused_at: one.refused_at,
                    partner_owner_number: till.partner_owner_number,
                    till_number: till.till_number,
                    offer_number: one.offer_number,
                    people: one.people,
                    reason: one.reason,
                    sentence: others.replaced(&one.sentence),
                }
            }));
        }
        Ok(told)
    }

    /// Looks through the entries behind `after` for what is about `person` and in no line, as far as the page has room.
    pub(super) fn beside_lines(
        &self,
        allowed: &Allowed,
        (person, banks): (&Somebody, &[BankNumber]),
        (after, page): (Sequence, &Page),
        others: &mut Others,
        answer: &mut ExportMemberResponse,
    ) -> Result<(), NotDone> {
        let position = Sequence::new(answer.sequence);
        let last = Sequence::new(after.get().saturating_add(LOOKED_AT_MAX)).min(position);
        let taken = |answer: &ExportMemberResponse| {
            answer.lines.len().saturating_add(answer.help.len()).saturating_add(answer.former_profiles.len())
        };
        let mut looked = after;
        while looked < last && taken(answer) < page.size {
            let through = Sequence::new(looked.get().saturating_add(LOOK)).min(last);
            let (mut found, mut rows, mut is_full) = (Vec::new(), taken(answer), false);
            let reader = &**self.network.ledger.books().journal();
            recovery::each_record(reader, looked.next(), through, |record| {
                if is_full {
                    return Ok(());
                }
                let one = self.about(recovery::decode(&record)?, (person.owner, banks))?;
                // What one entry says is not parted: alone it is a page, however small that is.
                is_full = rows > 0 && one.rows() > 0 && rows.saturating_add(one.rows()) > page.size;
                if !is_full {
                    looked = record.sequence;
                    rows = rows.saturating_add(one.rows());
                    found.extend(Some(one).filter(|one| one.rows() > 0));
                }
                Ok(())
            })
            .map_err(unreadable)?;
            for one in found {
                self.tell_of(allowed, one, others, answer)?;
            }
            if is_full {
                break;
            }
        }
        if looked < position {
            answer.next_page_token = page.token_as_of(looked.get(), BEHIND_ALL_LINES);
        }
        Ok(())
    }

    fn about(
        &self,
        entry: Entry,
        (of, banks): (OwnerNumber, &[BankNumber]),
    ) -> Result<Found, recovery::RecoveryError> {
        let is_former = Some(entry.sequence) != self.directory.profiles().of(of);
        let profile = profile_in(&entry).filter(|(owner, _)| *owner == of && is_former);
        let mut help = Help::new();
        for bank in banks {
            for one in elsewhere(&entry, Some(of), &OfBank::new(self, *bank))? {
                let kind = self.network.ledger.views().account(one.account).map(|view| view.kind);
                let moved = if kind == Some(AccountKind::Pot) { Moved::APots } else { Moved::Others };
                let (seconds, activity) = help.entry((*bank, one.deed, moved)).or_default();
                *seconds = seconds.saturating_add(one.seconds);
                *activity = one.activity;
            }
        }
        Ok(Found { entry, help, profile: profile.map(|(_, sealed)| sealed) })
    }

    fn tell_of(
        &self,
        allowed: &Allowed,
        Found { entry, help, profile }: Found,
        others: &mut Others,
        answer: &mut ExportMemberResponse,
    ) -> Result<(), NotDone> {
        if let Some(sealed) = profile {
            match sealed.profile(&self.network.keyring) {
                Ok(profile) => answer.former_profiles.push(FormerProfile {
                    sequence: entry.sequence.get(),
                    said_at: Some(answers::timestamp(entry.recorded_at)),
                    profile: Some(messages::profile(&profile)),
                }),
                Err(ProfileError::Sealed(OpenError::Erased { .. })) => {}
                Err(error) => return Err(NotDone::Unreadable(error.to_string())),
            }
        }
        if help.is_empty() {
            return Ok(());
        }
        let parties: Vec<_> = entry.moves().flat_map(|moved| [moved.debit, moved.credit]).collect();
        self.also_named(&parties, others)?;
        let (text, _) = self.names().text_of(&entry);
        let reads_reasons = allowed.words() == crate::access::Words::All;
        let reason = text.reason.filter(|_| reads_reasons).unwrap_or_default();
        let (memo, reason) = (others.replaced(&text.memo.unwrap_or_default()), others.replaced(&reason));
        for ((bank, deed, moved), (seconds, activity)) in help {
            let zone = self.past.zone(bank).map_err(unreadable)?;
            let day: Day = day_of(&entry, &zone);
            let list = self.activities.list(bank, Sequence::new(answer.sequence));
            let list = list.map_err(|error| NotDone::Unreadable(error.to_string()))?;
            let place = activity.and_then(|number| usize::from(number).checked_sub(1));
            let name = place.and_then(|place| list.get(place)).map(|activity| activity.name.as_str());
            let went = match (deed, moved) {
                (Deed::Gave, Moved::APots) => export::Went::ToAPot,
                (Deed::Gave, Moved::Others) => export::Went::ToOthers,
                (Deed::Received, Moved::APots | Moved::Others) => export::Went::PaidByOthers,
            };
            answer.help.push(ExportedHelp {
                sequence: entry.sequence.get(),
                recorded_at: Some(answers::timestamp(entry.recorded_at)),
                day: Some(answers::date(day)),
                bank_number: bank.get(),
                is_given: deed == Deed::Gave,
                seconds,
                activity_number: activity.map_or(0, u32::from),
                sentence: export::help_elsewhere(went, seconds, name, day),
                memo: memo.clone(),
                reason: reason.clone(),
            });
        }
        Ok(())
    }
}
