//! The demo: what two time banks do, played on a real data directory, said as it would be said to a
//! person, and compared with the figures the story must come to.
//!
//! A chapter joins with the part of Hourbook that brings its calls. Now: chapter 1 (the books), and
//! a chapter of its own about what happens when the machine fails and when somebody asks to be
//! forgotten. The clock is the story's own: it starts on 5 May 2026 and goes when told to.

mod cast;
mod chapter_one;
mod expected;
mod killed;
mod stage;

use std::io::{self, Write};
use std::sync::Arc;

use crate::audit::TrialBalanceError;
use crate::ledger::balances::read_path;
use crate::ledger::recovery::RecoveryError;
use crate::ledger::{ManualClock, NoReceipt};
use crate::network::{KeysError, Network, NetworkError, NetworkOptions};
use crate::past::PastError;
use crate::seal::{OpenError, SealError};
pub use killed::{WRITER_ARGUMENT, write_until_killed};
use stage::Stage;

/// Why the story could not be told to its end.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// The installation could not be opened.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The ledger did not take a step.
    #[error("step {step}: {source}")]
    Step {
        /// Which step.
        step: u8,
        /// What it said.
        source: NoReceipt,
    },
    /// Owners were not registered, or a person not erased.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A text could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A text could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The trial balance could not be drawn.
    #[error(transparent)]
    TrialBalance(#[from] TrialBalanceError),
    /// What is kept about the past could not be opened.
    #[error(transparent)]
    Past(#[from] PastError),
    /// The books could not be read.
    #[error(transparent)]
    Unreadable(#[from] RecoveryError),
    /// Something came out otherwise than the story says.
    #[error("step {step}: the story says {expected}, the books say {found}")]
    Otherwise {
        /// Which step.
        step: u8,
        /// What the story says.
        expected: String,
        /// What the books say.
        found: String,
    },
    /// The machine could not.
    #[error("{doing}: {source}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the machine said.
        source: io::Error,
    },
}

impl StoryError {
    fn io(doing: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { doing, source }
    }
}

/// Plays the story in temporary data directories, which go away with it, and prints it to `out`.
///
/// # Errors
/// [`StoryError`] if a step does not go as told, a balance differs, or the books do not verify.
pub fn play(out: &mut dyn Write) -> Result<(), StoryError> {
    let clock = Arc::new(ManualClock::new(stage::utc(2026, 5, 5, 8, 0)));
    let folder = tempfile::tempdir().map_err(StoryError::io("making a temporary directory"))?;
    say(out, "Rivermeet Time Network: two time banks, Ashenford and Quillmere.")?;
    say(out, "The books begin in an empty directory, which goes away with the story.")?;
    say(out, &format!("On this machine: {}.\n", read_path()))?;
    say(out, "Chapter 1: the books\n")?;
    let options = NetworkOptions { clock: Arc::clone(&clock) as _, ..NetworkOptions::default() };
    let network = Network::open(folder.path(), options)?;
    let mut stage = Stage::new(network, Arc::clone(&clock), out);
    cast::open_banks(&mut stage)?;
    chapter_one::play(&mut stage)?;
    expected::compare(&mut stage, &expected::AFTER_CHAPTER_ONE)?;
    drop(stage);

    say(out, "\nA short chapter about bad days\n")?;
    killed::play(out, &clock)?;
    say(out, "\nEverything agreed.")
}

fn say(out: &mut dyn Write, line: &str) -> Result<(), StoryError> {
    writeln!(out, "{line}").map_err(StoryError::io("printing"))
}
