//! Entries of a tar archive that is being read: ustar, pax and GNU.
//!
//! The layout of blocks comes from the crate `tar`. Its iterator is not used, for four reasons. It
//! holds names, records and maps of any size that an archive gives. It reads through holes byte by
//! byte. It takes the first line as the name if a pax record has several. It does not know sparse
//! files of pax.

use std::io::{ErrorKind, Read};

use tar::{EntryType, GnuExtSparseHeader, GnuSparseHeader, Header};
use tmpfs::Timestamp;

use crate::copy::outcome::{Reason, Stop};
use crate::copy::pax;
use crate::number::count;

/// The most bytes of a header that holds a name or records.
const WORDS: u64 = 1 << 20;

/// The most parts of a sparse file.
const PARTS: usize = 1 << 20;

const BLOCK: usize = 512;

/// Kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    HardLink,
    SymbolicLink,
    Strange(Reason),
}

/// An entry. Its data follow in the archive.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: Vec<u8>,
    pub(crate) kind: Kind,
    /// The target of a link.
    pub(crate) target: Vec<u8>,
    pub(crate) modified: Timestamp,
    /// The size of the file, its holes included.
    pub(crate) size: u64,
    /// The parts of the file that are in the archive, in their order: offset and length.
    pub(crate) parts: Result<Vec<(u64, u64)>, Reason>,
}

/// The properties of an entry that earlier headers give.
#[derive(Debug, Default)]
struct Told {
    name: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    size: Option<u64>,
    modified: Option<Timestamp>,
    /// The sparse format of pax; an error if it is not supported.
    sparse: Option<Result<(), Reason>>,
    sparse_name: Option<Vec<u8>>,
    real_size: Option<u64>,
}

/// An archive that is being read.
pub(crate) struct Entries<R> {
    archive: R,
    /// The number of bytes of the last entry's data that were not read yet, and of the bytes that
    /// fill its last block.
    left: u64,
    filling: u64,
}

impl<R: Read> Entries<R> {
    pub(crate) fn new(archive: R) -> Self {
        Self { archive, left: 0, filling: 0 }
    }

    /// Returns the next entry, or `None` at the archive's end mark.
    pub(crate) fn next(&mut self) -> Result<Option<Item>, Stop> {
        let mut told = Told::default();
        loop {
            self.skip_data()?;
            let mut header = Header::new_old();
            if !self.fill(header.as_mut_bytes())? {
                return Err(Stop::Archive("it has no end mark, so it was cut"));
            }
            if header.as_bytes().iter().all(|byte| *byte == 0) {
                return Ok(None);
            }
            check_sum(&header)?;
            let kind = header.entry_type();
            let size = header.entry_size().map_err(|_| Stop::Archive("a size is not a number"))?;
            match kind {
                EntryType::GNULongName => told.name = Some(self.text(size)?),
                EntryType::GNULongLink => told.target = Some(self.text(size)?),
                EntryType::XHeader => {
                    let records = self.words(size)?;
                    told.read(&records)?;
                }
                EntryType::XGlobalHeader => {
                    let records = self.words(size)?;
                    let mut global = Told::default();
                    global.read(&records)?;
                    if !matches!(
                        global,
                        Told { name: None, target: None, size: None, sparse: None, .. }
                    ) {
                        return Err(Stop::Archive("a global header gives names or sizes"));
                    }
                }
                _ => return self.item(&header, kind, size, told).map(Some),
            }
        }
    }

