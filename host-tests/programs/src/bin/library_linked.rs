//! Links the library: a std program can use it without a component.

use wasi_tempfile::cleanup::{cleanup, owed};
use wasi_tempfile::{
    DirectoryOptions, FileOptions, NameOptions, NamedOptions, gettempdir, mkdtemp, mkstemp,
    named_temporary_file, temporary_directory, temporary_file,
};

fn main() {
    assert_eq!(gettempdir().unwrap(), "/tmp");
    let file = temporary_file(&FileOptions::new()).unwrap();
    file.write(b"Hello world!").unwrap();
    file.seek(0, 0).unwrap();
    assert_eq!(file.read(None).unwrap(), b"Hello world!");

    // The iterator of lines may use the file to which the lines are written.
    file.seek(0, 0).unwrap();
    file.writelines((0..3).map(|_| file.tell().unwrap().to_string())).unwrap();
    file.truncate(None).unwrap();
    file.seek(0, 0).unwrap();
    assert_eq!(file.read(None).unwrap(), b"012");
    assert_eq!(format!("{file:?}"), "BinaryFile { name: None, mode: \"rb+\", closed: false }");

    let named = named_temporary_file(&NamedOptions::new()).unwrap();
    named.write(b"seen").unwrap();
    named.flush().unwrap();
    assert_eq!(std::fs::read(named.name().unwrap()).unwrap(), b"seen");

    let directory = temporary_directory(&DirectoryOptions::new()).unwrap();
    std::fs::write(format!("{}/x", directory.name()), "of std").unwrap();
    assert_eq!(owed().len(), 2);
    assert!(cleanup().is_empty());

    let (made, path) = mkstemp(&NameOptions::new()).unwrap();
    let mut buffer = [0; 4];
    made.write(b"made").unwrap();
    made.seek(0, 0).unwrap();
    assert_eq!(made.readinto(&mut buffer).unwrap(), 4);
    assert_eq!(&buffer, b"made");
    std::fs::remove_file(path).unwrap();
    std::fs::remove_dir(mkdtemp(&NameOptions::new()).unwrap()).unwrap();
    assert_eq!(std::fs::read_dir("/tmp").unwrap().count(), 0);
}
