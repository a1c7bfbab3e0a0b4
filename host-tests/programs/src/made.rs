//! Temporary files for programs that end in different ways: one of each kind.

use crate::tempfile::{
    self, BinaryFile, Directory, DirectoryOptions, MkstempOptions, NamedFileOptions,
};

/// Makes a file and a directory that the library deletes at the end, and a file that it keeps.
///
/// # Panics
/// The files cannot be made.
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
