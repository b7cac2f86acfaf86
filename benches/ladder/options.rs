//! What is asked for on the command line.

use std::time::Duration;

use clap::Parser;

use crate::common::workload::Workload;
use crate::rungs::Group;

/// How fast Hourbook is, rung by rung, from a plain file to a caller on the wire.
#[derive(Clone, Debug, Parser)]
#[command(name = "cargo bench --bench ladder --", after_help = AFTER)]
pub struct Options {
    /// Only these, separated by commas; each brings along what it is compared with
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    pub rung: Vec<Group>,
    /// Only these workloads of durable and grpc_batch; uniform always is
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    pub workload: Vec<Workload>,
    /// How long a turn lasts
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    pub turn_seconds: f64,
    /// How many turns each rung has; those that are compared take turns with each other
    #[arg(long, default_value_t = 3, value_name = "COUNT")]
    pub turns: usize,
    /// Two turns of one second: whether it works, not how fast it is
    #[arg(long)]
    pub quick: bool,
    /// Entries of one submission (durable) or one message (grpc_batch)
    #[arg(long, value_name = "COUNT")]
    pub batch: Option<usize>,
    /// Submissions (durable) or messages (grpc_batch) in flight
    #[arg(long, value_name = "COUNT")]
    pub in_flight: Option<usize>,
    /// Streams of grpc_batch, each on a connection of its own
    #[arg(long, default_value_t = 4, value_name = "COUNT")]
    pub streams: usize,
    /// How long there are too many calls on overload
    #[arg(long, default_value_t = 30.0, value_name = "SECONDS")]
    pub flood_seconds: f64,
    /// Given by cargo
    #[arg(long, hide = true)]
    pub bench: bool,
    /// One group of rungs, in a process of its own
    #[arg(long, hide = true)]
    pub child: Option<Group>,
    /// Where that process may write
    #[arg(long, hide = true)]
    pub folder: Option<std::path::PathBuf>,
}

const AFTER: &str = "Each line of output is one JSON object; a table with the goals follows.";

impl Options {
    /// As asked for.
    pub fn read() -> Self {
        let mut options = Self::parse();
        if options.quick {
            (options.turn_seconds, options.turns, options.flood_seconds) = (1.0, 2, 5.0);
        }
        options
    }

    /// How long a turn lasts.
    pub fn turn(&self) -> Duration {
        Duration::from_secs_f64(self.turn_seconds)
    }

    /// Whether a workload is wanted.
    pub fn wants(&self, workload: Workload) -> bool {
        workload == Workload::Uniform || self.workload.is_empty() || self.workload.contains(&workload)
    }
}
