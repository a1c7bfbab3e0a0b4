//! Reading, writing and resizing files, which are stored in pages.

use core::mem;

use crate::error::{Error, Result};
use crate::handle::Handle;
use crate::id::Id;
use crate::layer::Stock;
use crate::map::Map;
use crate::node::{File, Node};
use crate::page::Page;
use crate::pages::{PAGE, PageStore};
use crate::refusal::Limit;
use crate::space::Space;
use crate::stat::Timestamp;
use crate::stored::bytes;
use crate::transfer::{Sink, Source, Zeros};

/// The smallest first page of a file.
const SMALLEST: usize = crate::prices::SMALLEST_PAGE;

/// The smallest size of any other page. Larger pages are multiples of it.
const STEP: usize = 4096;

impl<S: PageStore> Space<S> {
    /// Reads into `bytes` from `offset` on and returns the number of bytes read. That number is
    /// smaller than the buffer only at the end of the file.
    ///
    /// # Errors
    /// - `BadDescriptor`, also for a handle that is not open for reading;
    /// - `IsDirectory`;
    /// - `Io` of the page store.
    pub fn read_at(&self, handle: Handle, offset: u64, mut bytes: &mut [u8]) -> Result<usize> {
        self.read_into(handle, offset, bytes.len(), &mut bytes)
    }

    /// Reads at most `length` bytes from `offset` on into a sink, as [`Space::read_at`] does. After
    /// an error the sink may have received some of them.
    ///
    /// # Errors
    /// Those of [`Space::read_at`].
    pub fn read_into<K: Sink>(
        &self,
        handle: Handle,
        offset: u64,
        length: usize,
        sink: &mut K,
    ) -> Result<usize> {
        let open = self.opened(handle)?;
        if !open.flags.read {
            return Err(Error::BadDescriptor);
        }
        let File { size, pages } = self.stock.node(open.node).file().ok_or(Error::IsDirectory)?;
        let left = usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = length.min(left);
        let mut done = 0;
        while done < wanted {
            let (number, at) = locate(offset + self::length(done));
            let piece = (PAGE - at).min(wanted - done);
            match self.stock.layer.map_get(pages, number) {
                None => sink.put_zeros(piece),
                Some(page) => self.stock.layer.read_page(page, at, piece, sink)?,
            }
            done += piece;
        }
        Ok(wanted)
    }

    /// Returns the offset of the first data at or after `offset`, as `SEEK_DATA` does.
    ///
    /// It is `None` if only a hole or the end of the file follows. Data and holes are multiples of
    /// [`PAGE`] bytes. The time does not depend on the sizes of holes.
    ///
    /// # Errors
    /// Those of [`Space::read_at`], except `Io`.
    pub fn next_data(&self, handle: Handle, offset: u64) -> Result<Option<u64>> {
        let open = self.opened(handle)?;
        if !open.flags.read {
            return Err(Error::BadDescriptor);
        }
        let File { size, pages } = self.stock.node(open.node).file().ok_or(Error::IsDirectory)?;
        let next = self.stock.layer.map_next(pages, locate(offset).0);
        let begin = next.map(|(number, _)| offset.max(number * length(PAGE)));
        Ok(begin.filter(|begin| begin < size))
    }

    /// Writes `bytes` from `offset` on and returns the number of bytes written.
    ///
    /// A gap between the end of the file and `offset` reads as zeros and costs nothing.
    ///
    /// The write can be shorter than `bytes` in two cases:
    ///
    /// - The limit of a file's size cuts the write at exactly that size.
    /// - Any other limit, and the page store, refuse a whole piece of the write. Pieces end at
    ///   multiples of [`PAGE`]. The write ends before the piece that was refused. If that is the
    ///   first piece, the write fails.
    ///
    /// [`Limits::content`](crate::Limits::content) explains the charge for a piece.
    ///
    /// # Errors
    /// - `BadDescriptor`, also for a handle that is not open for writing;
    /// - `FileTooLarge`;
    /// - `InsufficientSpace`;
    /// - `Quota`;
    /// - `Io` of the page store.
    pub fn write_at(
        &mut self,
        handle: Handle,
        offset: u64,
        bytes: &[u8],
        now: Timestamp,
    ) -> Result<usize> {
        self.write_from(handle, offset, bytes.len(), &mut { bytes }, now)
    }

