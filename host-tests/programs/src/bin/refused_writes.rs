//! Writes with std to the file `full` under TMPDIR, on a filesystem without room, and prints the
//! answers. It repeats each write and then seeks, to show how long the refusal lasts and what ends
//! it.

use std::fs::OpenOptions;
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;

fn told<T: std::fmt::Debug>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{:?} {:?}", error.kind(), error.raw_os_error()),
    }
}

fn main() -> io::Result<()> {
    let path = Path::new(&std::env::var("TMPDIR").expect("TMPDIR is set")).join("full");
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    for turn in ["first", "second"] {
        println!("{turn} write: {}", told(file.write(b"text")));
        println!("again: {}", told(file.write(b"text")));
        println!("write_all: {}", told(file.write_all(b"text")));
        println!("flush: {}", told(file.flush()));
        println!("and again: {}", told(file.write(b"text")));
        println!("seek: {}", told(file.seek(SeekFrom::Start(0))));
    }
    Ok(())
}
