//! Somebody looked up, and people looked for.

use super::{messages, owner};
use crate::access::Allowed;
use crate::api::*;
use crate::directory::Known;
use crate::directory::people::search::QUERY_BYTES_MAX;
use crate::directory::people::{Found, Person as Somebody, Rank};
use crate::domain::{BankNumber, OwnerNumber, Refusal};
use crate::service::fields;
use crate::service::installation::Installation;
use crate::service::not_done::NotDone;
use crate::service::pages::Page;

/// Ranks in tokens of pages, in their order.
const RANKS: [Rank; 6] =
    [Rank::Number, Rank::Whole, Rank::Beginning, Rank::Word, Rank::Anywhere, Rank::Contact];

impl Installation {
    pub(in crate::service::directory) fn get_person(
        &self,
        allowed: &Allowed,
        request: GetPersonRequest,
    ) -> Result<GetPersonResponse, NotDone> {
        let account = fields::account_or_any("account_number", request.account_number)?;
        if account.is_some() == (request.owner_number != 0) {
            return Err(NotDone::bad("owner_number", "given, or account_number, and not both"));
        }
        let sequence = self.network.ledger.position();
        let known = self.directory.known_now(&self.network.ledger)?;
        let person = if let Some(account) = account {
            self.account_in_reach(allowed, account)?;
            let person = known.people.owner_of(account).filter(|person| super::sees(allowed, person));
            person.ok_or_else(|| self.refused(&Refusal::AccountNotFound(account)))?
        } else {
            self.person_in_reach(allowed, &known, owner("owner_number", request.owner_number)?)?
        };
        let person = self.as_known(allowed, &known, person)?;
        Ok(GetPersonResponse { person: Some(person), sequence: sequence.get() })
    }

    pub(in crate::service::directory) fn search_members(
        &self,
        allowed: &Allowed,
        request: SearchMembersRequest,
    ) -> Result<SearchMembersResponse, NotDone> {
        let bank = BankNumber::new(request.bank_number);
        self.bank_in_reach(allowed, bank)?;
        let text = request.text.trim();
        if request.text.len() > QUERY_BYTES_MAX {
            return Err(NotDone::bad("text", "at most 200 bytes"));
        }
        let page = Page::read(request.page_size, &request.page_token, &format!("people {bank} {text}"))?;
        let after = page.after.map(place_of).transpose()?;
        let known = self.directory.known_now(&self.network.ledger)?;
        // One more than is shown says whether there are more; a whole page has no room for it.
        let size = page.size.saturating_add(1);
        let mut found = if text.is_empty() {
            everybody(&known, bank, after, size)
        } else {
            known.names.search(&known.people, bank, text, after, size)
        };
        let more = found.len() >= size.min(crate::directory::people::search::PAGE_MAX);
        found.truncate(page.size);
        let last = found.last().filter(|_| more).map(|last| page.token_after(token_of(*last)));
        let people = found.iter().filter_map(|one| known.people.person(one.owner));
        let people = people.map(|person| self.as_known(allowed, &known, person)).collect::<Result<_, _>>()?;
        Ok(SearchMembersResponse { people, next_page_token: last.unwrap_or_default() })
    }

    /// Somebody with what is known of them, as far as their key exists.
    pub(super) fn as_known(
        &self,
        allowed: &Allowed,
        known: &Known,
        person: &Somebody,
    ) -> Result<Person, NotDone> {
        use crate::directory::people::person::ProfileError;
        use crate::seal::OpenError;
        let profile = match person.profile.as_ref().map(|sealed| sealed.profile(&self.network.keyring)) {
            None | Some(Err(ProfileError::Sealed(OpenError::Erased { .. }))) => None,
            Some(Ok(profile)) => Some(messages::profile(&profile)),
            Some(Err(error)) => return Err(NotDone::Unreadable(error.to_string())),
        };
        let sees_account = |account| self.sees_account(allowed, account);
        let venues = self.venues(person)?;
        let cards = self.cards_of(allowed, known, person);
        Ok(Person {
            venues,
            cards,
            ..messages::person(allowed, person, profile, self.access.now(), sees_account)
        })
    }
}

/// All people of a bank, by number.
fn everybody(known: &Known, bank: BankNumber, after: Option<Found>, size: usize) -> Vec<Found> {
    let all = known.people.persons().filter(|person| person.is_of(bank));
    let found = all.map(|person| Found { rank: Rank::Number, owner: person.owner });
    found.filter(|one| after.is_none_or(|after| *one > after)).take(size).collect()
}

/// Where a page ended, as a number.
fn token_of(found: Found) -> u64 {
    let rank = RANKS.iter().position(|rank| *rank == found.rank).and_then(|place| u32::try_from(place).ok());
    u64::from(rank.unwrap_or_default()) << 32 | u64::from(found.owner.get())
}

fn place_of(token: u64) -> Result<Found, NotDone> {
    let rank = usize::try_from(token >> 32).ok().and_then(|place| RANKS.get(place)).copied();
    let owner = u32::try_from(token & u64::from(u32::MAX)).ok();
    let found = rank.zip(owner).map(|(rank, owner)| Found { rank, owner: OwnerNumber::new(owner) });
    found.ok_or_else(|| NotDone::bad("page_token", "the one from the answer before"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: where a page ended is read back. Method: each rank with numbers at both ends.
    #[test]
    fn places_read_back() {
        for rank in RANKS {
            for owner in [1, 77, u32::MAX] {
                let found = Found { rank, owner: OwnerNumber::new(owner) };
                assert_eq!(place_of(token_of(found)).unwrap(), found);
            }
        }
        assert!(place_of(6 << 32).is_err() && place_of(u64::MAX).is_err());
        assert!(RANKS.is_sorted());
    }
}
