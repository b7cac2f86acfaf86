//! What is printed for people: a month of their hours, and the help they gave.
//!
//! Owns what a month adds up to, which hours are somebody's help, and how both look as text and as a page of HTML. Pure: it
//! reads no books and writes no file. Sentences come from `words`, figures and names from whoever asked for them.
//!
//! - A name is printed as it is, in whichever script, and is never anything but text: not a tag, not a formula, and it turns
//!   nothing around it.
//! - Nothing is cut: what is long is wrapped.
//!
//! | to find | look in |
//! |---|---|
//! | what a month adds up to | `sums.rs` |
//! | what somebody gave, in entries | `help.rs` |
//! | what a letter and a record say, in their order | `said.rs` |
//! | as text, as a page | `text.rs`, `page.rs` |

mod help;
mod page;
mod said;
mod sums;
mod text;

pub use help::{Books, Help, OCCASIONS_MAX, Occasions, TooMany};
pub use page::page;
pub use said::{Paper, letter, record};
pub use sums::Sums;
pub use text::text;
