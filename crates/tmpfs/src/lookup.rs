//! Path resolution, as POSIX describes it. A path never leaves the directory where it starts.

use alloc::borrow::Cow;

use crate::error::{Error, Result};
use crate::id::Id;
use crate::name::Tag;
use crate::node::{Entry, Node};
use crate::pages::PageStore;
use crate::path::{self, Component};
use crate::refusal::Limit;
use crate::space::Space;
use crate::stat::Kind;
use crate::text;
use crate::walk::{LINKS, Part, Walk};

/// The treatment of a symbolic link at the end of a path. Links before the end are always followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Follow {
    /// The link is followed.
    Yes,
    /// The path names the link itself.
    No,
}

/// The part of a path's last component that an operation needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    /// The node. A symbolic link with a slash after it is always followed.
    Node(Follow),
    /// The node, or the place for a new one. A name with a slash after it is refused before it is
    /// looked up, as on Linux.
    Create(Follow),
    /// The name in its directory, which [`Space::look_at`] looks up. No link is followed.
    Name,
    /// The name, as for `Name`. A path with a slash at the end names a directory, also behind a
    /// symbolic link, and its last component is then `.`. wasmtime does so before it links or
    /// removes a file (open_parent).
    NameOrDirectory,
}

/// The end of a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// The directory in which the last component is looked up. For `.` and `..` it is the directory
    /// that they name.
    pub(crate) directory: Id<Node>,
    pub(crate) last: Component,
    part: Part,
    /// The tag of the last component, if that is a name.
    pub(crate) tag: Tag,
    pub(crate) entry: Option<Id<Entry>>,
    pub(crate) node: Option<Id<Node>>,
}

impl End {
    /// Returns whether a slash follows the last component, so that it must be a directory.
    pub(crate) fn slash(&self) -> bool {
        self.part.slash
    }
}

impl<S: PageStore> Space<S> {
    /// Follows `path` from `base`, which is a directory.
    pub(crate) fn resolve(&self, base: Id<Node>, path: &str, wanted: Last) -> Result<End> {
        path::check(path, &self.stock.quota)?;
        let mut walk = Walk::new();
        let mut directory = base;
        let mut links = 0;
        loop {
            let (part, name) = walk.next(|link| self.text(link, path));
            let Part { is_last, slash, .. } = part;
            let last = Component::of(name);
            let found = End { directory, last, part, tag: Tag::default(), entry: None, node: None };
            match last {
                Component::Name => {}
                Component::Dot | Component::DotDot => {
                    if last == Component::DotDot {
                        directory = self.parent(base, directory)?;
                    }
                    if is_last {
                        return Ok(End { directory, node: Some(directory), ..found });
                    }
                    continue;
                }
            }
            if is_last && slash && matches!(wanted, Last::Create(_)) {
                return Err(Error::IsDirectory);
            }
            let opened = slash && wanted == Last::NameOrDirectory;
            if is_last && !opened && matches!(wanted, Last::Name | Last::NameOrDirectory) {
                return Ok(found);
            }
            let found = self.look(found, name)?;
            let Some(node) = found.node else {
                return if is_last && !opened { Ok(found) } else { Err(Error::NoEntry) };
            };
            match self.stock.node(node).kind() {
                Kind::Directory if opened => return Ok(End { last: Component::Dot, ..found }),
                Kind::Directory if is_last => return Ok(found),
                Kind::Directory => directory = node,
                Kind::RegularFile if is_last && !slash => return Ok(found),
                Kind::RegularFile => return Err(Error::NotDirectory),
                Kind::SymbolicLink => {
                    let follow =
                        !matches!(wanted, Last::Node(Follow::No) | Last::Create(Follow::No));
                    if is_last && !slash && !follow {
                        return Ok(found);
                    }
                    links += 1;
                    if links > LINKS {
                        return Err(Error::Loop);
                    }
                    walk.enter(node);
                }
            }
        }
    }

    /// Looks up the name at the end of a path.
    pub(crate) fn look_at(&self, end: End, path: &str) -> Result<End> {
        self.look(end, self.part(end.part, path))
    }

