//! A deletion that was refused, and the file that a later attempt may delete.

use crate::error::ErrorCode;
use crate::host::descriptor::{Descriptor, FileId, Kind};
use crate::host::place::Place;

/// A refused deletion, with the object that had the name then: a later attempt must not delete
/// another one.
pub(crate) struct Refused {
    code: ErrorCode,
    met: Met,
}

/// The object that had the name when the deletion was refused.
enum Met {
    /// Nothing is known of it: a later attempt is the first that meets anything.
    Unseen,
    /// A file or directory, held open. A host gives the identity of a deleted file to the next one;
    /// while it is open it is not deleted.
    Held(Descriptor),
    /// A file that somebody else holds open.
    File(FileId),
    /// Something that cannot be held, and so cannot be told from another of its name.
    Other,
}

impl Refused {
    /// Remembers the refusal `code` to delete the object at `place`.
    pub(crate) fn at(place: &Place, code: ErrorCode) -> Self {
        let met = match place.lstat().map(|stat| stat.type_) {
            Ok(Kind::RegularFile) => place.open().map_or(Met::Other, Met::Held),
            Ok(Kind::Directory) => place.open_itself().map_or(Met::Other, Met::Held),
            Ok(_) | Err(ErrorCode::NoEntry) => Met::Other,
            Err(_) => Met::Unseen,
        };
        Self { code, met }
    }

    /// Remembers the refusal `code` to delete the file or directory that `held` is open on.
    pub(crate) fn holding(held: Descriptor, code: ErrorCode) -> Self {
        Self { code, met: Met::Held(held) }
    }

    /// Remembers the refusal `code` to delete `file`, which is open elsewhere.
    pub(crate) fn of(file: FileId, code: ErrorCode) -> Self {
        Self { code, met: Met::File(file) }
    }

    pub(crate) fn code(&self) -> ErrorCode {
        self.code
    }

    /// Tells whether anything had the name.
    pub(crate) fn is_seen(&self) -> bool {
        !matches!(self.met, Met::Unseen)
    }

    /// Returns the identity of the object, where it has one.
    pub(crate) fn file_id(&self) -> Option<FileId> {
        match &self.met {
            Met::Held(held) => held.file_id().ok(),
            Met::File(file) => Some(*file),
            Met::Unseen | Met::Other => None,
        }
    }

    /// Checks that `place` is still the name of the object: `no-entry` where it is not, and the
    /// refusal where that is not known.
    pub(crate) fn check(&self, place: &Place) -> Result<(), ErrorCode> {
        match (&self.met, self.file_id()) {
            (Met::Unseen, _) => Ok(()),
            (_, Some(then)) if place.file_id()? == then => Ok(()),
            (_, Some(_)) => Err(ErrorCode::NoEntry),
            (_, None) => place.lstat().and(Err(self.code)),
        }
    }
}
