//! A space with one handle of its root, and short words for what tests do in it.

use tmpfs::{
    Cursor, DescriptorFlags, Follow, Handle, Limits, OpenFlags, Result, Settings, Space, Stat,
    Timestamp,
};

/// The books are checked when it goes.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) space: Space,
    pub(crate) root: Handle,
    seconds: i64,
}

pub(crate) const EXCLUSIVE: OpenFlags =
    OpenFlags { create: true, exclusive: true, directory: false, truncate: false };
pub(crate) const EXISTING: OpenFlags =
    OpenFlags { create: false, exclusive: false, directory: false, truncate: false };

/// The moment at which every fixture begins.
pub(crate) const BEGINNING: Timestamp = Timestamp { seconds: 1000, nanoseconds: 0 };

pub(crate) fn settings(limits: Limits) -> Settings {
    Settings { limits, ..Settings::seeded([3, 4], BEGINNING) }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        Self::of(Space::create(settings(limits)).expect("the limits allow a root"))
    }

    pub(crate) fn of(mut space: Space) -> Self {
        let root = space.root(DescriptorFlags::DIRECTORY).expect("the limits allow a handle");
        Self { space, root, seconds: BEGINNING.seconds }
    }

    /// The space with its handles.
    pub(crate) fn into_space(mut self) -> Space {
        let empty = Space::create(settings(Limits::default())).expect("the limits allow a root");
        std::mem::replace(&mut self.space, empty)
    }

    /// A moment, each time the next one.
    pub(crate) fn now(&mut self) -> Timestamp {
        self.seconds += 1;
        Timestamp { seconds: self.seconds, nanoseconds: 5 }
    }

    pub(crate) fn open_with(
        &mut self,
        path: &str,
        follow: Follow,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Handle> {
        let now = self.now();
        self.space.open_at(self.root, follow, path, open, flags, now)
    }

    /// A new file, open for reading and writing.
    pub(crate) fn file(&mut self, path: &str) -> Handle {
        self.open_with(path, Follow::No, EXCLUSIVE, DescriptorFlags::READ_WRITE)
            .unwrap_or_else(|error| panic!("a file {path}: {error}"))
    }

    /// A new file with content, closed.
    pub(crate) fn file_of(&mut self, path: &str, bytes: &[u8]) {
        let file = self.file(path);
        assert_eq!(self.write(file, 0, bytes), Ok(bytes.len()));
        self.close(file);
    }

    /// Opens an existing file for reading and writing.
    pub(crate) fn open(&mut self, path: &str) -> Result<Handle> {
        self.open_with(path, Follow::Yes, EXISTING, DescriptorFlags::READ_WRITE)
    }

    pub(crate) fn open_directory(&mut self, path: &str) -> Handle {
        self.open_with(path, Follow::Yes, EXISTING, DescriptorFlags::READ)
            .unwrap_or_else(|error| panic!("the directory {path}: {error}"))
    }

    pub(crate) fn close(&mut self, handle: Handle) {
        self.space.close(handle).expect("it is open");
    }

    pub(crate) fn write(&mut self, file: Handle, offset: u64, bytes: &[u8]) -> Result<usize> {
        let now = self.now();
        self.space.write_at(file, offset, bytes, now)
    }

    pub(crate) fn append(&mut self, file: Handle, bytes: &[u8]) -> Result<usize> {
        let now = self.now();
        self.space.append(file, bytes, now)
    }

    pub(crate) fn set_size(&mut self, file: Handle, size: u64) -> Result<()> {
        let now = self.now();
        self.space.set_size(file, size, now)
    }

    pub(crate) fn read(&self, file: Handle, offset: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0xff; length];
        let count = self.space.read_at(file, offset, &mut bytes).expect("it can be read");
        bytes.truncate(count);
        bytes
    }

    /// All of a file, through a handle of its own.
    pub(crate) fn content(&mut self, path: &str) -> Result<Vec<u8>> {
        let file = self.open_with(path, Follow::Yes, EXISTING, DescriptorFlags::READ)?;
        let size = usize::try_from(self.space.stat(file)?.size).expect("it is small");
        let bytes = self.read(file, 0, size);
        self.close(file);
        Ok(bytes)
    }

    pub(crate) fn directory(&mut self, path: &str) -> Result<()> {
        let now = self.now();
        self.space.create_directory_at(self.root, path, now)
    }

    pub(crate) fn symlink(&mut self, target: &str, path: &str) -> Result<()> {
        let now = self.now();
        self.space.symlink_at(target, self.root, path, now)
    }

    /// A second name; a symbolic link itself gets it.
    pub(crate) fn link(&mut self, old: &str, new: &str) -> Result<()> {
        let now = self.now();
        self.space.link_at(self.root, Follow::No, old, self.root, new, now)
    }

    pub(crate) fn rename(&mut self, old: &str, new: &str) -> Result<()> {
        let now = self.now();
        self.space.rename_at(self.root, old, self.root, new, now)
    }

    pub(crate) fn unlink(&mut self, path: &str) -> Result<()> {
        let now = self.now();
        self.space.unlink_file_at(self.root, path, now)
    }

    pub(crate) fn remove_directory(&mut self, path: &str) -> Result<()> {
        let now = self.now();
        self.space.remove_directory_at(self.root, path, now)
    }

    /// Returns the attributes. A symbolic link is not followed.
    pub(crate) fn stat(&self, path: &str) -> Result<Stat> {
        self.space.stat_at(self.root, Follow::No, path)
    }

    pub(crate) fn names(&self, directory: Handle) -> Vec<String> {
        let mut cursor = Cursor::default();
        let mut names = Vec::new();
        while let Some(entry) = self.space.list(directory, &mut cursor).expect("a directory") {
            names.push(entry.name.to_owned());
        }
        names.sort();
        names
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.space.audit().unwrap_or_else(|drift| panic!("{drift}"));
        }
    }
}
