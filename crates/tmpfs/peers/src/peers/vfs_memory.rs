//! `vfs`: its filesystem in memory, without the layer of paths above it. A file is either for
//! writing or for reading.

use std::hint::black_box;

use anyhow::{Result, bail};
use vfs::{FileSystem, MemoryFS, SeekAndRead, SeekAndWrite};

use super::New;
use crate::filesystem::Filesystem;

pub(crate) struct Memory(MemoryFS);

pub(crate) enum File {
    Writing(Box<dyn SeekAndWrite + Send>),
    Reading(Box<dyn SeekAndRead + Send>),
}

impl New for Memory {
    fn new() -> Result<Self> {
        Ok(Self(MemoryFS::new()))
    }
}

impl Filesystem for Memory {
    type File = File;

    fn create(&mut self, path: &str) -> Result<File> {
        Ok(File::Writing(self.0.create_file(path)?))
    }

    fn open(&mut self, path: &str) -> Result<File> {
        Ok(File::Reading(self.0.open_file(path)?))
    }

    fn write(&mut self, file: &mut File, bytes: &[u8]) -> Result<()> {
        match file {
            File::Writing(file) => Ok(file.write_all(bytes)?),
            File::Reading(_) => bail!("the file is for reading"),
        }
    }

    fn rewind(&mut self, file: &mut File, path: &str) -> Result<()> {
        // The content can be read after its writer is dropped.
        if let File::Writing(writer) = file {
            *writer = Box::new(std::io::Cursor::new(Vec::new()));
        }
        *file = self.open(path)?;
        Ok(())
    }

    fn read(&mut self, file: &mut File, bytes: &mut [u8]) -> Result<()> {
        match file {
            File::Reading(file) => Ok(file.read_exact(bytes)?),
            File::Writing(_) => bail!("the file is for writing"),
        }
    }

    fn close(&mut self, file: File) -> Result<()> {
        drop(file);
        Ok(())
    }

    fn unlink(&mut self, path: &str) -> Result<()> {
        Ok(self.0.remove_file(path)?)
    }

    fn create_directory(&mut self, path: &str) -> Result<()> {
        Ok(self.0.create_dir(path)?)
    }

    fn remove_directory(&mut self, path: &str) -> Result<()> {
        Ok(self.0.remove_dir(path)?)
    }

    fn list(&mut self, path: &str) -> Result<usize> {
        // Its root is called "".
        let names = self.0.read_dir(path.trim_end_matches('/'))?;
        Ok(names.map(|name| black_box(name).len()).sum())
    }
}
