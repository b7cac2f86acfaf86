//! A line of output: one rung with one workload.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::common::driver::Turn;
use crate::common::figures::{Percentiles, median, thousandths};
use crate::common::usage::Usage;

/// How batches become durable.
#[derive(Clone, Copy, Debug, Serialize)]
pub enum Sync {
    #[serde(rename = "fdatasync a batch")]
    EachBatch,
    #[serde(rename = "none")]
    None,
}

/// What is printed. A figure without a meaning on its rung is null.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Which rungs took turns with this one.
    pub group: &'static str,
    pub rung: &'static str,
    pub workload: &'static str,
    /// Submissions, messages or calls that were on their way at once.
    pub in_flight: Option<usize>,
    /// Calls instead of entries on `grpc_noop`, pages on `statement_page`. The median of the turns.
    pub entries_per_s: Option<f64>,
    pub p50_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    pub p999_ms: Option<f64>,
    pub max_ms: Option<f64>,
    /// How that was measured: "closed loop", or "open loop at N entries/s".
    pub latency: Option<String>,
    /// Of all turns: every process that took part.
    pub cpu_s: Option<f64>,
    /// Of all turns: the process that writes.
    pub bytes_written: Option<u64>,
    /// Entries a sync; entries a message where the sync is another process's.
    pub batch: Option<u64>,
    pub sync: Sync,
    pub machine: String,
    /// `entries_per_s` of each turn.
    pub turns: Vec<f64>,
    #[serde(flatten)]
    pub more: BTreeMap<&'static str, Value>,
}

/// What is the same in a group.
pub struct Printer {
    pub group: &'static str,
    pub machine: String,
}

impl Printer {
    /// A line without figures.
    pub fn line(&self, rung: &'static str, workload: &'static str, sync: Sync) -> Line {
        Line {
            group: self.group,
            rung,
            workload,
            in_flight: None,
            entries_per_s: None,
            p50_ms: None,
            p99_ms: None,
            p999_ms: None,
            max_ms: None,
            latency: None,
            cpu_s: None,
            bytes_written: None,
            batch: None,
            sync,
            machine: self.machine.clone(),
            turns: Vec::new(),
            more: BTreeMap::new(),
        }
    }
}

impl Line {
    pub fn in_flight(mut self, in_flight: usize) -> Self {
        self.in_flight = Some(in_flight);
        self
    }

    /// The median of the rates of the turns.
    pub fn rates(mut self, turns: Vec<f64>) -> Self {
        self.turns = turns.iter().copied().map(f64::round).collect();
        self.entries_per_s = Some(median(turns).round());
        self
    }

    pub fn used(mut self, usages: impl Iterator<Item = Usage>) -> Self {
        let total = usages.fold(Usage::default(), |total, usage| total + usage);
        (self.cpu_s, self.bytes_written) = (Some(thousandths(total.cpu_s)), Some(total.bytes_written));
        self
    }

    pub fn latencies(mut self, percentiles: Option<Percentiles>, measured: String) -> Self {
        if let Some(figures) = percentiles {
            self.p50_ms = Some(thousandths(figures.p50_ms));
            self.p99_ms = Some(thousandths(figures.p99_ms));
            self.p999_ms = Some(thousandths(figures.p999_ms));
            self.max_ms = Some(thousandths(figures.max_ms));
            self.latency = Some(measured);
        }
        self
    }

    pub fn batch(mut self, entries: u64) -> Self {
        self.batch = Some(entries);
        self
    }

    pub fn more(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.more.insert(name, value.into());
        self
    }

    /// Rates, use and batches of turns in this process.
    pub fn turns(self, turns: &[Turn]) -> Self {
        let batch = median(turns.iter().map(|turn| turn.entries_per_batch() as f64).collect());
        self.rates(turns.iter().map(Turn::entries_per_s).collect())
            .used(turns.iter().map(|turn| turn.usage))
            .batch(batch as u64)
    }

    pub fn print(&self) {
        println!("{}", serde_json::to_string(self).unwrap());
    }
}
