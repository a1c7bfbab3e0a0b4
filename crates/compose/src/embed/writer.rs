//! Writing a rewritten component: items with new numbers, and new items.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use wasm_encoder::reencode::ReencodeComponent as _;
use wasm_encoder::{
    Alias, CanonicalOption, ComponentExportKind, ComponentExternName, ComponentNameSection,
    ComponentSectionId, ComponentTypeRef, ExportKind, InstanceType, ModuleArg, NameMap, RawSection,
};
use wasmparser::{BinaryReader, ComponentName, ComponentNameSectionReader};

use crate::embed::asks::{self, Known, POLL};
use crate::embed::items::Item;
use crate::embed::sections::Sections;
use crate::embed::shape::Shape;
use crate::embed::space::{Number, Places, Space};

/// The name of the custom section with names of a component.
const NAMES: &str = "component-name";

pub(super) struct Writer<'a> {
    pub(super) sections: Sections,
    pub(super) places: Places,
    /// The sections of names. They are written last, when everything has its new number.
    names: Vec<&'a [u8]>,
}

impl<'a> Writer<'a> {
    pub(super) fn new() -> Self {
        Self { sections: Sections::new(), places: Places::default(), names: Vec::new() }
    }

    /// Writes an item that defines these old numbers.
    pub(super) fn item(&mut self, item: &Item<'a>, numbers: &[Number]) -> Result<()> {
        if let Item::Custom { name: NAMES, data } = item {
            self.names.push(data);
            return Ok(());
        }
        item.write(&mut self.places, &mut self.sections)?;
        self.ensure_found(item)?;
        for (space, _) in numbers {
            let to = self.places.take(*space);
            self.places.put(*space, Some(to));
        }
        Ok(())
    }

    fn ensure_found(&self, item: &Item<'_>) -> Result<()> {
        if let Some((space, number)) = self.places.lost.first() {
            bail!("{} still uses {space:?} {number}, which was removed", item.words());
        }
        Ok(())
    }

    /// Removes an item.
    pub(super) fn drop(&mut self, numbers: &[Number]) {
        for (space, _) in numbers {
            self.places.put(*space, None);
        }
    }

