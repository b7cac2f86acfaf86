//! A call that may be made, and what of the books it may see and move (I10).
//!
//! Pure: what an account is, is told. What a caller may not see is for them as if it were not there: they
//! hear the same as of a number that nobody has.

use std::sync::Arc;

use super::caller::{Caller, Capacity};
use super::calls::{Extent, Rule};
use super::role::{Reach, Role};
use crate::domain::{AccountKind, BankNumber, OwnerNumber};

/// A caller with a call they may make.
#[derive(Clone, Debug)]
pub struct Allowed {
    caller: Arc<Caller>,
    extent: Extent,
    /// A bank out of reach, in which the caller lends the second person to one thing that waits.
    lent_to: Option<BankNumber>,
}

/// Which words of an entry a caller may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// All.
    All,
    /// The memo of what concerns them.
    Memo,
    /// None: names are in them.
    None,
}

impl Allowed {
    /// What `caller` may ask this call for; nothing if their role may not make it.
    #[must_use]
    pub fn new(caller: Arc<Caller>, rule: &Rule) -> Option<Self> {
        let extent = match rule.extent(caller.capacity) {
            Extent::Nothing => return None,
            Extent::Network if caller.reach != Reach::Network => return None,
            extent @ (Extent::Own | Extent::Houses | Extent::Network | Extent::Anything) => extent,
        };
        Some(Self { caller, extent, lent_to: None })
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Arc<Caller> {
        &self.caller
    }

    /// Whether there is nothing in the books they may not see by this call.
    #[must_use]
    pub fn sees_everything(&self) -> bool {
        match self.extent {
            Extent::Nothing | Extent::Houses => false,
            Extent::Network | Extent::Anything => true,
            Extent::Own => self.caller.reach == Reach::Network && self.own().is_none(),
        }
    }

    /// Whether this bank is in reach.
    #[must_use]
    pub fn sees_bank(&self, bank: BankNumber) -> bool {
        match &self.caller.reach {
            _ if matches!(self.extent, Extent::Network | Extent::Anything) => true,
            Reach::Network => true,
            Reach::Banks(banks) => banks.contains(&bank),
            Reach::Partners(_) => false,
        }
    }

    /// The same, lent as a second person to a bank out of reach: they see no more of it.
    #[must_use]
    pub fn lent_to(&self, bank: BankNumber) -> Self {
        Self { lent_to: Some(bank), ..self.clone() }
    }

    /// The same call as the member `owner` of `bank` would see it: what goes into their hands says no more than they may read
    /// themselves.
    #[must_use]
    pub fn as_member(&self, owner: OwnerNumber, bank: BankNumber) -> Self {
        let (capacity, reach) = (Capacity::Role(Role::Member), Reach::Banks(Box::new([bank])));
        let caller = Caller { capacity, reach, till: None, holder: owner, ..Caller::clone(&self.caller) };
        Self { caller: Arc::new(caller), extent: Extent::Own, lent_to: None }
    }

    /// Whether something of this bank may move by what they say: it is in reach, or they are lent to it.
    #[must_use]
    pub fn moves_in_bank(&self, bank: BankNumber) -> bool {
        self.sees_bank(bank) || self.lent_to == Some(bank)
    }

    /// Whether an account of this bank, kind and owner is.
    #[must_use]
    pub fn sees_account(&self, bank: BankNumber, kind: AccountKind, owner: OwnerNumber) -> bool {
        match self.extent {
            Extent::Nothing => false,
            Extent::Network | Extent::Anything => true,
            Extent::Houses => is_nobodys(kind) && self.sees_bank(bank),
            Extent::Own => match (self.own(), &self.caller.reach) {
                (Some(own), _) => own == owner && self.sees_bank(bank),
                // Who owns a partner may be a member beside: that account is a person's.
                (None, Reach::Partners(partners)) => {
                    kind == AccountKind::Partner && partners.contains(&owner)
                }
                (None, Reach::Network | Reach::Banks(_)) => self.sees_bank(bank),
            },
        }
    }

    /// Which words of an entry that concerns them.
    #[must_use]
    pub fn words(&self) -> Words {
        match self.caller.capacity {
            Capacity::LocalOperator | Capacity::Role(Role::Broker | Role::Lead | Role::Integration) => {
                Words::All
            }
            Capacity::Role(Role::Member) => Words::Memo,
            Capacity::Role(Role::Till | Role::Partner | Role::Auditor | Role::Reporter | Role::Admin) => {
                Words::None
            }
        }
    }

    /// Whether names of accounts they see may be told.
    #[must_use]
    pub fn sees_names(&self) -> bool {
        !matches!(self.caller.capacity, Capacity::Role(Role::Auditor | Role::Reporter))
    }

    /// Whether they see no more of an entry than their own side of it.
    #[must_use]
    pub fn sees_own_side_only(&self) -> bool {
        matches!(self.caller.capacity, Capacity::Role(Role::Member | Role::Till | Role::Partner))
    }

    /// Whether they hear of nobody's account but their partner's, not even its number: on the other side of what a shop
    /// takes are members.
    #[must_use]
    pub fn knows_no_members(&self) -> bool {
        matches!(self.caller.capacity, Capacity::Role(Role::Till | Role::Partner))
    }

    /// The owner whose accounts alone they see.
    fn own(&self) -> Option<OwnerNumber> {
        (self.caller.capacity == Capacity::Role(Role::Member)).then_some(self.caller.holder)
    }
}

/// Whether an account is kept for a bank and not for a person or a group.
const fn is_nobodys(kind: AccountKind) -> bool {
    match kind {
        AccountKind::Pot | AccountKind::Issuance | AccountKind::Clearing => true,
        AccountKind::Member | AccountKind::Organisation | AccountKind::Partner => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::RULES;
    use crate::access::caller::{CredentialNumber, Identity};

    const BANK: BankNumber = BankNumber::new(1);
    const OTHER_BANK: BankNumber = BankNumber::new(2);
    const OWN: OwnerNumber = OwnerNumber::new(5);
    const OTHER: OwnerNumber = OwnerNumber::new(6);

    fn caller(role: Role) -> Arc<Caller> {
        let reach = match role {
            Role::Till | Role::Partner => Reach::partners(vec![OWN]).unwrap(),
            Role::Admin => Reach::Network,
            Role::Member | Role::Broker | Role::Lead | Role::Auditor | Role::Reporter | Role::Integration => {
                Reach::banks(vec![BANK]).unwrap()
            }
        };
        Arc::new(Caller {
            identity: Identity::Credential(CredentialNumber::new(7)),
            capacity: Capacity::Role(role),
            reach,
            holder: OWN,
            ..Caller::local_operator()
        })
    }

    /// What one call shows one role of a member's, the pot's and a partner's account, own and others', of its
    /// bank and another: a letter for each that is seen, `.` for each that is not.
    fn seen(allowed: &Allowed) -> String {
        let accounts = [
            ('m', BANK, AccountKind::Member, OWN),
            ('o', BANK, AccountKind::Member, OTHER),
            ('p', BANK, AccountKind::Partner, OWN),
            ('q', BANK, AccountKind::Partner, OTHER),
            ('h', BANK, AccountKind::Pot, OTHER),
            ('O', OTHER_BANK, AccountKind::Member, OTHER),
            ('Q', OTHER_BANK, AccountKind::Partner, OTHER),
            ('H', OTHER_BANK, AccountKind::Issuance, OTHER),
            ('M', OTHER_BANK, AccountKind::Member, OWN),
        ];
        let letter = |(letter, bank, kind, owner)| {
            if allowed.sees_account(bank, kind, owner) { letter } else { '.' }
        };
        accounts.into_iter().map(letter).collect()
    }

    /// Goal: I10: every call, for every role, with its own bank and partner and others', is decided, and nobody
    /// but who reaches the network sees another bank's. Method: the whole table, printed and looked through.
    #[test]
    fn table_of_calls_and_roles() {
        println!(
            "m own account, o other member, p own partner, q other partner, h pot; capitals: another bank"
        );
        print!("{:42}", "");
        Role::ALL.iter().for_each(|role| print!(" {:>11}", role.word()));
        println!();
        for rule in &RULES {
            print!("{:42}", rule.call.trim_start_matches("hourbook.v1."));
            for role in Role::ALL {
                let allowed = Allowed::new(caller(role), rule);
                let cell = allowed.as_ref().map_or_else(|| "-".to_owned(), seen);
                print!(" {cell:>11}");
                let Some(allowed) = allowed else { continue };
                let what_else = match rule.extent(Capacity::Role(role)) {
                    Extent::Anything | Extent::Network => continue, // Judged by the call, or needs the network.
                    Extent::Nothing => panic!("{} {role:?}", rule.call),
                    Extent::Own | Extent::Houses if role == Role::Admin => continue, // Reaches the network.
                    Extent::Own | Extent::Houses => seen(&allowed),
                };
                assert!(!what_else.contains(['O', 'Q', 'H', 'M']), "{} {role:?} {what_else}", rule.call);
                assert!(!allowed.sees_bank(OTHER_BANK), "{} {role:?}", rule.call);
                if matches!(role, Role::Member | Role::Till | Role::Partner) {
                    assert!(!what_else.contains(['o', 'q', 'h']), "{} {role:?} {what_else}", rule.call);
                }
                if matches!(role, Role::Till | Role::Partner) {
                    let what = "who owns a partner may be a member beside";
                    assert!(!what_else.contains('m'), "{} {role:?} {what_else}: {what}", rule.call);
                }
            }
            println!();
        }
    }

    /// Goal: whoever is lent to a bank moves something there and sees nothing of it. Method: a broker, lent to another
    /// bank.
    #[test]
    fn who_is_lent_sees_nothing() {
        let rule = RULES.iter().find(|rule| rule.call.ends_with("/Approve")).unwrap();
        let broker = Allowed::new(caller(Role::Broker), rule).unwrap();
        let lent = broker.lent_to(OTHER_BANK);
        assert!(lent.moves_in_bank(OTHER_BANK) && !broker.moves_in_bank(OTHER_BANK));
        assert!(!lent.moves_in_bank(BankNumber::new(3)) && lent.moves_in_bank(BANK));
        assert!(!lent.sees_bank(OTHER_BANK));
        assert_eq!(seen(&lent), seen(&broker));
    }

    /// Goal: what is said for somebody else to read shows their own accounts, in one bank, and a member's words. Method: a
    /// lead, and a member of another number.
    #[test]
    fn what_is_for_a_member_shows_what_is_theirs() {
        let rule = RULES.iter().find(|rule| rule.call.ends_with("/StreamLetters")).unwrap();
        let lead = Allowed::new(caller(Role::Lead), rule).unwrap();
        assert_eq!(seen(&lead), "mopqh....");
        assert_eq!(seen(&lead.as_member(OWN, BANK)), "m.p......");
        assert_eq!(seen(&lead.as_member(OTHER, BANK)), ".o.qh....", "theirs, by the number on it");
        assert_eq!((lead.words(), lead.as_member(OTHER, BANK).words()), (Words::All, Words::Memo));
        assert_eq!(lead.as_member(OTHER, BANK).caller().holder, OTHER);
    }

    /// Goal: admins read no person's account and no line of one. Method: every call they may make with accounts.
    #[test]
    fn admins_see_houses_only() {
        for rule in RULES.iter().filter(|rule| rule.extent(Capacity::Role(Role::Admin)) == Extent::Houses) {
            let allowed = Allowed::new(caller(Role::Admin), rule).unwrap();
            assert_eq!(seen(&allowed), "....h..H.", "{}", rule.call);
        }
    }
}
