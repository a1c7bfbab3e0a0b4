//! The name of a file, and when it is deleted.
//!
//! A file ends by [`End::Close`], [`End::Exit`] or [`End::Drop`], each of which deletes what the
//! ones before it delete, and more:
//!
//! | duty | `close` | `exit` | drop, `cleanup` | after a refusal |
//! |---|---|---|---|---|
//! | `OnClose` | deletes | deletes | deletes | `OnDrop` |
//! | `OnExit` | | deletes | deletes | `OnDrop` |
//! | `OnDrop` | | | deletes | `OnDrop` |
//! | `Never` | | | | |

use alloc::string::String;

use crate::error::{Error, ErrorCode, Result};
use crate::file::register::{self, Object, OwedItem, OwedKind, UnclosedItem};
use crate::host::descriptor::FileId;
use crate::host::place::Place;
use crate::host::refused::Refused;
use crate::options::Delete;

/// The ways in which a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Close,
    Exit,
    /// The last handle goes, or `cleanup` is called.
    Drop,
}

/// The name of a file and the duty to delete it.
pub(crate) struct Lifecycle {
    name: Name,
    duty: Duty,
    /// The file that may be deleted, after a refusal or a move that met another's file; `None` for
    /// whatever has the name.
    only: Option<Refused>,
    /// This handle came from `detach` or `reopen`; the original handle decides about the name.
    second: bool,
    /// A named file was closed once: a second call does nothing.
    close_called: bool,
}

/// The name of a file.
#[derive(Clone)]
enum Name {
    /// None, from the beginning or since it was deleted.
    Anonymous,
    /// A name that the host did not remove while the file is open. The caller does not know it.
    Hidden(Place),
    /// A name that the caller knows.
    Known(Place),
    /// A name that the caller knew, until the file was deleted.
    Gone(Place),
}

/// The first end that deletes the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Duty {
    Never,
    OnClose,
    OnExit,
    /// A method tried and was refused. Python's methods do not try again.
    OnDrop,
}

impl Duty {
    fn is_due(self, end: End) -> bool {
        match self {
            Self::Never => false,
            Self::OnClose => true,
            Self::OnExit => end >= End::Exit,
            Self::OnDrop => end >= End::Drop,
        }
    }
}

impl Lifecycle {
    /// Makes the lifecycle of a file without a name.
    pub(crate) fn anonymous() -> Self {
        Self::of(Name::Anonymous)
    }

    /// Makes the lifecycle of a file with a name that the caller knows.
    pub(crate) fn named(place: Place) -> Self {
        Self::of(Name::Known(place))
    }

    /// Makes the lifecycle of an anonymous file whose name the host did not remove while it is
    /// open.
    pub(crate) fn hidden(place: Place, refused: Refused) -> Self {
        Self { duty: Duty::OnClose, only: Some(refused), ..Self::of(Name::Hidden(place)) }
    }

    /// Makes the lifecycle of a second handle on the file: the same name, and no duty to delete.
    pub(crate) fn second(&self) -> Self {
        Self { second: true, ..Self::of(self.name.clone()) }
    }

    fn of(name: Name) -> Self {
        Self { name, duty: Duty::Never, only: None, second: false, close_called: false }
    }

    /// Sets when the file is deleted, if at all.
    pub(crate) fn set_delete(&mut self, delete: Delete) {
        self.only = None;
        self.duty = match delete {
            Delete::OnClose => Duty::OnClose,
            Delete::OnExit => Duty::OnExit,
            Delete::Never => Duty::Never,
        };
    }

    /// Returns the path that the caller knows.
    pub(crate) fn name(&self) -> Option<&str> {
        match &self.name {
            Name::Known(place) | Name::Gone(place) => Some(place.path()),
            Name::Anonymous | Name::Hidden(_) => None,
        }
    }

