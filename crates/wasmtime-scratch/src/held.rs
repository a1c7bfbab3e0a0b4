//! A handle of the engine, and the engine's calls that use it.

use tmpfs::{DescriptorFlags, Error, Follow, Handle, OpenFlags, Result, Timestamp};

use crate::space::Space;

/// An open file or directory of a space. It is closed when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    space: Space,
    handle: Handle,
}

impl Drop for Held {
    fn drop(&mut self) {
        // The handle is already closed if the space went back to a template.
        let _ = self.space.engine().close(self.handle);
    }
}

impl Held {
    /// Opens the root.
    pub(crate) fn root(space: &Space, flags: DescriptorFlags) -> Result<Self> {
        let handle = space.engine().root(flags)?;
        Ok(Self { space: space.clone(), handle })
    }

    /// Opens the file or directory that a path names.
    pub(crate) fn open(
        &self,
        follow: Follow,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Self> {
        let opened =
            self.change(|engine, held, now| engine.open_at(held, follow, path, open, flags, now))?;
        Ok(self.of(opened))
    }

    /// Opens a directory with permission to change everything below it.
    pub(crate) fn open_directory(&self, follow: Follow, path: &str) -> Result<Self> {
        let open = OpenFlags { directory: true, ..OpenFlags::default() };
        self.open(follow, path, open, DescriptorFlags::DIRECTORY)
    }

    /// Opens a directory by its name in this one. A symbolic link is refused.
    pub(crate) fn directory(&self, name: &str) -> Result<Self> {
        self.open_directory(Follow::No, name)
    }

    /// Opens the same file or directory again.
    pub(crate) fn again(&self) -> Result<Self> {
        let opened = self.space.engine().duplicate(self.handle)?;
        Ok(self.of(opened))
    }

    /// Opens the same file again for a stream. `permits` decides by the flags whether the stream
    /// may be made.
    pub(crate) fn for_stream(&self, permits: impl FnOnce(DescriptorFlags) -> bool) -> Result<Self> {
        let opened = self.space.engine().duplicate_file(self.handle, permits)?;
        Ok(self.of(opened))
    }

    /// Wraps another handle of the same space.
    fn of(&self, handle: Handle) -> Self {
        Self { space: self.space.clone(), handle }
    }

    /// Returns the handle, for a call that takes two handles of one space.
    pub(crate) fn handle(&self) -> Handle {
        self.handle
    }

    /// Returns whether both are of the same space.
    pub(crate) fn shares_a_space_with(&self, other: &Self) -> bool {
        self.space.is(&other.space)
    }

    /// Runs `work` with the engine while the lock is held.
    pub(crate) fn ask<R>(
        &self,
        work: impl FnOnce(&tmpfs::Space, Handle) -> Result<R>,
    ) -> Result<R> {
        work(&self.space.engine(), self.handle)
    }

    /// Runs `work`, which may change the space, while the lock is held.
    pub(crate) fn change<R>(
        &self,
        work: impl FnOnce(&mut tmpfs::Space, Handle, Timestamp) -> Result<R>,
    ) -> Result<R> {
        self.space.change(|engine, now| work(engine, self.handle, now))
    }
}

/// Returns the path relative to the root, for an absolute or relative path.
pub(crate) fn below_root(path: &str) -> &str {
    match path.trim_start_matches('/') {
        // The engine refuses an empty path with `NoEntry`.
        "" if path.is_empty() => "",
        "" => ".",
        path => path,
    }
}

/// Makes a directory and its missing parents. A directory that exists is left unchanged.
pub(crate) fn create_all(
    engine: &mut tmpfs::Space,
    root: Handle,
    path: &str,
    now: Timestamp,
) -> Result<()> {
    let mut missing = Vec::new();
    let mut end = path.len();
    loop {
        match engine.create_directory_at(root, &path[..end], now) {
            Ok(()) | Err(Error::Exist) => break,
            Err(Error::NoEntry) => {}
            Err(error) => return Err(error),
        }
        missing.push(end);
        end = path[..end].rfind('/').ok_or(Error::NoEntry)?;
    }
    for end in missing.into_iter().rev() {
        match engine.create_directory_at(root, &path[..end], now) {
            Ok(()) | Err(Error::Exist) => {}
            Err(error) => return Err(error),
        }
    }
    match engine.stat_at(root, Follow::Yes, path)?.kind {
        tmpfs::Kind::Directory => Ok(()),
        tmpfs::Kind::RegularFile | tmpfs::Kind::SymbolicLink => Err(Error::NotDirectory),
    }
}
