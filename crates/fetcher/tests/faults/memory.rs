//! How much memory the process has, and had at most (proc(5): `VmRSS`, `VmHWM`).

use std::fs;

/// Forgets the highest mark so far; returns what the process has now.
pub(crate) fn begin() -> u64 {
    fs::write("/proc/self/clear_refs", "5").unwrap();
    of("VmRSS:")
}

/// Returns the highest mark since [`begin`].
pub(crate) fn peak() -> u64 {
    of("VmHWM:")
}

fn of(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}
