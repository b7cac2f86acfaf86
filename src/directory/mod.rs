//! The directory: what things are called, for everybody who may know.
//!
//! Owns the topics `ACTIVITIES`, `POLICY` and `PERIOD_LOCK`, `STANDING_GROUP` ([`groups`]), those of [`people`], [`partners`], [`hooks`] and [`cards`], and the reading of names: banks'
//! lists of activities, their policies and closed months, the names of banks, the labels of accounts, people.
//! Knows no wire; who may see whom is for the service to say.
//!
//! - A name is read from the entry that gave it, under keys that may be gone: it is never kept, but in the
//!   index that people are found by, which overwrites it when somebody is forgotten.
//! - A bank's list only grows: an activity keeps its number for ever.

pub mod activities;
pub mod banks;
pub mod cards;
pub mod default_activities;
pub mod desk;
pub mod groups;
pub mod hooks;
pub mod locks;
pub mod names;
pub mod partners;
pub mod people;
pub mod policy;
mod reading;
pub mod refusal;

pub use activities::{Activities, ActivitiesError, Activity};
pub use banks::{Bank, Banks};
pub use desk::{Directory, DirectoryError, Known};
pub use locks::{Lock, Locks, Month};
pub use names::Names;
pub use policy::{OfferKind, Policies, Policy};
pub use reading::BadBytes;
pub use refusal::Refusal;
