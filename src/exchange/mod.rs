//! Exchanges: what brokers and members do all day.
//!
//! Owns what follows from the words of a call alone: which hours a group session moves, whether two people
//! remember the same, when to ask once more, when somebody else has to say yes, what counts as written
//! down already, whose account stands in for whose; and what a call becomes by them: one entry, or a note in which
//! it waits for a second person. Knows no wire, no clock and no names: owners and accounts are numbers.
//!
//! | to find | look in |
//! |---|---|
//! | the six rules of group sessions | [`rules::group`] |
//! | close enough, and what silence means | [`rules::confirming`] |
//! | "really 5,012 hours?" | [`rules::unusual`] |
//! | who has to approve (I11), and what an entry does on the whole | [`rules::second_person`], [`rules::effects`] |
//! | when a neighbour bank's broker may | [`rules::neighbours`] |
//! | "already here?" | [`rules::doubles`] |
//! | the pot pays, my hours to the pot, in an organisation's name, help from before a closing | [`rules::standing`] |
//! | what a rule needs to know of the books and their people | [`sight`] |
//! | one entry, ready to be written, and whether it waits | [`plan`] |
//! | who may open a pot, how far and until when | [`pots`] |
//! | help a broker writes down; across two banks | [`record`] |
//! | help one side says was given, and what the other answers | [`propose`] |
//! | what an organisation gets back from a pot, and which lines of it were claimed | [`claim_back`], [`claimed_lines`] |
//! | sessions; bookings; gifts, thanks and new hours; hours that move banks; accounts closed; entries put right | [`sessions`], [`book`], [`give`], [`moving`], [`closing`], [`put_right`] |
//! | the two whom a proposal or a booking is about | [`sides`] |
//! | what waits for somebody, and what is open | [`waiting`], [`matters`] |
//! | how a request is known again after the rules have changed | [`asked`] |

pub mod asked;
pub mod book;
pub mod claim_back;
pub mod claimed_lines;
pub mod closing;
pub mod give;
pub mod length;
pub mod matters;
pub mod moving;
pub mod plan;
pub mod pots;
pub mod propose;
pub mod put_right;
pub mod record;
pub mod refusal;
pub mod rules;
pub mod sessions;
pub mod sides;
pub mod sight;
pub mod waiting;

pub use matters::OpenMatters;
pub use refusal::Refusal;
