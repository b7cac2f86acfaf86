//! `partner statement`: a line a receipt, without members, and what it adds up to.
//!
//! Pages are written as they come. The sums are those of the last page: lines are told oldest first, so whatever was written
//! down meanwhile is on it. That they add up is checked here once more; a venue's lines to what the venue took and gave back.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::settle::settlement_json;
use super::{page, settlement_words, sums_in_order, sums_words, venue_words, what_words};
use crate::api;
use crate::cli::arguments::BankFlag;
use crate::cli::cells::for_json;
use crate::cli::new_file::NewFile;

use crate::cli::commands::sales::receipt_words;
use crate::cli::commands::{counted, sales};
use crate::cli::connection::{Client, call};
use crate::cli::failure::Failure;
use crate::cli::figures::{self, short};
use crate::cli::screen::{Cell, Column, Format, Listing};
use crate::cli::session::{PAGE_SIZE, Session};
use crate::cli::values;
use crate::cli::whom::{Whom, whom};

/// Which statement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hourbook partner statement                                      the period that runs, with a shop's key
  hourbook partner statement saucer --period 1 --html may.html    a page to print
  hourbook partner statement saucer --period 1 --output csv > may.csv

Brought forward + taken - given back - spent - settled + other = kept, which is the balance of its account.")]
pub struct StatementFlags {
    /// Whose: a part of its name, its account number, or 'person 7' [default: the key's own]
    #[arg(value_name = "PARTNER", value_parser = whom)]
    partner: Option<Whom>,
    #[command(flatten)]
    at: BankFlag,
    /// The period's number, from 1 [default: the one that runs]
    #[arg(long, value_name = "NUMBER", value_parser = counted)]
    period: Option<u32>,
    /// Only lines of this venue, and what they add up to beside the sums of the account
    #[arg(long, value_name = "NUMBER", value_parser = counted)]
    venue: Option<u32>,
    /// Which of its accounts, where it has one in several banks
    #[arg(long, value_name = "ACCOUNT", value_parser = values::account)]
    account: Option<u32>,
    /// A new file for a page to print, instead of a table
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// A statement, page by page.
struct Reader {
    client: Client,
    request: api::GetPartnerStatementRequest,
    /// The page that was read last.
    page: api::GetPartnerStatementResponse,
    /// What was brought forward, and all lines so far.
    sum: i64,
}

impl Reader {
    /// With the first page.
    async fn begin(client: Client, request: api::GetPartnerStatementRequest) -> Result<Self, Failure> {
        let mut reader = Self { client, request, page: api::GetPartnerStatementResponse::default(), sum: 0 };
        reader.read().await?;
        if reader.request.period_number == 0 && !reader.page.next_page_token.is_empty() {
            // All pages are of one period, also if it is made final meanwhile.
            reader.request.period_number = reader.page.period_number;
            reader.read().await?;
        }
        if reader.request.venue_number == 0 {
            reader.sum = reader.page.sums.unwrap_or_default().brought_forward_seconds;
        }
        reader.add();
        Ok(reader)
    }

    /// Whether there was another page.
    async fn next(&mut self) -> Result<bool, Failure> {
        if self.page.next_page_token.is_empty() {
            return Ok(false);
        }
        self.request.page_token = std::mem::take(&mut self.page.next_page_token);
        self.read().await?;
        self.add();
        Ok(true)
    }

    async fn read(&mut self) -> Result<(), Failure> {
        let request = call(self.request.clone());
        self.page = self.client.redemption.get_partner_statement(request).await?.into_inner();
        Ok(())
    }

    fn add(&mut self) {
        let lines = self.page.lines.iter();
        self.sum = lines.fold(self.sum, |sum, line| sum.saturating_add(line.change_seconds));
    }

    /// A row for each line of all pages.
    async fn tell_all(&mut self, listing: &mut Listing<'_, '_>) -> Result<(), Failure> {
        loop {
            for line in &self.page.lines {
                listing.row(cells(line))?;
            }
            if !self.next().await? {
                return Ok(());
            }
        }
    }

