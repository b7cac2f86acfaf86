//! The command line as it is typed: commands, and the flags that several of them share.
//!
//! Owns names and help. What a command's own flags are stands beside what it does, in `commands`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;

use super::commands::{
    account, balance, bank, card, code, completions, counted, entry, exchange, hold, hook, init, key, letter,
    offer, people, post, pot, redemption, reverse, slips, statement, till, trial_balance, voucher, watch,
};
use super::exit::EXIT_CODES_HELP;
use super::screen::Format;
use super::values;
use crate::api;
use crate::config;
use crate::domain::RequestId;

/// Above the flags that every command takes.
const EVERYWHERE: &str = "Everywhere";

/// The ledger of a network of time banks: an hour given is an hour earned.
#[derive(Debug, Parser)]
#[command(name = "hourbook", version, after_help = EXIT_CODES_HELP, arg_required_else_help = true)]
#[command(max_term_width = 100, disable_help_subcommand = true)]
pub struct Arguments {
    /// Where the server is [env: HOURBOOK_SERVER] [default: 127.0.0.1:4687]
    #[arg(long, global = true, value_name = "[https://]NAME:PORT", help_heading = EVERYWHERE)]
    pub server: Option<String>,
    /// A file with your key, readable by nobody else [env: HOURBOOK_KEY_FILE, or HOURBOOK_KEY for the key itself]
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub key_file: Option<PathBuf>,
    /// The only authority to believe that the server is the one meant, as PEM [env: HOURBOOK_CA]
    /// [default: those that this machine trusts]
    #[arg(long, global = true, value_name = "FILE", help_heading = EVERYWHERE)]
    pub ca: Option<String>,
    /// Which profile of ~/.config/hourbook/config.toml says the three above, where they are not given
    /// [env: HOURBOOK_PROFILE] [default: the one called default, if there is one]
    #[arg(long, global = true, value_name = "NAME", help_heading = EVERYWHERE)]
    pub profile: Option<String>,
    /// How answers look; amounts in json and csv are seconds
    #[arg(long, global = true, value_enum, value_name = "table|json|csv", help_heading = EVERYWHERE)]
    #[arg(default_value_t = Format::Table, hide_possible_values = true)]
    pub output: Format,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keep the books in a folder and answer calls
    Serve(Box<config::ServeFlags>),
    /// Begin a network in a folder, with its first admin key; the server stopped
    Init(init::Flags),
    /// Play the story of a time bank, to see what Hourbook does
    Demo(DemoFlags),
    /// What is asked of a server.
    #[command(flatten)]
    Ask(Question),
    /// Completions of these commands for a shell
    Completions(completions::Flags),
}

