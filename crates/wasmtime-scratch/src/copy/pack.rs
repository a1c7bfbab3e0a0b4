//! Copying trees of a space to tar archives.

use std::io::Write;

use tar::{EntryType, GnuExtSparseHeader, GnuSparseHeader, Header};
use tmpfs::{PAGE, Stat, Timestamp};

use crate::copy::contents::{Contents, PIECE};
use crate::copy::outcome::{Fault, Log, Stop};
use crate::copy::pax;
use crate::copy::walk::{Receive, Top, Walk};
use crate::number::count;
use crate::space::Space;

const BLOCK: usize = 512;

/// The smallest number that does not fit the eleven octal digits of a header's field.
const OCTAL: u64 = 1 << 33;

/// Writes a file or tree of the space to an archive. Returns the path at which it ended.
pub(crate) fn copy(
    space: &Space,
    from: &str,
    archive: impl Write,
    log: &mut Log<'_>,
) -> (String, Result<(), Stop>) {
    let top = match Top::find(space, from) {
        Ok(top) => top,
        Err(error) => return (from.to_owned(), log.settle(from, Err(error.into()))),
    };
    let mut walk = Walk::new(log, Archive { archive, buffer: vec![0; PIECE] });
    let outcome = walk.run(&top, &()).and_then(|()| {
        let archive = &mut walk.receive.archive;
        let ended = archive.write_all(&[0; 2 * BLOCK]).and_then(|()| archive.flush());
        ended.map_err(Stop::Host)
    });
    (walk.path, outcome)
}

/// An archive that is being written.
struct Archive<W> {
    archive: W,
    buffer: Vec<u8>,
}

/// The content of an entry's header.
struct Entry<'walk> {
    kind: EntryType,
    path: &'walk str,
    target: &'walk str,
    mode: u32,
    modified: Timestamp,
    /// The number of bytes of data after the header.
    size: u64,
}

impl<W: Write> Archive<W> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.archive.write_all(bytes).map_err(Stop::Host)
    }

    /// Fills up the last block of `size` bytes with zeros.
    fn fill(&mut self, size: u64) -> Result<(), Stop> {
        let last = usize::try_from(size % count(BLOCK)).expect("BUG: it is less than a block");
        self.put(&[0; BLOCK][..(BLOCK - last) % BLOCK])
    }

    /// Returns the header of an entry, after writing the records that precede it.
    fn header(&mut self, entry: &Entry<'_>) -> Result<Header, Stop> {
        let Entry { kind, path, target, mode, modified, size } = *entry;
        let mut records = Vec::new();
        for (key, text) in [("path", path), ("linkpath", target)] {
            if text.len() > 100 || !text.is_ascii() {
                pax::add(&mut records, key, text.as_bytes());
            }
        }
        let seconds = u64::try_from(modified.seconds).ok().filter(|seconds| *seconds < OCTAL);
        if seconds.is_none() || modified.nanoseconds > 0 {
            pax::add(&mut records, "mtime", pax::time_text(modified).as_bytes());
        }
        if size >= OCTAL {
            pax::add(&mut records, "size", size.to_string().as_bytes());
        }
        if !records.is_empty() {
            let length = count(records.len());
            let mut header = filled(EntryType::XHeader, "PaxHeaders/x", 0o644, length);
            header.set_cksum();
            self.put(header.as_bytes())?;
            self.put(&records)?;
            self.fill(length)?;
        }
        let mut header = filled(kind, path, mode, size);
        header.set_mtime(seconds.unwrap_or(0));
        name(&mut header.as_old_mut().linkname, target);
        Ok(header)
    }

    fn put_header(&mut self, entry: &Entry<'_>) -> Result<(), Stop> {
        let mut header = self.header(entry)?;
        header.set_cksum();
        self.put(header.as_bytes())
    }

    /// Writes the header of a file, and the map of its parts if there are holes.
    fn file_header(
        &mut self,
        entry: Entry<'_>,
        real: u64,
        parts: &[(u64, u64)],
    ) -> Result<(), Stop> {
        if parts == [(0, real)] || real == 0 {
            return self.put_header(&entry);
        }
        let mut header = self.header(&Entry { kind: EntryType::GNUSparse, ..entry })?;
        // A part of no bytes marks a hole at the end.
        let end = parts.last().is_none_or(|(_, end)| *end < real).then_some((real, real));
        let mut parts = parts.iter().copied().chain(end).peekable();
        let gnu = header.as_gnu_mut().expect("BUG: it was made as one");
        gnu.set_real_size(real);
        set_parts(&mut gnu.sparse, &mut parts);
        gnu.set_is_extended(parts.peek().is_some());
        header.set_cksum();
        self.put(header.as_bytes())?;
        while parts.peek().is_some() {
            let mut block = GnuExtSparseHeader::new();
            set_parts(block.sparse_mut(), &mut parts);
            block.set_is_extended(parts.peek().is_some());
            self.put(block.as_bytes())?;
        }
        Ok(())
    }

    /// Writes the parts of a file. `put` counts the bytes that were written.
    fn data(
        &mut self,
        path: &str,
        contents: &Contents,
        parts: &[(u64, u64)],
        put: &mut u64,
        log: &mut Log<'_>,
    ) -> Result<(), Fault> {
        for (begin, end) in parts {
            let mut offset = *begin;
            while offset < *end {
                let length = usize::try_from(end - offset).unwrap_or(PIECE).min(PIECE);
                contents.fill(offset, &mut self.buffer[..length])?;
                self.archive.write_all(&self.buffer[..length]).map_err(Stop::Host)?;
                offset += count(length);
                *put += count(length);
                log.copied.bytes += count(length);
                log.tell(path);
            }
        }
        Ok(())
    }
}

