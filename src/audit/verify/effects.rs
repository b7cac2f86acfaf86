//! What an entry should do to accounts, worked out from what it moves and from the hold it ends.

use smallvec::SmallVec;

use super::own_books::{Hold, OwnBooks};
use crate::domain::{AccountNumber, Action, Entry, Post, Sequence};

/// The net effect on one account. Seconds.
#[derive(Clone, Copy, Debug)]
pub struct Effect {
    pub account: AccountNumber,
    pub posted: i128,
    pub held: i128,
    pub promised: i128,
    /// Whether posted or held is touched, so that the entry owes the account a line.
    pub has_line: bool,
}

/// What an entry takes from a hold that is open. Seconds.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    pub hold: Sequence,
    /// What is taken for good, or moved in its place by a post; what it claimed for that stays taken.
    pub captured: i128,
    /// Whether the hold ends with it.
    pub is_last: bool,
}

/// Effects on every account an entry touches.
#[derive(Debug, Default)]
pub struct Effects {
    each: SmallVec<[Effect; 4]>,
    /// What it takes from a hold; none if that hold is not open.
    pub ending: Option<Ending>,
}

/// What a post takes of each transfer of a hold: what it debits from its account, in halves where both debit one. None
/// where there is no half.
pub fn taken_by(post: &Post, hold: &Hold) -> SmallVec<[Option<i128>; 2]> {
    let share = |debit: AccountNumber| {
        let of_it = post.transfers.iter().filter(|transfer| transfer.debit == debit);
        let given: i128 = of_it.map(|transfer| i128::from(transfer.amount.seconds())).sum();
        let sharing = hold.sides.iter().filter(|(other, _)| *other == debit).count();
        let sharing = i128::try_from(sharing).ok()?;
        if given.checked_rem(sharing)? == 0 { given.checked_div(sharing) } else { None }
    };
    hold.sides.iter().map(|(debit, _)| share(*debit)).collect()
}

impl Effects {
    /// The effects of `entry` on the books before it.
    pub fn of(entry: &Entry, books: &OwnBooks) -> Self {
        let mut effects = Self::default();
        for part in entry.moves() {
            let seconds = i128::from(part.amount.seconds());
            effects.post(part.debit, -seconds);
            effects.post(part.credit, seconds);
        }
        if let Action::Hold(hold) = &entry.command.action {
            for transfer in &hold.transfers {
                effects.set_aside(transfer.debit, transfer.credit, i128::from(transfer.amount.seconds()));
            }
        }
        effects.end_hold(entry, books);
        effects
    }

    fn end_hold(&mut self, entry: &Entry, books: &OwnBooks) {
        let action = &entry.command.action;
        let Some((number, hold)) =
            action.hold_named().and_then(|number| Some((number, books.holds.get(&number)?)))
        else {
            return;
        };
        // Both transfers of a hold are captured alike, so the first speaks for both.
        let taken = if let Action::Post(post) = action {
            taken_by(post, hold).first().copied().flatten().unwrap_or(0)
        } else {
            entry.outcome.moves.first().map_or(0, |part| i128::from(part.amount.seconds()))
        };
        let keeps_rest = action.keeps_rest() && taken < hold.left;
        let let_go = if keeps_rest { taken } else { hold.left };
        // A post stands for a capture of all that the hold loses by it: what that claimed stays taken.
        let captured = if matches!(action, Action::Post(_)) { let_go } else { taken };
        for (debit, credit) in &hold.sides {
            self.set_aside(*debit, *credit, -let_go);
        }
        self.ending = Some(Ending { hold: number, captured, is_last: !keeps_rest });
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Effect> {
        self.each.iter()
    }

    /// The effect on one account.
    pub fn on(&self, account: AccountNumber) -> Option<&Effect> {
        self.each.iter().find(|effect| effect.account == account)
    }

    fn post(&mut self, account: AccountNumber, seconds: i128) {
        let effect = self.touch(account);
        effect.posted += seconds;
        effect.has_line = true;
    }

    /// Who is only promised something gets no line.
    fn set_aside(&mut self, debit: AccountNumber, credit: AccountNumber, seconds: i128) {
        let effect = self.touch(debit);
        effect.held += seconds;
        effect.has_line = true;
        self.touch(credit).promised += seconds;
    }

    fn touch(&mut self, account: AccountNumber) -> &mut Effect {
        // At most 512 accounts an entry, usually two.
        let place = self.each.iter().position(|effect| effect.account == account).unwrap_or_else(|| {
            self.each.push(Effect { account, posted: 0, held: 0, promised: 0, has_line: false });
            self.each.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the place was just found or made")]
        let effect = &mut self.each[place];
        effect
    }
}
