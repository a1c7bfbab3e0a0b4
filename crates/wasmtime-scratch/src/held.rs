//! Paths below the root of a space.

use tmpfs::{Error, Follow, Handle, Result, Timestamp};

/// Makes of a path below the root, absolute or relative, one that the engine takes from there.
pub(crate) fn below_root(path: &str) -> &str {
    match path.trim_start_matches('/') {
        // `NoEntry`, as everywhere, is what an empty path gives.
        "" if path.is_empty() => "",
        "" => ".",
        path => path,
    }
}

/// Makes a directory, and those above it; what is a directory already stays.
pub(crate) fn create_all(
    engine: &mut tmpfs::Space,
    root: Handle,
    path: &str,
    now: Timestamp,
) -> Result<()> {
    let mut missing = Vec::new();
    let mut end = path.len();
    loop {
        match engine.create_directory_at(root, &path[..end], now) {
            Ok(()) | Err(Error::Exist) => break,
            Err(Error::NoEntry) => {}
            Err(error) => return Err(error),
        }
        missing.push(end);
        end = path[..end].rfind('/').ok_or(Error::NoEntry)?;
    }
    for end in missing.into_iter().rev() {
        match engine.create_directory_at(root, &path[..end], now) {
            Ok(()) | Err(Error::Exist) => {}
            Err(error) => return Err(error),
        }
    }
    match engine.stat_at(root, Follow::Yes, path)?.kind {
        tmpfs::Kind::Directory => Ok(()),
        tmpfs::Kind::RegularFile | tmpfs::Kind::SymbolicLink => Err(Error::NotDirectory),
    }
}
