//! One sale, from what is shown to what is known of it.

use std::time::Duration;

use tonic::Status;

use super::slip::Slip;
use super::spoken::{Budget, Chosen, How, chosen};
use super::sure::{Known, Way, ask, attempt};
use super::{Counter, IN_DOUBT_MAX, Practice};
use crate::api;
use crate::api::redemption_service_client::RedemptionServiceClient;
use crate::api::shown::By;
use crate::cli::asking;
use crate::cli::commands::sales::{self, Told, receipt_words};
use crate::cli::failure::Failure;
use crate::cli::figures;
use crate::cli::session::Session;
use crate::client::Wire;
use crate::domain::RequestId;
use crate::words;

/// A look is asked for no longer than this: a code answers five of them.
const LOOK_PATIENCE: Duration = Duration::from_secs(3);
/// Said where a look has no answer.
const NO_LOOK: &str = "No answer came. Nothing was taken";
/// Said where a sale has none.
const NO_ANSWER: &str = "No answer came: it is not known whether this sale was taken. It is asked for again with the same \
                         receipt, so that it is taken once at most";

/// A sale as it is asked for, each time the same.
struct Asked {
    id: RequestId,
    sale: api::Sale,
    how: How,
    /// What the offer says.
    wording: String,
    /// The business day.
    day: Option<api::Date>,
}

impl Asked {
    async fn ask(&self, client: &RedemptionServiceClient<Wire>) -> Result<Told, Status> {
        let mut client = client.clone();
        let (request_id, sale) = (self.id.to_string(), Some(self.sale.clone()));
        match self.how {
            How::Take => {
                let request = api::RedeemRequest { request_id, sale, validate_only: false };
                let answer = client.redeem(attempt(request)).await?.into_inner();
                let api::RedeemResponse { redemption, repeated, sentence } = answer;
                Ok(Told { redemption, repeated, sentence })
            }
            How::SetAside => {
                let request = api::AuthorizeRedemptionRequest {
                    request_id,
                    sale,
                    life_seconds: 0,
                    validate_only: false,
                };
                let answer = client.authorize_redemption(attempt(request)).await?.into_inner();
                let api::AuthorizeRedemptionResponse { redemption, repeated, sentence } = answer;
                Ok(Told { redemption, repeated, sentence })
            }
        }
    }
}

/// An answer in the middle of a sale; none where it is to begin again.
async fn answer(session: &mut Session<'_, '_>, question: &str) -> Result<Option<String>, Failure> {
    let line = asking::line(session.screen, question).await?;
    Ok(line.filter(|line| !line.eq_ignore_ascii_case("stop")))
}

impl Counter {
    /// A sale with a card.
    pub(super) async fn sell_for_card(
        &mut self,
        session: &mut Session<'_, '_>,
        number: String,
    ) -> Result<(), Failure> {
        let number = match number.is_empty() {
            false => Some(number),
            true => answer(session, "Card number:").await?,
        };
        let Some(number) = number else { return Ok(()) };
        let Some(pin) = asking::secret(session.screen, "PIN (empty for the card alone):").await? else {
            return Ok(());
        };
        self.sell(session, By::Card(api::CardShown { number, pin })).await
    }

    /// A sale, whatever is shown.
    pub(super) async fn sell(&mut self, session: &mut Session<'_, '_>, by: By) -> Result<(), Failure> {
        let shown = api::Shown { by: Some(by) };
        let Some(people) = people(session).await? else { return Ok(()) };
        let Some(found) = self.look_up(session, &shown, people).await? else { return Ok(()) };
        let Some((offer, chosen)) = which(session, &found.offers).await? else { return Ok(()) };
        let Some(receipt) = receipt(session).await? else { return Ok(()) };
        let asked = Asked {
            id: RequestId::fresh(),
            sale: api::Sale {
                // The day is said, so that what is asked for again after midnight is the same.
                receipt: Some(api::SaleReceipt { till: self.till, day: found.day, ..receipt }),
                shown: Some(shown),
                offer_number: offer.offer_number,
                people,
                staff_initials: self.staff.clone(),
                is_beyond_budget: chosen.budget == Budget::OnUs,
                is_practice: self.practice == Practice::Yes,
            },
            how: chosen.how,
            wording: offer.wording,
            day: found.day,
        };
        self.find_out(session, &asked).await
    }

