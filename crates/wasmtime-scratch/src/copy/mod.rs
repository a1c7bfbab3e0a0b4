//! Copies of files and trees: from the host and archives into a space, and back.

mod contents;
mod entries;
#[cfg(target_os = "linux")]
mod from_host;
#[cfg(target_os = "linux")]
mod host;
mod inside;
mod links;
mod outcome;
mod pack;
mod pax;
#[cfg(target_os = "linux")]
mod to_host;
mod unpack;
mod walk;
mod zeros;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{Read, Write};
#[cfg(target_os = "linux")]
use std::os::fd::AsFd;
#[cfg(target_os = "linux")]
use std::path::Path;

pub use outcome::{Copied, CopyError, Progress, Reason, Refused, Stop};

use crate::copy::outcome::{Hook, Log};
#[cfg(target_os = "linux")]
use crate::copy::to_host::Existing;
use crate::space::Space;

/// Settings of a copy, made by [`Space::copying`].
#[must_use]
pub struct Copying<'copy> {
    space: &'copy Space,
    hook: Option<Hook<'copy>>,
    #[cfg(target_os = "linux")]
    existing: Existing,
}

impl fmt::Debug for Copying<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Copying").field("space", &self.space).finish_non_exhaustive()
    }
}

/// Copies of trees, into the space and out of it.
///
/// A copy never follows a symbolic link within the tree, and never leaves the tree. It copies
/// everything that it can. [`CopyError`] lists the rest, each entry with its reason.
impl Space {
    /// Returns the settings of a copy into the space or out of it.
    ///
    /// # Example
    /// ```
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("a", "one")?;
    /// let (mut archive, mut told) = (Vec::new(), Vec::new());
    /// let copying = space.copying().progress(|progress| told.push(progress.path.to_owned()));
    /// copying.pack("/", &mut archive)?;
    /// assert_eq!(told.last().unwrap(), "a");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn copying(&self) -> Copying<'_> {
        Copying {
            space: self,
            hook: None,
            #[cfg(target_os = "linux")]
            existing: Existing::Refuse,
        }
    }

    /// Copies a file or a tree of the host into the space. Linux only.
    ///
    /// The entries of a directory are copied into the directory `to`; a file is copied to the path
    /// `to`. Missing parent directories are made. Existing files are not replaced: a directory with
    /// the same name is filled, and a file with the same name is refused.
    ///
    /// - Symbolic links are copied as links if they stay inside the tree. A target with `..` after
    ///   a name is refused, since that name may be a link, too.
    /// - Hard links within one copy stay links to one file.
    /// - Holes stay holes, and blocks of 4,096 zeros become holes.
    /// - Modification times are kept. Modes are not.
    /// - Files are read in pieces of 256 KiB.
    ///
    /// # Errors
    /// A [`CopyError`] in two cases:
    ///
    /// - Entries were refused: devices, FIFOs and sockets; links that can lead out; names that are
    ///   not UTF-8 or are taken; files that shrink while they are read; files that the process may
    ///   not read; trees deeper than 256 directories.
    /// - The copy ended early, at a limit of the space or by a failure of the host.
    ///
    /// # Security
    /// Nothing outside of `from` is read, even if another process exchanges files there meanwhile.
    /// Symbolic links are followed only in the directories above `from`.
    ///
    /// # Example
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("copy-in-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// std::fs::write(folder.join("data.csv"), "1,2,3")?;
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// let copied = space.copy_in(&folder, "/input")?;
    /// assert_eq!((copied.files, copied.bytes), (1, 5));
    /// assert_eq!(space.read("/input/data.csv")?, b"1,2,3");
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(target_os = "linux")]
    pub fn copy_in(&self, from: impl AsRef<Path>, to: &str) -> Result<Copied, CopyError> {
        self.copying().copy_in(from, to)
    }

    /// Copies a file or a tree of the space into a directory of the host. Linux only.
    ///
    /// The entries of a directory are copied into `to`; a file is copied into it under its own
    /// name. If `to` is missing, it is made; its parent directory must exist. If it exists, it must
    /// be empty.
    ///
    /// Links, holes and times are kept as by [`Space::copy_in`], and blocks of 4,096 zeros become
    /// holes. Files get the process's default mode, and none is executable.
    ///
    /// A program may run meanwhile. Each file is copied in one state. A file that is written to
    /// while it is read is refused with [`Reason::Changed`], as long as the space's clock tells the
    /// two times apart. The program waits for at most one piece of 256 KiB.
    ///
    /// # Errors
    /// A [`CopyError`] in two cases:
    ///
    /// - Entries were refused: a target that is not empty; links that can lead out; names that are
    ///   taken; names and links that the host's filesystem does not have, such as a colon on FAT;
    ///   files that change while they are read; trees deeper than 256 directories.
    /// - The copy ended early by a failure of the host.
    ///
    /// # Security
    /// A link of the program that can lead out of the tree is refused, so that a host that reads
    /// the results is not led to its own files. Symbolic links in the directories above `to` are
    /// followed. In `to` none is followed, and everything is newly made, so that another process
    /// cannot redirect the copy with a link.
    ///
    /// # Example
    /// ```
    /// # let parent = std::env::temp_dir().join(format!("copy-out-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&parent)?;
    /// # let results = parent.join("results");
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/output")?;
    /// space.write("/output/answer", "42")?;
    /// space.copy_out("/output", &results)?;
    /// assert_eq!(std::fs::read(results.join("answer"))?, b"42");
    /// # std::fs::remove_dir_all(&parent)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(target_os = "linux")]
    pub fn copy_out(&self, from: &str, to: impl AsRef<Path>) -> Result<Copied, CopyError> {
        self.copying().copy_out(from, to)
    }

    /// Unpacks a tar archive into the directory `to`, which is made if it is missing. The archive
    /// is read as a stream.
    ///
    /// It reads the archives of GNU tar, bsdtar, Python and Go: ustar, pax and GNU, with long
    /// names, hard links and symbolic links, and with sparse files of GNU's format and of pax
    /// version 1.0. A compressed archive needs a decoder before it. Reading stops at the archive's
    /// end mark. For one entry it holds at most 8 MiB of names and records, and the map of a sparse
    /// file of about a million parts.
    ///
    /// # Errors
    /// A [`CopyError`] in two cases:
    ///
    /// - Entries were refused: names that are absolute, contain `..`, are not UTF-8 or are taken,
    ///   also by the archive itself; links that can lead out; devices, FIFOs and unknown kinds.
    /// - The copy ended early: at a limit of the space, by a failure of the reader, or at an
    ///   archive that is cut or contradicts itself.
    ///
    /// # Security
    /// An archive may come from anyone. No name or link in it leads out of `to`, and its memory is
    /// bounded.
    ///
    /// # Example
    /// ```
    /// # let archive = {
    /// #     let space = wasmtime_scratch::Space::builder().build()?;
    /// #     space.write("data.csv", "1,2,3")?;
    /// #     let mut archive = Vec::new();
    /// #     space.pack("/", &mut archive)?;
    /// #     archive
    /// # };
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.unpack(&archive[..], "/input")?;
    /// assert_eq!(space.read("/input/data.csv")?, b"1,2,3");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn unpack(&self, archive: impl Read, to: &str) -> Result<Copied, CopyError> {
        self.copying().unpack(archive, to)
    }

    /// Packs a file or a tree of the space into a tar archive.
    ///
    /// It is a pax archive, with sparse files in GNU's format, which GNU tar, bsdtar, Python and Go
    /// read.
    ///
    /// Names are relative to `from`; for a file it is the file's own name. Links, times, and holes
    /// of whole pages of 16 KiB are kept. Entries are refused as by `copy_out`. A file of more than
    /// 256 KiB that is written to while it is read is refused after its entry has begun; the entry
    /// is then filled with zeros.
    ///
    /// # Errors
    /// A [`CopyError`] if entries were refused, or if a failure of the writer ended the copy. In
    /// the second case the archive has no end mark.
    ///
    /// # Example
    /// ```
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.create_dir_all("/output")?;
    /// space.write("/output/answer", "42")?;
    /// let mut archive = Vec::new();
    /// let copied = space.pack("/output", &mut archive)?;
    /// assert_eq!(copied.files, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pack(&self, from: &str, archive: impl Write) -> Result<Copied, CopyError> {
        self.copying().pack(from, archive)
    }
}

