//! The peers that do the work.

mod bare;
mod engine;
mod native;
mod rsfs_memory;
mod vfs_memory;
mod virtual_fs_memory;

use std::time::Duration;

use anyhow::Result;

pub(crate) use engine::now;

use crate::filesystem::Filesystem;
use crate::work::{self, Work};
use crate::{allocator, work::Names};

/// The role of a peer in the comparison.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Files of the system, by the crate `tempfile`.
    Reference,
    /// Another filesystem in memory.
    Rival,
    Ours,
    /// A lower bound that no filesystem can beat.
    Floor,
}

/// A peer.
pub(crate) struct Peer {
    pub(crate) label: &'static str,
    pub(crate) role: Role,
    /// The largest crowd for which it finishes in time.
    most: u32,
    run: fn(Work, u32) -> Result<Vec<Duration>>,
    hold: Option<fn(u32, usize) -> Result<usize>>,
}

impl Peer {
    const fn memory<F: Filesystem + New>(label: &'static str, role: Role) -> Self {
        let run = |work, times| work::run(F::new, work, times);
        Self { label, role, most: u32::MAX, run, hold: Some(hold::<F>) }
    }

    /// Returns whether the peer can do this work.
    pub(crate) fn does(&self, work: Work) -> bool {
        match work {
            Work::Crowd { files } => files <= self.most,
            _ => self.role != Role::Floor,
        }
    }

    /// Does the work a number of times, and returns the time of each phase.
    pub(crate) fn run(&self, work: Work, times: u32) -> Result<Vec<Duration>> {
        (self.run)(work, times)
    }

    /// Returns the bytes that a number of files of a size keep allocated, or `None` for files of
    /// the system.
    pub(crate) fn hold(&self, files: u32, bytes: usize) -> Option<Result<usize>> {
        Some((self.hold?)(files, bytes))
    }
}

/// An empty filesystem.
trait New: Sized {
    fn new() -> Result<Self>;
}

/// All peers. The first is the reference.
pub(crate) const PEERS: [Peer; 9] = [
    Peer {
        label: "tempfile on /dev/shm",
        role: Role::Reference,
        most: u32::MAX,
        run: native::run,
        hold: None,
    },
    // A directory is a list that is searched from its beginning: a million files would take hours.
    Peer {
        most: 10_000,
        ..Peer::memory::<virtual_fs_memory::Plain>("virtual-fs mem_fs", Role::Rival)
    },
    Peer {
        most: 10_000,
        ..Peer::memory::<virtual_fs_memory::Tmp>("virtual-fs TmpFileSystem", Role::Rival)
    },
    Peer::memory::<vfs_memory::Memory>("vfs MemoryFS", Role::Rival),
    Peer::memory::<rsfs_memory::Memory>("rsfs mem", Role::Rival),
    Peer::memory::<engine::Clocked>("tmpfs, asking the clock", Role::Ours),
    Peer::memory::<engine::Told>("tmpfs", Role::Ours),
    Peer {
        label: "floor: Vec and HashMap",
        role: Role::Floor,
        most: u32::MAX,
        run: bare::collections,
        hold: None,
    },
    Peer {
        label: "floor: page faults",
        role: Role::Floor,
        most: u32::MAX,
        run: bare::page_faults,
        hold: None,
    },
];

fn hold<F: Filesystem + New>(files: u32, bytes: usize) -> Result<usize> {
    let content = vec![b'x'; bytes.min(work::PIECE)];
    let mut names = Names::default();
    let mut space = F::new()?;
    let before = allocator::live();
    for _ in 0..files {
        let mut file = space.create(names.random())?;
        for _ in 0..bytes.div_ceil(work::PIECE) {
            space.write(&mut file, &content)?;
        }
        space.close(file)?;
    }
    Ok(allocator::live() - before)
}
