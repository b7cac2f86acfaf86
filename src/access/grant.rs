//! What a credential allows: its bounds, checked once, before anything is written.
//!
//! Pure: whether banks and people exist, and who may grant it, is asked elsewhere.

use super::role::{Reach, Role};
use crate::domain::time::SECONDS_PER_DAY;
use crate::domain::{Invalid, OwnerNumber, Timestamp};

/// The longest name of a credential, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// A credential lasts at most this long: five years.
pub const LASTS_SECONDS_MAX: i64 = 5 * 366 * SECONDS_PER_DAY;

/// What is asked for: a credential that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// How far it reaches; what the role can have.
    pub reach: Reach,
    /// The number of the till, for a till.
    pub till: Option<u32>,
    /// What people call it: 1 to 64 bytes, never a person's name.
    pub name: Box<str>,
    /// When it ends; none for never.
    pub expires_at: Option<Timestamp>,
}

impl Grant {
    /// Whether this can be meant, at `now`, for `holder` (none: one is registered for it).
    ///
    /// # Errors
    /// [`Invalid`] with the first field that cannot.
    pub fn check(&self, holder: Option<OwnerNumber>, now: Timestamp) -> Result<(), Invalid> {
        self.role.check_reach(&self.reach, self.till)?;
        if self.role == Role::Member && holder.is_none() {
            let limit = "given for a member: the person it is for";
            return Err(Invalid { field: "holder_owner_number", limit });
        }
        check_name(&self.name)?;
        match self.expires_at {
            None if self.role == Role::Auditor => {
                Err(Invalid { field: "expires_at", limit: "given for an auditor, whose work has an end" })
            }
            Some(at) if at <= now || at > now.plus_seconds(LASTS_SECONDS_MAX) => {
                Err(Invalid { field: "expires_at", limit: "a moment still to come, at most 5 years away" })
            }
            None | Some(_) => Ok(()),
        }
    }
}

/// Whether this can be the name of a credential, or of the network.
///
/// # Errors
/// [`Invalid`].
pub fn check_name(name: &str) -> Result<(), Invalid> {
    let fits =
        (1..=NAME_BYTES_MAX).contains(&name.len()) && name.trim() == name && !name.contains(char::is_control);
    if fits {
        Ok(())
    } else {
        let limit = "1 to 64 bytes without control characters or spaces around them";
        Err(Invalid { field: "name", limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BankNumber;

    const NOW: Timestamp = Timestamp::from_micros(1_777_971_600_000_000);

    /// Goal: each bound of a grant, on both sides. Method: a good one, bent in one field at a time.
    #[test]
    fn bounds_of_a_grant() {
        let good = || Grant {
            role: Role::Broker,
            reach: Reach::banks(vec![BankNumber::new(1)]).unwrap(),
            till: None,
            name: "front desk".into(),
            expires_at: None,
        };
        let field = |grant: Grant, holder: Option<u32>| {
            grant.check(holder.map(OwnerNumber::new), NOW).err().map(|invalid| invalid.field)
        };
        assert_eq!(field(good(), None), None);
        for name in ["", " x", "x ", "a\nb", "a\u{7f}", &"x".repeat(65), &"é".repeat(33)] {
            assert_eq!(field(Grant { name: name.into(), ..good() }, None), Some("name"), "{name:?}");
        }
        assert_eq!(field(Grant { name: "é".repeat(32).into(), ..good() }, None), None);
        let until = |seconds| Some(NOW.plus_seconds(seconds));
        for (expires_at, bad) in [
            (until(0), true),
            (until(-1), true),
            (until(1), false),
            (until(LASTS_SECONDS_MAX), false),
            (until(LASTS_SECONDS_MAX + 1), true),
        ] {
            let found = field(Grant { expires_at, ..good() }, None);
            assert_eq!(found, bad.then_some("expires_at"), "{expires_at:?}");
        }
        let auditor = |expires_at| Grant { role: Role::Auditor, reach: Reach::Network, expires_at, ..good() };
        assert_eq!(field(auditor(None), None), Some("expires_at"));
        assert_eq!(field(auditor(until(60)), None), None);
        let member = Grant { role: Role::Member, ..good() };
        assert_eq!(field(member.clone(), None), Some("holder_owner_number"));
        assert_eq!(field(member, Some(7)), None);
        assert_eq!(field(Grant { reach: Reach::Network, ..good() }, None), Some("reach"));
    }
}
