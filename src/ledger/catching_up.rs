//! A state on its way through records: what opening, checkpoints and questions about the past do.
//!
//! Plain posts are applied a few together, so that the accounts of all of them are fetched at once: with
//! one after the other a state that does not fit the processor's caches waits for memory twice a post.
//! Any other entry is applied by itself, after everything before it.

use super::recovery::{self, RecoveryError};
use super::state::State;
use crate::domain::{Sequence, Timestamp};
use crate::journal::StoredRecord;
use crate::journal::codec::PlainPost;

/// Posts applied together.
const TOGETHER: usize = 32;

/// A state and the posts that are read and not applied yet.
pub struct CatchingUp {
    state: State,
    posts: Vec<(Sequence, Timestamp, PlainPost)>,
}

impl CatchingUp {
    /// Goes on from `state`.
    pub fn from(state: State) -> Self {
        Self { state, posts: Vec::with_capacity(TOGETHER) }
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// [`RecoveryError`] if it is not what was written.
    pub fn take(&mut self, record: &StoredRecord<'_>) -> Result<(), RecoveryError> {
        if let Some(post) = recovery::plain_post(record)? {
            self.posts.push((record.sequence, record.recorded_at, post));
            if self.posts.len() >= TOGETHER {
                self.apply_posts();
            }
        } else {
            self.apply_posts();
            self.state.apply(recovery::decode(record)?.fact());
        }
        Ok(())
    }

    /// The state after everything that was taken.
    pub fn done(mut self) -> State {
        self.apply_posts();
        self.state
    }

    fn apply_posts(&mut self) {
        let accounts = self.posts.iter().flat_map(|(_, _, post)| post.lines.map(|line| line.account));
        std::hint::black_box(self.state.touch(accounts));
        for (sequence, recorded_at, post) in self.posts.drain(..) {
            self.state.apply_plain(sequence, recorded_at, &post);
        }
    }
}
