//! Audit: whether the books add up, in figures and in plain sentences.
//!
//! Owns the trial balance and verify. Both only read: what `past` has, the journal, and for comparing a
//! copy of the poster's state. Knows no people, no text and no wire; who may ask is for the service to say.
//!
//! Verify keeps bookkeeping of its own, more naive than the ledger's, so that one mistake is not made
//! twice. The trial balance does not: it is the ledger's own figures, added up.
//!
//! | to find | look in |
//! |---|---|
//! | sums of each bank and kind at a position | `trial_balance.rs` |
//! | I1 to I9 and I11 over the whole journal | `verify/` |
//! | how figures are written in sentences and tables | `words.rs` |

pub mod trial_balance;
pub mod verify;
mod words;

pub use trial_balance::{BankSums, KindSums, Sums, TrialBalance, TrialBalanceError, trial_balance};
pub use verify::{Check, Count, Invariant, Progress, Report, verify};
