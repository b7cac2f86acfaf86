//! People: who is in a bank, what is known of them, who speaks for whom, and finding them by part of a name.
//!
//! Owns the topics `PERSON`, `STANDING`, `REPRESENTATIVE`, `PAUSE`, `VENUE` and `POT`. Refuses to know
//! balances, the wire and who is asking: whether somebody may is for the service to say, by the pure rules that
//! stand here. Where somebody is broker or lead their keys and tokens say (`access`), and nothing here.
//!
//! - Facts fold into state, in order; the same facts always give the same state. What cannot follow is an
//!   error that names its entry and changes nothing.
//! - What people are called and how to reach them is kept sealed. Only the index of names has it in plain, in
//!   memory, and there it is overwritten when somebody is forgotten.

mod apply;
#[cfg(test)]
mod apply_tests;
mod arena;
pub mod contact;
mod naming;
pub mod note;
#[cfg(test)]
mod note_tests;
pub mod pause;
pub mod person;
pub mod profile;
mod profile_bytes;
mod register;
pub mod same;
pub mod search;
#[cfg(test)]
mod search_tests;
pub mod sites;
pub mod terms;
#[cfg(test)]
mod testing;

pub use apply::{ACCOUNTS_MAX, BadFact, OWNERS_MAX, POTS_MAX, REPRESENTATIVES_MAX, Written};
pub use contact::{Contact, ContactKind};
pub use naming::Naming;
pub use note::Said;
pub use pause::{Pause, PauseRefusal, may_pause};
pub use person::{Person, Pot, Sealed, seal_profile};
pub use profile::{Consent, Draft, LargePrint, Profile, Purpose, Under18};
pub use register::{MayTake, People};
pub use same::{Candidate, SameBecause};
pub use search::{Found, NameIndex, Rank};
pub use terms::{HoursTo, Opens, Pays, RestTo, Speaks, Standing, Taking};