/// What is asked of a server.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// Take over the books of another system from a CSV file
    Import(crate::import::Arguments),
    /// Keys: make one, list, rotate and revoke them
    #[command(subcommand)]
    Key(key::Command),
    /// What the server takes you for
    #[command(name = "whoami")]
    WhoAmI,
    /// Time banks: open one, list them; what each has agreed on
    #[command(subcommand)]
    Bank(bank::Command),
    /// Accounts: open, show, list, set limits, close
    #[command(subcommand)]
    Account(account::Command),
    /// Move hours: somebody gave help, somebody received it
    Post(post::Flags),
    /// Set hours aside until a deadline
    Hold(hold::HoldFlags),
    /// Take what was set aside, or a part of it
    Capture(hold::CaptureFlags),
    /// Let go of what was set aside
    Void(hold::VoidFlags),
    /// Put an earlier entry right, whole or in part
    Reverse(reverse::Flags),
    /// People with an account: take in, find, change, pause, close, forget
    #[command(subcommand)]
    Member(Box<people::MemberCommand>),
    /// Groups with an account
    #[command(subcommand)]
    Organisation(Box<people::GroupCommand>),
    /// Cafés and shops that take hours
    #[command(subcommand)]
    Partner(Box<people::PartnerCommand>),
    /// Whoever works for a bank or at a till, without an account
    #[command(subcommand)]
    Staff(Box<people::StaffCommand>),
    /// What partners give for hours: offer, approve, list
    #[command(subcommand)]
    Offer(Box<offer::Command>),
    /// Cards of people without a phone: issue, set the PIN, replace, block
    #[command(subcommand)]
    Card(Box<card::Command>),
    /// Codes that somebody's hours can be used with, once
    #[command(subcommand)]
    Code(Box<code::Command>),
    /// Hours for somebody who is no member, set aside from a pot or an organisation
    #[command(subcommand)]
    Voucher(Box<voucher::Command>),
    /// A till: asks, sells, and says what happened, also after a cut in the middle
    Till(Box<till::Flags>),
    /// Sales: list, take, let go, give back, write down from a slip
    #[command(subcommand)]
    Redemption(Box<redemption::Command>),
    /// Hooks: a shop's own software is told of its sales as they happen
    #[command(subcommand)]
    Hook(Box<hook::Command>),
    /// Pots: hours kept for a purpose
    #[command(subcommand)]
    Pot(Box<pot::Command>),
    /// Help between two: written down, proposed, confirmed, disputed, put right
    #[command(subcommand)]
    Exchange(Box<exchange::Command>),
    /// Write down a paper list of help between two, from a CSV file
    Slips(slips::Flags),
    /// Help among several, shared by a named rule
    Group(Box<exchange::group::Group>),
    /// Thank somebody from a pot, or hand out hours
    Credit(Box<exchange::give::CreditFlags>),
    /// Give hours of one's own to somebody
    Gift(Box<exchange::give::GiftFlags>),
    /// Give hours of one's own to a pot
    Donate(Box<exchange::give::DonateFlags>),
    /// Book hours for a day to come, take or cancel what was booked
    #[command(subcommand)]
    Book(Box<exchange::book::Command>),
    /// Between two banks: move hours with their owner, and who owes whom
    #[command(subcommand)]
    BetweenBanks(Box<exchange::between::Command>),
    /// Agree to what waits for a second person, or list what waits
    Approve(Box<exchange::approve::ApproveFlags>),
    /// Do not agree to what waits, or take it back
    Decline(Box<exchange::approve::DeclineFlags>),
    /// What an account has, now or at a moment of the past
    Balance(balance::Flags),
    /// Sums of every bank, now or at a moment of the past: they add up to zero
    TrialBalance(trial_balance::Flags),
    /// An account's lines, newest first
    Statement(statement::Flags),
    /// A month of people's hours as letters: files to read and to print
    Letter(Box<letter::Flags>),
    /// One entry of the books
    Entry(entry::Flags),
    /// Check the promises I1 to I9 and I11 over the whole journal
    Verify,
    /// See entries as they are written down
    Watch(watch::Flags),
}

/// How the demo is asked for.
#[derive(Clone, Copy, Debug, Args)]
pub struct DemoFlags {
    /// End with the story instead of staying there to be tried
    #[arg(long)]
    pub once: bool,
}

/// Where names are looked up.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct BankFlag {
    /// The bank in which names are looked up [default: the profile's, or the only one your key reaches]
    #[arg(long, value_name = "BANK", value_parser = counted)]
    pub bank: Option<u32>,
}

/// What every write takes.
#[derive(Clone, Copy, Debug, Args)]
pub struct WriteFlags {
    /// Ask under this id, a UUID of version 7 or 8; asking again with the same id is safe [default: a new one]
    #[arg(long, value_name = "UUID", value_parser = values::request_id)]
    pub request_id: Option<RequestId>,
    /// Only check whether it could be done; nothing is written
    #[arg(long)]
    pub validate_only: bool,
}

impl WriteFlags {
    /// The id typed, or a new one.
    #[must_use]
    pub fn id(&self) -> RequestId {
        self.request_id.unwrap_or_else(RequestId::fresh)
    }
}

/// What may be said about any entry.
#[derive(Clone, Debug, Default, Args)]
pub struct DetailFlags {
    /// The day the help was given, like 2026-05-13; not in the future
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub on: Option<api::Date>,
    /// Words for whoever reads the line; kept encrypted. Nothing about health, please
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub memo: String,
    /// Why it was done, where that needs saying; kept encrypted
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    pub reason: String,
    /// Who allows it to pass a limit, by owner number
    #[arg(long, value_name = "OWNER", default_value_t = 0, hide_default_value = true)]
    pub allowed_by: u32,
    /// Who approved it, by owner number
    #[arg(long, value_name = "OWNER", default_value_t = 0, hide_default_value = true)]
    pub second_person: u32,
    /// People counted without hours
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true)]
    pub present: u32,
}

