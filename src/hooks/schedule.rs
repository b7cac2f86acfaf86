//! When an event is sent, and sent again: ten times within about three days, then it is given up.
//!
//! A little is added to each pause, a different part for each event and attempt, so that a receiver that comes back is not
//! asked everything in one moment. A receiver may ask for a longer pause than the schedule's, up to the longest of it.

use crate::domain::Timestamp;
use crate::domain::time::MICROS_PER_SECOND;

/// Seconds before each attempt, from the end of the one before.
const PAUSES_SECONDS: [i64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// So many attempts there are.
pub const ATTEMPTS_MAX: u8 = 10;
/// Up to this share of a pause is added to it, in thousandths.
pub const JITTER_THOUSANDTHS: i64 = 100;
/// A receiver may ask for a pause of at most this many seconds.
pub const RETRY_AFTER_SECONDS_MAX: i64 = 86_400;
/// What could not be made or signed here is tried again after so many seconds.
pub const HERE_SECONDS: i64 = 60;
/// Nothing has arrived for so many seconds, and an attempt fails: the endpoint is given up. Three days.
pub const FAILING_SECONDS_MAX: i64 = 3 * 86_400;

const _: () = assert!(PAUSES_SECONDS.len() == ATTEMPTS_MAX as usize);

/// When the attempt after `attempts` is due that ended at `ended`; none where there is none any more. `dice` is any number
/// that differs from one event and attempt to the next.
#[must_use]
pub fn due(attempts: u8, ended: Timestamp, retry_after_seconds: Option<u32>, dice: u64) -> Option<Timestamp> {
    let pause = *PAUSES_SECONDS.get(usize::from(attempts))?;
    let micros = pause.saturating_mul(MICROS_PER_SECOND);
    let most = micros.saturating_mul(JITTER_THOUSANDTHS).checked_div(1_000).unwrap_or_default();
    let part = i64::try_from(dice.checked_rem(1_001).unwrap_or_default()).unwrap_or_default();
    let jitter = most.saturating_mul(part).checked_div(1_000).unwrap_or_default();
    let asked_for = retry_after_seconds.map_or(0, i64::from).min(RETRY_AFTER_SECONDS_MAX);
    let asked_for = asked_for.saturating_mul(MICROS_PER_SECOND);
    Some(ended.plus_micros(micros.saturating_add(jitter).max(asked_for)))
}

/// The pause before the attempt after `attempts`, seconds, without what is added; none where there is none any more.
#[must_use]
pub fn pause_seconds(attempts: u8) -> Option<i64> {
    PAUSES_SECONDS.get(usize::from(attempts)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDED: Timestamp = Timestamp::from_micros(1_000_000_000);

    /// Goal: each pause is the schedule's and at most a tenth more, whatever the dice; after ten attempts there is none.
    /// Method: every attempt with the least and the most that is added.
    #[test]
    fn ten_attempts_within_days() {
        let mut all = 0;
        for attempts in 0..ATTEMPTS_MAX {
            let pause = pause_seconds(attempts).unwrap();
            let due = |dice| due(attempts, ENDED, None, dice).unwrap().micros_since(ENDED);
            assert_eq!(due(0), pause * MICROS_PER_SECOND);
            assert_eq!(due(1_000), pause * MICROS_PER_SECOND * 11 / 10);
            for dice in [1, 500, 1_001, u64::MAX] {
                assert!((due(0)..=due(1_000)).contains(&due(dice)), "{attempts} {dice}");
            }
            all += pause;
        }
        assert_eq!(due(ATTEMPTS_MAX, ENDED, None, 0), None);
        assert!(all > FAILING_SECONDS_MAX, "the last attempt finds that nothing arrived for days");
    }

    /// Goal: a receiver may ask for a longer pause, not for a shorter one, and not for more than a day. Method: each.
    #[test]
    fn a_receiver_asks_for_time() {
        let due = |seconds| due(1, ENDED, Some(seconds), 0).unwrap().micros_since(ENDED) / MICROS_PER_SECOND;
        assert_eq!([due(0), due(4), due(5), due(60), due(u32::MAX)], [5, 5, 5, 60, 86_400]);
    }
}
