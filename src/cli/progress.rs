//! A bar for what takes longer than a second, on a terminal only.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::screen::Screen;

/// What is done sooner needs no bar.
const SILENCE: Duration = Duration::from_secs(1);
/// Redrawn at most this often in a second.
const DRAWS_PER_SECOND: u8 = 10;

/// How far something is; shows nothing where nobody looks.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    began: Instant,
    is_watched: bool,
}

impl Progress {
    /// Nothing to see yet. A program that reads the answer sees no bar either.
    #[must_use]
    pub fn new(screen: &Screen<'_>) -> Self {
        let is_watched = screen.is_for_people() && screen.console.err_is_terminal;
        Self {
            bar: ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
            began: Instant::now(),
            is_watched,
        }
    }

    /// `done` of `total` of what `what` names; a total of 0 is not known.
    pub fn at(&self, done: u64, total: u64, what: &'static str) {
        if !self.is_watched || self.began.elapsed() < SILENCE {
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWS_PER_SECOND));
            if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {human_pos} of {human_len}") {
                self.bar.set_style(style);
            }
        }
        self.bar.set_message(what);
        self.bar.set_length(total.max(done));
        self.bar.set_position(done);
    }

    /// Takes the bar away, so that the answer stands alone.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
