//! `virtual-fs`: the filesystem of wasmer. Its files are asynchronous, and always ready.

use std::hint::black_box;
use std::io::SeekFrom;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use anyhow::{Result, anyhow};
use virtual_fs::{
    AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _, FileSystem, TmpFileSystem,
    VirtualFile, mem_fs,
};

use super::New;
use crate::filesystem::Filesystem;

pub(crate) struct Memory<F>(F);

pub(crate) type Plain = Memory<mem_fs::FileSystem>;
pub(crate) type Tmp = Memory<TmpFileSystem>;

impl<F: FileSystem + Default> New for Memory<F> {
    fn new() -> Result<Self> {
        Ok(Self(F::default()))
    }
}

/// Returns the output of a future that is ready.
fn ready<T, E: Into<anyhow::Error>>(future: impl Future<Output = Result<T, E>>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome.map_err(Into::into),
        Poll::Pending => Err(anyhow!("a file in memory lets wait")),
    }
}

impl<F: FileSystem> Filesystem for Memory<F> {
    type File = Box<dyn VirtualFile + Send + Sync>;

    fn create(&mut self, path: &str) -> Result<Self::File> {
        Ok(self.0.new_open_options().read(true).write(true).create_new(true).open(path)?)
    }

    fn open(&mut self, path: &str) -> Result<Self::File> {
        Ok(self.0.new_open_options().read(true).open(path)?)
    }

    fn write(&mut self, file: &mut Self::File, bytes: &[u8]) -> Result<()> {
        ready(file.write_all(bytes))
    }

    fn rewind(&mut self, file: &mut Self::File, _path: &str) -> Result<()> {
        ready(file.seek(SeekFrom::Start(0))).map(drop)
    }

    fn read(&mut self, file: &mut Self::File, bytes: &mut [u8]) -> Result<()> {
        ready(file.read_exact(bytes)).map(drop)
    }

    fn close(&mut self, file: Self::File) -> Result<()> {
        drop(file);
        Ok(())
    }

    fn unlink(&mut self, path: &str) -> Result<()> {
        Ok(self.0.remove_file(Path::new(path))?)
    }

    fn create_directory(&mut self, path: &str) -> Result<()> {
        Ok(self.0.create_dir(Path::new(path))?)
    }

    fn remove_directory(&mut self, path: &str) -> Result<()> {
        Ok(self.0.remove_dir(Path::new(path))?)
    }

    fn list(&mut self, path: &str) -> Result<usize> {
        let mut length = 0;
        for entry in self.0.read_dir(Path::new(path))? {
            let path = entry?.path;
            length += black_box(path.file_name()).map_or(0, |name| name.len());
        }
        Ok(length)
    }
}
