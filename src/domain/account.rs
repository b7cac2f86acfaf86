//! Accounts: what kinds there are and how far they may go.

use super::amount::SUM_LIMIT_SECONDS;
use super::invalid::Invalid;
use super::{BankNumber, OwnerNumber};

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// A person's.
    Member,
    /// A group's.
    Organisation,
    /// A café's or shop's.
    Partner,
    /// Hours kept for a purpose.
    Pot,
    /// Where hours come from and return to; its floor is the cap on hours made.
    Issuance,
    /// What one bank owes another; each has a mirror in the other bank.
    Clearing,
}

impl AccountKind {
    /// All kinds, in the order of their numbers in the journal.
    pub const ALL: [Self; 6] =
        [Self::Member, Self::Organisation, Self::Partner, Self::Pot, Self::Issuance, Self::Clearing];

    /// The number in the journal; never changes its meaning.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The kind with `number`, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Organisation => "organisation",
            Self::Partner => "partner",
            Self::Pot => "pot",
            Self::Issuance => "issuance",
            Self::Clearing => "clearing",
        }
    }

    /// True where a broker's override may pass a limit. The cap on hours made and the caps between
    /// banks are promises to others, so nobody passes them.
    #[must_use]
    pub const fn may_be_overridden(self) -> bool {
        matches!(self, Self::Member | Self::Organisation | Self::Partner | Self::Pot)
    }
}

/// Whether a ceiling stops or only warns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CeilingRule {
    /// What rises past it is written down and marked.
    #[default]
    Warns,
    /// What would rise past it is refused.
    Hard,
}

/// How far a balance may go, and where a friendly reminder starts. Seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    // Invariant: -2^62 <= floor <= ceiling <= 2^62; warnings within the same bounds.
    floor: i64,
    ceiling: i64,
    rule: CeilingRule,
    warn_below: Option<i64>,
    warn_above: Option<i64>,
}

impl Limits {
    /// As far as the books go: −2^62 to 2^62 seconds, no reminder.
    pub const WIDEST: Self = Self {
        floor: -SUM_LIMIT_SECONDS,
        ceiling: SUM_LIMIT_SECONDS,
        rule: CeilingRule::Warns,
        warn_below: None,
        warn_above: None,
    };

    /// A floor and the widest ceiling, no reminder.
    ///
    /// # Errors
    /// [`Invalid`] outside ±2^62 seconds.
    pub const fn from_floor(floor_seconds: i64) -> Result<Self, Invalid> {
        Self::WIDEST.with_floor(floor_seconds)
    }

    /// The same with another floor, in seconds.
    ///
    /// # Errors
    /// [`Invalid`] below −2^62 seconds or above the ceiling.
    pub const fn with_floor(self, floor_seconds: i64) -> Result<Self, Invalid> {
        if floor_seconds < -SUM_LIMIT_SECONDS || floor_seconds > self.ceiling {
            return Err(Invalid { field: "limits.floor_seconds", limit: "from -2^62 to the ceiling" });
        }
        Ok(Self { floor: floor_seconds, ..self })
    }

    /// The same with another ceiling, in seconds.
    ///
    /// # Errors
    /// [`Invalid`] above 2^62 seconds or below the floor.
    pub const fn with_ceiling(self, ceiling_seconds: i64, rule: CeilingRule) -> Result<Self, Invalid> {
        if ceiling_seconds > SUM_LIMIT_SECONDS || ceiling_seconds < self.floor {
            return Err(Invalid { field: "limits.ceiling_seconds", limit: "from the floor to 2^62" });
        }
        Ok(Self { ceiling: ceiling_seconds, rule, ..self })
    }

    /// The same with other reminders: below one balance and above another, in seconds.
    ///
    /// # Errors
    /// [`Invalid`] outside ±2^62 seconds.
    pub fn with_warnings(self, below: Option<i64>, above: Option<i64>) -> Result<Self, Invalid> {
        let fits = |level: Option<i64>| {
            level.is_none_or(|at| (-SUM_LIMIT_SECONDS..=SUM_LIMIT_SECONDS).contains(&at))
        };
        if !fits(below) {
            return Err(Invalid { field: "limits.warn_below_seconds", limit: "within -2^62 to 2^62" });
        }
        if !fits(above) {
            return Err(Invalid { field: "limits.warn_above_seconds", limit: "within -2^62 to 2^62" });
        }
        Ok(Self { warn_below: below, warn_above: above, ..self })
    }

    /// The same for a clearing account, whose ceiling always stops: it is what the bank may owe.
    #[must_use]
    pub const fn of_clearing(self) -> Self {
        Self { rule: CeilingRule::Hard, ..self }
    }

    /// What the other side of a clearing pair has when this side has these: what one bank may owe is
    /// what the other may be owed.
    #[must_use]
    pub fn mirrored(self) -> Self {
        // Bounds within ±2^62 change their sign without leaving it.
        Self {
            floor: -self.ceiling,
            ceiling: -self.floor,
            rule: CeilingRule::Hard,
            warn_below: self.warn_above.map(|level| -level),
            warn_above: self.warn_below.map(|level| -level),
        }
    }

    /// How far below zero the balance may go.
    #[must_use]
    pub const fn floor(self) -> i64 {
        self.floor
    }

    /// How high the balance may go.
    #[must_use]
    pub const fn ceiling(self) -> i64 {
        self.ceiling
    }

    /// Whether the ceiling stops or only warns.
    #[must_use]
    pub const fn ceiling_rule(self) -> CeilingRule {
        self.rule
    }

    /// Below this a friendly note starts.
    #[must_use]
    pub const fn warn_below(self) -> Option<i64> {
        self.warn_below
    }

    /// Above this a friendly note starts.
    #[must_use]
    pub const fn warn_above(self) -> Option<i64> {
        self.warn_above
    }
}

/// An account to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// The bank it is in.
    pub bank: BankNumber,
    /// What it is for; issuance and clearing come with banks and clearing pairs only.
    pub kind: AccountKind,
    /// Who owns it; must be registered.
    pub owner: OwnerNumber,
    /// How far it may go.
    pub limits: Limits,
    /// Its sealed label; empty for none.
    pub label: Box<[u8]>,
}

/// Posted and held of one account, read together. Seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Everything received minus everything given away.
    pub posted: i64,
    /// What open holds have set aside; never negative.
    pub held: i64,
}
