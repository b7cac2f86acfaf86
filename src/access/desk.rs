//! Where credentials are made, rotated and revoked, one at a time, and where a network begins.
//!
//! Every act is: what this request did before, what can be meant, what the rules say, one note, and then
//! everybody sees it. The note is on disk before anybody can use the key it is about (I4, I5).

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;

use super::caller::{Caller, CredentialNumber};
use super::grant::{Grant, check_name};
use super::last_used::LastUsed;
use super::note::{KeptSecret, Said};
use super::pace::Pacer;
use super::refusal::Refusal;
use super::register::{BadFold, CREDENTIALS_MAX, Credential, Register, Written};
use super::role::{Reach, Role};
use super::rules;
use super::table::{Macs, Row, Table};
use super::{Access, Asked};
use crate::domain::{
    AccountKind, Action, BankNumber, Command, Entry, Invalid, KeyText, Note, OwnerNumber, RequestId,
    RequestKey, Scope, Sequence, Timestamp, Topic,
};
use crate::journal::JournalReader;
use crate::ledger::excerpt::Excerpt;
use crate::ledger::{Mode, NoReceipt, Receipt, Repeated};
use crate::network::{KeysError, Network, derived_id};

/// The longest that two keys of one credential may work beside each other: 30 days.
pub const OVERLAP_SECONDS_MAX: i64 = 30 * 86_400;
/// Accounts looked at under one lock.
const ACCOUNTS_LOOKED_AT: usize = 10_000;