    /// Returns the place of a file that still has a name, for `operation`.
    pub(crate) fn place(&self, operation: &'static str) -> Result<&Place> {
        match &self.name {
            Name::Known(place) => Ok(place),
            Name::Gone(place) => Err(Error::at(ErrorCode::NoEntry, place.path())),
            Name::Anonymous | Name::Hidden(_) => Err(Error::unsupported(operation)),
        }
    }

    /// Returns the place of a file if this handle decides about its name, for `operation`.
    pub(crate) fn own_place(&self, operation: &'static str) -> Result<&Place> {
        if self.second { Err(Error::unsupported(operation)) } else { self.place(operation) }
    }

    /// Returns the place of a file that is still to be deleted.
    pub(crate) fn to_delete(&self) -> Option<&Place> {
        match &self.name {
            Name::Known(place) | Name::Hidden(place) if self.duty != Duty::Never => Some(place),
            _ => None,
        }
    }

    /// Ends the duty without deleting.
    pub(crate) fn keep(&mut self) {
        self.duty = Duty::Never;
    }

    /// Sets the new place of the file, at which it stays.
    pub(crate) fn moved(&mut self, to: Place) {
        self.name = Name::Known(to);
        self.keep();
    }

    /// Limits the duty to delete to `file`.
    pub(crate) fn delete_only(&mut self, file: FileId) {
        self.only = Some(Refused::of(file, ErrorCode::Busy));
    }

    /// Tells whether `close` has anything to do: a named file is closed once.
    pub(crate) fn begin_close(&mut self) -> bool {
        let first = !self.close_called;
        self.close_called = self.name().is_some();
        first
    }

    /// Deletes the file if that is due at this end. A file that is gone already is no error, and
    /// neither is one whose name is another's when a refused deletion is tried again.
    pub(crate) fn end(&mut self, end: End) -> Result<()> {
        let (Name::Known(place) | Name::Hidden(place)) = &self.name else { return Ok(()) };
        if !self.duty.is_due(end) {
            return Ok(());
        }
        let own = self.only.as_ref().map_or(Ok(()), |only| only.check(place));
        let unlinked = own.and_then(|()| {
            // A host may refuse to delete what is held open.
            self.only = None;
            place.unlink()
        });
        match unlinked {
            Ok(()) | Err(ErrorCode::NoEntry) => {
                (self.duty, self.only) = (Duty::Never, None);
                self.name = match &self.name {
                    Name::Known(place) => Name::Gone(place.clone()),
                    _ => Name::Anonymous,
                };
                Ok(())
            }
            Err(code) => {
                if self.only.is_none() {
                    self.only = Some(Refused::at(place, code));
                }
                self.duty = Duty::OnDrop;
                Err(Error::at(code, place.path()))
            }
        }
    }

    /// Deletes the file if that is still its duty. After a refusal the duty is left to
    /// [`cleanup`](crate::cleanup::cleanup): no object has the file any more.
    pub(crate) fn abandon(mut self) {
        if self.end(End::Drop).is_err() {
            register::leave(self);
        }
    }

    /// Checks that the name is still that of the file that may be deleted, where that is known.
    pub(crate) fn check_name(&self, place: &Place) -> Result<(), ErrorCode> {
        self.only.as_ref().map_or(Ok(()), |only| only.check(place))
    }
}

impl Object for Lifecycle {
    fn pay(&mut self) -> Result<()> {
        self.end(End::Drop)
    }

    fn owed(&self) -> Option<OwedItem> {
        let place = self.to_delete()?;
        let size = place.lstat().ok().map(|stat| stat.size);
        Some(OwedItem { path: String::from(place.path()), kind: OwedKind::File, size })
    }

    fn unclosed(&self) -> Option<UnclosedItem> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_deletes_what_those_before_it_delete() {
        let due = |duty: Duty| [End::Close, End::Exit, End::Drop].map(|end| duty.is_due(end));
        assert_eq!(due(Duty::Never), [false, false, false]);
        assert_eq!(due(Duty::OnClose), [true, true, true]);
        assert_eq!(due(Duty::OnExit), [false, true, true]);
        assert_eq!(due(Duty::OnDrop), [false, false, true]);
    }
}
