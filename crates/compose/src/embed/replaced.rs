//! The functions of the host that the filesystem answers in a component.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use wasmparser::component_types::ResourceId;
use wasmparser::types::TypesRef;
use wasmparser::{CanonicalFunction, CanonicalOption};

use crate::embed::access;
use crate::embed::asks::DROP;
use crate::embed::items::Item;
use crate::embed::liveness::{FILES, SPACE, goes};
use crate::embed::module::Module;
use crate::embed::resources::{Resource, resource_of, resources};
use crate::embed::shape::{Lowered, Shape, is_preview_2, versionless};
use crate::embed::signature::{Signature, of_core};
use crate::embed::space::Space;

/// A lowered function of the host that the filesystem answers.
#[derive(Debug)]
pub(super) struct Replaced {
    /// The item that defines it.
    pub(super) item: usize,
    /// The name of the filesystem's export.
    pub(super) name: String,
    pub(super) signature: Signature,
    /// The number of the allocator that its results are put into.
    pub(super) realloc: Option<u32>,
    pub(super) when: When,
}

/// The calls that the filesystem answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    /// All calls. The filesystem calls the host's function for handles of the host.
    Poll,
    /// Calls whose first parameter, or the parameter of this number, is a handle of the filesystem.
    Handle {
        second: Option<u32>,
    },
}

impl When {
    /// Returns whether the function of the host stays.
    pub(super) fn keeps_host(self) -> bool {
        self != Self::Always
    }
}

/// Functions to replace, with the program's memory and its allocators.
pub(super) struct Replacements {
    pub(super) functions: Vec<Replaced>,
    /// The program's memory: the core instance that has it, and its name there.
    pub(super) memory: (u32, String),
    /// The program's allocators, by their number.
    pub(super) reallocs: Vec<u32>,
}

impl Replacements {
    /// Lists the items that define the allocators.
    pub(super) fn allocators(&self, shape: &Shape<'_>) -> impl Iterator<Item = usize> {
        self.reallocs.iter().filter_map(|it| shape.definer((Space::CoreFunction, *it)))
    }
}

/// Finds the functions to replace. Returns `None` if the program uses no files.
///
/// # Errors
/// A function is lowered in a way that the filesystem does not support.
pub(super) fn replacements(
    shape: &Shape<'_>,
    types: TypesRef<'_>,
    filesystem: &Module<'_>,
    beside: bool,
) -> Result<Option<Replacements>> {
    let mut found = Found { shape, types, memories: BTreeSet::new(), reallocs: Vec::new() };
    let (mut functions, mut files) = (Vec::new(), false);
    for (item, lowered) in lowered(shape, types) {
        ensure_version(&lowered)?;
        let Some(answer) = answer(shape, &lowered, filesystem, beside)? else { continue };
        let realloc = found.options(&lowered)?;
        let number = shape.numbers[item].first().context("a lowered function has a number")?.1;
        let signature = of_core(types, number)?;
        let own = filesystem.exported(&answer.name).context("it was found")?;
        let of = if lowered.import.starts_with(SPACE) { "scratch:space 0.1" } else { "WASI 0.2" };
        ensure!(
            signature == Signature::of(filesystem.function_type(own)?)?,
            "{} has another type than in {of}",
            lowered.name()
        );
        files |= lowered.interface.starts_with(FILES);
        let Answer { name, when } = answer;
        functions.push(Replaced { item, name, signature, realloc, when });
    }
    if !files {
        return Ok(None);
    }
    let memory = match found.memories.iter().collect::<Vec<_>>()[..] {
        [memory] => memory.clone(),
        [] => bail!("no function of files is lowered with a memory"),
        _ => bail!(
            "{} memories of the component use files, and the filesystem serves one",
            found.memories.len()
        ),
    };
    Ok(Some(Replacements { functions, memory, reallocs: found.reallocs }))
}

/// Lists the functions of imported interfaces that core modules import, with their items.
pub(super) fn lowered<'s>(shape: &'s Shape<'_>, types: TypesRef<'_>) -> Vec<(usize, Lowered<'s>)> {
    let resources = resources(shape, types);
    let of = |item| shape.lowered(item).or_else(|| dropping(shape, types, &resources, item));
    (0..shape.items.len()).filter_map(|item| Some((item, of(item)?))).collect()
}

