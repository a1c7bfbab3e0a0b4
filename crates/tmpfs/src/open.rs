//! Opening, with every flag.

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
    /// Make a file where there is none.
    pub create: bool,
    /// Fail unless it is a directory.
    pub directory: bool,
    /// With `create`, fail where there is anything, be it a dangling link.
    pub exclusive: bool,
    /// Cut a file to nothing.
    pub truncate: bool,
}

impl<S: PageStore> Space<S> {
    /// Opens what `path` names, seen from `directory`, or makes a file there.
    ///
    /// A directory inherits `mutate_directory`, as on wasmtime; a file never has it. Also as there,
    /// `create` and `truncate` open for writing.
    ///
    /// # Errors
    /// Those of every path: `BadDescriptor`, and `NotDirectory` where the handle is not of a
    /// directory; `NoEntry`, also for an empty path; `NotDirectory` within; `NotPermitted` for an
    /// absolute path and one that leaves `directory`; `Loop` after 40 symbolic links;
    /// `NameTooLong`; `Invalid` for a NUL.
    ///
    /// Those of opening, as Linux has them: `Exist`; `IsDirectory` for writing, truncating or
    /// creating a directory, and for creating with a slash at the end; `Loop` for a symbolic link
    /// that is not followed, also with `directory`; `Invalid` for `directory` with another flag;
    /// `ReadOnly` where `directory` permits no changes and the flags ask for them;
    /// `InsufficientSpace`, `InsufficientMemory`, `Quota`.
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

    /// Refuses to open a node with flags that it does not allow.
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