    /// Writes `bytes` at the end of the file and returns the number of bytes written.
    ///
    /// # Errors
    /// Those of [`Space::write_at`].
    pub fn append(&mut self, handle: Handle, bytes: &[u8], now: Timestamp) -> Result<usize> {
        self.append_from(handle, bytes.len(), &mut { bytes }, now)
    }

    /// Writes `length` bytes of a source from `offset` on, as [`Space::write_at`] does.
    ///
    /// If the write is short, the source may have given more or fewer bytes than were written.
    ///
    /// # Errors
    /// Those of [`Space::write_at`].
    pub fn write_from<R: Source>(
        &mut self,
        handle: Handle,
        offset: u64,
        length: usize,
        source: &mut R,
        now: Timestamp,
    ) -> Result<usize> {
        let node = self.opened_to_write(handle)?;
        self.write(node, offset, length, source, now)
    }

    /// Writes `length` bytes of a source at the end of the file.
    ///
    /// # Errors
    /// Those of [`Space::write_at`].
    pub fn append_from<R: Source>(
        &mut self,
        handle: Handle,
        length: usize,
        source: &mut R,
        now: Timestamp,
    ) -> Result<usize> {
        let node = self.opened_to_write(handle)?;
        self.write(node, self.size(node), length, source, now)
    }

    /// Truncates a file, or extends it with zeros that cost nothing.
    ///
    /// # Errors
    /// - `BadDescriptor`;
    /// - `Invalid` for a handle that is not open for writing, as on Linux;
    /// - `FileTooLarge`;
    /// - `InsufficientSpace` and `Quota` if the space is based on a template: the page that the new
    ///   size cuts may have to be copied. The size 0 needs no copy of a page;
    /// - `Io` of the page store.
    ///
    /// After an error the size has not changed.
    pub fn set_size(&mut self, handle: Handle, size: u64, now: Timestamp) -> Result<()> {
        let open = self.opened(handle)?;
        if !open.flags.write {
            return Err(Error::Invalid);
        }
        let node = open.node;
        let held = self.size(node);
        // POSIX, ftruncate: the limit applies to growth only.
        if size > held && size > self.limits().file_size {
            return Err(self.stock.quota.refuse(Limit::FileSize, size, held));
        }
        self.cut(node, size, now)
    }

    /// Returns the size of a file that is open for writing.
    fn size(&self, node: Id<Node>) -> u64 {
        self.stock.node(node).file().expect("BUG: it is for writing").size
    }

    fn opened_to_write(&self, handle: Handle) -> Result<Id<Node>> {
        let open = self.opened(handle)?;
        if open.flags.write { Ok(open.node) } else { Err(Error::BadDescriptor) }
    }

    fn write<R: Source>(
        &mut self,
        node: Id<Node>,
        offset: u64,
        wanted: usize,
        source: &mut R,
        now: Timestamp,
    ) -> Result<usize> {
        if wanted == 0 {
            return Ok(0);
        }
        let allowed = self.limits().file_size.saturating_sub(offset);
        let allowed = usize::try_from(allowed).unwrap_or(usize::MAX).min(wanted);
        if allowed < wanted {
            let end = offset.saturating_add(length(wanted));
            let held = self.size(node);
            let error = self.stock.quota.refuse(Limit::FileSize, end, held);
            if allowed == 0 {
                return Err(error);
            }
        }
        self.stock.own_node(node)?;
        let (written, held) = self.stock.change_file(node, |stock, file| {
            let mut done = 0;
            let mut outcome = Ok(());
            while done < allowed && outcome.is_ok() {
                let (number, at) = locate(offset + length(done));
                let piece = (PAGE - at).min(allowed - done);
                outcome = stock.write_piece(&mut file.pages, number, at, piece, source);
                if outcome.is_ok() {
                    done += piece;
                }
            }
            if done == 0 {
                return outcome.map(|()| 0);
            }
            file.size = file.size.max(offset + length(done));
            Ok(done)
        });
        if written.is_ok() {
            held.times.touch(now);
        }
        written
    }

    /// Sets the size of a file.
    pub(crate) fn cut(&mut self, node: Id<Node>, size: u64, now: Timestamp) -> Result<()> {
        self.stock.own_node(node)?;
        let (cut, held) = self.stock.change_file(node, |stock, file| {
            if size == 0 {
                let pages = mem::replace(&mut file.pages, Map::EMPTY);
                stock.map_clear(pages, Stock::remove_page);
            } else if size < file.size {
                stock.cut_pages(&mut file.pages, size)?;
            }
            file.size = size;
            Ok(())
        });
        if cut.is_ok() {
            held.times.touch(now);
        }
        cut
    }
}

