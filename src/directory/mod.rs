//! The directory: what things are called, for everybody who may know.
//!
//! Owns the topic `ACTIVITIES` and the reading of names. So far: banks' lists of activities, the names of
//! banks, the labels of accounts. Knows no wire; who may see whom is for the service to say.
//!
//! - A name is read from the entry that gave it, under keys that may be gone: it is never kept.
//! - A bank's list only grows: an activity keeps its number for ever.

pub mod activities;
pub mod locks;
pub mod names;
pub mod policy;

pub use activities::{Activities, ActivitiesError};
pub use names::Names;
