//! Every name that leaves the process as telemetry: metrics with unit and labels, spans, attributes.
//!
//! A label has few values and none that a caller chooses: methods come from the descriptors that are
//! served, codes from gRPC, reasons from one table. Nothing here may name a member, an account, an owner,
//! a request or a text.

/// Calls answered; counter, `{call}`; labels [`METHOD`] and [`CODE`].
pub const CALLS: &str = "hourbook.calls";
/// From the first byte of a call to the end of its answer; histogram, `s`; labels [`METHOD`] and [`CODE`].
pub const CALL_DURATION: &str = "hourbook.call.duration";
/// Commands that a rule said no to; counter, `{refusal}`; label [`REASON`].
pub const REFUSALS: &str = "hourbook.refusals";
/// Callers whose key or token was not let in: guesses, slips, what is over, and who asks too fast; counter, `{caller}`; label [`WHY`].
pub const CALLERS_REFUSED: &str = "hourbook.callers.refused";
/// Streams of answers that are open; up-down counter, `{stream}`; label [`METHOD`].
pub const STREAMS_OPEN: &str = "hourbook.streams.open";
/// Connections that were closed before a first call could come over them; counter, `{connection}`; label [`WHY`].
pub const CONNECTIONS_CLOSED: &str = "hourbook.connections.closed";
/// Attempts to tell partners' software of an event; counter, `{attempt}`; label [`OUTCOME`].
pub const HOOK_ATTEMPTS: &str = "hourbook.hook.attempts";
/// Submissions that waited for the poster when the newest batch was written; gauge, `{submission}`; no labels.
pub const QUEUE_DEPTH: &str = "hourbook.queue.depth";
/// Entries written since the process started; counter, `{entry}`, its rate is entries per second; no labels.
pub const ENTRIES: &str = "hourbook.entries";
/// Entries in one batch; histogram, `{entry}`; no labels.
pub const BATCH_ENTRIES: &str = "hourbook.batch.entries";
/// Bytes of the records of one batch; histogram, `By`; no labels.
pub const BATCH_BYTES: &str = "hourbook.batch.bytes";
/// Writing one batch and waiting for the disk; histogram, `s`; no labels.
pub const BATCH_DURATION: &str = "hourbook.batch.duration";
/// Sum of all balances; gauge, `s` of time credit; anything but 0 means wrong books; no labels.
pub const TRIAL_BALANCE: &str = "hourbook.trial_balance.sum";

/// Every metric.
pub const METRICS: [&str; 13] = [
    CALLS,
    CALL_DURATION,
    REFUSALS,
    CALLERS_REFUSED,
    STREAMS_OPEN,
    CONNECTIONS_CLOSED,
    HOOK_ATTEMPTS,
    QUEUE_DEPTH,
    ENTRIES,
    BATCH_ENTRIES,
    BATCH_BYTES,
    BATCH_DURATION,
    TRIAL_BALANCE,
];

/// The method of a call, `package.Service/Method`, or [`UNKNOWN_METHOD`].
pub const METHOD: &str = "rpc.method";
/// What stands for every path that is not served.
pub const UNKNOWN_METHOD: &str = "unknown";
/// The word of the gRPC status, such as `FAILED_PRECONDITION`.
pub const CODE: &str = "hourbook.code";
/// The word of a refusal, such as `BELOW_FLOOR`.
pub const REASON: &str = "hourbook.reason";
/// Why a caller was not let in: the words of `access::KeyError`, `access::LoginError` and
/// `access::tokens::TokenError`, such as `unknown`, `ended` or `signature`; or
/// `too_fast` and `too_many_streams`.
///
/// Why a connection was closed: `too_many`, `handshake_failed` or `handshake_slow`.
pub const WHY: &str = "hourbook.why";
/// How an attempt to tell of an event ended: `delivered`, `status` for any other answer, or the words of
/// `hooks::outbox::Failure`, such as `timeout`.
pub const OUTCOME: &str = "hourbook.outcome";
/// The number of the gRPC status, on [`SPAN_CALL`] only.
pub const STATUS_CODE: &str = "rpc.grpc.status_code";
/// How many entries a span is about, on spans only.
pub const ENTRY_COUNT: &str = "hourbook.entry_count";

/// One call, from its first byte to the end of its answer: the root on this side; carries [`METHOD`] and
/// [`STATUS_CODE`].
pub const SPAN_CALL: &str = "service.call";
/// One batch of a stream of batches; carries [`ENTRY_COUNT`].
pub const SPAN_BATCH: &str = "service.batch";
/// A single command on its way through the ledger until it is on disk.
pub const SPAN_SUBMIT: &str = "ledger.submit";
/// Reading the books for a call.
pub const SPAN_READ: &str = "ledger.read";
/// A trial balance.
pub const SPAN_TRIAL_BALANCE: &str = "audit.trial_balance";
/// A walk through the books that believes nothing; carries [`ENTRY_COUNT`].
pub const SPAN_VERIFY: &str = "audit.verify";

/// Every span.
pub const SPANS: [&str; 6] = [SPAN_CALL, SPAN_BATCH, SPAN_SUBMIT, SPAN_READ, SPAN_TRIAL_BALANCE, SPAN_VERIFY];
