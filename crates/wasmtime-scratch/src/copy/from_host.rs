//! Copies of files and trees of the host into a space.

use std::ffi::CStr;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

use rustix::fs::{CWD, Dir, SeekFrom};
use rustix::io::Errno;

use crate::copy::contents::PIECE;
use crate::copy::host::{self, Looked, Number};
use crate::copy::inside::{self, NewFile};
use crate::copy::links::{DEEPEST, Links, Place, TOP, stays_inside};
use crate::copy::outcome::{Fault, Log, Reason, Stop};
use crate::held::Held;
use crate::number::count;
use crate::space::Space;

/// Copies a file or tree of the host to a path of the space. Returns the path at which it ended.
pub(crate) fn copy(
    space: &Space,
    from: &Path,
    to: &str,
    log: &mut Log<'_>,
) -> (String, Result<(), Stop>) {
    let plain = host::without_slash(from);
    let outcome = match host::look_at_path(plain) {
        Err(error) => Err(host::fault(error)),
        Ok(looked) if looked.metadata.is_dir() => match tops(space, plain, to, &looked) {
            Err(fault) => Err(fault),
            Ok((host, held)) => {
                let mut copy = Copy::new(held, log);
                let outcome = copy.tree(&host, host::modified(&looked.metadata));
                return (copy.path, outcome);
            }
        },
        Ok(looked) if looked.metadata.is_file() => one(space, plain, to, &looked, log),
        Ok(looked) if looked.metadata.is_symlink() => Err(Reason::SymbolicLink.into()),
        Ok(looked) => Err(looked.strange().into()),
    };
    let from = from.to_string_lossy().into_owned();
    let outcome = log.settle(&from, outcome);
    (from, outcome)
}

fn tops(space: &Space, from: &Path, to: &str, looked: &Looked) -> Result<(OwnedFd, Held), Fault> {
    let host = looked.open_directory(CWD, from)?;
    Ok((host, inside::top(space, to)?))
}

/// Copies one file.
fn one(
    space: &Space,
    from: &Path,
    to: &str,
    looked: &Looked,
    log: &mut Log<'_>,
) -> Result<(), Fault> {
    let file = looked.open_file(CWD, from)?;
    let (above, name) = to.rsplit_once('/').unwrap_or(("", to));
    if name.is_empty() {
        return Err(Reason::BadName.into());
    }
    let above = inside::top(space, if above.is_empty() { "/" } else { above })?;
    let mut copy = Copy::new(above.again()?, log);
    copy.path.push_str(name);
    copy.contents(&file, &above, name)?;
    copy.log.copied.files += 1;
    Ok(())
}

/// A copy in progress.
struct Copy<'log, 'hook> {
    log: &'log mut Log<'hook>,
    /// The top directory in the space.
    top: Held,
    /// The path of the present entry, relative to the top.
    path: String,
    links: Links<Number>,
    buffer: Vec<u8>,
}

impl<'log, 'hook> Copy<'log, 'hook> {
    fn new(top: Held, log: &'log mut Log<'hook>) -> Self {
        let buffer = vec![0; PIECE];
        Self { log, top, path: String::new(), links: Links::new(), buffer }
    }

    fn tree(&mut self, host: &OwnedFd, modified: tmpfs::Timestamp) -> Result<(), Stop> {
        let top = match self.top.again() {
            Ok(top) => top,
            Err(error) => return self.log.settle(".", Err(error.into())),
        };
        self.directory(host, &top, TOP, 0)?;
        let times = inside::set_modified(&top, modified).map_err(Fault::from);
        if times.is_err() { self.log.settle(".", times) } else { Ok(()) }
    }

    /// Copies the entries of a directory, which is `depth` directories below the top.
    fn directory(
        &mut self,
        host: &OwnedFd,
        inside: &Held,
        place: Place,
        depth: usize,
    ) -> Result<(), Stop> {
        // Not opened once more by its own name: for that the process must be allowed to search it.
        let listed = host.try_clone().map_err(Stop::Host)?;
        for entry in Dir::new(listed).map_err(host::stop)? {
            let entry = entry.map_err(host::stop)?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            let length = self.path.len();
            if length > 0 {
                self.path.push('/');
            }
            self.path.push_str(&name.to_string_lossy());
            let outcome = self.entry(host, name, inside, place, depth);
            self.log.settle(&self.path, outcome)?;
            self.path.truncate(length);
        }
        Ok(())
    }

