//! Everything that is held about one person, for themselves or for whoever works at their bank.
//!
//! - Nobody else is in it: no name, no number of a person or of their account. Organisations, partners, pots and time banks
//!   are named.
//! - What people typed (memos, and reasons where it is made by those who record) is held about this person too. Names of other
//!   people are taken out of it as far as they can be told from other words (`directory::people::naming`). Whoever hands an
//!   export on reads it first.
//! - No secret: of a key when it was made and used, of a card that it is there, of a code how long it works.
//! - The first page says all but the lines of their accounts, which follow page by page, the newest of each account first; and
//!   behind them what is in no line (`held.rs`).

use std::collections::BTreeSet;

use super::held::BEHIND_ALL_LINES;
use super::owner;
use crate::access::Allowed;
use crate::api::*;
use crate::directory::Known;
use crate::directory::names::Name;
use crate::directory::people::{Person as Somebody, RestTo};
use crate::domain::{AccountKind, AccountNumber, Action, Sequence};
use crate::ledger::AccountView;
use crate::service::answers;
use crate::service::asked::accounts_named;
use crate::service::installation::{Installation, unreadable};
use crate::service::not_done::NotDone;
use crate::service::pages::Page;
use crate::service::statement::Others;
use crate::words::exchange as words;
use crate::words::export;

/// Open matters that are told, and hours that are set aside of each account.
const MATTERS_MAX: usize = 1_000;
/// Keys and codes that are told.
const KEYS_MAX: usize = 1_000;

impl Installation {
    pub(in crate::service::directory) fn export_member(
        &self,
        allowed: &Allowed,
        request: ExportMemberRequest,
    ) -> Result<ExportMemberResponse, NotDone> {
        let of = owner("owner_number", request.owner_number)?;
        let page = Page::read(request.page_size, &request.page_token, &format!("export of {of}"))?;
        let sequence = self.network.ledger.position();
        let known = self.directory.known_now(&self.network.ledger)?;
        let person = self.person_in_reach(allowed, &known, of)?.clone();
        let accounts: Vec<_> = person.accounts.iter().map(|own| own.number).collect();
        let seen: Vec<_> =
            accounts.iter().copied().filter(|account| self.sees_account(allowed, *account)).collect();
        let mut answer = ExportMemberResponse { sequence: sequence.get(), ..Default::default() };
        if page.after.is_none() {
            answer.person = Some(self.person_alone(allowed, &known, &person)?);
            answer.speaks_for_count = self.speaks_for_count(&known, &person);
            let elsewhere = accounts.len().saturating_sub(seen.len());
            answer.accounts_elsewhere_count = u32::try_from(elsewhere).unwrap_or(u32::MAX);
        }
        let own = person.accounts.iter().filter(|own| seen.contains(&own.number)).map(|own| own.bank);
        let mut banks: Vec<_> =
            own.chain(Some(person.bank).filter(|bank| allowed.sees_bank(*bank))).collect();
        banks.sort_unstable();
        banks.dedup();
        let what_is_left = match person.standing.rest_to {
            RestTo::Account(account) => Some(account).filter(|account| !accounts.contains(account)),
            RestTo::CommunityPot => None,
        };
        drop(known); // What follows is read from the disk.
        let mut others = self.others_than(&person, &banks)?;
        if page.after.is_none() {
            answer.rest_goes_to_somebody = what_is_left.is_some_and(|account| self.is_somebodys(account));
            for account in &seen {
                answer.accounts.push(self.own_account(allowed, *account)?);
            }
            answer.codes = self.codes_waiting(&seen);
            answer.keys = self.keys_held(of, KEYS_MAX);
            answer.matters = self.matters_of(&seen, of)?;
            answer.refusals = self.refusals_of(allowed, &seen, &others)?;
            let linked = self.access.linked().into_iter().filter(|holder| *holder == of).count();
            answer.linked_sign_ins_count = u32::try_from(linked).unwrap_or(u32::MAX);
            let known = self.directory.known();
            answer.groups = self.groups_of(&known, (&banks, &seen), &others)?;
        }
        if page.as_of != Some(BEHIND_ALL_LINES) {
            self.lines_of(allowed, &seen, &page, &mut others, &mut answer)?;
        }
        if answer.next_page_token.is_empty() {
            let after = page.after.filter(|_| page.as_of == Some(BEHIND_ALL_LINES)).unwrap_or_default();
            let from = (Sequence::new(after), &page);
            self.beside_lines(allowed, (&person, &banks), from, &mut others, &mut answer)?;
        }
        Ok(answer)
    }

    /// What is known of them, without the numbers of others.
    fn person_alone(&self, allowed: &Allowed, known: &Known, person: &Somebody) -> Result<Person, NotDone> {
        let mut told = self.as_known(allowed, known, person)?;
        for representative in &mut told.representatives {
            representative.owner_number = 0;
        }
        let rest_to = AccountNumber::from_printed(told.rest_to_account_number).ok();
        let is_own = |account: AccountNumber| person.accounts.iter().any(|own| own.number == account);
        if rest_to.is_some_and(|account| !is_own(account) && self.is_somebodys(account)) {
            told.rest_to_account_number = 0;
        }
        Ok(told)
    }

    /// Whether an account is a person's, and not an organisation's, a partner's or the bank's own.
    pub(in crate::service) fn is_somebodys(&self, account: AccountNumber) -> bool {
        let view = self.network.ledger.views().account(account);
        view.is_some_and(|view| view.kind == AccountKind::Member)
    }

