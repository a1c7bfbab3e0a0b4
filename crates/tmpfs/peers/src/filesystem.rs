//! The operations that a workload needs of a filesystem. Paths are absolute.

use anyhow::Result;

pub(crate) trait Filesystem {
    type File;

    /// Makes a file for writing and reading.
    fn create(&mut self, path: &str) -> Result<Self::File>;

    /// Opens an existing file for reading.
    fn open(&mut self, path: &str) -> Result<Self::File>;

    /// Writes all of `bytes` at the file's position.
    fn write(&mut self, file: &mut Self::File, bytes: &[u8]) -> Result<()>;

    /// Moves to the beginning of the written file, to read it. `path` is for peers whose files
    /// cannot be written and read.
    fn rewind(&mut self, file: &mut Self::File, path: &str) -> Result<()>;

    /// Fills `bytes` from the file's position on.
    fn read(&mut self, file: &mut Self::File, bytes: &mut [u8]) -> Result<()>;

    fn close(&mut self, file: Self::File) -> Result<()>;

    fn unlink(&mut self, path: &str) -> Result<()>;

    fn create_directory(&mut self, path: &str) -> Result<()>;

    fn remove_directory(&mut self, path: &str) -> Result<()>;

    /// Returns the length of all names in a directory.
    fn list(&mut self, path: &str) -> Result<usize>;
}
