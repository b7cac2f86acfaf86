//! Who may make, see, rotate and revoke which keys. Pure.
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

use super::caller::{Caller, Capacity};
use super::register::Credential;
use super::role::{Reach, Role};
use crate::domain::{BankNumber, OwnerNumber};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::caller::{CredentialNumber, Identity};

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
}
