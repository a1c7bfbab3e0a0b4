//! The program as a component: temporary files of `scratch:tempfile`.

use std::io::{self, Read, Write};

use external_sort::{Progress, Run, Summary};
use wasi_tempfile::{BinaryFile, Descriptor};

use crate::arguments::{Arguments, Through};

mod bindings;
mod granted;
mod passed;

use bindings::scratch::tempfile::descriptors;

pub(crate) fn sort(
    arguments: &Arguments,
    report: fn(Progress) -> io::Result<()>,
) -> io::Result<Summary> {
    match arguments.through.unwrap_or(Through::Descriptors) {
        Through::Descriptors => sort_with(arguments, make_direct, report),
        Through::Interface => sort_with(arguments, passed::make, report),
    }
}

/// Makes a temporary file whose bytes go right to the host. The library reads and writes by its
/// descriptor.
fn make_direct() -> io::Result<BinaryFile> {
    let descriptor = descriptors::open_temporary(None).map_err(io::Error::other)?;
    Ok(BinaryFile::from(Descriptor::from(descriptor)))
}

fn sort_with<R: Run>(
    arguments: &Arguments,
    make_run: fn() -> io::Result<R>,
    report: fn(Progress) -> io::Result<()>,
) -> io::Result<Summary> {
    let memory = arguments.memory;
    let run = |input: &mut dyn Read, output: &mut dyn Write| {
        external_sort::sort(memory, &mut { input }, &mut { output }, make_run, report)
    };
    match &arguments.files {
        Some((input, output)) => {
            run(&mut granted::open_input(input)?, &mut granted::create_output(output)?)
        }
        None => run(&mut io::stdin().lock(), &mut io::stdout().lock()),
    }
}