    /// Returns the entry of a header.
    fn item(
        &mut self,
        header: &Header,
        kind: EntryType,
        size: u64,
        told: Told,
    ) -> Result<Item, Stop> {
        let size = told.size.unwrap_or(size);
        let name = told.sparse_name.or(told.name);
        let name = name.unwrap_or_else(|| header.path_bytes().into_owned());
        let target = told.target.or_else(|| header.link_name_bytes().map(|it| it.into_owned()));
        // A time of 64 bits in a header is signed.
        let seconds = header.mtime().unwrap_or(0).cast_signed();
        let modified = told.modified.unwrap_or(Timestamp { seconds, nanoseconds: 0 });
        let kind = match kind {
            // Before ustar, a directory was a file whose name ends with a slash.
            EntryType::Regular if name.ends_with(b"/") => Kind::Directory,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File,
            EntryType::Directory => Kind::Directory,
            EntryType::Link => Kind::HardLink,
            EntryType::Symlink => Kind::SymbolicLink,
            EntryType::Char | EntryType::Block => Kind::Strange(Reason::Device),
            EntryType::Fifo => Kind::Strange(Reason::Fifo),
            _ => Kind::Strange(Reason::UnknownKind),
        };
        if size > 0 && !matches!(kind, Kind::File | Kind::Strange(Reason::UnknownKind)) {
            // Some programs skip that many bytes and others do not, so they would see different
            // archives.
            return Err(Stop::Archive("an entry that is not a file has a size"));
        }
        let whole = vec![(0, size)];
        let mut item = Item {
            name,
            kind,
            target: target.unwrap_or_default(),
            modified,
            size,
            parts: Ok(whole),
        };
        if header.entry_type() == EntryType::GNUSparse {
            (item.size, item.parts) = self.gnu_parts(header, size)?;
        }
        self.expect(size)?;
        if let Some(sparse) = told.sparse {
            item.size = told.real_size.unwrap_or(0);
            item.parts = match sparse {
                Ok(()) => self.pax_parts(item.size)?,
                Err(reason) => Err(reason),
            };
        }
        Ok(item)
    }

    /// Reads the map of a sparse file of GNU's format. It continues in blocks after the header.
    fn gnu_parts(&mut self, header: &Header, size: u64) -> Result<(u64, Parts), Stop> {
        let Some(gnu) = header.as_gnu() else {
            return Ok((0, Err(Reason::UnknownKind)));
        };
        let mut parts = Vec::new();
        let mut whole = read_parts(&gnu.sparse, &mut parts);
        let mut more = gnu.is_extended();
        while more {
            let mut block = GnuExtSparseHeader::new();
            if !self.fill(block.as_mut_bytes())? {
                return Err(CUT);
            }
            if parts.len() > PARTS {
                return Err(Stop::Archive("the map of a sparse file is too long"));
            }
            whole = whole.and(read_parts(block.sparse(), &mut parts));
            more = block.is_extended();
        }
        let real = gnu.real_size();
        let real = real.map_err(|_| Stop::Archive("the size of a sparse file is not a number"))?;
        Ok((real, whole.and_then(|()| checked(parts, real, size))))
    }

    /// Reads the map of a sparse file of pax, version 1.0. It is at the beginning of the data.
    fn pax_parts(&mut self, real: u64) -> Result<Parts, Stop> {
        let mut read = 0;
        let mut line = |entries: &mut Self| {
            let mut digits = Vec::new();
            loop {
                let mut byte = [0];
                if digits.len() > 20 || entries.read(&mut byte)? == 0 {
                    return Ok(None);
                }
                read += 1;
                match byte {
                    [b'\n'] => return Ok(pax::number(&digits)),
                    [digit] => digits.push(digit),
                }
            }
        };
        let lies = Ok(Err(Reason::SizesLie));
        let Some(number) = line(self)? else { return lies };
        if number > count(PARTS) {
            return Err(Stop::Archive("the map of a sparse file is too long"));
        }
        let mut parts = Vec::new();
        for _ in 0..number {
            let (Some(begin), Some(length)) = (line(self)?, line(self)?) else { return lies };
            parts.push((begin, length));
        }
        let mut filling = [0; BLOCK];
        let filling = &mut filling[..(BLOCK - read % BLOCK) % BLOCK];
        if self.read_all(filling)? < filling.len() {
            return lies;
        }
        Ok(checked(parts, real, self.left))
    }

    /// Reads data of the entry until the buffer is full or the data end.
    pub(crate) fn read_all(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        let mut done = 0;
        while done < buffer.len() {
            let read = self.read(&mut buffer[done..])?;
            if read == 0 {
                break;
            }
            done += read;
        }
        Ok(done)
    }