    pub(super) fn module(&mut self, data: &[u8]) -> u32 {
        self.sections.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data });
        self.places.take(Space::Module)
    }

    /// Writes an import of an instance, with these functions added to its type.
    pub(super) fn extended(
        &mut self,
        shape: &Shape<'_>,
        import: usize,
        functions: &[String],
    ) -> Result<()> {
        let Item::Import(it) = &shape.items[import] else { bail!("it is an import") };
        let declarations = asks::declarations(shape, import).context("its type is written out")?;
        let known = Known { declarations, pollable: self.pollable(shape, functions) };
        let ty = self.places.component_instance_type(declarations.to_vec().into())?;
        let instance = self.import(it.name.into(), &known.extend(ty, functions)?);
        self.places.put(Space::Instance, Some(instance));
        Ok(())
    }

    /// Imports an instance with these functions.
    pub(super) fn added(
        &mut self,
        shape: &Shape<'_>,
        name: &str,
        functions: &[String],
    ) -> Result<u32> {
        let known = Known { declarations: &[], pollable: self.pollable(shape, functions) };
        Ok(self.import(name.into(), &known.extend(InstanceType::new(), functions)?))
    }

    /// Adds an alias of the type of pollables, if one of the functions takes it.
    fn pollable(&mut self, shape: &Shape<'_>, functions: &[String]) -> Option<u32> {
        if !functions.iter().any(|it| it.contains("subscribe")) {
            return None;
        }
        let (_, instance) = shape.import_of(POLL)?;
        let instance = self.places.find((Space::Instance, instance))?;
        let (kind, name) = (ComponentExportKind::Type, "pollable");
        self.sections.aliases().alias(Alias::InstanceExport { instance, kind, name });
        Some(self.places.take(Space::Type))
    }

    fn import(&mut self, name: ComponentExternName<'_>, ty: &InstanceType) -> u32 {
        self.sections.types().instance(ty);
        let ty = self.places.take(Space::Type);
        self.sections.imports().import(name, ComponentTypeRef::Instance(ty));
        self.places.take(Space::Instance)
    }

    pub(super) fn core_alias(&mut self, instance: u32, kind: ExportKind, name: &str) -> u32 {
        self.sections.aliases().alias(Alias::CoreInstanceExport { instance, kind, name });
        self.places.take(match kind {
            ExportKind::Func => Space::CoreFunction,
            ExportKind::Memory => Space::CoreMemory,
            ExportKind::Table => Space::CoreTable,
            ExportKind::Global => Space::CoreGlobal,
            ExportKind::Tag => Space::CoreTag,
        })
    }

    /// Lowers a function of an instance.
    pub(super) fn lower(&mut self, instance: u32, name: &str, options: &[CanonicalOption]) -> u32 {
        let kind = ComponentExportKind::Func;
        self.sections.aliases().alias(Alias::InstanceExport { instance, kind, name });
        let function = self.places.take(Space::Function);
        self.sections.functions().lower(function, options.iter().copied());
        self.places.take(Space::CoreFunction)
    }

    /// Adds the function that drops a resource of an instance.
    pub(super) fn dropping(&mut self, instance: u32, name: &str) -> u32 {
        let kind = ComponentExportKind::Type;
        self.sections.aliases().alias(Alias::InstanceExport { instance, kind, name });
        let resource = self.places.take(Space::Type);
        self.sections.functions().resource_drop(resource);
        self.places.take(Space::CoreFunction)
    }

    /// Adds a core instance of existing items.
    pub(super) fn bag(&mut self, exports: &[(String, ExportKind, u32)]) -> u32 {
        let exports = exports.iter().map(|(name, kind, index)| (name.as_str(), *kind, *index));
        self.sections.core_instances().export_items(exports);
        self.places.take(Space::CoreInstance)
    }

    pub(super) fn instantiate(&mut self, module: u32, arguments: &[(String, u32)]) -> u32 {
        let arguments = arguments.iter();
        let arguments = arguments.map(|(name, it)| (name.as_str(), ModuleArg::Instance(*it)));
        self.sections.core_instances().instantiate(module, arguments);
        self.places.take(Space::CoreInstance)
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>> {
        for data in std::mem::take(&mut self.names) {
            if let Some(names) = self.renumbered(data) {
                self.sections.section(&names);
            }
        }
        ensure!(self.places.lost.is_empty(), "BUG: something uses what is gone");
        Ok(self.sections.finish())
    }

    /// Returns a section of names with the new numbers. Names are notes, so those that cannot be
    /// read are left out.
    fn renumbered(&self, data: &[u8]) -> Option<ComponentNameSection> {
        let mut section = ComponentNameSection::new();
        for name in ComponentNameSectionReader::new(BinaryReader::new(data, 0)) {
            let map = |names, space| self.names_of(names, space);
            match name.ok()? {
                ComponentName::Component { name, .. } => section.component(name),
                ComponentName::CoreFuncs(it) => section.core_funcs(&map(it, Space::CoreFunction)),
                ComponentName::CoreGlobals(it) => section.core_globals(&map(it, Space::CoreGlobal)),
                ComponentName::CoreMemories(it) => {
                    section.core_memories(&map(it, Space::CoreMemory));
                }
                ComponentName::CoreTables(it) => section.core_tables(&map(it, Space::CoreTable)),
                ComponentName::CoreTags(it) => section.core_tags(&map(it, Space::CoreTag)),
                ComponentName::CoreModules(it) => section.core_modules(&map(it, Space::Module)),
                ComponentName::CoreInstances(it) => {
                    section.core_instances(&map(it, Space::CoreInstance));
                }
                ComponentName::CoreTypes(it) => section.core_types(&map(it, Space::CoreType)),
                ComponentName::Types(it) => section.types(&map(it, Space::Type)),
                ComponentName::Instances(it) => section.instances(&map(it, Space::Instance)),
                ComponentName::Components(it) => section.components(&map(it, Space::Component)),
                ComponentName::Funcs(it) => section.funcs(&map(it, Space::Function)),
                ComponentName::Values(it) => section.values(&map(it, Space::Value)),
                ComponentName::Unknown { ty, data, .. } => section.raw(ty, data),
            }
        }
        Some(section)
    }

    fn names_of(&self, names: wasmparser::NameMap<'_>, space: Space) -> NameMap {
        // Ordered by new number, since a replaced function may now come after others or be the same
        // as one.
        let mut sorted = BTreeMap::new();
        for naming in names.into_iter().flatten() {
            if let Some(to) = self.places.find((space, naming.index)) {
                sorted.entry(to).or_insert(naming.name);
            }
        }
        let mut map = NameMap::new();
        for (number, name) in sorted {
            map.append(number, name);
        }
        map
    }
}
