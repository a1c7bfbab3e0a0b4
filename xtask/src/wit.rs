//! The standard WIT packages under `wit/deps`: copies of those in the crate `wasip2` that this
//! project's packages need.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::workspace;

/// The crate with the packages, in the version that the root package depends on.
const CRATE: &str = "wasip2";

type Files = BTreeMap<String, String>;

/// Rewrites `wit/deps`.
///
/// # Errors
/// The crate or our WIT cannot be read, or the folder cannot be written.
pub fn refresh() -> Result<()> {
    let folder = workspace::root().join("wit/deps");
    let wanted = wanted()?;
    fs::create_dir_all(&folder)?;
    for name in read(&folder)?.keys().filter(|name| !wanted.contains_key(*name)) {
        fs::remove_file(folder.join(name))?;
    }
    for (name, text) in wanted {
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

/// Compares `wit/deps` with the crate.
///
/// # Errors
/// The message names the files that differ.
pub fn check() -> Result<()> {
    let wanted = wanted()?;
    let folder = workspace::root().join("wit/deps");
    let present = if folder.is_dir() { read(&folder)? } else { Files::new() };
    let differing = differences(&wanted, &present);
    if !differing.is_empty() {
        bail!(
            "wit/deps differs from the crate {CRATE} in {}; run `cargo xtask wit`",
            differing.join(", ")
        );
    }
    Ok(())
}

fn differences(wanted: &Files, present: &Files) -> Vec<String> {
    let names: BTreeSet<&String> = wanted.keys().chain(present.keys()).collect();
    let differing = names.into_iter().filter(|name| wanted.get(*name) != present.get(*name));
    differing.cloned().collect()
}

fn wanted() -> Result<Files> {
    let ours = read(&workspace::root().join("wit"))?;
    if ours.is_empty() {
        bail!("there is no WIT of our own in wit");
    }
    let theirs = read(&source()?)?;
    reached(&ours, &theirs)
}

/// Returns the files that ours name, and those that these name in turn.
fn reached(ours: &Files, theirs: &Files) -> Result<Files> {
    let mut reached = Files::new();
    let mut waiting: BTreeSet<String> = ours.values().flat_map(|text| named(text)).collect();
    while let Some(package) = waiting.pop_first() {
        let file = format!("{package}.wit");
        if reached.contains_key(&file) {
            continue;
        }
        let text = theirs.get(&file);
        let text =
            text.with_context(|| format!("the crate {CRATE} has no package wasi:{package}"))?;
        waiting.extend(named(text));
        reached.insert(file, text.clone());
    }
    Ok(reached)
}

/// Returns the standard packages that a text names outside its comments.
fn named(wit: &str) -> BTreeSet<String> {
    let code = wit.lines().map(|line| line.split("//").next().unwrap_or_default());
    let uses =
        code.flat_map(|line| line.split("wasi:").skip(1).filter_map(|rest| rest.split_once('/')));
    // A name ends at the slash. Without a slash before the version, the line is the package's own.
    let names = uses.map(|(name, _)| name.to_owned());
    names.filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '-')).collect()
}

/// Returns the WIT files directly in a folder.
fn read(folder: &Path) -> Result<Files> {
    let context = || format!("reading {}", folder.display());
    let mut files = Files::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        let path = entry.with_context(context)?.path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            let name = path.file_name().and_then(|name| name.to_str()).with_context(context)?;
            files.insert(name.to_owned(), fs::read_to_string(&path).with_context(context)?);
        }
    }
    Ok(files)
}

/// Returns the folder in the registry's copy of the crate.
fn source() -> Result<PathBuf> {
    let metadata = workspace::metadata(&[])?;
    let direct = direct_dependency(&metadata).context("the root package does not depend on it");
    let manifest = direct.with_context(|| format!("looking for the crate {CRATE}"))?;
    let folder = Path::new(manifest).parent().context("a manifest lies in a folder")?;
    Ok(folder.join("wit/deps"))
}

/// Returns the manifest of the version that this project's packages use. Other versions may be in
/// the dependency tree.
fn direct_dependency(metadata: &serde_json::Value) -> Option<&str> {
    let root = metadata["resolve"]["root"].as_str()?;
    let nodes = metadata["resolve"]["nodes"].as_array()?;
    let dependencies = nodes.iter().find(|node| node["id"] == root)?["dependencies"].as_array()?;
    let packages = metadata["packages"].as_array()?;
    let found = packages
        .iter()
        .find(|package| package["name"] == CRATE && dependencies.contains(&package["id"]));
    found?["manifest_path"].as_str()
}

#[cfg(test)]
mod tests {
    use super::{Files, differences, named, reached};

    fn files(files: &[(&str, &str)]) -> Files {
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn packages_are_named_by_uses_and_not_by_comments_or_their_own_line() {
        let wit = "package wasi:own@0.2.12;\n/// see wasi:http/types\n\
            use wasi:io/streams@0.2.12.{input-stream};\nimport wasi:clocks/wall-clock@0.2.12;\n";
        assert!(named(wit).iter().eq(["clocks", "io"]));
    }

    #[test]
    fn what_a_dependency_needs_is_vendored_and_nothing_else() {
        let ours = files(&[("world.wit", "import wasi:filesystem/types@0.2.12;")]);
        let theirs = files(&[
            ("filesystem.wit", "use wasi:io/streams@0.2.12.{error};"),
            ("io.wit", "package wasi:io@0.2.12;"),
            ("http.wit", "use wasi:io/streams@0.2.12.{error};"),
        ]);
        assert!(reached(&ours, &theirs).unwrap().keys().eq(["filesystem.wit", "io.wit"]));
    }

    #[test]
    fn an_unknown_standard_package_is_named() {
        let ours = files(&[("world.wit", "import wasi:nothing/types@0.2.12;")]);
        let error = reached(&ours, &Files::new()).unwrap_err();
        assert!(error.to_string().contains("wasi:nothing"), "{error}");
    }

    #[test]
    fn changed_missing_and_superfluous_files_all_differ() {
        let wanted = files(&[("a.wit", "1"), ("b.wit", "1"), ("same.wit", "1")]);
        let present = files(&[("a.wit", "2"), ("c.wit", "1"), ("same.wit", "1")]);
        assert_eq!(differences(&wanted, &present), ["a.wit", "b.wit", "c.wit"]);
    }
}
