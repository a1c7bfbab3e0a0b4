//! Conversions between the engine's types and those of `wasi:filesystem`.

use tmpfs::{
    DescriptorFlags, Error, Follow, Kind, MetadataHash, NewTimestamp, OpenFlags, Stat, Timestamp,
};

use crate::bindings::exports::wasi::filesystem::types as wit;
use crate::bindings::wasi::clocks::wall_clock::{self, Datetime};

/// Returns the present time.
pub(crate) fn now() -> Timestamp {
    timestamp(wall_clock::now())
}

pub(crate) fn code(error: Error) -> wit::ErrorCode {
    match error {
        Error::BadDescriptor => wit::ErrorCode::BadDescriptor,
        Error::Busy => wit::ErrorCode::Busy,
        Error::Exist => wit::ErrorCode::Exist,
        Error::FileTooLarge => wit::ErrorCode::FileTooLarge,
        Error::Io => wit::ErrorCode::Io,
        Error::Invalid => wit::ErrorCode::Invalid,
        Error::IsDirectory => wit::ErrorCode::IsDirectory,
        Error::Loop => wit::ErrorCode::Loop,
        Error::TooManyLinks => wit::ErrorCode::TooManyLinks,
        Error::NameTooLong => wit::ErrorCode::NameTooLong,
        Error::NoEntry => wit::ErrorCode::NoEntry,
        Error::InsufficientMemory => wit::ErrorCode::InsufficientMemory,
        Error::InsufficientSpace => wit::ErrorCode::InsufficientSpace,
        Error::NotDirectory => wit::ErrorCode::NotDirectory,
        Error::NotEmpty => wit::ErrorCode::NotEmpty,
        Error::NotPermitted => wit::ErrorCode::NotPermitted,
        Error::Quota => wit::ErrorCode::Quota,
        Error::ReadOnly => wit::ErrorCode::ReadOnly,
    }
}

pub(crate) fn kind(kind: Kind) -> wit::DescriptorType {
    match kind {
        Kind::Directory => wit::DescriptorType::Directory,
        Kind::RegularFile => wit::DescriptorType::RegularFile,
        Kind::SymbolicLink => wit::DescriptorType::SymbolicLink,
    }
}

/// Returns a time for WASI, or `None` for a time before 1970, which WASI cannot express.
fn datetime(time: Timestamp) -> Option<Datetime> {
    let seconds = u64::try_from(time.seconds).ok()?;
    Some(Datetime { seconds, nanoseconds: time.nanoseconds })
}

/// Returns a time for the engine. A time that the engine cannot hold, in 292 thousand million
/// years, becomes the last one that it can hold.
fn timestamp(time: Datetime) -> Timestamp {
    let seconds = i64::try_from(time.seconds).unwrap_or(i64::MAX);
    Timestamp { seconds, nanoseconds: time.nanoseconds }
}

pub(crate) fn new_timestamp(time: wit::NewTimestamp) -> NewTimestamp {
    match time {
        wit::NewTimestamp::NoChange => NewTimestamp::NoChange,
        wit::NewTimestamp::Now => NewTimestamp::Now,
        wit::NewTimestamp::Timestamp(time) => NewTimestamp::Timestamp(timestamp(time)),
    }
}

pub(crate) fn stat(stat: Stat) -> wit::DescriptorStat {
    wit::DescriptorStat {
        type_: kind(stat.kind),
        link_count: stat.link_count,
        size: stat.size,
        data_access_timestamp: datetime(stat.accessed),
        data_modification_timestamp: datetime(stat.modified),
        status_change_timestamp: datetime(stat.changed),
    }
}

pub(crate) fn metadata_hash(hash: MetadataHash) -> wit::MetadataHashValue {
    wit::MetadataHashValue { lower: hash.lower, upper: hash.upper }
}

pub(crate) fn follow(flags: wit::PathFlags) -> Follow {
    if flags.contains(wit::PathFlags::SYMLINK_FOLLOW) { Follow::Yes } else { Follow::No }
}

pub(crate) fn open_flags(flags: wit::OpenFlags) -> OpenFlags {
    OpenFlags {
        create: flags.contains(wit::OpenFlags::CREATE),
        directory: flags.contains(wit::OpenFlags::DIRECTORY),
        exclusive: flags.contains(wit::OpenFlags::EXCLUSIVE),
        truncate: flags.contains(wit::OpenFlags::TRUNCATE),
    }
}

/// Returns the flags to open with. Without the flag for writing, the flag for reading is set, as in
/// wasmtime.
pub(crate) fn descriptor_flags(flags: wit::DescriptorFlags) -> DescriptorFlags {
    let write = flags.contains(wit::DescriptorFlags::WRITE);
    DescriptorFlags {
        read: flags.contains(wit::DescriptorFlags::READ) || !write,
        write,
        file_integrity_sync: flags.contains(wit::DescriptorFlags::FILE_INTEGRITY_SYNC),
        data_integrity_sync: flags.contains(wit::DescriptorFlags::DATA_INTEGRITY_SYNC),
        requested_write_sync: flags.contains(wit::DescriptorFlags::REQUESTED_WRITE_SYNC),
        mutate_directory: flags.contains(wit::DescriptorFlags::MUTATE_DIRECTORY),
    }
}

pub(crate) fn told_flags(flags: DescriptorFlags) -> wit::DescriptorFlags {
    let mut told = wit::DescriptorFlags::empty();
    told.set(wit::DescriptorFlags::READ, flags.read);
    told.set(wit::DescriptorFlags::WRITE, flags.write);
    told.set(wit::DescriptorFlags::FILE_INTEGRITY_SYNC, flags.file_integrity_sync);
    told.set(wit::DescriptorFlags::DATA_INTEGRITY_SYNC, flags.data_integrity_sync);
    told.set(wit::DescriptorFlags::REQUESTED_WRITE_SYNC, flags.requested_write_sync);
    told.set(wit::DescriptorFlags::MUTATE_DIRECTORY, flags.mutate_directory);
    told
}
