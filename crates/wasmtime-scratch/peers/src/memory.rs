//! The memory of the host that files take: while they exist, after they are deleted, and after the
//! space is dropped.

use std::fs;

use anyhow::{Context as _, Result};

use crate::host::{Host, Limits};

/// Fills a space, empties it and drops it. Returns the bytes by which the process is larger after
/// each step than with the empty space.
pub(crate) fn measure<H: Host>(host: &H, files: &str, bytes: &str) -> Result<String> {
    // The first run is not measured, since wasmtime keeps some memory of it.
    host.run(&host.space(Limits::GENEROUS)?, &["fill", "1", bytes])?;
    let space = host.space(Limits::GENEROUS)?;
    let before = resident()?;
    host.run(&space, &["fill", files, bytes])?;
    let filled = resident()?;
    host.run(&space, &["remove", files])?;
    let removed = resident()?;
    drop(space);
    let dropped = resident()?;
    Ok([filled, removed, dropped].map(|bytes| (bytes - before).to_string()).join(" "))
}

/// Returns the bytes of memory that this process has.
fn resident() -> Result<i64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next());
    Ok(kilobytes.context("no line VmRSS")?.parse::<i64>()? << 10)
}
