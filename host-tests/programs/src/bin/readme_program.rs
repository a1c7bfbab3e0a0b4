//! The program of docs/component.md, which a test compares with this.
#![expect(missing_docs, reason = "generated; the documentation is in wit/")]

wit_bindgen::generate!({
    path: "wit",
    world: "scratch:tempfile/program",
    additional_derives: [Default],
    additional_derives_ignore: ["error", "error-code", "os-error"],
});

use scratch::tempfile::tempfile::{Error, ErrorCode, NamedFileOptions};
use scratch::tempfile::tempfile::{named_temporary_file, temporary_directory, temporary_file};

fn main() -> Result<(), Error> {
    let file = temporary_file(None)?; // no name, gone when it is closed
    file.write(b"Hello world!")?;
    file.seek(0, 0)?;
    assert_eq!(file.read(None)?, b"Hello world!");

    let directory = temporary_directory(None)?; // removed with all that is in it
    let options = NamedFileOptions {
        suffix: Some(".txt".to_owned()),
        dir: Some(directory.name()),
        ..NamedFileOptions::default()
    };
    let notes = named_temporary_file(Some(&options))?;
    notes.write(b"remember")?;
    notes.flush()?; // buffered as in Python: others see it now
    assert_eq!(std::fs::read(notes.name().expect("it has one")).expect("it is there"), b"remember");

    match notes.persist(&(directory.name() + "/missing/notes.txt")) {
        Err(Error::Os(error)) if error.code == ErrorCode::NoEntry => println!("{}", error.message),
        outcome => outcome?,
    }
    Ok(())
}
