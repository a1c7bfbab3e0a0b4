//! One of each kind of thing, for programs that end in different ways.

use crate::tempfile::{
    self, BinaryFile, Directory, DirectoryOptions, MkstempOptions, NamedFileOptions,
};

/// A file and a directory that are owed; a file that is the caller's was made beside them.
///
/// # Panics
/// They cannot be made.
#[must_use]
pub fn one_of_each() -> (BinaryFile, Directory) {
    let file = tempfile::named_temporary_file(Some(&NamedFileOptions {
        prefix: Some("owed.file-".into()),
        ..NamedFileOptions::default()
    }))
    .unwrap();
    file.write(b"waits").unwrap();
    let directory = tempfile::temporary_directory(Some(&DirectoryOptions {
        suffix: None,
        prefix: Some("owed.directory-".into()),
        dir: None,
        ignore_cleanup_errors: None,
        delete: None,
    }))
    .unwrap();
    let (_, _) = tempfile::mkstemp(Some(&MkstempOptions {
        suffix: None,
        prefix: Some("kept-".into()),
        dir: Some(tempfile::gettempdir().unwrap()),
        text: None,
    }))
    .unwrap();
    (file, directory)
}