impl<S: PageStore> Stock<S> {
    /// Writes within one page of a file. If a limit refuses, nothing changes.
    fn write_piece<R: Source>(
        &mut self,
        pages: &mut Map<Page>,
        number: u64,
        at: usize,
        length: usize,
        source: &mut R,
    ) -> Result<()> {
        let Some(page) = self.layer.map_get(pages, number) else {
            if source.is_zero(length) {
                source.skip(length);
                return Ok(());
            }
            let page = self.add_page(capacity_for(number, at + length))?;
            let set = self.write_page(page, at, length, source);
            let set = set.and_then(|()| self.map_set(pages, number, page));
            return set.inspect_err(|_| self.remove_page(page));
        };
        if length == PAGE && source.is_zero(length) {
            source.skip(length);
            self.map_remove(pages, number)?;
            self.remove_page(page);
            return Ok(());
        }
        let own = self.own_page_at(pages, number, page, capacity_for(number, at + length))?;
        self.write_page(own, at, length, source)
    }

    /// Makes sure that a page of a file has at least `capacity` bytes and may be changed. After an
    /// error nothing has changed.
    fn own_page_at(
        &mut self,
        pages: &mut Map<Page>,
        number: u64,
        page: Id<Page>,
        capacity: u32,
    ) -> Result<Id<Page>> {
        let own = self.own_page(page, capacity)?;
        if own != page {
            let set = self.map_set(pages, number, own);
            set.inspect_err(|_| self.discard_copy(own, page))?;
        }
        Ok(own)
    }

    /// Removes the content from `size` on. Precondition: `size` is within the file and greater than
    /// 0.
    fn cut_pages(&mut self, pages: &mut Map<Page>, size: u64) -> Result<()> {
        let (number, at) = locate(size);
        let first = if at > 0 { number + 1 } else { number };
        if self.layer.base().is_some() {
            let mut from = first;
            while let Some((number, _)) = self.layer.map_next(pages, from) {
                self.map_own(pages, number)?;
                from = number + 1;
            }
        }
        if at > 0 {
            self.cut_page(pages, number, at)?;
        }
        while let Some((number, page)) = self.layer.map_next(pages, first) {
            self.map_remove(pages, number).expect("BUG: its way is the space's own");
            self.remove_page(page);
        }
        Ok(())
    }

    /// Fills a page with zeros from `at` on, and shrinks the page if possible.
    fn cut_page(&mut self, pages: &mut Map<Page>, number: u64, at: usize) -> Result<()> {
        let Some(page) = self.layer.map_get(pages, number) else { return Ok(()) };
        if bytes(self.capacity(page)) <= at {
            return Ok(());
        }
        self.map_own(pages, number)?;
        let capacity = capacity_for(number, at);
        if capacity < self.capacity(page) {
            match self.shrink_page(page, capacity, at) {
                Ok(smaller) => {
                    self.map_set(pages, number, smaller).expect("BUG: its way is the space's own");
                    return Ok(());
                }
                // The page of a template cannot stay as it is.
                Err(error) if !self.layer.owns_page(page) => return Err(error),
                Err(_) => {}
            }
        }
        let own = self.own_page_at(pages, number, page, 0)?;
        let end = bytes(self.capacity(own));
        self.write_page(own, at, end - at, &mut Zeros)
    }
}

/// Returns the number of the page that holds an offset, and the position in it.
#[inline]
fn locate(offset: u64) -> (u64, usize) {
    let page = length(PAGE);
    let at = usize::try_from(offset % page).expect("BUG: a page fits memory");
    (offset / page, at)
}

#[inline]
fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).expect("BUG: a length fits 64 bits")
}

/// Returns the size of a page whose content ends at `end`. The first page of a file is as small as
/// possible, since most files are small.
#[inline]
fn capacity_for(number: u64, end: usize) -> u32 {
    let small = number == 0 && end <= STEP;
    let capacity =
        if small { end.next_power_of_two().max(SMALLEST) } else { end.next_multiple_of(STEP) };
    u32::try_from(capacity).expect("BUG: a page is small")
}
