//! What the child was told, as the parent read it.

use std::collections::BTreeMap;

use hourbook::domain::Sequence;
use hourbook::journal::Tip;

use super::load::Number;

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

impl Heard {
    pub fn nothing() -> Self {
        Self { accepted: BTreeMap::new(), refused: BTreeMap::new(), news: Vec::new(), read: Tip::EMPTY }
    }

    /// Takes a line; whether it acknowledges a request.
    ///
    /// I6: an id has one answer, whoever asks and however often; only `DISK_LOW` may turn into a yes.
    pub fn line(&mut self, line: &str) -> bool {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["ack", number, sequence, of] => {
                let number = Number::parse(number).unwrap();
                let [sequence, of] = [sequence, of].map(|text| Sequence::new(text.parse().unwrap()));
                let accepted = Accepted { sequence, of };
                if let Some(reason) = self.refused.remove(&number) {
                    assert_eq!(reason, "DISK_LOW", "{number} was refused and then accepted");
                }
                let before = self.accepted.insert(number, accepted);
                assert!(before.is_none_or(|before| before == accepted), "{line}, and before {before:?}");
                if before.is_none() {
                    self.news.push(number);
                }
                true
            }
            ["no", number, reason] => {
                let number = Number::parse(number).unwrap();
                assert!(!self.accepted.contains_key(&number), "{line}, and it was accepted");
                self.refused.insert(number, (*reason).to_owned());
                false
            }
            _ => false, // What the test harness says.
        }
    }
}
