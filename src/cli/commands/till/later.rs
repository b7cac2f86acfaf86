//! What is done at a till with a sale that is there: taken, let go, given back, looked at.
//!
//! What is asked again here after no answer came has the same request id; typed once more it is another request, and the
//! server says how the sale stands by then.

use super::sure::{Known, ask, attempt};
use super::{Counter, Practice};
use crate::api;
use crate::cli::commands::sales::{self, Told, TypedReceipt, receipt_words};
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::session::Session;
use crate::domain::RequestId;
use crate::words;

/// Said where no answer comes.
const NO_ANSWER: &str = "No answer came: it is not known whether that was done";
/// Said where a question has none.
const NOT_SEEN: &str = "No answer came";
/// The reason where nothing was accepted under a receipt.
const NOT_THERE: &str = "ENTRY_NOT_FOUND";
/// So many of the last sales are shown.
const LAST_SALES: u32 = 5;

impl Counter {
    /// Takes what was set aside.
    pub(super) async fn take(
        &mut self,
        session: &mut Session<'_, '_>,
        number: u64,
        people: u32,
    ) -> Result<(), Failure> {
        let request = api::CaptureRedemptionRequest {
            request_id: RequestId::fresh().to_string(),
            redemption_sequence: number,
            people,
            validate_only: self.practice == Practice::Yes,
        };
        let client = session.client.redemption.clone();
        let known = ask(session.screen, self.patience, NO_ANSWER, async || {
            let answer = client.clone().capture_redemption(attempt(request.clone())).await?.into_inner();
            let api::CaptureRedemptionResponse { redemption, repeated, sentence } = answer;
            Ok(Told { redemption, repeated, sentence })
        });
        let known = known.await?;
        self.tell_done(session, known, &format!("take {number}"))
    }

    /// Lets it go.
    pub(super) async fn let_go(&mut self, session: &mut Session<'_, '_>, number: u64) -> Result<(), Failure> {
        let request = api::VoidRedemptionRequest {
            request_id: RequestId::fresh().to_string(),
            redemption_sequence: number,
            validate_only: self.practice == Practice::Yes,
        };
        let client = session.client.redemption.clone();
        let known = ask(session.screen, self.patience, NO_ANSWER, async || {
            let answer = client.clone().void_redemption(attempt(request.clone())).await?.into_inner();
            let api::VoidRedemptionResponse { redemption, repeated, sentence } = answer;
            Ok(Told { redemption, repeated, sentence })
        });
        let known = known.await?;
        self.tell_done(session, known, &format!("let-go {number}"))
    }

    /// Gives back all that is left of what was taken: asked for once more it cannot be more.
    pub(super) async fn give_back(
        &mut self,
        session: &mut Session<'_, '_>,
        number: u64,
        reason: String,
    ) -> Result<(), Failure> {
        let request = api::RefundRedemptionRequest {
            request_id: RequestId::fresh().to_string(),
            redemption_sequence: number,
            amount_seconds: 0,
            reason,
            staff_initials: self.staff.clone(),
            validate_only: self.practice == Practice::Yes,
        };
        let client = session.client.redemption.clone();
        let known = ask(session.screen, self.patience, NO_ANSWER, async || {
            let answer = client.clone().refund_redemption(attempt(request.clone())).await?.into_inner();
            let api::RefundRedemptionResponse { redemption, repeated, sentence } = answer;
            Ok(Told { redemption, repeated, sentence })
        });
        let known = known.await?;
        self.tell_done(session, known, &format!("back {number} REASON"))
    }

    fn tell_done(
        &mut self,
        session: &mut Session<'_, '_>,
        known: Known<Told>,
        again: &str,
    ) -> Result<(), Failure> {
        match known {
            Known::Answer(told, way) => self.tell_sold(session, told, way),
            Known::Refused(status) => self.say_refused(session, status),
            Known::Nothing => self.say(
                session,
                &format!(
                    "{NO_ANSWER}. When the line is up again, type '{again}' once more: it says how it stands."
                ),
            ),
        }
    }

