//! A line of a statement as one sentence: what was given or received, with whom, what for, and on which day.
//!
//! The sentence begins with what whoever has the account did: "gave 1 h 30 min to Bea, gardening, on 3 March (entered
//! 5 March)". Names are as whoever reads it may hear them. How long is said in hours and minutes, short, because a
//! statement is a list; days have a year where it is not the present one.

use super::periods::day;
use crate::domain::hours::in_short;
use crate::domain::{Day, Kind, Sequence};

/// Names said of many on the other side.
pub const NAMED_MAX: usize = 2;

/// What a line did to its account. Seconds, none below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Hours moved. Invariant: at least one of the two is above zero.
    Moved {
        /// Why.
        kind: Kind,
        /// What came.
        came: i64,
        /// What went.
        went: i64,
    },
    /// An account closed, and what was left went on, or what was missing was made good. As in `Moved`.
    Closed {
        /// Whose account that was.
        whose: Whose,
        /// What came.
        came: i64,
        /// What went.
        went: i64,
    },
    /// This entry was put right. As in `Moved`.
    PutRight {
        /// Which.
        original: Sequence,
        /// What came back.
        came: i64,
        /// What went back.
        went: i64,
    },
    /// So much was set aside.
    SetAside(i64),
    /// So much is no longer set aside.
    LetGo(i64),
    /// So much was set aside until now, and nobody took it.
    RanOut(i64),
    /// Something about the account itself.
    NoHours,
}

/// Whose account closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The one whose statement it is.
    Own,
    /// The one on the other side.
    Other,
}

/// A line, as far as its sentence needs it.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it did.
    pub what: What,
    /// Who is on the other side: the first of them.
    pub others: Vec<String>,
    /// How many there are.
    pub others_count: usize,
    /// Who helped, where the hours of that help are another's.
    pub giver: Option<String>,
    /// Who was helped, where another pays.
    pub receiver: Option<String>,
    /// For which organisation somebody helped.
    pub in_the_name_of: Option<String>,
    /// What the help was.
    pub activity: Option<String>,
    /// For how many lines hours were claimed back; none where the books do not say.
    pub claimed_lines: Option<usize>,
    /// The day of help.
    pub day: Day,
    /// The day it was written down.
    pub entered: Day,
    /// The day it is read.
    pub today: Day,
}

