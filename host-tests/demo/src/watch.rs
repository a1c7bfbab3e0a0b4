//! The guest's temporary files as the host sees them. They are files without a name in the scratch
//! directory that this process holds open, which Linux lists in `/proc/self/fd`.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::SystemTime;

/// The files that all looks so far have found.
#[derive(Default)]
pub(crate) struct Seen {
    /// Inode numbers with creation times: the system gives the number of a deleted file to a later
    /// one.
    files: HashSet<(u64, Option<SystemTime>)>,
    most_bytes: u64,
}

impl Seen {
    /// Returns the number of different files found.
    pub(crate) fn files(&self) -> usize {
        self.files.len()
    }

    /// Returns the most bytes that all files had at once.
    pub(crate) fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Looks for files that were made in `directory`.
    #[cfg(target_os = "linux")]
    pub(crate) fn look(&mut self, directory: &std::path::Path) {
        use std::os::unix::fs::MetadataExt as _;

        let Ok(open) = std::fs::read_dir("/proc/self/fd") else { return };
        let mut bytes = 0;
        for link in open.flatten().map(|entry: std::fs::DirEntry| entry.path()) {
            let inside = |target: PathBuf| target.parent() == Some(directory);
            if !std::fs::read_link(&link).is_ok_and(inside) {
                continue;
            }
            // The link leads to the file itself, which has no name any more.
            if let Ok(file) = std::fs::metadata(&link)
                && file.is_file()
                && file.nlink() == 0
            {
                bytes += file.len();
                self.files.insert((file.ino(), file.created().ok()));
            }
        }
        self.most_bytes = self.most_bytes.max(bytes);
    }

    /// Finds nothing, on systems other than Linux.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn look(&mut self, _directory: &std::path::Path) {}
}
