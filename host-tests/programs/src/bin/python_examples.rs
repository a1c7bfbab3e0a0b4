//! The examples of `docs/python.md`, which a test compares with this: Python's own, in Rust.

use std::fs;
use std::path::Path;

use wasi_tempfile::text::{Cookie, named_temporary_text_file, temporary_text_file};
use wasi_tempfile::{
    DirectoryOptions, FileOptions, NamedOptions, SpooledOptions, named_temporary_file,
    spooled_temporary_file, temporary_directory, temporary_file,
};

fn main() -> wasi_tempfile::Result<()> {
    a_file()?;
    a_context()?;
    closed_and_reopened()?;
    a_directory()?;
    kept()?;
    text()?;
    spooled()?;
    assert_eq!(fs::read_dir("/tmp").expect("it is lent").count(), 0);
    Ok(())
}

fn a_file() -> wasi_tempfile::Result<()> {
    // create a temporary file and write some data to it
    let fp = temporary_file(&FileOptions::new())?;
    fp.write(b"Hello world!")?;
    // read data from file
    fp.seek(0, 0)?;
    assert_eq!(fp.read(None)?, b"Hello world!");
    // close the file, it will be removed
    fp.close()
}

fn a_context() -> wasi_tempfile::Result<()> {
    {
        let fp = temporary_file(&FileOptions::new())?;
        fp.write(b"Hello world!")?;
        fp.seek(0, 0)?;
        assert_eq!(fp.read(None)?, b"Hello world!");
    } // file is now closed and removed
    Ok(())
}

fn closed_and_reopened() -> wasi_tempfile::Result<()> {
    let fp = named_temporary_file(&NamedOptions::new().delete_on_close(false))?;
    let name = fp.name().expect("it has one");
    fp.write(b"Hello world!")?;
    fp.close()?;
    // the file is closed, but not removed
    // open the file again by using its name
    assert_eq!(fs::read(&name).expect("it is there"), b"Hello world!");
    fp.exit()?; // file is now removed
    assert!(!Path::new(&name).exists());
    Ok(())
}

fn a_directory() -> wasi_tempfile::Result<()> {
    let tmpdir = temporary_directory(&DirectoryOptions::new())?;
    println!("created temporary directory {}", tmpdir.name());
    assert!(Path::new(&tmpdir.name()).is_dir());
    tmpdir.exit()?; // directory and contents have been removed
    assert!(!Path::new(&tmpdir.name()).exists());
    Ok(())
}

fn kept() -> wasi_tempfile::Result<()> {
    let f = named_temporary_file(&NamedOptions::new().delete(false))?;
    let name = f.name().expect("it has one");
    assert_eq!(f.write(b"Hello World!\n")?, 13);
    f.close()?;
    fs::remove_file(&name).expect("it is there");
    assert!(!Path::new(&name).exists());
    Ok(())
}

fn text() -> wasi_tempfile::Result<()> {
    let f = temporary_text_file(&FileOptions::new().encoding("utf-16").newline("\r\n"))?;
    assert_eq!(f.write("naïve\ncafé\n")?, 11); // characters
    f.seek(Cookie::default(), 0)?;
    assert_eq!(f.readline(None)?, "naïve\r\n");
    let place = f.tell()?;
    assert_eq!(f.read(None)?, "café\r\n");
    f.seek(place, 0)?;
    assert_eq!(f.read(Some(3))?, "caf");

    let named = named_temporary_text_file(&NamedOptions::new())?;
    named.writelines(["one\n", "two\n"])?;
    named.flush()?;
    assert_eq!(fs::read(named.name().expect("it has one")).expect("it is there"), b"one\ntwo\n");
    named.close()
}

fn spooled() -> wasi_tempfile::Result<()> {
    let f = spooled_temporary_file(&SpooledOptions::new().max_size(1_000))?;
    f.write(b"small enough for memory")?;
    f.seek(990, 0)?;
    f.write(b"and now it is on the disk")?; // the position is past 1000
    f.seek(0, 0)?;
    assert_eq!(f.read(Some(5))?, b"small");
    f.close()
}