/// Why there is no key, or a credential is as it was.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// A field cannot be meant.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A rule about keys said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The network began before.
    #[error("the network \"{name}\" began here on {at}")]
    BegunBefore {
        /// What it is called.
        name: Box<str>,
        /// When.
        at: Timestamp,
    },
    /// The network's own key is not in the keyring, or the system gives no random bytes.
    #[error(
        "no key can be made: the network's own key is not in its keyring. Put the keyring's backup back; or, if \
         it is lost, stop the server and run 'hourbook init --new-admin-key' on the machine it is on"
    )]
    KeyringLost,
    /// The books did not take it.
    #[error(transparent)]
    NoReceipt(#[from] NoReceipt),
    /// No owner could be registered.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// What was written does not follow from what was there: a defect in Hourbook.
    #[error(transparent)]
    Bad(#[from] BadFold),
}

/// A key, for its holder alone, once.
#[derive(Debug)]
pub struct NewKey {
    /// Its text.
    pub text: KeyText,
    /// What the network is called.
    pub network_name: Box<str>,
}

/// What was made, or would be.
#[derive(Debug)]
pub struct Made {
    /// The key; none where nothing was to be written, or nothing is to be shown.
    pub text: Option<KeyText>,
    /// The credential as it is now; as it was, where nothing was to be written; none if it would be new.
    pub row: Option<Arc<Row>>,
    /// The entry.
    pub receipt: Receipt,
}

/// What is written, and what stands behind it.
pub(super) struct Desk {
    register: Register,
    macs: Macs,
    excerpt: Excerpt,
    last_used: LastUsed,
    pacer: Pacer,
    /// A note may be in the books that is not here: nothing is remembered any more.
    is_unsure: bool,
}

impl Desk {
    pub(super) fn new(
        register: Register,
        macs: Macs,
        excerpt: Excerpt,
        last_used: LastUsed,
        pacer: Pacer,
    ) -> Self {
        Self { register, macs, excerpt, last_used, pacer, is_unsure: false }
    }

    pub(super) fn table_after(&self, table: &Table) -> Table {
        table.after(&self.register, &self.macs, &self.pacer)
    }

    /// Writes when keys were used last.
    pub(super) fn remember_use(&mut self, table: &Table) {
        let used = table.rows.iter().filter_map(|row| Some((row.credential.number, row.used_minutes()?)));
        self.last_used.write(used.collect());
    }

    /// Adds new notes to the excerpt, or that it goes `every` entries further.
    pub(super) fn remember_notes(&mut self, reader: &dyn JournalReader, every: u64) {
        if self.is_unsure {
            return;
        }
        // All notes of ours are written by this desk, which stands still: none lies between.
        self.excerpt.pass(reader.tip().position);
        self.excerpt.add(reader, every);
    }

    /// What all notes so far say.
    pub(super) const fn register(&self) -> &Register {
        &self.register
    }

    /// Puts a note into the books; the register follows.
    pub(super) fn write(
        &mut self,
        network: &Network,
        (key, actor): (RequestKey, OwnerNumber),
        subject: u32,
        said: &Said,
        mode: Mode,
    ) -> Result<Receipt, NotMade> {
        let note = Note { topic: Topic::CREDENTIAL, subject: u64::from(subject), body: said.encode() };
        let command = Command::new(key, actor, Action::Note(note.clone()));
        if mode == Mode::ValidateOnly {
            let outcome = network.ledger.validate(command.clone())?;
            let (sequence, recorded_at) = (Sequence::ZERO, Timestamp::from_micros(0));
            let entry = Entry { sequence, recorded_at, command, outcome };
            return Ok(Receipt { entry, repeated: Repeated::No });
        }
        let receipt = network.ledger.post(command).inspect_err(|no_receipt| match no_receipt {
            NoReceipt::Unknown(_) => self.is_unsure = true,
            NoReceipt::Invalid(_) | NoReceipt::Refused(_) | NoReceipt::Busy => {}
        })?;
        if receipt.repeated == Repeated::No {
            let written = Written::of(&receipt.entry, &note);
            self.is_unsure = true; // Unless it follows.
            self.register.apply(&written)?;
            // That it cannot be read only makes the next start longer.
            let journal = network.ledger.books().journal();
            self.is_unsure = self.excerpt.take_written(&**journal, written.sequence).is_err();
        }
        Ok(receipt)
    }

    /// Whether this is the only admin key that works at `now`.
    pub(super) fn is_last_admin(&self, number: CredentialNumber, now: Timestamp) -> bool {
        self.register.is_last_admin(number, now, |secret| self.macs.works(secret))
    }

    /// The owner whose key secrets are hashed with, now that there are some.
    fn key_owner(&self) -> Result<OwnerNumber, Refusal> {
        self.register.begun.as_ref().map(|begun| begun.key_owner).ok_or(Refusal::NotBegun)
    }

    fn new_secret(&self, number: CredentialNumber) -> Result<(KeyText, KeptSecret), NotMade> {
        let made = self.macs.make(self.key_owner()?, number, &SystemRandom::new());
        made.ok_or(NotMade::KeyringLost)
    }

    /// A credential that the caller may see, and that has not ended.
    fn manageable(
        &self,
        network: &Network,
        caller: &Caller,
        number: CredentialNumber,
        now: Timestamp,
    ) -> Result<Arc<Credential>, Refusal> {
        let credential = self.register.credential(number);
        let credential =
            credential.filter(|credential| rules::may_manage(caller, credential, &banks_of(network)));
        let credential = credential.ok_or(Refusal::NotFound(number))?;
        if credential.ended(now).is_some() {
            return Err(Refusal::Ended(number));
        }
        Ok(Arc::clone(credential))
    }

    /// Makes an admin credential on the machine itself.
    fn admin(&mut self, network: &Network, name: &str, holder: OwnerNumber) -> Result<KeyText, NotMade> {
        let grant = Grant {
            role: Role::Admin,
            reach: Reach::Network,
            till: None,
            name: name.into(),
            expires_at: None,
        };
        let number = self.register.next();
        let (text, secret) = self.new_secret(number)?;
        let said = Said::Made { grant, holder, secret };
        self.write(network, at_the_machine(), number.get(), &said, Mode::Write)?;
        Ok(text)
    }
}

/// A request of whoever sits at the machine.
fn at_the_machine() -> (RequestKey, OwnerNumber) {
    let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::fresh() };
    (key, OwnerNumber::OPERATOR)
}