impl DetailFlags {
    /// For the API; absent where nothing was said.
    #[must_use]
    pub fn details(&self) -> Option<api::EntryDetails> {
        let details = api::EntryDetails {
            occurred_on: self.on,
            memo: self.memo.clone(),
            reason: self.reason.clone(),
            typed: String::new(),
            text_about: Vec::new(),
            second_person: self.second_person,
            allowed_by: self.allowed_by,
            present_count: self.present,
        };
        (details != api::EntryDetails::default()).then_some(details)
    }
}

/// Which moment of the past. Without any: now.
#[derive(Clone, Copy, Debug, Args)]
pub struct MomentFlags {
    /// As it was right after this entry
    #[arg(long, value_name = "SEQ", conflicts_with = "recorded_before")]
    pub at: Option<u64>,
    /// As it was before this time: 2026-05-13T14:30:00Z, or a day, which means the moment it begins in UTC
    #[arg(long, value_name = "TIME", value_parser = values::moment)]
    pub recorded_before: Option<Timestamp>,
    /// By day of help: only what happened on this day or before, however late it was written down. May be
    /// combined with one of the others: of what was known then
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub as_of: Option<api::Date>,
}

/// How far an account may go.
#[derive(Clone, Copy, Debug, Args)]
pub struct LimitFlags {
    /// The lowest balance, in hours: -5 is 5 hours below zero; none is as far as the books go
    #[arg(long, value_name = "HOURS|none", allow_hyphen_values = true, value_parser = values::level)]
    pub floor: Option<values::Level>,
    /// The highest balance, in hours; none is as far as the books go
    #[arg(long, value_name = "HOURS|none", allow_hyphen_values = true, value_parser = values::level)]
    pub ceiling: Option<values::Level>,
    /// Refuse what would rise past the ceiling, instead of marking it
    #[arg(long)]
    pub hard_ceiling: bool,
    /// A friendly note is due below this balance, in hours
    #[arg(long, value_name = "HOURS|none", allow_hyphen_values = true, value_parser = values::level)]
    pub warn_below: Option<values::Level>,
    /// A friendly note is due above this balance, in hours
    #[arg(long, value_name = "HOURS|none", allow_hyphen_values = true, value_parser = values::level)]
    pub warn_above: Option<values::Level>,
}

impl LimitFlags {
    /// Whether any was typed.
    #[must_use]
    pub const fn is_typed(&self) -> bool {
        self.floor.is_some()
            || self.ceiling.is_some()
            || self.hard_ceiling
            || self.warn_below.is_some()
            || self.warn_above.is_some()
    }

    /// `present` with what was typed in its place.
    #[must_use]
    pub fn over(&self, present: api::Limits) -> api::Limits {
        let or = |typed: Option<values::Level>, present| typed.map_or(present, values::Level::seconds);
        api::Limits {
            floor_seconds: or(self.floor, present.floor_seconds),
            ceiling_seconds: or(self.ceiling, present.ceiling_seconds),
            ceiling_is_hard: self.hard_ceiling || present.ceiling_is_hard,
            warn_below_seconds: or(self.warn_below, present.warn_below_seconds),
            warn_above_seconds: or(self.warn_above, present.warn_above_seconds),
        }
    }

    /// For an account that is new: down to zero unless something else was typed.
    #[must_use]
    pub fn for_new(&self) -> api::Limits {
        self.over(api::Limits { floor_seconds: Some(0), ..api::Limits::default() })
    }
}

/// The kinds that a caller may name, as they are typed.
const POSTABLE: [&str; 12] = [
    "exchange",
    "group",
    "community",
    "gift",
    "donation",
    "grant",
    "voucher",
    "redemption",
    "claim",
    "settlement",
    "between-banks",
    "opening",
];
/// The kinds that only the ledger makes.
const MADE_BY_LEDGER: [&str; 3] = ["refund", "closing", "reversal"];

/// Reads a kind that a caller may name.
pub fn postable_kind() -> impl TypedValueParser<Value = api::Kind> {
    kinds(POSTABLE.to_vec())
}

/// Reads any kind.
pub fn any_kind() -> impl TypedValueParser<Value = api::Kind> {
    kinds([POSTABLE.as_slice(), MADE_BY_LEDGER.as_slice()].concat())
}

fn kinds(names: Vec<&'static str>) -> impl TypedValueParser<Value = api::Kind> {
    PossibleValuesParser::new(names).try_map(|typed| {
        api::Kind::from_str_name(&wire_name("KIND_", &typed)).ok_or("the API has no such kind")
    })
}

