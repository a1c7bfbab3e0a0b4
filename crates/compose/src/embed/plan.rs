//! The plan of a rewriting: the substitute for each replaced function, and the slots of the table.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use wasmparser::{ComponentAlias, Instance, Parser, Payload};

use crate::embed::access::PROGRAM;
use crate::embed::asks::{Supply, supply};
use crate::embed::items::Item;
use crate::embed::library::{Ask, HOST, LATE, Library, REALLOC, Slot, interface, library};
use crate::embed::module::Module;
use crate::embed::number::index;
use crate::embed::replaced::{Replaced, Replacements, When};
use crate::embed::shape::Shape;
use crate::embed::signature::Signature;
use crate::embed::space::Space;
use crate::embed::thunks::{Call, Thunk};

/// The plan of a rewriting.
pub(super) struct Plan {
    pub(super) replacements: Replacements,
    /// The substitute for each replaced function.
    pub(super) stand: Vec<Stand>,
    pub(super) library: Library,
    /// The origins of the filesystem's imports, in the library's order.
    pub(super) supplies: Vec<Supply>,
    pub(super) thunks: Vec<Thunk>,
    pub(super) slots: Vec<(Signature, Source)>,
    /// The item before which the thunks are inserted.
    pub(super) first: usize,
    /// The items before which the table is filled with the functions that exist by then: those that
    /// instantiate a module with a start function.
    pub(super) starts: Vec<usize>,
    /// The item after which the filesystem is instantiated. It is the last one, unless a start
    /// function comes between the memory and that item; then it is the item before the start
    /// function.
    pub(super) filesystem: usize,
    /// The item after which every function of the table exists.
    pub(super) last: usize,
}

/// A substitute for a replaced function.
#[derive(Clone, Debug)]
pub(super) enum Stand {
    /// The filesystem's export.
    Direct,
    /// The thunk of this name.
    Thunk(String),
}

/// The content of a slot of the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// A core function of the program, by its old number.
    Realloc(u32),
    /// The function of the host that this item lowers.
    Host(usize),
    /// An export of the filesystem.
    Filesystem(String),
    /// A thunk.
    Thunk(&'static str),
}

/// The thunk with which the host allocates in the filesystem's memory.
pub(super) const ROOM: &str = "room";

/// The thunk for a `poll` that the program did not lower.
const NO_POLL: &str = "no-poll";

impl Plan {
    pub(super) fn new(
        shape: &Shape<'_>,
        replacements: Replacements,
        filesystem: &Module<'_>,
        beside: bool,
    ) -> Result<Self> {
        let several = replacements.reallocs.len() > 1;
        let supplied = |module: &str, name: &str| {
            interface(module)
                .map_or(Supply::New, |(interface, _)| supply(shape, interface, name, beside))
        };
        let memory = (Space::CoreInstance, replacements.memory.0);
        let memory = shape.definer(memory).context("the memory has an instance")?;
        let last = last(shape, &replacements, memory);
        let starts: Vec<usize> = (0..=last).filter(|at| starts(shape, &shape.items[*at])).collect();
        let at = starts.iter().find(|at| **at > memory).map_or(last, |at| at - 1);
        let mut table = Table::default();
        table.allocators(&replacements);
        let stand = table.replaced(shape, &replacements, last)?;
        table.room();
        let slots = if at == last { slots(&table) } else { Vec::new() };
        let library =
            library(filesystem, &exports(&replacements), several, &slots, &|module, name| {
                supplied(module, name) == Supply::Nowhere
            })?;
        table.asked(&library.asks, &replacements)?;
        let mut supplies = Vec::new();
        for Ask { module, name, .. } in &library.asks {
            let supply = supplied(module, name);
            let (interface, _) = interface(module).unwrap_or_default();
            ensure!(
                supply != Supply::Unknown,
                "the type of its import {interface} is not written out, so that {name}, which the \
                filesystem needs, cannot be added"
            );
            supplies.push(supply);
        }
        Ok(Self {
            stand,
            library,
            supplies,
            thunks: table.thunks,
            slots: table.slots,
            first: shape.items.iter().position(is_core).context("it has no core module")?,
            starts,
            filesystem: at,
            last,
            replacements,
        })
    }

    /// Returns whether the filesystem's module fills the table, since all functions exist by then.
    pub(super) fn filesystem_fills(&self) -> bool {
        self.filesystem == self.last
    }
}

/// Returns whether an item instantiates a module of the component that has a start function.
fn starts(shape: &Shape<'_>, item: &Item<'_>) -> bool {
    let Item::CoreInstance(Instance::Instantiate { module_index, .. }) = item else { return false };
    let Some(Item::Module(bytes)) = shape.item((Space::Module, *module_index)) else {
        return false;
    };
    Parser::new(0).parse_all(bytes).any(|it| matches!(it, Ok(Payload::StartSection { .. })))
}

/// Lists what the filesystem's module puts into the slots.
fn slots(table: &Table) -> Vec<(Signature, Slot)> {
    let slots = table.slots.iter().map(|(signature, source)| {
        let slot = match source {
            Source::Filesystem(name) => Slot::Own(name.clone()),
            Source::Realloc(_) | Source::Host(_) | Source::Thunk(_) => Slot::Given,
        };
        (signature.clone(), slot)
    });
    slots.collect()
}

