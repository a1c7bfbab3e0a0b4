//! The content of a file in a space, read in pieces without its holes.

use tmpfs::{DescriptorFlags, Error, Follow, Handle, OpenFlags, PAGE, Result, Stat};

use crate::copy::outcome::{Fault, Reason};
use crate::held::Held;
use crate::number::count;

/// The most bytes that are read at once while the lock is held.
pub(crate) const PIECE: usize = 16 * PAGE;

/// A file that is being read. Every piece comes from the same state of the file, or is refused.
pub(crate) struct Contents {
    file: Held,
    pub(crate) stat: Stat,
    /// The inode number.
    pub(crate) number: u64,
    /// A hash that changes with the file, as long as the clock moved in between.
    state: u64,
}

impl Contents {
    /// Opens a file in a directory.
    pub(crate) fn open(above: &Held, name: &str) -> Result<Self> {
        let file = above.open(Follow::No, name, OpenFlags::default(), DescriptorFlags::READ)?;
        let (stat, number, state) = file.ask(|engine, file| {
            let (stat, number) = engine.identify(file)?;
            Ok((stat, number, engine.metadata_hash(file)?.upper))
        })?;
        Ok(Self { file, stat, number, state })
    }

    /// Reads the next bytes at or after `offset` that are not a hole, until `buffer` is full.
    /// Returns their offset and their number, or `None` at the end.
    #[cfg(target_os = "linux")]
    pub(crate) fn next(
        &self,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<Option<(u64, usize)>, Fault> {
        self.ask(|engine, file| {
            let Some(begin) = engine.next_data(file, offset)? else { return Ok(None) };
            let length = engine.read_at(file, begin, buffer)?;
            Ok(Some((begin, length)))
        })
    }

    /// Fills a buffer from `offset` on, with zeros for holes. Precondition: the file was that long
    /// when it was opened.
    pub(crate) fn fill(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Fault> {
        let read = self.ask(|engine, file| engine.read_at(file, offset, buffer))?;
        // The hash hides a change if the clock stands still.
        if read < buffer.len() { Err(Reason::Changed.into()) } else { Ok(()) }
    }

    /// Returns the parts that are not holes, in their order, each with its beginning and end. There
    /// is at most one part for every 4,096 charged bytes.
    pub(crate) fn parts(&self) -> Result<Vec<(u64, u64)>, Fault> {
        self.ask(|engine, file| {
            let size = engine.stat(file)?.size;
            let mut parts: Vec<(u64, u64)> = Vec::new();
            let mut at = 0;
            while let Some(begin) = engine.next_data(file, at)? {
                let page = count(PAGE);
                let end = (begin / page + 1).checked_mul(page).ok_or(Error::FileTooLarge)?;
                match parts.last_mut() {
                    Some((_, last)) if *last == begin => *last = end.min(size),
                    _ => parts.push((begin, end.min(size))),
                }
                at = end;
            }
            Ok(parts)
        })
    }

    /// Runs `work` with the engine, unless the file has changed.
    fn ask<R>(&self, work: impl FnOnce(&tmpfs::Space, Handle) -> Result<R>) -> Result<R, Fault> {
        self.file.ask(|engine, file| {
            if engine.metadata_hash(file)?.upper == self.state {
                return Ok(work(engine, file).map_err(Fault::from));
            }
            let shrank = engine.stat(file)?.size < self.stat.size;
            Ok(Err(if shrank { Reason::Shrank } else { Reason::Changed }.into()))
        })?
    }
}