    /// Reads some data of the entry; returns 0 at their end.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if length == 0 {
            return Ok(0);
        }
        let read = self.some(&mut buffer[..length])?;
        if read == 0 {
            return Err(CUT);
        }
        self.left -= count(read);
        Ok(read)
    }

    /// Sets the number of bytes of data that come next.
    fn expect(&mut self, size: u64) -> Result<(), Stop> {
        let blocks = size.checked_next_multiple_of(count(BLOCK));
        self.filling = blocks.ok_or(Stop::Archive("a size is not a number"))? - size;
        self.left = size;
        Ok(())
    }

    /// Skips the rest of an entry.
    fn skip_data(&mut self) -> Result<(), Stop> {
        self.left = self.left.checked_add(self.filling).ok_or(CUT)?;
        self.filling = 0;
        let mut buffer = [0; 16 * BLOCK];
        while self.read(&mut buffer)? > 0 {}
        Ok(())
    }

    /// Reads the data of a header that holds a name or records.
    fn words(&mut self, size: u64) -> Result<Vec<u8>, Stop> {
        if size > WORDS {
            return Err(Stop::Archive("a name or the records of an entry are longer than 1 MiB"));
        }
        self.expect(size)?;
        let length = usize::try_from(size).expect("BUG: it was compared");
        let mut words = vec![0; length];
        self.read_all(&mut words)?;
        Ok(words)
    }

    /// Reads a name. It ends with a NUL.
    fn text(&mut self, size: u64) -> Result<Vec<u8>, Stop> {
        let mut text = self.words(size)?;
        if text.last() == Some(&0) {
            text.pop();
        }
        Ok(text)
    }

    /// Reads a whole block; returns false if the archive ends before it.
    fn fill(&mut self, block: &mut [u8; BLOCK]) -> Result<bool, Stop> {
        let mut done = 0;
        while done < BLOCK {
            match self.some(&mut block[done..])? {
                0 if done == 0 => return Ok(false),
                0 => return Err(CUT),
                read => done += read,
            }
        }
        Ok(true)
    }

    fn some(&mut self, buffer: &mut [u8]) -> Result<usize, Stop> {
        loop {
            match self.archive.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read.map_err(Stop::Host),
            }
        }
    }
}

const CUT: Stop = Stop::Archive("it was cut");

/// The parts of a file that are in an archive, or the reason why they are unknown.
type Parts = Result<Vec<(u64, u64)>, Reason>;

/// Refuses a block that is not a header.
fn check_sum(header: &Header) -> Result<(), Stop> {
    let mut expected = header.clone();
    expected.set_cksum();
    let told = header.cksum();
    if told.ok() != expected.cksum().ok() {
        return Err(Stop::Archive("a header is damaged, or this is no tar archive"));
    }
    Ok(())
}

fn read_parts(map: &[GnuSparseHeader], parts: &mut Vec<(u64, u64)>) -> Result<(), Reason> {
    for part in map.iter().filter(|part| !part.is_empty()) {
        let (Ok(begin), Ok(length)) = (part.offset(), part.length()) else {
            return Err(Reason::SizesLie);
        };
        parts.push((begin, length));
    }
    Ok(())
}

/// Checks that the parts are in order and within the file, and together as long as the data.
fn checked(parts: Vec<(u64, u64)>, real: u64, size: u64) -> Parts {
    let (mut end, mut sum) = (0, 0_u64);
    for (begin, length) in &parts {
        let next = begin.checked_add(*length).filter(|next| *begin >= end && *next <= real);
        end = next.ok_or(Reason::SizesLie)?;
        sum = sum.checked_add(*length).ok_or(Reason::SizesLie)?;
    }
    if sum == size { Ok(parts) } else { Err(Reason::SizesLie) }
}

impl Told {
    /// Reads records of pax.
    fn read(&mut self, mut records: &[u8]) -> Result<(), Stop> {
        let wrong = || Stop::Archive("a record is damaged");
        let mut version = (None, None);
        while !records.is_empty() {
            let (key, value, rest) = pax::record(records).ok_or_else(wrong)?;
            records = rest;
            match key {
                "path" => self.name = Some(value.to_vec()),
                "linkpath" => self.target = Some(value.to_vec()),
                "size" => self.size = Some(pax::number(value).ok_or_else(wrong)?),
                "mtime" => self.modified = Some(pax::time(value).ok_or_else(wrong)?),
                "GNU.sparse.name" => self.sparse_name = Some(value.to_vec()),
                "GNU.sparse.realsize" => {
                    self.real_size = Some(pax::number(value).ok_or_else(wrong)?);
                }
                "GNU.sparse.major" => version.0 = Some(value),
                "GNU.sparse.minor" => version.1 = Some(value),
                // Versions 0.0 and 0.1, which GNU tar wrote until 2006.
                key if key.starts_with("GNU.sparse.") => {
                    self.sparse = Some(Err(Reason::UnknownKind));
                }
                _ => {}
            }
        }
        match version {
            (Some(b"1"), Some(b"0")) => self.sparse = Some(Ok(())),
            (None, None) => {}
            _ => self.sparse = Some(Err(Reason::UnknownKind)),
        }
        Ok(())
    }
}
