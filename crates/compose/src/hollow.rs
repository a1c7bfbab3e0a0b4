//! Components of interfaces without functions, for the tests of this crate and of the command.

use wasm_encoder::{
    Component, ComponentExportKind, ComponentExportSection, ComponentImportSection,
    ComponentInstanceSection, ComponentTypeRef, ComponentTypeSection, InstanceType,
};

/// Makes a component that imports and exports these interfaces, which is enough to test the wiring.
pub(crate) fn component(imported: &[&str], exported: &[&str]) -> Vec<u8> {
    let mut component = Component::new();
    let mut types = ComponentTypeSection::new();
    let mut imports = ComponentImportSection::new();
    // wac takes two imports of one type for the same interface, so each has its own type.
    for (name, index) in imported.iter().zip(0..) {
        types.instance(&InstanceType::new());
        imports.import(*name, ComponentTypeRef::Instance(index));
    }
    let mut instances = ComponentInstanceSection::new();
    instances.export_items::<&str, _>([]);
    let instance = u32::try_from(imported.len()).unwrap();
    let mut exports = ComponentExportSection::new();
    for name in exported {
        exports.export(*name, ComponentExportKind::Instance, instance, None);
    }
    component.section(&types).section(&imports).section(&instances).section(&exports);
    component.finish()
}
