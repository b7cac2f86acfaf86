//! The ledger's one clock input, and the guard that doubts it.
//!
//! A leap of a year would accept every proposal and expire every hold for good. So time never goes
//! back, and where the wall clock gains more than a minute on the clock that cannot be set, nothing
//! is accepted until somebody says which is right: by correcting the wall clock, or by accepting it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::Timestamp;
use crate::domain::time::MICROS_PER_SECOND;

/// The wall clock may gain this much on the monotonic clock, in an hour.
const GAIN_MICROS_MAX: i64 = 60 * MICROS_PER_SECOND;
/// Small gains are forgiven after this long, or a year of honest corrections would add up to doubt.
const ANCHOR_MICROS: i64 = 3_600 * MICROS_PER_SECOND;
/// At start the clock may be this far ahead of the newest entry: 30 days.
pub const AHEAD_MICROS_MAX: i64 = 30 * 86_400 * MICROS_PER_SECOND;
/// At start the clock may be this far behind the newest entry; time stands still until it is not.
pub const BEHIND_MICROS_MAX: i64 = 5 * MICROS_PER_SECOND;

/// Both clocks, read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What time it is; may be set by anybody.
    pub wall: Timestamp,
    /// Microseconds since some start; cannot be set, and counts while the machine sleeps.
    pub monotonic_micros: i64,
}

/// Where the ledger gets its time from. Comes from `main`.
pub trait Clock: Send + Sync {
    /// Both clocks, read together.
    fn now(&self) -> Moment;
}

/// The machine's clocks. Linux: elsewhere there is no clock that counts while the machine sleeps.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let wall = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
        // Counts on while a laptop sleeps; the plain monotonic clock would make waking look like a leap.
        let boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Moment { wall: Timestamp::from_micros(micros(wall)), monotonic_micros: micros(boot) }
    }
}

fn micros(time: rustix::time::Timespec) -> i64 {
    time.tv_sec.saturating_mul(MICROS_PER_SECOND).saturating_add(time.tv_nsec / 1_000)
}

/// A clock that goes only when told to, until it is told to run on: the demo's, and the tests'.
pub struct ManualClock {
    hands: Mutex<Hands>,
}

struct Hands {
    shown: Moment,
    /// The clock it runs with, and what that clock's monotonic side showed when it was read last.
    with: Option<(Arc<dyn Clock>, i64)>,
}

impl Hands {
    /// Takes over what has passed on the clock it runs with.
    fn catch_up(&mut self) {
        let Some((with, seen_micros)) = &mut self.with else { return };
        let now_micros = with.now().monotonic_micros;
        let passed = now_micros.saturating_sub(*seen_micros).max(0);
        *seen_micros = now_micros.max(*seen_micros);
        self.advance_micros(passed);
    }

    fn advance_micros(&mut self, passed: i64) {
        self.shown.wall = self.shown.wall.plus_micros(passed);
        self.shown.monotonic_micros = self.shown.monotonic_micros.saturating_add(passed);
    }
}

impl ManualClock {
    /// A clock that shows `wall`.
    #[must_use]
    pub const fn new(wall: Timestamp) -> Self {
        let shown = Moment { wall, monotonic_micros: 0 };
        Self { hands: Mutex::new(Hands { shown, with: None }) }
    }

    /// Lets time pass: both clocks advance.
    pub fn advance_seconds(&self, seconds: i64) {
        self.hands().advance_micros(seconds.saturating_mul(MICROS_PER_SECOND));
    }

    /// Lets time pass until the wall clock shows `wall`; does nothing if it is later already.
    pub fn advance_to(&self, wall: Timestamp) {
        let mut hands = self.hands();
        let passed = wall.micros_since(hands.shown.wall).max(0);
        hands.advance_micros(passed);
    }

    /// Sets the wall clock alone, as somebody with the right to do so might.
    pub fn set_wall(&self, wall: Timestamp) {
        self.hands().shown.wall = wall;
    }

    /// From now on both clocks go by themselves, as fast as the monotonic side of `with` (which is another
    /// clock), from what they show now; never back. They may still be advanced.
    pub fn run_on(&self, with: Arc<dyn Clock>) {
        let seen_micros = with.now().monotonic_micros;
        self.hands().with = Some((with, seen_micros));
    }

    /// The hands as they stand now.
    fn hands(&self) -> MutexGuard<'_, Hands> {
        let mut hands = self.hands.lock().unwrap_or_else(PoisonError::into_inner);
        hands.catch_up();
        hands
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        self.hands().shown
    }
}

/// The wall clock leapt ahead of the clock that cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure;

/// Turns clock readings into ledger time.
#[derive(Debug)]
pub struct ClockGuard {
    last: Timestamp,
    anchor: Moment,
}

impl ClockGuard {
    /// A guard that trusts `now`, after books whose newest entry was recorded at `recorded_at`.
    #[must_use]
    pub fn new(recorded_at: Timestamp, now: Moment) -> Self {
        Self { last: recorded_at, anchor: now }
    }

