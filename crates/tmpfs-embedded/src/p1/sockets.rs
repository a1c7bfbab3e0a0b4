//! Sockets. All of them are the host's.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use crate::p1::abi::{Errno, Result, answered, told};
use crate::p1::held::{Slot, change, reserve, slot};
use crate::p1::host::raw;
use crate::program::Area;

answered! {
    "wasi_snapshot_preview1#sock_accept", "beside:wasi_snapshot_preview1#sock_accept"
    fn sock_accept(fd: u32, flags: u32, out: u32) {
        let fd = hosts::<BESIDE>(fd)?;
        let room = reserve::<BESIDE>()?;
        told(raw::sock_accept(fd, flags, out))?;
        let out = Area::new(out, 4, 4);
        let theirs = out.load32(0);
        out.store32(0, change::<BESIDE, _>(|held| held.table.put(room, Slot::Host(theirs))));
        Ok(())
    }

    "wasi_snapshot_preview1#sock_recv", "beside:wasi_snapshot_preview1#sock_recv"
    fn sock_recv(fd: u32, list: u32, count: u32, flags: u32, out: u32, out_flags: u32) {
        told(raw::sock_recv(hosts::<BESIDE>(fd)?, list, count, flags, out, out_flags))
    }

    "wasi_snapshot_preview1#sock_send", "beside:wasi_snapshot_preview1#sock_send"
    fn sock_send(fd: u32, list: u32, count: u32, flags: u32, out: u32) {
        told(raw::sock_send(hosts::<BESIDE>(fd)?, list, count, flags, out))
    }

    "wasi_snapshot_preview1#sock_shutdown", "beside:wasi_snapshot_preview1#sock_shutdown"
    fn sock_shutdown(fd: u32, how: u32) {
        told(raw::sock_shutdown(hosts::<BESIDE>(fd)?, how))
    }
}

/// Returns the number of a descriptor of the host.
fn hosts<const BESIDE: bool>(fd: u32) -> Result<u32> {
    match slot::<BESIDE>(fd)? {
        Slot::Host(fd) => Ok(fd),
        Slot::File { .. } | Slot::Directory { .. } => Err(Errno::NOTSOCK),
    }
}
