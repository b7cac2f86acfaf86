//! The process: hands the command line its arguments, its environment and its terminal, and runs what
//! asks nobody: the server, the demo.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use hourbook::cli::{self, Console, Exit, Programs};
use hourbook::config::{Config, LogLevel, ProcessEnvironment};
use hourbook::journal::{DataDirectory, DirectoryError};
use hourbook::ledger::AcceptClock;
use hourbook::server::{self, ServerError};
use hourbook::story;
use hourbook::telemetry::{self, LevelFilter, Telemetry};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Answers are written in pieces of this size; a list of a million lines is not a million calls.
const OUT_BUFFER_BYTES: usize = 64 << 10;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let texts: Vec<_> = arguments.iter().skip(1).filter_map(|argument| argument.to_str()).collect();
    if let [argument, folder, wall] = texts.as_slice()
        && *argument == story::WRITER_ARGUMENT
    {
        return told(write(folder, wall));
    }
    let (stdout, mut stderr) = (std::io::stdout(), std::io::stderr());
    let (out_is_terminal, err_is_terminal) = (stdout.is_terminal(), stderr.is_terminal());
    let size = rustix::termios::tcgetwinsize(&stdout).ok();
    let console = Console {
        out: &mut std::io::BufWriter::with_capacity(OUT_BUFFER_BYTES, stdout),
        // Not locked: a server in this process writes its log there.
        err: &mut stderr,
        out_is_terminal,
        err_is_terminal,
        columns: size.map(|size| size.ws_col).filter(|columns| *columns > 0),
    };
    let programs = Programs {
        serve: &serve,
        demo: &|_| {
            let played = story::play(&mut std::io::stdout().lock());
            played.map_err(|error| (Exit::Refused, format!("the demo: {error}")))
        },
    };
    ExitCode::from(cli::run(arguments, &ProcessEnvironment, console, &programs).code())
}

/// Telemetry, then the directory, then the port, then the books: what cannot be had is said before
/// anything that comes later is touched.
fn serve(config: Config) -> Result<(), (Exit, String)> {
    let settings = telemetry::Settings {
        otlp_endpoint: config.otlp.clone(),
        log_level: match config.log {
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
        },
        ..telemetry::Settings::default()
    };
    let telemetry = telemetry::install(&settings).map_err(|error| (Exit::BadConfig, error.to_string()))?;
    let directory =
        DataDirectory::open(&config.data).map_err(|error| (directory_exit(&error), error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| (Exit::Refused, format!("no threads to serve with: {error}")))?;
    let ended = runtime.block_on(serve_until_told(&config, directory, &telemetry));
    if let Err(error) = telemetry.shutdown(config.drain) {
        tracing::warn!("{error}");
    }
    ended
}

async fn serve_until_told(
    config: &Config,
    directory: DataDirectory,
    telemetry: &Telemetry,
) -> Result<(), (Exit, String)> {
    let no_port = |error| (Exit::Refused, format!("{} cannot be listened on: {error}", config.listen));
    let listener = TcpListener::bind(config.listen).await.map_err(no_port)?;
    let address = listener.local_addr().map_err(no_port)?;
    let no_signal = |error| (Exit::Refused, format!("signals cannot be heard: {error}"));
    let mut told_to_end = signal(SignalKind::terminate()).map_err(no_signal)?;
    let mut interrupted = signal(SignalKind::interrupt()).map_err(no_signal)?;
    tracing::info!("listening on {address} for the books in {}", directory.path().display());
    tracing::warn!(
        "nobody has to say who they are yet: every call acts as the local operator, so only this machine can call"
    );
    let options = server::Options {
        accept_clock: if config.accept_clock { AcceptClock::Yes } else { AcceptClock::IfNear },
        drain: config.drain,
        reflection: config.reflection,
        ..server::Options::new(directory, telemetry.metrics())
    };
    let shutdown = async move {
        tokio::select! {
            _ = told_to_end.recv() => {}
            _ = interrupted.recv() => {}
        }
        tracing::info!("told to end: calls under way are finished, new ones are refused");
    };
    let ended = server::run(listener, shutdown, options).await;
    ended.map_err(|error| (server_exit(&error), error.to_string()))
}

/// The wrong folder is a setting; a folder that is taken is a no.
const fn directory_exit(error: &DirectoryError) -> Exit {
    match error {
        DirectoryError::Newer { .. } | DirectoryError::Unknown { .. } => Exit::BadConfig,
        DirectoryError::Owned { .. } | DirectoryError::Io { .. } => Exit::Refused,
    }
}

/// Where the disk or the books are at fault a restart may not help.
const fn server_exit(error: &ServerError) -> Exit {
    match error {
        ServerError::Network(_) | ServerError::Past(_) | ServerError::Stopped(_) => Exit::FailStop,
        ServerError::Telemetry(_)
        | ServerError::Reflection(_)
        | ServerError::Transport(_)
        | ServerError::Opening(_) => Exit::Refused,
    }
}

fn told(done: anyhow::Result<()>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _unheard = writeln!(std::io::stderr(), "hourbook: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &str, wall: &str) -> anyhow::Result<()> {
    let wall = wall.parse().context("the writer's clock")?;
    // Unbuffered but by line: what was said before the kill was said.
    let mut out = std::io::LineWriter::new(std::io::stdout());
    story::write_until_killed(Path::new(folder), wall, &mut out).context("the writer")?;
    out.flush().context("printing")
}
