//! A spooled file's limit, and the file on the disk that it is to become.

use alloc::{boxed::Box, string::String};

use crate::error::Result;
use crate::file::made::Made;
use crate::file::options::{FileOptions, Flavour, NameOptions};

/// How far the position in memory may be, in bytes: Python's `max_size`. 0 is no limit.
#[derive(Clone, Copy)]
pub(crate) struct Limit(i64);

impl Limit {
    pub(crate) fn new(max_size: i64) -> Self {
        Self(max_size)
    }

    /// The farthest position that needs no look.
    pub(crate) fn most(self) -> u64 {
        match self.0 {
            0 => u64::MAX,
            most => u64::try_from(most).unwrap_or(0),
        }
    }

    /// CPython's check after every write.
    pub(crate) fn allows_position(self, position: u64) -> bool {
        self.0 == 0 || u64::try_from(self.0).is_ok_and(|most| position <= most)
    }

    /// CPython's check before `truncate`, for which 0 is a limit as any other.
    pub(crate) fn allows_size(self, size: i64) -> bool {
        size <= self.0
    }
}

/// Makes the file on the disk.
pub(crate) type Maker = fn(&FileOptions<'_>, Flavour) -> Result<Made>;

/// What a spooled file was made with.
pub(crate) struct Spool {
    pub(crate) limit: Limit,
    flavour: Flavour,
    file: Box<Parameters>,
    maker: Maker,
}

/// The mode where none is given.
const MODE: &str = "w+b";

/// [`FileOptions`] that outlive the call which gave them.
struct Parameters {
    /// `None` for the default: an allocation less for most.
    mode: Option<String>,
    buffering: i32,
    encoding: Option<String>,
    newline: Option<String>,
    suffix: Option<String>,
    prefix: Option<String>,
    dir: Option<String>,
    errors: Option<String>,
}

impl Parameters {
    fn own(options: &FileOptions<'_>) -> Self {
        let own = |value: Option<&str>| value.map(String::from);
        Self {
            mode: own(Some(options.mode).filter(|mode| *mode != MODE)),
            buffering: options.buffering,
            encoding: own(options.encoding),
            newline: own(options.newline),
            suffix: own(options.name.suffix),
            prefix: own(options.name.prefix),
            dir: own(options.name.dir),
            errors: own(options.errors),
        }
    }

    fn options(&self) -> FileOptions<'_> {
        FileOptions {
            mode: self.mode.as_deref().unwrap_or(MODE),
            buffering: self.buffering,
            encoding: self.encoding.as_deref(),
            newline: self.newline.as_deref(),
            name: NameOptions {
                suffix: self.suffix.as_deref(),
                prefix: self.prefix.as_deref(),
                dir: self.dir.as_deref(),
            },
            errors: self.errors.as_deref(),
        }
    }
}

impl Spool {
    pub(crate) fn new(
        max_size: i64,
        file: &FileOptions<'_>,
        flavour: Flavour,
        maker: Maker,
    ) -> Self {
        let limit = Limit::new(max_size);
        Self { limit, flavour, file: Box::new(Parameters::own(file)), maker }
    }

    /// What the file on the disk is opened with.
    pub(crate) fn options(&self) -> FileOptions<'_> {
        self.file.options()
    }

    /// Makes the file on the disk, empty.
    pub(crate) fn make(&self) -> Result<Made> {
        (self.maker)(&self.options(), self.flavour)
    }
}
