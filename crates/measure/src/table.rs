//! Tables as text that Markdown understands.

use crate::spread::Spread;

/// Prints a heading, a table with aligned columns, and an empty line. All columns but the first are
/// aligned to the right.
///
/// # Panics
/// If a row has fewer cells than the head.
pub fn print(title: &str, head: &[&str], rows: &[Vec<String>]) {
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
    let rules = widths.iter().enumerate().map(|(column, width)| {
        if column == 0 { "-".repeat(*width) } else { format!("{}:", "-".repeat(width - 1)) }
    });
    println!("## {title}\n\n{}\n{}", line(&head), line(&rules.collect::<Vec<_>>()));
    for row in rows {
        println!("{}", line(row));
    }
    println!();
}

/// Formats nanoseconds with the unit that is easiest to read.
#[must_use]
pub fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{ns:.0} ns"),
        ns if ns < 1e5 => format!("{:.2} µs", ns / 1e3),
        ns if ns < 1e6 => format!("{:.0} µs", ns / 1e3),
        ns => format!("{:.2} ms", ns / 1e6),
    }
}

/// Formats nanoseconds as [`time`] does, with one decimal below a hundred.
#[must_use]
pub fn fine_time(nanoseconds: f64) -> String {
    if nanoseconds < 100.0 { format!("{nanoseconds:.1} ns") } else { time(nanoseconds) }
}

/// Formats the median of times and their extremes, each with `time`.
#[must_use]
pub fn times(spread: Spread, time: impl Fn(f64) -> String) -> String {
    format!("{} [{} .. {}]", time(spread.median), time(spread.min), time(spread.max))
}

/// Formats the median of ratios and their extremes.
#[must_use]
pub fn ratios(spread: Spread) -> String {
    format!("{:.2} ({:.2}..{:.2})", spread.median, spread.min, spread.max)
}

#[cfg(test)]
mod tests {
    use super::{Spread, fine_time, ratios, time, times};

    #[test]
    fn numbers_are_shown_with_the_digits_that_count() {
        assert_eq!(time(78.4), "78 ns");
        assert_eq!(time(3_521.0), "3.52 µs");
        assert_eq!(time(494_000.0), "494 µs");
        assert_eq!(time(1_850_000.0), "1.85 ms");
        assert_eq!(fine_time(78.44), "78.4 ns");
        assert_eq!(fine_time(178.44), "178 ns");
    }

    #[test]
    fn a_spread_is_shown_with_its_ends() {
        let spread = Spread { median: 2.0, min: 1.0, max: 3.5 };
        assert_eq!(times(spread, time), "2 ns [1 ns .. 4 ns]");
        assert_eq!(times(spread, fine_time), "2.0 ns [1.0 ns .. 3.5 ns]");
        assert_eq!(ratios(spread), "2.00 (1.00..3.50)");
    }
}
