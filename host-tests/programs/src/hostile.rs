//! The parts that hostile programs share: the directory that they are given, and calls on it.

use wasip2::filesystem::preopens::get_directories;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags, filesystem_error_code,
};
use wasip2::io::streams::StreamError;

/// Returns the directory that the program is given.
///
/// # Panics
/// It is given none.
#[must_use]
pub fn root() -> Descriptor {
    get_directories().swap_remove(0).0
}

/// Makes a file and opens it for reading and writing.
///
/// # Errors
/// Those of `open-at`.
pub fn create(at: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    let new = OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    at.open_at(PathFlags::empty(), path, new, DescriptorFlags::READ | DescriptorFlags::WRITE)
}

/// Opens what is at a path for reading, through all links.
///
/// # Errors
/// Those of `open-at`.
pub fn open(at: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    at.open_at(PathFlags::SYMLINK_FOLLOW, path, OpenFlags::empty(), DescriptorFlags::READ)
}

/// Opens a directory, to change it.
///
/// # Errors
/// Those of `open-at`.
pub fn enter(at: &Descriptor, path: &str) -> Result<Descriptor, ErrorCode> {
    let flags = DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY;
    at.open_at(PathFlags::empty(), path, OpenFlags::DIRECTORY, flags)
}

/// Prints the answer to a call.
pub fn say<T>(what: &str, answer: &Result<T, ErrorCode>) {
    println!("{what}: {}", told(answer));
}

/// Returns the answer to a call: a code, or that it was done.
#[must_use]
pub fn told<T>(answer: &Result<T, ErrorCode>) -> &'static str {
    answer.as_ref().err().map_or("done", |code| code.name())
}

/// Lists the names in a directory, in their order.
///
/// # Panics
/// The directory cannot be listed.
#[must_use]
pub fn names(at: &Descriptor) -> Vec<String> {
    let entries = at.read_directory().unwrap();
    let mut names = Vec::new();
    while let Some(entry) = entries.read_directory_entry().unwrap() {
        names.push(entry.name);
    }
    names.sort();
    names
}

/// Returns the name of the code with which a stream of a file failed, or `closed`.
///
/// # Panics
/// The failure is none of the filesystem's.
#[must_use]
pub fn failure(error: &StreamError) -> &'static str {
    match error {
        StreamError::Closed => "closed",
        StreamError::LastOperationFailed(error) => {
            filesystem_error_code(error).expect("it is of a file").name()
        }
    }
}
