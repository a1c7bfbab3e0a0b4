//! The measured workloads: the same work for every peer, in each peer's own words.

use measure::Repeats;

/// A peer that does the work, and the way in which it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// The crate `tempfile`, natively: the reference.
    Native,
    /// Python's own `tempfile`.
    CPython,
    /// The crate `tempfile` inside wasm: the nearest peer.
    Tempfile,
    /// Ours, as a library within the caller.
    Linked,
    /// Ours, composed under the caller, which reads and writes descriptors of the host.
    Descriptors,
    /// Ours, composed under the caller, every byte through the interface.
    Interface,
    /// The crate `tempfile` inside wasm, unmodified, on `tmpfs.wasm`: std's streams.
    TempfileInMemory,
    /// Ours, as a library within the caller, on `tmpfs.wasm`: by position.
    LinkedInMemory,
    /// The crate `tempfile` inside wasm, unmodified, with `tmpfs-embedded.wasm` as a part of it.
    TempfileEmbedded,
    /// The same, beside the directory that the host grants.
    TempfileBeside,
    /// Ours, as a library within the caller, with the filesystem as a part of it: by position.
    LinkedEmbedded,
    /// The same work in C, as a module of preview 1, with `tmpfs-embedded.wasm` as a part of it.
    ModuleEmbedded,
    /// The crate `tempfile` inside wasm, unmodified, on `tmpfs.wasm` of an earlier commit.
    TempfileOnBaseline,
    /// The crate `tempfile` inside wasm, unmodified, on a filesystem that the host serves.
    TempfileHosted,
    /// The same through asynchronous functions.
    TempfileHostedAsync,
    /// Ours, as a library within the caller, on a filesystem that the host serves: by position.
    LinkedHosted,
    /// The same through asynchronous functions.
    LinkedHostedAsync,
}

/// The component or filesystem that a guest is composed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Under {
    Nothing,
    /// A component that ships, by name.
    Component(&'static str),
    /// `tmpfs.wasm` of an earlier commit.
    Baseline,
    /// The filesystem that becomes a part of it, beside the host's directories or alone.
    Embedded {
        beside: bool,
    },
    /// The filesystem that the host serves.
    Hosted(Calling),
}

/// The kind of the host's functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Calling {
    Sync,
    Async,
}

impl Way {
    /// The ways that run as components.
    pub(crate) const GUESTS: [Self; 14] = [
        Self::Tempfile,
        Self::Linked,
        Self::Descriptors,
        Self::Interface,
        Self::TempfileInMemory,
        Self::LinkedInMemory,
        Self::TempfileEmbedded,
        Self::TempfileBeside,
        Self::LinkedEmbedded,
        Self::TempfileOnBaseline,
        Self::TempfileHosted,
        Self::TempfileHostedAsync,
        Self::LinkedHosted,
        Self::LinkedHostedAsync,
    ];

    /// Returns the component that does the work, and what it is composed with.
    pub(crate) fn guest(self) -> Option<(&'static str, Under)> {
        match self {
            Self::Native | Self::CPython | Self::ModuleEmbedded => None,
            Self::Tempfile => Some(("rust_tempfile", Under::Nothing)),
            Self::Linked => Some(("linked", Under::Nothing)),
            Self::Descriptors => Some(("descriptors", Under::Component("tempfile"))),
            Self::Interface => Some(("interface", Under::Component("tempfile"))),
            Self::TempfileInMemory => Some(("rust_tempfile", Under::Component("tmpfs"))),
            Self::LinkedInMemory => Some(("linked", Under::Component("tmpfs"))),
            Self::TempfileEmbedded => Some(("rust_tempfile", Under::Embedded { beside: false })),
            Self::TempfileBeside => Some(("rust_tempfile", Under::Embedded { beside: true })),
            Self::LinkedEmbedded => Some(("linked", Under::Embedded { beside: false })),
            Self::TempfileOnBaseline => Some(("rust_tempfile", Under::Baseline)),
            Self::TempfileHosted => Some(("rust_tempfile", Under::Hosted(Calling::Sync))),
            Self::TempfileHostedAsync => Some(("rust_tempfile", Under::Hosted(Calling::Async))),
            Self::LinkedHosted => Some(("linked", Under::Hosted(Calling::Sync))),
            Self::LinkedHostedAsync => Some(("linked", Under::Hosted(Calling::Async))),
        }
    }

