//! The programs in a folder, as cargo finds them.

use std::path::Path;
use std::{fs, io};

/// Returns the names of the programs: of each file `NAME.rs`, and each folder `NAME` with a
/// `main.rs`. Hidden files and what an editor leaves beside a file are none.
pub(crate) fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().unwrap_or_default();
        let name = match name.strip_suffix(".rs") {
            Some(name) => name,
            None if entry.path().join("main.rs").is_file() => name,
            None => continue,
        };
        if !name.starts_with('.') {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}
