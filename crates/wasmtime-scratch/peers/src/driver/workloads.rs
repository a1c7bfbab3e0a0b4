//! The workloads of a guest: an unmodified program of Rust's std with the crate `tempfile`.

use measure::Repeats;

pub(crate) struct Workload {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// The word by which the guest knows it.
    pub(crate) word: &'static str,
    pub(crate) phases: &'static [&'static str],
    /// The numbers of rounds, and of repetitions in each.
    pub(crate) scales: &'static [(usize, Repeats)],
}

const USUAL: &[(usize, Repeats)] = &[(9, Repeats::Calibrated)];

pub(crate) static WORKLOADS: [Workload; 4] = [
    Workload {
        id: "W1",
        title: "anonymous file: create, remove the name, write 4 KiB, read back, close",
        word: "anonymous",
        phases: &[""],
        scales: USUAL,
    },
    Workload {
        id: "W2",
        title: "named file: create, write 4 KiB, reopen by name, read, delete",
        word: "named",
        phases: &[""],
        scales: USUAL,
    },
    Workload {
        id: "W3",
        title: "directory: 10 subdirectories, 100 files of 1 KiB, recursive delete",
        word: "tree",
        phases: &[""],
        scales: USUAL,
    },
    Workload {
        id: "W5",
        title: "bulk: a named file in pieces of 64 KiB, one operation a MiB",
        word: "named-bytes",
        phases: &["write", "read"],
        scales: &[(7, Repeats::Fixed(16)), (5, Repeats::Fixed(256))],
    },
];
