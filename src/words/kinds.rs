//! What an entry was for, in a word or two.

use crate::domain::Kind;

/// The words for a kind on a statement.
#[must_use]
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Exchange => "help given",
        Kind::Group => "help in a group",
        Kind::Community => "help for the community",
        Kind::Gift => "gift",
        Kind::Donation => "given to a pot",
        Kind::Grant => "from the bank",
        Kind::Voucher => "voucher",
        Kind::Redemption => "hours used",
        Kind::Refund => "given back",
        Kind::Claim => "paid back from a pot",
        Kind::Settlement => "settled",
        Kind::BetweenBanks => "between the two time banks",
        Kind::Opening => "from earlier books",
        Kind::Closing => "closing",
        Kind::Reversal => "put right",
    }
}
