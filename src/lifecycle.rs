//! When a file is closed and when it is deleted: CPython's `_TemporaryFileCloser`, and what goes
//! beyond it, `keep`, `persist` and `reopen`.

use alloc::{borrow::Cow, string::String};
use core::mem;

use wasi::filesystem::types::{Descriptor, ErrorCode};

use crate::error::{Error, OsError, Result};
use crate::file::{BinaryFile, Open};
use crate::host::absolute;
use crate::mode::{Buffering, Mode, TextParameters};
use crate::paths;
use crate::place::{FileId, Place, Refused};
use crate::register::{Kind, OwedItem, UnclosedItem, UnclosedKind};
use crate::storage::Storage;
use crate::stream::Stream;
use crate::temporary_file::{Delete, Flavour};

/// The name of a file, if it has one, and the duty to delete it.
pub(crate) struct Lifecycle {
    /// Where the file is or was; `None` for a file that never had a name, or has none any more.
    place: Option<Place>,
    /// The caller knows the name. False for an anonymous file that the host would not unlink.
    named: bool,
    /// Another object was made with the file and has to do with its name: this one came of `detach`
    /// or `reopen`.
    second: bool,
    duty: Option<Duty>,
    /// `close` was called on a named file: a second call does nothing.
    close_called: bool,
    /// The name was taken away, by this object or by another.
    deleted: bool,
}

/// The deletion that an object still has to do.
struct Duty {
    /// `close` deletes, not only leaving the context or dropping.
    on_close: bool,
    /// A method tried and was refused. Python's methods do not try again; dropping and `cleanup`
    /// do.
    tried: bool,
    /// After a refusal, or a move that met another's file: the file that may be deleted.
    refused: Option<Refused>,
}

impl Lifecycle {
    /// A file without a name.
    pub(crate) fn anonymous() -> Self {
        Self {
            place: None,
            named: false,
            second: false,
            duty: None,
            close_called: false,
            deleted: false,
        }
    }

    /// A file with a name that the caller knows.
    pub(crate) fn named(place: Place) -> Self {
        Self { place: Some(place), named: true, ..Self::anonymous() }
    }

    /// An anonymous file whose name the host would not take away while it is open.
    pub(crate) fn hidden(place: Place, refused: Refused) -> Self {
        let duty = Duty { on_close: true, tried: false, refused: Some(refused) };
        Self { place: Some(place), duty: Some(duty), ..Self::anonymous() }
    }

    /// Decides anew whether and when the file is deleted.
    pub(crate) fn set_delete(&mut self, delete: Delete) {
        match delete {
            Delete::OnClose => self.owe(true),
            Delete::OnExit => self.owe(false),
            Delete::Never => self.release(),
        }
    }

    /// Makes deleting the file this object's duty.
    fn owe(&mut self, on_close: bool) {
        self.duty = Some(Duty { on_close, tried: false, refused: None });
    }

    /// For a second object on the file: the same name, and nothing to decide about it.
    pub(crate) fn second(&self) -> Self {
        Self {
            place: self.place.clone(),
            named: self.named,
            second: true,
            deleted: self.deleted,
            ..Self::anonymous()
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.place.as_ref().filter(|_| self.named).map(Place::path)
    }

    /// The place of a file that has a name still, for `operation`.
    fn place(&self, operation: &'static str) -> Result<&Place> {
        match &self.place {
            Some(place) if self.named && self.deleted => {
                Err(Error::at(ErrorCode::NoEntry, place.path()))
            }
            Some(place) if self.named => Ok(place),
            _ => Err(Error::unsupported(operation)),
        }
    }

    /// The place of a file whose name is this object's to decide about, for `operation`.
    fn own_place(&self, operation: &'static str) -> Result<&Place> {
        if self.second {
            return Err(Error::unsupported(operation));
        }
        self.place(operation)
    }

    /// Lets a duty to delete find `file` only, where that is known.
    fn delete_only(&mut self, file: Option<FileId>) {
        if let (Some(duty), Some(file)) = (&mut self.duty, file) {
            duty.refused = Some(Refused::of(file, ErrorCode::Busy));
        }
    }

    /// Ends the duty without deleting.
    fn release(&mut self) {
        self.duty = None;
    }

    /// Deletes the file if that is owed. A file that is gone already is no error, and so is one
    /// whose name is another's when a refused deletion is tried again.
    fn delete(&mut self) -> Result<()> {
        let (Some(duty), Some(place)) = (&mut self.duty, &self.place) else {
            return Ok(());
        };
        let own = duty.refused.map_or(Ok(()), |refused| refused.check(place));
        match own.and_then(|()| place.unlink()) {
            Ok(()) | Err(ErrorCode::NoEntry) => {
                self.deleted = true;
                self.release();
                Ok(())
            }
            Err(code) => {
                duty.tried = true;
                duty.refused = duty.refused.or_else(|| Some(Refused::at(place, code)));
                Err(Error::at(code, place.path()))
            }
        }
    }

    /// Whether a method of Python's would delete now.
    fn deletes(&self, closing: bool) -> bool {
        self.duty.as_ref().is_some_and(|duty| !duty.tried && (duty.on_close || !closing))
    }
}

/// Leaves the file at `place`, which no object has and the host refused to delete, to
/// [`cleanup`](crate::cleanup), after one more attempt.
pub(crate) fn leave(place: Place, refused: Refused) {
    let mut lifecycle = Lifecycle::hidden(place, refused);
    if lifecycle.delete().is_err() {
        // The register holds no object by itself.
        mem::forget(BinaryFile::new(Open::without_stream(lifecycle)));
    }
}

/// What closes a file's stream.
pub(crate) type Close<'a> = dyn FnMut(&mut Open) -> Result<()> + 'a;

impl Open {
    /// `_TemporaryFileCloser.close`, or `file.close` for a file without one. `close` closes the
    /// stream.
    pub(crate) fn close_by(&mut self, close: &mut Close<'_>) -> Result<()> {
        if self.lifecycle.close_called {
            return Ok(());
        }
        self.lifecycle.close_called = self.lifecycle.named;
        let closed = close(self);
        if self.lifecycle.deletes(true) {
            // Of two errors Python shows the later.
            self.lifecycle.delete()?;
        }
        closed
    }

