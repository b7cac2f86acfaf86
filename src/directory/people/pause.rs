//! Pauses: nothing new for a person, and nobody else is told why.

use super::terms::PauseCause;
use crate::domain::time::SECONDS_PER_DAY;
use crate::domain::{OwnerNumber, Timestamp};

/// A pause lasts this long; so long does somebody who asked to be forgotten have to change their mind.
pub const PAUSE_SECONDS: i64 = 14 * SECONDS_PER_DAY;

/// A pause that began; it may have run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Why.
    pub cause: PauseCause,
    /// When it began, before any renewal.
    pub since: Timestamp,
    /// Who began or last renewed it.
    pub by: OwnerNumber,
    /// When it runs out; for somebody who asked to be forgotten, when that is done.
    pub until: Timestamp,
}

/// Why a pause cannot be begun or renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PauseRefusal {
    /// The same person cannot go on with their own.
    #[error("a pause is renewed by somebody else than the person who began or last renewed it")]
    SecondPersonNeeded,
    /// There is nothing to renew.
    #[error("the person asked to be forgotten and is paused until that is done or taken back")]
    ToBeForgotten,
}

impl Pause {
    /// A pause of `cause` that begins at `now`.
    #[must_use]
    pub const fn begun(cause: PauseCause, by: OwnerNumber, now: Timestamp) -> Self {
        Self { cause, since: now, by, until: now.plus_seconds(PAUSE_SECONDS) }
    }

    /// The same, over before its time; whoever set it does not begin anew at once.
    #[must_use]
    pub const fn ended(self, now: Timestamp) -> Self {
        let until = if now.micros() < self.until.micros() { now } else { self.until };
        Self { cause: PauseCause::ForNow, until, ..self }
    }

    /// Whether nothing new may happen at `now`.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        match self.cause {
            PauseCause::ForNow => now < self.until,
            PauseCause::ToBeForgotten => true, // Until it is done, however late the machine comes to it.
        }
    }

    /// Whether it, or its end, is so near that another is a renewal: otherwise one person could go on for ever
    /// by waiting a moment each time.
    fn is_renewed_at(&self, now: Timestamp) -> bool {
        now < self.until.plus_seconds(PAUSE_SECONDS)
    }
}

/// Whether `actor` may pause, at `now`, a person whose last pause that was not taken back is `last`. Pure.
///
/// Anybody who may pause at all may begin; a renewal, and a pause within 14 days of the last one's end,
/// needs somebody else than who set that one.
///
/// # Errors
/// [`PauseRefusal`].
pub fn may_pause(last: Option<&Pause>, actor: OwnerNumber, now: Timestamp) -> Result<(), PauseRefusal> {
    match last {
        Some(Pause { cause: PauseCause::ToBeForgotten, .. }) => Err(PauseRefusal::ToBeForgotten),
        Some(last) if last.is_renewed_at(now) && last.by == actor => Err(PauseRefusal::SecondPersonNeeded),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: a pause holds for 14 days, and nobody goes on with their own, not by waiting either.
    /// Method: moments next to each bound, by the one who set it and by another.
    #[test]
    fn fourteen_days_and_a_second_person() {
        let (one, other) = (OwnerNumber::new(1), OwnerNumber::new(2));
        let at = |seconds| Timestamp::from_micros(7).plus_seconds(seconds);
        let pause = Pause::begun(PauseCause::ForNow, one, at(0));
        assert!(pause.holds(at(PAUSE_SECONDS - 1)) && !pause.holds(at(PAUSE_SECONDS)));
        assert_eq!(may_pause(None, one, at(0)), Ok(()));
        let needed = Err(PauseRefusal::SecondPersonNeeded);
        for (seconds, own) in [
            (0, needed),
            (PAUSE_SECONDS, needed),
            (2 * PAUSE_SECONDS - 1, needed),
            (2 * PAUSE_SECONDS, Ok(())),
        ] {
            assert_eq!(may_pause(Some(&pause), one, at(seconds)), own, "{seconds}");
            assert_eq!(may_pause(Some(&pause), other, at(seconds)), Ok(()), "{seconds}");
        }
        let leaving = Pause::begun(PauseCause::ToBeForgotten, one, at(0));
        assert!(leaving.holds(at(100 * PAUSE_SECONDS)));
        assert_eq!(may_pause(Some(&leaving), other, at(0)), Err(PauseRefusal::ToBeForgotten));
    }
}
