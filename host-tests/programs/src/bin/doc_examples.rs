//! Runs the examples of Python's documentation of `tempfile`, through the interface.

use std::fs;
use std::path::Path;

use host_tests_programs::tempfile::{
    NamedFileOptions, named_temporary_file, temporary_directory, temporary_file,
};

fn main() {
    // fp = tempfile.TemporaryFile(); fp.write(b'Hello world!'); fp.seek(0); fp.read(); fp.close()
    let fp = temporary_file(None).unwrap();
    fp.write(b"Hello world!").unwrap();
    fp.seek(0, 0).unwrap();
    assert_eq!(fp.read(None).unwrap(), b"Hello world!");
    fp.close().unwrap();

    // with tempfile.TemporaryFile() as fp:
    let fp = temporary_file(None).unwrap();
    fp.enter().unwrap();
    fp.write(b"Hello world!").unwrap();
    fp.seek(0, 0).unwrap();
    assert_eq!(fp.read(None).unwrap(), b"Hello world!");
    fp.exit().unwrap();
    assert!(fp.closed().unwrap());

    // with tempfile.NamedTemporaryFile(delete_on_close=False) as fp:
    let fp = named_temporary_file(Some(&options(None, Some(false)))).unwrap();
    fp.enter().unwrap();
    fp.write(b"Hello world!").unwrap();
    fp.close().unwrap();
    assert_eq!(fs::read(fp.name().unwrap()).unwrap(), b"Hello world!");
    fp.exit().unwrap();
    assert!(!Path::new(&fp.name().unwrap()).exists());

    // with tempfile.TemporaryDirectory() as tmpdirname:
    let directory = temporary_directory(None).unwrap();
    assert!(Path::new(&directory.name()).is_dir());
    directory.exit().unwrap();
    assert!(!Path::new(&directory.name()).exists());

    // f = NamedTemporaryFile(delete=False); f.write(…); f.close(); os.unlink(f.name)
    let f = named_temporary_file(Some(&options(Some(false), None))).unwrap();
    assert_eq!(f.write(b"Hello World!\n").unwrap(), 13);
    f.close().unwrap();
    let name = f.name().unwrap();
    fs::remove_file(&name).unwrap();
    assert!(!Path::new(&name).exists());
}

fn options(delete: Option<bool>, delete_on_close: Option<bool>) -> NamedFileOptions {
    NamedFileOptions { delete, delete_on_close, ..NamedFileOptions::default() }
}
