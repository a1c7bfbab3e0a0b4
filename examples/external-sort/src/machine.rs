//! The program for the machine itself: temporary files of the crate `tempfile`.

use std::fs::File;
use std::io;

use external_sort::{Progress, Summary, native};

use crate::arguments::Arguments;

pub(crate) fn sort(
    arguments: &Arguments,
    mut report: fn(Progress) -> io::Result<()>,
) -> io::Result<Summary> {
    let directory = std::env::temp_dir();
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
