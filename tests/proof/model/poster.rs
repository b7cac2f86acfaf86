//! A poster that numbers what it takes.

use std::sync::Arc;
use std::time::Duration;

use super::asked::{Ask, Asked};
use super::batch::Batch;
use super::books::Books;
use crate::bell::Bell;
use crate::checker::Ordering;
use crate::queue::Queue;
use crate::relay::{Filled, Posting};

pub struct Poster<B> {
    books: Arc<Books<B>>,
    batch: Batch,
    asked_max: usize,
    buffers: usize,
    /// Entries decided.
    pub decided: u64,
}

impl<B> Poster<B> {
    /// A poster whose batches hold at most `asked_max` submissions.
    pub fn new(books: &Arc<Books<B>>, asked_max: usize) -> Self {
        Self { books: Arc::clone(books), batch: Batch::default(), asked_max, buffers: 0, decided: 0 }
    }
}

impl<B> Posting<Asked, Batch> for Poster<B> {
    fn fill(&mut self, queue: &Queue<Asked>) -> Filled {
        if self.batch.asked.is_empty() {
            assert!(self.batch.entries.is_empty(), "a buffer came back that was not empty");
        }
        while self.batch.asked.len() < self.asked_max {
            let Some(asked) = queue.next() else { break };
            if asked.ask == Ask::ToWrite {
                self.decided += 1;
                self.batch.entries.push(self.decided);
            }
            self.batch.asked.push((asked, self.decided));
        }
        if self.books.stopped.load(Ordering::Acquire) {
            Filled::Stopped
        } else if self.batch.asked.is_empty() {
            Filled::Nothing
        } else {
            if self.batch.buffer == 0 {
                self.buffers += 1;
                self.batch.buffer = self.buffers;
                assert!(self.buffers <= 2, "a buffer did not come back in time");
            }
            Filled::Batch
        }
    }

    fn batch(&mut self) -> &mut Batch {
        &mut self.batch
    }

    /// Gathering ends by time, and a model has none.
    fn gathers(&self) -> Option<Duration> {
        None
    }

    fn given(&mut self) {}

    fn rest(&self, bell: &Bell) {
        bell.sleep(Duration::ZERO);
    }
}
