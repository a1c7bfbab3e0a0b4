//! The index spaces of a component, and the new numbers after rewriting.

use std::convert::Infallible;

use wasm_encoder::reencode::{Error, Reencode, ReencodeComponent};
use wasmparser::{ComponentExternalKind, ExternalKind};

use crate::embed::number::place;

/// An index space of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    Module,
    Component,
    CoreInstance,
    Instance,
    Type,
    CoreType,
    CoreFunction,
    CoreMemory,
    CoreTable,
    CoreGlobal,
    CoreTag,
    Function,
    Value,
}

const SPACES: usize = 13;

impl Space {
    pub(super) fn of(kind: ComponentExternalKind) -> Self {
        match kind {
            ComponentExternalKind::Module => Self::Module,
            ComponentExternalKind::Func => Self::Function,
            ComponentExternalKind::Value => Self::Value,
            ComponentExternalKind::Type => Self::Type,
            ComponentExternalKind::Instance => Self::Instance,
            ComponentExternalKind::Component => Self::Component,
        }
    }

    pub(super) fn of_core(kind: ExternalKind) -> Self {
        match kind {
            ExternalKind::Func | ExternalKind::FuncExact => Self::CoreFunction,
            ExternalKind::Table => Self::CoreTable,
            ExternalKind::Memory => Self::CoreMemory,
            ExternalKind::Global => Self::CoreGlobal,
            ExternalKind::Tag => Self::CoreTag,
        }
    }
}

/// A number in an index space.
pub(super) type Number = (Space, u32);

/// A value for each index space.
#[derive(Clone, Debug, Default)]
pub(super) struct PerSpace<T>([T; SPACES]);

impl<T> PerSpace<T> {
    pub(super) fn get(&self, space: Space) -> &T {
        &self.0[position(space)]
    }

    pub(super) fn get_mut(&mut self, space: Space) -> &mut T {
        &mut self.0[position(space)]
    }
}

/// Returns the position of a space in the list of all spaces.
fn position(space: Space) -> usize {
    match space {
        Space::Module => 0,
        Space::Component => 1,
        Space::CoreInstance => 2,
        Space::Instance => 3,
        Space::Type => 4,
        Space::CoreType => 5,
        Space::CoreFunction => 6,
        Space::CoreMemory => 7,
        Space::CoreTable => 8,
        Space::CoreGlobal => 9,
        Space::CoreTag => 10,
        Space::Function => 11,
        Space::Value => 12,
    }
}

/// The new numbers of everything that was written so far. Items are re-encoded with them.
#[derive(Default)]
pub(super) struct Places {
    /// The new number of each old number; `None` if it was removed.
    places: PerSpace<Vec<Option<u32>>>,
    /// The number of new numbers in each space.
    taken: PerSpace<u32>,
    /// The depth of nested types around the item that is being encoded.
    depth: u32,
    /// Old numbers that an item used and that have no new number.
    pub(super) lost: Vec<Number>,
}

impl Places {
    /// Assigns the next new number.
    pub(super) fn take(&mut self, space: Space) -> u32 {
        let taken = self.taken.get_mut(space);
        *taken += 1;
        *taken - 1
    }

    /// Sets the new number of the next old number.
    pub(super) fn put(&mut self, space: Space, to: Option<u32>) {
        self.places.get_mut(space).push(to);
    }

    /// Returns the new number of an old one.
    pub(super) fn find(&self, (space, old): Number) -> Option<u32> {
        self.places.get(space).get(place(old)).copied().flatten()
    }

    fn top(&mut self, space: Space, old: u32) -> u32 {
        self.find((space, old)).unwrap_or_else(|| {
            self.lost.push((space, old));
            0
        })
    }

    fn at(&mut self, space: Space, old: u32) -> u32 {
        // Within a type, numbers refer to the type itself.
        if self.depth > 0 { old } else { self.top(space, old) }
    }

    fn outer(&mut self, space: Space, count: u32, old: u32) -> u32 {
        if count == self.depth { self.top(space, old) } else { old }
    }
}

type Encoded = Result<u32, Error<Infallible>>;

impl Reencode for Places {
    type Error = Infallible;

    fn function_index(&mut self, old: u32) -> Encoded {
        Ok(self.at(Space::CoreFunction, old))
    }

    fn memory_index(&mut self, old: u32) -> Encoded {
        Ok(self.at(Space::CoreMemory, old))
    }

    fn table_index(&mut self, old: u32) -> Encoded {
        Ok(self.at(Space::CoreTable, old))
    }

    fn global_index(&mut self, old: u32) -> Encoded {
        Ok(self.at(Space::CoreGlobal, old))
    }

    fn tag_index(&mut self, old: u32) -> Encoded {
        Ok(self.at(Space::CoreTag, old))
    }

    fn type_index(&mut self, old: u32) -> Encoded {
        Ok(self.at(Space::CoreType, old))
    }
}

impl ReencodeComponent for Places {
    fn component_type_index(&mut self, old: u32) -> u32 {
        self.at(Space::Type, old)
    }

    fn component_instance_index(&mut self, old: u32) -> u32 {
        self.at(Space::Instance, old)
    }

    fn component_func_index(&mut self, old: u32) -> u32 {
        self.at(Space::Function, old)
    }

    fn component_index(&mut self, old: u32) -> u32 {
        self.at(Space::Component, old)
    }

    fn module_index(&mut self, old: u32) -> u32 {
        self.at(Space::Module, old)
    }

    fn instance_index(&mut self, old: u32) -> u32 {
        self.at(Space::CoreInstance, old)
    }

    fn component_value_index(&mut self, old: u32) -> u32 {
        self.at(Space::Value, old)
    }

    fn outer_type_index(&mut self, count: u32, old: u32) -> Encoded {
        Ok(self.outer(Space::CoreType, count, old))
    }

    fn outer_component_type_index(&mut self, count: u32, old: u32) -> u32 {
        self.outer(Space::Type, count, old)
    }

    fn outer_component_index(&mut self, count: u32, old: u32) -> u32 {
        self.outer(Space::Component, count, old)
    }

    fn outer_module_index(&mut self, count: u32, old: u32) -> u32 {
        self.outer(Space::Module, count, old)
    }

    fn push_depth(&mut self) {
        self.depth += 1;
    }

    fn pop_depth(&mut self) {
        self.depth -= 1;
    }
}
