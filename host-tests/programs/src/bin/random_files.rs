//! Makes random calls on files and directories under `TMPDIR`, from a seed. It prints a line with
//! the answer to each call, and finally the whole tree. Arguments: the seed and the number of
//! calls.
//!
//! The program leaves out the differences from wasmtime that docs/compatibility.md lists under "The
//! filesystem in memory":
//! - reading a file that is not open for reading, writing one that is not open for writing, and
//!   reading a directory or setting its size;
//! - links through a symbolic link, and the flags of synchronous writing;
//! - the time of the last access, except after it was set;
//! - reads of no bytes from a stream;
//! - removal of a directory by a name with a slash at its end, and attributes of such a single name
//!   without following links.

use std::env;
use std::fmt::{self, Write as _};

use chance::Chance;
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{
    self, AtFlags, Dir, FileType, Mode, OFlags, SeekFrom, Stat, Timespec, Timestamps,
};
use rustix::io::{self, Errno};

fn main() {
    let mut arguments = env::args().skip(1).map(|it| it.parse().expect("it is a number"));
    let (seed, calls) = (arguments.next().expect("a seed"), arguments.next().expect("a number"));
    let root = env::var("TMPDIR").expect("TMPDIR is set");
    let mut world = World { chance: Chance(seed), root, open: Vec::new() };
    for number in 0..calls {
        let line = world.call();
        println!("{number} {line}");
    }
    world.open.clear();
    println!("tree:");
    let root = fs::open(&world.root, DIRECTORY, Mode::empty()).expect("the root is there");
    let _ = print_tree(root.as_fd(), ".");
}

/// Flags for opening a directory. WASI's C library requires a direction of access.
const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

/// The most files and directories that are open at once.
const OPEN: usize = 8;

/// The names that make up most paths. They are few, so that paths meet.
const NAMES: [&str; 9] = ["a", "b", "c", "a", "b", "d", "dir", "é ü", "."];

/// The lengths of reads and writes: around the size of a page, and up to wasmtime's largest read.
const LENGTHS: [usize; 12] = [0, 1, 7, 100, 511, 4095, 4096, 4097, 8192, 10_000, 50_000, 65_536];

/// The kinds of draws that this program needs.
trait Draws {
    fn one_in(&mut self, count: usize) -> bool;

    fn of<T: Copy>(&mut self, items: &[T]) -> T;
}

impl Draws for Chance {
    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// An open file or directory, and the accesses that it was opened for.
struct Open {
    descriptor: OwnedFd,
    reads: bool,
    writes: bool,
    directory: bool,
}

struct World {
    chance: Chance,
    root: String,
    open: Vec<Open>,
}

/// A path: absolute, or relative to an open directory.
struct Place {
    from: Option<usize>,
    path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, path } = self;
        // Print the length of a long path instead of the path.
        let shown = if path.len() > 100 { format!("{} bytes", path.len()) } else { path.clone() };
        match from {
            Some(slot) => write!(f, "#{slot}:{shown:?}"),
            None => write!(f, "{shown:?}"),
        }
    }
}

/// Formats a result: the value, or the number of the error.
fn told<T: fmt::Display>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => value.to_string(),
        Err(error) => format!("errno {}", error.raw_os_error()),
    }
}

fn done(result: io::Result<()>) -> String {
    told(result.map(|()| "ok"))
}

/// Returns true for a single name with slashes or dots at its end.
fn single(path: &str) -> bool {
    let mut names = path.split('/').filter(|name| !matches!(*name, "" | "."));
    names.next().is_some_and(|name| name != "..")
        && names.next().is_none()
        && path.ends_with(['/', '.'])
}

/// Returns the FNV-1a hash of bytes.
fn sum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Formats the kind of a file. For anything but a directory it adds the number of links and the
/// size, which differ between filesystems for directories.
fn described(status: &Stat) -> String {
    match FileType::from_raw_mode(status.st_mode) {
        FileType::Directory => "directory".to_owned(),
        kind => format!("{kind:?} links {} size {}", status.st_nlink, status.st_size),
    }
}

/// Lists the names in a directory, sorted, with the kinds that the listing gives.
fn listed(directory: BorrowedFd<'_>) -> io::Result<Vec<(String, FileType)>> {
    let mut entries = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_str().expect("WASI's names are text").to_owned();
        if name != "." && name != ".." {
            entries.push((name, entry.file_type()));
        }
    }
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(entries)
}

