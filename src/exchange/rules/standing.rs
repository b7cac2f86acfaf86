//! Whose account stands in for whose in one exchange, and who is named for it.
//!
//! Owns the standing choices of a member and what beats them. Knows neither the register the choices are
//! kept in nor what the accounts hold. Both banks of an exchange are one: between banks there are two
//! transfers, made elsewhere.
//!
//! | who is charged | first that applies |
//! |---|---|
//! | the payer named in the call | `paid_by` is given and is not a closed receiver's own account |
//! | the pot | the receiver's account is closed, or the receiver chose that the pot pays |
//! | the receiver | else |
//!
//! | who gets the hours | first that applies |
//! |---|---|
//! | the organisation | the giver gave in its name |
//! | the pot | the giver's account is closed, or the giver chose so |
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
//!   an error, and another payer has to be named. It is not decided for anybody which choice gives way.

use super::Holder;
use crate::domain::{AccountNumber, Amount, Kind, OwnerNumber, People, Transfer};

/// Who is charged when a member is helped: their standing choice, made with the broker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pays {
    /// The member.
    #[default]
    Oneself,
    /// The pot: the member cannot give back just now.
    Pot,
}

/// Who gets the hours when a member helps: their standing choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum HoursTo {
    /// The member.
    #[default]
    Oneself,
    /// The pot; the member counts as the giver.
    Pot,
}

impl Pays {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Oneself, Self::Pot];

    /// The word callers use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Oneself => "self",
            Self::Pot => "pot",
        }
    }
}

impl HoursTo {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Oneself, Self::Pot];

    /// The word callers use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Oneself => "self",
            Self::Pot => "pot",
        }
    }
}

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

/// Who helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Giver {
    /// The person with their own account.
    pub own: Holder,
    /// Their standing choice.
    pub hours_to: HoursTo,
    /// Whether their account can move.
    pub state: AccountState,
}

/// Who was helped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The person with their own account.
    pub own: Holder,
    /// Their standing choice.
    pub pays: Pays,
    /// Whether their account can move.
    pub state: AccountState,
}

