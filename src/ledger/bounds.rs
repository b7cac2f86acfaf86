//! How many of everything there may be. Every queue, map and batch of the ledger has its maximum here.

/// Maxima of one ledger. The defaults are for production; tests use small ones to reach them.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Submissions that may wait for the poster; one more is answered "busy".
    pub queue_submissions_max: usize,
    /// Entries in one submission.
    pub submission_entries_max: usize,
    /// Entries in one batch of the journal.
    pub batch_entries_max: u32,
    /// Bytes of records after which a batch is closed.
    pub batch_bytes_max: usize,
    /// Holds that expire in one batch before callers get their turn.
    pub expiries_per_batch_max: usize,
    /// Open holds that name one account on either side.
    pub holds_per_account_max: u32,
    /// Open holds in the network.
    pub holds_max: u32,
    /// Counters that claims may keep alive at once.
    pub counters_max: usize,
    /// Newest entries whose request ids are kept in memory; older ids are on disk, if there is a folder
    /// for them. One more while the disk lags behind is answered "busy".
    pub recent_ids_max: usize,
    /// Entries whose request ids become one run on disk; about 19 bytes each on disk, 32 in memory while it is
    /// written.
    pub run_entries: u64,
    /// Refusals remembered, and accounts they name, for ten minutes of ledger time.
    pub refusals_max: usize,
    /// Banks in the network.
    pub banks_max: u32,
    /// Entries between two checkpoints.
    pub checkpoint_entries: u64,
    /// Free bytes on the disk below which nothing new is accepted.
    pub disk_headroom_bytes: u64,
    /// A write that has not returned after this long ends the process.
    pub append_deadline_seconds: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            queue_submissions_max: 4_096,
            submission_entries_max: 10_000,
            batch_entries_max: 8_192,
            batch_bytes_max: 2 << 20,
            expiries_per_batch_max: 1_024,
            holds_per_account_max: 100_000,
            holds_max: 1_000_000,
            counters_max: 10_000_000,
            recent_ids_max: 8_000_000,
            run_entries: 1 << 18,
            refusals_max: 65_536,
            banks_max: 100_000,
            checkpoint_entries: 1_000_000,
            disk_headroom_bytes: 256 << 20,
            append_deadline_seconds: 60,
        }
    }
}

/// A hold may reach at most this far ahead: 400 days.
pub const HOLD_SECONDS_MAX: i64 = 400 * 86_400;
/// A refusal is remembered this long, in ledger time.
pub const REFUSAL_SECONDS: i64 = 600;
