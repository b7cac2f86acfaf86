//! Which machine the figures are from, in a few words.

use std::path::Path;

/// Processor, cores, memory, kernel, and the file system of `folder`.
pub fn describe(folder: &Path) -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let labelled = |text: &str, label: &str| {
        let line = text.lines().find(|line| line.starts_with(label)).unwrap_or_default();
        line.split_once(':').unwrap_or_default().1.trim().to_owned()
    };
    let model = labelled(&read("/proc/cpuinfo"), "model name");
    let memory = labelled(&read("/proc/meminfo"), "MemTotal");
    let kibibytes: u64 = memory.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or(0);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{model}, {cores} cores, {} GiB, Linux {}, {}",
        kibibytes.div_ceil(1 << 20),
        kernel.trim(),
        file_system(folder, &read("/proc/self/mounts"))
    )
}

/// That of the longest mount point above `folder`; of several in one place the last is on top.
fn file_system(folder: &Path, mounts: &str) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mut found = (0, "unknown file system");
    for line in mounts.lines() {
        let mut words = line.split_whitespace().skip(1);
        if let (Some(point), Some(kind)) = (words.next(), words.next())
            && folder.starts_with(point)
            && point.len() >= found.0
        {
            found = (point.len(), kind);
        }
    }
    found.1.to_owned()
}
