//! Embedding into a component.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use wasmparser::{CanonicalFunction, ComponentImport, Validator, WasmFeatures};

use crate::embed::changes::Changes;
use crate::embed::items::Item;
use crate::embed::liveness::FILES;
use crate::embed::module::Module;
use crate::embed::plan::Plan;
use crate::embed::replaced::replacements;
use crate::embed::shape::{Shape, is_preview_2, versionless};
use crate::embed::{escapes, inside, rewrite};

/// Embeds the filesystem, and returns how the imports differ from before.
///
/// # Errors
/// The component has a shape that the tool does not support.
pub(super) fn embed(
    component: &[u8],
    filesystem: &Module<'_>,
    beside: bool,
) -> Result<(Vec<u8>, Changes)> {
    embed_shape(component, Shape::read(component)?, filesystem, beside)
}

fn embed_shape(
    component: &[u8],
    shape: Shape<'_>,
    filesystem: &Module<'_>,
    beside: bool,
) -> Result<(Vec<u8>, Changes)> {
    let types = Validator::new_with_features(WasmFeatures::all()).validate_all(component)?;
    ensure_no_export(&shape)?;
    ensure_plain_names(&shape)?;
    ensure_one_version(&shape)?;
    ensure!(
        shape.imports(FILES).next().is_some(),
        "it does not import wasi:filesystem: nothing to embed"
    );
    ensure_no_threads(&shape)?;
    let types = types.as_ref();
    let found = replacements(&shape, types, filesystem, beside)?;
    let Some(replacements) = found else {
        let user = inside::user(&shape)?;
        // The outer component decides what its host must offer.
        let mut within = Shape::read(user.bytes)?;
        within.handler = shape.handler;
        let (bytes, changes) = embed_shape(user.bytes, within, filesystem, beside)?;
        return inside::rewrite(&shape, &user, (&bytes, &changes), beside);
    };
    escapes::ensure_none(&shape, types, &replacements)?;
    let plan = Plan::new(&shape, replacements, filesystem, beside)?;
    rewrite::rewrite(&shape, &plan, beside)
}

fn ensure_no_export(shape: &Shape<'_>) -> Result<()> {
    let export = shape.items.iter().find_map(|item| match item {
        Item::Export(export) if export.name.name.starts_with(FILES) => Some(export.name.name),
        _ => None,
    });
    ensure!(
        export.is_none(),
        "it exports {}, so it passes the host's files on to others",
        export.unwrap_or_default()
    );
    Ok(())
}

/// Refuses imports that give their interface or version in separate attributes. The tool would not
/// recognise such an interface, and its calls would silently stay with the host.
fn ensure_plain_names(shape: &Shape<'_>) -> Result<()> {
    let other = shape.items.iter().find_map(|item| match item {
        Item::Import(ComponentImport { name, .. })
            if name.implements.is_some() || name.version_suffix.is_some() =>
        {
            Some(name.name)
        }
        _ => None,
    });
    ensure!(
        other.is_none(),
        "its import {} names its interface or version apart (implements, versionsuffix), which the \
        tool does not know yet; import the interface under its own name",
        other.unwrap_or_default()
    );
    Ok(())
}

/// Refuses two versions of one interface. A stream of one version would reach functions of the
/// other, which do not know its handle.
fn ensure_one_version(shape: &Shape<'_>) -> Result<()> {
    let mut seen = BTreeMap::new();
    let imports = [FILES, "wasi:io/", "wasi:clocks/"].iter().flat_map(|it| shape.imports(it));
    for name in imports.filter(|name| is_preview_2(name)) {
        let other = seen.insert(versionless(name), name);
        ensure!(
            other.is_none(),
            "it imports {} and {name}, and the filesystem serves one version of an interface; build \
            the program with one",
            other.unwrap_or_default()
        );
    }
    Ok(())
}

fn ensure_no_threads(shape: &Shape<'_>) -> Result<()> {
    use CanonicalFunction as Function;
    let threads = shape.items.iter().any(|item| {
        matches!(
            item,
            Item::Function(
                Function::ThreadSpawnRef { .. }
                    | Function::ThreadSpawnIndirect { .. }
                    | Function::ThreadAvailableParallelism
                    | Function::ThreadNewIndirect { .. }
            )
        )
    });
    ensure!(
        !threads,
        "it makes threads, and the filesystem serves one thread; build the program without threads"
    );
    Ok(())
}
