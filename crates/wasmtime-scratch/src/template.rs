//! Templates: what a space held at a moment, to start others from, to go back to and to compare
//! with.

use tmpfs::{Change, Difference, Error, Result, Settings, Usage};

use crate::space::{Builder, Space, seed, timestamp};

/// The most bytes of paths in a list of changes.
const PATHS: usize = 256 << 20;

/// Contents of a space at a moment. A clone is the same template.
///
/// Any number of spaces start from it, each in constant time; they share its pages until they
/// change them, and each is charged in full for what it can see. So is a shared limit, and for the
/// template beside them, until the template and all spaces that stand on it have gone: a space of
/// 1 MiB, its template and a hundred forks are charged 102 MiB, though they take little more memory
/// than the space alone.
///
/// ```
/// use wasmtime_scratch::{Difference, Space};
///
/// let seeded = Space::builder().build()?;
/// // … seed it …
/// let template = seeded.snapshot()?;
/// let run = Space::builder().bytes(1 << 20).build_from(&template)?;
/// // … lend it to a guest …
/// assert_eq!(run.changes_since(&template)?, []);
/// run.reset_to(&template)?;
/// # Ok::<(), wasmtime_scratch::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Template(tmpfs::Template);

impl Template {
    /// Returns what the template holds.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.0.usage()
    }
}

impl Builder {
    /// Makes a space that begins with what a template holds, in constant time.
    ///
    /// # Errors
    /// Those of [`Builder::build`]; `InsufficientSpace` where the limits do not allow what the
    /// template holds.
    pub fn build_from(self, template: &Template) -> Result<Space> {
        let Self { limits, shared, clock } = self;
        let settings = Settings { limits, shared, seed: seed()?, now: timestamp(clock()) };
        Ok(Space::of(template.0.space(settings)?, clock, true))
    }
}

impl Space {
    /// Makes a template of what the space holds now. The space goes on, with its open files; no
    /// page is copied. A space that is started from the template is a fork of this one.
    ///
    /// A space stands on at most 16 templates. Then the next snapshot takes in those at the top
    /// that nothing else holds, in a time that depends on the size of the space. A host that makes
    /// one snapshot after the other drops the last one before it makes the next.
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("shared", "text")?;
    /// let fork = wasmtime_scratch::Space::builder().build_from(&space.snapshot()?)?;
    /// fork.remove_file("shared")?;
    /// assert_eq!(space.read("shared")?, b"text");
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Busy` where the space stands on 16 templates that are all in use; `Quota` and
    /// `InsufficientSpace` where the shared limit or the memory does not allow it. Then nothing has
    /// changed.
    pub fn snapshot(&self) -> Result<Template> {
        self.engine().snapshot().map(Template)
    }

    /// Goes back to a template: the one that the space was started from, or one that was made of
    /// it. The time depends on what changed since. Open files of guests are closed: a guest that
    /// uses one gets `bad-descriptor`. A copy into the space or out of it that is under way ends
    /// with [`Stop::Reset`](crate::Stop::Reset).
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("answer", "42")?;
    /// let template = space.snapshot()?;
    /// space.write("answer", "41")?;
    /// space.reset_to(&template)?;
    /// assert_eq!(space.read("answer")?, b"42");
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Invalid` where the space does not stand on the template; `InsufficientSpace` and `Quota`
    /// where it holds less now, and the limits do not allow what the template holds.
    pub fn reset_to(&self, template: &Template) -> Result<()> {
        self.engine().reset_to(&template.0)
    }

    /// Compares the space with a template that it stands on, and returns what is different, in the
    /// order of the paths. What was created and removed again is not among it; the rename of a
    /// directory is one change. The time depends on the number of changes, not on that of files.
    ///
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
    ///
    /// # Errors
    /// `Invalid` where the space does not stand on the template; `InsufficientSpace` where there is
    /// no memory; `InsufficientMemory` where the paths together are longer than 256 MiB. A program
    /// that puts one directory into the other makes paths of many megabytes within its limits.
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
