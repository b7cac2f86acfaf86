//! Letters and records of help: what of the books is printed for people. Blocking, but for the stream.
//!
//! A letter is for whoever the account belongs to, whoever asks for it: its sentences are those that they would read in their
//! own statement, with names whole and days with their year, because paper is kept. All letters of a stream are of one position.
//!
//! | to find | look in |
//! |---|---|
//! | who gets letters, and for which accounts | `whose.rs` |
//! | one letter | `making.rs` |
//! | help of a month that no line of an account says | `months.rs` |
//! | one after the other, as fast as they are taken | `streaming.rs` |
//! | what somebody gave | `record.rs` |

mod making;
mod months;
mod record;
mod streaming;
mod whose;

pub use record::OfBank;
pub use streaming::stream;