    fn look(&self, end: End, name: &str) -> Result<End> {
        // Linux checks that the directory exists before it checks the name.
        if self.stock.node(end.directory).is_removed() {
            return Err(Error::NoEntry);
        }
        let tag = Tag::of(self.stock.seed, name.as_bytes());
        let entry = self.stock.find(end.directory, tag, name);
        // An existing name stays usable if the limit is lowered.
        let length = path::length(name);
        if entry.is_none() && length > u64::from(self.limits().name) {
            return Err(self.stock.quota.refuse(Limit::Name, length, 0));
        }
        let node = entry.map(|entry| self.entry(entry).node);
        Ok(End { tag, entry, node, ..end })
    }

    /// Returns the node that `path` names.
    pub(crate) fn resolve_node(
        &self,
        base: Id<Node>,
        path: &str,
        follow: Follow,
    ) -> Result<Id<Node>> {
        self.resolve(base, path, Last::Node(follow))?.node.ok_or(Error::NoEntry)
    }

    /// Returns the name at the end of a path, independent of the space's lifetime.
    pub(crate) fn name<'path>(&mut self, end: &End, path: &'path str) -> Result<Cow<'path, str>> {
        let Part { link, start, end: length, .. } = end.part;
        let Some(link) = link else { return Ok(Cow::Borrowed(path::cut(path, start, length))) };
        let name = self.stock.allocate(|layer| {
            let target = layer.node(link).target().expect("BUG: it is a link");
            text::boxed(path::cut(target, start, length))
        })?;
        Ok(Cow::Owned(name.into_string()))
    }

    /// Returns the directory to which `..` leads.
    fn parent(&self, base: Id<Node>, directory: Id<Node>) -> Result<Id<Node>> {
        if directory == base {
            return Err(Error::NotPermitted);
        }
        Ok(self.stock.directory(directory).parent.expect("BUG: below a base there are parents"))
    }

    fn text<'a>(&'a self, link: Option<Id<Node>>, path: &'a str) -> &'a str {
        match link {
            None => path,
            Some(link) => self.stock.node(link).target().expect("BUG: it is a link"),
        }
    }

    fn part<'a>(&'a self, part: Part, path: &'a str) -> &'a str {
        path::cut(self.text(part.link, path), part.start, part.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handle::DescriptorFlags;
    use crate::limits::Limits;
    use crate::path::steps;
    use crate::space::Settings;
    use crate::stat::Timestamp;
    use alloc::{format, string::String, vec::Vec};

    const NOW: Timestamp = Timestamp { seconds: 0, nanoseconds: 0 };

    /// Returns a text of `length` bytes that leads to `name`, with dots before it and slashes after
    /// it.
    fn detour(name: &str, length: usize) -> String {
        let half = (length - name.len()) / 2;
        let text = "./".repeat(half / 2) + name;
        text.clone() + &"/".repeat(length - text.len())
    }

    #[test]
    fn resolving_a_path_takes_time_linear_in_the_texts_it_walks() {
        for limit in [4 << 10, 16 << 10, 64 << 10] {
            let limits = Limits { path: limit, ..Limits::default() };
            let length = usize::try_from(limit).unwrap();
            let settings = Settings { limits, ..Settings::seeded([1, 2], NOW) };
            let mut space = Space::create(settings).unwrap();
            let root = space.root(DescriptorFlags::DIRECTORY).unwrap();
            space.create_directory_at(root, "end", NOW).unwrap();
            let names: Vec<_> = (0..LINKS).map(|at| format!("link{at}")).collect();
            for (at, name) in names.iter().enumerate() {
                let next = names.get(at + 1).map_or("end", String::as_str);
                space.symlink_at(&detour(next, length), root, name, NOW).unwrap();
            }
            let path = detour("link0", length);
            let texts = length * (LINKS + 1);
            steps::taken();
            assert_eq!(space.stat_at(root, Follow::Yes, &path).unwrap().kind, Kind::Directory);
            let taken = steps::taken();
            assert!(taken <= texts, "{taken} steps for {texts} bytes");
        }
    }
}
