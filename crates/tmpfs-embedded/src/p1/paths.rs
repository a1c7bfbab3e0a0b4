//! Operations on paths that start at a directory.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use alloc::borrow::ToOwned as _;

use tmpfs::{DescriptorFlags, Handle, Kind, Result as Outcome, Timestamp};
use tmpfs_start::Space;

use crate::p1::abi::{
    APPEND, DSYNC, Errno, FD_READ, FD_WRITE, FILESTAT, FLAGS, NONBLOCK, RSYNC, Result, SYNC,
    answered, follow, hosted, known, new_times, open_flags, put_stat,
};
use crate::p1::held::{Base, Slot, ask, base, change, path, reserve, slot, touch};
use crate::p1::host::{self, raw};
use crate::program::Area;

answered! {
    #[expect(clippy::too_many_arguments, reason = "the interface has them")]
    "wasi_snapshot_preview1#path_open", "beside:wasi_snapshot_preview1#path_open"
    fn path_open(
        fd: u32,
        flags: u32,
        at: u32,
        length: u32,
        open: u32,
        rights: u64,
        inheriting: u64,
        fdflags: u32,
        out: u32,
    ) {
        // As in wasmtime: this function returns that a file is no directory; others return that the
        // descriptor is wrong for them.
        if let Slot::File { .. } = slot::<BESIDE>(fd)? {
            return Err(Errno::NOTDIR);
        }
        let number = match base::<BESIDE>(fd)? {
            Base::Host(fd) => {
                let room = reserve::<BESIDE>()?;
                hosted::<BESIDE>(|| raw::path_open(
                    fd, flags, at, length, open, rights, inheriting, fdflags, out,
                ))?;
                let theirs = Area::new(out, 4, 4).load32(0);
                change::<BESIDE, _>(|held| held.table.put(room, Slot::Host(theirs)))
            }
            Base::Ours(base) => {
                Area::new(out, 4, 4);
                open_ours::<BESIDE>(base, flags, [at, length], open, rights, fdflags)?
            }
        };
        Area::new(out, 4, 4).store32(0, number);
        Ok(())
    }

    "wasi_snapshot_preview1#path_create_directory", "beside:wasi_snapshot_preview1#path_create_directory"
    fn path_create_directory(fd: u32, at: u32, length: u32) {
        match base::<BESIDE>(fd)? {
            Base::Host(fd) => hosted::<BESIDE>(|| raw::path_create_directory(fd, at, length)),
            Base::Ours(base) => touch_at::<BESIDE>(at, length, &|space, path, now| {
                space.create_directory_at(base, path, now)
            }),
        }
    }

    "wasi_snapshot_preview1#path_remove_directory", "beside:wasi_snapshot_preview1#path_remove_directory"
    fn path_remove_directory(fd: u32, at: u32, length: u32) {
        match base::<BESIDE>(fd)? {
            Base::Host(fd) => hosted::<BESIDE>(|| raw::path_remove_directory(fd, at, length)),
            Base::Ours(base) => touch_at::<BESIDE>(at, length, &|space, path, now| {
                space.remove_directory_at(base, path, now)
            }),
        }
    }

    "wasi_snapshot_preview1#path_unlink_file", "beside:wasi_snapshot_preview1#path_unlink_file"
    fn path_unlink_file(fd: u32, at: u32, length: u32) {
        match base::<BESIDE>(fd)? {
            Base::Host(fd) => hosted::<BESIDE>(|| raw::path_unlink_file(fd, at, length)),
            Base::Ours(base) => touch_at::<BESIDE>(at, length, &|space, path, now| {
                space.unlink_file_at(base, path, now)
            }),
        }
    }

    "wasi_snapshot_preview1#path_filestat_get", "beside:wasi_snapshot_preview1#path_filestat_get"
    fn path_filestat_get(fd: u32, flags: u32, at: u32, length: u32, out: u32) {
        let base = match base::<BESIDE>(fd)? {
            Base::Host(fd) => return hosted::<BESIDE>(|| raw::path_filestat_get(fd, flags, at, length, out)),
            Base::Ours(base) => base,
        };
        let out = Area::new(out, FILESTAT, 8);
        let (follow, path) = (follow(flags)?, path::<BESIDE>(at, length)?);
        put_stat(out, ask::<BESIDE, _>(|space| space.identify_at(base, follow, &path))?)
    }

    "wasi_snapshot_preview1#path_filestat_set_times", "beside:wasi_snapshot_preview1#path_filestat_set_times"
    fn path_filestat_set_times(
        fd: u32,
        flags: u32,
        at: u32,
        length: u32,
        accessed: u64,
        modified: u64,
        which: u32,
    ) {
        let base = match base::<BESIDE>(fd)? {
            Base::Host(fd) => {
                return hosted::<BESIDE>(|| raw::path_filestat_set_times(
                    fd, flags, at, length, accessed, modified, which,
                ));
            }
            Base::Ours(base) => base,
        };
        let follow = follow(flags)?;
        let [accessed, modified] = new_times(accessed, modified, which)?;
        touch_at::<BESIDE>(at, length, &|space, path, now| {
            space.set_times_at(base, follow, path, accessed, modified, now)
        })
    }

    "wasi_snapshot_preview1#path_link", "beside:wasi_snapshot_preview1#path_link"
    fn path_link(
        old_fd: u32,
        flags: u32,
        old: u32,
        old_length: u32,
        new_fd: u32,
        new: u32,
        new_length: u32,
    ) {
        match (base::<BESIDE>(old_fd)?, base::<BESIDE>(new_fd)?) {
            (Base::Host(from), Base::Host(to)) => {
                hosted::<BESIDE>(|| raw::path_link(from, flags, old, old_length, to, new, new_length))
            }
            (Base::Ours(from), Base::Ours(to)) => {
                let follow = follow(flags)?;
                let texts = [[old, old_length], [new, new_length]];
                touch_two::<BESIDE>(texts, &|space, [old, new], now| {
                    space.link_at(from, follow, old, to, new, now)
                })
            }
            (Base::Host(_), Base::Ours(_)) | (Base::Ours(_), Base::Host(_)) => Err(Errno::XDEV),
        }
    }

    "wasi_snapshot_preview1#path_rename", "beside:wasi_snapshot_preview1#path_rename"
    fn path_rename(
        old_fd: u32,
        old: u32,
        old_length: u32,
        new_fd: u32,
        new: u32,
        new_length: u32,
    ) {
        match (base::<BESIDE>(old_fd)?, base::<BESIDE>(new_fd)?) {
            (Base::Host(from), Base::Host(to)) => {
                hosted::<BESIDE>(|| raw::path_rename(from, old, old_length, to, new, new_length))
            }
            (Base::Ours(from), Base::Ours(to)) => {
                let texts = [[old, old_length], [new, new_length]];
                touch_two::<BESIDE>(texts, &|space, [old, new], now| {
                    space.rename_at(from, old, to, new, now)
                })
            }
            (Base::Host(_), Base::Ours(_)) | (Base::Ours(_), Base::Host(_)) => Err(Errno::XDEV),
        }
    }

    "wasi_snapshot_preview1#path_symlink", "beside:wasi_snapshot_preview1#path_symlink"
    fn path_symlink(target: u32, target_length: u32, fd: u32, at: u32, length: u32) {
        match base::<BESIDE>(fd)? {
            Base::Host(fd) => hosted::<BESIDE>(|| raw::path_symlink(target, target_length, fd, at, length)),
            Base::Ours(base) => {
                let texts = [[target, target_length], [at, length]];
                touch_two::<BESIDE>(texts, &|space, [target, path], now| {
                    space.symlink_at(target, base, path, now)
                })
            }
        }
    }

    "wasi_snapshot_preview1#path_readlink", "beside:wasi_snapshot_preview1#path_readlink"
    fn path_readlink(fd: u32, at: u32, length: u32, buffer: u32, room: u32, out: u32) {
        let base = match base::<BESIDE>(fd)? {
            Base::Host(fd) => {
                return hosted::<BESIDE>(|| raw::path_readlink(fd, at, length, buffer, room, out));
            }
            Base::Ours(base) => base,
        };
        let (buffer, out) = (Area::new(buffer, room, 1), Area::new(out, 4, 4));
        let path = path::<BESIDE>(at, length)?;
        let target =
            ask::<BESIDE, _>(|space| space.readlink_at(base, &path).map(str::to_owned))?;
        out.store32(0, buffer.copy_at(0, target.as_bytes()));
        Ok(())
    }
}

