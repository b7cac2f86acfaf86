//! `offer`: what partners give for hours, how many hours they take in a month, who stands at their tills.

pub mod shop;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{counted, receipt, sales};
use crate::api;
use crate::cli::arguments::{BankFlag, WriteFlags};
use crate::cli::connection::call;
use crate::cli::entries::{Written, tell};
use crate::cli::failure::{Asking, Failure};
use crate::cli::figures::{self, short};
use crate::cli::screen::{Cell, Column, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// Days of the week as they are typed.
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What can be done with offers.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Offer something for hours; a partner's waits until its bank approves it
    Create(Box<CreateFlags>),
    /// Approve what a partner wants to offer
    Approve(NumberFlags),
    /// Do not approve it, and say why
    Decline(DeclineFlags),
    /// End an offer; what was set aside for it may still be taken
    Retire(NumberFlags),
    /// What is offered, and from when on it can be had
    List(ListFlags),
    /// How many hours a partner takes in a month at most
    Budget(shop::BudgetFlags),
    /// Who stands at a partner's tills, by their initials
    Staff(shop::StaffFlags),
}

/// Which partner.
#[derive(Clone, Debug, Args)]
struct PartnerFlags {
    /// The partner: a part of its name, its account number, or 'person 7'
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Whom,
    #[command(flatten)]
    at: BankFlag,
}

/// An offer to make.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook offer create saucer --says \"a seat at the carers' lunch\" --hours 1 --days thu --from 12:00 --until 14:00
  hourbook offer create baths --says 'a swim' --hours 1:30 --for-all --a-month 40")]
pub struct CreateFlags {
    #[command(flatten)]
    partner: PartnerFlags,
    /// What it is [default: activity]
    #[arg(long, value_name = "activity|discount|service|goods", value_parser = kind())]
    #[arg(hide_possible_values = true)]
    kind: Option<api::OfferKind>,
    /// What it says, in at most 120 bytes; for everybody to read
    #[arg(long, value_name = "TEXT")]
    says: String,
    /// Its price in hours, for each person
    #[arg(long, value_name = "HOURS", value_parser = values::hours)]
    hours: i64,
    /// The price is for the whole, however many come
    #[arg(long)]
    for_all: bool,
    /// Only in this venue [default: all of the partner's]
    #[arg(long, value_name = "VENUE", value_parser = counted)]
    venue: Option<u32>,
    /// The first day on which it can be had
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    first_day: Option<api::Date>,
    /// The last one
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    last_day: Option<api::Date>,
    /// Days of the week, such as mon,thu [default: all]
    #[arg(long, value_name = "DAYS", value_delimiter = ',', value_parser = weekday())]
    days: Vec<u32>,
    /// From this time of day on, where the venue is
    #[arg(long, value_name = "TIME", value_parser = time_of_day)]
    from: Option<u32>,
    /// Until this time of day
    #[arg(long, value_name = "TIME", value_parser = time_of_day)]
    until: Option<u32>,
    /// How often one member may have it on one day
    #[arg(long, value_name = "TIMES")]
    a_member_a_day: Option<u32>,
    /// How often one member may have it in one month
    #[arg(long, value_name = "TIMES")]
    a_member_a_month: Option<u32>,
    /// How often all may have it in one month
    #[arg(long, value_name = "TIMES")]
    a_month: Option<u32>,
    /// How often all may have it, ever
    #[arg(long, value_name = "TIMES")]
    in_all: Option<u32>,
    #[command(flatten)]
    write: WriteFlags,
}

/// An offer, by its number with the partner.
#[derive(Debug, Args)]
pub struct NumberFlags {
    #[command(flatten)]
    partner: PartnerFlags,
    /// The number of the offer
    #[arg(value_name = "OFFER", value_parser = counted)]
    offer: u32,
    #[command(flatten)]
    write: WriteFlags,
}

