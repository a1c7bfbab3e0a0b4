//! The programs of `programs/`, one constant for each. The build script makes the constants from
//! the files in the folder, so that a name without a program does not compile.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use xtask::components::{self, Profile};

/// A program of `programs/`. There are no others than the constants of this module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Built(&'static str);

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

impl Built {
    pub fn name(self) -> &'static str {
        self.0
    }

    /// Returns the compiled program. The first call builds all of them.
    pub fn file(self) -> &'static Path {
        BUILT.get(self.0).unwrap_or_else(|| panic!("cargo built no program {self}"))
    }
}

impl Display for Built {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// Returns the names of the programs that cargo built.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT.keys().map(String::as_str)
}

static BUILT: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(|| {
    components::programs("host-tests-programs", Profile::Checked).expect("building the programs")
});
