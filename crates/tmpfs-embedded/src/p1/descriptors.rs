//! Descriptors themselves: closing, renumbering, flags and rights.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use crate::p1::abi::{
    APPEND, DIRECTORY, DSYNC, Errno, FD_READ, FD_WRITE, FLAGS, NONBLOCK, REGULAR_FILE, RSYNC, SYNC,
    answered, known, told,
};
use crate::p1::held::{Slot, ask, change, look, slot};
use crate::p1::host::raw;
use crate::program::Area;

/// Every right.
const ALL: u64 = 0x3fff_ffff;

const FD_SEEK: u64 = 1 << 2;
const FD_READDIR: u64 = 1 << 14;
const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;

/// The rights of a directory that is open from the start, as in wasmtime: every `path_` right
/// except setting a size, `fd_readdir`, `fd_filestat_get` and `fd_filestat_set_times`.
const PREOPENED: u64 = 0x07b7_fe00;

/// The rights of descriptors that are opened from it: also reading, writing, seeking, syncing,
/// sizes and polling.
const INHERITING: u64 = PREOPENED | 0x0840_01ff;

answered! {
    "wasi_snapshot_preview1#fd_close", "beside:wasi_snapshot_preview1#fd_close"
    fn fd_close(fd: u32) {
        let hosts = change::<BESIDE, _>(|held| {
            let slot = held.table.take(fd)?;
            Some(held.close(slot))
        })
        .ok_or(Errno::BADF)?;
        hosts.map_or(Ok(()), |fd| told(raw::fd_close(fd)))
    }

    "wasi_snapshot_preview1#fd_renumber", "beside:wasi_snapshot_preview1#fd_renumber"
    fn fd_renumber(from: u32, to: u32) {
        slot::<BESIDE>(to)?;
        slot::<BESIDE>(from)?;
        if from == to {
            return Ok(());
        }
        let hosts = change::<BESIDE, _>(|held| {
            let replaced = held.table.replace(from, to).expect("BUG: both are there");
            held.close(replaced)
        });
        if let Some(fd) = hosts {
            // As in dup2, an error of closing is lost, and the number is taken anyway. If the
            // program does not import fd_close, the host's descriptor stays open, but the program
            // cannot reach it.
            raw::fd_close(fd);
        }
        Ok(())
    }

    "wasi_snapshot_preview1#fd_fdstat_get", "beside:wasi_snapshot_preview1#fd_fdstat_get"
    fn fd_fdstat_get(fd: u32, out: u32) {
        let (handle, kind, mut flags, without) = match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => return told(raw::fd_fdstat_get(fd, out)),
            Slot::Directory { preopened: true, .. } => {
                put_fdstat(out, DIRECTORY, 0, [PREOPENED, INHERITING]);
                return Ok(());
            }
            Slot::Directory { handle, .. } => {
                let without = FD_SEEK | FD_FILESTAT_SET_SIZE | PATH_FILESTAT_SET_SIZE;
                (handle, DIRECTORY, 0, without)
            }
            Slot::File { handle, append, nonblocking, .. } => {
                let append = if append { APPEND } else { 0 };
                let nonblocking = if nonblocking { NONBLOCK } else { 0 };
                (handle, REGULAR_FILE, append | nonblocking, 0)
            }
        };
        let opened = ask::<BESIDE, _>(|space| space.flags(handle))?;
        let mut rights = ALL & !without;
        for (is, flag) in [
            (opened.data_integrity_sync, DSYNC),
            (opened.requested_write_sync, RSYNC),
            (opened.file_integrity_sync, SYNC),
        ] {
            flags |= if is { flag } else { 0 };
        }
        if !opened.read {
            rights &= !(FD_READ | FD_READDIR);
        }
        if !opened.write {
            rights &= !FD_WRITE;
        }
        put_fdstat(out, kind, flags, [rights, rights]);
        Ok(())
    }

    /// Sets flags. For files of this module, only `append` and `nonblock` can change.
    "wasi_snapshot_preview1#fd_fdstat_set_flags", "beside:wasi_snapshot_preview1#fd_fdstat_set_flags"
    fn fd_fdstat_set_flags(fd: u32, flags: u32) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => return told(raw::fd_fdstat_set_flags(fd, flags)),
            Slot::Directory { .. } => return Err(Errno::BADF),
            Slot::File { .. } => {}
        }
        if known(flags, FLAGS)? & (DSYNC | SYNC | RSYNC) != 0 {
            return Err(Errno::INVAL);
        }
        look::<BESIDE, _>(|held| {
            if let Some(Slot::File { append, nonblocking, .. }) = held.table.get_mut(fd) {
                *append = flags & APPEND != 0;
                *nonblocking = flags & NONBLOCK != 0;
            }
        });
        Ok(())
    }

    "wasi_snapshot_preview1#fd_fdstat_set_rights", "beside:wasi_snapshot_preview1#fd_fdstat_set_rights"
    fn fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => told(raw::fd_fdstat_set_rights(fd, base, inheriting)),
            Slot::File { .. } | Slot::Directory { .. } => Err(Errno::NOTSUP),
        }
    }
}

fn put_fdstat(out: u32, kind: u32, flags: u32, [base, inheriting]: [u64; 2]) {
    let out = Area::new(out, 24, 8);
    out.store8(0, kind);
    out.store16(2, flags);
    out.store64(8, base);
    out.store64(16, inheriting);
}
