//! Who may do what: callers with credentials of every sort, honest and not.

mod issuer;
mod tokens;
