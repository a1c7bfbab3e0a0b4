//! The outcome of a copy: copied entries, refused entries with reasons, and the reason for an early
//! end.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use tmpfs::{Error, Refusal};

/// The most refusals that a [`CopyError`] keeps with path and reason. It counts all of them.
pub(crate) const KEPT: usize = 1_000;

/// The most bytes of a path that are kept for a message.
const PATH: usize = 4_096;

/// The amounts that were copied.
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
    /// Files. A file with several names counts once.
    pub files: u64,
    /// Directories that were made. Existing ones do not count.
    pub directories: u64,
    /// Symbolic links.
    pub symbolic_links: u64,
    /// Additional names of files.
    pub hard_links: u64,
    /// Bytes that were copied. Holes do not count.
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

/// The state of a copy in progress.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Progress<'copy> {
    /// The path of the file that is being copied, relative to the top of the tree.
    pub path: &'copy str,
    /// The amounts that were copied so far.
    pub copied: Copied,
}

/// An entry that was not copied. Its `Display` gives the path, the reason, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    path: Box<str>,
    reason: Reason,
}

impl Refused {
    /// Returns the path, relative to the top of the tree. It is cut after 4,096 bytes, and bytes
    /// that are not UTF-8 are replaced.
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
    /// The target of a hard link in an archive does not exist, or is not a file.
    NoSuchFile,
    /// A device.
    Device,
    /// A FIFO.
    Fifo,
    /// A socket.
    Socket,
    /// The kind of an entry in an archive is unknown.
    UnknownKind,
    /// The sizes of a sparse file in an archive contradict each other.
    SizesLie,
    /// A name or the target of a link is not UTF-8.
    NotUtf8,
    /// A name is empty, or contains a NUL.
    BadName,
    /// Nothing has that name.
    NotFound,
    /// Something already has the name.
    Exists,
    /// The name of a file or directory is a symbolic link.
    SymbolicLink,
    /// A part of the path is not a directory, or was refused.
    NoDirectory,
    /// The target is not empty.
    NotEmpty,
    /// The file became shorter while it was read.
    Shrank,
    /// The entry was exchanged or written to while it was read.
    Changed,
    /// The tree is deeper than 256 directories.
    TooDeep,
    /// A name or path is longer than its limit.
    NameTooLong,
    /// The file is larger than the limit of one file.
    FileTooLarge,
    /// The host's system refused with a permission error.
    NotPermitted,
    /// The host's filesystem does not allow the name.
    NameNotAllowed,
    /// The host's filesystem makes no such link.
    LinkNotAllowed,
    /// The space refused with this error.
    Space(Error),
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AbsoluteName => "the name is absolute; archive it relative to its directory",
            Self::LeavesTheTree => "the name has a component `..`; archive it without that",
            Self::LinkLeadsOut => {
                "the link can lead out of the tree; let it be relative, with `..` only at its \
                 beginning and not beyond the top"
            }
            Self::NoSuchFile => "the target of the hard link is not a file earlier in the archive; archive both together",
            Self::SizesLie => "the sizes of the sparse file contradict each other; archive it again",
            Self::NotFound => "nothing has that name",
            Self::Device => "it is a device; leave it out",
            Self::Fifo => "it is a FIFO; leave it out",
            Self::Socket => "it is a socket; leave it out",
            Self::UnknownKind => "the kind of entry is unknown; archive it again, as GNU tar does with `--format=pax`",
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
            Self::NameNotAllowed => "the host's filesystem does not allow the name; rename it",
            Self::LinkNotAllowed => {
                "the host's filesystem makes no such link; copy elsewhere, or pack an archive"
            }
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
        /// The code that a program would get.
        error: Error,
        /// The limit, the amount asked for, and the amount held.
        refusal: Option<Refusal>,
    },
    /// The host's system failed, for example because a disk is full or a pipe is closed.
    Host(io::Error),
    /// The space went back to a template during the copy.
    Reset,
    /// The archive cannot be read further: it is cut, not an archive, or contains impossible sizes.
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
            Self::Archive(error) => {
                write!(formatter, "the archive cannot be read further: {error}")
            }
        }
    }
}

/// The error of a copy that is not complete: the amounts copied, the refused entries, and the
/// reason for an early end.
///
/// Everything that could be copied was copied completely; a file that was refused in the middle is
/// removed again. A copy ends early only at a limit of the space, by a failure of the host's
/// system, at an archive that cannot be read, or because the space went back to a template. Files
/// that were copied before that stay, except in a space that went back.
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
    /// The path at which the copy ended early, and the reason.
    stop: Option<(Box<str>, Stop)>,
}

impl CopyError {
    /// Returns the amounts that were copied.
    #[must_use]
    pub fn copied(&self) -> Copied {
        self.0.copied
    }

    /// Returns the first 1,000 refused entries, in their order.
    #[must_use]
    pub fn refused(&self) -> &[Refused] {
        &self.0.refused
    }

    /// Returns the number of all refused entries.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.0.count
    }

    /// Returns the reason why the copy ended early, or `None` if it reached every entry.
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
            // The copy's handles permit everything that it does, so this one was closed by a reset.
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

/// The record of a copy in progress.
pub(crate) struct Log<'hook> {
    pub(crate) copied: Copied,
    refused: Vec<Refused>,
    count: u64,
    hook: Option<Hook<'hook>>,
}

/// The function that reports progress to the host.
pub(crate) type Hook<'hook> = Box<dyn FnMut(&Progress<'_>) + 'hook>;

impl<'hook> Log<'hook> {
    pub(crate) fn new(hook: Option<Hook<'hook>>) -> Self {
        Self { copied: Copied::default(), refused: Vec::new(), count: 0, hook }
    }

    /// Reports the progress to the host.
    pub(crate) fn tell(&mut self, path: &str) {
        if let Some(hook) = &mut self.hook {
            hook(&Progress { path, copied: self.copied });
        }
    }

    /// Records that an entry was refused.
    pub(crate) fn refuse(&mut self, path: &str, reason: Reason) {
        self.count += 1;
        if self.refused.len() < KEPT {
            self.refused.push(Refused { path: shortened(path), reason });
        }
    }

    /// Records the outcome of an entry. Returns an error only if the copy ends.
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

    /// Makes the result of the copy. `path` is the path at which it ended early, and `refusal` the
    /// last refusal of the space.
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
        // The top of the tree has an empty path.
        let path = if path.is_empty() { "." } else { path };
        let stop = stop.map(|stop| (shortened(path), stop));
        if stop.is_none() && count == 0 {
            return Ok(copied);
        }
        Err(CopyError(Box::new(Told { copied, refused, count, stop })))
    }
}

/// Copies the part of a path that is kept.
fn shortened(path: &str) -> Box<str> {
    if path.len() <= PATH {
        return path.into();
    }
    format!("{}…", &path[..path.floor_char_boundary(PATH)]).into()
}
