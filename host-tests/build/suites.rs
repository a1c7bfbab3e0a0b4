//! The generator of the constants for the programs, and of the lists of those that each file of
//! tests must run. A constant of the list that the file does not use is an error, and so is a
//! program without such a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use crate::{identifiers, programs};

/// The file of `tests/` that runs the programs with this first word, or, before that, of this name.
const SUITES: [(&str, &str); 26] = [
    ("audit", "audit"),
    ("begins", "memory_usage"),
    ("beside", "embedded_std"),
    ("calls_linked", "host_calls"),
    ("calls_tempfile", "embedded_costs"),
    ("descriptor", "memory_streams"),
    ("descriptors", "programs"),
    ("doc", "programs"),
    ("evil", "evil/main"),
    ("evil_audit_hook", "audit"),
    ("library", "programs"),
    ("lifecycle", "endings"),
    ("polling", "memory_streams"),
    ("python", "programs"),
    ("random", "embedded_random"),
    ("readme_cache", "memory_usage"),
    ("readme_pages", "memory_usage"),
    ("readme_program", "programs"),
    ("refused", "memory_std"),
    ("rust", "memory_std"),
    ("seeded", "memory_seeds"),
    ("shell", "hosted/embedder"),
    ("std", "memory_std"),
    ("std_io_linked", "programs"),
    ("stream", "memory_streams"),
    ("watching", "memory_identity"),
];

pub(crate) fn write(output: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-changed=programs/src/bin");
    let suites = BTreeMap::from(SUITES);
    let mut programs: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in programs::names(Path::new("programs/src/bin"))? {
        let word = name.split(['_', '-']).next().unwrap_or_default();
        let suite = suites.get(&*name).or_else(|| suites.get(word));
        let suite = suite.unwrap_or_else(|| {
            panic!("no file of tests runs the program {name}: build/suites.rs says which does")
        });
        programs.entry(suite).or_default().push(name);
    }
    let (mut constants, mut all) = (String::new(), String::new());
    for (suite, names) in &programs {
        let mut imports = String::new();
        for name in names {
            let constant = identifiers::constant(name);
            writeln!(constants, "pub const {constant}: Built = Built({name:?});").unwrap();
            let import = format!("use host_tests::programs::{constant};");
            writeln!(imports, "#[deny(unused_imports)] {import}").unwrap();
        }
        let file = format!("{}.rs", suite.replace('/', "_"));
        fs::write(output.join(format!("programs_of_{file}")), imports)?;
        writeln!(all, "({suite:?}, &{names:?}),").unwrap();
    }
    fs::write(output.join("programs.rs"), constants)?;
    let suites = format!("const SUITES: &[(&str, &[&str])] = &[{all}];");
    fs::write(output.join("suites.rs"), suites)
}
