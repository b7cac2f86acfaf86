//! What a till tells: which till it is, what names the sale, what was shown, what is sold.

use aws_lc_rs::hmac;

use crate::access::{Allowed, Reach};
use crate::api;
use crate::directory::partners::PEOPLE_MAX;
use crate::directory::people::sites::InUse;
use crate::domain::{AccountNumber, Day, Digits, OwnerNumber, Pin, RequestId, RequestKey};
use crate::ledger::Mode;
use crate::redemption::beside::{INITIALS_MAX, Sale, Shown, ShownBy};
use crate::redemption::caps::DAYS_BEFORE_MAX;
use crate::redemption::receipt::{LINE_MAX, NUMBER_MAX, Receipt};
use crate::seal::mac_key;
use crate::service::directory::owner;
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;

/// A slip is written down at most so many days after its own.
const SLIP_DAYS_MAX: i32 = 60;

/// Where a sale is made.
#[derive(Clone)]
pub struct At {
    /// Whose till.
    pub partner: OwnerNumber,
    /// Which.
    pub till: u16,
    /// Where it stands.
    pub venue: u8,
    /// Which day it is there.
    pub today: Day,
}

/// What somebody shows, or whose hours a broker says they are.
pub enum Held {
    /// A code or a voucher.
    Code(Digits),
    /// A card with its PIN, or without.
    Card(Digits, Option<Pin>),
    /// The account.
    Account(AccountNumber),
}

/// Whether it is for trying out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Practice {
    /// It is: every answer, and nothing is written.
    Yes,
    /// It is meant.
    No,
}

/// How a till names a sale.
#[derive(Clone, Copy)]
pub struct Named {
    /// The day, if it said one.
    pub day: Option<Day>,
    /// The number, if it has one.
    pub number: Option<u32>,
    /// The line.
    pub line: u8,
}

/// A sale as it was told, before it is known what it is called and whose hours they are.
pub struct Told {
    /// Where.
    pub at: At,
    /// What names it.
    pub named: Named,
    /// This attempt.
    pub attempt: RequestKey,
    /// What was shown.
    pub held: Held,
    /// The sale, under its receipt of today, or of the day that was said.
    pub sale: Sale,
    /// Whether it is only practice.
    pub practice: Practice,
    /// Whether it is written down.
    pub mode: Mode,
}

impl Told {
    /// Reads a sale.
    pub fn read(
        here: &Installation,
        allowed: &Allowed,
        (request_id, sale, validate_only): (&str, Option<api::Sale>, bool),
    ) -> Result<Self, NotDone> {
        let sale = sale.ok_or_else(|| NotDone::bad("sale", "given"))?;
        let inside = |not_done: NotDone| not_done.inside("sale");
        let receipt = sale.receipt.unwrap_or_default();
        let at = here.open_till_of(allowed, receipt.till);
        let at = at.map_err(|error| inside(error.inside("receipt.till")))?;
        let named = Named::read(receipt).map_err(inside)?;
        let days_ago = named.day.map_or(0, |day| at.today.days().saturating_sub(day.days()));
        if !(0..=DAYS_BEFORE_MAX).contains(&days_ago) {
            return Err(NotDone::bad("sale.receipt.day", "today or yesterday, where the venue is"));
        }
        let held = read_shown(sale.shown).map_err(inside)?;
        let what = What {
            offer_number: sale.offer_number,
            people: sale.people,
            initials: sale.staff_initials,
            is_beyond_budget: sale.is_beyond_budget,
            is_from_slip: false,
        };
        let practice = if sale.is_practice { Practice::Yes } else { Practice::No };
        let mode = if validate_only { Mode::ValidateOnly } else { Mode::Write };
        let attempt = attempt(allowed, request_id, named)?;
        let sale = what.sale(here, &at, named, &held, attempt).map_err(inside)?;
        Ok(Self { at, named, attempt, held, sale, practice, mode })
    }

