//! The check that an embedded program imports nothing that the program did not.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use wasmparser::Payload;

use crate::binary;
use crate::embed::asks::GRANTED;
use crate::embed::liveness::goes;
use crate::embed::preview1::{self, SYSTEM};
use crate::embed::shape::{ENVIRONMENT, versionless};

/// Compares the imports with those of the original program.
///
/// # Errors
/// - An import was added, other than random numbers and clocks.
/// - Files are still imported, and `beside` is false.
/// - An import is missing.
pub(super) fn ensure_imports(before: &[u8], after: &[u8], beside: bool) -> Result<()> {
    let (before, after) = (imports(before)?, imports(after)?);
    for import @ (module, name) in &after {
        let granted = GRANTED.contains(&versionless(module))
            || module == SYSTEM && preview1::GRANTED.contains(&name.as_str());
        ensure!(
            granted || before.contains(import),
            "BUG: the embedded program imports {module} {name} besides; please report it"
        );
        let files = module == SYSTEM && preview1::is_of_files(name);
        ensure!(
            !goes(module, beside) && (beside || !files),
            "BUG: the embedded program still imports {module} {name}; please report it"
        );
    }
    for import @ (module, name) in &before {
        let answered =
            module == SYSTEM || goes(module, beside) || versionless(module) == ENVIRONMENT;
        ensure!(
            answered || after.contains(import),
            "BUG: the embedded program lost its import {module} {name}; please report it"
        );
    }
    Ok(())
}

/// Lists the imports of the outermost component or module: module and name, or the interface alone.
fn imports(wasm: &[u8]) -> Result<BTreeSet<(String, String)>> {
    let names = binary::names(wasm, |payload| match payload {
        Payload::ComponentImportSection(section) => {
            let names = section.into_iter().map(|import| Ok(import?.name.name.to_owned()));
            names.map(|name| Ok((name?, String::new()))).collect()
        }
        Payload::ImportSection(section) => section
            .into_imports()
            .map(|import| import.map(|it| (it.module.to_owned(), it.name.to_owned())))
            .collect(),
        _ => Ok(Vec::new()),
    })?;
    Ok(names.into_iter().collect())
}
