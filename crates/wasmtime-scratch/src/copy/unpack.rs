//! Copying tar archives into a space.

use std::collections::HashMap;
use std::io::Read;

use tmpfs::{Error, Timestamp};

use crate::copy::contents::PIECE;
use crate::copy::entries::{Entries, Item, Kind};
use crate::copy::inside::{self, NewFile};
use crate::copy::links::{DEEPEST, Links, Place, TOP, stays_inside};
use crate::copy::outcome::{Fault, Log, Reason, Stop};
use crate::held::Held;
use crate::number::count;
use crate::space::Space;

/// Copies an archive into a directory of the space. Returns the path at which it ended.
pub(crate) fn copy(
    space: &Space,
    archive: impl Read,
    to: &str,
    log: &mut Log<'_>,
) -> (String, Result<(), Stop>) {
    let tops = inside::top(space, to).and_then(|top| Ok((top.again()?, top)));
    let (top, current) = match tops {
        Ok(tops) => tops,
        Err(error) => return (to.to_owned(), log.settle(to, Err(error.into()))),
    };
    let mut copy = Copy {
        log,
        top,
        current: Current { path: String::new(), held: current, place: TOP },
        links: Links::new(),
        places: HashMap::new(),
        times: HashMap::new(),
        buffer: vec![0; PIECE],
    };
    let mut entries = Entries::new(archive);
    let mut path = String::new();
    let outcome = loop {
        match entries.next() {
            Ok(None) => break Ok(()),
            Err(stop) => break Err(stop),
            Ok(Some(item)) => {
                path = String::from_utf8_lossy(&item.name).into_owned();
                let outcome = copy.item(&item, &path, &mut entries);
                if let Err(stop) = copy.log.settle(&path, outcome) {
                    break Err(stop);
                }
            }
        }
    };
    copy.set_times();
    (path, outcome)
}

/// The directory of the last entry. The next entry is usually in the same one.
struct Current {
    /// The path relative to the top.
    path: String,
    held: Held,
    place: Place,
}

/// A copy in progress.
struct Copy<'log, 'hook> {
    log: &'log mut Log<'hook>,
    /// The directory that is filled.
    top: Held,
    current: Current,
    /// The directories.
    links: Links<u64>,
    /// The directories by their inode numbers.
    places: HashMap<u64, Place>,
    /// The times of directories. They are set at the end, since new entries change them.
    times: HashMap<Place, Timestamp>,
    buffer: Vec<u8>,
}

impl Copy<'_, '_> {
    /// Copies one entry.
    fn item<R: Read>(
        &mut self,
        item: &Item,
        path: &str,
        entries: &mut Entries<R>,
    ) -> Result<(), Fault> {
        if let Kind::Strange(reason) = item.kind {
            return Err(reason.into());
        }
        let name = str::from_utf8(&item.name).map_err(|_| Reason::NotUtf8)?;
        if name.starts_with('/') {
            return Err(Reason::AbsoluteName.into());
        }
        let parts = components(name)?;
        if item.kind == Kind::Directory {
            self.enter(&parts, Reason::Exists)?;
            self.times.insert(self.current.place, item.modified);
            return Ok(());
        }
        let (name, above) = parts.split_last().ok_or(Reason::BadName)?;
        self.enter(above, Reason::NoDirectory)?;
        match item.kind {
            Kind::File => self.file(item, name, path, entries),
            Kind::SymbolicLink => {
                let target = str::from_utf8(&item.target).map_err(|_| Reason::NotUtf8)?;
                if !stays_inside(target, above.len()) {
                    return Err(Reason::LinkLeadsOut.into());
                }
                inside::symbolic_link(&self.current.held, name, target, item.modified)?;
                self.log.copied.symbolic_links += 1;
                Ok(())
            }
            Kind::HardLink => {
                self.hard_link(item, name)?;
                self.log.copied.hard_links += 1;
                Ok(())
            }
            Kind::Directory | Kind::Strange(_) => Ok(()),
        }
    }

    fn file<R: Read>(
        &mut self,
        item: &Item,
        name: &str,
        path: &str,
        entries: &mut Entries<R>,
    ) -> Result<(), Fault> {
        let parts = item.parts.as_ref().map_err(|reason| *reason)?;
        let mut new = NewFile::create(&self.current.held, name)?;
        for (begin, length) in parts {
            let (mut at, end) = (*begin, begin + length);
            while at < end {
                let length = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
                let read = entries.read_all(&mut self.buffer[..length])?;
                new.write(at, &self.buffer[..read])?;
                at += count(read);
                self.log.copied.bytes += count(read);
                self.log.tell(path);
            }
        }
        new.finish(item.size, item.modified)?;
        self.log.copied.files += 1;
        Ok(())
    }

    fn hard_link(&mut self, item: &Item, name: &str) -> Result<(), Fault> {
        let target = str::from_utf8(&item.target).map_err(|_| Reason::NotUtf8)?;
        if target.starts_with('/') {
            return Err(Reason::LinkLeadsOut.into());
        }
        let parts = components(target).map_err(|reason| match reason {
            Reason::TooDeep => Reason::NoSuchFile,
            _ => Reason::LinkLeadsOut,
        })?;
        let (old, directories) = parts.split_last().ok_or(Reason::NoSuchFile)?;
        let linked = inside::hard_link(&self.top, (directories, old), &self.current.held, name);
        linked.map_err(|error| match error {
            Error::NoEntry | Error::NotDirectory | Error::Loop | Error::NotPermitted => {
                Reason::NoSuchFile.into()
            }
            error => Fault::from(error),
        })
    }

    /// Makes a directory and its missing parents, and makes it the current one. If something else
    /// has the name, `taken` is the reason.
    fn enter(&mut self, directories: &[&str], taken: Reason) -> Result<(), Fault> {
        if directories.len() > DEEPEST {
            return Err(Reason::TooDeep.into());
        }
        let path = directories.join("/");
        if path == self.current.path {
            return Ok(());
        }
        let (mut held, mut place) = (self.top.again()?, TOP);
        for (number, name) in (1..).zip(directories) {
            let taken = if number == directories.len() { taken } else { Reason::NoDirectory };
            held = inside::directory(&held, name, self.log).map_err(|fault| match fault {
                Fault::Refused(Reason::Exists) => taken.into(),
                fault => fault,
            })?;
            let number = held.ask(|engine, held| Ok(engine.identify(held)?.1))?;
            let links = &mut self.links;
            place = *self.places.entry(number).or_insert_with(|| links.directory(place, name));
        }
        self.current = Current { path, held, place };
        Ok(())
    }

    /// Sets the times of the directories in the archive.
    fn set_times(&self) {
        for (place, modified) in &self.times {
            let set = || {
                let mut held = self.top.again()?;
                for name in self.links.way(*place) {
                    held = held.directory(name)?;
                }
                inside::set_modified(&held, *modified)
            };
            // If a guest has removed or moved it meanwhile, it keeps the guest's times.
            let _: Result<(), Error> = set();
        }
    }
}

/// Returns the names in a path of an archive.
fn components(path: &str) -> Result<Vec<&str>, Reason> {
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
    if parts.clone().any(|part| part == "..") {
        return Err(Reason::LeavesTheTree);
    }
    if path.is_empty() || path.contains('\0') {
        return Err(Reason::BadName);
    }
    // A list of all names can take eight times the memory of the path.
    if parts.clone().count() > DEEPEST + 1 {
        return Err(Reason::TooDeep);
    }
    Ok(parts.collect())
}
