//! Hourbook: the ledger of a network of time banks. An hour given is an hour earned.
//!
//! # The one idea
//!
//! The journal is the books; everything else is derived from it, at a position. Every accepted change
//! is an *entry*: numbered without gaps, appended in batches, and acknowledged only when its batch is
//! on disk.
//!
//! # The map, in the order data flows
//!
//! | folder | owns | may use |
//! |---|---|---|
//! | [`domain`] | the words: amounts, accounts, commands, entries, refusals | nothing of ours |
//! | [`journal`] | batches made durable and read back; the bytes of an entry; who owns a data directory | `domain` |
//! | [`ledger`] | one poster decides in order; one committer writes, publishes, answers; recovery | `journal` |
//! | [`seal`] | names and memos encrypted under keys that can be destroyed | `domain` |
//! | [`network`] | one installation: directory, ledger and keyring opened together | `ledger`, `seal` |
//! | [`audit`] | trial balance and verify: whether the books add up | `ledger`, `journal` |
//! | [`words`] | every sentence shown to a person | `domain` |
//! | [`story`] | the demo | all of these |
//!
//! A test (`tests/it/structure.rs`) holds this table.
//!
//! # Invariants
//!
//! | | promise | kept in |
//! |---|---|---|
//! | I1 | both accounts of a transfer are in one bank; all banks sum to zero | `ledger::decide::effects` |
//! | I2 | floors and ceilings, on the net effect, in the direction it moves | `ledger::decide::limits` |
//! | I3 | sequences are dense | `journal`, `ledger::poster` |
//! | I4 | what was acknowledged survives a kill and a power cut | `journal::volumes` |
//! | I5 | nothing unacknowledged is visible | `ledger::committer`, `ledger::views` |
//! | I6 | a request id has one effect for ever | `ledger::request_ids`, `ledger::sameness` |
//! | I7 | each batch's hash covers everything before it | `journal::seal` |
//! | I8 | what is served equals what the journal gives | `ledger::state`, `ledger::recovery` |
//! | I9 | a hold is captured, never above it, voided or expired; after that, nothing | `ledger::decide::hold` |
//!
//! # Where is …
//!
//! | to find | look in |
//! |---|---|
//! | why a command is refused, and which refusal comes first | `domain::refusal`, `ledger::decide` |
//! | what happens to an accepted entry | `ledger::state::apply` |
//! | how hours are typed and printed | `domain::hours` |
//! | how a statement finds its lines without an index | `ledger::chain`, `ledger::books` |
//! | what a crash leaves behind and how it is found | `journal::volumes` (`recover.rs`), `ledger::recovery` |
//! | how the books are checked by somebody who does not believe them | `audit::verify` |
//! | every maximum | `ledger::bounds`, `domain::command` |

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::wildcard_enum_match_arm,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::float_arithmetic,
        reason = "tests fail by panicking"
    )
)]

pub mod audit;
pub mod domain;
pub mod journal;
pub mod ledger;
pub mod network;
pub mod seal;
pub mod story;
pub mod words;
