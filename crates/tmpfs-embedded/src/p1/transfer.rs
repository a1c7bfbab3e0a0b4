//! Reading and writing. Each byte is copied once, between a page and the program's memory.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use tmpfs::{Handle, Timestamp};

use crate::p1::abi::{Errno, Result, answered, told};
use crate::p1::held::{Slot, ask, change, look, slot};
use crate::p1::host::{self, raw};
use crate::program::{Area, index};

answered! {
    "wasi_snapshot_preview1#fd_read", "beside:wasi_snapshot_preview1#fd_read"
    fn fd_read(fd: u32, list: u32, count: u32, out: u32) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => told(raw::fd_read(fd, list, count, out)),
            Slot::Directory { .. } => Err(Errno::BADF),
            Slot::File { handle, offset, .. } => {
                let out = Area::new(out, 4, 4);
                let read = read::<BESIDE>(handle, offset, list, count)?;
                let end = offset.checked_add(u64::from(read)).ok_or(Errno::OVERFLOW)?;
                look::<BESIDE, _>(|held| held.set_offset(fd, end));
                out.store32(0, read);
                Ok(())
            }
        }
    }

    "wasi_snapshot_preview1#fd_pread", "beside:wasi_snapshot_preview1#fd_pread"
    fn fd_pread(fd: u32, list: u32, count: u32, at: u64, out: u32) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => told(raw::fd_pread(fd, list, count, at, out)),
            Slot::Directory { .. } => Err(Errno::BADF),
            Slot::File { handle, .. } => {
                let out = Area::new(out, 4, 4);
                out.store32(0, read::<BESIDE>(handle, at, list, count)?);
                Ok(())
            }
        }
    }

    "wasi_snapshot_preview1#fd_write", "beside:wasi_snapshot_preview1#fd_write"
    fn fd_write(fd: u32, list: u32, count: u32, out: u32) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => told(raw::fd_write(fd, list, count, out)),
            Slot::Directory { .. } => Err(Errno::BADF),
            Slot::File { handle, offset, append, .. } => {
                let out = Area::new(out, 4, 4);
                let written = write::<BESIDE>(handle, offset, append, list, count)?;
                let end = if append {
                    ask::<BESIDE, _>(|space| space.stat(handle))?.size
                } else {
                    offset.checked_add(u64::from(written)).ok_or(Errno::OVERFLOW)?
                };
                look::<BESIDE, _>(|held| held.set_offset(fd, end));
                out.store32(0, written);
                Ok(())
            }
        }
    }

    /// Writes at a position. As on Linux, a file that is open for appending is written at its end
    /// instead.
    "wasi_snapshot_preview1#fd_pwrite", "beside:wasi_snapshot_preview1#fd_pwrite"
    fn fd_pwrite(fd: u32, list: u32, count: u32, at: u64, out: u32) {
        match slot::<BESIDE>(fd)? {
            Slot::Host(fd) => told(raw::fd_pwrite(fd, list, count, at, out)),
            Slot::Directory { .. } => Err(Errno::BADF),
            Slot::File { handle, append, .. } => {
                let out = Area::new(out, 4, 4);
                out.store32(0, write::<BESIDE>(handle, at, append, list, count)?);
                Ok(())
            }
        }
    }
}

/// Returns the buffers of a list. Each is checked when it is reached.
fn buffers(list: u32, count: u32) -> impl Iterator<Item = Area> {
    let list = Area::list(list, count, 8, 4);
    (0..count).map(move |number| {
        let (at, length) = (list.load32(number * 8), list.load32(number * 8 + 4));
        Area::new(at, length, 1)
    })
}

/// Reads into the buffers until one is not filled, and returns the number of bytes.
fn read<const BESIDE: bool>(handle: Handle, from: u64, list: u32, count: u32) -> Result<u32> {
    if count == 0 {
        // Check first that the file may be read at all.
        ask::<BESIDE, _>(|space| space.read_into(handle, from, 0, &mut Area::EMPTY.bytes()))?;
    }
    let mut done = 0_u32;
    for buffer in buffers(list, count) {
        // Buffers may overlap, and then their total length can exceed memory.
        let Some(end) = done.checked_add(buffer.length()) else { break };
        let offset = from.saturating_add(u64::from(done));
        let wanted = index(buffer.length());
        let read =
            ask::<BESIDE, _>(|space| space.read_into(handle, offset, wanted, &mut buffer.bytes()))?;
        if read < wanted {
            return Ok(done + u32::try_from(read).expect("BUG: less than 32 bits"));
        }
        done = end;
    }
    Ok(done)
}

/// Writes the buffers until one does not fit, and returns the number of bytes. It is an error if
/// nothing fits.
fn write<const BESIDE: bool>(
    handle: Handle,
    from: u64,
    append: bool,
    list: u32,
    count: u32,
) -> Result<u32> {
    let now = host::now();
    let put = |buffer, offset| put::<BESIDE>(handle, offset, append, buffer, now);
    let mut done = 0_u32;
    if count == 0 {
        // Check first that the file may be written at all.
        put(Area::EMPTY, from)?;
    }
    for buffer in buffers(list, count) {
        let Some(end) = done.checked_add(buffer.length()) else { break };
        match put(buffer, from.saturating_add(u64::from(done))) {
            Ok(written) if written < buffer.length() => return Ok(done + written),
            Ok(_) => done = end,
            Err(_) if done > 0 => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(done)
}

fn put<const BESIDE: bool>(
    handle: Handle,
    offset: u64,
    append: bool,
    buffer: Area,
    now: Timestamp,
) -> Result<u32> {
    let written = change::<BESIDE, _>(|held| {
        let (length, mut bytes) = (index(buffer.length()), buffer.bytes());
        if append {
            held.space.append_from(handle, length, &mut bytes, now)
        } else {
            held.space.write_from(handle, offset, length, &mut bytes, now)
        }
    })?;
    Ok(u32::try_from(written).expect("BUG: a buffer has 32 bits"))
}
