//! What hours may buy from a bank's partners.

/// What an offer is. A seat, a session, a visit are activities; tea and cake are goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfferKind {
    /// Something to take part in.
    Activity,
    /// Something off a price that is paid outside.
    Discount,
    /// Something done for somebody.
    Service,
    /// Something to take home, or to eat.
    Goods,
}

impl OfferKind {
    /// All kinds, in the order of their numbers in the journal.
    pub const ALL: [Self; 4] = [Self::Activity, Self::Discount, Self::Service, Self::Goods];

    /// The number in the journal; never changes its meaning.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// True where a bank must first say how it keeps people's benefits unaffected: published UK guidance is
    /// that time credits buy no goods. Whoever takes an offer asks for that; a policy that names the kind is
    /// not enough.
    #[must_use]
    pub const fn needs_declared_practice(self) -> bool {
        match self {
            Self::Discount | Self::Goods => true,
            Self::Activity | Self::Service => false,
        }
    }

    const fn bit(self) -> u8 {
        1 << self.number()
    }
}

/// The kinds of offers a bank takes; none at all where it has no partners.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OfferKinds(u8); // Invariant: bits of kinds that there are.

impl OfferKinds {
    /// No offers.
    pub const NONE: Self = Self(0);
    /// Activities and services.
    pub const USUAL: Self = Self::NONE.with(OfferKind::Activity).with(OfferKind::Service);

    /// These and `kind`.
    #[must_use]
    pub const fn with(self, kind: OfferKind) -> Self {
        Self(self.0 | kind.bit())
    }

    /// True if `kind` is among them.
    #[must_use]
    pub const fn contains(self, kind: OfferKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// As bits in the journal: 1 << number of the kind.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The kinds of these bits, if there are such kinds.
    #[must_use]
    pub fn from_bits(bits: u8) -> Option<Self> {
        let all = OfferKind::ALL.into_iter().fold(Self::NONE, Self::with);
        (bits & !all.0 == 0).then_some(Self(bits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: every set of kinds keeps its bits, bits of no kind are nothing, and what is usual needs no declared
    /// practice. Method: all 256 bytes against a list of kinds.
    #[test]
    fn sets_of_kinds_keep_their_bits() {
        for bits in u8::MIN..=u8::MAX {
            let kinds: Vec<_> =
                OfferKind::ALL.into_iter().filter(|kind| bits >> kind.number() & 1 == 1).collect();
            let set = kinds.iter().fold(OfferKinds::NONE, |set, kind| set.with(*kind));
            assert_eq!(OfferKinds::from_bits(bits), (bits < 16).then_some(set), "{bits}");
            assert!(OfferKind::ALL.into_iter().all(|kind| set.contains(kind) == kinds.contains(&kind)));
        }
        assert_eq!(OfferKinds::USUAL.bits(), 0b0101);
        let declared = OfferKind::ALL.into_iter().filter(|kind| kind.needs_declared_practice());
        assert!(declared.eq([OfferKind::Discount, OfferKind::Goods]));
        assert!(
            OfferKind::ALL
                .into_iter()
                .all(|kind| { OfferKinds::USUAL.contains(kind) != kind.needs_declared_practice() })
        );
    }
}
