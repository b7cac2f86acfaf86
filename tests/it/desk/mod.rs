//! The broker's desk: paper lists.

mod forty;
mod slips;
