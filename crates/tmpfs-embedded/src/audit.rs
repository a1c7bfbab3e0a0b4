//! Recounts of the filesystem, for tests.
#![expect(unsafe_code, reason = "functions are exported")]

use tmpfs_start::Space;

use crate::{p1, p2};

/// Recounts the space of preview 1. Returns 0 if the charges are right.
#[unsafe(export_name = "audit:p1")]
extern "C" fn audit_p1() -> u32 {
    p1::with_space(drift)
}

/// Recounts the space of preview 2. Returns 0 if the charges are right.
#[unsafe(export_name = "audit:p2")]
extern "C" fn audit_p2() -> u32 {
    p2::with_space(drift)
}

fn drift(space: &Space) -> u32 {
    u32::from(space.audit().is_err())
}

/// Returns the number of open handles of preview 1.
#[unsafe(export_name = "handles:p1")]
extern "C" fn handles_p1() -> u64 {
    p1::with_space(|space| space.usage().handles)
}

/// Returns the number of open handles of preview 2.
#[unsafe(export_name = "handles:p2")]
extern "C" fn handles_p2() -> u64 {
    p2::with_space(|space| space.usage().handles)
}
