//! The files named on the command line. They are opened relative to the directories that the host
//! granted. They are read and written without streams, because wasmtime serves streams on another
//! thread.

use std::io;
use std::path::Path;

use wasi::filesystem::preopens;
use wasi::filesystem::types::{DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasi_tempfile::{BinaryFile, Descriptor};

pub(super) fn open_input(path: &Path) -> io::Result<BinaryFile> {
    open(path, OpenFlags::empty(), DescriptorFlags::READ)
}

pub(super) fn create_output(path: &Path) -> io::Result<BinaryFile> {
    open(path, OpenFlags::CREATE | OpenFlags::TRUNCATE, DescriptorFlags::WRITE)
}

fn open(path: &Path, how: OpenFlags, access: DescriptorFlags) -> io::Result<BinaryFile> {
    let failed =
        |code: ErrorCode| io::Error::other(format!("{}: {}", path.display(), code.message()));
    let text = path.to_str().ok_or_else(|| failed(ErrorCode::IllegalByteSequence))?;
    let granted = preopens::get_directories();
    let reach =
        granted.iter().filter_map(|(directory, granted)| Some((directory, below(text, granted)?)));
    // Take the granted directory that leaves the shortest path.
    let (directory, relative) = reach
        .min_by_key(|(_, relative)| relative.len())
        .ok_or_else(|| failed(ErrorCode::NoEntry))?;
    let file = directory.open_at(PathFlags::SYMLINK_FOLLOW, relative, how, access);
    file.map(|file| BinaryFile::from(Descriptor::from(file))).map_err(failed)
}

/// Returns the part of `path` below a granted directory.
fn below<'a>(path: &'a str, granted: &str) -> Option<&'a str> {
    if granted == "." && !path.starts_with('/') {
        return Some(path);
    }
    path.strip_prefix(granted.trim_end_matches('/'))?.strip_prefix('/')
}
