//! Handles that leave the program other than through functions that the filesystem answers. The
//! filesystem's handles are unknown outside.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use wasmparser::component_types::{
    ComponentDefinedType, ComponentFuncType, ComponentValType, ResourceId,
};
use wasmparser::types::TypesRef;
use wasmparser::{CanonicalFunction, ComponentAlias};

use crate::embed::items::Item;
use crate::embed::liveness::FILES;
use crate::embed::replaced::Replacements;
use crate::embed::resources::{Resource, resources};
use crate::embed::shape::{Shape, versionless};
use crate::embed::space::Space;

/// Refuses a component that can pass a resource of the filesystem to a function of the host that
/// the filesystem does not answer, or out of an export.
pub(super) fn ensure_none(
    shape: &Shape<'_>,
    types: TypesRef<'_>,
    replacements: &Replacements,
) -> Result<()> {
    let scan = Scan { shape, types, ours: ours(shape, types, replacements) };
    for (at, item) in shape.items.iter().enumerate() {
        match item {
            Item::Function(CanonicalFunction::Lower { func_index, .. })
                if !replacements.functions.iter().any(|it| it.item == at) =>
            {
                scan.ensure_not_given(at, *func_index)?;
            }
            Item::Function(CanonicalFunction::Lift { .. }) => {
                let number = shape.numbers[at].first().map(|(_, number)| *number);
                scan.ensure_not_returned(number.unwrap_or_default())?;
            }
            _ => {}
        }
    }
    Ok(())
}

struct Scan<'s, 'a> {
    shape: &'s Shape<'a>,
    types: TypesRef<'s>,
    /// The resources that the filesystem makes, with their names.
    ours: BTreeMap<ResourceId, String>,
}

impl Scan<'_, '_> {
    fn ensure_not_given(&self, at: usize, function: u32) -> Result<()> {
        let parameters = self.function(function).params.iter();
        let mut found = Vec::new();
        for (_, ty) in parameters {
            self.walk(ty, &mut found);
        }
        let found = found.iter().find_map(|resource| self.ours.get(resource));
        if let Some(resource) = found {
            let lowered = self.shape.lowered(at);
            // With `beside`, files may stay the host's. The filesystem answered every function that
            // it could.
            let files = lowered.as_ref().is_some_and(|it| it.interface.starts_with(FILES));
            ensure!(
                files,
                "it imports {}, which takes a {resource}; one of the filesystem's would not be \
                known there",
                lowered.map_or_else(|| self.given(function), |it| it.name())
            );
        }
        Ok(())
    }

    /// Names a function that does not belong to an imported interface: it is imported by itself, or
    /// a component within has it.
    fn given(&self, function: u32) -> String {
        match self.shape.item((Space::Function, function)) {
            Some(Item::Import(import)) => import.name.name.to_owned(),
            Some(Item::Alias(ComponentAlias::InstanceExport { name, .. })) => {
                format!("{name} of an instance within")
            }
            _ => "a function".into(),
        }
    }

    fn ensure_not_returned(&self, function: u32) -> Result<()> {
        let mut found = Vec::new();
        if let Some(result) = &self.function(function).result {
            self.walk(result, &mut found);
        }
        let found = found.iter().find_map(|resource| self.ours.get(resource));
        ensure!(
            found.is_none(),
            "it exports {}, which returns a {}; one of the filesystem's would be unknown outside",
            self.exported(function),
            found.map_or("", String::as_str)
        );
        Ok(())
    }

    /// Returns the name under which a function is exported, by itself or in an instance.
    fn exported(&self, function: u32) -> String {
        let mut names = self.shape.items.iter().filter_map(|item| match item {
            Item::Export(export)
                if Space::of(export.kind) == Space::Function && export.index == function =>
            {
                Some(export.name.name.to_owned())
            }
            Item::Instance(wasmparser::ComponentInstance::FromExports(exports)) => exports
                .iter()
                .find(|it| Space::of(it.kind) == Space::Function && it.index == function)
                .map(|it| it.name.name.to_owned()),
            Item::Instance(wasmparser::ComponentInstance::Instantiate { args, .. }) => args
                .iter()
                .find(|it| Space::of(it.kind) == Space::Function && it.index == function)
                .map(|it| it.name.to_owned()),
            _ => None,
        });
        // wit-component's shims, which export functions with their types, have this name.
        let name = names.next().unwrap_or_else(|| "a function".into());
        name.strip_prefix("import-func-").map_or(name.clone(), str::to_owned)
    }

    fn function(&self, function: u32) -> &ComponentFuncType {
        &self.types[self.types.component_function_at(function)]
    }

    fn walk(&self, ty: &ComponentValType, found: &mut Vec<ResourceId>) {
        walk(self.types, ty, found);
    }
}

/// Collects the resources that answered functions return.
fn ours(
    shape: &Shape<'_>,
    types: TypesRef<'_>,
    replacements: &Replacements,
) -> BTreeMap<ResourceId, String> {
    let mut returned = Vec::new();
    for replaced in &replacements.functions {
        let Item::Function(CanonicalFunction::Lower { func_index, .. }) =
            shape.items[replaced.item]
        else {
            continue;
        };
        if let Some(result) = &types[types.component_function_at(func_index)].result {
            walk(types, result, &mut returned);
        }
    }
    let mut all = resources(shape, types);
    let named = returned.into_iter().filter_map(|it| {
        let Resource { import, name } = all.remove(&it)?;
        Some((it, format!("{}.{name}", versionless(import))))
    });
    named.collect()
}

/// Collects the resources that a type mentions.
fn walk(types: TypesRef<'_>, ty: &ComponentValType, found: &mut Vec<ResourceId>) {
    use ComponentDefinedType as Defined;
    let ComponentValType::Type(id) = ty else { return };
    let mut all = |each: &mut dyn Iterator<Item = &ComponentValType>| {
        each.for_each(|ty| walk(types, ty, found));
    };
    match &types[*id] {
        Defined::Own(resource) | Defined::Borrow(resource) => found.push(resource.resource()),
        Defined::Record(record) => all(&mut record.fields.values()),
        Defined::Variant(variant) => {
            all(&mut variant.cases.values().filter_map(|case| case.ty.as_ref()));
        }
        Defined::Tuple(tuple) => all(&mut tuple.types.iter()),
        Defined::List { element, .. } | Defined::FixedLengthList { element, .. } => {
            all(&mut [element].into_iter());
        }
        Defined::Map { key, value, .. } => all(&mut [key, value].into_iter()),
        Defined::Option { ty, .. } => all(&mut [ty].into_iter()),
        Defined::Result { ok, err, .. } => all(&mut [ok, err].into_iter().flatten()),
        Defined::Stream { ty, .. } | Defined::Future { ty, .. } => all(&mut ty.iter()),
        Defined::Primitive(_) | Defined::Flags(_) | Defined::Enum(_) => {}
    }
}