/// Finds the resource that an item drops.
fn dropping<'s>(
    shape: &'s Shape<'_>,
    types: TypesRef<'_>,
    resources: &BTreeMap<ResourceId, Resource<'s>>,
    item: usize,
) -> Option<Lowered<'s>> {
    let Item::Function(CanonicalFunction::ResourceDrop { resource }) = shape.items[item] else {
        return None;
    };
    let Resource { import, name } = resources.get(&resource_of(types, resource)?)?;
    let function = format!("{DROP}{name}");
    Some(Lowered { import, interface: versionless(import), function, options: &[] })
}

/// Refuses interfaces whose functions may differ from those of WASI 0.2 or `scratch:space` 0.1.
fn ensure_version(lowered: &Lowered<'_>) -> Result<()> {
    let ours = lowered.interface.starts_with(FILES) || lowered.interface.starts_with("wasi:io/");
    ensure!(
        !ours || is_preview_2(lowered.import),
        "it imports {}, and the filesystem answers WASI 0.2 only",
        lowered.import
    );
    ensure_space_version(lowered.import)
}

/// Refuses a version of `scratch:space` that the filesystem does not answer.
pub(super) fn ensure_space_version(import: &str) -> Result<()> {
    ensure!(
        !import.starts_with(SPACE) || import.contains("@0.1."),
        "it imports {import}, and the filesystem answers {SPACE}…@0.1 only"
    );
    Ok(())
}

struct Answer {
    name: String,
    when: When,
}

/// Finds the function of the filesystem that answers.
fn answer(
    shape: &Shape<'_>,
    lowered: &Lowered<'_>,
    filesystem: &Module<'_>,
    beside: bool,
) -> Result<Option<Answer>> {
    let name = lowered.name();
    // Some functions have other answers beside the host's directories, or for a program whose host
    // has no environment.
    for (prefix, holds) in [("beside:", beside), ("alone:", shape.handler)] {
        let special = format!("{prefix}{name}");
        if holds && filesystem.exported(&special).is_some() {
            return Ok(Some(Answer { name: special, when: When::Always }));
        }
    }
    if filesystem.exported(&name).is_none() {
        let must = goes(lowered.import, beside);
        ensure!(!must, "the filesystem does not answer {name}");
        return Ok(None);
    }
    let always = goes(lowered.import, beside) || lowered.interface.starts_with("wasi:cli/");
    let when = match lowered.function.as_str() {
        _ if always => When::Always,
        "poll" => When::Poll,
        function => When::Handle { second: second_handle(function) },
    };
    Ok(Some(Answer { name, when }))
}

/// Returns the position of a second handle among the core parameters.
fn second_handle(function: &str) -> Option<u32> {
    match function.rsplit_once('.').map_or(function, |(_, method)| method) {
        "splice" | "blocking-splice" | "is-same-object" => Some(1),
        // After the descriptor, and the pointer and length of the path.
        "rename-at" => Some(3),
        // After these, and the flags before the path.
        "link-at" => Some(4),
        _ => None,
    }
}

struct Found<'s, 'a> {
    shape: &'s Shape<'a>,
    types: TypesRef<'s>,
    memories: BTreeSet<(u32, String)>,
    reallocs: Vec<u32>,
}

impl Found<'_, '_> {
    /// Records the memory, and returns the number of the allocator.
    fn options(&mut self, lowered: &Lowered<'_>) -> Result<Option<u32>> {
        let mut realloc = None;
        for option in lowered.options {
            match option {
                CanonicalOption::Memory(memory) => {
                    let origin = self.shape.origin((Space::CoreMemory, *memory)).context(
                        "the memory of its files is no export of a module in the component",
                    )?;
                    let memory = self.types.memory_at(*memory);
                    access::ensure_reachable("the memory that its files are read into", memory)?;
                    self.memories.insert((origin.0, origin.1.to_owned()));
                }
                CanonicalOption::Realloc(function) => realloc = Some(self.number(*function)),
                CanonicalOption::UTF8 => {}
                other => bail!(
                    "{} is lowered with an option that the filesystem does not serve: {other:?}",
                    lowered.name()
                ),
            }
        }
        Ok(realloc)
    }

    /// Returns the number of an allocator. Two aliases of one function have the same number.
    fn number(&mut self, function: u32) -> u32 {
        let origin = |function| self.shape.origin((Space::CoreFunction, function)).ok_or(function);
        let known = self.reallocs.iter().zip(0..);
        for (other, number) in known {
            if origin(*other) == origin(function) {
                return number;
            }
        }
        self.reallocs.push(function);
        crate::embed::number::index(self.reallocs.len() - 1)
    }
}
