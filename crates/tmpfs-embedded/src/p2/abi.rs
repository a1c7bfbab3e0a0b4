//! Parameters and results in the form of the canonical ABI.

use tmpfs::{
    DescriptorFlags, Error, Follow, Kind, MetadataHash, NewTimestamp, OpenFlags, Stat, Timestamp,
};

use crate::program::{Area, trap};

/// Exports functions under the names of the functions that they replace. Each begins with its
/// caller.
macro_rules! lowered {
    ($(
        $(#[$attribute:meta])*
        $name:literal
        fn $function:ident($caller:ident $(, $parameter:ident: $kind:ty)* $(,)?) $(-> $result:ty)?
        $body:block
    )*) => {$(
        $(#[$attribute])*
        #[unsafe(export_name = $name)]
        extern "C" fn $function($($parameter: $kind),*) $(-> $result)? {
            let $caller = $crate::program::enter();
            $body
        }
    )*};
}

pub(crate) use lowered;

/// The bit that marks handles of this module. Handles of a host are below 2²⁸ (canonical ABI).
pub(crate) const OURS: u32 = 1 << 30;

/// The most bytes of one answer. A hole costs nothing, so reading it must not take memory without
/// limit.
pub(crate) const MOST: u64 = 1 << 20;

/// A code of the enumeration `error-code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code(u32);

impl Code {
    pub(crate) const CROSS_DEVICE: Self = Self(36);

    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

impl From<Error> for Code {
    fn from(error: Error) -> Self {
        Self(match error {
            Error::BadDescriptor => 3,
            Error::Busy => 4,
            Error::Quota => 6,
            Error::Exist => 7,
            Error::FileTooLarge => 8,
            Error::Invalid => 12,
            Error::Io => 13,
            Error::IsDirectory => 14,
            Error::Loop => 15,
            Error::TooManyLinks => 16,
            Error::NameTooLong => 18,
            Error::NoEntry => 20,
            Error::InsufficientMemory => 22,
            Error::InsufficientSpace => 23,
            Error::NotDirectory => 24,
            Error::NotEmpty => 25,
            Error::NotPermitted => 31,
            Error::ReadOnly => 33,
        })
    }
}

/// The result of a function with an `error-code`.
pub(crate) type Result<T> = core::result::Result<T, Code>;

/// The place of a function's result in memory: a case and its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    area: Area,
    /// The offset of the content.
    payload: u32,
}

impl Out {
    /// Makes the place of a result of `size` bytes. Traps unless it is in memory. The content is at
    /// `payload`, which is also the alignment.
    #[inline]
    pub(crate) fn new(at: u32, size: u32, payload: u32) -> Self {
        Self { area: Area::new(at, size, payload), payload }
    }

    /// Makes the place of a `result<_, error-code>`, or of one with another enumeration as its
    /// error.
    #[inline]
    pub(crate) fn small(at: u32) -> Self {
        Self::new(at, 2, 1)
    }

    /// Makes the place of a `result<own<…>, error-code>`.
    #[inline]
    pub(crate) fn handle(at: u32) -> Self {
        Self::new(at, 8, 4)
    }

    /// Makes the place of a result with a 64-bit number.
    #[inline]
    pub(crate) fn number(at: u32) -> Self {
        Self::new(at, 16, 8)
    }

    /// Writes the result. On success, `put` writes the content at the offset that it gets.
    #[inline]
    pub(crate) fn put<T>(self, outcome: Result<T>, put: impl FnOnce(Area, u32, T)) {
        match outcome {
            Ok(value) => {
                put(self.area, self.payload, value);
                self.area.store8(0, 0);
            }
            Err(code) => self.fail(code),
        }
    }

    #[inline(never)]
    fn fail(self, code: Code) {
        self.area.store8(0, 1);
        self.area.store8(self.payload, code.0);
    }

    /// Writes a case with two words, the second of which is a handle.
    pub(crate) fn fail_with(self, case: u32, handle: u32) {
        self.area.store8(0, 1);
        self.area.store8(self.payload, case);
        if case == 0 {
            self.area.store32(self.payload + 4, handle);
        }
    }

    pub(crate) fn put_nothing(self, outcome: Result<()>) {
        self.put(outcome, |_, _, ()| {});
    }

    pub(crate) fn put_byte(self, outcome: Result<u32>) {
        self.put(outcome, |area, at, value| area.store8(at, value));
    }

    pub(crate) fn put_handle(self, outcome: Result<u32>) {
        self.put(outcome, |area, at, value| area.store32(at, value));
    }

    pub(crate) fn put_number(self, outcome: Result<u64>) {
        self.put(outcome, |area, at, value| area.store64(at, value));
    }
}

/// Reads an enumeration or a variant. Traps if there is no such case.
#[inline]
pub(crate) fn case(number: u32, cases: u32) -> u32 {
    if number >= cases {
        trap();
    }
    number
}

/// Returns a `bool` of the canonical ABI.
#[inline]
pub(crate) fn flag(value: bool) -> u32 {
    u32::from(value)
}

pub(crate) fn kind(kind: Kind) -> u32 {
    match kind {
        Kind::Directory => 3,
        Kind::SymbolicLink => 5,
        Kind::RegularFile => 6,
    }
}

pub(crate) fn follow(flags: u32) -> Follow {
    if flags & 1 != 0 { Follow::Yes } else { Follow::No }
}

pub(crate) fn open_flags(flags: u32) -> OpenFlags {
    OpenFlags {
        create: flags & 1 != 0,
        directory: flags & 2 != 0,
        exclusive: flags & 4 != 0,
        truncate: flags & 8 != 0,
    }
}

/// Reads the flags to open with. Without the flag for writing, the flag for reading is set, as in
/// wasmtime.
pub(crate) fn descriptor_flags(flags: u32) -> DescriptorFlags {
    DescriptorFlags {
        read: flags & 1 != 0 || flags & 2 == 0,
        write: flags & 2 != 0,
        file_integrity_sync: flags & 4 != 0,
        data_integrity_sync: flags & 8 != 0,
        requested_write_sync: flags & 16 != 0,
        mutate_directory: flags & 32 != 0,
    }
}

pub(crate) fn told_flags(flags: DescriptorFlags) -> u32 {
    flag(flags.read)
        | flag(flags.write) << 1
        | flag(flags.file_integrity_sync) << 2
        | flag(flags.data_integrity_sync) << 3
        | flag(flags.requested_write_sync) << 4
        | flag(flags.mutate_directory) << 5
}

/// Reads a `new-timestamp`. A time that the engine cannot hold, in 292 thousand million years,
/// becomes the last one that it can hold.
pub(crate) fn new_timestamp(number: u32, seconds: u64, nanoseconds: u32) -> NewTimestamp {
    match case(number, 3) {
        0 => NewTimestamp::NoChange,
        1 => NewTimestamp::Now,
        _ => NewTimestamp::Timestamp(timestamp(seconds, nanoseconds)),
    }
}

pub(crate) fn timestamp(seconds: u64, nanoseconds: u32) -> Timestamp {
    Timestamp { seconds: i64::try_from(seconds).unwrap_or(i64::MAX), nanoseconds }
}

/// Writes a `descriptor-stat`, of 96 bytes.
pub(crate) fn put_stat(area: Area, at: u32, stat: Stat) {
    area.store8(at, kind(stat.kind));
    area.store64(at + 8, stat.link_count);
    area.store64(at + 16, stat.size);
    put_time(area, at + 24, stat.accessed);
    put_time(area, at + 48, stat.modified);
    put_time(area, at + 72, stat.changed);
}

/// Writes an `option<datetime>`. A time before 1970, which WASI cannot express, is `none`.
fn put_time(area: Area, at: u32, time: Timestamp) {
    let seconds = u64::try_from(time.seconds);
    area.store8(at, flag(seconds.is_ok()));
    if let Ok(seconds) = seconds {
        area.store64(at + 8, seconds);
        area.store32(at + 16, time.nanoseconds);
    }
}

pub(crate) fn put_hash(area: Area, at: u32, hash: MetadataHash) {
    area.store64(at, hash.lower);
    area.store64(at + 8, hash.upper);
}

/// Writes the address and the length of a list or a string.
pub(crate) fn put_list(area: Area, at: u32, list: Area, count: u32) {
    area.store32(at, list.at());
    area.store32(at + 4, count);
}
