//! The resources that a component imports, and their interfaces.

use std::collections::BTreeMap;

use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType, ResourceId};
use wasmparser::types::TypesRef;

use crate::embed::items::Item;
use crate::embed::shape::Shape;
use crate::embed::space::Space;

/// A resource of an interface.
pub(super) struct Resource<'s> {
    /// The name of the import.
    pub(super) import: &'s str,
    pub(super) name: String,
}

/// Finds the imported resources. An interface that takes a resource of another one also lists it,
/// and comes after that one.
pub(super) fn resources<'s>(
    shape: &'s Shape<'_>,
    types: TypesRef<'_>,
) -> BTreeMap<ResourceId, Resource<'s>> {
    let mut resources = BTreeMap::new();
    for (item, numbers) in shape.items.iter().zip(&shape.numbers) {
        let (Item::Import(import), Some((Space::Instance, instance))) = (item, numbers.first())
        else {
            continue;
        };
        for (name, item) in &types[types.component_instance_at(*instance)].exports {
            if let ComponentEntityType::Type { created: ComponentAnyTypeId::Resource(id), .. } =
                item.ty
            {
                let resource = Resource { import: import.name.name, name: name.to_string() };
                resources.entry(id.resource()).or_insert(resource);
            }
        }
    }
    resources
}

/// Returns the resource of a type.
pub(super) fn resource_of(types: TypesRef<'_>, ty: u32) -> Option<ResourceId> {
    match types.component_any_type_at(ty) {
        ComponentAnyTypeId::Resource(id) => Some(id.resource()),
        _ => None,
    }
}
