//! The rules of `deny.toml` for dependencies, checked by cargo-deny: licences, bans and sources.
//! Advisories are checked if a database is given.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::{command, workspace};

/// The variable that names a clone of the database of advisories.
const DATABASE: &str = "ADVISORY_DB";

/// The address under which cargo-deny knows the database. Git uses the given clone instead.
const KNOWN_AS: &str = "https://github.com/RustSec/advisory-db";

/// Checks the dependencies of the workspace.
///
/// # Errors
/// A dependency breaks a rule.
pub(crate) fn check() -> Result<()> {
    check_manifest("Cargo.toml")
}

/// Checks the dependencies of a manifest, relative to the root. It prints the checks that cannot
/// run here.
pub(crate) fn check_manifest(manifest: &str) -> Result<()> {
    if command::read_if_present(Command::new("cargo-deny").arg("--version"))?.is_none() {
        eprintln!("did not run: cargo-deny for {manifest}: it is not installed");
        return Ok(());
    }
    let mut deny = workspace::cargo("deny");
    deny.args(["--manifest-path", manifest]);
    let mut checks = vec!["licenses", "bans", "sources"];
    if let Some(database) = env::var_os(DATABASE).map(PathBuf::from) {
        let database = database
            .canonicalize()
            .with_context(|| format!("{DATABASE} names no folder: {}", database.display()))?;
        deny.arg("--config").arg(configuration()?);
        deny.env("GIT_CONFIG_COUNT", "1");
        deny.env("GIT_CONFIG_KEY_0", format!("url.file://{}.insteadOf", database.display()));
        deny.env("GIT_CONFIG_VALUE_0", KNOWN_AS);
        checks.push("advisories");
    } else {
        eprintln!(
            "did not run: advisories for {manifest}: {DATABASE} names no clone of the database"
        );
    }
    command::run(deny.arg("check").args(checks))
}

/// Writes a copy of the rules that puts the database under the target folder.
fn configuration() -> Result<PathBuf> {
    let rules = workspace::root().join("deny.toml");
    let rules = fs::read_to_string(&rules).with_context(|| format!("{}", rules.display()))?;
    let target = workspace::target_dir();
    fs::create_dir_all(&target)?;
    let file = target.join("deny.toml");
    fs::write(&file, with_database(&rules, &target.join("advisory-dbs"))?)?;
    Ok(file)
}

fn with_database(rules: &str, folder: &Path) -> Result<String> {
    let table = "[advisories]\n";
    ensure!(rules.contains(table), "deny.toml has no table for advisories");
    // A literal string of TOML can hold every path without an apostrophe.
    Ok(rules.replace(table, &format!("{table}db-path = '{}'\n", folder.display())))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::with_database;
    use crate::workspace;

    /// RUSTSEC-2022-0040 and RUSTSEC-2026-0186 affect every version that the peers ask for.
    #[test]
    fn the_benchmarks_lock_file_has_neither_owning_ref_nor_an_old_memmap2() {
        let lock = workspace::root().join(workspace::PEERS).with_extension("lock");
        let lock = fs::read_to_string(lock).unwrap();
        let packages = lock.split("[[package]]").filter(|it| it.contains("\nsource = "));
        let of = |name: &str| {
            let name = format!("\nname = \"{name}\"\n");
            packages.clone().filter(move |it| it.contains(&name)).collect::<Vec<_>>()
        };
        assert!(of("owning_ref").is_empty());
        let maps = of("memmap2");
        assert!(!maps.is_empty());
        for package in maps {
            let version = package.split("version = \"").nth(1).unwrap().split('"').next().unwrap();
            let numbers = version.split('.').map(|it| it.parse::<u32>().unwrap());
            assert!(numbers.ge([0, 9, 11]), "memmap2 {version}");
        }
    }

    #[test]
    fn the_database_lies_under_the_target_folder_and_every_rule_stays() {
        let rules = fs::read_to_string(workspace::root().join("deny.toml")).unwrap();
        let with = with_database(&rules, Path::new("target/dbs")).unwrap();
        let added = with.lines().filter(|line| !rules.lines().any(|rule| rule == *line));
        assert!(added.eq(["db-path = 'target/dbs'"]));
        assert!(with_database("[bans]\n", Path::new("x")).is_err());
    }
}
