//! The service through a real socket.

mod calls;
mod directory;
pub mod hostile;
mod reasons;
mod reflection;
