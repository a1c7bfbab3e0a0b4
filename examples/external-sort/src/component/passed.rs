//! A temporary file whose bytes pass through the component that made it.

use std::io::{self, Read, Write};

use external_sort::Run;

use super::bindings::scratch::tempfile::tempfile::{self, BinaryFile, FileOptions};

/// The bytes asked for at a time. The component that serves the file holds as many in its own
/// memory.
const PASSED: usize = 64 << 10;

/// A file without a buffer: the sort reads and writes whole blocks.
pub(super) struct Passed(BinaryFile);

pub(super) fn make() -> io::Result<Passed> {
    let options = FileOptions {
        mode: None,
        buffering: Some(0),
        encoding: None,
        newline: None,
        suffix: None,
        prefix: None,
        dir: None,
        errors: None,
    };
    tempfile::temporary_file(Some(&options)).map(Passed).map_err(io::Error::other)
}

impl Run for Passed {
    fn rewind(&mut self) -> io::Result<()> {
        self.0.seek(0, 0).map(drop).map_err(io::Error::other)
    }
}

impl Read for Passed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(PASSED);
        let wanted = u64::try_from(wanted).expect("BUG: a length fits 64 bits");
        let bytes = self.0.readinto(wanted).map_err(io::Error::other)?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

impl Write for Passed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.0.write(bytes).map_err(io::Error::other)?;
        Ok(usize::try_from(written).expect("BUG: a write takes at most the given bytes"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
