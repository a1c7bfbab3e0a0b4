//! The operations that a workload needs of a filesystem. Paths are absolute.

use anyhow::Result;

pub(crate) trait Filesystem {
    type File;

    /// A new file, for writing and reading.
    fn create(&mut self, path: &str) -> Result<Self::File>;

    /// An old one, for reading.
    fn open(&mut self, path: &str) -> Result<Self::File>;

    /// Writes all of `bytes` at the file's position.
    fn write(&mut self, file: &mut Self::File, bytes: &[u8]) -> Result<()>;

    /// Goes back to the beginning of what was written, to read it. `path` is for those whose files
    /// cannot do both.
    fn rewind(&mut self, file: &mut Self::File, path: &str) -> Result<()>;

    /// Fills `bytes` from the file's position on.
    fn read(&mut self, file: &mut Self::File, bytes: &mut [u8]) -> Result<()>;

    fn close(&mut self, file: Self::File) -> Result<()>;

    fn unlink(&mut self, path: &str) -> Result<()>;

    fn create_directory(&mut self, path: &str) -> Result<()>;

    fn remove_directory(&mut self, path: &str) -> Result<()>;

    /// The length of all names in a directory.
    fn list(&mut self, path: &str) -> Result<usize>;
}
