//! StreamLetters: one letter after the other, as fast as they are taken.
//!
//! A task a stream makes a few letters at a time, and the next few only when these were taken: whoever is slow is held back by
//! the transport, with a bounded number of letters in memory however many there are. Whoever leaves ends the task.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::making::{BanksKnown, Of};
use super::months::Months;
use super::whose::Whose;
use crate::access::Allowed;
use crate::api::{Letter, StreamLettersRequest, StreamLettersResponse};
use crate::directory::locks::Month;
use crate::domain::{BankNumber, Day, OwnerNumber, Timestamp};
use crate::service::directory::read_month;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::{Service, fields};

/// Letters made at a time, and letters that wait to be taken: with a thousand long lines each, some 30 MB a stream.
const AT_A_TIME: usize = 8;
/// What a caller hears when the server is told to end.
const ENDING: &str = "the server is ending; ask for the letters again";

type Answers = mpsc::Sender<Result<StreamLettersResponse, Status>>;

/// What is asked for, and how far it went.
#[derive(Clone, Debug)]
struct Letters {
    allowed: Allowed,
    whose: Whose,
    of: Of,
    /// What no line of their accounts says; made once.
    months: Arc<Months>,
    /// Up to whom was looked.
    after: OwnerNumber,
}

/// Starts the task of a stream.
pub fn stream(
    service: &Service,
    allowed: Allowed,
    request: &StreamLettersRequest,
) -> Result<ReceiverStream<Result<StreamLettersResponse, Status>>, NotDone> {
    let books = service.books()?;
    let month = read_month(request.year, request.month)?;
    let bank = fields::bank_or_any(request.bank_number);
    let whose = match (fields::person(request.owner_number), bank) {
        (Some(owner), bank) => Whose::Person(owner, bank),
        (None, Some(bank)) => Whose::AllOf(bank),
        (None, None) => return Err(NotDone::bad("bank_number", "given, or owner_number")),
    };
    books.may_have_letters(&allowed, whose)?;
    if month > Month::of(books.latest_day(whose)?) {
        return Err(NotDone::bad("month", "one that has begun where the bank is"));
    }
    let permit = Arc::clone(&service.shared.watch_streams).try_acquire_owned();
    let permit = permit.map_err(|_| NotDone::Busy("1,000 streams are open already"))?;
    let (to, from) = mpsc::channel(AT_A_TIME);
    let of = Of { month, at: books.network.ledger.position() };
    let letters = Letters { allowed, whose, of, months: Arc::default(), after: OwnerNumber::OPERATOR };
    let quiet_max = service.shared.quiet_max;
    tokio::spawn(async move {
        let ended = letters.give(&books, &to, quiet_max).await;
        drop(permit);
        if let Err(not_done) = ended {
            let _gone = to.send(Err(not_done.into())).await;
        }
    });
    Ok(ReceiverStream::new(from))
}

impl Letters {
    /// Runs until all were given, the caller leaves or the server ends.
    async fn give(
        mut self,
        books: &Arc<Installation>,
        to: &Answers,
        quiet_max: std::time::Duration,
    ) -> Result<(), NotDone> {
        let sequence = self.of.at.get();
        let mut letters_count: u64 = 0;
        let (whose, of) = (self.whose, self.of);
        let months =
            books.watching(move |books| books.help_elsewhere(&books.banks_for(whose)?, of, whose.person()));
        self.months = Arc::new(months.await?);
        loop {
            let asked = self.clone();
            let (made, last) = books.watching(move |books| asked.look(books)).await?;
            for letter in made {
                letters_count = letters_count.saturating_add(1);
                let message = StreamLettersResponse { letter: Some(letter), letters_count, sequence };
                if *books.ending.borrow() {
                    return Err(NotDone::NotServing(ENDING));
                }
                match tokio::time::timeout(quiet_max, to.send(Ok(message))).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return Ok(()),
                    Err(_) => return Err(NotDone::NotServing("letters were not taken for too long")),
                }
            }
            let Some(last) = last.filter(|_| !to.is_closed()) else { break };
            self.after = last;
        }
        let all = StreamLettersResponse { letter: None, letters_count, sequence };
        let _gone = tokio::time::timeout(quiet_max, to.send(Ok(all))).await;
        Ok(())
    }

    /// The next letters, and up to whom was looked; nobody once all were.
    fn look(&self, books: &Installation) -> Result<(Vec<Letter>, Option<OwnerNumber>), NotDone> {
        let mut banks = BanksKnown::default();
        let first_day = self.of.month.first_day();
        let began = |bank| books.begins(first_day, bank);
        let (people, last) = books.addressees(&self.allowed, (self.whose, self.after), (AT_A_TIME, began))?;
        let mut letters = Vec::with_capacity(people.len());
        for person in &people {
            for (account, bank) in &person.accounts {
                letters.extend(books.letter(
                    &self.allowed,
                    &mut banks,
                    (person, *account, *bank),
                    (self.of, &self.months),
                )?);
            }
        }
        Ok((letters, last))
    }
}

impl Installation {
    /// The moment a day began in a bank.
    fn begins(&self, day: Day, bank: BankNumber) -> Timestamp {
        let known = self.directory.known();
        known
            .banks
            .get(bank)
            .map_or_else(|| day.begins(&jiff::tz::TimeZone::UTC), |bank| day.begins(bank.zone()))
    }

    /// The banks that the letters are of.
    fn banks_for(&self, whose: Whose) -> Result<Vec<BankNumber>, NotDone> {
        let known = self.directory.known_now(&self.network.ledger)?;
        Ok(match whose {
            Whose::Person(_, Some(bank)) | Whose::AllOf(bank) => vec![bank],
            Whose::Person(owner, None) => {
                let accounts = known.people.person(owner).map(|person| person.accounts.as_slice());
                let mut banks: Vec<_> =
                    accounts.unwrap_or_default().iter().map(|account| account.bank).collect();
                banks.sort_unstable();
                banks.dedup();
                banks
            }
        })
    }

    /// The day it is where the letters are for: of several banks, where it is latest.
    fn latest_day(&self, whose: Whose) -> Result<Day, NotDone> {
        let banks = self.banks_for(whose)?;
        let known = self.directory.known();
        let now = self.access.now();
        let days = banks.into_iter().filter_map(|bank| Some(known.banks.get(bank)?.today(now)));
        Ok(days.max().unwrap_or_else(|| now.utc_day()))
    }
}
