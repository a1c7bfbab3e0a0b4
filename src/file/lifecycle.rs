//! The name of a file and the duty to delete it.

use crate::error::{Error, ErrorCode, Result};
use crate::file::options::Delete;
use crate::host::descriptor::FileId;
use crate::host::place::{Place, Refused};

/// The name of a file, if it has one, and the duty to delete it.
pub(crate) struct Lifecycle {
    /// Where the file is or was; `None` for a file that never had a name, or has none any more.
    pub(crate) place: Option<Place>,
    /// The caller knows the name. False for an anonymous file that the host would not unlink.
    pub(crate) named: bool,
    /// Another object was made with the file and has to do with its name: this one came of `detach`
    /// or `reopen`.
    second: bool,
    duty: Option<Duty>,
    /// `close` was called on a named file: a second call does nothing.
    pub(crate) close_called: bool,
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
    pub(crate) fn place(&self, operation: &'static str) -> Result<&Place> {
        match &self.place {
            Some(place) if self.named && self.deleted => {
                Err(Error::at(ErrorCode::NoEntry, place.path()))
            }
            Some(place) if self.named => Ok(place),
            _ => Err(Error::unsupported(operation)),
        }
    }

    /// The place of a file whose name is this object's to decide about, for `operation`.
    pub(crate) fn own_place(&self, operation: &'static str) -> Result<&Place> {
        if self.second {
            return Err(Error::unsupported(operation));
        }
        self.place(operation)
    }

    /// Whether it is this object's duty to delete the file.
    pub(crate) fn owes(&self) -> bool {
        self.duty.is_some()
    }

    /// Ends it at its new place.
    pub(crate) fn moved(&mut self, to: Place) {
        self.place = Some(to);
        self.release();
    }

    /// Lets a duty to delete find `file` only, where that is known.
    pub(crate) fn delete_only(&mut self, file: Option<FileId>) {
        if let (Some(duty), Some(file)) = (&mut self.duty, file) {
            duty.refused = Some(Refused::of(file, ErrorCode::Busy));
        }
    }

    /// Ends the duty without deleting.
    pub(crate) fn release(&mut self) {
        self.duty = None;
    }

    /// Deletes the file if that is owed. A file that is gone already is no error, and so is one
    /// whose name is another's when a refused deletion is tried again.
    pub(crate) fn delete(&mut self) -> Result<()> {
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
    pub(crate) fn deletes(&self, closing: bool) -> bool {
        self.duty.as_ref().is_some_and(|duty| !duty.tried && (duty.on_close || !closing))
    }
}
