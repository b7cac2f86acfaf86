//! What a process used: CPU, bytes written, memory, as the kernel counts them.

use std::ops::{Add, Sub};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Ticks a second in `/proc`, which Linux has fixed for programs.
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU and writes of a process, all its threads together.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Usage {
    /// Seconds of CPU, user and system, to a hundredth.
    pub cpu_s: f64,
    /// Bytes it sent to the disk (`write_bytes`): what it dirtied in the page cache, metadata left out.
    pub bytes_written: u64,
}

impl Usage {
    /// Of a process, since it began.
    pub fn of(process: u32) -> Self {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        let (_, fields) = stat.rsplit_once(')').unwrap(); // The name before may have spaces.
        let ticks = |place| -> f64 { fields.split_whitespace().nth(place).unwrap().parse().unwrap() };
        let io = std::fs::read_to_string(format!("/proc/{process}/io")).unwrap();
        Self {
            cpu_s: (ticks(11) + ticks(12)) / TICKS_PER_SECOND,
            bytes_written: labelled(&io, "write_bytes:"),
        }
    }

    /// Of this process.
    pub fn mine() -> Self {
        Self::of(std::process::id())
    }
}

impl Sub for Usage {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            cpu_s: self.cpu_s - before.cpu_s,
            bytes_written: self.bytes_written.saturating_sub(before.bytes_written),
        }
    }
}

impl Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { cpu_s: self.cpu_s + other.cpu_s, bytes_written: self.bytes_written + other.bytes_written }
    }
}

/// Memory this process holds, bytes.
pub fn resident_bytes() -> u64 {
    resident_bytes_of(std::process::id())
}

/// The same of another process.
pub fn resident_bytes_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    labelled(&status, "VmRSS:") * 1_024
}

/// CPU of this thread since it began.
pub fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn labelled(text: &str, label: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(label)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