    /// How the sale of a receipt stands.
    pub(super) async fn look(
        &mut self,
        session: &mut Session<'_, '_>,
        typed: TypedReceipt,
        day: Option<api::Date>,
    ) -> Result<(), Failure> {
        let TypedReceipt { number, line } = typed;
        let receipt = api::SaleReceipt { till: self.till, day, number, line };
        let client = session.client.redemption.clone();
        let known = ask(session.screen, self.patience, NOT_SEEN, async || {
            let request = api::GetRedemptionByReceiptRequest { receipt: Some(receipt) };
            Ok(client.clone().get_redemption_by_receipt(attempt(request)).await?.into_inner().redemption)
        });
        match known.await? {
            Known::Answer(Some(sale), _) => {
                let day = sale.receipt.unwrap_or_default().day;
                let _was_in_doubt = self.is_known(&receipt, day);
                self.say(session, &format!("This is {}.", sales::sale_line(&sale)))
            }
            Known::Answer(None, _) | Known::Nothing => {
                self.say(session, "The line is down. Look again later.")
            }
            Known::Refused(status) => {
                // Nothing was taken: its slip is to be handed in.
                let why = tonic_types::StatusExt::get_details_error_info(&status).map(|info| info.reason);
                if why.as_deref() == Some(NOT_THERE) && self.is_known(&receipt, day) {
                    let named = receipt_words(&receipt);
                    let line = format!(
                        "Nothing was taken for receipt {named}. Sell it again under the same receipt, and throw the slip away; if \
                         whoever it was has gone, hand the slip in."
                    );
                    return self.say(session, &line);
                }
                self.say_refused(session, status)
            }
        }
    }

    /// What became of a receipt is found out, of that day or of whichever it was: whether that was in doubt.
    pub(super) fn is_known(&mut self, receipt: &api::SaleReceipt, day: Option<api::Date>) -> bool {
        let (receipt, day) = (receipt_words(receipt), figures::day(day));
        let before = self.in_doubt.len();
        self.in_doubt.retain(|doubt| {
            let is_that_day = day.as_deref().is_none_or(|day| day == doubt.day);
            doubt.receipt != receipt || !is_that_day
        });
        self.in_doubt.len() != before
    }

    /// The last sales of this till.
    pub(super) async fn look_around(&self, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let till = self.till.unwrap_or_default();
        let request = api::ListRedemptionsRequest {
            partner_owner_number: till.partner_owner_number,
            till_number: till.till_number,
            page_size: LAST_SALES,
            ..Default::default()
        };
        let client = session.client.redemption.clone();
        let known = ask(session.screen, self.patience, NOT_SEEN, async || {
            Ok(client.clone().list_redemptions(attempt(request.clone())).await?.into_inner().redemptions)
        });
        match known.await? {
            Known::Answer(answer, _) if answer.is_empty() => self.say(session, "No sales yet."),
            Known::Answer(answer, _) => {
                for sale in &answer {
                    self.say(session, &sales::sale_line(sale))?;
                }
                Ok(())
            }
            Known::Refused(status) => self.say_refused(session, status),
            Known::Nothing => self.say(session, "The line is down. Look again later."),
        }
    }

    /// What was taken today, till by till.
    pub(super) async fn totals(&self, session: &mut Session<'_, '_>) -> Result<(), Failure> {
        let partner_owner_number = self.till.unwrap_or_default().partner_owner_number;
        let client = session.client.redemption.clone();
        let known = ask(session.screen, self.patience, NOT_SEEN, async || {
            let request = api::DayTotalsRequest { partner_owner_number, day: None };
            Ok(client.clone().day_totals(attempt(request)).await?.into_inner())
        });
        let totals = match known.await? {
            Known::Answer(answer, _) => answer,
            Known::Refused(status) => return self.say_refused(session, status),
            Known::Nothing => return self.say(session, "The line is down. Look again later."),
        };
        let day = figures::day(totals.day).unwrap_or_default();
        if totals.tills.is_empty() {
            return self.say(session, &format!("{day}: no sales yet."));
        }
        for till in totals.tills {
            let line = format!(
                "{day}, till {}: sales {}, {} taken, {} given back, {} set aside.",
                till.till_number,
                till.captured_count,
                words::hours(till.captured_seconds),
                words::hours(till.refunded_seconds),
                words::hours(till.held_seconds)
            );
            self.say(session, &line)?;
        }
        Ok(())
    }
}
