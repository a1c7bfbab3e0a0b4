//! Our engine: as a library, and with a clock, which the other peers read themselves.

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Result, ensure};
use tmpfs::{
    Cursor, DescriptorFlags, Follow, Handle, Limits, OpenFlags, Settings, Space, Timestamp,
};

use super::New;
use crate::filesystem::Filesystem;

/// A space that gets the time from `clock`.
pub(crate) struct Engine<C> {
    space: Space,
    root: Handle,
    clock: C,
}

pub(crate) trait Clock: Default {
    fn now(&self) -> Timestamp;
}

/// A clock that always returns the time at which the space was made.
pub(crate) struct Moment(Timestamp);

impl Default for Moment {
    fn default() -> Self {
        Self(now())
    }
}

impl Clock for Moment {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// The system's clock, read for each change.
#[derive(Default)]
pub(crate) struct System;

impl Clock for System {
    fn now(&self) -> Timestamp {
        now()
    }
}

pub(crate) type Told = Engine<Moment>;
pub(crate) type Clocked = Engine<System>;

/// Returns the time of the system's clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp { seconds, nanoseconds: since.subsec_nanos() }
}

const NEW: OpenFlags =
    OpenFlags { create: true, exclusive: true, directory: false, truncate: false };
const OLD: OpenFlags =
    OpenFlags { create: false, exclusive: false, directory: false, truncate: false };

impl<C: Clock> New for Engine<C> {
    fn new() -> Result<Self> {
        let (content, metadata, nodes) = (1 << 40, 1 << 40, 1 << 40);
        let limits = Limits { content, metadata, nodes, ..Limits::default() };
        let clock = C::default();
        let settings = Settings { limits, ..Settings::seeded([0x5eed, 0xca11], clock.now()) };
        let mut space = Space::create(settings)?;
        let root = space.root(DescriptorFlags::DIRECTORY)?;
        Ok(Self { space, root, clock })
    }
}

/// Paths of the engine start at a directory.
fn relative(path: &str) -> &str {
    match &path[1..] {
        "" => ".",
        path => path,
    }
}

impl<C: Clock> Filesystem for Engine<C> {
    /// A handle and a position.
    type File = (Handle, u64);

    fn create(&mut self, path: &str) -> Result<Self::File> {
        let (path, flags) = (relative(path), DescriptorFlags::READ_WRITE);
        let now = self.clock.now();
        Ok((self.space.open_at(self.root, Follow::No, path, NEW, flags, now)?, 0))
    }

    fn open(&mut self, path: &str) -> Result<Self::File> {
        let (path, flags) = (relative(path), DescriptorFlags::READ);
        let now = self.clock.now();
        Ok((self.space.open_at(self.root, Follow::Yes, path, OLD, flags, now)?, 0))
    }

    fn write(&mut self, (file, position): &mut Self::File, bytes: &[u8]) -> Result<()> {
        let count = self.space.write_at(*file, *position, bytes, self.clock.now())?;
        ensure!(count == bytes.len(), "a short write");
        *position += count as u64;
        Ok(())
    }

    fn rewind(&mut self, (_, position): &mut Self::File, _path: &str) -> Result<()> {
        *position = 0;
        Ok(())
    }

    fn read(&mut self, (file, position): &mut Self::File, bytes: &mut [u8]) -> Result<()> {
        let count = self.space.read_at(*file, *position, bytes)?;
        ensure!(count == bytes.len(), "a short read");
        *position += count as u64;
        Ok(())
    }

    fn close(&mut self, (file, _): Self::File) -> Result<()> {
        Ok(self.space.close(file)?)
    }

    fn unlink(&mut self, path: &str) -> Result<()> {
        Ok(self.space.unlink_file_at(self.root, relative(path), self.clock.now())?)
    }

    fn create_directory(&mut self, path: &str) -> Result<()> {
        Ok(self.space.create_directory_at(self.root, relative(path), self.clock.now())?)
    }

    fn remove_directory(&mut self, path: &str) -> Result<()> {
        Ok(self.space.remove_directory_at(self.root, relative(path), self.clock.now())?)
    }

    fn list(&mut self, path: &str) -> Result<usize> {
        let (path, flags) = (relative(path), DescriptorFlags::READ);
        let now = self.clock.now();
        let directory = self.space.open_at(self.root, Follow::No, path, OLD, flags, now)?;
        let (mut cursor, mut length) = (Cursor::default(), 0);
        while let Some(entry) = self.space.list(directory, &mut cursor)? {
            length += black_box(entry.name).len();
        }
        self.space.close(directory)?;
        Ok(length)
    }
}
