//! `member`, `organisation`, `partner` and `staff`: who is in a bank, from the first slip to being forgotten.
//!
//! One implementation under four names: each name has the parts that make sense for it. Whoever is meant is typed as an
//! account number, as `person 7`, or as a part of their name, which `cli::lookup` looks up.

mod add;
mod change;
mod ends;
mod export;
mod flags;
mod link;
mod show;
mod sites;
mod terms;

use clap::Subcommand;

use crate::api;
use crate::cli::commands::{letter, settlement};
use crate::cli::failure::Failure;
use crate::cli::screen::{Cell, Column};
use crate::cli::session::Session;

/// What can be done with whoever is in a bank, whatever they are.
#[derive(Debug, Subcommand)]
pub enum AnybodyCommand {
    /// One of them now: how to reach them, what they agreed to, who speaks for them
    #[command(after_help = show::EXAMPLES)]
    Show(show::ShowFlags),
    /// Find them by a part of a name, of a telephone number or an address; or list all
    #[command(after_help = show::FIND_EXAMPLES)]
    Find(show::FindFlags),
    /// Everything held about one of them, into a file
    Export(export::Flags),
    /// Forget them: paused at once, and after 14 days nobody can read what was known
    Forget(ends::ForgetFlags),
}

/// What can be done with whoever has an account.
#[derive(Debug, Subcommand)]
pub enum HolderCommand {
    /// As with anybody.
    #[command(flatten)]
    Anybody(AnybodyCommand),
    /// Who may spend for them or confirm for them, how much and until when
    Represent(terms::RepresentFlags),
    /// Nothing new for 14 days; nobody else is told
    Pause(ends::PauseFlags),
    /// Close their account: what is left goes where they wish, or to the pot
    Close(ends::CloseFlags),
}

/// What can be done with members.
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Take somebody in: only a name is needed
    #[command(after_help = add::MEMBER_EXAMPLES)]
    Add(add::Flags<flags::NewMember>),
    /// Say anew what is known of somebody; what is not typed stays
    #[command(after_help = change::MEMBER_EXAMPLES)]
    Change(change::Flags<flags::ChangedMember>),
    /// Who pays for help they get, where hours they earn go, and in the end what is left
    Standing(terms::StandingFlags),
    /// Say whose tokens they sign in with
    Link(link::LinkFlags),
    /// The help they gave between two days, by activity, for an employer to read
    RecordOfHelp(letter::RecordFlags),
    /// As with whoever has an account.
    #[command(flatten)]
    Holder(HolderCommand),
}

/// What can be done with organisations, and with partners too.
#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// Take one in: only a name is needed
    #[command(after_help = add::GROUP_EXAMPLES)]
    Add(add::Flags<flags::NewGroup>),
    /// Say anew what is known of one; what is not typed stays
    #[command(after_help = change::GROUP_EXAMPLES)]
    Change(change::Flags<flags::Changed>),
    /// As with whoever has an account.
    #[command(flatten)]
    Holder(HolderCommand),
}

/// What can be done with partners.
#[derive(Debug, Subcommand)]
pub enum PartnerCommand {
    /// As with organisations.
    #[command(flatten)]
    Group(GroupCommand),
    /// Where it takes hours: add, change, close a venue
    #[command(subcommand)]
    Venue(sites::VenueCommand),
    /// Its tills: add one to a venue, move it, close it
    #[command(subcommand)]
    Till(sites::TillCommand),
    /// What its hours add up to, a line a receipt, without members
    Statement(settlement::StatementFlags),
    /// Make the period that runs final: its hours are kept, given back, or paid outside
    Settle(Box<settlement::SettleFlags>),
    /// Say that what was to be paid outside was paid
    Paid(settlement::PaidFlags),
}

/// What can be done with staff.
#[derive(Debug, Subcommand)]
pub enum StaffCommand {
    /// Say who works here; they get no account
    #[command(after_help = add::STAFF_EXAMPLES)]
    Add(add::Flags<flags::NewStaff>),
    /// Say anew what is known of somebody; what is not typed stays
    #[command(after_help = change::GROUP_EXAMPLES)]
    Change(change::Flags<flags::Changed>),
    /// Say whose tokens they sign in with
    Link(link::LinkFlags),
    /// As with anybody.
    #[command(flatten)]
    Anybody(AnybodyCommand),
}

