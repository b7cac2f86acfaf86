//! Whose account stands in for whose in one exchange, and who is named for it.
//!
//! Owns what beats what. A member's standing choices are `directory::people`'s; whoever asks has looked up their accounts.
//! Knows nothing of what the accounts hold. Both banks of an exchange are one: between banks there are two
//! transfers, made elsewhere.
//!
//! | who is charged | first that applies |
//! |---|---|
//! | the payer named in the call, or else chosen by the receiver | there is one, and it is no closed receiver's own account |
//! | the community pot | the receiver's account is closed |
//! | the receiver | else |
//!
//! | who gets the hours | first that applies |
//! |---|---|
//! | the organisation | the giver gave in its name |
//! | the pot named in the call, or else chosen by the giver | there is one |
//! | the community pot | the giver's account is closed |
//! | the giver | else |
//!
//! The person helped and the person who helped stay named wherever another account moves: `received_by` with
//! `paid_by`, `given_by`, `in_the_name_of`. The kind is community where a pot pays for a person and exchange
//! else: hours that go *to* a pot in somebody's name are an exchange like any other.
//!
//! Decided where the books of rules are silent:
//!
//! - A payer named in the call beats the receiver's standing choice, also when it is the receiver's own
//!   account: this time they pay themselves.
//! - A closed account never moves. Whoever helped somebody before their account was closed gets their hours,
//!   and the pot pays; a giver whose account is closed and who gave for an organisation still gave for it.
//! - Where one account would pay and get, nothing would move and nobody would be seen to have helped: that is
//!   an error, and another payer has to be named. Where both sides only *chose* so, whoever asks lets the giver's choice
//!   give way: they get the hours, and may give them on.

use super::Holder;
use crate::domain::{AccountNumber, Amount, Kind, OwnerNumber, People, Transfer};

/// Whether a person's account can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountState {
    /// It can.
    Open,
    /// It was closed: the help was given before.
    Closed,
}

/// Who is charged instead of the one helped, as the call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    /// A pot: the help counts as given to the community.
    Pot(Holder),
    /// A person's or an organisation's account.
    Account(Holder),
}

/// Who helped, or who was helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// The person with their own account.
    pub own: Holder,
    /// Whether their account can move.
    pub state: AccountState,
}

/// One exchange as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who helped.
    pub giver: Party,
    /// Who was helped.
    pub receiver: Party,
    /// The bank's community pot, which stands in for a closed account.
    pub pot: Holder,
    /// Who pays, where the call says so or the receiver chose it.
    pub paid_by: Option<Payer>,
    /// The pot that gets the hours, where the call says so or the giver chose it.
    pub hours_to: Option<Holder>,
    /// The organisation the giver gave for, with the account that gets the hours.
    pub in_the_name_of: Option<Holder>,
    /// How much, as the bank writes it down.
    pub amount: Amount,
    /// Number in the bank's list of activities.
    pub activity: Option<u16>,
}

/// Why an exchange cannot be written down as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    /// Nobody helps themselves.
    #[error("giver must be another person than receiver; both are owner {owner}")]
    SamePerson {
        /// Who.
        owner: OwnerNumber,
    },
    /// Nothing would move.
    #[error("paid_by must be another account than the one that gets the hours; both are {account}")]
    SameAccount {
        /// Which.
        account: AccountNumber,
    },
}

impl Told {
    /// What is posted, and as what.
    ///
    /// # Errors
    /// [`StandingError`].
    pub fn settled(&self) -> Result<(Transfer, Kind), StandingError> {
        let (giver, receiver) = (self.giver.own.owner, self.receiver.own.owner);
        if giver == receiver {
            return Err(StandingError::SamePerson { owner: giver });
        }
        let (payer, kind) = match self.payer() {
            Payer::Pot(pot) => (pot, Kind::Community),
            Payer::Account(holder) => (holder, Kind::Exchange),
        };
        let credited = self.credited();
        if payer.account == credited.account {
            return Err(StandingError::SameAccount { account: payer.account });
        }
        let another_pays = payer != self.receiver.own;
        let people = People {
            activity: self.activity,
            given_by: (credited != self.giver.own).then_some(giver),
            received_by: another_pays.then_some(receiver),
            paid_by: another_pays.then_some(payer.owner),
            in_the_name_of: self.in_the_name_of.map(|organisation| organisation.owner),
            ..People::default()
        };
        let (debit, credit, amount) = (payer.account, credited.account, self.amount);
        Ok((Transfer { debit, credit, amount, people }, kind))
    }

    fn payer(&self) -> Payer {
        let Party { own, state } = self.receiver;
        let is_possible = |payer: &Payer| state == AccountState::Open || *payer != Payer::Account(own);
        match (self.paid_by.filter(is_possible), state) {
            (Some(payer), _) => payer,
            (None, AccountState::Open) => Payer::Account(own),
            (None, AccountState::Closed) => Payer::Pot(self.pot),
        }
    }

