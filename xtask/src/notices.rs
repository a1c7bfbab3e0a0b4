//! The notices of third parties for a shipped component: the licences of all packages that cargo
//! compiled for wasm.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::messages;
use crate::target::Target;

/// The notices for the parts without a cargo package: Rust's library and the C library.
const TOOLCHAIN: &str = include_str!("notices/toolchain.txt");

/// The prefixes of files with licences and notices.
const FILES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// Returns the notices for the component of this name, from cargo's messages about its build.
///
/// # Errors
/// A package cannot be read, or has no licence.
pub(crate) fn text(name: &str, messages: &str) -> Result<String> {
    let mut text = format!(
        "{name}.wasm contains software of third parties. Its packages, their licences, and the texts \
        of these:\n\n"
    );
    let mut texts = BTreeMap::<String, Vec<String>>::new();
    for manifest in linked(messages)? {
        let package = Package::read(&manifest)?;
        writeln!(text, "{} {}: {}", package.name, package.version, package.license)?;
        for file in package.texts {
            texts.entry(file).or_default().push(format!("{} {}", package.name, package.version));
        }
    }
    writeln!(text, "the Rust standard library and wasi-libc: see the end\n")?;
    for (file, packages) in texts {
        writeln!(text, "{}\n{}\n\n{}\n", "-".repeat(80), packages.join(", "), file.trim_end())?;
    }
    writeln!(text, "{}\n{}", "-".repeat(80), TOOLCHAIN.trim_end())?;
    Ok(text)
}

/// Lists the manifests of other people's packages that cargo compiled for wasm.
fn linked(messages: &str) -> Result<BTreeSet<PathBuf>> {
    let for_wasm = |file: &PathBuf| file.iter().any(|part| part == Target::Wasip2.name());
    let artifacts = messages::artifacts(messages)?.into_iter();
    let linked = artifacts.filter(|it| !it.local && it.files.iter().any(for_wasm));
    Ok(linked.map(|artifact| artifact.manifest).collect())
}

struct Package {
    name: String,
    version: String,
    license: String,
    /// The contents of the files with licences and notices.
    texts: Vec<String>,
}

impl Package {
    fn read(manifest: &Path) -> Result<Self> {
        let context = || format!("reading {}", manifest.display());
        let toml = fs::read_to_string(manifest).with_context(context)?;
        let field =
            |name| field(&toml, name).with_context(|| format!("{}: no {name}", manifest.display()));
        let folder = manifest.parent().with_context(context)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).with_context(context)? {
            let path = entry.with_context(context)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
            if path.is_file() && FILES.iter().any(|file| name.starts_with(file)) {
                files.push(path);
            }
        }
        files.sort();
        let read = |path: &PathBuf| fs::read_to_string(path).with_context(context);
        let texts = files.iter().map(read).collect::<Result<Vec<_>>>()?;
        let (name, version, license) = (field("name")?, field("version")?, field("license")?);
        ensure!(!texts.is_empty(), "the package {name} {version} has no file with its licence");
        Ok(Self { name, version, license, texts })
    }
}

/// Reads a field of the table `package`, in the form that cargo publishes.
fn field(toml: &str, name: &str) -> Option<String> {
    let lines = toml.lines().skip_while(|line| *line != "[package]").skip(1);
    let mut lines = lines.take_while(|line| !line.starts_with('['));
    let value = lines.find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix('='))?;
    Some(value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::text;

    #[test]
    fn what_was_compiled_for_wasm_is_listed_with_its_texts_once() {
        let folder = env::temp_dir().join(format!("xtask-notices-{}", process::id()));
        let mut messages = String::new();
        for (package, target, id) in [
            ("one", "wasm32-wasip2", "registry+one"),
            ("two", "wasm32-wasip2", "registry+two"),
            ("of-the-compiler", "debug", "registry+macro"),
            ("ours", "wasm32-wasip2", "path+ours"),
        ] {
            let home = folder.join(package);
            fs::create_dir_all(&home).unwrap();
            let toml = format!(
                "# made by cargo\n\n[package]\nname = \"{package}\"\nversion = \"1.0\"\n\
                license = \"MIT\"\n\n[lib]\nname = \"other\"\n"
            );
            fs::write(home.join("Cargo.toml"), toml).unwrap();
            fs::write(home.join("LICENSE-MIT"), "Do what you like.\n").unwrap();
            fs::write(home.join("license.md"), format!("Copyright of {package}.\n")).unwrap();
            messages += &serde_json::json!({
                "reason": "compiler-artifact",
                "package_id": id,
                "manifest_path": home.join("Cargo.toml"),
                "filenames": [format!("/target/{target}/release/lib{package}.rlib")],
            })
            .to_string();
            messages.push('\n');
        }
        let text = text("some", &messages);
        fs::remove_file(folder.join("two/LICENSE-MIT")).unwrap();
        fs::remove_file(folder.join("two/license.md")).unwrap();
        let without = super::text("some", &messages).unwrap_err().to_string();
        fs::remove_dir_all(folder).unwrap();
        let text = text.unwrap();
        assert!(text.starts_with("some.wasm contains"));
        assert!(text.contains("\none 1.0: MIT\ntwo 1.0: MIT\nthe Rust standard library"), "{text}");
        assert_eq!(text.matches("Do what you like.").count(), 1);
        assert!(text.contains("one 1.0, two 1.0\n\nDo what you like."));
        assert!(text.contains("Copyright of one.") && text.contains("Copyright of two."));
        assert!(!text.contains("of-the-compiler") && !text.contains("ours 1.0"), "{text}");
        assert!(without.contains("two 1.0 has no file with its licence"), "{without}");
    }
}