/// One exchange as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who helped.
    pub giver: Giver,
    /// Who was helped.
    pub receiver: Receiver,
    /// The pot that stands in, by the bank's policy.
    pub pot: Holder,
    /// Who pays, where the call says so.
    pub paid_by: Option<Payer>,
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
        let Receiver { own, pays, state } = self.receiver;
        let is_possible = |payer: &Payer| state == AccountState::Open || *payer != Payer::Account(own);
        match (self.paid_by.filter(is_possible), state, pays) {
            (Some(payer), _, _) => payer,
            (None, AccountState::Open, Pays::Oneself) => Payer::Account(own),
            (None, AccountState::Closed, _) | (None, AccountState::Open, Pays::Pot) => Payer::Pot(self.pot),
        }
    }

    fn credited(&self) -> Holder {
        let Giver { own, hours_to, state } = self.giver;
        match (self.in_the_name_of, state, hours_to) {
            (Some(organisation), _, _) => organisation,
            (None, AccountState::Open, HoursTo::Oneself) => own,
            (None, AccountState::Closed, _) | (None, AccountState::Open, HoursTo::Pot) => self.pot,
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

    fn told(pays: Pays, hours_to: HoursTo, receiver: AccountState, giver: AccountState) -> Told {
        Told {
            giver: Giver { own: holder(1), hours_to, state: giver },
            receiver: Receiver { own: holder(2), pays, state: receiver },
            pot: holder(3),
            paid_by: None,
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
    /// charged, who gets the hours and who is named. Method: all 128 combinations, printed; the two sides are
    /// looked up in tables of their own, as one never depends on the other.
    #[test]
    fn every_combination() {
        use AccountState::{Closed, Open};
        let for_receiver = "received_by=receiver";
        let payers = [
            (None, "self", Open, "receiver", "Exchange", String::new()),
            (None, "pot", Open, "pot", "Community", format!(" {for_receiver} paid_by=pot")),
            (None, "self", Closed, "pot", "Community", format!(" {for_receiver} paid_by=pot")),
            (None, "pot", Closed, "pot", "Community", format!(" {for_receiver} paid_by=pot")),
            (Some(Payer::Account(holder(2))), "self", Open, "receiver", "Exchange", String::new()),
            (Some(Payer::Account(holder(2))), "pot", Open, "receiver", "Exchange", String::new()),
            (
                Some(Payer::Account(holder(2))),
                "self",
                Closed,
                "pot",
                "Community",
                format!(" {for_receiver} paid_by=pot"),
            ),
            (
                Some(Payer::Account(holder(2))),
                "pot",
                Closed,
                "pot",
                "Community",
                format!(" {for_receiver} paid_by=pot"),
            ),
        ];
        let named_payers =
            [(Payer::Account(holder(4)), "hall", "Exchange"), (Payer::Pot(holder(5)), "fund", "Community")]
                .into_iter()
                .flat_map(|(payer, who, kind)| {
                    [("self", Open), ("pot", Open), ("self", Closed), ("pot", Closed)].map(|(pays, state)| {
                        (Some(payer), pays, state, who, kind, format!(" {for_receiver} paid_by={who}"))
                    })
                });
        let payers: Vec<_> = payers.into_iter().chain(named_payers).collect();
        let credited = [
            (None, "self", Open, "giver", "", ""),
            (None, "pot", Open, "pot", " given_by=giver", ""),
            (None, "self", Closed, "pot", " given_by=giver", ""),
            (None, "pot", Closed, "pot", " given_by=giver", ""),
            (Some(holder(4)), "self", Open, "hall", " given_by=giver", " in_the_name_of=hall"),
            (Some(holder(4)), "pot", Open, "hall", " given_by=giver", " in_the_name_of=hall"),
            (Some(holder(4)), "self", Closed, "hall", " given_by=giver", " in_the_name_of=hall"),
            (Some(holder(4)), "pot", Closed, "hall", " given_by=giver", " in_the_name_of=hall"),
        ];
        let mut rows = 0;
        for (paid_by, pays, receiver, debit, kind, paid) in &payers {
            for (in_the_name_of, hours_to, giver, credit, given, in_name) in credited {
                let pays = Pays::ALL.into_iter().find(|choice| choice.word() == *pays).unwrap();
                let hours_to = HoursTo::ALL.into_iter().find(|choice| choice.word() == hours_to).unwrap();
                let told =
                    Told { paid_by: *paid_by, in_the_name_of, ..told(pays, hours_to, *receiver, giver) };
                let expected = if *debit == credit {
                    "SameAccount".to_owned()
                } else {
                    format!("{debit} → {credit} {kind}{given}{paid}{in_name}")
                };
                let line = line(&told);
                println!(
                    "pays {:<4} {receiver:<6?} hours to {:<4} {giver:<6?} paid by {:<8} in name of {:<4} | {line}",
                    pays.word(),
                    hours_to.word(),
                    paid_by.map_or("-", |payer| match payer {
                        Payer::Pot(holder) | Payer::Account(holder) => name(holder.owner.get()),
                    }),
                    in_the_name_of.map_or("-", |holder| name(holder.owner.get())),
                );
                assert_eq!(line, expected);
                rows += 1;
            }
        }
        assert_eq!(rows, 16 * 8);
    }

    /// Goal: the steps of the story. Method: 12 (the pot pays for Bernard), 24 (Wayside's people), 25 (Greta).
    #[test]
    fn the_story_settles_as_it_says() {
        use AccountState::{Closed, Open};
        let bernard = told(Pays::Pot, HoursTo::Oneself, Open, Open);
        assert_eq!(line(&bernard), "pot → giver Community received_by=receiver paid_by=pot");
        let wayside = told(Pays::Oneself, HoursTo::Oneself, Open, Open);
        let wayside = Told { in_the_name_of: Some(holder(4)), ..wayside };
        assert_eq!(line(&wayside), "receiver → hall Exchange given_by=giver in_the_name_of=hall");
        let greta = told(Pays::Oneself, HoursTo::Oneself, Open, Closed);
        assert_eq!(line(&greta), "receiver → pot Exchange given_by=giver");
    }

    /// Goal: errors say which field and what to name instead.
    #[test]
    fn errors_name_the_field() {
        let both = told(Pays::Pot, HoursTo::Pot, AccountState::Open, AccountState::Open);
        assert_eq!(both.settled(), Err(StandingError::SameAccount { account: holder(3).account }));
        let alone = Told { receiver: Receiver { own: holder(1), ..both.receiver }, ..both };
        let error = alone.settled().unwrap_err();
        assert_eq!(error, StandingError::SamePerson { owner: OwnerNumber::new(1) });
        assert_eq!(error.to_string(), "giver must be another person than receiver; both are owner 1");
    }
}
