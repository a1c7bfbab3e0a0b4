//! The walk over a tree of a space that is copied out.

use tmpfs::{Cursor, DescriptorFlags, Error, Follow, Kind, Result, Stat};

use crate::copy::contents::Contents;
use crate::copy::links::{DEEPEST, Links, Place, TOP, stays_inside};
use crate::copy::outcome::{Fault, Log, Reason, Stop};
use crate::held::{Held, below_root};
use crate::space::Space;

/// The receiver of the entries of a walk. Paths are relative to the top of the tree.
pub(crate) trait Receive {
    /// A directory that is being filled.
    type Directory;

    fn enter(
        &mut self,
        above: &Self::Directory,
        path: &str,
        stat: &Stat,
        log: &mut Log<'_>,
    ) -> Result<Self::Directory, Fault>;

    /// Finishes a directory.
    fn leave(&mut self, directory: Self::Directory, stat: &Stat) -> Result<(), Fault>;

    fn file(
        &mut self,
        above: &Self::Directory,
        path: &str,
        contents: &Contents,
        log: &mut Log<'_>,
    ) -> Result<(), Fault>;

    /// Takes another name of a file. `first` is the name under which the file was taken:
    /// directories and a name.
    fn hard_link(
        &mut self,
        above: &Self::Directory,
        path: &str,
        first: (&[&str], &str),
        contents: &Contents,
    ) -> Result<(), Fault>;

    /// Takes a symbolic link. Precondition: it stays inside the tree.
    fn symbolic_link(
        &mut self,
        above: &Self::Directory,
        path: &str,
        target: &str,
        stat: &Stat,
    ) -> Result<(), Fault>;
}

/// The top of a tree: a directory, or one entry of a directory.
pub(crate) enum Top {
    Directory(Held),
    Entry(Held, String, Kind),
}

impl Top {
    /// Finds the top by its path. Symbolic links on the way are followed within the space, and one
    /// at the end if it leads to a directory.
    pub(crate) fn find(space: &Space, path: &str) -> Result<Self> {
        let root = Held::root(space, DescriptorFlags::DIRECTORY)?;
        let path = below_root(path);
        match root.open_directory(Follow::Yes, path) {
            Ok(directory) => return Ok(Self::Directory(directory)),
            Err(Error::NotDirectory) if !path.ends_with('/') => {}
            Err(error) => return Err(error),
        }
        let (above, name) = path.rsplit_once('/').unwrap_or((".", path));
        let above = root.open_directory(Follow::Yes, above)?;
        let stat = above.ask(|engine, above| engine.stat_at(above, Follow::No, name))?;
        Ok(Self::Entry(above, name.to_owned(), stat.kind))
    }
}

/// A walk in progress.
pub(crate) struct Walk<'walk, 'hook, R> {
    pub(crate) log: &'walk mut Log<'hook>,
    /// The path of the present entry, relative to the top.
    pub(crate) path: String,
    pub(crate) receive: R,
    links: Links<u64>,
}

impl<'walk, 'hook, R: Receive> Walk<'walk, 'hook, R> {
    pub(crate) fn new(log: &'walk mut Log<'hook>, receive: R) -> Self {
        Self { log, path: String::new(), receive, links: Links::new() }
    }

    /// Walks over everything.
    pub(crate) fn run(&mut self, top: &Top, receiver: &R::Directory) -> Result<(), Stop> {
        match top {
            Top::Directory(directory) => self.directory(directory, receiver, TOP, 0),
            Top::Entry(above, name, kind) => self.named(above, receiver, TOP, 0, (name, *kind)),
        }
    }

    /// Copies the entries of a directory, which is `depth` directories below the top.
    fn directory(
        &mut self,
        directory: &Held,
        receiver: &R::Directory,
        place: Place,
        depth: usize,
    ) -> Result<(), Stop> {
        let mut cursor = Cursor::default();
        loop {
            let next = directory.ask(|engine, directory| {
                let entry = engine.list(directory, &mut cursor)?;
                Ok(entry.map(|entry| (entry.name.to_owned(), entry.kind)))
            });
            let (name, kind) = match next {
                Ok(Some(entry)) => entry,
                Ok(None) => return Ok(()),
                Err(error) => return self.log.settle(&self.path, Err(error.into())),
            };
            self.named(directory, receiver, place, depth, (&name, kind))?;
        }
    }

    /// Copies an entry, and records the outcome.
    fn named(
        &mut self,
        above: &Held,
        receiver: &R::Directory,
        place: Place,
        depth: usize,
        (name, kind): (&str, Kind),
    ) -> Result<(), Stop> {
        let length = self.path.len();
        if length > 0 {
            self.path.push('/');
        }
        self.path.push_str(name);
        let outcome = self.entry(above, receiver, place, depth, (name, kind));
        self.log.settle(&self.path, outcome)?;
        self.path.truncate(length);
        Ok(())
    }

    fn entry(
        &mut self,
        above: &Held,
        receiver: &R::Directory,
        place: Place,
        depth: usize,
        (name, kind): (&str, Kind),
    ) -> Result<(), Fault> {
        let Self { log, path, receive, links } = self;
        match kind {
            Kind::Directory => {
                if depth == DEEPEST {
                    return Err(Reason::TooDeep.into());
                }
                let Some(directory) = present(above.directory(name))? else { return Ok(()) };
                let stat = directory.ask(|engine, directory| engine.stat(directory))?;
                let inner = receive.enter(receiver, path, &stat, log)?;
                let place = links.directory(place, name);
                self.directory(&directory, &inner, place, depth + 1)?;
                self.receive.leave(inner, &stat)
            }
            Kind::SymbolicLink => {
                let link = above.ask(|engine, above| {
                    let target = engine.readlink_at(above, name)?.to_owned();
                    Ok((target, engine.stat_at(above, Follow::No, name)?))
                });
                let Some((target, stat)) = present(link)? else { return Ok(()) };
                if !stays_inside(&target, depth) {
                    return Err(Reason::LinkLeadsOut.into());
                }
                receive.symbolic_link(receiver, path, &target, &stat)?;
                log.copied.symbolic_links += 1;
                Ok(())
            }
            Kind::RegularFile => {
                let Some(contents) = present(Contents::open(above, name))? else { return Ok(()) };
                if contents.stat.kind != Kind::RegularFile {
                    return Err(Reason::Changed.into());
                }
                if let Some((directories, first)) = links.find(&contents.number) {
                    receive.hard_link(receiver, path, (&directories, first), &contents)?;
                    log.copied.hard_links += 1;
                    return Ok(());
                }
                receive.file(receiver, path, &contents, log)?;
                log.copied.files += 1;
                if contents.stat.link_count > 1 {
                    links.file(contents.number, place, name);
                }
                Ok(())
            }
        }
    }
}

/// Returns the result of looking up a name that was listed. A name that was removed since then is
/// `None`. If a guest put something else in its place, it is an error.
fn present<T>(found: Result<T>) -> Result<Option<T>, Fault> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(Error::NoEntry) => Ok(None),
        Err(Error::NotDirectory | Error::IsDirectory | Error::Loop | Error::Invalid) => {
            Err(Reason::Changed.into())
        }
        Err(error) => Err(error.into()),
    }
}