    /// What may be taken, as it is told.
    async fn look_up(
        &self,
        session: &mut Session<'_, '_>,
        shown: &api::Shown,
        people: u32,
    ) -> Result<Option<api::LookUpCodeResponse>, Failure> {
        let client = session.client.redemption.clone();
        let patience = self.patience.min(LOOK_PATIENCE);
        let known = ask(session.screen, patience, NO_LOOK, async || {
            let request = api::LookUpCodeRequest { till: self.till, shown: Some(shown.clone()), people };
            Ok(client.clone().look_up_code(attempt(request)).await?.into_inner())
        });
        let found = match known.await? {
            Known::Answer(answer, _) => answer,
            Known::Refused(status) => {
                self.say_refused(session, status)?;
                return Ok(None);
            }
            Known::Nothing => {
                self.say(
                    session,
                    "The line is down. Nothing was taken. Try again, or write a paper slip with the receipt, the day, the \
                     offer, how many people, your initials, and the digits.",
                )?;
                return Ok(None);
            }
        };
        if found.offers.is_empty() {
            self.say(session, "Nothing is offered here now. Nothing was taken.")?;
            return Ok(None);
        }
        for found in &found.offers {
            let offer = found.offer.clone().unwrap_or_default();
            let number = offer.offer_number;
            let enough = match (found.is_enough, found.is_only_beyond_budget) {
                (true, false) => "enough".to_owned(),
                (true, true) => {
                    format!("enough, but the shop's hours are used up: '{number} on-us' takes it beyond them")
                }
                (false, _) => "not enough".to_owned(),
            };
            let line = format!("{number}: {}, {}: {enough}", offer.wording, price(&offer, people));
            session.screen.say(&line)?;
        }
        match found.looks_left {
            Some(0) => self.say(session, "This was the last look with this code: it can still be used.")?,
            Some(1) => self.say(session, "This code answers one more look.")?,
            Some(_) | None => {}
        }
        Ok(Some(found))
    }

    /// Asks for the sale until it is known what became of it, or says that it is not.
    async fn find_out(&mut self, session: &mut Session<'_, '_>, asked: &Asked) -> Result<(), Failure> {
        let client = session.client.redemption.clone();
        let known = ask(session.screen, self.patience, NO_ANSWER, async || asked.ask(&client).await).await?;
        let known = match known {
            Known::Nothing => self.look_once_more(session, asked).await?,
            Known::Answer(..) | Known::Refused(_) => known,
        };
        match known {
            Known::Answer(told, way) => self.tell_sold(session, told, way),
            Known::Refused(status) => self.say_refused(session, status),
            Known::Nothing => {
                let place = &self.place;
                let slip = Slip { sale: &asked.sale, wording: &asked.wording, place, day: asked.day };
                for line in slip.lines() {
                    self.say(session, &line)?;
                }
                self.doubt(asked);
                Ok(())
            }
        }
    }

    /// Looks for the receipt. Where that is answered the line is up, and the sale is sent a last time as it was: what is found may
    /// be another one, of a receipt that was typed twice, and only the server knows.
    async fn look_once_more(
        &self,
        session: &mut Session<'_, '_>,
        asked: &Asked,
    ) -> Result<Known<Told>, Failure> {
        let receipt = asked.sale.receipt.unwrap_or_default();
        // Practice is not in the books, and what has no number cannot be looked for.
        if self.practice == Practice::Yes || receipt.number == 0 {
            return Ok(Known::Nothing);
        }
        let number = receipt_words(&receipt);
        self.say(session, &format!("Still no answer. Looking for receipt {number}."))?;
        let client = session.client.redemption.clone();
        let found = ask(session.screen, Duration::ZERO, NO_ANSWER, async || {
            let request = api::GetRedemptionByReceiptRequest { receipt: Some(receipt) };
            Ok(client.clone().get_redemption_by_receipt(attempt(request)).await?.into_inner().redemption)
        });
        let found = match found.await? {
            Known::Nothing => return Ok(Known::Nothing),
            Known::Answer(found, _) => found,
            Known::Refused(_) => None,
        };
        let last = ask(session.screen, Duration::ZERO, NO_ANSWER, async || asked.ask(&client).await).await?;
        if let (Known::Nothing, Some(found)) = (&last, &found) {
            let line = sales::sale_line(found);
            self.say(session, &format!("There is {line}. If that is this sale, no slip is needed."))?;
        }
        Ok(last)
    }

