//! The catalogue of sentences shown to people, English first.
//!
//! Owns the wording; names are arguments, because who may see whom is for the caller to know. Refuses
//! to know callers, accounts and the books: a sentence is made of the figures it is given. Imports
//! `domain`, kinds of offers, what events tell, and the refusals of `exchange` and `access`.
//!
//! - Plain words: gave, received; set aside, taken, let go, ran out; put right, given back; between
//!   the two time banks. Hours are said as "3 hours 15 minutes", and what is below zero says so.
//! - A refusal is "Not done:", the figures, that nothing moved, and what to do next where something
//!   can be done. Nobody is blamed and nothing is called a loan or a fault.
//! - A person, a group, a café and a pot are all called by their name, never he, she or it.
//! - The till hears other, shorter sentences; these are for the person and the time broker.

pub mod access;
pub mod cards;
pub mod exchange;
pub mod export;
pub mod figures;
pub mod finding;
pub mod groups;
pub mod hooks;
pub mod kinds;
pub mod letters;
mod limits;
pub mod people;
pub mod periods;
pub mod redemption;
pub mod refusals;
pub mod slips;
pub mod statement;
pub mod till;

#[cfg(test)]
pub(crate) mod exchange_tests;
#[cfg(test)]
mod statement_tests;
#[cfg(test)]
pub(crate) mod tests;

pub use figures::{balance, hours};
pub use kinds::kind;
pub use limits::{ACCOUNTS_TOLD_MAX, SENTENCE_WEIGHT_MAX, weight};
pub use refusals::{LEAD, no_entry_of_request, refusal_sentence};
