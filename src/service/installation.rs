//! What handlers work with once the books are open: the installation, and the way of a write through it.
//!
//! Whatever may touch a disk runs beside the runtime, a bounded number at a time: writes, reads, questions
//! about the past and streams each have places of their own, so that none keeps the others out. Only waiting
//! for the batch to be on disk is awaited.

use std::sync::{Arc, Mutex};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tracing::Instrument;

use super::asked::{Asked, accounts_named, act_as, entry_named};
use super::not_done::NotDone;
use super::redemption::Tills;
use crate::access::{Access, Allowed, End};
use crate::directory::{Activities, Directory, Names};
use crate::domain::{
    AccountNumber, Action, Command, Entry, OwnerNumber, Refusal, RequestKey, Sequence, Timestamp,
};
use crate::exchange::OpenMatters;
use crate::hooks::outboxes::Outboxes;
use crate::hooks::target::Subnets;
use crate::ledger::recovery::RecoveryError;
use crate::ledger::{Decision, Detail, Mode, NoReceipt, Receipt, Repeated, Ticket};
use crate::network::{KeysError, Network};
use crate::past::Past;
use crate::seal::{self, KeyError, Place, SealError, Text};
use crate::telemetry::{Metrics, names};
use crate::words;

/// Single writes under way at once, from when they are read to when they are on disk; one more is answered
/// "busy". A few hundred keep wire and disk busy; more would only wait longer.
const UNDER_WAY_MAX: usize = 1_024;
/// Of writes, those that may wait for a disk before they are decided, or after; one more is answered "busy".
const WRITING_MAX: usize = 256;
/// Reads at once, beside those; further ones wait for their turn.
const READING_MAX: usize = 64;
/// Questions at once whose answer may mean reading the whole journal; one more is answered "busy".
const QUESTIONS_MAX: usize = 4;
/// Streams of entries that may read the disk at once, beside those; further ones wait for their turn.
const WATCHING_MAX: usize = 16;

/// An open installation and what stands beside it.
pub struct Installation {
    /// Questions about earlier positions and days. Before the books: it keeps their journal open.
    pub past: Past,
    /// Banks' lists of activities. Before the books too.
    pub activities: Activities,
    /// What banks have settled. Before the books too: it keeps their journal open.
    pub directory: Directory,
    /// What is open between people. Before the books too.
    pub matters: OpenMatters,
    /// Who may call. Before the books too.
    pub access: Access,
    /// Books and keys.
    pub network: Network,
    /// One adds to a list at a time.
    pub adding_activities: Mutex<()>,
    /// Verify runs once at a time.
    pub verifying: Arc<Semaphore>,
    /// What is counted.
    pub metrics: Metrics,
    /// Turns true when the server is told to end; streams end with it.
    pub ending: watch::Receiver<bool>,
    /// What is shown at tills, and what became of it; each locked for a look.
    pub(super) tills: Tills,
    /// What is on its way to partners' software, and where it may go.
    pub(super) calling: Calling,
    under_way: Semaphore,
    writing: Arc<Semaphore>,
    reading: Arc<Semaphore>,
    questions: Arc<Semaphore>,
    watching: Arc<Semaphore>,
}

/// Beside the books, for partners' software.
pub struct Calling {
    /// What is on its way.
    pub outboxes: Outboxes,
    /// Where it may go beside the internet.
    pub allowed: Subnets,
}

/// A command on its way through the ledger.
struct Submitted {
    ticket: Ticket,
    /// The key its text would be sealed under is gone: only an answer that was given before counts.
    erased: Option<OwnerNumber>,
}