fn owners(network: &Network, count: u16) -> Result<Vec<OwnerNumber>, KeysError> {
    let (key, actor) = at_the_machine();
    network.register_owners(key, actor, count)
}

/// In which banks partners have accounts; found out when it is asked first.
pub(super) fn banks_of(network: &Network) -> impl Fn(OwnerNumber) -> Vec<BankNumber> {
    let known = OnceCell::new();
    move |partner| {
        let known: &BTreeMap<_, Vec<BankNumber>> = known.get_or_init(|| {
            let mut banks = BTreeMap::<_, Vec<BankNumber>>::new();
            let (views, mut from) = (network.ledger.views(), Some(0));
            while let Some(slot) = from {
                let is_partners = |view: &crate::ledger::AccountView| view.kind == AccountKind::Partner;
                let (found, next) = views.accounts(slot, is_partners, usize::MAX, ACCOUNTS_LOOKED_AT);
                for (_, view) in found {
                    banks.entry(view.owner).or_default().push(view.bank);
                }
                from = next;
            }
            banks
        });
        known.get(&partner).cloned().unwrap_or_default()
    }
}

/// What a request id of a caller is known for.
pub(super) fn known(network: &Network, key: RequestKey) -> Result<Option<(CredentialNumber, Said)>, NotMade> {
    let Some(entry) = network.ledger.find(key)? else { return Ok(None) };
    let other = || NotMade::from(Refusal::RequestIdReused(vec!["call"]));
    let Action::Note(note) = &entry.command.action else { return Err(other()) };
    let number = u32::try_from(note.subject).ok().filter(|_| note.topic == Topic::CREDENTIAL);
    let (number, said) = number.zip(Said::decode(&note.body).ok()).ok_or_else(other)?;
    Ok(Some((CredentialNumber::new(number), said)))
}

fn differing(asked: &Asked, grant: &Grant, holder: OwnerNumber) -> Vec<&'static str> {
    let checks = [
        ("role", asked.grant.role == grant.role),
        ("reach", asked.grant.reach == grant.reach),
        ("till_number", asked.grant.till == grant.till),
        ("holder_owner_number", asked.holder.is_none_or(|asked| asked == holder)),
        ("name", asked.grant.name == grant.name),
        ("expires_at", asked.grant.expires_at == grant.expires_at),
    ];
    checks.into_iter().filter_map(|(field, same)| (!same).then_some(field)).collect()
}

impl Access {
    /// The network begins: it gets a name, a key of its own, and its first admin key. On the machine itself,
    /// with nobody else at the books.
    ///
    /// # Errors
    /// [`NotMade`]; `BegunBefore` the second time.
    pub fn begin(&self, network: &Network, name: &str) -> Result<NewKey, NotMade> {
        let mut desk = self.desk();
        if let Some(begun) = &desk.register.begun {
            return Err(NotMade::BegunBefore { name: begun.name.clone(), at: begun.at });
        }
        check_name(name)?;
        let [key_owner, holder] = owners(network, 2)?[..] else { return Err(NotMade::KeyringLost) };
        desk.macs.add(key_owner, &network.keyring).map_err(KeysError::from)?;
        let said = Said::Begun { key_owner, name: name.into() };
        desk.write(network, at_the_machine(), 0, &said, Mode::Write)?;
        self.publish(&desk);
        let text = desk.admin(network, "first admin key", holder)?;
        self.shown(&desk, text)
    }