/// Prints the entries of a directory and of all directories below it, with the content of files.
fn print_tree(directory: BorrowedFd<'_>, path: &str) -> io::Result<()> {
    for (name, _) in listed(directory)? {
        let status = fs::statat(directory, &name, AtFlags::SYMLINK_NOFOLLOW)?;
        let path = format!("{path}/{name}");
        let mut line = format!("{path} {}", described(&status));
        match FileType::from_raw_mode(status.st_mode) {
            FileType::Symlink => {
                let target = fs::readlinkat(directory, &name, Vec::new())?;
                write!(line, " {target:?}").expect("text takes text");
            }
            FileType::RegularFile => {
                let file = fs::openat(directory, &name, OFlags::RDONLY, Mode::empty())?;
                write!(line, " content {}", content(&file)?).expect("text takes text");
            }
            _ => {}
        }
        println!("{line}");
        if FileType::from_raw_mode(status.st_mode) == FileType::Directory {
            let below = fs::openat(directory, &name, DIRECTORY, Mode::empty())?;
            print_tree(below.as_fd(), &path)?;
        }
    }
    Ok(())
}

/// Returns the length and the hash of a file's content, read by position.
fn content(file: &OwnedFd) -> io::Result<String> {
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let at = u64::try_from(bytes.len()).expect("a length fits 64 bits");
        let length = io::pread(file, &mut piece, at)?;
        if length == 0 {
            return Ok(format!("{} {:x}", bytes.len(), sum(&bytes)));
        }
        bytes.extend(&piece[..length]);
    }
}

impl World {
    /// Makes one call, and returns its line.
    fn call(&mut self) -> String {
        match self.chance.below(40) {
            0..=6 => self.open(),
            7..=9 => self.close(),
            10..=12 => self.read(),
            13..=16 => self.write(),
            17 => self.seek(),
            18 => self.set_size(),
            19..=21 => self.stat(),
            22 => self.set_times(),
            23..=25 => self.rename(),
            26..=27 => self.link(),
            28..=29 => self.symbolic_link(),
            30 => self.read_link(),
            31..=32 => self.remove(false),
            33 => self.remove(true),
            34..=36 => self.create_directory(),
            37..=38 => self.list(),
            _ => self.status_of_open(),
        }
    }

    /// Draws a path. Most consist of names that meet, and some are unusual.
    fn place(&mut self) -> Place {
        let mut path = String::new();
        let from = if self.open.is_empty() || self.chance.one_in(2) {
            path = self.root.clone();
            None
        } else {
            Some(self.chance.below(self.open.len()))
        };
        let names = 1 + self.chance.below(3);
        for _ in 0..names {
            if !path.is_empty() {
                path.push('/');
            }
            match self.chance.below(60) {
                0..=2 => path.push_str(".."),
                3 => path.push('/'),
                // The longest valid name, and below it the shortest that is too long.
                4 => path.extend(std::iter::repeat_n('n', 255)),
                5 => path.extend(std::iter::repeat_n('n', 256)),
                _ => path.push_str(self.chance.of(&NAMES)),
            }
        }
        match self.chance.below(40) {
            0..=2 => path.push('/'),
            3 => path.push_str("/."),
            4 => path.push_str("//"),
            // An empty path, or the root itself.
            5 => path = if from.is_some() { String::new() } else { self.root.clone() },
            // A path longer than the limit.
            6 => path.push_str(&"/a".repeat(2_100)),
            _ => {}
        }
        Place { from, path }
    }

