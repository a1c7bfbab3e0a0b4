//! The changes that a program made in its scratch space.

use wasmtime_scratch::{Change, Difference, Error, Kind, Space, Template};

use crate::failure::Failure;

/// The state of a space before the program runs.
pub(super) struct Mark(Template);

/// A change, with paths as the program sees them.
pub(super) struct Seen {
    pub(super) word: &'static str,
    pub(super) path: String,
    /// The path before it was renamed.
    pub(super) from: Option<String>,
    pub(super) kind: Kind,
}

impl Mark {
    pub(super) fn new(space: &Space) -> Result<Self, Failure> {
        let template = space.snapshot();
        template.map(Self).map_err(|error| Failure::Broken(format!("--changes: {error}")))
    }

    /// Compares the space with its earlier state.
    pub(super) fn changes(&self, space: &Space, mount: &str) -> Result<Vec<Seen>, String> {
        let changes = space.changes_since(&self.0).map_err(|error| match error {
            Error::InsufficientMemory => "--changes: the paths of what changed are longer than \
                256 MiB together; leave it out"
                .to_owned(),
            error => format!("--changes: {error}"),
        })?;
        Ok(changes.into_iter().map(|change| seen(change, mount)).collect())
    }
}

fn seen(Change { path, kind, difference }: Change, mount: &str) -> Seen {
    let whole = |path: &str| match path {
        "." => mount.to_owned(),
        path => format!("{}/{path}", mount.trim_end_matches('/')),
    };
    let (word, from) = match &difference {
        Difference::Created => ("created", None),
        Difference::Changed => ("changed", None),
        Difference::Removed => ("removed", None),
        Difference::Renamed { from, changed: false } => ("renamed", Some(whole(from))),
        Difference::Renamed { from, changed: true } => ("renamed and changed", Some(whole(from))),
        Difference::Metadata => ("metadata", None),
    };
    Seen { word, path: whole(&path), from, kind }
}
