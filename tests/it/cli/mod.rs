//! The command line, as its users type it: the real program against a real server.

mod afternoon;
mod agreed;
mod alone;
mod keys;
mod people;
mod readme;
pub mod served;
mod story;
mod transcript;
