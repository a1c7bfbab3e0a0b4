//! Custom sections of the program's module after linking.

use std::borrow::Cow;

use wasm_encoder::CustomSection;

use crate::embed::module::Module;

/// Copies the custom sections other than names. Debug information speaks of positions in the code
/// section and would be wrong if the code moved; notes on branches, and those for a linker, name
/// functions by their old indices.
pub(super) fn write(whole: &mut wasm_encoder::Module, program: &Module<'_>, moved: bool) {
    for section in &program.customs {
        let name = section.name();
        let stale = name == "name"
            || name == "linking"
            || name == "sourceMappingURL" && moved
            || name.starts_with("reloc.")
            || name.starts_with("metadata.code.")
            || name.starts_with(".debug_") && moved;
        if !stale {
            whole
                .section(&CustomSection { name: name.into(), data: Cow::Borrowed(section.data()) });
        }
    }
}
