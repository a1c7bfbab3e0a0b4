//! The table of results that is printed at the end.

use std::fmt;
use std::time::Duration;

use external_sort::{Summary, native};

pub(crate) struct Table {
    pub(crate) summary: Summary,
    /// The bytes that the sort could use. In all, the guest took `taken` bytes.
    pub(crate) memory: usize,
    pub(crate) taken: usize,
    pub(crate) files: Files,
    pub(crate) composed: Duration,
    pub(crate) native: Duration,
    /// The names in the guest's `/tmp` after it ended.
    pub(crate) left: Vec<String>,
}

/// The temporary files that were made.
pub(crate) enum Files {
    /// The host saw them: their number, and the most bytes at once.
    Seen { files: usize, most_bytes: u64 },
    /// They were in memory: the number that the same sort made natively, and the most bytes at
    /// once.
    Counted { files: u64, most_bytes: u64 },
    /// They were in memory, within the program: the number that the same sort made natively.
    Within { files: u64 },
    /// The host cannot see them on this system: the number that the same sort made natively.
    Told { files: u64 },
}

impl Table {
    /// Returns true if nothing was left behind.
    pub(crate) fn clean(&self) -> bool {
        self.left.is_empty()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { lines, bytes, .. } = self.summary;
        writeln!(
            formatter,
            "sorted           {lines} lines, {bytes} bytes, as an independent sort does"
        )?;
        let (memory, taken) = (Mebibytes(self.memory), Mebibytes(self.taken));
        writeln!(formatter, "memory           {memory} for sorting, {taken} for the guest in all")?;
        match self.files {
            Files::Seen { files, most_bytes } => writeln!(
                formatter,
                "temporary files  {files}, at most {most_bytes} bytes at once, as the host saw",
            )?,
            Files::Counted { files, most_bytes } => writeln!(
                formatter,
                "temporary files  {files}, at most {most_bytes} bytes at once, as tmpfs.wasm counted",
            )?,
            Files::Within { files } => writeln!(
                formatter,
                "temporary files  {files}, in a filesystem that is a part of the program",
            )?,
            Files::Told { files } => writeln!(
                formatter,
                "temporary files  {files}, as the program says: this system does not tell",
            )?,
        }
        let (composed, native) = (self.composed.as_secs_f64(), self.native.as_secs_f64());
        writeln!(
            formatter,
            "time             {composed:.2} s in wasmtime, {native:.2} s natively: {:.2} times",
            composed / native,
        )?;
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
