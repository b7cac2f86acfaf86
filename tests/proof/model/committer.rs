//! A committer whose journal is a counter, and may fail.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use super::batch::Batch;
use super::books::{Books, Table};
use crate::bell::Bell;
use crate::checker::Ordering;
use crate::domain::Sequence;
use crate::gate::{Acknowledged, Gate, Stopped};
use crate::relay::Committing;

pub struct Committer<B> {
    books: Arc<Books<B>>,
    /// The first entry that the journal does not take.
    fails_at: u64,
}

impl<B> Committer<B> {
    pub fn new(books: &Arc<Books<B>>, fails_at: Option<u64>) -> Self {
        Self { books: Arc::clone(books), fails_at: fails_at.unwrap_or(u64::MAX) }
    }
}

impl<B: Table> Gate<Batch> for Committer<B> {
    fn append(&mut self, work: &Batch) -> Result<Option<Sequence>, Stopped> {
        let Some(last) = work.entries.last().copied() else { return Ok(None) };
        let next = self.books.on_disk() + 1;
        assert!(
            work.entries.iter().copied().eq(next..=last),
            "{:?} comes where {next} is next",
            work.entries
        );
        if last >= self.fails_at {
            self.books.stopped.store(true, Ordering::Release);
            return Err(Stopped);
        }
        self.books.durable.store(last, SeqCst);
        Ok(Some(Sequence::new(last)))
    }

    fn show(&self, work: &Batch) {
        for entry in &work.entries {
            self.books.show(*entry);
        }
    }

    fn acknowledged(&self) -> &Acknowledged {
        &self.books.acknowledged
    }

    fn tell(&self, position: Sequence, _work: &Batch) {
        self.books.told.store(position.get(), Ordering::Release);
    }

    fn answer(&self, work: &mut Batch) {
        for (asked, rests_on) in work.asked.drain(..) {
            asked.answer(rests_on);
        }
        work.entries.clear();
    }
}

impl<B: Table> Committing<Batch> for Committer<B> {
    fn rest(&self, bell: &Bell) {
        bell.sleep(Duration::ZERO);
    }
}