impl Line {
    /// The sentence, without a full stop: it stands in a list.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut said = self.deed();
        if let Some(organisation) = self.in_the_name_of.as_ref().filter(|_| self.is_help()) {
            said.push_str(&format!(", in the name of {organisation}"));
        }
        if let Some(activity) = &self.activity {
            said.push_str(&format!(", {activity}"));
        }
        said.push_str(&format!(", on {}", day(self.day, self.today)));
        if self.entered != self.day {
            said.push_str(&format!(" (entered {})", day(self.entered, self.today)));
        }
        said
    }

    fn is_help(&self) -> bool {
        match self.what {
            What::Moved { kind, .. } => kind.is_help_given(),
            What::Closed { .. }
            | What::PutRight { .. }
            | What::SetAside(_)
            | What::LetGo(_)
            | What::RanOut(_)
            | What::NoHours => false,
        }
    }

    fn deed(&self) -> String {
        let whom = self.whom();
        match self.what {
            What::Moved { came, went, .. } if came > 0 && went > 0 => both(came, went),
            What::Moved { kind, came, went: 0 } => self.came(kind, &in_short(came), &whom),
            What::Moved { kind, went, .. } => self.went(kind, &in_short(went), &whom),
            What::Closed { whose: Whose::Own, went: 0, came } => {
                format!("closed; {} made good by {whom}", in_short(came))
            }
            What::Closed { whose: Whose::Own, went, .. } => {
                format!("closed; {} left to {whom}", in_short(went))
            }
            What::Closed { whose: Whose::Other, went: 0, came } => {
                format!("got {} that {whom} left", in_short(came))
            }
            What::Closed { whose: Whose::Other, went, .. } => {
                format!("made good {} for {whom}", in_short(went))
            }
            What::PutRight { original, came, went } => {
                let what = match (came, went) {
                    (0, went) => format!("gave back {} to {whom}", in_short(went)),
                    (came, 0) => format!("got back {} from {whom}", in_short(came)),
                    (came, went) => both(came, went),
                };
                format!("{what}, as entry {original} was put right")
            }
            What::SetAside(seconds) => format!("set aside {} for {whom}", in_short(seconds)),
            What::LetGo(seconds) => format!("let go {} set aside for {whom}", in_short(seconds)),
            What::RanOut(seconds) => format!("{} set aside for {whom} ran out", in_short(seconds)),
            What::NoHours => "no hours moved".to_owned(),
        }
    }

    fn came(&self, kind: Kind, hours: &str, whom: &str) -> String {
        match kind {
            Kind::Exchange | Kind::Group | Kind::Community => match (&self.giver, &self.receiver) {
                (None, None) if kind == Kind::Community => {
                    format!("gave {hours} for the community, paid by {whom}")
                }
                (None, None) => format!("gave {hours} to {whom}"),
                (None, Some(receiver)) if receiver == whom => format!("gave {hours} to {whom}"),
                (None, Some(receiver)) => format!("gave {hours} to {receiver}, paid by {whom}"),
                (Some(giver), receiver) => {
                    let receiver = receiver.as_deref().unwrap_or(whom);
                    format!("got {hours} for help that {giver} gave to {receiver}")
                }
            },
            Kind::Gift => format!("got a gift of {hours} from {whom}"),
            Kind::Donation => format!("got a donation of {hours} from {whom}"),
            Kind::Grant => format!("was granted {hours} by {whom}"),
            Kind::Voucher => format!("got a voucher of {hours} from {whom}"),
            Kind::Redemption => format!("took {hours} from {whom}"),
            Kind::Refund => format!("was given back {hours} by {whom}"),
            Kind::Claim => format!("claimed back {hours} from {whom}{}", self.for_lines()),
            Kind::Settlement => format!("got {hours} from {whom} when it was settled"),
            Kind::BetweenBanks => format!("brought {hours} along from {whom}"),
            Kind::Opening => format!("had {hours} in earlier books"),
            Kind::Closing => format!("got {hours} from {whom} at a closing"),
            Kind::Reversal => format!("got back {hours} from {whom}, put right"),
        }
    }

    fn went(&self, kind: Kind, hours: &str, whom: &str) -> String {
        match kind {
            Kind::Exchange | Kind::Group | Kind::Community => match (&self.giver, &self.receiver) {
                (_, None) if kind == Kind::Community => {
                    let giver = self.giver.as_deref().unwrap_or(whom);
                    format!("paid {hours} for help that {giver} gave to the community")
                }
                (giver, None) => format!("received {hours} from {}", giver.as_deref().unwrap_or(whom)),
                (giver, Some(receiver)) => {
                    let giver = giver.as_deref().unwrap_or(whom);
                    format!("paid {hours} for help that {giver} gave to {receiver}")
                }
            },
            Kind::Gift => format!("made a gift of {hours} to {whom}"),
            Kind::Donation => format!("donated {hours} to {whom}"),
            Kind::Grant => format!("granted {hours} to {whom}"),
            Kind::Voucher => format!("gave a voucher of {hours} to {whom}"),
            Kind::Redemption => format!("used {hours} at {whom}"),
            Kind::Refund => format!("gave back {hours} to {whom}"),
            Kind::Claim => format!("paid back {hours} to {whom}{}", self.for_lines()),
            Kind::Settlement => format!("settled {hours} with {whom}"),
            Kind::BetweenBanks => format!("took {hours} along to {whom}"),
            Kind::Opening => format!("was {hours} below zero in earlier books"),
            Kind::Closing => format!("left {hours} to {whom} at a closing"),
            Kind::Reversal => format!("gave back {hours} to {whom}, put right"),
        }
    }

    /// For how many lines, where the books say so: " for 3 lines".
    fn for_lines(&self) -> String {
        match self.claimed_lines {
            None => String::new(),
            Some(1) => " for 1 line".to_owned(),
            Some(lines) => format!(" for {lines} lines"),
        }
    }

    /// Who is on the other side: "Bea", "Bea and Dev", "Bea, Dev and 10 others"; "somebody" and "10 others" where nobody is
    /// named.
    fn whom(&self) -> String {
        let named: Vec<_> = self.others.iter().take(NAMED_MAX).map(String::as_str).collect();
        let more = self.others_count.saturating_sub(named.len());
        match (named.as_slice(), more) {
            ([], 0) => "nobody".to_owned(),
            ([], 1) => "somebody".to_owned(),
            ([], more) => format!("{more} others"),
            ([one], 0) => (*one).to_owned(),
            (named, 0) => named.join(" and "),
            (named, 1) => format!("{} and 1 other", named.join(", ")),
            (named, more) => format!("{} and {more} others", named.join(", ")),
        }
    }
}

/// Hours came and went in one entry, as through the pot in a group.
fn both(came: i64, went: i64) -> String {
    format!("took in {} and gave out {}", in_short(came), in_short(went))
}

/// Who allowed it to pass a limit, and why: "allowed by Rosa because the walk was long".
#[must_use]
pub fn allowed_by(name: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("allowed by {name} because {reason}"),
        None => format!("allowed by {name}"),
    }
}

/// Who the second person was: "approved by Oyin".
#[must_use]
pub fn approved_by(name: &str) -> String {
    format!("approved by {name}")
}
