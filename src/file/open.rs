//! A file for all who hold it, its handles and the register; before that, a file that was just
//! made.

use alloc::{boxed::Box, sync::Arc};
use core::mem;

use spin::MutexGuard;

use crate::error::{Error, Result};
use crate::file::closed::{self, CLOSED_STOP, Method, State};
use crate::file::lifecycle::Lifecycle;
use crate::file::register;
use crate::file::spool::Limit;
use crate::lock::Lock;
use crate::mode::{Flavour, Mode};
use crate::options::{FileOptions, OwnedOptions, SpooledOptions};
use crate::stream::memory::Memory;
use crate::stream::raw::Raw;
use crate::stream::{Class, Stream};

/// A file that was just made and that no object has yet.
pub(crate) struct Made {
    pub(crate) stream: Stream,
    pub(crate) mode: Mode,
    pub(crate) lifecycle: Lifecycle,
}

impl Made {
    /// Closes the file after a later check failed, and deletes it if that is its duty. The caller
    /// already has an error to return, so another one is dropped.
    pub(crate) fn discard(self) {
        let _ = self.stream.close();
        self.lifecycle.abandon();
    }

    /// Copies the content and the position of `memory` into the file. Discards the file if that
    /// fails.
    pub(crate) fn filled(mut self, memory: &Memory) -> Result<Self> {
        match self.fill(memory) {
            Ok(()) => Ok(self),
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    fn fill(&mut self, memory: &Memory) -> Result<()> {
        let stream = &mut self.stream;
        closed::check(Method::Write, stream.class(), self.mode, State::Open)?;
        let signed = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
        for (start, bytes) in memory.pieces() {
            stream.seek(signed(start), 0)?;
            let mut rest = bytes;
            while !rest.is_empty() {
                rest = &rest[stream.write(rest)?..];
            }
        }
        // The last bytes may be zeros that no page holds.
        if stream.seek(0, 2)? < memory.size() {
            stream.truncate(Some(signed(memory.size())))?;
        }
        stream.seek(signed(memory.position()), 0)?;
        Ok(())
    }
}

/// Makes the file on the disk that a spooled file becomes.
pub(crate) type Maker = fn(&FileOptions<'_>, Flavour) -> Result<Made>;

/// The options of a spooled file, and the way in which it moves to the disk.
pub(crate) struct Spool {
    limit: Limit,
    flavour: Flavour,
    options: Box<OwnedOptions>,
    maker: Maker,
}

impl Spool {
    pub(crate) fn new(options: &SpooledOptions<'_>, flavour: Flavour, maker: Maker) -> Self {
        let limit = Limit::new(options.max_size);
        Self { limit, flavour, options: Box::new(OwnedOptions::of(&options.file)), maker }
    }

    /// Returns the mode as it was given.
    fn mode(&self) -> &str {
        self.options().mode_of(self.flavour)
    }

    /// Returns the parameters of the file on the disk.
    pub(crate) fn options(&self) -> FileOptions<'_> {
        self.options.borrow()
    }
}

/// The stream of a file, as long as the file has it.
pub(crate) enum Held {
    Open(Stream),
    Closed,
    /// After `detach`: every call is an error, `close` too.
    Detached,
}

/// A file that has handles, open or closed.
pub(crate) struct Open {
    pub(crate) held: Held,
    /// The class of the stream; after closing, the class that it had.
    pub(crate) class: Class,
    pub(crate) mode: Mode,
    /// `None` for a file that was never spooled.
    pub(crate) spool: Option<Spool>,
    /// Its entry in the register.
    pub(crate) id: Option<register::Id>,
    /// A text file above decides about the name: ending this one only closes it.
    pub(crate) below_text: bool,
    /// The number of text files that are detached from it, and hold it for its name only.
    pub(crate) left: usize,
    pub(crate) lifecycle: Lifecycle,
}

impl Open {
    /// Opens a file that was just made.
    pub(crate) fn of(made: Made) -> Self {
        let Made { stream, mode, lifecycle } = made;
        let mut open = Self::closed_file(lifecycle);
        (open.class, open.mode) = (stream.class(), mode);
        open.held = Held::Open(stream);
        open
    }

    /// Opens a spooled file in memory.
    pub(crate) fn spooled(spool: Spool) -> Self {
        let stream = Stream::Memory(Memory::new(spool.limit.most()));
        let lifecycle = Lifecycle::anonymous();
        let mut open = Self::of(Made { stream, mode: Mode::READ_WRITE, lifecycle });
        open.spool = Some(spool);
        open
    }

    /// Makes a closed file.
    pub(crate) fn closed_file(lifecycle: Lifecycle) -> Self {
        Self {
            held: Held::Closed,
            class: Class::Raw,
            mode: Mode::READ_WRITE,
            spool: None,
            id: None,
            below_text: false,
            left: 0,
            lifecycle,
        }
    }

    /// Takes the file out of the register.
    pub(crate) fn strike(&mut self) {
        if let Some(id) = self.id.take() {
            register::strike(id);
        }
    }

    /// Returns the stream, or the error of `method` on a file that refuses it.
    pub(crate) fn stream(&mut self, method: Method) -> Result<&mut Stream> {
        let state = match &self.held {
            Held::Open(_) => State::Open,
            Held::Closed => State::Closed,
            Held::Detached => State::Detached,
        };
        closed::check(method, self.class, self.mode, state)?;
        Ok(self.open_stream().expect("BUG: what is neither closed nor detached has a stream"))
    }

    /// Tells whether the mode has `direction`. A buffered file of the other direction says no in
    /// any state, as its class in CPython does.
    pub(crate) fn allows(&mut self, direction: fn(Mode) -> bool) -> Result<bool> {
        let allowed = direction(self.mode);
        if allowed || self.class == Class::Raw {
            self.stream(Method::Ask)?;
        }
        Ok(allowed)
    }

    /// Returns the stream of an open file, whatever its mode.
    pub(crate) fn open_stream(&mut self) -> Option<&mut Stream> {
        match &mut self.held {
            Held::Open(stream) => Some(stream),
            Held::Closed | Held::Detached => None,
        }
    }

    /// Tells whether the file is closed.
    pub(crate) fn closed(&self) -> Result<bool> {
        match self.held {
            Held::Open(_) => Ok(false),
            Held::Closed => Ok(true),
            Held::Detached => Err(Error::value(closed::DETACHED)),
        }
    }

    /// Returns the mode as the class spells it: that of a spooled file as it was given, until the
    /// file is on the disk.
    pub(crate) fn mode_name(&self) -> &str {
        match &self.spool {
            Some(spool) if self.class == Class::Spooled => spool.mode(),
            _ => self.mode.name(),
        }
    }

    /// Closes the stream as `file.close()` does: writes the bytes that wait, and closes the file
    /// whether or not that succeeds. Deletes nothing.
    pub(crate) fn close_stream(&mut self) -> Result<()> {
        if self.closed()? {
            return Ok(());
        }
        match mem::replace(&mut self.held, Held::Closed) {
            Held::Open(stream) => stream.close(),
            Held::Closed | Held::Detached => Ok(()),
        }
    }

    /// Flushes the stream and takes it away without its buffer. The file is detached from then on.
    pub(crate) fn detach_stream(&mut self) -> Result<Raw> {
        let stream = self.stream(Method::Flush)?;
        stream.flush()?;
        if stream.storage().is_none() {
            return Err(Error::unsupported("detach"));
        }
        let raw = match mem::replace(&mut self.held, Held::Detached) {
            Held::Open(stream) => stream.into_raw(),
            Held::Closed | Held::Detached => None,
        };
        Ok(raw.expect("BUG: a stream with storage is one without its buffer"))
    }

    /// Returns the limit of memory, as long as a spooled file is in memory.
    pub(crate) fn limit(&self) -> Option<Limit> {
        self.spool.as_ref().filter(|_| self.class == Class::Spooled).map(|spool| spool.limit)
    }

    /// Moves the file to the disk if its position is beyond the limit of memory: CPython's check
    /// after every write.
    pub(crate) fn check_position(&mut self) -> Result<()> {
        self.check_position_after(0)
    }

    /// Moves the file to the disk if its position is beyond the limit of memory once `more` bytes
    /// are written.
    pub(crate) fn check_position_after(&mut self, more: u64) -> Result<()> {
        match (&self.spool, &self.held) {
            (Some(spool), Held::Open(Stream::Memory(memory)))
                if !spool.limit.allows_position(memory.position().saturating_add(more)) =>
            {
                self.roll_over()
            }
            _ => Ok(()),
        }
    }

    /// Tells whether `truncate` to `size` first moves the file to the disk.
    pub(crate) fn outgrows_memory(&self, size: Option<i64>) -> bool {
        self.limit().zip(size).is_some_and(|(limit, size)| !limit.allows_size(size))
    }

    /// Moves the file to the disk if it is in memory. After a failure nothing has changed.
    pub(crate) fn roll_over(&mut self) -> Result<()> {
        let Some(spool) = &self.spool else {
            return Err(Error::unsupported("rollover"));
        };
        if self.class != Class::Spooled {
            return Ok(());
        }
        let Held::Open(Stream::Memory(memory)) = &self.held else {
            return Err(Error::value(CLOSED_STOP));
        };
        let Made { stream, mode, lifecycle } =
            (spool.maker)(&spool.options(), spool.flavour)?.filled(memory)?;
        (self.class, self.mode) = (stream.class(), mode);
        (self.held, self.lifecycle) = (Held::Open(stream), lifecycle);
        Ok(())
    }
}

/// An open binary file, as [`temporary_file`](crate::temporary_file) and similar functions return
/// it.
///
/// Its methods are those of Python's `FileIO` where it is unbuffered, and of `BufferedRandom`,
/// `BufferedReader` or `BufferedWriter` otherwise; while a spooled file is in memory, those of
/// `SpooledTemporaryFile` over `BytesIO`. They fail with
///
/// * [`Error::Value`] on a closed or detached file, and for an argument that is a `ValueError` in
///   Python,
/// * [`Error::Unsupported`] where the mode or the class does not offer the operation,
/// * [`Error::Os`] where the filesystem refuses.
///
/// With the feature `std` a file and a reference to one are `Read`, `Write` and `Seek`, as
/// `std::fs::File` is. On a `BinaryFile` and on a `&BinaryFile`, a call `file.read(…)`,
/// `file.write(…)` or `file.seek(…)` is still the method of Python's name below. On a
/// `&mut BinaryFile` it is std's where the trait is in scope, and so is `file.take()` on a
/// `BinaryFile`: write `BinaryFile::take(&file)` for [`take`](Self::take). The others, such as
/// `write_all`, `read_to_end` and `rewind`, and all functions that take a reader or a writer, are
/// std's.
///
/// Dropping the file writes the bytes in the buffer, closes the file, and deletes it if that
/// is its duty. Errors are lost then: call [`close`](Self::close) or [`exit`](Self::exit) where
/// they matter.
///
/// # Examples
///
/// ```no_run
/// use wasi_tempfile::{FileOptions, temporary_file};
///
/// let file = temporary_file(&FileOptions::new())?;
/// file.writelines(["one\n", "two\n"])?;
/// file.seek(0, 0)?;
/// assert_eq!(file.readline(None)?, b"one\n");
/// file.close()?;
/// # Ok::<(), wasi_tempfile::Error>(())
/// ```
pub struct BinaryFile(pub(super) Arc<Lock<Open>>);

impl BinaryFile {
    /// Makes the first handle on a file.
    pub(crate) fn new(mut open: Open) -> Self {
        Self(register::enter(|id| {
            open.id = Some(id);
            open
        }))
    }

    /// Makes one more handle on the same file.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// Returns the number of handles on the file.
    pub(crate) fn handles(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    #[inline(never)]
    #[track_caller]
    pub(crate) fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock()
    }
}
