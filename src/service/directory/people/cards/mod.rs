//! Cards: issued, put in place of another and blocked at the desk.
//!
//! - A number is made here and told to whoever asked, once: again only to the same request. It is sealed in the entry and
//!   never logged.
//! - Nobody issues a card for themselves or for whom they speak for. A card is blocked by whoever may say anything of whose
//!   it is, and by that member: whoever lost one need not wait.

mod pin;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use super::{Id, Telling, bare};
use crate::access::Allowed;
use crate::api::{self, *};
use crate::directory::Known;
use crate::directory::cards::{self, CARDS_MAX, Card as Kept, Said};
use crate::directory::people::sites::InUse;
use crate::directory::people::terms::PersonKind;
use crate::directory::people::{Person as Somebody, Sealed};
use crate::domain::digits::LONG;
use crate::domain::{
    AccountNumber, Action, Command, Digits, Entry, Note, OwnerNumber, Reason, Refusal, Topic,
};
use crate::redemption::pins::PinOf;
use crate::seal::{OpenError, Place};
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::{answers, fields};
use crate::words::cards as words;

/// Whose card, and of which of their accounts.
type Holder = (OwnerNumber, AccountNumber);

/// So many fresh numbers are tried for one card.
const TRIES: usize = 100;

impl Installation {
    pub(in crate::service::directory) fn issue_card(
        &self,
        allowed: &Allowed,
        request: IssueCardRequest,
    ) -> Result<IssueCardResponse, NotDone> {
        let asked = (request.request_id.as_str(), request.account_number, request.validate_only);
        let there_is_none = |known: &Known, holder: Holder| match known.cards.in_use(holder.0, holder.1) {
            None => Ok(()),
            Some(_) => {
                let figures = of_account(holder.1);
                Err(NotDone::by_rule(Reason::AlreadyThere, words::there_is_one(), &figures))
            }
        };
        let (receipt, card_number) = self.another_card(allowed, asked, there_is_none, Said::Issued)?;
        Ok(IssueCardResponse { receipt: Some(receipt), card_number })
    }

    pub(in crate::service::directory) fn replace_card(
        &self,
        allowed: &Allowed,
        request: ReplaceCardRequest,
    ) -> Result<ReplaceCardResponse, NotDone> {
        let asked = (request.request_id.as_str(), request.account_number, request.validate_only);
        let there_is_one = |known: &Known, holder: Holder| card_in_use(known, holder).map(drop);
        let (receipt, card_number) = self.another_card(allowed, asked, there_is_one, Said::Replaced)?;
        Ok(ReplaceCardResponse { receipt: Some(receipt), card_number })
    }

