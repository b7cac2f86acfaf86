//! What an entry would do to each account, netted before anything is judged (I2).

use smallvec::SmallVec;

use super::super::state::{State, holds::Sides};
use super::keep_first;
use crate::domain::{AccountNumber, Line, Lines, Passed, Refusal};
use crate::ledger::state::{OpenHold, Standing};

/// The net effect on one account. Seconds.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    pub account: AccountNumber,
    pub posted: i64,
    pub held: i64,
    pub promised: i64,
    /// Which limits it passes; filled in when they are judged.
    pub passed: Passed,
    lined: Lined,
}

/// Whether the account gets a line whatever else: its posted or held was touched, not only what is
/// promised to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lined {
    Yes,
    No,
}

/// Effects on every account an entry touches, in order of first appearance.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    each: SmallVec<[Effect; 4]>,
}

impl Effects {
    /// A transfer of `seconds` from `debit` to `credit`.
    pub fn transfer(&mut self, debit: AccountNumber, credit: AccountNumber, seconds: i64) {
        self.touch(debit, Lined::Yes).posted -= seconds;
        self.touch(credit, Lined::Yes).posted += seconds;
    }

    /// `seconds` set aside from `debit` for `credit`; negative lets them go.
    pub fn set_aside(&mut self, sides: Sides, seconds: i64) {
        self.touch(sides.debit, Lined::Yes).held += seconds;
        self.touch(sides.credit, Lined::No).promised += seconds;
    }

    /// `seconds` of an open hold turned into transfers, `released` of it let go beside.
    pub fn take(&mut self, hold: &OpenHold, seconds: i64, released: i64) {
        for sides in &hold.sides {
            self.set_aside(*sides, -(seconds + released));
            if seconds > 0 {
                self.transfer(sides.debit, sides.credit, seconds);
            }
        }
    }

    /// In order of first appearance.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Effect> {
        self.each.iter_mut()
    }

    fn touch(&mut self, account: AccountNumber, lined: Lined) -> &mut Effect {
        // At most 512 accounts an entry, usually two: a scan beats a map.
        let place = match self.each.iter().position(|effect| effect.account == account) {
            Some(place) => place,
            None => {
                let nothing =
                    Effect { account, posted: 0, held: 0, promised: 0, passed: Passed::NOTHING, lined };
                self.each.push(nothing);
                self.each.len() - 1
            }
        };
        #[expect(clippy::indexing_slicing, reason = "the place was just found or made")]
        let effect = &mut self.each[place];
        if lined == Lined::Yes {
            effect.lined = lined;
        }
        effect
    }

    /// The lines the entry puts on accounts: figures afterwards, and pointers to earlier lines.
    pub fn lines(&self, state: &State) -> Lines {
        let mut lines = Lines::new();
        self.put_lines(state, &mut lines);
        lines
    }

    /// The same at the end of `lines`.
    pub fn put_lines(&self, state: &State, lines: &mut Lines) {
        // A hold that may take its credit account past the ceiling is marked there too.
        let is_lined = |effect: &&Effect| effect.lined == Lined::Yes || effect.passed != Passed::NOTHING;
        for effect in self.each.iter().filter(is_lined) {
            let Some(account) = state.account(effect.account) else { continue };
            let pointers = account.chain.next_pointers();
            lines.push(Line {
                account: effect.account,
                previous: pointers.previous,
                jump: pointers.jump,
                posted: account.posted + effect.posted,
                held: account.held + effect.held,
                passed: effect.passed,
            });
        }
    }

    /// I1 between banks: what a bank's clearing account gains, its mirror in the other bank loses,
    /// in the same entry.
    pub fn clearing_is_mirrored(&self, state: &State) -> Result<(), Refusal> {
        if state.mirrors.is_empty() {
            return Ok(());
        }
        let flow = |effect: &Effect| effect.posted + effect.promised - effect.held;
        for effect in self.each.iter() {
            let Some(mirror) = state.mirrors.get(&effect.account) else { continue };
            let mirrored = self.each.iter().find(|other| other.account == *mirror).map_or(0, flow);
            if mirrored != -flow(effect) {
                return Err(Refusal::CrossBank(effect.account));
            }
        }
        Ok(())
    }
}

/// Both accounts of every pair exist, are open, differ, and are in one bank (I1).
pub fn sides_fit(state: &State, sides: impl Iterator<Item = Sides>) -> Result<(), Refusal> {
    let mut first = None;
    for Sides { debit, credit } in sides {
        match (state.account(debit), state.account(credit)) {
            (Some(from), Some(to)) => {
                if from.standing == Standing::Closed {
                    keep_first(&mut first, Refusal::AccountClosed(debit));
                } else if to.standing == Standing::Closed {
                    keep_first(&mut first, Refusal::AccountClosed(credit));
                } else if debit == credit {
                    keep_first(&mut first, Refusal::SameAccount(debit));
                } else if from.bank != to.bank {
                    keep_first(&mut first, Refusal::CrossBank(credit));
                }
            }
            (None, _) => keep_first(&mut first, Refusal::AccountNotFound(debit)),
            (Some(_), None) => keep_first(&mut first, Refusal::AccountNotFound(credit)),
        }
    }
    first.map_or(Ok(()), Err)
}