/// Reads a form.
pub fn any_form() -> impl TypedValueParser<Value = api::Form> {
    PossibleValuesParser::new(["post", "hold", "capture", "void", "expire", "account", "note"]).try_map(
        |typed| api::Form::from_str_name(&wire_name("FORM_", &typed)).ok_or("the API has no such form"),
    )
}

/// Reads a kind of account that can be opened by itself.
pub fn new_account_kind() -> impl TypedValueParser<Value = api::AccountKind> {
    account_kinds(vec!["member", "organisation", "partner", "pot"])
}

/// Reads any kind of account.
pub fn any_account_kind() -> impl TypedValueParser<Value = api::AccountKind> {
    account_kinds(vec!["member", "organisation", "partner", "pot", "issuance", "clearing"])
}

fn account_kinds(names: Vec<&'static str>) -> impl TypedValueParser<Value = api::AccountKind> {
    PossibleValuesParser::new(names).try_map(|typed| {
        api::AccountKind::from_str_name(&wire_name("ACCOUNT_KIND_", &typed)).ok_or("the API has no such kind")
    })
}

fn wire_name(prefix: &str, typed: &str) -> String {
    format!("{prefix}{}", typed.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn read(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    /// Goal: clap finds nothing wrong with the definitions themselves. Method: its own check.
    #[test]
    fn the_definitions_hold_together() {
        Arguments::command().debug_assert();
    }

    /// Goal: every name that can be typed is one of the API's. Method: each kind, form and account kind
    /// through the reader, and all of the API's kinds are among them.
    #[test]
    fn names_are_those_of_the_api() {
        for kind in [POSTABLE.as_slice(), MADE_BY_LEDGER.as_slice()].concat() {
            assert!(api::Kind::from_str_name(&wire_name("KIND_", kind)).is_some(), "{kind}");
            assert!(read(&format!("hourbook watch --kind {kind}")).is_ok(), "{kind}");
        }
        assert_eq!(POSTABLE.len() + MADE_BY_LEDGER.len(), crate::domain::Kind::ALL.len());
        for form in ["post", "hold", "capture", "void", "expire", "account", "note"] {
            assert!(read(&format!("hourbook watch --form {form}")).is_ok(), "{form}");
        }
        for kind in ["member", "organisation", "partner", "pot", "issuance", "clearing"] {
            assert!(read(&format!("hourbook account list --kind {kind}")).is_ok(), "{kind}");
        }
    }

    /// Goal: an account opened with one limit still goes down to zero and no further.
    /// Method: limits typed and not typed, and those of an account that has some.
    #[test]
    fn limits_not_typed_stay() {
        let Command::Ask(Question::Account(account::Command::Open(flags))) =
            read("hourbook account open --bank 1 --name Ann --ceiling 20").unwrap().command
        else {
            panic!("another command");
        };
        let limits = flags.limits.for_new();
        assert_eq!((limits.floor_seconds, limits.ceiling_seconds), (Some(0), Some(72_000)));
        let present = api::Limits { floor_seconds: Some(-5), warn_below_seconds: Some(-3), ..limits };
        let flags = LimitFlags { floor: Some(values::Level::None), ..flags.limits };
        let now = flags.over(present);
        assert_eq!((now.floor_seconds, now.warn_below_seconds), (None, Some(-3)));
    }

    /// Goal: slips of usage are heard of before anything is sent, with both readings of an amount.
    /// Method: one line each.
    #[test]
    fn slips_are_usage_errors() {
        let account = crate::domain::AccountNumber::from_slot(0).unwrap();
        for line in [
            "hourbook dmeo".to_owned(),
            format!("hourbook balance {account} --at 1 --recorded-before 2026-05-13"),
            "hourbook balance 0".to_owned(),
            format!("hourbook post --from {account} --to {account} --hours 1.30 --kind exchange"),
            format!("hourbook post --from {account} --hours 1 --kind exchange"),
            format!("hourbook post --from {account} --to {account} --hours 1 --kind reversal"),
            format!("hourbook account limits {account}"),
            "hourbook void 0".to_owned(),
        ] {
            let error = read(&line).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
        let line = format!("hourbook post --from {account} --to {account} --hours 1.30 --kind exchange");
        let said = read(&line).unwrap_err().to_string();
        assert!(said.contains("1 h 18 min") && said.contains("1.5 h"), "{said}");
        assert!(read(&format!("hourbook account limits {account} --floor -5")).is_ok());
        assert!(read(&format!("hourbook balance {account} --at 1 --as-of 2026-05-13")).is_ok());
    }
}
