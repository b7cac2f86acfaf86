//! DirectoryService, call by call.

mod people;
mod policy;

pub(in crate::service) use people::{about_oneself, bare, full, is_open, owner};
pub(in crate::service) use policy::offer_kind;

use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::asked::{Asked, act_as};
use super::installation::Installation;
use super::not_done::NotDone;
use super::{Service, fields, letters};
use crate::access::Allowed;
use crate::access::tokens::ANOTHER_ISSUER;
use crate::api::directory_service_server::DirectoryService;
use crate::api::*;
use crate::directory::locks::lock_note;
use crate::directory::{DirectoryError, Known, Month, Refusal};
use crate::domain::{Action, BankNumber, Note, Refusal as BooksRefusal, Sequence, Topic};
use crate::telemetry::{CallHandle, WatchedStream};
use crate::words::periods;

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl DirectoryService for Service {
    async fn set_bank_policy(&self, request: Request<SetBankPolicyRequest>) -> Answer<SetBankPolicyResponse> {
        self.change(request, Installation::set_bank_policy).await
    }

    async fn get_bank_policy(&self, request: Request<GetBankPolicyRequest>) -> Answer<GetBankPolicyResponse> {
        self.read(request, Installation::get_bank_policy).await
    }

    async fn lock_period(&self, request: Request<LockPeriodRequest>) -> Answer<LockPeriodResponse> {
        self.change(request, Installation::lock_period).await
    }

    async fn create_person(&self, request: Request<CreatePersonRequest>) -> Answer<CreatePersonResponse> {
        self.change(request, Installation::create_person).await
    }

    async fn update_person(&self, request: Request<UpdatePersonRequest>) -> Answer<UpdatePersonResponse> {
        self.change(request, Installation::update_person).await
    }

    async fn get_person(&self, request: Request<GetPersonRequest>) -> Answer<GetPersonResponse> {
        self.read(request, Installation::get_person).await
    }

    async fn search_members(&self, request: Request<SearchMembersRequest>) -> Answer<SearchMembersResponse> {
        self.read(request, Installation::search_members).await
    }

    async fn set_member_standing(
        &self,
        request: Request<SetMemberStandingRequest>,
    ) -> Answer<SetMemberStandingResponse> {
        self.change(request, Installation::set_member_standing).await
    }

    async fn set_representative(
        &self,
        request: Request<SetRepresentativeRequest>,
    ) -> Answer<SetRepresentativeResponse> {
        self.change(request, Installation::set_representative).await
    }

    async fn set_venue(&self, request: Request<SetVenueRequest>) -> Answer<SetVenueResponse> {
        self.change(request, Installation::set_venue).await
    }

    async fn close_venue(&self, request: Request<CloseVenueRequest>) -> Answer<CloseVenueResponse> {
        self.change(request, Installation::close_venue).await
    }

    async fn set_till(&self, request: Request<SetTillRequest>) -> Answer<SetTillResponse> {
        self.change(request, Installation::set_till).await
    }

    async fn close_till(&self, request: Request<CloseTillRequest>) -> Answer<CloseTillResponse> {
        self.change(request, Installation::close_till).await
    }

    async fn link_identity(&self, request: Request<LinkIdentityRequest>) -> Answer<LinkIdentityResponse> {
        let asked = request.get_ref();
        let person = match &self.shared.tokens {
            Some(tokens) => tokens.person(&asked.issuer, &asked.subject),
            None => Err(ANOTHER_ISSUER),
        };
        self.change(request, move |books, allowed, asked| books.link_identity(allowed, &asked, person)).await
    }

    async fn issue_card(&self, request: Request<IssueCardRequest>) -> Answer<IssueCardResponse> {
        self.change(request, Installation::issue_card).await
    }

    async fn set_pin(&self, request: Request<SetPinRequest>) -> Answer<SetPinResponse> {
        self.change(request, Installation::set_pin).await
    }

    async fn replace_card(&self, request: Request<ReplaceCardRequest>) -> Answer<ReplaceCardResponse> {
        self.change(request, Installation::replace_card).await
    }

    async fn block_card(&self, request: Request<BlockCardRequest>) -> Answer<BlockCardResponse> {
        self.change(request, Installation::block_card).await
    }

    async fn export_member(&self, request: Request<ExportMemberRequest>) -> Answer<ExportMemberResponse> {
        self.read(request, Installation::export_member).await
    }

    async fn open_pot(&self, request: Request<OpenPotRequest>) -> Answer<OpenPotResponse> {
        self.change(request, Installation::open_pot).await
    }

    async fn set_standing_group(
        &self,
        request: Request<SetStandingGroupRequest>,
    ) -> Answer<SetStandingGroupResponse> {
        self.change(request, Installation::set_standing_group).await
    }

    async fn end_standing_group(
        &self,
        request: Request<EndStandingGroupRequest>,
    ) -> Answer<EndStandingGroupResponse> {
        self.change(request, Installation::end_standing_group).await
    }

    async fn list_standing_groups(
        &self,
        request: Request<ListStandingGroupsRequest>,
    ) -> Answer<ListStandingGroupsResponse> {
        self.read(request, Installation::list_standing_groups).await
    }

    async fn pause_member(&self, request: Request<PauseMemberRequest>) -> Answer<PauseMemberResponse> {
        self.change(request, Installation::pause_member).await
    }

    async fn close_member(&self, request: Request<CloseMemberRequest>) -> Answer<CloseMemberResponse> {
        self.change(request, Installation::close_member).await
    }

    async fn erase_member(&self, request: Request<EraseMemberRequest>) -> Answer<EraseMemberResponse> {
        self.change(request, Installation::erase_member).await
    }

    type StreamLettersStream = WatchedStream<ReceiverStream<Result<StreamLettersResponse, Status>>>;

    async fn stream_letters(
        &self,
        request: Request<StreamLettersRequest>,
    ) -> Answer<Self::StreamLettersStream> {
        let call = CallHandle::of(request.extensions());
        let stream =
            self.allowed(&request).and_then(|(_, allowed)| letters::stream(self, allowed, request.get_ref()));
        self.answer(stream.map(|stream| call.watch(stream)))
    }

    async fn get_record_of_help(
        &self,
        request: Request<GetRecordOfHelpRequest>,
    ) -> Answer<GetRecordOfHelpResponse> {
        self.ask(request, Installation::get_record_of_help).await
    }
}

