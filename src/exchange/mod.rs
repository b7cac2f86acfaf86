//! Exchanges: what brokers and members do all day.
//!
//! Owns what follows from the words of a call alone: which hours a group session moves, whether two people
//! remember the same, when to ask once more, when somebody else has to say yes, what counts as written
//! down already, whose account stands in for whose. Knows no journal, no clock, no policy and no names: a
//! bank's numbers come as arguments, and owners and accounts are numbers.
//!
//! | to find | look in |
//! |---|---|
//! | the six rules of group sessions | [`rules::group`] |
//! | close enough, and what silence means | [`rules::confirming`] |
//! | "really 5,012 hours?" | [`rules::unusual`] |
//! | who has to approve (I11) | [`rules::second_person`] |
//! | "already here?" | [`rules::doubles`] |
//! | the pot pays, my hours to the pot, in an organisation's name, help from before a closing | [`rules::standing`] |

pub mod rules;
