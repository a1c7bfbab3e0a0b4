//! Rows of the tables.

use crate::bench::peers::Entry;
use crate::bench::spread::Spread;

/// A row of a table, measured.
pub(super) struct Line {
    pub(super) workload: &'static str,
    pub(super) entry: Entry,
    /// Nanoseconds per operation.
    pub(super) time: Spread,
    /// How many times as fast as the crate `tempfile` natively.
    pub(super) to_native: Spread,
    /// How many times as fast as the crate `tempfile` inside wasm on the same engine.
    pub(super) to_peer: Option<Spread>,
    pub(super) host_calls: Option<f64>,
}
