//! Listings of directories. The program keeps the position of a listing as a number.
#![expect(unsafe_code, reason = "functions are exported under the names of an interface")]

use tmpfs::{Cursor, Handle};

use crate::p1::abi::{DIRECTORY, Result, answered, hosted, kind};
use crate::p1::held::{Base, Held, base, look};
use crate::p1::host::raw;
use crate::program::{Area, length};

/// The names at the first two positions, before the directory's own entries.
const DOTS: [&str; 2] = [".", ".."];

answered! {
    "wasi_snapshot_preview1#fd_readdir", "beside:wasi_snapshot_preview1#fd_readdir"
    fn fd_readdir(fd: u32, at: u32, room: u32, cookie: u64, out: u32) {
        let handle = match base::<BESIDE>(fd)? {
            Base::Host(fd) => return hosted::<BESIDE>(|| raw::fd_readdir(fd, at, room, cookie, out)),
            Base::Ours(handle) => handle,
        };
        let (buffer, out) = (Area::new(at, room, 1), Area::new(out, 4, 4));
        out.store32(0, look::<BESIDE, _>(|held| list(held, handle, buffer, cookie))?);
        Ok(())
    }
}

/// Fills the buffer, and returns the number of bytes. The last entry is cut off if the buffer is
/// full.
fn list(held: &Held, directory: Handle, buffer: Area, cookie: u64) -> Result<u32> {
    let space = &held.space;
    let (_, inode) = space.identify(directory)?;
    let mut page = Filled { buffer, used: 0 };
    let mut cookie = cookie;
    let own = u64::try_from(DOTS.len()).expect("BUG: two");
    for (dot, next) in DOTS.iter().zip(1..) {
        if cookie < next && !page.is_full() {
            cookie = next;
            page.add(next, inode, DIRECTORY, dot);
        }
    }
    let mut cursor = Cursor::resume(cookie - own.min(cookie));
    while !page.is_full()
        && let Some(entry) = space.list(directory, &mut cursor)?
    {
        let next = cursor.place().saturating_add(own);
        page.add(next, space.inode(&entry), kind(entry.kind), entry.name);
    }
    Ok(page.used)
}

/// A buffer, and the number of bytes that are filled.
struct Filled {
    buffer: Area,
    used: u32,
}

impl Filled {
    fn is_full(&self) -> bool {
        self.used == self.buffer.length()
    }

    fn add(&mut self, next: u64, inode: u64, kind: u32, name: &str) {
        let mut entry = [0; 24];
        entry[..8].copy_from_slice(&next.to_le_bytes());
        entry[8..16].copy_from_slice(&inode.to_le_bytes());
        entry[16..20].copy_from_slice(&length(name.as_bytes()).to_le_bytes());
        entry[20..].copy_from_slice(&kind.to_le_bytes());
        self.append(&entry);
        self.append(name.as_bytes());
    }

    fn append(&mut self, bytes: &[u8]) {
        self.used += self.buffer.copy_at(self.used, bytes);
    }
}
