//! Who has seen whose key.
//!
//! Whoever makes a key for somebody, or gives it a new secret, has seen it, and could act by it in its holder's name.
//! So what one of them asked is not agreed to by the other. Pure: which keys there are is for `access` to say, and who
//! needs a second person for `exchange`.
//!
//! - What somebody made by a key that another had seen, that other has seen too, and so on back to the first key.
//! - The local operator has no number of their own: what was made at the machine ends the chain.
//! - A key that is over is seen by nobody any more, but for what was done while it worked.

use std::collections::{BTreeMap, BTreeSet};

use super::humans::Humans;
use super::numbers::OwnerNumber;
use super::time::Timestamp;

/// Somebody who does something, and when: then their keys are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acting {
    /// Who.
    pub who: OwnerNumber,
    /// When.
    pub at: Timestamp,
}

/// A key, and one who has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    /// The number of its credential.
    number: u32,
    /// Who made it, or gave it a new secret.
    by: OwnerNumber,
    /// Since when.
    from: Timestamp,
    /// Through when it works; none for no end.
    until: Option<Timestamp>,
}

/// All keys that somebody beside their holder may have seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenKeys {
    by_holder: BTreeMap<OwnerNumber, Vec<Seen>>,
}

impl SeenKeys {
    /// `by` made key `number` for `holder`, at a moment; it ends at `until`, if ever.
    pub fn made(
        &mut self,
        (number, holder): (u32, OwnerNumber),
        by: OwnerNumber,
        from: Timestamp,
        until: Option<Timestamp>,
    ) {
        if by != OwnerNumber::OPERATOR {
            self.by_holder.entry(holder).or_default().push(Seen { number, by, from, until });
        }
    }

    /// Key `number` of `holder` was over from then on.
    pub fn ended(&mut self, (number, holder): (u32, OwnerNumber), at: Timestamp) {
        let keys = self.by_holder.get_mut(&holder).into_iter().flatten();
        for key in keys.filter(|key| key.number == number) {
            key.until = Some(key.until.map_or(at, |until| until.min(at)));
        }
    }

    /// Whether either may have acted by a key of the other's.
    #[must_use]
    pub fn share_one(&self, one: Acting, other: Acting, humans: &Humans) -> bool {
        self.has_seen(one.who, other, humans) || self.has_seen(other.who, one, humans)
    }

    /// Whether `who` had seen a key by which `other` may have acted.
    fn has_seen(&self, who: OwnerNumber, other: Acting, humans: &Humans) -> bool {
        let (mut looked_at, mut left) = (BTreeSet::new(), vec![other]);
        while let Some(Acting { who: holder, at }) = left.pop() {
            let keys = humans.numbers_of(holder).filter_map(|number| self.by_holder.get(&number)).flatten();
            for key in keys.filter(|key| key.from <= at && key.until.is_none_or(|until| at <= until)) {
                if humans.are_one(key.by, who) {
                    return true;
                }
                if looked_at.insert(*key) {
                    left.push(Acting { who: key.by, at: key.from });
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn owner(number: u32) -> OwnerNumber {
        OwnerNumber::new(number)
    }

    const fn acting(who: u32, at: i64) -> Acting {
        Acting { who: owner(who), at: Timestamp::from_micros(at) }
    }

    /// Goal: who has seen a key is told from whoever has not, through any number of hands, and as long as it works.
    /// Method: a table. At the machine owner 1 got a key; 1 made one for 2 at 10; 2 made one for 3 at 20, which was
    /// over at 40; 4 is one human with 2; 1 gave 5's key, made by 6, a new secret at 30; 7 renewed their own.
    #[test]
    fn who_has_seen_whose_key() {
        let at = Timestamp::from_micros;
        let mut keys = SeenKeys::default();
        keys.made((1, owner(1)), OwnerNumber::OPERATOR, at(0), None);
        keys.made((2, owner(2)), owner(1), at(10), None);
        keys.made((3, owner(3)), owner(2), at(20), Some(at(90)));
        keys.made((4, owner(5)), owner(6), at(5), None);
        keys.made((4, owner(5)), owner(1), at(30), None);
        keys.made((5, owner(7)), owner(7), at(5), None);
        keys.ended((3, owner(3)), at(40));
        let mut humans = Humans::default();
        humans.unite(owner(4), owner(2));
        for (one, other, expected) in [
            (acting(2, 50), acting(3, 30), true),
            (acting(4, 50), acting(3, 30), true),
            (acting(3, 30), acting(2, 50), true),
            (acting(1, 50), acting(3, 30), true),
            (acting(2, 50), acting(3, 15), false),
            (acting(2, 50), acting(3, 41), false),
            (acting(5, 20), acting(6, 50), true),
            (acting(5, 20), acting(1, 50), false),
            (acting(5, 30), acting(1, 50), true),
            (acting(3, 30), acting(5, 50), false),
            (acting(7, 50), acting(3, 30), false),
            (acting(0, 50), acting(1, 50), false),
        ] {
            assert_eq!(keys.share_one(one, other, &humans), expected, "{one:?} {other:?}");
            assert_eq!(keys.share_one(other, one, &humans), expected, "{other:?} {one:?}");
        }
    }
}
