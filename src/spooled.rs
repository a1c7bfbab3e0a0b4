//! `SpooledTemporaryFile`: in memory until it grows too long, then an anonymous file on the disk.

use alloc::{boxed::Box, string::String};
use core::mem;

use crate::closed::{CLOSED_STOP, Class, Method};
use crate::create::NameOptions;
use crate::error::{Error, Result};
use crate::file::{BinaryFile, Open};
use crate::lifecycle::Lifecycle;
use crate::memory::Memory;
use crate::mode::Mode;
use crate::stream::Stream;
use crate::temporary_file::{self, FileOptions, Flavour};

/// How a spooled file is kept and opened: Python's parameters, with its defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpooledOptions<'a> {
    /// How far the position may be after a write, in bytes, before the file moves to the disk. With
    /// 0, the default, no write moves it.
    pub max_size: i64,
    /// The file on the disk. As in Python nothing of it but the parameters of text is looked at
    /// before the file moves there.
    pub file: FileOptions<'a>,
}

/// Opens a file that is kept in memory until a write leaves the position beyond
/// [`max_size`](SpooledOptions::max_size), or it is truncated to more than that, or
/// [`rollover`](BinaryFile::rollover) or [`take`](BinaryFile::take) is called: Python's
/// `SpooledTemporaryFile`. Until then no call of the host is made, and the mode does not restrict.
///
/// A move that fails is the error of the call that caused it; what that wrote and all before is
/// still in memory, and the next write tries again.
///
/// # Errors
///
/// [`Error::Unsupported`] for a text mode: see
/// [`spooled_temporary_text_file`](crate::spooled_temporary_text_file).
pub fn spooled_temporary_file(options: &SpooledOptions<'_>) -> Result<BinaryFile> {
    Flavour::Binary.check(options.file.mode.contains('b'))?;
    Ok(in_memory(options, Flavour::Binary))
}

/// A file in memory, to become one of this flavour on the disk.
pub(crate) fn in_memory(options: &SpooledOptions<'_>, flavour: Flavour) -> BinaryFile {
    BinaryFile::new(Open::spooled(Spool {
        max_size: options.max_size,
        flavour,
        file: Box::new(Parameters::own(&options.file)),
    }))
}

/// What a spooled file was made with.
pub(crate) struct Spool {
    pub(crate) max_size: i64,
    flavour: Flavour,
    file: Box<Parameters>,
}

/// The mode where none is given.
const MODE: &str = "w+b";

/// [`FileOptions`] that outlive the call which gave them.
struct Parameters {
    /// `None` for the default: an allocation less for most.
    mode: Option<String>,
    buffering: i32,
    encoding: Option<String>,
    newline: Option<String>,
    suffix: Option<String>,
    prefix: Option<String>,
    dir: Option<String>,
    errors: Option<String>,
}

impl Parameters {
    fn own(options: &FileOptions<'_>) -> Self {
        let own = |value: Option<&str>| value.map(String::from);
        Self {
            mode: own(Some(options.mode).filter(|mode| *mode != MODE)),
            buffering: options.buffering,
            encoding: own(options.encoding),
            newline: own(options.newline),
            suffix: own(options.name.suffix),
            prefix: own(options.name.prefix),
            dir: own(options.name.dir),
            errors: own(options.errors),
        }
    }

    fn options(&self) -> FileOptions<'_> {
        FileOptions {
            mode: self.mode.as_deref().unwrap_or(MODE),
            buffering: self.buffering,
            encoding: self.encoding.as_deref(),
            newline: self.newline.as_deref(),
            name: NameOptions {
                suffix: self.suffix.as_deref(),
                prefix: self.prefix.as_deref(),
                dir: self.dir.as_deref(),
            },
            errors: self.errors.as_deref(),
        }
    }
}

impl Spool {
    /// What the file on the disk is opened with.
    pub(crate) fn options(&self) -> FileOptions<'_> {
        self.file.options()
    }
}

impl Open {
    fn spooled(spool: Spool) -> Self {
        let most = match spool.max_size {
            0 => u64::MAX,
            most => u64::try_from(most).unwrap_or(0),
        };
        let stream = Stream::Memory(Memory::new(most));
        let mut open = Self::with_stream(stream, Mode::READ_WRITE, Lifecycle::anonymous());
        open.spool = Some(spool);
        open
    }

    /// Moves the file to the disk where the position is beyond what memory may hold: what CPython
    /// checks after every write.
    pub(crate) fn check_position(&mut self) -> Result<()> {
        match (&self.spool, &self.stream) {
            (Some(spool), Some(Stream::Memory(memory))) if spool.max_size != 0 => {
                match u64::try_from(spool.max_size) {
                    Ok(most) if memory.position() <= most => Ok(()),
                    _ => self.roll_over(),
                }
            }
            _ => Ok(()),
        }
    }

    /// Moves the file to the disk where `size` bytes are more than memory may hold.
    pub(crate) fn check_size(&mut self, size: Option<i64>) -> Result<()> {
        match (&self.spool, size) {
            (Some(spool), Some(size)) if size > spool.max_size => self.roll_over(),
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
        let Some(Stream::Memory(memory)) = &self.stream else {
            return Err(Error::value(CLOSED_STOP));
        };
        let mut made = temporary_file::anonymous(&spool.options(), spool.flavour)?;
        made.fill(memory)?;
        self.class = made.class;
        self.mode = made.mode;
        mem::swap(&mut self.stream, &mut made.stream);
        mem::swap(&mut self.lifecycle, &mut made.lifecycle);
        Ok(())
    }

    /// Makes this new file what `memory` is, with the same position.
    fn fill(&mut self, memory: &Memory) -> Result<()> {
        let signed = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
        let stream = self.stream(Method::Write)?;
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

impl BinaryFile {
    /// Moves a spooled file from memory to the disk, whatever its size; nothing where it is there
    /// already.
    ///
    /// # Errors
    ///
    /// As [`temporary_file`](crate::temporary_file), after which the file is in memory still;
    /// [`Error::Unsupported`] for a file that was never spooled; a value error on a closed one.
    pub fn rollover(&self) -> Result<()> {
        self.lock().roll_over()
    }

    /// Tells whether a spooled file has moved to the disk; `false` for a file that was never
    /// spooled. CPython keeps this in `_rolled`.
    pub fn rolled(&self) -> bool {
        let open = self.lock();
        open.spool.is_some() && open.class != Class::Spooled
    }
}