/// Opens a file or directory of this module, and returns the number of its descriptor.
fn open_ours<const BESIDE: bool>(
    base: Handle,
    flags: u32,
    [at, length]: [u32; 2],
    open: u32,
    rights: u64,
    fdflags: u32,
) -> Result<u32> {
    let (follow, open, fdflags) = (follow(flags)?, open_flags(open)?, known(fdflags, FLAGS)?);
    let path = path::<BESIDE>(at, length)?;
    let write = rights & FD_WRITE != 0;
    let flags = DescriptorFlags {
        // Without a right to read or write, it is opened for reading, as in wasmtime.
        read: rights & FD_READ != 0 || !write,
        write,
        file_integrity_sync: fdflags & SYNC != 0,
        data_integrity_sync: fdflags & DSYNC != 0,
        requested_write_sync: fdflags & RSYNC != 0,
        mutate_directory: false,
    };
    // The present time is only used for a file that is made or truncated.
    let now = if open.create || open.truncate { host::now() } else { Timestamp::default() };
    let opened = change::<BESIDE, _>(|held| {
        let room = held.table.reserve()?;
        let handle = held.space.open_at(base, follow, &path, open, flags, now)?;
        let slot = match held.space.kind(handle)? {
            Kind::Directory => Slot::Directory { handle, preopened: false },
            Kind::RegularFile | Kind::SymbolicLink => Slot::File {
                handle,
                offset: 0,
                append: fdflags & APPEND != 0,
                nonblocking: fdflags & NONBLOCK != 0,
            },
        };
        Ok(held.table.put(room, slot))
    });
    opened.map_err(|error: tmpfs::Error| Errno::from(error))
}

/// Changes the file or directory that a path names.
#[inline(never)]
fn touch_at<const BESIDE: bool>(
    at: u32,
    length: u32,
    work: &dyn Fn(&mut Space, &str, Timestamp) -> Outcome<()>,
) -> Result<()> {
    let path = path::<BESIDE>(at, length)?;
    touch::<BESIDE, _>(|space, now| work(space, &path, now))
}

/// A change with two paths or texts as parameters.
type ChangeOfTwo<'a> = dyn Fn(&mut Space, [&str; 2], Timestamp) -> Outcome<()> + 'a;

/// Makes a change that takes two texts.
#[inline(never)]
fn touch_two<const BESIDE: bool>(texts: [[u32; 2]; 2], work: &ChangeOfTwo<'_>) -> Result<()> {
    let [one, other] = texts;
    let (one, other) = (path::<BESIDE>(one[0], one[1])?, path::<BESIDE>(other[0], other[1])?);
    touch::<BESIDE, _>(|space, now| work(space, [&one, &other], now))
}
