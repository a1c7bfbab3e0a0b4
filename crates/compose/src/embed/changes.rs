//! The differences between the imports of a component before and after rewriting.

use std::collections::BTreeMap;

use crate::embed::items::Item;
use crate::embed::shape::Shape;

/// The differences.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) dropped: Vec<String>,
    /// The imports that were added: name, and functions.
    pub(super) added: Vec<(String, Vec<String>)>,
    /// The imports that were extended: name, and function.
    pub(super) extended: Vec<(String, String)>,
}

impl Changes {
    /// Compares the imports. The arguments are the items that stay, the functions by which the
    /// types of imports are extended, and the new imports.
    pub(super) fn of(
        shape: &Shape<'_>,
        live: &[bool],
        extensions: &BTreeMap<usize, Vec<String>>,
        added: Vec<(String, Vec<String>)>,
    ) -> Self {
        let mut changes = Self { added, ..Self::default() };
        for (at, item) in shape.items.iter().enumerate() {
            let Item::Import(import) = item else { continue };
            let name = import.name.name;
            if !live[at] {
                changes.dropped.push(name.to_owned());
            }
            for function in extensions.get(&at).into_iter().flatten() {
                changes.extended.push((name.to_owned(), function.clone()));
            }
        }
        changes
    }
}
