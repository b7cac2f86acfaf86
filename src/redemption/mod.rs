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
//! | digits that are read aloud or typed | [`digits`] |
//! | caps and budgets | [`caps`] |
//! | codes that may still be used, and their file | [`codes`] |
//! | what an offer costs here and now, whether a code works, who stands at the till | [`rules`] |
//! | why not, and what of that a till hears | [`refusal`] |
//! | what is kept beside the entries of a sale | [`beside`] |

pub mod beside;
pub mod caps;
pub mod codes;
pub mod digits;
pub mod receipt;
pub mod refusal;
pub mod rules;
pub mod states;