    /// Returns the directory that a place is relative to.
    fn from(&self, place: &Place) -> BorrowedFd<'_> {
        place.from.map_or(fs::CWD, |slot| self.open[slot].descriptor.as_fd())
    }

    /// Draws an open file or directory that fits, if there is one.
    fn slot(&mut self, fit: impl Fn(&Open) -> bool) -> Option<usize> {
        let fit: Vec<usize> = (0..self.open.len()).filter(|slot| fit(&self.open[*slot])).collect();
        (!fit.is_empty()).then(|| self.chance.of(&fit))
    }

    fn open(&mut self) -> String {
        if self.open.len() == OPEN {
            return self.close();
        }
        let access = self.chance.of(&[OFlags::RDONLY, OFlags::WRONLY, OFlags::RDWR, OFlags::RDWR]);
        let mut flags = access;
        for (flag, one_in) in [
            (OFlags::CREATE, 2),
            (OFlags::EXCL, 6),
            (OFlags::TRUNC, 6),
            (OFlags::APPEND, 5),
            (OFlags::DIRECTORY, 5),
            (OFlags::NOFOLLOW, 6),
            (OFlags::NONBLOCK, 12),
        ] {
            if self.chance.one_in(one_in) {
                flags |= flag;
            }
        }
        let place = self.place();
        let result = fs::openat(self.from(&place), &place.path, flags, Mode::RWXU);
        let result = result.map(|descriptor| {
            let kind = fs::fstat(&descriptor).map(|it| FileType::from_raw_mode(it.st_mode));
            // A file is also open for writing if the call may create or truncate it.
            let writing = flags.intersects(OFlags::CREATE | OFlags::TRUNC);
            let (reads, writes) = (access != OFlags::WRONLY, access != OFlags::RDONLY || writing);
            let directory = kind == Ok(FileType::Directory);
            self.open.push(Open { descriptor, reads, writes, directory });
            format!("#{} {kind:?}", self.open.len() - 1)
        });
        format!("open {place} {flags:?}: {}", told(result))
    }

    fn close(&mut self) -> String {
        match self.slot(|_| true) {
            Some(slot) => {
                self.open.swap_remove(slot);
                format!("close #{slot}")
            }
            None => "close nothing".to_owned(),
        }
    }

    fn read(&mut self) -> String {
        let Some(slot) = self.slot(|it| it.reads && !it.directory) else { return self.open() };
        let at = self.chance.one_in(2).then(|| self.offset());
        // Read at least one byte from a stream: wasmtime ends a stream at a read of no bytes.
        let least = usize::from(at.is_none());
        let mut bytes = vec![0; self.chance.of(&LENGTHS[least..])];
        let file = &self.open[slot].descriptor;
        let result = match at {
            Some(at) => io::pread(file, &mut bytes, at),
            None => io::read(file, &mut bytes),
        };
        let result = result.map(|length| format!("{length} {:x}", sum(&bytes[..length])));
        format!("read #{slot} {} at {at:?}: {}", bytes.len(), told(result))
    }

    fn write(&mut self) -> String {
        let Some(slot) = self.slot(|it| it.writes && !it.directory) else { return self.open() };
        let mut bytes = vec![0; self.chance.of(&LENGTHS)];
        let first = self.chance.draw();
        for (at, byte) in (first..).zip(&mut bytes) {
            *byte = u8::try_from(at % 251).expect("it is less than 256");
        }
        let at = self.chance.one_in(2).then(|| self.offset());
        let file = &self.open[slot].descriptor;
        let result = match at {
            Some(at) => io::pwrite(file, &bytes, at),
            None => io::write(file, &bytes),
        };
        format!("write #{slot} {} at {at:?}: {}", bytes.len(), told(result))
    }

    /// Draws an offset, mostly within a file's content.
    fn offset(&mut self) -> u64 {
        match self.chance.below(10) {
            0 => 0,
            1..=5 => self.chance.draw() % 10_000,
            6..=8 => self.chance.draw() % 200_000,
            _ => self.chance.draw() % 3_000_000,
        }
    }

    fn seek(&mut self) -> String {
        let Some(slot) = self.slot(|it| !it.directory) else { return self.open() };
        let offset = self.offset();
        let distance = i64::try_from(offset).expect("it is small") - 5_000;
        let position = match self.chance.below(4) {
            0 => SeekFrom::Start(offset),
            1 => SeekFrom::Current(distance),
            2 => SeekFrom::End(distance),
            _ => SeekFrom::Current(0),
        };
        let result = fs::seek(&self.open[slot].descriptor, position);
        format!("seek #{slot} {position:?}: {}", told(result))
    }

    fn set_size(&mut self) -> String {
        let Some(slot) = self.slot(|it| it.writes && !it.directory) else { return self.open() };
        let size = self.offset();
        let result = fs::ftruncate(&self.open[slot].descriptor, size);
        format!("set size #{slot} {size}: {}", done(result))
    }

    /// Adds following of links for a single name with a slash or dot at its end. Without following,
    /// wasmtime accepts `file/.` and `file/` when asked for attributes.
    fn seen(&self, place: &Place, follow: AtFlags) -> AtFlags {
        let path = place.path.strip_prefix(&self.root).unwrap_or(&place.path);
        if single(path) { AtFlags::empty() } else { follow }
    }

    fn follow(&mut self) -> AtFlags {
        self.chance.of(&[AtFlags::empty(), AtFlags::SYMLINK_NOFOLLOW])
    }

    fn stat(&mut self) -> String {
        let place = self.place();
        let follow = self.follow();
        let follow = self.seen(&place, follow);
        let result = fs::statat(self.from(&place), &place.path, follow);
        format!("stat {place} {follow:?}: {}", told(result.as_ref().map(described).map_err(|e| *e)))
    }

    fn status_of_open(&mut self) -> String {
        let Some(slot) = self.slot(|_| true) else { return self.open() };
        let Open { descriptor, directory, .. } = &self.open[slot];
        let status = fs::fstat(descriptor).as_ref().map(described).map_err(|error| *error);
        let flags = fs::fcntl_getfl(descriptor).map(|it| format!("{it:?}"));
        let place = if *directory { Err(Errno::ISDIR) } else { fs::tell(descriptor) };
        format!("status #{slot}: {} flags {} at {}", told(status), told(flags), told(place))
    }

    fn set_times(&mut self) -> String {
        let mut time = || {
            let tv_sec = i64::try_from(self.chance.draw() % 4_000_000_000).expect("it is small");
            let tv_nsec = (self.chance.draw() % 1_000_000_000).try_into().expect("it is small");
            Timespec { tv_sec, tv_nsec }
        };
        let times = Timestamps { last_access: time(), last_modification: time() };
        if let Some(slot) = self.slot(|_| true).filter(|_| self.chance.one_in(2)) {
            let file = &self.open[slot].descriptor;
            let result = fs::futimens(file, &times).and_then(|()| fs::fstat(file));
            return format!("set times #{slot}: {}", told(result.map(|it| times_of(&it))));
        }
        let place = self.place();
        let follow = self.follow();
        let from = self.from(&place);
        let result = fs::utimensat(from, &place.path, &times, follow);
        let result = result.and_then(|()| fs::statat(from, &place.path, self.seen(&place, follow)));
        format!("set times {place} {follow:?}: {}", told(result.map(|it| times_of(&it))))
    }

    fn rename(&mut self) -> String {
        let (old, new) = (self.place(), self.place());
        let result = fs::renameat(self.from(&old), &old.path, self.from(&new), &new.path);
        format!("rename {old} {new}: {}", done(result))
    }

    fn link(&mut self) -> String {
        let (old, new) = (self.place(), self.place());
        let (from, to) = (self.from(&old), self.from(&new));
        let result = fs::linkat(from, &old.path, to, &new.path, AtFlags::empty());
        format!("link {old} {new}: {}", done(result))
    }

    fn symbolic_link(&mut self) -> String {
        let targets = ["a", "b", "../a", "dir", "dir/../b", "./c/", "..", ".", "none", "é ü/a", ""];
        let target = if self.chance.one_in(20) { "/tmp/a" } else { self.chance.of(&targets) };
        let place = self.place();
        let result = fs::symlinkat(target, self.from(&place), &place.path);
        format!("symbolic link {target:?} {place}: {}", done(result))
    }

    fn read_link(&mut self) -> String {
        let place = self.place();
        let result = fs::readlinkat(self.from(&place), &place.path, Vec::new());
        format!("read link {place}: {}", told(result.map(|target| format!("{target:?}"))))
    }

    fn remove(&mut self, directory: bool) -> String {
        let flags = if directory { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        let mut place = self.place();
        // wasmtime does not remove a directory by a name with a slash at its end.
        while directory && place.path.ends_with('/') {
            place.path.pop();
        }
        let result = fs::unlinkat(self.from(&place), &place.path, flags);
        format!("remove {place} {flags:?}: {}", done(result))
    }

    fn create_directory(&mut self) -> String {
        let place = self.place();
        let result = fs::mkdirat(self.from(&place), &place.path, Mode::RWXU);
        format!("create directory {place}: {}", done(result))
    }

    fn list(&mut self) -> String {
        let place = self.place();
        let result = fs::openat(self.from(&place), &place.path, DIRECTORY, Mode::empty());
        let result = result.and_then(|directory| listed(directory.as_fd()));
        let shown = |entries: Vec<(String, FileType)>| {
            let shown = entries.iter().map(|(name, kind)| match name.len() {
                100.. => format!(" {} bytes {kind:?}", name.len()),
                _ => format!(" {name} {kind:?}"),
            });
            shown.collect::<String>()
        };
        format!("list {place}:{}", told(result.map(shown)))
    }
}

/// Formats the times that were set. It leaves out a link's time of last access, which changes as
/// soon as a path leads through the link.
#[cfg(target_os = "wasi")]
fn times_of(status: &Stat) -> String {
    let Stat { st_atim: accessed, st_mtim: modified, .. } = status;
    let shown = [accessed, modified].map(|it| format!("{}.{:09}", it.tv_sec, it.tv_nsec));
    let link = FileType::from_raw_mode(status.st_mode) == FileType::Symlink;
    shown[usize::from(link)..].join(" ")
}

/// Formats whole seconds, on other systems, which have other names for the nanoseconds.
#[cfg(not(target_os = "wasi"))]
fn times_of(status: &Stat) -> String {
    format!("{} {}", status.st_atime, status.st_mtime)
}