    /// A card with a number of its own, where `may` says nothing against it; its number, as it is told once.
    fn another_card(
        &self,
        allowed: &Allowed,
        (request_id, account_number, validate_only): (&str, u32, bool),
        may: impl Fn(&Known, Holder) -> Result<(), NotDone>,
        said: fn(AccountNumber, Box<[u8]>) -> Said,
    ) -> Result<(Receipt, String), NotDone> {
        let id = Id::read(allowed, request_id, validate_only)?;
        let account = fields::account("account_number", account_number)?;
        let owner = self.card_holder(allowed, account)?;
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(|known| {
                self.may_have_a_card(allowed, known, (owner, account))?;
                may(known, (owner, account))?;
                has_room(known, owner)
            })?;
            Ok(note_of(owner, &said(account, self.number_for(id, owner, telling)?)))
        })?;
        let card_number = self.number_in(&receipt.entry)?;
        Ok((self.receipt_as_seen(allowed, &receipt), card_number))
    }

    pub(in crate::service::directory) fn block_card(
        &self,
        allowed: &Allowed,
        request: BlockCardRequest,
    ) -> Result<BlockCardResponse, NotDone> {
        let id = Id::read(allowed, &request.request_id, request.validate_only)?;
        let account = fields::account("account_number", request.account_number)?;
        let owner = self.card_holder(allowed, account)?;
        let receipt = self.tell(allowed, id, |telling| {
            telling.judged(|known| {
                self.own_person(allowed, known, owner)?;
                card_in_use(known, (owner, account)).map(drop)
            })?;
            Ok(note_of(owner, &Said::Blocked(account)))
        })?;
        Ok(BlockCardResponse { receipt: Some(self.receipt_as_seen(allowed, &receipt)) })
    }

    /// Whose account in reach this is: a member's or an organisation's.
    fn card_holder(&self, allowed: &Allowed, account: AccountNumber) -> Result<OwnerNumber, NotDone> {
        self.account_in_reach(allowed, account)?;
        let known = self.directory.known_now(&self.network.ledger)?;
        let holder = known.people.owner_of(account);
        let holder =
            holder.filter(|person| matches!(person.kind, PersonKind::Member | PersonKind::Organisation));
        let must = "an account of a member or an organisation";
        let holder = holder.ok_or_else(|| NotDone::bad("account_number", must))?;
        self.person_in_reach(allowed, &known, holder.owner).map(|person| person.owner)
    }

    /// Whether the caller may issue a card for this account, or set the PIN of one at the desk.
    fn may_have_a_card(
        &self,
        allowed: &Allowed,
        known: &Known,
        (owner, account): (OwnerNumber, AccountNumber),
    ) -> Result<(), NotDone> {
        let person = self.own_person(allowed, known, owner)?;
        self.not_oneself(allowed, known, person)?;
        self.is_open_account(known, account)
    }

    fn is_open_account(&self, known: &Known, account: AccountNumber) -> Result<(), NotDone> {
        let is_open = known.people.account(account).is_some_and(|own| own.in_use() == InUse::Yes);
        if is_open { Ok(()) } else { Err(self.refused(&Refusal::AccountClosed(account))) }
    }

    /// The sealed number of a card: as this id made it before, or a new one.
    fn number_for(&self, id: Id, owner: OwnerNumber, telling: Telling<'_>) -> Result<Box<[u8]>, NotDone> {
        if let Some(Said::Issued(_, number) | Said::Replaced(_, number)) = telling.before.and_then(said_in) {
            return Ok(number);
        }
        let number = fresh_number(telling.known, &SystemRandom::new())
            .ok_or_else(|| NotDone::Unreadable("no number for a card could be made".to_owned()))?;
        let sealed = cards::seal_number(&self.network.keyring, owner, &id.key, &number);
        Ok(sealed.map_err(|error| self.not_sealed(&error))?.into_bytes().into_boxed_slice())
    }

    /// The number that an entry gave a card; empty where it was only checked, and once they were forgotten.
    fn number_in(&self, entry: &Entry) -> Result<String, NotDone> {
        let number = match said_in(entry) {
            Some(Said::Issued(_, number) | Said::Replaced(_, number)) => number,
            Some(Said::PinSet(..) | Said::Blocked(_)) | None => return Ok(String::new()),
        };
        let Some(key) = entry.command.key.filter(|_| !entry.sequence.is_zero()) else {
            return Ok(String::new());
        };
        let sealed = Sealed { bytes: number, key, place: Place::Note };
        match cards::open_number(&self.network.keyring, &sealed) {
            Ok(number) => Ok(number.to_string()),
            Err(OpenError::Erased { .. }) => Ok(String::new()),
            Err(error) => Err(NotDone::Unreadable(error.to_string())),
        }
    }

    /// The newest card of each account of somebody that had one, as far as the caller sees the account.
    pub(super) fn cards_of(&self, allowed: &Allowed, known: &Known, person: &Somebody) -> Vec<api::Card> {
        let seen = person.accounts.iter().map(|own| own.number);
        let seen = seen.filter(|account| self.sees_account(allowed, *account));
        let newest = seen.filter_map(|account| known.cards.newest(person.owner, account));
        newest.map(|card| self.card_as_known(card)).collect()
    }

    fn card_as_known(&self, card: &Kept) -> api::Card {
        let of = card.pin.as_ref().map(|pin| PinOf { account: card.account, set_by: pin.set_by });
        api::Card {
            account_number: card.account.printed(),
            issued_at: Some(answers::timestamp(card.issued_at)),
            blocked_at: card.blocked_at.map(answers::timestamp),
            has_pin: of.is_some(),
            is_locked: of.is_some_and(|of| self.tills.pins.is_locked(of)),
        }
    }
}

/// Twelve digits that no card has.
fn fresh_number(known: &Known, random: &dyn SecureRandom) -> Option<Digits> {
    // One in four tries is turned down, so that no digit is likelier than another.
    (0..TRIES).find_map(|_| {
        let mut bytes = [0; LONG - 1];
        random.fill(&mut bytes).ok()?;
        Digits::from_random(bytes).filter(|number| known.cards.find(number).is_none())
    })
}

/// The card of an account that is in use.
fn card_in_use(known: &Known, (owner, account): (OwnerNumber, AccountNumber)) -> Result<&Kept, NotDone> {
    let none = || NotDone::by_rule(Reason::CardNotFound, words::there_is_none(), &of_account(account));
    known.cards.in_use(owner, account).ok_or_else(none)
}

fn has_room(known: &Known, owner: OwnerNumber) -> Result<(), NotDone> {
    if known.cards.has_room(owner) {
        return Ok(());
    }
    let figures = [("what", "cards".to_owned()), ("most", CARDS_MAX.to_string())];
    Err(NotDone::by_rule(Reason::BooksFull, words::too_many(CARDS_MAX), &figures))
}

/// What an entry says of a card, if it does.
fn said_in(entry: &Entry) -> Option<Said> {
    let note = if let Action::Note(note) = &entry.command.action { note } else { return None };
    if note.topic == Topic::CARD { Said::decode(&note.body).ok() } else { None }
}

/// A note about a card; id and actor are said by whoever writes it.
fn note_of(owner: OwnerNumber, said: &Said) -> Command {
    bare(Action::Note(Note { topic: Topic::CARD, subject: u64::from(owner.get()), body: said.encode() }))
}

/// Whose hours a refusal is about.
fn of_account(account: AccountNumber) -> [(&'static str, String); 1] {
    [("account_number", account.to_string())]
}
