//! Writing a component item by item. Neighbouring items of one kind share a section.

use wasm_encoder::{
    CanonicalFunctionSection, Component, ComponentAliasSection, ComponentExportSection,
    ComponentImportSection, ComponentInstanceSection, ComponentSection, ComponentTypeSection,
    CoreTypeSection, InstanceSection,
};

/// The section that is being written.
enum Open {
    Nothing,
    CoreInstances(InstanceSection),
    Instances(ComponentInstanceSection),
    Aliases(ComponentAliasSection),
    CoreTypes(CoreTypeSection),
    Types(ComponentTypeSection),
    Functions(CanonicalFunctionSection),
    Imports(ComponentImportSection),
    Exports(ComponentExportSection),
}

/// A component that is being written.
pub(super) struct Sections {
    bytes: Vec<u8>,
    open: Open,
}

/// Defines the method that returns the open section of a kind, or opens one.
macro_rules! section {
    ($name:ident, $kind:ident, $section:ident) => {
        pub(super) fn $name(&mut self) -> &mut $section {
            if !matches!(self.open, Open::$kind(_)) {
                self.close();
                self.open = Open::$kind($section::new());
            }
            match &mut self.open {
                Open::$kind(section) => section,
                _ => unreachable!("it was opened"),
            }
        }
    };
}

impl Sections {
    pub(super) fn new() -> Self {
        Self { bytes: Component::HEADER.to_vec(), open: Open::Nothing }
    }

    section!(core_instances, CoreInstances, InstanceSection);
    section!(instances, Instances, ComponentInstanceSection);
    section!(aliases, Aliases, ComponentAliasSection);
    section!(core_types, CoreTypes, CoreTypeSection);
    section!(types, Types, ComponentTypeSection);
    section!(functions, Functions, CanonicalFunctionSection);
    section!(imports, Imports, ComponentImportSection);
    section!(exports, Exports, ComponentExportSection);

    /// Writes a whole section.
    pub(super) fn section(&mut self, section: &impl ComponentSection) {
        self.close();
        section.append_to_component(&mut self.bytes);
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.close();
        self.bytes
    }

    /// Ends the open section.
    fn close(&mut self) {
        let section: &dyn ComponentSection = match &self.open {
            Open::Nothing => return,
            Open::CoreInstances(section) => section,
            Open::Instances(section) => section,
            Open::Aliases(section) => section,
            Open::CoreTypes(section) => section,
            Open::Types(section) => section,
            Open::Functions(section) => section,
            Open::Imports(section) => section,
            Open::Exports(section) => section,
        };
        section.append_to_component(&mut self.bytes);
        self.open = Open::Nothing;
    }
}
