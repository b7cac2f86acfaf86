//! `hook listen`: receives events on this machine and says each on a line.
//!
//! With `--forward` it asks the server instead, and passes each event on to a program here: see `forward.rs`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::line::{self, Went};
use super::{key, local};
use crate::cli::arguments::BankFlag;
use crate::cli::failure::Failure;
use crate::cli::screen::Screen;
use crate::config::Environment;
use crate::hooks::receiver::{Received, Receiver, WAITING_MAX};

/// Where it listens, if nobody says otherwise.
const USUAL_ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8720);

/// What to listen to.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Receive here what a server sends here, and check each signature:
    hourbook hook listen --hook-key-file hook.key
  Pass events on to a program on this machine, which no server can reach:
    hourbook hook listen --forward http://127.0.0.1:3000/hook 1
    hourbook hook listen --forward http://127.0.0.1:3000/hook saucer 1 --after 400

A line for each request, with the time in UTC. What comes again is marked so. Ctrl-C ends it.
A program that is down gets the event as soon as it is back, before any other; one that answers
anything but 200 to 299 gets it ten times, then the next one.")]
pub struct Flags {
    /// A file with the endpoint's key, whsec_… or whpk_…, readable by nobody else
    /// [env: HOURBOOK_HOOK_KEY_FILE, or HOURBOOK_HOOK_KEY for the key itself]
    #[arg(long, value_name = "FILE", conflicts_with = "forward")]
    pub hook_key_file: Option<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = USUAL_ADDRESS, conflicts_with = "forward")]
    pub at: SocketAddr,
    /// Pass events of the endpoint on to this address of this machine: http://127.0.0.1:PORT/…
    #[arg(long, value_name = "URL", value_parser = local::address, requires = "of")]
    pub forward: Option<local::Local>,
    /// With --forward: whose [default: the key's own], and the number of the endpoint
    #[arg(value_names = ["PARTNER] [ENDPOINT"], num_args = 1..=2, requires = "forward")]
    pub of: Vec<String>,
    #[command(flatten)]
    pub bank: BankFlag,
    /// With --forward: events of entries after this one; 0 for all [default: those from now on]
    #[arg(long, value_name = "SEQ", requires = "forward")]
    pub after: Option<u64>,
    /// End after this many requests or events [default: never]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
}

/// Receives, until Ctrl-C, or until enough requests came.
///
/// # Errors
/// [`Failure`].
pub async fn run(
    screen: &mut Screen<'_>,
    flags: &Flags,
    environment: &dyn Environment,
) -> Result<(), Failure> {
    let verifier = key::given(flags.hook_key_file.as_deref(), environment)?.ok_or_else(|| {
        Failure::Usage(
            "say which key events are checked with: --hook-key-file FILE, or HOURBOOK_HOOK_KEY for the key itself"
                .to_owned(),
        )
    })?;
    let taken =
        |error| Failure::Refused(format!("nothing is received: {} cannot be listened at: {error}", flags.at));
    let listener = TcpListener::bind(flags.at).await.map_err(taken)?;
    let at = listener.local_addr()?;
    screen.remark(&format!("listening at http://{at}; Ctrl-C ends it"));
    if !at.ip().is_loopback() {
        screen.remark("Whoever reaches this address can read what is sent to it: it speaks no TLS.");
    }
    let (to, received) = mpsc::channel(WAITING_MAX);
    let receiver = Receiver::new(listener, verifier, Arc::new(line::now));
    // Who prints no more lets go of what is received; then the receiver answers what it has, and ends.
    let (ran, printed) = tokio::join!(receiver.run(to), print_until_told(screen, received, flags.count));
    printed?;
    Ok(ran?)
}

async fn print_until_told(
    screen: &mut Screen<'_>,
    received: mpsc::Receiver<Received>,
    count: Option<u64>,
) -> Result<(), Failure> {
    tokio::select! {
        printed = print(screen, received, count) => printed,
        _told = tokio::signal::ctrl_c() => Ok(()),
    }
}

async fn print(
    screen: &mut Screen<'_>,
    mut received: mpsc::Receiver<Received>,
    mut left: Option<u64>,
) -> Result<(), Failure> {
    let mut is_first = true;
    while let Some(event) = received.recv().await {
        line::print(screen, &event, (Went::Received, None), is_first)?;
        is_first = false;
        left = left.map(|left| left.saturating_sub(1));
        if left == Some(0) {
            break;
        }
    }
    Ok(())
}
