//! Outcomes of copying: what was copied, what was refused and why, and what ended it early.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use tmpfs::{Error, Refusal};

/// The most refusals of which a [`CopyError`] keeps path and reason. It counts all.
pub(crate) const KEPT: usize = 1_000;

/// The most bytes of a path that are kept for a message.
const PATH: usize = 4_096;

/// Numbers of what was copied.
///
/// ```
/// let space = wasmtime_scratch::Space::builder().build()?;
/// space.write("answer", "42")?;
/// let copied = space.pack("/", std::io::sink())?;
/// assert_eq!(copied.to_string(), "1 file of 2 bytes, 0 directories, 0 links");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// Files, each counted once, however many names it has.
    pub files: u64,
    /// Directories that were made; one that was there already does not count.
    pub directories: u64,
    /// Symbolic links.
    pub symbolic_links: u64,
    /// Further names of files.
    pub hard_links: u64,
    /// Bytes that were copied; holes do not count.
    pub bytes: u64,
}

impl fmt::Display for Copied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, directories, symbolic_links, hard_links, bytes } = self;
        let links = symbolic_links + hard_links;
        let word = |number, one, more| if number == 1 { one } else { more };
        let (file, byte) = (word(*files, "file", "files"), word(*bytes, "byte", "bytes"));
        let directory = word(*directories, "directory", "directories");
        let link = word(links, "link", "links");
        write!(
            formatter,
            "{files} {file} of {bytes} {byte}, {directories} {directory}, {links} {link}"
        )
    }
}

/// The state of a copy under way.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'copy> {
    /// The path of the file that is copied now, from the top of the tree on.
    pub path: &'copy str,
    /// Numbers of what was copied so far.
    pub copied: Copied,
}

/// An entry that was not copied, with the reason. Its text gives both, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    path: Box<str>,
    reason: Reason,
}

impl Refused {
    /// Returns the path, from the top of the tree on. It is cut after 4,096 bytes, and bytes that
    /// are not UTF-8 are replaced.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.reason)
    }
}

/// Reasons why an entry is not copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A name in an archive begins with a slash.
    AbsoluteName,
    /// A name in an archive has a component `..`.
    LeavesTheTree,
    /// A symbolic link, or a hard link in an archive, is absolute or can lead out of the tree.
    LinkLeadsOut,
    /// A hard link in an archive is to what is not there, or no file.
    NoSuchFile,
    /// A device.
    Device,
    /// A FIFO.
    Fifo,
    /// A socket.
    Socket,
    /// A kind of entry in an archive that is not known.
    UnknownKind,
    /// The sizes that an archive tells for a sparse file contradict each other.
    SizesLie,
    /// A name or the target of a link is not UTF-8.
    NotUtf8,
    /// A name is empty, or has a NUL.
    BadName,
    /// There is nothing of that name.
    NotFound,
    /// Something has the name already.
    Exists,
    /// A symbolic link stands where a file or directory is to be read or made.
    SymbolicLink,
    /// A directory of the path is something else, or was refused.
    NoDirectory,
    /// The target is not empty.
    NotEmpty,
    /// The file became shorter while it was read.
    Shrank,
    /// The entry was exchanged or written to while it was read.
    Changed,
    /// The tree is deeper than can be copied.
    TooDeep,
    /// A name or path is longer than its limit.
    NameTooLong,
    /// The file is larger than the limit of one file.
    FileTooLarge,
    /// The host's system does not permit it.
    NotPermitted,
    /// The space refuses it.
    Space(Error),
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AbsoluteName => "the name is absolute; archive it relative to its directory",
            Self::LeavesTheTree => "the name has a component `..`; archive it without",
            Self::LinkLeadsOut => {
                "the link can lead out of the tree; let it be relative, with `..` only at its \
                 beginning and not beyond the top"
            }
            Self::NoSuchFile => "the hard link is to no file that the archive holds before it",
            Self::SizesLie => "the sizes of the sparse file contradict each other; archive it anew",
            Self::NotFound => "there is nothing of that name",
            Self::Device => "it is a device; leave it out",
            Self::Fifo => "it is a FIFO; leave it out",
            Self::Socket => "it is a socket; leave it out",
            Self::UnknownKind => "the kind of entry is not known; archive it anew, as GNU tar does with `--format=pax`",
            Self::NotUtf8 => "the name or target is not UTF-8; rename it",
            Self::BadName => "the name is empty or has a NUL; rename it",
            Self::Exists => "something has the name already; remove that, or copy elsewhere",
            Self::SymbolicLink => {
                "a symbolic link stands there, and is not followed; name what it leads to, or \
                 remove it"
            }
            Self::NoDirectory => "a directory of its path is something else, or was refused",
            Self::NotEmpty => "the target is not an empty directory; name another, or overwrite it",
            Self::Shrank => "the file became shorter while it was read; copy it again",
            Self::Changed => "it was exchanged or written to while it was read; copy it again",
            Self::TooDeep => "the tree is deeper than 256 directories; copy this part by itself",
            Self::NameTooLong => "the name is too long; shorten it, or raise the limit",
            Self::FileTooLarge => "the file is too large; raise the limit of one file",
            Self::NotPermitted => "the system does not permit it; change its permissions",
            Self::Space(error) => return write!(formatter, "the space refuses it: {error}"),
        })
    }
}

