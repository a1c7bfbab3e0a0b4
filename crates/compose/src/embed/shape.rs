//! The shape of a component: its items, the item that defines each number, and the origins of
//! things.

use std::collections::BTreeMap;

use anyhow::Result;
use wasmparser::{
    CanonicalFunction, CanonicalOption, ComponentAlias, ComponentImport, ComponentTypeRef, Instance,
};

use crate::embed::items::{Item, items};
use crate::embed::space::{Number, PerSpace, Space};

/// A component, split into items.
pub(super) struct Shape<'a> {
    pub(super) items: Vec<Item<'a>>,
    /// The numbers that each item takes.
    pub(super) numbers: Vec<Vec<Number>>,
    /// The item that defines each number.
    definers: BTreeMap<Number, usize>,
    /// True for a handler, see [`Shape::is_handler`], and for a component within one.
    pub(super) handler: bool,
}

/// A function of an imported interface that a core module imports.
pub(super) struct Lowered<'s> {
    /// The name of the import, with its version.
    pub(super) import: &'s str,
    /// The name of the import, without its version.
    pub(super) interface: &'s str,
    /// The name in the interface; for a resource, `[resource-drop]` and its name.
    pub(super) function: String,
    pub(super) options: &'s [CanonicalOption],
}

impl Lowered<'_> {
    /// Returns the name of the filesystem's export for it.
    pub(super) fn name(&self) -> String {
        format!("{}#{}", self.interface, self.function)
    }
}

impl<'a> Shape<'a> {
    pub(super) fn read(component: &'a [u8]) -> Result<Self> {
        Ok(Self::of(items(component)?))
    }

    pub(super) fn of(items: Vec<Item<'a>>) -> Self {
        let mut taken = PerSpace::<u32>::default();
        let (mut numbers, mut definers) = (Vec::new(), BTreeMap::new());
        for (at, item) in items.iter().enumerate() {
            let mut own = Vec::new();
            for space in item.defines() {
                let next = taken.get_mut(space);
                definers.insert((space, *next), at);
                own.push((space, *next));
                *next += 1;
            }
            numbers.push(own);
        }
        let mut shape = Self { items, numbers, definers, handler: false };
        shape.handler = shape.is_handler();
        shape
    }

    /// Returns the position of the item that defines a number.
    pub(super) fn definer(&self, number: Number) -> Option<usize> {
        self.definers.get(&number).copied()
    }

    pub(super) fn item(&self, number: Number) -> Option<&Item<'a>> {
        self.definer(number).map(|at| &self.items[at])
    }

    /// Finds the import that an instance is.
    pub(super) fn imported(&self, instance: u32) -> Option<&ComponentImport<'a>> {
        match self.item((Space::Instance, instance))? {
            Item::Import(import) => Some(import),
            _ => None,
        }
    }

    /// Finds an import of WASI 0.2 by the name of its interface without the version. Returns its
    /// position and its instance.
    pub(super) fn import_of(&self, interface: &str) -> Option<(usize, u32)> {
        self.items.iter().enumerate().find_map(|(at, item)| match item {
            Item::Import(ComponentImport { name, ty: ComponentTypeRef::Instance(_) })
                if versionless(name.name) == interface && is_preview_2(name.name) =>
            {
                Some((at, self.numbers[at].first()?.1))
            }
            _ => None,
        })
    }

    /// Returns the function of an imported interface that an item lowers.
    pub(super) fn lowered(&self, item: usize) -> Option<Lowered<'_>> {
        let Item::Function(CanonicalFunction::Lower { func_index, options }) = &self.items[item]
        else {
            return None;
        };
        let Item::Alias(ComponentAlias::InstanceExport { instance_index, name, .. }) =
            self.item((Space::Function, *func_index))?
        else {
            return None;
        };
        let import = self.imported(*instance_index)?.name.name;
        let function = (*name).to_owned();
        Some(Lowered { import, interface: versionless(import), function, options })
    }

    /// Follows a core export through bags of exports to the instance of a module that has it.
    pub(super) fn origin(&self, number: Number) -> Option<(u32, &'a str)> {
        let mut number = number;
        // Each step goes to an earlier item, so the loop ends.
        loop {
            let Item::Alias(ComponentAlias::CoreInstanceExport { instance_index, name, .. }) =
                self.item(number)?
            else {
                return None;
            };
            match self.item((Space::CoreInstance, *instance_index))? {
                Item::CoreInstance(Instance::Instantiate { .. }) => {
                    return Some((*instance_index, name));
                }
                Item::CoreInstance(Instance::FromExports(exports)) => {
                    let export = exports.iter().find(|export| export.name == *name)?;
                    number = (Space::of_core(export.kind), export.index);
                }
                _ => return None,
            }
        }
    }

    /// Returns whether the component is a handler for a host that offers HTTP but only the standard
    /// streams of `wasi:cli`, such as plain `wasmtime serve`. The filesystem alone answers its
    /// environment.
    fn is_handler(&self) -> bool {
        let handles = self.items.iter().any(|item| match item {
            Item::Export(export) => versionless(export.name.name) == HANDLER,
            _ => false,
        });
        let mut imports = self.imports("wasi:cli/").map(versionless);
        handles && imports.all(|it| it == ENVIRONMENT || STREAMS.contains(&it))
    }

    /// Lists the imports whose interface has this prefix.
    pub(super) fn imports<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = &'s str> {
        self.items.iter().filter_map(move |item| match item {
            Item::Import(import) if import.name.name.starts_with(prefix) => Some(import.name.name),
            _ => None,
        })
    }
}

/// The prefix of the export that makes a component a handler.
const HANDLER: &str = "wasi:http/incoming-handler";

/// The interfaces of `wasi:cli` that the world `wasi:http/proxy` has.
const STREAMS: [&str; 3] = ["wasi:cli/stdin", "wasi:cli/stdout", "wasi:cli/stderr"];

/// The environment, which the filesystem answers for the program and also asks for itself.
pub(super) const ENVIRONMENT: &str = "wasi:cli/environment";

/// Returns whether an interface has a version of WASI 0.2.
pub(super) fn is_preview_2(name: &str) -> bool {
    let version = name.split_once('@').map_or("", |(_, version)| version);
    version == "0.2" || version.starts_with("0.2.")
}

/// Returns the name of an interface without its version.
pub(super) fn versionless(name: &str) -> &str {
    name.split_once('@').map_or(name, |(name, _)| name)
}
