//! The command line, as its users type it: the real program against a real server.

mod alone;
pub mod served;
mod story;
