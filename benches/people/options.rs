//! What is asked for on the command line.

use clap::Parser;

/// Whether people are found, and known at a start, as fast as aimed at.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo bench --bench people --")]
pub struct Options {
    /// How many people one bank has
    #[arg(long, default_value_t = 20_000, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub people: u32,
    /// How many thousand exchanges they have had
    #[arg(long, default_value_t = 4_000, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub thousand_exchanges: u32,
    /// Given by cargo
    #[arg(long, hide = true)]
    pub bench: bool,
}
