//! Standing groups: sessions that come again.
//!
//! - A number is given once; a group that ended is not there any more.
//! - Whoever left cannot be put into one; who leaves later, or is paused, stays in it and is told so, also where the group is
//!   said anew.

use std::collections::BTreeSet;

use super::{Id, bare};
use crate::access::Allowed;
use crate::api::{self, *};
use crate::directory::Known;
use crate::directory::groups::note::{NAME_BYTES_MAX, PEOPLE_MAX};
use crate::directory::groups::register::GROUPS_EVER_MAX;
use crate::directory::groups::{Group, GroupRule, Kept, Said};
use crate::domain::{
    AccountKind, AccountNumber, Action, Amount, BankNumber, Entry, Note, OwnerNumber, Reason, Refusal, Topic,
};
use crate::ledger::state::Standing;
use crate::seal::{OpenError, Place, Text};
use crate::service::exchange::rule;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::pages::Page;
use crate::words::groups as words;

/// Groups of a page: each may have 256 people.
const PAGE_GROUPS_MAX: usize = 100;
const GIVERS: &str = "givers.account_number";
const PARTICIPANTS: &str = "participant_account_numbers";

impl Installation {
    pub(in crate::service::directory) fn set_standing_group(
        &self,
        allowed: &Allowed,
        request: SetStandingGroupRequest,
    ) -> Result<SetStandingGroupResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let bank = BankNumber::new(request.bank_number);
        let asked = number_or_next(request.group_number)?;
        let (name, group) = read_group(&request)?;
        self.bank_in_reach(allowed, bank)?;
        self.listed(&[bank], group.activity)?;
        let receipt = self.tell(allowed, id, |telling| {
            let known_bank = telling.known.banks.get(bank);
            let owner = known_bank.ok_or_else(|| self.refused(&Refusal::BankNotFound(bank)))?.owner;
            let next = telling.known.groups.next(bank);
            let number = match (asked, telling.before.and_then(said_in)) {
                (Some(number), _) => number,
                (None, Some(said)) => said.number(),
                (None, None) => next.ok_or_else(too_many)?,
            };
            telling.judged(|known| {
                let is_next = asked.is_none() && next == Some(number);
                if !is_next && !known.groups.is_open(bank, number) {
                    return Err(no_group(
                        "0 for another one, or that of a standing group that has not ended",
                    ));
                }
                self.may_be_usual(known, (bank, number), &group)
            })?;
            let text = Text { label: Some(name), ..Text::default() };
            let name = self.sealed_text(owner, &id, Place::Note, &text)?;
            Ok(note_of(bank, &Said::IsSo(number, Group { name, ..group })))
        })?;
        let group_number = said_in(&receipt.entry).map_or(0, |said| u32::from(said.number()));
        Ok(SetStandingGroupResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), group_number })
    }

    pub(in crate::service::directory) fn end_standing_group(
        &self,
        allowed: &Allowed,
        request: EndStandingGroupRequest,
    ) -> Result<EndStandingGroupResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let bank = BankNumber::new(request.bank_number);
        let not_there = || no_group("that of a standing group that has not ended");
        let number = number_or_next(request.group_number)?.ok_or_else(not_there)?;
        self.bank_in_reach(allowed, bank)?;
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(
                |known| {
                    if known.groups.is_open(bank, number) { Ok(()) } else { Err(not_there()) }
                },
            )?;
            Ok(note_of(bank, &Said::Ended(number)))
        })?;
        Ok(EndStandingGroupResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    pub(in crate::service::directory) fn list_standing_groups(
        &self,
        allowed: &Allowed,
        request: ListStandingGroupsRequest,
    ) -> Result<ListStandingGroupsResponse, NotDone> {
        let bank = BankNumber::new(request.bank_number);
        self.bank_in_reach(allowed, bank)?;
        let question = format!("standing groups of bank {bank}");
        let page = Page::read(request.page_size, &request.page_token, &question)?;
        let size = page.size.min(PAGE_GROUPS_MAX);
        let known = self.directory.known_now(&self.network.ledger)?;
        let mut after = known.groups.after(bank, page.after.unwrap_or_default());
        let mut groups = Vec::new();
        for (number, kept) in after.by_ref().take(size) {
            groups.push(self.standing_group(&known, number, kept)?);
        }
        let last = groups.last().filter(|_| after.next().is_some());
        let next_page_token = last.map(|last| page.token_after(u64::from(last.group_number)));
        Ok(ListStandingGroupsResponse { groups, next_page_token: next_page_token.unwrap_or_default() })
    }

    fn standing_group(&self, known: &Known, number: u16, kept: &Kept) -> Result<StandingGroup, NotDone> {
        let name = match kept.name.text(&self.network.keyring) {
            Ok(text) => text.label.unwrap_or_default(),
            Err(OpenError::Erased { .. }) => String::new(),
            Err(error) => return Err(NotDone::Unreadable(error.to_string())),
        };
        let group = &kept.group;
        let person = |account: AccountNumber, length_seconds| UsualPerson {
            account_number: account.printed(),
            length_seconds,
            stands: self.usual_stands(known, account).into(),
        };
        Ok(StandingGroup {
            group_number: u32::from(number),
            name,
            rule: rule_message(group.rule).into(),
            givers: group.givers.iter().map(|(one, length)| person(*one, length.seconds())).collect(),
            participants: group.participants.iter().map(|one| person(*one, 0)).collect(),
            length_seconds: group.length.map_or(0, Amount::seconds),
            keeper_account_number: group.keeper.map_or(0, AccountNumber::printed),
            activity_number: group.activity.map_or(0, u32::from),
            set_by_sequence: kept.set_by.get(),
        })
    }

    /// Whether somebody who usually comes can come now.
    fn usual_stands(&self, known: &Known, account: AccountNumber) -> UsualStands {
        let Some(view) = self.network.ledger.views().account(account) else { return UsualStands::Left };
        let person = known.people.person(view.owner);
        match view.standing {
            Standing::Closed => UsualStands::Left,
            Standing::Open if person.is_some_and(|person| person.is_paused(self.access.now())) => {
                UsualStands::Paused
            }
            Standing::Open => UsualStands::In,
        }
    }

    /// All who are named are there, in the bank, and have not left, but for those who are in the group of this number
    /// already; the keeper is a pot of the bank.
    fn may_be_usual(
        &self,
        known: &Known,
        (bank, number): (BankNumber, u16),
        group: &Group,
    ) -> Result<(), NotDone> {
        let before = known.groups.get(bank, number);
        let givers = group.givers.iter().map(|(account, _)| (GIVERS, *account));
        let participants = group.participants.iter().map(|account| (PARTICIPANTS, *account));
        let mut owners: BTreeSet<OwnerNumber> = BTreeSet::new();
        for (field, account) in givers.chain(participants) {
            let view = self.network.ledger.views().account(account).filter(|view| view.bank == bank);
            let view = view.ok_or_else(|| self.refused(&Refusal::AccountNotFound(account)))?;
            let is_somebody = match view.kind {
                AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => true,
                AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => false,
            };
            let person = known.people.person(view.owner);
            let is_known = person.is_none_or(|person| person.erased_at.is_none());
            let stays = view.standing == Standing::Open || before.is_some_and(|kept| kept.group.has(account));
            let is_here = is_known && stays;
            if !is_somebody || !is_here {
                return Err(NotDone::bad(field, format!("of people who are here; {account} is none")));
            }
            if !owners.insert(view.owner) {
                return Err(NotDone::bad(field, format!("each person named once; {account} is not")));
            }
        }
        let Some(keeper) = group.keeper else { return Ok(()) };
        let view = self.network.ledger.views().account(keeper);
        if view.is_some_and(|view| view.bank == bank && view.kind == AccountKind::Pot) {
            return Ok(());
        }
        Err(NotDone::bad("keeper_account_number", "the account of a pot of this time bank"))
    }
}

