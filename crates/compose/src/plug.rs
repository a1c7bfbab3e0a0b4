//! Composing a program that imports `scratch:tempfile` or files with components that export these.

use anyhow::{Context as _, bail, ensure};
use wac_graph::types::{Package, are_semver_compatible};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};

use crate::binary;
use crate::error::{Error, Result};

/// The interface of a composition that removes files which the program left behind.
pub const CLEANUP: &str = "scratch:tempfile/cleanup@0.1.0";

/// The interface of a composition that returns the usage of the filesystem in memory.
pub const USAGE: &str = "scratch:space/usage@0.1.0";

/// The interface of a composition that empties the filesystem in memory and restores its seed.
pub const SPACE_FILES: &str = "scratch:space/files@0.1.0";

/// Composes a program with providers of its imports.
///
/// A provider may use those before it, and there is one instance of each. The composition exports
/// everything that the program exports, and also [`CLEANUP`], [`USAGE`] and [`SPACE_FILES`] if a
/// provider has them.
///
/// # Errors
/// [`Error::Program`]: a component is invalid, a provider is not used, or types differ.
///
/// # Example
/// ```no_run
/// let program = std::fs::read("app.wasm")?;
/// let tempfile = std::fs::read("tempfile.wasm")?;
/// std::fs::write("whole.wasm", scratch_compose::plug(&program, &[&tempfile])?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn plug(program: &[u8], providers: &[&[u8]]) -> Result<Vec<u8>> {
    compose(program, providers).map_err(Error::program)
}

fn compose(program: &[u8], providers: &[&[u8]]) -> anyhow::Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let mut chain = Chain::default();
    for (number, provider) in providers.iter().enumerate() {
        let package = register(&mut graph, &format!("provider{number}"), provider)?;
        chain.instantiate(&mut graph, package)?;
    }
    let package = register(&mut graph, "program", program)?;
    let caller = chain.instantiate(&mut graph, package)?;
    let all_used = (0..providers.len()).all(|number| chain.used.contains(&number));
    ensure!(
        all_used,
        "the program imports neither scratch:tempfile nor wasi:filesystem: nothing to plug"
    );

    let offered = exports(&graph, package);
    for name in &offered {
        hand_on(&mut graph, caller, name)?;
    }
    for Instance { node, exports, .. } in &chain.instances[..providers.len()] {
        for name in [CLEANUP, USAGE, SPACE_FILES] {
            if exports.iter().any(|export| export == name) {
                let composed = offered.iter().any(|export| export == name);
                ensure!(
                    !composed,
                    "the program is a composition already, which exports {name}; give the program that \
                    it was made from"
                );
                hand_on(&mut graph, *node, name)?;
            }
        }
    }
    let composition = graph.encode(EncodeOptions::default())?;
    ensure_covered(&composition, &chain.instances)?;
    Ok(composition)
}

/// Refuses a composition that would still import files of its host: in a version, or through an
/// interface, that no component in it exports.
fn ensure_covered(composition: &[u8], instances: &[Instance]) -> anyhow::Result<()> {
    const FILES: &str = "wasi:filesystem/";
    let mut exported = instances.iter().flat_map(|instance| &instance.exports);
    if exported.any(|export| export.starts_with(FILES)) {
        let imports = binary::imports(composition)?;
        if let Some(import) = imports.iter().find(|import| import.starts_with(FILES)) {
            bail!(
                "the composition would still import {import} from its host: nothing in it provides that"
            );
        }
    }
    Ok(())
}

/// Instances in their order. An instance may use those before it.
#[derive(Default)]
struct Chain {
    instances: Vec<Instance>,
    /// The instances that were used, by their number.
    used: Vec<usize>,
}

struct Instance {
    node: NodeId,
    exports: Vec<String>,
}

impl Chain {
    fn instantiate(
        &mut self,
        graph: &mut CompositionGraph,
        package: PackageId,
    ) -> anyhow::Result<NodeId> {
        let imports: Vec<String> = {
            let world = &graph.types()[graph[package].ty()];
            world.imports.keys().cloned().collect()
        };
        let node = graph.instantiate(package);
        for import in imports {
            let Some((number, export)) = self.find(&import) else { continue };
            let value = graph.alias_instance_export(self.instances[number].node, &export)?;
            graph.set_instantiation_argument(node, &import, value).with_context(|| {
                format!("the types of {export} differ from those that the program imports")
            })?;
            self.used.push(number);
        }
        let exports = exports(graph, package);
        self.instances.push(Instance { node, exports });
        Ok(node)
    }

    /// Finds the instance that exports an import. The last of several is the right one, since it
    /// wraps those before it.
    fn find(&self, import: &str) -> Option<(usize, String)> {
        let fits = |export: &&String| *export == import || are_semver_compatible(export, import);
        let instances = self.instances.iter().enumerate().rev();
        let mut found =
            instances.filter_map(|(number, it)| Some((number, it.exports.iter().find(fits)?)));
        found.next().map(|(number, export)| (number, export.clone()))
    }
}