    /// Reads a slip.
    pub fn read_slip(
        here: &Installation,
        allowed: &Allowed,
        request: api::RecordRedemptionRequest,
    ) -> Result<Self, NotDone> {
        let receipt = request.receipt.unwrap_or_default();
        let at = here.till_of(allowed, receipt.till).map_err(|error| error.inside("receipt.till"))?;
        let named = Named::read(receipt)?;
        let days_ago = named.day.map(|day| at.today.days().saturating_sub(day.days()));
        if !days_ago.is_some_and(|days| (0..=SLIP_DAYS_MAX).contains(&days)) {
            let limit = "the day on the slip, where the venue is: today, or at most 60 days ago";
            return Err(NotDone::bad("receipt.day", limit));
        }
        let held = match request.by {
            Some(api::record_redemption_request::By::Shown(shown)) => read_shown(Some(shown))?,
            Some(api::record_redemption_request::By::AccountNumber(number)) => {
                Held::Account(fields::account("account_number", number)?)
            }
            None => return Err(NotDone::bad("shown", "given, or account_number")),
        };
        let what = What {
            offer_number: request.offer_number,
            people: request.people,
            initials: request.staff_initials,
            is_beyond_budget: false,
            is_from_slip: true,
        };
        let mode = if request.validate_only { Mode::ValidateOnly } else { Mode::Write };
        let attempt = attempt(allowed, &request.request_id, named)?;
        let sale = what.sale(here, &at, named, &held, attempt)?;
        Ok(Self { at, named, attempt, held, sale, practice: Practice::No, mode })
    }
}

impl Named {
    /// Reads what names a sale.
    pub fn read(receipt: api::SaleReceipt) -> Result<Self, NotDone> {
        let day = fields::day("receipt.day", receipt.day)?;
        if receipt.number > NUMBER_MAX {
            return Err(NotDone::bad("receipt.number", "from 1 to 999,999,999, or 0 for the next"));
        }
        let line = u8::try_from(receipt.line).ok().filter(|line| *line <= LINE_MAX);
        let line = line.ok_or_else(|| NotDone::bad("receipt.line", "from 1 to 99, or 0 for 1"))?;
        let number = Some(receipt.number).filter(|number| *number != 0);
        Ok(Self { day, number, line: line.max(1) })
    }

    /// The receipt at a till, of its day or of today, with that number.
    pub fn receipt(self, at: &At, number: u32) -> Receipt {
        let day = self.day.unwrap_or(at.today);
        Receipt { partner: at.partner, till: at.till, day, number, line: self.line }
    }
}

/// What is sold, as fields.
struct What {
    offer_number: u32,
    people: u32,
    initials: String,
    is_beyond_budget: bool,
    is_from_slip: bool,
}

impl What {
    fn sale(
        self,
        here: &Installation,
        at: &At,
        named: Named,
        held: &Held,
        attempt: RequestKey,
    ) -> Result<Sale, NotDone> {
        let letters = self.initials.as_bytes();
        let is_named =
            (1..=INITIALS_MAX).contains(&letters.len()) && letters.iter().all(u8::is_ascii_uppercase);
        if !is_named {
            return Err(NotDone::bad("staff_initials", "1 to 4 capital letters: who is at the till"));
        }
        let people = people(self.people)?;
        let number = named.number.unwrap_or_else(|| Receipt::made_number(attempt, 0));
        Ok(Sale {
            receipt: named.receipt(at, number),
            venue: at.venue,
            offer: offer_number(self.offer_number)?,
            people,
            is_beyond_budget: self.is_beyond_budget,
            is_from_slip: self.is_from_slip,
            shown: here.as_kept(at.partner, held)?,
            attempt,
            budget: None,
            initials: self.initials.into(),
        })
    }
}

impl Installation {
    /// The till that a caller names, or their own.
    pub(super) fn till_of(&self, allowed: &Allowed, name: Option<api::TillName>) -> Result<At, NotDone> {
        self.till(allowed, name, |_| true)
    }

    /// The same, if it is in use.
    pub(super) fn open_till_of(&self, allowed: &Allowed, name: Option<api::TillName>) -> Result<At, NotDone> {
        self.till(allowed, name, |in_use| in_use == InUse::Yes)
    }

    fn till(
        &self,
        allowed: &Allowed,
        name: Option<api::TillName>,
        fits: impl Fn(InUse) -> bool,
    ) -> Result<At, NotDone> {
        let api::TillName { partner_owner_number, till_number } = name.unwrap_or_default();
        let partner = partner_named(allowed, "partner_owner_number", partner_owner_number)?;
        let number = if till_number == 0 { allowed.caller().till.unwrap_or(0) } else { till_number };
        let is_own = allowed.caller().till.is_none_or(|own| own == number);
        let limit = "that of a till of the partner that is in use; a till's own key names its own, or 0";
        let no_till = || NotDone::bad("till_number", limit);
        let known = self.directory.known();
        let person = self.own_partner(allowed, &known, partner)?;
        let number = u16::try_from(number).map_err(|_| no_till())?;
        let till = person.sites.tills.get(&number).filter(|till| is_own && fits(till.in_use));
        let till = till.ok_or_else(no_till)?;
        let (now, bank) = (self.access.now(), known.banks.get(person.bank));
        let today = bank.map_or_else(|| now.utc_day(), |bank| bank.today(now));
        Ok(At { partner, till: number, venue: till.venue, today })
    }