fn read_group(request: &SetStandingGroupRequest) -> Result<(String, Group), NotDone> {
    let name = request.name.trim().to_owned();
    if !(1..=NAME_BYTES_MAX).contains(&name.len()) || name.contains(char::is_control) {
        return Err(NotDone::bad("name", "1 to 200 bytes without control characters"));
    }
    let rule = rule(request.rule)?;
    let people = request.givers.len().saturating_add(request.participant_account_numbers.len());
    if !(1..=PEOPLE_MAX).contains(&people) {
        return Err(NotDone::bad("givers and participant_account_numbers", "1 to 256 together"));
    }
    let givers = request.givers.iter().map(|giver| {
        let account = fields::account(GIVERS, giver.account_number)?;
        Ok((account, fields::amount("givers.length_seconds", giver.length_seconds)?))
    });
    let participants = request.participant_account_numbers.iter();
    let participants = participants.map(|number| fields::account(PARTICIPANTS, *number));
    let activity = u16::try_from(request.activity_number)
        .map_err(|_| NotDone::bad("activity_number", "from 1 to 65,535, or 0"))?;
    let group = Group {
        rule,
        length: match request.length_seconds {
            0 => None,
            seconds => Some(fields::amount("length_seconds", seconds)?),
        },
        keeper: fields::account_or_any("keeper_account_number", request.keeper_account_number)?,
        activity: (activity != 0).then_some(activity),
        givers: givers.collect::<Result<_, NotDone>>()?,
        participants: participants.collect::<Result<_, NotDone>>()?,
        name: Box::default(),
    };
    Ok((name, group))
}

