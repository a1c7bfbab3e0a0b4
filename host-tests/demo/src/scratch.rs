//! The private directory that holds all files of the demonstration.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

/// A directory that only its owner can enter, with one subdirectory for each part of the
/// demonstration. Calling `remove` or dropping the value removes the directory with its content.
pub(crate) struct Scratch {
    directory: TempDir,
}

impl Scratch {
    pub(crate) fn make(parent: &Path) -> Result<Self> {
        let make = || {
            let parent = parent.canonicalize()?;
            let directory = tempfile::Builder::new().prefix("demo-").tempdir_in(parent)?;
            for name in ["input", "output", "tmp"] {
                fs::create_dir(directory.path().join(name))?;
            }
            Ok::<_, std::io::Error>(Self { directory })
        };
        make().with_context(|| format!("making a scratch directory in {}", parent.display()))
    }

    pub(crate) fn input(&self) -> PathBuf {
        self.directory.path().join("input")
    }

    pub(crate) fn output(&self) -> PathBuf {
        self.directory.path().join("output")
    }

    /// Returns the directory that the guest sees as `/tmp`.
    pub(crate) fn tmp(&self) -> PathBuf {
        self.directory.path().join("tmp")
    }

    /// Lists the names in the guest's `/tmp`.
    pub(crate) fn left(&self) -> Result<Vec<String>> {
        let entries = fs::read_dir(self.tmp()).context("listing the guest's /tmp")?;
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    }

    /// Removes everything, and returns the directory in which it was made.
    pub(crate) fn remove(self) -> Result<PathBuf> {
        let place = self.directory.path().parent().map(PathBuf::from);
        self.directory.close()?;
        place.context("BUG: the directory has a parent")
    }
}
