//! The program with temporary files of the crate `tempfile`.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use external_sort::{Progress, Summary, native};

use crate::arguments::Arguments;

pub(crate) fn sort(
    arguments: &Arguments,
    mut report: fn(Progress) -> io::Result<()>,
) -> io::Result<Summary> {
    if arguments.through.is_some() {
        return Err(io::Error::other("--through is for files of scratch:tempfile; leave it out"));
    }
    let directory = temporary_directory();
    let memory = arguments.memory;
    match &arguments.files {
        Some((input, output)) => {
            let (mut input, mut output) = (File::open(input)?, File::create(output)?);
            native::sort_in(&directory, memory, &mut input, &mut output, &mut report)
        }
        None => {
            let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
            native::sort_in(&directory, memory, &mut input, &mut output, &mut report)
        }
    }
}

/// Returns the directory for temporary files. In wasm, `std::env::temp_dir` panics.
fn temporary_directory() -> PathBuf {
    if cfg!(target_family = "wasm") {
        std::env::var_os("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from)
    } else {
        std::env::temp_dir()
    }
}
