//! How large things may be that come from callers and from the issuer, and how often it is asked.

/// A token, in bytes.
pub const TOKEN_BYTES_MAX: usize = 8 * 1_024;
/// Claims of a token.
pub const CLAIMS_MAX: usize = 64;
/// Levels of a token's claims; the claims themselves are the first.
pub const CLAIMS_DEPTH_MAX: usize = 8;
/// Roles, banks or partners in one claim.
pub const WORDS_MAX: usize = 64;
/// Whom a token is about, in bytes.
pub const SUBJECT_BYTES_MAX: usize = 255;
/// The name of a key (`kid`), in bytes.
pub const KEY_ID_BYTES_MAX: usize = 256;
/// Clocks of issuer and ledger may differ by this much.
pub const LEEWAY_SECONDS: i64 = 30;

/// Keys of an issuer; what follows them in its list is left out.
pub const KEYS_MAX: usize = 64;
/// An answer of the issuer, in bytes.
pub const ANSWER_BYTES_MAX: usize = 256 * 1_024;
/// Calls that wait for keys at the same time; more are told to try again.
pub const WAITING_MAX: usize = 64;

/// Accepted tokens that are remembered (twice this while the older half fades).
pub const REMEMBERED_MAX: usize = 2_048;
/// An accepted token is remembered this long at most.
pub const REMEMBERED_SECONDS: i64 = 60;