    /// Another admin key, on the machine itself: for when none is left, or none can be checked. In the second
    /// case the network gets another key of its own; credentials made before work again once they are rotated.
    ///
    /// # Errors
    /// [`NotMade`]; `NotBegun` where there was never a key.
    pub fn new_admin_key(&self, network: &Network) -> Result<NewKey, NotMade> {
        let mut desk = self.desk();
        let key_owner = desk.key_owner()?;
        if !desk.macs.has(key_owner) {
            let [key_owner] = owners(network, 1)?[..] else { return Err(NotMade::KeyringLost) };
            desk.macs.add(key_owner, &network.keyring).map_err(KeysError::from)?;
            desk.write(network, at_the_machine(), 0, &Said::NewKey { key_owner }, Mode::Write)?;
        }
        let [holder] = owners(network, 1)?[..] else { return Err(NotMade::KeyringLost) };
        let text = desk.admin(network, "admin key made at the machine", holder)?;
        self.shown(&desk, text)
    }

    fn shown(&self, desk: &Desk, text: KeyText) -> Result<NewKey, NotMade> {
        self.publish(desk);
        let begun = desk.register.begun.as_ref().ok_or(Refusal::NotBegun)?;
        Ok(NewKey { text, network_name: begun.name.clone() })
    }

    /// Makes a credential. Blocking, until it is on disk. Whether a till is there, which nobody knows here, is for
    /// `check` to say of the partner's owner number and the till's, once the caller may know.
    ///
    /// # Errors
    /// [`NotMade`]. The same request again is `ShownOnce`: the key is not kept, so it cannot be shown again.
    pub fn create(
        &self,
        network: &Network,
        caller: &Caller,
        asked: &Asked,
        check: impl Fn(OwnerNumber, u32) -> Result<(), Invalid>,
    ) -> Result<Made, NotMade> {
        let mut desk = self.desk();
        match known(network, asked.key)? {
            None => {}
            Some((number, Said::Made { grant, holder, .. })) => {
                let fields = differing(asked, &grant, holder);
                return Err(if fields.is_empty() {
                    Refusal::ShownOnce(number).into()
                } else {
                    Refusal::RequestIdReused(fields).into()
                });
            }
            Some(_) => return Err(Refusal::RequestIdReused(vec!["call"]).into()),
        }
        asked.grant.check(asked.holder, self.now())?;
        desk.key_owner()?;
        if !rules::may_make(caller, asked.grant.role, &asked.grant.reach, &banks_of(network)) {
            return Err(Refusal::BeyondReach(asked.grant.role).into());
        }
        check_there(network, &asked.grant.reach, asked.holder)?;
        if let (Some(till), Reach::Partners(partners)) = (asked.grant.till, &asked.grant.reach) {
            partners.iter().try_for_each(|partner| check(*partner, till))?;
        }
        let number = desk.register.next();
        if number.get() > CREDENTIALS_MAX {
            return Err(Refusal::Full(CREDENTIALS_MAX).into());
        }
        let (text, secret) = desk.new_secret(number)?;
        let holder = match asked.holder {
            Some(holder) => holder,
            None if asked.mode == Mode::ValidateOnly => OwnerNumber::OPERATOR,
            None => {
                let key = RequestKey {
                    id: derived_id("hourbook holder of a credential", &asked.key.id.bytes()),
                    ..asked.key
                };
                let [holder] = network.register_owners(key, caller.holder, 1)?[..] else {
                    return Err(NotMade::KeyringLost);
                };
                holder
            }
        };
        let said = Said::Made { grant: asked.grant.clone(), holder, secret };
        let receipt = desk.write(network, (asked.key, caller.holder), number.get(), &said, asked.mode)?;
        if asked.mode == Mode::ValidateOnly {
            return Ok(Made { text: None, row: None, receipt });
        }
        self.publish(&desk);
        Ok(Made { text: Some(text), row: self.credential(number), receipt })
    }

