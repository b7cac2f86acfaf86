//! The directory: what things are called, for everybody who may know.
//!
//! Owns the topics `ACTIVITIES`, `POLICY` and `PERIOD_LOCK` and the reading of names. So far: banks' lists of
//! activities, their policies and closed months, the names of banks, the labels of accounts. Knows no wire; who
//! may see whom is for the service to say.
//!
//! - A name is read from the entry that gave it, under keys that may be gone: it is never kept.
//! - A bank's list only grows: an activity keeps its number for ever.

pub mod activities;
pub mod banks;
pub mod default_activities;
pub mod desk;
pub mod locks;
pub mod names;
pub mod policy;
pub mod refusal;

pub use activities::{Activities, ActivitiesError, Activity};
pub use banks::{Bank, Banks};
pub use desk::{Directory, DirectoryError, Known};
pub use locks::{Lock, Locks, Month};
pub use names::Names;
pub use policy::{Policies, Policy};
pub use refusal::Refusal;