    /// For how many they speak today, whoever that is.
    fn speaks_for_count(&self, known: &Known, person: &Somebody) -> u32 {
        let now = self.access.now();
        let day = known.banks.get(person.bank).map_or_else(|| now.utc_day(), |bank| bank.today(now));
        let others = known.people.persons().filter(|other| other.owner != person.owner);
        let count = others.filter(|other| known.people.speaks_for(person.owner, other.owner, day)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn own_account(&self, allowed: &Allowed, account: AccountNumber) -> Result<ExportedAccount, NotDone> {
        let view: AccountView = self.account_in_reach(allowed, account)?;
        let balance = self.network.ledger.views().balance(account);
        let bank = match self.names().bank(view.bank).map_err(unreadable)? {
            Name::Known(name) => name,
            Name::None | Name::Gone => String::new(),
        };
        let label = match self.names().label(account, &view).map_err(unreadable)? {
            Name::Known(label) => label,
            Name::None | Name::Gone => String::new(),
        };
        Ok(ExportedAccount {
            account_number: account.printed(),
            bank_number: view.bank.get(),
            bank_name: bank,
            label,
            standing: answers::standing(view.standing).into(),
            posted_seconds: balance.map_or(0, |balance| balance.posted),
            held_seconds: balance.map_or(0, |balance| balance.held),
            limits: Some(answers::limits(self.limits_of(account)?)),
        })
    }

    /// Codes of theirs that may still be used, the first to end first.
    fn codes_waiting(&self, accounts: &[AccountNumber]) -> Vec<ExportedCode> {
        let now = self.access.now();
        let mut codes: Vec<_> = self.codes_of(accounts, now);
        codes.sort_unstable_by_key(|code| code.ends_at);
        codes.truncate(KEYS_MAX);
        let told = |code: crate::redemption::codes::Code| ExportedCode {
            account_number: code.account.map_or(0, AccountNumber::printed),
            ends_at: Some(answers::timestamp(code.ends_at)),
            is_voucher: code.voucher.is_some(),
            partner_owner_number: code.partner.map_or(0, |partner| partner.get()),
            offer_number: code.offer.map_or(0, u32::from),
        };
        codes.into_iter().map(told).collect()
    }

    /// What waits for somebody and is about them, and hours of theirs that are set aside.
    fn matters_of(
        &self,
        accounts: &[AccountNumber],
        of: crate::domain::OwnerNumber,
    ) -> Result<Vec<ExportedMatter>, NotDone> {
        let own: BTreeSet<_> = accounts.iter().copied().collect();
        let is_theirs = |action: &Action| accounts_named(action).iter().any(|account| own.contains(account));
        let matters = self.matters.now(&self.network.ledger).map_err(unreadable)?;
        let waiting = matters.all_waiting().filter(|one| one.by == of || is_theirs(&one.command.action));
        let mut told: Vec<_> = waiting
            .take(MATTERS_MAX)
            .map(|one| ExportedMatter {
                number: one.number.get(),
                recorded_at: Some(answers::timestamp(one.recorded_at)),
                kind: answers::kind(one.command.action.kind()),
                sentence: words::why_it_waits(one.why).to_owned(),
                ..Default::default()
            })
            .collect();
        let unsettled: Vec<_> = matters.unsettled_after(Sequence::ZERO).copied().collect();
        drop(matters);
        for one in unsettled {
            let proposal = self.network.ledger.books().durable(one.proposal).map_err(unreadable)?;
            let Some(proposal) = proposal.filter(|proposal| is_theirs(&proposal.command.action)) else {
                continue;
            };
            told.push(ExportedMatter {
                number: one.proposal.get(),
                recorded_at: Some(answers::timestamp(proposal.recorded_at)),
                kind: answers::kind(proposal.command.action.kind()),
                sentence: words::why_unsettled(one.why).to_owned(),
                ..Default::default()
            });
        }
        for account in accounts {
            let held = self.network.ledger.views().open_holds(Some(*account), Sequence::ZERO, MATTERS_MAX);
            told.extend(held.into_iter().map(|(number, hold)| {
                let gives = hold.sides.iter().any(|sides| sides.debit == *account);
                ExportedMatter {
                    number: number.get(),
                    recorded_at: None,
                    kind: answers::kind(Some(hold.kind)),
                    sentence: export::set_aside(hold.left, gives),
                    account_number: account.printed(),
                    left_seconds: hold.left,
                    deadline: Some(answers::timestamp(hold.deadline)),
                }
            }));
        }
        Ok(told)
    }

    /// The lines of this page: those of one account after the other.
    fn lines_of(
        &self,
        allowed: &Allowed,
        accounts: &[AccountNumber],
        page: &Page,
        others: &mut Others,
        answer: &mut ExportMemberResponse,
    ) -> Result<(), NotDone> {
        // Where the page before ended: above which line, of which account.
        let place = page.as_of.map_or(Ok(0), usize::try_from).unwrap_or(usize::MAX);
        let mut below = page.after.filter(|after| *after > 0);
        for (place, account) in accounts.iter().enumerate().skip(place) {
            let room = page.size.saturating_sub(answer.lines.len());
            if room == 0 {
                // The next account begins with its newest line.
                let place = u64::try_from(place).unwrap_or(u64::MAX);
                answer.next_page_token = page.token_as_of(0, place);
                return Ok(());
            }
            let (lines, last) = self.exported_lines(allowed, *account, (below.take(), room), others)?;
            let told = |line| ExportedLine { account_number: account.printed(), line: Some(line) };
            answer.lines.extend(lines.into_iter().map(told));
            if let Some(last) = last.filter(|last| *last > 1)
                && answer.lines.len() >= page.size
            {
                let place = u64::try_from(place).unwrap_or(u64::MAX);
                answer.next_page_token = page.token_as_of(last, place);
                return Ok(());
            }
        }
        Ok(())
    }
}
