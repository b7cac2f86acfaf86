//! How a redemption can stand, what moves it from there, and who may do that: one table.
//!
//! | from | by | to |
//! |---|---|---|
//! | nothing | redeem, record a slip | captured |
//! | nothing | authorise | authorised |
//! | authorised | capture, all or a part | captured; the rest is let go |
//! | authorised | void | voided |
//! | authorised | its deadline | expired |
//! | captured, partly refunded | refund of a part | partly refunded |
//! | captured, partly refunded | refund of all that is left | refunded |
//!
//! Nothing leads out of voided, expired and refunded. The state is never stored: it is what the entries about a
//! redemption say.

use std::fmt;

/// How a redemption stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Hours are set aside.
    Authorized,
    /// Taken, all or a part.
    Captured,
    /// Let go.
    Voided,
    /// Let go by itself.
    Expired,
    /// A part of what was taken was given back.
    PartlyRefunded,
    /// All that was taken was given back.
    Refunded,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Authorized, Self::Captured, Self::Voided, Self::Expired, Self::PartlyRefunded, Self::Refunded];
}

/// What happens to a redemption that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// What is set aside is taken.
    Capture,
    /// It is let go.
    Void,
    /// Its time is over.
    Expire,
    /// A part is given back.
    RefundPart,
    /// All that is left is given back.
    RefundRest,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Capture, Self::Void, Self::Expire, Self::RefundPart, Self::RefundRest];
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mover {
    /// The till that took it.
    Till,
    /// The partner whose till it is.
    Partner,
    /// A broker or a lead of a bank concerned.
    Office,
    /// Nobody: the clock.
    Time,
}

impl Mover {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Till, Self::Partner, Self::Office, Self::Time];
}

/// When a step is asked for, seen from the redemption's business day, where the venue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// On that day.
    SameDay,
    /// Later.
    Later,
}

impl When {
    /// Both.
    pub const ALL: [Self; 2] = [Self::SameDay, Self::Later];
}

/// A step that does not lead on from a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a redemption that is {from} cannot be moved like this")]
pub struct NotFrom {
    /// How it stands.
    pub from: State,
}

impl fmt::Display for State {
    /// As in a sentence: "set aside", "taken".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authorized => "set aside",
            Self::Captured => "taken",
            Self::Voided => "let go",
            Self::Expired => "let go by itself",
            Self::PartlyRefunded => "given back in part",
            Self::Refunded => "given back",
        })
    }
}

/// Where a step leads from a state.
///
/// # Errors
/// [`NotFrom`] where it leads nowhere.
pub const fn after(from: State, step: Step) -> Result<State, NotFrom> {
    match (from, step) {
        (State::Authorized, Step::Capture) => Ok(State::Captured),
        (State::Authorized, Step::Void) => Ok(State::Voided),
        (State::Authorized, Step::Expire) => Ok(State::Expired),
        (State::Captured | State::PartlyRefunded, Step::RefundPart) => Ok(State::PartlyRefunded),
        (State::Captured | State::PartlyRefunded, Step::RefundRest) => Ok(State::Refunded),
        (State::Authorized, Step::RefundPart | Step::RefundRest)
        | (State::Captured | State::PartlyRefunded, Step::Capture | Step::Void | Step::Expire)
        | (State::Voided | State::Expired | State::Refunded, _) => Err(NotFrom { from }),
    }
}

/// Whether somebody may do a step then. A till takes and lets go what it set aside, and gives back on the same
/// business day; a partner and the office give back on any.
#[must_use]
pub const fn may(mover: Mover, step: Step, when: When) -> bool {
    match (mover, step, when) {
        (Mover::Time, Step::Expire, _) => true,
        (Mover::Time, _, _) | (_, Step::Expire, _) => false,
        (Mover::Till, Step::Capture | Step::Void, _) => true,
        (Mover::Till, Step::RefundPart | Step::RefundRest, When::SameDay) => true,
        (Mover::Till, Step::RefundPart | Step::RefundRest, When::Later) => false,
        (
            Mover::Partner | Mover::Office,
            Step::Capture | Step::Void | Step::RefundPart | Step::RefundRest,
            _,
        ) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: the table of states is what the header says, and what is over stays over. Method: every state and step,
    /// printed and compared.
    #[test]
    fn table_of_states() {
        let mut told = String::new();
        for from in State::ALL {
            let to = Step::ALL.map(|step| after(from, step).map_or("-".to_owned(), |to| format!("{to:?}")));
            println!("{from:?}: {}", to.join(" "));
            told.push_str(&format!("{from:?}: {}\n", to.join(" ")));
        }
        assert_eq!(
            told,
            "Authorized: Captured Voided Expired - -\n\
             Captured: - - - PartlyRefunded Refunded\n\
             Voided: - - - - -\n\
             Expired: - - - - -\n\
             PartlyRefunded: - - - PartlyRefunded Refunded\n\
             Refunded: - - - - -\n"
        );
    }

    /// Goal: who may do what, and until when. Method: every mover, step and time, printed and compared.
    #[test]
    fn table_of_movers() {
        let mut told = String::new();
        for mover in Mover::ALL {
            let row = Step::ALL.map(|step| {
                let [same, later] = When::ALL.map(|when| may(mover, step, when));
                match (same, later) {
                    (true, true) => "any",
                    (true, false) => "day",
                    (false, true) => "later",
                    (false, false) => "-",
                }
            });
            println!("{mover:?}: {}", row.join(" "));
            told.push_str(&format!("{mover:?}: {}\n", row.join(" ")));
        }
        assert_eq!(
            told,
            "Till: any any - day day\nPartner: any any - any any\nOffice: any any - any any\nTime: - - any - -\n"
        );
    }
}
