//! Pots: hours kept for a purpose.

use super::{Id, bare};
use crate::access::Allowed;
use crate::api::*;
use crate::directory::people::{Opens, Said};
use crate::domain::{
    AccountKind, AccountNumber, Action, Attachment, BankNumber, NewAccount, Opened, Refusal, Topic,
};
use crate::seal::{OpenError, Place, Text};
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::{answers, fields};

/// What a pot is for has at most this many bytes.
const PURPOSE_BYTES_MAX: usize = 200;

impl Installation {
    pub(in crate::service::directory) fn open_pot(
        &self,
        allowed: &Allowed,
        request: OpenPotRequest,
    ) -> Result<OpenPotResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let bank = BankNumber::new(request.bank_number);
        let purpose = request.purpose.trim().to_owned();
        if !(1..=PURPOSE_BYTES_MAX).contains(&purpose.len()) {
            return Err(NotDone::bad("purpose", "1 to 200 bytes"));
        }
        let last_day = fields::day("last_day", request.last_day)?;
        let opens = read_opens(request.opens, request.broker_line_seconds)?;
        let limits = request.limits.map(|limits| fields::limits("limits", Some(limits))).transpose()?;
        self.bank_in_reach(allowed, bank)?;
        let receipt = self.tell(allowed, id, |telling| {
            let there = telling.known.banks.get(bank);
            let there = there.ok_or_else(|| self.refused(&Refusal::BankNotFound(bank)))?;
            let (owner, today) = (there.owner, there.today(self.access.now()));
            telling.judged(|_| {
                let is_over = last_day.is_some_and(|last_day| last_day < today);
                if is_over {
                    Err(NotDone::bad("last_day", "today or later, where the bank is"))
                } else {
                    Ok(())
                }
            })?;
            // Its name, wherever accounts have one; and what it is for, which may be said anew one day.
            let text = Text { label: Some(purpose), ..Text::default() };
            let sealed = |place| self.sealed_text(owner, &id, place, &text);
            let usual = telling.known.policies.current(bank).settings().pot_limits;
            let limits = limits.or_else(|| super::limits_before(telling)).unwrap_or(usual);
            let (kind, label) = (AccountKind::Pot, sealed(Place::Account(0))?);
            let said = Said::Pot { last_day, opens, purpose: sealed(Place::Attachment)? };
            let mut command =
                bare(Action::OpenAccounts(vec![NewAccount { bank, kind, owner, limits, label }]));
            command.attachment = Some(Box::new(Attachment { topic: Topic::POT, body: said.encode() }));
            Ok(command)
        })?;
        let opened = match receipt.entry.outcome.opened {
            Opened::Accounts(account) => Some(account),
            Opened::Nothing | Opened::Owners(_) | Opened::Bank(..) => None,
        };
        let account_number = opened.map_or(0, AccountNumber::printed);
        Ok(OpenPotResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)), account_number })
    }

    /// What a pot is for and who opens it, as was said; the purpose for whoever sees names, as far as the bank's key
    /// exists.
    pub(in crate::service) fn pot_terms(
        &self,
        allowed: &Allowed,
        pot: AccountNumber,
    ) -> Result<Option<PotTerms>, NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        let Some(terms) = known.people.pot(pot).and_then(|pot| pot.terms.as_ref()) else { return Ok(None) };
        let purpose = match terms.purpose.text(&self.network.keyring) {
            Ok(text) if allowed.sees_names() => text.label.unwrap_or_default(),
            Ok(_) | Err(OpenError::Erased { .. }) => String::new(),
            Err(error) => return Err(NotDone::Unreadable(error.to_string())),
        };
        let (opens, broker_line_seconds) = match terms.opens {
            Opens::Brokers(line) => (PotOpens::Brokers, line.seconds()),
            Opens::Lead => (PotOpens::Lead, 0),
            Opens::Panel => (PotOpens::Panel, 0),
        };
        let last_day = terms.last_day.map(answers::date);
        Ok(Some(PotTerms { purpose, last_day, opens: opens.into(), broker_line_seconds }))
    }
}

fn read_opens(number: i32, line_seconds: i64) -> Result<Opens, NotDone> {
    let opens = match PotOpens::try_from(number) {
        Ok(PotOpens::Brokers) => {
            return Ok(Opens::Brokers(fields::amount("broker_line_seconds", line_seconds)?));
        }
        Ok(PotOpens::Lead) => Opens::Lead,
        Ok(PotOpens::Panel) => Opens::Panel,
        Ok(PotOpens::Unspecified) | Err(_) => {
            return Err(NotDone::bad("opens", "one of those who may, from 1 to 3"));
        }
    };
    if line_seconds != 0 {
        return Err(NotDone::bad("broker_line_seconds", "0 where brokers may not open it"));
    }
    Ok(opens)
}
