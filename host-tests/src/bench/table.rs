//! Tables as text that Markdown understands.

use crate::bench::line::Line;
use crate::bench::spread::Spread;

/// A line for each peer, and a blank one behind.
pub(super) fn print(lines: &[Line]) {
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
            times(line.time),
            per_second(line.time.median),
            ratios(line.to_native),
            line.to_peer.map_or_else(|| "–".to_owned(), ratios),
            line.host_calls.map_or_else(|| "–".to_owned(), calls),
        ]
    });
    print_rows(&head, rows.collect());
}

/// Aligns the columns; all but the first to the right.
pub(super) fn print_rows(head: &[&str], rows: Vec<Vec<String>>) {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| {
            let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
            cells.max().unwrap_or_default()
        })
        .collect();
    let line = |cells: &[String]| {
        let cells = cells.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    println!("{}", line(&head));
    let rules = widths.iter().enumerate().map(|(column, width)| {
        if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
    });
    println!("{}", line(&rules.collect::<Vec<_>>()));
    for row in rows {
        println!("{}", line(&row));
    }
    println!();
}

/// Nanoseconds in the unit that they are read best in.
pub(super) fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e5 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e6 => format!("{:.0} µs", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}

pub(super) fn times(spread: Spread) -> String {
    format!("{} [{} .. {}]", time(spread.median), time(spread.min), time(spread.max))
}

pub(super) fn ratios(spread: Spread) -> String {
    format!("{:.2} ({:.2}..{:.2})", spread.median, spread.min, spread.max)
}

/// A whole number, unless operations differ.
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
    use super::{calls, per_second, time};

    #[test]
    fn numbers_are_shown_with_the_digits_that_count() {
        assert_eq!(time(78.4), "78 ns");
        assert_eq!(time(3_521.0), "3.52 µs");
        assert_eq!(time(494_000.0), "494 µs");
        assert_eq!(time(1_850_000.0), "1.85 ms");
        assert_eq!(per_second(3_521.0), "284.0 k");
        assert_eq!(calls(7.0), "7");
        assert_eq!(calls(1332.4), "1332.40");
    }
}