    /// Once all was read.
    fn adds_up(&self) -> Result<(), Failure> {
        match &self.page.venue {
            // What was brought forward is of no venue.
            Some(venue) => adds_up(self.sum, venue.difference_seconds),
            None => adds_up(self.sum, self.page.sums.unwrap_or_default().kept_seconds),
        }
    }
}

fn adds_up(sum: i64, kept: i64) -> Result<(), Failure> {
    if sum == kept {
        return Ok(());
    }
    Err(Failure::Refused(
        "The lines of this statement do not add up to what the server says. Do not use it; ask whoever looks after the \
         server to run 'hourbook verify'."
            .to_owned(),
    ))
}

/// Prints it.
///
/// # Errors
/// [`Failure`].
pub async fn statement(session: &mut Session<'_, '_>, flags: StatementFlags) -> Result<(), Failure> {
    let owner = sales::partner_or_own(session, flags.partner.as_ref(), flags.at.bank).await?;
    let request = api::GetPartnerStatementRequest {
        partner_owner_number: owner,
        account_number: flags.account.unwrap_or_default(),
        period_number: flags.period.unwrap_or_default(),
        venue_number: flags.venue.unwrap_or_default(),
        page_size: PAGE_SIZE,
        page_token: String::new(),
    };
    let name = name(session, owner).await;
    let reader = Reader::begin(session.client.clone(), request).await?;
    if let Some(path) = flags.html {
        return html(session, reader, &name, NewFile::open(path, 0o644)?).await;
    }
    match session.screen.format {
        Format::Table => table(session, reader, &name).await,
        Format::Csv => csv(session, reader).await,
        Format::Json => as_json(session, reader).await,
    }
}

/// What the partner is called, or its number; a name that cannot be asked for is left out.
async fn name(session: &mut Session<'_, '_>, owner: u32) -> String {
    let mut owner = owner;
    if owner == 0 {
        let own = session.client.access.who_am_i(call(api::WhoAmIRequest {})).await.ok();
        let reach = own.and_then(|own| own.into_inner().reach).unwrap_or_default();
        owner = reach.partner_owner_numbers.first().copied().unwrap_or_default();
    }
    let person = crate::cli::lookup::by_number(&mut session.client, owner, 0).await.ok();
    match person.and_then(|person| person.profile) {
        Some(profile) if !profile.name.is_empty() => profile.name,
        Some(_) | None => format!("person {owner}"),
    }
}

/// "Statement of Saucer & Spoon, period 1: from 2026-05-05, still running".
fn title(name: &str, page: &api::GetPartnerStatementResponse, venue: u32) -> String {
    let first = figures::day(page.first_day).unwrap_or_default();
    let until = match figures::day(page.last_day) {
        Some(last) => format!(" to {last}"),
        None => ", still running".to_owned(),
    };
    let of_venue = if venue == 0 { String::new() } else { format!(", lines of venue {venue}") };
    format!("Statement of {name}, period {}: from {first}{until}{of_venue}", page.period_number)
}

async fn table(session: &mut Session<'_, '_>, mut reader: Reader, name: &str) -> Result<(), Failure> {
    let title = title(name, &reader.page, reader.request.venue_number);
    session.screen.say(&format!("{title}."))?;
    let mut listing = Listing::begin(session.screen, columns())?;
    reader.tell_all(&mut listing).await?;
    listing.end()?;
    let sums = reader.page.sums.unwrap_or_default();
    if let Some(venue) = &reader.page.venue {
        session.screen.say(&venue_words(venue))?;
    }
    session.screen.say(&sums_words(&sums))?;
    let settled = settled_words(session, &reader.page).await;
    session.screen.say(&settled)?;
    reader.adds_up()
}

/// A column of hours that adds up to what is kept: what was brought forward is its first line. Of a venue alone it adds up to
/// what the venue took and gave back.
async fn csv(session: &mut Session<'_, '_>, mut reader: Reader) -> Result<(), Failure> {
    let mut listing = Listing::begin(session.screen, columns())?;
    if reader.request.venue_number == 0 {
        let brought = reader.page.sums.unwrap_or_default().brought_forward_seconds;
        let first = api::PartnerLine { change_seconds: brought, ..Default::default() };
        let mut row = cells(&first);
        if let Some(what) = row.get_mut(WHAT) {
            *what = Cell::Word("brought_forward".into());
        }
        listing.row(row)?;
    }
    reader.tell_all(&mut listing).await?;
    listing.end()?;
    reader.adds_up()
}

/// One object; its lines are written as they come.
async fn as_json(session: &mut Session<'_, '_>, mut reader: Reader) -> Result<(), Failure> {
    let head = json!({
        "period_number": reader.page.period_number,
        "first_day": figures::day(reader.page.first_day),
        "venue_number": reader.request.venue_number,
    });
    write!(session.screen.console.out, "{},\n\"lines\": ", open_object(&head))?;
    let mut listing = Listing::begin(session.screen, columns())?;
    reader.tell_all(&mut listing).await?;
    listing.end()?;
    let sums = sums_in_order(&reader.page.sums.unwrap_or_default());
    let sums: serde_json::Map<String, Value> = sums
        .into_iter()
        .map(|(_, name, seconds)| (format!("{}_seconds", name.replace(' ', "_")), seconds.into()))
        .collect();
    let venue = reader.page.venue.map(|venue| {
        json!({
            "taken_seconds": venue.taken_seconds,
            "given_back_seconds": venue.given_back_seconds,
            "difference_seconds": venue.difference_seconds,
        })
    });
    let rest = json!({
        "venue": venue,
        "sums": sums,
        "last_day": figures::day(reader.page.last_day),
        "settlement": reader.page.settlement.as_ref().map(settlement_json),
        "sequence": reader.page.sequence,
    });
    let rest = rest.to_string();
    writeln!(session.screen.console.out, ",{}", for_json(rest.trim_start_matches('{')))?;
    reader.adds_up()
}

/// An object without its end.
fn open_object(object: &Value) -> String {
    let text = object.to_string();
    for_json(text.strip_suffix('}').unwrap_or(&text)).into_owned()
}

async fn html(
    session: &mut Session<'_, '_>,
    mut reader: Reader,
    name: &str,
    mut file: NewFile,
) -> Result<(), Failure> {
    let title = title(name, &reader.page, reader.request.venue_number);
    let mut written = page::begin(file.file(), &title);
    loop {
        for line in &reader.page.lines {
            written = written.and_then(|()| page::row(file.file(), line));
        }
        match reader.next().await {
            Ok(true) => {}
            Ok(false) => break,
            Err(failure) => {
                // Half a statement is none.
                file.leave();
                return Err(failure);
            }
        }
    }
    if let Err(failure) = reader.adds_up() {
        file.leave();
        return Err(failure);
    }
    let settled = settled_words(session, &reader.page).await;
    let sums = reader.page.sums.unwrap_or_default();
    let written =
        written.and_then(|()| page::end(file.file(), (&sums, reader.page.venue.as_ref()), &settled));
    let path = file.done(written)?;
    Ok(session.screen.say(&format!("{title}: written to {path}."))?)
}

async fn settled_words(session: &mut Session<'_, '_>, page: &api::GetPartnerStatementResponse) -> String {
    match &page.settlement {
        Some(settlement) => settlement_words(session, settlement).await,
        None => "This period still runs: its figures may change.".to_owned(),
    }
}

/// The place of "what" among the columns.
const WHAT: usize = 7;

fn columns() -> Vec<Column> {
    vec![
        Column::figures("sequence", "Entry", 6),
        Column::words("day", "Day", 10),
        Column::figures("receipt_number", "Receipt", 10),
        Column::figures("line", "", 0),
        Column::figures("till_number", "Till", 4),
        Column::figures("venue_number", "Venue", 5),
        Column::figures("offer_number", "Offer", 5),
        Column::words("kind", "What", 10),
        Column::figures("change_seconds", "Hours", 8),
        Column::words("recorded_at", "", 0),
        Column::words("is_beyond_budget", "", 0),
    ]
}

fn cells(line: &api::PartnerLine) -> Vec<Cell> {
    let receipt = line.receipt.unwrap_or_default();
    let till = receipt.till.unwrap_or_default();
    let number = |number: u32| Cell::number_or_nothing(number.into());
    let named = if receipt.number == 0 {
        Cell::Nothing
    } else {
        Cell::Said(receipt.number.into(), receipt_words(&receipt))
    };
    let kind = short(line.kind().as_str_name(), "PARTNER_LINE_KIND_");
    vec![
        Cell::number_or_nothing(line.sequence),
        Cell::text_or_nothing(day_of(line)),
        named,
        number(receipt.line),
        number(till.till_number),
        number(line.venue_number),
        number(line.offer_number),
        Cell::Said(kind.into(), what_words(line)),
        Cell::Seconds(line.change_seconds),
        Cell::text_or_nothing(figures::time(line.recorded_at).unwrap_or_default()),
        Cell::Flag(line.is_beyond_budget),
    ]
}

/// The business day of a sale; of anything else the day it was written down, in UTC.
pub(super) fn day_of(line: &api::PartnerLine) -> String {
    let business = line.receipt.and_then(|receipt| figures::day(receipt.day));
    business.unwrap_or_else(|| {
        let recorded = figures::short_time(line.recorded_at);
        recorded.split(' ').next().unwrap_or_default().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a statement that does not add up is told, and one that does is not. Method: both.
    #[test]
    fn statements_add_up() {
        assert!(adds_up(3_600, 3_600).is_ok());
        assert!(adds_up(3_600, 3_601).is_err());
    }

    /// Goal: a line that is no sale has the day it was written down. Method: one with a receipt and one without.
    #[test]
    fn lines_have_days() {
        let recorded_at = Some(prost_types::Timestamp { seconds: 86_400, nanos: 0 });
        let line = api::PartnerLine { recorded_at, ..Default::default() };
        assert_eq!(day_of(&line), "1970-01-02");
        let day = Some(api::Date { year: 2026, month: 5, day: 13 });
        let receipt = Some(api::SaleReceipt { day, ..Default::default() });
        assert_eq!(day_of(&api::PartnerLine { receipt, ..line }), "2026-05-13");
    }
}