    /// Gives a credential another key; the one it had works for `overlap_seconds` more, 0 for not at all.
    /// Blocking, until it is on disk.
    ///
    /// # Errors
    /// [`NotMade`], as [`Self::create`]. While two keys work, only an overlap of 0 is taken: it ends both.
    pub fn rotate(
        &self,
        network: &Network,
        caller: &Caller,
        (key, mode): (RequestKey, Mode),
        number: CredentialNumber,
        overlap_seconds: i64,
    ) -> Result<Made, NotMade> {
        let mut desk = self.desk();
        match known(network, key)? {
            None => {}
            Some((known, Said::Rotated { .. })) if known == number => {
                return Err(Refusal::ShownOnce(number).into());
            }
            Some((_, Said::Rotated { .. })) => {
                return Err(Refusal::RequestIdReused(vec!["credential_number"]).into());
            }
            Some(_) => return Err(Refusal::RequestIdReused(vec!["call"]).into()),
        }
        if !(0..=OVERLAP_SECONDS_MAX).contains(&overlap_seconds) {
            return Err(Invalid { field: "overlap_seconds", limit: "from 0 to 2,592,000 (30 days)" }.into());
        }
        desk.key_owner()?;
        let now = self.now();
        let credential = desk.manageable(network, caller, number, now)?;
        if let Some((_, until)) = credential.older.filter(|(_, until)| *until > now && overlap_seconds > 0) {
            return Err(Refusal::TwoKeys { number, until }.into());
        }
        let (text, secret) = desk.new_secret(number)?;
        // At once is before anything: the ledger's time may be a little behind the clock.
        let until = if overlap_seconds == 0 {
            Timestamp::from_micros(i64::MIN)
        } else {
            now.plus_seconds(overlap_seconds)
        };
        let said = Said::Rotated { until, secret };
        let receipt = desk.write(network, (key, caller.holder), number.get(), &said, mode)?;
        if mode == Mode::ValidateOnly {
            return Ok(Made { text: None, row: self.credential(number), receipt });
        }
        self.publish(&desk);
        Ok(Made { text: Some(text), row: self.credential(number), receipt })
    }

    /// Ends a credential with all its keys, at once and for good; streams that began with it hear. Blocking,
    /// until it is on disk.
    ///
    /// # Errors
    /// [`NotMade`]. The last admin key that works stays.
    pub fn revoke(
        &self,
        network: &Network,
        caller: &Caller,
        (key, mode): (RequestKey, Mode),
        number: CredentialNumber,
    ) -> Result<Made, NotMade> {
        let mut desk = self.desk();
        let said = Said::Revoked;
        match known(network, key)? {
            None => {
                desk.key_owner()?;
                let now = self.now();
                desk.manageable(network, caller, number, now)?;
                if desk.is_last_admin(number, now) {
                    return Err(Refusal::LastAdmin(number).into());
                }
            }
            Some((known, Said::Revoked)) if known == number => {}
            Some((_, Said::Revoked)) => {
                return Err(Refusal::RequestIdReused(vec!["credential_number"]).into());
            }
            Some(_) => return Err(Refusal::RequestIdReused(vec!["call"]).into()),
        }
        let receipt = desk.write(network, (key, caller.holder), number.get(), &said, mode)?;
        self.publish(&desk);
        Ok(Made { text: None, row: self.credential(number), receipt })
    }
}

/// Whether what a reach names is there, and the holder.
fn check_there(network: &Network, reach: &Reach, holder: Option<OwnerNumber>) -> Result<(), Refusal> {
    let views = network.ledger.views();
    let mut owners = holder.into_iter().collect::<Vec<_>>();
    match reach {
        Reach::Network => {}
        Reach::Banks(banks) => {
            if let Some(missing) = banks.iter().find(|bank| views.bank(**bank).is_none()) {
                return Err(Refusal::BankNotFound(*missing));
            }
        }
        Reach::Partners(partners) => owners.extend(partners),
    }
    let missing = owners.into_iter().find(|owner| !(1..=views.owners()).contains(&owner.get()));
    missing.map_or(Ok(()), |missing| Err(Refusal::OwnerNotFound(missing)))
}
