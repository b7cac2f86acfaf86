//! The same request id with other content, and the names of the fields that differ.

use hourbook::domain::{AccountNumber, Action, Amount, Command, Day, OwnerNumber, Post, Rest, Sequence};

use super::random::Random;

/// Changes one or two things about a command; the fields that differ from it then.
pub fn change(command: &mut Command, random: &mut Random) -> Vec<&'static str> {
    match random.below(9) {
        0 => {
            command.text = [&command.text[..], b"more"].concat().into();
            vec!["text"]
        }
        1 => {
            command.second_person =
                if command.second_person.is_some() { None } else { Some(OwnerNumber::new(1)) };
            vec!["second_person"]
        }
        2 => {
            let day = command.occurred_on.map_or(18_000, |day| day.days() - 1);
            command.occurred_on = Some(Day::from_days(day));
            command.present_count = Some(command.present_count.map_or(1, |count| count + 1));
            vec!["occurred_on", "present_count"]
        }
        3 => {
            // Who asks makes no difference.
            command.actor = OwnerNumber::new(command.actor.get() ^ 1);
            command.text = [&command.text[..], b"else"].concat().into();
            vec!["text"]
        }
        4 => {
            command.second_person =
                if command.second_person.is_some() { None } else { Some(OwnerNumber::new(1)) };
            command.allowed_by = if command.allowed_by.is_some() { None } else { Some(OwnerNumber::new(2)) };
            vec!["second_person", "allowed_by"]
        }
        5 if !command.claims.is_empty() => {
            command.claims[0].max ^= 1;
            vec!["claims"]
        }
        6 if command.claims.is_empty() && !matches!(command.action, Action::Reopen(_)) => {
            command.action = Action::Reopen(AccountNumber::from_slot(0).unwrap());
            vec!["call"]
        }
        _ => vec![change_action(&mut command.action)],
    }
}

fn other_account(account: AccountNumber) -> AccountNumber {
    AccountNumber::from_slot(account.slot() ^ 1).unwrap()
}

fn other_amount(amount: Amount) -> Amount {
    Amount::new(if amount.seconds() == 1 { 2 } else { amount.seconds() - 1 }).unwrap()
}

fn other_sequence(sequence: Sequence) -> Sequence {
    Sequence::new(sequence.get() ^ 1)
}

fn change_action(action: &mut Action) -> &'static str {
    match action {
        Action::Post(Post { ends: Some(ends), .. }) => {
            if ends.rest == Rest::Keep {
                ends.rest = Rest::Release;
                return "keeps_rest";
            }
            ends.hold = other_sequence(ends.hold);
            "ends_hold_sequence"
        }
        Action::Post(post) => {
            post.transfers[0].amount = other_amount(post.transfers[0].amount);
            "transfers"
        }
        Action::Hold(hold) => {
            hold.deadline = hold.deadline.plus_seconds(1);
            "deadline"
        }
        Action::Capture(capture) if capture.rest == Rest::Keep => {
            capture.rest = Rest::Release;
            "release_rest"
        }
        Action::Capture(capture) => {
            capture.amount = if capture.amount.is_some() { None } else { Amount::new(5) };
            "amount_seconds"
        }
        Action::Void(hold) | Action::Expire(hold) => {
            *hold = other_sequence(*hold);
            "hold"
        }
        Action::Reverse(reverse) => {
            reverse.original = other_sequence(reverse.original);
            "original"
        }
        Action::RegisterOwners(count) => {
            *count = if *count == 1 { 2 } else { 1 };
            "count"
        }
        Action::OpenBank(bank) => {
            bank.time_zone = "Europe/Vienna".into();
            "time_zone"
        }
        Action::OpenClearing(pair) => {
            pair.second_may_owe = other_amount(pair.second_may_owe);
            "second_may_owe_seconds"
        }
        Action::OpenAccounts(accounts) => {
            accounts[0].label = [&accounts[0].label[..], b"!"].concat().into();
            "accounts"
        }
        Action::SetLimits(account, _) | Action::Reopen(account) => {
            *account = other_account(*account);
            "account"
        }
        Action::Close(close) => {
            close.remainder_to = other_account(close.remainder_to);
            "remainder_to"
        }
        Action::Note(note) => {
            note.subject += 1;
            "subject"
        }
    }
}
