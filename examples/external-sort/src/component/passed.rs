//! A temporary file whose bytes pass through the component that made it.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::bindings::scratch::tempfile::tempfile::{self, BinaryFile, FileOptions};

/// The most bytes asked for at a time: the component that passes them on keeps as many in its own
/// memory.
const PASSED: usize = 64 << 10;

/// A file of the interface.
pub(super) struct Passed(BinaryFile);

/// Makes a file without a buffer, since whole blocks are read and written.
pub(super) fn make() -> io::Result<Passed> {
    let options = FileOptions { buffering: Some(0), ..FileOptions::default() };
    tempfile::temporary_file(Some(&options)).map(Passed).map_err(io::Error::other)
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

impl Seek for Passed {
    fn seek(&mut self, target: SeekFrom) -> io::Result<u64> {
        let (offset, whence) = match target {
            SeekFrom::Start(offset) => (i64::try_from(offset).map_err(io::Error::other)?, 0),
            SeekFrom::Current(offset) => (offset, 1),
            SeekFrom::End(offset) => (offset, 2),
        };
        self.0.seek(offset, whence).map_err(io::Error::other)
    }
}