/// An offer not to approve.
#[derive(Debug, Args)]
pub struct DeclineFlags {
    #[command(flatten)]
    number: NumberFlags,
    /// Why not; the partner hears it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Which offers.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Example:
  hourbook offer list --bank 1")]
pub struct ListFlags {
    /// Only this partner's
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Option<Whom>,
    /// Only of this bank
    #[arg(long, value_name = "BANK", value_parser = counted)]
    bank: Option<u32>,
    /// Those that ended too
    #[arg(long)]
    ended: bool,
}

/// Does it.
///
/// # Errors
/// [`Failure`].
pub async fn run(session: &mut Session<'_, '_>, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(flags) => create(session, *flags).await,
        Command::Approve(flags) => approve(session, flags, String::new()).await,
        Command::Decline(flags) => approve(session, flags.number, flags.reason).await,
        Command::Retire(flags) => retire(session, flags).await,
        Command::List(flags) => list(session, flags).await,
        Command::Budget(flags) => shop::budget(session, flags).await,
        Command::Staff(flags) => shop::staff(session, flags).await,
    }
}

/// The owner number of the partner.
///
/// # Errors
/// [`Failure`].
async fn partner(session: &mut Session<'_, '_>, flags: &PartnerFlags) -> Result<u32, Failure> {
    sales::partner(session, &flags.partner, flags.at.bank).await
}

async fn create(session: &mut Session<'_, '_>, flags: CreateFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let partner_owner_number = partner(session, &flags.partner).await?;
    let mut weekdays = flags.days;
    weekdays.sort_unstable();
    weekdays.dedup();
    let per = if flags.for_all { api::PricePer::Redemption } else { api::PricePer::Person };
    let offer = api::Offer {
        partner_owner_number,
        venue_number: flags.venue.unwrap_or_default(),
        kind: flags.kind.unwrap_or(api::OfferKind::Activity).into(),
        wording: flags.says,
        price_seconds: flags.hours,
        price_per: per.into(),
        hours: Some(api::OfferHours {
            first_day: flags.first_day,
            last_day: flags.last_day,
            weekdays,
            from_minute: flags.from.unwrap_or_default(),
            until_minute: flags.until.unwrap_or_default(),
        }),
        caps: Some(api::OfferCaps {
            member_day: flags.a_member_a_day.unwrap_or_default(),
            member_month: flags.a_member_a_month.unwrap_or_default(),
            month: flags.a_month.unwrap_or_default(),
            total: flags.in_all.unwrap_or_default(),
        }),
        ..api::Offer::default()
    };
    let request = api::CreateOfferRequest { request_id: id.to_string(), offer: Some(offer), validate_only };
    let answer = session.client.redemption.create_offer(call(request)).await.asking(id)?;
    let extra = answer.offer.as_ref().map(cells).unwrap_or_default();
    tell(session, Written { receipt: receipt(answer.receipt)?, request_id: id, validate_only, extra }).await
}

async fn approve(session: &mut Session<'_, '_>, flags: NumberFlags, reason: String) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let request = api::ApproveOfferRequest {
        request_id: id.to_string(),
        partner_owner_number: partner(session, &flags.partner).await?,
        offer_number: flags.offer,
        is_declined: !reason.is_empty(),
        reason,
        validate_only,
    };
    let answer = session.client.redemption.approve_offer(call(request)).await.asking(id)?;
    let extra = answer.offer.as_ref().map(cells).unwrap_or_default();
    tell(session, Written { receipt: receipt(answer.receipt)?, request_id: id, validate_only, extra }).await
}

async fn retire(session: &mut Session<'_, '_>, flags: NumberFlags) -> Result<(), Failure> {
    let (id, validate_only) = (flags.write.id(), flags.write.validate_only);
    let request = api::RetireOfferRequest {
        request_id: id.to_string(),
        partner_owner_number: partner(session, &flags.partner).await?,
        offer_number: flags.offer,
        validate_only,
    };
    let answer = session.client.redemption.retire_offer(call(request)).await.asking(id)?;
    let receipt = receipt(answer.receipt)?;
    tell(session, Written { receipt, request_id: id, validate_only, extra: Vec::new() }).await
}

