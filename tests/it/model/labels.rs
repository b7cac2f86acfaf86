//! What kind of operation a command is, for counting.

use hourbook::domain::{AccountNumber, Action, Command, Post, Rest, ReversalKind};

use super::naive::{Held, Naive};

impl Naive {
    /// What kind of operation this is, where it is accepted.
    pub fn label(&self, command: &Command) -> &'static str {
        match &command.action {
            Action::Post(post @ Post { ends: Some(ends), .. }) => {
                let held = self.hold(ends.hold);
                let left = held.map(|held| held.gone_with(post).map(|gone| held.left() - gone));
                match (ends.rest, left) {
                    (Rest::Release, _) => "post that ends a hold",
                    (Rest::Keep, Some(Ok(0))) => "post that takes all of a hold",
                    (Rest::Keep, _) => "post that takes a part of a hold",
                }
            }
            Action::Post(post) if post.transfers.iter().any(|one| self.is_clearing(one.debit)) => {
                "post between banks"
            }
            Action::Post(post) if post.transfers.len() > 1 => "post of several",
            Action::Post(_) => "post",
            Action::Hold(hold) if hold.transfers.iter().any(|one| self.is_clearing(one.debit)) => {
                "hold between banks"
            }
            Action::Hold(_) => "hold",
            Action::Capture(capture) => {
                let left = self.hold(capture.hold).map_or(0, Held::left);
                match (capture.amount, capture.rest) {
                    (None, _) => "capture, whole",
                    (Some(amount), _) if i128::from(amount.seconds()) == left => {
                        "capture, exactly what is left"
                    }
                    (Some(_), Rest::Keep) => "capture, part, rest kept",
                    (Some(_), Rest::Release) => "capture, part, rest let go",
                }
            }
            Action::Void(_) => "void",
            Action::Expire(_) => "expiry",
            Action::Reverse(reverse) => match (reverse.kind, reverse.parts.is_empty()) {
                (ReversalKind::Refund, true) => "refund, whole",
                (ReversalKind::Refund, false) => "refund, part",
                (ReversalKind::Reversal, true) => "reversal, whole",
                (ReversalKind::Reversal, false) => "reversal, part",
            },
            Action::RegisterOwners(_) => "register owners",
            Action::OpenBank(_) => "open bank",
            Action::OpenClearing(_) => "open clearing",
            Action::OpenAccounts(_) => "open accounts",
            Action::SetLimits(..) => "set limits",
            Action::Close(_) => "close",
            Action::Reopen(_) => "reopen",
            Action::Note(_) => "note",
        }
    }

    fn is_clearing(&self, number: AccountNumber) -> bool {
        self.account(number).is_some_and(|account| account.mirror.is_some())
    }
}
