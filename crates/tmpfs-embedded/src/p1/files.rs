//! Open files: attributes, positions, sizes and times.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use tmpfs::Handle;

use crate::p1::abi::{Errno, FILESTAT, Result, answered, new_times, put_stat, told};
use crate::p1::held::{Slot, ask, look, slot, touch};
use crate::p1::host::raw;
use crate::program::Area;

answered! {
    "wasi_snapshot_preview1#fd_filestat_get", "beside:wasi_snapshot_preview1#fd_filestat_get"
    fn fd_filestat_get(fd: u32, out: u32) {
        let handle = match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => return told(raw::fd_filestat_get(fd, out)),
            Slot::File { handle, .. } | Slot::Directory { handle, .. } => handle,
        };
        let out = Area::new(out, FILESTAT, 8);
        put_stat(out, ask::<BESIDE, _>(|space| space.identify(handle))?)
    }

    "wasi_snapshot_preview1#fd_filestat_set_size", "beside:wasi_snapshot_preview1#fd_filestat_set_size"
    fn fd_filestat_set_size(fd: u32, size: u64) {
        match file::<BESIDE>(fd)? {
            File::Host(fd) => told(raw::fd_filestat_set_size(fd, size)),
            File::Ours(handle) => touch::<BESIDE, _>(|space, now| space.set_size(handle, size, now)),
        }
    }

    "wasi_snapshot_preview1#fd_filestat_set_times", "beside:wasi_snapshot_preview1#fd_filestat_set_times"
    fn fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, flags: u32) {
        let handle = match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => return told(raw::fd_filestat_set_times(fd, accessed, modified, flags)),
            Slot::File { handle, .. } | Slot::Directory { handle, .. } => handle,
        };
        let [accessed, modified] = new_times(accessed, modified, flags)?;
        touch::<BESIDE, _>(|space, now| space.set_times(handle, accessed, modified, now))
    }

    /// Accepts advice about files without effect: nothing is read ahead.
    "wasi_snapshot_preview1#fd_advise", "beside:wasi_snapshot_preview1#fd_advise"
    fn fd_advise(fd: u32, offset: u64, length: u64, advice: u32) {
        match file::<BESIDE>(fd)? {
            File::Host(fd) => told(raw::fd_advise(fd, offset, length, advice)),
            File::Ours(_) if advice < 6 => Ok(()),
            File::Ours(_) => Err(Errno::INVAL),
        }
    }

    "wasi_snapshot_preview1#fd_allocate", "beside:wasi_snapshot_preview1#fd_allocate"
    fn fd_allocate(fd: u32, offset: u64, length: u64) {
        match file::<BESIDE>(fd)? {
            File::Host(fd) => told(raw::fd_allocate(fd, offset, length)),
            File::Ours(_) => Err(Errno::NOTSUP),
        }
    }

    /// Does nothing for files of this module: they are in memory only.
    "wasi_snapshot_preview1#fd_datasync", "beside:wasi_snapshot_preview1#fd_datasync"
    fn fd_datasync(fd: u32) {
        match file::<BESIDE>(fd)? {
            File::Host(fd) => told(raw::fd_datasync(fd)),
            File::Ours(_) => Ok(()),
        }
    }

    "wasi_snapshot_preview1#fd_sync", "beside:wasi_snapshot_preview1#fd_sync"
    fn fd_sync(fd: u32) {
        match file::<BESIDE>(fd)? {
            File::Host(fd) => told(raw::fd_sync(fd)),
            File::Ours(_) => Ok(()),
        }
    }

    "wasi_snapshot_preview1#fd_seek", "beside:wasi_snapshot_preview1#fd_seek"
    fn fd_seek(fd: u32, delta: i64, whence: u32, out: u32) {
        let (handle, offset) = match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => return told(raw::fd_seek(fd, delta, whence, out)),
            Slot::Directory { .. } => return Err(Errno::BADF),
            Slot::File { handle, offset, .. } => (handle, offset),
        };
        let out = Area::new(out, 8, 8);
        let from = match whence {
            0 => 0,
            1 => offset,
            2 => ask::<BESIDE, _>(|space| space.stat(handle))?.size,
            _ => return Err(Errno::INVAL),
        };
        let place = from.checked_add_signed(delta).ok_or(Errno::INVAL)?;
        look::<BESIDE, _>(|held| held.set_offset(fd, place));
        out.store64(0, place);
        Ok(())
    }

    "wasi_snapshot_preview1#fd_tell", "beside:wasi_snapshot_preview1#fd_tell"
    fn fd_tell(fd: u32, out: u32) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => told(raw::fd_tell(fd, out)),
            Slot::Directory { .. } => Err(Errno::BADF),
            Slot::File { offset, .. } => {
                Area::new(out, 8, 8).store64(0, offset);
                Ok(())
            }
        }
    }
}

/// A file of this module, or a descriptor of the host.
enum File {
    Host(u32),
    Ours(Handle),
}

/// Returns the file of a descriptor. Directories are refused, as wasmtime does.
fn file<const BESIDE: bool>(fd: u32) -> Result<File> {
    match slot::<BESIDE>(fd)? {
        Slot::Host(fd) => Ok(File::Host(fd)),
        Slot::File { handle, .. } => Ok(File::Ours(handle)),
        Slot::Directory { .. } => Err(Errno::BADF),
    }
}
