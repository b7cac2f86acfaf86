//! The directory: what things are called, for everybody who may know.
//!
//! Owns the topic `ACTIVITIES`, those of [`people`] and the reading of names. So far: banks' lists of
//! activities, the names of banks, the labels of accounts, people. Knows no wire; who may see whom is for the
//! service to say.
//!
//! - A name is read from the entry that gave it, under keys that may be gone: it is never kept, but in the
//!   index that people are found by, which overwrites it when somebody is forgotten.
//! - A bank's list only grows: an activity keeps its number for ever.

pub mod activities;
pub mod names;
pub mod people;

pub use activities::{Activities, ActivitiesError};
pub use names::Names;
