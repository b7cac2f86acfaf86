//! How much of the machine's processors others had, their host's other machines included.

use crate::server::Server;

/// Ticks of the processors since the machine and our processes began.
#[derive(Clone, Copy)]
pub struct Cpu {
    /// All there were.
    all: f64,
    /// Nobody's.
    idle: f64,
    /// Of this process, of those it has waited for, and of the server.
    ours: f64,
}

impl Cpu {
    pub fn now(server: &Server) -> Self {
        let stat = std::fs::read_to_string("/proc/stat").unwrap();
        let line = stat.lines().next().unwrap(); // All processors together; the first word says so.
        let ticks: Vec<f64> = line.split_whitespace().skip(1).map(|word| word.parse().unwrap()).collect();
        // User, nice, system, idle, waiting for a disk, interrupts of two kinds, and what the host took. Guests'
        // time, which follows, is in user time already.
        let all = ticks.iter().take(8).sum();
        let ours = of_process(std::process::id()) + of_process(server.process());
        Self { all, idle: ticks[3] + ticks[4], ours }
    }

    /// The share of others since then.
    pub fn others_since(self, before: Self) -> f64 {
        let all = self.all - before.all;
        let idle = self.idle - before.idle;
        let ours = self.ours - before.ours;
        ((all - idle - ours) / all).max(0.0)
    }
}

fn of_process(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap(); // The name before may have spaces.
    // User and system time, then the same of children.
    let ticks = fields.split_whitespace().skip(11).take(4);
    ticks.map(|word| word.parse::<f64>().unwrap()).sum()
}
