//! The end of a file: CPython's `_TemporaryFileCloser`, and what goes beyond it, `keep`, `persist`
//! and `reopen`.

use alloc::{borrow::Cow, string::String};
use core::mem;

use crate::error::{Error, ErrorCode, OsError, Result};
use crate::file::lifecycle::{End, Lifecycle};
use crate::file::open::{BinaryFile, Held, Made, Open};
use crate::file::register::{Object, OwedItem, UnclosedItem, UnclosedKind};
use crate::host::descriptor::{Descriptor, FileId};
use crate::host::paths;
use crate::host::place::{self, Place, absolute};
use crate::host::storage::Storage;
use crate::mode::{Buffering, Flavour, Mode, TextParameters};
use crate::stream::Stream;

/// A function that closes a file's stream.
pub(crate) type Close<'a> = dyn FnMut(&mut Open) -> Result<()> + 'a;

impl Open {
    /// Ends the file: CPython's `_TemporaryFileCloser`, or `file.close` for a file without one.
    /// `close` closes the stream.
    pub(crate) fn end_by(&mut self, end: End, close: &mut Close<'_>) -> Result<()> {
        let closed = if self.lifecycle.begin_close() { close(self) } else { Ok(()) };
        // Of two errors Python shows the later.
        let deleted = self.lifecycle.end(end);
        match end {
            End::Close | End::Exit => deleted.and(closed),
            // Nobody is left to hear that the bytes in the buffer were refused.
            End::Drop => deleted,
        }
    }

    fn end(&mut self, end: End) -> Result<()> {
        self.end_by(end, &mut Self::close_stream)
    }
}

impl Object for Open {
    fn pay(&mut self) -> Result<()> {
        if self.lifecycle.to_delete().is_some() { self.end(End::Drop) } else { Ok(()) }
    }

    fn unclosed(&self) -> Option<UnclosedItem> {
        let Held::Open(stream) = &self.held else {
            return None;
        };
        let path = self.lifecycle.name().map(String::from);
        let kind = match stream {
            Stream::Memory(_) => UnclosedKind::SpooledFile,
            _ if path.is_some() => UnclosedKind::NamedFile,
            _ => UnclosedKind::AnonymousFile,
        };
        Some(UnclosedItem { kind, path, size: stream.size() })
    }

    fn owed(&self) -> Option<OwedItem> {
        self.lifecycle.owed()
    }
}

impl Open {
    /// Writes the bytes that wait and checks that `place` is the name of this open file. Returns
    /// its identity; `None` for a closed file, which cannot be compared.
    fn own_name(&mut self, place: &Place) -> Result<Option<FileId>> {
        let Some(stream) = self.open_stream() else {
            let checked = self.lifecycle.check_name(place);
            return checked.map(|()| None).map_err(|code| match code {
                ErrorCode::NoEntry => replaced(place),
                code => Error::at(code, place.path()),
            });
        };
        stream.flush()?;
        let named = place.file_id().map_err(|code| Error::at(code, place.path()))?;
        let storage = stream.storage().ok_or_else(|| Error::unsupported("persist"))?;
        let own = storage.file_id().map_err(Error::os)?;
        if own == named { Ok(Some(own)) } else { Err(replaced(place)) }
    }
}

impl Open {
    /// Checks after a rename that it moved this file and not one that another process had put under
    /// the name.
    fn check_moved(&mut self, own: Option<FileId>, to: &Place, path: &str) -> Result<()> {
        let (Some(own), Ok(found)) = (own, to.file_id()) else { return Ok(()) };
        // A file that has no name left was moved, and then replaced by somebody else.
        if found == own || self.has_no_name() {
            return Ok(());
        }
        self.lifecycle.delete_only(own);
        Err(Error::unnumbered_at("Another file was moved in its place", path))
    }

    fn has_no_name(&mut self) -> bool {
        let storage = self.open_stream().and_then(|stream| stream.storage());
        storage.is_some_and(|storage| storage.names() == Ok(0))
    }

    /// Checks after a link that it leads to this file, and removes the old name.
    fn check_linked(
        &mut self,
        own: Option<FileId>,
        from: &Place,
        to: &Place,
        path: &str,
    ) -> Result<()> {
        if let (Some(own), Ok(found)) = (own, to.file_id())
            && found != own
        {
            self.lifecycle.delete_only(own);
            // Only a link to the file under the name is removed: another may have replaced it.
            if from.file_id() != Ok(found) {
                return Err(Error::unnumbered_at("Another file is at the target", path));
            }
            to.unlink().map_err(|code| Error::at(code, path))?;
            return Err(replaced(from));
        }
        match from.unlink() {
            Ok(()) | Err(ErrorCode::NoEntry) => Ok(()),
            // If the old name stays, the new one goes: the duty to delete is for the old one.
            Err(code) => {
                if own.is_none_or(|own| to.file_id() == Ok(own)) {
                    to.unlink().map_err(|code| Error::at(code, path))?;
                }
                Err(Error::at(code, path))
            }
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // Nobody is left to hear of an error, as in a Python finalizer. A text file above may have
        // deleted the file and left the stream open.
        let _ = self.close_stream();
        self.strike();
        mem::replace(&mut self.lifecycle, Lifecycle::anonymous()).abandon();
    }
}

impl Drop for BinaryFile {
    /// Writes the bytes in the buffer, closes the file, and deletes it if that is its duty. While a
    /// text file over it is open, the text file keeps it open.
    fn drop(&mut self) {
        if self.handles() > 1 {
            let mut open = self.lock();
            if open.left > 0 && self.handles() - 1 == open.left {
                let _ = if open.below_text { open.close_stream() } else { open.end(End::Drop) };
            }
        }
    }
}

impl BinaryFile {
    /// Makes the file that `mkstemp` returns: unbuffered, and without a duty to delete.
    pub(crate) fn made(descriptor: Descriptor, place: Place) -> Self {
        Self::unbuffered(descriptor, Lifecycle::named(place))
    }