/// Lists the exports of the filesystem that are called.
fn exports(replacements: &Replacements) -> Vec<String> {
    let mut exports: Vec<String> = vec![REALLOC.into()];
    for replaced in &replacements.functions {
        if !exports.contains(&replaced.name) {
            exports.push(replaced.name.clone());
        }
    }
    exports
}

fn is_core(item: &Item<'_>) -> bool {
    matches!(
        item,
        Item::CoreInstance(_)
            | Item::Function(_)
            | Item::Alias(ComponentAlias::CoreInstanceExport { .. })
    )
}

/// Finds the item after which every function of the table exists.
fn last(shape: &Shape<'_>, replacements: &Replacements, memory: usize) -> usize {
    let kept = replacements.functions.iter().filter(|it| it.when.keeps_host());
    kept.map(|it| it.item).chain(replacements.allocators(shape)).fold(memory, usize::max)
}

#[derive(Default)]
struct Table {
    slots: Vec<(Signature, Source)>,
    thunks: Vec<Thunk>,
    /// The slot of each source.
    known: BTreeMap<Source, u32>,
}

impl Table {
    fn slot(&mut self, signature: &Signature, source: Source) -> u32 {
        if let Some(slot) = self.known.get(&source) {
            return *slot;
        }
        self.push(signature, source)
    }

    fn push(&mut self, signature: &Signature, source: Source) -> u32 {
        let slot = index(self.slots.len());
        self.known.insert(source.clone(), slot);
        self.slots.push((signature.clone(), source));
        slot
    }

    /// Assigns the first slots: the allocators, then a `poll` of the host for each of them.
    fn allocators(&mut self, replacements: &Replacements) {
        for function in &replacements.reallocs {
            self.push(&Signature::of_i32(4, 1), Source::Realloc(*function));
        }
        let polls = || replacements.functions.iter().filter(|it| it.when == When::Poll);
        if polls().next().is_none() {
            return;
        }
        let signature = Signature::of_i32(3, 0);
        let call = Call::Never;
        let name = NO_POLL.to_owned();
        self.thunks.push(Thunk { name, signature: signature.clone(), number: None, call });
        for number in 0..index(replacements.reallocs.len()) {
            let poll = polls().find(|it| it.realloc == Some(number));
            let source = poll.map_or(Source::Thunk(NO_POLL), |it| Source::Host(it.item));
            self.push(&signature, source);
        }
    }

    fn replaced(
        &mut self,
        shape: &Shape<'_>,
        replacements: &Replacements,
        last: usize,
    ) -> Result<Vec<Stand>> {
        let several = replacements.reallocs.len() > 1;
        let mut stand = Vec::new();
        for (at, replaced) in replacements.functions.iter().enumerate() {
            let Replaced { item, name, signature, realloc, when } = replaced;
            let direct = *when == When::Always && *item > last && (realloc.is_none() || !several);
            if direct {
                stand.push(Stand::Direct);
                continue;
            }
            if *when == When::Poll && realloc.is_none() {
                bail!("poll is lowered without an allocator in {}", shape.items[*item].words());
            }
            let ours = self.slot(signature, Source::Filesystem(name.clone()));
            let call = match when {
                When::Always | When::Poll => Call::Always { slot: ours },
                When::Handle { second } => {
                    let host = self.slot(signature, Source::Host(*item));
                    Call::ByHandle { ours, host, second: *second }
                }
            };
            let number = realloc.filter(|_| several);
            let thunk = at.to_string();
            stand.push(Stand::Thunk(thunk.clone()));
            self.thunks.push(Thunk { name: thunk, signature: signature.clone(), number, call });
        }
        Ok(stand)
    }

    /// Makes the thunk for the allocator in the filesystem's memory.
    fn room(&mut self) {
        let signature = Signature::of_i32(4, 1);
        let call = Call::Always { slot: self.push(&signature, Source::Filesystem(REALLOC.into())) };
        self.thunks.push(Thunk { name: ROOM.to_owned(), signature, number: None, call });
    }

    /// Makes the thunks that the filesystem imports.
    fn asked(&mut self, asks: &[Ask], replacements: &Replacements) -> Result<()> {
        let reallocs = index(replacements.reallocs.len());
        let polls = replacements.functions.iter().any(|it| it.when == When::Poll);
        for ask in asks {
            let call = match (ask.module.as_str(), ask.name.as_str()) {
                (PROGRAM, "realloc") if reallocs > 0 => Call::Counted { first: 0 },
                (PROGRAM, "poll") if polls => Call::Counted { first: reallocs },
                (PROGRAM, "realloc" | "poll") => Call::Never,
                (module, _) if module.starts_with(LATE) || module.starts_with(HOST) => continue,
                _ => bail!("the filesystem asks for {}, which is not known", ask.full()),
            };
            let (name, signature) = (ask.full(), ask.signature.clone());
            self.thunks.push(Thunk { name, signature, number: None, call });
        }
        Ok(())
    }
}