    fn entry(
        &mut self,
        host: &OwnedFd,
        name: &CStr,
        inside: &Held,
        place: Place,
        depth: usize,
    ) -> Result<(), Fault> {
        let looked = match host::look(host, name) {
            // It was removed meanwhile: treat it as if it had never existed.
            Err(Errno::NOENT) => return Ok(()),
            looked => looked.map_err(host::fault)?,
        };
        let metadata = &looked.metadata;
        let kind = metadata.file_type();
        if !kind.is_dir() && !kind.is_file() && !kind.is_symlink() {
            return Err(looked.strange().into());
        }
        let text = name.to_str().map_err(|_| Reason::NotUtf8)?;
        if kind.is_symlink() {
            let target = String::from_utf8(looked.target().map_err(host::fault)?);
            let target = target.map_err(|_| Reason::NotUtf8)?;
            if !stays_inside(&target, depth) {
                return Err(Reason::LinkLeadsOut.into());
            }
            inside::symbolic_link(inside, text, &target, host::modified(metadata))?;
            self.log.copied.symbolic_links += 1;
            return Ok(());
        }
        if kind.is_file() {
            return self.file(&looked, host, inside, place, text);
        }
        if depth == DEEPEST {
            return Err(Reason::TooDeep.into());
        }
        let opened = looked.open_directory(host, name)?;
        let modified = host::modified(metadata);
        // One descriptor for each directory above is enough.
        drop(looked);
        let held = inside::directory(inside, text, self.log)?;
        let below = self.links.directory(place, text);
        self.directory(&opened, &held, below, depth + 1)?;
        Ok(inside::set_modified(&held, modified)?)
    }

    fn file(
        &mut self,
        looked: &Looked,
        host: &OwnedFd,
        inside: &Held,
        place: Place,
        name: &str,
    ) -> Result<(), Fault> {
        if let Some((directories, first)) = self.links.find(&looked.number()) {
            inside::hard_link(&self.top, (&directories, first), inside, name)?;
            self.log.copied.hard_links += 1;
            return Ok(());
        }
        let file = looked.open_file(host, name)?;
        self.contents(&file, inside, name)?;
        self.log.copied.files += 1;
        if looked.metadata.nlink() > 1 {
            self.links.file(looked.number(), place, name);
        }
        Ok(())
    }

    /// Copies an open file without its holes. The copy is as large as the file was when it was
    /// opened.
    fn contents(&mut self, file: &File, inside: &Held, name: &str) -> Result<(), Fault> {
        let metadata = file.metadata().map_err(Stop::Host)?;
        let size = metadata.len();
        let mut new = NewFile::create(inside, name)?;
        let mut at = 0;
        while let Some((begin, end)) = part(file, at, size)? {
            at = begin;
            while at < end {
                let length = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
                let read = match file.read_at(&mut self.buffer[..length], at) {
                    Ok(0) => return Err(Reason::Shrank.into()),
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    read => read.map_err(Stop::Host)?,
                };
                new.write(at, &self.buffer[..read])?;
                at += count(read);
                self.log.copied.bytes += count(read);
                self.log.tell(&self.path);
            }
        }
        // A hole at the end looks as if the file ended there.
        if file.metadata().map_err(Stop::Host)?.len() < size {
            return Err(Reason::Shrank.into());
        }
        Ok(new.finish(size, host::modified(&metadata))?)
    }
}

/// Returns the next part of a file at or after `at` that is not a hole, cut at `size`.
fn part(file: &File, at: u64, size: u64) -> Result<Option<(u64, u64)>, Fault> {
    if at >= size {
        return Ok(None);
    }
    let begin = match rustix::fs::seek(file, SeekFrom::Data(at)) {
        Ok(begin) => begin.max(at),
        Err(Errno::NXIO) => return Ok(None),
        // The filesystem does not report holes.
        Err(Errno::INVAL | Errno::OPNOTSUPP) => return Ok(Some((at, size))),
        Err(error) => return Err(host::fault(error)),
    };
    let end = match rustix::fs::seek(file, SeekFrom::Hole(begin)) {
        Ok(end) if end > begin => end,
        Ok(_) | Err(Errno::NXIO) => size,
        Err(error) => return Err(host::fault(error)),
    };
    Ok((begin < size).then_some((begin, end.min(size))))
}
