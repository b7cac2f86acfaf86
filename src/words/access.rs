//! Keys: why a key is not made, changed or enough, and what to do next.

use super::figures::count;
use crate::access::{Capacity, Extent, Refusal, Role};

/// Why a rule about keys said no.
#[must_use]
pub fn refusal_sentence(refusal: &Refusal) -> String {
    let rest = match refusal {
        Refusal::NotBegun => {
            "this network has no keys yet. Nothing was made. Stop the server and run 'hourbook init' \
                              on the machine it is on."
                .to_owned()
        }
        Refusal::NotFound(number) => {
            format!(
                "there is no key {number} that you can see. Nothing was changed. Look at 'hourbook key list'."
            )
        }
        Refusal::BeyondReach(role) => format!(
            "your key cannot make a key for {} that reaches this far. Nothing was made. Ask somebody whose key \
             reaches further.",
            role_words(*role)
        ),
        Refusal::ShownOnce(number) => format!(
            "this request made key {number} before, and a key is shown once. Nothing was made. If it did not reach \
             you, rotate key {number} with an overlap of 0, which shows another and ends that one."
        ),
        Refusal::RequestIdReused(fields) => format!(
            "this request id was used before, for something that differs in {}. Nothing was changed. Use a new id \
             for a new request.",
            fields.join(", ").replace('_', " ")
        ),
        Refusal::Ended(number) => {
            format!("key {number} was revoked or is past its time. Nothing was changed. Make another key.")
        }
        Refusal::TwoKeys { number, until } => format!(
            "key {number} was rotated before, and the key before that works until {until}. Nothing was changed. Wait \
             until then, or rotate with an overlap of 0, which ends both older keys at once."
        ),
        Refusal::LastAdmin(number) => format!(
            "key {number} is the last admin key that works, and without it nobody could make keys. Nothing was \
             revoked. Make another admin key first."
        ),
        Refusal::AboutOneself(_) => {
            "it is about you, by this number or another, and somebody else has to say who you \
                                     are. Nothing was changed. Ask another lead, or an admin."
                .to_owned()
        }
        Refusal::NotToLink(person) => format!(
            "your key cannot say who person {person} is to whoever vouches for people here. Nothing was changed. Ask \
             a lead of the time bank, or an admin."
        ),
        Refusal::BankNotFound(bank) => {
            format!("there is no time bank {bank} in this network. Nothing was made. Check the number.")
        }
        Refusal::OwnerNotFound(owner) => {
            format!("nobody is registered under number {owner}. Nothing was made. Check the number.")
        }
        Refusal::Full(most) => format!(
            "the books are full: they keep {} keys, revoked ones too, and no more. Nothing was made. Please tell \
             whoever looks after the network.",
            count(u64::from(*most))
        ),
    };
    format!("Not done: {rest}")
}

/// A role that may not make `call` at all, or, where it would look at the whole network, not with this reach.
#[must_use]
pub fn may_not_call(capacity: Capacity, call: &str, extent: Extent) -> String {
    let whose = match capacity {
        Capacity::LocalOperator => "the local operator".to_owned(),
        Capacity::Role(role @ (Role::Auditor | Role::Admin | Role::Integration)) => {
            format!("an {}", role.word())
        }
        Capacity::Role(role) => format!("a {}", role.word()),
    };
    let why = match extent {
        Extent::Network => format!(
            "{call} looks at the whole network, and this key, which is {whose}'s, does not reach all of it"
        ),
        Extent::Nothing | Extent::Own | Extent::Houses | Extent::Anything => {
            format!("{call} is not for this key, which is {whose}'s")
        }
    };
    format!("Not done: {why}. Nothing was looked at. 'hourbook whoami' says how far a key reaches.")
}

/// A role in the middle of a sentence.
const fn role_words(role: Role) -> &'static str {
    match role {
        Role::Member => "a member",
        Role::Till => "a till",
        Role::Partner => "a partner",
        Role::Broker => "a time broker",
        Role::Lead => "a lead",
        Role::Auditor => "an auditor",
        Role::Reporter => "a reporter",
        Role::Admin => "an admin",
        Role::Integration => "another system",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::CredentialNumber;
    use crate::domain::{BankNumber, OwnerNumber, Reason, Timestamp};
    use crate::words::tests::fit_for_people;

    /// Goal: every refusal about keys is a sentence for people. Method: each, with the longest there is, against the
    /// reasons there are.
    #[test]
    fn every_refusal_is_said() {
        let number = CredentialNumber::new(u32::MAX);
        let mut refusals = vec![
            Refusal::NotBegun,
            Refusal::NotFound(number),
            Refusal::ShownOnce(number),
            Refusal::RequestIdReused(vec!["holder_owner_number", "till_number"]),
            Refusal::Ended(number),
            Refusal::TwoKeys { number, until: Timestamp::from_micros(0) },
            Refusal::LastAdmin(number),
            Refusal::AboutOneself(OwnerNumber::new(9)),
            Refusal::NotToLink(OwnerNumber::new(9)),
            Refusal::BankNotFound(BankNumber::new(9)),
            Refusal::OwnerNotFound(OwnerNumber::new(9)),
            Refusal::Full(100_000),
        ];
        refusals.extend(Role::ALL.map(Refusal::BeyondReach));
        for refusal in &refusals {
            let said = refusal_sentence(refusal);
            fit_for_people(&said);
            assert!(!said.contains('_'), "{said}");
        }
        for reason in Reason::OF_KEYS {
            assert!(refusals.iter().any(|refusal| refusal.reason() == reason), "{reason:?}");
        }
    }

    /// Goal: who may not make a call hears whose key it is, and of the reach where that is why. Method: the local
    /// operator and each role, for a call of theirs and for one that looks at everything.
    #[test]
    fn whose_call_it_is_not_is_said() {
        let capacities = Role::ALL.map(Capacity::Role).into_iter().chain([Capacity::LocalOperator]);
        for capacity in capacities {
            for extent in [Extent::Nothing, Extent::Network] {
                fit_for_people(&may_not_call(capacity, "OpenPot", extent));
            }
        }
        assert_eq!(
            may_not_call(Capacity::Role(Role::Auditor), "OpenPot", Extent::Network),
            "Not done: OpenPot looks at the whole network, and this key, which is an auditor's, does not reach all of \
             it. Nothing was looked at. 'hourbook whoami' says how far a key reaches."
        );
    }
}
