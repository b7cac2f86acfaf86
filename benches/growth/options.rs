//! What is asked for on the command line.

use std::path::PathBuf;

use clap::Parser;

/// Whether Hourbook stays as fast as history grows.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo bench --bench growth --")]
pub struct Options {
    /// How many million entries
    #[arg(long, default_value_t = 50, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(2..=1_000))]
    pub millions: u32,
    /// Where to draw the figures
    #[arg(long, value_name = "PATH")]
    pub svg: Option<PathBuf>,
    /// Given by cargo
    #[arg(long, hide = true)]
    pub bench: bool,
    /// Posts into these books until it is killed
    #[arg(long, hide = true)]
    pub child: Option<PathBuf>,
}