async fn list(session: &mut Session<'_, '_>, flags: ListFlags) -> Result<(), Failure> {
    let partner_owner_number = match flags.partner {
        Some(whom) => {
            partner(session, &PartnerFlags { partner: whom, at: BankFlag { bank: flags.bank } }).await?
        }
        None => 0,
    };
    let mut redemption = session.client.redemption.clone();
    let columns = cells(&api::Offer::default()).into_iter().map(|(column, _)| column).collect();
    let mut listing = Listing::begin(session.screen, columns)?;
    let mut page_token = String::new();
    loop {
        let request = api::ListOffersRequest {
            partner_owner_number,
            bank_number: flags.bank.unwrap_or_default(),
            with_ended: flags.ended,
            page_size: PAGE_SIZE,
            page_token,
        };
        let answer = redemption.list_offers(call(request)).await?.into_inner();
        for offer in &answer.offers {
            listing.row(cells(offer).into_iter().map(|(_, cell)| cell).collect())?;
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return Ok(listing.end()?);
        }
    }
}

/// An offer, a column each.
fn cells(offer: &api::Offer) -> Vec<(Column, Cell)> {
    let word = |name: &str, prefix: &str| Cell::Text(short(name, prefix));
    let hours = offer.hours.clone().unwrap_or_default();
    let when = when(&hours);
    let can_be_had = match (offer.state(), offer.availability()) {
        (api::OfferState::Open, api::Availability::Available) => "now".to_owned(),
        (api::OfferState::Open, api::Availability::NearlyGone) => "now, nearly gone".to_owned(),
        (api::OfferState::Open, api::Availability::NotBefore) => {
            format!("from {}", figures::day(offer.available_from).unwrap_or_default())
        }
        (api::OfferState::Open, _) => "no more".to_owned(),
        (api::OfferState::Waits, _) => "when the bank approves it".to_owned(),
        (api::OfferState::Declined, _) => format!("not approved: {}", offer.declined_because),
        (api::OfferState::Retired, _) => "ended".to_owned(),
        (api::OfferState::Unspecified, _) => String::new(),
    };
    let had = json!({
        "state": short(offer.state().as_str_name(), "OFFER_STATE_"),
        "availability": short(offer.availability().as_str_name(), "AVAILABILITY_"),
        "available_from": figures::day(offer.available_from),
        "declined_because": offer.declined_because,
    });
    let place = |venue: &api::Venue| match venue.address.as_str() {
        "" => venue.name.clone(),
        address => format!("{}, {address}", venue.name),
    };
    let places = offer.venues.iter().map(place).collect::<Vec<_>>().join("; ");
    let partner = match (offer.partner_name.as_str(), places.as_str()) {
        ("", _) => format!("person {}", offer.partner_owner_number),
        (name, "") => name.to_owned(),
        (name, places) => format!("{name}: {places}"),
    };
    let venue = |venue: &api::Venue| json!({"venue_number": venue.venue_number, "name": venue.name, "address": venue.address});
    let venues: Vec<_> = offer.venues.iter().map(venue).collect();
    let per = match offer.price_per() {
        api::PricePer::Person => "a person",
        api::PricePer::Redemption => "all",
        api::PricePer::Unspecified => "",
    };
    vec![
        (
            Column::figures("partner_owner_number", "", 0),
            Cell::number_or_nothing(offer.partner_owner_number.into()),
        ),
        (Column::words("partner_name", "Where", 14), Cell::Said(offer.partner_name.clone().into(), partner)),
        (Column::figures("offer_number", "Offer", 5), Cell::number_or_nothing(offer.offer_number.into())),
        (Column::words("wording", "Says", 22), Cell::Text(offer.wording.clone())),
        (Column::words("kind", "Kind", 8), word(offer.kind().as_str_name(), "OFFER_KIND_")),
        (Column::figures("price_seconds", "Hours", 6), Cell::Seconds(offer.price_seconds)),
        (
            Column::words("price_per", "For", 8),
            Cell::Said(short(offer.price_per().as_str_name(), "PRICE_PER_").into(), per.to_owned()),
        ),
        (Column::words("hours", "When", 18), Cell::Said(hours_json(&hours), when)),
        (Column::words("standing", "To be had", 16), Cell::Said(had, can_be_had)),
        (Column::words("venues", "", 0), Cell::Said(venues.into(), String::new())),
    ]
}