    /// Tells whether it runs inside wasm.
    pub(crate) fn is_in_wasm(self) -> bool {
        !matches!(self, Self::Native | Self::CPython)
    }

    /// Tells whether it is ours, on the host's files.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::Linked | Self::Descriptors | Self::Interface)
    }
}

/// One line of a table: a way of calling, and what the peer calls the work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) way: Way,
    pub(crate) word: &'static str,
    pub(crate) label: &'static str,
}

const fn row(way: Way, word: &'static str, label: &'static str) -> Row {
    Row { way, word, label }
}

/// A piece of work that all its rows do.
pub(crate) struct Workload {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    /// The names of its phases; most have one phase without a name.
    pub(crate) phases: &'static [&'static str],
    /// The numbers of rounds, and of repetitions in each.
    pub(crate) scales: &'static [(usize, Repeats)],
    /// True if it is also measured without the support for concurrency, which an embedder can
    /// switch off.
    pub(crate) without_concurrency: bool,
    /// The peers that are compared; the first is the reference.
    pub(crate) rows: &'static [Row],
}

const USUAL: &[(usize, Repeats)] = &[(15, Repeats::Calibrated)];

const SCALES: &[(usize, Repeats)] = &[
    (9, Repeats::Fixed(1_000)),
    (5, Repeats::Fixed(10_000)),
    (3, Repeats::Fixed(100_000)),
    (1, Repeats::Fixed(1_000_000)),
];

/// The label of a file that our spare files serve.
pub(crate) const RECYCLED: &str = "recycled";

