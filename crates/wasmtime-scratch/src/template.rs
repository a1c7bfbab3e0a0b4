//! Templates: the state of a space at one moment, to start other spaces from, to go back to, and to
//! compare with.

use tmpfs::{Change, Difference, Error, Result, Settings, Usage};

use crate::space::{Builder, Space, seed, timestamp};

/// The most bytes of paths in a list of changes.
const PATHS: usize = 256 << 20;

/// The state of a space at one moment. A clone is the same template.
///
/// Any number of spaces start from it in constant time. They share its pages until they change
/// them. Each is charged in full, towards its own limits, for everything that it can see.
///
/// # Shared limits
/// The bytes of a page are charged once, to the [`SharedLimit`](crate::SharedLimit) of the space
/// that wrote it, until the template and all spaces that are based on it are dropped. If that space
/// has no shared limit, no limit counts them. Files, directories and their metadata are charged in
/// full for the template and for each space, including the space that was seeded, until it is
/// dropped. Ten files of 10 MB therefore take 100 MB once, and 0.3 MB for each fork. 10,000 files
/// of 10 kB take 3 MB of metadata and 10,000 nodes for each fork.
///
/// At a full limit every operation that needs room fails with `quota`:
/// - a write into a page of the template, and a truncation in the middle of one: both copy the
///   page;
/// - a new file, a new page, a longer name, a snapshot.
///
/// Removing files, and writing to pages that the space has written before, need none. A file of the
/// template gives back only its metadata when it is removed. Its pages stay charged with the
/// template.
///
/// # Example
/// The limits of a space must allow everything that the template holds.
/// ```
/// use wasmtime_scratch::{Difference, Space};
///
/// let seeded = Space::builder().build()?;
/// // … seed it …
/// let template = seeded.snapshot()?;
/// let run = Space::builder().bytes(100 << 20).build_from(&template)?;
/// // … lend it to a guest …
/// assert_eq!(run.changes_since(&template)?, []);
/// run.reset_to(&template)?;
/// # Ok::<(), wasmtime_scratch::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Template(tmpfs::Template);

impl Template {
    /// Returns the amounts that the template holds.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.0.usage()
    }
}

impl Builder {
    /// Makes a space with the content of a template, in constant time.
    ///
    /// # Errors
    /// - `InsufficientSpace` if the limits of the space do not allow what the template holds;
    /// - `Quota` if the shared limit does not allow the template's nodes and metadata once more;
    /// - `Io` if the system has no random numbers.
    pub fn build_from(self, template: &Template) -> Result<Space> {
        let Self { limits, shared, clock } = self;
        let settings = Settings { limits, shared, seed: seed()?, now: timestamp(clock()) };
        Ok(Space::of(template.0.space(settings)?, clock, true))
    }
}

impl Space {
    /// Makes a template of the present state.
    ///
    /// The space goes on with its open files, and no page is copied. A space that is started from
    /// the template is a fork of this one.
    ///
    /// A space is based on at most 16 templates. The next snapshot merges those at the top that
    /// nothing else uses, in time that is linear in the size of the space. To make snapshots one
    /// after the other, drop the last one before making the next.
    ///
    /// # Errors
    /// - `Busy` if the space is based on 16 templates that are all in use;
    /// - `Quota` if the shared limit does not allow the metadata of the template, or the content of
    ///   templates that are merged and were charged to another limit;
    /// - `InsufficientSpace` if there is no memory.
    ///
    /// After an error the content of the space has not changed. Templates may have been merged,
    /// which changes the charges to shared limits.
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("shared", "text")?;
    /// let fork = wasmtime_scratch::Space::builder().build_from(&space.snapshot()?)?;
    /// fork.remove_file("shared")?;
    /// assert_eq!(space.read("shared")?, b"text");
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn snapshot(&self) -> Result<Template> {
        self.engine().snapshot().map(Template)
    }

    /// Goes back to a template: the one that the space was started from, or one that was made of
    /// it.
    ///
    /// The time depends on what changed since. Open files of guests are closed, and a guest that
    /// uses one gets `bad-descriptor`. A copy into or out of the space that is running ends with
    /// [`Stop::Reset`](crate::Stop::Reset).
    ///
    /// # Errors
    /// - `Invalid` if the space is not based on the template;
    /// - `InsufficientSpace` if the template holds more than the space does now, and the limits of
    ///   the space do not allow it;
    /// - `Quota` if the shared limit does not allow the metadata of the template.
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("answer", "42")?;
    /// let template = space.snapshot()?;
    /// space.write("answer", "41")?;
    /// space.reset_to(&template)?;
    /// assert_eq!(space.read("answer")?, b"42");
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn reset_to(&self, template: &Template) -> Result<()> {
        self.engine().reset_to(&template.0)
    }

    /// Compares the space with a template that it is based on, and returns the differences in the
    /// order of the paths.
    ///
    /// A file that was created and removed again is not among them, and a renamed directory is one
    /// change. The time depends on the number of changes, not on the number of files.
    ///
    /// # Errors
    /// - `Invalid` if the space is not based on the template;
    /// - `InsufficientSpace` if there is no memory;
    /// - `InsufficientMemory` if the paths together are longer than 256 MiB. A program that nests
    ///   directories deeply makes paths of many megabytes within its limits.
    ///
    /// # Example
    /// ```
    /// use wasmtime_scratch::Difference;
    ///
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// let template = space.snapshot()?;
    /// space.write("answer", "42")?;
    /// let changes = space.changes_since(&template)?;
    /// assert_eq!(changes[0].path, "answer");
    /// assert_eq!(changes[0].difference, Difference::Created);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn changes_since(&self, template: &Template) -> Result<Vec<Change>> {
        let engine = self.engine();
        let (mut changes, mut left) = (Vec::new(), PATHS);
        for change in engine.changes_since(&template.0)? {
            let change = change?;
            let from = match &change.difference {
                Difference::Renamed { from, .. } => from.len(),
                _ => 0,
            };
            let rest = left.checked_sub(change.path.len() + from);
            left = rest.ok_or(Error::InsufficientMemory)?;
            changes.push(change);
        }
        Ok(changes)
    }
}
