//! The table of results that is printed at the end.

use std::fmt;
use std::time::Duration;

use external_sort::{Summary, native};

/// The time from which on the sort counts, and not its start.
const COMPARABLE: Duration = Duration::from_millis(10);

pub(crate) struct Table {
    pub(crate) summary: Summary,
    /// Bytes that the sort could use, and bytes that the guest took in all, where that is known.
    pub(crate) memory: usize,
    pub(crate) taken: Option<usize>,
    pub(crate) files: Files,
    /// The time in wasmtime, and the words for what it includes.
    pub(crate) hosted: Duration,
    pub(crate) includes: &'static str,
    pub(crate) native: Duration,
    /// The names in the guest's `/tmp` after it ended.
    pub(crate) left: Vec<String>,
}

/// The temporary files, as far as the host knows them. The same sort made natively tells their
/// number.
pub(crate) enum Files {
    /// The host saw them: their number, and the most bytes at once.
    Seen { files: usize, most_bytes: u64 },
    /// In memory: the most bytes at once.
    Counted { most_bytes: u64 },
    /// In scratch space, beside the text and the result: the most bytes of all at once.
    Beside { most_bytes: u64 },
    /// In memory, within the program.
    Within,
    /// In a directory, on a system where the host cannot see them.
    Told,
}

impl Table {
    /// Returns true if nothing was left behind.
    pub(crate) fn clean(&self) -> bool {
        self.left.is_empty()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { lines, bytes, files, .. } = self.summary;
        writeln!(
            formatter,
            "sorted           {lines} lines, {bytes} bytes, as an independent sort does"
        )?;
        write!(formatter, "memory           {} for sorting", Mebibytes(self.memory))?;
        match self.taken.map(Mebibytes) {
            Some(taken) => writeln!(formatter, ", {taken} for the guest in all")?,
            None => writeln!(formatter)?,
        }
        match self.files {
            Files::Seen { files, most_bytes } => writeln!(
                formatter,
                "temporary files  {files}, at most {most_bytes} bytes at once, as the host saw",
            )?,
            Files::Counted { most_bytes } => writeln!(
                formatter,
                "temporary files  {files}, at most {most_bytes} bytes at once, as tmpfs.wasm counted",
            )?,
            Files::Beside { most_bytes } => writeln!(
                formatter,
                "temporary files  {files}, at most {most_bytes} bytes at once with text and result",
            )?,
            Files::Within => writeln!(
                formatter,
                "temporary files  {files}, in a filesystem that is a part of the program",
            )?,
            Files::Told => writeln!(
                formatter,
                "temporary files  {files}, as the program says: this system does not tell",
            )?,
        }
        let (hosted, native) = (self.hosted.as_secs_f64(), self.native.as_secs_f64());
        if self.hosted.min(self.native) < COMPARABLE {
            writeln!(
                formatter,
                "time             {hosted:.4} s {}, {native:.4} s natively: the text is too small \
                 to compare",
                self.includes,
            )?;
        } else {
            writeln!(
                formatter,
                "time             {hosted:.2} s {}, {native:.2} s natively: {:.2} times",
                self.includes,
                hosted / native,
            )?;
        }
        if !native::OPTIMISED {
            writeln!(
                formatter,
                "                 (the native sort was compiled without optimisation)"
            )?;
        }
        let left = if self.clean() { "nothing".to_owned() } else { self.left.join(", ") };
        write!(formatter, "left behind      {left}")
    }
}

struct Mebibytes(usize);

impl fmt::Display for Mebibytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.0.saturating_mul(10) >> 20;
        write!(formatter, "{}.{} MiB", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use external_sort::Summary;

    use super::{Files, Table};

    /// Returns the line of the times, of so many microseconds.
    fn times(hosted: u64, native: u64) -> String {
        let table = Table {
            summary: Summary::default(),
            memory: 0,
            taken: None,
            files: Files::Within,
            hosted: Duration::from_micros(hosted),
            includes: "in wasmtime",
            native: Duration::from_micros(native),
            left: Vec::new(),
        };
        let table = table.to_string();
        table.lines().find(|line| line.starts_with("time")).unwrap().to_owned()
    }

    #[test]
    fn times_are_compared_unless_one_is_too_short() {
        for (hosted, native, told) in [
            (1_180_000, 610_000, "1.18 s in wasmtime, 0.61 s natively: 1.93 times"),
            (15_000, 10_000, "0.01 s in wasmtime, 0.01 s natively: 1.50 times"),
            (
                15_000,
                400,
                "0.0150 s in wasmtime, 0.0004 s natively: the text is too small to compare",
            ),
            (
                3100,
                12_000,
                "0.0031 s in wasmtime, 0.0120 s natively: the text is too small to compare",
            ),
        ] {
            assert_eq!(times(hosted, native), format!("time             {told}"));
        }
    }
}
