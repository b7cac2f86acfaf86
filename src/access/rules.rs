//! Who may make, see, rotate and revoke which keys, and say who comes with which tokens. Pure.
//!
//! | who | may make, see and end keys for |
//! |---|---|
//! | local operator, admin | every role |
//! | lead | members, tills, partners and brokers, where its own reach covers theirs |
//! | partner | its own tills |
//! | everybody else | nobody |
//!
//! Beside that, a key may see, rotate and revoke itself: a till that rotates its key needs nobody.
//!
//! Nobody makes a key that reaches further than their own (I10). What no rule can prevent: who makes a key has
//! seen it, and could use it in its holder's name; so the books keep who made it.

//!
//! | who | may say whose a token is |
//! |---|---|
//! | admin, lead | a member's, or that of somebody who works for a bank; also of whoever came before as somebody else |
//! | broker | a member's, if nobody came with it before as somebody else, and the member has no other keys than a member's |
//! | everybody else | nobody's |
//!
//! Whose people somebody is, is for the directory to say. Nobody says it of themselves, by either number, nor of
//! whoever has a key that reaches further than their own.

use super::caller::{Caller, Capacity};
use super::refusal::Refusal;
use super::register::Credential;
use super::role::{Reach, Role};
use crate::domain::{BankNumber, Humans, OwnerNumber};

/// In which banks a partner has accounts.
pub type BanksOf<'a> = &'a dyn Fn(OwnerNumber) -> Vec<BankNumber>;

/// Whether `caller` may make a key of this role and reach.
#[must_use]
pub fn may_make(caller: &Caller, role: Role, reach: &Reach, banks_of: BanksOf<'_>) -> bool {
    let makes = match caller.capacity {
        Capacity::LocalOperator | Capacity::Role(Role::Admin) => true,
        Capacity::Role(Role::Lead) => {
            matches!(role, Role::Member | Role::Till | Role::Partner | Role::Broker)
        }
        Capacity::Role(Role::Partner) => role == Role::Till,
        Capacity::Role(
            Role::Member | Role::Till | Role::Broker | Role::Auditor | Role::Reporter | Role::Integration,
        ) => false,
    };
    makes && caller.reach.covers(reach, banks_of)
}

/// Whether `caller` may see, rotate and revoke this credential.
#[must_use]
pub fn may_manage(caller: &Caller, credential: &Credential, banks_of: BanksOf<'_>) -> bool {
    let grant = &credential.grant;
    caller.credential() == Some(credential.number) || may_make(caller, grant.role, &grant.reach, banks_of)
}

/// What somebody is to their bank whom a token is to be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// A person with an account.
    Member,
    /// Somebody who works for it.
    Staff,
}

/// A token's person, about to be somebody in the books.
#[derive(Clone, Copy)]
pub struct Link<'a> {
    /// Whom.
    pub owner: OwnerNumber,
    /// What they are.
    pub whom: Whom,
    /// Who the token's person was so far; none if nobody ever came with it.
    pub before: Option<OwnerNumber>,
    /// The credentials that have not ended of either.
    pub credentials: &'a [&'a Credential],
    /// Which owners are one human.
    pub humans: &'a Humans,
}