impl<'copy> Copying<'copy> {
    /// Calls a function after each entry and after each piece of a file. The function may use the
    /// space.
    ///
    /// # Example
    /// ```
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("large", vec![1; 1 << 20])?;
    /// let mut told = 0;
    /// space.copying().progress(|_| told += 1).pack("/", std::io::sink())?;
    /// assert_eq!(told, 4 + 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn progress(mut self, hook: impl FnMut(&Progress<'_>) + 'copy) -> Self {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Lets [`Copying::copy_out`] fill a directory that is not empty.
    ///
    /// Files with the same names are removed and made again, even if the copy then fails. Symbolic
    /// links with the same names are refused and not followed.
    ///
    /// # Example
    /// ```
    /// # let target = std::env::temp_dir().join(format!("overwrite-doc-{}", std::process::id()));
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("answer", "41")?;
    /// space.copy_out("/", &target)?;
    /// space.write("answer", "42")?;
    /// assert!(space.copy_out("/", &target).is_err(), "it is not empty");
    /// space.copying().overwrite().copy_out("/", &target)?;
    /// assert_eq!(std::fs::read(target.join("answer"))?, b"42");
    /// # std::fs::remove_dir_all(&target)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(target_os = "linux")]
    pub fn overwrite(mut self) -> Self {
        self.existing = Existing::Replace;
        self
    }