impl Installation {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        network: Network,
        past: Past,
        directory: Directory,
        (access, tills, calling): (Access, Tills, Calling),
        metrics: Metrics,
        ending: watch::Receiver<bool>,
    ) -> Self {
        let (journal, derived) = (network.ledger.books().journal(), network.directory().derived());
        let matters = OpenMatters::open(Arc::clone(journal), derived.join("matters"));
        let activities = Activities::open(Arc::clone(journal), derived.join("activities"));
        Self {
            past,
            activities,
            directory,
            matters,
            access,
            network,
            adding_activities: Mutex::new(()),
            verifying: Arc::new(Semaphore::new(1)),
            metrics,
            ending,
            tills,
            calling,
            under_way: Semaphore::new(UNDER_WAY_MAX),
            writing: Arc::new(Semaphore::new(WRITING_MAX)),
            reading: Arc::new(Semaphore::new(READING_MAX)),
            questions: Arc::new(Semaphore::new(QUESTIONS_MAX)),
            watching: Arc::new(Semaphore::new(WATCHING_MAX)),
        }
    }

    /// Whether a caller's key or token is still good.
    ///
    /// # Errors
    /// Why it is not.
    pub fn still(&self, allowed: &Allowed) -> Result<(), NotDone> {
        let ends = allowed.caller().lifetime.ends();
        // Whoever has no end needs no clock.
        let ended = ends.moment().and_then(|_| ends.at(self.access.now()));
        ended.map_or(Ok(()), |end| Err(NotDone::ended(end)))
    }

    /// Waits until a caller's key or token is over.
    pub fn until_ended(self: &Arc<Self>, allowed: &Allowed) -> impl Future<Output = End> + Send + use<> {
        let (here, caller) = (Arc::clone(self), Arc::clone(allowed.caller()));
        async move { caller.until_ended(here.access.clock()).await }
    }

    /// Runs `work`, which is a write, where it may wait for a disk.
    pub async fn writing<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<T, NotDone> {
        let permit = Arc::clone(&self.writing).try_acquire_owned();
        let permit = permit.map_err(|_| NotDone::Busy("too many calls write at once"))?;
        self.with_permit(permit, work).await
    }

    /// The same for a read: reads never take the places of writes.
    pub async fn reading<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<T, NotDone> {
        let permit = Arc::clone(&self.reading).acquire_owned().await.map_err(|_| self.gone())?;
        self.with_permit(permit, work).await
    }

    /// The same for a question whose answer may mean reading the whole journal.
    pub async fn asking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<T, NotDone> {
        let permit = Arc::clone(&self.questions).try_acquire_owned();
        let permit = permit.map_err(|_| NotDone::Busy("4 questions about the past are being answered"))?;
        self.with_permit(permit, work).await
    }

    /// The same for what comes after the books took a write: it waits for its turn, as "busy, nothing was
    /// done" would not be true any more.
    pub async fn afterwards<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<T, NotDone> {
        let permit = Arc::clone(&self.writing).acquire_owned().await.map_err(|_| self.gone())?;
        self.with_permit(permit, work).await
    }

    /// The same for streams of entries, which wake all at once and must not take the places of calls.
    pub async fn watching<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<T, NotDone> {
        let permit = Arc::clone(&self.watching).acquire_owned().await.map_err(|_| self.gone())?;
        self.with_permit(permit, work).await
    }

    async fn with_permit<T: Send + 'static>(
        self: &Arc<Self>,
        permit: OwnedSemaphorePermit,
        work: impl FnOnce(&Self) -> Result<T, NotDone> + Send + 'static,
    ) -> Result<T, NotDone> {
        let here = Arc::clone(self);
        let span = tracing::Span::current();
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            span.in_scope(|| work(&here))
        });
        done.await.unwrap_or_else(|_| Err(NotDone::Unknown("the call ended unexpectedly".into())))
    }

    /// Puts a write into the books and waits until it is on disk, or refused.
    pub async fn write(self: &Arc<Self>, allowed: &Allowed, mut asked: Asked) -> Result<Receipt, NotDone> {
        // What comes faster than it can be answered is refused here. The ledger's own queue never fills by
        // single writes: deciding one is far quicker than reading its call.
        let place = self.under_way.try_acquire();
        let _place = place.map_err(|_| NotDone::Busy("too many writes are under way"))?;
        act_as(&mut asked.command, allowed.caller());
        if let Action::RegisterOwners(count) = asked.command.action {
            return Box::pin(self.writing(move |here| here.register_owners(asked, count))).await;
        }
        let span = tracing::info_span!(names::SPAN_SUBMIT);
        self.written(allowed, asked).instrument(span).await
    }

    async fn written(self: &Arc<Self>, allowed: &Allowed, asked: Asked) -> Result<Receipt, NotDone> {
        // Most writes are decided and answered from memory: for them two changes of threads would cost
        // more than all the rest.
        let submitted = if self.is_in_memory(&asked) {
            self.submit(allowed, asked)?
        } else {
            let allowed = allowed.clone();
            Box::pin(self.writing(move |here| here.submit(&allowed, asked))).await?
        };
        let Submitted { ticket, erased } = submitted;
        let decided = ticket.await.and_then(|decided| decided.each().next());
        let (command, decision) = decided.ok_or_else(|| self.gone())?;
        if let (None, Decision::AcceptedWith(_)) = (erased, &decision) {
            return self.receipt(command, decision);
        }
        Box::pin(self.afterwards(move |here| {
            let is_answer = matches!(decision, Decision::Known(_) | Decision::NotNow);
            if let Some(owner) = erased.filter(|_| !is_answer) {
                return Err(nobody_forgotten(owner));
            }
            here.receipt(command, decision)
        }))
        .await
    }

    /// Whether a write can be submitted without touching a disk: it has no words to seal, and names no older
    /// entry.
    fn is_in_memory(&self, asked: &Asked) -> bool {
        asked.has_no_words()
            && entry_named(&asked.command.action).is_none()
            && !self.network.ledger.reads_ahead(&asked.command)
    }

    fn submit(&self, allowed: &Allowed, mut asked: Asked) -> Result<Submitted, NotDone> {
        asked.command.check()?; // Before its text: what cannot be meant concerns nobody.
        self.within_reach(allowed, &asked.command)?;
        let erased = self.seal(&mut asked)?;
        let mode = if erased.is_some() { Mode::ValidateOnly } else { asked.mode };
        let ticket = self.network.ledger.submit(vec![asked.command], mode, Detail::Outcomes);
        Ok(Submitted { ticket: ticket.map_err(|error| self.not_done(error))?, erased })
    }

    /// Keys first, then the entry: one at a time, as registering waits for the keyring anyway.
    fn register_owners(&self, asked: Asked, count: u16) -> Result<Receipt, NotDone> {
        if asked.mode == Mode::ValidateOnly {
            return self.write_and_wait(asked.command, asked.mode);
        }
        self.network.register(asked.command, count).map_err(|error| match error {
            KeysError::NoReceipt(no_receipt) => self.not_done(no_receipt),
            KeysError::Key(_) | KeysError::Erasure(_) => NotDone::Unknown(error.to_string()),
        })
    }

    /// Puts a write without words into the books. Blocks the thread until it is on disk, or refused.
    pub fn write_and_wait(&self, command: Command, mode: Mode) -> Result<Receipt, NotDone> {
        let ticket = self.network.ledger.submit(vec![command], mode, Detail::Outcomes);
        let decided = ticket.map_err(|error| self.not_done(error))?.wait();
        let (command, decision) =
            decided.and_then(|decided| decided.each().next()).ok_or_else(|| self.gone())?;
        self.receipt(command, decision)
    }

    /// The receipt of a decision; of one that was only validated, with the entry it would have made.
    /// Blocking, but for `AcceptedWith`.
    pub fn receipt(&self, command: Command, decision: Decision) -> Result<Receipt, NotDone> {
        if let Decision::WouldBe(outcome) = decision {
            let nowhere = (Sequence::ZERO, Timestamp::from_micros(0));
            let entry = Entry { sequence: nowhere.0, recorded_at: nowhere.1, command, outcome: *outcome };
            return Ok(Receipt { entry, repeated: Repeated::No });
        }
        self.network.ledger.receipt(command, decision).map_err(|error| self.not_done(error))
    }

    /// Seals the words of a write into its command. Names an owner whose key is gone, if there is one: then
    /// nothing was sealed.
    pub fn seal(&self, asked: &mut Asked) -> Result<Option<OwnerNumber>, NotDone> {
        let Some(key) = asked.command.key else { return Ok(None) };
        if !asked.text.is_empty() {
            let about = self.text_concerns(asked)?;
            match self.seal_one(&about, &key, Place::Entry, &asked.text, "details")? {
                Ok(sealed) => asked.command.text = sealed,
                Err(erased) => return Ok(Some(erased)),
            }
        }
        let Action::OpenAccounts(accounts) = &mut asked.command.action else { return Ok(None) };
        for ((place, account), label) in (0u8..).zip(accounts.iter_mut()).zip(&asked.labels) {
            if label.is_empty() {
                continue;
            }
            let text = Text { label: Some(label.clone()), ..Text::default() };
            match self.seal_one(&[account.owner], &key, Place::Account(place), &text, "account.label")? {
                Ok(sealed) => account.label = sealed,
                Err(erased) => return Ok(Some(erased)),
            }
        }
        Ok(None)
    }

    /// Seals one text; the inner error names an owner whose key is gone.
    fn seal_one(
        &self,
        about: &[OwnerNumber],
        key: &RequestKey,
        place: Place,
        text: &Text,
        field: &str,
    ) -> Result<Result<Box<[u8]>, OwnerNumber>, NotDone> {
        match seal::seal(&self.network.keyring, about, key, place, text) {
            Ok(sealed) => Ok(Ok(sealed.into_bytes().into_boxed_slice())),
            Err(SealError::Key(KeyError::Erased { owner })) => Ok(Err(owner)),
            Err(SealError::TooLong(_)) => Err(NotDone::bad(field, "at most 1,024 bytes of text together")),
            Err(SealError::NoOwner | SealError::TooManyOwners { .. }) => {
                let must = "about 1 to 8 owners; say whom in text_about";
                Err(NotDone::bad("details.text_about", must))
            }
            Err(SealError::Key(KeyError::NoKey { owner } | KeyError::NumberOutOfRange { owner })) => {
                Err(self.not_done(NoReceipt::Refused(Box::new(Refusal::OwnerNotFound(owner)))))
            }
            Err(error @ (SealError::Key(_) | SealError::Crypto)) => {
                Err(NotDone::Unreadable(error.to_string()))
            }
        }
    }

    /// Whom the text of a write is about: as the caller says, else the owners of all accounts concerned.
    fn text_concerns(&self, asked: &Asked) -> Result<Vec<OwnerNumber>, NotDone> {
        if !asked.about.is_empty() {
            return Ok(asked.about.clone());
        }
        let mut accounts = accounts_named(&asked.command.action);
        let named = entry_named(&asked.command.action);
        if let Some(sequence) = named {
            let entry = self.network.ledger.books().entry(sequence).map_err(unreadable)?;
            if let Some(entry) = entry {
                accounts.extend(accounts_named(&entry.command.action));
                accounts.extend(entry.moves().flat_map(|part| [part.debit, part.credit]));
            }
        }
        if let Some(sequence) = named.filter(|_| accounts.is_empty()) {
            // Nobody's hours are there: the text is not what is wrong.
            return Err(self.refused(&if asked.command.action.hold_named().is_some() {
                Refusal::HoldNotFound(sequence)
            } else {
                Refusal::EntryNotFound(sequence)
            }));
        }
        let mut owners = Vec::new();
        for account in accounts {
            let missing = || self.not_done(NoReceipt::Refused(Box::new(Refusal::AccountNotFound(account))));
            let view = self.network.ledger.views().account(account).ok_or_else(missing)?;
            if !owners.contains(&view.owner) {
                owners.push(view.owner);
            }
        }
        Ok(owners)
    }

    /// What a caller hears of an answer of the ledger. Blocking where a refusal names accounts.
    pub fn not_done(&self, no_receipt: NoReceipt) -> NotDone {
        match no_receipt {
            NoReceipt::Invalid(invalid) => invalid.into(),
            NoReceipt::Refused(refusal) => self.refused(&refusal),
            NoReceipt::Busy => NotDone::BUSY,
            NoReceipt::Unknown(_) => NotDone::Unknown(no_receipt.to_string()),
        }
    }

    /// How far an account may go. Blocking.
    pub fn limits_of(&self, account: AccountNumber) -> Result<crate::domain::Limits, NotDone> {
        let limits = self.network.ledger.books().limits(account).map_err(unreadable)?;
        limits.ok_or_else(|| self.refused(&Refusal::AccountNotFound(account)))
    }

    /// A refusal in plain English, with the names it needs.
    pub fn refused(&self, refusal: &Refusal) -> NotDone {
        let known = std::cell::RefCell::new(self.names());
        let name_of = |account: AccountNumber| known.borrow_mut().in_a_sentence(account);
        NotDone::refused(refusal, words::refusal_sentence(refusal, &name_of))
    }

    /// The ledger took something and will not say what became of it.
    pub fn gone(&self) -> NotDone {
        let why =
            self.network.ledger.failure().map_or("the server is ending".to_owned(), ToString::to_string);
        self.not_done(NoReceipt::Unknown(why))
    }

    /// All balances added up, as the follower of the past has them: zero, or the books are wrong (I1).
    #[must_use]
    pub fn sum_of_all_balances(&self) -> i64 {
        let sum =
            self.past.now(|fold| fold.accounts().map(|account| i128::from(account.posted)).sum::<i128>());
        i64::try_from(sum).unwrap_or(i64::MAX)
    }

    /// Reads names.
    #[must_use]
    pub const fn names(&self) -> Names<'_> {
        Names::new(&self.network.ledger, &self.network.keyring, self.directory.profiles())
    }
}

/// The books cannot be read there.
#[expect(clippy::needless_pass_by_value, reason = "fits map_err")]
pub fn unreadable(error: RecoveryError) -> NotDone {
    NotDone::Unreadable(error.to_string())
}

pub fn nobody_forgotten(owner: OwnerNumber) -> NotDone {
    NotDone::bad("details.text_about", format!("nobody who was forgotten: the key of owner {owner} is gone"))
}