pub(crate) const WORKLOADS: [Workload; 14] = [
    Workload {
        id: "W1",
        title: "anonymous file: create, write 4 KiB, read back, close",
        phases: &[""],
        scales: USUAL,
        without_concurrency: true,
        rows: &[
            row(Way::Native, "anonymous", "Rust tempfile, native"),
            row(Way::CPython, "anonymous", "CPython TemporaryFile, unbuffered"),
            row(Way::CPython, "buffered", "CPython TemporaryFile"),
            row(Way::Tempfile, "anonymous", "Rust tempfile in wasm"),
            row(Way::Linked, "anonymous", "ours linked, new file"),
            row(Way::Linked, "buffered", "ours linked, new file, buffered"),
            row(Way::Descriptors, "anonymous", "ours descriptors, new file"),
            row(Way::Interface, "anonymous", "ours interface, new file"),
            row(Way::Linked, RECYCLED, "ours linked, recycled"),
            row(Way::Linked, "recycled-buffered", "ours linked, recycled, buffered"),
            row(Way::Interface, RECYCLED, "ours interface, recycled"),
            row(Way::Interface, "recycled-buffered", "ours interface, recycled, buffered"),
            row(Way::TempfileInMemory, "anonymous", "Rust tempfile in wasm, on tmpfs.wasm"),
            row(Way::LinkedInMemory, "anonymous", "ours linked, on tmpfs.wasm"),
            row(
                Way::TempfileOnBaseline,
                "anonymous",
                "Rust tempfile in wasm, on tmpfs.wasm of 101c67d",
            ),
            row(Way::TempfileEmbedded, "anonymous", "Rust tempfile in wasm, embedded"),
            row(Way::ModuleEmbedded, "anonymous", "C of preview 1, embedded"),
            row(Way::TempfileBeside, "anonymous", "Rust tempfile in wasm, embedded beside"),
            row(Way::LinkedEmbedded, "anonymous", "ours linked, embedded"),
            row(Way::TempfileHosted, "anonymous", "Rust tempfile in wasm, hosted"),
            row(Way::TempfileHostedAsync, "anonymous", "Rust tempfile in wasm, hosted, async"),
            row(Way::LinkedHosted, "anonymous", "ours linked, hosted"),
            row(Way::LinkedHostedAsync, "anonymous", "ours linked, hosted, async"),
        ],
    },
    Workload {
        id: "W2",
        title: "named file: create, write 4 KiB, reopen by name, read, delete",
        phases: &[""],
        scales: USUAL,
        without_concurrency: true,
        rows: &[
            row(Way::Native, "named", "Rust tempfile, native"),
            row(Way::CPython, "named", "CPython NamedTemporaryFile"),
            row(Way::Tempfile, "named", "Rust tempfile in wasm"),
            row(Way::Linked, "named", "ours linked"),
            row(Way::Descriptors, "named", "ours descriptors"),
            row(Way::Interface, "named", "ours interface"),
            row(Way::TempfileInMemory, "named", "Rust tempfile in wasm, on tmpfs.wasm"),
            row(Way::LinkedInMemory, "named", "ours linked, on tmpfs.wasm"),
            row(
                Way::TempfileOnBaseline,
                "named",
                "Rust tempfile in wasm, on tmpfs.wasm of 101c67d",
            ),
            row(Way::TempfileEmbedded, "named", "Rust tempfile in wasm, embedded"),
            row(Way::ModuleEmbedded, "named", "C of preview 1, embedded"),
            row(Way::TempfileBeside, "named", "Rust tempfile in wasm, embedded beside"),
            row(Way::LinkedEmbedded, "named", "ours linked, embedded"),
            row(Way::TempfileHosted, "named", "Rust tempfile in wasm, hosted"),
            row(Way::TempfileHostedAsync, "named", "Rust tempfile in wasm, hosted, async"),
            row(Way::LinkedHosted, "named", "ours linked, hosted"),
            row(Way::LinkedHostedAsync, "named", "ours linked, hosted, async"),
        ],
    },
    Workload {
        id: "W3",
        title: "directory: mkdtemp, 10 subdirectories, 100 files of 1 KiB, recursive delete",
        phases: &[""],
        scales: USUAL,
        without_concurrency: true,
        rows: &[
            row(Way::Native, "tree", "Rust tempfile + std::fs, native"),
            row(Way::CPython, "tree", "CPython TemporaryDirectory + open"),
            row(Way::Tempfile, "tree", "Rust tempfile + std::fs in wasm"),
            row(Way::Linked, "tree", "ours linked"),
            row(Way::Descriptors, "tree", "ours descriptors"),
            row(Way::Interface, "tree", "ours interface"),
            row(Way::TempfileInMemory, "tree", "Rust tempfile in wasm, on tmpfs.wasm"),
            row(Way::LinkedInMemory, "tree", "ours linked, on tmpfs.wasm"),
            row(
                Way::TempfileOnBaseline,
                "tree",
                "Rust tempfile + std::fs in wasm, on tmpfs.wasm of 101c67d",
            ),
            row(Way::TempfileEmbedded, "tree", "Rust tempfile + std::fs in wasm, embedded"),
            row(Way::ModuleEmbedded, "tree", "C of preview 1, embedded"),
            row(Way::TempfileBeside, "tree", "Rust tempfile + std::fs in wasm, embedded beside"),
            row(Way::LinkedEmbedded, "tree", "ours linked, embedded"),
            row(Way::TempfileHosted, "tree", "Rust tempfile + std::fs in wasm, hosted"),
            row(Way::TempfileHostedAsync, "tree", "Rust tempfile + std::fs in wasm, hosted, async"),
            row(Way::LinkedHosted, "tree", "ours linked, hosted"),
            row(Way::LinkedHostedAsync, "tree", "ours linked, hosted, async"),
        ],
    },
    Workload {
        id: "W4",
        title: "spooled file: 64 writes of 1 KiB, read 64 KiB, drop; never on the disk",
        phases: &[""],
        scales: USUAL,
        without_concurrency: true,
        rows: &[
            row(Way::Native, "spooled", "Rust SpooledTempFile, native"),
            row(Way::CPython, "spooled", "CPython SpooledTemporaryFile"),
            row(Way::Tempfile, "spooled", "Rust SpooledTempFile in wasm"),
            row(Way::Linked, "spooled", "ours linked"),
            row(Way::Interface, "spooled", "ours interface"),
        ],
    },
    Workload {
        id: "TEXT",
        title: "mixed UTF-8 in pieces of 64 KiB, one operation a MiB",
        phases: &["write", "read"],
        scales: &[(9, Repeats::Fixed(64))],
        without_concurrency: false,
        rows: &[
            row(Way::Native, "bytes", "bytes, Rust tempfile, native"),
            row(Way::CPython, "bytes", "bytes, CPython"),
            row(Way::CPython, "text", "text, CPython"),
            row(Way::CPython, "lines", "text by lines, CPython"),
            row(Way::Tempfile, "bytes", "bytes, Rust tempfile in wasm"),
            row(Way::Linked, "bytes", "bytes, ours linked"),
            row(Way::Linked, "text", "text, ours linked"),
            row(Way::Linked, "lines", "text by lines, ours linked"),
            row(Way::Interface, "bytes", "bytes, ours interface"),
            row(Way::Interface, "text", "text, ours interface"),
            row(Way::Interface, "lines", "text by lines, ours interface"),
        ],
    },
    Workload {
        id: "W5",
        title: "bulk: an anonymous file in pieces of 64 KiB, one operation a MiB",
        phases: &["write", "read"],
        scales: &[(9, Repeats::Fixed(16)), (5, Repeats::Fixed(256))],
        without_concurrency: false,
        rows: &[
            row(Way::Native, "bytes", "Rust tempfile, native"),
            row(Way::CPython, "bytes", "CPython"),
            row(Way::Tempfile, "bytes", "Rust tempfile in wasm"),
            row(Way::Linked, "bytes", "ours linked"),
            row(Way::Interface, "bytes", "ours interface"),
            row(Way::TempfileInMemory, "bytes", "Rust tempfile in wasm, on tmpfs.wasm"),
            row(Way::LinkedInMemory, "bytes", "ours linked, on tmpfs.wasm"),
            row(
                Way::TempfileOnBaseline,
                "bytes",
                "Rust tempfile in wasm, on tmpfs.wasm of 101c67d",
            ),
            row(Way::TempfileEmbedded, "bytes", "Rust tempfile in wasm, embedded"),
            row(Way::LinkedEmbedded, "bytes", "ours linked, embedded"),
            row(Way::TempfileHosted, "bytes", "Rust tempfile in wasm, hosted"),
            row(Way::TempfileHostedAsync, "bytes", "Rust tempfile in wasm, hosted, async"),
            row(Way::LinkedHosted, "bytes", "ours linked, hosted"),
            row(Way::LinkedHostedAsync, "bytes", "ours linked, hosted, async"),
        ],
    },
    Workload {
        id: "W5-again",
        title: "the same in a filesystem that has just lost a file of that length",
        phases: &["write", "read"],
        scales: &[(9, Repeats::Fixed(16))],
        without_concurrency: false,
        rows: &[
            row(Way::Native, "again", "Rust tempfile, native"),
            row(Way::Tempfile, "again", "Rust tempfile in wasm"),
            row(Way::TempfileHosted, "again", "Rust tempfile in wasm, hosted"),
            row(Way::TempfileHostedAsync, "again", "Rust tempfile in wasm, hosted, async"),
        ],
    },
    Workload {
        id: "W6",
        title: "scale: named files in one directory",
        phases: &["create", "delete"],
        scales: SCALES,
        without_concurrency: false,
        rows: &[
            row(Way::Native, "scale", "Rust tempfile, native"),
            row(Way::CPython, "scale", "CPython mkstemp, close, unlink"),
            row(Way::Tempfile, "scale", "Rust tempfile in wasm"),
            row(Way::Linked, "scale", "ours linked"),
            row(Way::Descriptors, "scale", "ours descriptors"),
            row(Way::Interface, "scale", "ours interface"),
            row(Way::TempfileInMemory, "scale", "Rust tempfile in wasm, on tmpfs.wasm"),
            row(Way::TempfileEmbedded, "scale", "Rust tempfile in wasm, embedded"),
            row(Way::TempfileHosted, "scale", "Rust tempfile in wasm, hosted"),
        ],
    },
    Workload {
        id: "W7",
        title: "name generation: draw, spell, join to the directory",
        phases: &[""],
        scales: USUAL,
        without_concurrency: true,
        rows: &[
            row(Way::Native, "names", "Rust tempfile make_in, native (not secret)"),
            row(Way::CPython, "names", "CPython _RandomNameSequence"),
            row(Way::Tempfile, "names", "Rust tempfile make_in in wasm (not secret)"),
            row(Way::Linked, "names", "ours linked (system's random source)"),
        ],
    },
    Workload {
        id: "W7-mktemp",
        title: "a new name, and looking whether it is taken",
        phases: &[""],
        scales: USUAL,
        without_concurrency: true,
        rows: &[
            row(Way::Native, "mktemp", "Rust tempfile make_in + lstat, native"),
            row(Way::CPython, "mktemp", "CPython mktemp"),
            row(Way::Tempfile, "mktemp", "Rust tempfile make_in + lstat in wasm"),
            row(Way::Linked, "mktemp", "ours linked"),
            row(Way::Interface, "mktemp", "ours interface"),
        ],
    },
    Workload {
        id: "STAT",
        title: "stat of an open file",
        phases: &[""],
        scales: USUAL,
        without_concurrency: true,
        rows: &[
            row(Way::Native, "stat", "Rust std, native"),
            row(Way::Tempfile, "stat", "Rust std in wasm"),
            row(Way::TempfileInMemory, "stat", "Rust std in wasm, on tmpfs.wasm"),
            row(Way::TempfileEmbedded, "stat", "Rust std in wasm, embedded"),
            row(Way::ModuleEmbedded, "stat", "C of preview 1, embedded"),
            row(Way::TempfileBeside, "stat", "Rust std in wasm, embedded beside"),
            row(Way::TempfileHosted, "stat", "Rust std in wasm, hosted"),
            row(Way::TempfileHostedAsync, "stat", "Rust std in wasm, hosted, async"),
        ],
    },
    sweep(
        "SWEEP-64",
        "a piece of 64 bytes at the beginning of an open file",
        &const { pieces("piece-64", "copy-64") },
    ),
    sweep("SWEEP-4096", "the same with 4 KiB", &const { pieces("piece-4096", "copy-4096") }),
    sweep("SWEEP-65536", "the same with 64 KiB", &const { pieces("piece-65536", "copy-65536") }),
];

/// Makes a sweep's workload: pieces of one size, written and read.
const fn sweep(id: &'static str, title: &'static str, rows: &'static [Row]) -> Workload {
    let (phases, scales): (&[&str], _) = (&["write", "read"], USUAL);
    Workload { id, title, phases, scales, without_concurrency: false, rows }
}

/// Makes the rows of a sweep from its words for pieces of a file and for copies within memory.
const fn pieces(piece: &'static str, copy: &'static str) -> [Row; 9] {
    [
        row(Way::Native, piece, "Rust std, native"),
        row(Way::Native, copy, "memcpy, native"),
        row(Way::Tempfile, piece, "Rust std in wasm"),
        row(Way::Tempfile, copy, "memcpy in wasm"),
        row(Way::TempfileInMemory, piece, "Rust std in wasm, on tmpfs.wasm"),
        row(Way::TempfileOnBaseline, piece, "Rust std in wasm, on tmpfs.wasm of 101c67d"),
        row(Way::TempfileEmbedded, piece, "Rust std in wasm, embedded"),
        row(Way::ModuleEmbedded, piece, "C of preview 1, embedded"),
        row(Way::TempfileHosted, piece, "Rust std in wasm, hosted"),
    ]
}
