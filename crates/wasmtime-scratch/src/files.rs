//! Reading, writing and listing files of a space by path, for the host.

use tmpfs::{
    Cursor, DescriptorFlags, Error, Follow, Handle, Kind, OpenFlags, Result, Stat, Timestamp,
};

use crate::held::{below_root, create_all};
use crate::space::Space;

/// An entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name in its directory.
    pub name: String,
    /// The kind of the entry. A symbolic link is not followed.
    pub kind: Kind,
    /// Bytes of a file, holes included, or of the target of a symbolic link; 0 for a directory.
    pub size: u64,
}

/// Files by path, for the host.
///
/// A path starts at the root of the space, with or without a leading slash. It never leaves the
/// space, as for a guest: `..` above the root is `NotPermitted`, and so is a symbolic link that
/// leads there.
///
/// Each function locks the space while it runs. A guest waits for the lock, and never sees half of
/// a change. A function takes at most two handles of the space for that time.
impl Space {
    /// Writes a file, as [`std::fs::write`] does: an existing file is replaced, and a missing one
    /// is made.
    ///
    /// Its directory must exist; [`Space::create_dir_all`] makes it.
    ///
    /// # Errors
    /// - `InsufficientSpace`, `Quota` and `FileTooLarge` at a limit. A new file does not exist
    ///   then; an existing file is empty, also one that a symbolic link leads to;
    /// - `NoEntry` if the directory is missing;
    /// - `IsDirectory`;
    /// - `NotPermitted`, `NotDirectory`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// - `InsufficientMemory` if no handle is left.
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("/greeting.txt", "hello")?;
    /// assert_eq!(space.read("greeting.txt")?, b"hello");
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) -> Result<()> {
        let bytes = bytes.as_ref();
        self.at(path, |engine, root, path, now| {
            let is_new = engine.stat_at(root, Follow::No, path) == Err(Error::NoEntry);
            let open = OpenFlags { create: true, truncate: true, ..OpenFlags::default() };
            let flags = DescriptorFlags::WRITE;
            let file = engine.open_at(root, Follow::Yes, path, open, flags, now)?;
            let written = write_all(engine, file, bytes, now);
            if written.is_err() {
                // Truncating a file to no bytes needs no room.
                engine.set_size(file, 0, now).expect("BUG: it is open for writing");
            }
            engine.close(file)?;
            if written.is_err() && is_new {
                engine.unlink_file_at(root, path, now)?;
            }
            written
        })
    }

    /// Reads a file. No guest writes to it meanwhile: a guest that tries waits until the file is
    /// copied. The file is at most as large as [`Limits::content`].
    ///
    /// # Errors
    /// - `FileTooLarge` for a file that is larger than [`Limits::content`] because of its holes;
    ///   `copy_out` and [`Space::pack`] preserve holes;
    /// - `NoEntry`; `IsDirectory`;
    /// - `NotPermitted`, `NotDirectory`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// - `InsufficientMemory` if no handle is left.
    ///
    /// [`Limits::content`]: crate::Limits::content
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("answer", "42")?;
    /// assert_eq!(space.read("answer")?, b"42");
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        self.at(path, |engine, root, path, now| {
            let (open, flags) = (OpenFlags::default(), DescriptorFlags::READ);
            let file = engine.open_at(root, Follow::Yes, path, open, flags, now)?;
            let bytes = read_all(engine, file);
            engine.close(file)?;
            bytes
        })
    }

    /// Returns the entries of a directory, sorted by name. The list takes memory for every name in
    /// the directory, which the limits of the space bound.
    ///
    /// # Errors
    /// - `NotDirectory`; `NoEntry`;
    /// - `NotPermitted`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// - `InsufficientMemory` if no handle is left.
    ///
    /// # Example
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

    /// Returns the kind, size, links and times of a file or directory. A symbolic link is followed.
    ///
    /// # Errors
    /// - `NoEntry`;
    /// - `NotPermitted`, `NotDirectory`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// - `InsufficientMemory` if no handle is left.
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("file", "12345")?;
    /// assert_eq!(space.metadata("file")?.size, 5);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn metadata(&self, path: &str) -> Result<Stat> {
        self.at(path, |engine, root, path, _| engine.stat_at(root, Follow::Yes, path))
    }

    /// Returns whether a path names a file or directory. A symbolic link is followed.
    ///
    /// # Errors
    /// Those of [`Space::metadata`], except `NoEntry`.
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// assert!(!space.exists("file")?);
    /// space.write("file", "")?;
    /// assert!(space.exists("file")?);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn exists(&self, path: &str) -> Result<bool> {
        match self.metadata(path) {
            Ok(_) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes a directory and its missing parents. A directory that exists is left unchanged.
    ///
    /// # Errors
    /// - `NotDirectory` if something else has the name;
    /// - `InsufficientSpace` and `Quota` at a limit. Directories that were made before that stay;
    /// - `NotPermitted`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// - `InsufficientMemory` if no handle is left.
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/a/b/c")?;
    /// space.create_dir_all("/a/b/c")?;
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn create_dir_all(&self, path: &str) -> Result<()> {
        self.at(path, create_all)
    }

    /// Removes a file, or a symbolic link itself.
    ///
    /// # Errors
    /// - `NoEntry`; `IsDirectory`;
    /// - `NotPermitted`, `NotDirectory`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// - `InsufficientMemory` if no handle is left.
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("file", "")?;
    /// space.remove_file("file")?;
    /// assert!(!space.exists("file")?);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn remove_file(&self, path: &str) -> Result<()> {
        self.at(path, |engine, root, path, now| engine.unlink_file_at(root, path, now))
    }

    /// Removes a directory and everything below it.
    ///
    /// Of the root, it removes only what is below. Symbolic links are not followed. It takes two
    /// handles, however deep the tree is, and time that is linear in the number of files. Files
    /// that a guest has open exist until they are closed.
    ///
    /// # Errors
    /// - `NotDirectory`, also for a symbolic link to a directory; `NoEntry`;
    /// - `NotEmpty` for a path that ends in `..`;
    /// - `NotPermitted`, `Loop`, `NameTooLong`, `Invalid` for paths;
    /// - `InsufficientMemory` if no handle is left;
    /// - `InsufficientSpace` in a space that is based on a template, if there is no memory to copy
    ///   a directory that changes. A part has been removed then.
    ///
    /// # Example
    /// ```
    /// # let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/a/b/c")?;
    /// space.remove_dir_all("/a")?;
    /// assert_eq!(space.list("/")?, []);
    /// # Ok::<(), wasmtime_scratch::Error>(())
    /// ```
    pub fn remove_dir_all(&self, path: &str) -> Result<()> {
        self.at(path, |engine, root, path, now| {
            // A symbolic link with a slash at the end would be followed.
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

    /// Calls the engine with a handle of the root and a path below it, while the lock is held.
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