/// Whether `caller` may say this.
///
/// # Errors
/// [`Refusal`].
pub fn may_link(caller: &Caller, link: Link<'_>, banks_of: BanksOf<'_>) -> Result<(), Refusal> {
    let Link { owner, whom, before, credentials, humans } = link;
    if before.into_iter().chain([owner]).any(|one| humans.are_one(one, caller.holder)) {
        return Err(Refusal::AboutOneself(owner));
    }
    let is_a_members = |credential: &&Credential| credential.grant.role == Role::Member;
    let may = match caller.capacity {
        Capacity::LocalOperator | Capacity::Role(Role::Admin | Role::Lead) => true,
        Capacity::Role(Role::Broker) => {
            let is_news = before.is_none_or(|before| before == owner);
            whom == Whom::Member && is_news && credentials.iter().all(is_a_members)
        }
        Capacity::Role(
            Role::Member | Role::Till | Role::Partner | Role::Auditor | Role::Reporter | Role::Integration,
        ) => false,
    };
    let reaches = |credential: &&Credential| caller.reach.covers(&credential.grant.reach, banks_of);
    if may && credentials.iter().all(reaches) { Ok(()) } else { Err(Refusal::NotToLink(owner)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::caller::{CredentialNumber, Identity};
    use crate::access::grant::Grant;
    use crate::access::note::KeptSecret;
    use crate::domain::Timestamp;

    fn banks(numbers: &[u32]) -> Reach {
        Reach::banks(numbers.iter().map(|number| BankNumber::new(*number)).collect()).unwrap()
    }

    fn partner(number: u32) -> Reach {
        Reach::partners(vec![OwnerNumber::new(number)]).unwrap()
    }

    fn caller(role: Role, reach: Reach) -> Caller {
        Caller {
            identity: Identity::Credential(CredentialNumber::new(77)),
            capacity: Capacity::Role(role),
            reach,
            ..Caller::local_operator()
        }
    }

    /// Partner 5 is in bank 1, partner 6 in bank 2, partner 7 in both.
    fn banks_of(partner: OwnerNumber) -> Vec<BankNumber> {
        let numbers: &[u32] = match partner.get() {
            5 => &[1],
            6 => &[2],
            7 => &[1, 2],
            _ => &[],
        };
        numbers.iter().map(|number| BankNumber::new(*number)).collect()
    }

    /// Goal: every role asks for every key, near and far, and each cell is as decided. Method: the whole
    /// table; a cell is the makers (by letter) that may. o operator, A admin, N lead of the network,
    /// L lead of bank 1, P partner 5; and all other roles, with the widest reach they can have, as x.
    #[test]
    fn who_makes_which_key() {
        let makers = [
            ('o', Caller::local_operator()),
            ('A', caller(Role::Admin, Reach::Network)),
            ('N', caller(Role::Lead, Reach::Network)),
            ('L', caller(Role::Lead, banks(&[1]))),
            ('P', caller(Role::Partner, partner(5))),
            ('x', caller(Role::Broker, banks(&[1]))),
            ('x', caller(Role::Member, banks(&[1, 2]))),
            ('x', caller(Role::Till, partner(5))),
            ('x', caller(Role::Auditor, Reach::Network)),
            ('x', caller(Role::Reporter, Reach::Network)),
            ('x', caller(Role::Integration, banks(&[1, 2]))),
        ];
        for (role, reach, expected) in [
            (Role::Member, banks(&[1]), "oANL"),
            (Role::Member, banks(&[2]), "oAN"),
            (Role::Member, banks(&[1, 2]), "oAN"),
            (Role::Broker, banks(&[1]), "oANL"),
            (Role::Broker, banks(&[2]), "oAN"),
            (Role::Till, partner(5), "oANLP"),
            (Role::Till, partner(6), "oAN"),
            (Role::Till, partner(7), "oAN"),
            (Role::Till, partner(8), "oAN"),
            (Role::Partner, partner(5), "oANL"),
            (Role::Partner, partner(6), "oAN"),
            (Role::Lead, banks(&[1]), "oA"),
            (Role::Lead, Reach::Network, "oA"),
            (Role::Auditor, banks(&[1]), "oA"),
            (Role::Auditor, Reach::Network, "oA"),
            (Role::Reporter, banks(&[1]), "oA"),
            (Role::Reporter, Reach::Network, "oA"),
            (Role::Admin, Reach::Network, "oA"),
            (Role::Integration, banks(&[1]), "oA"),
        ] {
            let may = makers.iter().filter(|(_, maker)| may_make(maker, role, &reach, &banks_of));
            let may: String = may.map(|(letter, _)| letter).collect();
            assert_eq!(may, expected, "{role:?} {reach:?}");
        }
    }

    fn credential(role: Role, reach: Reach) -> Credential {
        Credential {
            number: CredentialNumber::new(1),
            grant: Grant { role, reach, till: None, name: "x".into(), expires_at: None },
            holder: OwnerNumber::new(9),
            made_by: OwnerNumber::new(1),
            made_at: Timestamp::from_micros(1),
            rotated_at: None,
            revoked_at: None,
            secret: KeptSecret { key_owner: OwnerNumber::new(1), hash: [0; 32] },
            older: None,
        }
    }

    /// Goal: who may say that a token is about owner 9 is as decided. Method: a table; a cell is the callers (by
    /// letter) that may. A admin, N lead of the network, L lead and B broker of bank 1, m member of it; each is
    /// owner 3, who is one human with 4.
    #[test]
    fn who_links_whom() {
        let mut humans = Humans::default();
        humans.unite(OwnerNumber::new(3), OwnerNumber::new(4));
        let as_owner_3 = |role, reach| Caller { holder: OwnerNumber::new(3), ..caller(role, reach) };
        let callers = [
            ('A', as_owner_3(Role::Admin, Reach::Network)),
            ('N', as_owner_3(Role::Lead, Reach::Network)),
            ('L', as_owner_3(Role::Lead, banks(&[1]))),
            ('B', as_owner_3(Role::Broker, banks(&[1]))),
            ('m', as_owner_3(Role::Member, banks(&[1]))),
        ];
        let (nobody, [member, broker, far, admin]) = (
            Vec::new(),
            [
                credential(Role::Member, banks(&[1])),
                credential(Role::Broker, banks(&[1])),
                credential(Role::Member, banks(&[1, 2])),
                credential(Role::Admin, Reach::Network),
            ],
        );
        for (whom, owner, before, credentials, expected) in [
            (Whom::Member, 9, None, nobody.clone(), "ANLB"),
            (Whom::Member, 9, Some(9), vec![&member], "ANLB"),
            (Whom::Member, 9, Some(17), nobody.clone(), "ANL"),
            (Whom::Member, 9, None, vec![&member, &broker], "ANL"),
            (Whom::Member, 9, None, vec![&far], "AN"),
            (Whom::Staff, 9, None, nobody.clone(), "ANL"),
            (Whom::Staff, 9, None, vec![&broker], "ANL"),
            (Whom::Staff, 9, None, vec![&admin], "AN"),
            (Whom::Member, 3, None, nobody.clone(), ""),
            (Whom::Member, 4, None, nobody.clone(), ""),
            (Whom::Member, 9, Some(4), nobody, ""),
        ] {
            let link = Link {
                owner: OwnerNumber::new(owner),
                whom,
                before: before.map(OwnerNumber::new),
                credentials: &credentials,
                humans: &humans,
            };
            let may = |(_, caller): &&(char, Caller)| may_link(caller, link, &banks_of).is_ok();
            let may: String = callers.iter().filter(may).map(|(letter, _)| letter).collect();
            assert_eq!(may, expected, "{whom:?} {owner} {before:?}");
        }
    }
}
