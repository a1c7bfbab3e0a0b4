//! The messages of a sort about its progress.

use std::fmt;

/// The progress of a sort. A sort reports it while all temporary files of the step are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A sorted run was written into a temporary file.
    Sorted {
        /// Bytes of input read so far.
        read: u64,
        /// Temporary files made so far.
        files: u64,
    },
    /// Several runs were merged into one, in a temporary file. The merged runs are still open.
    Merged {
        /// The number of runs that were merged.
        runs: usize,
        /// Temporary files made so far.
        files: u64,
    },
    /// The last merge writes into the output.
    Written {
        /// The number of runs that are being merged, or 0 if everything fitted into memory.
        runs: usize,
        /// Bytes of output written so far.
        written: u64,
    },
}

impl fmt::Display for Progress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Sorted { read, files } => {
                write!(formatter, "read {}, sorted into {files} temporary files", Megabytes(read))
            }
            Self::Merged { runs, files } => {
                write!(formatter, "merged {runs} runs, {files} temporary files so far")
            }
            Self::Written { runs: 0, written } => {
                write!(formatter, "wrote {} that fitted into memory", Megabytes(written))
            }
            Self::Written { runs, written } => {
                write!(formatter, "wrote {}, merging {runs} runs", Megabytes(written))
            }
        }
    }
}

struct Megabytes(u64);

impl fmt::Display for Megabytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{} MB", self.0 / 1_000_000, self.0 / 100_000 % 10)
    }
}
