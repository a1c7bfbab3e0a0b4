//! The table of descriptors.

use alloc::string::String;

use component_rt::refusing;
use tmpfs::{DescriptorFlags, Error, Handle, Result as Outcome, Timestamp};
use tmpfs_start::Space;

use crate::files::{Files, is_same_path};
use crate::p1::abi::{Errno, Result};
use crate::p1::host::{self, Host};
use crate::program::{self, Area};
use crate::single::Single;
use crate::table::Room;

/// A file or directory of a descriptor, or the host's descriptor that it stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Slot {
    /// A descriptor of the host, with its number there.
    Host(u32),
    File {
        handle: Handle,
        offset: u64,
        append: bool,
        /// The flag `nonblock`. It is kept and returned but has no effect, since no operation on a
        /// file blocks.
        nonblocking: bool,
    },
    Directory {
        handle: Handle,
        /// True for the directory that is open from the start.
        preopened: bool,
    },
}

pub(crate) type Held = Files<Slot>;

static HELD: Single<Held> = Single::new();

/// Runs work that may allocate, and that fails with an error if there is no memory.
#[inline]
pub(crate) fn change<const BESIDE: bool, R>(work: impl FnOnce(&mut Held) -> R) -> R {
    HELD.with(start::<BESIDE>, |held| refusing(|| work(held)))
}

/// Runs work that allocates nothing, or only for a moment.
#[inline]
pub(crate) fn look<const BESIDE: bool, R>(work: impl FnOnce(&mut Held) -> R) -> R {
    HELD.with(start::<BESIDE>, work)
}

/// Makes the first descriptors: the host's standard streams, sockets that listen for the program,
/// the host's directories if they stay visible, and the root. The sockets have the first numbers of
/// the host, by which the program knows them. A directory of the host with the name of the mount is
/// left out.
#[cold]
fn start<const BESIDE: bool>() -> Held {
    let mut held = Held::start::<Host>();
    (0..3).for_each(|fd| held.push(Slot::Host(fd)));
    let mut fd = 3;
    while host::is_socket(fd) {
        held.push(Slot::Host(fd));
        fd += 1;
    }
    if BESIDE {
        while let Some(path) = host::preopened(fd) {
            if !is_same_path(&path, &held.mount) {
                held.push(Slot::Host(fd));
            }
            fd += 1;
        }
    }
    if let Ok(handle) = held.space.root(DescriptorFlags::DIRECTORY) {
        held.push(Slot::Directory { handle, preopened: true });
    }
    held
}

/// Returns the slot of a descriptor.
#[inline]
pub(crate) fn slot<const BESIDE: bool>(fd: u32) -> Result<Slot> {
    look::<BESIDE, _>(|held| held.table.get_mut(fd).copied()).ok_or(Errno::BADF)
}

/// A directory, of the host or of this module.
pub(crate) enum Base {
    Host(u32),
    Ours(Handle),
}

/// Returns the directory of a descriptor. Directories of the host are refused unless they stay
/// visible.
#[inline]
pub(crate) fn base<const BESIDE: bool>(fd: u32) -> Result<Base> {
    match slot::<BESIDE>(fd)? {
        Slot::Directory { handle, .. } => Ok(Base::Ours(handle)),
        Slot::Host(fd) if BESIDE => Ok(Base::Host(fd)),
        Slot::Host(_) | Slot::File { .. } => Err(Errno::BADF),
    }
}

/// Changes files, with the present time.
pub(crate) fn touch<const BESIDE: bool, R>(
    work: impl FnOnce(&mut Space, Timestamp) -> Outcome<R>,
) -> Result<R> {
    let now = host::now();
    change::<BESIDE, _>(|held| work(&mut held.space, now)).map_err(Errno::from)
}

/// Reads files.
pub(crate) fn ask<const BESIDE: bool, R>(work: impl FnOnce(&Space) -> Outcome<R>) -> Result<R> {
    look::<BESIDE, _>(|held| work(&held.space)).map_err(Errno::from)
}

/// Copies a path of the program, see [`program::text`].
#[inline(never)]
pub(crate) fn path<const BESIDE: bool>(at: u32, length: u32) -> Result<String> {
    let path = Area::new(at, length, 1);
    let most = look::<BESIDE, _>(|held| held.space.limits().path);
    program::text(path, most).map_err(Errno::from)
}

/// Makes room for one more descriptor.
pub(crate) fn reserve<const BESIDE: bool>() -> Result<Room> {
    change::<BESIDE, _>(|held| held.table.reserve()).map_err(|_| Errno::NOMEM)
}

impl Held {
    fn push(&mut self, slot: Slot) {
        let room: Outcome<Room, Error> = self.table.reserve();
        self.table.put(room.expect("no memory for the first descriptors"), slot);
    }

    /// Closes a slot. If it stood for a descriptor of the host, returns its number, which the
    /// caller must close there.
    pub(crate) fn close(&mut self, slot: Slot) -> Option<u32> {
        match slot {
            Slot::Host(fd) => Some(fd),
            Slot::File { handle, .. } | Slot::Directory { handle, .. } => {
                self.space.close(handle).expect("BUG: it is open as long as the descriptor");
                None
            }
        }
    }

    /// Sets the position at which a file is read or written next.
    pub(crate) fn set_offset(&mut self, fd: u32, to: u64) {
        if let Some(Slot::File { offset, .. }) = self.table.get_mut(fd) {
            *offset = to;
        }
    }
}