/// Reasons why a copy ended early.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stop {
    /// A limit of the space was reached.
    Space {
        /// The code, as a program would get it.
        error: Error,
        /// The limit, and how much was asked and held.
        refusal: Option<Refusal>,
    },
    /// The host's system failed: a disk that is full, a pipe that is closed.
    Host(io::Error),
    /// The space went back to a template while the copy was under way.
    Reset,
    /// The archive cannot be read on: it is cut, or no archive, or tells sizes that cannot be.
    Archive(&'static str),
}

impl fmt::Display for Stop {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Space { refusal: Some(refusal), .. } => {
                write!(formatter, "a limit of the space was reached ({refusal}); raise it")
            }
            Self::Space { error, refusal: None } => write!(formatter, "the space failed: {error}"),
            Self::Host(error) => write!(formatter, "the system failed: {error}"),
            Self::Reset => formatter.write_str("the space went back to a template; copy it again"),
            Self::Archive(error) => write!(formatter, "the archive cannot be read on: {error}"),
        }
    }
}

/// A copy that is not whole: what was copied, what was refused, and what ended it early.
///
/// Everything that could be copied was copied, and is whole: a file that was refused in the middle
/// is removed again. Only a limit of the space, a failure of the host's system, an archive that
/// cannot be read, and a space that goes back to a template end a copy early; what was copied by
/// then stays, but in a space that went back.
///
/// ```
/// use wasmtime_scratch::{Reason, Space, Stop};
///
/// let small = Space::builder().bytes(64 << 10).build()?;
/// small.write("taken", "")?;
/// let large = Space::builder().build()?;
/// large.write("taken", "new")?;
/// large.create_dir_all("/x")?;
/// large.write("/x/large", vec![1; 100 << 10])?;
/// let mut archive = Vec::new();
/// large.pack("/", &mut archive)?;
///
/// let error = small.unpack(&archive[..], "/").unwrap_err();
/// assert_eq!(error.refused()[0].path(), "taken");
/// assert_eq!(error.refused()[0].reason(), Reason::Exists);
/// assert!(matches!(error.stop(), Some(Stop::Space { .. })));
/// assert!(!small.exists("/x/large")?, "no part of it is left");
/// assert_eq!(error.copied().directories, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CopyError(Box<Told>);

#[derive(Debug)]
struct Told {
    copied: Copied,
    refused: Vec<Refused>,
    count: u64,
    /// The path at which it ended, and why.
    stop: Option<(Box<str>, Stop)>,
}

impl CopyError {
    /// Returns the numbers of what was copied nevertheless.
    #[must_use]
    pub fn copied(&self) -> Copied {
        self.0.copied
    }

    /// Returns the first 1,000 entries that were refused, in the order in which they came.
    #[must_use]
    pub fn refused(&self) -> &[Refused] {
        &self.0.refused
    }

    /// Returns the number of all entries that were refused.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.0.count
    }

    /// Returns why the copy ended early; `None` where everything was looked at.
    #[must_use]
    pub fn stop(&self) -> Option<&Stop> {
        self.0.stop.as_ref().map(|(_, stop)| stop)
    }
}

