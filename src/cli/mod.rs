//! The command line: what is typed becomes calls, answers become tables, JSON or CSV.
//!
//! Owns the commands, the forms of output, the exit codes and the patience with a starting server. Refuses
//! to know the ledger: it speaks only through the API, as any client does. `serve` and `demo` are programs
//! that `main.rs` hands in.
//!
//! - Every write has a request id; what is not known is said with it, so that the same command can be
//!   repeated and happens once (I6).
//! - Text of people is made harmless for a terminal and for a spreadsheet before it is printed.
//! - No list is held as a whole but the lines of a digest, which are bounded; pages hold 1,000.

mod activities;
mod arguments;
mod asking;
pub mod cells;
mod commands;
mod connection;
mod entries;
pub mod exit;
mod failure;
mod figures;
mod key;
mod lookup;
mod new_file;
mod pin;
mod profiles;
mod progress;
mod screen;
mod server;
mod session;
mod target;
mod untrusted;
mod values;
mod whom;

use std::ffi::OsString;
use std::path::Path;

use clap::Parser;

pub use arguments::DemoFlags;
use arguments::{Arguments, Command, Question};
pub use asking::Input;
pub use exit::Exit;
use failure::Failure;
pub use screen::Console;
use screen::Screen;
use session::Session;
use target::{Flags, Target};

use crate::config::{Config, Environment, without_keys};
use crate::domain::KeyText;

/// Begins a network in a folder, or makes another admin key there.
pub type Init<'a> = dyn Fn(&Path, Option<&str>) -> Result<Begun, (Exit, String)> + 'a;

/// The programs that run in this process, rather than ask another.
pub struct Programs<'a> {
    /// Serves until it is told to end.
    pub serve: &'a dyn Fn(Config) -> Result<(), (Exit, String)>,
    /// Begins a network in a folder, under a name; without one, makes another admin key.
    pub init: &'a Init<'a>,
    /// Plays the story.
    pub demo: &'a dyn Fn(DemoFlags) -> Result<(), (Exit, String)>,
}

/// A network that has begun, and its admin key.
pub struct Begun {
    /// The key, for its holder alone.
    pub key: KeyText,
    /// What the network is called.
    pub network_name: String,
}

/// Reads `arguments`, of which the first is the program's name, does what they say, and says how it went.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    environment: &dyn Environment,
    mut console: Console<'_>,
    programs: &Programs<'_>,
) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error, &mut console),
    };
    let mut screen = Screen { console, format: arguments.output };
    let done = dispatch(arguments, environment, &mut screen, programs);
    let done = done.and_then(|()| Ok(screen.console.out.flush()?));
    match done {
        Ok(()) => Exit::Done,
        Err(failure) => {
            // What was printed before stands before it.
            let _unheard = screen.console.out.flush();
            failure.report(&mut screen);
            failure.exit()
        }
    }
}

/// Help and version are answers; everything else clap says is a slip, and may repeat what was typed.
fn usage(error: &clap::Error, console: &mut Console<'_>) -> Exit {
    let text = error.to_string();
    let text = without_keys(&text);
    if error.use_stderr() {
        let _unheard = console.err.write_all(text.as_bytes());
        return Exit::Usage;
    }
    let _unheard = console.out.write_all(text.as_bytes()).and_then(|()| console.out.flush());
    Exit::Done
}

fn dispatch(
    arguments: Arguments,
    environment: &dyn Environment,
    screen: &mut Screen<'_>,
    programs: &Programs<'_>,
) -> Result<(), Failure> {
    let process = |(exit, why)| Failure::Process(exit, why);
    match arguments.command {
        Command::Serve(flags) => (programs.serve)(Config::read(&flags, environment)?).map_err(process),
        Command::Init(flags) => commands::init::run(screen, flags, environment, programs),
        Command::Demo(flags) => (programs.demo)(flags).map_err(process),
        Command::Completions(flags) => commands::completions::run(screen, flags),
        Command::Ask(question) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            // The only one that waits to be asked.
            if let Question::Hook(command) = &question
                && let Some(flags) = command.receives()
            {
                return runtime.block_on(commands::hook::listen::run(screen, flags, environment));
            }
            let flags = Flags {
                server: arguments.server.as_deref(),
                ca: arguments.ca.as_deref(),
                key_file: arguments.key_file.as_deref(),
                profile: arguments.profile.as_deref(),
            };
            runtime.block_on(ask(question, Target::find(flags, environment)?, screen))
        }
    }
}

/// The commands that ask a server.
async fn ask(question: Question, target: Target, screen: &mut Screen<'_>) -> Result<(), Failure> {
    if let Some(remark) = &target.remark {
        screen.remark(remark);
    }
    let client = connection::connect(&target, screen).await?;
    let session = &mut Session::new(screen, client, target);
    match question {
        Question::Import(arguments) => commands::import::run(session, arguments).await,
        Question::Key(command) => commands::key::run(session, command).await,
        Question::WhoAmI => commands::whoami::run(session).await,
        Question::Bank(command) => commands::bank::run(session, command).await,
        Question::Account(command) => commands::account::run(session, command).await,
        Question::Post(flags) => commands::post::run(session, flags).await,
        Question::Hold(flags) => commands::hold::hold(session, flags).await,
        Question::Capture(flags) => commands::hold::capture(session, flags).await,
        Question::Void(flags) => commands::hold::void(session, flags).await,
        Question::Reverse(flags) => commands::reverse::run(session, flags).await,
        Question::Member(command) => commands::people::member(session, *command).await,
        Question::Organisation(command) => commands::people::organisation(session, *command).await,
        Question::Partner(command) => commands::people::partner(session, *command).await,
        Question::Staff(command) => commands::people::staff(session, *command).await,
        Question::Offer(command) => commands::offer::run(session, *command).await,
        Question::Card(command) => commands::card::run(session, *command).await,
        Question::Code(command) => commands::code::run(session, *command).await,
        Question::Voucher(command) => commands::voucher::run(session, *command).await,
        Question::Till(flags) => commands::till::run(session, *flags).await,
        Question::Redemption(command) => commands::redemption::run(session, *command).await,
        Question::Hook(command) => commands::hook::run(session, *command).await,
        Question::Pot(command) => commands::pot::run(session, *command).await,
        Question::Exchange(command) => commands::exchange::run(session, *command).await,
        Question::Slips(flags) => commands::slips::run(session, flags).await,
        Question::Group(flags) => commands::exchange::group::run(session, *flags).await,
        Question::Credit(flags) => commands::exchange::give::credit(session, *flags).await,
        Question::Gift(flags) => commands::exchange::give::gift(session, *flags).await,
        Question::Donate(flags) => commands::exchange::give::donate(session, *flags).await,
        Question::Book(command) => commands::exchange::book::run(session, *command).await,
        Question::BetweenBanks(command) => commands::exchange::between::run(session, *command).await,
        Question::Approve(flags) => commands::exchange::approve::approve(session, *flags).await,
        Question::Decline(flags) => commands::exchange::approve::decline(session, *flags).await,
        Question::Balance(flags) => commands::balance::run(session, flags).await,
        Question::TrialBalance(flags) => commands::trial_balance::run(session, flags).await,
        Question::Statement(flags) => commands::statement::run(session, flags).await,
        Question::Letter(flags) => commands::letter::run(session, *flags).await,
        Question::Entry(flags) => commands::entry::run(session, flags).await,
        Question::Verify => commands::verify::run(session).await,
        Question::Watch(flags) => commands::watch::run(session, flags).await,
    }
}
