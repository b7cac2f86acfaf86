//! Standing groups: sessions that come again, with the people who usually come to them.
//!
//! Owns the topic `STANDING_GROUP`. Who came on a day, and what that moves, is for `exchange` to say: a standing group moves
//! nothing and binds nobody.
//!
//! - People are account numbers; what a group is called is sealed under its bank's key, as anybody's name might be in it.
//! - A number is given once for each bank. A group that ended keeps its number, and nothing else.
//! - Whoever is forgotten drops out of all groups at that moment, and cannot be put into one again.

pub mod note;
pub mod register;

pub use note::{Group, GroupRule, Said};
pub use register::{BadGroup, Groups, Kept};
