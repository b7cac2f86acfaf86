//! Redemption: hours at the till.
//!
//! Owns what a partner's sale is: what names it, how it stands, what is shown at the till, and what a request becomes: one
//! entry, with everything that could refuse it decided in the same moment. Knows no wire and no names.
//!
//! - A sale is named by its receipt, and the receipt is the entry's request key: it is found by it for ever, without an
//!   index, and a slip of the same receipt is the same sale.
//! - Caps, budgets and the single use of a code are claims, decided together with the hours.
//! - How a redemption stands is never stored: it is what the entries about it say.
//!
//! | to find | look in |
//! |---|---|
//! | how a redemption can stand, what moves it, and who may | [`states`] |
//! | what names a sale | [`receipt`] |
//! | caps and budgets | [`caps`] |
//! | codes that may still be used, and their file | [`codes`] |
//! | a card on the counter: whose it is, whether it is taken | [`cards`] |
//! | PINs of cards: how they are kept, how often a wrong one was typed | [`pins`] |
//! | what an offer costs here and now, whether a code works, who stands at the till | [`rules`] |
//! | the one entry that a sale becomes | [`selling`] |
//! | taken, let go, given back | [`ending`]; as it stands: [`standing`] |
//! | a partner's statement, its periods made final | [`statement`], [`settling`] |
//! | hours for somebody who is no member | [`vouchers`] |
//! | what may be tried how often: guesses at a till, looks by a card | [`guesses`] |
//! | who is told in full why not | [`turned_away`] |
//! | why not, and what of that a till hears | [`refusal`] |
//! | what is kept beside the entries of a sale | [`beside`] |

pub mod beside;
pub mod caps;
pub mod cards;
pub mod codes;
pub mod ending;
pub mod guesses;
pub mod pins;
pub mod receipt;
pub mod refusal;
pub mod rules;
pub mod selling;
pub mod settling;
pub mod standing;
pub mod statement;
pub mod states;
#[cfg(test)]
pub(crate) mod testing;
pub mod turned_away;
pub mod vouchers;

pub use refusal::Refusal;
