//! The service through a real socket.

mod calls;
pub mod hostile;
mod reasons;
mod reflection;
