//! The process: reads what it was asked to do, does it, and says how it went.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use hourbook::story::{self, Once};

const USAGE: &str = "usage: hourbook demo --once      plays the story in a temporary directory and ends\n       \
                     hourbook demo             plays the story and then keeps serving, until Ctrl-C";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let demo = |once| story::play(once, &mut std::io::stdout().lock()).context("the demo");
    let done = match arguments.as_slice() {
        ["demo", "--once"] => demo(Once::Yes),
        ["demo"] => demo(Once::No),
        [argument, folder, wall] if *argument == story::WRITER_ARGUMENT => write(folder, wall),
        _ => {
            let _unheard = writeln!(std::io::stderr(), "{USAGE}");
            return ExitCode::from(2);
        }
    };
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
