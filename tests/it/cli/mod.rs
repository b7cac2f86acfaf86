//! The command line, as its users type it: the real program against a real server.

mod afternoon;
mod agreed;
mod alone;
mod cards;
mod hook;
mod keys;
pub mod people;
pub mod readme;
mod redemption;
pub mod served;
mod story;
mod till;
pub mod transcript;
