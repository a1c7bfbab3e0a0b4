//! The guest's temporary files as the host sees them: files without a name in the scratch
//! directory that this process holds open. Linux tells them in `/proc/self/fd`.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::SystemTime;

/// What was seen in all looks so far.
#[derive(Default)]
pub(crate) struct Seen {
    /// An inode number alone serves one file after the other.
    files: HashSet<(u64, Option<SystemTime>)>,
    most_bytes: u64,
}

impl Seen {
    /// How many different files were there.
    pub(crate) fn files(&self) -> usize {
        self.files.len()
    }

    /// The most bytes that all of them had at once.
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
            // Through the link: the file itself, which nothing else leads to.
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

    /// Elsewhere nothing is seen.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn look(&mut self, _directory: &std::path::Path) {}
}
