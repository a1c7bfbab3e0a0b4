//! The table of results that is printed at the end.

use std::fmt;
use std::time::Duration;

use external_sort::{Summary, native};

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
        writeln!(
            formatter,
            "time             {hosted:.2} s {}, {native:.2} s natively: {:.2} times",
            self.includes,
            hosted / native,
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
