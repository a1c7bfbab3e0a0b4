//! Reading the imports and exports of a component, and copying it without debug information.

use std::mem;

use anyhow::Context as _;
use wasm_encoder::{ComponentSectionId, Encode as _, RawSection, Section as _};
use wasmparser::{Encoding, Parser, Payload};

use crate::error::{Error, Result};

/// The prefix of custom sections that affect a runtime. All others are names and notes.
const KEPT: &str = "metadata.code.";

/// Lists the interfaces that a component imports, in their order.
///
/// # Errors
/// The bytes are not a component.
pub fn imports(component: &[u8]) -> Result<Vec<String>> {
    names(component, |payload| match payload {
        Payload::ComponentImportSection(section) => {
            section.into_iter().map(|import| Ok(import?.name.name.to_owned())).collect()
        }
        _ => Ok(Vec::new()),
    })
    .map_err(Error::program)
}

/// Lists the exports of a component, in their order.
pub(crate) fn exports(component: &[u8]) -> Result<Vec<String>> {
    names(component, |payload| match payload {
        Payload::ComponentExportSection(section) => {
            section.into_iter().map(|export| Ok(export?.name.name.to_owned())).collect()
        }
        _ => Ok(Vec::new()),
    })
    .map_err(Error::program)
}

/// Collects the names in the sections of the outermost component or module.
pub(crate) fn names<T>(
    component: &[u8],
    each: impl Fn(Payload<'_>) -> wasmparser::Result<Vec<T>>,
) -> wasmparser::Result<Vec<T>> {
    let mut names = Vec::new();
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            // A component within has its own imports, which the outer one satisfies.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            payload if depth == 0 => names.extend(each(payload)?),
            _ => {}
        }
    }
    Ok(names)
}

/// Tells whether a component or module has debug information, at any depth.
pub(crate) fn has_debug_information(wasm: &[u8]) -> Result<bool> {
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(Error::program)?;
        if matches!(payload, Payload::CustomSection(it) if it.name().starts_with(".debug_")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns a copy of a component or module without names, producers and other notes, at any depth.
///
/// Use it to make a composition smaller; stack traces then have no names.
///
/// # Errors
/// The bytes are not WebAssembly.
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>> {
    rewrite(wasm, |payload, section, output| {
        match payload {
            Payload::CustomSection(custom) if !custom.name().starts_with(KEPT) => {}
            _ => section.append_to(output),
        }
        Ok(())
    })
    .map_err(Error::program)
}

/// Copies a component or module; `each` writes its sections, at any depth.
///
/// # Errors
/// The bytes are not WebAssembly, or `each` fails.
pub(crate) fn rewrite(
    wasm: &[u8],
    mut each: impl FnMut(&Payload<'_>, RawSection<'_>, &mut Vec<u8>) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<u8>> {
    let mut outer = Vec::new();
    let mut output = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match &payload {
            Payload::Version { encoding: Encoding::Module, .. } => {
                output.extend(wasm_encoder::Module::HEADER);
            }
            Payload::Version { encoding: Encoding::Component, .. } => {
                output.extend(wasm_encoder::Component::HEADER);
            }
            // The section is written when its content is complete, since its length comes first.
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                outer.push(mem::take(&mut output));
                continue;
            }
            Payload::End(_) => {
                let Some(mut parent) = outer.pop() else { break };
                let component = output.starts_with(&wasm_encoder::Component::HEADER);
                let id = if component {
                    ComponentSectionId::Component
                } else {
                    ComponentSectionId::CoreModule
                };
                id.encode(&mut parent);
                output.encode(&mut parent);
                output = parent;
                continue;
            }
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
            let data = wasm.get(range).context("a section ends beyond the file")?;
            each(&payload, RawSection { id, data }, &mut output)?;
        }
    }
    Ok(output)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        Component, ComponentImportSection, ComponentTypeRef, ComponentTypeSection, CustomSection,
        Module, ModuleSection, NestedComponentSection, TypeSection,
    };
    use wasmparser::{Parser, Payload, Validator};

    use super::{imports, strip};

    fn note() -> CustomSection<'static> {
        CustomSection { name: "name".into(), data: (&[0_u8; 8]).into() }
    }

    /// A component with notes at every depth, and a component within that has an import too.
    fn component() -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types).section(&note());

        let mut outer = importing("test:outer/interface");
        outer.section(&ModuleSection(&module));
        outer.section(&NestedComponentSection(&importing("test:inner/interface")));
        outer.finish()
    }

    fn importing(name: &str) -> Component {
        let mut component = Component::new();
        let mut types = ComponentTypeSection::new();
        types.instance(&wasm_encoder::InstanceType::new());
        let mut imports = ComponentImportSection::new();
        imports.import(name, ComponentTypeRef::Instance(0));
        component.section(&types).section(&imports).section(&note());
        component
    }

    fn notes(wasm: &[u8]) -> usize {
        let payloads = Parser::new(0).parse_all(wasm);
        payloads.filter(|payload| matches!(payload, Ok(Payload::CustomSection(_)))).count()
    }

    #[test]
    fn notes_are_stripped_at_every_depth_and_the_rest_stays_valid() {
        let component = component();
        assert_eq!(notes(&component), 3);
        let stripped = strip(&component).unwrap();
        assert_eq!(notes(&stripped), 0);
        Validator::new().validate_all(&stripped).unwrap();
        assert_eq!(imports(&stripped).unwrap(), imports(&component).unwrap());
    }

    #[test]
    fn stripping_twice_changes_nothing_more() {
        let stripped = strip(&component()).unwrap();
        assert_eq!(strip(&stripped).unwrap(), stripped);
    }

    #[test]
    fn imports_of_a_component_within_are_not_the_components() {
        assert_eq!(imports(&component()).unwrap(), ["test:outer/interface"]);
    }

    #[test]
    fn what_is_not_webassembly_is_refused() {
        assert!(imports(b"not wasm").is_err());
        assert!(strip(b"not wasm").is_err());
    }
}
