//! A handle of the engine that the host holds, and calls of the engine with it.

use tmpfs::{DescriptorFlags, Error, Follow, Handle, OpenFlags, Result, Timestamp};

use crate::space::Space;

/// An open file or directory of a space; closed when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    space: Space,
    handle: Handle,
}

impl Drop for Held {
    fn drop(&mut self) {
        // A space that went back to a template has closed it already.
        let _ = self.space.engine().close(self.handle);
    }
}

impl Held {
    /// Opens the root, below which everything may be changed.
    pub(crate) fn root(space: &Space) -> Result<Self> {
        let handle = space.engine().root(DescriptorFlags::DIRECTORY)?;
        Ok(Self { space: space.clone(), handle })
    }

    /// Opens what a path names.
    pub(crate) fn open(
        &self,
        follow: Follow,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
    ) -> Result<Self> {
        let handle =
            self.change(|engine, held, now| engine.open_at(held, follow, path, open, flags, now))?;
        Ok(Self { space: self.space.clone(), handle })
    }

    /// Opens the directory of that name in this one, which is not a link to one.
    pub(crate) fn directory(&self, name: &str) -> Result<Self> {
        let open = OpenFlags { directory: true, ..OpenFlags::default() };
        self.open(Follow::No, name, open, DescriptorFlags::DIRECTORY)
    }

    /// Asks the engine something, with the lock held.
    pub(crate) fn ask<R>(
        &self,
        question: impl FnOnce(&tmpfs::Space, Handle) -> Result<R>,
    ) -> Result<R> {
        question(&self.space.engine(), self.handle)
    }

    /// Changes something, with the lock held.
    pub(crate) fn change<R>(
        &self,
        work: impl FnOnce(&mut tmpfs::Space, Handle, Timestamp) -> Result<R>,
    ) -> Result<R> {
        self.space.change(|engine, now| work(engine, self.handle, now))
    }

    /// Gives a file of this directory one more name, in another directory of the space.
    pub(crate) fn link(&self, name: &str, new: &Self, new_name: &str) -> Result<()> {
        let (old, follow) = (self.handle, Follow::No);
        new.change(|engine, new, now| engine.link_at(old, follow, name, new, new_name, now))
    }

    /// Returns a second handle of the same.
    pub(crate) fn again(&self) -> Result<Self> {
        let handle = self.space.engine().duplicate(self.handle)?;
        Ok(Self { space: self.space.clone(), handle })
    }
}

/// Makes of a path below the root, absolute or relative, one that the engine takes from there.
pub(crate) fn below_root(path: &str) -> &str {
    match path.trim_start_matches('/') {
        // `NoEntry`, as everywhere, is what an empty path gives.
        "" if path.is_empty() => "",
        "" => ".",
        path => path,
    }
}

/// Makes a directory, and those above it; what is a directory already stays.
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
