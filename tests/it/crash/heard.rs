//! What the child was told, as the parent read it.

use std::collections::BTreeMap;

use hourbook::domain::Sequence;
use hourbook::journal::Tip;

use super::load::Number;

/// The one refusal that says nothing about the request.
const DISK_LOW: &str = "DISK_LOW";

/// An accepted request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub sequence: Sequence,
    /// The entry it is about, or zero.
    pub of: Sequence,
}

/// Everything heard so far, over all children of one directory.
#[derive(Clone, Debug)]
pub struct Heard {
    pub accepted: BTreeMap<Number, Accepted>,
    pub refused: BTreeMap<Number, String>,
    /// Accepted requests of the children since the last check.
    pub news: Vec<Number>,
    /// Where the books ended when they were last read: from then on it may not go away either.
    pub read: Tip,
}

/// What a line said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// A request was accepted.
    Accepted,
    /// A request that was refused for want of room was accepted.
    AcceptedAtLast,
    /// A request that was accepted before was asked again, and accepted at the same place.
    Again,
    /// The disk is too full.
    DiskLow,
    /// A rule said no.
    Refused,
    /// The ledger stopped and refused so many more requests.
    RefusedAfterStop(u64),
    /// An append that was not to return did.
    Answered,
    /// Something else; the test harness talks as well.
    Else,
}

impl Said {
    pub const fn is_yes(self) -> bool {
        matches!(self, Self::Accepted | Self::AcceptedAtLast | Self::Again)
    }
}

impl Heard {
    pub fn nothing() -> Self {
        Self { accepted: BTreeMap::new(), refused: BTreeMap::new(), news: Vec::new(), read: Tip::EMPTY }
    }

    /// Takes a line.
    ///
    /// I6: an id has one answer, whoever asks and however often; only `DISK_LOW` may turn into a yes.
    pub fn line(&mut self, line: &str) -> Said {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["ack", number, sequence, of] => {
                let [sequence, of] = [sequence, of].map(|text| Sequence::new(text.parse().unwrap()));
                self.yes(Number::parse(number).unwrap(), Accepted { sequence, of })
            }
            ["no", number, reason] => {
                let number = Number::parse(number).unwrap();
                assert!(!self.accepted.contains_key(&number), "{line}, and it was accepted");
                self.refused.insert(number, (*reason).to_owned());
                if *reason == DISK_LOW { Said::DiskLow } else { Said::Refused }
            }
            ["refused-after-stop", count] => Said::RefusedAfterStop(count.parse().unwrap()),
            ["answered"] => Said::Answered,
            _ => Said::Else,
        }
    }

    fn yes(&mut self, number: Number, accepted: Accepted) -> Said {
        if let Some(before) = self.accepted.insert(number, accepted) {
            assert_eq!(before, accepted, "{number} has two answers");
            return Said::Again;
        }
        self.news.push(number);
        match self.refused.remove(&number).as_deref() {
            None => Said::Accepted,
            Some(DISK_LOW) => Said::AcceptedAtLast,
            Some(reason) => panic!("{number} was refused ({reason}) and then accepted"),
        }
    }
}