    fn unbuffered(descriptor: Descriptor, lifecycle: Lifecycle) -> Self {
        let storage = Storage::shared(descriptor);
        Self::new(Open::of(Made {
            stream: Stream::new(storage, Buffering::Unbuffered, Mode::READ_WRITE),
            mode: Mode::READ_WRITE,
            lifecycle,
        }))
    }

    fn end(&self, end: End) -> Result<()> {
        let mut open = self.lock();
        if open.below_text { open.close_stream() } else { open.end(end) }
    }

    /// Writes the bytes in the buffer, closes the file, and deletes it if that is its duty at
    /// `close`. It is closed and deleted even if this fails. A second call does nothing.
    ///
    /// # Errors
    ///
    /// The filesystem's refusal to take the bytes or to delete the file; [`Error::Value`] after
    /// [`detach`](Self::detach).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// file.write(b"Hello world!")?;
    /// file.close()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn close(&self) -> Result<()> {
        self.end(End::Close)
    }

    /// Leaves the context: closes the file, and deletes it unless it is to stay.
    ///
    /// # Errors
    ///
    /// As [`close`](Self::close).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::named_temporary_file(&Default::default())?;
    /// file.exit()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn exit(&self) -> Result<()> {
        self.end(End::Exit)
    }

    /// Closes the stream alone, as `f.file.close()` does on Python's named file. The file is
    /// deleted by [`close`](Self::close), [`exit`](Self::exit) or drop.
    ///
    /// # Errors
    ///
    /// As [`close`](Self::close).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::named_temporary_file(&Default::default())?;
    /// file.close_file()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn close_file(&self) -> Result<()> {
        self.lock().close_stream()
    }

    /// Ends the duty to delete a named file and returns its path. Beyond Python.
    ///
    /// # Errors
    ///
    /// [`Error::Unsupported`] for a file without a name, and for an object that came from
    /// [`detach`](Self::detach) or [`reopen`](Self::reopen): the original object decides;
    /// [`ErrorCode::NoEntry`] for a file that is deleted already.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::named_temporary_file(&Default::default())?;
    /// let path = file.keep()?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn keep(&self) -> Result<String> {
        let lifecycle = &mut self.lock().lifecycle;
        let path = String::from(lifecycle.own_place("keep")?.path());
        lifecycle.keep();
        Ok(path)
    }

    /// Writes the bytes in the buffer, moves a named file to `path` and ends the duty to delete it.
    /// The move is atomic and replaces a file at `path`. An open file stays open. If `path` is
    /// another link of this very file, both names stay: POSIX rename(2) does nothing then. Beyond
    /// Python.
    ///
    /// # Errors
    ///
    /// As [`keep`](Self::keep); [`ErrorCode::NoEntry`] where the name is another file's by now,
    /// which only an open file can tell; the filesystem's refusal, after which the file is where it
    /// was and keeps its duty. If `path` lies on another filesystem the code is
    /// [`ErrorCode::CrossDevice`], for which wasmtime 48 reports [`ErrorCode::Io`].
    ///
    /// # Security
    ///
    /// If another process puts a file of its own under the name at the very moment of the move,
    /// that file is at `path` afterwards. The error then has no code and says so. This file keeps
    /// its duty, under its name if it is there.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::named_temporary_file(&Default::default())?;
    /// file.write(b"draft")?;
    /// file.persist("/data/report.txt")?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn persist(&self, path: &str) -> Result<()> {
        self.move_to(path, Clobber::Yes)
    }

    /// Moves a named file as [`persist`](Self::persist) does, but only where nothing is at `path`.
    /// WASI has no rename that replaces nothing, so the file is linked and then unlinked.
    ///
    /// # Errors
    ///
    /// As [`persist`](Self::persist); [`ErrorCode::Exist`] where something is at `path`.
    ///
    /// # Security
    ///
    /// As [`persist`](Self::persist).
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::named_temporary_file(&Default::default())?;
    /// file.persist_noclobber("/data/report.txt")?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn persist_noclobber(&self, path: &str) -> Result<()> {
        self.move_to(path, Clobber::No)
    }

    fn move_to(&self, path: &str, clobber: Clobber) -> Result<()> {
        let open = &mut *self.lock();
        let from = open.lifecycle.own_place("persist")?.clone();
        paths::refuse_nul(path, "rename: embedded null character in path")?;
        if path.is_empty() {
            return Err(Error::at(ErrorCode::NoEntry, path));
        }
        if path.ends_with('/') {
            return Err(Error::at(ErrorCode::NotDirectory, path));
        }
        let at = |code| Error::at(code, path);
        let to = place::follow(&absolute(path)).map_err(at)?;
        if matches!(path.rsplit('/').next(), Some("." | "..")) {
            return Err(at(match (to.is_directory().map_err(at)?, clobber) {
                (false, _) => ErrorCode::NotDirectory,
                (true, Clobber::Yes) => ErrorCode::Busy,
                (true, Clobber::No) => ErrorCode::Exist,
            }));
        }
        let own = open.own_name(&from)?;
        match clobber {
            Clobber::Yes => from.rename(&to),
            Clobber::No => from.link(&to),
        }
        .map_err(at)?;
        match clobber {
            Clobber::Yes => open.check_moved(own, &to, path)?,
            Clobber::No => open.check_linked(own, &from, &to, path)?,
        }
        open.lifecycle.moved(to);
        Ok(())
    }

    /// Writes the bytes in the buffer and opens a named file a second time, by its name, with a
    /// position of its own. The second object has no duty to delete. Of the letter of `mode` only
    /// `a` counts beyond the direction: the position begins at the end, and every write goes to the
    /// present end of the file. Beyond Python, where `open(f.name)` does it.
    ///
    /// # Errors
    ///
    /// As [`keep`](Self::keep); [`Error::Value`] for a wrong `mode`; [`ErrorCode::NoEntry`] where
    /// the name is another file's by now, which only an open file can tell.
    ///
    /// # Security
    ///
    /// WASI 0.2 cannot find the end and write in one step: with `a`, another process may write in
    /// between.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let file = wasi_tempfile::named_temporary_file(&Default::default())?;
    /// file.write(b"Hello world!")?;
    /// let again = file.reopen("rb", -1)?;
    /// assert_eq!(again.read(None)?, b"Hello world!");
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn reopen(&self, mode: &str, buffering: i32) -> Result<BinaryFile> {
        let mode = Mode::parse(mode, TextParameters::default())?;
        Flavour::Binary.check(!mode.text())?;
        let open = &mut *self.lock();
        let place = open.lifecycle.place("reopen")?.clone();
        if let Some(stream) = open.open_stream() {
            stream.flush()?;
        }
        let descriptor = place.open().map_err(|code| Error::at(code, place.path()))?;
        let storage = open.open_stream().and_then(|stream| stream.storage());
        if storage.is_some_and(|storage| !storage.is_same_object(&descriptor)) {
            return Err(replaced(&place));
        }
        let lifecycle = open.lifecycle.second();
        let opened = |storage| {
            let stream = Stream::new(storage, Buffering::parse(buffering), mode);
            Self::new(Open::of(Made { stream, mode, lifecycle }))
        };
        if !mode.appends() {
            return Ok(opened(Storage::shared(descriptor)));
        }
        let file = opened(Storage::appending(descriptor));
        file.seek(0, 2)?;
        Ok(file)
    }

    /// Writes the bytes in the buffer and takes the descriptor out of the file, which is detached
    /// from then on; a duty to delete stays with it. Beyond Python: WASI has no second descriptor
    /// for a file.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] on a closed or detached file; the filesystem's refusal to take the bytes,
    /// or to move a spooled file to the disk.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::io::Read;
    ///
    /// use wasi_tempfile::BinaryFile;
    ///
    /// # let file = wasi_tempfile::temporary_file(&Default::default())?;
    /// // With `Read` in scope, `file.take()` would be std's.
    /// let descriptor = BinaryFile::take(&file)?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    pub fn take(&self) -> Result<Descriptor> {
        let mut open = self.lock();
        if open.spool.is_some() {
            open.roll_over()?;
        }
        let mut raw = open.detach_stream()?;
        raw.storage.settle().map_err(Error::os)?;
        Ok(raw.storage.into_descriptor())
    }
}

/// The behaviour of a move where something is at its target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clobber {
    /// The move replaces it.
    Yes,
    /// The move is refused.
    No,
}

impl From<Descriptor> for BinaryFile {
    /// Makes a file over a descriptor: unbuffered, at position 0, without a name and without a duty
    /// to delete. It reads and writes as far as the descriptor may. [`take`](Self::take) is the way
    /// back.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use wasi_tempfile::{BinaryFile, NameOptions, open_temporary};
    ///
    /// let file = BinaryFile::from(open_temporary(&NameOptions::new())?);
    /// file.write(b"Hello world!")?;
    /// # Ok::<(), wasi_tempfile::Error>(())
    /// ```
    fn from(descriptor: Descriptor) -> Self {
        Self::unbuffered(descriptor, Lifecycle::anonymous())
    }
}

/// Returns the error for a name that is another file's by now.
fn replaced(place: &Place) -> Error {
    Error::Os(OsError {
        code: Some(ErrorCode::NoEntry),
        message: Cow::Borrowed("Temporary file has been replaced"),
        path: Some(String::from(place.path())),
    })
}
