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
use crate::options::{FileOptions, Flavour, Mode, OwnedOptions, SpooledOptions};
use crate::stream::memory::Memory;
use crate::stream::raw::Raw;
use crate::stream::{Class, Stream};

/// A file that was just made and that no object has yet: its stream, and its name where it has one.
pub(crate) struct Made {
    pub(crate) stream: Stream,
    pub(crate) mode: Mode,
    pub(crate) lifecycle: Lifecycle,
}

impl Made {
    /// Closes it, and deletes it if that is owed: a later check failed. Nobody is left to hear of
    /// another error.
    pub(crate) fn discard(self) {
        let _ = self.stream.close();
        self.lifecycle.abandon();
    }

    /// The file with what `memory` holds, at the same position. Discards it where that fails.
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

/// What a spooled file was made with.
pub(crate) struct Spool {
    pub(crate) limit: Limit,
    flavour: Flavour,
    options: Box<OwnedOptions>,
    maker: Maker,
}

impl Spool {
    pub(crate) fn new(options: &SpooledOptions<'_>, flavour: Flavour, maker: Maker) -> Self {
        let limit = Limit::new(options.max_size);
        Self { limit, flavour, options: Box::new(OwnedOptions::of(&options.file)), maker }
    }

    /// The parameters of the file on the disk.
    pub(crate) fn options(&self) -> FileOptions<'_> {
        self.options.borrow()
    }
}

/// What a file holds of the host.
pub(crate) enum Held {
    Open(Stream),
    Closed,
    /// After `detach`: every call is an error, `close` too.
    Detached,
}

/// An open file, or a closed one that somebody still holds.
pub(crate) struct Open {
    pub(crate) held: Held,
    /// What the file is, or was before it was closed.
    pub(crate) class: Class,
    pub(crate) mode: Mode,
    /// What a spooled file was made with.
    pub(crate) spool: Option<Spool>,
    /// Its entry in the register.
    pub(crate) id: Option<register::Id>,
    /// A text file above decides about the name: ending this one only closes it.
    pub(crate) below_text: bool,
    /// How many text files are detached from it, and hold it for its name only.
    pub(crate) left: usize,
    pub(crate) lifecycle: Lifecycle,
}

impl Open {
    /// A file that was just made, or opened.
    pub(crate) fn of(made: Made) -> Self {
        let Made { stream, mode, lifecycle } = made;
        let mut open = Self::closed_file(lifecycle);
        (open.class, open.mode) = (stream.class(), mode);
        open.held = Held::Open(stream);
        open
    }

    /// A file in memory.
    pub(crate) fn spooled(spool: Spool) -> Self {
        let stream = Stream::Memory(Memory::new(spool.limit.most()));
        let lifecycle = Lifecycle::anonymous();
        let mut open = Self::of(Made { stream, mode: Mode::READ_WRITE, lifecycle });
        open.spool = Some(spool);
        open
    }

    /// A closed file.
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

    /// The stream, if `method` may be called on it.
    pub(crate) fn stream(&mut self, method: Method) -> Result<&mut Stream> {
        let state = match &self.held {
            Held::Open(_) => State::Open,
            Held::Closed => State::Closed,
            Held::Detached => State::Detached,
        };
        closed::check(method, self.class, self.mode, state)?;
        Ok(self.open_stream().expect("BUG: what is neither closed nor detached has a stream"))
    }

    /// Whether `direction` is one of the mode's. A buffered file of the other direction says no
    /// in any state: its class has no more to say.
    pub(crate) fn allows(&mut self, direction: fn(Mode) -> bool) -> Result<bool> {
        let allowed = direction(self.mode);
        if allowed || self.class == Class::Raw {
            self.stream(Method::Ask)?;
        }
        Ok(allowed)
    }

    /// The stream of an open file, whatever its mode.
    pub(crate) fn open_stream(&mut self) -> Option<&mut Stream> {
        match &mut self.held {
            Held::Open(stream) => Some(stream),
            Held::Closed | Held::Detached => None,
        }
    }

    /// Whether the file is closed.
    pub(crate) fn closed(&self) -> Result<bool> {
        match self.held {
            Held::Open(_) => Ok(false),
            Held::Closed => Ok(true),
            Held::Detached => Err(Error::value(closed::DETACHED)),
        }
    }

    /// The mode as the class spells it: a spooled file as it was given, until it is on the disk.
    pub(crate) fn mode_name(&self) -> &str {
        match &self.spool {
            Some(spool) if self.class == Class::Spooled => spool.options().mode,
            _ => self.mode.name(),
        }
    }

    /// Closes the stream as `file.close()` does: what waits is written, and whether or not that
    /// succeeds the file is closed. Nothing is deleted.
    pub(crate) fn close_stream(&mut self) -> Result<()> {
        if self.closed()? {
            return Ok(());
        }
        match mem::replace(&mut self.held, Held::Closed) {
            Held::Open(stream) => stream.close(),
            Held::Closed | Held::Detached => Ok(()),
        }
    }

    /// Takes the stream away, flushed and without its buffer; the file is detached from then on.
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

    /// Moves the file to the disk where the position is beyond what memory may hold: CPython's
    /// check after every write.
    pub(crate) fn check_position(&mut self) -> Result<()> {
        match (&self.spool, &self.held) {
            (Some(spool), Held::Open(Stream::Memory(memory)))
                if !spool.limit.allows_position(memory.position()) =>
            {
                self.roll_over()
            }
            _ => Ok(()),
        }
    }

    /// Moves the file to the disk where `size` bytes are more than memory may hold.
    pub(crate) fn check_size(&mut self, size: Option<i64>) -> Result<()> {
        match (&self.spool, size) {
            (Some(spool), Some(size)) if !spool.limit.allows_size(size) => self.roll_over(),
            _ => Ok(()),
        }
    }

    /// Moves the file to the disk if it is in memory. Nothing has changed where it fails.
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

/// An open binary file, as [`temporary_file`](crate::temporary_file) and its kin return it.
///
/// Its methods are those of Python's `FileIO` where it is unbuffered, and of `BufferedRandom`,
/// `BufferedReader` or `BufferedWriter` otherwise; while a spooled file is in memory, those of
/// `SpooledTemporaryFile` over `BytesIO`. They fail with
///
/// * [`Error::Value`] on a closed or detached file, and for an argument that Python refuses so,
/// * [`Error::Unsupported`] where the mode or the class does not offer the operation,
/// * [`Error::Os`] where the filesystem refuses.
///
/// Dropping it writes what waits, closes it, and deletes it if that is its duty; errors are lost
/// then, so call [`close`](Self::close) or [`exit`](Self::exit) where they matter.
pub struct BinaryFile(pub(super) Arc<Lock<Open>>);

impl BinaryFile {
    /// The first handle on a file.
    pub(crate) fn new(mut open: Open) -> Self {
        Self(register::enter(|id| {
            open.id = Some(id);
            open
        }))
    }

    /// One more handle on the same file.
    pub(crate) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// How many handles there are on the file.
    pub(crate) fn handles(&self) -> usize {
        Arc::strong_count(&self.0)
    }

    #[inline(never)]
    #[track_caller]
    pub(crate) fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock()
    }
}
