//! What a caller is: the roles there are, how far each may reach, and that its reach is what it says.
//!
//! Pure: knows no credential, no books and no wire.

use crate::domain::{BankNumber, Invalid, OwnerNumber};

/// At most this many banks or partners in one reach.
pub const REACH_MAX: usize = 64;
/// The highest number of a till of one partner.
pub const TILL_NUMBER_MAX: u32 = 9_999;

/// What a caller may do; what exactly is for the rules of each call to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A person, for themselves and whom they speak for.
    Member,
    /// A till of a partner.
    Till,
    /// Whoever runs a partner.
    Partner,
    /// Records what people did, in one bank.
    Broker,
    /// Decides for a bank, or for the network.
    Lead,
    /// Checks the books and changes nothing.
    Auditor,
    /// Reads reports.
    Reporter,
    /// Looks after the network: banks, partners, keys.
    Admin,
    /// Another system: imports and migration.
    Integration,
}

impl Role {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Member,
        Self::Till,
        Self::Partner,
        Self::Broker,
        Self::Lead,
        Self::Auditor,
        Self::Reporter,
        Self::Admin,
        Self::Integration,
    ];

    /// Its stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Till => "till",
            Self::Partner => "partner",
            Self::Broker => "broker",
            Self::Lead => "lead",
            Self::Auditor => "auditor",
            Self::Reporter => "reporter",
            Self::Admin => "admin",
            Self::Integration => "integration",
        }
    }

    /// The role with this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// Its number on disk, from 1, for ever.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Member => 1,
            Self::Till => 2,
            Self::Partner => 3,
            Self::Broker => 4,
            Self::Lead => 5,
            Self::Auditor => 6,
            Self::Reporter => 7,
            Self::Admin => 8,
            Self::Integration => 9,
        }
    }

    /// The role with this number.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }

    /// Whether `reach`, with the number of a till if there is one, is what this role can have.
    ///
    /// # Errors
    /// [`Invalid`] naming what it must be.
    pub fn check_reach(self, reach: &Reach, till: Option<u32>) -> Result<(), Invalid> {
        let fits = match (self, reach) {
            (Self::Till | Self::Partner, Reach::Partners(partners)) => partners.len() == 1,
            (Self::Broker | Self::Lead, Reach::Banks(banks)) => banks.len() == 1,
            (Self::Member | Self::Auditor | Self::Reporter | Self::Integration, Reach::Banks(_))
            | (Self::Lead | Self::Auditor | Self::Reporter | Self::Admin, Reach::Network) => true,
            (
                Self::Member | Self::Till | Self::Partner | Self::Broker | Self::Integration,
                Reach::Network,
            )
            | (Self::Till | Self::Partner | Self::Admin, Reach::Banks(_))
            | (
                Self::Member
                | Self::Broker
                | Self::Lead
                | Self::Auditor
                | Self::Reporter
                | Self::Admin
                | Self::Integration,
                Reach::Partners(_),
            ) => false,
        };
        if !fits {
            return Err(Invalid { field: "reach", limit: self.reach_words() });
        }
        match till {
            None if self == Self::Till => {
                Err(Invalid { field: "till_number", limit: "given for a till, from 1 to 9,999" })
            }
            Some(_) if self != Self::Till => {
                Err(Invalid { field: "till_number", limit: "left out but for a till" })
            }
            Some(number) if !(1..=TILL_NUMBER_MAX).contains(&number) => {
                Err(Invalid { field: "till_number", limit: "from 1 to 9,999" })
            }
            None | Some(_) => Ok(()),
        }
    }

    const fn reach_words(self) -> &'static str {
        match self {
            Self::Member => "1 to 64 banks for a member",
            Self::Till => "one partner for a till",
            Self::Partner => "one partner for a partner",
            Self::Broker => "one bank for a broker",
            Self::Lead => "one bank or the network for a lead",
            Self::Auditor => "1 to 64 banks or the network for an auditor",
            Self::Reporter => "1 to 64 banks or the network for a reporter",
            Self::Admin => "the network for an admin",
            Self::Integration => "1 to 64 banks for an integration",
        }
    }
}

/// How far a caller reaches (I10): nothing outside is read or moved for them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Everything.
    Network,
    /// These banks: 1 to 64, rising, each once.
    Banks(Box<[BankNumber]>),
    /// These partners, by owner number: 1 to 64, rising, each once.
    Partners(Box<[OwnerNumber]>),
}

impl Reach {
    /// These banks, in any order.
    ///
    /// # Errors
    /// [`Invalid`] unless there are 1 to 64 and none is 0.
    pub fn banks(mut banks: Vec<BankNumber>) -> Result<Self, Invalid> {
        banks.sort_unstable();
        banks.dedup();
        let fits = (1..=REACH_MAX).contains(&banks.len()) && banks.iter().all(|bank| bank.get() != 0);
        if fits {
            Ok(Self::Banks(banks.into()))
        } else {
            Err(Invalid { field: "reach.bank_numbers", limit: "1 to 64 banks, counted from 1" })
        }
    }

    /// These partners, in any order.
    ///
    /// # Errors
    /// [`Invalid`] unless there are 1 to 64 and none is 0.
    pub fn partners(mut partners: Vec<OwnerNumber>) -> Result<Self, Invalid> {
        partners.sort_unstable();
        partners.dedup();
        let fits =
            (1..=REACH_MAX).contains(&partners.len()) && partners.iter().all(|partner| partner.get() != 0);
        if fits {
            Ok(Self::Partners(partners.into()))
        } else {
            let limit = "1 to 64 partners by owner number, counted from 1";
            Err(Invalid { field: "reach.partner_owner_numbers", limit })
        }
    }

