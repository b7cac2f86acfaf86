//! The service through a real socket.

mod calls;
mod directory;
pub mod exchange;
mod hooks;
pub mod hostile;
mod reasons;
pub mod redemption;
mod reflection;