    /// Copies as [`Space::copy_in`] does.
    ///
    /// # Errors
    /// Those of [`Space::copy_in`].
    #[cfg(target_os = "linux")]
    pub fn copy_in(self, from: impl AsRef<Path>, to: &str) -> Result<Copied, CopyError> {
        let mut log = Log::new(self.hook);
        let (path, outcome) = from_host::copy(self.space, from.as_ref(), to, &mut log);
        log.close(&path, outcome, self.space.last_refusal())
    }

    /// Copies as [`Space::copy_out`] does.
    ///
    /// # Errors
    /// Those of [`Space::copy_out`].
    #[cfg(target_os = "linux")]
    pub fn copy_out(self, from: &str, to: impl AsRef<Path>) -> Result<Copied, CopyError> {
        self.copy_out_at(from, rustix::fs::CWD, to)
    }

    /// Copies as [`Space::copy_out`] does, with `to` relative to the open directory `above`.
    ///
    /// # Errors
    /// Those of [`Space::copy_out`].
    ///
    /// # Security
    /// Use it if a program may also write to the host's directory, and open the directory before
    /// the program runs. Looking up its path afterwards could follow a link that the program put
    /// there.
    ///
    /// # Example
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("copy-at-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let above = std::fs::File::open(&folder)?;
    /// let space = wasmtime_scratch::Space::builder().build()?;
    /// space.write("answer", "42")?;
    /// space.copying().copy_out_at("/", &above, "results")?;
    /// assert_eq!(std::fs::read(folder.join("results/answer"))?, b"42");
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(target_os = "linux")]
    pub fn copy_out_at(
        self,
        from: &str,
        above: impl AsFd,
        to: impl AsRef<Path>,
    ) -> Result<Copied, CopyError> {
        let mut log = Log::new(self.hook);
        let (above, to) = (above.as_fd(), to.as_ref());
        let (path, outcome) = to_host::copy(self.space, from, above, to, self.existing, &mut log);
        log.close(&path, outcome, self.space.last_refusal())
    }

    /// Unpacks an archive as [`Space::unpack`] does.
    ///
    /// # Errors
    /// Those of [`Space::unpack`].
    pub fn unpack(self, archive: impl Read, to: &str) -> Result<Copied, CopyError> {
        let mut log = Log::new(self.hook);
        let (path, outcome) = unpack::copy(self.space, archive, to, &mut log);
        log.close(&path, outcome, self.space.last_refusal())
    }

    /// Packs an archive as [`Space::pack`] does.
    ///
    /// # Errors
    /// Those of [`Space::pack`].
    pub fn pack(self, from: &str, archive: impl Write) -> Result<Copied, CopyError> {
        let mut log = Log::new(self.hook);
        let (path, outcome) = pack::copy(self.space, from, archive, &mut log);
        log.close(&path, outcome, self.space.last_refusal())
    }
}