    /// Whether everything `other` reaches is reached from here. `banks_of` names the banks in which a partner
    /// has accounts.
    ///
    /// A partner without accounts is in no bank: whoever names banks does not reach it.
    #[must_use]
    pub fn covers(&self, other: &Self, banks_of: &dyn Fn(OwnerNumber) -> Vec<BankNumber>) -> bool {
        match (self, other) {
            (Self::Network, _) => true,
            (Self::Banks(_) | Self::Partners(_), Self::Network) | (Self::Partners(_), Self::Banks(_)) => {
                false
            }
            (Self::Banks(own), Self::Banks(asked)) => asked.iter().all(|bank| own.contains(bank)),
            (Self::Partners(own), Self::Partners(asked)) => asked.iter().all(|partner| own.contains(partner)),
            (Self::Banks(own), Self::Partners(asked)) => asked.iter().all(|partner| {
                let banks = banks_of(*partner);
                !banks.is_empty() && banks.iter().all(|bank| own.contains(bank))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banks(numbers: &[u32]) -> Reach {
        Reach::banks(numbers.iter().map(|number| BankNumber::new(*number)).collect()).unwrap()
    }

    fn partners(numbers: &[u32]) -> Reach {
        Reach::partners(numbers.iter().map(|number| OwnerNumber::new(*number)).collect()).unwrap()
    }

    /// Goal: every role has the reach its row says and no other. Method: each role against each form of
    /// reach, one and several, as a table that is written out in full.
    #[test]
    fn each_role_has_its_reach() {
        let forms = [Reach::Network, banks(&[1]), banks(&[1, 2]), partners(&[5]), partners(&[5, 6])];
        let mut found = String::new();
        for role in Role::ALL {
            let till = (role == Role::Till).then_some(1);
            let row =
                forms.iter().map(|reach| if role.check_reach(reach, till).is_ok() { " yes" } else { "  - " });
            found.push_str(&format!("{:12}{}\n", role.word(), row.collect::<String>()));
        }
        // network, one bank, two banks, one partner, two partners
        let expected = "\
member        -  yes yes  -   - \ntill          -   -   -  yes  - \npartner       -   -   -  yes  - \n\
broker        -  yes  -   -   - \nlead         yes yes  -   -   - \nauditor      yes yes yes  -   - \n\
reporter     yes yes yes  -   - \nadmin        yes  -   -   -   - \nintegration   -  yes yes  -   - \n";
        assert_eq!(found, expected, "\n{found}");
    }

    /// Goal: a till has a number, nobody else has, and it has bounds; so have reaches.
    #[test]
    fn tills_have_numbers_and_reaches_bounds() {
        for (role, reach, till, fits) in [
            (Role::Till, partners(&[5]), None, false),
            (Role::Till, partners(&[5]), Some(0), false),
            (Role::Till, partners(&[5]), Some(1), true),
            (Role::Till, partners(&[5]), Some(9_999), true),
            (Role::Till, partners(&[5]), Some(10_000), false),
            (Role::Partner, partners(&[5]), Some(1), false),
            (Role::Admin, Reach::Network, None, true),
        ] {
            assert_eq!(role.check_reach(&reach, till).is_ok(), fits, "{role:?} {till:?}");
        }
        let many = |count: u32| (1..=count).map(BankNumber::new).collect::<Vec<_>>();
        assert!(Reach::banks(many(64)).is_ok() && Reach::banks(many(65)).is_err());
        assert!(Reach::banks(many(0)).is_err() && Reach::banks(vec![BankNumber::new(0)]).is_err());
        assert!(Reach::partners(vec![]).is_err() && Reach::partners(vec![OwnerNumber::new(0)]).is_err());
        assert_eq!(banks(&[2, 1, 2]), banks(&[1, 2]));
    }

    /// Goal: numbers and words are each role's own, and lead back to it.
    #[test]
    fn words_and_numbers_lead_back() {
        for (place, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(role.number()), place + 1);
            assert_eq!(Role::from_number(role.number()), Some(role));
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(
            (Role::from_number(0), Role::from_number(10), Role::from_word("root")),
            (None, None, None)
        );
    }

    /// Goal: what covers what. Method: a table; partner 5 is in bank 1, 6 in banks 1 and 2, 7 in none.
    #[test]
    fn reaches_cover_each_other() {
        let banks_of = |partner: OwnerNumber| -> Vec<BankNumber> {
            let numbers: &[u32] = match partner.get() {
                5 => &[1],
                6 => &[1, 2],
                _ => &[],
            };
            numbers.iter().map(|number| BankNumber::new(*number)).collect()
        };
        for (own, asked, covered) in [
            (Reach::Network, Reach::Network, true),
            (Reach::Network, banks(&[9]), true),
            (Reach::Network, partners(&[7]), true),
            (banks(&[1]), Reach::Network, false),
            (banks(&[1]), banks(&[1]), true),
            (banks(&[1]), banks(&[1, 2]), false),
            (banks(&[1, 2]), banks(&[2]), true),
            (banks(&[1]), partners(&[5]), true),
            (banks(&[2]), partners(&[5]), false),
            (banks(&[1]), partners(&[6]), false),
            (banks(&[1, 2]), partners(&[6]), true),
            (banks(&[1]), partners(&[7]), false),
            (partners(&[5]), partners(&[5]), true),
            (partners(&[5]), partners(&[6]), false),
            (partners(&[5]), banks(&[1]), false),
            (partners(&[5]), Reach::Network, false),
        ] {
            assert_eq!(own.covers(&asked, &banks_of), covered, "{own:?} {asked:?}");
        }
    }
}
