//! Medians, percentiles, and figures as they are printed.

use std::time::Duration;

/// The middle of some figures; of an even number the mean of the two in the middle.
pub fn median(mut figures: Vec<f64>) -> f64 {
    assert!(!figures.is_empty(), "a median of nothing");
    figures.sort_by(f64::total_cmp);
    let upper = figures.len() / 2;
    if figures.len() % 2 == 1 { figures[upper] } else { f64::midpoint(figures[upper - 1], figures[upper]) }
}

/// How long things took, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Percentiles {
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    pub max_ms: f64,
}

impl Percentiles {
    /// Of these, or nothing of none: the smallest that so many of a thousand do not exceed.
    pub fn of(mut latencies: Vec<Duration>) -> Option<Self> {
        latencies.sort_unstable();
        let at = |per_mille: usize| {
            let place = (latencies.len() * per_mille).div_ceil(1_000).max(1) - 1;
            latencies.get(place).map(|latency| latency.as_secs_f64() * 1_000.0)
        };
        Some(Self { p50_ms: at(500)?, p99_ms: at(990)?, p999_ms: at(999)?, max_ms: at(1_000)? })
    }

    /// Of several turns: the median of each percentile, and the largest of all.
    pub fn of_turns(turns: &[Self]) -> Option<Self> {
        if turns.is_empty() {
            return None;
        }
        let middle = |get: fn(&Self) -> f64| median(turns.iter().map(get).collect());
        Some(Self {
            p50_ms: middle(|turn| turn.p50_ms),
            p99_ms: middle(|turn| turn.p99_ms),
            p999_ms: middle(|turn| turn.p999_ms),
            max_ms: turns.iter().map(|turn| turn.max_ms).fold(0.0, f64::max),
        })
    }
}

/// With three digits behind the point.
pub fn thousandths(figure: f64) -> f64 {
    (figure * 1_000.0).round() / 1_000.0
}