    fn credited(&self) -> Holder {
        let Party { own, state } = self.giver;
        match (self.in_the_name_of.or(self.hours_to), state) {
            (Some(another), _) => another,
            (None, AccountState::Open) => own,
            (None, AccountState::Closed) => self.pot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(number: u32) -> Holder {
        Holder { account: AccountNumber::from_slot(number).unwrap(), owner: OwnerNumber::new(number) }
    }

    const NAMES: [(u32, &str); 5] = [(1, "giver"), (2, "receiver"), (3, "pot"), (4, "hall"), (5, "fund")];

    fn name(number: u32) -> &'static str {
        NAMES.iter().find(|(known, _)| *known == number).unwrap().1
    }

    fn told(receiver: AccountState, giver: AccountState) -> Told {
        Told {
            giver: Party { own: holder(1), state: giver },
            receiver: Party { own: holder(2), state: receiver },
            pot: holder(3),
            paid_by: None,
            hours_to: None,
            in_the_name_of: None,
            amount: Amount::new(3_600).unwrap(),
            activity: Some(7),
        }
    }

    /// The outcome as a line: who is charged → who gets it, as what, and who is named.
    fn line(told: &Told) -> String {
        let (transfer, kind) = match told.settled() {
            Ok(settled) => settled,
            Err(error) => return format!("{error:?}").split(' ').next().unwrap().to_owned(),
        };
        assert_eq!((transfer.amount, transfer.people.activity), (told.amount, told.activity));
        let mut line = format!("{} → {} {kind:?}", name(transfer.debit.slot()), name(transfer.credit.slot()));
        for (word, owner) in [
            ("given_by", transfer.people.given_by),
            ("received_by", transfer.people.received_by),
            ("paid_by", transfer.people.paid_by),
            ("in_the_name_of", transfer.people.in_the_name_of),
        ] {
            if let Some(owner) = owner {
                line += &format!(" {word}={}", name(owner.get()));
            }
        }
        line
    }

    /// Goal: every choice of both people, open and closed, with and without words in the call, settles who is
    /// charged, who gets the hours and who is named. Method: all 64 combinations, printed; the two sides are
    /// looked up in tables of their own, as one never depends on the other.
    #[test]
    fn every_combination() {
        use AccountState::{Closed, Open};
        let (own, hall, fund) = (Payer::Account(holder(2)), Payer::Account(holder(4)), Payer::Pot(holder(5)));
        let by = |who: &str| format!(" received_by=receiver paid_by={who}");
        let payers = [
            (None, Open, "receiver", "Exchange", String::new()),
            (None, Closed, "pot", "Community", by("pot")),
            (Some(own), Open, "receiver", "Exchange", String::new()),
            (Some(own), Closed, "pot", "Community", by("pot")),
            (Some(hall), Open, "hall", "Exchange", by("hall")),
            (Some(hall), Closed, "hall", "Exchange", by("hall")),
            (Some(fund), Open, "fund", "Community", by("fund")),
            (Some(fund), Closed, "fund", "Community", by("fund")),
        ];
        let (hall, fund) = (Some(holder(4)), Some(holder(5)));
        let credited = [
            (None, None, Open, "giver", "", ""),
            (None, None, Closed, "pot", " given_by=giver", ""),
            (None, fund, Open, "fund", " given_by=giver", ""),
            (None, fund, Closed, "fund", " given_by=giver", ""),
            (hall, None, Open, "hall", " given_by=giver", " in_the_name_of=hall"),
            (hall, None, Closed, "hall", " given_by=giver", " in_the_name_of=hall"),
            (hall, fund, Open, "hall", " given_by=giver", " in_the_name_of=hall"),
            (hall, fund, Closed, "hall", " given_by=giver", " in_the_name_of=hall"),
        ];
        let called = |holder: Option<Holder>| holder.map_or("-", |holder| name(holder.owner.get()));
        let mut rows = 0;
        for (paid_by, receiver, debit, kind, paid) in &payers {
            for (in_the_name_of, hours_to, giver, credit, given, in_name) in credited {
                let told = Told { paid_by: *paid_by, hours_to, in_the_name_of, ..told(*receiver, giver) };
                let expected = if *debit == credit {
                    "SameAccount".to_owned()
                } else {
                    format!("{debit} → {credit} {kind}{given}{paid}{in_name}")
                };
                let line = line(&told);
                let payer = paid_by.map(|(Payer::Pot(holder) | Payer::Account(holder))| holder);
                println!(
                    "{receiver:<6?} paid by {:<8} {giver:<6?} hours to {:<4} in name of {:<4} | {line}",
                    called(payer),
                    called(hours_to),
                    called(in_the_name_of),
                );
                assert_eq!(line, expected);
                rows += 1;
            }
        }
        assert_eq!(rows, 8 * 8);
    }

    /// Goal: the steps of the story. Method: 12 (the pot pays for Bernard), 24 (Wayside's people), 25 (Greta).
    #[test]
    fn the_story_settles_as_it_says() {
        use AccountState::{Closed, Open};
        let bernard = Told { paid_by: Some(Payer::Pot(holder(3))), ..told(Open, Open) };
        assert_eq!(line(&bernard), "pot → giver Community received_by=receiver paid_by=pot");
        let wayside = Told { in_the_name_of: Some(holder(4)), ..told(Open, Open) };
        assert_eq!(line(&wayside), "receiver → hall Exchange given_by=giver in_the_name_of=hall");
        assert_eq!(line(&told(Open, Closed)), "receiver → pot Exchange given_by=giver");
    }

    /// Goal: errors say which field and what to name instead.
    #[test]
    fn errors_name_the_field() {
        let pot = holder(3);
        let open = told(AccountState::Open, AccountState::Open);
        let both = Told { paid_by: Some(Payer::Pot(pot)), hours_to: Some(pot), ..open };
        assert_eq!(both.settled(), Err(StandingError::SameAccount { account: pot.account }));
        let alone = Told { receiver: Party { own: holder(1), ..both.receiver }, ..both };
        let error = alone.settled().unwrap_err();
        assert_eq!(error, StandingError::SamePerson { owner: OwnerNumber::new(1) });
        assert_eq!(error.to_string(), "giver must be another person than receiver; both are owner 1");
    }
}
