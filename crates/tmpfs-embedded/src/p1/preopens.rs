//! The directories that are open from the start, with their paths.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use crate::p1::abi::{Errno, answered, told};
use crate::p1::held::{Slot, look, slot};
use crate::p1::host::{self, raw};
use crate::program::{Area, length};

/// A kind of `prestat` that preview 1 does not have. A directory has the kind 0.
const NO_DIRECTORY: u32 = 1;

answered! {
    "wasi_snapshot_preview1#fd_prestat_get", "beside:wasi_snapshot_preview1#fd_prestat_get"
    fn fd_prestat_get(fd: u32, out: u32) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) if fd > 2 && host::is_socket(fd) => {
                // Programs look for directories until they find a bad descriptor, and skip
                // descriptors that are not directories.
                let out = Area::new(out, 8, 4);
                out.store8(0, NO_DIRECTORY);
                out.store32(4, 0);
                return Ok(());
            }
            Slot::Host(fd) if BESIDE => return told(raw::fd_prestat_get(fd, out)),
            Slot::Directory { preopened: true, .. } => {}
            _ => return Err(Errno::BADF),
        }
        let out = Area::new(out, 8, 4);
        out.store8(0, 0);
        out.store32(4, look::<BESIDE, _>(|held| length(held.mount.as_bytes())));
        Ok(())
    }

    "wasi_snapshot_preview1#fd_prestat_dir_name", "beside:wasi_snapshot_preview1#fd_prestat_dir_name"
    fn fd_prestat_dir_name(fd: u32, at: u32, room: u32) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) if BESIDE => return told(raw::fd_prestat_dir_name(fd, at, room)),
            Slot::Directory { preopened: true, .. } => {}
            _ => return Err(Errno::NOTDIR),
        }
        let buffer = Area::new(at, room, 1);
        look::<BESIDE, _>(|held| {
            let mount = held.mount.as_bytes();
            if length(mount) > room {
                return Err(Errno::NAMETOOLONG);
            }
            buffer.copy_at(0, mount);
            Ok(())
        })
    }
}
