//! Several people at once, by one of the named rules: from what is told to one entry.

use super::length::{self, Length};
use super::plan::{Plan, Said, about};
use super::pots;
use super::record::{not_in_future, until};
use super::refusal::Refusal;
use super::rules::Holder;
use super::rules::doubles::{self, Asked};
use super::rules::group::{Giver, GroupError, GroupRule, PARTICIPANTS, Person, Plan as GroupPlan, Session};
use super::sight::{Party, Sight};
use crate::domain::{AccountNumber, Amount, ClaimWord, Day, Invalid, OwnerNumber};

/// What is told of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// By which rule.
    pub rule: GroupRule,
    /// Who gave, how much, in the order named.
    pub givers: Vec<(AccountNumber, Length)>,
    /// Who took part, in the order named.
    pub participants: Vec<AccountNumber>,
    /// People counted without hours.
    pub guests: u32,
    /// How long it was, where the rule asks.
    pub length: Option<Length>,
    /// Who keeps or covers what is left over; the community pot if nobody is named.
    pub keeper: Option<AccountNumber>,
    /// The day.
    pub occurred_on: Day,
    /// Number in the bank's list of activities.
    pub activity: Option<u16>,
    /// For whoever reads the line.
    pub memo: Option<String>,
    /// Why it may pass a limit.
    pub limit_reason: Option<String>,
    /// The figure repeated, where it is unusual.
    pub confirmed: Option<Amount>,
    /// Whether it is another one than the one it looks like.
    pub asked: Asked,
    /// The standing group whose session it is.
    pub standing: Option<u16>,
}

impl Group {
    /// The entry, and what it comes to for each.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn plan(&self, sight: &Sight<'_>) -> Result<(Plan, GroupPlan), Refusal> {
        let first = self.givers.first().map(|(account, _)| account).or(self.participants.first());
        let none = Invalid { field: "givers", limit: "at least one, or somebody who took part" };
        let leader = sight.party(*first.ok_or(none)?)?;
        not_in_future(sight, &leader, self.occurred_on)?;
        if self.standing.is_some_and(|number| !sight.known.groups.is_open(leader.bank, number)) {
            let limit = "0, or that of a standing group of these people's time bank that has not ended";
            return Err(Invalid { field: "standing_group_number", limit }.into());
        }
        let settings = sight.settings(leader.bank);
        let mut givers = self.gave(sight, leader, &|_| false)?;
        let mut participants = Vec::new();
        for account in &self.participants {
            let party = self.one(PARTICIPANTS, sight, *account, leader)?;
            participants.push(Person { owner: party.own.owner, moves: self.moving(sight, &party)? });
        }
        let length = self.length.as_ref().map(Length::said).transpose();
        let length = length.map_err(|unread| Refusal::Unread { field: "length", unread })?;
        let keeper = match self.keeper {
            Some(account) => sight.pot("keeper_account_number", account, leader.bank)?,
            None => sight.community_pot(leader.bank)?,
        };
        let come_to = |givers: &[Giver]| {
            let session = Session {
                rule: self.rule,
                givers,
                participants: &participants,
                guests: self.guests,
                length,
                keeper: Some(keeper),
                activity: self.activity,
                entering: settings.entering,
            };
            session.plan()
        };
        let comes_to = match come_to(&givers) {
            // A pot that pays gives nothing to itself: whoever chose it for their hours gets them this time.
            Err(GroupError::SameAccount { account }) => {
                givers = self.gave(sight, leader, &|moves| moves.account == account)?;
                come_to(&givers)?
            }
            comes_to => comes_to?,
        };
        let unusual = length::asked_about(settings, comes_to.largest, self.confirmed)?;
        let people: Vec<OwnerNumber> = givers
            .iter()
            .map(|giver| giver.person.owner)
            .chain(participants.iter().map(|one| one.owner))
            .collect();
        let about = about(people.iter().copied(), sight.bank(leader.bank)?.owner);
        let moves = (comes_to.kind, comes_to.transfers.clone());
        let also = pots::opened_by(sight, &comes_to.transfers)?.or(unusual.cause());
        let mut plan = Plan::posted(sight, moves, about, also)?;
        plan.occurred_on = Some(self.occurred_on);
        plan.present_count = comes_to.present_count;
        plan.allowed_by = self.limit_reason.is_some().then_some(sight.actor);
        if let Some(until) = until(self.occurred_on).filter(|until| *until > sight.now) {
            let gave = givers.iter().map(|giver| giver.gave);
            let key = doubles::session_key(people, self.occurred_on, gave);
            let of_group =
                self.standing.map(|number| doubles::standing_key(leader.bank, number, self.occurred_on));
            let keys = [key].into_iter().chain(of_group);
            plan.claims =
                keys.map(|key| doubles::claim(key, until, ClaimWord::AlreadyHere, self.asked)).collect();
        }
        let typed = self.givers.iter().filter_map(|(_, length)| match length {
            Length::Typed(text) => Some(&**text),
            Length::Seconds(_) => None,
        });
        let typed: Vec<&str> = typed.collect();
        let typed = (!typed.is_empty()).then(|| typed.join(", "));
        plan.said = Said { memo: self.memo.clone(), reason: self.limit_reason.clone(), typed };
        Ok((plan, comes_to))
    }

    /// Who gave how much, and where their hours go: as they chose, but for accounts that `is_not_for_them`.
    fn gave(
        &self,
        sight: &Sight<'_>,
        leader: Party,
        is_not_for_them: &dyn Fn(Holder) -> bool,
    ) -> Result<Vec<Giver>, Refusal> {
        let mut givers = Vec::new();
        for (account, length) in &self.givers {
            let party = self.one("givers.account_number", sight, *account, leader)?;
            // Whether it is too much is asked of what it comes to.
            let said = length.said().map_err(|unread| Refusal::Unread { field: "givers.length", unread })?;
            let entering = sight.settings(leader.bank).entering;
            let gave = entering.written(said).ok_or(Refusal::TooLong { field: "givers.length" })?;
            let mut moves = sight.gets_for("givers.account_number", &party)?;
            if is_not_for_them(moves) {
                moves = sight.moves_for(&party)?;
            }
            let person = Person { owner: party.own.owner, moves };
            givers.push(Giver { person, gave, in_the_name_of: None });
        }
        Ok(givers)
    }

    /// Somebody of the session, all of one bank.
    fn one(
        &self,
        field: &'static str,
        sight: &Sight<'_>,
        account: AccountNumber,
        leader: Party,
    ) -> Result<Party, Refusal> {
        let party = sight.took_part(field, account, self.occurred_on)?;
        if party.bank != leader.bank {
            return Err(Invalid { field, limit: "all in one time bank" }.into());
        }
        Ok(party)
    }

    /// What moves for somebody who took part: they pay, or are thanked where the pot pays everyone.
    fn moving(&self, sight: &Sight<'_>, party: &Party) -> Result<Holder, Refusal> {
        match self.rule {
            GroupRule::PotPaysEveryone => sight.gets_for(PARTICIPANTS, party),
            GroupRule::SplitProviderTime
            | GroupRule::SplitProviderTimeCeil
            | GroupRule::EachPaysSession
            | GroupRule::ManyProvidersOneRecipient
            | GroupRule::PotPaysProvider => sight.pays_for(PARTICIPANTS, party),
        }
    }
}