const fn rule_message(rule: GroupRule) -> api::GroupRule {
    match rule {
        GroupRule::SplitProviderTime => api::GroupRule::SplitProviderTime,
        GroupRule::SplitProviderTimeCeil => api::GroupRule::SplitProviderTimeCeil,
        GroupRule::EachPaysSession => api::GroupRule::EachPaysSession,
        GroupRule::ManyProvidersOneRecipient => api::GroupRule::ManyProvidersOneRecipient,
        GroupRule::PotPaysProvider => api::GroupRule::PotPaysProvider,
        GroupRule::PotPaysEveryone => api::GroupRule::PotPaysEveryone,
    }
}

fn note_of(bank: BankNumber, said: &Said) -> crate::domain::Command {
    let (topic, subject) = (Topic::STANDING_GROUP, u64::from(bank.get()));
    bare(Action::Note(Note { topic, subject, body: said.encode() }))
}

/// What an entry says of a standing group, if it does.
fn said_in(entry: &Entry) -> Option<Said> {
    let note = if let Action::Note(note) = &entry.command.action { note } else { return None };
    if note.topic == Topic::STANDING_GROUP { Said::decode(&note.body).ok() } else { None }
}

/// A number there can be; none for 0.
fn number_or_next(number: u32) -> Result<Option<u16>, NotDone> {
    let number = u16::try_from(number).map_err(|_| no_group("from 1 to 1,000, or 0 for another one"))?;
    Ok((number != 0).then_some(number))
}

fn too_many() -> NotDone {
    let figures = [("what", "standing groups".to_owned()), ("most", GROUPS_EVER_MAX.to_string())];
    NotDone::by_rule(Reason::BooksFull, words::too_many(GROUPS_EVER_MAX), &figures)
}

fn no_group(must: &str) -> NotDone {
    NotDone::bad("group_number", must)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a rule has one number here and in the API. Method: all.
    #[test]
    fn rules_have_the_numbers_of_the_api() {
        for (number, rule) in (1..).zip(GroupRule::ALL) {
            assert_eq!(i32::from(rule_message(rule)), number);
        }
        assert!(api::GroupRule::try_from(i32::try_from(GroupRule::ALL.len() + 1).unwrap()).is_err());
    }
}
