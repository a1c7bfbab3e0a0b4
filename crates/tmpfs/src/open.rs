//! Opening files and directories.

use crate::error::{Error, Result};
use crate::handle::{DescriptorFlags, Handle};
use crate::id::Id;
use crate::lookup::{Follow, Last};
use crate::name::NewName;
use crate::node::{Body, File, Node};
use crate::pages::PageStore;
use crate::space::Space;
use crate::stat::{Kind, Timestamp};

/// Options of opening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OpenFlags {
    /// Makes a file if nothing has the name.
    pub create: bool,
    /// Fails unless the path names a directory.
    pub directory: bool,
    /// With `create`, fails if anything has the name, even a dangling symbolic link.
    pub exclusive: bool,
    /// Truncates the file to no bytes.
    pub truncate: bool,
}

impl<S: PageStore> Space<S> {
    /// Opens the file or directory that `path` names, starting from `directory`, or makes a file
    /// there.
    ///
    /// A directory inherits `mutate_directory` from `directory`, as in wasmtime; a file never has
    /// it. Also as in wasmtime, `create` and `truncate` open the file for writing.
    ///
    /// # Errors
    /// Every function that takes a path returns these:
    ///
    /// - `BadDescriptor`; `NotDirectory` if the handle is not one of a directory;
    /// - `NoEntry`, also for an empty path;
    /// - `NotDirectory` if a component before the last is no directory;
    /// - `NotPermitted` for an absolute path, and for a path that leaves `directory`;
    /// - `Loop` after 40 symbolic links;
    /// - `NameTooLong`;
    /// - `Invalid` for a NUL in the path.
    ///
    /// Opening also returns these, as Linux does:
    ///
    /// - `Exist`;
    /// - `IsDirectory` for writing, truncating or creating a directory, and for creating a path
    ///   with a slash at the end;
    /// - `Loop` for a symbolic link that is not followed, also with `directory`;
    /// - `Invalid` for `directory` together with another flag;
    /// - `ReadOnly` if `directory` permits no changes and the flags ask for them;
    /// - `InsufficientSpace`, `InsufficientMemory`, `Quota`.
    ///
    /// # Security
    /// A path never leaves `directory`, whatever symbolic links the guest made. `create` with
    /// `exclusive` follows no symbolic link at the end of the path.
    pub fn open_at(
        &mut self,
        directory: Handle,
        follow: Follow,
        path: &str,
        open: OpenFlags,
        flags: DescriptorFlags,
        now: Timestamp,
    ) -> Result<Handle> {
        let base = self.opened_directory(directory)?;
        let mutable = base.mutable;
        let base = base.node;
        if open.directory && (open.create || open.exclusive || open.truncate) {
            return Err(Error::Invalid);
        }
        let write = flags.write || open.create || open.truncate;
        let flags = DescriptorFlags { write, ..flags };
        if (flags.write || flags.mutate_directory) && !mutable {
            return Err(Error::ReadOnly);
        }
        let wanted = match open {
            OpenFlags { create: true, exclusive: true, .. } => Last::Create(Follow::No),
            OpenFlags { create: true, .. } => Last::Create(follow),
            _ => Last::Node(follow),
        };
        let end = self.resolve(base, path, wanted)?;
        let Some(node) = end.node else {
            if !open.create {
                return Err(Error::NoEntry);
            }
            let name = self.name(&end, path)?;
            let name = NewName { text: &name, tag: end.tag };
            let make = |space: &mut Self| space.create_file(end.directory, name, now);
            return self.open(flags, mutable, make);
        };
        self.check_open(node, open, flags)?;
        self.open(flags, mutable, |space| {
            space.stock.own_node(node)?;
            if open.truncate {
                space.cut(node, 0, now)?;
            }
            Ok(node)
        })
    }

    /// Refuses flags that an existing node does not allow.
    fn check_open(&self, node: Id<Node>, open: OpenFlags, flags: DescriptorFlags) -> Result<()> {
        if open.create && open.exclusive {
            return Err(Error::Exist);
        }
        match self.stock.node(node).kind() {
            Kind::Directory if flags.write => Err(Error::IsDirectory),
            Kind::Directory => Ok(()),
            Kind::SymbolicLink => Err(Error::Loop),
            Kind::RegularFile if open.directory => Err(Error::NotDirectory),
            Kind::RegularFile => Ok(()),
        }
    }

    fn create_file(
        &mut self,
        directory: Id<Node>,
        name: NewName<'_>,
        now: Timestamp,
    ) -> Result<Id<Node>> {
        let node = self.new_node(Body::File(File::EMPTY, None), now);
        self.stock.make(directory, name, |stock| stock.insert(node), now)
    }
}