/// Somebody as an answer names them: "Ann Ash (person 9)".
fn who(person: &api::Person) -> (Column, Cell) {
    let number = person.owner_number;
    (Column::words("owner_number", "Who", 0), Cell::Said(number.into(), who_words(person)))
}

fn who_words(person: &api::Person) -> String {
    let number = person.owner_number;
    match &person.profile {
        Some(profile) => format!("{} (person {number})", profile.name),
        None => format!("person {number}"),
    }
}

/// Does it with a member.
///
/// # Errors
/// [`Failure`].
pub async fn member(session: &mut Session<'_, '_>, command: MemberCommand) -> Result<(), Failure> {
    let kind = api::PersonKind::Member;
    match command {
        MemberCommand::Add(flags) => add::run(session, flags.into(), kind).await,
        MemberCommand::Change(flags) => change::run(session, flags.into(), kind).await,
        MemberCommand::Standing(flags) => terms::standing(session, flags, kind).await,
        MemberCommand::Link(flags) => link::run(session, flags, kind).await,
        MemberCommand::RecordOfHelp(flags) => letter::record(session, flags).await,
        MemberCommand::Holder(command) => holder(session, command, kind).await,
    }
}

/// Does it with an organisation.
///
/// # Errors
/// [`Failure`].
pub async fn organisation(session: &mut Session<'_, '_>, command: GroupCommand) -> Result<(), Failure> {
    group(session, command, api::PersonKind::Organisation).await
}

/// Does it with a partner.
///
/// # Errors
/// [`Failure`].
pub async fn partner(session: &mut Session<'_, '_>, command: PartnerCommand) -> Result<(), Failure> {
    match command {
        PartnerCommand::Group(command) => group(session, command, api::PersonKind::Partner).await,
        PartnerCommand::Venue(command) => sites::venue(session, command).await,
        PartnerCommand::Till(command) => sites::till(session, command).await,
        PartnerCommand::Statement(flags) => settlement::statement(session, flags).await,
        PartnerCommand::Settle(flags) => settlement::settle(session, *flags).await,
        PartnerCommand::Paid(flags) => settlement::paid(session, flags).await,
    }
}

/// Does it with somebody who works here.
///
/// # Errors
/// [`Failure`].
pub async fn staff(session: &mut Session<'_, '_>, command: StaffCommand) -> Result<(), Failure> {
    let kind = api::PersonKind::Staff;
    match command {
        StaffCommand::Add(flags) => add::run(session, flags.into(), kind).await,
        StaffCommand::Change(flags) => change::run(session, flags.into(), kind).await,
        StaffCommand::Link(flags) => link::run(session, flags, kind).await,
        StaffCommand::Anybody(command) => anybody(session, command, kind).await,
    }
}

async fn group(
    session: &mut Session<'_, '_>,
    command: GroupCommand,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    match command {
        GroupCommand::Add(flags) => add::run(session, flags.into(), kind).await,
        GroupCommand::Change(flags) => change::run(session, flags.into(), kind).await,
        GroupCommand::Holder(command) => holder(session, command, kind).await,
    }
}

async fn holder(
    session: &mut Session<'_, '_>,
    command: HolderCommand,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    match command {
        HolderCommand::Anybody(command) => anybody(session, command, kind).await,
        HolderCommand::Represent(flags) => terms::represent(session, flags, kind).await,
        HolderCommand::Pause(flags) => ends::pause(session, &flags, kind).await,
        HolderCommand::Close(flags) => ends::close(session, flags).await,
    }
}

async fn anybody(
    session: &mut Session<'_, '_>,
    command: AnybodyCommand,
    kind: api::PersonKind,
) -> Result<(), Failure> {
    match command {
        AnybodyCommand::Show(flags) => show::show(session, &flags, kind).await,
        AnybodyCommand::Find(flags) => show::find(session, flags, kind).await,
        AnybodyCommand::Export(flags) => export::run(session, flags, kind).await,
        AnybodyCommand::Forget(flags) => ends::forget(session, &flags, kind).await,
    }
}
