//! The demo: what two time banks do, played on a real data directory, said as it would be said to a
//! person, and compared with the figures the story must come to.
//!
//! A chapter joins with the part of Hourbook that brings its calls. Now: chapter 1 (the books), told
//! over gRPC to a server of its own, chapter 2 (people), for which the network begins, chapter 3 (the
//! till), and a chapter of its own about what happens when the machine fails and when somebody asks to be
//! forgotten. The clock is the story's own: it starts on 5 May 2026 and goes when told to; where the demo
//! keeps serving, it runs on from the story's last moment.

mod cast;
mod chapter_one;
mod chapter_three;
mod chapter_two;
mod cut;
mod expected;
mod figures;
mod keys;
mod killed;
mod served;
mod stage;
mod trying;

use std::io::{self, Write};
use std::sync::Arc;

use crate::audit::TrialBalanceError;
use crate::ledger::balances::read_path;
use crate::ledger::{ManualClock, NoReceipt, SystemClock};
use crate::network::{KeysError, NetworkError};
use crate::past::PastError;
use crate::seal::{OpenError, SealError};
use crate::server::ServerError;
use crate::telemetry::TelemetryError;
pub use killed::{WRITER_ARGUMENT, write_until_killed};
use served::Served;
use stage::Stage;

/// How long a line of the story is.
const LINE_LETTERS: usize = 100;

/// Whether the demo ends with its story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Once {
    /// It does.
    Yes,
    /// Its server keeps serving until the process is told to end.
    No,
}

/// Why the story could not be told to its end.
#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    /// The installation could not be opened.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A call was not answered as told.
    #[error("step {step}: {} ({:?})", source.message(), source.code())]
    Call {
        /// Which step.
        step: u8,
        /// What the server said.
        source: Box<tonic::Status>,
    },
    /// The process was told to end before the story was over.
    #[error("told to end before the story was over")]
    ToldToEnd,
    /// The demo's server did not begin, or ended by itself.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The keys of the network could not be opened.
    #[error(transparent)]
    Access(#[from] crate::access::AccessError),
    /// The network did not begin.
    #[error(transparent)]
    NotMade(#[from] crate::access::NotMade),
    /// Warnings of the server cannot be heard.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The ledger did not take an entry of the short chapter.
    #[error(transparent)]
    Post(NoReceipt),
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

/// Plays the story in temporary data directories, which go away with it, and prints it to `out`. Blocks;
/// where it keeps serving afterwards, until TERM or INT. Hears both from the start and logs warnings to
/// standard error, so it is called once in a process.
///
/// # Errors
/// [`StoryError`] if a step does not go as told, a balance differs, the books do not verify, the server
/// fails, or the process is told to end before the story is over.
pub fn play(once: Once, out: &mut dyn Write) -> Result<(), StoryError> {
    let clock = Arc::new(ManualClock::new(stage::utc(2026, 5, 5, 8, 0)));
    let mut served = Served::start(Arc::clone(&clock) as _, once)?;
    let told = tell(&mut served, &clock, once, out);
    // Where both failed, the server is why.
    served.end().and(told)
}

fn tell(
    served: &mut Served,
    clock: &Arc<ManualClock>,
    once: Once,
    out: &mut dyn Write,
) -> Result<(), StoryError> {
    served.wait_until_serving()?;
    say(out, "Rivermeet Time Network: two time banks, Ashenford and Quillmere.")?;
    say(out, "The books begin in an empty directory, which goes away with the demo.")?;
    say(out, "A server of the demo's own keeps them; every step is a call over gRPC.")?;
    say(out, &format!("On this machine: {}.\n", read_path()))?;
    say(out, "Chapter 1: the books\n")?;
    let mut stage = Stage::new(served, clock, out);
    cast::open_banks(&mut stage)?;
    chapter_one::play(&mut stage)?;
    expected::compare(&mut stage, &expected::AFTER_CHAPTER_ONE)?;
    stage.line("\nChapter 2: people\n")?;
    chapter_two::play(&mut stage)?;
    expected::compare(&mut stage, &expected::AFTER_CHAPTER_TWO)?;
    stage.line("\nChapter 3: the till\n")?;
    chapter_three::play(&mut stage)?;
    expected::compare(&mut stage, &expected::AFTER_CHAPTER_THREE)?;
    chapter_three::receipts::compare(&mut stage)?;
    let people = trying::People::of(&stage)?;

    say(out, "\nA short chapter about bad days\n")?;
    let played = killed::play(out, clock);
    // A writer that heard Ctrl-C too is no fault of the story.
    served.go_on()?;
    played?;
    say(out, "\nEverything agreed.")?;
    if once == Once::No {
        clock.run_on(Arc::new(SystemClock));
        say(out, &trying::what_to_try(served.address(), &people))?;
        served.wait_until_told();
    }
    Ok(())
}

/// Prints a line, or lines that are folded already.
fn say(out: &mut dyn Write, line: &str) -> Result<(), StoryError> {
    writeln!(out, "{line}").map_err(StoryError::io("printing"))
}

/// Prints something below a step, line by line; what is too long goes on below its own beginning.
fn show(out: &mut dyn Write, text: &str) -> Result<(), StoryError> {
    for line in text.trim_end().lines() {
        let bare = line.trim_start();
        let indent = " ".repeat(5_usize.saturating_add(line.len().saturating_sub(bare.len())));
        let options = textwrap::Options::new(LINE_LETTERS).initial_indent(&indent).subsequent_indent(&indent);
        say(out, textwrap::fill(bare, options).trim_end())?;
    }
    Ok(())
}
