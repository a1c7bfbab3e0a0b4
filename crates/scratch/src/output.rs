//! The files that the command writes, and standard output.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;

use crate::failure::Failure;

/// Prints a text. It is no error if the reader closes its end early.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.map_err(|error| Failure::Broken(format!("standard output: {error}"))),
    }
}

/// The place where a composition is written.
pub(crate) struct Output {
    named: PathBuf,
    /// The path without symbolic links.
    file: PathBuf,
    /// The temporary file in the same directory, which is written first.
    partial: PathBuf,
    force: bool,
}

impl Output {
    /// Checks the place before anything is composed.
    ///
    /// # Errors
    /// It is a directory or the program's own file, its directory is missing, or it exists and
    /// `force` is false.
    pub(crate) fn new(named: &Path, program: &Path, force: bool) -> Result<Self, Failure> {
        let refuse = |words| Err(refusal(named, words));
        let present = fs::canonicalize(named).ok();
        if present.is_some() && present == fs::canonicalize(program).ok() {
            return refuse("is the program itself; type another name");
        }
        let file = present.unwrap_or_else(|| named.to_path_buf());
        if file.is_dir() || file.file_name().is_none() {
            return refuse("is a directory; type the name of a file in it");
        }
        let directory = file.parent().filter(|it| !it.as_os_str().is_empty());
        let directory = directory.unwrap_or_else(|| Path::new("."));
        if !directory.is_dir() {
            return refuse("is in a directory that is not there; make it first");
        }
        let partial = directory.join(format!(".scratch.{}.partial", process::id()));
        let output = Self { named: named.to_path_buf(), file, partial, force };
        output.ensure_free()?;
        Ok(output)
    }

    fn ensure_free(&self) -> Result<(), Failure> {
        let refuse = |words| Err(refusal(&self.named, words));
        match fs::symlink_metadata(&self.file) {
            Err(_) => Ok(()),
            Ok(present) if !present.is_file() => refuse("is no regular file; type another name"),
            Ok(_) if self.force => Ok(()),
            Ok(_) => refuse("exists already; type --force to replace it, or another name"),
        }
    }

    /// Writes the temporary file and moves it to its place.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        self.ensure_free()?;
        let written = File::create_new(&self.partial).and_then(|mut file| {
            let moved = file.write_all(bytes).and_then(|()| fs::rename(&self.partial, &self.file));
            if moved.is_err() {
                // The first error is reported; this only removes the temporary file.
                let _ = fs::remove_file(&self.partial);
            }
            moved
        });
        let file = self.named.display();
        written.map_err(|error| Failure::Broken(format!("{file} cannot be written: {error}")))
    }
}

fn refusal(named: &Path, words: &str) -> Failure {
    Failure::Refused(format!("-o {} {words}", named.display()))
}
