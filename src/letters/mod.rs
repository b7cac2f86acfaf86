//! What is printed for people: a month of their hours, the help they gave, and what is held about them.
//!
//! Owns what a month adds up to, which hours are somebody's help, and how both look as text and as a page of HTML. Pure: it
//! reads no books and writes no file. Sentences come from `words`, figures and names from whoever asked for them.
//!
//! - A name is printed as it is, in whichever script, and is never anything but text: not a tag, not a formula, and it turns
//!   nothing around it.
//! - Nothing is cut: what is long is wrapped. Lines that have no room are counted, and their hours are in the sums.
//!
//! | to find | look in |
//! |---|---|
//! | what a month adds up to | `sums.rs` |
//! | what somebody gave, in entries | `help.rs` |
//! | help whose hours moved other accounts | `elsewhere.rs` |
//! | what a letter and a record say, in their order | `said.rs` |
//! | what an export says, in words | `held.rs` |
//! | as text, as a page | `text.rs`, `page.rs` |

mod elsewhere;
mod held;
mod help;
mod page;
mod said;
mod sums;
mod text;

pub use elsewhere::{Deed, Elsewhere, elsewhere};
pub use held::held;
pub use help::{Books, Help, OCCASIONS_MAX, Occasions, TooMany};
pub use page::page;
pub use said::{Paper, letter, record};
pub use sums::Sums;
pub use text::text;
