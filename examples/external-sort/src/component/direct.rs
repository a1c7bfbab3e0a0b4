//! A file that the program reads and writes by calling the host directly.

use std::io::{self, Read, Write};

use external_sort::Run;
use wasi::filesystem::types::{Descriptor, ErrorCode};

use super::bindings::scratch::tempfile::descriptors;

/// A descriptor, with the position that a descriptor itself does not have.
pub(super) struct Direct {
    descriptor: Descriptor,
    position: u64,
}

/// Makes a temporary file.
pub(super) fn make() -> io::Result<Direct> {
    descriptors::open_temporary(None).map(Direct::new).map_err(io::Error::other)
}

impl Direct {
    pub(super) fn new(descriptor: Descriptor) -> Self {
        Self { descriptor, position: 0 }
    }
}

impl Run for Direct {
    fn rewind(&mut self) -> io::Result<()> {
        self.position = 0;
        Ok(())
    }
}

impl Read for Direct {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = u64::try_from(buffer.len()).expect("BUG: a length fits 64 bits");
        let (bytes, _) = self.descriptor.read(wanted, self.position).map_err(refused)?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.position += u64::try_from(bytes.len()).expect("BUG: a length fits 64 bits");
        Ok(bytes.len())
    }
}

impl Write for Direct {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.descriptor.write(bytes, self.position).map_err(refused)?;
        self.position += written;
        Ok(usize::try_from(written).expect("BUG: a write takes at most the given bytes"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn refused(code: ErrorCode) -> io::Error {
    io::Error::other(code.message())
}
