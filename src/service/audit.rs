//! AuditService: sums and checks over all books.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::installation::Installation;
use super::moments::{at, derived, is_now};
use super::not_done::NotDone;
use super::{Service, answers, fields};
use crate::access::Allowed;
use crate::api;
use crate::api::audit_service_server::AuditService;
use crate::api::verify_response::Step;
use crate::audit::{self, Check, Progress, Report, TrialBalanceError};
use crate::directory::names::Name;
use crate::telemetry::{CallHandle, WatchedStream, names};

/// Messages that wait for a slow caller. Signs of progress are left out rather than take the last place,
/// which is the report's: a caller who stops reading holds nothing up.
const WAITING_MAX: usize = 8;

#[tonic::async_trait]
impl AuditService for Service {
    async fn trial_balance(
        &self,
        request: Request<api::TrialBalanceRequest>,
    ) -> Result<Response<api::TrialBalanceResponse>, Status> {
        self.reached(request.get_ref().min_sequence, &request).await?;
        let asked = request.get_ref();
        if is_now(asked.at_sequence, asked.recorded_before.as_ref()) {
            self.past_reached(asked.min_sequence, &request).await?;
            self.read(request, Installation::trial_balance).await
        } else {
            self.ask(request, Installation::trial_balance).await
        }
    }

    type VerifyStream = WatchedStream<ReceiverStream<Result<api::VerifyResponse, Status>>>;

    async fn verify(
        &self,
        request: Request<api::VerifyRequest>,
    ) -> Result<Response<Self::VerifyStream>, Status> {
        let started = self.allowed(&request).and_then(|(books, _verifies)| start_verify(&books));
        let call = CallHandle::of(request.extensions());
        self.answer(started.map(|stream| call.watch(stream)))
    }
}

/// Verify reads the whole journal on a thread of its own: one at a time.
fn start_verify(
    books: &Arc<Installation>,
) -> Result<ReceiverStream<Result<api::VerifyResponse, Status>>, NotDone> {
    let permit = Arc::clone(&books.verifying).try_acquire_owned();
    let permit = permit.map_err(|_| NotDone::Busy("the books are being verified already"))?;
    let (to, from) = mpsc::channel(WAITING_MAX);
    let books = Arc::clone(books);
    let entries = books.network.ledger.position().get();
    let span = tracing::info_span!(names::SPAN_VERIFY, { names::ENTRY_COUNT } = entries);
    tokio::task::spawn_blocking(move || {
        let _inside = span.entered();
        let report = audit::verify(&books.network.ledger, &mut |progress| {
            if to.capacity() > 1 {
                let _nobody_listens = to.try_send(Ok(step(Step::Progress(progress_message(progress)))));
            }
        });
        drop(permit);
        let _nobody_listens = to.try_send(Ok(step(Step::Report(report_message(&report)))));
    });
    Ok(ReceiverStream::new(from))
}

fn step(step: Step) -> api::VerifyResponse {
    api::VerifyResponse { step: Some(step) }
}

fn progress_message(progress: Progress) -> api::VerifyProgress {
    api::VerifyProgress {
        entries_done: progress.entries_done,
        entries_total: progress.entries_total,
        volumes_done: progress.inspected.map_or(0, |inspected| inspected.volume),
        volumes_total: progress.inspected.map_or(0, |inspected| inspected.volumes),
    }
}

fn report_message(report: &Report) -> api::VerifyReport {
    api::VerifyReport {
        sequence: report.through.get(),
        recorded_at: report.recorded_at.map(answers::timestamp),
        checks: report.checks.iter().map(check_message).collect(),
        is_clean: report.is_clean(),
    }
}

fn check_message(check: &Check) -> api::VerifyCheck {
    let counts = check.counts.iter().map(|count| api::VerifyCount {
        what: if count.number == 1 { count.one } else { count.many }.to_owned(),
        count: count.number,
    });
    api::VerifyCheck {
        invariant: check.invariant.id().to_owned(),
        name: check.invariant.word().to_owned(),
        counts: counts.collect(),
        faults: check.faults,
        first_fault: check.first_fault.clone().unwrap_or_default(),
        reservation: check.invariant.reservation().unwrap_or_default().to_owned(),
        not_checked: check.not_checked.clone().unwrap_or_default(),
    }
}

impl Installation {
    fn trial_balance(
        &self,
        allowed: &Allowed,
        request: api::TrialBalanceRequest,
    ) -> Result<api::TrialBalanceResponse, NotDone> {
        let bank = fields::bank_or_any(request.bank_number);
        bank.map_or(Ok(()), |bank| self.bank_in_reach(allowed, bank))?;
        let _inside = tracing::info_span!(names::SPAN_TRIAL_BALANCE).entered();
        let (moment, day) = self.moment(request.at_sequence, request.recorded_before, request.through_day)?;
        let found = audit::trial_balance(&self.past, at(moment, day)).map_err(|error| match error {
            TrialBalanceError::NotWritten { asked, position } => NotDone::NotReached { asked, position },
            TrialBalanceError::Past(error) => derived(error),
        })?;
        let found =
            found.of_banks(|number| bank.is_none_or(|bank| bank == number) && allowed.sees_bank(number));
        let mut known = self.names();
        let mut banks = Vec::with_capacity(found.banks.len());
        for bank in &found.banks {
            let name = known.bank(bank.bank).map_err(super::installation::unreadable)?;
            banks.push(api::BankSums {
                bank_number: bank.bank.get(),
                name: if let Name::Known(name) = name { name } else { String::new() },
                kinds: bank.kinds.iter().map(kind_sums).collect::<Result<_, _>>()?,
                all: Some(sums(&bank.all)?),
                net_moved_seconds: seconds(bank.net_moved)?,
            });
        }
        Ok(api::TrialBalanceResponse {
            sequence: found.position.get(),
            recorded_at: found.recorded_at.map(answers::timestamp),
            through_day: day.map(answers::date),
            banks,
            all: Some(sums(&found.all)?),
            net_moved_seconds: seconds(found.net_moved)?,
            is_zero: found.is_zero(),
        })
    }
}

fn kind_sums(kind: &audit::KindSums) -> Result<api::KindSums, NotDone> {
    let number = i32::from(kind.kind.number()).saturating_add(1);
    Ok(api::KindSums { kind: number, sums: Some(sums(&kind.sums)?) })
}

fn sums(sums: &audit::Sums) -> Result<api::Sums, NotDone> {
    Ok(api::Sums {
        accounts: sums.accounts,
        posted_seconds: seconds(sums.posted)?,
        held_seconds: sums.held.map(seconds).transpose()?,
        above_zero_seconds: seconds(sums.positive)?,
        below_zero_seconds: seconds(sums.negative)?,
    })
}

/// Only a million accounts at the ends of what the books hold could leave 64 bits together.
fn seconds(sum: i128) -> Result<i64, NotDone> {
    i64::try_from(sum).map_err(|_| NotDone::Unreadable("the sums are larger than 64 bits hold".into()))
}
