//! Sources in other languages inside a crate. Cargo fetches the crate by its checksum, and builds
//! nothing.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::workspace;

/// The manifest that names the crates, relative to the root. It has a workspace of its own.
const MANIFEST: &str = "host-tests/foreign/crates/Cargo.toml";

/// Returns the folder of a crate.
///
/// # Errors
/// Cargo cannot fetch it, or the manifest does not name it.
pub fn of_crate(name: &str) -> Result<PathBuf> {
    let metadata = workspace::metadata(&["--manifest-path", MANIFEST])?;
    folder(&metadata, name).with_context(|| format!("{MANIFEST} names no crate {name}"))
}

fn folder(metadata: &Value, name: &str) -> Option<PathBuf> {
    let package = metadata["packages"].as_array()?.iter().find(|it| it["name"] == name)?;
    PathBuf::from(package["manifest_path"].as_str()?).parent().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde_json::json;

    use super::folder;

    #[test]
    fn a_crate_lies_where_its_manifest_does() {
        let package = |name, manifest| json!({ "name": name, "manifest_path": manifest });
        let packages =
            json!({ "packages": [package("a", "/b/Cargo.toml"), package("c", "/d/Cargo.toml")] });
        assert_eq!(folder(&packages, "c"), Some(PathBuf::from("/d")));
        assert_eq!(folder(&packages, "d"), None);
    }
}