    pub(crate) fn exit_by(&mut self, close: &mut Close<'_>) -> Result<()> {
        let closed = self.close_by(close);
        if self.lifecycle.deletes(false) {
            self.lifecycle.delete()?;
        }
        closed
    }

    /// Closes, and deletes as far as that is still owed, also where it was refused before. Whether
    /// the file took what waited is no longer of interest.
    pub(crate) fn finalize_by(&mut self, close: &mut Close<'_>) -> Result<()> {
        let _ = self.exit_by(close);
        self.lifecycle.delete()
    }

    fn finalize(&mut self) -> Result<()> {
        self.finalize_by(&mut Self::close_stream)
    }

    /// What [`cleanup`](crate::cleanup) does to it: nothing where nothing is owed.
    pub(crate) fn pay(&mut self) -> Result<()> {
        if self.lifecycle.duty.is_some() { self.finalize() } else { Ok(()) }
    }

    pub(crate) fn unclosed_item(&self) -> Option<UnclosedItem> {
        let size = self.stream.as_ref()?.size();
        let kind = match self.stream.as_ref()? {
            Stream::Memory(_) => UnclosedKind::SpooledFile,
            _ if self.lifecycle.named => UnclosedKind::NamedFile,
            _ => UnclosedKind::AnonymousFile,
        };
        Some(UnclosedItem { kind, path: self.lifecycle.name().map(String::from), size })
    }

    pub(crate) fn owed_item(&self) -> Option<OwedItem> {
        self.lifecycle.duty.as_ref()?;
        let place = self.lifecycle.place.as_ref()?;
        Some(OwedItem {
            path: String::from(place.path()),
            kind: Kind::File,
            size: place.lstat().ok().map(|stat| stat.size),
        })
    }
}

impl Open {
    /// Writes what waits and checks that `place` is the name of this open file. Returns its
    /// identity; `None` for a closed file, which cannot be compared.
    fn own_name(&mut self, place: &Place) -> Result<Option<FileId>> {
        let Some(stream) = self.open_stream() else { return Ok(None) };
        stream.flush()?;
        let named = place.file_id().map_err(|code| Error::at(code, place.path()))?;
        let storage = stream.storage().ok_or_else(|| Error::unsupported("persist"))?;
        let own = storage.file_id().map_err(Error::os)?;
        if own == named { Ok(Some(own)) } else { Err(replaced(place)) }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // Nobody is left to hear of an error, as in a Python finalizer. A text file above may have
        // ended the name and not the stream.
        let _ = self.close_stream();
        let _ = self.finalize();
        self.strike();
    }
}

impl Drop for BinaryFile {
    /// The last handle ends the file, as `Open` does when it goes; here, the last but those of text files
    /// that were detached.
    fn drop(&mut self) {
        if self.handles() > 1 {
            let mut open = self.lock();
            if open.left > 0 && self.handles() - 1 == open.left {
                let _ = if open.below_text { open.close_stream() } else { open.finalize() };
            }
        }
    }
}

impl BinaryFile {
    /// What `mkstemp` returns: unbuffered, and nobody's to delete.
    pub(crate) fn made(descriptor: Descriptor, place: Place) -> Self {
        let lifecycle = Lifecycle::named(place);
        let storage = Storage::shared(descriptor);
        Self::new(Open::new(storage, Mode::READ_WRITE, Buffering::Unbuffered, lifecycle))
    }