impl Installation {
    fn set_bank_policy(
        &self,
        allowed: &Allowed,
        request: SetBankPolicyRequest,
    ) -> Result<SetBankPolicyResponse, NotDone> {
        let (key, bank) = (fields::request_key(&request.request_id)?, BankNumber::new(request.bank_number));
        let policy = policy::read(request.policy)?;
        self.bank_in_reach(allowed, bank)?;
        let note = Note { topic: Topic::POLICY, subject: u64::from(bank.get()), body: policy.encode() };
        let asked = Asked::new(key, Action::Note(note), request.validate_only);
        let room = |known: &Known| known.policies.check_room(bank).map_err(|full| self.refused(&full));
        Ok(SetBankPolicyResponse { receipt: Some(self.keep(allowed, asked, room)?) })
    }

    fn get_bank_policy(
        &self,
        allowed: &Allowed,
        request: GetBankPolicyRequest,
    ) -> Result<GetBankPolicyResponse, NotDone> {
        let bank = BankNumber::new(request.bank_number);
        self.bank_in_reach(allowed, bank)?;
        let (asked, position) = (Sequence::new(request.at_sequence), self.network.ledger.position());
        if asked > position {
            return Err(NotDone::NotReached { asked, position });
        }
        let known = self.directory.known();
        let at = if asked.is_zero() { Sequence::MAX } else { asked };
        let set_by = known.policies.set_at(bank, at).map_or(Sequence::ZERO, |set| set.sequence);
        let policy = policy::message(known.policies.at(bank, at));
        Ok(GetBankPolicyResponse { policy: Some(policy), set_by_sequence: set_by.get() })
    }

    fn lock_period(
        &self,
        allowed: &Allowed,
        request: LockPeriodRequest,
    ) -> Result<LockPeriodResponse, NotDone> {
        let (key, bank) = (fields::request_key(&request.request_id)?, BankNumber::new(request.bank_number));
        let month = read_month(request.year, request.month)?;
        self.bank_in_reach(allowed, bank)?;
        let asked = Asked::new(key, Action::Note(lock_note(bank, month)), request.validate_only);
        let may_close = |known: &Known| {
            let there = known.banks.get(bank);
            let there = there.ok_or_else(|| self.refused(&BooksRefusal::BankNotFound(bank)))?;
            let checked = known.locks.check(bank, month, there.today(self.access.now()));
            checked.map_err(|why| refused(&Refusal::of_lock(month, why)))
        };
        Ok(LockPeriodResponse { receipt: Some(self.keep(allowed, asked, may_close)?) })
    }

    /// Keeps a note of the directory, if `check` lets it, while nothing else that it knows can change.
    ///
    /// The request id comes first: what was asked before gets its answer from the ledger, though a rule would
    /// refuse it now.
    fn keep(
        &self,
        allowed: &Allowed,
        mut asked: Asked,
        check: impl FnOnce(&Known) -> Result<(), NotDone>,
    ) -> Result<Receipt, NotDone> {
        act_as(&mut asked.command, allowed.caller());
        let Asked { command, mode, .. } = asked;
        let ledger = &self.network.ledger;
        let written = self.directory.change(ledger, |known| {
            let before = command.key.map(|key| ledger.find(key)).transpose();
            if before.map_err(|error| self.not_done(error))?.flatten().is_none() {
                check(known)?;
            }
            self.write_and_wait(command, mode)
        })?;
        Ok(self.receipt_as_seen(allowed, &written))
    }
}

impl From<DirectoryError> for NotDone {
    /// The note may be in the books already: "cannot be read" would not be the whole truth.
    fn from(error: DirectoryError) -> Self {
        Self::Unknown(error.to_string())
    }
}

pub(in crate::service) fn read_month(year: i32, month: i32) -> Result<Month, NotDone> {
    let year = i16::try_from(year).ok().filter(|year| Month::new(*year, 1).is_some());
    let year = year.ok_or_else(|| NotDone::bad("year", "from 1900 to 2199"))?;
    let month = u8::try_from(month).ok().and_then(|month| Month::new(year, month));
    month.ok_or_else(|| NotDone::bad("month", "from 1 to 12"))
}

fn refused(refusal: &Refusal) -> NotDone {
    let of = |month: &Month| (month.year(), month.month());
    let sentence = match refusal {
        Refusal::PeriodClosed { month, by } => periods::closed(of(month), *by),
        Refusal::PeriodNotNext { month, next } => periods::not_next(of(month), of(next)),
        Refusal::PeriodNotOver(month) => periods::not_over(of(month)),
    };
    let figures = refusal.figures().into_iter().map(|(name, figure)| (name.to_owned(), figure));
    NotDone::Refused { reason: refusal.reason(), sentence, figures: figures.collect() }
}
