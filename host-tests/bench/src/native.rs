//! The reference: the crate `tempfile`, natively, in the very source that also runs inside wasm.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

#[path = "../../bench-guests/src/rust_tempfile.rs"]
mod rust_tempfile;

/// Runs `workload` `n` times in `directory`. Returns the time of each phase.
pub(crate) fn run(directory: &Path, workload: &str, n: u32) -> Result<Vec<Duration>> {
    let phases = rust_tempfile::run(directory, workload, n);
    Ok(phases.with_context(|| format!("unknown workload {workload}"))??)
}
