//! Rows of the tables.

use measure::{Spread, table};

use crate::peers::Entry;

/// A row of a table, measured.
pub(crate) struct Line {
    pub(crate) workload: &'static str,
    pub(crate) entry: Entry,
    /// Nanoseconds per operation.
    pub(crate) time: Spread,
    /// The speed as a multiple of the crate `tempfile` natively.
    pub(crate) to_native: Spread,
    /// The speed as a multiple of the crate `tempfile` inside wasm on the same engine.
    pub(crate) to_peer: Option<Spread>,
    pub(crate) host_calls: Option<f64>,
}

/// Prints the rows of a table.
pub(crate) fn print(title: &str, lines: &[Line]) {
    let head = [
        "peer",
        "median [min .. max]",
        "ops/s",
        "to native tempfile",
        "to tempfile in wasm",
        "host calls",
    ];
    let rows = lines.iter().map(|line| {
        vec![
            line.entry.label(),
            table::times(line.time, table::time),
            per_second(line.time.median),
            table::ratios(line.to_native),
            line.to_peer.map_or_else(|| "–".to_owned(), table::ratios),
            line.host_calls.map_or_else(|| "–".to_owned(), calls),
        ]
    });
    table::print(title, &head, &rows.collect::<Vec<_>>());
}

/// Formats a whole number, unless operations differ.
fn calls(number: f64) -> String {
    if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{number:.2}") }
}

fn per_second(nanoseconds: f64) -> String {
    match 1e9 / nanoseconds {
        rate if rate < 1e3 => format!("{rate:.0}"),
        rate if rate < 1e6 => format!("{:.1} k", rate / 1e3),
        rate => format!("{:.2} M", rate / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::{calls, per_second};

    #[test]
    fn numbers_are_shown_with_the_digits_that_count() {
        assert_eq!(per_second(3_521.0), "284.0 k");
        assert_eq!(calls(7.0), "7");
        assert_eq!(calls(1332.4), "1332.40");
    }
}
