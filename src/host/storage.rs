//! The bytes of an open file on the host, by position: every read and write of every kind of
//! file ends here.

use alloc::{sync::Arc, vec::Vec};

use crate::bytes::{check_room, length};
use crate::error::ErrorCode;
use crate::host::descriptor::{Descriptor, FileId};
use crate::host::place::Preopen;
use crate::host::recycle::{self, Spare};

/// The most bytes that a host returns at a time: wasmtime's `MAX_READ_SIZE_ALLOC`. It is also the
/// size of a read up to an unknown end.
pub(crate) const CHUNK: u64 = 64 << 10;

pub(crate) struct Storage {
    descriptor: Descriptor,
    /// Every write goes to the end of the file: `O_APPEND`.
    appends: bool,
    /// The length of a file that nobody else can reach; `None` for a file with a name.
    private: Option<Private>,
}

/// The length of an anonymous file. Only its holder changes it, so the host need not be asked.
struct Private {
    /// The length that the file has for its holder.
    size: u64,
    /// The length of the host's file. What lies beyond `size` is of an earlier use: it is cut
    /// off before anything could make it readable.
    stored: u64,
    /// The preopened directory that the file can serve again, if it can.
    home: Option<Arc<Preopen>>,
}

impl Storage {
    /// Makes the storage of a file with a name, which others can change.
    pub(crate) fn shared(descriptor: Descriptor) -> Self {
        Self { descriptor, appends: false, private: None }
    }

    /// Makes the storage of a file with a name of which every write goes to the end. WASI 0.2 has
    /// no `O_APPEND` by position: each write first asks for the size, and another process may write
    /// in between.
    pub(crate) fn appending(descriptor: Descriptor) -> Self {
        Self { appends: true, ..Self::shared(descriptor) }
    }

    /// Makes the storage of a new file, empty and without a name.
    pub(crate) fn private(descriptor: Descriptor, home: Option<Arc<Preopen>>) -> Self {
        let private = Some(Private { size: 0, stored: 0, home });
        Self { private, ..Self::shared(descriptor) }
    }

    /// Makes the storage of a spare file, which is empty for its new holder.
    pub(crate) fn recycled(spare: Spare) -> Self {
        let Spare { descriptor, home, stored } = spare;
        let private = Some(Private { size: 0, stored, home: Some(home) });
        Self { private, ..Self::shared(descriptor) }
    }

    /// Returns the size: `fstat(2)`.
    pub(crate) fn size(&self) -> Result<u64, ErrorCode> {
        match &self.private {
            Some(private) => Ok(private.size),
            None => self.descriptor.size(),
        }
    }

    /// Reads at most `length` bytes at `position`, fewer if the host returns fewer. The result is
    /// empty only at the end, or if `length` is 0.
    pub(crate) fn read_at(&self, position: u64, length: u64) -> Result<Vec<u8>, ErrorCode> {
        let length = match &self.private {
            Some(private) => length.min(private.size.saturating_sub(position)),
            None => length,
        };
        if length == 0 {
            return Ok(Vec::new());
        }
        check_room(usize::try_from(length.min(CHUNK)).unwrap_or(usize::MAX))?;
        self.descriptor.read(length, position)
    }

    /// Writes at `*position`, or at the end of a file that appends, and moves `*position` behind
    /// the bytes that were taken. Returns their number: of `bytes` that are not empty at least one
    /// is taken, or it is an error.
    pub(crate) fn write(&mut self, position: &mut u64, bytes: &[u8]) -> Result<usize, ErrorCode> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let at = if self.appends { self.size()? } else { *position };
        check_range(at, bytes)?;
        let written = self.write_at(at, bytes)?;
        *position = at + length(&bytes[..written]);
        Ok(written)
    }

    /// Refuses bytes that no file could take at `position`, unless the file appends.
    pub(crate) fn check_range(&self, position: u64, bytes: &[u8]) -> Result<(), ErrorCode> {
        if self.appends { Ok(()) } else { check_range(position, bytes) }
    }

    fn write_at(&mut self, position: u64, bytes: &[u8]) -> Result<usize, ErrorCode> {
        if self.private.as_ref().is_some_and(|private| position > private.size) {
            self.cut_leftovers()?;
        }
        let written = self.descriptor.write(bytes, position)?;
        let written = usize::try_from(written).unwrap_or(usize::MAX).min(bytes.len());
        if written == 0 {
            return Err(ErrorCode::Io);
        }
        if let Some(private) = &mut self.private {
            private.size = private.size.max(position + length(&bytes[..written]));
            private.stored = private.stored.max(private.size);
        }
        Ok(written)
    }

    /// Sets the size: `ftruncate(2)`.
    pub(crate) fn set_size(&mut self, size: u64) -> Result<(), ErrorCode> {
        if self.private.as_ref().is_some_and(|private| size > private.size) {
            self.cut_leftovers()?;
        }
        self.descriptor.set_size(size)?;
        if let Some(private) = &mut self.private {
            private.size = size;
            private.stored = size;
        }
        Ok(())
    }

    fn cut_leftovers(&mut self) -> Result<(), ErrorCode> {
        if let Some(private) = &mut self.private
            && private.stored > private.size
        {
            self.descriptor.set_size(private.size)?;
            private.stored = private.size;
        }
        Ok(())
    }

    /// Tells whether `other` is open on this very file.
    pub(crate) fn is_same_object(&self, other: &Descriptor) -> bool {
        self.descriptor.is_same_object(other)
    }

    /// Returns the number of names of the file.
    pub(crate) fn names(&self) -> Result<u64, ErrorCode> {
        self.descriptor.names()
    }

    /// Returns the identity of this file.
    pub(crate) fn file_id(&self) -> Result<FileId, ErrorCode> {
        self.descriptor.file_id()
    }

    /// Makes the host's file as long as the file is for its holder, before others get it.
    pub(crate) fn settle(&mut self) -> Result<(), ErrorCode> {
        self.cut_leftovers()
    }

    /// Returns the descriptor. [`settle`](Self::settle) first.
    pub(crate) fn into_descriptor(self) -> Descriptor {
        self.descriptor
    }

    /// Closes the file, or keeps it for the next anonymous file where it can serve.
    pub(crate) fn close(self) {
        if let Some(Private { stored, home: Some(home), .. }) = self.private {
            recycle::give(Spare { descriptor: self.descriptor, home, stored });
        }
    }
}

/// Refuses bytes that would end beyond 2⁶³ - 1, as `write(2)` does.
fn check_range(position: u64, bytes: &[u8]) -> Result<(), ErrorCode> {
    match position.checked_add(length(bytes)).map(i64::try_from) {
        Some(Ok(_)) => Ok(()),
        _ => Err(ErrorCode::FileTooLarge),
    }
}
