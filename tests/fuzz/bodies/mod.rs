//! Bodies of the fuzz targets, `fn(&[u8])`: each panics if a property does not hold for these bytes.
//!
//! They reach the library through what is public, as a caller would, and judge it by models that share
//! nothing with it. One setting serves all cases of a process: what is in it must not change by them.
//!
//! | body | bytes are | what must hold |
//! |---|---|---|
//! | `keys` | a text, changes to a real key, or a whole key that nobody made | a key has one text; only a key that lives is let in |
//! | `tokens` | a text, changes to a good token, or claims that our issuer signs | only what is signed is accepted, and only as far as its claims say |
//! | `pages` | who asks what, and a page token | exactly the lines behind the place of an honest token, or a refusal |
//! | `hours` | a text | the amount that plain fractions give, or an error; what is printed reads back |
//! | `rows` | a file of exchanges | every row is posted whole or told with its line and column |

pub mod changed;
pub mod hours;
pub mod keys;
pub mod office;
pub mod pages;
pub mod rows;
pub mod rows_model;
pub mod rows_town;
pub mod tokens;