    /// What was sold, or set aside.
    pub(super) fn tell_sold(
        &mut self,
        session: &mut Session<'_, '_>,
        told: Told,
        way: Way,
    ) -> Result<(), Failure> {
        if way == Way::Cut {
            let arrived = if told.repeated {
                "An answer came. The first try had arrived: it counts once, not twice."
            } else {
                "An answer came: the tries before had not arrived."
            };
            self.say(session, arrived)?;
        }
        self.say(session, &told.sentence)?;
        let sale = told.redemption.unwrap_or_default();
        let receipt = sale.receipt.unwrap_or_default();
        if self.practice == Practice::Yes {
            return self.say(session, "Nothing was written down.");
        }
        let _was_in_doubt = self.is_known(&receipt, receipt.day);
        let (day, number) = (figures::day(receipt.day).unwrap_or_default(), sale.redemption_sequence);
        self.say(session, &format!("Receipt {} of {day}, sale {number}.", receipt_words(&receipt)))?;
        if sale.state() == api::RedemptionState::Authorized {
            let until = figures::time_in(sale.deadline, &self.shop.time_zone);
            let until = until.unwrap_or_else(|| figures::minute_in_utc(sale.deadline));
            let line = format!("'take {number}' takes it until {until}; 'let-go {number}' lets it go.");
            self.say(session, &line)?;
        }
        Ok(())
    }

    fn doubt(&mut self, asked: &Asked) {
        if self.practice == Practice::Yes || self.in_doubt.len() >= IN_DOUBT_MAX {
            return;
        }
        let receipt = asked.sale.receipt.unwrap_or_default();
        let day = figures::day(receipt.day).unwrap_or_default();
        self.in_doubt.push(InDoubt { receipt: receipt_words(&receipt), day });
    }
}

/// A receipt of which it is not known what happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InDoubt {
    /// As people read it; empty where none was typed.
    pub receipt: String,
    /// Its day.
    pub day: String,
}

impl std::fmt::Display for InDoubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.receipt.as_str() {
            "" => write!(f, "one of {} without a number", self.day),
            receipt => write!(f, "{receipt} of {}", self.day),
        }
    }
}

/// How many people; one, if nothing is typed.
async fn people(session: &mut Session<'_, '_>) -> Result<Option<u32>, Failure> {
    while let Some(line) = answer(session, "How many people (empty for 1):").await? {
        if line.is_empty() {
            return Ok(Some(1));
        }
        match sales::people(&line) {
            Ok(people) => return Ok(Some(people)),
            Err(slip) => session.screen.say(&slip)?,
        }
    }
    Ok(None)
}

/// Which of the offers, and what becomes of the hours.
async fn which(
    session: &mut Session<'_, '_>,
    offers: &[api::OfferFor],
) -> Result<Option<(api::Offer, Chosen)>, Failure> {
    let mut so_far = Chosen { offer: None, how: How::Take, budget: Budget::Within };
    loop {
        let question = match so_far.how {
            How::Take => "Which offer:",
            How::SetAside => "Which offer is set aside:",
        };
        let Some(line) = answer(session, question).await? else { return Ok(None) };
        match chosen(&line, so_far) {
            Ok(said) => so_far = said,
            Err(slip) => session.screen.say(&slip)?,
        }
        let Some(number) = so_far.offer.take() else { continue };
        let mut listed = offers.iter().filter_map(|found| found.offer.as_ref());
        match listed.find(|offer| offer.offer_number == number) {
            Some(offer) => return Ok(Some((offer.clone(), so_far))),
            None => session.screen.say(&format!("There is no offer {number} among them."))?,
        }
    }
}

/// What names the sale; the server gives a number where none is typed.
async fn receipt(session: &mut Session<'_, '_>) -> Result<Option<api::SaleReceipt>, Failure> {
    while let Some(line) = answer(session, "Receipt number (empty: the server gives one):").await? {
        if line.is_empty() {
            return Ok(Some(api::SaleReceipt::default()));
        }
        match sales::receipt(&line) {
            Ok(typed) => {
                let (number, line) = (typed.number, typed.line);
                return Ok(Some(api::SaleReceipt { number, line, ..Default::default() }));
            }
            Err(slip) => session.screen.say(&slip)?,
        }
    }
    Ok(None)
}

/// "1 hour", "2 hours for 2".
fn price(offer: &api::Offer, people: u32) -> String {
    let times = match offer.price_per() {
        api::PricePer::Person => i64::from(people),
        api::PricePer::Redemption | api::PricePer::Unspecified => 1,
    };
    let hours = words::hours(offer.price_seconds.saturating_mul(times));
    if people == 1 { hours } else { format!("{hours} for {people}") }
}
