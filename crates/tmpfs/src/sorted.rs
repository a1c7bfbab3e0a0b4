//! Records in the order of their paths, component by component.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::error::{Error, Result};
use crate::hash::Seed;
use crate::id::Id;
use crate::layer::Layer;
use crate::list::push;
use crate::marks::Marks;
use crate::node::{Home, Node};
use crate::pages::PageStore;
use crate::survey::{Change, Record};
use crate::text;

/// A name on the way to records, and the record at that name.
struct Step {
    home: Home,
    node: Id<Node>,
    change: Option<Change>,
}

/// The entries of a directory that are still to be visited, and the length of its path.
struct Level {
    steps: Range<usize>,
    path: usize,
}

/// A walk over the records of one version. One record is the present one.
pub(crate) struct Sorted<'space, S: PageStore> {
    layer: &'space Layer<S>,
    /// The steps, ordered by directory and name.
    steps: Vec<Step>,
    levels: Vec<Level>,
    path: String,
    present: Option<Record>,
}

impl<'space, S: PageStore> Sorted<'space, S> {
    /// Makes a walk.
    pub(crate) fn new(
        layer: &'space Layer<S>,
        root: Id<Node>,
        records: &[Record],
        seed: Seed,
    ) -> Result<Self> {
        let (mut steps, mut known) = (Vec::new(), Marks::new(seed));
        known.set(root, true)?;
        for Record { home, node, change } in records {
            push(&mut steps, Step { home: *home, node: *node, change: Some(*change) })?;
            known.set(*node, true)?;
        }
        for Record { home, .. } in records {
            let mut node = home.directory;
            while known.set(node, true)? {
                let home = layer.node(node).home().expect("BUG: the root is known");
                push(&mut steps, Step { home, node, change: None })?;
                node = home.directory;
            }
        }
        steps.sort_unstable_by_key(|Step { home, .. }| {
            (home.directory.number(), layer.get(home.entry).name.bytes())
        });
        let (levels, path) = (Vec::new(), String::new());
        let mut sorted = Self { layer, steps, levels, path, present: None };
        sorted.enter(root)?;
        Ok(sorted)
    }

    /// Continues with the entries of a directory.
    fn enter(&mut self, directory: Id<Node>) -> Result<()> {
        let number = |step: &Step| step.home.directory.number();
        let start = self.steps.partition_point(|step| number(step) < directory.number());
        let end = self.steps.partition_point(|step| number(step) <= directory.number());
        if start < end {
            push(&mut self.levels, Level { steps: start..end, path: self.path.len() })?;
        }
        Ok(())
    }

    /// Moves to the next record.
    pub(crate) fn advance(&mut self) -> Result<()> {
        self.present = None;
        while let Some(level) = self.levels.last_mut() {
            self.path.truncate(level.path);
            let Some(at) = level.steps.next() else {
                self.levels.pop();
                continue;
            };
            let Step { home, node, change } = self.steps[at];
            append(&mut self.path, self.layer.get(home.entry).name.as_str())?;
            self.enter(node)?;
            if let Some(change) = change {
                self.present = Some(Record { home, node, change });
                return Ok(());
            }
        }
        Ok(())
    }

    /// Ends the walk.
    pub(crate) fn end(&mut self) {
        self.levels.clear();
        self.present = None;
    }

    /// Returns the present record with its path; `None` at the end.
    pub(crate) fn present(&self) -> Option<(&str, Record)> {
        Some((&self.path, self.present?))
    }
}

/// Appends a component to a path.
fn append(path: &mut String, name: &str) -> Result<()> {
    path.try_reserve(name.len() + 1).map_err(|_| Error::InsufficientSpace)?;
    if !path.is_empty() {
        path.push('/');
    }
    path.push_str(name);
    Ok(())
}

/// Returns the path of a name.
pub(crate) fn path<S: PageStore>(layer: &Layer<S>, home: Home) -> Result<String> {
    let mut names = Vec::new();
    let mut at = Some(home);
    while let Some(Home { directory, entry }) = at {
        push(&mut names, entry)?;
        at = layer.node(directory).home();
    }
    let mut path = String::new();
    for entry in names.into_iter().rev() {
        append(&mut path, layer.get(entry).name.as_str())?;
    }
    Ok(path)
}

/// Returns a copy of a path.
pub(crate) fn copy(path: &str) -> Result<String> {
    Ok(text::boxed(path)?.into_string())
}
