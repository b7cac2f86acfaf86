//! The process: hands the command line its arguments, its environment and its terminal, and runs what
//! asks nobody: the server, the demo.

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use hourbook::access::NotMade;
use hourbook::cli::{self, Begun, Console, Exit, Input, Programs};
use hourbook::config::ProcessEnvironment;
use hourbook::journal::DirectoryError;
use hourbook::server::{self, Init, InitError, ServeError, ServerError};
use hourbook::story::{self, Once};

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
    let stdin_is_terminal = std::io::stdin().is_terminal();
    let console = Console {
        input: Input::new(Box::new(std::io::BufReader::new(std::io::stdin())), stdin_is_terminal),
        out: &mut std::io::BufWriter::with_capacity(OUT_BUFFER_BYTES, stdout),
        // Not locked: a server in this process writes its log there.
        err: &mut stderr,
        out_is_terminal,
        err_is_terminal,
        columns: size.map(|size| size.ws_col).filter(|columns| *columns > 0),
    };
    let programs = Programs {
        serve: &|config| server::serve(&config).map_err(|error| (serve_exit(&error), error.to_string())),
        init: &|data, name| {
            let made = server::init(data, name.map_or(Init::NewAdminKey, Init::Begin));
            let made = made.map_err(|error| (init_exit(&error), error.to_string()))?;
            Ok(Begun { key: made.text, network_name: made.network_name.into() })
        },
        demo: &|flags| {
            let once = if flags.once { Once::Yes } else { Once::No };
            let played = story::play(once, &mut std::io::stdout().lock());
            played.map_err(|error| (Exit::Refused, format!("the demo: {error}")))
        },
    };
    ExitCode::from(cli::run(arguments, &ProcessEnvironment, console, &programs).code())
}

/// The wrong folder, collector or certificate is a setting; what another process has, or the machine has not, is a no;
/// where the disk or the books are at fault it is the fail stop.
const fn serve_exit(error: &ServeError) -> Exit {
    match error {
        ServeError::Telemetry(_)
        | ServeError::Certificate(_)
        | ServeError::Directory(DirectoryError::Newer { .. } | DirectoryError::Unknown { .. }) => {
            Exit::BadConfig
        }
        ServeError::Directory(DirectoryError::Owned { .. } | DirectoryError::Io { .. })
        | ServeError::Listen { .. }
        | ServeError::Machine { .. } => Exit::Refused,
        ServeError::Server(error) => match error {
            ServerError::Tokens(_) | ServerError::HookAuthorities(_) => Exit::BadConfig,
            ServerError::Network(_)
            | ServerError::Past(_)
            | ServerError::Directory(_)
            | ServerError::Access(_)
            | ServerError::Stopped(_) => Exit::FailStop,
            ServerError::Telemetry(_)
            | ServerError::Reflection(_)
            | ServerError::Transport(_)
            | ServerError::Json(_)
            | ServerError::Tills(_)
            | ServerError::Hooks(_)
            | ServerError::Opening(_) => Exit::Refused,
        },
    }
}

/// As for a server; what is asked and cannot be meant is a slip.
const fn init_exit(error: &InitError) -> Exit {
    match error {
        InitError::Directory(DirectoryError::Newer { .. } | DirectoryError::Unknown { .. }) => {
            Exit::BadConfig
        }
        InitError::Directory(DirectoryError::Owned { .. } | DirectoryError::Io { .. }) => Exit::Refused,
        InitError::Network(_) | InitError::Access(_) => Exit::FailStop,
        InitError::NotMade(NotMade::Invalid(_)) => Exit::Usage,
        InitError::NotMade(
            NotMade::Refused(_)
            | NotMade::BegunBefore { .. }
            | NotMade::KeyringLost
            | NotMade::NoReceipt(_)
            | NotMade::Keys(_)
            | NotMade::Bad(_),
        ) => Exit::Refused,
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
