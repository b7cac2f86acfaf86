//! Amounts of time credit: whole seconds, never floats, never silently rounded.

/// No sum in the books leaves ±2^62 seconds, so adding two of them cannot overflow an `i64`.
pub const SUM_LIMIT_SECONDS: i64 = 1 << 62;

/// An amount of time credit in whole seconds; always positive, direction is debit or credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64); // Invariant: 1..=2^62. Private, so only the constructors can break it.

impl Amount {
    /// The largest amount a caller may name: 2^40 seconds, about 305 million hours. So the 256
    /// transfers of an entry cannot overflow a sum.
    pub const MAX: Self = Self(1 << 40);

    /// An amount of `seconds`, or nothing outside 1..=2^40.
    #[must_use]
    pub const fn new(seconds: i64) -> Option<Self> {
        if seconds >= 1 && seconds <= Self::MAX.0 { Some(Self(seconds)) } else { None }
    }

    /// What is left on an account that closes: any balance within ±2^62, without its sign.
    pub(crate) fn of_balance(seconds: i64) -> Option<Self> {
        let size = seconds.checked_abs()?;
        (1..=SUM_LIMIT_SECONDS).contains(&size).then_some(Self(size))
    }

    /// Whole seconds, above zero.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Splits into `count` shares: rounded down to the second, the remainder one second each to
    /// the first named. Nothing if a share would be zero or `count` is zero.
    pub fn split(self, count: usize) -> Option<impl Iterator<Item = Amount>> {
        let count = i64::try_from(count).ok().filter(|count| (1..=self.0).contains(count))?;
        let (share, rest) = (self.0 / count, self.0 % count);
        Some((0..count).map(move |place| Amount(share + i64::from(place < rest))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: shares add up to the whole, the first named get the odd seconds.
    #[test]
    fn shares_add_up() {
        let ten_hours = Amount::new(36_000).unwrap();
        let shares =
            |count| ten_hours.split(count).map(|shares| shares.map(Amount::seconds).collect::<Vec<_>>());
        assert_eq!(shares(3), Some(vec![12_000; 3]));
        assert_eq!(shares(7), Some(vec![5_143, 5_143, 5_143, 5_143, 5_143, 5_143, 5_142]));
        assert_eq!(shares(0), None);
        assert_eq!(Amount::new(2).unwrap().split(3).map(Iterator::count), None);
        assert_eq!((Amount::new(0), Amount::new(-1), Amount::new((1 << 40) + 1)), (None, None, None));
    }
}
