//! Files of a space, for the host: reading, writing and listing by path.

use tmpfs::{
    Cursor, DescriptorFlags, Error, Follow, Handle, Kind, OpenFlags, Result, Stat, Timestamp,
};

use crate::held::{below_root, create_all};
use crate::space::Space;

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name of the entry in its directory.
    pub name: String,
    /// Kind of the entry. A symbolic link is not followed.
    pub kind: Kind,
    /// Bytes of a file, holes included, or of the target of a symbolic link; 0 for a directory.
    pub size: u64,
}

/// Files for the host.
///
/// A path starts at the root of the space, with or without a slash before it. It never leads out,
/// as for a guest: `..` beyond the root is `NotPermitted`, and so is a symbolic link that leads
/// there.
///
/// Each function locks the space while it works: a guest waits, and never sees half of a change. It
/// takes at most two handles of the space for that time, and [`Space::remove_dir_all`] three.
impl Space {
    /// Writes a file, as [`std::fs::write`] does: one that is there is replaced, one that is not is
    /// made. The directories above it must be there; [`Space::create_dir_all`] makes them.
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("/greeting.txt", "hello")?;
    /// assert_eq!(space.read("greeting.txt")?, b"hello");
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `InsufficientSpace`, `Quota` and `FileTooLarge` at a limit: a file that was not there before
    /// is not there then, and one that was is empty, as is one that a symbolic link leads to.
    /// `NoEntry` where a directory is missing;
    /// `IsDirectory`; `NotPermitted`, `NotDirectory`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// `InsufficientMemory` where no handle is left.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> Result<()> {
        let bytes = bytes.as_ref();
        self.at(path, |engine, root, path, now| {
            let is_new = engine.stat_at(root, Follow::No, path) == Err(Error::NoEntry);
            let open = OpenFlags { create: true, truncate: true, ..OpenFlags::default() };
            let flags = DescriptorFlags::WRITE;
            let file = engine.open_at(root, Follow::Yes, path, open, flags, now)?;
            let written = write_all(engine, file, bytes, now);
            if written.is_err() {
                // Cutting a file to nothing needs no room.
                engine.set_size(file, 0, now).expect("BUG: it is open for writing");
            }
            engine.close(file)?;
            if written.is_err() && is_new {
                engine.unlink_file_at(root, path, now)?;
            }
            written
        })
    }

    /// Reads a file. Nothing is written to it meanwhile: a guest that writes waits for as long as
    /// it takes to copy the file, which is at most as large as [`Limits::content`] allows.
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("answer", "42")?;
    /// assert_eq!(space.read("answer")?, b"42");
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `FileTooLarge` for a file that is larger than [`Limits::content`], by its holes;
    /// `copy_out` and [`Space::pack`] keep holes. `NoEntry`; `IsDirectory`; `NotPermitted`,
    /// `NotDirectory`, `Loop`, `NameTooLong`, `Invalid` for paths; `InsufficientMemory`.
    ///
    /// [`Limits::content`]: crate::Limits::content
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        self.at(path, |engine, root, path, now| {
            let (open, flags) = (OpenFlags::default(), DescriptorFlags::READ);
            let file = engine.open_at(root, Follow::Yes, path, open, flags, now)?;
            let bytes = read_all(engine, file);
            engine.close(file)?;
            bytes
        })
    }

    /// Lists a directory, sorted by name. It holds as many names as the directory does, which the
    /// limits of the space bound.
    ///
    /// ```
    /// use wasmtime_scratch::Kind;
    ///
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/in/deep")?;
    /// space.write("/in/file", "12345")?;
    /// let entries = space.list("/in")?;
    /// assert_eq!((entries[0].name.as_str(), entries[0].kind), ("deep", Kind::Directory));
    /// assert_eq!((entries[1].name.as_str(), entries[1].size), ("file", 5));
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `NotDirectory`; `NoEntry`; `NotPermitted`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// `InsufficientMemory`.
    pub fn list(&self, path: &str) -> Result<Vec<Entry>> {
        self.at(path, |engine, root, path, now| {
            let open = OpenFlags { directory: true, ..OpenFlags::default() };
            let flags = DescriptorFlags::READ;
            let directory = engine.open_at(root, Follow::Yes, path, open, flags, now)?;
            let entries = entries(engine, directory);
            engine.close(directory)?;
            entries
        })
    }

    /// Returns kind, size, links and times of what a path names. A symbolic link is followed.
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("file", "12345")?;
    /// assert_eq!(space.metadata("file")?.size, 5);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `NoEntry`; `NotPermitted`, `NotDirectory`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// `InsufficientMemory`.
    pub fn metadata(&self, path: &str) -> Result<Stat> {
        self.at(path, |engine, root, path, _| engine.stat_at(root, Follow::Yes, path))
    }

    /// Returns whether a path names something. A symbolic link is followed.
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// assert!(!space.exists("file")?);
    /// space.write("file", "")?;
    /// assert!(space.exists("file")?);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Space::metadata`], but for `NoEntry`.
    pub fn exists(&self, path: &str) -> Result<bool> {
        match self.metadata(path) {
            Ok(_) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a directory, and those above it. What is a directory already stays as it is.
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/a/b/c")?;
    /// space.create_dir_all("/a/b/c")?;
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `NotDirectory` where something else has the name; `InsufficientSpace`, `Quota` at a limit:
    /// the directories that were made by then stay; `NotPermitted`, `Loop`, `NameTooLong`,
    /// `Invalid` for paths; `InsufficientMemory`.
    pub fn create_dir_all(&self, path: &str) -> Result<()> {
        self.at(path, create_all)
    }

    /// Removes a file, or a symbolic link itself.
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("file", "")?;
    /// space.remove_file("file")?;
    /// assert!(!space.exists("file")?);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `NoEntry`; `IsDirectory`; `NotPermitted`, `NotDirectory`, `Loop`, `NameTooLong`, `Invalid`
    /// for paths; `InsufficientMemory`.
    pub fn remove_file(&self, path: &str) -> Result<()> {
        self.at(path, |engine, root, path, now| engine.unlink_file_at(root, path, now))
    }

    /// Removes a directory with all that is below it; of the root only what is below it. A symbolic
    /// link is never followed. It takes three handles, however deep the tree is, and time by how
    /// many files there are. What a guest has open stays until it is closed.
    ///
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/a/b/c")?;
    /// space.remove_dir_all("/a")?;
    /// assert_eq!(space.list("/")?, []);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    ///
    /// # Errors
    /// `NotDirectory`, also for a symbolic link to a directory; `NoEntry`; `NotEmpty` for a path
    /// that ends in `..`; `NotPermitted`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// `InsufficientMemory`; `InsufficientSpace` in a space that stands on a template, where there
    /// is no memory for a copy of a directory that changes: a part is removed then.
    pub fn remove_dir_all(&self, path: &str) -> Result<()> {
        self.at(path, |engine, root, path, now| {
            // With a slash at the end a symbolic link would be followed.
            let path = if path.ends_with('/') { path.trim_end_matches('/') } else { path };
            let is_root = path.split('/').all(|part| part.is_empty() || part == ".");
            match path.rsplit('/').next() {
                Some("..") => return Err(Error::NotEmpty),
                Some(".") if !is_root => return Err(Error::Invalid),
                _ => {}
            }
            let open = OpenFlags { directory: true, ..OpenFlags::default() };
            let flags = DescriptorFlags::DIRECTORY;
            let top = engine.open_at(root, Follow::No, path, open, flags, now)?;
            let emptied = engine.clear_directory(top, now);
            engine.close(top)?;
            emptied?;
            if is_root { Ok(()) } else { engine.remove_directory_at(root, path, now) }
        })
    }

    /// Calls the engine with a handle of the root and a path below it. The lock is held.
    fn at<R>(
        &self,
        path: &str,
        work: impl FnOnce(&mut tmpfs::Space, Handle, &str, Timestamp) -> Result<R>,
    ) -> Result<R> {
        self.change(|engine, now| {
            let root = engine.root(DescriptorFlags::DIRECTORY)?;
            let outcome = work(engine, root, below_root(path), now);
            engine.close(root)?;
            outcome
        })
    }
}

fn write_all(engine: &mut tmpfs::Space, file: Handle, bytes: &[u8], now: Timestamp) -> Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let written = engine.append(file, rest, now)?;
        rest = &rest[written..];
    }
    Ok(())
}

fn read_all(engine: &tmpfs::Space, file: Handle) -> Result<Vec<u8>> {
    let Stat { kind, size, .. } = engine.stat(file)?;
    if kind == Kind::Directory {
        return Err(Error::IsDirectory);
    }
    if size > engine.limits().content {
        return Err(Error::FileTooLarge);
    }
    let size = usize::try_from(size).map_err(|_| Error::InsufficientMemory)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size).map_err(|_| Error::InsufficientMemory)?;
    bytes.resize(size, 0);
    let read = engine.read_at(file, 0, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

fn entries(engine: &tmpfs::Space, directory: Handle) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut cursor = Cursor::default();
    while let Some(entry) = engine.list(directory, &mut cursor)? {
        let size = engine.stat_at(directory, Follow::No, entry.name)?.size;
        entries.push(Entry { name: entry.name.to_owned(), kind: entry.kind, size });
    }
    entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}
