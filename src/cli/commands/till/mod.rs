//! `till`: a till in the terminal, for staff on a bad line.
//!
//! Plain lines, one after the other: it can be driven by whoever types, by a reader of screens, and through a pipe. It asks for
//! a code or a card, how many people, which offer and the receipt, and says what the server says.
//!
//! - A sale has one request id and one receipt for all its attempts: whatever breaks in the middle, it is taken once.
//! - What is not known is said to be not known, with what to write on a paper slip.
//! - Digits and PINs are not printed.

mod later;
mod sale;
mod slip;
mod spoken;
mod sure;

use std::time::Duration;

use clap::Args;

use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::asking;
use crate::cli::commands::sales::{self, TypedTill};
use crate::cli::connection::call;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use sale::InDoubt;
use spoken::{HELP, Spoken, spoken};
use sure::attempt;

/// So many receipts of which nothing is known are kept in mind.
const IN_DOUBT_MAX: usize = 100;

/// How a till is used.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook till --staff EP --key-file till-1.key
  hourbook till --staff EP --practice                 to try it out: nothing is taken

Type 'help' there for what there is. Once it has ended, 69 says that there are receipts of which it does not know.")]
pub struct Flags {
    /// Which till [default: the key's own]
    #[arg(long, value_name = "PARTNER:NUMBER", value_parser = sales::till)]
    till: Option<TypedTill>,
    #[command(flatten)]
    at: BankFlag,
    /// Who is at the till [default: it asks]
    #[arg(long, value_name = "INITIALS", value_parser = sales::initials)]
    staff: Option<String>,
    /// Every answer as it would be, and nothing is written
    #[arg(long)]
    practice: bool,
    /// For how many seconds it goes on asking when no answer comes
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    patience: u64,
}

/// Whether it is for trying out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Practice {
    Yes,
    No,
}

/// A counter with somebody at it.
struct Counter {
    /// None for the key's own.
    till: Option<api::TillName>,
    /// "till 1 of partner 12".
    place: String,
    staff: String,
    practice: Practice,
    patience: Duration,
    /// What the shop says of itself; empty where nobody answered.
    shop: api::DayTotalsResponse,
    /// Receipts of which it is not known what happened; at most [`IN_DOUBT_MAX`].
    in_doubt: Vec<InDoubt>,
}

/// Does it, until `quit` or until nothing more is typed.
///
/// # Errors
/// [`Failure`]; what a server refuses at the counter is said there, and the till goes on.
pub async fn run(session: &mut Session<'_, '_>, flags: Flags) -> Result<(), Failure> {
    if !session.screen.is_for_people() {
        return Err(Failure::Usage("a till is for people: leave --output away".to_owned()));
    }
    let till = sales::till_name(session, flags.till.as_ref(), flags.at.bank).await?;
    let place = place(session, till).await?;
    let shop = shop(session, till).await;
    let Some(staff) = staff(session, flags.staff, &shop).await? else { return Ok(()) };
    let mut counter = Counter {
        till,
        place,
        staff,
        practice: if flags.practice { Practice::Yes } else { Practice::No },
        patience: Duration::from_secs(flags.patience),
        shop,
        in_doubt: Vec::new(),
    };
    counter.say(session, &format!("This is {}, with {} at it.", counter.place, counter.staff))?;
    if counter.practice == Practice::Yes {
        counter.say(session, "Every answer is as it would be, and nothing is taken.")?;
    }
    while let Some(line) = asking::line(session.screen, counter.question()).await? {
        match spoken(&line) {
            Ok(Spoken::Quit) => break,
            Ok(spoken) => counter.hears(session, spoken).await?,
            Err(slip) => session.screen.say(&slip)?,
        }
    }
    counter.end()
}

/// The till that the key is for, or that was typed.
async fn place(session: &mut Session<'_, '_>, typed: Option<api::TillName>) -> Result<String, Failure> {
    let name = match typed {
        Some(name) => name,
        None => {
            let own = session.client.access.who_am_i(call(api::WhoAmIRequest {})).await?.into_inner();
            let partners = own.reach.unwrap_or_default().partner_owner_numbers;
            let partner_owner_number = partners.first().copied().unwrap_or_default();
            api::TillName { partner_owner_number, till_number: own.till_number }
        }
    };
    if name.till_number == 0 {
        return Err(Failure::Usage(
            "say which till with --till PARTNER:NUMBER, or show the key of a till".to_owned(),
        ));
    }
    Ok(format!("till {} of partner {}", name.till_number, name.partner_owner_number))
}

/// What the shop says of itself. A till begins also where nobody answers now.
async fn shop(session: &mut Session<'_, '_>, till: Option<api::TillName>) -> api::DayTotalsResponse {
    let partner_owner_number = till.unwrap_or_default().partner_owner_number;
    let request = attempt(api::DayTotalsRequest { partner_owner_number, day: None });
    let answer = session.client.redemption.day_totals(request).await;
    answer.map(tonic::Response::into_inner).unwrap_or_default()
}