    fn end(&self, end: fn(&mut Open, &mut Close<'_>) -> Result<()>) -> Result<()> {
        let mut open = self.lock();
        if open.below_text { open.close_stream() } else { end(&mut open, &mut Open::close_stream) }
    }

    /// Writes what waits, closes the file, and deletes it if that is due at `close`. Closed and
    /// deleted it is also where this fails; a second call does nothing.
    ///
    /// # Errors
    ///
    /// The filesystem's refusal to take what waits, or to delete; a value error after `detach`.
    pub fn close(&self) -> Result<()> {
        self.end(Open::close_by)
    }

    /// Leaves the context: closes the file, and deletes it if that is due at all.
    ///
    /// # Errors
    ///
    /// As [`close`](Self::close).
    pub fn exit(&self) -> Result<()> {
        self.end(Open::exit_by)
    }

    /// Closes the stream alone, as `f.file.close()` does on Python's named file: nothing is
    /// deleted until `close`, `exit` or drop.
    ///
    /// # Errors
    ///
    /// As [`close`](Self::close).
    pub fn close_file(&self) -> Result<()> {
        self.lock().close_stream()
    }

    /// Ends the duty to delete a named file and returns its path. Beyond Python.
    ///
    /// # Errors
    ///
    /// Unsupported for a file without a name, and for an object that came of `detach` or `reopen`:
    /// the first one decides; [`ErrorCode::NoEntry`] for a file deleted already.
    pub fn keep(&self) -> Result<String> {
        let lifecycle = &mut self.lock().lifecycle;
        let path = String::from(lifecycle.own_place("keep")?.path());
        lifecycle.release();
        Ok(path)
    }

    /// Writes what waits, moves a named file to `path`, atomically replacing a file that is there,
    /// and ends the duty to delete it; an open file stays open. Where `path` is another link of this
    /// very file both names stay: POSIX rename(2) does nothing then. Beyond Python.
    ///
    /// # Errors
    ///
    /// As [`keep`](Self::keep); [`ErrorCode::NoEntry`] where the name is another file's by now,
    /// which can be told while this one is open; the filesystem's refusal, after which the file is
    /// where it was and still owed. Where `path` lies on another filesystem that is
    /// [`ErrorCode::CrossDevice`], which wasmtime 48 reports as [`ErrorCode::Io`].
    ///
    /// Where another process put a file of its own under the name in the very moment of the move,
    /// that file is at `path` now. The error says so and has no code; this file is still owed, under
    /// its name if it is there.
    pub fn persist(&self, path: &str) -> Result<()> {
        self.move_to(path, Clobber::Yes)
    }

    /// [`persist`](Self::persist), but with [`ErrorCode::Exist`] where something is at `path`.
    /// WASI has no rename that would not replace, so the file is linked and then unlinked.
    ///
    /// # Errors
    ///
    /// As [`persist`](Self::persist).
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
        let to = Place::follow(&absolute(path)).map_err(at)?;
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
        // Another process may have exchanged the names since they were compared.
        if own.is_some_and(|own| to.file_id() != Ok(own)) {
            open.lifecycle.delete_only(own);
            if clobber == Clobber::Yes {
                return Err(Error::unnumbered_at("Another file was moved in its place", path));
            }
            to.unlink().map_err(at)?;
            return Err(replaced(&from));
        }
        if clobber == Clobber::No {
            // Where the old name stays, two would be one too many: the old one is still owed.
            from.unlink().or_else(|code| to.unlink().and(Err(code))).map_err(at)?;
        }
        open.lifecycle.place = Some(to);
        open.lifecycle.release();
        Ok(())
    }

    /// Opens a named file a second time, by its name, with a position of its own; what waits in
    /// this one is written first. The second object has no duty to delete. Of the mode's letter only
    /// `a` counts beyond the direction: the position is at the end at first, and every write goes to
    /// what is the end of the file then. WASI 0.2 cannot look and write in one step, so another
    /// process may write in between. Beyond Python, where `open(f.name)` does it.
    ///
    /// # Errors
    ///
    /// As [`keep`](Self::keep); a value error for a wrong `mode`; [`ErrorCode::NoEntry`] where
    /// the name is another file's by now, which can be told while this one is open.
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
        let opened =
            |storage| Self::new(Open::new(storage, mode, Buffering::parse(buffering), lifecycle));
        if !mode.appends() {
            return Ok(opened(Storage::shared(descriptor)));
        }
        let file = opened(Storage::appending(descriptor));
        file.seek(0, 2)?;
        Ok(file)
    }

    /// Writes what waits and takes the descriptor out of the file, which is detached from then
    /// on: its methods fail as Python's do after `detach`, while a duty to delete stays with it.
    /// Beyond Python: WASI has no second descriptor for a file.
    ///
    /// # Errors
    ///
    /// A value error on a closed or detached file; the filesystem's refusal to take what waits.
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

/// The answer of a move where something is at its target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clobber {
    /// Replaces it.
    Yes,
    /// Refuses.
    No,
}

/// The error for a name that is another file's by now.
fn replaced(place: &Place) -> Error {
    Error::Os(OsError {
        code: Some(ErrorCode::NoEntry),
        message: Cow::Borrowed("Temporary file has been replaced"),
        path: Some(String::from(place.path())),
    })
}
