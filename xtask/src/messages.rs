//! The messages of cargo about a build, as `--message-format json-render-diagnostics` prints them,
//! or `json` with the compiler's own.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The files of a target of a package, which cargo made now or earlier.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Artifact {
    pub(crate) manifest: PathBuf,
    /// True if the package is in a local folder, and not from a registry.
    pub(crate) local: bool,
    pub(crate) files: Vec<PathBuf>,
}

/// Parses cargo's messages, each on a line.
fn parsed(messages: &str) -> impl Iterator<Item = Result<Value>> {
    messages.lines().map(|line| serde_json::from_str(line).context("a message of cargo"))
}

/// Reads the artifacts of a build from cargo's messages.
///
/// # Errors
/// A line is not a message.
pub(crate) fn artifacts(messages: &str) -> Result<Vec<Artifact>> {
    let mut artifacts = Vec::new();
    for message in parsed(messages) {
        let message = message?;
        if message["reason"] == "compiler-artifact" {
            let manifest = message["manifest_path"].as_str();
            let files = message["filenames"].as_array().into_iter().flatten();
            artifacts.push(Artifact {
                manifest: manifest.context("an artifact without a manifest")?.into(),
                local: message["package_id"].as_str().is_none_or(|id| id.starts_with("path+")),
                files: files.filter_map(Value::as_str).map(PathBuf::from).collect(),
            });
        }
    }
    Ok(artifacts)
}

/// Reads the compiler's first error about a package whose folder has this in its path.
/// Precondition: cargo was asked for its messages as `json`.
///
/// # Errors
/// A line is not a message.
pub(crate) fn first_error(messages: &str, folder: &str) -> Result<Option<String>> {
    for message in parsed(messages) {
        let message = message?;
        let about = message["manifest_path"].as_str().unwrap_or_default();
        let compiler = &message["message"];
        if message["reason"] == "compiler-message"
            && compiler["level"] == "error"
            && about.contains(folder)
        {
            return Ok(compiler["message"].as_str().map(str::to_owned));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{Artifact, artifacts, first_error};

    #[test]
    fn the_first_error_of_a_package_is_read() {
        let message = |manifest: &str, level: &str, text: &str| {
            format!(
                r#"{{"reason":"compiler-message","manifest_path":"{manifest}","message":{{"level":"{level}","message":"{text}"}}}}"#
            )
        };
        let messages = [
            message("/one-1.0/Cargo.toml", "error", "of another"),
            message("/two-0.8/Cargo.toml", "warning", "no error"),
            message("/two-0.8/Cargo.toml", "error", "the first"),
            message("/two-0.8/Cargo.toml", "error", "the second"),
        ];
        let messages = messages.join("\n");
        assert_eq!(first_error(&messages, "two").unwrap().unwrap(), "the first");
        assert_eq!(first_error(&messages, "three").unwrap(), None);
    }

    #[test]
    fn artifacts_are_read_and_other_messages_are_not() {
        let messages = concat!(
            r#"{"reason":"build-script-executed","package_id":"registry+one"}"#,
            "\n",
            r#"{"reason":"compiler-artifact","package_id":"registry+one","#,
            r#""manifest_path":"/one/Cargo.toml","filenames":["a.rlib","a.rmeta"]}"#,
            "\n",
            r#"{"reason":"compiler-artifact","package_id":"path+two","#,
            r#""manifest_path":"/two/Cargo.toml","filenames":[]}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        let (files, none) = (vec!["a.rlib".into(), "a.rmeta".into()], vec![]);
        let expected = [
            Artifact { manifest: "/one/Cargo.toml".into(), local: false, files },
            Artifact { manifest: "/two/Cargo.toml".into(), local: true, files: none },
        ];
        assert_eq!(artifacts(messages).unwrap(), expected);
        let error = artifacts("warning: no message").unwrap_err();
        assert!(error.to_string().contains("a message of cargo"));
    }
}
