//! What the parent tells the child, in one environment variable.

use std::path::PathBuf;

use hourbook::journal::{Sync, VolumesOptions};
use hourbook::ledger::{Bounds, Failure, OnFailure, exit_process};
use hourbook::network::NetworkOptions;

/// The variable that makes the test binary a child.
pub const VARIABLE: &str = "HOURBOOK_CRASH_ORDERS";

/// How the child opens the books, and what it does with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orders {
    pub directory: PathBuf,
    /// Which child of this directory: its request ids are its own.
    pub cycle: u16,
    pub task: Task,
    pub sync: Sync,
    /// Small, so that volumes roll over and are sealed under load.
    pub volume_bytes_max: u64,
    pub checkpoint_entries: u64,
    pub disk_headroom_bytes: u64,
    pub append_deadline_seconds: u64,
    pub on_failure: AtFailure,
}

/// What the child does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Asks until it is stopped.
    Load,
    /// Writes into a journal in memory whose append never returns.
    Stuck,
}

/// What the child does when its ledger stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtFailure {
    /// What production does.
    Exit,
    /// Stays alive long enough to ask more, then exits in the same way.
    AskMore,
}

impl Orders {
    /// A load with the defaults of production, but small volumes.
    pub fn load(directory: PathBuf, cycle: u16) -> Self {
        let bounds = Bounds::default();
        Self {
            directory,
            cycle,
            task: Task::Load,
            sync: Sync::Durable,
            volume_bytes_max: 2 << 20,
            checkpoint_entries: bounds.checkpoint_entries,
            disk_headroom_bytes: 0,
            append_deadline_seconds: bounds.append_deadline_seconds,
            on_failure: AtFailure::Exit,
        }
    }

    pub fn bounds(&self) -> Bounds {
        Bounds {
            checkpoint_entries: self.checkpoint_entries,
            disk_headroom_bytes: self.disk_headroom_bytes,
            append_deadline_seconds: self.append_deadline_seconds,
            ..Bounds::default()
        }
    }

    pub fn network(&self) -> NetworkOptions {
        let on_failure: OnFailure = match self.on_failure {
            AtFailure::Exit => Box::new(exit_process),
            AtFailure::AskMore => Box::new(report),
        };
        NetworkOptions {
            bounds: self.bounds(),
            volumes: VolumesOptions { volume_bytes_max: self.volume_bytes_max, sync: self.sync },
            on_failure,
            ..NetworkOptions::default()
        }
    }

    pub fn to_text(&self) -> String {
        let task = if self.task == Task::Load { "load" } else { "stuck" };
        let sync = if self.sync == Sync::Durable { "durable" } else { "skipped" };
        let on_failure = if self.on_failure == AtFailure::Exit { "exit" } else { "ask-more" };
        format!(
            "{} {task} {sync} {on_failure} {} {} {} {} {}",
            self.cycle,
            self.volume_bytes_max,
            self.checkpoint_entries,
            self.disk_headroom_bytes,
            self.append_deadline_seconds,
            self.directory.display() // Last, as it may hold spaces.
        )
    }

    pub fn parse(text: &str) -> Self {
        let mut words = text.splitn(9, ' ');
        let mut word = || words.next().unwrap();
        Self {
            cycle: word().parse().unwrap(),
            task: if word() == "load" { Task::Load } else { Task::Stuck },
            sync: if word() == "durable" { Sync::Durable } else { Sync::Skipped },
            on_failure: if word() == "exit" { AtFailure::Exit } else { AtFailure::AskMore },
            volume_bytes_max: word().parse().unwrap(),
            checkpoint_entries: word().parse().unwrap(),
            disk_headroom_bytes: word().parse().unwrap(),
            append_deadline_seconds: word().parse().unwrap(),
            directory: word().into(),
        }
    }
}

fn report(failure: &Failure) {
    eprintln!("hourbook: the ledger stopped: {failure}");
}
