//! What was said of standing groups, folded one entry after the other.

use std::collections::BTreeMap;

use super::note::{Group, Said};
use crate::directory::people::Sealed;
use crate::directory::reading::BadBytes;
use crate::domain::{AccountNumber, BankNumber, Entry, Note, Sequence};
use crate::seal::Place;

/// A bank has at most so many standing groups ever: each keeps its number.
pub const GROUPS_EVER_MAX: usize = 1_000;

/// An entry that cannot be what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadGroup {
    /// Its bytes.
    #[error("entry {0} about a standing group cannot be read: {1}")]
    Bytes(Sequence, BadBytes),
    /// What it says does not follow from what was said before.
    #[error("entry {0} about a standing group does not follow from those before it")]
    Order(Sequence),
}

/// A group, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What is usual, without whoever was forgotten since.
    pub group: Group,
    /// What it is called.
    pub name: Sealed,
    /// The entry that says so.
    pub set_by: Sequence,
}

/// The standing groups of all banks; of those that ended nothing is kept but the number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups(BTreeMap<BankNumber, Vec<Option<Kept>>>);

impl Groups {
    /// Takes in a note of the topic.
    ///
    /// # Errors
    /// [`BadGroup`]; then nothing is changed.
    pub fn apply(&mut self, entry: &Entry, note: &Note) -> Result<(), BadGroup> {
        let sequence = entry.sequence;
        let said = Said::decode(&note.body).map_err(|bad| BadGroup::Bytes(sequence, bad))?;
        let bank = u32::try_from(note.subject).map_err(|_| BadGroup::Order(sequence))?;
        let bank = BankNumber::new(bank);
        let kept = match said {
            Said::Ended(number) => self.is_open(bank, number).then_some((number, None)),
            Said::IsSo(number, group) => {
                let may_be = self.is_open(bank, number) || self.next(bank) == Some(number);
                let key = entry.command.key.filter(|_| may_be);
                key.map(|key| {
                    let name = Sealed { bytes: group.name.clone(), key, place: Place::Note };
                    (number, Some(Kept { group, name, set_by: sequence }))
                })
            }
        };
        let (number, kept) = kept.ok_or(BadGroup::Order(sequence))?;
        let of_bank = self.0.entry(bank).or_default();
        match of_bank.get_mut(usize::from(number).saturating_sub(1)) {
            Some(place) => *place = kept,
            None => of_bank.push(kept),
        }
        Ok(())
    }

    /// Somebody was forgotten: these were their accounts.
    pub fn forget(&mut self, accounts: &[AccountNumber]) {
        for kept in self.0.values_mut().flatten().flatten() {
            kept.group.givers.retain(|(account, _)| !accounts.contains(account));
            kept.group.participants.retain(|account| !accounts.contains(account));
        }
    }

    /// The number that the next group of a bank gets; none once there were as many as may be.
    #[must_use]
    pub fn next(&self, bank: BankNumber) -> Option<u16> {
        let count = self.0.get(&bank).map_or(0, Vec::len);
        u16::try_from(count.saturating_add(1)).ok().filter(|_| count < GROUPS_EVER_MAX)
    }

    /// Whether a group is there and has not ended.
    #[must_use]
    pub fn is_open(&self, bank: BankNumber, number: u16) -> bool {
        self.get(bank, number).is_some()
    }

    /// The group of this number, if it has not ended.
    #[must_use]
    pub fn get(&self, bank: BankNumber, number: u16) -> Option<&Kept> {
        let place = usize::from(number).checked_sub(1)?;
        self.0.get(&bank)?.get(place)?.as_ref()
    }

    /// The groups of a bank that have not ended, by their numbers, after this one.
    pub fn after(&self, bank: BankNumber, number: u64) -> impl Iterator<Item = (u16, &Kept)> {
        let of_bank = self.0.get(&bank).into_iter().flatten();
        let numbered = (1_u16..).zip(of_bank).skip(usize::try_from(number).unwrap_or(usize::MAX));
        numbered.filter_map(|(number, kept)| kept.as_ref().map(|kept| (number, kept)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::note::GroupRule;
    use super::*;
    use crate::domain::{
        Action, Amount, Command, Outcome, OwnerNumber, RequestId, RequestKey, Scope, Timestamp, Topic,
    };

    fn account(slot: u32) -> AccountNumber {
        AccountNumber::from_slot(slot).unwrap()
    }

    fn said(groups: &mut Groups, sequence: u64, said: &Said) -> Result<(), BadGroup> {
        let note = Note { topic: Topic::STANDING_GROUP, subject: 1, body: said.encode() };
        let key = RequestKey { scope: Scope::OPERATOR, id: RequestId::derived([1; 16]) };
        let command = Command::new(key, OwnerNumber::new(7), Action::Note(note.clone()));
        let recorded_at = Timestamp::from_micros(0);
        let entry =
            Entry { sequence: Sequence::new(sequence), recorded_at, command, outcome: Outcome::default() };
        groups.apply(&entry, &note)
    }

    fn walk(leader: u32, people: &[u32]) -> Group {
        Group {
            rule: GroupRule::PotPaysProvider,
            length: None,
            keeper: None,
            activity: None,
            givers: vec![(account(leader), Amount::new(5_400).unwrap())],
            participants: people.iter().copied().map(account).collect(),
            name: Box::from(*b"sealed"),
        }
    }

    /// Goal: numbers are given once, what ended stays so, whoever is forgotten is in no group, and what does not follow is
    /// an error that changes nothing. Method: two groups changed and ended, somebody in both, and numbers out of order.
    #[test]
    fn groups_follow_one_another() {
        let bank = BankNumber::new(1);
        let mut groups = Groups::default();
        assert_eq!(groups.next(bank), Some(1));
        said(&mut groups, 1, &Said::IsSo(1, walk(1, &[2, 3]))).unwrap();
        said(&mut groups, 2, &Said::IsSo(2, walk(2, &[1, 4]))).unwrap();
        said(&mut groups, 3, &Said::IsSo(1, walk(1, &[2, 3, 5]))).unwrap();
        let before = groups.clone();
        let order = Err(BadGroup::Order(Sequence::new(4)));
        assert_eq!(said(&mut groups, 4, &Said::IsSo(4, walk(1, &[]))), order);
        assert_eq!(said(&mut groups, 4, &Said::IsSo(0, walk(1, &[]))), order);
        assert_eq!(said(&mut groups, 4, &Said::Ended(3)), order);
        assert_eq!(groups, before);
        groups.forget(&[account(2)]);
        let all: Vec<_> = groups.after(bank, 0).map(|(number, kept)| (number, kept.group.clone())).collect();
        assert_eq!(all[0], (1, walk(1, &[3, 5])));
        assert_eq!((all[1].0, all[1].1.givers.len(), all[1].1.participants.len()), (2, 0, 2));
        said(&mut groups, 5, &Said::Ended(1)).unwrap();
        assert_eq!(said(&mut groups, 6, &Said::Ended(1)), Err(BadGroup::Order(Sequence::new(6))));
        let again = said(&mut groups, 6, &Said::IsSo(1, walk(1, &[])));
        assert_eq!(again, Err(BadGroup::Order(Sequence::new(6))));
        assert_eq!((groups.next(bank), groups.after(bank, 0).count()), (Some(3), 1));
        assert_eq!(groups.next(BankNumber::new(2)), Some(1));
    }
}