/// Whoever has these initials may be at the till, as far as that is known here.
fn is_known_there(shop: &api::DayTotalsResponse, initials: &str) -> Result<(), String> {
    let known = &shop.staff_initials;
    if known.is_empty() || known.iter().any(|one| one == initials) {
        return Ok(());
    }
    let all = known.join(", ");
    Err(format!(
        "Nobody at this shop has the initials {initials}; there are {all}. The shop's manager adds others."
    ))
}

async fn staff(
    session: &mut Session<'_, '_>,
    typed: Option<String>,
    shop: &api::DayTotalsResponse,
) -> Result<Option<String>, Failure> {
    if let Some(initials) = typed {
        is_known_there(shop, &initials).map_err(Failure::Usage)?;
        return Ok(Some(initials));
    }
    while let Some(line) = asking::line(session.screen, "Who is at the till? Initials:").await? {
        match sales::initials(&line).and_then(|initials| is_known_there(shop, &initials).map(|()| initials)) {
            Ok(initials) => return Ok(Some(initials)),
            Err(slip) => session.screen.say(&slip)?,
        }
    }
    Ok(None)
}

impl Counter {
    const fn question(&self) -> &'static str {
        match self.practice {
            Practice::Yes => "PRACTICE. Code, card, or help:",
            Practice::No => "Code, card, or help:",
        }
    }

    /// A line of an answer; in practice it says so.
    fn say(&self, session: &mut Session<'_, '_>, line: &str) -> Result<(), Failure> {
        match self.practice {
            Practice::Yes => session.screen.say(&format!("PRACTICE: {line}"))?,
            Practice::No => session.screen.say(line)?,
        }
        Ok(())
    }

    /// What a server says no to.
    fn say_refused(&self, session: &mut Session<'_, '_>, status: tonic::Status) -> Result<(), Failure> {
        let slips = tonic_types::StatusExt::get_details_bad_request(&status);
        let slips = slips.map(|bad| bad.field_violations).unwrap_or_default();
        for slip in &slips {
            self.say(session, &format!("{} {}.", called(&slip.field), slip.description))?;
        }
        if slips.is_empty() {
            for line in Failure::from(status).sentences() {
                self.say(session, &line)?;
            }
        }
        Ok(())
    }

    async fn hears(&mut self, session: &mut Session<'_, '_>, spoken: Spoken) -> Result<(), Failure> {
        match spoken {
            Spoken::Nothing | Spoken::Quit => Ok(()),
            Spoken::Code(code) => self.sell(session, api::shown::By::Code(code)).await,
            Spoken::Card(number) => self.sell_for_card(session, number).await,
            Spoken::Take(number, people) => self.take(session, number, people).await,
            Spoken::LetGo(number) => self.let_go(session, number).await,
            Spoken::Back(number, reason) => self.give_back(session, number, reason).await,
            Spoken::Look(receipt, day) => self.look(session, receipt, day).await,
            Spoken::LookAround => self.look_around(session).await,
            Spoken::Totals => self.totals(session).await,
            Spoken::Staff(initials) => {
                self.shop = shop(session, self.till).await;
                if let Err(slip) = is_known_there(&self.shop, &initials) {
                    return self.say(session, &slip);
                }
                self.staff = initials;
                self.say(session, &format!("{} is at the till.", self.staff))
            }
            Spoken::Help => {
                for line in HELP {
                    session.screen.say(line)?;
                }
                Ok(())
            }
        }
    }

    /// Whoever starts a till from a script hears that something is left to find out.
    fn end(self) -> Result<(), Failure> {
        if self.in_doubt.is_empty() {
            return Ok(());
        }
        Err(Failure::Unreachable(format!(
            "it is not known whether these receipts were taken: {}. Keep their slips; 'hourbook redemption show RECEIPT' says \
             it when the line is up.",
            self.in_doubt.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        )))
    }
}

/// A field of a sale, as it is called at a counter.
fn called(field: &str) -> &str {
    let has = |part: &str| field.ends_with(part);
    match field {
        _ if has("card.number") => "The number of the card",
        _ if has("card.pin") => "The PIN",
        _ if has("shown.code") => "The code",
        _ if has("staff_initials") => "Who is at the till",
        _ if has("people") => "How many people",
        _ if has("offer_number") => "The offer",
        _ if has("receipt.day") => "The day",
        _ if has("receipt.number") => "The receipt",
        _ if has("receipt.line") => "The line of the receipt",
        _ if has("till_number") => "The till",
        _ if has("reason") => "The reason",
        field => field,
    }
}