    /// The time of the next batch: never before the last one.
    ///
    /// # Errors
    /// [`Unsure`] while the wall clock is more than a minute ahead of the monotonic clock.
    pub fn read(&mut self, now: Moment) -> Result<Timestamp, Unsure> {
        let passed = now.monotonic_micros.saturating_sub(self.anchor.monotonic_micros);
        let gained = now.wall.micros_since(self.anchor.wall).saturating_sub(passed);
        if gained > GAIN_MICROS_MAX {
            return Err(Unsure);
        }
        if passed > ANCHOR_MICROS {
            // A wall clock that was set back may be corrected later: that is no gain.
            let expected = self.anchor.wall.plus_micros(passed);
            self.anchor = Moment { wall: now.wall.max(expected), ..now };
        }
        self.last = self.last.max(now.wall);
        Ok(self.last)
    }

    /// An operator says that the wall clock is right.
    pub fn accept(&mut self, now: Moment) {
        self.anchor = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn moment(wall_seconds: i64, monotonic_seconds: i64) -> Moment {
        Moment {
            wall: Timestamp::from_micros(wall_seconds * MICROS_PER_SECOND),
            monotonic_micros: monotonic_seconds * MICROS_PER_SECOND,
        }
    }

    fn seconds(read: Result<Timestamp, Unsure>) -> Option<i64> {
        read.ok().map(|time| time.micros() / MICROS_PER_SECOND)
    }

    /// Goal: backwards, standing still, slow gains and leaps. Method: readings in a row, each with
    /// the time that must come of it.
    #[test]
    fn time_never_goes_back_and_leaps_are_doubted() {
        let mut guard = ClockGuard::new(Timestamp::from_micros(0), moment(1_000, 0));
        assert_eq!(seconds(guard.read(moment(1_010, 10))), Some(1_010));
        assert_eq!(seconds(guard.read(moment(400, 11))), Some(1_010), "set back: time stands still");
        assert_eq!(seconds(guard.read(moment(1_010, 11))), Some(1_010), "standing still");
        assert_eq!(seconds(guard.read(moment(1_080, 20))), Some(1_080), "a minute gained is believed");
        assert_eq!(seconds(guard.read(moment(1_081, 20))), None, "a second more is not");
        assert_eq!(seconds(guard.read(moment(1_090, 31))), Some(1_090), "corrected, so believed again");
        assert_eq!(seconds(guard.read(moment(366 * 24 * HOUR, 40))), None, "a year ahead");
        guard.accept(moment(366 * 24 * HOUR, 41));
        assert_eq!(seconds(guard.read(moment(366 * 24 * HOUR + 5, 46))), Some(366 * 24 * HOUR + 5));
    }

    /// Goal: gains of just under a minute in every batch do not add up to a leap.
    #[test]
    fn small_gains_do_not_add_up() {
        let mut guard = ClockGuard::new(Timestamp::from_micros(0), moment(0, 0));
        let believed = (1..1_000).take_while(|step| guard.read(moment(step * 59, *step)).is_ok()).count();
        assert_eq!(believed, 1, "58 s gained in the first second, 116 s in the second");
    }

    /// Goal: a clock that was set back for longer than an hour may be corrected: ledger time never ran
    /// ahead. A real leap after that is still doubted.
    #[test]
    fn set_back_for_hours_and_corrected() {
        let mut guard = ClockGuard::new(Timestamp::from_micros(0), moment(10_000, 0));
        assert_eq!(seconds(guard.read(moment(2_800, 1))), Some(2_800));
        assert_eq!(seconds(guard.read(moment(6_800, 4_001))), Some(6_800));
        assert_eq!(seconds(guard.read(moment(14_100, 4_100))), Some(14_100), "corrected, no leap");
        assert_eq!(seconds(guard.read(moment(14_200, 4_110))), None, "90 s gained in 10");
    }

    /// Goal: a clock that was told to run on goes with the other from where it stood, both sides together,
    /// and never back. Method: the other clock is moved by hand, back too; then both are read.
    #[test]
    fn a_manual_clock_runs_on() {
        let other = Arc::new(Fixed(Mutex::new(moment(5_000_000, 700))));
        let tell = |monotonic_seconds| *other.0.lock().unwrap() = moment(4, monotonic_seconds);
        let clock = ManualClock::new(moment(1_000, 0).wall);
        clock.advance_seconds(10);
        assert_eq!(clock.now(), moment(1_010, 10), "until then it goes only when told to");
        clock.run_on(Arc::clone(&other) as Arc<dyn Clock>);
        assert_eq!(clock.now(), moment(1_010, 10), "it does not take over what the other shows");
        tell(703);
        assert_eq!(clock.now(), moment(1_013, 13));
        tell(600);
        assert_eq!(clock.now(), moment(1_013, 13), "never back");
        tell(704);
        assert_eq!(clock.now(), moment(1_014, 14), "and nothing twice");
        clock.advance_to(moment(1_020, 0).wall);
        tell(705);
        assert_eq!(clock.now(), moment(1_021, 21), "it may still be advanced");
    }

    struct Fixed(Mutex<Moment>);

    impl Clock for Fixed {
        fn now(&self) -> Moment {
            *self.0.lock().unwrap()
        }
    }
}
