//! `rsfs`: its filesystem in memory.

use std::hint::black_box;
use std::io::{Read as _, Seek as _, Write as _};

use anyhow::Result;
use rsfs::{DirEntry as _, GenFS as _, OpenOptions as _, mem};

use super::New;
use crate::filesystem::Filesystem;

pub(crate) struct Memory(mem::FS);

impl New for Memory {
    fn new() -> Result<Self> {
        Ok(Self(mem::FS::new()))
    }
}

impl Filesystem for Memory {
    type File = mem::File;

    fn create(&mut self, path: &str) -> Result<mem::File> {
        Ok(self.0.new_openopts().read(true).write(true).create_new(true).open(path)?)
    }

    fn open(&mut self, path: &str) -> Result<mem::File> {
        Ok(self.0.open_file(path)?)
    }

    fn write(&mut self, file: &mut mem::File, bytes: &[u8]) -> Result<()> {
        Ok(file.write_all(bytes)?)
    }

    fn rewind(&mut self, file: &mut mem::File, _path: &str) -> Result<()> {
        Ok(file.rewind()?)
    }

    fn read(&mut self, file: &mut mem::File, bytes: &mut [u8]) -> Result<()> {
        Ok(file.read_exact(bytes)?)
    }

    fn close(&mut self, file: mem::File) -> Result<()> {
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
        let mut length = 0;
        for entry in self.0.read_dir(path)? {
            length += black_box(entry?.file_name()).len();
        }
        Ok(length)
    }
}
