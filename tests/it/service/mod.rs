//! The service through a real socket.

mod calls;
mod hostile;
mod reasons;
mod reflection;
