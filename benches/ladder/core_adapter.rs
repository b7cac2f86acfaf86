//! The core as the `core` rung sees it. The only place that knows how.

use hourbook::domain::{Command, Sequence, Timestamp};
use hourbook::ledger::core::{Circumstances, Core, Disk, FETCHED_AHEAD, Recent, Seed, Terms, Work};
use hourbook::ledger::{Bounds, Decision, Detail, Mode};

/// A core and the batch it fills.
pub struct Deciding {
    core: Core,
    work: Work,
    bounds: Bounds,
    now: Timestamp,
}

impl Default for Deciding {
    fn default() -> Self {
        let bounds = Bounds::default();
        let ids = Recent::new(Seed::of_the_machine(), Sequence::ZERO, bounds.recent_ids_max);
        let core = Core::new(Default::default(), ids, bounds);
        Self { core, work: Work::default(), bounds, now: Timestamp::default() }
    }
}

impl Deciding {
    /// Begins a batch; what was in the one before is forgotten, as there is no journal.
    pub fn start_batch(&mut self, now: Timestamp) {
        self.now = now;
        self.work.clear();
        let position = self.core.state().position;
        self.work.batch.start(position.next(), now, position);
        // As if runs of older ids were written in time.
        let kept = 3 * self.bounds.run_entries;
        self.core.forget_ids(Sequence::new(position.get().saturating_sub(kept)));
    }

    /// Whether the batch takes no more.
    pub fn batch_is_full(&self) -> bool {
        self.work.batch.count() >= self.bounds.batch_entries_max
    }

    /// Decides commands as the poster does, which must be new ones that are accepted, and puts them into
    /// the batch.
    pub fn decide(&mut self, commands: &[Command]) {
        let circumstances = Circumstances { now: Ok(self.now), disk: Disk::Roomy };
        for some in commands.chunks(FETCHED_AHEAD) {
            self.core.fetch_ahead(some);
            for command in some {
                let terms = Terms { looked: Sequence::MAX, mode: Mode::Write, detail: Detail::Numbers };
                let decided = self.core.decide_one(&mut self.work, command, None, terms, circumstances);
                assert!(matches!(decided, Ok(Decision::Accepted(_))), "{decided:?}");
            }
        }
    }
}
