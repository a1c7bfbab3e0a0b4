//! A component as a flat list of items, one for each entry of a section.

use anyhow::{Context as _, Result, bail};
use wasm_encoder::reencode::ReencodeComponent as _;
use wasm_encoder::{ComponentSectionId, ComponentStartSection, CustomSection, RawSection};
use wasmparser::{
    CanonicalFunction, ComponentAlias, ComponentExport, ComponentImport, ComponentInstance,
    ComponentOuterAliasKind, ComponentStartFunction, ComponentType, CoreType, Instance, Parser,
    Payload,
};

use crate::embed::number::offset;
use crate::embed::sections::Sections;
use crate::embed::space::{Places, Space};
use crate::embed::within;

/// An item. Inner modules and components are bytes.
#[derive(Clone)]
pub(super) enum Item<'a> {
    Module(&'a [u8]),
    Component(&'a [u8]),
    CoreInstance(Instance<'a>),
    Instance(ComponentInstance<'a>),
    Alias(ComponentAlias<'a>),
    CoreType(CoreType<'a>),
    Type(ComponentType<'a>),
    Function(CanonicalFunction),
    Start(ComponentStartFunction),
    Import(ComponentImport<'a>),
    Export(ComponentExport<'a>),
    Custom { name: &'a str, data: &'a [u8] },
}

/// Lists the items of a component. Precondition: the component is valid.
///
/// # Errors
/// An inner component refers to things of an outer one by alias, or a section has an unknown kind.
pub(super) fn items(component: &[u8]) -> Result<Vec<Item<'_>>> {
    let mut items = Vec::new();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload?;
        match &payload {
            Payload::ModuleSection { unchecked_range, .. }
            | Payload::ComponentSection { unchecked_range, .. } => {
                let range = offset(unchecked_range.start)..offset(unchecked_range.end);
                let bytes = component.get(range).context("a section ends beyond the file")?;
                let module = matches!(payload, Payload::ModuleSection { .. });
                if depth == 0 {
                    items.push(if module { Item::Module(bytes) } else { Item::Component(bytes) });
                }
                depth += 1;
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentAliasSection(section) if depth > 0 => {
                for alias in section.clone() {
                    within::ensure_alias(&alias?, depth)?;
                }
            }
            Payload::ComponentTypeSection(section) if depth > 0 => {
                for ty in section.clone() {
                    within::ensure_type(&ty?, depth)?;
                }
            }
            Payload::CoreTypeSection(section) if depth > 0 => {
                for ty in section.clone() {
                    within::ensure_core_type(&ty?, depth)?;
                }
            }
            _ if depth == 0 => add(&mut items, payload)?,
            _ => {}
        }
    }
    Ok(items)
}

fn add<'a>(items: &mut Vec<Item<'a>>, payload: Payload<'a>) -> Result<()> {
    match payload {
        Payload::Version { .. } => Ok(()),
        Payload::InstanceSection(section) => extend(items, section, Item::CoreInstance),
        Payload::ComponentInstanceSection(section) => extend(items, section, Item::Instance),
        Payload::ComponentAliasSection(section) => extend(items, section, Item::Alias),
        Payload::CoreTypeSection(section) => extend(items, section, Item::CoreType),
        Payload::ComponentTypeSection(section) => extend(items, section, Item::Type),
        Payload::ComponentCanonicalSection(section) => extend(items, section, Item::Function),
        Payload::ComponentImportSection(section) => extend(items, section, Item::Import),
        Payload::ComponentExportSection(section) => extend(items, section, Item::Export),
        Payload::ComponentStartSection { start, .. } => {
            items.push(Item::Start(start));
            Ok(())
        }
        Payload::CustomSection(section) => {
            items.push(Item::Custom { name: section.name(), data: section.data() });
            Ok(())
        }
        _ => bail!("the component has a section of an unknown kind"),
    }
}

fn extend<'a, T>(
    items: &mut Vec<Item<'a>>,
    section: impl IntoIterator<Item = wasmparser::Result<T>>,
    item: fn(T) -> Item<'a>,
) -> Result<()> {
    for entry in section {
        items.push(item(entry?));
    }
    Ok(())
}

impl Item<'_> {
    /// Lists the index spaces in which the item takes a number.
    pub(super) fn defines(&self) -> Vec<Space> {
        match self {
            Self::Module(_) => vec![Space::Module],
            Self::Component(_) => vec![Space::Component],
            Self::CoreInstance(_) => vec![Space::CoreInstance],
            Self::Instance(_) => vec![Space::Instance],
            Self::Alias(ComponentAlias::InstanceExport { kind, .. }) => vec![Space::of(*kind)],
            Self::Alias(ComponentAlias::CoreInstanceExport { kind, .. }) => {
                vec![Space::of_core(*kind)]
            }
            Self::Alias(ComponentAlias::Outer { kind, .. }) => vec![match kind {
                ComponentOuterAliasKind::CoreModule => Space::Module,
                ComponentOuterAliasKind::CoreType => Space::CoreType,
                ComponentOuterAliasKind::Type => Space::Type,
                ComponentOuterAliasKind::Component => Space::Component,
            }],
            Self::CoreType(CoreType::Rec(group)) => vec![Space::CoreType; group.types().len()],
            Self::CoreType(CoreType::Module(_)) => vec![Space::CoreType],
            Self::Type(_) => vec![Space::Type],
            Self::Function(CanonicalFunction::Lift { .. }) => vec![Space::Function],
            Self::Function(_) => vec![Space::CoreFunction],
            Self::Start(start) => (0..start.results).map(|_| Space::Value).collect(),
            Self::Import(import) => vec![Space::of(import.ty.kind())],
            Self::Export(export) => vec![Space::of(export.kind)],
            Self::Custom { .. } => vec![],
        }
    }

    /// Writes the item with the new numbers. Numbers that no longer exist are added to
    /// `places.lost`.
    pub(super) fn write(&self, places: &mut Places, sections: &mut Sections) -> Result<()> {
        match self.clone() {
            Self::Module(data) => {
                sections.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data });
            }
            Self::Component(data) => {
                sections.section(&RawSection { id: ComponentSectionId::Component.into(), data });
            }
            Self::CoreInstance(instance) => {
                places.parse_instance(sections.core_instances(), instance)?;
            }
            Self::Instance(instance) => {
                places.parse_component_instance(sections.instances(), instance)?;
            }
            Self::Alias(alias) => {
                let alias = places.component_alias(alias)?;
                sections.aliases().alias(alias);
            }
            Self::CoreType(ty) => {
                places.parse_component_core_type(sections.core_types().ty(), ty)?;
            }
            Self::Type(ty) => places.parse_component_type(sections.types().ty(), ty)?,
            Self::Function(function) => {
                places.parse_component_canonical(sections.functions(), function)?;
            }
            Self::Start(start) => {
                let arguments = start.arguments.iter();
                let section = ComponentStartSection {
                    function_index: places.component_func_index(start.func_index),
                    args: arguments.map(|it| places.component_value_index(*it)).collect::<Vec<_>>(),
                    results: start.results,
                };
                sections.section(&section);
            }
            Self::Import(import) => {
                let ty = places.component_type_ref(import.ty)?;
                sections.imports().import(import.name, ty);
            }
            Self::Export(export) => places.parse_component_export(sections.exports(), export)?,
            Self::Custom { name, data } => {
                sections.section(&CustomSection { name: name.into(), data: data.into() });
            }
        }
        Ok(())
    }

    /// Describes the item for an error message.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Import(import) => format!("import {}", import.name.name),
            Self::Export(export) => format!("export {}", export.name.name),
            Self::Alias(
                ComponentAlias::InstanceExport { name, .. }
                | ComponentAlias::CoreInstanceExport { name, .. },
            ) => (*name).to_owned(),
            Self::Alias(ComponentAlias::Outer { .. }) => "outer alias".into(),
            Self::Function(CanonicalFunction::Lift { .. }) => "lifted function".into(),
            Self::Function(CanonicalFunction::Lower { .. }) => "lowered function".into(),
            Self::Function(_) => "built-in function".into(),
            Self::Module(_) => "module".into(),
            Self::Component(_) => "component".into(),
            Self::CoreInstance(_) => "core instance".into(),
            Self::Instance(_) => "instance".into(),
            Self::CoreType(_) | Self::Type(_) => "type".into(),
            Self::Start(_) => "start function".into(),
            Self::Custom { name, .. } => format!("section {name}"),
        }
    }
}