/// "mon thu 12:00 to 14:00 from 2026-06-01 until 2026-06-30".
fn when(hours: &api::OfferHours) -> String {
    let name = |day: &u32| {
        let place = day.checked_sub(1).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| WEEKDAYS.get(place)).copied().unwrap_or_default()
    };
    let mut parts: Vec<String> = hours.weekdays.iter().map(|day| name(day).to_owned()).collect();
    if hours.from_minute != 0 || hours.until_minute != 0 {
        let until = if hours.until_minute == 0 { 1_440 } else { hours.until_minute };
        parts.push(format!("{} to {}", minutes(hours.from_minute), minutes(until)));
    }
    parts.extend(figures::day(hours.first_day).map(|day| format!("from {day}")));
    parts.extend(figures::day(hours.last_day).map(|day| format!("until {day}")));
    if parts.is_empty() { "at any time".to_owned() } else { parts.join(" ") }
}

fn minutes(minutes: u32) -> String {
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

fn hours_json(hours: &api::OfferHours) -> serde_json::Value {
    json!({
        "first_day": figures::day(hours.first_day),
        "last_day": figures::day(hours.last_day),
        "weekdays": hours.weekdays,
        "from_minute": hours.from_minute,
        "until_minute": hours.until_minute,
    })
}

fn kind() -> impl TypedValueParser<Value = api::OfferKind> {
    PossibleValuesParser::new(["activity", "discount", "service", "goods"]).try_map(|typed| {
        let name = format!("OFFER_KIND_{}", typed.to_ascii_uppercase());
        api::OfferKind::from_str_name(&name).ok_or("the API has no such kind")
    })
}

fn weekday() -> impl TypedValueParser<Value = u32> {
    PossibleValuesParser::new(WEEKDAYS).map(|typed| {
        let place = WEEKDAYS.iter().position(|day| *day == typed).unwrap_or_default();
        u32::try_from(place).unwrap_or_default().saturating_add(1)
    })
}

/// "9:30": minutes after midnight.
fn time_of_day(text: &str) -> Result<u32, String> {
    let read = || {
        let (hours, minutes) = text.split_once(':')?;
        let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let is_one = minutes < 60 && hours.saturating_mul(60).saturating_add(minutes) <= 1_440;
        is_one.then(|| hours * 60 + minutes)
    };
    read().ok_or_else(|| "a time of day is typed like 9:30, up to 24:00".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: times of day are read as they are typed, and what is none is told. Method: a table.
    #[test]
    fn times_of_day() {
        for (text, expected) in [("0:00", Some(0)), ("9:30", Some(570)), ("24:00", Some(1_440))] {
            assert_eq!(time_of_day(text).ok(), expected);
        }
        for text in ["", "9", "24:01", "9:60", "-1:00", "9:3a"] {
            assert!(time_of_day(text).is_err(), "{text}");
        }
    }

    /// Goal: when an offer can be had is said in one line. Method: always, and everything.
    #[test]
    fn when_in_words() {
        assert_eq!(when(&api::OfferHours::default()), "at any time");
        let day = |day| Some(api::Date { year: 2026, month: 6, day });
        let all = api::OfferHours {
            first_day: day(1),
            last_day: day(30),
            weekdays: vec![1, 4],
            from_minute: 720,
            until_minute: 840,
        };
        assert_eq!(when(&all), "mon thu 12:00 to 14:00 from 2026-06-01 until 2026-06-30");
    }
}