impl fmt::Debug for CopyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for CopyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Told { copied, refused, count, stop } = &*self.0;
        if let Some((path, stop)) = stop {
            write!(formatter, "stopped at {path}: {stop}; ")?;
        }
        if let Some(first) = refused.first() {
            write!(formatter, "refused {count}, the first {first}; ")?;
        }
        write!(formatter, "copied {copied}")
    }
}

impl StdError for CopyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.stop {
            Some((_, Stop::Host(error))) => Some(error),
            Some((_, Stop::Space { error, .. })) => Some(error),
            Some((_, Stop::Reset | Stop::Archive(_))) | None => None,
        }
    }
}

/// The end of one entry, or of the whole copy.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The entry is not copied, and the copy goes on.
    Refused(Reason),
    /// The copy ends.
    Stop(Stop),
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(match error {
            Error::InsufficientSpace | Error::InsufficientMemory | Error::Quota | Error::Io => {
                return Self::Stop(Stop::Space { error, refusal: None });
            }
            // A copy uses no handle for what it was not opened for.
            Error::BadDescriptor => return Self::Stop(Stop::Reset),
            Error::Exist => Reason::Exists,
            Error::NoEntry => Reason::NotFound,
            Error::NameTooLong => Reason::NameTooLong,
            Error::FileTooLarge => Reason::FileTooLarge,
            Error::NotDirectory => Reason::NoDirectory,
            Error::Invalid => Reason::BadName,
            error => Reason::Space(error),
        })
    }
}

/// The books of a copy under way.
pub(crate) struct Log<'hook> {
    pub(crate) copied: Copied,
    refused: Vec<Refused>,
    count: u64,
    hook: Option<Hook<'hook>>,
}

/// What a host is told progress by.
pub(crate) type Hook<'hook> = Box<dyn FnMut(&Progress<'_>) + 'hook>;

impl<'hook> Log<'hook> {
    pub(crate) fn new(hook: Option<Hook<'hook>>) -> Self {
        Self { copied: Copied::default(), refused: Vec::new(), count: 0, hook }
    }

    /// Tells the host how far the copy is.
    pub(crate) fn tell(&mut self, path: &str) {
        if let Some(hook) = &mut self.hook {
            hook(&Progress { path, copied: self.copied });
        }
    }

    /// Notes that an entry is not copied.
    pub(crate) fn refuse(&mut self, path: &str, reason: Reason) {
        self.count += 1;
        if self.refused.len() < KEPT {
            self.refused.push(Refused { path: shortened(path), reason });
        }
    }

    /// Notes what became of an entry; only what ends the copy is an error then.
    pub(crate) fn settle(&mut self, path: &str, entry: Result<(), Fault>) -> Result<(), Stop> {
        match entry {
            Ok(()) => {
                self.tell(path);
                Ok(())
            }
            Err(Fault::Refused(reason)) => {
                self.refuse(path, reason);
                Ok(())
            }
            Err(Fault::Stop(stop)) => Err(stop),
        }
    }

    /// Closes the books. `path` is the one at which the copy ended, if it did, and `refusal` the
    /// last of the space.
    pub(crate) fn close(
        self,
        path: &str,
        outcome: Result<(), Stop>,
        refusal: Option<Refusal>,
    ) -> Result<Copied, CopyError> {
        let Self { copied, refused, count, hook: _ } = self;
        let stop = outcome.err().map(|stop| match stop {
            Stop::Space { error, refusal: _ } => Stop::Space { error, refusal },
            stop => stop,
        });
        // The top of the tree has no path of its own.
        let path = if path.is_empty() { "." } else { path };
        let stop = stop.map(|stop| (shortened(path), stop));
        if stop.is_none() && count == 0 {
            return Ok(copied);
        }
        Err(CopyError(Box::new(Told { copied, refused, count, stop })))
    }
}

/// Copies a path, at most so much of it as is kept.
fn shortened(path: &str) -> Box<str> {
    if path.len() <= PATH {
        return path.into();
    }
    format!("{}…", &path[..path.floor_char_boundary(PATH)]).into()
}