    /// What is kept of what was shown to a partner: of digits a hash under the partner's own key, so that it stays the same
    /// whatever becomes of `local/`.
    pub(super) fn as_kept(&self, partner: OwnerNumber, held: &Held) -> Result<Shown, NotDone> {
        let hash_of = |digits: &Digits| -> Result<[u8; 8], NotDone> {
            let key = mac_key(&self.network.keyring, partner, "shown at a till");
            let key = key.map_err(|error| NotDone::Unreadable(error.to_string()))?;
            let hash = hmac::sign(&key, digits.bytes());
            Ok(hash.as_ref().first_chunk().copied().unwrap_or_default()) // 32 bytes hold 8.
        };
        Ok(match held {
            Held::Code(digits) => Shown { by: ShownBy::Code, hash: hash_of(digits)? },
            Held::Card(digits, Some(_)) => Shown { by: ShownBy::CardAndPin, hash: hash_of(digits)? },
            Held::Card(digits, None) => Shown { by: ShownBy::Card, hash: hash_of(digits)? },
            Held::Account(account) => {
                Shown { by: ShownBy::Account, hash: u64::from(account.printed()).to_le_bytes() }
            }
        })
    }
}

/// The partner a caller names, or the only one of their key.
pub(in crate::service) fn partner_named(
    allowed: &Allowed,
    field: &str,
    number: u32,
) -> Result<OwnerNumber, NotDone> {
    let own = if let Reach::Partners(partners) = &allowed.caller().reach { partners.first() } else { None };
    match (number, own) {
        (0, Some(own)) => Ok(*own),
        (number, _) => owner(field, number),
    }
}

/// How many people a sale is for.
pub(super) fn people(number: u32) -> Result<u16, NotDone> {
    let people = Some(number.max(1)).filter(|people| *people <= PEOPLE_MAX);
    let people = people.and_then(|people| u16::try_from(people).ok());
    people.ok_or_else(|| NotDone::bad("people", "from 1 to 100, or 0 for 1"))
}

/// What was shown.
pub(super) fn read_shown(shown: Option<api::Shown>) -> Result<Held, NotDone> {
    let by = shown.and_then(|shown| shown.by);
    let digits =
        |field: &str, text: &str| Digits::parse(text).map_err(|error| NotDone::bad(field, error.to_string()));
    match by {
        Some(api::shown::By::Code(code)) => Ok(Held::Code(digits("shown.code", &code)?)),
        Some(api::shown::By::Card(card)) => {
            let number = digits("shown.card.number", &card.number)?;
            if card.pin.is_empty() {
                return Ok(Held::Card(number, None));
            }
            let limit = "four to eight digits, or empty for the card alone";
            let pin = Pin::parse(&card.pin).map_err(|_| NotDone::bad("shown.card.pin", limit))?;
            Ok(Held::Card(number, Some(pin)))
        }
        None => Err(NotDone::bad("shown", "a code or a card")),
    }
}

pub(super) fn offer_number(number: u32) -> Result<u16, NotDone> {
    let number = u16::try_from(number).ok().filter(|number| *number != 0);
    number.ok_or_else(|| NotDone::bad("offer_number", "the number of an offer of this partner, from 1"))
}

/// The attempt that a caller names; one of its own where the receipt says enough: asked again after midnight, a number
/// without its day would be another sale's.
fn attempt(allowed: &Allowed, request_id: &str, named: Named) -> Result<RequestKey, NotDone> {
    let scope = allowed.caller().scope;
    let says_enough = named.number.is_some() && named.day.is_some();
    match request_id {
        "" if says_enough => Ok(RequestKey { scope, id: RequestId::fresh() }),
        "" => Err(NotDone::bad(
            "request_id",
            "given, unless the receipt has its day and its number: asking again is not safe without",
        )),
        text => Ok(RequestKey { scope, ..fields::request_key(text)? }),
    }
}

/// Whether a caller is told no more than a till is: a till itself, and the partner.
pub(super) fn hears_as_till(allowed: &Allowed) -> bool {
    allowed.knows_no_members()
}
