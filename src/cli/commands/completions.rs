//! `completions`: what a shell needs to complete these commands.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::cli::arguments::Arguments;
use crate::cli::failure::Failure;
use crate::cli::screen::Screen;

/// For which shell.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "\
Example:
  hourbook completions bash > ~/.local/share/bash-completion/completions/hourbook")]
pub struct Flags {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints them.
///
/// # Errors
/// Of writing.
pub fn run(screen: &mut Screen<'_>, flags: Flags) -> Result<(), Failure> {
    // Made whole first: the generator ends the process where a write fails.
    let mut script = Vec::new();
    clap_complete::generate(flags.shell, &mut Arguments::command(), "hourbook", &mut script);
    screen.console.out.write_all(&script)?;
    Ok(())
}
