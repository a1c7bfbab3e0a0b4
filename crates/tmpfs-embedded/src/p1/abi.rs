//! Codes, flags and records of preview 1.

use tmpfs::{Error, Follow, Kind, NewTimestamp, OpenFlags, Stat, Timestamp};

use crate::program::{Area, Unreadable};

/// Exports a function under two names. The second one, with `BESIDE` true, is for programs that
/// also see the host's directories.
macro_rules! exported {
    (
        $ours:literal, $beside:literal,
        $function:ident($($parameter:ident: $kind:ty),*) $(-> $result:ty)?
    ) => {
        const _: () = {
            #[unsafe(export_name = $ours)]
            extern "C" fn ours($($parameter: $kind),*) $(-> $result)? {
                $function::<false>($($parameter),*)
            }

            #[unsafe(export_name = $beside)]
            extern "C" fn beside($($parameter: $kind),*) $(-> $result)? {
                $function::<true>($($parameter),*)
            }
        };
    };
}

pub(crate) use exported;

/// Exports functions of preview 1 under two names each, as [`exported`] does.
macro_rules! answered {
    ($(
        $(#[$attribute:meta])*
        $ours:literal, $beside:literal
        fn $function:ident($($parameter:ident: $kind:ty),* $(,)?)
        $body:block
    )*) => {$(
        $(#[$attribute])*
        fn $function<const BESIDE: bool>($($parameter: $kind),*) -> $crate::p1::abi::Result<()>
        $body

        const _: () = {
            $(#[$attribute])*
            #[inline]
            fn answer<const BESIDE: bool>($($parameter: $kind),*) -> u32 {
                $crate::p1::abi::number($function::<BESIDE>($($parameter),*))
            }

            $crate::p1::abi::exported!($ours, $beside, answer($($parameter: $kind),*) -> u32);
        };
    )*};
}

pub(crate) use answered;

/// The right to read a file.
pub(crate) const FD_READ: u64 = 1 << 1;

/// The right to write to a file.
pub(crate) const FD_WRITE: u64 = 1 << 6;

/// An `errno` other than success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(u32);

impl Errno {
    pub(crate) const BADF: Self = Self(8);
    pub(crate) const ILSEQ: Self = Self(25);
    pub(crate) const INVAL: Self = Self(28);
    pub(crate) const NAMETOOLONG: Self = Self(37);
    pub(crate) const NOMEM: Self = Self(48);
    pub(crate) const NOTDIR: Self = Self(54);
    pub(crate) const NOTSOCK: Self = Self(57);
    pub(crate) const NOTSUP: Self = Self(58);
    pub(crate) const OVERFLOW: Self = Self(61);
    pub(crate) const XDEV: Self = Self(75);
}

impl From<Error> for Errno {
    fn from(error: Error) -> Self {
        Self(match error {
            Error::BadDescriptor => 8,
            Error::Busy => 10,
            Error::Quota => 19,
            Error::Exist => 20,
            Error::FileTooLarge => 22,
            Error::Invalid => 28,
            Error::Io => 29,
            Error::IsDirectory => 31,
            Error::Loop => 32,
            Error::TooManyLinks => 34,
            Error::NameTooLong => 37,
            Error::NoEntry => 44,
            Error::InsufficientMemory => 48,
            Error::InsufficientSpace => 51,
            Error::NotDirectory => 54,
            Error::NotEmpty => 55,
            Error::NotPermitted => 63,
            Error::ReadOnly => 69,
        })
    }
}

impl From<Unreadable> for Errno {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::NotUtf8 => Self::ILSEQ,
            Unreadable::Refused(error) => Self::from(error),
        }
    }
}

pub(crate) type Result<T> = core::result::Result<T, Errno>;

/// Returns the number that a function of preview 1 returns for an outcome.
#[inline]
pub(crate) fn number(outcome: Result<()>) -> u32 {
    match outcome {
        Ok(()) => 0,
        Err(Errno(number)) => number,
    }
}

/// Returns the result for a number that the host returned.
pub(crate) fn told(number: u32) -> Result<()> {
    if number == 0 { Ok(()) } else { Err(Errno(number)) }
}

/// Calls the host for a directory of its own. Without `BESIDE` there is none, and the call is not
/// compiled, so that a program does not import functions that lead to the host's files.
#[inline]
pub(crate) fn hosted<const BESIDE: bool>(call: impl FnOnce() -> u32) -> Result<()> {
    if BESIDE { told(call()) } else { Err(Errno::BADF) }
}

/// Refuses unknown flags.
pub(crate) fn known(flags: u32, all: u32) -> Result<u32> {
    if flags & !all == 0 { Ok(flags) } else { Err(Errno::INVAL) }
}

pub(crate) const APPEND: u32 = 1;
pub(crate) const DSYNC: u32 = 2;
pub(crate) const NONBLOCK: u32 = 4;
pub(crate) const RSYNC: u32 = 8;
pub(crate) const SYNC: u32 = 16;

/// All `fdflags`.
pub(crate) const FLAGS: u32 = 31;

pub(crate) const DIRECTORY: u32 = 3;
pub(crate) const SOCKET_DGRAM: u32 = 5;
pub(crate) const SOCKET_STREAM: u32 = 6;
pub(crate) const REGULAR_FILE: u32 = 4;

pub(crate) fn kind(kind: Kind) -> u32 {
    match kind {
        Kind::Directory => DIRECTORY,
        Kind::RegularFile => REGULAR_FILE,
        Kind::SymbolicLink => 7,
    }
}

pub(crate) fn follow(flags: u32) -> Result<Follow> {
    Ok(if known(flags, 1)? == 0 { Follow::No } else { Follow::Yes })
}

pub(crate) fn open_flags(flags: u32) -> Result<OpenFlags> {
    let flags = known(flags, 15)?;
    Ok(OpenFlags {
        create: flags & 1 != 0,
        directory: flags & 2 != 0,
        exclusive: flags & 4 != 0,
        truncate: flags & 8 != 0,
    })
}

/// Reads the access and modification times, with `fstflags`.
pub(crate) fn new_times(accessed: u64, modified: u64, flags: u32) -> Result<[NewTimestamp; 2]> {
    let flags = known(flags, 15)?;
    let one = |time: u64, set: u32, now: u32| match (flags & set != 0, flags & now != 0) {
        (true, true) => Err(Errno::INVAL),
        (true, false) => Ok(NewTimestamp::Timestamp(timestamp(time))),
        (false, true) => Ok(NewTimestamp::Now),
        (false, false) => Ok(NewTimestamp::NoChange),
    };
    Ok([one(accessed, 1, 2)?, one(modified, 4, 8)?])
}

const SECOND: u64 = 1_000_000_000;

pub(crate) fn timestamp(nanoseconds: u64) -> Timestamp {
    Timestamp {
        seconds: i64::try_from(nanoseconds / SECOND).expect("BUG: it was divided"),
        nanoseconds: u32::try_from(nanoseconds % SECOND).expect("BUG: less than a second"),
    }
}

/// Returns a time in nanoseconds since 1970. An earlier time, which WASI cannot express, is 0.
fn nanoseconds(time: Timestamp) -> Result<u64> {
    let Ok(seconds) = u64::try_from(time.seconds) else { return Ok(0) };
    let whole = seconds.checked_mul(SECOND);
    let all = whole.and_then(|whole| whole.checked_add(u64::from(time.nanoseconds)));
    all.ok_or(Errno::OVERFLOW)
}

/// The bytes of a `filestat`, which is aligned to 8.
pub(crate) const FILESTAT: u32 = 64;

/// Writes a `filestat`.
pub(crate) fn put_stat(out: Area, (stat, inode): (Stat, u64)) -> Result<()> {
    let times = [stat.accessed, stat.modified, stat.changed].map(nanoseconds);
    let [accessed, modified, changed] = times;
    let (accessed, modified, changed) = (accessed?, modified?, changed?);
    out.store64(0, 1);
    out.store64(8, inode);
    out.store64(16, u64::from(kind(stat.kind)));
    out.store64(24, stat.link_count);
    out.store64(32, stat.size);
    out.store64(40, accessed);
    out.store64(48, modified);
    out.store64(56, changed);
    Ok(())
}