impl<W: Write> Receive for Archive<W> {
    type Directory = ();

    fn enter(&mut self, (): &(), path: &str, stat: &Stat, log: &mut Log<'_>) -> Result<(), Fault> {
        let path = format!("{path}/");
        self.put_header(&Entry {
            kind: EntryType::Directory,
            path: &path,
            target: "",
            mode: 0o755,
            modified: stat.modified,
            size: 0,
        })?;
        log.copied.directories += 1;
        Ok(())
    }

    fn leave(&mut self, (): (), _: &Stat) -> Result<(), Fault> {
        Ok(())
    }

    fn file(
        &mut self,
        (): &(),
        path: &str,
        contents: &Contents,
        log: &mut Log<'_>,
    ) -> Result<(), Fault> {
        let parts = contents.parts()?;
        let size = parts.iter().map(|(begin, end)| end - begin).sum();
        // A file of one piece is read before its header is written, so that the archive has all of
        // it or nothing.
        let small = size <= count(PIECE);
        let mut whole = Vec::new();
        if small {
            for (begin, end) in &parts {
                let length = usize::try_from(end - begin).expect("BUG: it is less than a piece");
                contents.fill(*begin, &mut self.buffer[..length])?;
                whole.extend_from_slice(&self.buffer[..length]);
            }
        }
        let entry = Entry {
            kind: EntryType::Regular,
            path,
            target: "",
            mode: 0o644,
            modified: contents.stat.modified,
            size,
        };
        self.file_header(entry, contents.stat.size, &parts)?;
        if small {
            self.put(&whole)?;
            self.fill(size)?;
            log.copied.bytes += size;
            return Ok(());
        }
        let mut put = 0;
        let outcome = self.data(path, contents, &parts, &mut put, log);
        if let Err(Fault::Refused(_)) = outcome {
            // The header has already given the size, so fill the rest with zeros.
            self.buffer.fill(0);
            while put < size {
                let length = usize::try_from(size - put).unwrap_or(PIECE).min(PIECE);
                self.archive.write_all(&self.buffer[..length]).map_err(Stop::Host)?;
                put += count(length);
            }
        }
        self.fill(size)?;
        outcome
    }

    fn hard_link(
        &mut self,
        (): &(),
        path: &str,
        (directories, name): (&[&str], &str),
        contents: &Contents,
    ) -> Result<(), Fault> {
        let names: Vec<_> = directories.iter().copied().chain([name]).collect();
        self.put_header(&Entry {
            kind: EntryType::Link,
            path,
            target: &names.join("/"),
            mode: 0o644,
            modified: contents.stat.modified,
            size: 0,
        })?;
        Ok(())
    }

    fn symbolic_link(
        &mut self,
        (): &(),
        path: &str,
        target: &str,
        stat: &Stat,
    ) -> Result<(), Fault> {
        self.put_header(&Entry {
            kind: EntryType::Symlink,
            path,
            target,
            mode: 0o777,
            modified: stat.modified,
            size: 0,
        })?;
        Ok(())
    }
}

/// Returns a header with a size, and with names cut if they are too long.
fn filled(kind: EntryType, path: &str, mode: u32, size: u64) -> Header {
    // Sparse files need GNU's format, in which other fields take the place of ustar's prefix.
    let is_sparse = kind == EntryType::GNUSparse;
    let mut header = if is_sparse { Header::new_gnu() } else { Header::new_ustar() };
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    name(&mut header.as_old_mut().name, path);
    header
}

/// Writes the part of a name that fits the header.
fn name(field: &mut [u8; 100], name: &str) {
    let end = name.floor_char_boundary(field.len());
    field[..end].copy_from_slice(&name.as_bytes()[..end]);
}

fn set_parts(map: &mut [GnuSparseHeader], parts: &mut impl Iterator<Item = (u64, u64)>) {
    for (slot, (begin, end)) in map.iter_mut().zip(parts) {
        slot.set_offset(begin);
        slot.set_length(end - begin);
    }
}

const _: () = assert!(PAGE.is_multiple_of(BLOCK), "parts but for the last end with a block");
