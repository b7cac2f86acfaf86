//! Which accounts move for a session, and who is named on each transfer.

use super::amounts::Amounts;
use super::{Giver, GroupError, GroupRule, Person, Session};
use crate::domain::{AccountNumber, Amount, Kind, People, TRANSFERS_MAX, Transfer, Transfers};
use crate::exchange::rules::Holder;

pub fn of(session: &Session<'_>, amounts: &Amounts) -> Result<Transfers, GroupError> {
    let mut moves = Moves { session, amounts, transfers: Transfers::new(), count: 0 };
    match (amounts.residual_seconds, session.keeper) {
        (0, _) => moves.straight()?,
        (_, Some(keeper)) => moves.through(keeper)?,
        (residual_seconds, None) => return Err(GroupError::KeeperNeeded { residual_seconds }),
    }
    if moves.count > TRANSFERS_MAX {
        return Err(GroupError::TooManyTransfers { count: moves.count });
    }
    Ok(moves.transfers)
}

struct Moves<'a> {
    session: &'a Session<'a>,
    amounts: &'a Amounts,
    transfers: Transfers,
    /// Transfers there would be; only the first 256 are kept.
    count: usize,
}

impl Moves<'_> {
    /// Nothing is left over: from everybody who took part to everybody who gave.
    fn straight(&mut self) -> Result<(), GroupError> {
        let (session, amounts) = (self.session, self.amounts);
        for (person, portions) in session.participants.iter().zip(&amounts.portions) {
            for (giver, portion) in session.givers.iter().zip(portions) {
                let people = named(received(person), given(giver));
                self.push(person.moves.account, giver.person.moves.account, *portion, people)?;
            }
        }
        Ok(())
    }

    /// Something is left over: from everybody who pays to the keeper, from there to everybody who gets.
    fn through(&mut self, keeper: Holder) -> Result<(), GroupError> {
        self.debit_participants(keeper.account)?;
        self.credit_givers(keeper)?;
        self.credit_participants(keeper.account)
    }

    fn debit_participants(&mut self, keeper: AccountNumber) -> Result<(), GroupError> {
        let (session, amounts) = (self.session, self.amounts);
        let people = session.participants.iter().zip(&amounts.shares).zip(&amounts.portions);
        for ((person, share), portions) in people {
            let Some(pays) = share.pays.filter(|_| person.moves.account != keeper) else { continue };
            let mut rest = pays.seconds();
            // Hours of a giver that stay with the keeper have no leg of their own: they are named here.
            for (giver, portion) in session.givers.iter().zip(portions) {
                if giver.person.moves.account == keeper {
                    let people = named(received(person), given(giver));
                    self.push(person.moves.account, keeper, *portion, people)?;
                    rest -= *portion;
                }
            }
            if rest < 0 {
                return Err(GroupError::SameAccount { account: keeper }); // More was given than is paid.
            }
            let giver = alone(session.givers).filter(|giver| giver.person.moves.account != keeper);
            let by = giver.map_or_else(People::default, |giver| People {
                given_by: Some(giver.person.owner),
                in_the_name_of: giver.in_the_name_of,
                ..People::default()
            });
            self.push(person.moves.account, keeper, rest, named(received(person), by))?;
        }
        Ok(())
    }

    fn credit_givers(&mut self, keeper: Holder) -> Result<(), GroupError> {
        let (session, amounts) = (self.session, self.amounts);
        let is_covered = |person: &Person| {
            session.rule == GroupRule::PotPaysProvider
                || (session.rule != GroupRule::PotPaysEveryone && person.moves.account == keeper.account)
        };
        for (place, giver) in session.givers.iter().enumerate() {
            let account = giver.person.moves.account;
            let mut rest = giver.gave.seconds();
            for (person, portions) in session.participants.iter().zip(&amounts.portions) {
                if is_covered(person) {
                    let portion = portions.get(place).copied().unwrap_or_default();
                    let helped = People {
                        received_by: Some(person.owner),
                        paid_by: Some(keeper.owner),
                        ..People::default()
                    };
                    self.push(keeper.account, account, portion, named(helped, given(giver)))?;
                    rest -= portion;
                }
            }
            let stays = account == keeper.account && session.rule.kind() == Kind::Group;
            if !stays {
                let helped =
                    alone(session.participants).filter(|_| session.rule != GroupRule::PotPaysEveryone);
                let helped = People { received_by: helped.map(|person| person.owner), ..People::default() };
                self.push(keeper.account, account, rest, named(helped, given(giver)))?;
            }
        }
        Ok(())
    }

    fn credit_participants(&mut self, keeper: AccountNumber) -> Result<(), GroupError> {
        let session = self.session;
        for (person, share) in session.participants.iter().zip(&self.amounts.shares) {
            let Some(gets) = share.gets else { continue };
            let elsewhere = person.moves.owner != person.owner;
            let by = People { given_by: elsewhere.then_some(person.owner), ..People::default() };
            self.push(keeper, person.moves.account, gets.seconds(), by)?;
        }
        Ok(())
    }

    /// Adds a transfer, unless nothing would move.
    fn push(
        &mut self,
        debit: AccountNumber,
        credit: AccountNumber,
        seconds: i64,
        people: People,
    ) -> Result<(), GroupError> {
        let Some(amount) = Amount::new(seconds) else { return Ok(()) };
        if debit == credit {
            return Err(GroupError::SameAccount { account: debit });
        }
        self.count += 1;
        if self.count <= TRANSFERS_MAX {
            let people = People { activity: self.session.activity, ..people };
            self.transfers.push(Transfer { debit, credit, amount, people });
        }
        Ok(())
    }
}

/// The one and only.
fn alone<T>(people: &[T]) -> Option<&T> {
    if let [one] = people { Some(one) } else { None }
}

/// Who was helped, where another account pays for them.
fn received(person: &Person) -> People {
    if person.moves.owner == person.owner {
        return People::default();
    }
    People { received_by: Some(person.owner), paid_by: Some(person.moves.owner), ..People::default() }
}

/// Who helped, where another account gets the hours.
fn given(giver: &Giver) -> People {
    let elsewhere = giver.person.moves.owner != giver.person.owner;
    People {
        given_by: elsewhere.then_some(giver.person.owner),
        in_the_name_of: giver.in_the_name_of,
        ..People::default()
    }
}

fn named(received: People, given: People) -> People {
    People { given_by: given.given_by, in_the_name_of: given.in_the_name_of, ..received }
}
