//! What an entry that moves hours was for.

/// Why hours moved. Carried by every entry that moves or sets aside hours; other forms have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Help between two people, organisations, or through clearing. Counts as help given.
    Exchange,
    /// Several people at once. Counts as help given.
    Group,
    /// Help for nobody in particular, paid from a pot. Counts as help given.
    Community,
    /// Hours given away by a person.
    Gift,
    /// Hours given to a pot.
    Donation,
    /// Hours made by the bank, or handed out of a pot.
    Grant,
    /// Hours set aside for somebody who is no member.
    Voucher,
    /// Hours used at a partner.
    Redemption,
    /// Hours a partner gave back: a reversal of a redemption.
    Refund,
    /// Lines of an organisation paid back from a pot.
    Claim,
    /// A partner's period made final.
    Settlement,
    /// Hours moved from one bank to another with their owner.
    BetweenBanks,
    /// History taken over from other books.
    Opening,
    /// What was left on an account that closes.
    Closing,
    /// An earlier entry put right.
    Reversal,
}

impl Kind {
    /// All kinds, in the order of their numbers in the journal.
    pub const ALL: [Self; 15] = [
        Self::Exchange,
        Self::Group,
        Self::Community,
        Self::Gift,
        Self::Donation,
        Self::Grant,
        Self::Voucher,
        Self::Redemption,
        Self::Refund,
        Self::Claim,
        Self::Settlement,
        Self::BetweenBanks,
        Self::Opening,
        Self::Closing,
        Self::Reversal,
    ];

    /// The number in the journal; never changes its meaning.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with `number`, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Only these three count as help given in reports.
    #[must_use]
    pub const fn is_help_given(self) -> bool {
        matches!(self, Self::Exchange | Self::Group | Self::Community)
    }

    /// False for the kinds that no floor or ceiling may stop (I2).
    #[must_use]
    pub const fn is_judged_by_limits(self) -> bool {
        !matches!(self, Self::Reversal | Self::Refund | Self::Closing | Self::Settlement | Self::Opening)
    }
}
