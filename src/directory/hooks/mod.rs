//! Hooks: where a partner's own software wants to be told of what happens to its sales.
//!
//! Owns the topic `HOOK`. Pure: what is sent is for `hooks`, who may say what for the service.
//!
//! - An endpoint keeps its number for ever, and its keys are derived from it: no number is given twice.
//! - Nothing here is sealed: an address on the web and what it is told are no person's.

mod note;
mod register;

pub use note::{Because, EventKind, Kinds, Said, URL_BYTES_MAX};
pub use register::{
    BadHook, ENDPOINTS_EVER_MAX, ENDPOINTS_MAX, ENDPOINTS_OF_NETWORK_MAX, Endpoint, EndpointName, Hooks,
    Replay, Stands,
};