fn exports(graph: &CompositionGraph, package: PackageId) -> Vec<String> {
    let world = &graph.types()[graph[package].ty()];
    world.exports.keys().cloned().collect()
}

fn register(graph: &mut CompositionGraph, name: &str, bytes: &[u8]) -> anyhow::Result<PackageId> {
    let package = Package::from_bytes(name, None, bytes, graph.types_mut())
        .with_context(|| format!("the {name} is no component"))?;
    Ok(graph.register_package(package)?)
}

fn hand_on(graph: &mut CompositionGraph, from: NodeId, name: &str) -> anyhow::Result<()> {
    let value = graph.alias_instance_export(from, name)?;
    graph.export(value, name)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use wasmparser::{Parser, Payload};

    use super::{CLEANUP, USAGE, plug};
    use crate::binary;
    use crate::hollow::component;

    const TEMPFILE: &str = "scratch:tempfile/tempfile@0.1.0";
    const RUN: &str = "test:program/run@0.1.0";
    const RANDOM: &str = "wasi:random/random@0.2.12";

    #[test]
    fn a_composition_exports_the_program_and_the_librarys_cleanup() {
        let program = component(&[TEMPFILE], &[RUN]);
        let library = component(&[RANDOM], &[TEMPFILE, CLEANUP]);
        let composition = plug(&program, &[&library]).unwrap();
        let mut names = binary::exports(&composition).unwrap();
        names.sort();
        assert_eq!(names, [CLEANUP, RUN]);
    }

    #[test]
    fn a_composition_imports_what_both_need_of_the_host_and_nothing_of_the_library() {
        let clocks = "wasi:clocks/wall-clock@0.2.12";
        let program = component(&[TEMPFILE, RANDOM, clocks], &[RUN]);
        let library = component(&[RANDOM], &[TEMPFILE, CLEANUP]);
        let mut imports = binary::imports(&plug(&program, &[&library]).unwrap()).unwrap();
        imports.sort();
        assert_eq!(imports, [clocks, RANDOM]);
    }

    #[test]
    fn a_program_that_uses_nothing_of_the_library_is_refused() {
        let error = plug(&component(&[RANDOM], &[RUN]), &[&component(&[], &[TEMPFILE, CLEANUP])]);
        assert!(error.unwrap_err().to_string().contains("nothing to plug"));
    }

    const FILES: &str = "wasi:filesystem/types@0.2.12";

    #[test]
    fn program_and_library_share_one_filesystem_whose_usage_is_handed_on() {
        let program = component(&[TEMPFILE, FILES], &[RUN]);
        let library = component(&[FILES, RANDOM], &[TEMPFILE, CLEANUP]);
        let files = component(&[RANDOM], &[FILES, USAGE]);
        let composition = plug(&program, &[&files, &library]).unwrap();
        assert_eq!(binary::imports(&composition).unwrap(), [RANDOM]);
        let mut names = binary::exports(&composition).unwrap();
        names.sort();
        assert_eq!(names, [USAGE, CLEANUP, RUN]);
        let instances =
            Parser::new(0).parse_all(&composition).filter_map(|payload| match payload {
                Ok(Payload::ComponentInstanceSection(section)) => Some(section.count()),
                _ => None,
            });
        // Each inner component has one empty instance; the composition has one of each component.
        assert_eq!(instances.sum::<u32>(), 3 + 3);
    }

    #[test]
    fn a_composition_that_would_still_see_files_of_its_host_is_refused() {
        const ENVIRONMENT: &str = "wasi:cli/environment@0.2.12";
        let files = component(&[RANDOM], &[FILES, ENVIRONMENT, USAGE]);
        for other in ["wasi:filesystem/types@0.3.0", "wasi:filesystem/types"] {
            let program = component(&[ENVIRONMENT, other], &[RUN]);
            let error = plug(&program, &[&files]).unwrap_err();
            assert!(error.to_string().contains(other), "{error}");
        }
    }

    #[test]
    fn a_composition_gets_no_second_filesystem() {
        let files = component(&[RANDOM], &[FILES, USAGE]);
        let error = plug(&component(&[FILES], &[RUN, USAGE]), &[&files]).unwrap_err();
        assert!(error.to_string().contains(USAGE), "{error}");
    }

    #[test]
    fn an_older_patch_version_is_the_same_interface() {
        let program = component(&["wasi:filesystem/types@0.2.3"], &[RUN]);
        let composition = plug(&program, &[&component(&[RANDOM], &[FILES, USAGE])]).unwrap();
        assert_eq!(binary::imports(&composition).unwrap(), [RANDOM]);
    }
}
